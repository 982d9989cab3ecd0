//! Pictures: SVG made at build time. Colours and fonts come from `theme/spec.css`, by class; there
//! are no ids inside, so that the print page, which holds every chapter, needs no renaming.

pub(crate) mod counterexample;
pub(crate) mod domains;
mod grid;
mod lanes;
pub(crate) mod lines;
pub(crate) mod machine;
pub(crate) mod phases;
mod reasons;
pub(crate) mod region;
pub(crate) mod sequence;
pub(crate) mod variants;

use std::fmt::{self, Write};

use crate::html::{Element, el, void};

/// The advance of a character of the monospaced font at the size that `theme/spec.css` sets.
const CHARACTER: i32 = 8;

/// A point.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct At {
    x: i32,
    y: i32,
}

fn at(x: i32, y: i32) -> At {
    At { x, y }
}

/// A picture of this size, to be read piece by piece (its links stay reachable).
fn canvas(size: At, class: &str, label: &str) -> Element {
    el("svg")
        .class(class)
        .attr("viewBox", format!("0 0 {} {}", size.x, size.y))
        .attr("width", size.x)
        .attr("role", "group")
        .attr("aria-label", label)
}

/// A picture with its shapes and, above them, its texts.
fn fill(svg: Element, shapes: impl Iterator<Item = Element>, texts: Vec<Element>) -> Element {
    shapes.chain(texts).fold(svg, Element::child)
}

/// A line of text around a point; `at.y` is its middle. The style sheet centres it.
fn label(at: At, class: &str, text: &str) -> Element {
    el("text")
        .class(class)
        .attr("x", at.x)
        .attr("y", at.y + 4)
        .text(text)
}

/// Shapes by class, in the order of first use. All shapes of a class are one path: mdBook works
/// through every element of a page several times.
#[derive(Default)]
struct Shapes {
    paths: Vec<(&'static str, String)>,
}

impl Shapes {
    fn add(&mut self, class: &'static str, shape: fmt::Arguments<'_>) {
        let known = self.paths.iter().position(|(known, _)| *known == class);
        let index = known.unwrap_or_else(|| {
            self.paths.push((class, String::new()));
            self.paths.len() - 1
        });
        // Writing to a string does not fail.
        let _ = self.paths[index].1.write_fmt(shape);
    }

    fn line(&mut self, class: &'static str, from: At, to: At) {
        self.add(
            class,
            format_args!("M{} {}L{} {}", from.x, from.y, to.x, to.y),
        );
    }

    /// A rectangle around a point.
    fn rect(&mut self, class: &'static str, center: At, width: i32, height: i32) {
        let (x, y) = (center.x - width / 2, center.y - height / 2);
        self.add(class, format_args!("M{x} {y}h{width}v{height}h-{width}z"));
    }

    /// A rounded box around a point, as wide as a name needs.
    fn pill(&mut self, class: &'static str, center: At, name: &str) {
        let (width, height) = (pill_width(name) - 10, 22 - 10);
        let (x, y) = (center.x - width / 2, center.y - height / 2 - 5);
        self.add(
            class,
            format_args!(
                "M{x} {y}h{width}q5 0 5 5v{height}q0 5 -5 5h-{width}q-5 0 -5 -5v-{height}q0 -5 5 -5z"
            ),
        );
    }

    /// An arrow along a horizontal line, its point at `to`: the classes of the shaft and the tip.
    fn arrow(&mut self, shaft: &'static str, tip: &'static str, from: At, to: At) {
        let back = if to.x > from.x { -8 } else { 8 };
        self.line(shaft, from, at(to.x + back, to.y));
        self.add(tip, format_args!("M{} {}l{back} -4v8z", to.x, to.y));
    }

    fn elements(self) -> impl Iterator<Item = Element> {
        self.paths
            .into_iter()
            .map(|(class, d)| void("path").class(class).attr("d", d))
    }
}

/// A count as a coordinate; what is too large to draw is 0.
fn int(n: impl TryInto<i32>) -> i32 {
    n.try_into().unwrap_or(0)
}

/// How wide a name in a box makes it.
fn pill_width(name: &str) -> i32 {
    let characters = i32::try_from(name.chars().count()).unwrap_or(i32::MAX / 16);
    characters * CHARACTER + 14
}
