//! Every rule of the book is named by a test that runs, or says why none can.

use spec_model::coverage::{Report, files, scan};

#[test]
fn every_rule_is_tested_or_says_why_not() {
    let root = env!("CARGO_MANIFEST_DIR").as_ref();
    let summary = std::path::Path::new(root).join("book/SUMMARY.md");
    let book =
        spec_model::load(&summary).unwrap_or_else(|rejected| panic!("{:?}", rejected.diagnostics));
    let mut mentions = Vec::new();
    for (path, text) in files(root).expect("the sources can be read") {
        mentions.extend(scan(&path, &text).unwrap_or_else(|error| panic!("{error:?}")));
    }
    let report = Report::new(&book, mentions);
    let mut wrong = Vec::new();
    for mention in &report.unknown {
        wrong.push(format!(
            "{}:{}: no rule {}",
            mention.path, mention.line, mention.constant
        ));
    }
    for rule in report.uncovered(&book) {
        let place = book.sources.place(rule.mark);
        wrong.push(format!(
            "{place}: {} is named by no test; add covers![{}]",
            rule.id.value,
            rule.constant()
        ));
    }
    for rule in report.contradicted(&book) {
        let place = book.sources.place(rule.mark);
        wrong.push(format!(
            "{place}: {} is marked untestable, yet a test names it",
            rule.id.value
        ));
    }
    assert!(
        wrong.is_empty(),
        "{} rules:\n{}",
        wrong.len(),
        wrong.join("\n")
    );
}
