//! "Did you mean": the declared name that is closest to a misspelled one.

use crate::diagnostic::Diagnostic;

/// Adds a help that names the closest candidate, if one is close.
pub(crate) fn suggestion<'c>(
    error: Diagnostic,
    written: &str,
    candidates: impl IntoIterator<Item = &'c str>,
) -> Diagnostic {
    let limit = written.chars().count().div_ceil(3);
    let best = candidates
        .into_iter()
        .map(|candidate| (distance(written, candidate), candidate))
        .filter(|&(distance, _)| distance <= limit)
        .min();
    match best {
        Some((_, best)) => error.help(format!("did you mean `{best}`?")),
        None => error,
    }
}

/// `a, b or c`
pub(crate) fn list(words: &[&str]) -> String {
    joined(words, "or")
}

/// `a, b and c`
pub(crate) fn list_all(words: &[&str]) -> String {
    joined(words, "and")
}

fn joined(words: &[&str], last_by: &str) -> String {
    let quoted: Vec<String> = words.iter().map(|word| format!("`{word}`")).collect();
    match quoted.split_last() {
        Some((last, [])) => last.clone(),
        Some((last, rest)) => format!("{} {last_by} {last}", rest.join(", ")),
        None => "nothing".into(),
    }
}

/// Levenshtein's distance; letters that differ in case only count as equal.
fn distance(a: &str, b: &str) -> usize {
    let b: Vec<char> = b.chars().map(|c| c.to_ascii_lowercase()).collect();
    let mut row: Vec<usize> = (0..=b.len()).collect();
    for (i, x) in a.chars().map(|c| c.to_ascii_lowercase()).enumerate() {
        let mut corner = row[0];
        row[0] = i + 1;
        for (j, y) in b.iter().enumerate() {
            let substituted = corner + usize::from(x != *y);
            corner = row[j + 1];
            row[j + 1] = substituted.min(row[j] + 1).min(row[j + 1] + 1);
        }
    }
    row[b.len()]
}
