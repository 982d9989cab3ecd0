//! The chapters on authoring tell the truth: their examples do what they say, and they list every check.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

use proc_macro2::{TokenStream, TokenTree};
use pulldown_cmark::{CodeBlockKind, Event, Parser, Tag};
use spec_model::diagnostic::Diagnostic;
use spec_model::source::SourceMap;

const CHAPTERS: [&str; 2] = ["authoring.md", "authoring-tables.md"];
const EXAMPLE: &str = "example.md";
const TRACE: &str = "traces/example.trace";

/// A fenced block ` ```markdown spec-accept ` or ` ```markdown spec-reject CODE `.
struct Example {
    place: String,
    code: Option<String>,
    text: String,
}

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../book")
}

fn read(path: &Path) -> String {
    fs::read_to_string(path).unwrap_or_else(|e| panic!("{}: {e}", path.display()))
}

fn examples(chapter: &str) -> Vec<Example> {
    let text = read(&root().join(chapter));
    let mut found = Vec::new();
    let mut open: Option<Example> = None;
    for (event, range) in Parser::new(&text).into_offset_iter() {
        match event {
            Event::Start(Tag::CodeBlock(CodeBlockKind::Fenced(info))) => {
                let words: Vec<&str> = info.split_whitespace().collect();
                let code = match words[..] {
                    ["markdown", "spec-accept"] => None,
                    ["markdown", "spec-reject", code] => Some(code.to_owned()),
                    _ => continue,
                };
                let line = text[..range.start].lines().count() + 1;
                let place = format!("book/{chapter}:{line}");
                open = Some(Example {
                    place,
                    code,
                    text: String::new(),
                });
            }
            Event::Text(text) => {
                if let Some(example) = &mut open {
                    example.text.push_str(&text);
                }
            }
            Event::End(_) => found.extend(open.take()),
            _ => {}
        }
    }
    found
}

fn drawn(diagnostics: &[Diagnostic], sources: &SourceMap) -> String {
    let one = |d: &Diagnostic| format!("[{}] {}", d.code.0, d.render(sources));
    diagnostics.iter().map(one).collect::<Vec<_>>().join("\n\n")
}

/// The files of the book, SUMMARY.md first.
fn book() -> Vec<(String, String)> {
    let summary = root().join("SUMMARY.md");
    let book = spec_model::load(&summary);
    let book = book.unwrap_or_else(|r| panic!("{}", drawn(&r.diagnostics, &r.sources)));
    let chapters = book
        .chapters
        .iter()
        .map(|c| &c.path)
        .chain(book.traces.iter().map(|trace| &trace.path))
        .map(|path| (path.clone(), read(&root().join(path))));
    std::iter::once(("SUMMARY.md".to_owned(), read(&summary)))
        .chain(chapters)
        .collect()
}

/// The book with one more chapter, in the edition v1 unless the example names an edition.
fn with_example(mut book: Vec<(String, String)>, text: &str) -> Vec<(String, String)> {
    let names_edition = text.contains("<!-- spec: edition");
    let edition = if names_edition {
        ""
    } else {
        "<!-- spec: edition v1 -->\n\n"
    };
    book[0].1.push_str(&format!("\n- [Example]({EXAMPLE})\n"));
    if text.contains(TRACE) {
        book.push((TRACE.to_owned(), "# vmm: Example 1.0\n".to_owned()));
    }
    book.push((EXAMPLE.to_owned(), format!("# Example\n\n{edition}{text}")));
    book
}

/// What is wrong with an example; `None` if it does what its fence says.
fn complaint(book: &[(String, String)], example: &Example) -> Option<String> {
    let read = spec_model::read(with_example(book.to_vec(), &example.text));
    match (read, &example.code) {
        (Ok(_), None) => None,
        (Ok(_), Some(code)) => Some(format!("accepted, expected `{code}`")),
        (Err(rejected), None) => Some(drawn(&rejected.diagnostics, &rejected.sources)),
        (Err(rejected), Some(code)) => {
            let sources = &rejected.sources;
            let expected = |d: &Diagnostic| {
                d.code.0 == code && sources.file(d.span.file).path == Path::new(EXAMPLE)
            };
            let all = rejected.diagnostics.iter().all(expected);
            (!all).then(|| {
                format!(
                    "expected `{code}`:\n{}",
                    drawn(&rejected.diagnostics, sources)
                )
            })
        }
    }
}

#[test]
fn every_example_does_what_its_fence_says() {
    let book = book();
    let examples: Vec<Example> = CHAPTERS.into_iter().flat_map(examples).collect();
    assert!(
        examples.len() >= 30,
        "only {} examples were found",
        examples.len()
    );
    let complaints: Vec<String> = examples
        .iter()
        .filter_map(|e| Some(format!("{}: {}", e.place, complaint(&book, e)?)))
        .collect();
    assert!(complaints.is_empty(), "{}", complaints.join("\n\n"));
}

/// The codes that the sources give to [`Diagnostic::error`] and [`Diagnostic::warning`].
fn codes(folder: &Path, into: &mut BTreeSet<String>) {
    for entry in fs::read_dir(folder).expect("a folder of sources") {
        let path = entry.expect("an entry").path();
        if path.is_dir() {
            codes(&path, into);
        } else {
            let tokens = read(&path).parse().expect("Rust");
            literal_codes(tokens, into);
        }
    }
}

fn literal_codes(tokens: TokenStream, into: &mut BTreeSet<String>) {
    let mut after_name = false;
    for token in tokens {
        if let TokenTree::Group(group) = &token {
            if let (true, Some(TokenTree::Literal(code))) =
                (after_name, group.stream().into_iter().next())
            {
                let code = code.to_string();
                // Words with spaces are titles.
                into.extend((!code.contains(' ')).then(|| code.trim_matches('"').to_owned()));
            }
            literal_codes(group.stream(), into);
        }
        after_name =
            matches!(&token, TokenTree::Ident(name) if name == "error" || name == "warning");
    }
}

#[test]
fn every_check_is_listed() {
    let mut codes_in_sources = BTreeSet::new();
    codes(
        &Path::new(env!("CARGO_MANIFEST_DIR")).join("src"),
        &mut codes_in_sources,
    );
    let text = read(&root().join("authoring.md"));
    let (_, section) = text.split_once("## What is checked").expect("the section");
    let cells = section.lines().filter_map(|line| line.strip_prefix("| `"));
    let listed: BTreeSet<String> = cells
        .flat_map(|line| line.split('|').next().unwrap_or_default().split(','))
        .map(|code| code.trim().trim_matches('`').to_owned())
        .collect();
    assert_eq!(listed, codes_in_sources);
}
