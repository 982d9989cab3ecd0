//! What a replay found.

use spec_model::diagnostic::Diagnostic;
use spec_model::model::{Book, Guardrail, Party};
use spec_model::source::{FileId, SourceMap, Span};

/// A rule that a trace breaks.
#[derive(Clone, Debug)]
pub struct Violation {
    /// The line of the trace.
    pub span: Span,
    /// The id of the rule; `None` where the table that is broken stands under no rule mark.
    pub rule: Option<String>,
    /// Who breaks it.
    pub by: Party,
    /// What happened, in one sentence without a full stop. Begins with the name of the device.
    pub message: String,
    /// Every device and the name of its state when the event came, in the order of the header.
    pub states: Vec<(String, String)>,
}

impl Violation {
    /// `A is in STOP, B in RUNNING`
    pub fn situation(&self) -> String {
        let each = self.states.iter().enumerate().map(|(n, (device, state))| {
            let is = if n == 0 { " is" } else { "" };
            format!("{device}{is} in {state}")
        });
        each.collect::<Vec<_>>().join(", ")
    }

    /// The rule's id; `no rule` where there is none.
    pub fn rule_name(&self) -> &str {
        self.rule.as_deref().unwrap_or("no rule")
    }

    /// For drawing: the line, the states, the rule with its place and its text.
    pub fn diagnostic(&self, book: &Book) -> Diagnostic {
        let drawn = Diagnostic::error("trace", self.span, &self.message).label(self.situation());
        let rule = self.rule.as_deref().and_then(|id| book.rule(id));
        let by = self.by.name();
        match rule {
            Some(rule) => drawn.help(format!(
                "the {by} breaks rule {}, {}: {}",
                rule.id.value,
                book.sources.place(rule.id.span),
                spec_model::inline::plain(&rule.text.value).replace('\n', " "),
            )),
            None => drawn.help(format!("the {by} breaks the protocol")),
        }
    }

    /// One line: `path:line:col: what happened [rule]`.
    pub fn line(&self, sources: &SourceMap) -> String {
        let place = sources.place(self.span);
        format!("{place}: {} [{}]", self.message, self.rule_name())
    }
}

/// What one trace turned out to be.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Verdict {
    /// It breaks no rule.
    Legal,
    /// It breaks rules.
    Illegal,
    /// It cannot be read; nothing was replayed.
    Unreadable,
}

/// The result of replaying one trace.
#[derive(Clone, Debug)]
pub struct TraceReport {
    /// The file as it is shown.
    pub path: String,
    /// The file.
    pub file: FileId,
    /// The VMM and its version, as the table says or else as the header does: `QEMU 10.0.13`.
    pub vmm: String,
    /// The scenario, as the table or the header says; may be empty.
    pub scenario: String,
    /// The name of the edition; empty where the file does not tell.
    pub edition: String,
    /// The row of the `guardrails` table, if the file has one.
    pub guardrail: Option<Guardrail>,
    /// Why the file cannot be read. Empty: it was replayed.
    pub problems: Vec<Diagnostic>,
    /// Every rule that is broken, in the order of the events.
    pub violations: Vec<Violation>,
    /// What the row of the table promises and the trace does not do; each points at the table.
    pub contradictions: Vec<Diagnostic>,
}

impl TraceReport {
    /// What the trace is, whatever a table says of it.
    pub fn verdict(&self) -> Verdict {
        match (self.problems.is_empty(), self.violations.is_empty()) {
            (false, _) => Verdict::Unreadable,
            (true, true) => Verdict::Legal,
            (true, false) => Verdict::Illegal,
        }
    }

    /// The violations of rules that the row in the table does not excuse; all of them where there is
    /// no row.
    pub fn unexcused(&self) -> impl Iterator<Item = &Violation> {
        self.violations.iter().filter(|it| !self.excuses(it))
    }

    fn excuses(&self, violation: &Violation) -> bool {
        let rules = self.guardrail.iter().flat_map(|row| &row.breaks);
        let mut rules = rules.map(|rule| &rule.value);
        violation
            .rule
            .as_ref()
            .is_some_and(|id| rules.any(|rule| rule == id))
    }

    /// Whether the trace can be read and does exactly what its row promises: it breaks the rules that
    /// the row names, each of them, and no other.
    pub fn is_as_listed(&self) -> bool {
        self.problems.is_empty()
            && self.contradictions.is_empty()
            && self.unexcused().next().is_none()
    }

    /// For people: everything that is not as listed. The first violation is drawn, the others have a
    /// line each.
    pub fn render(&self, book: &Book, sources: &SourceMap) -> String {
        let mut out = String::new();
        for problem in self.problems.iter().chain(&self.contradictions) {
            out.push_str(problem.render(sources).trim_end());
            out.push('\n');
        }
        for (n, violation) in self.unexcused().enumerate() {
            let text = match n {
                0 => violation.diagnostic(book).render(sources),
                _ => violation.line(sources),
            };
            out.push_str(text.trim_end());
            out.push('\n');
        }
        out
    }
}
