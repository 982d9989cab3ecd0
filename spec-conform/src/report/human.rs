//! For people: a line for each chapter, and everything about each finding.

use std::collections::BTreeMap;

use super::{Done, Head, Mark, Report, Totals, explanation};

/// How many exchanges of a finding are shown.
const EXCHANGES: usize = 16;

/// The report.
#[derive(Debug, Default)]
pub struct Human {
    head: Option<Head>,
    groups: Vec<(String, usize)>,
    group: Vec<Done>,
    skipped: BTreeMap<String, usize>,
    /// Whether the last group ended with findings, so that the next needs a blank line.
    gap: bool,
}

impl Report for Human {
    fn begin(&mut self, head: &Head, groups: &[(String, usize)]) -> String {
        self.head = Some(head.clone());
        self.groups = groups.to_vec();
        self.groups.reverse();
        format!("{}\ncapabilities: {}\n\n", head.device, head.capabilities)
    }

    fn test(&mut self, done: &Done) -> String {
        self.group.push(done.clone());
        match self.groups.last() {
            Some((_, count)) if self.group.len() == *count => self.end_of_group(),
            _ => String::new(),
        }
    }

    fn end(&mut self, totals: &Totals) -> String {
        let mut text = String::new();
        if !self.skipped.is_empty() {
            text.push_str("\nNot tested:\n");
        }
        for (why, count) in &self.skipped {
            text.push_str(&format!("{count:>5}  {why}\n"));
        }
        let counts = [
            (totals.pass, "passed"),
            (totals.fail, "failed"),
            (totals.known, "failed as known"),
            (
                totals.unexpected_pass,
                "known to fail, and passed: the record is out of date",
            ),
            (totals.advice, "failed a SHOULD"),
            (totals.skip, "not tested"),
            (totals.trouble, "could not be told"),
        ];
        let counts: Vec<_> = counts
            .iter()
            .filter(|(count, _)| *count > 0)
            .map(|(count, what)| format!("{count} {what}"))
            .collect();
        text.push_str(&format!("\n{}\n", counts.join(", ")));
        text.push_str(match totals.exit_code() {
            0 => "The device conforms, as far as this can be seen.\n",
            1 if totals.fail == 0 => "The record of known findings is out of date.\n",
            1 => "The device does not conform.\n",
            4 => "Nothing could be tested.\n",
            _ => "There was trouble: nothing can be said.\n",
        });
        text
    }
}

impl Human {
    fn end_of_group(&mut self) -> String {
        self.groups.pop();
        let tests = std::mem::take(&mut self.group);
        let of = |mark| tests.iter().filter(|done| done.mark == mark).count();
        let counts = [
            (of(Mark::Pass), "passed"),
            (of(Mark::Fail), "failed"),
            (of(Mark::Known), "failed as known"),
            (of(Mark::UnexpectedPass), "passed unexpectedly"),
            (of(Mark::Advice), "failed a SHOULD"),
            (of(Mark::Skip), "not tested"),
            (of(Mark::Trouble), "trouble"),
        ];
        let counts = counts.iter().filter(|(count, _)| *count > 0);
        let counts: Vec<_> = counts
            .map(|(count, what)| format!("{count} {what}"))
            .collect();
        let name = tests.first().map_or("", |done| &done.group);
        let gap = if std::mem::take(&mut self.gap) {
            "\n"
        } else {
            ""
        };
        let mut text = format!("{gap}{name:<16} {}\n", counts.join(", "));
        for done in &tests {
            text.push_str(&self.finding(done));
        }
        text
    }

    fn finding(&mut self, done: &Done) -> String {
        let (word, known) = match (done.mark, &done.known) {
            (Mark::Skip, _) => {
                *self.skipped.entry(done.why().to_owned()).or_default() += 1;
                return String::new();
            }
            (Mark::UnexpectedPass, Some(known)) => (
                "PASSED ",
                format!("\n      known to fail: {}", known.reason),
            ),
            (Mark::Fail, _) => ("FAILED ", String::new()),
            (Mark::Advice, _) => ("SHOULD ", String::new()),
            (Mark::Known, _) => ("KNOWN  ", String::new()),
            (Mark::Trouble, _) => ("TROUBLE", String::new()),
            _ => return String::new(),
        };
        self.gap = true;
        let mut text = format!("\n  {word} {}{known}\n", done.name);
        if let (Some(head), false) = (&self.head, done.mark == Mark::UnexpectedPass) {
            for line in explanation(head, done, EXCHANGES) {
                text.push_str(&format!("      {line}\n"));
            }
        }
        text
    }
}
