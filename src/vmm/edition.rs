//! What differs between the editions of the book, for a machine that follows flows of either.

use std::fmt::{Debug, Display};
use std::string::String;
use std::vec::Vec;

use super::{Log, Memory, Stream, VirtualMachine};
use crate::driver::{Function, Model};

/// The names of one edition, and what the VMM does by them.
pub trait Edition: Debug + Sized + 'static {
    /// What a device's state is.
    type State: Copy + Debug + Display + PartialEq;
    /// How an access can fail.
    type Fault: Copy + Debug + Display + PartialEq;
    /// What the VMM does in a step.
    type Work: Copy + Display;
    /// What goes wrong in a step.
    type Injection: Copy + Display;
    /// A device in its slot.
    type Slot: Attached<Self>;

    /// The state that this device takes where the flow says `state`; `None` if it waits where it is.
    fn own(slot: &Self::Slot, state: Self::State) -> Option<Self::State>;

    /// Whether the VMM may bring this device to a state now, with the others as they are.
    ///
    /// # Errors
    /// What would go wrong.
    fn may_request(
        vm: &VirtualMachine<Self>,
        slot: usize,
        state: Self::State,
    ) -> Result<(), String> {
        let _ = (vm, slot, state);
        Ok(())
    }

    /// Whether vCPUs may run beside a device in this state.
    fn serves_vcpus(state: Self::State) -> bool;

    /// Whether a device in this state does no DMA.
    fn dma_quiet(state: Self::State) -> bool;

    /// Whether the book allows the work here.
    fn legal(work: Self::Work, state: Self::State, vcpus: bool, tracking: bool) -> bool;

    /// Does the work.
    ///
    /// # Errors
    /// What a device answered.
    fn work(vm: &mut VirtualMachine<Self>, work: Self::Work) -> Result<(), Self::Fault>;

    /// Makes something go wrong.
    fn inject(vm: &mut VirtualMachine<Self>, injection: Self::Injection);
}

/// How much of a stream.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Amount {
    /// A little, so that something is left.
    Part,
    /// What there is now.
    Now,
    /// Everything.
    Whole,
}

/// A device and the VMM's accesses of it, each one logged.
pub trait Attached<E: Edition>: Debug {
    /// A freshly opened device in slot `number`.
    fn open(model: Model, number: usize, seed: u32, memory: &Memory) -> Self;

    /// `A`, `B`, …
    fn label(&self) -> &str;

    /// The state that it is in.
    fn state(&self) -> E::State;

    /// The device, through its driver.
    fn function(&mut self) -> &mut dyn Function;

    /// Whether it has loaded a stream.
    fn has_loaded(&self) -> bool;

    /// Brings it to a state. Where that begins a stream, `stream` begins.
    ///
    /// # Errors
    /// What the device answered.
    fn request(
        &mut self,
        state: E::State,
        stream: &mut Stream,
        log: &mut Log,
    ) -> Result<(), E::Fault>;

    /// Resets it.
    fn reset(&mut self, log: &mut Log);

    /// Reads some of its stream.
    ///
    /// # Errors
    /// What the device answered.
    fn read(&mut self, amount: Amount, stream: &mut Stream, log: &mut Log) -> Result<(), E::Fault>;

    /// Writes some of a stream to it.
    ///
    /// # Errors
    /// What the device answered.
    fn load(&mut self, amount: Amount, segments: &[Vec<u8>], log: &mut Log)
    -> Result<(), E::Fault>;
}

/// Where a step brings the devices.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Target<S> {
    /// Into a state, unless they are there.
    State(S),
    /// Into a state, even so.
    Write(S),
    /// Through a reset.
    Reset,
    /// Nowhere: this is where they are.
    Reads(S),
}

/// A step of a flow, of either edition.
#[derive(Debug)]
pub(super) struct Step<E: Edition> {
    pub(super) number: u32,
    pub(super) target: Target<E::State>,
    pub(super) vcpu_running: bool,
    pub(super) dirty_tracking: bool,
    pub(super) work: &'static [E::Work],
    pub(super) injection: Option<E::Injection>,
    pub(super) barrier: Option<&'static str>,
    pub(super) result: Option<E::Fault>,
}

/// `run` for the flows of one generated edition.
macro_rules! follows {
    ($edition:ty, $module:ident) => {
        impl VirtualMachine<$edition> {
            fn follow(&mut self, flow: &$module::Flow) -> Result<(), super::Failure> {
                let destination = flow.side == $module::Side::Destination;
                flow.steps.iter().try_for_each(|step| {
                    let target = match step.target {
                        $module::Target::State(state) => Target::State(state),
                        $module::Target::Write(state) => Target::Write(state),
                        $module::Target::Reset => Target::Reset,
                        $module::Target::Reads(state) => Target::Reads(state),
                    };
                    let step = Step {
                        number: step.number,
                        target,
                        vcpu_running: step.vcpu_running,
                        dirty_tracking: step.dirty_tracking,
                        work: step.work,
                        injection: step.injection,
                        barrier: step.barrier,
                        result: step.result,
                    };
                    self.step(destination, &step)
                })
            }
        }
    };
}
pub(super) use follows;
