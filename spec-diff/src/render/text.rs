//! For a terminal.

use std::fmt::Write;

use spec_model::model::Class;

use super::inline::{Run, marked, runs};
use super::{Names, Verdict, consequence_headline, count, escape, headline};
use crate::change::{Change, Consequence, Diff, What};

/// The report in plain text, or with the colours of a terminal.
pub fn text(diff: &Diff, names: &Names, colour: bool) -> String {
    let style = Style { colour };
    let mut out = format!(
        "{} → {}\n\n",
        escape::terminal(&names.base),
        escape::terminal(&names.head)
    );
    for change in &diff.changes {
        out.push_str(&one(change, &style));
        out.push('\n');
    }
    if !diff.consequences.is_empty() {
        let _ = writeln!(out, "{}\n", style.bold("What follows"));
        for it in &diff.consequences {
            out.push_str(&follows(it, &style));
        }
        out.push('\n');
    }
    let verdict = Verdict::of(diff);
    let line = match diff.class() {
        Some(class) => style.class(class, &verdict.line),
        None => verdict.line,
    };
    let _ = writeln!(out, "{line}");
    if let Some(version) = verdict.version {
        let _ = writeln!(out, "{version}");
    }
    out
}

fn one(change: &Change, style: &Style) -> String {
    let mut out = String::new();
    let kind = change.kind.name();
    let class = style.class(change.class, change.class.name());
    let head = style.bold(&escape::terminal(&headline(change)));
    let tail = match kind == change.class.name() {
        true => String::new(),
        false => format!(", {kind}"),
    };
    let _ = writeln!(out, "{class}{tail}: {head} {}", change.what.name());
    let places =
        [&change.before, &change.after].map(|fact| fact.as_ref().map(|it| it.place.to_string()));
    let places = match places {
        [Some(before), Some(after)] if before == after => after,
        [Some(before), Some(after)] => format!("{before} → {after}"),
        [before, after] => before.or(after).unwrap_or_default(),
    };
    let _ = writeln!(out, "  {}", style.dim(&places));
    facts(&mut out, change, style);
    let _ = writeln!(
        out,
        "  {}",
        style.dim(&format!("because {}", change.because))
    );
    if !change.follows.is_empty() {
        let _ = writeln!(
            out,
            "  {} the new name",
            count(change.follows.len(), "place").replace("place", "other place")
                + if change.follows.len() == 1 {
                    " uses"
                } else {
                    " use"
                }
        );
    }
    if !change.rules.is_empty() {
        let _ = writeln!(
            out,
            "  {} {}",
            if change.rules.len() == 1 {
                "rule"
            } else {
                "rules"
            },
            change.rules.join(", ")
        );
    }
    let tests = change.tests.iter().take(SHOWN_TESTS);
    for test in tests {
        let _ = writeln!(out, "  test {}:{} {}", test.path, test.line, test.name);
    }
    if change.tests.len() > SHOWN_TESTS {
        let _ = writeln!(out, "  and {} more tests", change.tests.len() - SHOWN_TESTS);
    }
    out
}

const SHOWN_TESTS: usize = 3;

fn facts(out: &mut String, change: &Change, style: &Style) {
    let text =
        |fact: &Option<crate::change::Fact>| fact.as_ref().map(|fact| escape::terminal(&fact.text));
    let (before, after) = (text(&change.before), text(&change.after));
    if let (Some(before), Some(after), What::Changed) = (&before, &after, change.what) {
        let runs = runs(before, after);
        let whole = !runs.iter().any(|run| matches!(run, Run::Same(_)));
        let mark = |text: &str| {
            if whole {
                text.to_owned()
            } else {
                style.underlined(text)
            }
        };
        lines(out, '-', &marked(&runs, false, &mark), &|line| {
            style.removed(line)
        });
        lines(out, '+', &marked(&runs, true, &mark), &|line| {
            style.added(line)
        });
        return;
    }
    if let Some(before) = before {
        lines(out, '-', &before, &|line| style.removed(line));
    }
    if let Some(after) = after {
        lines(out, '+', &after, &|line| style.added(line));
    }
}

fn lines(out: &mut String, sign: char, text: &str, style: &dyn Fn(&str) -> String) {
    if text.is_empty() {
        return;
    }
    for line in text.lines() {
        let _ = writeln!(out, "  {}", style(&format!("{sign} {line}")));
    }
}

fn follows(it: &Consequence, style: &Style) -> String {
    let class = style.class(it.class, it.class.name());
    let mut out = format!("{class}: {}", escape::terminal(&consequence_headline(it)));
    if let Some(devices) = &it.on {
        let _ = write!(out, " {}", style.dim(devices));
    }
    out.push('\n');
    let sides = [
        ('-', &it.before, What::Added),
        ('+', &it.after, What::Removed),
    ];
    for (sign, list, absent) in sides {
        let text = match (it.table.as_str(), list.is_empty()) {
            (_, true) if it.what == absent => continue,
            (_, true) => "nothing".to_owned(),
            ("request", _) => list.join(" → "),
            ("guardrail" | "invariant", _) => list.join("\n"),
            _ => list.join(", "),
        };
        let paint = |line: &str| match sign {
            '-' => style.removed(line),
            _ => style.added(line),
        };
        lines(&mut out, sign, &escape::terminal(&text), &paint);
    }
    out
}

/// The colours of a terminal, or none.
struct Style {
    colour: bool,
}

impl Style {
    fn paint(&self, code: &str, text: &str) -> String {
        match self.colour {
            true => format!("\u{1b}[{code}m{text}\u{1b}[0m"),
            false => text.to_owned(),
        }
    }

    fn bold(&self, text: &str) -> String {
        self.paint("1", text)
    }

    fn dim(&self, text: &str) -> String {
        self.paint("2", text)
    }

    fn removed(&self, text: &str) -> String {
        self.paint("31", text)
    }

    fn added(&self, text: &str) -> String {
        self.paint("32", text)
    }

    /// Within a coloured line: ends with the underline alone, so that the colour goes on.
    fn underlined(&self, text: &str) -> String {
        match self.colour {
            true => format!("\u{1b}[4m{text}\u{1b}[24m"),
            false => text.to_owned(),
        }
    }

    fn class(&self, class: Class, text: &str) -> String {
        let code = match class {
            Class::Breaking => "1;31",
            Class::Compatible => "1;33",
            Class::Editorial => "1;36",
        };
        self.paint(code, text)
    }
}
