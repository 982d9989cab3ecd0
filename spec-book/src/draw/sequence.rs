//! A flow as a sequence diagram: who does what in which step, from top to bottom.
//!
//! [`script`] finds out what happens; this file puts it on the lanes.

use spec_model::inline::plain;
use spec_model::model::{Devices, Edition, Flow, Target};
use spec_model::source::Spanned;

use super::lanes::{Lanes, TOP};
use super::{at, pill_width};
use crate::html::Element;
use crate::page::Page;
use crate::script::{Activity, Beat, Message, script};

/// The height of a row within a step.
const ROW: i32 = 30;
/// The room above and below the rows of a step.
const PAD: i32 = 6;
/// From the VMM to the device.
const REACH: i32 = 344;

/// The picture of a flow.
pub(crate) fn draw(page: &Page<'_>, edition: &Edition, flow: &Flow) -> Element {
    let mut stage = Stage {
        flow,
        lanes: Lanes::new(page, edition, REACH, 1),
    };
    let beats = script(edition, flow);
    let heights: Vec<i32> = beats.iter().map(height).collect();
    stage.ground(&beats, &heights);
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
    stage.lanes.picture("sequence", y + 8, &name)
}

fn height(beat: &Beat<'_>) -> i32 {
    let rows = i32::from(beat.message != Message::None)
        + rows(&work(beat))
        + i32::from(beat.injection.is_some())
        + i32::from(beat.fault.is_some());
    let barrier = if beat.step.barrier.is_some() { 24 } else { 0 };
    rows.max(1) * ROW + 2 * PAD + barrier
}

/// The boxes of the work: the name, the middle, the row.
fn work<'b>(beat: &'b Beat<'_>) -> Vec<(&'b str, i32, i32)> {
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

fn rows(work: &[(&str, i32, i32)]) -> i32 {
    work.last().map_or(0, |(_, _, row)| row + 1)
}

/// A picture in the making.
struct Stage<'a> {
    flow: &'a Flow,
    lanes: Lanes<'a>,
}

impl Stage<'_> {
    /// The device's bar is thick while it does all that it does in its initial state, thinner while it
    /// does a part of that.
    fn ground(&mut self, beats: &[Beat<'_>], heights: &[i32]) {
        self.lanes.ground(heights);
        let x = self.lanes.device_x(0);
        let mut y = TOP;
        for (beat, &height) in beats.iter().zip(heights) {
            let middle = y + height / 2;
            self.lanes.bars(&beat.step.conditions, middle, height);
            let width = match beat.activity {
                Activity::Rest => 0,
                Activity::Part => 4,
                Activity::Full => 10,
            };
            if width > 0 {
                self.lanes.shapes.rect("on", at(x, middle), width, height);
            }
            y += height;
        }
    }

    fn heads(&mut self) {
        let device = match self.flow.devices {
            Devices::One => "Device",
            Devices::Many => {
                self.lanes.many(0);
                "Every device"
            }
        };
        self.lanes.heads(&[(device.to_owned(), None)]);
    }

    fn step(&mut self, beat: &Beat<'_>, top: i32, height: i32) {
        let (page, edition) = (self.lanes.page, self.lanes.edition);
        let to = |kind, name: &str| page.to_row(edition, kind, name);
        let mut y = top + PAD + ROW / 2;
        let number = beat.step.number.value.to_string();
        let row = to(&self.flow.name.value, &number);
        self.lanes.number(y, &number, row);
        for &n in &beat.changed {
            self.lanes.changed(n, beat.step.conditions[n], y);
        }
        if beat.has_message() {
            self.message(beat, y);
        }
        if beat.message != Message::None {
            y += ROW;
        }
        let work = work(beat);
        for &(name, middle, row) in &work {
            let center = at(self.lanes.vmm_x() + middle - 6, y + row * ROW);
            self.lanes.pill(center, "work", name, to("work", name));
        }
        y += ROW * rows(&work);
        if let Some(injection) = beat.injection {
            let (name, center) = (&injection.name.value, at(self.lanes.device_x(0), y));
            self.lanes
                .pill(center, "box bad", name, to("failure", name));
            y += ROW;
        }
        if let Some(fault) = beat.fault {
            let (from, end) = (self.lanes.device_x(0), self.lanes.vmm_x() + 2);
            let (shaft, tip) = ("shaft dashed bad", "tip bad");
            self.lanes.shapes.arrow(shaft, tip, at(from, y), at(end, y));
            let (name, middle) = (&fault.name.value, at(i32::midpoint(from, end), y - 9));
            self.lanes.link(middle, "name bad", name, to("error", name));
        }
        if let Some(barrier) = &beat.step.barrier {
            self.barrier(&plain(&barrier.value), top + height - 14);
        }
    }

    /// What goes to the device or comes from it, and the state that it then is in.
    fn message(&mut self, beat: &Beat<'_>, y: i32) {
        let (vmm, device) = (self.lanes.vmm_x(), self.lanes.device_x(0));
        let edge = device - pill_width(&beat.state) / 2;
        let shapes = &mut self.lanes.shapes;
        match beat.message {
            Message::None => {}
            Message::Write | Message::Reset => {
                shapes.arrow("shaft", "tip", at(vmm, y), at(edge - 2, y));
            }
            Message::Read => {
                shapes.arrow("shaft dashed", "tip", at(edge, y), at(vmm + 2, y));
            }
        }
        if let Some(word) = self.word(beat) {
            let href = self.answer(beat);
            self.lanes.word(vmm, edge, y, word, href);
        }
        self.lanes.state(0, y, beat.state_class(), &beat.state);
    }

    /// Bits are written; a state is asked for.
    fn word(&self, beat: &Beat<'_>) -> Option<&'static str> {
        let requests = self.lanes.edition.fsm.is_some();
        Some(match (beat.message, beat.step.target.value) {
            (Message::None, _) => return None,
            (Message::Write, Target::Write(_)) if requests => "request again",
            (Message::Write, _) if requests => "request",
            (Message::Write, Target::Write(_)) => "write again",
            (Message::Write, _) => "write",
            (Message::Reset, _) => "reset",
            (Message::Read, _) => "reads",
        })
    }

    /// Where it is told what a message does: the row of the event, or the explorer.
    fn answer(&self, beat: &Beat<'_>) -> Option<String> {
        let Lanes { page, edition, .. } = self.lanes;
        match beat.message {
            Message::None | Message::Read => None,
            Message::Reset => page.to_row(edition, "event", "reset"),
            Message::Write => {
                let lacks = |name: &str| self.flow.lacks.iter().any(|it| it.value == name);
                page.to_request(edition, lacks, &beat.from, &beat.state)
            }
        }
    }

    /// A line across all lanes: nobody passes before everybody is there.
    fn barrier(&mut self, name: &str, y: i32) {
        let lanes = &mut self.lanes;
        lanes.shapes.line("wall", at(0, y), at(lanes.width(), y));
        let middle = at(i32::midpoint(lanes.vmm_x(), lanes.device_x(0)), y);
        lanes.text(middle, "wall-name", &format!("all devices: {name}"));
    }
}
