//! One cell of a machine-read table.

use std::borrow::Cow;

use super::schema::CellType;
use crate::diagnostic::Diagnostic;
use crate::expr::{self, Expr};
use crate::model::{Access, Direction, Operation};
use crate::source::{Span, Spanned};

/// A cell: what was read, and the text that it was read from (without padding).
#[derive(Debug)]
pub(crate) struct Cell<'a> {
    pub(crate) value: Value<'a>,
    pub(crate) span: Span,
}

/// What a cell holds, one variant a [`CellType`].
#[derive(Debug)]
pub(crate) enum Value<'a> {
    /// Nothing, or a dash.
    Empty,
    /// A name, a word or a rule id; its place without backticks.
    Name(Spanned<&'a str>),
    /// Names, or states as written.
    Names(Vec<Spanned<&'a str>>),
    Number(u64),
    Expr(Expr),
    /// The names of a state: none for `0`.
    State(Vec<Spanned<&'a str>>),
    Target(TargetSyntax<'a>),
    Access(Access),
    Operation(Operation),
    /// The destination of a link.
    File(Spanned<&'a str>),
    /// Text, and whether it was in backticks.
    Term(Spanned<&'a str>, bool),
    /// Markdown, with `\|` as `|`.
    Prose(Cow<'a, str>),
}

/// The `device_state` column of a flow.
#[derive(Debug)]
pub(crate) enum TargetSyntax<'a> {
    State(Vec<Spanned<&'a str>>),
    Write(Vec<Spanned<&'a str>>),
    Reads(Vec<Spanned<&'a str>>),
    Reset,
}

/// A cell's text and place.
#[derive(Clone, Copy)]
pub(super) struct Raw<'a> {
    pub(super) text: &'a str,
    pub(super) span: Span,
}

impl<'a> Raw<'a> {
    fn slice(self, start: usize, end: usize) -> Self {
        let base = self.span.start;
        Self {
            text: &self.text[start..end],
            span: Span {
                start: base + start,
                end: base + end,
                ..self.span
            },
        }
    }

    fn trimmed(self) -> Self {
        let start = self.text.len() - self.text.trim_ascii_start().len();
        self.slice(start, start + self.text.trim_ascii().len())
    }

    /// Without the backticks around it.
    fn code(self) -> Option<Self> {
        let inner = self.text.strip_prefix('`')?.strip_suffix('`')?;
        (!inner.contains('`') && !inner.trim_ascii().is_empty())
            .then(|| self.slice(1, self.text.len() - 1).trimmed())
    }

    fn spanned(self) -> Spanned<&'a str> {
        Spanned::new(self.text, self.span)
    }

    fn error(self, title: impl Into<String>) -> Diagnostic {
        Diagnostic::error("bad-cell", self.span, title)
    }

    /// The parts between separators, trimmed.
    fn split(self, separator: char) -> impl Iterator<Item = Self> {
        let mut start = 0;
        self.text.split(separator).map(move |part| {
            let from = start;
            start += part.len() + separator.len_utf8();
            self.slice(from, from + part.len()).trimmed()
        })
    }
}

/// Reads the text of a cell again, for its content alone; `None` where it is not of this type.
pub(crate) fn content<'a>(cell: CellType, text: &'a str, span: Span) -> Option<Value<'a>> {
    match text {
        "" | "–" => Some(Value::Empty),
        text => read(cell, Raw { text, span }).ok(),
    }
}

/// Reads a filled cell.
pub(super) fn read<'a>(cell: CellType, raw: Raw<'a>) -> Result<Value<'a>, Box<Diagnostic>> {
    Ok(match cell {
        CellType::Name => Value::Name(name(raw)?),
        CellType::Names => Value::Names(raw.split(',').map(name).collect::<Result<_, _>>()?),
        CellType::States => Value::Names(
            raw.split(',')
                .map(name_or_state)
                .collect::<Result<_, _>>()?,
        ),
        CellType::Rule => Value::Name(rule(raw)?),
        CellType::Rules => Value::Names(raw.split(',').map(rule).collect::<Result<_, _>>()?),
        CellType::Number => Value::Number(number(raw.code().unwrap_or(raw))?),
        CellType::Expr => Value::Expr(expr(raw)?),
        CellType::State => Value::State(state(raw.code().unwrap_or(raw))?),
        CellType::Target => Value::Target(target(raw)?),
        CellType::Access => access(raw)?,
        CellType::File => Value::File(file(raw)?),
        CellType::Word(words) => Value::Name(word(words, raw)?),
        CellType::Term => match raw.code() {
            Some(code) => Value::Term(code.spanned(), true),
            None => Value::Term(raw.spanned(), false),
        },
        CellType::Prose => Value::Prose(unescaped(raw.text)),
    })
}

/// Whether a text is a name: letters, digits and underscores, and no digit in front.
pub(super) fn is_name(text: &str) -> bool {
    text.starts_with(|c: char| c.is_ascii_alphabetic() || c == '_')
        && text.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'_')
}

fn name(raw: Raw<'_>) -> Result<Spanned<&str>, Box<Diagnostic>> {
    match raw.code() {
        Some(code) if is_name(code.text) => Ok(code.spanned()),
        Some(code) => Err(Box::new(
            code.error(format!("`{}` is not a name", code.text))
                .label("letters, digits and underscores"),
        )),
        None if raw.text.is_empty() => Err(Box::new(
            raw.error("expected a name").label("nothing stands here"),
        )),
        None => Err(Box::new(
            raw.error("expected a name in backticks")
                .help(format!("write `` `{}` ``", raw.text)),
        )),
    }
}

fn name_or_state(raw: Raw<'_>) -> Result<Spanned<&str>, Box<Diagnostic>> {
    match raw.code() {
        Some(code) if state(code).is_ok() => Ok(code.spanned()),
        _ => name(raw),
    }
}

fn rule(raw: Raw<'_>) -> Result<Spanned<&str>, Box<Diagnostic>> {
    match raw.code() {
        Some(code) if crate::markdown::is_rule_id(code.text) => Ok(code.spanned()),
        Some(code) => Err(Box::new(
            code.error(format!("`{}` is not a rule id", code.text))
                .label("expected `area.thing.detail`"),
        )),
        None => Err(Box::new(raw.error("expected a rule id in backticks"))),
    }
}

/// `[text](file)`
fn file(raw: Raw<'_>) -> Result<Spanned<&str>, Box<Diagnostic>> {
    let inner = raw
        .text
        .strip_prefix('[')
        .and_then(|rest| rest.strip_suffix(')'));
    let place = inner.and_then(|inner| Some((inner.find("](")?, inner.len())));
    let dest = place.map(|(at, end)| raw.slice(1 + at + 2, 1 + end));
    match dest.filter(|dest| !dest.text.is_empty() && !dest.text.contains(['(', ')', '[', ' '])) {
        Some(dest) => Ok(dest.spanned()),
        None => Err(Box::new(
            raw.error("expected a link to a file")
                .label("such as `[save](../traces/save.trace)`"),
        )),
    }
}

fn word<'a>(words: &[&str], raw: Raw<'a>) -> Result<Spanned<&'a str>, Box<Diagnostic>> {
    let plain = raw.code().unwrap_or(raw);
    if words.contains(&plain.text) {
        return Ok(plain.spanned());
    }
    Err(Box::new(
        Diagnostic::error(
            "unknown-word",
            plain.span,
            format!("`{}` is not one of the words of this column", plain.text),
        )
        .label(format!("expected {}", super::list(words))),
    ))
}

