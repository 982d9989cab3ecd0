// Prints the answer to every request, for every set of flags, with the path. What includes this names `edition` (a
// module of the generated code), `State` (its register) and `VALUES`: what is asked about.

use edition::{next, path, Arc, Capabilities};

fn main() {
    for flags in 0..16 {
        for &from in VALUES {
            for &wanted in VALUES {
                request(flags, from, wanted);
            }
        }
    }
}

fn request(flags: u64, from: u32, wanted: u32) {
    let set = Capabilities::from_flags(flags);
    let ends = (State::from_raw(from), State::from_raw(wanted));
    print!("{flags} {from} {wanted}: ");
    match (next(set, ends.0, ends.1), path(set, ends.0, ends.1)) {
        (Ok(next), Ok(path)) => {
            let arcs = path.into_iter().map(Arc::to);
            let states: String = arcs.map(|state| format!(">{}", state.raw())).collect();
            println!("{} {from}{states}", next.raw());
        }
        (Err(fault), Err(same)) if fault == same => println!("-{}", fault.errno()),
        (next, path) => println!("{next:?}, and yet {:?}", path.err()),
    }
}
