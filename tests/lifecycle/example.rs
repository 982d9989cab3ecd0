//! The example runs, and asserts what it prints.

#[path = "../../examples/lifecycle.rs"]
mod lifecycle;

#[test]
fn the_example_lives_its_lives() {
    lifecycle::main().expect("nothing is refused");
}
