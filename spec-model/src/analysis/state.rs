//! Values of a bit register: their names, which are valid, and which writes are refused.

use std::fmt;

use crate::expr::Expr;
use crate::model::{BitField, Refusal};

/// All bits that the book declares.
pub fn all_bits(field: &BitField) -> u32 {
    field
        .bits
        .iter()
        .fold(0, |mask, bit| mask | bit_mask(bit.number.value))
}

fn bit_mask(number: u32) -> u32 {
    1u32.checked_shl(number).unwrap_or(0)
}

/// Whether an expression over bits, predicates and behaviours holds for this value.
pub fn holds(field: &BitField, expr: &Expr, value: u32) -> bool {
    holds_before(
        field,
        expr,
        value,
        field.predicates.len() + field.behaviours.len(),
    )
}

/// Only the first `rows` predicates and behaviours may be named: a row speaks of earlier ones, so
/// this ends even where a book was not checked.
fn holds_before(field: &BitField, expr: &Expr, value: u32, rows: usize) -> bool {
    expr.eval(&|name| {
        if let Some(bit) = field.bits.iter().find(|b| b.name.value == name) {
            return value & bit_mask(bit.number.value) != 0;
        }
        let predicates = field
            .predicates
            .iter()
            .map(|p| (&p.name.value, &p.holds.value));
        let behaviours = field
            .behaviours
            .iter()
            .map(|b| (&b.name.value, &b.holds.value));
        predicates
            .chain(behaviours)
            .take(rows)
            .enumerate()
            .find(|(_, (row, _))| row.as_str() == name)
            .is_some_and(|(row, (_, holds))| holds_before(field, holds, value, row))
    })
}

/// Whether the predicate of this name holds; a predicate that is not declared never does.
fn predicate(field: &BitField, name: &str, value: u32) -> bool {
    let found = field.predicates.iter().find(|p| p.name.value == name);
    found.is_some_and(|p| holds(field, &p.holds.value, value))
}

/// Every value made of declared bits, in numeric order.
fn values(field: &BitField) -> impl Iterator<Item = u32> {
    let mask = all_bits(field);
    // The usual walk over the subsets of a mask: the carry skips the bits that are not in it.
    let mut next = Some(0u32);
    std::iter::from_fn(move || {
        let value = next?;
        next = Some(value.wrapping_sub(mask) & mask).filter(|&n| n != 0);
        Some(value)
    })
}

/// Every value that `valid` allows, in numeric order.
pub fn valid_states(field: &BitField) -> Vec<u32> {
    values(field)
        .filter(|&value| predicate(field, "valid", value))
        .collect()
}

/// The value that a device in error reads back: the one for which `error` holds.
pub fn error_state(field: &BitField) -> Option<u32> {
    values(field).find(|&value| predicate(field, "error", value))
}

/// The first refusal that answers a write of `new` to a device that has `caps` and is in `old`;
/// `None` where the write is legal.
pub fn refuse<'a>(field: &'a BitField, caps: &[&str], old: u32, new: u32) -> Option<&'a Refusal> {
    let reserved = (old ^ new) & !all_bits(field) != 0;
    let unsupported = field.bits.iter().any(|bit| {
        let lacks = bit
            .needs
            .as_ref()
            .is_some_and(|need| !caps.contains(&need.value.as_str()));
        lacks && new & bit_mask(bit.number.value) != 0
    });
    let name_holds = |name: &str| match name {
        "reserved" => reserved,
        "unsupported" => unsupported,
        _ => match name.strip_prefix("was_") {
            Some(before) => predicate(field, before, old),
            None => holds(field, &name_expr(field, name), new),
        },
    };
    field
        .refusals
        .iter()
        .find(|refusal| refusal.when.value.eval(&name_holds))
}

/// A name as an expression, for [`holds`].
fn name_expr(field: &BitField, name: &str) -> Expr {
    Expr::Name(crate::expr::NameRef {
        name: name.to_owned(),
        span: field.span,
    })
}

/// The name of a value: its bits in bit order joined by `|`, `0` for none, `ERROR` for the error
/// state; bits that the book does not declare in hex.
pub fn state_name(field: &BitField, value: u32) -> String {
    if value == 0 {
        return "0".to_owned();
    }
    if predicate(field, "error", value) && value & !all_bits(field) == 0 {
        return "ERROR".to_owned();
    }
    bit_names(field, value)
}

fn bit_names(field: &BitField, value: u32) -> String {
    let mut bits: Vec<_> = field.bits.iter().collect();
    bits.sort_by_key(|bit| bit.number.value);
    let set = bits
        .into_iter()
        .filter(|bit| value & bit_mask(bit.number.value) != 0);
    let mut names: Vec<String> = set.map(|bit| bit.name.value.clone()).collect();
    let rest = value & !all_bits(field);
    if rest != 0 {
        names.push(format!("{rest:#x}"));
    }
    names.join("|")
}

/// A state that could not be read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct UnknownState {
    /// The part that means nothing.
    pub part: String,
    /// The names that would.
    pub known: Vec<String>,
    /// Whether the names are bits, to be joined; otherwise each is a state.
    pub bits: bool,
}

impl fmt::Display for UnknownState {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (part, known) = (&self.part, self.known.join("`, `"));
        if self.bits {
            write!(
                f,
                "`{part}` is no state: expected a number, `ERROR`, or `{known}` joined by `|`"
            )
        } else {
            write!(f, "`{part}` is no state: expected a number, or `{known}`")
        }
    }
}

impl std::error::Error for UnknownState {}

/// Reads a state as people write it: names joined by `|` in any order, `ERROR`, or a number
/// (decimal, or hexadecimal with `0x`).
///
/// # Errors
/// A part that is neither a number nor a name, or a number above 32 bits.
pub fn parse_state(field: &BitField, text: &str) -> Result<u32, UnknownState> {
    text.split('|')
        .map(str::trim)
        .try_fold(0, |value, part| Ok(value | parse_part(field, part)?))
}

fn parse_part(field: &BitField, part: &str) -> Result<u32, UnknownState> {
    if let Some(bit) = field.bits.iter().find(|bit| bit.name.value == part) {
        return Ok(bit_mask(bit.number.value));
    }
    let number = match part {
        "ERROR" => error_state(field),
        part => parse_number(part),
    };
    number.ok_or_else(|| UnknownState {
        part: part.to_owned(),
        known: field
            .bits
            .iter()
            .map(|bit| bit.name.value.clone())
            .collect(),
        bits: true,
    })
}

/// A decimal number, or a hexadecimal one with `0x`.
pub(super) fn parse_number(part: &str) -> Option<u32> {
    match part.strip_prefix("0x").or_else(|| part.strip_prefix("0X")) {
        // `from_str_radix` would take a sign.
        Some(hex) if hex.starts_with(|c: char| c.is_ascii_hexdigit()) => {
            u32::from_str_radix(hex, 16).ok()
        }
        Some(_) => None,
        None if part.starts_with(|c: char| c.is_ascii_digit()) => part.parse().ok(),
        None => None,
    }
}
