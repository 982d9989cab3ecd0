//! Whether a sentence in other words demands the same, as far as a tool can tell.

use spec_model::cell::{Content, Piece};

/// Words that turn a sentence around when they come or go.
const TURNING: &[&str] = &[
    "no", "not", "never", "none", "nothing", "nobody", "neither", "nor", "without", "cannot",
    "only", "unless", "except", "all", "any", "every", "each", "before", "after", "until", "while",
    "always",
];

/// RFC 2119, in capitals.
const KEYWORDS: &[&str] = &[
    "MUST",
    "SHALL",
    "REQUIRED",
    "SHOULD",
    "RECOMMENDED",
    "MAY",
    "OPTIONAL",
];

/// Whether two texts have the same keywords, names, numbers and negations, however often they are moved.
pub(crate) fn reworded(before: &Content, after: &Content) -> bool {
    marks(before) == marks(after)
}

fn marks(content: &Content) -> Vec<String> {
    let mut marks = Vec::new();
    for piece in &content.pieces {
        match piece {
            Piece::Name(name) => marks.push(format!("`{name}")),
            Piece::Text(text) => marks.extend(words(text).filter(|word| is_mark(word))),
        }
    }
    marks.sort_unstable();
    marks
}

fn words(text: &str) -> impl Iterator<Item = String> {
    let inside = |c: char| c.is_alphanumeric() || c == '−' || c == '.' || c == '_';
    let words = text.split(move |c: char| !inside(c));
    let bare = words.map(|word| word.trim_matches('.'));
    bare.filter(|word| !word.is_empty()).map(|word| {
        if KEYWORDS.contains(&word) {
            word.to_owned()
        } else {
            word.to_lowercase()
        }
    })
}

fn is_mark(word: &str) -> bool {
    KEYWORDS.contains(&word)
        || TURNING.contains(&word)
        || word.contains(|c: char| c.is_ascii_digit() || c == '−')
}

#[cfg(test)]
mod tests {
    use super::{Content, reworded};

    fn same(before: &str, after: &str) -> bool {
        reworded(&Content::prose(before), &Content::prose(after))
    }

    #[test]
    fn marks_decide() {
        assert!(same(
            "The driver MUST stop `A`.",
            "`A` is what the driver MUST halt."
        ));
        for (before, after) in [
            ("It MUST stop.", "It SHOULD stop."),
            ("It MUST stop.", "It MUST NOT stop."),
            ("stop `A`", "stop `B`"),
            ("after 2 tries", "after 3 tries"),
            ("gives 1", "gives −1"),
            ("before it stops", "after it stops"),
        ] {
            assert!(!same(before, after), "{before} / {after}");
        }
    }
}
