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

/// Cases, each with the numbers of the devices on which it occurs.
#[derive(Default)]
pub(crate) struct Cases {
    list: Vec<(Case, Vec<usize>)>,
}

impl Cases {
    pub(crate) fn add(&mut self, case: Case, device: usize) {
        match self.list.iter_mut().find(|(known, _)| *known == case) {
            Some((_, devices)) => devices.push(device),
            None => self.list.push((case, vec![device])),
        }
    }

    /// Judges all of them, out of these devices.
    pub(crate) fn judge(
        self,
        both: &Both<'_, '_>,
        table: &str,
        all: &[Device<'_>],
        found: &mut Vec<Consequence>,
    ) {
        for (case, numbers) in self.list {
            let outcome = Outcome {
                subject: case.subject,
                before: case.before,
                after: case.after,
                devices: numbers.iter().map(|&n| all[n].name()).collect(),
                on: Some(phrase(&numbers, all)),
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

/// `on every device`; `on devices with p2p, without pre_copy`; or one set after the other.
fn phrase(numbers: &[usize], all: &[Device<'_>]) -> String {
    if numbers.len() == all.len() {
        return "on every device".to_owned();
    }
    let mut names: Vec<&str> = all.iter().flat_map(|device| device.new.clone()).collect();
    names.sort_unstable();
    names.dedup();
    let has = |n: usize, name: &str| all[n].new.contains(&name);
    let optional = names
        .iter()
        .filter(|name| !(0..all.len()).all(|n| has(n, name)));
    let (mut with, mut without) = (Vec::new(), Vec::new());
    for name in optional {
        if numbers.iter().all(|&n| has(n, name)) {
            with.push(*name);
        } else if !numbers.iter().any(|&n| has(n, name)) {
            without.push(*name);
        }
    }
    let fits = |n: &usize| {
        with.iter().all(|name| has(*n, name)) && !without.iter().any(|name| has(*n, name))
    };
    if (0..all.len()).filter(fits).count() != numbers.len() {
        let names: Vec<String> = numbers.iter().map(|&n| all[n].name()).collect();
        return format!("on devices with just {}", names.join("; or "));
    }
    let part = |word: &str, names: &[&str]| match names {
        [] => None,
        names => Some(format!("{word} {}", names.join(" and "))),
    };
    let parts = [part("with", &with), part("without", &without)];
    let parts: Vec<String> = parts.into_iter().flatten().collect();
    format!("on devices {}", parts.join(", "))
}
