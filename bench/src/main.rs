//! `cargo run --release -p spec-bench [-- NAME…]`: prints each figure as a ratio to a named peer.
//!
//! Figures of one line come from one run, taken alternately; compare ratios, not times. `expand` means
//! most without `--release`: a proc macro runs unoptimised.

mod compile;
mod decompose;
mod diff;
mod files;
mod machines;
mod measure;
mod next;
mod read;
mod site;
mod stream;
mod stream2;
mod system;

type Bench = (&'static str, fn());

const BENCHES: &[Bench] = &[
    ("read", read::run),
    ("scale", read::scale),
    ("expand", read::expand),
    ("decompose", decompose::run),
    ("diff", diff::run),
    ("next", next::run),
    ("stream", stream::run),
    ("stream2", stream2::run),
    ("system", system::run),
    ("site", site::run),
    ("compile", compile::run),
];

fn main() {
    let wanted: Vec<String> = std::env::args().skip(1).collect();
    if let Some(unknown) = wanted
        .iter()
        .find(|w| !BENCHES.iter().any(|(name, _)| name == w))
    {
        let names: Vec<_> = BENCHES.iter().map(|(name, _)| *name).collect();
        eprintln!("no benchmark `{unknown}`; there are: {}", names.join(", "));
        std::process::exit(2);
    }
    for (name, run) in BENCHES {
        if wanted.is_empty() || wanted.iter().any(|w| w == name) {
            run();
        }
    }
}
