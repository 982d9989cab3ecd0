//! What differs between the editions of the book, for a machine that follows flows of either.

use std::fmt::{Debug, Display};
use std::format;
use std::string::String;
use std::vec::Vec;

use super::{Log, Memory, Plan, Stream, VirtualMachine};
use crate::driver::{Device, Function, Model};

/// The names of one edition, and what the VMM does by them.
pub trait Edition: Debug + Sized + 'static {
    /// What a device's state is.
    type State: Copy + Debug + Display + PartialEq;
    /// How an access can fail.
    type Fault: Copy + Debug + Display + PartialEq;
    /// What the VMM does in a step.
    type Work: Copy + Display + PartialEq;
    /// What goes wrong in a step.
    type Injection: Copy + Debug + Display;
    /// A device in its slot.
    type Slot: Attached<Self>;

    /// The capability by which a device can be quieted for a grace state.
    const GRACE: &'static str;
    /// Whether page requests can be settled on the way out: whether there is a state for it.
    const SETTLES_PAGES: bool;
    /// Reads every stream to its end.
    const DRAIN: Self::Work;
    /// Reads a part of it.
    const DRAIN_PARTLY: Self::Work;
    /// Writes every stream.
    const LOAD: Self::Work;
    /// Writes a part of it.
    const LOAD_PARTLY: Self::Work;
    /// Sends pages that the dirty log names.
    const COPY_DIRTY: Self::Work;
    /// Sends all of memory.
    const STREAM_MEMORY: Self::Work;

    /// The book's flows.
    fn plans() -> Vec<Plan<Self>>;

    /// The state of a fresh device.
    fn initial() -> Self::State;

    /// Whether a device in this state has failed.
    fn failed(state: Self::State) -> bool;

    /// Whether a device in this state gives the final part of its stream.
    fn saves_for_good(state: Self::State) -> bool;

    /// Whether a device may be set up for page requests, as far as it tells.
    fn may_ask_for_pages(slot: &Self::Slot) -> bool;

    /// Whether a device in this state answers MMIO.
    fn answers(state: Self::State) -> bool;

    /// Whether a device in this state may assume that nobody touches it.
    fn may_assume_quiet(state: Self::State) -> bool;

    /// Whether the IOMMU lets one device read and write the MMIO of another.
    fn reaches(vm: &VirtualMachine<Self>, from: usize, to: usize) -> bool;

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

    /// Everything that can go wrong.
    fn injections() -> &'static [Self::Injection];

    /// Makes something go wrong with a device or its stream.
    fn inject(vm: &mut VirtualMachine<Self>, slot: usize, injection: Self::Injection);
}

/// How much of a stream.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Amount {
    /// A little, so that something is left.
    Part,
    /// What there is now, but not many more bytes than this.
    UpTo(u64),
    /// Everything.
    Whole,
}

/// What a device in this place is called: `A` to `Z`, then `A1` and so on.
pub(super) fn label(place: usize) -> String {
    let letter = char::from(b'A' + (place % 26) as u8);
    match place / 26 {
        0 => String::from(letter),
        round => format!("{letter}{round}"),
    }
}

/// A device and the VMM's accesses of it, each one logged.
pub trait Attached<E: Edition>: Debug {
    /// A freshly opened device in slot `number`.
    fn open(model: Model, number: usize, seed: u32, memory: &Memory) -> Self;

    /// `A`, `B`, …
    fn label(&self) -> &str;

    /// Which driver it has.
    fn model(&self) -> Model;

    /// Whether it has a capability or property of this name.
    fn offers(&self, feature: &str) -> bool;

    /// Where it is plugged in.
    fn place(&self) -> usize;

    /// The state that it is in.
    fn state(&self) -> E::State;

    /// The hardware.
    fn hardware(&self) -> &Device;

    /// The device, through its driver.
    fn function(&mut self) -> &mut dyn Function;

    /// What its state was after its last load, if there was one.
    fn loaded(&self) -> Option<&[u8]>;

    /// Nothing was loaded: what was is given up.
    fn forget_load(&mut self);

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

    /// What it has left to give: bytes that should be read before it stops, and bytes that it gives then.
    ///
    /// # Errors
    /// What the device answered.
    fn left(&mut self, stream: &Stream, log: &mut Log) -> Result<(u64, u64), E::Fault>;

    /// Writes some of a stream to it.
    ///
    /// # Errors
    /// What the device answered.
    fn load(&mut self, amount: Amount, segments: &[Vec<u8>], log: &mut Log)
    -> Result<(), E::Fault>;
}

/// Where a step brings the devices.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Target<S> {
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
pub struct Step<E: Edition> {
    /// Counted from 1.
    pub number: u32,
    /// Where the devices go.
    pub target: Target<E::State>,
    /// Whether the vCPUs run then.
    pub vcpu_running: bool,
    /// Whether the dirty log is on.
    pub dirty_tracking: bool,
    /// What is done.
    pub work: &'static [E::Work],
    /// What goes wrong.
    pub injection: Option<E::Injection>,
    /// The grace state that all devices reach before any goes on.
    pub barrier: Option<&'static str>,
    /// The error that the devices answer with.
    pub result: Option<E::Fault>,
}

