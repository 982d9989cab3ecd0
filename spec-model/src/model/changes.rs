//! How the book itself may change: what each change weighs, and which versions there were.

use std::fmt;

use crate::parse::KINDS;
use crate::source::{Span, Spanned};

/// What a change is about: the column *Kind* of a `classes` table.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum ChangeKind {
    /// Words for readers.
    Editorial,
    /// What somebody is asked to do.
    Requirement,
    /// What a device, a driver or a VMM does.
    Behaviour,
    /// Numbers and layouts that cross the boundary.
    Abi,
}

/// How much a change weighs, from the least.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Class {
    /// Nothing that is demanded, promised or generated changes, apart from words.
    Editorial,
    /// Whoever kept to the old text keeps to the new one.
    Compatible,
    /// Somebody who kept to the old text may fail now.
    Breaking,
}

/// What a `classes` row says of a change.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Judgement {
    /// `breaking`, `compatible`, `editorial`
    Always(Class),
    /// `breaking if wider`: where the predicate holds in more cases; else compatible.
    IfWider,
    /// `breaking if narrower`: where it holds in fewer cases; else compatible.
    IfNarrower,
    /// `breaking if binding`: in a flow that released user space takes, or an order that is adopted;
    /// else compatible.
    IfBinding,
    /// `breaking unless reworded`: where keywords, names, numbers or negations differ; else compatible.
    UnlessReworded,
    /// `key`: the cell names the row, another cell is another row.
    Key,
    /// `counts`: the cell only counts the rows.
    Counts,
}

/// A part of a row of a `classes` table: `| Table | Part | Kind | Added | Removed | Changed | Because |`.
/// A row that names several parts is several of these.
#[derive(Clone, Debug)]
pub struct ClassRow {
    /// A kind of table, `any`, or one of [`OTHER_PARTS`].
    pub table: Spanned<String>,
    /// The header of a column, the key of an attribute, or one of `table`, `row`, `order`, `more`.
    pub part: Spanned<String>,
    /// What a change of it is about.
    pub kind: ChangeKind,
    /// If it was not there before; `None`: as [`ClassRow::changed`].
    pub added: Option<Judgement>,
    /// If it is there no more; `None`: as [`ClassRow::changed`].
    pub removed: Option<Judgement>,
    /// If it was and is there, and differs.
    pub changed: Option<Judgement>,
    /// Markdown.
    pub because: Spanned<String>,
    /// The row.
    pub span: Span,
}

/// What has parts and is no table: the book's text, and what follows from its tables.
pub const OTHER_PARTS: &[(&str, &[&str])] = &[
    ("book", &["order"]),
    ("edition", &["row", "title"]),
    ("chapter", &["row", "title", "edition", "prose"]),
    ("rule", &["row", "text", "level", "subject", "untestable"]),
    ("trace", &["row", "text"]),
    ("show", &["row"]),
    ("request", &["answer", "path"]),
    ("write", &["answer", "actions"]),
    ("log", &["step"]),
    ("guardrail", &["verdict"]),
    ("invariant", &["verdict"]),
    ("item", &["row", "growth", "signature"]),
];

/// Every part that needs a class: its table, and its name.
pub fn classed_parts() -> Vec<(&'static str, &'static str)> {
    let mut parts = Vec::new();
    for kind in KINDS {
        let of_kind = |part| (kind.name, part);
        if kind.names > 0 {
            parts.push(of_kind("table"));
        }
        parts.extend(["row", "order"].map(of_kind));
        parts.extend(kind.columns.iter().map(|column| of_kind(column.title)));
        parts.extend(kind.attributes.iter().map(|it| of_kind(it.key)));
        parts.extend(kind.more.iter().map(|_| of_kind("more")));
    }
    for (table, others) in OTHER_PARTS {
        parts.extend(others.iter().map(|part| (*table, *part)));
    }
    parts
}

