//! How strongly a text binds: the keywords of RFC 2119.

use crate::model::Level;

/// The strongest keyword in a text; inline code does not count.
pub(super) fn of(text: &str) -> Level {
    let bytes = text.as_bytes();
    let mut level = Level::Definition;
    // Two capitals are rare, so that the rest is looked at seldom.
    for (at, pair) in bytes.windows(2).enumerate() {
        if pair[0].is_ascii_uppercase() && pair[1].is_ascii_uppercase() {
            let begins = at == 0 || !bytes[at - 1].is_ascii_alphanumeric();
            let stronger = keyword(&bytes[at..])
                .filter(|_| begins)
                .filter(|&found| found > level);
            level = stronger.filter(|_| !in_code(&bytes[..at])).unwrap_or(level);
        }
    }
    level
}

fn keyword(text: &[u8]) -> Option<Level> {
    let end = text.iter().position(|byte| !byte.is_ascii_alphanumeric());
    match &text[..end.unwrap_or(text.len())] {
        b"MUST" | b"SHALL" | b"REQUIRED" => Some(Level::Must),
        b"SHOULD" | b"RECOMMENDED" => Some(Level::Should),
        b"MAY" | b"OPTIONAL" => Some(Level::May),
        _ => None,
    }
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
    }
}
