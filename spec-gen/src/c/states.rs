//! The values of the register: bits, or states.

use spec_model::model::{BitField, Fsm};

use super::{Cx, constants, number};

pub(super) fn generate(cx: &Cx<'_>) -> String {
    let bits = cx.edition.bits.as_ref().map(|field| bits(cx, field));
    let states = cx.edition.fsm.as_ref().map(|fsm| states(cx, fsm));
    bits.or(states).unwrap_or_default()
}

fn bits(cx: &Cx<'_>, field: &BitField) -> String {
    let rows = field.bits.iter().map(|row| {
        let name = cx.names.units.get(&row.name.value);
        let comment = constants::comment(name, &row.meaning.value)
            .paragraph(&needs(cx, row.needs.as_ref().map(|it| it.value.as_str())))
            .origin(cx.book, row.name.span);
        constants::define(comment, name, &number::register(1 << row.number.value))
    });
    rows.collect()
}

fn states(cx: &Cx<'_>, fsm: &Fsm) -> String {
    let rows = fsm.states.iter().map(|row| {
        let name = cx.names.units.get(&row.name.value);
        let comment = constants::comment(name, &row.meaning.value)
            .paragraph(&needs(cx, row.needs.iter().map(|it| it.value.as_str())))
            .origin(cx.book, row.name.span);
        constants::define(comment, name, &number::register(row.value.value))
    });
    rows.collect()
}

fn needs<'a>(cx: &Cx<'_>, names: impl IntoIterator<Item = &'a str>) -> String {
    let names = names.into_iter();
    let names: Vec<&str> = names.map(|name| cx.names.capabilities.get(name)).collect();
    if names.is_empty() {
        String::new()
    } else {
        format!("Needs {}.", names.join(" and "))
    }
}
