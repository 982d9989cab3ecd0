// Prints every answer that the generated code gives, a line each, for a test to compare with the model.

include!("requests.rs");

use edition::{access, Access, Fault, Phase, Work};

fn main() {
    all_requests();
    capabilities();
    for arc in Arc::ALL {
        println!("arc {arc} {} {} {:?} {}", arc.from(), arc.to(), arc.session(), arc.rule().id);
    }
    for fault in Fault::ALL {
        println!("fault {fault} {:?} {}", fault.after(), fault.rule().id);
    }
    for &value in VALUES {
        states(State::from_raw(value));
        accesses(State::from_raw(value));
        works(State::from_raw(value));
    }
    assert!("PRE_COPY_P3P".parse::<State>().is_err());
    assert!(State::ALL.iter().all(|state| state.known()));
}

fn capabilities() {
    assert!(sets().eq(Capabilities::LEGAL));
    let required = sets().map(Capabilities::flags).fold(!0, |all, flags| all & flags);
    for set in sets() {
        println!("set {set} {}", set.flags());
        assert_eq!(Capabilities::from_flags(set.flags()), set);
        // What every device has counts as there, and what has no meaning does not count.
        let other = Capabilities::from_flags(set.flags() & !required | 1 << 63);
        for from in State::ALL {
            for to in State::ALL {
                assert_eq!(next(other, from, to), next(set, from, to));
                assert_eq!(path(other, from, to), path(set, from, to));
            }
        }
    }
}

fn states(state: State) {
    let again: State = state.to_string().parse().unwrap();
    assert_eq!(state, again);
    assert_eq!(state.raw().to_string().parse(), Ok(state));
    println!("state {state} {}: {}", state.raw(), state.known());
    for (name, value) in holds(state) {
        println!("holds {state} {name}: {value}");
    }
}

fn accesses(state: State) {
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

fn works(state: State) {
    for work in Work::ALL {
        for (vcpus, tracking) in [(false, false), (false, true), (true, false), (true, true)] {
            println!("work {state} {vcpus} {tracking} {work}: {}", work.legal(state, vcpus, tracking));
        }
    }
}
