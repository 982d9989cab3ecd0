// Prints every answer that the generated code gives, a line each, for a test to compare with the model.

include!("writes.rs");

use edition::{access, Access, Description, ParseError, Phase, Problem, Work};

/// A value of the register.
type DeviceState = State;

fn main() {
    all_writes();
    for bits in 0..16 {
        states(DeviceState::from_bits(bits));
        accesses(DeviceState::from_bits(bits));
        works(DeviceState::from_bits(bits));
    }
    for flags in 0..64 {
        descriptions(flags);
    }
    malformed_descriptions();
}

fn states(state: DeviceState) {
    let again: DeviceState = state.to_string().parse().unwrap();
    assert_eq!(state, again);
    println!(
        "state {state} {}: {} {} {} {} {} {}",
        state.bits(),
        DeviceState::VALID.contains(&state),
        state.valid(),
        state.error(),
        state.may_dma(),
        state.may_assume_quiet_mmio(),
        state.logs_changes(),
    );
}

fn accesses(state: DeviceState) {
    for phase in Phase::ALL {
        for of in Access::ALL {
            let answer = match access(state, phase, of) {
                Ok((to, Some(callback))) => format!("{to} {callback}"),
                Ok((to, None)) => format!("{to}"),
                Err(fault) => format!("refused {fault}"),
            };
            println!("access {state} {phase} {of}: {answer}");
        }
    }
}

fn works(state: DeviceState) {
    for work in Work::ALL {
        for (vcpus, tracking) in [(false, false), (false, true), (true, false), (true, true)] {
            println!("work {state} {vcpus} {tracking} {work}: {}", work.legal(state, vcpus, tracking));
        }
    }
}

/// Every combination of the flags, read from text and written back.
fn descriptions(flags: u32) {
    let mut text = Description::default().to_string();
    for (at, name) in text.clone().lines().filter_map(|line| line.strip_suffix("=no")).enumerate() {
        if flags >> at & 1 == 1 {
            text = text.replace(&format!("{name}=no\n"), &format!("{name}=yes\n"));
        }
    }
    let description: Description = text.parse().unwrap();
    assert_eq!(description.to_string(), text);
    for (name, holds) in Description::CONSEQUENCES {
        println!("consequence {flags} {name}: {}", holds(&description));
    }
}

/// What is no description is refused, and told where.
fn malformed_descriptions() {
    let good = Description::default().to_string();
    let first = good.lines().next().unwrap();
    let name = first.strip_suffix("=no").unwrap();
    let refused = |text: String| text.parse::<Description>().unwrap_err();
    let wrong = |part, problem| ParseError { part, problem };
    assert_eq!(refused(good.replacen("=no", "=maybe", 1)), wrong(1, Problem::Value));
    assert_eq!(refused(good.replacen("=no", "= no", 1)), wrong(1, Problem::Value));
    assert_eq!(refused(good.replace("=0", "=+0")), wrong(7, Problem::Value));
    assert_eq!(refused(format!("{first}\n{good}")), wrong(2, Problem::Repeated));
    let missing = refused(good.replacen(first, "", 1));
    assert!(matches!(missing.problem, Problem::Missing(which) if which == name), "{missing}");
    let with_more = format!("# seen by nobody\n{good}colour=red\n{name}\n");
    assert_eq!(with_more.parse(), Ok(Description::default()));
}
