//! The examples run as they stand in the book.

#[path = "../../examples/migrate/main.rs"]
mod migrate;

#[test]
fn the_example_migrates_its_device() {
    migrate::main().expect("the migration of the example");
}

#[test]
fn the_examples_are_short() {
    for text in [
        include_str!("../../examples/migrate/driver.rs"),
        include_str!("../../examples/migrate/main.rs"),
    ] {
        assert!(text.lines().count() < 80);
    }
}
