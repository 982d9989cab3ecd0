//! The machine of a device with all capabilities, as three crates have one declare it: an event asks for a state.

use vfio_migration::v2::{Capabilities, DeviceState, next};

/// `PRE_COPY` is `PreCopy`.
fn camel(state: DeviceState) -> String {
    let word = |word: &str| word[..1].to_owned() + &word[1..].to_lowercase();
    state.to_string().split('_').map(word).collect()
}

fn snake(state: DeviceState) -> String {
    state.to_string().to_lowercase()
}

fn states() -> impl Iterator<Item = DeviceState> {
    let all = DeviceState::ALL.into_iter();
    all.filter(|state| *state != DeviceState::ERROR)
}

/// What each request that is not refused leads to.
fn steps(old: DeviceState) -> impl Iterator<Item = (DeviceState, DeviceState)> {
    let step = move |new| Some((new, next(Capabilities::ALL, old, new).ok()?));
    states().filter_map(step)
}

/// `left => right` for each state, between the commas of a `match` or a macro.
fn lines(mut line: impl FnMut(DeviceState) -> String) -> String {
    states().map(|state| line(state) + "\n").collect()
}

/// From a number to an event, and from a state to a number.
fn numbers(event: &str, state: &str) -> String {
    let to = lines(|s| format!("{} => {event}::{},", s.raw(), camel(s)));
    let from = lines(|s| format!("{state}::{} {{}} => {},", camel(s), s.raw()));
    format!(
        "pub(crate) fn event(number: u32) -> {event} {{ match number {{ {to} _ => unreachable!() }} }}\n\
         pub(crate) fn number(state: &{state}) -> u32 {{ match state {{ {from} }} }}\n"
    )
}

fn rust_fsm() -> String {
    let body = lines(|old| {
        let steps = steps(old).map(|(new, to)| format!("{} => {}", camel(new), camel(to)));
        let steps: Vec<String> = steps.collect();
        format!("{} => {{ {} }},", camel(old), steps.join(", "))
    });
    let initial = camel(DeviceState::INITIAL);
    let body = body.trim_end().trim_end_matches(',');
    format!(
        "rust_fsm::state_machine! {{ pub(crate) device({initial})\n{body} }}\n{}",
        numbers("device::Input", "device::State")
    )
}

fn smlang() -> String {
    let body = lines(|old| {
        let star = if old == DeviceState::INITIAL { "*" } else { "" };
        let mut star = std::iter::once(star).chain(std::iter::repeat(""));
        let line = |(new, to)| {
            let star = star.next().unwrap_or_default();
            format!("{star}{} + {} = {},", camel(old), camel(new), camel(to))
        };
        steps(old).map(line).collect()
    });
    format!(
        "smlang::statemachine! {{ derive_events: [Clone, Copy], transitions: {{ {body} }} }}\n\
         pub(crate) struct Context;\nimpl StateMachineContext for Context {{}}\n{}",
        numbers("Events", "States")
    )
}

/// A request for the state that is does nothing.
fn statig() -> String {
    let handlers = lines(|old| {
        let arms = steps(old).map(|(new, to)| match to == old {
            true => format!("Event::{} => Handled,", camel(new)),
            false => format!(
                "Event::{} => Transition(State::{}()),",
                camel(new),
                snake(to)
            ),
        });
        let arms: String = arms.collect();
        let refused = if steps(old).count() == states().count() {
            ""
        } else {
            "_ => Super,"
        };
        format!(
            "#[state] fn {}(event: &Event) -> Outcome<State> {{ match event {{ {arms} {refused} }} }}",
            snake(old)
        )
    });
    let events = lines(|state| camel(state) + ",");
    let initial = snake(DeviceState::INITIAL);
    format!(
        "use statig::prelude::*;\n#[derive(Clone, Copy)] pub(crate) enum Event {{ {events} }}\n\
         #[derive(Default)] pub(crate) struct Device;\n\
         #[state_machine(initial = \"State::{initial}()\")] impl Device {{ {handlers} }}\n{}",
        numbers("Event", "State")
    )
}

/// A module for each crate.
pub(crate) fn source() -> String {
    let module = |(name, body): (&str, String)| format!("pub(super) mod {name} {{\n{body}}}\n");
    [
        ("by_rust_fsm", rust_fsm()),
        ("by_smlang", smlang()),
        ("by_statig", statig()),
    ]
    .map(module)
    .concat()
}
