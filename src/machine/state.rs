//! A write to `device_state`: refusals, ordered actions, and what remains when one fails.

use super::{MigrationRegion, Window};
use crate::v1::{self, DeviceState, Driver, Fault, Phase, WindowEffect};

impl<D: Driver + Window + ?Sized> MigrationRegion<D> {
    pub(super) fn write_state(&mut self, new: DeviceState) -> Result<(), Fault> {
        let actions = v1::actions(self.driver.capabilities(), self.state, new)?;
        let mut taken = false;
        for action in actions {
            if let Err(fault) = v1::act(&mut self.driver, action) {
                return Err(self.action_failed(fault, taken));
            }
            if action.window() != WindowEffect::None {
                // What user space had begun in the window is over.
                self.phase = Phase::INITIAL;
            }
            taken = true;
        }
        self.state = new;
        self.driver.settle(new);
        Ok(())
    }

    /// The driver undid the failed action at most, not those before it: with one of those, the old
    /// state cannot be promised.
    fn action_failed(&mut self, fault: Fault, taken: bool) -> Fault {
        if taken {
            self.enter_error();
            fault
        } else {
            self.fail(fault)
        }
    }
}
