//! The states of a register as a diagram: for bits, a line for each bit that may be flipped alone;
//! for a list of states, an arrow for each arc. The `layout` table says where each state stands.

use std::collections::BTreeMap;

use spec_model::analysis::{Register, register};
use spec_model::expr::Expr;
use spec_model::model::{Bit, BitField, Edition, FsmArc, Place};

use super::grid::{Grid, Route};
use super::{At, at, canvas, label, pill_width};
use crate::html::{Element, el, link, linked, void};
use crate::page::Page;

/// What following a state does.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Nodes {
    /// It leads to where the state stands.
    Links,
    /// It is left to a script.
    Plain,
}

/// The picture, if the book says where the states stand.
pub(crate) fn draw(page: &Page<'_>, edition: &Edition, nodes: Nodes) -> Option<Element> {
    let register = register(edition)?;
    let places = &register.layout()?.places;
    let lines = match register {
        Register::Bits(field) => flips(page, edition, field, places),
        Register::Fsm(fsm) => arcs(page, edition, &fsm.arcs, places),
    };
    let ends: Vec<(&Place, &Place)> = lines.iter().map(|line| (line.from, line.to)).collect();
    let chart = Chart {
        register,
        grid: Grid::new(places, box_width(register, places), &ends),
    };
    let name = match register {
        Register::Bits(_) => "states, and the writes that change one bit",
        Register::Fsm(_) => "states and arcs",
    };
    let mut svg = canvas(
        chart.grid.whole(),
        "machine",
        &format!("{}: {name}", register.name().value),
    );
    for line in &lines {
        svg = svg.child(chart.line(line));
    }
    let reset = chart.reset();
    let told = reset.is_some();
    svg = svg.children(reset);
    for place in places {
        let name = register.state_name(place.state.value);
        let href = page.to_state(edition, &name);
        let href = href.filter(|_| nodes == Nodes::Links);
        svg = svg.child(linked(chart.state(place), href));
    }
    let figure = el("figure").class("diagram").child(svg);
    Some(figure.child(chart.caption(&lines, told)))
}

/// All boxes are as wide as the longest name needs.
fn box_width(register: Register<'_>, places: &[Place]) -> i32 {
    let width = |place: &Place| pill_width(&register.state_name(place.state.value));
    places.iter().map(width).max().unwrap_or(0) + 6
}

/// A line of the diagram.
pub(super) struct Line<'a> {
    pub(super) from: &'a Place,
    pub(super) to: &'a Place,
    /// Tips at the beginning and at the end.
    pub(super) tips: [bool; 2],
    /// What is written at it.
    pub(super) name: String,
    /// Where it leads whoever follows it.
    pub(super) href: Option<String>,
    /// Whether not every device has it.
    optional: bool,
}

impl Line<'_> {
    /// Where it leads, in words.
    pub(super) fn ways(&self, register: Register<'_>) -> String {
        let name = |place: &Place| register.state_name(place.state.value);
        let (from, to) = (name(self.from), name(self.to));
        let way = match self.tips {
            [false, false] => return format!("{} between {from} and {to}", self.name),
            [false, true] => format!("{from} to {to}"),
            [true, false] => format!("{to} to {from}"),
            [true, true] => format!("{from} to {to} and back"),
        };
        match self.name.as_str() {
            "" => way,
            needs => format!("{way}, where {needs}"),
        }
    }
}

/// The pairs of valid states that one bit tells apart.
fn flips<'a>(
    page: &Page<'_>,
    edition: &Edition,
    field: &BitField,
    places: &'a [Place],
) -> Vec<Line<'a>> {
    let valid = Register::Bits(field).states();
    let place = |state: u32| {
        places
            .iter()
            .find(|p| p.state.value == state && valid.binary_search(&state).is_ok())
    };
    let flip = |from: &'a Place, bit: &Bit| {
        let with = from.state.value | 1u32.checked_shl(bit.number.value)?;
        let to = place(with).filter(|_| with != from.state.value)?;
        Some(Line {
            from: place(from.state.value)?,
            to,
            tips: [false, false],
            name: bit.name.value.clone(),
            href: page.to_row(edition, "bit", &bit.name.value),
            optional: bit.needs.is_some(),
        })
    };
    let of = |from: &'a Place| field.bits.iter().filter_map(move |bit| flip(from, bit));
    places.iter().flat_map(of).collect()
}

