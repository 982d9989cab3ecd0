//! What a run found, for people and for machines.

mod human;
mod json;
mod junit;
mod ktap;
pub mod list;

use vfio_migration::rules::{Level, Rule};

use crate::expected::Known;
use crate::run::Verdict;
use crate::run::parent::Heard;
use crate::test::Test;

pub use human::Human;
pub use json::Json;
pub use junit::Junit;
pub use ktap::Ktap;

/// The group of the tests that can harm a machine.
const DESTRUCTIVE: &str = "destructive";

/// What is tested, and how to say so again.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Head {
    /// What the endpoint says of the device.
    pub device: String,
    /// What the device announces.
    pub capabilities: String,
    /// The command that tests it again, up to the names of tests.
    pub command: String,
}

/// What came of one test, judged.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Done {
    /// Its name.
    pub name: String,
    /// Where it stands in the report.
    pub group: String,
    /// The rules that it tests; the first names it.
    pub rules: Vec<Rule>,
    /// How the report counts it.
    pub mark: Mark,
    /// What was heard of it.
    pub heard: Heard,
    /// The finding that the device is known for.
    pub known: Option<Known>,
}

/// How a report counts a test.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Mark {
    /// The device keeps to the rule.
    Pass,
    /// It does not.
    Fail,
    /// It does not, and only `SHOULD`.
    Advice,
    /// It does not, as it is known.
    Known,
    /// It does, though it is known not to: the record is out of date.
    UnexpectedPass,
    /// It cannot be tested here, or was not.
    Skip,
    /// The endpoint broke.
    Trouble,
}

/// How many tests there are of each mark.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Totals {
    /// [`Mark::Pass`]
    pub pass: usize,
    /// [`Mark::Fail`]
    pub fail: usize,
    /// [`Mark::Advice`]
    pub advice: usize,
    /// [`Mark::Known`]
    pub known: usize,
    /// [`Mark::UnexpectedPass`]
    pub unexpected_pass: usize,
    /// [`Mark::Skip`]
    pub skip: usize,
    /// [`Mark::Trouble`]
    pub trouble: usize,
}

/// A way to write a report. Each method gives the text that comes next.
pub trait Report {
    /// Before all tests; groups with their number of tests, in order.
    fn begin(&mut self, head: &Head, groups: &[(String, usize)]) -> String;

    /// One test after another, in the order of the groups.
    fn test(&mut self, done: &Done) -> String;

    /// After all tests.
    fn end(&mut self, totals: &Totals) -> String;
}

impl Done {
    /// Judges what was heard.
    pub fn new(test: &Test, heard: Heard, known: Option<&Known>, strict: bool) -> Self {
        let mark = match &heard.verdict {
            Verdict::Passed if known.is_some() => Mark::UnexpectedPass,
            Verdict::Passed => Mark::Pass,
            Verdict::Skipped(_) | Verdict::NotRun(_) => Mark::Skip,
            Verdict::Broken(_) => Mark::Trouble,
            _ if known.is_some() => Mark::Known,
            Verdict::Differs(_) if test.advisory() && !strict => Mark::Advice,
            _ => Mark::Fail,
        };
        Self {
            name: test.name(),
            group: group(test),
            rules: test.rules.clone(),
            mark,
            known: known
                .filter(|_| matches!(mark, Mark::Known | Mark::UnexpectedPass))
                .cloned(),
            heard,
        }
    }

    /// Why it counts as it does: one line, empty for what passed.
    pub fn why(&self) -> &str {
        self.heard.verdict.why()
    }
}

impl Totals {
    /// Counts one more.
    pub fn count(&mut self, mark: Mark) {
        *match mark {
            Mark::Pass => &mut self.pass,
            Mark::Fail => &mut self.fail,
            Mark::Advice => &mut self.advice,
            Mark::Known => &mut self.known,
            Mark::UnexpectedPass => &mut self.unexpected_pass,
            Mark::Skip => &mut self.skip,
            Mark::Trouble => &mut self.trouble,
        } += 1;
    }

    /// 0 conforms, 1 differs (or the record of known findings is out of date), 2 trouble, 4 nothing could be tested.
    pub fn exit_code(&self) -> u8 {
        if self.fail + self.unexpected_pass > 0 {
            1
        } else if self.trouble > 0 {
            2
        } else if self.pass + self.advice + self.known == 0 {
            4
        } else {
            0
        }
    }
}

/// The group of a test: its chapter; those that can harm a machine have one of their own, at the end.
pub fn group(test: &Test) -> String {
    match test.hazard {
        Some(_) => DESTRUCTIVE.to_owned(),
        None => test.rule().chapter.trim_end_matches(".md").to_owned(),
    }
}

/// The groups of these tests with their number of tests, in order.
pub fn groups(tests: &[Test]) -> Vec<(String, usize)> {
    let mut groups: Vec<(String, usize)> = Vec::new();
    for name in tests.iter().map(group) {
        match groups.last_mut() {
            Some((last, count)) if *last == name => *count += 1,
            _ => groups.push((name, 1)),
        }
    }
    groups
}

/// `MUST`
pub(crate) fn level(rule: Rule) -> &'static str {
    match rule.level {
        Level::Must => "MUST",
        Level::Should => "SHOULD",
        Level::May => "MAY",
        Level::Definition => "definition",
    }
}

/// The lines that explain a finding: what differs, the rule, the exchange, how to see it again.
pub(crate) fn explanation(head: &Head, done: &Done, exchanges: usize) -> Vec<String> {
    let mut lines = vec![done.why().to_owned()];
    let rule = done.rules[0];
    lines.push(format!(
        "rule {} ({}), book/{}: {}",
        rule.id,
        level(rule),
        rule.chapter,
        rule.text
    ));
    if let Some(known) = &done.known {
        lines.push(format!("known: {}", known.reason));
        lines.push(format!("evidence: {}", known.evidence));
    }
    lines.push("exchange:".to_owned());
    let all = &done.heard.exchanges;
    let left_out = all.len().saturating_sub(exchanges);
    if left_out + done.heard.left_out > 0 {
        lines.push(format!("  … {} before", left_out + done.heard.left_out));
    }
    for (asked, came) in &all[left_out..] {
        let came = came.as_deref().unwrap_or("no answer");
        lines.push(format!("  {asked} -> {came}"));
    }
    lines.push(format!("again: {}", again(head, done)));
    lines
}

/// The command that runs this test again.
pub(crate) fn again(head: &Head, done: &Done) -> String {
    let destructive = match done.group == DESTRUCTIVE {
        true => " --destructive",
        false => "",
    };
    format!("{}{destructive} {}", head.command, done.name)
}
