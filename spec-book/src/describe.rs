//! What search engines and previews say of a chapter.

use spec_model::inline::plain;
use spec_model::model::{Book, Chapter};

/// The most characters that they show.
const MOST: usize = 200;

/// The first paragraph of a chapter, shortened; `None` where it begins with something else.
pub(crate) fn describe(book: &Book, chapter: &Chapter) -> Option<String> {
    let text = &book.sources.file(chapter.file).text;
    let title = chapter.headings.first()?.text.span;
    let blocks = text.get(title.end..)?.split("\n\n").map(str::trim);
    let mut blocks = blocks.filter(|block| !block.is_empty() && !block.starts_with("<!--"));
    let first = blocks.next()?;
    let prose = first.starts_with(|c: char| c.is_alphanumeric() || "[`*_“".contains(c));
    prose.then(|| shortened(&plain(first)))
}

/// Whole words.
fn shortened(text: &str) -> String {
    let text = text.split_whitespace().collect::<Vec<_>>().join(" ");
    let Some((most, _)) = text.char_indices().nth(MOST) else {
        return text;
    };
    let words = text[..most].rsplit_once(' ').map_or("", |(words, _)| words);
    format!("{}…", words.trim_end_matches([',', ';', ':', '.']))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn long_paragraphs_end_with_a_word() {
        assert_eq!(shortened("A  short\none."), "A short one.");
        let long = "word, ".repeat(50);
        let short = shortened(&long);
        assert!(
            short.ends_with("word…") && short.chars().count() <= MOST,
            "{short}"
        );
    }
}
