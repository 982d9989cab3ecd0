//! Predicates and behaviours: a function each, of the value of the register.

use spec_model::analysis::{Register, register};
use spec_model::expr::Expr;
use spec_model::source::Spanned;

use super::comment::{Comment, words};
use super::{Cx, item};
use crate::condition::condition;

pub(super) fn generate(cx: &Cx<'_>) -> String {
    let Some(register) = register(cx.edition) else {
        return String::new();
    };
    let predicates = register.predicates().iter();
    let predicates = predicates.map(|it| function(cx, &it.name, &it.meaning.value, &it.holds));
    let behaviours = register.behaviours().iter().map(|it| {
        let meaning = format!("the device {}", it.meaning.value);
        function(cx, &it.name, &meaning, &it.holds)
    });
    predicates.chain(behaviours).collect()
}

fn function(cx: &Cx<'_>, name: &Spanned<String>, meaning: &str, holds: &Spanned<Expr>) -> String {
    let function = cx.names.predicates.get(&name.value);
    let written = condition(&holds.value, &str::to_owned);
    let comment = Comment::new(&format!("{function}()"), &words(meaning))
        .member("state", "value of the register")
        .paragraph(&format!("Return: 1 where {written}, otherwise 0."))
        .origin(cx.book, name.span);
    let body = broken(&condition(&holds.value, &|name| of(cx, name, "state")));
    let unused = if holds.value.names().is_empty() {
        "\t(void)state;\n"
    } else {
        ""
    };
    let code = format!(
        "VFIO_SPEC_FN int {function}(vfio_spec_u32 state)\n{{\n{unused}\treturn {body};\n}}\n"
    );
    item(comment, &code)
}

/// Whether a name of the book holds in the state that a C expression gives.
pub(super) fn of(cx: &Cx<'_>, name: &str, state: &str) -> String {
    if !cx.names.units.has(name) {
        return format!("{}({state})", cx.names.predicates.get(name));
    }
    let unit = cx.names.units.get(name);
    match register(cx.edition) {
        Some(Register::Fsm(_)) => format!("{state} == {unit}"),
        _ => format!("({state} & {unit}) != 0"),
    }
}

/// An operand a line, where there are several and no parentheses around them.
fn broken(condition: &str) -> String {
    let (mut out, mut depth) = (String::new(), 0);
    for word in condition.split_inclusive(' ') {
        out += word;
        depth += word.matches('(').count();
        depth -= word.matches(')').count();
        if depth == 0 && matches!(word, "&& " | "|| ") {
            out = format!("{}\n\t       ", out.trim_end());
        }
    }
    out
}
