//! Compares chapters and editions as such: what they are called, and where they stand.

use spec_model::model::{Book, Chapter};
use spec_model::source::{FileId, Span};

use crate::change::What;
use crate::pairing::out_of_order;
use crate::sides::{Plain, Sides, Topic};

const PLAIN: Plain = Plain { binding: true };

/// A chapter that is gone, and a new one with the same text, are one.
pub(crate) fn find_renames(sides: &mut Sides<'_>) {
    let gone = |book: &Book, other: &Book| -> Vec<usize> {
        let alone = |chapter: &Chapter| other.chapters.iter().all(|it| it.path != chapter.path);
        (0..book.chapters.len())
            .filter(|&n| alone(&book.chapters[n]))
            .collect()
    };
    let (old, new) = (gone(sides.base, sides.head), gone(sides.head, sides.base));
    let mut candidates = Vec::new();
    for &b in &old {
        for &h in &new {
            let text =
                |book: &Book, n: usize| book.sources.file(book.chapters[n].file).text.clone();
            let (before, after) = (text(sides.base, b), text(sides.head, h));
            let alike = similar::TextDiff::from_lines(&before, &after).ratio();
            candidates.extend((alike >= 0.5).then_some((alike, b, h)));
        }
    }
    candidates.sort_by(|x, y| y.0.total_cmp(&x.0).then(x.1.cmp(&y.1)));
    let (mut from, mut to) = (Vec::new(), Vec::new());
    for (_, b, h) in candidates {
        if !from.contains(&b) && !to.contains(&h) {
            from.push(b);
            to.push(h);
            let path = |book: &Book, n: usize| book.chapters[n].path.clone();
            let (old, new) = (path(sides.base, b), path(sides.head, h));
            sides.renames.add_chapter(&old, &new);
        }
    }
}

/// Chapters of both versions that are one, by place.
pub(crate) fn pairs(sides: &Sides<'_>) -> Vec<(usize, usize)> {
    let of_head = |chapter: &Chapter| {
        let path = sides.renames.chapter(&chapter.path);
        sides.head.chapters.iter().position(|it| it.path == path)
    };
    let base = sides.base.chapters.iter().enumerate();
    base.filter_map(|(b, chapter)| Some((b, of_head(chapter)?)))
        .collect()
}

fn start(file: FileId) -> Span {
    Span {
        file,
        start: 0,
        end: 0,
    }
}

fn topic(chapter: &Chapter, part: &str) -> Topic {
    Topic {
        table: "chapter".into(),
        subject: chapter.path.clone(),
        part: part.into(),
        ..Topic::default()
    }
}

/// Compares editions, chapters and what the site shows.
pub(crate) fn compare(sides: &mut Sides<'_>) {
    editions(sides);
    let pairs = pairs(sides);
    let (base, head) = (sides.base, sides.head);
    let shown = |chapter: &Chapter, text: &str| Some((start(chapter.file), text.to_owned()));
    for (b, old) in base.chapters.iter().enumerate() {
        let Some(&(_, h)) = pairs.iter().find(|pair| pair.0 == b) else {
            let gone = (shown(old, &old.title), None);
            sides.report(&topic(old, "row"), What::Removed, gone, &PLAIN);
            continue;
        };
        let new = &head.chapters[h];
        if old.path != new.path {
            let moved = (shown(old, &old.path), shown(new, &new.path));
            sides.report(&topic(old, "row"), What::Moved, moved, &PLAIN);
        }
        if old.title != new.title {
            let titles = (shown(old, &old.title), shown(new, &new.title));
            sides.report(&topic(old, "title"), What::Changed, titles, &PLAIN);
        }
        if old.edition != new.edition {
            let name = |chapter: &Chapter| chapter.edition.clone().unwrap_or_else(|| "none".into());
            let editions = (shown(old, &name(old)), shown(new, &name(new)));
            sides.report(&topic(old, "edition"), What::Changed, editions, &PLAIN);
        }
    }
    for (h, new) in head.chapters.iter().enumerate() {
        if !pairs.iter().any(|pair| pair.1 == h) {
            let added = (None, shown(new, &new.title));
            sides.report(&topic(new, "row"), What::Added, added, &PLAIN);
        }
    }
    order(sides, &pairs);
    shows(sides);
}

