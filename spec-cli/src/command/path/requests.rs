//! Requests of a register that holds one state: the arcs that they lead along.

use spec_model::analysis::fsm::{Machine, NoPath, parse_state, state_name};
use spec_model::analysis::{capability_flags, capability_sets};
use spec_model::model::{Book, Edition, Fsm};

use super::{Args, answer, capabilities};
use crate::output::{Outcome, Stop, note, print};

/// Answers the command line about an edition of states.
pub(super) fn answer(book: &Book, edition: &Edition, fsm: &Fsm, args: &Args) -> Outcome {
    if args.order.is_some() {
        return Err(Stop::trouble(format!(
            "the edition `{}` has paths and no orders of actions: leave --order out",
            args.edition
        )));
    }
    let question = Question { book, edition, fsm };
    match (&args.old, &args.new) {
        (Some(from), Some(to)) => question.one(args.caps.as_deref(), from, to),
        _ => question.all(args.caps.as_deref()),
    }
}

/// What is asked about.
struct Question<'a> {
    book: &'a Book,
    edition: &'a Edition,
    fsm: &'a Fsm,
}

impl<'a> Question<'a> {
    fn one(&self, caps: Option<&str>, from: &str, to: &str) -> Outcome {
        let machine = self.machine(caps)?;
        let state = |text| parse_state(self.fsm, text).map_err(|e| Stop::trouble(e.to_string()));
        let (from, to) = (state(from)?, state(to)?);
        match machine.path(from, to) {
            Ok(path) => self.arcs(&path),
            Err(NoPath::Refused(refusal)) => {
                let (from, to) = (self.name(from), self.name(to));
                let what = format!("the request of {to} to a device in {from}");
                answer::refused(self.book, self.edition, refusal, &what)
            }
            Err(_) => self.no_such_device(&machine, from),
        }
    }

    fn arcs(&self, path: &[u32]) -> Outcome {
        if path.len() < 2 {
            note("the device is in that state already: no arc is taken");
        }
        let arc = |ends: &[u32]| format!("{} -> {}\n", self.name(ends[0]), self.name(ends[1]));
        print(&path.windows(2).map(arc).collect::<String>())
    }

    /// Nothing leads anywhere from a state that the device cannot be in: what refuses a request for it says why.
    fn no_such_device(&self, machine: &Machine<'_>, state: u32) -> Outcome {
        let name = self.name(state);
        match machine.refuse(self.fsm.initial.value, state) {
            Some(refusal) => {
                let what = format!("no such device can be in {name}; a request for it");
                answer::refused(self.book, self.edition, refusal, &what)
            }
            None => Err(Stop::trouble(format!("no path leads from {name}"))),
        }
    }

    fn all(&self, caps: Option<&str>) -> Outcome {
        let sets = match caps {
            Some(_) => vec![self.capabilities(caps)?],
            None => capability_sets(self.edition),
        };
        let mut csv = String::from("capabilities,current,requested,next,path\n");
        for set in sets {
            let machine = Machine::new(self.fsm, &set);
            let flags = capability_flags(self.edition, &set);
            for from in &self.fsm.states {
                for to in &self.fsm.states {
                    let (current, requested) = (&from.name.value, &to.name.value);
                    let answer = self.row(&machine, from.value.value, to.value.value);
                    csv.push_str(&format!("{flags},{current},{requested},{answer}\n"));
                }
            }
        }
        print(&csv)
    }

    /// `next,path`; or the error, and no path.
    fn row(&self, machine: &Machine<'_>, from: u32, to: u32) -> String {
        match machine.path(from, to) {
            Ok(path) => {
                let names: Vec<String> = path.iter().map(|&state| self.name(state)).collect();
                format!(
                    "{},{}",
                    names.get(1).unwrap_or(&names[0]),
                    names.join(" > ")
                )
            }
            Err(NoPath::Refused(refusal)) => format!("{},", self.errno(Some(refusal))),
            Err(_) => format!(
                "{},",
                self.errno(machine.refuse(self.fsm.initial.value, from))
            ),
        }
    }

    fn errno(&self, refusal: Option<&spec_model::model::Refusal>) -> &'a str {
        let fault = refusal.and_then(|refusal| answer::fault(self.edition, refusal));
        fault.map_or("refused", |fault| &fault.errno.value)
    }

    fn name(&self, state: u32) -> String {
        state_name(self.fsm, state)
    }

    fn machine(&self, caps: Option<&str>) -> Outcome<Machine<'a>> {
        Ok(Machine::new(self.fsm, &self.capabilities(caps)?))
    }

    /// What `--caps` names, if some device has just that.
    fn capabilities(&self, caps: Option<&str>) -> Outcome<Vec<&'a str>> {
        let set = capabilities(self.edition, caps)?;
        let required = self.edition.capabilities.iter().filter(|row| row.required);
        let missing = required.map(|row| row.name.value.as_str());
        let missing: Vec<&str> = missing.filter(|name| !set.contains(name)).collect();
        if missing.is_empty() {
            return Ok(set);
        }
        Err(Stop::trouble(format!(
            "no device has these capabilities: every device of `{}` has `{}`; add it to --caps",
            self.edition.name.value,
            missing.join("`, `")
        )))
    }
}
