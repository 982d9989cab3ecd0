//! A `mapping` table as lines from one edition to the other.

use spec_model::model::{Edition, Mapping};

use super::{Shapes, at, canvas, fill, int, label, pill_width};
use crate::html::{Element, el, linked};
use crate::page::Page;

/// The height of a name.
const ROW: i32 = 30;
/// Between the two columns.
const REACH: i32 = 170;
const MARGIN: i32 = 12;
/// The heads of the columns.
const HEAD: i32 = 40;

/// The names of one edition, in the order of first mention, and how they stand.
struct Column<'a> {
    edition: &'a Edition,
    names: Vec<&'a str>,
    /// Those that no line leads to or from.
    alone: Vec<usize>,
    /// The edge that the lines end at, and on which side of it the names stand.
    x: i32,
    side: i32,
    /// Where the first name stands.
    top: i32,
}

impl<'a> Column<'a> {
    fn of(page: &Page<'a>, edition: &str, side: i32) -> Option<Self> {
        Some(Self {
            edition: page.book.edition(edition)?,
            names: Vec::new(),
            alone: Vec::new(),
            x: 0,
            side,
            top: 0,
        })
    }

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

    fn y(&self, n: usize) -> i32 {
        self.top + ROW * int(n) + ROW / 2
    }

    fn draw(&self, page: &Page<'_>, shapes: &mut Shapes, texts: &mut Vec<Element>) {
        let (edition, side) = (self.edition, self.side);
        let title = at(self.x + side * self.width() / 2, HEAD / 2);
        texts.push(label(title, "head", &edition.name.value));
        let (marked, word, anchor) = if side < 0 {
            ("box bad", "lost", "side bad")
        } else {
            ("box running", "gained", "end")
        };
        for (n, name) in self.names.iter().enumerate() {
            let center = at(self.x + side * pill_width(name) / 2, self.y(n));
            let alone = self.alone.contains(&n);
            shapes.pill(if alone { marked } else { "box" }, center, name);
            let href = page.to_name(edition, name);
            let href = href.or_else(|| page.to_state(edition, name));
            texts.push(linked(label(center, "name", name), href));
            if alone {
                texts.push(label(at(self.x - side * 10, center.y), anchor, word));
            }
        }
    }
}

/// The picture of a table, if its editions are there.
pub(crate) fn draw(page: &Page<'_>, mapping: &Mapping) -> Option<Element> {
    let mut old = Column::of(page, &mapping.from.value, -1)?;
    let mut new = Column::of(page, &mapping.to.value, 1)?;
    let lines = pairs(mapping, &mut old, &mut new);
    let most = old.names.len().max(new.names.len());
    old.x = MARGIN + old.width();
    new.x = old.x + REACH;
    for column in [&mut old, &mut new] {
        column.top = HEAD + ROW * int(most - column.names.len()) / 2;
    }
    let mut shapes = Shapes::default();
    let (left, middle, right) = (old.x, i32::midpoint(old.x, new.x), new.x);
    for (a, b) in lines {
        let (from, to) = (old.y(a), new.y(b));
        shapes.add(
            "shaft",
            format_args!("M{left} {from}C{middle} {from} {middle} {to} {right} {to}"),
        );
    }
    let mut texts = Vec::new();
    old.draw(page, &mut shapes, &mut texts);
    new.draw(page, &mut shapes, &mut texts);
    let size = at(
        right + new.width() + MARGIN,
        HEAD + ROW * int(most) + MARGIN,
    );
    let name = format!(
        "From {} to {}, as lines; the table above says the same",
        old.edition.title, new.edition.title
    );
    let svg = canvas(size, "lines", &name);
    let svg = fill(svg, shapes.elements(), texts);
    Some(el("figure").class("diagram").child(svg))
}

/// Every name gets its place; the lines are pairs of places.
fn pairs<'a>(
    mapping: &'a Mapping,
    old: &mut Column<'a>,
    new: &mut Column<'a>,
) -> Vec<(usize, usize)> {
    let mut lines = Vec::new();
    for row in &mapping.rows {
        let from: Vec<usize> = row.from.iter().map(|it| old.place(&it.value)).collect();
        let to: Vec<usize> = row.to.iter().map(|it| new.place(&it.value)).collect();
        lines.extend(from.iter().flat_map(|&a| to.iter().map(move |&b| (a, b))));
        if to.is_empty() {
            old.alone.extend(from);
        } else if from.is_empty() {
            new.alone.extend(to);
        }
    }
    lines
}
