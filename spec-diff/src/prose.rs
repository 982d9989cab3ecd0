//! Compares what is neither a table nor a rule: the sentences between them, section by section.

use spec_model::cell::Content;
use spec_model::model::{Book, Chapter};
use spec_model::source::Span;

use crate::change::{Place, What};
use crate::chapters::pairs;
use crate::sides::{Follow, Plain, Shown, Sides, Topic};

/// The text below one heading.
struct Section {
    heading: String,
    span: Span,
    paragraphs: Vec<Paragraph>,
}

#[derive(Clone)]
struct Paragraph {
    text: String,
    span: Span,
}

/// Compares the prose of every chapter that both versions have.
pub(crate) fn compare(sides: &mut Sides<'_>) {
    for (b, h) in pairs(sides) {
        let (old, new) = (&sides.base.chapters[b], &sides.head.chapters[h]);
        let (old_text, new_text) = (
            &sides.base.sources.file(old.file).text,
            &sides.head.sources.file(new.file).text,
        );
        if old_text == new_text {
            continue;
        }
        let (mut before, mut after) = (sections(sides.base, old), sections(sides.head, new));
        take_pairs(sides, (old, &mut before), &mut after, |a, b| {
            a.heading == b.heading
        });
        take_pairs(sides, (old, &mut before), &mut after, same_text);
        for section in before {
            let topic = topic(old, &section.heading);
            sides.report(&topic, What::Removed, (all(&section), None), &PLAIN);
        }
        for section in after {
            let topic = topic(old, &section.heading);
            sides.report(&topic, What::Added, (None, all(&section)), &PLAIN);
        }
    }
}

const PLAIN: Plain = Plain { binding: true };

fn topic(chapter: &Chapter, heading: &str) -> Topic {
    Topic {
        edition: chapter.edition.clone(),
        table: "chapter".into(),
        names: vec![chapter.path.clone()],
        name: Some(chapter.path.clone()),
        subject: heading.to_owned(),
        part: "prose".into(),
        rules: Vec::new(),
    }
}

fn same_text(a: &Section, b: &Section) -> bool {
    let texts = |section: &Section| -> Vec<String> {
        section
            .paragraphs
            .iter()
            .map(|it| it.text.clone())
            .collect()
    };
    !a.paragraphs.is_empty() && texts(a) == texts(b)
}

/// Compares sections that are one, and takes them out of both lists.
fn take_pairs(
    sides: &mut Sides<'_>,
    (chapter, before): (&Chapter, &mut Vec<Section>),
    after: &mut Vec<Section>,
    same: impl Fn(&Section, &Section) -> bool,
) {
    let mut n = 0;
    while n < before.len() {
        let Some(at) = after.iter().position(|other| same(&before[n], other)) else {
            n += 1;
            continue;
        };
        let (old, new) = (before.remove(n), after.remove(at));
        if old.heading != new.heading {
            let headings = (
                Some((old.span, old.heading.clone())),
                Some((new.span, new.heading.clone())),
            );
            sides.report(
                &topic(chapter, &old.heading),
                What::Renamed,
                headings,
                &PLAIN,
            );
        }
        section(sides, chapter, &old, &new);
    }
}

