//! Chapters, rules, terms, demands, and where everything stands.

use super::names::Names;
use super::row::Cells;
use crate::diagnostic::{Diagnostic, Diagnostics};
use crate::load::Listed;
use crate::model::{
    Chapter, Demand, Edition, Rule, Show, Subject, Table, TableColumn, TableRow, Term,
};
use crate::parse::{ChapterSyntax, Column, KINDS, Row, TableSyntax};
use crate::source::{Span, Spanned};

/// Views that speak of one edition.
const OF_AN_EDITION: &[&str] = &[
    "behaviours",
    "decomposition",
    "domains",
    "machine",
    "matrix",
    "protocol",
    "region",
];

/// Chapters, in the order of SUMMARY.md.
pub(super) fn chapters(listed: &[Listed], syntax: &[ChapterSyntax<'_>]) -> Vec<Chapter> {
    let chapter = |(listed, syntax): (&Listed, &ChapterSyntax<'_>)| Chapter {
        path: listed.path.clone(),
        title: listed.title.clone(),
        file: listed.file,
        edition: edition_name(syntax),
        headings: syntax.headings.clone(),
    };
    listed.iter().zip(syntax).map(chapter).collect()
}

pub(super) fn edition_name(chapter: &ChapterSyntax<'_>) -> Option<String> {
    chapter
        .edition
        .as_ref()
        .map(|edition| edition.name.value.to_owned())
}

/// Rules, in the order of the book.
pub(super) fn rules(syntax: &[ChapterSyntax<'_>]) -> Vec<Rule> {
    let mut rules = Vec::new();
    for (chapter, syntax) in syntax.iter().enumerate() {
        rules.extend(syntax.rules.iter().map(|rule| {
            Rule {
                id: rule.id.clone().map(str::to_owned),
                mark: rule.mark,
                chapter,
                text: rule.text.clone().map(str::to_owned),
                subject: rule.table.map_or(Subject::Prose, |index| {
                    let table = &syntax.tables[index];
                    let kind = KINDS[table.kind].name.to_owned();
                    Subject::Table {
                        kind,
                        name: table.plain_name(),
                    }
                }),
                level: rule.level,
                untestable: rule
                    .untestable
                    .clone()
                    .map(|reason| reason.map(str::to_owned)),
            }
        }));
    }
    rules
}

/// Every machine-read table, in the order of the book.
pub(super) fn tables(syntax: &[ChapterSyntax<'_>]) -> Vec<Table> {
    let numbered = syntax.iter().enumerate();
    let tables = numbered.flat_map(|(chapter, syntax)| {
        let tables = syntax.tables.iter();
        tables.map(move |it| table(it, chapter))
    });
    tables.collect()
}

fn table(table: &TableSyntax<'_>, chapter: usize) -> Table {
    let kind = &KINDS[table.kind];
    let owned = |text: &Spanned<&str>| text.clone().map(str::to_owned);
    let mut columns: Vec<TableColumn> = kind
        .columns
        .iter()
        .map(|it| column(it, it.title, false))
        .collect();
    let more = table.more.iter().zip(kind.more.iter().cycle());
    columns.extend(more.map(|(title, it)| column(it, title.value, true)));
    Table {
        kind: kind.name.to_owned(),
        name: table.plain_name(),
        names: table.directive.words.iter().map(owned).collect(),
        attributes: table
            .directive
            .attributes
            .iter()
            .map(|attribute| (owned(&attribute.key), owned(&attribute.value)))
            .collect(),
        directive: table.directive.span,
        rule: table.rule_id(),
        heading: table.heading.clone(),
        chapter,
        span: table.span,
        columns,
        rows: table.rows.iter().map(row).collect(),
    }
}

fn column(column: &Column, title: &str, more: bool) -> TableColumn {
    TableColumn {
        title: title.to_owned(),
        cell: column.cell,
        more,
    }
}

fn row(row: &Row<'_>) -> TableRow {
    TableRow {
        span: row.span,
        cells: row.cells.iter().map(|cell| cell.span).collect(),
    }
}

/// What the site leaves out.
pub(super) fn hidden(syntax: &[ChapterSyntax<'_>]) -> Vec<Span> {
    let mut hidden: Vec<Span> = syntax
        .iter()
        .flat_map(|chapter| &chapter.hidden)
        .copied()
        .collect();
    hidden.sort_unstable();
    hidden
}

/// `terms` tables.
pub(super) fn terms(rows: &[Cells<'_, '_>]) -> Vec<Term> {
    let term = |row: &Cells<'_, '_>| {
        let (name, code) = row.term("Term");
        Term {
            name,
            code,
            meaning: row.prose("Meaning"),
        }
    };
    rows.iter().map(term).collect()
}

/// `demands` tables.
pub(super) fn demands(
    rows: &[Cells<'_, '_>],
    known: &Names<'_>,
    diagnostics: &mut Diagnostics,
) -> Vec<Demand> {
    let mut demand = |row: &Cells<'_, '_>| {
        let rules = row.names("Rules");
        for rule in &rules {
            known.check(rule, diagnostics);
        }
        Demand {
            id: row.term("Demand").0,
            text: row.prose("In short"),
            rules,
        }
    };
    rows.iter().map(&mut demand).collect()
}

/// `show` directives.
pub(super) fn shows(
    syntax: &[ChapterSyntax<'_>],
    editions: &[Edition],
    diagnostics: &mut Diagnostics,
) -> Vec<Show> {
    let known = Names::new(
        "edition",
        editions.iter().map(|edition| edition.name.value.as_str()),
    );
    let mut shows = Vec::new();
    for (chapter, syntax) in syntax.iter().enumerate() {
        for show in &syntax.shows {
            if let Some(edition) = &show.edition {
                known.expect(edition.value, edition.span, diagnostics);
            }
            let edition = show
                .edition
                .as_ref()
                .map(|edition| edition.value.to_owned());
            let edition = edition.or_else(|| edition_name(syntax));
            if edition.is_none() && OF_AN_EDITION.contains(&show.what.value) {
                let title = format!(
                    "`{}` shows an edition, and this chapter belongs to none",
                    show.what.value
                );
                let error = Diagnostic::error("missing-edition", show.span, title);
                diagnostics.push(error.help(format!(
                    "write `<!-- spec: show {} EDITION -->`",
                    show.what.value
                )));
            }
            let what = show.what.clone().map(str::to_owned);
            shows.push(Show {
                what,
                edition,
                chapter,
                span: show.span,
            });
        }
    }
    shows
}
