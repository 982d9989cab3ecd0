//! The steps from files to a checked book, with a barrier after each.

use crate::Rejected;
use crate::check::{self, Context};
use crate::diagnostic::{Diagnostics, Severity, Stopped};
use crate::load::Listed;
use crate::lower;
use crate::markdown::{self, Document};
use crate::model::Book;
use crate::parse;
use crate::source::SourceMap;

/// Reads, lowers and checks what `load` gives.
pub(crate) fn run(
    load: impl FnOnce(&mut Diagnostics) -> (SourceMap, Vec<Listed>),
) -> Result<Book, Box<Rejected>> {
    let mut diagnostics = Diagnostics::default();
    let (sources, chapters) = load(&mut diagnostics);
    match understand(&sources, &chapters, &mut diagnostics) {
        Ok(book) => {
            let warnings = diagnostics.sorted();
            debug_assert!(
                warnings
                    .iter()
                    .all(|warning| warning.severity == Severity::Warning)
            );
            Ok(Book {
                sources,
                warnings,
                ..book
            })
        }
        Err(Stopped) => Err(Box::new(Rejected {
            sources,
            diagnostics: diagnostics.sorted(),
        })),
    }
}

fn understand(
    sources: &SourceMap,
    chapters: &[Listed],
    diagnostics: &mut Diagnostics,
) -> Result<Book, Stopped> {
    diagnostics.barrier()?;
    let mut documents: Vec<Document<'_>> = chapters
        .iter()
        .map(|chapter| {
            let file = sources.file(chapter.file);
            markdown::read(&file.text, chapter.file)
        })
        .collect();
    let syntax: Vec<_> = chapters
        .iter()
        .zip(&mut documents)
        .map(|(chapter, document)| {
            parse::chapter(
                &sources.file(chapter.file).text,
                chapter.file,
                document,
                diagnostics,
            )
        })
        .collect();
    diagnostics.barrier()?;
    let book = lower::lower(sources, chapters, &syntax, &documents, diagnostics);
    diagnostics.barrier()?;
    check::check(
        &Context {
            book: &book,
            sources,
            documents: &documents,
        },
        diagnostics,
    )?;
    Ok(book)
}
