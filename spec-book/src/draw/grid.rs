//! States on the grid that the book declares, and the ways of lines between them.

use spec_model::model::Place;

use super::{At, at};

/// The height of a state's box.
const HEIGHT: i32 = 34;
/// Between two boxes, for a line with its name; around everything.
const GAP: At = At { x: 112, y: 50 };
const MARGIN: At = At { x: 60, y: 14 };
/// The same where lines have no names.
const SMALL_GAP: At = At { x: 40, y: 40 };
const SMALL_MARGIN: At = At { x: 8, y: 8 };
/// How far a line swings out to go round the states between its ends: beside a column, over a row.
const SWING: At = At { x: 34, y: 44 };

/// The places of a `layout` table.
pub(super) struct Grid<'a> {
    pub(super) places: &'a [Place],
    /// The size of a state's box.
    pub(super) size: At,
    /// Between two boxes.
    gap: At,
    /// Around everything.
    margin: At,
    /// Room above and below for lines that go round.
    room: i32,
}

/// A line from the edge of one box to that of another.
pub(super) struct Route {
    /// `d` of a path.
    pub(super) path: String,
    /// Where its name stands.
    pub(super) middle: At,
    /// The point of a tip at its beginning and at its end, with the direction in degrees.
    pub(super) tips: [(At, i32); 2],
    /// Whether the name has only the room between two boxes side by side.
    pub(super) narrow: bool,
}

impl<'a> Grid<'a> {
    /// A grid for these lines, with boxes of this width.
    pub(super) fn new(places: &'a [Place], width: i32, lines: &[(&Place, &Place)]) -> Self {
        Self::spaced(places, width, lines, GAP, MARGIN)
    }

    /// The same for lines without names.
    pub(super) fn small(places: &'a [Place], width: i32, lines: &[(&Place, &Place)]) -> Self {
        Self::spaced(places, width, lines, SMALL_GAP, SMALL_MARGIN)
    }

    fn spaced(
        places: &'a [Place],
        width: i32,
        lines: &[(&Place, &Place)],
        gap: At,
        margin: At,
    ) -> Self {
        let mut grid = Self {
            places,
            size: at(width, HEIGHT),
            gap,
            margin,
            room: 0,
        };
        let over = |(from, to): &(&Place, &Place)| from.row == to.row && grid.blocked(from, to);
        if lines.iter().any(over) {
            grid.room = SWING.y;
        }
        grid
    }

