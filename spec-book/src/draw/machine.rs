//! The states of a bit register as a diagram: an edge for each bit that may be flipped alone. The
//! `layout` table of the book says where each state stands.

use spec_model::analysis::{error_state, state_name, valid_states};
use spec_model::model::{Bit, BitField, Edition, Place};

use super::{Anchor, At, arrow, at, canvas, label, line, rect};
use crate::html::{Element, el, linked, void};
use crate::page::Page;

/// The box of a state.
const BOX: At = At { x: 172, y: 34 };
/// From state to state.
const PITCH: At = At { x: 270, y: 84 };
/// Around everything; edges that go round a state need it.
const MARGIN: At = At { x: 48, y: 14 };
/// How far an edge swings out to go round the states between its ends.
const SWING: i32 = 116;

/// The picture, if the book says where the states stand.
pub(crate) fn draw(page: &Page<'_>, edition: &Edition, field: &BitField) -> Option<Element> {
    let places = &field.layout.as_ref()?.places;
    let chart = Chart {
        page,
        edition,
        field,
        places,
    };
    let name = format!(
        "{}: states, and the writes that change one bit",
        field.name.value
    );
    let mut svg = canvas(chart.size(), "machine", &name);
    for (from, to, bit) in chart.flips() {
        svg = svg.child(chart.edge(from, to, bit)).line();
    }
    svg = svg.children(chart.reset()).line();
    for place in places {
        svg = svg.child(chart.state(place)).line();
    }
    let caption = chart.caption();
    Some(
        el("figure")
            .class("diagram")
            .line()
            .child(svg)
            .line()
            .child(caption)
            .line(),
    )
}

struct Chart<'a> {
    page: &'a Page<'a>,
    edition: &'a Edition,
    field: &'a BitField,
    places: &'a [Place],
}

impl<'a> Chart<'a> {
    fn size(&self) -> At {
        let last = |of: fn(&Place) -> u32| {
            let most = self.places.iter().map(of).max().unwrap_or(0);
            i32::try_from(most).unwrap_or(0)
        };
        let x = last(|p| p.column) * PITCH.x + BOX.x + 2 * MARGIN.x;
        at(x, last(|p| p.row) * PITCH.y + BOX.y + 2 * MARGIN.y)
    }

    fn center(&self, place: &Place) -> At {
        let along = |n: u32, pitch: i32| i32::try_from(n).unwrap_or(0).saturating_mul(pitch);
        at(
            MARGIN.x + BOX.x / 2 + along(place.column, PITCH.x),
            MARGIN.y + BOX.y / 2 + along(place.row, PITCH.y),
        )
    }

    /// The pairs of valid states that one bit tells apart.
    fn flips(&self) -> Vec<(&'a Place, &'a Place, &'a Bit)> {
        let states = valid_states(self.field);
        let valid = |place: &&&Place| states.binary_search(&place.state.value).is_ok();
        let place = |state: u32| self.places.iter().find(|p| p.state.value == state);
        let from = self.places.iter().filter(|p| valid(&p));
        from.flat_map(|from| {
            self.field.bits.iter().filter_map(move |bit| {
                let flipped = from.state.value | 1 << bit.number.value;
                let to = place(flipped).filter(|to| valid(&to))?;
                (flipped != from.state.value).then_some((from, to, bit))
            })
        })
        .collect()
    }

    /// Whether a state stands on the straight way between two others.
    fn blocked(&self, from: &Place, to: &Place) -> bool {
        let between = |n: u32, a: u32, b: u32| n > a.min(b) && n < a.max(b);
        self.places.iter().any(|p| {
            let same_column = p.column == from.column && from.column == to.column;
            let same_row = p.row == from.row && from.row == to.row;
            same_column && between(p.row, from.row, to.row)
                || same_row && between(p.column, from.column, to.column)
        })
    }

    fn edge(&self, from: &Place, to: &Place, bit: &Bit) -> Element {
        let (a, b) = (self.center(from), self.center(to));
        let class = if bit.needs.is_some() {
            "edge optional"
        } else {
            "edge"
        };
        let (path, middle) = if self.blocked(from, to) {
            self.around(from, a, b)
        } else {
            (
                format!("M{} {}L{} {}", a.x, a.y, b.x, b.y),
                at((a.x + b.x) / 2, (a.y + b.y) / 2),
            )
        };
        let href = self.page.to_row(self.edition, "bit", &bit.name.value);
        el("g")
            .class(class)
            .child(void("path").attr("d", path).class("shaft"))
            .child(linked(
                label(middle, Anchor::Middle, "name", &bit.name.value),
                href,
            ))
    }

    /// A curve past the states between: to the left in the left half of the picture, else to the right.
    fn around(&self, from: &Place, a: At, b: At) -> (String, At) {
        let last = self.places.iter().map(|p| p.column).max().unwrap_or(0);
        let side = if from.column * 2 <= last { -1 } else { 1 };
        let x = a.x + side * SWING;
        let (a, b) = (
            at(a.x + side * BOX.x / 3, a.y),
            at(b.x + side * BOX.x / 3, b.y),
        );
        let path = format!(
            "M{} {}C{x} {} {x} {} {} {}",
            a.x,
            a.y,
            a.y + 20,
            b.y - 20,
            b.x,
            b.y
        );
        (path, at((a.x + b.x + 6 * x) / 8, (a.y + b.y) / 2))
    }

    /// From the error state, only a reset leads on.
    fn reset(&self) -> Option<Element> {
        let error = error_state(self.field)?;
        let place = |state: u32| self.places.iter().find(|p| p.state.value == state);
        let (from, to) = (place(error)?, place(self.field.initial.value)?);
        let (a, b) = (self.center(from), self.center(to));
        let middle = at((a.x + b.x) / 2, (a.y + b.y) / 2);
        let way = if a.y == b.y {
            let edge = BOX.x / 2 * (b.x - a.x).signum();
            arrow(at(a.x + edge, a.y), at(b.x - edge, b.y), "bad dashed")
        } else {
            el("g").class("bad dashed").child(line(a, b, "shaft"))
        };
        let reset = label(middle, Anchor::Middle, "name", "reset");
        Some(el("g").class("edge").child(way).child(reset))
    }

    fn state(&self, place: &Place) -> Element {
        let state = place.state.value;
        let class = if Some(state) == error_state(self.field) {
            "bad"
        } else if state == self.field.initial.value {
            "initial"
        } else {
            ""
        };
        let center = self.center(place);
        el("g")
            .class("node")
            .class(class)
            .child(rect(center, BOX.x, BOX.y, 6, "box"))
            .child(label(
                center,
                Anchor::Middle,
                "name",
                &state_name(self.field, state),
            ))
    }

    fn caption(&self) -> Element {
        let mut caption = el("figcaption")
            .text("Each line is a bit that may be flipped alone, in either direction.");
        let optional = self
            .field
            .bits
            .iter()
            .filter_map(|bit| bit.needs.as_ref().map(|_| &bit.name.value));
        for name in optional {
            caption = caption.text(format!(" Dashed: {name}, which not every device has."));
        }
        caption
    }
}
