//! Writes the peers of the `decompose` and `next` benchmarks: the book's tables in C, and as other crates' machines.

#[path = "build/machines.rs"]
mod machines;
#[path = "build/next.rs"]
mod next;

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

/// The table of actions.
fn actions_source() -> String {
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
    c
}

fn main() {
    let out = std::env::var_os("OUT_DIR").expect("cargo sets OUT_DIR");
    let write = |name: &str, text: String| {
        let file = Path::new(&out).join(name);
        std::fs::write(&file, text).expect("OUT_DIR is writable");
        file
    };
    let files = [
        write("actions.c", actions_source()),
        write("next.c", next::source()),
    ];
    write("machines.rs", machines::source());
    cc::Build::new().files(files).opt_level(2).compile("peer");
}
