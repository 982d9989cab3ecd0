//! A flow as a sequence diagram: who does what in which step, from top to bottom.
//!
//! Lanes from left to right: a bar for each condition of the edition, the VMM, the device. [`script`]
//! finds out what happens; this file puts it on the page.

use spec_model::inline::plain;
use spec_model::model::{Devices, Edition, Flow};
use spec_model::source::Spanned;

use super::{Anchor, At, arrow, at, canvas, label, line, pill, pill_width, rect};
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

/// Where everything stands in one diagram.
struct Stage<'a> {
    page: &'a Page<'a>,
    edition: &'a Edition,
    flow: &'a Flow,
}

/// The picture of a flow.
pub(crate) fn draw(page: &Page<'_>, edition: &Edition, flow: &Flow) -> Element {
    let stage = Stage {
        page,
        edition,
        flow,
    };
    let beats = script(edition, flow);
    let heights: Vec<i32> = beats.iter().map(|beat| stage.height(beat)).collect();
    let bottom = TOP + heights.iter().sum::<i32>();
    let name = format!(
        "{}, as a sequence diagram; the table above says the same",
        flow.title
    );
    let mut svg = canvas(at(stage.width(), bottom + 8), "sequence", &name);
    let mut y = TOP;
    for (n, height) in heights.iter().enumerate() {
        if n % 2 == 1 {
            let middle = at(stage.width() / 2, y + height / 2);
            svg = svg
                .child(rect(middle, stage.width(), *height, 0, "stripe"))
                .line();
        }
        y += height;
    }
    svg = svg.children(stage.bars(&beats, &heights)).line();
    svg = svg.children(stage.heads()).line();
    let mut y = TOP;
    for (beat, height) in beats.iter().zip(&heights) {
        svg = svg.child(stage.step(beat, y, *height)).line();
        y += height;
    }
    el("figure").class("diagram").line().child(svg).line()
}