fn section(sides: &mut Sides<'_>, chapter: &Chapter, old: &Section, new: &Section) {
    let same = |(a, b): &(&Paragraph, &Paragraph)| a.text == b.text;
    let (before, after) = (&old.paragraphs, &new.paragraphs);
    let head = before.iter().zip(after).take_while(same).count();
    let tail = before[head..]
        .iter()
        .rev()
        .zip(after[head..].iter().rev())
        .take_while(same)
        .count();
    let (before, after) = (
        &before[head..before.len() - tail],
        &after[head..after.len() - tail],
    );
    if before.is_empty() && after.is_empty() {
        return;
    }
    let edition = chapter.edition.as_deref();
    let said = |paragraphs: &[Paragraph]| -> Vec<Content> {
        paragraphs
            .iter()
            .map(|it| Content::prose(&it.text))
            .collect()
    };
    let (old_said, new_said) = (said(before), said(after));
    let renamed: Vec<Content> = old_said
        .iter()
        .map(|it| sides.renames.apply(edition, it))
        .collect();
    if old_said != new_said && renamed == new_said {
        for (old, new) in before
            .iter()
            .zip(after)
            .filter(|(old, new)| old.text != new.text)
        {
            let content = Content::prose(&old.text);
            sides.follows.push(Follow {
                names: content.names().map(str::to_owned).collect(),
                base: Place::of(sides.base, old.span),
                head: Place::of(sides.head, new.span),
            });
        }
        return;
    }
    let what = if old_said == new_said {
        What::Rewritten
    } else {
        What::Changed
    };
    // Where nothing stands on one side, its heading is the place.
    let shown = |paragraphs: &[Paragraph], section: &Section| {
        joined(paragraphs).or_else(|| Some((section.span, String::new())))
    };
    let shown = (shown(before, old), shown(after, new));
    sides.report(&topic(chapter, &old.heading), what, shown, &PLAIN);
}

fn joined(paragraphs: &[Paragraph]) -> Shown {
    let (first, last) = (paragraphs.first()?, paragraphs.last()?);
    let texts: Vec<&str> = paragraphs.iter().map(|it| it.text.as_str()).collect();
    let span = Span {
        end: last.span.end,
        ..first.span
    };
    Some((span, texts.join("\n\n")))
}

fn all(section: &Section) -> Shown {
    joined(&section.paragraphs).or_else(|| Some((section.span, section.heading.clone())))
}

/// The sections of a chapter, without tables, directives and rules.
fn sections(book: &Book, chapter: &Chapter) -> Vec<Section> {
    let text = &book.sources.file(chapter.file).text;
    let mut taken: Vec<Span> = book.hidden.to_vec();
    taken.extend(book.tables.iter().map(|table| table.span));
    taken.extend(book.rules.iter().map(|rule| rule.text.span));
    taken.retain(|span| span.file == chapter.file);
    let start = |heading: &spec_model::model::Heading| line_start(text, heading.text.span.start);
    let mut starts: Vec<(usize, String, Span)> = chapter
        .headings
        .iter()
        .map(|it| (start(it), it.text.value.clone(), it.text.span))
        .collect();
    if starts.first().is_none_or(|(at, ..)| *at > 0) {
        let span = Span {
            file: chapter.file,
            start: 0,
            end: 0,
        };
        starts.insert(0, (0, String::new(), span));
    }
    let ends = starts
        .iter()
        .skip(1)
        .map(|(at, ..)| *at)
        .chain([text.len()]);
    let ends: Vec<usize> = ends.collect();
    let section = |((start, heading, span), end): ((usize, String, Span), usize)| Section {
        paragraphs: paragraphs(text, (start, end), span, &taken),
        heading,
        span,
    };
    starts.into_iter().zip(ends).map(section).collect()
}

fn line_start(text: &str, at: usize) -> usize {
    text[..at].rfind('\n').map_or(0, |newline| newline + 1)
}

/// Runs of lines between blank ones and what is taken.
fn paragraphs(
    text: &str,
    (start, end): (usize, usize),
    heading: Span,
    taken: &[Span],
) -> Vec<Paragraph> {
    let mut found: Vec<Paragraph> = Vec::new();
    let mut open = false;
    let mut at = start;
    for line in text[start..end].split_inclusive('\n') {
        let span = Span {
            file: heading.file,
            start: at,
            end: at + line.trim_end().len(),
        };
        at += line.len();
        let heading =
            span.start <= heading.start && heading.start < at && heading.end > heading.start;
        let hidden = taken.iter().any(|it| it.start < at && span.start < it.end);
        if heading || hidden || line.trim().is_empty() {
            open = false;
            continue;
        }
        match found.last_mut() {
            Some(last) if open => {
                last.text.push('\n');
                last.text.push_str(line.trim_end());
                last.span.end = span.end;
            }
            _ => found.push(Paragraph {
                text: line.trim_end().to_owned(),
                span,
            }),
        }
        open = true;
    }
    found
}
