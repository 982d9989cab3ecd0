//! JUnit's XML, at the end: a suite for each chapter.

use super::{Done, Head, Mark, Report, Totals, explanation};

/// The report.
#[derive(Debug, Default)]
pub struct Junit {
    head: Option<Head>,
    tests: Vec<Done>,
}

impl Report for Junit {
    fn begin(&mut self, head: &Head, _groups: &[(String, usize)]) -> String {
        self.head = Some(head.clone());
        String::new()
    }

    fn test(&mut self, done: &Done) -> String {
        self.tests.push(done.clone());
        String::new()
    }

    fn end(&mut self, totals: &Totals) -> String {
        let Some(head) = &self.head else {
            return String::new();
        };
        let mut text = String::from("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n");
        let all = self.tests.len();
        let failures = totals.fail + totals.unexpected_pass;
        text.push_str(&format!(
            "<testsuites name=\"{}\" tests=\"{all}\" failures=\"{failures}\" errors=\"{}\" skipped=\"{}\">\n",
            escape(&head.device),
            totals.trouble,
            totals.skip + totals.known + totals.advice
        ));
        for suite in self.tests.chunk_by(|one, other| one.group == other.group) {
            text.push_str(&self::suite(head, suite));
        }
        text.push_str("</testsuites>\n");
        text
    }
}

fn suite(head: &Head, tests: &[Done]) -> String {
    let of = |marks: &[Mark]| {
        tests
            .iter()
            .filter(|done| marks.contains(&done.mark))
            .count()
    };
    let mut text = format!(
        "  <testsuite name=\"{}\" tests=\"{}\" failures=\"{}\" errors=\"{}\" skipped=\"{}\">\n",
        escape(&tests[0].group),
        tests.len(),
        of(&[Mark::Fail, Mark::UnexpectedPass]),
        of(&[Mark::Trouble]),
        of(&[Mark::Skip, Mark::Known, Mark::Advice])
    );
    for done in tests {
        text.push_str(&case(head, done));
    }
    text.push_str("  </testsuite>\n");
    text
}

fn case(head: &Head, done: &Done) -> String {
    let open = format!(
        "    <testcase classname=\"{}\" name=\"{}\"",
        escape(&done.group),
        escape(&done.name)
    );
    let element = |name: &str, message: &str, body: &str| {
        let message = escape(message);
        if body.is_empty() {
            return format!("{open}>\n      <{name} message=\"{message}\"/>\n    </testcase>\n");
        }
        format!(
            "{open}>\n      <{name} message=\"{message}\">{}</{name}>\n    </testcase>\n",
            escape(body)
        )
    };
    let body = || explanation(head, done, usize::MAX).join("\n");
    let known = done
        .known
        .as_ref()
        .map_or("", |known| known.reason.as_str());
    match done.mark {
        Mark::Pass => format!("{open}/>\n"),
        Mark::Skip => element("skipped", done.why(), ""),
        Mark::Known => element("skipped", &format!("known to fail: {known}"), &body()),
        Mark::Advice => element("skipped", &format!("only SHOULD: {}", done.why()), &body()),
        Mark::UnexpectedPass => element(
            "failure",
            &format!("passes, and is known to fail: {known}"),
            "",
        ),
        Mark::Fail => element("failure", done.why(), &body()),
        Mark::Trouble => element("error", done.why(), &body()),
    }
}

/// What XML forbids is left out; what it reserves is written by name.
fn escape(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    for letter in text.chars() {
        match letter {
            '&' => escaped.push_str("&amp;"),
            '<' => escaped.push_str("&lt;"),
            '>' => escaped.push_str("&gt;"),
            '"' => escaped.push_str("&quot;"),
            '\n' | '\t' => escaped.push(letter),
            letter if letter.is_control() => {}
            letter => escaped.push(letter),
        }
    }
    escaped
}
