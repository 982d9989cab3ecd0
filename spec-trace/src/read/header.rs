//! The lines that begin with `#`: which VMM, which devices, and how they were found.

use spec_model::analysis::{Register, capability_sets, register};
use spec_model::diagnostic::{Diagnostic, Diagnostics};
use spec_model::model::{Book, Edition};
use spec_model::source::{FileId, Span, Spanned};

use super::words::{Line, Word, one_of, split};
use crate::trace::{Device, Trace};

/// Every key.
const KEYS: [&str; 11] = [
    "vmm",
    "kernel",
    "driver",
    "edition",
    "capabilities",
    "devices",
    "initial",
    "p2p",
    "scenario",
    "source",
    "note",
];

/// The lines by their keys.
pub(super) struct Header<'t> {
    lines: Vec<(Word<'t>, Word<'t>)>,
}

/// Reads the keys. Only a note may stand between the events.
pub(super) fn read<'t>(
    comments: &[&Line<'t>],
    events: &[&Line<'t>],
    diagnostics: &mut Diagnostics,
) -> Header<'t> {
    let first_event = events.first().map_or(usize::MAX, |line| line.span.start);
    let mut lines: Vec<(Word<'t>, Word<'t>)> = Vec::new();
    for line in comments {
        let Some((key, value)) = line.header() else {
            let error = Diagnostic::error("bad-header", line.span, "expected `# key: value`");
            diagnostics.push(error.help("a remark is written `# note: …`"));
            continue;
        };
        let first = lines.iter().find(|(it, _)| it.value == key.value);
        if !KEYS.contains(&key.value) {
            let title = format!("there is no header `{}`", key.value);
            let error = Diagnostic::error("unknown-header", key.span, title);
            diagnostics.push(error.label(format!("expected {}", one_of(KEYS))));
        } else if key.value == "note" {
        } else if let Some((first, _)) = first {
            let title = format!("the header `{}` is given twice", key.value);
            let error = Diagnostic::error("duplicate-header", key.span, title);
            diagnostics.push(error.related(first.span, "first given here"));
        } else if line.span.start > first_event {
            let error = Diagnostic::error("misplaced-header", key.span, "a header below events");
            diagnostics.push(error.help("headers come first; between events, write `# note: …`"));
        } else {
            lines.push((key, value));
        }
    }
    Header { lines }
}

impl<'t> Header<'t> {
    fn get(&self, key: &str) -> Option<&Word<'t>> {
        let mut lines = self.lines.iter();
        lines
            .find(|(it, _)| it.value == key)
            .map(|(_, value)| value)
    }

    fn owned(&self, key: &str) -> Option<Spanned<String>> {
        self.get(key).map(|value| value.clone().map(str::to_owned))
    }

    /// `# driver: mtty, capabilities STOP_COPY|P2P`: what every device has.
    fn common(&self) -> Option<Word<'t>> {
        let parts = split(self.get("driver")?, |c| c == ',');
        let last = parts.last()?;
        let rest = last.value.strip_prefix("capabilities")?;
        rest.starts_with(char::is_whitespace).then(|| {
            let text = rest.trim_start();
            let start = last.span.end - text.len();
            Spanned::new(text, Span { start, ..last.span })
        })
    }

    /// `A STOP, B RUNNING`: a device and a word.
    fn pairs(&self, key: &str) -> Vec<(Word<'t>, Option<Word<'t>>)> {
        let parts = self.get(key).map(|value| split(value, |c| c == ','));
        let pair = |part: Word<'t>| {
            let mut words = split(&part, char::is_whitespace).into_iter();
            let first = words.next().unwrap_or_else(|| part.clone());
            let second = words.next().map(|second| {
                let end = words.last().map_or(second.span.end, |last| last.span.end);
                let from = second.span.start - part.span.start;
                let text = &part.value[from..end - part.span.start];
                Spanned::new(text, Span { end, ..second.span })
            });
            (first, second)
        };
        parts.into_iter().flatten().map(pair).collect()
    }

    /// Every name of a capability and of a state, for finding the edition.
    fn names(&self) -> Vec<&'t str> {
        let capabilities = self.pairs("capabilities").into_iter();
        let lists = self
            .common()
            .into_iter()
            .chain(capabilities.filter_map(|(_, list)| list));
        let capabilities = lists.flat_map(|list| split(&list, |c| c == '|'));
        let states = self
            .pairs("initial")
            .into_iter()
            .filter_map(|(_, state)| state);
        capabilities.chain(states).map(|word| word.value).collect()
    }
}

