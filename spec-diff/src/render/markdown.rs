//! A comment on a pull request.

use spec_model::inline::capital;
use spec_model::model::{Book, Class};

use super::escape::{code, markdown as escaped};
use super::inline::{Run, runs};
use super::{Names, Verdict, consequence_headline, count, headline, mermaid};
use crate::change::{Change, Consequence, Diff, What};

/// A comment has fewer characters than this, whatever the size of the change: GitHub takes 65,536.
pub const MOST_CHARACTERS: usize = 65_000;

/// The report as one self-contained comment. `books` are both versions, for the diagrams.
pub fn markdown(diff: &Diff, names: &Names, books: Option<(&Book, &Book)>) -> String {
    let head = head(diff, names);
    let mut parts = Vec::new();
    for class in Class::ALL.into_iter().rev() {
        parts.extend(class_part(diff, class));
    }
    parts.extend(consequences(&diff.consequences));
    if let Some((base, new)) = books {
        parts.extend(mermaid::diagrams(diff, base, new));
    }
    fit(head, parts)
}

/// A part of the report: its heading, and pieces that can be left out from the last.
pub(crate) struct Part {
    pub(crate) title: String,
    /// Open parts are read at once.
    pub(crate) open: bool,
    pub(crate) pieces: Vec<String>,
}

/// Puts in what fits, in order; says what does not.
fn fit(head: String, parts: Vec<Part>) -> String {
    // Room for the last line, and for the ends of parts.
    let room = MOST_CHARACTERS - 2_000;
    let mut out = head;
    let mut used = out.chars().count();
    let mut left_out = Vec::new();
    for part in parts {
        let total = part.pieces.len();
        let mut body = String::new();
        let mut taken = 0;
        for piece in &part.pieces {
            let length = piece.chars().count();
            if used + length > room {
                break;
            }
            used += length;
            taken += 1;
            body.push_str(piece);
        }
        if taken > 0 {
            let open = if part.open { " open" } else { "" };
            let frame = format!("\n<details{open}><summary>{}</summary>\n\n", part.title);
            used += frame.chars().count() + 20;
            out.push_str(&frame);
            out.push_str(&body);
            out.push_str("\n</details>\n");
        }
        if taken < total {
            left_out.push(format!(
                "{} of {total} in “{}”",
                total - taken,
                plain(&part.title)
            ));
        }
    }
    if !left_out.is_empty() {
        let list: String = left_out.join("; ").chars().take(1_000).collect();
        out.push_str(&format!("\n> **Not all fits into a comment.** Left out: {list}. `vfio-spec diff` shows everything.\n"));
    }
    out
}

fn plain(title: &str) -> String {
    title.replace("<b>", "").replace("</b>", "")
}

fn head(diff: &Diff, names: &Names) -> String {
    let verdict = Verdict::of(diff);
    let sign = match diff.class() {
        Some(Class::Breaking) => "🔴",
        Some(Class::Compatible) => "🟡",
        Some(Class::Editorial) => "🔵",
        None => "🟢",
    };
    let mut out = format!("## {sign} The contract: {}\n\n", verdict.line);
    out.push_str(&format!(
        "{} → {}\n",
        escaped(&names.base),
        escaped(&names.head)
    ));
    if let Some(version) = verdict.version {
        out.push_str(&format!("\n{version}.\n", version = capital(&version)));
    }
    out
}

fn class_part(diff: &Diff, class: Class) -> Option<Part> {
    let of_class = diff.changes.iter().filter(|change| change.class == class);
    let pieces: Vec<String> = of_class.map(one).collect();
    (!pieces.is_empty()).then(|| Part {
        title: format!(
            "<b>{}</b>",
            capital(&count(pieces.len(), &format!("{} change", class.name())))
        ),
        open: class != Class::Editorial,
        pieces,
    })
}

/// The most characters of one fact: one long paragraph must not push all else out.
const MOST_OF_A_FACT: usize = 3_000;

fn one(change: &Change) -> String {
    let mut out = format!("**{}** {}", escaped(&headline(change)), change.what.name());
    let kind = change.kind.name();
    if kind != change.class.name() {
        out.push_str(&format!(" · {kind}"));
    }
    out.push_str(&format!(" · {}", places(change)));
    out.push_str("\n\n");
    out.push_str(&facts(change));
    out.push_str(&format!("<sub>{}", escaped(&change.because)));
    if !change.follows.is_empty() {
        let places = count(change.follows.len(), "other place");
        out.push_str(&format!(" · {places} with the new name"));
    }
    if !change.rules.is_empty() {
        let rules: Vec<String> = change.rules.iter().map(|rule| code(rule)).collect();
        out.push_str(&format!(
            " · {} {}",
            if rules.len() == 1 { "rule" } else { "rules" },
            rules.join(", ")
        ));
    }
    if !change.tests.is_empty() {
        let tests = change
            .tests
            .iter()
            .take(3)
            .map(|test| code(&format!("{}:{}", test.path, test.line)));
        let mut tests: Vec<String> = tests.collect();
        if change.tests.len() > 3 {
            tests.push(format!("{} more", change.tests.len() - 3));
        }
        out.push_str(&format!(" · tests {}", tests.join(", ")));
    }
    out.push_str("</sub>\n\n");
    out
}

