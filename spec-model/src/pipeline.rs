//! The steps from files to a checked book, with a barrier after each.

use crate::Rejected;
use crate::check::{self, Context};
use crate::diagnostic::{Diagnostics, Severity, Stopped};
use crate::load::Loaded;
use crate::lower;
use crate::markdown::{self, Document};
use crate::model::Book;
use crate::parse;

/// Reads, lowers and checks what `load` gives.
pub(crate) fn run(load: impl FnOnce(&mut Diagnostics) -> Loaded) -> Result<Book, Box<Rejected>> {
    let mut diagnostics = Diagnostics::default();
    let loaded = load(&mut diagnostics);
    let understood = understand(&loaded, &mut diagnostics);
    let sources = loaded.sources;
    match understood {
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

fn understand(loaded: &Loaded, diagnostics: &mut Diagnostics) -> Result<Book, Stopped> {
    diagnostics.barrier()?;
    let (sources, chapters) = (&loaded.sources, &loaded.chapters);
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
    let book = Book {
        traces: loaded.traces.clone(),
        ..book
    };
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
