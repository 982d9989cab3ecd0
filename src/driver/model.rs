//! The reference drivers by name, for whoever wants all of them.

use std::boxed::Box;

use super::buffering::{self, Buffering};
use super::{Bus, Direct, Function, Quiet, Traced};
use crate::machine::MigrationRegion;

/// A driver and its mode.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Model {
    /// [`Buffering`]
    Buffering,
    /// [`Quiet`]: no NDMA.
    Quiet,
    /// [`Quiet`] with NDMA in software.
    QuietTrapping,
    /// [`Direct`]
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

    /// A driver for a small device. Drivers with different seeds never name two streams alike.
    pub fn driver(self, seed: u32, bus: impl Bus + 'static) -> Box<dyn Function> {
        const MEMORY: usize = 8192;
        match self {
            Self::Buffering => {
                let config = buffering::Config {
                    memory: MEMORY,
                    window: 6144,
                    seed,
                };
                Box::new(Buffering::new(config, bus))
            }
            Self::Quiet => Box::new(Quiet::new(MEMORY, seed, bus)),
            Self::QuietTrapping => Box::new(Quiet::new(MEMORY, seed, bus).trapping()),
            Self::Direct => Box::new(Direct::new(MEMORY, seed, bus)),
        }
    }

    /// The migration region of such a device, freshly opened; the driver tells what it was asked.
    pub fn open(self, seed: u32, bus: impl Bus + 'static) -> MigrationRegion<Traced> {
        MigrationRegion::new(Traced::new(self.driver(seed, bus)))
    }
}
