//! Verdicts for programs.

use serde_json::{Map, Value, json};
use spec_model::source::SourceMap;
use spec_trace::{TraceReport, Verdict, Violation};

use crate::command::check::format::{command, github as annotations, object, place};

/// One object: every trace with its verdict and the rules that it breaks.
pub(super) fn json(sources: &SourceMap, reports: &[TraceReport]) -> String {
    let traces: Vec<Value> = reports.iter().map(|it| trace(sources, it)).collect();
    format!("{:#}\n", json!({ "traces": traces }))
}

fn trace(sources: &SourceMap, report: &TraceReport) -> Value {
    let listed = report.guardrail.as_ref().map(|row| {
        let rules = row.breaks.iter().map(|rule| rule.value.as_str());
        rules.collect::<Vec<_>>()
    });
    let unexcused: Vec<*const Violation> = report.unexcused().map(std::ptr::from_ref).collect();
    let violations = report.violations.iter().map(|it| {
        let listed = !unexcused.contains(&std::ptr::from_ref(it));
        violation(sources, it, listed)
    });
    let problems = report.problems.iter().chain(&report.contradictions);
    json!({
        "file": report.path,
        "vmm": report.vmm,
        "scenario": report.scenario,
        "edition": report.edition,
        "verdict": match report.verdict() {
            Verdict::Legal => "legal",
            Verdict::Illegal => "illegal",
            Verdict::Unreadable => "unreadable",
        },
        "listed": listed,
        "as_listed": report.is_as_listed(),
        "violations": violations.collect::<Vec<_>>(),
        "problems": problems.map(|it| object(sources, it)).collect::<Vec<_>>(),
    })
}

fn violation(sources: &SourceMap, violation: &Violation, listed: bool) -> Value {
    let states = violation.states.iter();
    let states: Map<String, Value> = states
        .map(|(device, state)| (device.clone(), json!(state)))
        .collect();
    json!({
        "rule": violation.rule,
        "by": violation.by.name(),
        "message": violation.message,
        "listed": listed,
        "place": place(sources, violation.span),
        "states": states,
    })
}

/// A workflow command a line, for what is not as the book lists it.
pub(super) fn github(sources: &SourceMap, reports: &[TraceReport]) -> String {
    let mut lines = String::new();
    for report in reports {
        lines.push_str(&annotations(sources, &report.problems));
        lines.push_str(&annotations(sources, &report.contradictions));
        for violation in report.unexcused() {
            let (rule, by) = (violation.rule_name(), violation.by.name());
            let who = if report.vmm.is_empty() {
                String::new()
            } else {
                format!("{}: ", report.vmm)
            };
            let message = format!(
                "{who}{}\n{}\nthe {by} breaks {rule}",
                violation.message,
                violation.situation()
            );
            lines.push_str(&command(sources, "error", violation.span, rule, &message));
        }
    }
    lines
}
