//! Writes the peer of the `decompose` benchmark: the book's table of actions, in C.

use std::fmt::Write as _;
use std::path::Path;

use vfio_migration::v1::{Capabilities, DeviceState, actions};

fn entry(old: u32, new: u32) -> i32 {
    match actions(
        Capabilities::ALL,
        DeviceState::from_bits(old),
        DeviceState::from_bits(new),
    ) {
        Ok(set) => set.mask() as i32,
        Err(fault) => -fault.errno(),
    }
}

fn main() {
    let states = (!DeviceState::RESERVED).wrapping_add(1);
    let needs_ndma = DeviceState::NDMA.bits();
    let mut c =
        format!("#include <stdint.h>\nstatic const int16_t table[{states}][{states}] = {{\n");
    for old in 0..states {
        let row: Vec<String> = (0..states).map(|new| entry(old, new).to_string()).collect();
        writeln!(c, "\t{{ {} }},", row.join(", ")).expect("a String takes all");
    }
    write!(
        c,
        "}};\nint32_t peer_actions(uint32_t capabilities, uint32_t old, uint32_t new)\n{{\n\
         \tif ((old | new) >= {states}u)\n\t\treturn -22;\n\
         \tif ((new & {needs_ndma}u) && !(capabilities & 1u))\n\t\treturn -22;\n\
         \treturn table[old][new];\n}}\n"
    )
    .expect("a String takes all");
    let out = std::env::var_os("OUT_DIR").expect("cargo sets OUT_DIR");
    let file = Path::new(&out).join("peer.c");
    std::fs::write(&file, c).expect("OUT_DIR is writable");
    cc::Build::new().file(file).opt_level(2).compile("peer");
}
