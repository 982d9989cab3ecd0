//! Accesses of registers: writes of the state, and rounds of the data window.

use spec_model::analysis::{refuse, triggered};
use spec_model::model::{
    Access, Direction, FaultAfter, OrderStatus, Party, Transition, WindowEffect,
};
use spec_model::source::Span;

use super::Replay;
use super::breaches::Seen;
use super::device::Segment;

/// The registers of a data window whose values say something of the stream.
const PENDING: &str = "pending_bytes";
const OFFSET: &str = "data_offset";
const SIZE: &str = "data_size";

impl<'t: 'e, 'e> Replay<'e, 't> {
    /// A write of the state; `old` is what user space had read.
    pub(super) fn write(
        &mut self,
        number: usize,
        old: u32,
        new: u32,
        failed: Option<&str>,
        span: Span,
    ) {
        let was = self.devices[number].state;
        let broke = self.devices[number].may_be_broken && Some(old) == self.register.error();
        self.devices[number].may_be_broken = false;
        let mut seen = Seen {
            by_itself: old != was && !broke,
            failed,
            ..Seen::default()
        };
        if old != was {
            self.devices[number].arrive(old);
        }
        match failed {
            Some(errno) => self.write_failed(number, old, new, errno, span),
            None => {
                self.expect_legal(number, old, new, span);
                seen.unread = self.begins_round(number, old, new);
                let device = &mut self.devices[number];
                device.arrive(new);
                device.used |= new == self.register.initial();
            }
        }
        self.observe(number, span, old, seen);
    }

    fn expect_legal(&mut self, number: usize, old: u32, new: u32, span: Span) {
        let Some(field) = &self.edition.bits else {
            return;
        };
        let capabilities = &self.trace.devices[number].capabilities;
        let Some(refusal) = refuse(field, capabilities, old, new) else {
            return;
        };
        let fault = self.fault(&refusal.fault.value);
        let rule = fault.map(|row| row.rule.value.as_str());
        let message = format!(
            "writes {} in {}, which is refused with `{}`",
            self.name(new),
            self.name(old),
            refusal.fault.value
        );
        self.violate(number, span, rule, Party::Vmm, &message);
    }

    fn write_failed(&mut self, number: usize, old: u32, new: u32, errno: &str, span: Span) {
        let Some(field) = &self.edition.bits else {
            return;
        };
        let capabilities = &self.trace.devices[number].capabilities;
        if let Some(refusal) = refuse(field, capabilities, old, new) {
            let fault = self.fault(&refusal.fault.value);
            if let Some(fault) = fault.filter(|fault| fault.errno.value != errno) {
                let (name, other) = (&fault.name.value, &fault.errno.value);
                let message = format!("fails with {errno}; `{name}` is {other}");
                let rule = Some(fault.rule.value.as_str());
                self.violate(number, span, rule, Party::Driver, &message);
            }
            return;
        }
        let faults = self.edition.faults.iter();
        let mut faults = faults.filter(|row| row.errno.value == errno);
        self.devices[number].may_be_broken = faults.any(|row| row.after == FaultAfter::Error);
    }

    /// Whether a write begins a new round of the window while a segment is not read whole. It then does.
    fn begins_round(&mut self, number: usize, old: u32, new: u32) -> bool {
        let Some(field) = &self.edition.bits else {
            return false;
        };
        let adopted = |it: &&spec_model::model::ActionTable| it.status == OrderStatus::Adopted;
        let Some(order) = field.actions.iter().find(adopted) else {
            return false;
        };
        let device = &mut self.devices[number];
        let unread = old != new && device.segment.as_ref().is_some_and(|it| !it.is_read());
        let actions = triggered(field, order, old, new);
        if actions
            .iter()
            .any(|action| action.window != WindowEffect::None)
        {
            device.phases.clear();
            device.segment = None;
        }
        unread
    }

    /// A read or write of a register of the window.
    pub(super) fn access(
        &mut self,
        number: usize,
        access: &Access,
        value: u64,
        failed: Option<&str>,
        span: Span,
    ) {
        let allowed = self.allow(number, access, failed, span);
        let device = &mut self.devices[number];
        let mut seen = Seen {
            found: device.found,
            failed,
            ..Seen::default()
        };
        let saves = allowed && access.direction == Direction::Read && failed.is_none();
        match access.register.as_str() {
            PENDING if saves => {
                let segment = device.segment.take();
                seen.unread = segment.is_some_and(|it| !it.is_read());
                seen.finds_data = value > 0;
                device.found = Some(value > 0);
            }
            OFFSET if saves && device.segment.is_none() => {
                device.segment = Some(Segment::new(value));
            }
            SIZE if saves => {
                seen.empty_read = value == 0;
                if let Some(segment) = &mut device.segment {
                    segment.size = Some(value);
                }
            }
            _ => {}
        }
        let state = device.state;
        self.observe(number, span, state, seen);
    }

    /// A read or write of bytes of the window.
    pub(super) fn data(
        &mut self,
        number: usize,
        access: &Access,
        (at, length): (u64, u64),
        failed: Option<&str>,
        span: Span,
    ) {
        self.allow(number, access, failed, span);
        let device = &mut self.devices[number];
        let mut seen = Seen {
            found: device.found,
            failed,
            ..Seen::default()
        };
        if let (Direction::Read, Some(segment)) = (access.direction, &mut device.segment) {
            seen.too_much = failed.is_none() && !segment.holds(at, length);
            segment.note(at, length);
        }
        let state = device.state;
        self.observe(number, span, state, seen);
    }

    /// Looks for the row that answers; goes to its next phase. `false`: no row does.
    fn allow(&mut self, number: usize, access: &Access, failed: Option<&str>, span: Span) -> bool {
        let edition = self.edition;
        let register = |it: &Transition| it.access.value.register == access.register;
        let protocols = edition.protocols.iter().enumerate();
        let mut protocols = protocols.filter(|(_, it)| it.transitions.iter().any(register));
        let Some((place, protocol)) = protocols.next() else {
            return false;
        };
        let device = &mut self.devices[number];
        device.phases.resize(edition.protocols.len(), 0);
        let (state, phase) = (device.state, device.phases[place]);
        let fits = |row: &&Transition| {
            row.access.value == *access
                && row.from == phase
                && self.register.holds(&row.when.value, state)
        };
        match (protocol.transitions.iter().find(fits), failed) {
            (Some(row), None) => {
                self.devices[number].phases[place] = row.to;
                true
            }
            (Some(_), Some(_)) => true,
            (None, Some(_)) => false,
            (None, None) => {
                let fault = self.fault(&protocol.refused.value);
                let rule = fault.map(|row| row.rule.value.as_str());
                let verb = match access.direction {
                    Direction::Read => "reads",
                    Direction::Write => "writes",
                };
                let message = format!(
                    "{verb} {} in {}, in the phase {}, which is refused with `{}`",
                    access.register,
                    self.name(state),
                    protocol.phases[phase].name,
                    protocol.refused.value
                );
                self.violate(number, span, rule, Party::Vmm, &message);
                false
            }
        }
    }
}
