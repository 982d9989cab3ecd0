//! What no trace may show: the rows of `breaches` tables.

use std::collections::BTreeSet;

use spec_model::analysis::trace_name_holds;
use spec_model::inline::plain;
use spec_model::model::{Breach, Observation};
use spec_model::source::Span;

use super::Replay;

/// What an event shows, beside the states.
#[derive(Clone, Debug, Default)]
pub(super) struct Seen<'a> {
    pub(super) opened: bool,
    pub(super) empty_read: bool,
    pub(super) too_much: bool,
    pub(super) finds_data: bool,
    pub(super) found: Option<bool>,
    pub(super) unread: bool,
    pub(super) by_itself: bool,
    pub(super) failed: Option<&'a str>,
}

impl Seen<'_> {
    pub(super) fn opened() -> Self {
        Self {
            opened: true,
            ..Self::default()
        }
    }
}

/// Rows that go on holding are reported once: row, device, other device.
pub(super) type Holding = BTreeSet<(usize, usize, Option<usize>)>;

/// The device of an event, the state that it came from, and the other one.
struct Case<'a> {
    number: usize,
    was: u32,
    other: Option<usize>,
    seen: &'a Seen<'a>,
}

impl<'t: 'e, 'e> Replay<'e, 't> {
    /// Holds an event against every row. The device is in its new state already; `was` is the one before.
    pub(super) fn observe(&mut self, number: usize, span: Span, was: u32, seen: Seen<'_>) {
        let edition = self.edition;
        for (row, breach) in edition.breaches.iter().enumerate() {
            let others: Vec<Option<usize>> = match speaks_of_another(breach) {
                true => (0..self.devices.len())
                    .filter(|n| *n != number)
                    .map(Some)
                    .collect(),
                false => vec![None],
            };
            let mut reported = false;
            for other in others {
                let case = Case {
                    number,
                    was,
                    other,
                    seen: &seen,
                };
                let key = (row, number, other);
                if !self.is_known(breach) || !self.holds(breach, &case) {
                    self.holding.remove(&key);
                    continue;
                }
                let again = !self.holding.insert(key) && lasts(breach);
                if !again && !reported {
                    let rule = Some(breach.breaks.value.as_str());
                    self.violate(number, span, rule, breach.by, &plain(&breach.meaning.value));
                    reported = true;
                }
            }
        }
    }

    /// Whether the trace shows every condition that the row names.
    fn is_known(&self, breach: &Breach) -> bool {
        let rows = self.edition.conditions.iter().zip(&self.conditions);
        let unknown: Vec<&str> = rows
            .filter(|(_, shown)| shown.is_none())
            .map(|(row, _)| row.name.value.as_str())
            .collect();
        let names = breach.when.value.names();
        !names
            .iter()
            .any(|name| unknown.contains(&name.name.as_str()))
    }

    fn holds(&self, breach: &Breach, case: &Case<'_>) -> bool {
        breach.when.value.eval(&|name| self.name_holds(name, case))
    }

    fn name_holds(&self, name: &str, case: &Case<'_>) -> bool {
        let device = &self.devices[case.number];
        let other = case.other.map(|n| &self.devices[n]);
        if name == "other_used" {
            return other.is_some_and(|other| other.used);
        }
        if let Some(observation) = Observation::named(name)
            && !self.register.knows(name)
        {
            return self.shows(observation, case);
        }
        let mut conditions = self.edition.conditions.iter();
        if let Some(n) = conditions.position(|row| row.name.value == name) {
            return self.conditions[n] == Some(true);
        }
        if let Some(fault) = self.fault(name)
            && !self.register.knows(name)
        {
            return case.seen.failed == Some(fault.errno.value.as_str());
        }
        if name.starts_with("other_") && other.is_none() && !self.register.knows(name) {
            return false;
        }
        let other = other.map_or(device.state, |other| other.state);
        trace_name_holds(self.register, name, case.was, device.state, other)
    }

    fn shows(&self, observation: Observation, case: &Case<'_>) -> bool {
        let (seen, devices) = (case.seen, &self.trace.devices);
        match observation {
            Observation::Opened => seen.opened,
            Observation::Used => self.devices[case.number].used,
            Observation::SharesP2p => {
                let other = case.other.is_some_and(|n| devices[n].p2p);
                devices[case.number].p2p && other
            }
            Observation::EmptyRead => seen.empty_read,
            Observation::TooMuch => seen.too_much,
            Observation::FindsData => seen.finds_data,
            Observation::FoundData => seen.found == Some(true),
            Observation::FoundNothing => seen.found == Some(false),
            Observation::Unread => seen.unread,
            Observation::ByItself => seen.by_itself,
        }
    }
}

/// Whether a row speaks of two devices.
fn speaks_of_another(breach: &Breach) -> bool {
    let names = breach.when.value.names();
    let shares = Observation::SharesP2p.name();
    names
        .iter()
        .any(|name| name.name.starts_with("other_") || name.name == shares)
}

/// Whether a row speaks of states alone, so that it may hold for many events.
fn lasts(breach: &Breach) -> bool {
    let of_an_event = |name: &str| {
        let lasting = [Observation::Used, Observation::SharesP2p];
        let observation = Observation::named(name);
        name.starts_with("was_") || observation.is_some_and(|it| !lasting.contains(&it))
    };
    let names = breach.when.value.names();
    !names.iter().any(|name| of_an_event(&name.name))
}
