//! All tests, in the order of the book.

mod discovery;
mod loading;
mod requests;
mod sessions;
mod steps;
mod stream;

use crate::test::Test;

/// Every test of the suite.
pub fn all() -> Vec<Test> {
    let mut tests = Vec::new();
    tests.extend(discovery::tests());
    tests.extend(requests::tests());
    tests.extend(stream::tests());
    tests.extend(sessions::tests());
    tests.extend(loading::tests());
    tests
}
