//! Writes of a register that holds bits: the actions that they trigger.

use spec_model::analysis::{parse_state, refuse, state_name, triggered, valid_states};
use spec_model::model::{Action, ActionTable, BitField, Book, Edition, OrderStatus, Refusal};

use super::{Args, answer, capabilities};
use crate::command::unknown;
use crate::output::{Outcome, Stop, note, print};

/// Answers the command line about an edition of bits.
pub(super) fn answer(book: &Book, edition: &Edition, field: &BitField, args: &Args) -> Outcome {
    let question = Question::of(book, edition, field, args)?;
    match (&args.old, &args.new) {
        (Some(old), Some(new)) => question.one(old, new),
        _ => question.all(),
    }
}

/// The command line, resolved against the book.
struct Question<'a> {
    book: &'a Book,
    edition: &'a Edition,
    field: &'a BitField,
    order: &'a ActionTable,
    caps: Vec<&'a str>,
}

impl<'a> Question<'a> {
    fn of(book: &'a Book, edition: &'a Edition, field: &'a BitField, args: &Args) -> Outcome<Self> {
        let order = find_order(field, args.order.as_deref())?;
        let caps = capabilities(edition, args.caps.as_deref())?;
        Ok(Self {
            book,
            edition,
            field,
            order,
            caps,
        })
    }

    fn one(&self, old: &str, new: &str) -> Outcome {
        let state = |text| parse_state(self.field, text).map_err(|e| Stop::trouble(e.to_string()));
        let (old, new) = (state(old)?, state(new)?);
        if let Some(refusal) = refuse(self.field, &self.caps, old, new) {
            let (old, new) = (self.name(old), self.name(new));
            return self.refused(refusal, &format!("the write of {new} to a device in {old}"));
        }
        // Rules speak of the value written; a device that keeps them is never in such a state.
        if let Some(refusal) = refuse(self.field, &self.caps, old, old) {
            let old = self.name(old);
            return self.refused(
                refusal,
                &format!("no device can be in {old}; a write of it"),
            );
        }
        let actions = triggered(self.field, self.order, old, new);
        if actions.is_empty() {
            note("the write is legal and triggers no action");
        }
        print(
            &actions
                .iter()
                .map(|action| format!("{}\n", action.spelling))
                .collect::<String>(),
        )
    }

    fn all(&self) -> Outcome {
        let mut states = valid_states(self.field);
        states.retain(|&state| refuse(self.field, &self.caps, state, state).is_none());
        let mut csv = String::from("old,new,old_name,new_name,actions\n");
        for &old in &states {
            for &new in &states {
                let actions = spell(&triggered(self.field, self.order, old, new));
                let (old_name, new_name) = (self.name(old), self.name(new));
                csv.push_str(&format!("{old},{new},{old_name},{new_name},{actions}\n"));
            }
        }
        print(&csv)
    }

    fn name(&self, state: u32) -> String {
        state_name(self.field, state)
    }

    fn refused(&self, refusal: &Refusal, what: &str) -> Outcome {
        answer::refused(self.book, self.edition, refusal, what)
    }
}

fn spell(actions: &[&Action]) -> String {
    actions
        .iter()
        .map(|action| action.spelling.as_str())
        .collect::<Vec<_>>()
        .join(" ; ")
}

fn find_order<'a>(field: &'a BitField, name: Option<&str>) -> Outcome<&'a ActionTable> {
    let Some(name) = name else {
        let adopted = field
            .actions
            .iter()
            .find(|order| order.status == OrderStatus::Adopted);
        return adopted.ok_or_else(|| Stop::trouble("the book adopts no order of actions"));
    };
    let known = || field.actions.iter().map(|order| &order.name.value);
    let found = field.actions.iter().find(|order| order.name.value == name);
    found.ok_or_else(|| unknown("order", name, known()))
}
