//! One chapter: the passes over it, and what they may look at.

use std::collections::HashMap;
use std::sync::OnceLock;

use spec_model::model::{Book, Chapter, Edition, Rule};
use spec_model::source::FileId;
use spec_system::Shown;

use crate::edit::Edits;
use crate::html::blocks;
use crate::rows::Row;
use crate::tests_of::Tests;
use crate::{drawings, links, rows, rules, tables, terms};

/// What adds to a chapter. Where two passes change the same bytes, the earlier holds.
const PASSES: &[fn(&Page<'_>, &mut Edits)] = &[
    rules::mark,
    links::resolve,
    links::cells,
    tables::wrap,
    rows::anchor,
    drawings::mark_all,
    terms::anchors,
    terms::link_uses,
    hide,
];

/// The whole site: what its pages share.
pub struct Site<'a> {
    book: &'a Book,
    tests: &'a Tests,
    rules: HashMap<&'a str, &'a Rule>,
    rows: Vec<Row>,
    /// The generated items of each rule, made when the first page asks: one page does.
    items: OnceLock<HashMap<String, Vec<String>>>,
    row_files: HashMap<String, FileId>,
    /// By number of file.
    chapters: Vec<usize>,
    /// The chapter that shows the coverage.
    coverage: Option<usize>,
    /// What goes wrong in each variant: found once, when the first page asks.
    counterexamples: OnceLock<Vec<Shown>>,
}

impl<'a> Site<'a> {
    /// Prepares what every page needs.
    pub fn new(book: &'a Book, tests: &'a Tests) -> Self {
        let rules = book
            .rules
            .iter()
            .map(|rule| (rule.id.value.as_str(), rule))
            .collect();
        let mut chapters = vec![0; book.sources.files().count()];
        for (number, chapter) in book.chapters.iter().enumerate() {
            chapters[chapter.file.0 as usize] = number;
        }
        let rows = rows::all(book);
        let mut shows = book.shows.iter();
        Self {
            book,
            tests,
            rules,
            items: OnceLock::new(),
            row_files: rows::by_id(&rows),
            rows,
            chapters,
            coverage: shows
                .find(|show| show.what.value == "coverage")
                .map(|show| show.chapter),
            counterexamples: OnceLock::new(),
        }
    }

    /// A chapter as mdBook shall see it, whole.
    ///
    /// # Panics
    /// If `chapter` is not an index into the book's chapters.
    pub fn render(&self, chapter: usize) -> String {
        let drawings = self.drawings(chapter);
        let text = tables::split(&self.edited(chapter), |table, _| table.to_owned());
        drawings::fill(&text, |of, number| {
            drawings.get(number).filter(|_| of == chapter)
        })
    }

    /// A chapter with marks where its drawings and tables go, and the tables in Markdown: they are numbered after the
    /// drawings.
    pub(crate) fn text(&self, chapter: usize) -> (String, Vec<String>) {
        let drawings = drawings::of(&self.page(chapter)).len();
        let mut all = Vec::new();
        let text = tables::split(&self.edited(chapter), |table, words| {
            all.push(table.to_owned());
            let mark = drawings::mark(chapter, drawings + all.len() - 1, words);
            format!("{mark}\n\n")
        });
        (text, all)
    }

    fn edited(&self, chapter: usize) -> String {
        let page = self.page(chapter);
        let mut edits = Edits::default();
        for pass in PASSES {
            pass(&page, &mut edits);
        }
        edits.apply(&self.book.sources.file(page.file()).text)
    }

    /// The drawings of a chapter, by number.
    pub(crate) fn drawings(&self, chapter: usize) -> Vec<String> {
        let page = self.page(chapter);
        let all = drawings::of(&page).into_iter();
        all.map(|drawing| blocks(&(drawing.draw)(&page))).collect()
    }

    fn page(&'a self, chapter: usize) -> Page<'a> {
        Page {
            site: self,
            book: self.book,
            tests: self.tests,
            number: chapter,
        }
    }
}

/// What a pass may look at: one chapter of the site.
pub(crate) struct Page<'a> {
    site: &'a Site<'a>,
    pub(crate) book: &'a Book,
    pub(crate) tests: &'a Tests,
    /// Index into [`Book::chapters`].
    pub(crate) number: usize,
}

/// The text of one chapter, with the tests that verify its rules.
///
/// # Panics
/// If `chapter` is not an index into the book's chapters.
pub fn render(book: &Book, tests: &Tests, chapter: usize) -> String {
    Site::new(book, tests).render(chapter)
}

impl<'a> Page<'a> {
    pub(crate) fn chapter(&self) -> &'a Chapter {
        &self.book.chapters[self.number]
    }

    pub(crate) fn file(&self) -> FileId {
        self.chapter().file
    }

    /// The rule of this id.
    pub(crate) fn rule(&self, id: &str) -> Option<&'a Rule> {
        self.site.rules.get(id).copied()
    }

    /// The generated items that implement a rule.
    pub(crate) fn items(&self, rule: &Rule) -> &'a [String] {
        let items = self.site.items.get_or_init(|| {
            let mut items: HashMap<String, Vec<String>> = HashMap::new();
            for item in spec_gen::items(self.book) {
                items.entry(item.rule).or_default().push(item.path);
            }
            items
        });
        items.get(&rule.id.value).map_or(&[], Vec::as_slice)
    }

    /// Every row that can be linked to, by place.
    pub(crate) fn rows(&self) -> &'a [Row] {
        &self.site.rows
    }

    /// The chapter that shows the coverage.
    pub(crate) fn coverage_chapter(&self) -> Option<usize> {
        self.site.coverage
    }

    /// The chapter that the row of this id stands in.
    pub(crate) fn chapter_of_row(&self, id: &str) -> Option<usize> {
        let file = self.site.row_files.get(id)?;
        Some(self.site.chapters[file.0 as usize])
    }

    /// The chapter that this file holds.
    pub(crate) fn chapter_of_file(&self, file: FileId) -> usize {
        self.site.chapters[file.0 as usize]
    }

    /// What goes wrong in the variants of an edition, in the order of the book.
    pub(crate) fn counterexamples(&self, edition: &Edition) -> impl Iterator<Item = &'a Shown> {
        let all = self
            .site
            .counterexamples
            .get_or_init(|| spec_system::counterexamples(self.book));
        let name = edition.name.value.clone();
        all.iter().filter(move |shown| shown.edition == name)
    }

    /// The edition that the chapter is part of.
    pub(crate) fn edition(&self) -> Option<&'a Edition> {
        self.book.edition(self.chapter().edition.as_deref()?)
    }

    /// Those of a list in the order of the book that belong to this chapter.
    pub(crate) fn own<T>(&self, all: &'a [T], chapter: impl Fn(&T) -> usize) -> &'a [T] {
        let from = all.partition_point(|item| chapter(item) < self.number);
        let to = all.partition_point(|item| chapter(item) <= self.number);
        &all[from..to]
    }
}

/// Leaves out directives and whatever marks no other pass has replaced.
fn hide(page: &Page<'_>, edits: &mut Edits) {
    let hidden = &page.book.hidden;
    let from = hidden.partition_point(|span| span.file < page.file());
    for span in hidden[from..]
        .iter()
        .take_while(|span| span.file == page.file())
    {
        edits.replace(*span, "");
    }
}
