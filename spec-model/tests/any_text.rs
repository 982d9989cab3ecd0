//! Bad input never panics, and what is said of it points into it.

use proptest::prelude::*;
use proptest::sample::Index;
use spec_model::model::Book;
use spec_model::source::{SourceMap, Span};
use spec_model::{Rejected, read};

mod common;

use common::prelude::{BITS, FSM, Prelude, chapters, folder};

/// What a slip of the hand can leave in a chapter, and what has a meaning to one of the readers.
const SCRAPS: [&str; 40] = [
    "|",
    "\\|",
    "||",
    "`",
    "``",
    "\n",
    "\r\n",
    "\r",
    "\n\n",
    "    ",
    "\t",
    "r[",
    "r[v1.a]\n",
    "]",
    "[v1.errors.table]",
    "<!-- spec: ",
    "<!--",
    "-->",
    "<!-- spec: work -->\n",
    "\"",
    "=",
    "|---|\n",
    "- ",
    "> ",
    "# ",
    "```\n",
    "é",
    "—",
    "\u{a0}",
    "\u{feff}",
    "\u{2028}",
    "𝔘",
    "\0",
    "&&",
    "!(",
    "18446744073709551616",
    " << ",
    "ERROR",
    "[a](rule:",
    "<div>",
];

/// A change at a place: so many characters are replaced by something.
#[derive(Clone, Debug)]
struct Edit {
    chapter: Index,
    at: Index,
    removed: usize,
    added: String,
}

fn edit() -> impl Strategy<Value = Edit> {
    let scrap = prop_oneof![
        6 => proptest::sample::select(&SCRAPS[..]).prop_map(str::to_owned),
        1 => "\\PC{0,8}",
        2 => Just(String::new()),
    ];
    let removed = prop_oneof![4 => 0..3usize, 2 => 0..40usize, 1 => 0..400usize];
    (any::<Index>(), any::<Index>(), removed, scrap).prop_map(|(chapter, at, removed, added)| {
        Edit {
            chapter,
            at,
            removed,
            added,
        }
    })
}

impl Edit {
    fn apply(&self, chapters: &mut [(String, String)]) {
        let text = &mut chapters[self.chapter.index(chapters.len())].1;
        let places: Vec<usize> = text
            .char_indices()
            .map(|(at, _)| at)
            .chain([text.len()])
            .collect();
        let first = self.at.index(places.len());
        let last = (first + self.removed).min(places.len() - 1);
        text.replace_range(places[first]..places[last], &self.added);
    }
}

/// Every span lies in its file, on characters; every diagnostic can be drawn.
fn check(result: Result<Book, Box<Rejected>>) {
    let (sources, diagnostics) = match &result {
        Ok(book) => (&book.sources, &book.warnings),
        Err(rejected) => (&rejected.sources, &rejected.diagnostics),
    };
    for diagnostic in diagnostics {
        let related = diagnostic.related.iter().map(|label| label.span);
        for span in related.chain([diagnostic.span]) {
            assert!(lies_in(span, sources), "{span:?} of {diagnostic:?}");
        }
        assert!(
            diagnostic
                .render(sources)
                .starts_with(&sources.place(diagnostic.span))
        );
    }
    match result {
        Ok(book) => spans(&book).for_each(|span| assert!(lies_in(span, &book.sources), "{span:?}")),
        Err(rejected) => assert!(
            !rejected.diagnostics.is_empty(),
            "rejected, and nobody says why"
        ),
    }
}

fn lies_in(span: Span, sources: &SourceMap) -> bool {
    sources
        .file(span.file)
        .text
        .get(span.start..span.end)
        .is_some()
}

fn spans(book: &Book) -> impl Iterator<Item = Span> {
    let rules = book
        .rules
        .iter()
        .flat_map(|rule| [rule.mark, rule.id.span, rule.text.span]);
    let links = book
        .links
        .iter()
        .flat_map(|link| [link.span, link.rule.span]);
    rules
        .chain(links)
        .chain(book.hidden.iter().copied())
        .chain(book.tables.iter().map(|table| table.span))
        .chain(book.shows.iter().map(|show| show.span))
}

fn edited(prelude: Prelude, chapter: &str, edits: &[Edit]) {
    let mut chapters = chapters(prelude, &folder(chapter));
    for edit in edits {
        edit.apply(&mut chapters);
    }
    check(common::book(&chapters));
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn any_text_is_read_or_refused(text in "\\PC*", summary in "\\PC*") {
        check(common::book(&[("a.md", &text)]));
        check(read(vec![("SUMMARY.md".into(), summary), ("a.md".into(), text)]));
    }

    #[test]
    fn any_scraps_are_read_or_refused(scraps in prop::collection::vec(proptest::sample::select(&SCRAPS[..]), 0..60)) {
        let text = scraps.concat();
        check(common::book(&[("a.md", &text)]));
        check(read(vec![("SUMMARY.md".into(), text.clone()), ("a.md".into(), text)]));
    }

    #[test]
    fn any_edit_is_read_or_refused(edits in prop::collection::vec(edit(), 1..4)) {
        edited(BITS, "accept/rules.md", &edits);
    }

    #[test]
    fn any_edit_of_states_is_read_or_refused(edits in prop::collection::vec(edit(), 1..4)) {
        edited(FSM, "accept/empty.md", &edits);
    }
}
