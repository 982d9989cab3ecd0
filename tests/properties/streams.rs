//! Whatever a stream holds: it is the stream, or it is refused.

use proptest::prelude::*;
use vfio_migration::covers;
use vfio_migration::driver::{Function, Model, Traced};
use vfio_migration::machine::MigrationRegion;
use vfio_migration::v1::{DeviceState, Fault, Register};
use vfio_migration::vmm::{Guest, Memory};

/// A change of a stream.
#[derive(Clone, Debug)]
enum Damage {
    Flip { segment: usize, bit: usize },
    Cut { segment: usize, len: usize },
    Drop(usize),
    Repeat(usize, usize),
    Swap(usize, usize),
    Merge(usize),
    Insert(usize, Vec<u8>),
}

fn damage() -> impl Strategy<Value = Damage> {
    let place = any::<usize>();
    prop_oneof![
        (place, any::<usize>()).prop_map(|(segment, bit)| Damage::Flip { segment, bit }),
        (place, any::<usize>()).prop_map(|(segment, len)| Damage::Cut { segment, len }),
        place.prop_map(Damage::Drop),
        (place, place).prop_map(|(from, to)| Damage::Repeat(from, to)),
        (place, place).prop_map(|(a, b)| Damage::Swap(a, b)),
        place.prop_map(Damage::Merge),
        (place, prop::collection::vec(any::<u8>(), 1..300))
            .prop_map(|(at, bytes)| Damage::Insert(at, bytes)),
    ]
}

fn apply(damage: &Damage, segments: &mut Vec<Vec<u8>>) {
    let n = segments.len();
    if n == 0 {
        return;
    }
    match damage {
        Damage::Flip { segment, bit } => {
            let segment = &mut segments[segment % n];
            if !segment.is_empty() {
                let bit = bit % (segment.len() * 8);
                segment[bit / 8] ^= 1 << (bit % 8);
            }
        }
        Damage::Cut { segment, len } => {
            let segment = &mut segments[segment % n];
            segment.truncate(len % (segment.len() + 1));
        }
        Damage::Drop(at) => drop(segments.remove(at % n)),
        Damage::Repeat(from, to) => segments.insert(to % (n + 1), segments[from % n].clone()),
        Damage::Swap(a, b) => segments.swap(a % n, b % n),
        Damage::Merge(at) => {
            if at % n + 1 < n {
                let next = segments.remove(at % n + 1);
                segments[at % n].extend(next);
            }
        }
        Damage::Insert(at, bytes) => segments.insert(at % (n + 1), bytes.clone()),
    }
}

fn open(model: Model, seed: u32) -> (MigrationRegion<Traced>, Memory) {
    let memory = Memory::new(Guest::PAGES);
    (model.open(seed, memory.port()), memory)
}

fn set(region: &mut MigrationRegion<Traced>, state: DeviceState) -> Result<(), Fault> {
    region.write(Register::DeviceState.offset(), &state.bits().to_ne_bytes())
}

fn register(region: &mut MigrationRegion<Traced>, register: Register) -> Result<u64, Fault> {
    let mut bytes = [0; 8];
    region
        .read(register.offset(), &mut bytes)
        .map(|()| u64::from_ne_bytes(bytes))
}

/// A used device, its stream and its state.
fn saved(model: Model) -> (Vec<Vec<u8>>, Vec<u8>) {
    let (mut region, memory) = open(model, 1);
    Guest::new(1).ask(0, region.driver_mut(), &memory, 5);
    (0..7).for_each(|_| region.driver_mut().device_mut().run());
    set(&mut region, DeviceState::SAVING).expect("a save");
    let mut segments = Vec::new();
    while register(&mut region, Register::PendingBytes).expect("pending_bytes") != 0 {
        let offset = register(&mut region, Register::DataOffset).expect("data_offset");
        let size = register(&mut region, Register::DataSize).expect("data_size");
        let mut segment = vec![0; size as usize];
        region.read(offset, &mut segment).expect("the segment");
        segments.push(segment);
    }
    (segments, region.driver().image())
}

/// Hands over what is taken; gives the verdict, and whether all was taken.
fn load(region: &mut MigrationRegion<Traced>, segments: &[Vec<u8>]) -> (Result<(), Fault>, bool) {
    set(region, DeviceState::RESUMING).expect("a fresh device resumes");
    let all = segments.iter().all(|segment| {
        let put = register(region, Register::DataOffset)
            .and_then(|offset| region.write(offset, segment))
            .and_then(|()| {
                region.write(
                    Register::DataSize.offset(),
                    &(segment.len() as u64).to_ne_bytes(),
                )
            });
        put.is_ok()
    });
    (set(region, DeviceState::NONE), all)
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 384, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn a_damaged_stream_is_refused(
        model in prop::sample::select(Model::ALL.to_vec()),
        damages in prop::collection::vec(damage(), 0..4),
    ) {
        covers![V1_RESUME_INVALID, V1_SYSTEM_ANY_STREAM, V1_RESUME_EXACT];
        let (sound, image) = saved(model);
        let mut segments = sound.clone();
        damages.iter().for_each(|damage| apply(damage, &mut segments));
        let (mut region, memory) = open(model, 2);
        let (verdict, all) = load(&mut region, &segments);
        if segments == sound {
            prop_assert_eq!(verdict, Ok(()));
        } else if all {
            prop_assert_eq!(verdict, Err(Fault::InvalidStream));
        }
        match verdict {
            Ok(()) => prop_assert!(region.driver().image() == image),
            Err(fault) => {
                prop_assert_eq!(fault, Fault::InvalidStream);
                prop_assert_eq!(region.state(), DeviceState::ERROR);
            }
        }
        prop_assert!(memory.bytes().iter().all(|byte| *byte == 0), "a stream reached guest memory");
    }
}
