//! Structures that both sides share.

use std::fmt::Write;

use spec_model::model::{FieldAccess, Struct};

use super::comment::{Comment, words};
use super::{Cx, item, names, number};

pub(super) fn generate(cx: &Cx<'_>) -> String {
    cx.edition
        .structs
        .iter()
        .map(|it| structure(cx, it))
        .collect()
}

fn structure(cx: &Cx<'_>, row: &Struct) -> String {
    let name = cx.names.structs.get(&row.name.value);
    let size = row.size.value;
    let members = names::members(row.fields.iter().map(|field| field.name.value.as_str()));
    let brief = format!("{size} bytes that both sides share");
    let mut comment = Comment::new(&format!("struct {name}"), &brief);
    let mut code = format!("struct {name} {{\n");
    for (field, member) in row.fields.iter().zip(&members) {
        let access = access(field.access);
        let meaning = format!("{} ({access})", words(&field.meaning.value));
        comment = comment.member(member, &meaning);
        let _ = writeln!(code, "\t{} {member};", number::c_type(&field.ty.value));
    }
    let check = cx.names.sizes.get(&row.name.value);
    let _ = writeln!(
        code,
        "}};\n\ntypedef char {check}[\n\tsizeof(struct {name}) == {size} ? 1 : -1];"
    );
    item(
        comment.origin(
            cx.book,
            row.fields.first().map_or(row.span, |it| it.offset.span),
        ),
        &code,
    )
}

fn access(access: FieldAccess) -> &'static str {
    match access {
        FieldAccess::Reserved => "reserved",
        FieldAccess::Read => "user space reads it",
        FieldAccess::Write => "user space writes it",
        FieldAccess::ReadWrite => "user space reads and writes it",
    }
}
