//! The reference drivers by name, for whoever wants all of them.

use std::boxed::Box;

use super::{Buffering, Bus, Direct, Quiet, Traced, V1Function, V2Function};
use crate::machine::MigrationRegion;
use crate::machine::v2::MigrationDevice;

/// A driver and its mode.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Model {
    /// [`Buffering`]: everything. NDMA (P2P), pre-copy, page requests.
    Buffering,
    /// [`Quiet`]: no NDMA (P2P), no pre-copy; needs quiet MMIO, and is kept from peers.
    Quiet,
    /// [`Quiet`] with NDMA (P2P) in software: its driver traps doorbells. No pre-copy.
    QuietTrapping,
    /// [`Direct`]: NDMA, and device memory in a window that can be mapped. Of v2, pre-copy of data that are matched, and
    /// no P2P.
    Direct,
}

impl Model {
    /// All of them.
    pub const ALL: [Self; 4] = [
        Self::Buffering,
        Self::Quiet,
        Self::QuietTrapping,
        Self::Direct,
    ];

    /// `buffering`
    pub const fn name(self) -> &'static str {
        match self {
            Self::Buffering => "buffering",
            Self::Quiet => "quiet",
            Self::QuietTrapping => "quiet_trapping",
            Self::Direct => "direct",
        }
    }

    /// A driver of v1 for a small device. Drivers with different seeds never name two streams alike.
    pub fn driver(self, seed: u32, bus: impl Bus + 'static) -> Box<dyn V1Function> {
        self.both(seed, bus)
    }

    /// The same device with a driver of v2.
    pub fn driver_v2(self, seed: u32, bus: impl Bus + 'static) -> Box<dyn V2Function> {
        self.both(seed, bus)
    }

    fn both(self, seed: u32, bus: impl Bus + 'static) -> Box<dyn Both> {
        const MEMORY: usize = 8192;
        match self {
            Self::Buffering => Box::new(<Buffering>::new(MEMORY, seed, bus)),
            Self::Quiet => Box::new(Quiet::new(MEMORY, seed, bus)),
            Self::QuietTrapping => Box::new(Quiet::new(MEMORY, seed, bus).trapping()),
            Self::Direct => Box::new(Direct::new(MEMORY, seed, bus)),
        }
    }

    /// The migration region of such a device, freshly opened; the driver tells what it was asked.
    pub fn open(self, seed: u32, bus: impl Bus + 'static) -> MigrationRegion<Traced> {
        MigrationRegion::new(Traced::new(self.driver(seed, bus)))
    }

    /// Such a device with a driver of v2, freshly opened.
    pub fn open_v2(
        self,
        seed: u32,
        bus: impl Bus + 'static,
    ) -> MigrationDevice<Traced<dyn V2Function>> {
        MigrationDevice::new(Traced::new(self.driver_v2(seed, bus)))
    }
}

/// A driver of both editions.
trait Both: V1Function + V2Function {}

impl<T: V1Function + V2Function> Both for T {}