fn expr(raw: Raw<'_>) -> Result<Expr, Box<Diagnostic>> {
    match raw.code() {
        Some(code) => expr::parse(code.text, code.span),
        None => Err(Box::new(
            raw.error("expected a predicate in backticks")
                .help("write it in backticks, each `|` as `\\|`"),
        )),
    }
}

/// The number in an attribute, written as in a cell.
pub(crate) fn parse_number(text: &str, span: Span) -> Result<u64, Box<Diagnostic>> {
    number(Raw { text, span })
}

/// The state in an attribute, written as in a cell.
pub(crate) fn parse_state(text: &str, span: Span) -> Result<Vec<Spanned<&str>>, Box<Diagnostic>> {
    state(Raw { text, span })
}

/// `22`, `0x16`, `1 << 3`, `100 + 17`
fn number(raw: Raw<'_>) -> Result<u64, Box<Diagnostic>> {
    let shifted = raw.text.split_once('<');
    let shifted = shifted.and_then(|(value, shift)| Some((value, shift.strip_prefix('<')?)));
    let value = if let Some((value, shift)) = shifted {
        plain(value).zip(plain(shift)).and_then(|(value, shift)| {
            let shift = u32::try_from(shift)
                .ok()
                .filter(|&s| s <= value.leading_zeros() && s < 64)?;
            Some(value << shift)
        })
    } else if let Some((base, more)) = raw.text.split_once('+') {
        plain(base)
            .zip(plain(more))
            .and_then(|(base, more)| base.checked_add(more))
    } else {
        plain(raw.text)
    };
    value.ok_or_else(|| {
        let error = raw.error("expected a number");
        Box::new(error.label("such as `22`, `0x16`, `1 << 3` or `100 + 17`"))
    })
}