/// The arcs; two that lead back and forth are one line.
pub(super) fn arcs<'a>(
    page: &Page<'_>,
    edition: &Edition,
    arcs: impl IntoIterator<Item = &'a FsmArc>,
    places: &'a [Place],
) -> Vec<Line<'a>> {
    let mut pairs: BTreeMap<(u32, u32), (&FsmArc, [bool; 2])> = BTreeMap::new();
    for arc in arcs {
        let (from, to) = (arc.from.value, arc.to.value);
        let tips = if from < to {
            [false, true]
        } else {
            [true, false]
        };
        let (_, both) = pairs
            .entry((from.min(to), from.max(to)))
            .or_insert((arc, tips));
        *both = [both[0] || tips[0], both[1] || tips[1]];
    }
    let place = |state: u32| places.iter().find(|place| place.state.value == state);
    let line = |((from, to), (arc, tips)): ((u32, u32), (&FsmArc, [bool; 2]))| {
        let optional = arc.needs.value != Expr::Const(true);
        Some(Line {
            from: place(from)?,
            to: place(to)?,
            tips,
            name: if optional {
                page.source(arc.needs.span)
            } else {
                String::new()
            },
            href: page.to_row(edition, "arc", &arc.callback.value),
            optional,
        })
    };
    pairs.into_iter().filter_map(line).collect()
}

struct Chart<'a> {
    register: Register<'a>,
    grid: Grid<'a>,
}

impl Chart<'_> {
    fn line(&self, line: &Line<'_>) -> Element {
        let route = self.grid.route(line.from, line.to);
        let tips = route.tips.into_iter().zip(line.tips);
        let tips = tips.filter(|(_, wanted)| *wanted).map(|(at, _)| tip(at));
        let class = if line.optional {
            "edge optional"
        } else {
            "edge"
        };
        let ends = format!("{} {}", line.from.state.value, line.to.state.value);
        let group = el("g").class(class).attr("data-ends", ends);
        let shaft = void("path").class("shaft").attr("d", &route.path);
        let group = group
            .child(shaft)
            .children(tips)
            .children(names(&route, &line.name));
        match &line.href {
            Some(href) => link(href, "")
                .attr("aria-label", line.ways(self.register))
                .child(group),
            None => group,
        }
    }

    /// From the error state, only a reset leads on: a line where the two stand side by side.
    fn reset(&self) -> Option<Element> {
        let from = self.grid.place(self.register.error()?)?;
        let to = self.grid.place(self.register.initial())?;
        if from.row != to.row || self.grid.blocked(from, to) {
            return None;
        }
        let route = self.grid.route(from, to);
        let shaft = void("path").class("shaft").attr("d", &route.path);
        let way = el("g")
            .class("bad dashed")
            .child(shaft)
            .child(tip(route.tips[1]));
        Some(
            el("g")
                .class("edge")
                .child(way)
                .children(names(&route, "reset")),
        )
    }

    fn state(&self, place: &Place) -> Element {
        let state = place.state.value;
        let class = if Some(state) == self.register.error() {
            "bad"
        } else if state == self.register.initial() {
            "initial"
        } else {
            ""
        };
        let center = self.grid.center(place);
        el("g")
            .class("node")
            .class(class)
            .attr("data-state", state)
            .child(rect(center, self.grid.size.x, self.grid.size.y, 6, "box"))
            .child(label(center, "name", &self.register.state_name(state)))
    }

    fn caption(&self, lines: &[Line<'_>], reset_drawn: bool) -> Element {
        let mut words = match self.register {
            Register::Bits(_) => {
                "Each line is a bit that may be flipped alone, in either direction.".to_owned()
            }
            Register::Fsm(_) => "Each arrow is an arc.".to_owned(),
        };
        if lines.iter().any(|line| line.optional) {
            words.push_str(" Dashed: not every device has it.");
        }
        if let Some(error) = self.register.error().filter(|_| !reset_drawn) {
            let name = |state| self.register.state_name(state);
            let (error, initial) = (name(error), name(self.register.initial()));
            words.push_str(&format!(
                " From {error}, only a reset leads on, to {initial}."
            ));
        }
        el("figcaption").text(words)
    }
}

/// A tip that points in a direction.
pub(super) fn tip((point, degrees): (At, i32)) -> Element {
    void("path").class("tip").attr("d", "M0 0l-8 -4v8z").attr(
        "transform",
        format!("translate({} {}) rotate({degrees})", point.x, point.y),
    )
}

/// The name of a line; where there is little room, in parts above and below the line.
fn names(route: &Route, name: &str) -> Vec<Element> {
    let mut rows: Vec<&str> = if route.narrow {
        name.split_inclusive("&& ").map(str::trim).collect()
    } else {
        vec![name]
    };
    rows.retain(|row| !row.is_empty());
    match rows.as_slice() {
        [] => Vec::new(),
        [name] => {
            let gap = rect(route.middle, pill_width(name) - 12, 16, 0, "gap");
            vec![gap, label(route.middle, "name", name)]
        }
        rows => {
            let height = 20;
            let count = i32::try_from(rows.len()).unwrap_or(1);
            let top = route.middle.y - height * (count - 1) / 2;
            let place =
                |(n, row): (i32, &&str)| label(at(route.middle.x, top + height * n), "name", row);
            (0..).zip(rows).map(place).collect()
        }
    }
}

/// A rectangle around a point.
fn rect(center: At, width: i32, height: i32, round: i32, class: &str) -> Element {
    void("rect")
        .class(class)
        .attr("x", center.x - width / 2)
        .attr("y", center.y - height / 2)
        .attr("width", width)
        .attr("height", height)
        .attr("rx", round)
}
