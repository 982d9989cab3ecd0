//! All tests, in the order of the book.

mod discovery;

use crate::test::Test;

/// Every test of the suite.
pub fn all() -> Vec<Test> {
    let mut tests = Vec::new();
    tests.extend(discovery::tests());
    tests
}
