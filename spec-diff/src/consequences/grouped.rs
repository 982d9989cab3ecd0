//! The same difference on several devices is told once.

use super::devices::Device;
use super::{Both, Outcome, judged};
use crate::change::{Consequence, What};

/// A difference on one device.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Case {
    pub(crate) subject: String,
    pub(crate) part: &'static str,
    pub(crate) what: What,
    pub(crate) before: Vec<String>,
    pub(crate) after: Vec<String>,
}

/// Cases, each with the devices on which it occurs.
#[derive(Default)]
pub(crate) struct Cases {
    list: Vec<(Case, Vec<String>)>,
}

impl Cases {
    pub(crate) fn add(&mut self, case: Case, device: &Device<'_>) {
        let name = device.name();
        match self.list.iter_mut().find(|(known, _)| *known == case) {
            Some((_, devices)) => devices.push(name),
            None => self.list.push((case, vec![name])),
        }
    }

    /// Judges all of them. `of` is how many devices there are.
    pub(crate) fn judge(
        self,
        both: &Both<'_, '_>,
        table: &str,
        of: usize,
        found: &mut Vec<Consequence>,
    ) {
        for (case, devices) in self.list {
            let everywhere = devices.len() == of;
            let outcome = Outcome {
                subject: case.subject,
                before: case.before,
                after: case.after,
                devices,
                everywhere,
            };
            let place = (table, case.part);
            found.push(judged(
                both.sides,
                Some(both.name()),
                place,
                case.what,
                outcome,
            ));
        }
    }
}
