//! The way to what must not be, as a sequence diagram: a step is a row, each device has a lane.

use spec_model::model::Edition;
use spec_system::{Actor, Arrow, Counterexample, Step, letter};

use super::lanes::{Lanes, TOP};
use super::{at, int, pill_width};
use crate::html::Element;
use crate::page::Page;

/// The height of a step.
const ROW: i32 = 38;
/// From one lane to the next.
const LANE: i32 = 196;

/// The picture.
pub(crate) fn draw(
    page: &Page<'_>,
    edition: &Edition,
    what: &Counterexample,
    title: &str,
) -> Element {
    let mut stage = Stage {
        what,
        lanes: Lanes::new(page, edition, LANE, what.devices.len()),
    };
    stage.ground();
    stage.heads();
    stage.states(middle(0), &what.initial, &[]);
    let mut before = &what.initial;
    for (n, step) in what.steps.iter().enumerate() {
        stage.step(n, step, middle(n + 1), before);
        before = &step.devices;
    }
    let bottom = middle(what.steps.len()) + ROW / 2;
    stage.end(bottom);
    let name = format!("{title}, as a sequence diagram; the list below says the same");
    stage.lanes.picture("sequence broken", bottom + 34, &name)
}

/// The middle of a row.
fn middle(row: usize) -> i32 {
    TOP + ROW * int(row) + ROW / 2
}

/// A picture in the making.
struct Stage<'a> {
    what: &'a Counterexample,
    lanes: Lanes<'a>,
}