/// The edition: what the table says, what the header says, or the one that knows most of its names.
pub(super) fn edition<'b>(
    book: &'b Book,
    header: &Header<'_>,
    listed: Option<&'b Edition>,
    file: FileId,
    diagnostics: &mut Diagnostics,
) -> Option<&'b Edition> {
    let known = || one_of(book.editions.iter().map(|it| it.name.value.as_str()));
    if let Some(name) = header.get("edition") {
        let named = book.edition(name.value);
        if named.is_none() {
            let title = format!("there is no edition `{}`", name.value);
            let error = Diagnostic::error("unknown-edition", name.span, title);
            diagnostics.push(error.label(format!("expected {}", known())));
        } else if let (Some(listed), Some(named)) = (listed, named)
            && !std::ptr::eq(listed, named)
        {
            let title = format!("the trace is listed in the edition `{}`", listed.name.value);
            diagnostics.push(Diagnostic::error("other-edition", name.span, title));
        }
        return listed.or(named);
    }
    if listed.is_some() {
        return listed;
    }
    let names = header.names();
    let score = |edition: &&Edition| names.iter().filter(|name| knows(edition, name)).count();
    let most = book.editions.iter().map(|it| score(&it)).max().unwrap_or(0);
    let mut best = book
        .editions
        .iter()
        .filter(|it| score(it) == most && most > 0);
    match (best.next(), best.next()) {
        (Some(edition), None) => Some(edition),
        _ => {
            let title = "the header does not tell which edition the trace is of";
            let error = Diagnostic::error("missing-edition", start(file), title);
            diagnostics.push(error.help(format!("add `# edition:` and {}", known())));
            None
        }
    }
}

fn start(file: FileId) -> Span {
    Span {
        file,
        start: 0,
        end: 0,
    }
}

fn knows(edition: &Edition, name: &str) -> bool {
    capability(edition, name).is_some()
        || register(edition).is_some_and(|register| register.parse_state(name).is_ok())
}

/// Traces write capabilities in capitals, as the kernel's header does.
fn capability<'b>(edition: &'b Edition, name: &str) -> Option<&'b str> {
    let mut rows = edition
        .capabilities
        .iter()
        .map(|row| row.name.value.as_str());
    rows.find(|row| row.eq_ignore_ascii_case(name))
}

/// Everything above the events.
pub(super) fn trace<'b>(
    book: &'b Book,
    edition: &'b Edition,
    header: &Header<'_>,
    file: FileId,
    diagnostics: &mut Diagnostics,
) -> Trace<'b> {
    let mut trace = Trace {
        vmm: header.owned("vmm"),
        scenario: header.owned("scenario"),
        ..Trace::default()
    };
    let Some(register) = register(edition) else {
        let title = format!(
            "the edition `{}` has no register of states",
            edition.name.value
        );
        diagnostics.push(Diagnostic::error("other-edition", start(file), title));
        return trace;
    };
    debug_assert!(book.editions.iter().any(|it| std::ptr::eq(it, edition)));
    let names = names(header, file, diagnostics);
    let mut capabilities = Capabilities::new(edition, header, &names, file, diagnostics);
    let mut states = states(register, header, &names, diagnostics);
    let p2p = p2p(header, &names, diagnostics);
    for name in &names {
        let initial = match states.iter().position(|(it, _)| *it == name.value) {
            Some(at) => states.swap_remove(at).1,
            None => {
                let title = format!(
                    "the header does not say in which state `{}` was found",
                    name.value
                );
                let error = Diagnostic::error("missing-state", name.span, title);
                diagnostics
                    .push(error.help(format!("add it to `# initial:`, as `{} STATE`", name.value)));
                Spanned::new(register.initial(), name.span)
            }
        };
        trace.devices.push(Device {
            name: name.value.to_owned(),
            capabilities: capabilities.of(name.value),
            initial,
            p2p: p2p.as_ref().is_none_or(|list| list.contains(&name.value)),
        });
    }
    trace
}

/// `# devices: A B`
fn names<'t>(header: &Header<'t>, file: FileId, diagnostics: &mut Diagnostics) -> Vec<Word<'t>> {
    let Some(list) = header.get("devices") else {
        let title = "the header names no devices";
        let error = Diagnostic::error("missing-header", start(file), title);
        diagnostics.push(error.help("add `# devices: A B`"));
        return Vec::new();
    };
    let mut names: Vec<Word<'t>> = Vec::new();
    for name in split(list, char::is_whitespace) {
        if name.value == "vmm" {
            let title = "`vmm` is no name for a device: it begins what the VMM does";
            diagnostics.push(Diagnostic::error("bad-device", name.span, title));
        } else if let Some(first) = names.iter().find(|it| it.value == name.value) {
            let title = format!("the device `{}` is named twice", name.value);
            let error = Diagnostic::error("duplicate-device", name.span, title);
            diagnostics.push(error.related(first.span, "first named here"));
        } else {
            names.push(name);
        }
    }
    names
}

/// Whether a device is one of the header's.
pub(super) fn expect_device(name: &Word<'_>, known: &[&str]) -> Option<Diagnostic> {
    if known.contains(&name.value) {
        return None;
    }
    let title = format!("there is no device `{}`", name.value);
    let error = Diagnostic::error("unknown-device", name.span, title);
    let known = one_of(known.iter().copied());
    Some(error.label(format!("`# devices:` names {known}")))
}

