//! `path`: what one write makes a driver do.

use std::path::Path;

use spec_model::analysis::{parse_state, refuse, state_name, triggered, valid_states};
use spec_model::model::{Action, ActionTable, BitField, Book, Edition, OrderStatus, Refusal};
use spec_model::source::display;

use crate::locate::Location;
use crate::output::{Outcome, Stop, note, print};
use crate::reader;

/// Print the ordered actions of one write to the device state
///
/// A write may change several bits at once. The book's order table says which actions it triggers
/// and in which order; this prints them one a line, each as the group of bits that becomes true.
/// No line means that the driver has nothing to do.
#[derive(Debug, clap::Args)]
#[command(
    verbatim_doc_comment,
    after_help = AFTER_HELP,
    override_usage = "vfio-spec path [OPTIONS] <EDITION> <OLD> <NEW>\n       vfio-spec path [OPTIONS] <EDITION> --all"
)]
pub(crate) struct Args {
    /// Which protocol: the name of an edition in the book, such as v1
    edition: String,
    /// The state before the write
    #[arg(required_unless_present = "all", requires = "new")]
    old: Option<String>,
    /// The value written
    #[arg(required_unless_present = "all")]
    new: Option<String>,
    /// What the device announces: names joined by commas, or `none`; by default everything
    #[arg(long, value_name = "NAMES")]
    caps: Option<String>,
    /// Whose order of actions; by default the one that the book adopts
    #[arg(long, value_name = "NAME")]
    order: Option<String>,
    /// Every pair of valid states, as CSV: old,new,old_name,new_name,actions
    #[arg(long, conflicts_with_all = ["old", "new"])]
    all: bool,
}

const AFTER_HELP: &str = "\
A state is written as its bits in any order (`RUNNING|SAVING`), as `0`, as `ERROR`, or as a number
(`0x3`, `3`). Mind the shell: quote the `|`.

Examples:
  vfio-spec path v1 RUNNING 'SAVING|RUNNING'     the step into pre-copy
  vfio-spec path v1 0x1 0x4                      straight into resuming, as QEMU does
  vfio-spec path v1 RESUMING SAVING --order rfc_v3
  vfio-spec path v1 RUNNING NDMA --caps none     refused, exit 1: the device has no NDMA
  vfio-spec path v1 --all > writes.csv           all of them; actions are joined by ` ; `

Exit codes: 0 the write is legal; 1 it is refused; 2 wrong usage, or a book with mistakes.";

pub(crate) fn run(args: &Args, book: Option<&Path>) -> Outcome {
    let book = read_or_trouble(book)?;
    let question = Question::of(&book, args)?;
    match (&args.old, &args.new) {
        (Some(old), Some(new)) => question.one(old, new),
        _ => question.all(),
    }
}

/// A broken book is no answer about a write, so it is not exit 1 here.
fn read_or_trouble(book: Option<&Path>) -> Outcome<Book> {
    reader::read(&Location::find(book)?).map_err(|stop| match stop {
        Stop::Found => Stop::trouble("there is no answer until the book is mended"),
        other => other,
    })
}

/// The command line, resolved against the book.
struct Question<'a> {
    book: &'a Book,
    edition: &'a Edition,
    field: &'a BitField,
    order: &'a ActionTable,
    caps: Vec<&'a str>,
}

impl<'a> Question<'a> {
    fn of(book: &'a Book, args: &'a Args) -> Outcome<Self> {
        let edition = book.edition(&args.edition).ok_or_else(|| {
            unknown(
                "edition",
                &args.edition,
                book.editions.iter().map(|e| &e.name.value),
            )
        })?;
        let field = edition.bits.as_ref().ok_or_else(|| {
            Stop::trouble(format!(
                "the edition `{}` has no register of state bits",
                args.edition
            ))
        })?;
        let order = find_order(field, args.order.as_deref())?;
        let caps = capabilities(edition, args.caps.as_deref())?;
        Ok(Self {
            book,
            edition,
            field,
            order,
            caps,
        })
    }

    fn one(&self, old: &str, new: &str) -> Outcome {
        let state = |text| parse_state(self.field, text).map_err(|e| Stop::trouble(e.to_string()));
        let (old, new) = (state(old)?, state(new)?);
        if let Some(refusal) = refuse(self.field, &self.caps, old, new) {
            let (old, new) = (self.name(old), self.name(new));
            return self.refused(refusal, &format!("the write of {new} to a device in {old}"));
        }
        // Rules speak of the value written; a device that keeps them is never in such a state.
        if let Some(refusal) = refuse(self.field, &self.caps, old, old) {
            let old = self.name(old);
            return self.refused(
                refusal,
                &format!("no device can be in {old}; a write of it"),
            );
        }
        let actions = triggered(self.field, self.order, old, new);
        if actions.is_empty() {
            note("the write is legal and triggers no action");
        }
        print(
            &actions
                .iter()
                .map(|action| format!("{}\n", action.spelling))
                .collect::<String>(),
        )
    }