    /// The place of a state.
    pub(super) fn place(&self, state: u32) -> Option<&'a Place> {
        self.places.iter().find(|place| place.state.value == state)
    }

    /// The size of the picture.
    pub(super) fn whole(&self) -> At {
        let last = |of: fn(&Place) -> u32| number(self.places.iter().map(of).max().unwrap_or(0));
        at(
            last(|p| p.column).saturating_mul(self.size.x + self.gap.x)
                + self.size.x
                + 2 * self.margin.x,
            last(|p| p.row).saturating_mul(self.size.y + self.gap.y)
                + self.size.y
                + 2 * (self.margin.y + self.room),
        )
    }

    /// The middle of a box.
    pub(super) fn center(&self, place: &Place) -> At {
        at(
            number(place.column).saturating_mul(self.size.x + self.gap.x)
                + self.size.x / 2
                + self.margin.x,
            number(place.row).saturating_mul(self.size.y + self.gap.y)
                + self.size.y / 2
                + self.margin.y
                + self.room,
        )
    }

    /// Whether a state stands on the straight way between two others.
    pub(super) fn blocked(&self, from: &Place, to: &Place) -> bool {
        let between = |n: u32, a: u32, b: u32| n > a.min(b) && n < a.max(b);
        self.places.iter().any(|p| {
            let column = p.column == from.column && from.column == to.column;
            let row = p.row == from.row && from.row == to.row;
            column && between(p.row, from.row, to.row)
                || row && between(p.column, from.column, to.column)
        })
    }

    /// The line between two states.
    pub(super) fn route(&self, from: &Place, to: &Place) -> Route {
        match self.blocked(from, to) {
            true if from.column == to.column => self.beside(from, to),
            true => self.over(from, to),
            false => self.straight(from, to),
        }
    }

    fn straight(&self, from: &Place, to: &Place) -> Route {
        let (a, b) = (self.center(from), self.center(to));
        let (start, end) = (border(self.size, a, b), border(self.size, b, a));
        let angle = f64::from(b.y - a.y)
            .atan2(f64::from(b.x - a.x))
            .to_degrees()
            .round() as i32;
        Route {
            path: format!("M{} {}L{} {}", start.x, start.y, end.x, end.y),
            middle: at((start.x + end.x) / 2, (start.y + end.y) / 2),
            tips: [(start, angle + 180), (end, angle)],
            narrow: from.row == to.row,
        }
    }

    /// Along a column: on the left of it in the left half of the picture, else on the right.
    fn beside(&self, from: &Place, to: &Place) -> Route {
        let last = self.places.iter().map(|p| p.column).max().unwrap_or(0);
        let side = if from.column * 2 <= last { -1 } else { 1 };
        let (a, b) = (self.center(from), self.center(to));
        // Off the middle, where other lines arrive.
        let off = (b.y - a.y).signum() * self.size.y / 4;
        let edge = a.x + side * self.size.x / 2;
        let (start, end, x) = (
            at(edge, a.y + off),
            at(edge, b.y - off),
            edge + side * SWING.x,
        );
        let angle = if side < 0 { 0 } else { 180 };
        Route {
            path: curve(start, at(x, start.y), at(x, end.y), end),
            middle: at((edge + 3 * x) / 4, (a.y + b.y) / 2),
            tips: [(start, angle), (end, angle)],
            narrow: false,
        }
    }

    /// Along a row: above it in the upper half of the picture, else below.
    fn over(&self, from: &Place, to: &Place) -> Route {
        let last = self.places.iter().map(|p| p.row).max().unwrap_or(0);
        let side = if from.row * 2 < last.max(1) { -1 } else { 1 };
        let (a, b) = (self.center(from), self.center(to));
        let off = (b.x - a.x).signum() * self.size.x / 4;
        let edge = a.y + side * self.size.y / 2;
        let (start, end, y) = (
            at(a.x + off, edge),
            at(b.x - off, edge),
            edge + side * SWING.y,
        );
        let angle = if side < 0 { 90 } else { 270 };
        Route {
            path: curve(start, at(start.x, y), at(end.x, y), end),
            middle: at((a.x + b.x) / 2, (edge + 3 * y) / 4),
            tips: [(start, angle), (end, angle)],
            narrow: false,
        }
    }
}

fn number(n: u32) -> i32 {
    i32::try_from(n).unwrap_or(i32::MAX / 1024)
}

fn curve(start: At, first: At, second: At, end: At) -> String {
    format!(
        "M{} {}C{} {} {} {} {} {}",
        start.x, start.y, first.x, first.y, second.x, second.y, end.x, end.y
    )
}

/// Where the way from the middle of a box to a point leaves the box.
fn border(size: At, center: At, to: At) -> At {
    let (x, y) = (f64::from(to.x - center.x), f64::from(to.y - center.y));
    let reach = |half: i32, along: f64| {
        if along == 0.0 {
            f64::INFINITY
        } else {
            f64::from(half) / along.abs()
        }
    };
    let part = reach(size.x / 2, x).min(reach(size.y / 2, y)).min(1.0);
    at(
        center.x + (x * part).round() as i32,
        center.y + (y * part).round() as i32,
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_begin_at_the_edge_of_a_box() {
        assert_eq!(border(at(172, 34), at(0, 0), at(500, 0)), at(86, 0));
        assert_eq!(border(at(172, 34), at(0, 0), at(0, -90)), at(0, -17));
        assert_eq!(border(at(172, 34), at(0, 0), at(340, 34)), at(86, 9));
        assert_eq!(border(at(172, 34), at(5, 5), at(5, 5)), at(5, 5));
    }
}
