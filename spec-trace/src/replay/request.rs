//! Requests of a state, and the arcs that answer them.

use spec_model::analysis::fsm::{self, NoPath};
use spec_model::model::{FaultAfter, Party, SessionEffect};
use spec_model::source::Span;

use super::Replay;
use super::breaches::Seen;
use super::device::Request;

impl<'t: 'e, 'e> Replay<'e, 't> {
    /// A request. Its arcs are in the lines that follow.
    pub(super) fn set(&mut self, number: usize, to: u32, span: Span) {
        let from = self.devices[number].state;
        let Some(machine) = &self.machines[number] else {
            return;
        };
        let path = match machine.path(from, to) {
            Ok(path) => Some(path.into_iter().skip(1).rev().collect()),
            Err(NoPath::Refused(_)) => None,
            // A book that was not checked.
            Err(NoPath::Missing | NoPath::Ambiguous(..)) => {
                let rule = self.path_rule();
                let message = format!(
                    "from {} to {} there is not exactly one path",
                    self.name(from),
                    self.name(to)
                );
                self.violate(number, span, rule, Party::Vmm, &message);
                None
            }
        };
        let wrong = path.is_none() && machine_refuses_not(&self.machines[number], from, to);
        self.devices[number].request = Some(Request {
            span,
            to,
            path,
            wrong,
        });
        if self.register.initial() == to && from == to {
            self.devices[number].used = true;
        }
        self.observe(number, span, from, Seen::default());
    }

    fn path_rule(&self) -> Option<&'e str> {
        let fsm = self.edition.fsm.as_ref()?;
        fsm.paths.iter().find_map(|row| row.rule.as_deref())
    }

    fn arc_rule(&self) -> Option<&'e str> {
        let fsm = self.edition.fsm.as_ref()?;
        fsm.arcs.iter().find_map(|row| row.rule.as_deref())
    }

    /// An arc that the driver took.
    pub(super) fn arc(&mut self, number: usize, from: u32, to: u32, span: Span) {
        let was = self.devices[number].state;
        self.refused_and_taken(number);
        let complaint = self.complaint(number, from, to);
        if let Some((rule, message)) = complaint {
            let request = self.devices[number].request.as_mut();
            let silent = request.is_some_and(|request| std::mem::replace(&mut request.wrong, true));
            if !silent {
                self.violate(number, span, rule, Party::Driver, &message);
            }
        }
        if let Some(path) = self.path_of(number)
            && path.last() == Some(&to)
        {
            path.pop();
        }
        self.take(number, from, to);
        self.observe(number, span, was, Seen::default());
    }

    fn path_of(&mut self, number: usize) -> Option<&mut Vec<u32>> {
        self.devices[number].request.as_mut()?.path.as_mut()
    }

    /// What is wrong with an arc.
    fn complaint(&self, number: usize, from: u32, to: u32) -> Option<(Option<&'e str>, String)> {
        let device = &self.devices[number];
        let arc = format!("the arc {} to {}", self.name(from), self.name(to));
        let machine = self.machines[number].as_ref()?;
        if machine.arc(from, to).is_none() {
            return Some((
                self.arc_rule(),
                format!("there is no arc {} to {}", self.name(from), self.name(to)),
            ));
        }
        if from != device.state {
            let state = self.name(device.state);
            return Some((self.path_rule(), format!("{arc} does not begin in {state}")));
        }
        let Some(request) = &device.request else {
            return Some((
                self.path_rule(),
                format!("{arc} was taken without a request"),
            ));
        };
        let path = request.path.as_ref()?;
        match path.last() {
            Some(&next) if next == to => None,
            Some(&next) => Some((
                self.path_rule(),
                format!(
                    "{arc} was taken; the path demands the arc to {}",
                    self.name(next)
                ),
            )),
            None => Some((
                self.path_rule(),
                format!("{arc} was taken after the end of the path"),
            )),
        }
    }

    /// A request that the book refuses was carried out: said once, at the request.
    fn refused_and_taken(&mut self, number: usize) {
        let device = &self.devices[number];
        let Some(request) = device
            .request
            .as_ref()
            .filter(|it| it.path.is_none() && !it.wrong)
        else {
            return;
        };
        let (span, to, from) = (request.span, request.to, device.state);
        let refusal = self.machines[number]
            .as_ref()
            .and_then(|it| it.refuse(from, to));
        let fault = refusal.and_then(|row| self.fault(&row.fault.value));
        let rule = fault.map(|row| row.rule.value.as_str());
        let why = fault.map_or("", |row| row.name.value.as_str());
        let message = format!(
            "requests {} in {}, which is refused with `{why}`",
            self.name(to),
            self.name(from)
        );
        self.violate(number, span, rule, Party::Vmm, &message);
        if let Some(request) = &mut self.devices[number].request {
            request.wrong = true;
        }
    }

    /// Follows an arc, whatever was wrong with it.
    fn take(&mut self, number: usize, from: u32, to: u32) {
        let effect = self.machines[number]
            .as_ref()
            .and_then(|it| it.arc(from, to))
            .map(|arc| arc.session);
        let sessions = self.edition.fsm.as_ref().map(fsm::sessions);
        let by_state = sessions.and_then(|it| it.get(&to).copied()).flatten();
        let device = &mut self.devices[number];
        device.arrive(to);
        device.used |= to == self.register.initial();
        match (effect, by_state) {
            (Some(SessionEffect::Starts(session)), _) => device.session = Some((session, true)),
            (Some(SessionEffect::Keeps), _) => {}
            (Some(SessionEffect::Ends | SessionEffect::None), _) | (None, None) => {
                device.end_session();
            }
            // An arc that the book does not have: what the state promises.
            (None, Some(session)) => device.session = Some((session, true)),
        }
    }

    /// A request failed.
    pub(super) fn failed(&mut self, number: usize, errno: &str, span: Span) {
        let state = self.devices[number].state;
        let Some(request) = self.devices[number].request.take() else {
            let message = "a failure without a request";
            self.violate(number, span, self.path_rule(), Party::Driver, message);
            return;
        };
        if request.path.is_none() && !request.wrong {
            self.refused(number, state, request.to, errno, span);
        } else if !request.wrong {
            let faults = self.edition.faults.iter();
            let mut faults =
                faults.filter(|row| row.errno.value == errno && row.after != FaultAfter::Unchanged);
            if faults.clone().next().is_none() {
                let message = format!("no error that an arc can fail with is {errno}");
                self.violate(number, span, self.arc_rule(), Party::Driver, &message);
            }
            let breaks = faults.any(|row| row.after == FaultAfter::Error);
            self.devices[number].may_be_broken = breaks;
        }
        let seen = Seen {
            failed: Some(errno),
            ..Seen::default()
        };
        self.observe(number, span, state, seen);
    }

    /// A request that the book refuses failed, with the right error or another.
    fn refused(&mut self, number: usize, from: u32, to: u32, errno: &str, span: Span) {
        let refusal = self.machines[number]
            .as_ref()
            .and_then(|it| it.refuse(from, to));
        let fault = refusal.and_then(|row| self.fault(&row.fault.value));
        if let Some(fault) = fault.filter(|fault| fault.errno.value != errno) {
            let message = format!(
                "fails with {errno}; `{}` is {}",
                fault.name.value, fault.errno.value
            );
            let rule = Some(fault.rule.value.as_str());
            self.violate(number, span, rule, Party::Driver, &message);
        }
    }

    /// Ends a request that did not fail: every arc must have been seen.
    pub(super) fn finish(&mut self, number: usize) {
        self.refused_and_taken(number);
        let Some(request) = self.devices[number].request.take() else {
            return;
        };
        let left: Vec<u32> = request.path.unwrap_or_default().into_iter().rev().collect();
        if left.is_empty() || request.wrong {
            return;
        }
        let mut from = self.devices[number].state;
        let mut arcs = Vec::new();
        for &to in &left {
            arcs.push(format!("{} to {}", self.name(from), self.name(to)));
            self.take(number, from, to);
            from = to;
        }
        let message = format!("the path's arc {} is missing", arcs.join(", "));
        self.violate(
            number,
            request.span,
            self.path_rule(),
            Party::Driver,
            &message,
        );
    }
}

/// Whether the book has no refusal for a request.
fn machine_refuses_not(machine: &Option<fsm::Machine<'_>>, from: u32, to: u32) -> bool {
    machine
        .as_ref()
        .is_some_and(|it| it.refuse(from, to).is_none())
}
