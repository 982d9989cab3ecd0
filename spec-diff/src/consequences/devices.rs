//! Devices that both versions know: sets of capabilities.

use spec_model::analysis::capability_sets;

use super::Both;

/// A set of capabilities, in the words of each version.
#[derive(Clone, Debug)]
pub(crate) struct Device<'b> {
    pub(crate) old: Vec<&'b str>,
    pub(crate) new: Vec<&'b str>,
}

impl Device<'_> {
    /// `p2p, pre_copy`; `no capability`
    pub(crate) fn name(&self) -> String {
        if self.new.is_empty() {
            "no capability".to_owned()
        } else {
            self.new.join(", ")
        }
    }
}

/// Every set that some device has in both versions.
pub(crate) fn devices<'b>(both: &Both<'_, 'b>) -> Vec<Device<'b>> {
    let sorted = |mut set: Vec<String>| {
        set.sort_unstable();
        set
    };
    let of_new = capability_sets(both.new);
    let device = |old: Vec<&'b str>| {
        let renamed = sorted(old.iter().map(|name| both.renamed(name)).collect());
        let is_it = |new: &&Vec<&'b str>| {
            sorted(new.iter().map(|name| (*name).to_owned()).collect()) == renamed
        };
        let new = of_new.iter().find(is_it)?.clone();
        Some(Device { old, new })
    };
    capability_sets(both.old)
        .into_iter()
        .filter_map(device)
        .collect()
}
