//! `flow` tables.

use super::Tables;
use super::names::{Names, StateNames};
use super::row::{Cells, rows};
use crate::diagnostic::{Diagnostic, Diagnostics};
use crate::model::{Condition, Devices, Edition, Flow, Side, Step, Target};
use crate::parse::{KINDS, TableSyntax, TargetSyntax, suggestion, unknown_column};
use crate::source::{Span, Spanned};

/// Reads every flow of an edition whose other tables are lowered.
pub(super) fn flows(
    tables: &Tables<'_, '_>,
    edition: &Edition,
    states: &StateNames,
    diagnostics: &mut Diagnostics,
) -> Vec<Flow> {
    let capabilities = edition
        .capabilities
        .iter()
        .map(|row| row.name.value.as_str());
    let features = Names::new("capability or property", capabilities);
    let reader = Reader {
        states,
        conditions: &edition.conditions,
        features: features.with(edition.properties.iter().map(|row| row.name.value.as_str())),
        work: Names::new(
            "work",
            edition.work.iter().map(|row| row.name.value.as_str()),
        ),
        injections: Names::new(
            "failure",
            edition.injections.iter().map(|row| row.name.value.as_str()),
        ),
        faults: Names::new(
            "error",
            edition.faults.iter().map(|row| row.name.value.as_str()),
        ),
    };
    tables
        .of("flow")
        .iter()
        .map(|table| reader.flow(table, diagnostics))
        .collect()
}

struct Reader<'e> {
    states: &'e StateNames,
    conditions: &'e [Condition],
    features: Names<'e>,
    work: Names<'e>,
    injections: Names<'e>,
    faults: Names<'e>,
}

impl Reader<'_> {
    fn flow(&self, table: &TableSyntax<'_>, diagnostics: &mut Diagnostics) -> Flow {
        let columns = self.columns(table, diagnostics);
        let steps = rows(table)
            .map(|row| self.step(row, &columns, diagnostics))
            .collect();
        let side = if table.attribute("side").value == "source" {
            Side::Source
        } else {
            Side::Destination
        };
        let devices = if table.attribute("devices").value == "many" {
            Devices::Many
        } else {
            Devices::One
        };
        let name = table.name().map(str::to_owned);
        Flow {
            title: table.heading.clone().unwrap_or_else(|| name.value.clone()),
            name,
            side,
            devices,
            needs: self.features(table, "needs", diagnostics),
            lacks: self.features(table, "lacks", diagnostics),
            unless: table
                .directive
                .attribute("unless")
                .map(|value| value.map(str::to_owned)),
            from_anywhere: table.directive.attribute("from").is_some(),
            released: table
                .directive
                .attribute("released")
                .map(|value| value.map(str::to_owned)),
            span: table.span,
            steps,
            rule: table.rule_id(),
        }
    }

    fn features(
        &self,
        table: &TableSyntax<'_>,
        key: &str,
        diagnostics: &mut Diagnostics,
    ) -> Vec<Spanned<String>> {
        let Some(list) = table.directive.attribute(key) else {
            return Vec::new();
        };
        let mut features = Vec::new();
        let mut start = list.span.start;
        for part in list.value.split(',') {
            let from = start + (part.len() - part.trim_start().len());
            start += part.len() + 1;
            let part = part.trim();
            let span = Span {
                start: from,
                end: from + part.len(),
                ..list.span
            };
            self.features.expect(part, span, diagnostics);
            features.push(Spanned::new(part.to_owned(), span));
        }
        features
    }

    /// For each condition, which additional column holds it.
    fn columns(
        &self,
        table: &TableSyntax<'_>,
        diagnostics: &mut Diagnostics,
    ) -> Vec<Option<usize>> {
        for title in &table.more {
            if !self
                .conditions
                .iter()
                .any(|condition| condition.column.value == title.value)
            {
                let error = unknown_column(&KINDS[table.kind], title);
                let known = self
                    .conditions
                    .iter()
                    .map(|condition| condition.column.value.as_str());
                diagnostics.push(if error.help.is_some() {
                    error
                } else {
                    suggestion(error, title.value, known)
                });
            }
        }
        let place = |condition: &Condition| {
            let place = table
                .more
                .iter()
                .position(|title| title.value == condition.column.value);
            if place.is_none() {
                let title = format!(
                    "this flow has no column for the condition `{}`",
                    condition.name.value
                );
                diagnostics.push(
                    Diagnostic::error("missing-column", table.directive.span, title)
                        .related(condition.name.span, "declared here")
                        .help(format!("add the column `{}`", condition.column.value)),
                );
            }
            place
        };
        self.conditions.iter().map(place).collect()
    }

    fn step(
        &self,
        row: Cells<'_, '_>,
        columns: &[Option<usize>],
        diagnostics: &mut Diagnostics,
    ) -> Step {
        let step = Step {
            number: row.number("#").map(|n| n.min(u64::from(u32::MAX)) as u32),
            target: self.target(row, diagnostics),
            conditions: self.conditions(row, columns, diagnostics),
            work: row.names("Work"),
            text: row.prose("The VMM"),
            barrier: row.optional_prose("Barrier"),
            injection: row.optional("Failure"),
            result: row.optional("Result"),
        };
        for work in &step.work {
            self.work.check(work, diagnostics);
        }
        if let Some(injection) = &step.injection {
            self.injections.check(injection, diagnostics);
        }
        if let Some(result) = &step.result {
            self.faults.check(result, diagnostics);
        }
        step
    }

    fn target(&self, row: Cells<'_, '_>, diagnostics: &mut Diagnostics) -> Spanned<Target> {
        let (target, span) = row.target("device_state");
        let mut value = |names: &[Spanned<&str>]| self.states.value(names, span, diagnostics).value;
        let target = match target {
            Some(TargetSyntax::State(names)) => Target::State(value(names)),
            Some(TargetSyntax::Write(names)) => Target::Write(value(names)),
            Some(TargetSyntax::Reads(names)) => Target::Reads(value(names)),
            Some(TargetSyntax::Reset) | None => Target::Reset,
        };
        Spanned::new(target, span)
    }

    fn conditions(
        &self,
        row: Cells<'_, '_>,
        columns: &[Option<usize>],
        diagnostics: &mut Diagnostics,
    ) -> Vec<bool> {
        let mut value = |(condition, column): (&Condition, &Option<usize>)| {
            let Some(column) = *column else { return false };
            let word = row.more(column);
            if word.value != condition.on && word.value != condition.off {
                let title = format!(
                    "`{}` is no value of `{}`",
                    word.value, condition.column.value
                );
                diagnostics.push(Diagnostic::error("unknown-word", word.span, title).label(
                    format!("expected `{}` or `{}`", condition.on, condition.off),
                ));
            }
            word.value == condition.on
        };
        self.conditions
            .iter()
            .zip(columns)
            .map(&mut value)
            .collect()
    }
}
