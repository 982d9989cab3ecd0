//! What a style sheet loads.

use super::page::{Kind, Reference};

/// Every `url(…)` and `@import "…"` of a style sheet whose first line is `line`.
pub(super) fn references(css: &str, line: u64) -> Vec<Reference> {
    let css = without_comments(css);
    let mut found = Vec::new();
    for (at, _) in css.match_indices("url(") {
        let inner = css[at + 4..].split(')').next().unwrap_or_default().trim();
        found.push((at, inner.trim_matches(['"', '\''])));
    }
    for (at, _) in css.match_indices("@import") {
        let rest = css[at + 7..].trim_start();
        if let Some(quote) = rest.chars().next().filter(|c| "\"'".contains(*c)) {
            found.push((at, rest[1..].split(quote).next().unwrap_or_default()));
        }
    }
    let reference = |(at, to): (usize, &str)| {
        let line = line + css[..at].matches('\n').count() as u64;
        match to.strip_prefix('#') {
            Some(id) => Reference {
                kind: Kind::Id,
                line,
                to: id.to_owned(),
            },
            None => Reference {
                kind: Kind::Load,
                line,
                to: to.to_owned(),
            },
        }
    };
    found
        .into_iter()
        .filter(|(_, to)| !to.is_empty())
        .map(reference)
        .collect()
}

/// Comments become spaces, so that lines keep their numbers.
fn without_comments(css: &str) -> String {
    let mut plain = String::with_capacity(css.len());
    let mut rest = css;
    while let Some(start) = rest.find("/*") {
        plain.push_str(&rest[..start]);
        let length = rest[start + 2..]
            .find("*/")
            .map_or(rest.len() - start, |end| end + 4);
        let comment = &rest[start..start + length];
        plain.extend(comment.chars().map(|c| if c == '\n' { c } else { ' ' }));
        rest = &rest[start + length..];
    }
    plain.push_str(rest);
    plain
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn urls_and_imports_are_found_with_their_lines() {
        let css = "/* url(no.png)\n*/ @import 'a.css';\nb { background: url( \"b.png\" ) }\nc { fill: url(#g) }";
        let found: Vec<_> = references(css, 1)
            .into_iter()
            .map(|r| (r.line, r.kind, r.to))
            .collect();
        let expected = [
            (3, Kind::Load, "b.png".to_owned()),
            (4, Kind::Id, "g".to_owned()),
            (2, Kind::Load, "a.css".to_owned()),
        ];
        assert_eq!(found, expected);
    }
}
