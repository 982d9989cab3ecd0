//! What a driver can make the hardware do, what the hardware is able to, and what goes wrong with it.

use std::ops::Range;
use std::vec::Vec;

use super::Device;
use super::log::DirtyLog;
use crate::v1::Fault;
use crate::v2;

/// A piece of hardware's abilities.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Hardware {
    /// Says who made it: part of every stream.
    pub id: u32,
    /// It can hold back DMA while it runs.
    pub ndma: bool,
    /// A touch of its BAR while it is stopped spoils its state.
    pub needs_quiet_mmio: bool,
    /// It logs what changes in its memory.
    pub dirty_log: bool,
    /// It can ask for pages.
    pub page_requests: bool,
    /// Its BAR has registers that read and write its whole state.
    pub control_registers: bool,
}

impl Hardware {
    /// Able to nothing.
    pub(super) const NONE: Self = Self {
        id: 0,
        ndma: false,
        needs_quiet_mmio: false,
        dirty_log: false,
        page_requests: false,
        control_registers: false,
    };
}

/// What goes wrong, from the moment it is set.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Trouble {
    /// The hardware answers nothing any more. A reset mends it.
    pub dead: bool,
    /// The next capture fails and leaves no trace.
    pub capture: bool,
    /// The next load fails half way.
    pub load: bool,
    /// The next load fails before anything is touched.
    pub refuse_load: bool,
}

/// The hardware does not answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Dead;

/// The hardware refused one command.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Refused;

impl From<Refused> for Fault {
    fn from(_: Refused) -> Self {
        Self::ActionFailed
    }
}

impl From<Dead> for Fault {
    fn from(_: Dead) -> Self {
        Self::DeviceFailed
    }
}

impl From<Refused> for v2::Fault {
    fn from(_: Refused) -> Self {
        Self::ArcFailed
    }
}

impl From<Dead> for v2::Fault {
    fn from(_: Dead) -> Self {
        Self::DeviceFailed
    }
}

impl Device {
    /// Bytes that one bit of the hardware's log stands for.
    pub const LOG_BLOCK: usize = DirtyLog::BLOCK;

    /// Whether it answers at all.
    ///
    /// # Errors
    /// It died.
    pub fn alive(&self) -> Result<(), Dead> {
        if self.trouble.dead { Err(Dead) } else { Ok(()) }
    }

    /// Makes something go wrong.
    pub fn trouble(&mut self) -> &mut Trouble {
        &mut self.trouble
    }

    /// Whether it changes its state.
    pub fn running(&self) -> bool {
        self.running
    }

    /// Whether it may start DMA.
    pub fn may_dma(&self) -> bool {
        self.running && self.dma
    }

    /// Whether DMA was started and is not done.
    pub fn in_flight(&self) -> bool {
        self.flight.is_some() && self.core.waiting == 0 && self.dma
    }

    /// Finishes DMA in flight and starts no more until [`Device::allow_dma`]. A page request stays open.
    ///
    /// # Errors
    /// It died.
    pub fn quiesce(&mut self) -> Result<(), Dead> {
        self.alive()?;
        self.finish_flight();
        self.dma = false;
        Ok(())
    }

    /// Lets DMA go on.
    ///
    /// # Errors
    /// It died.
    pub fn allow_dma(&mut self) -> Result<(), Dead> {
        self.alive()?;
        self.dma = true;
        Ok(())
    }

    /// Freezes the state; DMA in flight is finished first.
    ///
    /// # Errors
    /// It died.
    pub fn stop(&mut self) -> Result<(), Dead> {
        self.alive()?;
        self.finish_flight();
        self.put_back();
        self.running = false;
        Ok(())
    }

    /// Lets it run.
    ///
    /// # Errors
    /// It died.
    pub fn start(&mut self) -> Result<(), Dead> {
        self.alive()?;
        self.running = true;
        Ok(())
    }

    /// Whether a capture works this time.
    ///
    /// # Errors
    /// It was told to fail ([`Trouble::capture`]); the next one works.
    pub fn begin_capture(&mut self) -> Result<(), Refused> {
        if std::mem::take(&mut self.trouble.capture) {
            Err(Refused)
        } else {
            Ok(())
        }
    }

    /// Whether a load works this time.
    ///
    /// # Errors
    /// It was told to fail ([`Trouble::load`]): half of its memory is overwritten. The next one works.
    pub fn begin_load(&mut self) -> Result<(), Dead> {
        if !std::mem::take(&mut self.trouble.load) {
            return Ok(());
        }
        let half = self.memory.len() / 2;
        self.memory[..half].fill(0xff);
        Err(Dead)
    }

    /// Whether a load may begin.
    ///
    /// # Errors
    /// It was told to fail ([`Trouble::refuse_load`]); nothing was touched, and the next one works.
    pub fn accept_load(&mut self) -> Result<(), Refused> {
        if std::mem::take(&mut self.trouble.refuse_load) {
            Err(Refused)
        } else {
            Ok(())
        }
    }

    /// Whatever its health: no DMA, no change, until it is reset.
    pub fn silence(&mut self) {
        self.flight = None;
        self.running = false;
        self.dma = false;
        self.log = None;
    }

    /// Whether changes of the memory are logged.
    pub fn logging(&self) -> bool {
        self.log.is_some()
    }

    /// Begins to log changes of the memory; everything counts as changed at first.
    pub fn start_log(&mut self) {
        self.log = Some(DirtyLog::all(self.memory.len()));
    }

    /// Begins to log changes of the memory; nothing counts as changed at first.
    pub fn watch_changes(&mut self) {
        self.log = Some(DirtyLog::none(self.memory.len()));
    }

    /// Notes in the log, if there is one, that these bytes are to be sent.
    pub fn mark_changed(&mut self, bytes: Range<usize>) {
        self.note_change(bytes);
    }

    /// Lets the host's interrupt set-up, which is no state of the device, permit interrupts or not.
    pub fn permit_interrupts(&mut self, permitted: bool) {
        self.interrupts = permitted;
    }

    /// Whether the host permits interrupts.
    pub fn interrupts_permitted(&self) -> bool {
        self.interrupts
    }

    /// Lets the host set it up for page requests or not; without, it takes every page to be there.
    pub fn permit_page_requests(&mut self, permitted: bool) {
        self.asks_for_pages = permitted;
    }

    /// Whether it can ask for pages, and is set up for it.
    pub fn page_requests_permitted(&self) -> bool {
        self.asks_for_pages && self.hardware.page_requests
    }

    /// Ends logging.
    pub fn stop_log(&mut self) {
        self.log = None;
    }

    /// Takes up to `limit` bytes of changed memory out of the log, as ranges in order.
    pub fn take_changed(&mut self, limit: usize) -> Vec<Range<usize>> {
        self.log
            .as_mut()
            .map(|log| log.take(limit))
            .unwrap_or_default()
    }

    /// Bytes that the log holds.
    pub fn changed(&self) -> usize {
        self.log.as_ref().map_or(0, DirtyLog::bytes)
    }
}
