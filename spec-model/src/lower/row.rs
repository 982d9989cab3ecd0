//! Typed access to the cells of a row. The schema says what a cell holds, so a cell of another type
//! cannot occur; it reads as nothing.

use super::names::StateNames;
use crate::diagnostic::Diagnostics;
use crate::expr::Expr;
use crate::model::{Access, Operation};
use crate::parse::{Cell, KINDS, Row, TableSyntax, TargetSyntax, Value, parse_number, parse_state};
use crate::source::{Span, Spanned};

/// A row and the kind of its table.
#[derive(Clone, Copy)]
pub(super) struct Cells<'s, 'a> {
    table: &'s TableSyntax<'a>,
    row: &'s Row<'a>,
}

/// The rows of a table.
pub(super) fn rows<'s, 'a>(table: &'s TableSyntax<'a>) -> impl Iterator<Item = Cells<'s, 'a>> {
    table.rows.iter().map(move |row| Cells { table, row })
}

impl<'s, 'a> Cells<'s, 'a> {
    /// The whole row.
    pub(super) fn span(self) -> Span {
        self.row.span
    }

    fn cell(self, column: &str) -> &'s Cell<'a> {
        let columns = KINDS[self.table.kind].columns;
        let index = columns.iter().position(|c| c.title == column);
        &self.row.cells[index.unwrap_or_else(|| unreachable!("no column {column}"))]
    }

    /// The cell of an additional column, by its place among them.
    fn more_cell(self, index: usize) -> &'s Cell<'a> {
        &self.row.cells[KINDS[self.table.kind].columns.len() + index]
    }

