//! Traces of released user space, and what no trace may show.

use serde_json::{Value, json};
use spec_model::model::{Edition, Provenance};

use super::{Places, list};

pub(super) fn breaches(edition: &Edition, places: &Places<'_>) -> Value {
    list(&edition.breaches, |row| {
        json!({
            "when": places.written(row.when.span),
            "breaks": row.breaks.value,
            "by": row.by.name(),
            "meaning": row.meaning.value,
            "at": places.at(row.when.span),
        })
    })
}

pub(super) fn guardrails(edition: &Edition, places: &Places<'_>) -> Value {
    list(&edition.guardrails, |row| {
        json!({
            "trace": row.trace.value,
            "vmm": row.vmm.value,
            "version": row.version.value,
            "scenario": row.scenario.value,
            "source": match row.source {
                Provenance::Recorded => "recorded",
                Provenance::Transcribed => "transcribed",
            },
            "breaks": list(&row.breaks, |rule| json!(rule.value)),
            "why": row.why.value,
            "rule": row.rule,
            "at": places.at(row.trace.span),
        })
    })
}