fn places(change: &Change) -> String {
    let line = |fact: &Option<crate::change::Fact>| {
        fact.as_ref()
            .map(|fact| format!("{}:{}", fact.place.path, fact.place.line))
    };
    match (line(&change.before), line(&change.after)) {
        (Some(before), Some(after)) if before == after => code(&after),
        (Some(before), Some(after)) => format!("{} → {}", code(&before), code(&after)),
        (before, after) => code(&before.or(after).unwrap_or_default()),
    }
}

fn facts(change: &Change) -> String {
    let text = |fact: &Option<crate::change::Fact>| {
        fact.as_ref()
            .map(|fact| shortened(&fact.text))
            .filter(|text| !text.is_empty())
    };
    let (before, after) = (text(&change.before), text(&change.after));
    let prose = matches!(change.table.as_str(), "rule" | "chapter") && change.what == What::Changed;
    if let (true, Some(before), Some(after)) = (prose, &before, &after) {
        return words(before, after);
    }
    let mut lines = String::new();
    for (sign, text) in [('-', before), ('+', after)] {
        for line in text.iter().flat_map(|text| text.lines()) {
            lines.push_str(&format!("{sign} {line}\n"));
        }
    }
    let longest = lines.split(|c| c != '`').map(str::len).max().unwrap_or(0);
    let fence = "`".repeat(longest.max(2) + 1);
    format!("{fence}diff\n{lines}{fence}\n")
}

fn shortened(text: &str) -> String {
    match text.char_indices().nth(MOST_OF_A_FACT) {
        Some((at, _)) => format!("{} […]", &text[..at]),
        None => text.to_owned(),
    }
}

/// One text with what went struck out and what came in bold.
fn words(before: &str, after: &str) -> String {
    let mark = |text: &str, open: &str, close: &str| {
        let (start, rest) = text.split_at(text.len() - text.trim_start().len());
        let (inner, end) = rest.split_at(rest.trim_end().len());
        match inner.is_empty() {
            true => escaped(text),
            false => format!(
                "{}{open}{}{close}{}",
                escaped(start),
                escaped(inner),
                escaped(end)
            ),
        }
    };
    let part = |run: &Run| match run {
        Run::Same(text) => escaped(text),
        Run::Old(text) => mark(text, "<del>", "</del>"),
        Run::New(text) => mark(text, "<ins><b>", "</b></ins>"),
    };
    let text: String = runs(before, after).iter().map(part).collect();
    format!("> {text}\n\n")
}

fn consequences(list: &[Consequence]) -> Vec<Part> {
    let mut parts = Vec::new();
    let titles = [
        (
            "guardrail",
            "What released user space does, and may no more",
        ),
        ("invariant", "What was proved, and does not hold"),
        ("request", "Requests that are answered otherwise"),
        ("write", "Writes that are answered otherwise"),
        ("log", "Flows in which devices do something else"),
        ("item", "Generated items with another signature"),
    ];
    for (table, title) in titles {
        let of: Vec<&Consequence> = list.iter().filter(|it| it.table == table).collect();
        let Some(first) = of.first() else { continue };
        let breaking = of.iter().filter(|it| it.class == Class::Breaking).count();
        let counts = match breaking {
            0 => of.len().to_string(),
            _ => format!("{}, {breaking} breaking", of.len()),
        };
        parts.push(Part {
            title: format!("<b>{title}</b> ({counts})"),
            open: matches!(table, "guardrail" | "invariant"),
            pieces: match table {
                "invariant" => of.iter().map(|it| drawn(it)).collect(),
                _ => table_of(first, &of),
            },
        });
    }
    parts
}

/// Both outcomes as they stand: a counterexample is a table of its own.
fn drawn(it: &Consequence) -> String {
    let sides = [("Before", &it.before), ("After", &it.after)];
    let mut out = format!(
        "**{}** · {}\n\n",
        escaped(&consequence_headline(it)),
        it.class.name()
    );
    for (word, lines) in sides {
        let text = shortened(&lines.join("\n")).replace('`', "");
        out.push_str(&format!("{word}:\n\n```text\n{text}\n```\n\n"));
    }
    out
}

/// A table as pieces: its head with the first row, then a row each.
fn table_of(first: &Consequence, of: &[&Consequence]) -> Vec<String> {
    let with_devices = of.iter().any(|it| !it.devices.is_empty());
    let head = match with_devices {
        true => "| What | Before | After | On devices | Class |\n|---|---|---|---|---|\n",
        false => "| What | Before | After | Class |\n|---|---|---|---|\n",
    };
    let one = |text: &str| code(&shortened(text)).replace('|', "\\|");
    let cell = |list: &[String]| match (list, first.table.as_str()) {
        ([], _) => "–".to_owned(),
        (list, "request") => one(&list.join(" → ")),
        (list, "guardrail") => {
            let lines: Vec<String> = list.iter().map(|line| one(line)).collect();
            lines.join("<br>")
        }
        (list, _) => one(&list.join(", ")),
    };
    let row = |it: &&Consequence| {
        let mut cells = vec![
            escaped(&consequence_headline(it)),
            cell(&it.before),
            cell(&it.after),
        ];
        if with_devices {
            let on = it.on.as_deref().unwrap_or_default();
            let on = on
                .strip_prefix("on devices ")
                .or_else(|| on.strip_prefix("on "));
            cells.push(escaped(on.unwrap_or_default()));
        }
        cells.push(it.class.name().to_owned());
        format!("| {} |\n", cells.join(" | "))
    };
    let mut pieces: Vec<String> = of.iter().map(row).collect();
    pieces[0].insert_str(0, head);
    pieces
}
