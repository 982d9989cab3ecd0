//! The orders of actions that were proposed, in place of the adopted one.

use std::path::Path;

use spec_model::model::Book;
use spec_system::{Options, verify};

/// The book with other words in some places.
fn edited(edits: &[(&str, &str)]) -> Book {
    let summary = Path::new(env!("CARGO_MANIFEST_DIR")).join("../book/SUMMARY.md");
    let book = spec_model::load(&summary).expect("the book is sound");
    let files = book.sources.files();
    let mut files: Vec<(String, String)> = files
        .map(|(_, file)| (file.path.display().to_string(), file.text.clone()))
        .collect();
    for (from, to) in edits {
        let has = |(_, text): &&mut (String, String)| text.contains(from);
        let file = files.iter_mut().find(has);
        let (_, text) = file.unwrap_or_else(|| panic!("no `{from}` in the book"));
        *text = text.replacen(from, to, 1);
    }
    let book = spec_model::read(files);
    book.unwrap_or_else(|rejected| panic!("{:?}", rejected.diagnostics))
}

fn holds(book: &Book, variants: &[String], system: bool) -> bool {
    let options = Options {
        edition: Some("v1"),
        variants: Some(variants),
        system,
        ..Options::default()
    };
    verify(book, &options, &|_| {}).holds()
}

/// In no flow of the book does the order matter.
#[test]
fn any_order_keeps_what_must_hold() {
    for order in ["rfc_v3", "per_bit"] {
        let (proposed, adopted) = (
            format!("actions {order} of=device_state status=proposed"),
            format!("actions {order} of=device_state status=adopted"),
        );
        let book = edited(&[
            (
                "of=device_state status=adopted",
                "of=device_state status=proposed",
            ),
            (&proposed, &adopted),
        ]);
        assert!(holds(&book, &[], true), "{order}");
    }
}

/// The third proposal alone does not lose what was received.
#[test]
fn bit_by_bit_nothing_is_lost() {
    let variants = ["sent_on_in_the_third_order".to_owned()];
    assert!(holds(&edited(&[]), &variants, false));
    let bit_by_bit = edited(&[(
        "`resume_then_save 3` | `rfc_v3`",
        "`resume_then_save 3` | `per_bit`",
    )]);
    assert!(!holds(&bit_by_bit, &variants, false));
}
