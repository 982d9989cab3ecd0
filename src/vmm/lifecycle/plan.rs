//! Which flow of the book to follow.

use std::vec::Vec;

use super::super::edition::{Edition, Step, Target};
use super::super::{Attached, VirtualMachine};

/// A flow, of either edition.
#[derive(Debug)]
pub struct Plan<E: Edition> {
    /// Its name in the book.
    pub name: &'static str,
    /// Whether it enters a machine.
    pub destination: bool,
    /// Whether it is meant for several devices.
    pub many: bool,
    /// Whether it is what released user space does, rather than what the book advises.
    pub released: bool,
    /// Capabilities that it uses.
    pub needs: &'static [&'static str],
    /// Capabilities that it is not meant for.
    pub lacks: &'static [&'static str],
    /// Its steps.
    pub steps: Vec<Step<E>>,
}

/// What a flow is wanted for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Purpose {
    /// To leave: from a guest that runs to a source that is stopped, with everything read.
    Save,
    /// To enter: to a guest that runs, with everything loaded.
    Resume,
    /// To stop and to continue.
    StopAndContinue,
}

impl<E: Edition> Plan<E> {
    /// Whether nothing in it is meant to go wrong, and nothing is done twice.
    fn is_plain(&self) -> bool {
        let plain = |step: &Step<E>| {
            step.injection.is_none()
                && step.result.is_none()
                && matches!(step.target, Target::State(_) | Target::Reset)
        };
        !self.released && self.steps.iter().all(plain)
    }

    fn does(&self, work: E::Work) -> usize {
        let steps = self.steps.iter();
        steps.filter(|step| step.work.contains(&work)).count()
    }

    /// Whether it serves a purpose.
    fn serves(&self, purpose: Purpose) -> bool {
        let (Some(first), Some(last)) = (self.steps.first(), self.steps.last()) else {
            return false;
        };
        let resets = self.steps.iter().filter(|it| it.target == Target::Reset);
        let ends = (first.vcpu_running, last.vcpu_running);
        let partly = self.does(E::LOAD_PARTLY) + self.does(E::DRAIN_PARTLY);
        let (drains, loads) = (self.does(E::DRAIN), self.does(E::LOAD));
        self.is_plain()
            && partly == 0
            && match purpose {
                Purpose::Save => ends == (true, false) && drains == 1 && loads == 0,
                Purpose::Resume => {
                    self.destination && ends == (false, true) && loads == 1 && drains == 0
                }
                Purpose::StopAndContinue => {
                    let tracks = self.steps.iter().any(|step| step.dirty_tracking);
                    // A way back from anywhere stops no device.
                    let stops = self.steps.iter().any(|step| match step.target {
                        Target::State(state) => E::dma_quiet(state) && !E::answers(state),
                        _ => false,
                    });
                    !self.destination && !tracks && stops && ends == (true, true)
                }
            }
            && (purpose == Purpose::Resume || resets.count() == 0)
    }
}

impl<E: Edition> VirtualMachine<E> {
    /// The flow of the book that serves the purpose with these devices: of those that fit, the one that uses
    /// most of what they have; of equals, the first in the book. A device that lacks what others have is left
    /// out of the steps that need it.
    pub fn plan(&self, purpose: Purpose) -> Option<Plan<E>> {
        let plans = E::plans().into_iter().filter(|plan| plan.serves(purpose));
        let fitting = plans.filter(|plan| self.fits(plan));
        fitting.reduce(|best, plan| {
            let worth = |plan: &Plan<E>| (plan.needs.len(), plan.many);
            if worth(&plan) > worth(&best) {
                plan
            } else {
                best
            }
        })
    }

    fn fits(&self, plan: &Plan<E>) -> bool {
        let has = |feature: &str| self.slots.iter().any(|slot| slot.offers(feature));
        let apart = (0..self.slots.len())
            .all(|from| (0..self.slots.len()).all(|to| from == to || !E::reaches(self, from, to)));
        plan.needs.iter().all(|need| has(need))
            && !plan.lacks.iter().any(|lack| has(lack))
            && (plan.many || self.slots.len() == 1 || apart)
    }
}