impl Stage<'_> {
    /// Bars where a condition holds, and thin ones where something is known of a device.
    fn ground(&mut self) {
        self.lanes.ground(&vec![ROW; self.what.steps.len() + 1]);
        self.lanes.bars(&self.what.conditions, middle(0), ROW);
        for (n, step) in self.what.steps.iter().enumerate() {
            let y = middle(n + 1);
            self.lanes.bars(&step.conditions, y, ROW);
            let known = step.observed.iter().enumerate();
            for (device, _) in known.filter(|(_, known)| !known.is_empty()) {
                let middle = at(self.lanes.device_x(device), y);
                self.lanes.shapes.rect("on", middle, 4, ROW);
            }
        }
    }

    fn heads(&mut self) {
        let (page, edition) = (self.lanes.page, self.lanes.edition);
        let device = |(n, kind): (usize, &String)| {
            let href = page.to_row(edition, "device", kind);
            (format!("{}: {kind}", letter(n)), href)
        };
        let devices = self.what.devices.iter().enumerate().map(device);
        self.lanes.heads(&devices.collect::<Vec<_>>());
    }

    /// The states of the devices, where they differ from those before.
    fn states(&mut self, y: i32, states: &[Option<String>], before: &[Option<String>]) {
        for (n, state) in states.iter().enumerate() {
            if before.get(n) != Some(state) {
                let name = state.as_deref().unwrap_or("absent");
                let class = if self.lanes.is_error(name) {
                    "box bad"
                } else {
                    "box"
                };
                self.lanes.state(n, y, class, name);
            }
        }
    }

    fn step(&mut self, n: usize, step: &Step, y: i32, before: &[Option<String>]) {
        self.lanes.number(y, &(n + 1).to_string(), None);
        self.changed_conditions(n, step, y);
        let last = n + 1 == self.what.steps.len();
        let (vmm, device) = (self.lanes.vmm_x(), |n: &usize| self.lanes.device_x(*n));
        match &step.arrow {
            Arrow::Request { .. } => self.request(step, y),
            Arrow::Reset { device: to } => {
                let reach = device(to) - 40;
                let shapes = &mut self.lanes.shapes;
                shapes.arrow("shaft", "tip", at(vmm, y), at(reach, y));
                let href = self.lanes.page.to_row(self.lanes.edition, "event", "reset");
                self.lanes.word(vmm, reach, y, "reset", href);
            }
            Arrow::Touch { device: to } => {
                let (from, to) = (self.lanes.bar_x(0), device(to) - 4);
                self.arrow(from, to, y, &step.act, last);
            }
            Arrow::Between { from, to } => {
                let (from, to) = (device(from), device(to));
                let to = if to > from { to - 4 } else { to + 4 };
                self.arrow(from, to, y, &step.act, last);
            }
            Arrow::None => self.alone(step, y, before, last),
        }
        self.states(y, &step.devices, before);
    }

    /// The VMM asks for a state.
    fn request(&mut self, step: &Step, y: i32) {
        let Arrow::Request {
            device,
            state,
            failed,
        } = &step.arrow
        else {
            return;
        };
        let shown = step.devices[*device].as_deref().unwrap_or(state);
        let vmm = self.lanes.vmm_x();
        let reach = self.lanes.device_x(*device) - pill_width(shown) / 2 - 2;
        let (shaft, tip) = arrow_class(*failed);
        let shapes = &mut self.lanes.shapes;
        shapes.arrow(shaft, tip, at(vmm, y), at(reach, y));
        if *failed {
            let href = self.lanes.page.to_state(self.lanes.edition, state);
            let word = format!("asks for {state}");
            self.lanes.word(vmm, reach, y, &word, href);
        }
    }

    fn arrow(&mut self, from: i32, to: i32, y: i32, act: &str, last: bool) {
        let (shaft, tip) = arrow_class(last);
        let shapes = &mut self.lanes.shapes;
        shapes.arrow(shaft, tip, at(from, y + 4), at(to, y + 4));
        let href = self.to_act(act);
        self.lanes.word(from, to, y + 4, act, href);
    }

    /// The row of a move, or of what it is a part of: work, an event, an action or an arc.
    fn to_act(&self, act: &str) -> Option<String> {
        let Lanes { page, edition, .. } = self.lanes;
        let mut kinds = ["move", "work", "event"].into_iter();
        let row = kinds.find_map(|kind| page.to_row(edition, kind, act));
        row.or_else(|| page.to_name(edition, act))
    }

    /// What somebody does without touching another.
    fn alone(&mut self, step: &Step, y: i32, before: &[Option<String>], last: bool) {
        let (page, edition) = (self.lanes.page, self.lanes.edition);
        let (name, href) = match &step.row {
            Some((flow, row)) => {
                let href = page.to_row(edition, flow, &row.to_string());
                (format!("{flow} {row}"), href)
            }
            None => (step.act.clone(), self.to_act(&step.act)),
        };
        let half = pill_width(&name) / 2;
        let x = match step.actor {
            // Beside the number of the step.
            Actor::Guest => self.lanes.bar_x(0).max(half + 32),
            // Beside the words of a condition.
            Actor::Operator | Actor::Vmm => self.lanes.vmm_x() + half - 6,
            Actor::Device(device) => {
                let state = step.devices[device].as_deref();
                if state != before[device].as_deref() {
                    // The box of the new state stands on the lane.
                    let left = pill_width(state.unwrap_or("absent")) / 2 + 8;
                    let end = at(self.lanes.device_x(device) - left, y);
                    return self.lanes.link(end, "end", &name, href);
                }
                self.lanes.device_x(device)
            }
        };
        let bad = last && step.row.is_none();
        let class = if bad { "box bad" } else { "work" };
        self.lanes.pill(at(x, y), class, &name, href);
    }

    fn changed_conditions(&mut self, n: usize, step: &Step, y: i32) {
        let before = match n.checked_sub(1) {
            Some(before) => &self.what.steps[before].conditions,
            None => &self.what.conditions,
        };
        for (c, (&on, _)) in step
            .conditions
            .iter()
            .zip(before)
            .enumerate()
            .filter(|(_, (on, was))| on != was)
        {
            self.lanes.changed(c, on, y);
        }
    }

    /// What is broken by the last step.
    fn end(&mut self, y: i32) {
        let lanes = &mut self.lanes;
        let width = lanes.width();
        lanes.shapes.line("wall", at(0, y), at(width, y));
        let href = lanes
            .page
            .to_row(lanes.edition, "invariant", &self.what.invariant);
        let middle = at(width / 2, y + 16);
        lanes.link(middle, "name bad", &self.what.meaning, href);
    }
}

fn arrow_class(bad: bool) -> (&'static str, &'static str) {
    if bad {
        ("shaft bad", "tip bad")
    } else {
        ("shaft", "tip")
    }
}
