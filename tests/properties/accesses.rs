//! Whatever user space does, and whenever: an answer, and a state that may be.

use proptest::prelude::*;
use vfio_migration::covers;
use vfio_migration::driver::{Function, Model, Traced};
use vfio_migration::machine::{MigrationRegion, Window};
use vfio_migration::v1::{DeviceState, Driver, Fault, Phase, Register};
use vfio_migration::vmm::{Guest, Memory};

/// Something that happens to a device.
#[derive(Clone, Debug)]
enum Happening {
    State(u32),
    ReadRegister(usize),
    WriteRegister(usize, u64),
    ReadData(u64, usize),
    WriteData(u64, Vec<u8>),
    Round,
    Anywhere(u64, usize, bool),
    Reset,
    Bar(u64, Vec<u8>),
    Peer(u64, Vec<u8>),
    Ask(usize),
    Moments(usize),
    Trouble(u8),
}

fn happening() -> impl Strategy<Value = Happening> {
    let valid =
        (0..DeviceState::VALID.len()).prop_map(|n| Happening::State(DeviceState::VALID[n].bits()));
    let bytes = prop::collection::vec(any::<u8>(), 0..80);
    let register = 0..Register::ALL.len();
    let bar = prop_oneof![(0_u64..20).prop_map(|n| n * 8), any::<u64>()];
    let poke = prop_oneof![
        any::<u64>().prop_map(|v| v.to_le_bytes().to_vec()),
        bytes.clone()
    ];
    prop_oneof![
        12 => valid,
        2 => prop_oneof![0_u32..32, any::<u32>()].prop_map(Happening::State),
        6 => register.clone().prop_map(Happening::ReadRegister),
        4 => (register, prop_oneof![0_u64..9000, any::<u64>()]).prop_map(|(r, v)| Happening::WriteRegister(r, v)),
        4 => (0_u64..9000, 0_usize..5000).prop_map(|(at, len)| Happening::ReadData(at, len)),
        4 => (0_u64..9000, bytes).prop_map(|(at, bytes)| Happening::WriteData(at, bytes)),
        4 => Just(Happening::Round),
        2 => (prop_oneof![0_u64..20_000, any::<u64>()], 0_usize..40, any::<bool>())
            .prop_map(|(at, len, write)| Happening::Anywhere(at, len, write)),
        1 => Just(Happening::Reset),
        2 => (bar.clone(), poke.clone()).prop_map(|(at, bytes)| Happening::Bar(at, bytes)),
        1 => (bar, poke).prop_map(|(at, bytes)| Happening::Peer(at, bytes)),
        3 => (0_usize..6).prop_map(Happening::Ask),
        3 => (0_usize..20).prop_map(Happening::Moments),
        1 => (0_u8..3).prop_map(Happening::Trouble),
    ]
}

struct World {
    region: MigrationRegion<Traced>,
    guest: Guest,
    memory: Memory,
}

impl World {
    fn new(model: Model) -> Self {
        let memory = Memory::new(Guest::PAGES);
        Self {
            region: model.open(1, memory.port()),
            guest: Guest::new(1),
            memory,
        }
    }

    fn read_register(&mut self, register: Register) -> Result<u64, Fault> {
        let mut bytes = [0; 8];
        let width = register.width() as usize;
        self.region.read(register.offset(), &mut bytes[..width])?;
        Ok(u64::from_ne_bytes(bytes))
    }

    /// One round of the window, whichever its direction.
    fn round(&mut self) {
        let Ok(offset) = self.read_register(Register::DataOffset) else {
            return;
        };
        match self.region.phase() {
            Phase::Committed => {
                let size = self.read_register(Register::DataSize).unwrap_or(0);
                self.region.read(offset, &mut vec![0; size as usize]).ok();
                self.read_register(Register::PendingBytes).ok();
            }
            Phase::Offered => {
                self.region.write(offset, &[7; 200]).ok();
                self.region
                    .write(Register::DataSize.offset(), &200_u64.to_ne_bytes())
                    .ok();
            }
            Phase::Idle => {}
        }
    }

