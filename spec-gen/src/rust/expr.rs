//! Predicates of the book as Rust conditions.

use proc_macro2::TokenStream;
use quote::quote;
use spec_model::expr::Expr;

/// The condition, where `name` writes each name.
pub(super) fn condition(expr: &Expr, name: &dyn Fn(&str) -> TokenStream) -> TokenStream {
    match expr {
        Expr::Const(value) => quote!(#value),
        Expr::Name(n) => name(&n.name),
        Expr::Not(a) => {
            let inner = operand(a, name, matches!(**a, Expr::And(..) | Expr::Or(..)));
            quote!(!#inner)
        }
        Expr::And(a, b) => {
            let a = operand(a, name, matches!(**a, Expr::Or(..)));
            let b = operand(b, name, matches!(**b, Expr::Or(..)));
            quote!(#a && #b)
        }
        // `a && b || c` is clear to rustc, and parentheses make it so to people.
        Expr::Or(a, b) => {
            let a = operand(a, name, matches!(**a, Expr::And(..)));
            let b = operand(b, name, matches!(**b, Expr::And(..)));
            quote!(#a || #b)
        }
    }
}

fn operand(expr: &Expr, name: &dyn Fn(&str) -> TokenStream, parentheses: bool) -> TokenStream {
    let inner = condition(expr, name);
    if parentheses { quote!((#inner)) } else { inner }
}
