// Prints the answer to every write, for every set of capabilities. What includes this names `edition` (a module of
// the generated code), `State` (its register) and `VALUES` (which values are written).

use edition::{actions, Action, Capabilities};

fn all_writes() {
    let mut sets = vec![Capabilities::NONE];
    for (_, one) in Capabilities::NAMES {
        sets.extend(sets.clone().into_iter().map(|set| set.with(one)));
    }
    for set in sets {
        writes(set);
    }
}

fn writes(set: Capabilities) {
    for &old in VALUES {
        for &new in VALUES {
            let answer = match actions(set, State::from_bits(old), State::from_bits(new)) {
                Ok(actions) => actions.iter().map(Action::name).collect::<Vec<_>>().join(" "),
                Err(fault) => format!("refused {fault}"),
            };
            println!("write {set} {old} {new}: {answer}");
        }
    }
}
