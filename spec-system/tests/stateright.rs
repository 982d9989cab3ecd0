//! The same machines in stateright: as many states, and the same verdicts.

use std::path::Path;

use spec_model::model::{Book, Claim, Edition};
use spec_system::peer::{State, System};
use stateright::{Checker, Model, Property};

/// stateright keeps models in threads of its own.
fn book() -> &'static Book {
    let summary = Path::new(env!("CARGO_MANIFEST_DIR")).join("../book/SUMMARY.md");
    let book = spec_model::load(&summary);
    let book = book.unwrap_or_else(|rejected| panic!("{:?}", rejected.diagnostics));
    Box::leak(Box::new(book))
}

/// A machine, and the invariant that is looked at. One property a run: with more, its answers depend on
/// chance.
struct Peer {
    system: System<'static>,
    invariant: &'static str,
}

impl Model for Peer {
    type State = State;
    /// The state that it leads to.
    type Action = State;

    fn init_states(&self) -> Vec<State> {
        self.system.initial_states()
    }

    fn actions(&self, state: &State, actions: &mut Vec<State>) {
        actions.extend(self.system.successors(*state));
    }

    fn next_state(&self, _: &State, action: State) -> Option<State> {
        Some(action)
    }

    fn properties(&self) -> Vec<Property<Self>> {
        vec![Property::always("holds", |peer: &Self, state| {
            !peer.system.breaks(*state, peer.invariant)
        })]
    }
}

/// How many states there are, and whether the invariant holds in all.
fn ask(system: System<'static>, invariant: &'static str) -> (usize, bool) {
    let checker = Peer { system, invariant }
        .checker()
        .threads(1)
        .spawn_bfs()
        .join();
    (
        checker.unique_state_count(),
        checker.discovery("holds").is_none(),
    )
}

fn never(edition: &'static Edition) -> impl Iterator<Item = &'static str> {
    let rows = edition.system.invariants.iter();
    rows.filter(|row| row.claim == Claim::Never)
        .map(|row| row.name.value.as_str())
}

#[test]
fn there_are_as_many_states() {
    let book = book();
    for (edition, devices) in [
        ("v1", &["full"][..]),
        ("v1", &["full", "plain"]),
        ("v1", &["full", "trapped"]),
        ("v1", &["strict", "strict"]),
        ("v1", &["kept_out", "kept_out"]),
        ("v2", &["full", "no_p2p"]),
        ("v2", &["full", "kept_out"]),
        ("v2", &["no_pre_copy", "no_pre_copy"]),
        ("v2", &["bare", "bare", "bare"]),
    ] {
        let edition = book.edition(edition).expect("an edition");
        let system = || System::new(edition, devices, None).expect("a machine");
        let (states, holds) = ask(system(), "mmio_is_quiet");
        assert!(holds, "{devices:?}");
        assert_eq!(states, system().explore().0.states, "{devices:?}");
    }
}

#[test]
fn the_verdicts_are_the_same() {
    let book = book();
    for edition in &book.editions {
        let kind = edition.system.devices[0].name.value.as_str();
        for invariant in never(edition) {
            let system = System::new(edition, &[kind], None).expect("a machine");
            assert!(ask(system, invariant).1, "{invariant} with {kind}");
        }
        for variant in &edition.system.variants {
            let devices: Vec<&str> = variant.devices.iter().map(|it| it.value.as_str()).collect();
            let system = System::new(edition, &devices, Some(&variant.name.value));
            let (_, holds) = ask(system.expect("a machine"), &variant.breaks.value);
            assert!(!holds, "{} of {}", variant.name.value, edition.name.value);
        }
    }
}
