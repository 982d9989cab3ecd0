//! The way to what must not be, as a sequence diagram: the machine's conditions, the VMM, and a lane for
//! each device.

use spec_model::model::Edition;
use spec_system::{Actor, Arrow, Counterexample, Step, letter};

use super::{At, Shapes, at, canvas, fill, label, pill_width};
use crate::html::{Element, el, linked};
use crate::page::Page;

/// The height of a step, and of the heads.
const ROW: i32 = 38;
const TOP: i32 = 44;
const NUMBER_X: i32 = 18;
const BAR_X: i32 = 82;
const BAR_STEP: i32 = 112;
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
        page,
        edition,
        what,
        shapes: Shapes::default(),
        texts: Vec::new(),
    };
    let steps = i32::try_from(what.steps.len()).unwrap_or(0);
    let bottom = TOP + ROW * (steps + 1);
    stage.ground(bottom);
    stage.heads();
    stage.states(TOP + ROW / 2, &what.initial, &[]);
    let mut before = &what.initial;
    for (n, step) in what.steps.iter().enumerate() {
        let y = TOP + ROW * (n as i32 + 1) + ROW / 2;
        stage.step(n, step, y, before);
        before = &step.devices;
    }
    stage.end(bottom);
    let name = format!("{title}, as a sequence diagram; the list below says the same");
    let svg = canvas(at(stage.width(), bottom + 34), "sequence broken", &name);
    let svg = fill(svg, stage.shapes.elements(), stage.texts);
    el("figure").class("diagram").child(svg)
}

struct Stage<'a> {
    page: &'a Page<'a>,
    edition: &'a Edition,
    what: &'a Counterexample,
    shapes: Shapes,
    texts: Vec<Element>,
}

