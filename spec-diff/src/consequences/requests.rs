//! Requests of a register with states: answered otherwise, or by another path.

use spec_model::analysis::fsm::{Machine, NoPath, state_name};
use spec_model::model::{Edition, Fsm};

use super::Both;
use super::devices::devices;
use super::grouped::{Case, Cases};
use crate::change::{Consequence, What};

/// Compares every request between states that both versions have, on every device that both know.
pub(crate) fn find(both: &Both<'_, '_>, found: &mut Vec<Consequence>) {
    let (Some(old), Some(new)) = (&both.old.fsm, &both.new.fsm) else {
        return;
    };
    let states: Vec<(u32, u32)> = old
        .states
        .iter()
        .filter_map(|state| {
            let name = both.renamed(&state.name.value);
            Some((state.value.value, new.named(&name)?.value.value))
        })
        .collect();
    let devices = devices(both);
    let mut cases = Cases::default();
    for (number, device) in devices.iter().enumerate() {
        let before = Machine::new(old, &device.old);
        let after = Machine::new(new, &device.new);
        for from in &states {
            for to in &states {
                let before = Answer::of(both.old, old, &before, (from.0, to.0)).renamed(both);
                let after = Answer::of(both.new, new, &after, (from.1, to.1));
                let name = |state| state_name(new, state);
                let subject = format!("{} → {}", name(from.1), name(to.1));
                if let Some(case) = case(subject, before, after) {
                    cases.add(case, number);
                }
            }
        }
    }
    cases.judge(both, "request", &devices, found);
}

fn case(subject: String, before: Answer, after: Answer) -> Option<Case> {
    if before == after {
        return None;
    }
    let (part, what) = match (&before, &after) {
        (Answer::Path(_), Answer::Path(_)) => ("path", What::Changed),
        (Answer::Path(_), _) => ("answer", What::Removed),
        (_, Answer::Path(_)) => ("answer", What::Added),
        _ => ("answer", What::Changed),
    };
    Some(Case {
        subject,
        part,
        what,
        before: before.words(),
        after: after.words(),
    })
}

/// What a request is answered.
#[derive(Clone, Debug, PartialEq, Eq)]
enum Answer {
    /// The states that it leads through.
    Path(Vec<String>),
    /// The error, and its number.
    Refused(String, String),
    /// The device cannot be in the first state.
    NoSuchState,
}

impl Answer {
    fn of(edition: &Edition, fsm: &Fsm, machine: &Machine<'_>, (from, to): (u32, u32)) -> Self {
        if !machine.states().any(|state| state.value.value == from) {
            return Self::NoSuchState;
        }
        match machine.path(from, to) {
            Ok(path) => Self::Path(path.iter().map(|state| state_name(fsm, *state)).collect()),
            Err(NoPath::Refused(refusal)) => {
                let name = &refusal.fault.value;
                let fault = edition
                    .faults
                    .iter()
                    .find(|fault| fault.name.value == *name);
                let errno = fault.map_or_else(String::new, |fault| fault.errno.value.clone());
                Self::Refused(name.clone(), errno)
            }
            Err(_) => Self::NoSuchState,
        }
    }

    fn renamed(self, both: &Both<'_, '_>) -> Self {
        match self {
            Self::Path(path) => Self::Path(path.iter().map(|name| both.renamed(name)).collect()),
            Self::Refused(name, errno) => Self::Refused(both.renamed(&name), both.renamed(&errno)),
            Self::NoSuchState => self,
        }
    }

    fn words(self) -> Vec<String> {
        match self {
            Self::Path(path) => path,
            Self::Refused(name, errno) => vec![format!("refused: {name} ({errno})")],
            Self::NoSuchState => vec!["the device cannot be there".to_owned()],
        }
    }
}
