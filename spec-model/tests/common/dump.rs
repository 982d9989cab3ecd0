//! A short text form of what one chapter declares.

mod fsm;

use std::fmt::Write;

use spec_model::expr::Expr;
use spec_model::model::{Book, Edition, Flow, Subject};
use spec_model::source::{FileId, Span};

/// Everything that the last chapter declares, a line each, with the text under every span.
pub(crate) fn dump(book: &Book) -> String {
    let chapter = book.chapters.len() - 1;
    let file = book.chapters[chapter].file;
    let dump = Dump { book, file };
    let mut out = String::new();
    dump.text(&mut out, chapter);
    for group in book
        .constants
        .iter()
        .chain(book.editions.iter().flat_map(|e| &e.constants))
    {
        if group.name.span.file == file {
            writeln!(
                out,
                "constants {}: {} rule {:?}",
                group.name.value, group.ty, group.rule
            )
            .unwrap();
            for row in &group.constants {
                let linux = row.linux.as_ref().map(|linux| linux.value.as_str());
                writeln!(
                    out,
                    "  {} = {:#x} linux {linux:?} | {}",
                    row.name.value, row.value.value, row.meaning.value
                )
                .unwrap();
            }
        }
    }
    for edition in &book.editions {
        dump.edition(&mut out, edition);
    }
    dump.mappings(&mut out);
    out
}

struct Dump<'b> {
    book: &'b Book,
    file: FileId,
}

