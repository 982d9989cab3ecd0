//! A predicate that always or never holds says nothing, unless it is written so.

use super::truth::{MOST_VARIABLES, Space};
use crate::diagnostic::{Diagnostic, Diagnostics};
use crate::expr::Expr;
use crate::model::{Edition, PropertyType};
use crate::source::Spanned;

/// Reports an expression that has one value only, over everything that it may be asked of.
pub(super) fn expect_choice(
    expr: &Spanned<Expr>,
    space: &Space,
    over: &str,
    diagnostics: &mut Diagnostics,
) {
    if matches!(expr.value, Expr::Const(_)) {
        return;
    }
    let Some(value) = space.is_constant(&space.truth(&expr.value)) else {
        return;
    };
    diagnostics.push(constant(expr, value, over));
}

/// An expression that has this value only.
pub(super) fn constant(expr: &Spanned<Expr>, value: bool, over: &str) -> Diagnostic {
    let title = if value {
        format!("this predicate holds for {over}")
    } else {
        format!("this predicate does not hold for {over}")
    };
    Diagnostic::error("constant-predicate", expr.span, title)
        .label(format!("always {value}"))
        .help(format!("if that is meant, write `{value}`"))
}

/// Consequences can hold and can fail, over the flags of a description; where there are domains, every
/// description is in exactly one.
pub(super) fn consequences_choose(edition: &Edition, diagnostics: &mut Diagnostics) {
    let flags: Vec<&str> = edition
        .properties
        .iter()
        .filter(|property| property.ty == PropertyType::Flag)
        .map(|property| property.name.value.as_str())
        .collect();
    if let (true, Some(first)) = (flags.len() > MOST_VARIABLES, edition.properties.first()) {
        let title = format!("more than {MOST_VARIABLES} properties of type `yes/no`");
        return diagnostics.push(Diagnostic::error("too-many-flags", first.name.span, title));
    }
    let mut space = Space::new(flags.len());
    for (n, flag) in flags.into_iter().enumerate() {
        space.insert(flag, space.variable(n));
    }
    for consequence in &edition.consequences {
        expect_choice(&consequence.holds, &space, "any description", diagnostics);
        space.define(&consequence.name.value, &consequence.holds.value);
    }
    domains_divide(edition, &space, diagnostics);
}

fn domains_divide(edition: &Edition, space: &Space, diagnostics: &mut Diagnostics) {
    let mut taken = space.constant(false);
    for domain in &edition.domains {
        let devices = space.truth(&domain.devices.value);
        if devices.and(&taken).first().is_some() {
            let title = "a device is in this domain and in one above";
            diagnostics.push(Diagnostic::error(
                "domain-misfit",
                domain.devices.span,
                title,
            ));
        }
        taken = taken.or(&devices);
    }
    if let (Some(false) | None, Some(first)) = (space.is_constant(&taken), edition.domains.first())
    {
        let title = "there is a device that is in none of these domains";
        diagnostics.push(Diagnostic::error(
            "domain-misfit",
            first.devices.span,
            title,
        ));
    }
}