impl Stage<'_> {
    fn bar_x(&self, condition: usize) -> i32 {
        BAR_X + BAR_STEP * i32::try_from(condition).unwrap_or(0)
    }

    /// The link to the row of a name.
    fn row(&self, kind: &str, name: &Spanned<String>) -> Option<String> {
        self.page.to_row(self.edition, kind, &name.value)
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

    /// The names at the top.
    fn heads(&self) -> Vec<Element> {
        let y = TOP / 2 - 2;
        let conditions = self
            .edition
            .conditions
            .iter()
            .enumerate()
            .map(|(n, condition)| {
                let head = head(at(self.bar_x(n), y), &condition.column.value);
                let href = self.row("condition", &condition.name);
                linked(head, href)
            });
        let mut heads: Vec<Element> = conditions.collect();
        heads.push(head(at(self.vmm_x(), y), "VMM"));
        let device = at(self.device_x(), y);
        heads.push(match self.flow.devices {
            Devices::One => head(device, "Device"),
            Devices::Many => el("g")
                .child(rect(at(device.x + 5, y - 4), 104, 26, 4, "head-box"))
                .child(head(device, "Every device")),
        });
        heads
    }

    /// The lifelines: thick where a condition holds and while the device does all that it does in
    /// its initial state, thinner while it does a part of that.
    fn bars(&self, beats: &[Beat<'_>], heights: &[i32]) -> Vec<Element> {
        let bottom = TOP + heights.iter().sum::<i32>();
        let lanes = self.edition.conditions.len();
        let mut bars = vec![life(self.vmm_x(), bottom)];
        for lane in 0..=lanes {
            let x = if lane == lanes {
                self.device_x()
            } else {
                self.bar_x(lane)
            };
            bars.push(life(x, bottom));
            let mut y = TOP;
            for (beat, height) in beats.iter().zip(heights) {
                let width = match beat.activity {
                    _ if lane < lanes && !beat.step.conditions[lane] => 0,
                    Activity::Rest if lane == lanes => 0,
                    Activity::Part if lane == lanes => 4,
                    _ => 10,
                };
                if width > 0 {
                    bars.push(rect(at(x, y + height / 2), width, *height, 0, "on"));
                }
                y += height;
            }
        }
        bars
    }

    fn height(&self, beat: &Beat<'_>) -> i32 {
        let message = i32::from(beat.message != Message::None);
        let work = self
            .work_rows(beat)
            .iter()
            .map(|(_, _, row)| row + 1)
            .max()
            .unwrap_or(0);
        let rows =
            message + work + i32::from(beat.injection.is_some()) + i32::from(beat.fault.is_some());
        let barrier = if beat.step.barrier.is_some() { 24 } else { 0 };
        rows.max(1) * ROW + 2 * PAD + barrier
    }

    /// The boxes of the work: the index, the middle, the row.
    fn work_rows(&self, beat: &Beat<'_>) -> Vec<(usize, i32, i32)> {
        let (mut x, mut row) = (0, 0);
        let place = |(n, work): (usize, &Spanned<String>)| {
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
            (n, middle, row)
        };
        beat.step.work.iter().enumerate().map(place).collect()
    }

    fn step(&self, beat: &Beat<'_>, top: i32, height: i32) -> Element {
        let mut y = top + PAD + ROW / 2;
        let number = beat.step.number.value;
        let href = self
            .page
            .to_row(self.edition, &self.flow.name.value, &number.to_string());
        let badge = label(
            at(NUMBER_X, y),
            Anchor::Middle,
            "number",
            &number.to_string(),
        );
        let mut group = el("g").class("step").child(linked(badge, href));
        group = group.children(self.words(beat, y));
        if beat.has_message() {
            group = group.children(self.message(beat, y));
        }
        if beat.message != Message::None {
            y += ROW;
        }
        let rows = self.work_rows(beat);
        for (n, middle, row) in &rows {
            let work = &beat.step.work[*n];
            let center = at(self.vmm_x() + middle - 6, y + row * ROW);
            let href = self.row("work", work);
            group = group.child(linked(pill(center, "work", &work.value), href));
        }
        y += ROW * rows.iter().map(|(_, _, row)| row + 1).max().unwrap_or(0);
        if let Some(injection) = beat.injection {
            let href = self.row("failure", &injection.name);
            let center = at(self.device_x(), y);
            group = group.child(linked(pill(center, "bad", &injection.name.value), href));
            y += ROW;
        }
        group = group.children(beat.fault.iter().map(|fault| {
            let href = self.row("error", &fault.name);
            let arrow = self.arrow_left(y, "bad dashed", &fault.name.value);
            linked(arrow, href)
        }));
        group.maybe(self.barrier(beat, top + height))
    }

    /// The word of each condition that changes in this step.
    fn words<'s>(&'s self, beat: &'s Beat<'_>, y: i32) -> impl Iterator<Item = Element> + 's {
        beat.changed.iter().map(move |&n| {
            let condition = &self.edition.conditions[n];
            let word = if beat.step.conditions[n] {
                &condition.on
            } else {
                &condition.off
            };
            label(at(self.bar_x(n) + 11, y), Anchor::Start, "word", word)
        })
    }

    /// What goes to the device or comes from it, and the state that it then is in.
    fn message(&self, beat: &Beat<'_>, y: i32) -> Vec<Element> {
        let state = pill(at(self.device_x(), y), beat.state_class(), &beat.state);
        let edge = self.device_x() - pill_width(&beat.state) / 2;
        let to_device = |word: &str, class: &str| {
            let from = at(self.vmm_x(), y);
            let middle = at((self.vmm_x() + edge) / 2, y - 9);
            el("g")
                .child(arrow(from, at(edge - 2, y), class))
                .child(label(middle, Anchor::Middle, "word", word))
        };
        let message = match beat.message {
            Message::None => return vec![state],
            Message::Write => to_device("write", ""),
            Message::Reset => {
                let reset = self
                    .edition
                    .events
                    .iter()
                    .find(|event| event.name.value == "reset");
                let arrow = to_device("reset", "reset");
                match reset {
                    Some(event) => linked(arrow, self.row("event", &event.name)),
                    None => arrow,
                }
            }
            Message::Read => {
                let middle = at((self.vmm_x() + edge) / 2, y - 9);
                el("g")
                    .child(arrow(at(edge, y), at(self.vmm_x() + 2, y), "dashed"))
                    .child(label(middle, Anchor::Middle, "word", "reads"))
            }
        };
        vec![message, state]
    }

    /// An answer from the device.
    fn arrow_left(&self, y: i32, class: &str, name: &str) -> Element {
        let middle = at((self.vmm_x() + self.device_x()) / 2, y - 9);
        el("g")
            .class("answer")
            .child(arrow(
                at(self.device_x(), y),
                at(self.vmm_x() + 2, y),
                class,
            ))
            .child(label(middle, Anchor::Middle, "name bad", name))
    }

    /// A line across all lanes: nobody passes before everybody is there.
    fn barrier(&self, beat: &Beat<'_>, bottom: i32) -> Option<Element> {
        let text = plain(&beat.step.barrier.as_ref()?.value);
        let y = bottom - 14;
        let middle: At = at((self.vmm_x() + self.device_x()) / 2, y);
        let words = format!("all devices: {text}");
        Some(
            el("g")
                .class("barrier")
                .child(line(at(0, y), at(self.width(), y), "wall"))
                .child(label(middle, Anchor::Middle, "wall-name", &words)),
        )
    }
}

fn life(x: i32, bottom: i32) -> Element {
    line(at(x, TOP - 8), at(x, bottom), "life")
}

fn head(center: At, name: &str) -> Element {
    el("g")
        .class("head")
        .child(rect(center, 104, 26, 4, "head-box"))
        .child(label(center, Anchor::Middle, "head-name", name))
}