impl Stage<'_> {
    fn bar_x(&self, condition: usize) -> i32 {
        BAR_X + BAR_STEP * i32::try_from(condition).unwrap_or(0)
    }

    fn vmm_x(&self) -> i32 {
        self.bar_x(self.what.columns.len())
    }

    fn device_x(&self, device: usize) -> i32 {
        self.vmm_x() + LANE * (i32::try_from(device).unwrap_or(0) + 1)
    }

    fn width(&self) -> i32 {
        self.device_x(self.what.devices.len().saturating_sub(1)) + LANE / 2
    }

    fn text(&mut self, at: At, class: &str, text: &str) {
        self.texts.push(label(at, class, text));
    }

    /// Stripes, lifelines, and bars: where a condition holds, and where something is known of a device.
    fn ground(&mut self, bottom: i32) {
        for n in (0..=self.what.steps.len()).filter(|n| n % 2 == 1) {
            let y = TOP + ROW * n as i32 + ROW / 2;
            let middle = at(self.width() / 2, y);
            self.shapes.rect("stripe", middle, self.width(), ROW);
        }
        let bars: Vec<i32> = (0..self.what.columns.len())
            .map(|n| self.bar_x(n))
            .collect();
        let devices: Vec<i32> = (0..self.what.devices.len())
            .map(|n| self.device_x(n))
            .collect();
        for &x in bars.iter().chain([&self.vmm_x()]).chain(&devices) {
            self.shapes.line("life", at(x, TOP - 8), at(x, bottom));
        }
        let steps = self
            .what
            .steps
            .iter()
            .map(|step| (&step.conditions, Some(&step.observed)));
        let first = std::iter::once((&self.what.conditions, None));
        for (n, (conditions, observed)) in first.chain(steps).enumerate() {
            let y = TOP + ROW * n as i32 + ROW / 2;
            for (&x, _) in bars.iter().zip(conditions).filter(|(_, on)| **on) {
                self.shapes.rect("on", at(x, y), 10, ROW);
            }
            let known = observed.into_iter().flatten();
            for (&x, _) in devices
                .iter()
                .zip(known)
                .filter(|(_, known)| !known.is_empty())
            {
                self.shapes.rect("on", at(x, y), 4, ROW);
            }
        }
    }

    fn heads(&mut self) {
        let y = TOP / 2 - 2;
        let columns = self.what.columns.iter().enumerate();
        let mut heads: Vec<(i32, String)> = columns
            .map(|(n, column)| (self.bar_x(n), column.title.clone()))
            .collect();
        heads.push((self.vmm_x(), "VMM".to_owned()));
        let devices = self.what.devices.iter().enumerate();
        let device =
            |(n, kind): (usize, &String)| (self.device_x(n), format!("{}: {kind}", letter(n)));
        heads.extend(devices.map(device));
        for (x, name) in heads {
            self.shapes.rect("head", at(x, y), 104, 26);
            self.text(at(x, y), "head", &name);
        }
    }

    /// The states of the devices, where they differ from those before.
    fn states(&mut self, y: i32, states: &[Option<String>], before: &[Option<String>]) {
        for (n, state) in states.iter().enumerate() {
            if before.get(n) != Some(state) {
                let name = state.as_deref().unwrap_or("absent");
                let bad = name == "ERROR";
                let class = if bad { "box bad" } else { "box" };
                self.pill(at(self.device_x(n), y), class, name, bad);
            }
        }
    }

    fn pill(&mut self, center: At, class: &'static str, name: &str, bad: bool) {
        self.shapes.pill(class, center, name);
        self.text(center, if bad { "name bad" } else { "name" }, name);
    }

    fn step(&mut self, n: usize, step: &Step, y: i32, before: &[Option<String>]) {
        self.text(at(NUMBER_X, y), "number", &(n + 1).to_string());
        self.changed_conditions(n, step, y);
        let last = n + 1 == self.what.steps.len();
        match &step.arrow {
            Arrow::Request {
                device,
                state,
                failed,
            } => {
                let shown = step.devices[*device].as_deref().unwrap_or(state);
                let reach = self.device_x(*device) - pill_width(shown) / 2 - 2;
                let tip = if *failed {
                    ("shaft bad", "tip bad")
                } else {
                    ("shaft", "tip")
                };
                self.shapes
                    .arrow(tip.0, tip.1, at(self.vmm_x(), y), at(reach, y));
                if *failed {
                    self.word(self.vmm_x(), reach, y, &format!("asks for {state}"));
                }
            }
            Arrow::Reset { device } => {
                let reach = self.device_x(*device) - 40;
                self.shapes
                    .arrow("shaft", "tip", at(self.vmm_x(), y), at(reach, y));
                self.word(self.vmm_x(), reach, y, "reset");
            }
            Arrow::Touch { device } => {
                let (from, to) = (self.bar_x(0), self.device_x(*device) - 4);
                self.arrow(from, to, y, &step.act, last);
            }
            Arrow::Between { from, to } => {
                let (from, to) = (self.device_x(*from), self.device_x(*to));
                let to = if to > from { to - 4 } else { to + 4 };
                self.arrow(from, to, y, &step.act, last);
            }
            Arrow::None => self.alone(step, y, last),
        }
        self.states(y, &step.devices, before);
    }

    fn arrow(&mut self, from: i32, to: i32, y: i32, act: &str, last: bool) {
        let (shaft, tip) = if last {
            ("shaft bad", "tip bad")
        } else {
            ("shaft", "tip")
        };
        self.shapes
            .arrow(shaft, tip, at(from, y + 4), at(to, y + 4));
        self.word(from, to, y + 4, act);
    }

    fn word(&mut self, from: i32, to: i32, y: i32, word: &str) {
        self.text(at((from + to) / 2, y - 9), "word", word);
    }

    /// What somebody does without touching another.
    fn alone(&mut self, step: &Step, y: i32, last: bool) {
        let x = match step.actor {
            Actor::Guest => self.bar_x(0),
            Actor::Operator | Actor::Vmm => self.vmm_x(),
            Actor::Device(device) => self.device_x(device),
        };
        if let Some((flow, row)) = &step.row {
            let name = format!("{flow} {row}");
            self.shapes.pill("work", at(x, y), &name);
            let href = self.page.to_row(self.edition, flow, &row.to_string());
            self.texts
                .push(linked(label(at(x, y), "name", &name), href));
        } else {
            let class = if last { "box bad" } else { "work" };
            self.pill(at(x, y), class, &step.act, last);
        }
    }

    fn changed_conditions(&mut self, n: usize, step: &Step, y: i32) {
        let before = match n.checked_sub(1) {
            Some(before) => &self.what.steps[before].conditions,
            None => &self.what.conditions,
        };
        let columns = self.what.columns.iter().enumerate();
        let changed = columns.filter(|(c, _)| before[*c] != step.conditions[*c]);
        let words: Vec<(i32, &str)> = changed
            .map(|(c, column)| {
                let on = step.conditions[c];
                (
                    self.bar_x(c) + 11,
                    if on { &*column.on } else { &*column.off },
                )
            })
            .collect();
        for (x, word) in words {
            self.text(at(x, y), "side", word);
        }
    }

    /// What is broken by the last step.
    fn end(&mut self, y: i32) {
        self.shapes.line("wall", at(0, y), at(self.width(), y));
        let middle = at(self.width() / 2, y + 16);
        let text = self.what.meaning.clone();
        self.text(middle, "name bad", &text);
    }
}