/// `22`, `0x16`; underscores mean nothing.
fn plain(text: &str) -> Option<u64> {
    let text = text.trim_ascii();
    if text.contains('_') {
        return plain(&text.replace('_', ""));
    }
    match text.strip_prefix("0x") {
        Some(hex) => u64::from_str_radix(hex, 16).ok(),
        None if text.bytes().all(|b| b.is_ascii_digit()) => text.parse().ok(),
        None => None,
    }
}

/// `A|B`, `0` or `ERROR`. The bars may be written `\|`.
fn state(raw: Raw<'_>) -> Result<Vec<Spanned<&str>>, Box<Diagnostic>> {
    if raw.text == "0" {
        return Ok(Vec::new());
    }
    let names: Vec<_> = raw.split('|').map(without_backslash).collect();
    match names.iter().find(|name| !is_name(name.value)) {
        None => Ok(names),
        Some(_) => Err(Box::new(
            raw.error("expected a state")
                .label("bits joined by `\\|`, or `0`, or `ERROR`, in backticks"),
        )),
    }
}

fn without_backslash(raw: Raw<'_>) -> Spanned<&str> {
    raw.slice(0, raw.text.trim_end_matches('\\').len())
        .trimmed()
        .spanned()
}

fn target(raw: Raw<'_>) -> Result<TargetSyntax<'_>, Box<Diagnostic>> {
    if raw.code().unwrap_or(raw).text == "reset" {
        return Ok(TargetSyntax::Reset);
    }
    let (verb, rest) = raw.text.split_once('`').map_or(("", raw), |(verb, _)| {
        (verb, raw.slice(verb.len(), raw.text.len()))
    });
    let Some(code) = rest.code() else {
        return Err(Box::new(raw.error("expected a device state").help(
            "write `` `A\\|B` ``, `` write `A` ``, `` reads `A` `` or reset",
        )));
    };
    match verb.trim() {
        "" => Ok(TargetSyntax::State(state(code)?)),
        "write" => Ok(TargetSyntax::Write(state(code)?)),
        "reads" => Ok(TargetSyntax::Reads(state(code)?)),
        verb => Err(Box::new(
            raw.slice(0, verb.len())
                .error(format!("`{verb}` is not a way to reach a state"))
                .label("expected `write` or `reads`"),
        )),
    }
}

/// An access to a register, or an operation in one word.
fn access(raw: Raw<'_>) -> Result<Value<'_>, Box<Diagnostic>> {
    let code = raw.code().unwrap_or(raw);
    let Some((direction, register)) = code.text.split_once(' ') else {
        return operation(code).map(Value::Operation);
    };
    let direction = match direction {
        "read" => Direction::Read,
        "write" => Direction::Write,
        _ => {
            return Err(Box::new(
                code.error("expected an access")
                    .label("`read REGISTER` or `write REGISTER`"),
            ));
        }
    };
    let register = register.trim();
    if !is_name(register) {
        return Err(Box::new(
            code.error("expected a register after the direction"),
        ));
    }
    Ok(Value::Access(Access {
        direction,
        register: register.to_string(),
    }))
}

fn operation(code: Raw<'_>) -> Result<Operation, Box<Diagnostic>> {
    Operation::named(code.text).ok_or_else(|| {
        let names = Operation::ALL.map(Operation::name);
        let error = code
            .error(format!("`{}` is no access", code.text))
            .label("expected `read REGISTER` or `write REGISTER`, or an operation");
        Box::new(error.help(format!("the operations are {}", super::list_all(&names))))
    })
}

/// Markdown outside of a table: `\|` is `|`.
fn unescaped(text: &str) -> Cow<'_, str> {
    if text.contains('\\') {
        Cow::Owned(text.replace("\\|", "|"))
    } else {
        Cow::Borrowed(text)
    }
}
