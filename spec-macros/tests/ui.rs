//! What a book becomes for rustc: items, or one error for each mistake and nothing else.
//!
//! A case is a file `ui/x.rs` and its book `ui/x/`. Bless with `TRYBUILD=overwrite cargo test -p spec-macros`.

#[test]
fn books_for_rustc() {
    let cases = trybuild::TestCases::new();
    cases.pass("tests/ui/accept.rs");
    cases.compile_fail("tests/ui/fail/*.rs");
}
