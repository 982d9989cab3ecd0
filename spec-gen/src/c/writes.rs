//! The answer to a write of bits: refusals first, then the actions in their order.

use std::fmt::Write;

use spec_model::expr::Expr;
use spec_model::model::{ActionTable, BitField, Refusal};

use super::comment::{Comment, plain_comment, words};
use super::{Cx, constants, item, number, predicates};
use crate::condition::condition;
use crate::names::adopted;

pub(super) fn generate(cx: &Cx<'_>) -> String {
    match (&cx.edition.bits, adopted(cx.edition)) {
        (Some(field), Some(order)) => {
            actions(cx, order) + &table(cx, order) + &function(cx, field, order)
        }
        _ => String::new(),
    }
}

/// A flag for each action.
fn actions(cx: &Cx<'_>, order: &ActionTable) -> String {
    let rows = order.actions.iter().enumerate().map(|(place, row)| {
        let name = cx.names.actions.get(&row.name.value);
        let comment = constants::comment(name, &format!("the driver {}", row.meaning.value))
            .paragraph(&format!("Taken when {} becomes true.", row.spelling))
            .origin(cx.book, row.name.span);
        constants::define(
            comment,
            name,
            &number::register(1u32.checked_shl(place as u32).unwrap_or(0)),
        )
    });
    rows.collect()
}

fn table(cx: &Cx<'_>, order: &ActionTable) -> String {
    let (action, table) = (cx.names.own("action"), cx.names.own("order"));
    let comment = Comment::new(
        &format!("struct {action}"),
        "what a driver does once, and when",
    )
    .member("name", "as the book calls it")
    .member("set", "it is done when all of these bits are set,")
    .member(
        "clear",
        "and all of these are clear, and it was not so before",
    )
    .origin(
        cx.book,
        order
            .actions
            .first()
            .map_or(order.span, |row| row.name.span),
    );
    let mut code = format!(
        "struct {action} {{\n\tconst char *name;\n\tvfio_spec_u32 set;\n\tvfio_spec_u32 clear;\n}};\n\n{}\
         VFIO_SPEC_TABLE struct {action} {table}[] = {{\n",
        plain_comment(&["The actions in the order of acting: the place is the bit of the flag."])
    );
    for row in &order.actions {
        let mut bits = Group::default();
        bits.read(cx, &row.group.value, true);
        let (set, clear) = (joined(&bits.set), joined(&bits.clear));
        let _ = writeln!(code, "\t{{ \"{}\", {set}, {clear} }},", row.name.value);
    }
    item(comment, &(code + "};\n"))
}

/// A conjunction of bits and of bits that are clear.
#[derive(Default)]
struct Group {
    set: Vec<String>,
    clear: Vec<String>,
}

impl Group {
    fn read(&mut self, cx: &Cx<'_>, expr: &Expr, holds: bool) {
        match expr {
            Expr::And(a, b) => {
                self.read(cx, a, holds);
                self.read(cx, b, holds);
            }
            Expr::Not(a) => self.read(cx, a, !holds),
            Expr::Name(name) => {
                let unit = cx.names.units.get(&name.name).to_owned();
                if holds {
                    &mut self.set
                } else {
                    &mut self.clear
                }
                .push(unit);
            }
            // The model lets no other expression pass as a group.
            Expr::Const(_) | Expr::Or(..) => {}
        }
    }
}

fn joined(bits: &[String]) -> String {
    if bits.is_empty() {
        "0".to_owned()
    } else {
        bits.join(" | ")
    }
}

