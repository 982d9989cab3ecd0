//! A predicate is read as Rust reads it.

use proptest::prelude::*;

use super::parse;
use crate::expr::Expr;
use crate::source::{FileId, Span};

fn read(text: &str) -> Result<Expr, String> {
    let place = Span {
        file: FileId(0),
        start: 100,
        end: 100 + text.len(),
    };
    parse(text, place).map_err(|error| {
        let place = error.span.start - 100..error.span.end - 100;
        format!("{place:?} {}: {}", error.title, error.label)
    })
}

/// With every operand in parentheses.
fn explicit(expr: &Expr) -> String {
    match expr {
        Expr::Const(value) => value.to_string(),
        Expr::Name(name) => name.name.clone(),
        Expr::Not(a) => format!("!{}", explicit(a)),
        Expr::And(a, b) => format!("({} && {})", explicit(a), explicit(b)),
        Expr::Or(a, b) => format!("({} || {})", explicit(a), explicit(b)),
    }
}

/// The same of what syn reads; `None` for Rust that is no predicate.
fn explicit_rust(expr: &syn::Expr) -> Option<String> {
    Some(match expr {
        syn::Expr::Lit(literal) => match &literal.lit {
            syn::Lit::Bool(value) => value.value.to_string(),
            _ => return None,
        },
        syn::Expr::Path(path) => path.path.get_ident()?.to_string(),
        syn::Expr::Paren(inner) => explicit_rust(&inner.expr)?,
        syn::Expr::Unary(unary) if matches!(unary.op, syn::UnOp::Not(_)) => {
            format!("!{}", explicit_rust(&unary.expr)?)
        }
        syn::Expr::Binary(binary) => {
            let operator = match binary.op {
                syn::BinOp::And(_) => "&&",
                syn::BinOp::Or(_) => "||",
                _ => return None,
            };
            let (left, right) = (explicit_rust(&binary.left)?, explicit_rust(&binary.right)?);
            format!("({left} {operator} {right})")
        }
        _ => return None,
    })
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, cases: 2000, ..ProptestConfig::default() })]

    #[test]
    fn reads_what_rust_reads(tokens in prop::collection::vec(
        prop::sample::select(vec!["A", "b_2", "_", "true", "false", "!", "&&", "||", "(", ")", " "]),
        1..12,
    )) {
        let text = tokens.concat();
        let rust = syn::parse_str::<syn::Expr>(&text).ok().and_then(|expr| explicit_rust(&expr));
        let ours = read(&text).ok().map(|expr| explicit(&expr));
        // `_` alone is no name of Rust, and no cell can declare it.
        prop_assume!(!text.split(|c: char| !c.is_alphanumeric() && c != '_').any(|word| word == "_"));
        prop_assert_eq!(ours, rust, "{}", text);
    }
}

#[test]
fn bars_may_be_escaped() {
    for text in [
        "A || B && !C",
        r"A \|\| B && !C",
        r"A |\| B && !C",
        r"A \|| B && !C",
    ] {
        assert_eq!(
            read(text).map(|expr| explicit(&expr)),
            Ok("(A || (B && !C))".into())
        );
    }
}

#[test]
fn names_know_their_place() {
    let expr = read(r"RUN \|\| !SAVE").unwrap();
    let places: Vec<_> = expr
        .names()
        .iter()
        .map(|n| (n.name.clone(), n.span.start, n.span.end))
        .collect();
    assert_eq!(
        places,
        [("RUN".into(), 100, 103), ("SAVE".into(), 110, 114)]
    );
}

#[test]
fn says_where_and_what_is_missing() {
    let cases = [
        ("", "0..0 this predicate ends too early: expected a name"),
        (
            "A &&",
            "4..4 this predicate ends too early: expected a name",
        ),
        ("(A", "2..2 this predicate ends too early: expected `)`"),
        (
            "A B",
            "2..3 this predicate cannot be read: expected `&&`, `||` or the end",
        ),
        (
            "A)",
            "1..2 this predicate cannot be read: expected `&&`, `||` or the end",
        ),
        (
            "A & B",
            "2..3 `&` has no place in a predicate: write it twice",
        ),
        (
            "A == ü",
            "2..3 `=` has no place in a predicate: expected a name, `!`, `&&`, `||` or parentheses",
        ),
        (
            "ü",
            "0..2 `ü` has no place in a predicate: expected a name, `!`, `&&`, `||` or parentheses",
        ),
    ];
    for (text, expected) in cases {
        assert_eq!(read(text).unwrap_err(), expected, "{text}");
    }
}

#[test]
fn endless_predicates_are_refused() {
    for text in [
        "!".repeat(100_000),
        "(".repeat(100_000),
        vec!["A"; 100_000].join("&&"),
    ] {
        assert!(
            read(&text)
                .unwrap_err()
                .ends_with("expected a shorter predicate: name parts of it")
        );
    }
    assert!(read(&format!("{}A", "!".repeat(99))).is_ok());
}
