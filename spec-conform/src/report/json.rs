//! One JSON object, at the end.

use serde_json::{Value, json};

use super::{Done, Head, Mark, Report, Totals, again, level};

/// The report.
#[derive(Debug, Default)]
pub struct Json {
    head: Option<Head>,
    tests: Vec<Value>,
}

impl Report for Json {
    fn begin(&mut self, head: &Head, _groups: &[(String, usize)]) -> String {
        self.head = Some(head.clone());
        String::new()
    }

    fn test(&mut self, done: &Done) -> String {
        let again = self.head.as_ref().map(|head| again(head, done));
        let exchanges = done.heard.exchanges.iter();
        let exchanges = exchanges.map(|(asked, came)| json!({ "asked": asked, "came": came }));
        let known = done.known.as_ref();
        let mut test = json!({
            "name": done.name,
            "group": done.group,
            "rules": done.rules.iter().map(|rule| rule.id).collect::<Vec<_>>(),
            "chapter": done.rules[0].chapter,
            "level": level(done.rules[0]),
            "result": word(done.mark),
            "verdict": done.heard.verdict.word(),
        });
        if let Some(object) = test.as_object_mut() {
            if !done.why().is_empty() {
                object.insert("why".to_owned(), json!(done.why()));
            }
            if let Some(known) = known {
                object.insert(
                    "known".to_owned(),
                    json!({ "reason": known.reason, "evidence": known.evidence }),
                );
            }
            if !matches!(done.mark, Mark::Pass | Mark::Skip | Mark::UnexpectedPass) {
                object.insert("text".to_owned(), json!(done.rules[0].text));
                object.insert("exchanges".to_owned(), exchanges.collect());
                object.insert("left_out".to_owned(), json!(done.heard.left_out));
                object.insert("again".to_owned(), json!(again));
            }
        }
        self.tests.push(test);
        String::new()
    }

    fn end(&mut self, totals: &Totals) -> String {
        let head = self.head.as_ref();
        let report = json!({
            "tool": concat!("vfio-conform ", env!("CARGO_PKG_VERSION")),
            "device": head.map(|head| &head.device),
            "capabilities": head.map(|head| &head.capabilities),
            "tests": std::mem::take(&mut self.tests),
            "totals": {
                "pass": totals.pass,
                "fail": totals.fail,
                "advice": totals.advice,
                "known": totals.known,
                "unexpected_pass": totals.unexpected_pass,
                "skip": totals.skip,
                "trouble": totals.trouble,
            },
            "exit": totals.exit_code(),
        });
        format!("{report:#}\n")
    }
}

fn word(mark: Mark) -> &'static str {
    match mark {
        Mark::Pass => "pass",
        Mark::Fail => "fail",
        Mark::Advice => "advice",
        Mark::Known => "known",
        Mark::UnexpectedPass => "unexpected_pass",
        Mark::Skip => "skip",
        Mark::Trouble => "trouble",
    }
}
