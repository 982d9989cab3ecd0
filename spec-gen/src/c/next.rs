//! The next state of a request, as a table: one look-up, and no rule of the book left to interpret.

use std::fmt::Write;

use spec_model::analysis::capability_sets;
use spec_model::analysis::fsm::{Machine, NoPath};
use spec_model::model::{Fsm, Refusal};

use super::comment::{Comment, plain_comment, words};
use super::{Cx, item};

pub(super) fn generate(cx: &Cx<'_>) -> String {
    let Some(fsm) = &cx.edition.fsm else {
        return String::new();
    };
    let table = Table { cx, fsm };
    table.states() + &table.refused() + &table.place() + &table.answers() + &table.function()
}

struct Table<'a> {
    cx: &'a Cx<'a>,
    fsm: &'a Fsm,
}

impl Table<'_> {
    /// Values by place: the answers of the table are places.
    fn states(&self) -> String {
        let states = self.fsm.states.iter();
        let rows = states.map(|row| format!("\t{},\n", self.unit(&row.name.value)));
        let (name, rows) = (self.cx.names.own("states"), rows.collect::<String>());
        let about = plain_comment(&["The states in the order of the tables below."]);
        format!("\n{about}VFIO_SPEC_TABLE vfio_spec_u32 {name}[] = {{\n{rows}}};\n")
    }

    /// Error numbers by reason.
    fn refused(&self) -> String {
        let rows = self.fsm.refusals.iter();
        let rows = rows.map(|row| format!("\t{}, /* {} */\n", self.errno(row), row.fault.value));
        let (name, rows) = (self.cx.names.own("refused"), rows.collect::<String>());
        let about = plain_comment(&["Why a request is refused."]);
        format!("\n{about}VFIO_SPEC_TABLE int {name}[] = {{\n{rows}}};\n")
    }

    fn place(&self) -> String {
        let name = self.cx.names.own("place");
        let about = plain_comment(&[
            "The place of a state in the tables; behind the last, what is no state.",
        ]);
        let mut code = format!(
            "\n{about}VFIO_SPEC_FN int {name}(vfio_spec_u32 state)\n{{\n\tswitch (state) {{\n"
        );
        for (place, row) in self.fsm.states.iter().enumerate() {
            let unit = self.unit(&row.name.value);
            let _ = writeln!(code, "\tcase {unit}:\n\t\treturn {place};");
        }
        let places = self.fsm.states.len();
        code + &format!("\tdefault:\n\t\treturn {places};\n\t}}\n}}\n")
    }

    fn answers(&self) -> String {
        let places = self.fsm.states.len();
        let sets = capability_sets(self.cx.edition);
        let name = self.cx.names.own("next_table");
        let about = plain_comment(&[&format!(
            "By set of capabilities, by state that is, by state that is wanted: the place of the state to go \
             to first; from {places} on, the reason for a refusal."
        )]);
        let side = places + 1;
        let mut code = format!(
            "\n{about}VFIO_SPEC_TABLE vfio_spec_u8 {name}[{}][{side}][{side}] = {{\n",
            sets.len()
        );
        for set in &sets {
            let _ = writeln!(code, "\t{{ /* {} */", comma_list(set));
            let machine = Machine::new(self.fsm, set);
            for from in self.values() {
                let _ = writeln!(code, "\t\t{}", self.row(&machine, from));
            }
            code += "\t},\n";
        }
        code + "};\n"
    }

    /// `{ 8, 1, … }, /* STOP */`
    fn row(&self, machine: &Machine<'_>, from: u32) -> String {
        let answers = self
            .values()
            .into_iter()
            .map(|to| self.answer(machine, from, to));
        let answers: Vec<String> = answers.map(|answer| answer.to_string()).collect();
        let name = self
            .fsm
            .state(from)
            .map_or("no state", |row| &row.name.value);
        format!("{{ {} }}, /* {name} */", answers.join(", "))
    }

    /// A number of the table.
    fn answer(&self, machine: &Machine<'_>, from: u32, to: u32) -> usize {
        let refusal = match machine.next(from, to) {
            Ok(next) => {
                let mut states = self.fsm.states.iter();
                return states
                    .position(|row| row.value.value == next)
                    .unwrap_or(self.fsm.states.len());
            }
            Err(NoPath::Refused(refusal)) => Some(refusal),
            // A device is never in a state that it does not have: it is answered as a request for that.
            Err(_) => machine.refuse(self.fsm.initial.value, from),
        };
        let same = |row: &Refusal| refusal.is_some_and(|it| it.when.span == row.when.span);
        let reason = self.fsm.refusals.iter().position(same);
        self.fsm.states.len() + reason.unwrap_or(0)
    }

    /// Every state, and a value that is none.
    fn values(&self) -> Vec<u32> {
        let mut values: Vec<u32> = self.fsm.states.iter().map(|row| row.value.value).collect();
        let other = (0..=u32::MAX).find(|value| !values.contains(value));
        values.extend(other);
        values
    }

    fn function(&self) -> String {
        let own = |what| self.cx.names.own(what);
        let (function, table, states, refused, place) = (
            own("next"),
            own("next_table"),
            own("states"),
            own("refused"),
            own("place"),
        );
        let optional = self.capabilities();
        let places = self.fsm.states.len();
        let code = format!(
            "VFIO_SPEC_FN int {function}(vfio_spec_u64 capabilities, vfio_spec_u32 from,\n\
             \tvfio_spec_u32 wanted, vfio_spec_u32 *next)\n{{\n\
             \tint set = 0;\n\tint answer;\n\n{optional}\
             \tanswer = {table}[set][{place}(from)][{place}(wanted)];\n\
             \tif (answer >= {places})\n\t\treturn -{refused}[answer - {places}];\n\
             \t*next = {states}[answer];\n\treturn 0;\n}}\n"
        );
        item(self.comment(function), &code)
    }

    /// The lines that number the set of capabilities, as far as they are not required.
    fn capabilities(&self) -> String {
        let rows = self.cx.edition.capabilities.iter();
        let optional = rows.filter(|row| !row.required).enumerate();
        let lines = optional.map(|(bit, row)| {
            let name = self.cx.names.capabilities.get(&row.name.value);
            format!("\tif (capabilities & {name})\n\t\tset += {};\n", 1 << bit)
        });
        let lines: String = lines.collect();
        if lines.is_empty() {
            "\t(void)capabilities;\n".to_owned()
        } else {
            lines
        }
    }

    fn comment(&self, function: &str) -> Comment {
        let mut comment = Comment::new(
            &format!("{function}()"),
            "the state to go to first on the way to another",
        )
        .member("capabilities", "flags that the device announces; those that every device has are taken to be there, and those \
                 without a meaning are ignored")
        .member("from", "the state that is")
        .member("wanted", "the state that is requested")
        .member(
            "next",
            "the state that one arc leads to; @wanted itself where that is the state already",
        )
        .paragraph(self.repeat())
        .paragraph("Return: 0; or a negative error number, and @next is left alone:")
        .paragraph("");
        for row in &self.fsm.refusals {
            let errno = &self.fault_errno(row);
            let reason = format!(
                "-{errno}: {} ({})",
                words(&row.meaning.value),
                row.fault.value
            );
            comment = comment.item(&reason);
        }
        let at = self
            .fsm
            .paths
            .first()
            .map_or(self.fsm.span, |row| row.inside.span);
        comment.origin(self.cx.book, at)
    }

    /// Whether the rest of a path is the path of the rest.
    fn repeat(&self) -> &'static str {
        let sets = capability_sets(self.cx.edition);
        let suffixes = sets.iter().all(|set| {
            let machine = Machine::new(self.fsm, set);
            let states = || self.fsm.states.iter().map(|row| row.value.value);
            let mut pairs = states().flat_map(|from| states().map(move |to| (from, to)));
            pairs.all(|(from, to)| match machine.path(from, to) {
                Ok(path) if path.len() > 1 => machine
                    .path(path[1], to)
                    .is_ok_and(|rest| rest == path[1..]),
                _ => true,
            })
        });
        if suffixes {
            "A request takes the arc to @next, and asks again from there, until @next is @wanted."
        } else {
            ""
        }
    }

    fn errno(&self, row: &Refusal) -> String {
        self.cx.errno(&row.fault.value)
    }

    fn fault_errno(&self, row: &Refusal) -> String {
        let mut faults = self.cx.edition.faults.iter();
        let fault = faults.find(|fault| fault.name.value == row.fault.value);
        fault.map_or(String::new(), |fault| fault.errno.value.clone())
    }

    fn unit<'b>(&'b self, name: &'b str) -> &'b str {
        self.cx.names.units.get(name)
    }
}

fn comma_list(set: &[&str]) -> String {
    if set.is_empty() {
        "none".to_owned()
    } else {
        set.join(", ")
    }
}