fn function(cx: &Cx<'_>, field: &BitField, order: &ActionTable) -> String {
    let own = |what| cx.names.own(what);
    let (function, table, action) = (own("write"), own("order"), own("action"));
    let refusals: String = field.refusals.iter().map(|row| refusal(cx, row)).collect();
    let code = format!(
        "VFIO_SPEC_FN int {function}(vfio_spec_u64 capabilities, vfio_spec_u32 old,\n\
         \tvfio_spec_u32 wanted, vfio_spec_u32 *actions)\n{{\n\
         \tconst struct {action} *row;\n{}\tvfio_spec_u32 taken = 0;\n\tunsigned int place;\n\n{}{refusals}\
         \tfor (place = 0; place < {}; place++) {{\n\t\trow = &{table}[place];\n\
         \t\tif ((wanted & row->set) != row->set || (wanted & row->clear) != 0)\n\t\t\tcontinue;\n\
         \t\tif ((old & row->set) != row->set || (old & row->clear) != 0)\n\
         \t\t\ttaken |= (vfio_spec_u32)1 << place;\n\t}}\n\t*actions = taken;\n\treturn 0;\n}}\n",
        built_in(cx, field),
        unsupported(cx, field),
        order.actions.len(),
    );
    item(comment(cx, function, field, order), &code)
}

fn comment(cx: &Cx<'_>, function: &str, field: &BitField, order: &ActionTable) -> Comment {
    let mut comment = Comment::new(&format!("{function}()"), "what a write makes the driver do")
        .member("capabilities", "what the device has")
        .member("old", "value of the register")
        .member("wanted", "the value written")
        .member(
            "actions",
            "the flags of the actions, to be taken from the lowest bit up",
        )
        .paragraph("Return: 0; or a negative error number, and @actions is left alone:")
        .paragraph("");
    for row in &field.refusals {
        let mut faults = cx.edition.faults.iter();
        let fault = faults.find(|fault| fault.name.value == row.fault.value);
        let errno = fault.map_or("", |fault| &fault.errno.value);
        comment = comment.item(&format!(
            "-{errno}: {} ({})",
            words(&row.meaning.value),
            row.fault.value
        ));
    }
    let at = order
        .actions
        .first()
        .map_or(order.span, |row| row.name.span);
    comment.origin(cx.book, at)
}

/// The variables behind the names that are built in, as far as a refusal speaks of them.
fn built_in(cx: &Cx<'_>, field: &BitField) -> String {
    let mut out = String::new();
    if speaks_of(field, "reserved") {
        let bits = field.bits.iter();
        let bits = bits.map(|bit| format!("\t\t{}", cx.names.units.get(&bit.name.value)));
        let known = bits.collect::<Vec<_>>().join(" |\n");
        out += "\tconst vfio_spec_u32 known =\n";
        out += &format!("{known};\n\tint reserved = ((old ^ wanted) & ~known) != 0;\n");
    }
    if speaks_of(field, "unsupported") {
        out += "\tint unsupported = 0;\n";
    }
    out
}

fn speaks_of(field: &BitField, name: &str) -> bool {
    let mut names = field.refusals.iter().flat_map(|row| row.when.value.names());
    names.any(|it| it.name == name)
}

fn unsupported(cx: &Cx<'_>, field: &BitField) -> String {
    let rows = field.bits.iter().filter_map(|bit| {
        let flag = cx.names.capabilities.get(&bit.needs.as_ref()?.value);
        let bit = cx.names.units.get(&bit.name.value);
        Some(format!(
            "\tif (!(capabilities & {flag}) && (wanted & {bit}))\n\t\tunsupported = 1;\n"
        ))
    });
    let rows: String = rows.collect();
    if speaks_of(field, "unsupported") && !rows.is_empty() {
        rows
    } else {
        "\t(void)capabilities;\n".to_owned()
    }
}

fn refusal(cx: &Cx<'_>, row: &Refusal) -> String {
    let when = condition(&row.when.value, &|name| {
        // What the book declares comes before what is built in.
        let declared = cx.names.predicates.has(name) || cx.names.units.has(name);
        match (name.strip_prefix("was_"), name) {
            (Some(before), _) if !declared => predicates::of(cx, before, "old"),
            (_, "reserved" | "unsupported") if !declared => name.to_owned(),
            _ => predicates::of(cx, name, "wanted"),
        }
    });
    let errno = cx.errno(&row.fault.value);
    format!(
        "\tif ({when}) /* {} */\n\t\treturn -{errno};\n",
        row.fault.value
    )
}
