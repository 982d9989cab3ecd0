//! What a cell says, apart from how it is written: for comparing cells of any table.

use crate::expr::Expr;
use crate::inline;
pub use crate::parse::CellType;
use crate::parse::{TargetSyntax, Value, content};
use crate::source::{SourceMap, Span, Spanned};

/// A part of what a cell says.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum Piece {
    /// A name: it may be another one, and mean the same.
    Name(String),
    /// Anything else.
    Text(String),
}

/// What a cell says. Two cells that say the same are equal, wherever they stand.
#[derive(Clone, Debug, Default)]
pub struct Content {
    /// In the order of writing; the bits of a state in alphabetical order. Empty for an empty cell.
    pub pieces: Vec<Piece>,
    /// A predicate, for comparing what it means.
    pub expr: Option<Expr>,
}

impl PartialEq for Content {
    fn eq(&self, other: &Self) -> bool {
        self.pieces == other.pieces
    }
}

impl Eq for Content {}

impl Content {
    /// The content of a cell in a column of this type.
    pub fn read(sources: &SourceMap, cell: CellType, span: Span) -> Self {
        let text = sources.text(span);
        let Some(value) = content(cell, text, span) else {
            return Self::prose(text);
        };
        let mut pieces = Pieces::default();
        match &value {
            Value::Prose(text) => return Self::prose(text),
            value => pieces.value(value),
        }
        let expr = match value {
            Value::Expr(expr) => Some(expr),
            _ => None,
        };
        Self {
            pieces: pieces.0,
            expr,
        }
    }

    /// The content of an attribute of a directive: a number, or words.
    pub fn attribute(value: &Spanned<String>) -> Self {
        let mut pieces = Pieces::default();
        match content(CellType::Number, &value.value, value.span) {
            Some(Value::Number(number)) => pieces.text(&number.to_string()),
            _ => pieces.words(&value.value),
        }
        Self {
            pieces: pieces.0,
            expr: None,
        }
    }

    /// The content of a running text: words apart from their spacing, names in code.
    pub fn prose(markdown: &str) -> Self {
        let mut pieces = Pieces::default();
        for piece in inline::pieces(markdown) {
            match piece {
                inline::Piece::Text(text) => pieces.spaced(&text),
                inline::Piece::Code(code) => pieces.code(&code),
                inline::Piece::Link { text, to } => pieces.link(&text, &to),
                inline::Piece::Line => pieces.spaced(" "),
                inline::Piece::Paragraph => pieces.text("\n\n"),
                inline::Piece::Item => pieces.text("\n- "),
            }
        }
        Self {
            pieces: pieces.0,
            expr: None,
        }
    }

    /// Whether the cell is empty.
    pub fn is_empty(&self) -> bool {
        self.pieces.is_empty()
    }

    /// The names, in the order of writing.
    pub fn names(&self) -> impl Iterator<Item = &str> {
        self.pieces.iter().filter_map(|piece| match piece {
            Piece::Name(name) => Some(name.as_str()),
            Piece::Text(_) => None,
        })
    }

    /// The same with other names.
    #[must_use]
    pub fn renamed(&self, rename: &dyn Fn(&str) -> Option<String>) -> Self {
        let piece = |piece: &Piece| match piece {
            Piece::Name(name) => Piece::Name(rename(name).unwrap_or_else(|| name.clone())),
            text => text.clone(),
        };
        Self {
            pieces: self.pieces.iter().map(piece).collect(),
            expr: self.expr.as_ref().map(|expr| expr.renamed(rename)),
        }
    }

    /// For people, on one line.
    pub fn plain(&self) -> String {
        let parts = self.pieces.iter().map(|piece| match piece {
            Piece::Name(text) | Piece::Text(text) => text.as_str(),
        });
        parts.collect()
    }
}

#[derive(Default)]
struct Pieces(Vec<Piece>);

impl Pieces {
    fn name(&mut self, name: &str) {
        self.0.push(Piece::Name(name.to_owned()));
    }

    fn text(&mut self, text: &str) {
        match self.0.last_mut() {
            Some(Piece::Text(before)) => before.push_str(text),
            _ => self.0.push(Piece::Text(text.to_owned())),
        }
    }

    /// Text in which any number of spaces is one.
    fn spaced(&mut self, text: &str) {
        let ends_in_space =
            matches!(self.0.last(), Some(Piece::Text(before)) if before.ends_with(' '));
        let mut space = ends_in_space;
        let mut out = String::new();
        for c in text.chars() {
            let is_space = c.is_whitespace();
            if !is_space {
                out.push(c);
            } else if !space {
                out.push(' ');
            }
            space = is_space;
        }
        if !out.is_empty() {
            self.text(&out);
        }
    }

    /// Words that are names where they look like one.
    fn words(&mut self, text: &str) {
        let in_name = |c: char| c.is_ascii_alphanumeric() || c == '_';
        let mut rest = text;
        while !rest.is_empty() {
            let end = rest.find(|c| !in_name(c)).unwrap_or(rest.len());
            let (word, after) = rest.split_at(end);
            if word.is_empty() {
                let end = rest.find(in_name).unwrap_or(rest.len());
                self.spaced(&rest[..end]);
                rest = &rest[end..];
            } else if word.starts_with(|c: char| c.is_ascii_digit()) {
                self.text(word);
                rest = after;
            } else {
                self.name(word);
                rest = after;
            }
        }
    }

