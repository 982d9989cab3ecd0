//! Constants and ioctl numbers, as macros.

use spec_model::model::{Book, ConstantGroup};

use super::comment::{Comment, words};
use super::names::Lexicon;
use super::{Cx, item, number};

/// A `constants` table.
pub(super) fn group(book: &Book, group: &ConstantGroup, names: &Lexicon) -> String {
    let rows = group.constants.iter().map(|row| {
        let value = number::of_type(book, &row.value, &group.ty);
        let comment = comment(names.get(&row.name.value), &row.meaning.value);
        define(
            comment.origin(book, row.name.span),
            names.get(&row.name.value),
            &value,
        )
    });
    rows.collect()
}

/// `ioctl` tables.
pub(super) fn ioctls(cx: &Cx<'_>) -> String {
    let rows = cx.edition.ioctls.iter().map(|row| {
        let name = cx.names.ioctls.get(&row.name.value);
        let argument = cx.names.structs.get(&row.argument.value);
        let comment = comment(name, &row.meaning.value)
            .paragraph(&format!(
                "The argument is a pointer to a struct {argument}."
            ))
            .origin(cx.book, row.name.span);
        define(comment, name, &format!("{:#x}U", row.request()))
    });
    rows.collect()
}

/// The beginning of a macro's comment.
pub(super) fn comment(name: &str, meaning: &str) -> Comment {
    Comment::new(&format!("define {name}"), &words(meaning))
}

/// A macro.
pub(super) fn define(comment: Comment, name: &str, value: &str) -> String {
    item(comment, &format!("#define {name} {value}\n"))
}
