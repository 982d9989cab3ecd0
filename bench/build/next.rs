//! The look-up that Linux publishes, in C: one table for a device with all capabilities, and a loop that skips what a
//! device does not have.

use std::fmt::Write as _;

use vfio_migration::v2::{Capabilities, DeviceState, next};

/// What no device has: the error state is never asked for.
const NEVER: u64 = u32::MAX as u64;

/// The capabilities that a state needs beside those that every device has.
fn needs(state: DeviceState) -> u64 {
    let all = Capabilities::ALL.flags();
    let common = |sets: &mut dyn Iterator<Item = Capabilities>| {
        sets.fold(all, |common, set| common & set.flags())
    };
    let required = common(&mut Capabilities::LEGAL.into_iter());
    let have = |set: &Capabilities| next(*set, state, state).is_ok();
    if !Capabilities::LEGAL.iter().any(have) {
        return NEVER;
    }
    common(&mut Capabilities::LEGAL.into_iter().filter(have)) & !required
}

fn entry(old: DeviceState, new: DeviceState) -> String {
    next(Capabilities::ALL, old, new)
        .unwrap_or(DeviceState::ERROR)
        .raw()
        .to_string()
}

/// The source of `peer_next`.
pub(crate) fn source() -> String {
    let states = DeviceState::ALL;
    let (count, error) = (states.len(), DeviceState::ERROR.raw());
    let row = |old: &DeviceState| states.map(|new| entry(*old, new)).join(", ");
    let rows: Vec<String> = states.iter().map(row).collect();
    let needs = states.map(|state| format!("{:#x}", needs(state)));
    let mut c = String::from("#include <stdint.h>\n");
    write!(
        c,
        "static const uint32_t needs[{count}] = {{ {} }};\n\
         static const uint8_t table[{count}][{count}] = {{\n\t{{ {} }}\n}};\n\
         static int lacks(uint32_t capabilities, uint32_t state)\n{{\n\
         \treturn (needs[state] & capabilities) != needs[state];\n}}\n\
         int32_t peer_next(uint32_t capabilities, uint32_t old, uint32_t new)\n{{\n\
         \tuint32_t next;\n\n\
         \tif (old >= {count}u || lacks(capabilities, old))\n\t\treturn -22;\n\
         \tif (new >= {count}u || lacks(capabilities, new))\n\t\treturn -22;\n\
         \tnext = table[old][new];\n\
         \twhile (next != {error}u && lacks(capabilities, next))\n\t\tnext = table[next][new];\n\
         \treturn next == {error}u ? -22 : (int32_t)next;\n}}\n",
        needs.join(", "),
        rows.join(" },\n\t{ "),
    )
    .expect("a String takes all");
    c
}
