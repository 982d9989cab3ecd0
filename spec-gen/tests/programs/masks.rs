// Prints the answer to every write, for every set of two capabilities, as writes.c does. What includes this names
// `edition` (a module of the generated code), `State` (its register) and `VALUES`: which values are written.

use edition::{actions, Capabilities};

fn main() {
    let named = |name| Capabilities::named(name).unwrap();
    for flags in 0..4u32 {
        let names = CAPABILITIES.iter().enumerate();
        let has = names.filter(|(place, _)| flags >> place & 1 == 1);
        let set = has.fold(Capabilities::NONE, |set, (_, name)| set.with(named(name)));
        for &old in VALUES {
            for &wanted in VALUES {
                print!("{flags} {old} {wanted}: ");
                match actions(set, State::from_bits(old), State::from_bits(wanted)) {
                    Ok(actions) => println!("{}", actions.mask()),
                    Err(fault) => println!("-{}", fault.errno()),
                }
            }
        }
    }
}
