//! How strongly a text binds: the keywords of RFC 2119.

use crate::model::Level;

/// The strongest keyword in a text; inline code does not count.
pub(super) fn of(text: &str) -> Level {
    let mut level = Level::Definition;
    let (mut in_code, mut in_word) = (false, false);
    for (at, byte) in text.bytes().enumerate() {
        in_code ^= byte == b'`';
        if !in_code && !in_word && byte.is_ascii_uppercase() {
            level = level.max(keyword(&text[at..]));
        }
        in_word = byte.is_ascii_alphanumeric();
    }
    level
}

fn keyword(text: &str) -> Level {
    let end = text.find(|c: char| !c.is_ascii_alphanumeric());
    match &text[..end.unwrap_or(text.len())] {
        "MUST" | "SHALL" | "REQUIRED" => Level::Must,
        "SHOULD" | "RECOMMENDED" => Level::Should,
        "MAY" | "OPTIONAL" => Level::May,
        _ => Level::Definition,
    }
}
