//! Liveness: whether from every state a goal can be reached, by the VMM and its devices alone or with
//! the guest.

use spec_model::model::Claim;

use crate::explore::Explored;
use crate::layout::Layout;
use crate::machine::Compiled;

/// The first state, in the order of finding, from which no goal can be reached.
pub(crate) fn stuck(explored: &Explored, claim: &Compiled<'_>, layout: &Layout) -> Option<u32> {
    let table = &explored.table;
    let states = table.len();
    let backward = Backward::new(explored, claim.row.claim == Claim::CanWithGuest);
    let is_goal = |&number: &u32| {
        let state = u128::from(table.state(number));
        claim.formula.holds(state, layout.registers(state))
    };
    let mut waiting: Vec<u32> = (0..states as u32).filter(is_goal).collect();
    let mut good = vec![false; states];
    waiting
        .iter()
        .for_each(|&number| good[number as usize] = true);
    while let Some(number) = waiting.pop() {
        for &before in backward.of(number) {
            if !std::mem::replace(&mut good[before as usize], true) {
                waiting.push(before);
            }
        }
    }
    good.iter()
        .position(|good| !good)
        .map(|number| number as u32)
}

/// The edges that count, turned round: for each state, from which it is reached.
struct Backward {
    starts: Vec<u32>,
    sources: Vec<u32>,
}

impl Backward {
    fn new(explored: &Explored, with_guest: bool) -> Self {
        let table = &explored.table;
        let edges = |number: u32| explored.edges.of(number, with_guest);
        let mut starts = vec![0u32; table.len() + 1];
        for number in 0..table.len() as u32 {
            edges(number).for_each(|after| starts[after as usize + 1] += 1);
        }
        for n in 1..starts.len() {
            starts[n] += starts[n - 1];
        }
        let mut places = starts.clone();
        let mut sources = vec![0; starts[table.len()] as usize];
        for number in 0..table.len() as u32 {
            for after in edges(number) {
                let place = &mut places[after as usize];
                sources[*place as usize] = number;
                *place += 1;
            }
        }
        Self { starts, sources }
    }

    fn of(&self, number: u32) -> &[u32] {
        let (from, to) = (
            self.starts[number as usize],
            self.starts[number as usize + 1],
        );
        &self.sources[from as usize..to as usize]
    }
}
