//! Reads the book and prints what is wrong with it, as the compiler would.

use spec_model::diagnostic::{Diagnostic, Severity};
use spec_model::model::Book;
use spec_model::source::SourceMap;

use crate::locate::Location;
use crate::output::{Outcome, Stop, count, error, say};

/// The model; or all diagnostics printed and [`Stop::Found`]. Warnings are for those who write.
pub(crate) fn read(at: &Location) -> Outcome<Book> {
    load(at)?.map_err(|rejected| {
        show_all(&rejected.sources, &rejected.diagnostics);
        error(&verdict(&rejected.diagnostics));
        Stop::Found
    })
}

/// The model, or what is wrong. Only a book that is not there is [`Stop::Trouble`].
pub(crate) fn load(at: &Location) -> Outcome<Result<Book, Box<spec_model::Rejected>>> {
    let summary = at.summary();
    if let Err(missing) = std::fs::metadata(&summary) {
        let shown = summary.display();
        return Err(Stop::trouble(format!(
            "cannot read {shown}, the list of chapters: {missing}"
        )));
    }
    Ok(spec_model::load(&summary))
}

/// Prints diagnostics to standard error.
pub(crate) fn show_all(sources: &SourceMap, diagnostics: &[Diagnostic]) {
    for diagnostic in diagnostics {
        let line = |text: String| format!("{}\n", text.trim_end());
        say(&line(diagnostic.render(sources)), || {
            line(diagnostic.render_styled(sources))
        });
    }
}

/// `the book has 2 errors and 1 warning`.
pub(crate) fn verdict(diagnostics: &[Diagnostic]) -> String {
    let errors = diagnostics
        .iter()
        .filter(|d| d.severity == Severity::Error)
        .count();
    let warnings = diagnostics.len() - errors;
    let mut line = format!("the book has {}", count(errors, "error"));
    if warnings > 0 {
        line.push_str(&format!(" and {}", count(warnings, "warning")));
    }
    line
}
