//! A `mapping` table as lines from one edition to the other.

use spec_model::model::{Edition, Mapping};

use super::{Shapes, at, canvas, fill, label, pill_width};
use crate::html::{Element, el, linked};
use crate::page::Page;

/// The height of a name.
const ROW: i32 = 30;
/// Between the two columns.
const REACH: i32 = 170;
const MARGIN: i32 = 12;
/// The heads of the columns.
const HEAD: i32 = 40;

/// The names of one edition, in the order of first mention, and where each leads.
struct Column<'a> {
    edition: &'a Edition,
    names: Vec<&'a str>,
}

impl<'a> Column<'a> {
    fn place(&mut self, name: &'a str) -> usize {
        let known = self.names.iter().position(|it| *it == name);
        known.unwrap_or_else(|| {
            self.names.push(name);
            self.names.len() - 1
        })
    }

    fn width(&self) -> i32 {
        let names = self.names.iter().map(|name| pill_width(name));
        names.max().unwrap_or(0)
    }
}

/// The picture of a table, if its editions are there.
pub(crate) fn draw(page: &Page<'_>, mapping: &Mapping) -> Option<Element> {
    let column = |name: &str| {
        let edition = page.book.edition(name)?;
        let names = Vec::new();
        Some(Column { edition, names })
    };
    let (mut old, mut new) = (column(&mapping.from.value)?, column(&mapping.to.value)?);
    let (mut lines, mut lost, mut gained) = (Vec::new(), Vec::new(), Vec::new());
    for row in &mapping.rows {
        let from: Vec<usize> = row.from.iter().map(|it| old.place(&it.value)).collect();
        let to: Vec<usize> = row.to.iter().map(|it| new.place(&it.value)).collect();
        lines.extend(from.iter().flat_map(|&a| to.iter().map(move |&b| (a, b))));
        if to.is_empty() {
            lost.extend(from);
        } else if from.is_empty() {
            gained.extend(to);
        }
    }
    let left = MARGIN + old.width();
    let right = left + REACH;
    let most = old.names.len().max(new.names.len());
    let height = HEAD + ROW * count(most) + MARGIN;
    let y = |column: &Column<'_>, n: usize| {
        HEAD + ROW * count(most - column.names.len()) / 2 + ROW * count(n) + ROW / 2
    };
    let mut shapes = Shapes::default();
    for &(a, b) in &lines {
        let (from, to) = (y(&old, a), y(&new, b));
        let middle = (left + right) / 2;
        shapes.add(
            "shaft",
            format_args!("M{left} {from}C{middle} {from} {middle} {to} {right} {to}"),
        );
    }
    let mut texts = Vec::new();
    for (column, marked, x, side) in [(&old, &lost, left, -1), (&new, &gained, right, 1)] {
        let title = label(
            at(x + side * column.width() / 2, HEAD / 2),
            "head",
            &column.edition.name.value,
        );
        texts.push(title);
        for (n, name) in column.names.iter().enumerate() {
            let center = at(x + side * pill_width(name) / 2, y(column, n));
            let class = match (marked.contains(&n), side) {
                (false, _) => "box",
                (true, -1) => "box bad",
                (true, _) => "box running",
            };
            shapes.pill(class, center, name);
            texts.push(linked(
                label(center, "name", name),
                page.to_name(column.edition, name)
                    .or_else(|| page.to_state(column.edition, name)),
            ));
            if marked.contains(&n) {
                let (word, anchor) = if side < 0 {
                    ("lost", "side bad")
                } else {
                    ("gained", "end")
                };
                texts.push(label(at(x - side * 10, center.y), anchor, word));
            }
        }
    }
    let size = at(right + new.width() + MARGIN, height);
    let name = format!(
        "From {} to {}, as lines; the table above says the same",
        old.edition.title, new.edition.title
    );
    let svg = canvas(size, "lines", &name);
    let svg = fill(svg, shapes.elements(), texts);
    Some(el("figure").class("diagram").child(svg))
}

fn count(n: usize) -> i32 {
    i32::try_from(n).unwrap_or(0)
}
