//! A flow as a sequence diagram: who does what in which step, from top to bottom.
//!
//! Lanes from left to right: a bar for each condition of the edition, the VMM, the device. [`script`]
//! finds out what happens; this file puts it on the page.

use spec_model::inline::plain;
use spec_model::model::{Devices, Edition, Flow, Target};
use spec_model::source::Spanned;

use super::{At, Shapes, at, canvas, fill, label, pill_width};
use crate::html::{Element, el, linked};
use crate::page::Page;
use crate::script::{Activity, Beat, Message, script};

/// The height of a row within a step.
const ROW: i32 = 30;
/// The room above and below the rows of a step.
const PAD: i32 = 6;
/// The height of the heads of the lanes.
const TOP: i32 = 44;
/// Where the number of a step stands.
const NUMBER_X: i32 = 18;
/// The first bar, and the distance between bars.
const BAR_X: i32 = 78;
const BAR_STEP: i32 = 116;
/// From the VMM to the device.
const REACH: i32 = 344;
/// From the device to the edge.
const MARGIN: i32 = 96;

/// The picture of a flow.
pub(crate) fn draw(page: &Page<'_>, edition: &Edition, flow: &Flow) -> Element {
    let mut stage = Stage {
        page,
        edition,
        flow,
        shapes: Shapes::default(),
        texts: Vec::new(),
    };
    let beats = script(edition, flow);
    let heights: Vec<i32> = beats.iter().map(|beat| stage.height(beat)).collect();
    let bottom = TOP + heights.iter().sum::<i32>();
    stage.ground(&beats, &heights, bottom);
    stage.heads();
    let mut y = TOP;
    for (beat, height) in beats.iter().zip(&heights) {
        stage.step(beat, y, *height);
        y += height;
    }
    let name = format!(
        "{}, as a sequence diagram; the table above says the same",
        flow.title
    );
    let svg = canvas(at(stage.width(), bottom + 8), "sequence", &name);
    let svg = fill(svg, stage.shapes.elements(), stage.texts);
    el("figure").class("diagram").child(svg)
}

/// A picture in the making.
struct Stage<'a> {
    page: &'a Page<'a>,
    edition: &'a Edition,
    flow: &'a Flow,
    shapes: Shapes,
    texts: Vec<Element>,
}

