//! Lanes from left to right: a bar for each condition of the edition, the VMM, the devices. Flows and
//! counterexamples are drawn on them, from top to bottom.

use spec_model::analysis::register;
use spec_model::model::Edition;

use super::{At, Shapes, at, canvas, fill, int, label};
use crate::html::{Element, el, linked};
use crate::page::Page;

/// The height of the heads of the lanes.
pub(super) const TOP: i32 = 44;
/// Where the heads stand, and their size.
const HEAD_Y: i32 = TOP / 2 - 2;
const HEAD: At = At { x: 104, y: 26 };
/// Where the number of a step stands.
const NUMBER_X: i32 = 18;
/// The first bar, and the distance between bars.
const BAR_X: i32 = 78;
const BAR_STEP: i32 = 116;
/// From the last device to the edge.
const MARGIN: i32 = 96;

/// A picture in the making.
pub(super) struct Lanes<'a> {
    pub(super) page: &'a Page<'a>,
    pub(super) edition: &'a Edition,
    /// From the VMM to the first device, and from each device to the next.
    reach: i32,
    devices: usize,
    /// The name of the error state.
    error: Option<String>,
    pub(super) shapes: Shapes,
    texts: Vec<Element>,
}

impl<'a> Lanes<'a> {
    pub(super) fn new(
        page: &'a Page<'a>,
        edition: &'a Edition,
        reach: i32,
        devices: usize,
    ) -> Self {
        let error = register(edition).and_then(|it| Some(it.state_name(it.error()?)));
        Self {
            page,
            edition,
            reach,
            devices,
            error,
            shapes: Shapes::default(),
            texts: Vec::new(),
        }
    }

    /// Whether this is the name of the error state.
    pub(super) fn is_error(&self, name: &str) -> bool {
        self.error.as_deref() == Some(name)
    }

    pub(super) fn bar_x(&self, condition: usize) -> i32 {
        BAR_X + BAR_STEP * int(condition)
    }

    pub(super) fn vmm_x(&self) -> i32 {
        self.bar_x(self.edition.conditions.len())
    }

    pub(super) fn device_x(&self, device: usize) -> i32 {
        self.vmm_x() + self.reach * (int(device) + 1)
    }

    pub(super) fn width(&self) -> i32 {
        self.device_x(self.devices.saturating_sub(1)) + MARGIN
    }

    /// Stripes behind every other row of these heights, and the lifelines. They are asked for first:
    /// everything else lies above.
    pub(super) fn ground(&mut self, heights: &[i32]) {
        let mut y = TOP;
        for (n, &height) in heights.iter().enumerate() {
            if n % 2 == 1 {
                let middle = at(self.width() / 2, y + height / 2);
                self.shapes.rect("stripe", middle, self.width(), height);
            }
            y += height;
        }
        let bars = (0..self.edition.conditions.len()).map(|n| self.bar_x(n));
        let devices = (0..self.devices).map(|n| self.device_x(n));
        let lanes: Vec<i32> = bars.chain([self.vmm_x()]).chain(devices).collect();
        for x in lanes {
            self.shapes.line("life", at(x, TOP - 8), at(x, y));
        }
    }

    /// Thick where a condition holds.
    pub(super) fn bars(&mut self, conditions: &[bool], y: i32, height: i32) {
        for (n, _) in conditions.iter().enumerate().filter(|(_, on)| **on) {
            let middle = at(self.bar_x(n), y);
            self.shapes.rect("on", middle, 10, height);
        }
    }

    /// The names at the top: of the conditions, the VMM, and these devices.
    pub(super) fn heads(&mut self, devices: &[(String, Option<String>)]) {
        let (page, edition) = (self.page, self.edition);
        for (n, condition) in edition.conditions.iter().enumerate() {
            let href = page.to_row(edition, "condition", &condition.name.value);
            self.head(self.bar_x(n), &condition.column.value, href);
        }
        self.head(self.vmm_x(), "VMM", None);
        for (n, (name, href)) in devices.iter().enumerate() {
            self.head(self.device_x(n), name, href.clone());
        }
    }

    fn head(&mut self, x: i32, name: &str, href: Option<String>) {
        self.shapes.rect("head", at(x, HEAD_Y), HEAD.x, HEAD.y);
        self.link(at(x, HEAD_Y), "head", name, href);
    }

    /// Behind the head of a device: there may be more of its kind.
    pub(super) fn many(&mut self, device: usize) {
        let behind = at(self.device_x(device) + 5, HEAD_Y - 4);
        self.shapes.rect("head back", behind, HEAD.x, HEAD.y);
    }

    pub(super) fn text(&mut self, at: At, class: &str, text: &str) {
        self.texts.push(label(at, class, text));
    }

    /// A text that leads to what it names.
    pub(super) fn link(&mut self, at: At, class: &str, text: &str, href: Option<String>) {
        self.texts.push(linked(label(at, class, text), href));
    }

    /// The number of a step.
    pub(super) fn number(&mut self, y: i32, number: &str, href: Option<String>) {
        self.link(at(NUMBER_X, y), "number", number, href);
    }

    /// The new value of a condition.
    pub(super) fn changed(&mut self, condition: usize, on: bool, y: i32) {
        let row = &self.edition.conditions[condition];
        let word = if on { &row.on } else { &row.off };
        self.text(at(self.bar_x(condition) + 11, y), "side", word);
    }

    /// A box with a name that leads somewhere.
    pub(super) fn pill(&mut self, at: At, class: &'static str, name: &str, href: Option<String>) {
        self.shapes.pill(class, at, name);
        let bad = class == "box bad" || self.is_error(name);
        self.link(at, if bad { "name bad" } else { "name" }, name, href);
    }

    /// The state that a device is in.
    pub(super) fn state(&mut self, device: usize, y: i32, class: &'static str, name: &str) {
        let href = self.page.to_state(self.edition, name);
        self.pill(at(self.device_x(device), y), class, name, href);
    }

    /// Words at the middle of an arrow.
    pub(super) fn word(&mut self, from: i32, to: i32, y: i32, word: &str, href: Option<String>) {
        self.link(at(i32::midpoint(from, to), y - 9), "word", word, href);
    }

    /// The picture, so high.
    pub(super) fn picture(self, class: &str, height: i32, name: &str) -> Element {
        let svg = canvas(at(self.width(), height), class, name);
        let svg = fill(svg, self.shapes.elements(), self.texts);
        el("figure").class("diagram").child(svg)
    }
}
