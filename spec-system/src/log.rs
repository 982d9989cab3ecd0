//! A counterexample as text: a line a step, with a column for each device and condition.

use std::fmt::{self, Display, Formatter, Write};

use crate::trace::{Actor, Counterexample, Step, letter};

impl Display for Counterexample {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        let lines = self.lines();
        let columns = lines[0].len() - 1;
        let width = |n: usize| {
            lines
                .iter()
                .map(|line| line[n].chars().count())
                .max()
                .unwrap_or(0)
        };
        let widths: Vec<usize> = (0..columns).map(width).collect();
        for line in &lines {
            let mut text = String::new();
            for (cell, &width) in line.iter().zip(&widths) {
                write!(text, "{cell:width$}  ")?;
            }
            writeln!(f, "{}", (text + &line[columns]).trim_end())?;
        }
        Ok(())
    }
}

impl Counterexample {
    fn lines(&self) -> Vec<Vec<String>> {
        let kinds = self.devices.iter().enumerate();
        let kinds = kinds.map(|(n, kind)| format!("{}: {kind}", letter(n)));
        let titles = self.columns.iter().map(|column| column.title.clone());
        let edge = |first: &str, last: &str, between: Vec<String>| {
            let ends = |text: &str| std::iter::once(text.to_owned());
            ends(first)
                .chain(between)
                .chain(ends(last))
                .collect::<Vec<String>>()
        };
        let mut lines = vec![
            edge("#", "", kinds.chain(titles).collect()),
            edge(
                "0",
                self.beginning(),
                self.cells(&self.initial, &self.conditions),
            ),
        ];
        for (n, step) in (1..).zip(&self.steps) {
            let cells = self.cells(&step.devices, &step.conditions);
            lines.push(edge(&n.to_string(), &said(step), cells));
        }
        lines
    }

    /// How a machine looks before the first step.
    fn beginning(&self) -> &'static str {
        if self.conditions.iter().any(|&on| on) {
            "the machine runs"
        } else {
            "the machine is about to be entered"
        }
    }

    fn cells(&self, devices: &[Option<String>], conditions: &[bool]) -> Vec<String> {
        let devices = devices.iter();
        let states = devices.map(|state| state.clone().unwrap_or_else(|| "–".to_owned()));
        let words = self.columns.iter().zip(conditions);
        let words = words.map(|(column, &on)| if on { &column.on } else { &column.off }.clone());
        states.chain(words).collect()
    }
}

/// `guest: a vCPU writes to its MMIO, A`.
fn said(step: &Step) -> String {
    let who = match step.actor {
        Actor::Guest => "guest".to_owned(),
        Actor::Operator => "operator".to_owned(),
        Actor::Vmm => "VMM".to_owned(),
        Actor::Device(device) => letter(device).to_string(),
    };
    format!("{who}: {}", step.text)
}
