//! Operations on the data fd.

use spec_model::model::{FdRow, Operation, Party};
use spec_model::source::Span;

use super::Replay;
use super::breaches::Seen;
use crate::trace::Errno;

/// What a `protocol` table answers.
enum Answer<'e> {
    /// The row's callback.
    Legal,
    /// An error, and the rule that it enforces.
    Refused {
        fault: &'e str,
        rule: Option<&'e str>,
        errno: Option<&'e str>,
    },
    /// No fd was ever given.
    NoSession { rule: Option<&'e str> },
}

impl<'t: 'e, 'e> Replay<'e, 't> {
    /// An operation on the data fd of the last session.
    pub(super) fn operation(
        &mut self,
        number: usize,
        operation: Operation,
        room: Option<u64>,
        result: &Result<u64, Errno>,
        span: Span,
    ) {
        let state = self.devices[number].state;
        let verb = operation.name();
        match (self.answer(number, operation), result) {
            (Answer::NoSession { rule }, _) => {
                let message = format!("{verb} without a session");
                self.violate(number, span, rule, Party::Vmm, &message);
            }
            (Answer::Refused { fault, rule, .. }, Ok(_)) => {
                let message = format!(
                    "{verb} in {}, which is refused with `{fault}`",
                    self.name(state)
                );
                self.violate(number, span, rule, Party::Vmm, &message);
            }
            (
                Answer::Refused {
                    fault,
                    rule,
                    errno: Some(expected),
                },
                Err(errno),
            ) if errno != expected => {
                let message = format!("{verb} fails with {errno}; `{fault}` is {expected}");
                self.violate(number, span, rule, Party::Driver, &message);
            }
            _ => {}
        }
        let moved = result.as_ref().ok().copied();
        let reads = operation == Operation::Read && room.is_some_and(|room| room > 0);
        let seen = Seen {
            empty_read: reads && moved == Some(0),
            too_much: moved.zip(room).is_some_and(|(moved, room)| moved > room),
            finds_data: operation == Operation::Read && moved.is_some_and(|moved| moved > 0),
            found: self.devices[number].found,
            failed: result.as_ref().err().map(String::as_str),
            ..Seen::default()
        };
        let found = match (reads, moved) {
            (true, Some(moved)) => Some(moved > 0),
            _ => seen.found,
        };
        self.observe(number, span, state, seen);
        self.devices[number].found = found;
    }

    fn answer(&self, number: usize, operation: Operation) -> Answer<'e> {
        let device = &self.devices[number];
        let Some(protocol) = self.edition.fd_protocols.first() else {
            return Answer::NoSession { rule: None };
        };
        let Some((_, open)) = device.session else {
            let rule = protocol.rule.as_deref();
            return Answer::NoSession { rule };
        };
        // A session begins in the first phase; the last is that of one that has ended.
        let phase = if open { 0 } else { protocol.phases.len() - 1 };
        let fits = |row: &&FdRow| {
            row.operation.value == operation
                && row.from == phase
                && self.register.holds(&row.when.value, device.state)
        };
        let row = protocol.rows.iter().find(fits);
        let fault = match row {
            Some(row) => match &row.fault {
                None => return Answer::Legal,
                Some(fault) => fault,
            },
            None => &protocol.refused,
        };
        let row = self.fault(&fault.value);
        Answer::Refused {
            fault: &fault.value,
            rule: row.map(|row| row.rule.value.as_str()),
            errno: row.map(|row| row.errno.value.as_str()),
        }
    }
}
