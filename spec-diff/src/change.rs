//! What is reported: changes of the text, and what follows from them.

use spec_model::model::{Book, ChangeKind, Class, VersionNumber};
use spec_model::source::{Span, display};

/// What happened to a fact.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum What {
    /// It is new.
    Added,
    /// It is gone.
    Removed,
    /// It says something else.
    Changed,
    /// It has another name, or another key.
    Renamed,
    /// It stands elsewhere.
    Moved,
    /// Rows stand in another order.
    Reordered,
    /// It is written in another way, and says the same.
    Rewritten,
}

impl What {
    /// `added`
    pub const fn name(self) -> &'static str {
        match self {
            Self::Added => "added",
            Self::Removed => "removed",
            Self::Changed => "changed",
            Self::Renamed => "renamed",
            Self::Moved => "moved",
            Self::Reordered => "reordered",
            Self::Rewritten => "rewritten",
        }
    }

    /// What happened if the two versions are exchanged.
    #[must_use]
    pub const fn mirrored(self) -> Self {
        match self {
            Self::Added => Self::Removed,
            Self::Removed => Self::Added,
            other => other,
        }
    }
}

/// A place in one version of the book. Lines and columns count from 1, columns in characters.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Place {
    /// As that version was read: `book/v2/states.md`.
    pub path: String,
    /// First line.
    pub line: usize,
    /// First column.
    pub column: usize,
    /// Last line.
    pub end_line: usize,
    /// One past the last column.
    pub end_column: usize,
}

impl Place {
    /// The place of a span.
    pub fn of(book: &Book, span: Span) -> Self {
        let file = book.sources.file(span.file);
        let (start, end) = (file.position(span.start), file.position(span.end));
        Self {
            path: display(&file.path),
            line: start.line,
            column: start.column,
            end_line: end.line,
            end_column: end.column,
        }
    }
}

impl std::fmt::Display for Place {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}:{}:{}", self.path, self.line, self.column)
    }
}

/// A fact in one version.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Fact {
    /// Where it stands.
    pub place: Place,
    /// As it is written there; for a whole row or table, what names it.
    pub text: String,
}

/// A test that names a rule which a change touches.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Test {
    /// `tests/v2/states.rs`
    pub path: String,
    /// From 1.
    pub line: usize,
    /// The function; the file's name for a `covers!` in no function.
    pub name: String,
}

/// A fact that differs between the two versions.
#[derive(Clone, Debug)]
pub struct Change {
    /// Names the change in this comparison and, as long as what it is about keeps its name, in any other:
    /// `v2/states/device_state/STOP/Value`.
    pub id: String,
    /// What happened.
    pub what: What,
    /// What it is about.
    pub kind: ChangeKind,
    /// How much it weighs.
    pub class: Class,
    /// The edition, if it belongs to one.
    pub edition: Option<String>,
    /// The kind of table; `rule`, `chapter`, `show`, `edition` or `book` for what is no table.
    pub table: String,
    /// The table's name, where the edition has several tables of this kind: `qemu_v2_save`.
    pub name: Option<String>,
    /// Which row, rule or chapter: what people call it.
    pub subject: String,
    /// The part of `table` that has a class: `Value`, `row`, `text`.
    pub part: String,
    /// What stood there.
    pub before: Option<Fact>,
    /// What stands there now.
    pub after: Option<Fact>,
    /// Why it has this class.
    pub because: String,
    /// Places that only follow a rename: they use the new name.
    pub follows: Vec<(Place, Place)>,
    /// Rules that it touches.
    pub rules: Vec<String>,
    /// Tests that name these rules.
    pub tests: Vec<Test>,
}

/// What comes out differently when both versions are run.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Consequence {
    /// Names it, as [`Change::id`] does: `v2/request/RUNNING/STOP_COPY`.
    pub id: String,
    /// `request`, `write`, `log`, `guardrail`, `invariant` or `item`.
    pub table: String,
    /// The part that has a class.
    pub part: String,
    /// What happened.
    pub what: What,
    /// What it is about.
    pub kind: ChangeKind,
    /// How much it weighs.
    pub class: Class,
    /// The edition.
    pub edition: Option<String>,
    /// `RUNNING → STOP_COPY`
    pub subject: String,
    /// What came out; states, actions or callbacks one after the other.
    pub before: Vec<String>,
    /// What comes out now.
    pub after: Vec<String>,
    /// Which devices: sets of capabilities, as `p2p, pre_copy`; empty where there is nothing to choose.
    pub devices: Vec<String>,
    /// The same for people: `on devices with p2p, without pre_copy`.
    pub on: Option<String>,
    /// Why it has this class.
    pub because: String,
}

/// Everything that differs between two versions of the book.
#[derive(Clone, Debug, Default)]
pub struct Diff {
    /// Changes of the text: the heaviest first, then in the order of the book.
    pub changes: Vec<Change>,
    /// What follows from them: the heaviest first.
    pub consequences: Vec<Consequence>,
    /// The version that the old book says it has.
    pub base_version: Option<VersionNumber>,
    /// The version that the new book says it has.
    pub head_version: Option<VersionNumber>,
}

impl Diff {
    /// Whether nothing differs.
    pub fn is_empty(&self) -> bool {
        self.changes.is_empty() && self.consequences.is_empty()
    }

    /// The class of the heaviest change; `None` where there is none.
    pub fn class(&self) -> Option<Class> {
        let changes = self.changes.iter().map(|change| change.class);
        let consequences = self.consequences.iter().map(|it| it.class);
        changes.chain(consequences).max()
    }

    /// How many changes of the text have this class.
    pub fn count(&self, class: Class) -> usize {
        self.changes.iter().filter(|it| it.class == class).count()
    }

    /// The version that the new book ought to have.
    pub fn demanded_version(&self) -> Option<VersionNumber> {
        Some(self.base_version?.after(self.class()?))
    }
}
