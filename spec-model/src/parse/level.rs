//! How strongly a text binds: the keywords of RFC 2119.

use crate::model::Level;

/// The strongest keyword in a text; inline code does not count.
pub(super) fn of(text: &str) -> Level {
    text.split('`')
        .step_by(2)
        .flat_map(|prose| prose.split(|c: char| !c.is_ascii_alphanumeric()))
        .map(|word| match word {
            "MUST" | "SHALL" | "REQUIRED" => Level::Must,
            "SHOULD" | "RECOMMENDED" => Level::Should,
            "MAY" | "OPTIONAL" => Level::May,
            _ => Level::Definition,
        })
        .max()
        .unwrap_or(Level::Definition)
}