    fn all(&self) -> Outcome {
        let mut states = valid_states(self.field);
        states.retain(|&state| refuse(self.field, &self.caps, state, state).is_none());
        let mut csv = String::from("old,new,old_name,new_name,actions\n");
        for &old in &states {
            for &new in &states {
                let actions = spell(&triggered(self.field, self.order, old, new));
                let (old_name, new_name) = (self.name(old), self.name(new));
                csv.push_str(&format!("{old},{new},{old_name},{new_name},{actions}\n"));
            }
        }
        print(&csv)
    }

    fn name(&self, state: u32) -> String {
        state_name(self.field, state)
    }

    /// Says on standard error which rule refuses, and where it stands.
    fn refused(&self, refusal: &Refusal, what: &str) -> Outcome {
        let name = &refusal.fault.value;
        let fault = self.edition.faults.iter().find(|f| f.name.value == *name);
        let errno = fault.map_or("an error", |fault| &fault.errno.value);
        let why = one_line(&refusal.meaning.value);
        note(&format!("refused: {what} gets {errno} ({name}): {why}"));
        if let Some(rule) = fault.and_then(|fault| self.book.rule(&fault.rule.value)) {
            let (place, text) = (self.line_of(rule.id.span), one_line(&rule.text.value));
            note(&format!("  rule {}, {place}: {text}", rule.id.value));
        }
        let (place, when) = (self.line_of(refusal.when.span), refusal.when.span);
        note(&format!(
            "  row {place}: {}",
            self.book.sources.text(when).replace("\\|", "|")
        ));
        Err(Stop::Found)
    }

    fn line_of(&self, span: spec_model::source::Span) -> String {
        let file = self.book.sources.file(span.file);
        format!("{}:{}", display(&file.path), file.position(span.start).line)
    }
}

fn spell(actions: &[&Action]) -> String {
    actions
        .iter()
        .map(|action| action.spelling.as_str())
        .collect::<Vec<_>>()
        .join(" ; ")
}

fn find_order<'a>(field: &'a BitField, name: Option<&str>) -> Outcome<&'a ActionTable> {
    let Some(name) = name else {
        let adopted = field
            .actions
            .iter()
            .find(|order| order.status == OrderStatus::Adopted);
        return adopted.ok_or_else(|| Stop::trouble("the book adopts no order of actions"));
    };
    let known = || field.actions.iter().map(|order| &order.name.value);
    let found = field.actions.iter().find(|order| order.name.value == name);
    found.ok_or_else(|| unknown("order", name, known()))
}

fn capabilities<'a>(edition: &'a Edition, list: Option<&str>) -> Outcome<Vec<&'a str>> {
    let known = edition
        .capabilities
        .iter()
        .map(|capability| capability.name.value.as_str());
    let names: Vec<&str> = match list {
        None => return Ok(known.collect()),
        Some("none") => return Ok(Vec::new()),
        Some(list) => list.split(',').map(str::trim).collect(),
    };
    let find = |name: &str| {
        let found = known.clone().find(|known| *known == name);
        found.ok_or_else(|| unknown("capability", name, known.clone()))
    };
    names.into_iter().map(find).collect()
}

fn unknown(kind: &str, name: &str, known: impl Iterator<Item = impl AsRef<str>>) -> Stop {
    let known: Vec<_> = known.map(|name| format!("`{}`", name.as_ref())).collect();
    let known = if known.is_empty() {
        "none".to_owned()
    } else {
        known.join(", ")
    };
    Stop::trouble(format!("there is no {kind} `{name}`; the book has {known}"))
}

/// Markdown in one short line.
fn one_line(markdown: &str) -> String {
    const MOST: usize = 160;
    let words: Vec<&str> = markdown.split_whitespace().collect();
    let line = words.join(" ").replace("\\|", "|");
    match line.char_indices().nth(MOST) {
        None => line,
        Some((end, _)) => {
            let cut = line[..end].rfind(' ').unwrap_or(end);
            format!("{} …", &line[..cut])
        }
    }
}
