//! Which sets of capabilities a device can have.

use crate::model::Edition;

/// Every set that contains what is required, each in the order of the table. The sets count up: the
/// first capability that is not required changes fastest.
pub fn capability_sets(edition: &Edition) -> Vec<Vec<&str>> {
    let rows = &edition.capabilities;
    let optional: Vec<usize> = (0..rows.len()).filter(|&n| !rows[n].required).collect();
    let has = |set: usize, n: usize| match optional.iter().position(|&other| other == n) {
        Some(bit) => set & (1 << bit) != 0,
        None => true,
    };
    let members = |set: usize| {
        let members = (0..rows.len()).filter(|&n| has(set, n));
        members.map(|n| rows[n].name.value.as_str()).collect()
    };
    (0..1 << optional.len()).map(members).collect()
}

/// The flags that a device with these capabilities announces.
pub fn capability_flags(edition: &Edition, capabilities: &[&str]) -> u64 {
    let rows = edition.capabilities.iter();
    let has = rows.filter(|row| capabilities.contains(&row.name.value.as_str()));
    let flags = has.filter_map(|row| row.flag.as_ref());
    flags.fold(0, |flags, flag| flags | flag.value)
}
