//! Names that were exchanged for others: old to new, for each edition.

use std::collections::HashMap;

use spec_model::cell::Content;

/// What was renamed.
#[derive(Clone, Debug, Default)]
pub(crate) struct Renames {
    /// By edition (`None`: the whole book) and old name.
    map: HashMap<(Option<String>, String), String>,
    /// By old name alone, where only one edition renames it so.
    anywhere: HashMap<String, Option<String>>,
    /// Paths of chapters.
    chapters: HashMap<String, String>,
}

impl Renames {
    /// Notes a rename.
    pub(crate) fn add(&mut self, edition: Option<&str>, old: &str, new: &str) {
        self.map
            .insert((edition.map(str::to_owned), old.to_owned()), new.to_owned());
        let same = |known: &mut Option<String>| {
            if known.as_deref() != Some(new) {
                *known = None;
            }
        };
        self.anywhere
            .entry(old.to_owned())
            .and_modify(same)
            .or_insert_with(|| Some(new.to_owned()));
    }

    /// Notes that a chapter is another file.
    pub(crate) fn add_chapter(&mut self, old: &str, new: &str) {
        self.chapters.insert(old.to_owned(), new.to_owned());
    }

    /// The path of a chapter in the new version.
    pub(crate) fn chapter<'a>(&'a self, old: &'a str) -> &'a str {
        self.chapters.get(old).map_or(old, String::as_str)
    }

    /// How many names are known.
    pub(crate) fn len(&self) -> usize {
        self.map.len()
    }

    /// The new name, as a text of this edition has to use it.
    pub(crate) fn get(&self, edition: Option<&str>, name: &str) -> Option<String> {
        let before = |name: &str| {
            let name = name.strip_prefix("was_")?;
            Some(format!("was_{}", self.exactly(edition, name)?))
        };
        self.exactly(edition, name).or_else(|| before(name))
    }

    fn exactly(&self, edition: Option<&str>, name: &str) -> Option<String> {
        let of = |edition: Option<&str>| {
            let key = (edition.map(str::to_owned), name.to_owned());
            self.map.get(&key).cloned()
        };
        match edition {
            Some(_) => of(edition).or_else(|| of(None)),
            None => self.anywhere.get(name).cloned().flatten(),
        }
    }

    /// A content of the old version in the names of the new one.
    pub(crate) fn apply(&self, edition: Option<&str>, content: &Content) -> Content {
        if self.map.is_empty() {
            return content.clone();
        }
        content.renamed(&|name| self.get(edition, name))
    }

    /// The same for a text in which every word may be a name.
    pub(crate) fn text(&self, edition: Option<&str>, text: &str) -> String {
        let in_name = |c: char| c.is_ascii_alphanumeric() || c == '_';
        let (mut out, mut rest) = (String::with_capacity(text.len()), text);
        while !rest.is_empty() {
            let end = rest.find(|c| !in_name(c)).unwrap_or(rest.len());
            let (word, after) = rest.split_at(end);
            out.push_str(&self.name(edition, word));
            let end = after.find(in_name).unwrap_or(after.len());
            out.push_str(&after[..end]);
            rest = &after[end..];
        }
        out
    }

    /// The same for a name.
    pub(crate) fn name(&self, edition: Option<&str>, name: &str) -> String {
        self.get(edition, name).unwrap_or_else(|| name.to_owned())
    }
}
