//! How strongly a text binds: the keywords of RFC 2119.

use std::ops::Range;

use crate::model::Level;

/// The strongest keyword in a text; inline code does not count.
pub(super) fn of(text: &str) -> Level {
    find(text).map_or(Level::Definition, |(level, _)| level)
}

/// The strongest keyword in a text, and where it first stands.
pub(super) fn find(text: &str) -> Option<(Level, Range<usize>)> {
    let bytes = text.as_bytes();
    let mut strongest: Option<(Level, Range<usize>)> = None;
    // Two capitals are rare, so that the rest is looked at seldom.
    for (at, pair) in bytes.windows(2).enumerate() {
        if pair[0].is_ascii_uppercase() && pair[1].is_ascii_uppercase() {
            let begins = at == 0 || !bytes[at - 1].is_ascii_alphanumeric();
            let found = keyword(&bytes[at..]).filter(|_| begins);
            let Some((level, length)) = found else {
                continue;
            };
            let stronger = strongest.as_ref().is_none_or(|(known, _)| level > *known);
            if stronger && !in_code(&bytes[..at]) {
                strongest = Some((level, at..at + length));
            }
        }
    }
    strongest
}

fn keyword(text: &[u8]) -> Option<(Level, usize)> {
    let end = text.iter().position(|byte| !byte.is_ascii_alphanumeric());
    let end = end.unwrap_or(text.len());
    let level = match &text[..end] {
        b"MUST" | b"SHALL" | b"REQUIRED" => Level::Must,
        b"SHOULD" | b"RECOMMENDED" => Level::Should,
        b"MAY" | b"OPTIONAL" => Level::May,
        _ => return None,
    };
    Some((level, end))
}

/// Whether a backtick is open after this text.
fn in_code(before: &[u8]) -> bool {
    before.iter().filter(|&&byte| byte == b'`').count() % 2 == 1
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_strongest_keyword_counts() {
        assert_eq!(of(""), Level::Definition);
        assert_eq!(of("It MAY, or SHOULD NOT."), Level::Should);
        assert_eq!(of("MUST"), Level::Must);
        assert_eq!(of("ü OPTIONAL—it is"), Level::May);
        assert_eq!(of("must MUSTARD xMUST MUST_NOT2"), Level::Must);
        assert_eq!(of("must MUSTARD xMUST"), Level::Definition);
        assert_eq!(of("`MUST` and `a MAY b` SHOULD"), Level::Should);
        assert_eq!(find("It MAY and MUST"), Some((Level::Must, 11..15)));
    }
}
