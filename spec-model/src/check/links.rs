//! Links inside the book: the chapter and its heading exist.

use super::Context;
use crate::diagnostic::{Diagnostic, Diagnostics};
use crate::map::{Map, Set};
use crate::markdown::{Anchor, Link, RULE_SCHEME};
use crate::parse::suggestion;
use crate::source::{Span, beside};

/// Every relative link to a chapter leads somewhere. Links out of the book are left alone.
pub(super) fn links_lead_somewhere<'a>(context: &Context<'_, 'a>, diagnostics: &mut Diagnostics) {
    let chapters = context.book.chapters.iter().enumerate();
    let by_path: Map<&str, usize> = chapters
        .map(|(index, chapter)| (chapter.path.as_str(), index))
        .collect();
    let mut anchors = Anchors {
        context,
        of: Map::default(),
    };
    for (index, (chapter, document)) in context
        .book
        .chapters
        .iter()
        .zip(context.documents)
        .enumerate()
    {
        for link in &document.links {
            if link.dest.starts_with(RULE_SCHEME) {
                continue;
            }
            let span = || place(context, chapter.file, link);
            let (path, fragment) = link.dest.split_once('#').unwrap_or((&link.dest, ""));
            let target = match resolve(&chapter.path, path) {
                _ if link.dest.is_empty() => {
                    diagnostics.push(Diagnostic::error(
                        "empty-link",
                        span(),
                        "this link leads nowhere",
                    ));
                    continue;
                }
                Target::Outside => continue,
                Target::Same => index,
                Target::Chapter(path) => match by_path.get(path.as_str()) {
                    Some(&target) => target,
                    None => {
                        diagnostics.push(unknown_chapter(&path, span(), &by_path));
                        continue;
                    }
                },
            };
            let fragment = decoded(fragment);
            if !fragment.is_empty() && !anchors.of(target).contains(fragment.as_str()) {
                let path = &context.book.chapters[target].path;
                let title = format!("chapter `{path}` has no heading `#{fragment}`");
                let mut known: Vec<String> = anchors
                    .of(target)
                    .iter()
                    .map(|id| format!("#{id}"))
                    .collect();
                known.sort_unstable();
                let error = Diagnostic::error("unknown-anchor", span(), title);
                diagnostics.push(suggestion(
                    error,
                    &format!("#{fragment}"),
                    known.iter().map(String::as_str),
                ));
            }
        }
    }
}

/// The destination in the text of the link, or the whole link.
fn place(context: &Context<'_, '_>, file: crate::source::FileId, link: &Link<'_>) -> Span {
    let text = &context.sources.file(file).text[link.range.clone()];
    match text.rfind(&*link.dest) {
        Some(at) if !link.dest.is_empty() => {
            let start = link.range.start + at;
            Span {
                file,
                start,
                end: start + link.dest.len(),
            }
        }
        _ => Span {
            file,
            start: link.range.start,
            end: link.range.end,
        },
    }
}

fn unknown_chapter(path: &str, span: Span, known: &Map<&str, usize>) -> Diagnostic {
    let error = Diagnostic::error(
        "unknown-chapter",
        span,
        format!("SUMMARY.md lists no chapter `{path}`"),
    );
    let mut known: Vec<&str> = known.keys().copied().collect();
    known.sort_unstable();
    suggestion(error, path, known)
}

enum Target {
    Same,
    Chapter(String),
    Outside,
}

/// What a relative path means in a chapter.
fn resolve(chapter: &str, path: &str) -> Target {
    let path = path.split('?').next().unwrap_or(path);
    if path.is_empty() {
        return Target::Same;
    }
    if path.starts_with('/') || path.contains(':') || !path.ends_with(".md") {
        return Target::Outside;
    }
    beside(chapter, &decoded(path)).map_or(Target::Outside, Target::Chapter)
}

/// Without `%20` and the like.
fn decoded(text: &str) -> String {
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text.as_bytes();
    while let [first, tail @ ..] = rest {
        let hex = tail.get(..2).and_then(|hex| std::str::from_utf8(hex).ok());
        match hex
            .and_then(|hex| u8::from_str_radix(hex, 16).ok())
            .filter(|_| *first == b'%')
        {
            Some(byte) => {
                bytes.push(byte);
                rest = &tail[2..];
            }
            None => {
                bytes.push(*first);
                rest = tail;
            }
        }
    }
    String::from_utf8_lossy(&bytes).into_owned()
}

/// What a fragment can name, by chapter; found when first asked for.
struct Anchors<'c, 'a> {
    context: &'c Context<'c, 'a>,
    of: Map<usize, Set<String>>,
}

impl Anchors<'_, '_> {
    fn of(&mut self, chapter: usize) -> &Set<String> {
        let context = self.context;
        self.of.entry(chapter).or_insert_with(|| {
            let mut ids = Set::default();
            for anchor in &context.documents[chapter].anchors {
                match anchor {
                    Anchor::Id(id) => ids.insert(id.clone()),
                    Anchor::Text(text) => insert_unique(&mut ids, slug(text)),
                };
            }
            // Rules come in the order of the chapters.
            let rules = &context.book.rules;
            let first = rules.partition_point(|rule| rule.chapter < chapter);
            let own = rules[first..]
                .iter()
                .take_while(|rule| rule.chapter == chapter);
            ids.extend(own.map(crate::model::Rule::anchor));
            ids
        })
    }
}

/// mdBook's id of a heading.
fn slug(text: &str) -> String {
    let kept = |c: char| match c {
        c if c.is_alphanumeric() || c == '_' || c == '-' => Some(c),
        c if c.is_whitespace() => Some('-'),
        _ => None,
    };
    text.trim()
        .to_lowercase()
        .chars()
        .filter_map(kept)
        .collect()
}

/// The second heading of the same text gets `-1`.
fn insert_unique(ids: &mut Set<String>, id: String) -> bool {
    let mut count = 0;
    let mut candidate = id.clone();
    while ids.contains(&candidate) {
        count += 1;
        candidate = format!("{id}-{count}");
    }
    ids.insert(candidate)
}