fn editions(sides: &mut Sides<'_>) {
    let (base, head) = (sides.base, sides.head);
    let topic = |name: &str, part: &str| Topic {
        edition: Some(name.to_owned()),
        table: "edition".into(),
        part: part.into(),
        ..Topic::default()
    };
    for old in &base.editions {
        let name = &old.name.value;
        let shown = Some((old.name.span, old.title.clone()));
        match head.edition(name) {
            None => sides.report(&topic(name, "row"), What::Removed, (shown, None), &PLAIN),
            Some(new) if old.title != new.title => {
                let titles = (shown, Some((new.name.span, new.title.clone())));
                sides.report(&topic(name, "title"), What::Changed, titles, &PLAIN);
            }
            Some(_) => {}
        }
    }
    for new in &head.editions {
        let name = &new.name.value;
        if base.edition(name).is_none() {
            let shown = Some((new.name.span, new.title.clone()));
            sides.report(&topic(name, "row"), What::Added, (None, shown), &PLAIN);
        }
    }
}

fn order(sides: &mut Sides<'_>, pairs: &[(usize, usize)]) {
    let moved = out_of_order(pairs);
    let Some(&(b, h)) = moved.first() else { return };
    let list = |book: &Book, of: &dyn Fn(&(usize, usize)) -> usize| {
        let mut places: Vec<usize> = pairs.iter().map(of).collect();
        places.sort_unstable();
        let titles: Vec<&str> = places
            .iter()
            .map(|&n| book.chapters[n].title.as_str())
            .collect();
        titles.join(", ")
    };
    let topic = Topic {
        table: "book".into(),
        part: "order".into(),
        ..Topic::default()
    };
    let old = (
        start(sides.base.chapters[b].file),
        list(sides.base, &|pair| pair.0),
    );
    let new = (
        start(sides.head.chapters[h].file),
        list(sides.head, &|pair| pair.1),
    );
    sides.report(&topic, What::Reordered, (Some(old), Some(new)), &PLAIN);
}

/// What the site shows, as a set for each chapter.
fn shows(sides: &mut Sides<'_>) {
    let list = |book: &Book, rename: &dyn Fn(&str) -> String| -> Vec<(String, String, Span)> {
        let show = |show: &spec_model::model::Show| {
            let edition = show
                .edition
                .as_ref()
                .map(|it| format!(" {it}"))
                .unwrap_or_default();
            let path = rename(&book.chapters[show.chapter].path);
            (path, format!("{}{edition}", show.what.value), show.span)
        };
        book.shows.iter().map(show).collect()
    };
    let old = list(sides.base, &|path| sides.renames.chapter(path).to_owned());
    let mut new = list(sides.head, &str::to_owned);
    let topic = |path: &str, what: &str| Topic {
        table: "show".into(),
        names: vec![path.to_owned()],
        name: Some(path.to_owned()),
        subject: what.to_owned(),
        part: "row".into(),
        ..Topic::default()
    };
    for (path, what, span) in old {
        match new.iter().position(|it| it.0 == path && it.1 == what) {
            Some(at) => _ = new.remove(at),
            None => {
                let shown = (Some((span, what.clone())), None);
                sides.report(&topic(&path, &what), What::Removed, shown, &PLAIN);
            }
        }
    }
    for (path, what, span) in new {
        let shown = (None, Some((span, what.clone())));
        sides.report(&topic(&path, &what), What::Added, shown, &PLAIN);
    }
}

/// A chapter whose text differs, though nothing in it was reported: spaces, or the order of columns.
pub(crate) fn nothing_is_left(sides: &mut Sides<'_>) {
    for (b, h) in pairs(sides) {
        let (old, new) = (&sides.base.chapters[b], &sides.head.chapters[h]);
        let text = |book: &Book, chapter: &Chapter| book.sources.file(chapter.file).text.clone();
        let (before, after) = (text(sides.base, old), text(sides.head, new));
        if before == after {
            continue;
        }
        let path = |book: &Book, chapter: &Chapter| {
            spec_model::source::display(&book.sources.file(chapter.file).path)
        };
        let (from, to) = (path(sides.base, old), path(sides.head, new));
        let told = sides.changes.iter().any(|change| {
            let before = change
                .before
                .as_ref()
                .is_some_and(|fact| fact.place.path == from);
            let after = change
                .after
                .as_ref()
                .is_some_and(|fact| fact.place.path == to);
            before
                || after
                || change
                    .follows
                    .iter()
                    .any(|it| it.0.path == from || it.1.path == to)
        });
        if !told {
            let offset = before
                .bytes()
                .zip(after.bytes())
                .take_while(|(x, y)| x == y)
                .count();
            let at = |file: FileId, text: &str| {
                let offset = text.floor_char_boundary(offset.min(text.len()));
                let span = Span {
                    file,
                    start: offset,
                    end: offset,
                };
                Some((span, "as it was typed".to_owned()))
            };
            let shown = (at(old.file, &before), at(new.file, &after));
            sides.report(&topic(old, "prose"), What::Rewritten, shown, &PLAIN);
        }
    }
}