    fn happen(&mut self, happening: &Happening) {
        let start = self.region.driver().data_section().start;
        match happening {
            Happening::State(bits) => self.write_state(*bits),
            Happening::ReadRegister(n) => drop(self.read_register(Register::ALL[*n])),
            Happening::WriteRegister(n, value) => self.write_register(Register::ALL[*n], *value),
            Happening::ReadData(at, len) => drop(self.region.read(start + at, &mut vec![0; *len])),
            Happening::WriteData(at, bytes) => drop(self.region.write(start + at, bytes)),
            Happening::Round => self.round(),
            Happening::Anywhere(at, len, true) => drop(self.region.write(*at, &vec![0xff; *len])),
            Happening::Anywhere(at, len, false) => drop(self.region.read(*at, &mut vec![0; *len])),
            Happening::Reset => {
                self.region.reset();
                self.guest.device_was_reset(0);
                assert_eq!(self.region.state(), DeviceState::INITIAL);
            }
            Happening::Bar(at, bytes) => self.region.driver_mut().write_bar(*at, bytes),
            Happening::Peer(at, bytes) => self.region.driver_mut().peer_write(*at, bytes),
            Happening::Ask(count) => {
                self.guest
                    .ask(0, self.region.driver_mut(), &self.memory, *count);
            }
            Happening::Moments(count) => {
                (0..*count).for_each(|_| self.region.driver_mut().device_mut().run())
            }
            Happening::Trouble(kind) => {
                let trouble = self.region.driver_mut().device_mut().trouble();
                match kind {
                    0 => trouble.dead = true,
                    1 => trouble.capture = true,
                    _ => trouble.load = true,
                }
            }
        }
    }

    fn write_register(&mut self, register: Register, value: u64) {
        match register {
            Register::DeviceState => self.write_state(value as u32),
            _ => drop(self.region.write(
                register.offset(),
                &value.to_ne_bytes()[..register.width() as usize],
            )),
        }
    }

    fn write_state(&mut self, bits: u32) {
        let before = self.region.state();
        let result = self
            .region
            .write(Register::DeviceState.offset(), &bits.to_ne_bytes());
        let after = self.region.state();
        match result {
            Ok(()) => assert_eq!(after.bits(), bits, "{before} to {bits:#x} succeeded"),
            Err(fault) => assert!(
                after == before || after.error(),
                "{before} to {bits:#x}: {fault}: {after}"
            ),
        }
        if result.is_err() && bits & DeviceState::RESERVED != 0 {
            assert_eq!(after, before);
        }
    }

    /// What must hold at any time.
    fn check(&mut self) {
        let state = self.region.state();
        assert!(state.valid() || state.error(), "{state}");
        assert_eq!(
            self.read_register(Register::DeviceState),
            Ok(state.bits().into())
        );
        assert_eq!(self.read_register(Register::Reserved), Ok(0));
        let driver = self.region.driver();
        assert_eq!(
            driver.device().running(),
            state.changes_internal_state(),
            "{state}"
        );
        if state.dma_quiet() && !driver.describe().ndma_in_software {
            assert!(
                !driver.device().may_dma() && !driver.device().in_flight(),
                "{state}"
            );
        }
        if state.error() {
            assert_eq!(
                self.read_register(Register::PendingBytes),
                Err(Fault::InError)
            );
        }
    }
}

fn models() -> impl Strategy<Value = Model> {
    prop::sample::select(Model::ALL.to_vec())
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 192, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn every_sequence_is_answered(model in models(), happenings in prop::collection::vec(happening(), 1..120)) {
        covers![V1_SYSTEM_ANY_ACCESS, V1_STATE_READ, V1_STATE_FAILED, V1_STATE_SYNC, V1_SYSTEM_HOST_SAFE];
        let mut world = World::new(model);
        for happening in &happenings {
            world.happen(happening);
            world.check();
        }
        // Wherever it is, a reset makes a working device of it.
        world.happen(&Happening::Reset);
        prop_assert_eq!(world.region.driver().image(), World::new(model).region.driver().image());
        let wrong = world.guest.wrong();
        world.happen(&Happening::Ask(4));
        world.happen(&Happening::Moments(40));
        prop_assert_eq!(world.guest.collect(0, &world.memory), 4);
        prop_assert_eq!(world.guest.wrong(), wrong);
    }
}