    /// The id of a rule is a name; where it is the text of its own link, it is said once.
    fn link(&mut self, text: &str, to: &str) {
        self.text("[");
        match to.strip_prefix("rule:") {
            Some(rule) if rule == text => self.name(rule),
            Some(rule) => {
                self.words(text);
                self.text("](rule:");
                self.name(rule);
            }
            None => {
                self.words(text);
                // A page can be asked for something by its name.
                let (page, asked) = to.split_at(to.find('?').unwrap_or(to.len()));
                self.text("](");
                self.text(page);
                self.words(asked);
            }
        }
        self.text(")");
    }

    fn code(&mut self, code: &str) {
        self.text("`");
        self.words(code);
        self.text("`");
    }

    fn state(&mut self, names: &[Spanned<&str>]) {
        let mut names: Vec<&str> = names.iter().map(|name| name.value).collect();
        names.sort_unstable();
        if names.is_empty() {
            self.text("0");
        }
        for (n, name) in names.into_iter().enumerate() {
            if n > 0 {
                self.text("|");
            }
            self.name(name);
        }
    }

    fn value(&mut self, value: &Value<'_>) {
        match value {
            Value::Empty => {}
            Value::Name(name) => self.name(name.value),
            Value::Names(names) => {
                for (n, name) in names.iter().enumerate() {
                    if n > 0 {
                        self.text(", ");
                    }
                    self.words(name.value);
                }
            }
            Value::Number(number) => self.text(&number.to_string()),
            Value::Expr(expr) => self.expr(expr),
            Value::State(names) => self.state(names),
            Value::Target(target) => match target {
                TargetSyntax::State(names) => self.state(names),
                TargetSyntax::Write(names) => {
                    self.text("write ");
                    self.state(names);
                }
                TargetSyntax::Reads(names) => {
                    self.text("reads ");
                    self.state(names);
                }
                TargetSyntax::Reset => self.text("reset"),
            },
            Value::Access(access) => {
                self.text(match access.direction {
                    crate::model::Direction::Read => "read ",
                    crate::model::Direction::Write => "write ",
                });
                self.name(&access.register);
            }
            Value::Operation(operation) => self.text(operation.name()),
            Value::File(file) => self.text(file.value),
            Value::Term(term, true) => self.code(term.value),
            Value::Term(term, false) => self.words(term.value),
            Value::Prose(text) => self.text(text),
        }
    }

    fn expr(&mut self, expr: &Expr) {
        match expr {
            Expr::Const(value) => self.text(if *value { "true" } else { "false" }),
            Expr::Name(name) => self.name(&name.name),
            Expr::Not(a) => {
                self.text("!");
                self.operand(a);
            }
            Expr::And(a, b) => self.infix(a, " && ", b),
            Expr::Or(a, b) => self.infix(a, " || ", b),
        }
    }

    fn infix(&mut self, a: &Expr, operator: &str, b: &Expr) {
        self.operand(a);
        self.text(operator);
        self.operand(b);
    }

    fn operand(&mut self, expr: &Expr) {
        let infix = matches!(expr, Expr::And(..) | Expr::Or(..));
        if infix {
            self.text("(");
        }
        self.expr(expr);
        if infix {
            self.text(")");
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{CellType, Content, Piece};
    use crate::source::{FileId, SourceMap, Span};

    fn content(cell: CellType, text: &str) -> Content {
        let mut sources = SourceMap::default();
        let file = sources.add("cell", text);
        assert_eq!(file, FileId(0));
        let end = text.len();
        let span = Span {
            file,
            start: 0,
            end,
        };
        Content::read(&sources, cell, span)
    }

    #[test]
    fn what_is_written_otherwise_and_says_the_same_is_equal() {
        let same = [
            (CellType::Number, "22", "`0x16`"),
            (CellType::Number, "1 << 3", "8"),
            (CellType::Expr, "`A && !B`", "`A&&!(B)`"),
            (CellType::State, "`A\\|B`", "`B\\|A`"),
            (CellType::Target, "write `A\\|B`", "write `B\\|A`"),
            (CellType::Names, "`a`, `b`", "`a`,`b`"),
            (CellType::Prose, "one  two", "one two"),
            (CellType::Prose, "", "–"),
        ];
        for (cell, a, b) in same {
            assert_eq!(content(cell, a), content(cell, b), "{a} and {b}");
        }
        let other = [
            (CellType::Prose, "`a` b", "a b"),
            (CellType::Term, "`a`", "a"),
            (CellType::Target, "write `A`", "`A`"),
            (CellType::Prose, "[a](b.md)", "[a](c.md)"),
        ];
        for (cell, a, b) in other {
            assert_ne!(content(cell, a), content(cell, b), "{a} and {b}");
        }
    }

    #[test]
    fn names_can_be_exchanged() {
        let rename = |name: &str| (name == "A").then(|| "C".to_owned());
        let prose = content(CellType::Prose, "as `A`, A");
        let names = |content: &Content| content.names().map(str::to_owned).collect::<Vec<_>>();
        assert_eq!(names(&prose.renamed(&rename)), ["C"]);
        let text = |text: &str| Piece::Text(text.into());
        let expected = [text("as `"), Piece::Name("C".into()), text("`, A")];
        assert_eq!(prose.renamed(&rename).pieces, expected);
        let expr = content(CellType::Expr, "`A || was_A`");
        assert_eq!(expr.renamed(&rename).plain(), "C || was_A");
    }
}
