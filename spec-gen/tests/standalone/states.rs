//! Registers with one state.

use spec_model::analysis::fsm::{Machine, NoPath, refuse, state_name};
use spec_model::analysis::{Register, capability_flags, capability_sets, register};
use spec_model::model::{Book, Edition, FaultAfter, Fsm, FsmArc, Operation, Session};
use spec_model::model::{FdProtocol, SessionEffect};

use super::{Program, common, compare, works};

/// Every state, the value behind the last, and the highest.
fn values(fsm: &Fsm) -> Vec<u32> {
    let states = || fsm.states.iter().map(|state| state.value.value);
    let highest = 1u32.checked_shl(fsm.width).map_or(u32::MAX, |end| end - 1);
    let unknown = [states().max().unwrap_or(0) + 1, highest];
    states().chain(unknown).collect()
}

fn run(book: &Book, edition: &Edition, program: &str, more: &str) -> String {
    let sets = format!("{:?}", capability_sets(edition));
    let sets = sets.replace('[', "&[").replacen("&[", "[", 1);
    Program {
        book,
        edition,
        values: &values(edition.fsm.as_ref().unwrap()),
        more: format!("const SETS: &[&[&str]] = &{sets};\n{more}"),
    }
    .run(program)
}

/// A function that calls every predicate and behaviour.
fn holds(register: Register<'_>) -> String {
    let calls: Vec<String> = rows(register)
        .map(|(name, _)| format!("({name:?}, state.{name}())"))
        .collect();
    format!(
        "fn holds(state: State) -> Vec<(&'static str, bool)> {{ vec![{}] }}",
        calls.join(", ")
    )
}

fn rows(register: Register<'_>) -> impl Iterator<Item = (&str, &spec_model::expr::Expr)> {
    let predicates = register.predicates().iter();
    let predicates = predicates.map(|row| (row.name.value.as_str(), &row.holds.value));
    let behaviours = register.behaviours().iter();
    let behaviours = behaviours.map(|row| (row.name.value.as_str(), &row.holds.value));
    predicates.chain(behaviours)
}

#[test]
fn they_answer_as_the_model_does() {
    let book = common::book();
    let edition = book.edition("v2").unwrap();
    let holds = holds(register(edition).unwrap());
    compare(
        &run(&book, edition, "states.rs", &holds),
        &expected(edition),
    );
}

#[test]
fn so_do_states_with_gaps_between_their_values() {
    let book = common::case("states");
    let [edition] = book.editions.as_slice() else {
        panic!("one edition")
    };
    let mut expected = Vec::new();
    requests(edition, &mut expected);
    compare(&run(&book, edition, "only_requests.rs", ""), &expected);
}

/// What `programs/states.rs` prints, from the model.
fn expected(edition: &Edition) -> Vec<String> {
    let fsm = edition.fsm.as_ref().unwrap();
    let register = register(edition).unwrap();
    let mut lines = Vec::new();
    requests(edition, &mut lines);
    for set in capability_sets(edition) {
        lines.push(format!(
            "set {} {}",
            set.join("|"),
            capability_flags(edition, &set)
        ));
    }
    lines.extend(fsm.arcs.iter().map(|row| arc(fsm, row)));
    lines.extend(edition.faults.iter().map(|row| {
        let after = match row.after {
            FaultAfter::Unchanged => "Unchanged",
            FaultAfter::OnThePath => "OnThePath",
            FaultAfter::Error => "Error",
        };
        format!("fault {} {after} {}", row.name.value, row.rule.value)
    }));
    for value in values(fsm) {
        let known = fsm.state(value).is_some();
        let name = state_name(fsm, value);
        lines.push(format!("state {name} {value}: {known}"));
        lines.extend(rows(register).map(|(row, expr)| {
            let holds = register.holds(expr, value);
            format!("holds {name} {row}: {holds}")
        }));
        accesses(edition, register, value, &mut lines);
        works(edition, register, value, &mut lines);
    }
    lines
}

/// The next state and the path, for every set of capabilities, state and request.
fn requests(edition: &Edition, lines: &mut Vec<String>) {
    let fsm = edition.fsm.as_ref().unwrap();
    let values = values(fsm);
    for set in capability_sets(edition) {
        let machine = Machine::new(fsm, &set);
        let name = match set.join("|") {
            set if set.is_empty() => "none".to_owned(),
            set => set,
        };
        for &from in &values {
            for &to in &values {
                let answer = request(fsm, &machine, from, to);
                lines.push(format!("request {name} {from} {to}: {answer}"));
            }
        }
    }
}

fn request(fsm: &Fsm, machine: &Machine<'_>, from: u32, to: u32) -> String {
    let path = match machine.path(from, to) {
        Ok(path) => path,
        Err(NoPath::Refused(row)) => return format!("refused {}", row.fault.value),
        // A device is never in a state that it does not have.
        Err(_) => {
            let row = refuse(fsm, machine.capabilities(), fsm.initial.value, from);
            return format!("refused {}", row.unwrap().fault.value);
        }
    };
    let next = state_name(fsm, path.get(1).copied().unwrap_or(from));
    let arcs = path.windows(2).map(|ends| {
        let arc = machine.arc(ends[0], ends[1]).unwrap();
        format!(" {}", arc.callback.value)
    });
    next + &arcs.collect::<String>()
}

fn arc(fsm: &Fsm, row: &FsmArc) -> String {
    let session = match row.session {
        SessionEffect::None => "None",
        SessionEffect::Starts(Session::Saving) => "StartsSaving",
        SessionEffect::Starts(Session::Resuming) => "StartsResuming",
        SessionEffect::Keeps => "Keeps",
        SessionEffect::Ends => "Ends",
    };
    format!(
        "arc {} {} {} {session} {}",
        row.callback.value,
        state_name(fsm, row.from.value),
        state_name(fsm, row.to.value),
        row.rule.as_deref().unwrap()
    )
}

/// Every operation on the data fd in this state.
fn accesses(edition: &Edition, register: Register<'_>, value: u32, lines: &mut Vec<String>) {
    let [protocol] = edition.fd_protocols.as_slice() else {
        panic!("v2 has one protocol")
    };
    for (number, phase) in protocol.phases.iter().enumerate() {
        for operation in Operation::ALL {
            let answer = access(protocol, register, value, number, operation);
            lines.push(format!(
                "access {} {} {}: {answer}",
                register.state_name(value),
                phase.name,
                operation.name()
            ));
        }
    }
}

fn access(
    protocol: &FdProtocol,
    register: Register<'_>,
    value: u32,
    phase: usize,
    operation: Operation,
) -> String {
    let fits = |row: &&spec_model::model::FdRow| {
        row.operation.value == operation
            && row.from == phase
            && register.holds(&row.when.value, value)
    };
    let Some(row) = protocol.rows.iter().find(fits) else {
        return format!("refused {}", protocol.refused.value);
    };
    if let Some(fault) = &row.fault {
        return format!("refused {}", fault.value);
    }
    let callback = row.callback.as_ref().map(|c| format!(" {}", c.value));
    let to = &protocol.phases[row.to].name;
    format!("{to}{}", callback.unwrap_or_default())
}