fn expect(name: &Word<'_>, known: &[Word<'_>], diagnostics: &mut Diagnostics) {
    let known: Vec<&str> = known.iter().map(|it| it.value).collect();
    if let Some(error) = expect_device(name, &known) {
        diagnostics.push(error);
    }
}

/// `# initial: A STOP, B RUNNING`
fn states<'t>(
    register: Register<'_>,
    header: &Header<'t>,
    known: &[Word<'t>],
    diagnostics: &mut Diagnostics,
) -> Vec<(&'t str, Spanned<u32>)> {
    let mut states: Vec<(&str, Spanned<u32>)> = Vec::new();
    for (name, state) in header.pairs("initial") {
        expect(&name, known, diagnostics);
        let Some(state) = state else {
            let error = Diagnostic::error("truncated-line", name.span, "a device without a state");
            diagnostics.push(error.label("expected its state behind it"));
            continue;
        };
        if states.iter().any(|(it, _)| *it == name.value) {
            let title = format!("the device `{}` has two states", name.value);
            diagnostics.push(Diagnostic::error("duplicate-device", name.span, title));
        }
        match super::event::state(register, &state) {
            Ok(value) => states.push((name.value, Spanned::new(value, state.span))),
            Err(error) => {
                diagnostics.push(*error);
                states.push((name.value, Spanned::new(register.initial(), state.span)));
            }
        }
    }
    states
}

/// `# p2p: A B`, or `none`; without the line, all of them.
fn p2p<'t>(
    header: &Header<'t>,
    known: &[Word<'t>],
    diagnostics: &mut Diagnostics,
) -> Option<Vec<&'t str>> {
    let list = header.get("p2p")?;
    if list.value == "none" {
        return Some(Vec::new());
    }
    let names = split(list, char::is_whitespace);
    for name in &names {
        expect(name, known, diagnostics);
    }
    Some(names.iter().map(|name| name.value).collect())
}

/// What each device has.
struct Capabilities<'t, 'b> {
    common: Vec<&'b str>,
    own: Vec<(&'t str, Vec<&'b str>)>,
}

impl<'t, 'b> Capabilities<'t, 'b> {
    fn new(
        edition: &'b Edition,
        header: &Header<'t>,
        known: &[Word<'t>],
        file: FileId,
        diagnostics: &mut Diagnostics,
    ) -> Self {
        let mut own = Vec::new();
        for (name, list) in header.pairs("capabilities") {
            expect(&name, known, diagnostics);
            let list = list.map(|list| set(edition, &list, diagnostics));
            own.push((name.value, list.unwrap_or_default()));
        }
        let common = header.common();
        let lacks = |name: &&Word<'_>| !own.iter().any(|(it, _)| *it == name.value);
        if common.is_none() && known.iter().any(|name| lacks(&name)) {
            let title = "the header does not say which capabilities the devices have";
            let error = Diagnostic::error("missing-header", start(file), title);
            diagnostics.push(error.help("add `# driver: NAME, capabilities A|B`, or `none`"));
        }
        Self {
            common: common.map_or_else(Vec::new, |list| set(edition, &list, diagnostics)),
            own,
        }
    }

    fn of(&mut self, device: &str) -> Vec<&'b str> {
        let own = self.own.iter().find(|(name, _)| *name == device);
        own.map_or(&self.common, |(_, list)| list).clone()
    }
}

/// `STOP_COPY|P2P`, or `none`.
fn set<'b>(edition: &'b Edition, list: &Word<'_>, diagnostics: &mut Diagnostics) -> Vec<&'b str> {
    let mut found = Vec::new();
    let mut complete = true;
    for word in split(list, |c| c == '|') {
        if list.value == "none" {
            break;
        }
        match capability(edition, word.value) {
            Some(name) => found.push(name),
            None => {
                complete = false;
                let title = format!("there is no capability `{}`", word.value);
                let error = Diagnostic::error("unknown-capability", word.span, title);
                let known = edition
                    .capabilities
                    .iter()
                    .map(|row| row.name.value.to_uppercase());
                let known: Vec<String> = known.collect();
                let known = one_of(known.iter().map(String::as_str));
                diagnostics.push(error.label(format!("expected {known}, joined by `|`")));
            }
        }
    }
    let same = |set: &Vec<&str>| {
        set.iter().all(|name| found.contains(name)) && found.iter().all(|name| set.contains(name))
    };
    if complete && !capability_sets(edition).iter().any(same) {
        let required = edition.capabilities.iter().filter(|row| row.required);
        let required: Vec<String> = required.map(|row| row.name.value.to_uppercase()).collect();
        let error = Diagnostic::error("missing-capability", list.span, "no device has this set");
        let required = required.join("|");
        diagnostics.push(error.label(format!("every device has `{required}`")));
    }
    found
}