    /// The names in an additional column.
    pub(super) fn more_names(self, index: usize) -> &'s [Spanned<&'a str>] {
        match &self.more_cell(index).value {
            Value::Names(names) => names,
            _ => &[],
        }
    }

    /// The text in an additional column.
    pub(super) fn more(self, index: usize) -> Spanned<&'a str> {
        let cell = self.more_cell(index);
        match &cell.value {
            Value::Term(text, _) => text.clone(),
            _ => Spanned::new("", cell.span),
        }
    }

    /// A name or a word that may be missing.
    pub(super) fn optional(self, column: &str) -> Option<Spanned<String>> {
        match &self.cell(column).value {
            Value::Name(name) => Some(name.clone().map(str::to_owned)),
            _ => None,
        }
    }

    /// A name or a word.
    pub(super) fn name(self, column: &str) -> Spanned<String> {
        let place = self.cell(column).span;
        self.optional(column)
            .unwrap_or_else(|| Spanned::new(String::new(), place))
    }

    /// A list of names.
    pub(super) fn names(self, column: &str) -> Vec<Spanned<String>> {
        match &self.cell(column).value {
            Value::Names(names) => names
                .iter()
                .map(|name| name.clone().map(str::to_owned))
                .collect(),
            _ => Vec::new(),
        }
    }

    /// A number.
    pub(super) fn number(self, column: &str) -> Spanned<u64> {
        let cell = self.cell(column);
        let number = if let Value::Number(number) = cell.value {
            number
        } else {
            0
        };
        Spanned::new(number, cell.span)
    }

    /// A number that may be missing.
    pub(super) fn optional_number(self, column: &str) -> Option<Spanned<u64>> {
        let filled = matches!(self.cell(column).value, Value::Number(_));
        filled.then(|| self.number(column))
    }

    /// A predicate; `true` where the cell is empty.
    pub(super) fn expr_or_true(self, column: &str) -> Spanned<Expr> {
        match &self.cell(column).value {
            Value::Expr(_) => self.expr(column),
            _ => Spanned::new(Expr::Const(true), self.cell(column).span),
        }
    }

    /// A predicate that may be missing.
    pub(super) fn optional_expr(self, column: &str) -> Option<Spanned<Expr>> {
        let filled = matches!(self.cell(column).value, Value::Expr(_));
        filled.then(|| self.expr(column))
    }

    /// A predicate.
    pub(super) fn expr(self, column: &str) -> Spanned<Expr> {
        let cell = self.cell(column);
        let expr = if let Value::Expr(expr) = &cell.value {
            expr.clone()
        } else {
            Expr::Const(false)
        };
        Spanned::new(expr, cell.span)
    }

    /// The names of a state, if the cell is filled.
    pub(super) fn state(self, column: &str) -> Option<(&'s [Spanned<&'a str>], Span)> {
        let cell = self.cell(column);
        match &cell.value {
            Value::State(names) => Some((names, cell.span)),
            _ => None,
        }
    }

    /// The `device_state` column of a flow.
    pub(super) fn target(self, column: &str) -> (Option<&'s TargetSyntax<'a>>, Span) {
        let cell = self.cell(column);
        match &cell.value {
            Value::Target(target) => (Some(target), cell.span),
            _ => (None, cell.span),
        }
    }

    /// An access.
    pub(super) fn access(self, column: &str) -> Option<Spanned<Access>> {
        let cell = self.cell(column);
        match &cell.value {
            Value::Access(access) => Some(Spanned::new(access.clone(), cell.span)),
            _ => None,
        }
    }

    /// An operation.
    pub(super) fn operation(self, column: &str) -> Option<Spanned<Operation>> {
        let cell = self.cell(column);
        match cell.value {
            Value::Operation(operation) => Some(Spanned::new(operation, cell.span)),
            _ => None,
        }
    }

    /// The place of a cell.
    pub(super) fn place(self, column: &str) -> Span {
        self.cell(column).span
    }

    /// A text, and whether it is in backticks.
    pub(super) fn term(self, column: &str) -> (Spanned<String>, bool) {
        let cell = self.cell(column);
        match &cell.value {
            Value::Term(text, code) => (text.clone().map(str::to_owned), *code),
            _ => (Spanned::new(String::new(), cell.span), false),
        }
    }

    /// Markdown; empty where the cell is.
    pub(super) fn prose(self, column: &str) -> Spanned<String> {
        let cell = self.cell(column);
        let text = if let Value::Prose(text) = &cell.value {
            text.to_string()
        } else {
            String::new()
        };
        Spanned::new(text, cell.span)
    }

    /// The destination of a link to a file.
    pub(super) fn file(self, column: &str) -> Spanned<&'a str> {
        let cell = self.cell(column);
        match &cell.value {
            Value::File(dest) => dest.clone(),
            _ => Spanned::new("", cell.span),
        }
    }

    /// Markdown that may be missing.
    pub(super) fn optional_prose(self, column: &str) -> Option<Spanned<String>> {
        Some(self.prose(column)).filter(|text| !text.value.is_empty())
    }
}

impl TableSyntax<'_> {
    /// The value of an attribute that the schema requires.
    pub(super) fn attribute(&self, key: &str) -> Spanned<String> {
        let value = self.directive.attribute(key);
        value.map_or_else(
            || Spanned::new(String::new(), self.directive.span),
            |value| value.map(str::to_owned),
        )
    }

    /// The same, as a number.
    pub(super) fn number(&self, key: &str, diagnostics: &mut Diagnostics) -> Spanned<u64> {
        let value = self.attribute(key);
        let number = parse_number(&value.value, value.span).unwrap_or_else(|error| {
            diagnostics.push(*error);
            0
        });
        Spanned::new(number, value.span)
    }

    /// The same, as a state.
    pub(super) fn state(
        &self,
        key: &str,
        states: &StateNames,
        diagnostics: &mut Diagnostics,
    ) -> Spanned<u32> {
        let value = self.attribute(key);
        match parse_state(&value.value, value.span) {
            Ok(names) => states.value(&names, value.span, diagnostics),
            Err(error) => {
                diagnostics.push(*error);
                Spanned::new(0, value.span)
            }
        }
    }

    /// The id of the rule mark above.
    pub(super) fn rule_id(&self) -> Option<String> {
        self.rule.as_ref().map(|id| id.value.to_owned())
    }
}
