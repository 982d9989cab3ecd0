//! Which tests verify which rule, and where they are to be read.

use std::collections::HashMap;
use std::path::{Path, PathBuf};
use std::{fs, io};

use spec_model::coverage::{Mention, scan};
use spec_model::model::Rule;
use spec_model::source::display;

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

/// What the tests of a workspace mention: those in `src` and `tests` of the root, and in `tests` of
/// each folder directly below it.
///
/// # Errors
/// A folder or file that cannot be read, or that is not Rust.
pub(crate) fn mentions(root: &Path) -> io::Result<Vec<Mention>> {
    let mut folders = vec![root.join("src"), root.join("tests")];
    for entry in fs::read_dir(root)? {
        folders.push(entry?.path().join("tests"));
    }
    let mut files = Vec::new();
    for folder in folders.into_iter().filter(|folder| folder.is_dir()) {
        collect(&folder, &mut files)?;
    }
    files.sort();
    let mut mentions = Vec::new();
    for file in files {
        let text = fs::read_to_string(&file)?;
        // Most files name no rule, and the lexer is slow.
        if text.contains("covers!") {
            let name = display(file.strip_prefix(root).unwrap_or(&file));
            mentions.extend(scan(&name, &text).map_err(io::Error::other)?);
        }
    }
    Ok(mentions)
}

fn collect(folder: &Path, files: &mut Vec<PathBuf>) -> io::Result<()> {
    for entry in fs::read_dir(folder)? {
        let path = entry?.path();
        if path.is_dir() {
            collect(&path, files)?;
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            files.push(path);
        }
    }
    Ok(())
}
