//! What must never be, laid out for the same loop: claims about a state, and those about the moment of a
//! step, which are asked of the state before the step.

use spec_model::model::Claim;

use crate::effect::Effect;
use crate::formula::{Formula, MOST_DEVICES, Term};
use crate::lanes::{Bits, Guards, Lanes, Product, each, mask};
use crate::layout::Layout;
use crate::machine::{Command, Machine};

/// A claim that some command breaks in the moment of its step.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Alarm {
    /// Index into the machine's claims.
    pub(crate) claim: usize,
    /// Where in its program the VMM must be; `None`: anywhere.
    pub(crate) place: Option<usize>,
}

/// The claims about states.
pub(crate) struct Watch {
    guards: Guards,
    /// By guard: the claim.
    claims: Vec<usize>,
    all: Vec<Bits>,
    holding: Vec<Bits>,
}

impl Watch {
    /// All claims of a machine, or one; and the alarms, each with the states out of which a step breaks a
    /// claim.
    pub(crate) fn new(
        machine: &Machine<'_>,
        lanes: &Lanes,
        only: Option<usize>,
    ) -> (Self, Vec<(Alarm, Product)>) {
        let claims = machine.claims.iter().enumerate();
        let never = claims.filter(|(_, claim)| claim.row.claim == Claim::Never);
        let wanted = never.filter(|(n, _)| only.is_none_or(|only| only == *n));
        let terms = wanted.flat_map(|(n, claim)| claim.formula.0.iter().map(move |term| (n, term)));
        let (momentary, lasting): (Vec<_>, Vec<_>) =
            terms.partition(|(_, term)| Layout::is_of_moment(term.value));
        let (mut claims, mut guards) = (Vec::new(), Vec::new());
        for (claim, term) in lasting {
            for guard in lanes.alternatives(&Formula(vec![*term])) {
                claims.push(claim);
                guards.push(guard);
            }
        }
        let watch = Self {
            guards: Guards::new(lanes, &guards),
            claims,
            all: mask(0..guards.len(), guards.len()),
            holding: Vec::new(),
        };
        (watch, alarms(machine, lanes, &momentary))
    }

    /// The claims that a state breaks.
    #[inline]
    pub(crate) fn broken(&mut self, state: u64, mut found: impl FnMut(usize)) {
        self.guards.holding(state, &mut self.holding);
        each(&self.holding, &self.all, |guard| found(self.claims[guard]));
    }
}

/// Each command that can break each term, with the states out of which it does.
fn alarms(machine: &Machine<'_>, lanes: &Lanes, terms: &[(usize, &Term)]) -> Vec<(Alarm, Product)> {
    let anywhere = machine.anywhere.iter().map(|command| (command, None));
    let program = machine.program_commands.iter().enumerate();
    let program = program.flat_map(|(pc, commands)| commands.iter().map(move |it| (it, Some(pc))));
    let momentary = |(command, _): &(&Command, _)| Layout::is_of_moment(command.effect.set);
    let commands = anywhere.chain(program).filter(momentary);
    let mut found = Vec::new();
    for (command, place) in commands {
        for &(claim, term) in terms {
            let before = before(machine.layout(), command.effect, term);
            let formula = Formula(before.into_iter().collect()).and(&command.when);
            let guards = lanes.alternatives(&formula).into_iter();
            found.extend(guards.map(|guard| (Alarm { claim, place }, guard)));
        }
    }
    found
}

/// Where a term holds after an effect; before it, nothing holds that lasts a moment.
fn before(layout: &Layout, effect: Effect, term: &Term) -> Option<Term> {
    let known = effect.clear | effect.set | !u128::from(u64::MAX);
    if (effect.set ^ term.value) & term.mask & known != 0 {
        return None;
    }
    let mut before = Term {
        mask: term.mask & !known,
        value: term.value & !known,
        ..*term
    };
    for device in 0..MOST_DEVICES {
        let (mask, _) = layout.with_register(device, 0);
        if effect.clear & mask != 0 {
            let after = 1 << (16 * device as u32 + layout.register(effect.set, device));
            if term.sets & after == 0 {
                return None;
            }
            before.sets |= Term::TRUE.sets & 0xffff << (16 * device);
        }
    }
    Some(before)
}