impl Dump<'_> {
    fn at(&self, span: Span) -> &str {
        self.book.sources.text(span)
    }

    fn text(&self, out: &mut String, chapter: usize) {
        let book = self.book;
        for heading in &book.chapters[chapter].headings {
            writeln!(
                out,
                "heading {} {} ({})",
                heading.level,
                heading.text.value,
                self.at(heading.text.span)
            )
            .unwrap();
        }
        for rule in book.rules.iter().filter(|rule| rule.chapter == chapter) {
            let subject = match &rule.subject {
                Subject::Prose => "prose".to_owned(),
                Subject::Table { kind, name } => format!("table {kind} {name}"),
            };
            let excuse = rule.untestable.as_ref().map(|reason| reason.value.as_str());
            writeln!(
                out,
                "rule {} {:?} {subject} untestable {excuse:?} mark {:?} text {:?}",
                self.at(rule.id.span),
                rule.level,
                self.at(rule.mark),
                rule.text.value
            )
            .unwrap();
        }
        for link in book.links.iter().filter(|link| link.chapter == chapter) {
            writeln!(
                out,
                "link {:?} {} ({}) in {}",
                link.form,
                link.rule.value,
                self.at(link.rule.span),
                self.at(link.span)
            )
            .unwrap();
        }
        for table in book.tables.iter().filter(|table| table.chapter == chapter) {
            let lines = self.at(table.span).lines().count();
            writeln!(
                out,
                "table {} {:?} of {lines} lines",
                table.kind, table.name
            )
            .unwrap();
        }
        for show in book.shows.iter().filter(|show| show.chapter == chapter) {
            writeln!(
                out,
                "show {} {:?} {}",
                show.what.value,
                show.edition,
                self.at(show.span)
            )
            .unwrap();
        }
        for span in book.hidden.iter().filter(|span| span.file == self.file) {
            writeln!(out, "hidden {:?}", self.at(*span)).unwrap();
        }
        for term in book
            .terms
            .iter()
            .filter(|term| term.name.span.file == self.file)
        {
            writeln!(
                out,
                "term {} code {} | {}",
                term.name.value, term.code, term.meaning.value
            )
            .unwrap();
        }
        for demand in book
            .demands
            .iter()
            .filter(|demand| demand.id.span.file == self.file)
        {
            let rules: Vec<&str> = demand
                .rules
                .iter()
                .map(|rule| rule.value.as_str())
                .collect();
            writeln!(
                out,
                "demand {} {rules:?} | {}",
                demand.id.value, demand.text.value
            )
            .unwrap();
        }
    }

    fn edition(&self, out: &mut String, edition: &Edition) {
        for s in edition
            .structs
            .iter()
            .filter(|s| s.name.span.file == self.file)
        {
            writeln!(out, "struct {} of {} bytes", s.name.value, s.size.value).unwrap();
            for field in &s.fields {
                let (name, ty) = (&field.name.value, &field.ty.value);
                writeln!(
                    out,
                    "  {} {name}: {ty} ({}) {:?} | {}",
                    field.offset.value, field.width, field.access, field.meaning.value
                )
                .unwrap();
            }
        }
        self.register(out, edition);
        self.fsm(out, edition);
        self.descriptors(out, edition);
        for event in edition
            .events
            .iter()
            .filter(|event| event.name.span.file == self.file)
        {
            writeln!(
                out,
                "event {} after {:?}",
                event.name.value,
                event.after.as_ref().map(|state| state.value)
            )
            .unwrap();
        }
        for flow in edition
            .flows
            .iter()
            .filter(|flow| flow.name.span.file == self.file)
        {
            self.flow(out, flow);
        }
        self.guard(out, edition);
    }

    fn guard(&self, out: &mut String, edition: &Edition) {
        let here = |span: Span| span.file == self.file;
        for row in edition.breaches.iter().filter(|row| here(row.when.span)) {
            let (when, breaks) = (expr(&row.when.value), &row.breaks.value);
            writeln!(
                out,
                "breach {when} of {breaks} by {:?} | {}",
                row.by, row.meaning.value
            )
            .unwrap();
        }
        for row in edition.guardrails.iter().filter(|row| here(row.trace.span)) {
            let breaks: Vec<&str> = row.breaks.iter().map(|rule| self.at(rule.span)).collect();
            writeln!(
                out,
                "guardrail {} ({}) {:?} {:?} {:?} {:?} breaks {breaks:?} | {}",
                row.trace.value,
                self.at(row.trace.span),
                row.vmm.value,
                row.version.value,
                row.scenario.value,
                row.source,
                row.why.value
            )
            .unwrap();
        }
    }

    fn register(&self, out: &mut String, edition: &Edition) {
        let Some(field) = edition
            .bits
            .as_ref()
            .filter(|field| field.name.span.file == self.file)
        else {
            return;
        };
        writeln!(
            out,
            "bits {} width {} initial {:#x}",
            field.name.value, field.width, field.initial.value
        )
        .unwrap();
        for bit in &field.bits {
            let needs = bit.needs.as_ref().map(|name| name.value.as_str());
            let linux = bit.linux.as_ref().map(|name| name.value.as_str());
            writeln!(
                out,
                "  {} {} needs {needs:?} linux {linux:?}",
                bit.number.value, bit.name.value
            )
            .unwrap();
        }
        for row in &field.predicates {
            writeln!(
                out,
                "  predicate {} = {}",
                row.name.value,
                expr(&row.holds.value)
            )
            .unwrap();
        }
        for row in &field.refusals {
            writeln!(
                out,
                "  refuse {} with {}",
                expr(&row.when.value),
                row.fault.value
            )
            .unwrap();
        }
        for table in &field.actions {
            writeln!(
                out,
                "  actions {} {:?} {:?}",
                table.name.value, table.status, table.title
            )
            .unwrap();
            for action in &table.actions {
                writeln!(
                    out,
                    "    {} => {} {:?}",
                    action.spelling, action.name.value, action.window
                )
                .unwrap();
            }
        }
        for place in field.layout.iter().flat_map(|layout| &layout.places) {
            writeln!(
                out,
                "  place {:#x} at {}, {}",
                place.state.value, place.column, place.row
            )
            .unwrap();
        }
    }

    fn flow(&self, out: &mut String, flow: &Flow) {
        let names = |list: &[spec_model::source::Spanned<String>]| {
            list.iter()
                .map(|name| self.at(name.span).to_owned())
                .collect::<Vec<_>>()
        };
        let released = flow.released.as_ref().map(|name| name.value.as_str());
        writeln!(
            out,
            "flow {} {:?} {:?} {:?} needs {:?} lacks {:?} released {released:?} rule {:?}",
            flow.name.value,
            flow.title,
            flow.side,
            flow.devices,
            names(&flow.needs),
            names(&flow.lacks),
            flow.rule
        )
        .unwrap();
        for step in &flow.steps {
            let optional = |name: &Option<spec_model::source::Spanned<String>>| {
                name.as_ref()
                    .map_or("-".to_owned(), |name| name.value.clone())
            };
            writeln!(
                out,
                "  {} {:?} {:?} {:?} {:?} barrier {} failure {} result {}",
                step.number.value,
                step.target.value,
                step.conditions,
                names(&step.work),
                step.text.value,
                optional(&step.barrier),
                optional(&step.injection),
                optional(&step.result)
            )
            .unwrap();
        }
    }
}

fn expr(expr: &Expr) -> String {
    let inner = self::expr;
    match expr {
        Expr::Const(value) => value.to_string(),
        Expr::Name(name) => name.name.clone(),
        Expr::Not(a) => format!("!{}", inner(a)),
        Expr::And(a, b) => format!("({} && {})", inner(a), inner(b)),
        Expr::Or(a, b) => format!("({} || {})", inner(a), inner(b)),
    }
}
