//! Reads a predicate: Rust's `&&`, `||`, `!`, parentheses, `true`, `false` and names.
//!
//! Written by hand, because inside a procedural macro the compiler's own lexer gives no places in a
//! text that is not Rust source. Tests compare it with syn.

use super::{Expr, NameRef};
use crate::diagnostic::Diagnostic;
use crate::source::Span;

/// More names than this in one predicate, or deeper nesting, is refused.
const LIMIT: usize = 100;

#[cfg(test)]
mod tests;

/// Reads the text at `place`. A `|` may be written `\|`, as table cells demand.
pub(crate) fn parse(text: &str, place: Span) -> Result<Expr, Box<Diagnostic>> {
    let mut parser = Parser {
        tokens: tokens(text, place)?,
        next: 0,
        depth: 0,
        end: Span {
            start: place.end,
            ..place
        },
    };
    let expr = parser.any()?;
    match parser.peek() {
        None => Ok(expr),
        Some(_) => Err(Box::new(parser.unexpected("`&&`, `||` or the end"))),
    }
}

#[derive(Clone, Copy, Debug, PartialEq)]
enum Token<'a> {
    Name(&'a str),
    And,
    Or,
    Not,
    Open,
    Close,
}

fn tokens(text: &str, place: Span) -> Result<Vec<(Token<'_>, Span)>, Box<Diagnostic>> {
    let mut tokens = Vec::new();
    let mut at = 0;
    while let Some(c) = text[at..].chars().next() {
        let rest = &text[at..];
        let (token, length) = if c.is_whitespace() {
            at += c.len_utf8();
            continue;
        } else if c.is_ascii_alphabetic() || c == '_' {
            let length = rest
                .find(|c: char| !c.is_ascii_alphanumeric() && c != '_')
                .unwrap_or(rest.len());
            (Token::Name(&rest[..length]), length)
        } else if let Some(found) = operator(rest) {
            found
        } else {
            let span = Span {
                file: place.file,
                start: place.start + at,
                end: place.start + at + c.len_utf8(),
            };
            return Err(Box::new(unknown_character(c, rest, span)));
        };
        let start = place.start + at;
        tokens.push((
            token,
            Span {
                file: place.file,
                start,
                end: start + length,
            },
        ));
        at += length;
    }
    Ok(tokens)
}

fn operator(rest: &str) -> Option<(Token<'static>, usize)> {
    let table = [
        ("&&", Token::And),
        ("||", Token::Or),
        ("\\|\\|", Token::Or),
        ("|\\|", Token::Or),
        ("\\||", Token::Or),
        ("!", Token::Not),
        ("(", Token::Open),
        (")", Token::Close),
    ];
    table
        .into_iter()
        .find(|(text, _)| rest.starts_with(text))
        .map(|(text, token)| (token, text.len()))
}

fn unknown_character(c: char, rest: &str, span: Span) -> Diagnostic {
    let error = Diagnostic::error(
        "bad-expression",
        span,
        format!("`{c}` has no place in a predicate"),
    );
    if rest.starts_with(['&', '|', '\\']) {
        error
            .label("write it twice")
            .help("predicates are Rust: `&&`, `||` (in a table `\\|\\|`), `!`")
    } else {
        error.label("expected a name, `!`, `&&`, `||` or parentheses")
    }
}

struct Parser<'a> {
    tokens: Vec<(Token<'a>, Span)>,
    next: usize,
    depth: usize,
    end: Span,
}

impl<'a> Parser<'a> {
    fn peek(&self) -> Option<Token<'a>> {
        self.tokens.get(self.next).map(|&(token, _)| token)
    }

    fn eat(&mut self, token: Token<'_>) -> bool {
        let found = self.peek() == Some(token);
        self.next += usize::from(found);
        found
    }

    fn unexpected(&self, expected: &str) -> Diagnostic {
        let span = self
            .tokens
            .get(self.next)
            .map_or(self.end, |&(_, span)| span);
        let title = match self.peek() {
            Some(_) => "this predicate cannot be read",
            None => "this predicate ends too early",
        };
        Diagnostic::error("bad-expression", span, title).label(format!("expected {expected}"))
    }

    /// `a || b`, the weakest operator.
    fn any(&mut self) -> Result<Expr, Box<Diagnostic>> {
        let mut left = self.all()?;
        while self.eat(Token::Or) {
            left = Expr::Or(Box::new(left), Box::new(self.all()?));
        }
        Ok(left)
    }

    /// `a && b`
    fn all(&mut self) -> Result<Expr, Box<Diagnostic>> {
        let mut left = self.one()?;
        while self.eat(Token::And) {
            left = Expr::And(Box::new(left), Box::new(self.one()?));
        }
        Ok(left)
    }

    /// `!a`, `(a)`, `NAME`
    fn one(&mut self) -> Result<Expr, Box<Diagnostic>> {
        if self.depth > LIMIT || self.next > 4 * LIMIT {
            return Err(Box::new(
                self.unexpected("a shorter predicate: name parts of it"),
            ));
        }
        let Some(&(token, span)) = self.tokens.get(self.next) else {
            return Err(Box::new(self.unexpected("a name")));
        };
        self.next += 1;
        self.depth += 1;
        let expr = match token {
            Token::Not => Expr::Not(Box::new(self.one()?)),
            Token::Open => {
                let inner = self.any()?;
                if !self.eat(Token::Close) {
                    return Err(Box::new(self.unexpected("`)`")));
                }
                inner
            }
            Token::Name("true") => Expr::Const(true),
            Token::Name("false") => Expr::Const(false),
            Token::Name(name) => Expr::Name(NameRef {
                name: name.to_string(),
                span,
            }),
            Token::And | Token::Or | Token::Close => {
                self.next -= 1;
                return Err(Box::new(self.unexpected("a name")));
            }
        };
        self.depth -= 1;
        Ok(expr)
    }
}
