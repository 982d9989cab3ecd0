//! Which tests verify which rule, and where they are to be read.

use std::collections::HashMap;
use std::io;
use std::path::Path;

use spec_model::coverage::{Mention, files, scan};
use spec_model::model::Rule;

use crate::site::joined;

/// The tests of every rule.
#[derive(Clone, Debug, Default)]
pub struct Tests {
    by_constant: HashMap<String, Vec<Mention>>,
    repository: Option<String>,
}

impl Tests {
    /// The tests that these mentions stand in. Links lead into the repository
    /// (`https://host/owner/name`), if there is one.
    pub fn new(mentions: impl IntoIterator<Item = Mention>, repository: Option<&str>) -> Self {
        let mut by_constant: HashMap<String, Vec<Mention>> = HashMap::new();
        for mention in mentions {
            by_constant
                .entry(mention.constant.clone())
                .or_default()
                .push(mention);
        }
        let repository = repository.map(|url| url.trim_end_matches('/').to_owned());
        Self {
            by_constant,
            repository,
        }
    }

    /// The tests in a folder and those below: that of `book.toml`. For links, see [`Tests::new`].
    ///
    /// # Errors
    /// A folder or file that cannot be read, or that is not Rust.
    pub fn read(root: &Path, repository: Option<&str>) -> io::Result<Self> {
        Ok(Self::new(mentions(root)?, repository))
    }

    /// The same on another thread, while this one does some `work`.
    ///
    /// # Errors
    /// As for [`Tests::read`].
    pub fn read_during<T>(
        root: &Path,
        repository: Option<&str>,
        work: impl FnOnce() -> T,
    ) -> (T, io::Result<Self>) {
        std::thread::scope(|scope| {
            let tests = scope.spawn(|| Self::read(root, repository));
            (work(), joined(tests.join()))
        })
    }

    /// Where a rule is named, in the order of the files.
    pub fn of(&self, rule: &Rule) -> &[Mention] {
        self.by_constant
            .get(&rule.constant())
            .map_or(&[], Vec::as_slice)
    }

    /// Whether a test that runs names the rule.
    pub fn verify(&self, rule: &Rule) -> bool {
        self.of(rule).iter().any(Mention::runs)
    }

    /// Where a mention can be read.
    pub(crate) fn url(&self, mention: &Mention) -> Option<String> {
        let repository = self.repository.as_ref()?;
        Some(format!(
            "{repository}/blob/HEAD/{}#L{}",
            mention.path, mention.line
        ))
    }
}

/// What the tests beside the book mention.
fn mentions(root: &Path) -> io::Result<Vec<Mention>> {
    let mut mentions = Vec::new();
    for (path, text) in files(root)? {
        mentions.extend(scan(&path, &text).map_err(io::Error::other)?);
    }
    Ok(mentions)
}
