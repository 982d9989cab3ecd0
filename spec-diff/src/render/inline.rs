//! Two texts, word by word.

use similar::{ChangeTag, TextDiff};

/// A run of words.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Run {
    /// In both.
    Same(String),
    /// In the old text alone.
    Old(String),
    /// In the new text alone.
    New(String),
}

/// Both texts as runs. A few words that are the same between many that are not are no help to a reader, so
/// texts that share little come as a whole.
pub(crate) fn runs(before: &str, after: &str) -> Vec<Run> {
    let diff = TextDiff::from_words(before, after);
    if diff.ratio() < 0.4 {
        return vec![Run::Old(before.to_owned()), Run::New(after.to_owned())];
    }
    let mut runs: Vec<Run> = Vec::new();
    for change in diff.iter_all_changes() {
        let text = change.value();
        match (change.tag(), runs.last_mut()) {
            (ChangeTag::Equal, Some(Run::Same(run)))
            | (ChangeTag::Delete, Some(Run::Old(run)))
            | (ChangeTag::Insert, Some(Run::New(run))) => run.push_str(text),
            (ChangeTag::Equal, _) => runs.push(Run::Same(text.to_owned())),
            (ChangeTag::Delete, _) => runs.push(Run::Old(text.to_owned())),
            (ChangeTag::Insert, _) => runs.push(Run::New(text.to_owned())),
        }
    }
    runs
}

/// The old text, or the new one, with marks around what the other has not.
pub(crate) fn marked(runs: &[Run], new: bool, mark: &dyn Fn(&str) -> String) -> String {
    let part = |run: &Run| match run {
        Run::Same(text) => text.clone(),
        Run::Old(text) if !new => mark(text),
        Run::New(text) if new => mark(text),
        _ => String::new(),
    };
    runs.iter().map(part).collect()
}