/// A row of the `versions` table: `| Version | Date | Step | In short |`.
#[derive(Clone, Debug)]
pub struct Version {
    /// `1.2.0`
    pub number: Spanned<VersionNumber>,
    /// `2026-11-28`
    pub date: Spanned<String>,
    /// The heaviest change since the version before; `None` for the first.
    pub step: Spanned<Option<Class>>,
    /// Markdown.
    pub text: Spanned<String>,
    /// The row.
    pub span: Span,
}

/// `MAJOR.MINOR.PATCH`: changed by breaking, by compatible, by editorial changes.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct VersionNumber {
    /// Counts breaking versions.
    pub major: u32,
    /// Counts compatible versions since.
    pub minor: u32,
    /// Counts editorial versions since.
    pub patch: u32,
}

impl VersionNumber {
    /// Reads `1.2.0`.
    pub fn read(text: &str) -> Option<Self> {
        let digits = |part: &str| part.bytes().all(|b| b.is_ascii_digit());
        let number = |part: &str| digits(part).then(|| part.parse().ok()).flatten();
        let mut parts = text.split('.').map(number);
        let version = Self {
            major: parts.next()??,
            minor: parts.next()??,
            patch: parts.next()??,
        };
        parts.next().is_none().then_some(version)
    }

    /// The version after changes of which the heaviest has this class.
    #[must_use]
    pub fn after(self, class: Class) -> Self {
        let (major, minor) = (self.major, self.minor);
        match class {
            Class::Breaking => Self {
                major: major.saturating_add(1),
                minor: 0,
                patch: 0,
            },
            Class::Compatible => Self {
                major,
                minor: minor.saturating_add(1),
                patch: 0,
            },
            Class::Editorial => Self {
                patch: self.patch.saturating_add(1),
                ..self
            },
        }
    }
}

impl fmt::Display for VersionNumber {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}.{}.{}", self.major, self.minor, self.patch)
    }
}

impl ChangeKind {
    /// As the book writes it.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Editorial => "editorial",
            Self::Requirement => "requirement",
            Self::Behaviour => "behaviour",
            Self::Abi => "ABI",
        }
    }
}

impl Class {
    /// Every class, from the least.
    pub const ALL: [Self; 3] = [Self::Editorial, Self::Compatible, Self::Breaking];

    /// As the book writes it.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Editorial => "editorial",
            Self::Compatible => "compatible",
            Self::Breaking => "breaking",
        }
    }
}

impl Judgement {
    /// As the book writes it.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Always(class) => class.name(),
            Self::IfWider => "breaking if wider",
            Self::IfNarrower => "breaking if narrower",
            Self::IfBinding => "breaking if binding",
            Self::UnlessReworded => "breaking unless reworded",
            Self::Key => "key",
            Self::Counts => "counts",
        }
    }

    /// Every word of the columns *Added*, *Removed* and *Changed*.
    pub(crate) const ALL: [Self; 9] = [
        Self::Always(Class::Breaking),
        Self::Always(Class::Compatible),
        Self::Always(Class::Editorial),
        Self::IfWider,
        Self::IfNarrower,
        Self::IfBinding,
        Self::UnlessReworded,
        Self::Key,
        Self::Counts,
    ];

    pub(crate) fn named(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|it| it.name() == word)
    }
}

#[cfg(test)]
mod tests {
    use super::{Class, VersionNumber};

    #[test]
    fn versions_count_by_class() {
        let version = VersionNumber::read("1.2.3").expect("a version");
        let after = Class::ALL.map(|class| version.after(class).to_string());
        assert_eq!(after, ["1.2.4", "1.3.0", "2.0.0"]);
        for wrong in [
            "",
            "1",
            "1.2",
            "1.2.3.4",
            "1.2.x",
            "+1.2.3",
            "1.2.99999999999",
        ] {
            assert_eq!(VersionNumber::read(wrong), None, "{wrong}");
        }
    }
}
