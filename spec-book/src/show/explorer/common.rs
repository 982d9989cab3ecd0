//! What both kinds of registers have: behaviours, the VMM's work, errors, flows.

use spec_model::analysis::{Register, legal_while};
use spec_model::model::{Behaviour, Condition, Edition, Fault, FaultAfter, Flow, Variant, Work};

use crate::html::{Element, code, el, link, linked};
use crate::page::Page;
use crate::show::{cell, head, row_head, state_column, table};

pub(super) fn tables(page: &Page<'_>, edition: &Edition, register: Register<'_>) -> Vec<Element> {
    let view = View {
        page,
        edition,
        register,
    };
    let mut elements = vec![el("h3").text("What holds in each state"), view.behaviours()];
    if !edition.work.is_empty() {
        elements.push(el("h3").text("What the VMM may do in each state"));
        elements.push(view.work());
    }
    elements.push(el("h3").text("Errors"));
    elements.push(view.errors());
    if !edition.flows.is_empty() {
        elements.push(el("h3").text("Flows"));
        elements.push(view.flows());
    }
    if !edition.system.variants.is_empty() {
        elements.push(el("h3").text("Counterexamples"));
        elements.push(view.variants());
    }
    elements
}

/// The head of a row that is about something which the book declares.
pub(super) fn declared(
    page: &Page<'_>,
    edition: &Edition,
    kind: &str,
    name: &str,
) -> (Element, Element) {
    let row = el("tr").attr("data-key", format!("{kind}:{name}"));
    let href = page.to_row(edition, kind, name);
    (row, row_head().child(linked(code(name), href)))
}

struct View<'a> {
    page: &'a Page<'a>,
    edition: &'a Edition,
    register: Register<'a>,
}

impl View<'_> {
    /// Those that can be asked for, and the error state.
    fn states(&self) -> Vec<u32> {
        let mut states = self.register.states();
        states.extend(self.register.error());
        states
    }

    /// A row of heads: what the row is about, the words about it, and the states.
    fn head(&self, names: [&str; 2]) -> Element {
        let column =
            |state: u32| state_column(self.page, self.edition, &self.register.state_name(state));
        let head = head(names);
        self.states()
            .into_iter()
            .fold(head, |row, state| row.child(column(state)))
    }

    fn behaviours(&self) -> Element {
        let row = |behaviour: &Behaviour| {
            let (row, head) = declared(self.page, self.edition, "behaviour", &behaviour.name.value);
            let says = self.page.prose(
                el("td")
                    .class("says")
                    .attr("data-aspect", &behaviour.aspect.value),
                &behaviour.meaning.value,
            );
            let holds = |state| self.register.holds(&behaviour.holds.value, state);
            let cells = self.states().into_iter().map(|state| yes(holds(state)));
            row.child(head).child(says).children(cells)
        };
        let rows = self.register.behaviours().iter().map(row);
        table(
            "matrix states",
            "As long as a state lasts, the device keeps to every row that holds in it",
            self.head(["Name", "The device"]),
            rows,
        )
    }

    fn work(&self) -> Element {
        let row = |work: &Work| {
            let (row, head) = declared(self.page, self.edition, "work", &work.name.value);
            let says = self.page.prose(el("td").class("says"), &work.meaning.value);
            let cell = |state| self.legal(work, state);
            let cells = self.states().into_iter().map(cell);
            row.child(head).child(says).children(cells)
        };
        table(
            "matrix states",
            "Work that is legal in a state, and under which condition",
            self.head(["Work", "The VMM"]),
            self.edition.work.iter().map(row),
        )
    }

    fn legal(&self, work: &Work, state: u32) -> Element {
        let conditions = &self.edition.conditions;
        let legal = legal_while(self.register, conditions, work, state);
        match condition_of(conditions, legal) {
            Some(words) => el("td").child(el("small").text(words)),
            None => yes(legal != 0),
        }
    }

    fn errors(&self) -> Element {
        let row = |fault: &Fault| {
            let (row, head) = declared(self.page, self.edition, "error", &fault.name.value);
            let after = match fault.after {
                FaultAfter::Unchanged => "unchanged",
                FaultAfter::Error => "error",
                FaultAfter::OnThePath => "on the path",
            };
            let rule = self.page.rule(&fault.rule.value);
            let rule = rule.map(|rule| link(self.page.to_rule(rule), &rule.id.value));
            row.child(head)
                .child(el("td").child(code(&fault.errno.value)))
                .child(self.page.prose(el("td"), &fault.when.value))
                .child(cell(after))
                .child(el("td").maybe(rule))
        };
        table(
            "errors",
            "Every error",
            head(["Error", "Errno", "When", "State after", "Rule"]),
            self.edition.faults.iter().map(row),
        )
    }

    fn flows(&self) -> Element {
        let row = |flow: &Flow| {
            let name = &flow.name.value;
            let href = self.page.to_row(self.edition, name, "1");
            let released = flow.released.as_ref().map_or("", |who| &who.value);
            el("tr")
                .attr("data-key", format!("flow:{name}"))
                .child(row_head().child(linked(code(name), href)))
                .child(cell(&flow.title))
                .child(cell(released))
        };
        table(
            "flows",
            "Every flow, with its table and its picture behind the link",
            head(["Flow", "Title", "Released with"]),
            self.edition.flows.iter().map(row),
        )
    }

    fn variants(&self) -> Element {
        let row = |variant: &Variant| {
            let (row, head) = declared(self.page, self.edition, "variant", &variant.name.value);
            let broken = &variant.breaks.value;
            let href = self.page.to_row(self.edition, "invariant", broken);
            let mut invariants = self.edition.system.invariants.iter();
            let invariant = invariants.find(|row| row.name.value == *broken);
            let meaning = invariant.map_or("", |row| &row.meaning.value);
            let rule = invariant.and_then(|row| self.page.rule(&row.rule.value));
            let rule = rule.map(|rule| link(self.page.to_rule(rule), &rule.id.value));
            row.child(head)
                .child(self.page.prose(el("td"), &variant.meaning.value))
                .child(el("td").child(linked(code(broken), href)))
                .child(self.page.prose(el("td"), meaning))
                .child(el("td").maybe(rule))
        };
        table(
            "broken",
            "Systems that are broken on purpose; the links lead to the shortest way to what goes wrong",
            head([
                "Variant",
                "What is missing",
                "Breaks",
                "What goes wrong",
                "Rule",
            ]),
            self.edition.system.variants.iter().map(row),
        )
    }
}

fn yes(holds: bool) -> Element {
    if holds {
        el("td").class("arc").text("yes")
    } else {
        el("td").class("self").text("–")
    }
}

/// The one condition that decides, in the words of its column; `None` where none does.
fn condition_of(conditions: &[Condition], legal: u64) -> Option<String> {
    let sets = 1u32 << conditions.len().min(6);
    let just = |of: &dyn Fn(u32) -> bool| {
        let sets = (0..sets).filter(|n| of(*n));
        sets.fold(0, |set, n| set | 1 << n) == legal
    };
    let words = |(bit, row): (usize, &Condition)| {
        let word = if just(&|n| n & (1 << bit) != 0) {
            &row.on
        } else if just(&|n| n & (1 << bit) == 0) {
            &row.off
        } else {
            return None;
        };
        Some(format!("{} {word}", row.column.value))
    };
    conditions.iter().enumerate().find_map(words)
}
