//! `guardrails` and `breaches` tables.

use super::names::Names;
use super::row::{Cells, rows};
use super::{Tables, predicates};
use crate::analysis;
use crate::diagnostic::Diagnostics;
use crate::load::Listed;
use crate::model::{Breach, Edition, Guardrail, Observation, Party, Provenance};
use crate::source::Spanned;

/// `breaches` tables, over everything that an event of a trace can show.
pub(super) fn breaches(
    tables: &Tables<'_, '_>,
    edition: &Edition,
    rules: &Names<'_>,
    diagnostics: &mut Diagnostics,
) -> Vec<Breach> {
    let prefixed = prefixed(edition);
    let faults = edition.faults.iter().map(|row| row.name.value.as_str());
    let conditions = edition.conditions.iter().map(|row| row.name.value.as_str());
    let names = predicates::with_behaviours(analysis::register(edition))
        .with(prefixed.iter().map(String::as_str))
        .with(conditions)
        .with(faults)
        .with(Observation::ALL.map(Observation::name))
        .called("state, predicate, behaviour, condition, error or observation");
    let mut breach = |row: Cells<'_, '_>| {
        let (when, breaks) = (row.expr("When"), row.name("Breaks"));
        names.check_all(&when.value, diagnostics);
        rules.check(&breaks, diagnostics);
        Breach {
            when,
            breaks,
            by: match row.name("By").value.as_str() {
                "driver" => Party::Driver,
                _ => Party::Vmm,
            },
            meaning: row.prose("Meaning"),
        }
    };
    tables.rows("breaches").map(&mut breach).collect()
}

/// The names that speak of the state before, and of another device.
fn prefixed(edition: &Edition) -> Vec<String> {
    let register = analysis::register(edition);
    let units = register.into_iter().flat_map(|it| it.units());
    let predicates = register.into_iter().flat_map(|it| it.predicates());
    let behaviours = register.into_iter().flat_map(|it| it.behaviours());
    let names = units
        .chain(predicates.map(|row| row.name.value.as_str()))
        .chain(behaviours.map(|row| row.name.value.as_str()));
    let names = names.flat_map(|name| [format!("was_{name}"), format!("other_{name}")]);
    let used = format!("other_{}", Observation::Used.name());
    names.chain([used]).collect()
}

/// `guardrails` tables. Paths are as the chapters write them until [`resolve`].
pub(super) fn guardrails(
    tables: &Tables<'_, '_>,
    rules: &Names<'_>,
    diagnostics: &mut Diagnostics,
) -> Vec<Guardrail> {
    let mut guardrails = Vec::new();
    for table in tables.of("guardrails") {
        for row in rows(table) {
            let breaks = row.names("Breaks");
            for rule in &breaks {
                rules.check(rule, diagnostics);
            }
            guardrails.push(Guardrail {
                trace: row.file("Trace").map(str::to_owned),
                vmm: row.term("VMM").0,
                version: row.term("Version").0,
                scenario: row.term("Scenario").0,
                source: match row.name("Source").value.as_str() {
                    "recorded" => Provenance::Recorded,
                    _ => Provenance::Transcribed,
                },
                breaks,
                why: row.prose("Why it stays"),
                rule: table.rule_id(),
            });
        }
    }
    guardrails
}

/// Makes the paths relative to the folder of SUMMARY.md.
pub(super) fn resolve(editions: &mut [Edition], chapters: &[Listed]) {
    for guardrail in editions.iter_mut().flat_map(|it| &mut it.guardrails) {
        let file = guardrail.trace.span.file;
        if let Some(chapter) = chapters.iter().find(|chapter| chapter.file == file) {
            guardrail.trace = relative(&chapter.path, &guardrail.trace);
        }
    }
}

fn relative(chapter: &str, dest: &Spanned<String>) -> Spanned<String> {
    let mut parts: Vec<&str> = chapter.split('/').collect();
    parts.pop();
    for part in dest.value.split('/') {
        match part {
            "" | "." => {}
            // Above the folder of the book there is no trace: the name is then found missing.
            ".." if parts.pop().is_none() => parts.push(".."),
            ".." => {}
            part => parts.push(part),
        }
    }
    Spanned::new(parts.join("/"), dest.span)
}