impl<E: Edition> Debug for Step<E> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Step")
            .field("number", &self.number)
            .field("target", &self.target)
            .field("vcpu_running", &self.vcpu_running)
            .finish_non_exhaustive()
    }
}

/// What both generated editions name alike; each adds the rows that are its own. A new row of the book's tables does not
/// compile until it is done, here or there.
macro_rules! named {
    (
        $module:ident,
        work($vm:ident) { $($work:ident => $does:expr,)* },
        inject($machine:ident, $slot:ident) { $($injection:ident => $harm:expr,)* }
    ) => {
        type State = $module::DeviceState;
        type Fault = $module::Fault;
        type Work = $module::Work;
        type Injection = $module::Injection;

        const DRAIN: $module::Work = $module::Work::Drain;
        const DRAIN_PARTLY: $module::Work = $module::Work::DrainPartly;
        const LOAD: $module::Work = $module::Work::Load;
        const LOAD_PARTLY: $module::Work = $module::Work::LoadPartly;
        const COPY_DIRTY: $module::Work = $module::Work::CopyDirtyMemory;
        const STREAM_MEMORY: $module::Work = $module::Work::StreamMemory;

        fn initial() -> $module::DeviceState {
            $module::DeviceState::INITIAL
        }

        fn injections() -> &'static [$module::Injection] {
            &$module::Injection::ALL
        }

        fn failed(state: $module::DeviceState) -> bool {
            state.error()
        }

        fn saves_for_good(state: $module::DeviceState) -> bool {
            state.stream_is_final()
        }

        fn answers(state: $module::DeviceState) -> bool {
            state.answers_mmio()
        }

        fn may_assume_quiet(state: $module::DeviceState) -> bool {
            state.may_assume_quiet_mmio()
        }

        fn dma_quiet(state: $module::DeviceState) -> bool {
            state.dma_quiet()
        }

        fn plans() -> Vec<Plan<Self>> {
            let flows = $module::flows::ALL.iter();
            flows
                .map(|flow| VirtualMachine::<Self>::plan_of(flow))
                .collect()
        }

        fn legal(
            work: $module::Work,
            state: $module::DeviceState,
            vcpus: bool,
            tracking: bool,
        ) -> bool {
            work.legal(state, vcpus, tracking)
        }

        fn work(
            $vm: &mut VirtualMachine<Self>,
            work: $module::Work,
        ) -> Result<(), $module::Fault> {
            use super::Amount::{Part, Whole};
            use $module::Work;
            match work {
                Work::RunGuest => $vm.run_guest(),
                Work::StreamMemory => $vm.stream_memory(),
                Work::CopyDirtyMemory => $vm.copy_dirty_memory(),
                Work::SnapshotDirtyLog => $vm.snapshot_dirty_log(),
                Work::CopyFinalMemory => $vm.copy_final_memory(),
                Work::Drain => $vm.drain()?,
                Work::DrainPartly => $vm.read_streams(Part)?,
                Work::ReceiveMemory => $vm.receive_memory(),
                Work::Load => $vm.load(Whole)?,
                Work::LoadPartly => $vm.load(Part)?,
                Work::RestoreConfig => $vm.restore_config(),
                $(Work::$work => $does,)*
            }
            Ok(())
        }

        fn inject(
            $machine: &mut VirtualMachine<Self>,
            $slot: usize,
            injection: $module::Injection,
        ) {
            use $module::Injection;
            match injection {
                Injection::CaptureFails => $machine.trouble($slot).capture = true,
                Injection::DeviceBreaks => $machine.trouble($slot).dead = true,
                $(Injection::$injection => $harm,)*
            }
        }
    };
}
pub(super) use named;

/// `run` for the flows of one generated edition.
macro_rules! follows {
    ($edition:ty, $module:ident) => {
        impl VirtualMachine<$edition> {
            fn follow(&mut self, flow: &$module::Flow) -> Result<(), super::Failure> {
                let plan = Self::plan_of(flow);
                self.connect();
                let mut steps = plan.steps.iter();
                steps.try_for_each(|step| self.step(plan.destination, step))
            }

            fn plan_of(flow: &$module::Flow) -> super::Plan<$edition> {
                let steps = flow.steps.iter().map(|step| {
                    let target = match step.target {
                        $module::Target::State(state) => Target::State(state),
                        $module::Target::Write(state) => Target::Write(state),
                        $module::Target::Reset => Target::Reset,
                        $module::Target::Reads(state) => Target::Reads(state),
                    };
                    Step {
                        number: step.number,
                        target,
                        vcpu_running: step.vcpu_running,
                        dirty_tracking: step.dirty_tracking,
                        work: step.work,
                        injection: step.injection,
                        barrier: step.barrier,
                        result: step.result,
                    }
                });
                super::Plan {
                    name: flow.name,
                    destination: flow.side == $module::Side::Destination,
                    many: flow.devices == $module::Devices::Many,
                    released: flow.released.is_some(),
                    needs: flow.needs,
                    lacks: flow.lacks,
                    steps: steps.collect(),
                }
            }
        }
    };
}
pub(super) use follows;
