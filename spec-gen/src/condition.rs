//! Predicates of the book as text: C and Rust write them alike.

use spec_model::expr::Expr;

/// The condition, where `name` writes each name. What mixes `&&` and `||` has parentheses.
pub(crate) fn condition(expr: &Expr, name: &dyn Fn(&str) -> String) -> String {
    match expr {
        Expr::Const(value) => u8::from(*value).to_string(),
        Expr::Name(n) => name(&n.name),
        Expr::Not(a) => {
            let inner = condition(a, name);
            // A name may be written as a comparison.
            let simple = !inner.contains(' ');
            if simple {
                format!("!{inner}")
            } else {
                format!("!({inner})")
            }
        }
        Expr::And(a, b) => {
            let side = |it: &Expr| operand(it, matches!(it, Expr::Or(..)), name);
            format!("{} && {}", side(a), side(b))
        }
        Expr::Or(a, b) => {
            let side = |it: &Expr| operand(it, matches!(it, Expr::And(..)), name);
            format!("{} || {}", side(a), side(b))
        }
    }
}

fn operand(expr: &Expr, parentheses: bool, name: &dyn Fn(&str) -> String) -> String {
    let inner = condition(expr, name);
    if parentheses {
        format!("({inner})")
    } else {
        inner
    }
}
