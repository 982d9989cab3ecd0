// Prints the answer to every request, for every set of capabilities. What includes this names `edition` (a module of
// the generated code), `State` (its register), `VALUES` (which values are asked for) and `SETS` (of capabilities).

use edition::{next, path, Arc, Capabilities};

fn sets() -> impl Iterator<Item = Capabilities> {
    let set = |names: &&[&str]| {
        let names = names.iter().map(|name| Capabilities::named(name).unwrap());
        names.fold(Capabilities::NONE, Capabilities::with)
    };
    SETS.iter().map(set)
}

fn all_requests() {
    for set in sets() {
        for &from in VALUES {
            for &to in VALUES {
                let answer = request(set, State::from_raw(from), State::from_raw(to));
                println!("request {set} {from} {to}: {answer}");
            }
        }
    }
}

fn request(set: Capabilities, from: State, to: State) -> String {
    let path = match path(set, from, to) {
        Ok(path) => path,
        Err(fault) => {
            assert_eq!(next(set, from, to), Err(fault));
            return format!("refused {fault}");
        }
    };
    assert_eq!(path.len(), path.arcs().len());
    assert_eq!(path.is_empty(), path.arcs().is_empty());
    let mut at = from;
    let mut answer = next(set, from, to).unwrap().to_string();
    for arc in path {
        assert_eq!(arc.from(), at);
        at = arc.to();
        answer += &format!(" {}", Arc::name(arc));
    }
    assert_eq!(at, to);
    answer
}
