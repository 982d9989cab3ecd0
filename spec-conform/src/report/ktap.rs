//! KTAP, version 1: a subtest for each chapter, a test for each rule, findings as comments before their result.

use super::{Done, Head, Mark, Report, Totals, explanation};

/// How many exchanges of a finding are shown.
const EXCHANGES: usize = 16;

/// The report.
#[derive(Debug, Default)]
pub struct Ktap {
    head: Option<Head>,
    groups: Vec<(String, usize)>,
    /// The group that is written, and how many of its tests are.
    at: (usize, usize),
    failed: bool,
}

impl Report for Ktap {
    fn begin(&mut self, head: &Head, groups: &[(String, usize)]) -> String {
        self.groups = groups.to_vec();
        self.head = Some(head.clone());
        format!(
            "KTAP version 1\n# device: {}\n# capabilities: {}\n1..{}\n",
            plain(&head.device),
            head.capabilities,
            groups.len()
        )
    }

    fn test(&mut self, done: &Done) -> String {
        let mut text = String::new();
        let (group, before) = self.at;
        let (name, count) = self.groups.get(group).cloned().unwrap_or_default();
        if before == 0 {
            text.push_str(&format!(
                "  KTAP version 1\n  # Subtest: {name}\n  1..{count}\n"
            ));
            self.failed = false;
        }
        if let (true, Some(head)) = (explained(done.mark), &self.head) {
            for line in explanation(head, done, EXCHANGES) {
                text.push_str(&format!("  # {line}\n"));
            }
        }
        let number = before + 1;
        text.push_str(&format!("  {}\n", result(number, done)));
        self.failed |= matches!(done.mark, Mark::Fail | Mark::UnexpectedPass | Mark::Trouble);
        self.at.1 = number;
        if number == count {
            let word = if self.failed { "not ok" } else { "ok" };
            text.push_str(&format!("{word} {} {name}\n", group + 1));
            self.at = (group + 1, 0);
        }
        text
    }

    fn end(&mut self, totals: &Totals) -> String {
        format!(
            "# Totals: pass:{} fail:{} xfail:{} xpass:{} skip:{} error:{}\n",
            totals.pass,
            totals.fail,
            totals.known + totals.advice,
            totals.unexpected_pass,
            totals.skip,
            totals.trouble
        )
    }
}

fn explained(mark: Mark) -> bool {
    matches!(
        mark,
        Mark::Fail | Mark::Advice | Mark::Known | Mark::Trouble
    )
}

fn result(number: usize, done: &Done) -> String {
    use crate::run::Verdict;
    let (word, directive) = match (done.mark, &done.heard.verdict) {
        (Mark::Fail, Verdict::TimedOut(why)) => ("not ok", Some(("TIMEOUT", why.clone()))),
        (Mark::Fail, Verdict::Crashed(why)) => ("not ok", Some(("ERROR", why.clone()))),
        (Mark::Trouble, verdict) => ("not ok", Some(("ERROR", verdict.why().to_owned()))),
        (Mark::Advice, _) => ("not ok", Some(("XFAIL", "only SHOULD".to_owned()))),
        (Mark::Known, _) => ("not ok", Some(("XFAIL", known(done)))),
        (Mark::UnexpectedPass, _) => (
            "not ok",
            Some(("XPASS", format!("known to fail: {}", known(done)))),
        ),
        (Mark::Skip, verdict) => ("ok", Some(("SKIP", verdict.why().to_owned()))),
        (Mark::Pass, _) => ("ok", None),
        (Mark::Fail, _) => ("not ok", None),
    };
    match directive {
        Some((directive, why)) => format!(
            "{word} {number} {} # {directive} {}",
            done.name,
            plain(&why)
        ),
        None => format!("{word} {number} {}", done.name),
    }
}

fn known(done: &Done) -> String {
    done.known
        .as_ref()
        .map_or(String::new(), |known| known.reason.clone())
}

/// A `#` would begin a directive.
fn plain(text: &str) -> String {
    text.replace('#', "no. ").replace('\n', " ")
}
