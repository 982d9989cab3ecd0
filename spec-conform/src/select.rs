//! Which tests are meant: by name, by rule, or by a pattern with `*`.

use crate::test::Test;

/// A name of tests.
///
/// `v2.request.self` means all tests of that rule, `v2.request.self/from-STOP` one of them, `v2.request.*` and
/// `*/from-STOP` what the `*` stands for any text in. A test that touches a rule without being named after it is not meant.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Pattern(String);

impl Pattern {
    /// A pattern. Blanks around it are dropped.
    pub fn new(text: &str) -> Self {
        Self(text.trim().to_owned())
    }

    /// As it was written.
    pub fn text(&self) -> &str {
        &self.0
    }

    /// Whether this test is meant.
    pub fn means(&self, test: &Test) -> bool {
        self.matches(&test.name()) || self.matches(test.rule().id)
    }

    fn matches(&self, name: &str) -> bool {
        let mut parts = self.0.split('*');
        let first = parts.next().unwrap_or_default();
        let Some(mut rest) = name.strip_prefix(first) else {
            return false;
        };
        let Some(last) = parts.next_back() else {
            return rest.is_empty();
        };
        for part in parts {
            match rest.find(part) {
                Some(at) => rest = &rest[at + part.len()..],
                None => return false,
            }
        }
        rest.ends_with(last)
    }
}

/// The tests that any of the patterns means; all of them where there is no pattern.
///
/// # Errors
/// The patterns that mean no test.
pub fn select(tests: Vec<Test>, patterns: &[Pattern]) -> Result<Vec<Test>, Vec<String>> {
    let useless = |pattern: &&Pattern| !tests.iter().any(|test| pattern.means(test));
    let useless: Vec<_> = patterns
        .iter()
        .filter(useless)
        .map(|pattern| pattern.0.clone())
        .collect();
    if !useless.is_empty() {
        return Err(useless);
    }
    let meant =
        |test: &Test| patterns.is_empty() || patterns.iter().any(|pattern| pattern.means(test));
    Ok(tests.into_iter().filter(meant).collect())
}

#[cfg(test)]
mod tests;
