//! Which tests verify which rule, and where they are to be read.

use std::collections::HashMap;

use spec_model::model::Rule;

/// A test that names a rule.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Test {
    /// The file, relative to the repository, with forward slashes.
    pub file: String,
    /// The line that names the rule.
    pub line: usize,
    /// The function around it.
    pub function: String,
}

/// The tests of every rule.
#[derive(Clone, Debug, Default)]
pub struct Tests {
    by_constant: HashMap<String, Vec<Test>>,
    repository: Option<String>,
}

impl Tests {
    /// No tests yet; links lead into this repository (`https://host/owner/name`), if there is one.
    pub fn new(repository: Option<&str>) -> Self {
        let repository = repository.map(|url| url.trim_end_matches('/').to_owned());
        Self {
            by_constant: HashMap::new(),
            repository,
        }
    }

    /// Adds a test of the rule with this generated constant.
    pub fn add(&mut self, constant: &str, test: Test) {
        self.by_constant
            .entry(constant.to_owned())
            .or_default()
            .push(test);
    }

    /// The tests of a rule, in the order of adding.
    pub fn of(&self, rule: &Rule) -> &[Test] {
        self.by_constant
            .get(&rule.constant())
            .map_or(&[], Vec::as_slice)
    }

    /// Where a test can be read.
    pub(crate) fn url(&self, test: &Test) -> Option<String> {
        let repository = self.repository.as_ref()?;
        Some(format!(
            "{repository}/blob/HEAD/{}#L{}",
            test.file, test.line
        ))
    }
}
