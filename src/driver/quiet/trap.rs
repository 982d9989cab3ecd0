//! NDMA in software: nothing restarts a queue that ran empty, for the driver keeps the doorbell.

use super::Quiet;
use crate::driver::device::Register;
use crate::v1::Fault;

/// Moments after which a queue that does not run empty never will.
const PATIENCE: usize = 4096;

/// The CPU's doorbell, as far as it is held back.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Doorbell {
    /// Whether NDMA is set.
    pub(super) holds: bool,
    /// What the guest wrote, or had written before.
    pub(super) tail: Option<u64>,
}

impl Quiet {
    /// A CPU write while doorbells are held; `true` if the hardware shall not see it.
    pub(super) fn trap_write(&mut self, offset: u64, from: &[u8]) -> bool {
        let (Some(trap), Ok(bytes)) = (&mut self.trap, <[u8; 8]>::try_from(from)) else {
            return false;
        };
        match Register::at(offset) {
            Some(Register::Tail) => {
                let tail = u64::from_le_bytes(bytes);
                if tail < self.device.core().entries {
                    trap.tail = Some(tail);
                }
                true
            }
            Some(Register::Entries) => {
                trap.tail = None;
                false
            }
            // These could move the tail too.
            Some(Register::ControlIndex | Register::ControlData) => true,
            _ => false,
        }
    }

    /// Holds doorbells back and lets the queue run empty.
    pub(super) fn hold(&mut self) -> Result<(), Fault> {
        for _ in 0..PATIENCE {
            if !self.device.running() || !self.device.has_work() {
                self.set_holding(true);
                return Ok(());
            }
            self.device.run();
        }
        Err(Fault::ActionFailed)
    }

    /// Before hardware with a full queue is started under NDMA: the queue seems empty to it.
    pub(super) fn hide_work(&mut self) {
        let (head, tail) = (self.device.core().head, self.device.core().tail);
        if let Some(trap) = self.trap.as_mut().filter(|trap| trap.holds && head != tail) {
            trap.tail = Some(tail);
            self.device.ring_doorbell(head);
        }
    }

    /// Gives the hardware the doorbell that was held back.
    pub(super) fn show_work(&mut self) {
        if let Some(tail) = self.trap.as_mut().and_then(|trap| trap.tail.take()) {
            self.device.ring_doorbell(tail);
        }
    }

    pub(super) fn set_holding(&mut self, holds: bool) {
        if let Some(trap) = &mut self.trap {
            trap.holds = holds;
        }
    }
}
