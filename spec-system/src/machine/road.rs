//! What the VMM does to bring one device to the state of a row.

use super::mids::{Asked, Here, Mids};
use super::{Act, Command, Machine};
use crate::flows::Goal;
use crate::formula::{ABSENT, Formula, Set};
use crate::words::Words;

/// What a row asks of one device in each of its register states.
pub(super) struct Road {
    device: usize,
    /// The rows' goals, from the beginning.
    goals: Vec<Goal>,
    anywhere: bool,
}

/// What comes next.
enum Next {
    /// Nothing, if the device is clean.
    There,
    /// A request of a state, if the device is clean.
    Request(u32),
    /// A reset, unless the device is clean.
    Reset,
    /// A reset.
    Recover,
}

impl Road {
    pub(super) fn new(machine: &Machine<'_>, node: usize, device: usize) -> Self {
        let path = machine.program.path(node);
        let goals = path
            .iter()
            .map(|&node| machine.program.nodes[node].row.goals[device]);
        Self {
            device,
            goals: goals.collect(),
            anywhere: machine.program.begins_anywhere(node),
        }
    }

    /// What is to be done with a device in a state: each with whether it must have been reset.
    fn next(&self, words: &Words<'_>, state: u32) -> Vec<(Next, bool)> {
        if Some(state) == words.error() {
            return if self.anywhere {
                vec![(Next::Recover, false)]
            } else {
                Vec::new()
            };
        }
        let passed = self
            .goals
            .iter()
            .rposition(|goal| *goal == Goal::State(state));
        if passed.is_none() && !self.anywhere {
            return Vec::new();
        }
        let (mut found, mut clean) = (Vec::new(), false);
        for goal in &self.goals[passed.map_or(0, |row| row + 1)..] {
            match goal {
                Goal::Stay => {}
                Goal::State(goal) => {
                    found.push((Next::Request(*goal), clean));
                    return found;
                }
                Goal::Reset => {
                    found.push((Next::Reset, false));
                    if state != words.initial() {
                        return vec![(Next::Recover, false)];
                    }
                    clean = true;
                }
            }
        }
        found.push((Next::There, clean));
        found
    }

    /// What a reset leaves: none of the bits that it clears.
    fn dirt(&self, words: &Words<'_>) -> u128 {
        words.deed(self.device, words.reset()).1.clear
    }

    pub(super) fn there(&self, words: &Words<'_>) -> Formula {
        let absent = Formula::register(self.device, 1 << ABSENT);
        (0..words.states.len() as u32).fold(absent, |all, state| {
            let set: Set = 1 << state;
            let there = self
                .next(words, state)
                .into_iter()
                .find_map(|(next, clean)| matches!(next, Next::There).then_some(clean));
            let here = Formula::register(self.device, set);
            match there {
                Some(true) => all.or(here.and(&Formula::bits(self.dirt(words), 0))),
                Some(false) => all.or(here),
                None => all,
            }
        })
    }

    /// What brings the device along, for the place at which the row's devices are.
    pub(super) fn commands(&self, words: &Words<'_>, here: Here, mids: &mut Mids) -> Vec<Command> {
        let dirt = self.dirt(words);
        let mut commands = Vec::new();
        for state in 0..words.states.len() as u32 {
            let register = Formula::register(self.device, 1 << state);
            for (next, clean) in self.next(words, state) {
                let when = if clean {
                    register.and(&Formula::bits(dirt, 0))
                } else {
                    register.clone()
                };
                match next {
                    Next::There => {}
                    Next::Request(to) => {
                        let asked = Asked {
                            device: self.device,
                            from: state,
                            to,
                        };
                        commands.extend(mids.request(words, here, asked, &when));
                    }
                    Next::Recover => commands.push(self.reset(words, when)),
                    Next::Reset => {
                        let dirty = (0..128).filter(|bit| dirt >> bit & 1 == 1);
                        let dirty = dirty.map(|bit| Formula::bit(bit, true));
                        let dirty = dirty.fold(Formula::default(), Formula::or);
                        commands.push(self.reset(words, when.and(&dirty)));
                    }
                }
            }
        }
        commands
    }

    fn reset(&self, words: &Words<'_>, when: Formula) -> Command {
        let (_, does) = words.deed(self.device, words.reset());
        let effect = does.then(words.in_register(self.device, words.initial()));
        Machine::command(when, effect, Act::Reset(self.device))
    }
}
