//! The arcs of a state machine: what a driver implements, and what becomes of the session.

use std::fmt::Write;

use spec_model::expr::Expr;
use spec_model::model::{Fsm, FsmArc, Session, SessionEffect};

use super::comment::{Comment, row_comment, words};
use super::{Cx, constants, item, number};
use crate::condition::condition;

/// What can become of a session: the end of the macro's name, and the words.
const EFFECTS: [(SessionEffect, &str, &str); 5] = [
    (
        SessionEffect::None,
        "session_none",
        "there is no session before and none after",
    ),
    (
        SessionEffect::Starts(Session::Saving),
        "session_starts_saving",
        "one begins, and user space reads it",
    ),
    (
        SessionEffect::Starts(Session::Resuming),
        "session_starts_resuming",
        "one begins, and user space writes it",
    ),
    (
        SessionEffect::Keeps,
        "session_keeps",
        "the one before goes on",
    ),
    (
        SessionEffect::Ends,
        "session_ends",
        "the one before is over",
    ),
];

pub(super) fn generate(cx: &Cx<'_>) -> String {
    match &cx.edition.fsm {
        Some(fsm) if !fsm.arcs.is_empty() => effects(cx, fsm) + &table(cx, fsm),
        _ => String::new(),
    }
}

fn effects(cx: &Cx<'_>, fsm: &Fsm) -> String {
    let rows = EFFECTS.iter().enumerate().map(|(value, (_, own, words))| {
        let name = cx.names.own(own);
        let comment = constants::comment(name, words).origin(cx.book, fsm.arcs[0].from.span);
        constants::define(comment, name, &number::register(value as u32))
    });
    rows.collect()
}

fn table(cx: &Cx<'_>, fsm: &Fsm) -> String {
    let (arc, arcs) = (cx.names.own("arc"), cx.names.own("arcs"));
    let comment = Comment::new(&format!("struct {arc}"), "a step that a driver implements")
        .member("name", "as the book calls it")
        .member("from", "the state before")
        .member("to", "the state after")
        .member("session", "what becomes of the session with the data")
        .origin(cx.book, fsm.arcs[0].from.span);
    let mut code = format!(
        "struct {arc} {{\n\tconst char *name;\n\tvfio_spec_u32 from;\n\tvfio_spec_u32 to;\n\
         \tvfio_spec_u32 session;\n}};\n\nVFIO_SPEC_TABLE struct {arc} {arcs}[] = {{\n"
    );
    for row in &fsm.arcs {
        code += &row_comment(&what(row));
        let _ = writeln!(code, "\t{},", cells(cx, fsm, row));
    }
    item(comment, &(code + "};\n"))
}

/// What the driver does, and which devices have the arc.
fn what(row: &FsmArc) -> String {
    let driver = words(&row.meaning.value);
    match &row.needs.value {
        Expr::Const(_) => driver,
        needs => format!("{}: {driver}", condition(needs, &str::to_owned)),
    }
}

fn cells(cx: &Cx<'_>, fsm: &Fsm, row: &FsmArc) -> String {
    let unit = |value| {
        let state = fsm.state(value);
        state.map_or("0", |state| cx.names.units.get(&state.name.value))
    };
    let mut effects = EFFECTS.iter();
    let effect = effects.find(|(effect, ..)| *effect == row.session);
    let effect = effect.map_or("0", |(_, own, _)| cx.names.own(own));
    format!(
        "{{ \"{}\", {}, {},\n\t  {effect} }}",
        row.callback.value,
        unit(row.from.value),
        unit(row.to.value),
    )
}
