//! IOMMU domains: which devices' MMIO another device can reach.

use std::collections::BTreeSet;

use super::Vmm;
use crate::v1::{Description, Driver};

/// One of the two domains that a machine needs at most.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Domain {
    /// Maps guest memory, and the MMIO of every device that need not be hidden.
    WithPeers,
    /// Maps guest memory only.
    WithoutPeers,
}

impl Domain {
    /// Where a device belongs, whatever else is in the machine.
    pub const fn of(description: &Description) -> Self {
        if description.keep_out_of_p2p() {
            Self::WithoutPeers
        } else {
            Self::WithPeers
        }
    }
}

impl Vmm {
    /// The domain that a device is in.
    pub fn domain(&self, slot: usize) -> Domain {
        if self.p2p && self.policy.p2p {
            Domain::of(&self.slots[slot].region.driver().describe())
        } else {
            Domain::WithoutPeers
        }
    }

    /// The domains that this machine needs.
    pub fn domains(&self) -> BTreeSet<Domain> {
        (0..self.slots.len())
            .map(|slot| self.domain(slot))
            .collect()
    }

    /// A device that could touch this one by P2P DMA now, if there is one.
    pub fn reachable_from(&self, slot: usize) -> Option<usize> {
        let may = |from: &usize| {
            let active = self.slots[*from].region.state().may_dma();
            active && *from != slot && self.maps(self.domain(*from), slot)
        };
        (0..self.slots.len()).find(may)
    }

    /// Whether a device's MMIO is mapped in this domain.
    pub fn maps(&self, domain: Domain, slot: usize) -> bool {
        domain == Domain::WithPeers && !self.slots[slot].region.driver().describe().hide_mmio()
    }
}
