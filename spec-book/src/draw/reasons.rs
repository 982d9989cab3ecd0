//! Which descriptions have something in common, in the fewest words: `ndma && !quiet_mmio`.

use std::collections::BTreeSet;

use spec_model::expr::Expr;
use spec_model::model::{Edition, PropertyType};

/// The yes/no properties that some predicates depend on, through the consequences.
pub(super) struct Space<'a> {
    edition: &'a Edition,
    properties: Vec<&'a str>,
}

/// Literals that hold together: for each property `Some` of its value, or `None` where it does not matter.
type Cube = Vec<Option<bool>>;

impl<'a> Space<'a> {
    pub(super) fn of(edition: &'a Edition, exprs: impl IntoIterator<Item = &'a Expr>) -> Self {
        let mut names = BTreeSet::new();
        let mut rest: Vec<&Expr> = exprs.into_iter().collect();
        while let Some(expr) = rest.pop() {
            for name in expr.names() {
                let row = edition
                    .consequences
                    .iter()
                    .find(|row| row.name.value == name.name);
                rest.extend(row.map(|row| &row.holds.value));
                names.insert(name.name.as_str());
            }
        }
        let flags = edition
            .properties
            .iter()
            .filter(|p| p.ty == PropertyType::Flag);
        let flags = flags.map(|p| p.name.value.as_str());
        Self {
            edition,
            properties: flags.filter(|flag| names.contains(flag)).collect(),
        }
    }

    /// Every description, as the values of the properties that matter.
    pub(super) fn descriptions(&self) -> Vec<Vec<bool>> {
        let count = self.properties.len();
        let values = |n: usize| (0..count).map(move |bit| n >> bit & 1 == 1).collect();
        (0..1usize << count).map(values).collect()
    }

    /// Whether a predicate holds for a description.
    pub(super) fn holds(&self, expr: &Expr, description: &[bool]) -> bool {
        expr.eval(&|name| {
            let property = self.properties.iter().position(|it| *it == name);
            let row = || {
                self.edition
                    .consequences
                    .iter()
                    .find(|row| row.name.value == name)
            };
            match property {
                Some(n) => description[n],
                None => row().is_some_and(|row| self.holds(&row.holds.value, description)),
            }
        })
    }

    /// What these descriptions, and no others, have in common: alternatives of literals.
    pub(super) fn reasons(&self, wanted: &[Vec<bool>]) -> Vec<String> {
        let cubes = self.cubes(wanted);
        let mut open: Vec<&Vec<bool>> = wanted.iter().collect();
        let mut chosen = Vec::new();
        while !open.is_empty() {
            let worth = |cube: &&Cube| open.iter().filter(|it| covers(cube, it)).count();
            // The widest first; of equals, the first.
            let Some(best) = cubes.iter().rev().max_by_key(worth) else {
                break;
            };
            open.retain(|it| !covers(best, it));
            chosen.push(self.words(best));
        }
        chosen
    }

    /// Every widest set of literals that holds for wanted descriptions only.
    fn cubes(&self, wanted: &[Vec<bool>]) -> Vec<Cube> {
        let count = self.properties.len();
        let all = (0..3usize.pow(u32::try_from(count).unwrap_or(0))).map(|n| {
            let digit = |place: u32| n / 3usize.pow(place) % 3;
            let literal = |place| [None, Some(true), Some(false)][digit(place)];
            (0..u32::try_from(count).unwrap_or(0))
                .map(literal)
                .collect::<Cube>()
        });
        let descriptions = self.descriptions();
        let only_wanted = |cube: &Cube| {
            let mut inside = descriptions.iter().filter(|it| covers(cube, it));
            inside.all(|it| wanted.contains(it))
        };
        let mut cubes: Vec<Cube> = all.filter(only_wanted).collect();
        cubes.sort_by_key(|cube| cube.iter().flatten().count());
        cubes
    }

    fn words(&self, cube: &Cube) -> String {
        let literals = self
            .properties
            .iter()
            .zip(cube)
            .filter_map(|(name, value)| {
                let sign = if (*value)? { "" } else { "!" };
                Some(format!("{sign}{name}"))
            });
        match literals.collect::<Vec<_>>().join(" && ") {
            none if none.is_empty() => "any device".to_owned(),
            words => words,
        }
    }
}

fn covers(cube: &Cube, description: &[bool]) -> bool {
    let mut pairs = cube.iter().zip(description);
    pairs.all(|(literal, value)| literal.is_none_or(|literal| literal == *value))
}
