//! A request: refusals, the arcs of its path, and what remains when one fails.

use super::session::{DataFd, Direction, Verdict};
use super::{MigrationDevice, Services};
use crate::v2::{self, Arc, DeviceState, Driver, Fault, SessionEffect};

impl<D: Driver + Services + ?Sized> MigrationDevice<D> {
    /// Brings the device to a state. Gives the session that the last arc started.
    ///
    /// # Errors
    /// The book's error; [`MigrationDevice::state`] is then the state before, one on the path, or the error state.
    pub fn request(&mut self, wanted: DeviceState) -> Result<Option<DataFd>, Fault> {
        let mut started = None;
        for arc in v2::path(self.capabilities, self.state, wanted)? {
            started = self.take(arc)?;
        }
        Ok(started)
    }

    fn take(&mut self, arc: Arc) -> Result<Option<DataFd>, Fault> {
        let ends = arc.session() == SessionEffect::Ends;
        if ends && self.sessions.verdict != Verdict::Open {
            // The write that found it out has told the driver enough.
            return Err(self.fail(Fault::InvalidStream));
        }
        v2::act(&mut self.driver, arc).map_err(|fault| self.fail(fault))?;
        self.state = arc.to();
        Ok(match arc.session() {
            SessionEffect::None | SessionEffect::Keeps => None,
            SessionEffect::StartsSaving => Some(self.sessions.begin(Direction::Saving)),
            SessionEffect::StartsResuming => Some(self.sessions.begin(Direction::Resuming)),
            SessionEffect::Ends => {
                self.sessions.end();
                None
            }
        })
    }
}