impl Stage<'_> {
    fn bar_x(&self, condition: usize) -> i32 {
        BAR_X + BAR_STEP * i32::try_from(condition).unwrap_or(0)
    }

    fn vmm_x(&self) -> i32 {
        self.bar_x(self.edition.conditions.len())
    }

    fn device_x(&self) -> i32 {
        self.vmm_x() + REACH
    }

    fn width(&self) -> i32 {
        self.device_x() + MARGIN
    }

    fn text(&mut self, at: At, class: &str, text: &str) {
        self.texts.push(label(at, class, text));
    }

    /// Stripes for the steps, and the lifelines: thick where a condition holds and while the device
    /// does all that it does in its initial state, thinner while it does a part of that.
    fn ground(&mut self, beats: &[Beat<'_>], heights: &[i32], bottom: i32) {
        let lanes = self.edition.conditions.len();
        // What is asked for first lies below.
        let mut y = TOP;
        for (n, &height) in heights.iter().enumerate() {
            if n % 2 == 1 {
                let middle = at(self.width() / 2, y + height / 2);
                self.shapes.rect("stripe", middle, self.width(), height);
            }
            y += height;
        }
        let bars = (0..lanes).map(|lane| self.bar_x(lane));
        for x in bars
            .chain([self.vmm_x(), self.device_x()])
            .collect::<Vec<_>>()
        {
            self.shapes.line("life", at(x, TOP - 8), at(x, bottom));
        }
        let mut y = TOP;
        for (beat, &height) in beats.iter().zip(heights) {
            let middle = y + height / 2;
            for lane in (0..lanes).filter(|&lane| beat.step.conditions[lane]) {
                self.shapes
                    .rect("on", at(self.bar_x(lane), middle), 10, height);
            }
            let width = match beat.activity {
                Activity::Rest => 0,
                Activity::Part => 4,
                Activity::Full => 10,
            };
            if width > 0 {
                self.shapes
                    .rect("on", at(self.device_x(), middle), width, height);
            }
            y += height;
        }
    }

    /// The names at the top.
    fn heads(&mut self) {
        let y = TOP / 2 - 2;
        let device = match self.flow.devices {
            Devices::One => "Device",
            Devices::Many => "Every device",
        };
        if self.flow.devices == Devices::Many {
            self.shapes
                .rect("head back", at(self.device_x() + 5, y - 4), 104, 26);
        }
        let conditions = self.edition.conditions.iter().enumerate();
        let conditions = conditions.map(|(n, c)| (self.bar_x(n), c.column.value.as_str()));
        let ends = [(self.vmm_x(), "VMM"), (self.device_x(), device)];
        for (x, name) in conditions.chain(ends).collect::<Vec<_>>() {
            self.shapes.rect("head", at(x, y), 104, 26);
            self.text(at(x, y), "head", name);
        }
    }

    fn height(&self, beat: &Beat<'_>) -> i32 {
        let rows = i32::from(beat.message != Message::None)
            + rows(&self.work(beat))
            + i32::from(beat.injection.is_some())
            + i32::from(beat.fault.is_some());
        let barrier = if beat.step.barrier.is_some() { 24 } else { 0 };
        rows.max(1) * ROW + 2 * PAD + barrier
    }

    /// The boxes of the work: the name, the middle, the row.
    fn work<'b>(&self, beat: &'b Beat<'_>) -> Vec<(&'b str, i32, i32)> {
        let (mut x, mut row) = (0, 0);
        let place = |work: &'b Spanned<String>| {
            let width = pill_width(&work.value);
            // A state that nobody wrote stands in the same row.
            let state = if beat.news && row == 0 {
                pill_width(&beat.state) / 2
            } else {
                0
            };
            if x > 0 && x + width > REACH - 16 - state {
                (x, row) = (0, row + 1);
            }
            let middle = x + width / 2;
            x += width + 8;
            (work.value.as_str(), middle, row)
        };
        beat.step.work.iter().map(place).collect()
    }

    fn step(&mut self, beat: &Beat<'_>, top: i32, height: i32) {
        let mut y = top + PAD + ROW / 2;
        self.number(beat, y);
        for &n in &beat.changed {
            let condition = &self.edition.conditions[n];
            let word = if beat.step.conditions[n] {
                &condition.on
            } else {
                &condition.off
            };
            self.text(at(self.bar_x(n) + 11, y), "side", word);
        }
        if beat.has_message() {
            self.message(beat, y);
        }
        if beat.message != Message::None {
            y += ROW;
        }
        let work = self.work(beat);
        for &(name, middle, row) in &work {
            let center = at(self.vmm_x() + middle - 6, y + row * ROW);
            self.shapes.pill("work", center, name);
            self.text(center, "name", name);
        }
        y += ROW * rows(&work);
        if let Some(injection) = beat.injection {
            let center = at(self.device_x(), y);
            self.shapes.pill("box bad", center, &injection.name.value);
            self.text(center, "name bad", &injection.name.value);
            y += ROW;
        }
        if let Some(fault) = beat.fault {
            let (from, to) = (at(self.device_x(), y), at(self.vmm_x() + 2, y));
            self.shapes.arrow("shaft dashed bad", "tip bad", from, to);
            self.text(
                at((from.x + to.x) / 2, y - 9),
                "name bad",
                &fault.name.value,
            );
        }
        if let Some(barrier) = &beat.step.barrier {
            self.barrier(&plain(&barrier.value), top + height - 14);
        }
    }

    /// The number of the step leads to its row.
    fn number(&mut self, beat: &Beat<'_>, y: i32) {
        let number = beat.step.number.value.to_string();
        let href = self
            .page
            .to_row(self.edition, &self.flow.name.value, &number);
        self.texts
            .push(linked(label(at(NUMBER_X, y), "number", &number), href));
    }

    /// What goes to the device or comes from it, and the state that it then is in. An arrow to a
    /// state is a write; what is not so plain has a word.
    fn message(&mut self, beat: &Beat<'_>, y: i32) {
        let (vmm, device) = (at(self.vmm_x(), y), at(self.device_x(), y));
        let edge = at(device.x - pill_width(&beat.state) / 2, y);
        // Bits are written; a state is asked for.
        let requests = self.edition.fsm.is_some();
        let word = match (beat.message, beat.step.target.value) {
            (Message::None, _) => "",
            (Message::Write, Target::Write(_)) if requests => "request again",
            (Message::Write, _) if requests => "request",
            (Message::Write, Target::Write(_)) => "write again",
            (Message::Write, _) => "write",
            (Message::Reset, _) => "reset",
            (Message::Read, _) => "reads",
        };
        match beat.message {
            Message::None => {}
            Message::Write | Message::Reset => {
                self.shapes.arrow("shaft", "tip", vmm, at(edge.x - 2, y));
            }
            Message::Read => self
                .shapes
                .arrow("shaft dashed", "tip", edge, at(vmm.x + 2, y)),
        }
        if !word.is_empty() {
            self.text(at((vmm.x + edge.x) / 2, y - 9), "word", word);
        }
        self.shapes.pill(beat.state_class(), device, &beat.state);
        self.text(
            device,
            if beat.error { "name bad" } else { "name" },
            &beat.state,
        );
    }

    /// A line across all lanes: nobody passes before everybody is there.
    fn barrier(&mut self, name: &str, y: i32) {
        self.shapes.line("wall", at(0, y), at(self.width(), y));
        let middle = at((self.vmm_x() + self.device_x()) / 2, y);
        self.text(middle, "wall-name", &format!("all devices: {name}"));
    }
}

fn rows(work: &[(&str, i32, i32)]) -> i32 {
    work.last().map_or(0, |(_, _, row)| row + 1)
}
