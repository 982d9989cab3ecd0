//! Bugs of a driver's own part: what it does in an arc.

use vfio_migration::driver::device::Core;
use vfio_migration::driver::{Around, V2Function};
use vfio_migration::v2::{Capabilities, DeviceState, Driver, Fault, PrecopyInfo};

use super::Bug;

/// The driver with the bug, or the good one where the bug is elsewhere.
pub(super) fn wrong(bug: Bug, inner: Box<dyn V2Function>) -> Box<dyn V2Function> {
    Box::new(Sloppy { bug, inner })
}

struct Sloppy {
    bug: Bug,
    inner: Box<dyn V2Function>,
}

impl Sloppy {
    /// What the bug makes of an arc that the good driver took.
    fn after(
        &mut self,
        arc: &'static str,
        kept: Kept,
        result: Result<(), Fault>,
    ) -> Result<(), Fault> {
        if self.bug == Bug::DeadIsUndone && result == Err(Fault::DeviceFailed) {
            return Err(Fault::ArcFailed);
        }
        result?;
        let device = self.inner.device_mut();
        match (self.bug, arc) {
            (Bug::StopRunsOn, "running_p2p_to_stop") => Ok(device.start()?),
            (Bug::QuiesceRunsOn, "running_to_running_p2p" | "pre_copy_to_pre_copy_p2p") => {
                Ok(device.allow_dma()?)
            }
            (Bug::StartForgets, "stop_to_running_p2p") => {
                device.reset();
                Ok(device.quiesce()?)
            }
            (Bug::PreCopyStops, "running_to_pre_copy") => Ok(device.stop()?),
            (Bug::PreCopyStops, "pre_copy_to_running") => Ok(device.start()?),
            (Bug::HeldBackDropped, "running_p2p_to_running") => {
                let core = *device.core();
                device.set_core(Core {
                    head: core.tail,
                    ..core
                });
                Ok(())
            }
            (Bug::CaptureDisturbs, "stop_to_stop_copy") => {
                let core = *device.core();
                device.set_core(Core {
                    clock: core.clock + 1,
                    ..core
                });
                Ok(())
            }
            (Bug::LoadMerges, "resuming_to_stop") => {
                let half = kept.memory.len() / 2;
                device.memory_mut()[half..].copy_from_slice(&kept.memory[half..]);
                Ok(())
            }
            (Bug::LoadLoses, "resuming_to_stop") => {
                let core = *device.core();
                device.set_core(Core { clock: 0, ..core });
                Ok(())
            }
            _ => Ok(()),
        }
    }

    fn keep(&self) -> Kept {
        Kept {
            core: *self.inner.device().core(),
            memory: self.inner.device().memory().to_vec(),
        }
    }

    fn restore(&mut self, kept: &Kept) {
        let device = self.inner.device_mut();
        device.set_core(kept.core);
        device.memory_mut().copy_from_slice(&kept.memory);
    }
}

/// The internal state, as it was.
struct Kept {
    core: Core,
    memory: Vec<u8>,
}

macro_rules! arcs {
    ($($name:ident)*) => {
        $(fn $name(&mut self) -> Result<(), Fault> {
            let kept = self.keep();
            let result = self.inner.$name();
            self.after(stringify!($name), kept, result)
        })*
    };
}

impl Driver for Sloppy {
    fn capabilities(&self) -> Capabilities {
        self.inner.capabilities()
    }

    arcs! {
        resuming_to_stop stop_to_resuming stop_to_stop_copy stop_copy_to_stop
        running_to_stop stop_to_running running_to_running_p2p running_p2p_to_running
        running_p2p_to_stop stop_to_running_p2p running_to_pre_copy pre_copy_to_running
        pre_copy_to_stop_copy pre_copy_to_pre_copy_p2p pre_copy_p2p_to_pre_copy
        running_p2p_to_pre_copy_p2p pre_copy_p2p_to_running_p2p pre_copy_p2p_to_stop_copy
    }

    fn read_stream(&mut self, into: &mut [u8]) -> Result<usize, Fault> {
        self.inner.read_stream(into)
    }

    fn write_stream(&mut self, from: &[u8]) -> Result<usize, Fault> {
        self.inner.write_stream(from)
    }

    fn poll_stream(&mut self) -> Result<bool, Fault> {
        self.inner.poll_stream()
    }

    fn precopy_info(&mut self) -> Result<PrecopyInfo, Fault> {
        self.inner.precopy_info()
    }

    fn reset(&mut self, state: DeviceState) {
        let kept = self.keep();
        self.inner.reset(state);
        if self.bug == Bug::ResetKeepsState {
            self.restore(&kept);
        }
    }

    fn enter_error(&mut self, state: DeviceState) {
        self.inner.enter_error(state);
    }

    fn close(&mut self, state: DeviceState) {
        let kept = self.keep();
        self.inner.close(state);
        if self.bug == Bug::CloseKeepsDevice {
            self.restore(&kept);
        }
    }
}

impl Around for Sloppy {
    type Inner = dyn V2Function;

    fn inner(&self) -> &Self::Inner {
        &*self.inner
    }

    fn inner_mut(&mut self) -> &mut Self::Inner {
        &mut *self.inner
    }
}
