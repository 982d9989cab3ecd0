//! Pictures: SVG made at build time. Colours and fonts come from `theme/spec.css`, by class; there
//! are no ids inside, so that the print page, which holds every chapter, needs no renaming.

mod grid;
pub(crate) mod machine;
pub(crate) mod sequence;

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
        .attr("height", size.y)
        .attr("role", "group")
        .attr("aria-label", label)
        .line()
}

/// A straight line.
fn line(from: At, to: At, class: &str) -> Element {
    void("path")
        .class(class)
        .attr("d", format!("M{} {}L{} {}", from.x, from.y, to.x, to.y))
}

/// Where text stands relative to its point.
#[derive(Clone, Copy)]
enum Anchor {
    Start,
    Middle,
}

/// A line of text; `at.y` is its middle.
fn label(at: At, anchor: Anchor, class: &str, text: &str) -> Element {
    let element = el("text").attr("x", at.x).attr("y", at.y + 4).class(class);
    match anchor {
        Anchor::Start => element.text(text),
        Anchor::Middle => element.attr("text-anchor", "middle").text(text),
    }
}

/// A rectangle around a point.
fn rect(center: At, width: i32, height: i32, round: i32, class: &str) -> Element {
    void("rect")
        .attr("x", center.x - width / 2)
        .attr("y", center.y - height / 2)
        .attr("width", width)
        .attr("height", height)
        .attr("rx", round)
        .class(class)
}

/// How wide a name in a [`pill`] makes it.
fn pill_width(name: &str) -> i32 {
    let characters = i32::try_from(name.chars().count()).unwrap_or(i32::MAX / 16);
    characters * CHARACTER + 14
}

/// A name in a rounded box.
fn pill(center: At, class: &str, name: &str) -> Element {
    el("g")
        .class("pill")
        .class(class)
        .child(rect(center, pill_width(name), 22, 5, "box"))
        .child(label(center, Anchor::Middle, "name", name))
}

/// An arrow along a horizontal line, its point at `to`.
fn arrow(from: At, to: At, class: &str) -> Element {
    let back = if to.x > from.x { -8 } else { 8 };
    let tip = format!("M{} {}l{back} -4v8z", to.x, to.y);
    el("g")
        .class("arrow")
        .class(class)
        .child(line(from, at(to.x + back, to.y), "shaft"))
        .child(void("path").class("tip").attr("d", tip))
}
