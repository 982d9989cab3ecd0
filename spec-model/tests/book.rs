//! The real book.

use std::path::Path;

use spec_model::diagnostic::Diagnostic;
use spec_model::source::SourceMap;

fn drawn(diagnostics: &[Diagnostic], sources: &SourceMap) -> String {
    let drawn: Vec<String> = diagnostics.iter().map(|d| d.render(sources)).collect();
    drawn.join("\n\n")
}

#[test]
fn reads_without_diagnostics() {
    let summary = Path::new(env!("CARGO_MANIFEST_DIR")).join("../book/SUMMARY.md");
    match spec_model::load(&summary) {
        Ok(book) => assert!(
            book.warnings.is_empty(),
            "{}",
            drawn(&book.warnings, &book.sources)
        ),
        Err(rejected) => panic!("{}", drawn(&rejected.diagnostics, &rejected.sources)),
    }
}
