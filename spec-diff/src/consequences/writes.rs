//! Writes of a register of bits: answered otherwise, or with other actions.

use spec_model::analysis::{refuse, state_name, triggered, valid_states};
use spec_model::model::{ActionTable, BitField, Edition, OrderStatus};

use super::Both;
use super::devices::{Device, devices};
use super::grouped::{Case, Cases};
use crate::change::{Consequence, What};

/// Compares every write between valid states of both versions, on every device that both know.
pub(crate) fn find(both: &Both<'_, '_>, found: &mut Vec<Consequence>) {
    let (Some(old), Some(new)) = (&both.old.bits, &both.new.bits) else {
        return;
    };
    let values = values(both, old, new);
    let valid = valid_states(old);
    let devices = devices(both);
    let mut cases = Cases::default();
    for (number, device) in devices.iter().enumerate() {
        let can_be =
            |value: u32| valid.contains(&value) && refuse(old, &device.old, value, value).is_none();
        for from in values.iter().filter(|value| can_be(value.0)) {
            for to in &values {
                cases_of(both, (old, new), (number, device), (*from, *to), &mut cases);
            }
        }
    }
    cases.judge(both, "write", &devices, found);
}

/// Every value of bits that both versions have: in the old one, and in the new one.
fn values(both: &Both<'_, '_>, old: &BitField, new: &BitField) -> Vec<(u32, u32)> {
    let mut values = vec![(0, 0)];
    for bit in &old.bits {
        let name = both.renamed(&bit.name.value);
        let Some(found) = new.bits.iter().find(|bit| bit.name.value == name) else {
            continue;
        };
        let masks = 1u32
            .checked_shl(bit.number.value)
            .zip(1u32.checked_shl(found.number.value));
        if let Some((in_old, in_new)) = masks {
            let set: Vec<_> = values
                .iter()
                .map(|(a, b)| (a | in_old, b | in_new))
                .collect();
            values.extend(set);
        }
    }
    values.sort_unstable();
    values
}

fn cases_of(
    both: &Both<'_, '_>,
    (old, new): (&BitField, &BitField),
    (number, device): (usize, &Device<'_>),
    (from, to): ((u32, u32), (u32, u32)),
    cases: &mut Cases,
) {
    let before = answer(both.old, old, &device.old, (from.0, to.0), &|name| {
        both.renamed(name)
    });
    let after = answer(both.new, new, &device.new, (from.1, to.1), &str::to_owned);
    if before == after {
        return;
    }
    let (part, what) = match (&before, &after) {
        (Ok(_), Ok(_)) => ("actions", What::Changed),
        (Ok(_), Err(_)) => ("answer", What::Removed),
        (Err(_), Ok(_)) => ("answer", What::Added),
        (Err(_), Err(_)) => ("answer", What::Changed),
    };
    let words = |answer: Result<Vec<String>, String>| match answer {
        Ok(actions) if actions.is_empty() => vec!["no action".to_owned()],
        Ok(actions) => actions,
        Err(refused) => vec![refused],
    };
    let case = Case {
        subject: format!("{} → {}", state_name(new, from.1), state_name(new, to.1)),
        part,
        what,
        before: words(before),
        after: words(after),
    };
    cases.add(case, number);
}

/// The order that the generated code follows.
pub(crate) fn adopted(field: &BitField) -> Option<&ActionTable> {
    let mut orders = field.actions.iter();
    orders.find(|order| order.status == OrderStatus::Adopted)
}

/// The actions of a write, or how it is refused.
pub(crate) fn answer(
    edition: &Edition,
    field: &BitField,
    capabilities: &[&str],
    (from, to): (u32, u32),
    rename: &dyn Fn(&str) -> String,
) -> Result<Vec<String>, String> {
    if let Some(refusal) = refuse(field, capabilities, from, to) {
        let name = &refusal.fault.value;
        let fault = edition
            .faults
            .iter()
            .find(|fault| fault.name.value == *name);
        let errno = fault.map_or_else(String::new, |fault| rename(&fault.errno.value));
        return Err(format!("refused: {} ({errno})", rename(name)));
    }
    let actions = adopted(field).map(|order| triggered(field, order, from, to));
    let actions = actions.unwrap_or_default();
    Ok(actions
        .iter()
        .map(|action| rename(&action.name.value))
        .collect())
}
