//! The explorer of the system model against SPIN: the same machine, written in Promela by
//! [`promela`], the same states.

mod promela;

use std::path::Path;
use std::process::Command;
use std::time::Duration;

use spec_system::peer::System;

use crate::measure::{Comparison, print};

/// Three devices of three kinds, since SPIN does not know that devices of one kind may change places; of
/// all such machines of the book the one with the most states, since SPIN's clock ticks every 10 ms.
const MACHINE: (&str, [&str; 3]) = ("v1", ["full", "kept_out", "trapped"]);
const ROUNDS: usize = 5;

pub(crate) fn run() {
    let summary = Path::new(env!("CARGO_MANIFEST_DIR")).join("../book/SUMMARY.md");
    let Ok(book) = spec_model::load(&summary) else {
        panic!("the book has errors")
    };
    let (edition, devices) = MACHINE;
    let edition = book.edition(edition).expect("an edition of the book");
    let system = System::new(edition, &devices, None).expect("a machine of the book");
    let (found, bytes) = system.explore();
    println!(
        "{:<46} {} states, {} transitions, {} bytes a state; aim at most 40",
        "explore a machine with three devices",
        found.states,
        found.transitions,
        bytes / found.states
    );
    let Some(spin) = Spin::build(&promela::model(&system)) else {
        println!(
            "{:<46} skipped: no `spin` here, or no `gcc`",
            "explore, against SPIN"
        );
        return;
    };
    let mut pairs = Vec::new();
    for _ in 0..ROUNDS {
        let ours = system.explore().0.time;
        let (states, time) = spin.run();
        // One more: before the VMM has chosen where to begin.
        assert_eq!(states, found.states + 1, "SPIN sees another machine");
        pairs.push((ours, time));
    }
    let c = Comparison {
        what: "explore a machine with three devices",
        peer: "SPIN, gcc -O2, the same states",
        aim: "at most 0.33",
        rounds: ROUNDS,
    };
    print(&c, &pairs);
}

/// A verifier that SPIN made.
struct Spin {
    folder: std::path::PathBuf,
}

impl Spin {
    /// `None` where SPIN or a C compiler is not there.
    fn build(model: &str) -> Option<Self> {
        let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../target/spin");
        std::fs::create_dir_all(&folder).ok()?;
        std::fs::write(folder.join("system.pml"), model).ok()?;
        let it = Self { folder };
        // Variables that are only written count too: an invariant may look at them.
        it.command("spin", &["-o2", "-a", "system.pml"])?;
        // Whole states, no reduction that would leave states out.
        let flags = [
            "-O2",
            "-DSAFETY",
            "-DNOREDUCE",
            "-DMEMLIM=4096",
            "-o",
            "pan",
            "pan.c",
        ];
        it.command("gcc", &flags)?;
        Some(it)
    }

    fn command(&self, program: &str, args: &[&str]) -> Option<String> {
        let output = Command::new(program)
            .args(args)
            .current_dir(&self.folder)
            .output()
            .ok()?;
        let text = String::from_utf8_lossy(&output.stdout).into_owned();
        let wrong = String::from_utf8_lossy(&output.stderr).into_owned();
        assert!(
            output.status.success(),
            "{program} {args:?}:\n{text}{wrong}"
        );
        Some(text)
    }

    /// How many states it stored, and how long that took by its own clock.
    fn run(&self) -> (usize, Duration) {
        let pan = self.folder.join("pan");
        let text = self.command(&pan.display().to_string(), &["-E", "-m4000000", "-w22"]);
        let text = text.expect("the verifier was built");
        let number = |before: &str| {
            let line = text.lines().find(|line| line.contains(before))?;
            let mut words = line.split_whitespace();
            words.find_map(|word| word.parse::<f64>().ok())
        };
        assert!(!text.contains("search depth too small"), "{text}");
        let states = number("states, stored").expect("a number of states");
        let seconds = number("elapsed time").unwrap_or(0.01);
        (states as usize, Duration::from_secs_f64(seconds))
    }
}
