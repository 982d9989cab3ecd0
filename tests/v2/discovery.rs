//! `discovery.md`: the ioctl, capabilities, and what a device is right after open.

use vfio_migration::covers;
use vfio_migration::driver::Model;
use vfio_migration::v2::feature::*;
use vfio_migration::v2::{Capabilities, DeviceState, Fault};

use crate::fake::{Fake, calls, in_state, states};
use crate::rig::{Ram, Rig, every_state, feature, get_state, info, simple};

const GET: u32 = VFIO_DEVICE_FEATURE_GET;
const SET: u32 = VFIO_DEVICE_FEATURE_SET;
const PROBE: u32 = VFIO_DEVICE_FEATURE_PROBE;

/// Number, operations, payload.
const FEATURES: [(u32, u32, usize); 7] = [
    (VFIO_DEVICE_FEATURE_MIGRATION, GET, 8),
    (VFIO_DEVICE_FEATURE_MIG_DEVICE_STATE, GET | SET, 8),
    (VFIO_DEVICE_FEATURE_DMA_LOGGING_START, SET, 24),
    (VFIO_DEVICE_FEATURE_DMA_LOGGING_STOP, SET, 0),
    (VFIO_DEVICE_FEATURE_DMA_LOGGING_REPORT, GET, 32),
    (VFIO_DEVICE_FEATURE_MIG_DATA_SIZE, GET, 8),
    (VFIO_DEVICE_FEATURE_MIG_PRECOPY_INFOv2, SET, 0),
];

#[test]
fn features_that_are_not_there_say_so() {
    covers![V2_DISCOVERY_ABSENT, V2_LOG_OPTIONAL];
    let mut device = Fake::device(Capabilities::ALL);
    device.driver_mut().log_page = None;
    let logs = [6, 7, 8];
    for number in (0..64).chain([0xffff]).filter(|number| {
        logs.contains(number) || !FEATURES.iter().any(|(known, ..)| known == number)
    }) {
        for operation in [GET, SET, PROBE, PROBE | GET, PROBE | SET, PROBE | GET | SET] {
            for payload in [&[][..], &[0; 4], &[0; 64]] {
                let (result, _) = simple(&mut device, number | operation, payload);
                assert_eq!(result, Err(Fault::NotSupported), "{number} {operation:#x}");
            }
        }
    }
    // A driver that cannot even be stopped and copied: no migration at all.
    let mut device = Fake::device(Capabilities::NONE);
    for number in [1, 2, 9] {
        assert_eq!(
            simple(&mut device, number | GET, &[0; 8]).0,
            Err(Fault::NotSupported)
        );
    }
    assert_eq!(Fault::NotSupported.errno(), vfio_migration::errno::ENOTTY);
}

/// The rows of the table, in its order, on a device that has these operations of a feature (`None`: not the feature).
fn refusal(offered: Option<u32>, len: usize, flags: u32, argsz: usize) -> Option<Fault> {
    let known = VFIO_DEVICE_FEATURE_MASK | GET | SET | PROBE;
    let operation = flags & (GET | SET | PROBE);
    let rows = [
        (argsz < 8, Fault::ShortArgument),
        (flags & !known != 0, Fault::BadFlags),
        (operation == GET | SET, Fault::BadFlags),
        (offered.is_none(), Fault::NotSupported),
        (
            operation & (GET | SET) & !offered.unwrap_or(0) != 0,
            Fault::WrongOperation,
        ),
        (operation == 0, Fault::BadFlags),
        (
            operation & PROBE == 0 && argsz < 8 + len,
            Fault::ShortArgument,
        ),
    ];
    rows.into_iter()
        .find_map(|(holds, fault)| holds.then_some(fault))
}

#[test]
fn the_first_reason_counts() {
    covers![V2_DISCOVERY_REFUSED];
    let absent = (500, None, 0);
    let there = FEATURES.map(|(number, offered, len)| (number, Some(offered), len));
    for (number, offered, len) in there.into_iter().chain([absent]) {
        for operation in (0..8).map(|operation| operation << 16) {
            for stray in [0, 1 << 19, 1 << 31] {
                for argsz in [0, 7, 8, 8 + len - len.min(1), 8 + len, 100] {
                    let mut device = Fake::device(Capabilities::ALL);
                    let flags = number | operation | stray;
                    let mut argument = vec![0; 100];
                    argument[..4].copy_from_slice(&(argsz as u32).to_ne_bytes());
                    argument[4..8].copy_from_slice(&flags.to_ne_bytes());
                    let before = argument.clone();
                    let result = device.feature(&mut argument, &mut Ram(vec![0; 8192]));
                    match refusal(offered, len, flags, argsz) {
                        // What the payload asks for may be wrong.
                        None if matches!(number, 2 | 6 | 8) && operation & PROBE == 0 => {
                            let payload = [
                                Ok(()),
                                Err(Fault::ErrorRequested),
                                Err(Fault::NoRanges),
                                Err(Fault::BadPageSize),
                            ];
                            assert!(payload.contains(&result), "{flags:#x} {argsz}: {result:?}");
                        }
                        None => assert_eq!(result, Ok(()), "{flags:#x} {argsz}"),
                        Some(fault) => {
                            assert_eq!(result, Err(fault), "{flags:#x} {argsz}");
                            assert_eq!(argument, before);
                            assert!(calls(&mut device).is_empty());
                        }
                    }
                }
            }
        }
    }
}

#[test]
fn flags_must_make_sense() {
    covers![V2_DISCOVERY_FLAGS];
    let mut device = Fake::device(Capabilities::ALL);
    for (number, _, len) in FEATURES {
        let bad = [0, GET | SET, GET | 1 << 19, PROBE | 1 << 31, SET | 1 << 20];
        for operation in bad {
            let (result, _) = simple(&mut device, number | operation, &vec![0; len]);
            assert_eq!(result, Err(Fault::BadFlags), "{number} {operation:#x}");
        }
    }
    assert!(calls(&mut device).is_empty());
}

#[test]
fn each_feature_has_its_operations() {
    covers![V2_DISCOVERY_OPERATION, V2_DISCOVERY_PROBE];
    for (number, offered, len) in FEATURES {
        for operation in [GET, SET, GET | SET] {
            let mut device = Fake::device(Capabilities::ALL);
            let there = operation & !offered == 0;
            let expected = if there {
                Ok(())
            } else {
                Err(Fault::WrongOperation)
            };
            let (result, _) = simple(&mut device, number | operation | PROBE, &[]);
            assert_eq!(result, expected, "probe {number} {operation:#x}");
            assert!(calls(&mut device).is_empty(), "a probe does nothing else");
            if !there && operation != GET | SET {
                let (result, _) = simple(&mut device, number | operation, &vec![0; len]);
                assert_eq!(
                    result,
                    Err(Fault::WrongOperation),
                    "{number} {operation:#x}"
                );
            }
        }
        let mut device = Fake::device(Capabilities::ALL);
        assert_eq!(simple(&mut device, number | PROBE, &[]).0, Ok(()));
    }
}

/// A probe is no opt-in, no request, and starts no log.
#[test]
fn a_probe_changes_nothing() {
    covers![V2_DISCOVERY_PROBE];
    let mut device = in_state(Capabilities::ALL, DeviceState::PRE_COPY);
    let payload = DeviceState::STOP.raw().to_ne_bytes();
    for (number, offered, _) in FEATURES {
        simple(&mut device, PROBE | offered | number, &payload)
            .0
            .expect("a probe");
    }
    assert_eq!(device.state(), DeviceState::PRE_COPY);
    let fd = device.session().expect("still open");
    assert_eq!(
        info(&mut device, fd, 0xabcd).map(|info| info.0),
        Ok(0xabcd),
        "no second version"
    );
    assert!(!device.logging());
}

#[test]
fn lengths_are_checked() {
    covers![V2_DISCOVERY_ARGSZ];
    for (number, offered, len) in FEATURES {
        for operation in [GET, SET]
            .into_iter()
            .filter(|operation| operation & offered != 0)
        {
            for argsz in [0, 7, 8, 8 + len - 1, 8 + len, 8 + len + 1, 4096] {
                let mut device = Fake::device(Capabilities::ALL);
                let mut argument = vec![0; 5000];
                argument[..4].copy_from_slice(&(argsz as u32).to_ne_bytes());
                argument[4..8].copy_from_slice(&(number | operation).to_ne_bytes());
                let result = device.feature(&mut argument, &mut Ram(vec![0; 8192]));
                let short = argsz < 8 + len;
                assert_eq!(
                    result == Err(Fault::ShortArgument),
                    short,
                    "{number}: {argsz}"
                );
            }
        }
        // A buffer that is shorter than it claims is no reason to panic.
        let mut device = Fake::device(Capabilities::ALL);
        let mut argument = [64_u32, number | offered].map(u32::to_ne_bytes).concat();
        if len != 0 && offered != GET | SET {
            let result = device.feature(&mut argument, &mut Ram(Vec::new()));
            assert_eq!(result, Err(Fault::ShortArgument));
        }
    }
}

fn flags(rig: &mut Rig) -> u64 {
    let (result, payload) = simple(
        &mut rig.device,
        VFIO_DEVICE_FEATURE_MIGRATION | GET,
        &[0; 8],
    );
    result.expect("capabilities");
    u64::from_ne_bytes(payload.try_into().expect("eight bytes"))
}

#[test]
fn capabilities_are_the_four_sets() {
    covers![V2_DISCOVERY_CAPABILITIES];
    let found = Model::ALL.map(|model| flags(&mut Rig::new(model)));
    assert_eq!(found, [7, 1, 3, 5]);
    assert_eq!(Capabilities::LEGAL.map(Capabilities::flags), [1, 3, 5, 7]);
}

#[test]
fn capabilities_stay() {
    covers![V2_DISCOVERY_CONSTANT];
    every_state(|mut rig, _| {
        let before = flags(&mut Rig::new(rig.model));
        assert_eq!(flags(&mut rig), before);
        rig.break_device();
        assert_eq!(flags(&mut rig), before);
    });
    // A driver that changes its mind is not heard before the last close.
    let mut device = Fake::device(Capabilities::STOP_COPY);
    device.driver_mut().capabilities = Capabilities::ALL;
    assert_eq!(
        device.request(DeviceState::PRE_COPY),
        Err(Fault::UnsupportedState)
    );
    device.reset();
    assert_eq!(
        device.request(DeviceState::PRE_COPY),
        Err(Fault::UnsupportedState)
    );
    device.close();
    assert!(device.request(DeviceState::PRE_COPY).is_ok());
}

#[test]
fn a_device_is_opened_fresh() {
    covers![V2_DISCOVERY_OPEN];
    for capabilities in Capabilities::LEGAL {
        for state in states(capabilities) {
            let mut device = in_state(capabilities, state);
            let fd = device.session();
            let opts_in = capabilities.contains(Capabilities::PRE_COPY);
            if opts_in {
                simple(
                    &mut device,
                    SET | VFIO_DEVICE_FEATURE_MIG_PRECOPY_INFOv2,
                    &[],
                )
                .0
                .expect("opt in");
            }
            let control = control(4096, 1, 0);
            let mut user = Ram(vec![0; 4096]);
            let start = SET | VFIO_DEVICE_FEATURE_DMA_LOGGING_START;
            feature(&mut device, start, &control, &mut user)
                .0
                .expect("a log");
            device.close();

            assert_eq!(get_state(&mut device), (DeviceState::RUNNING.raw(), -1));
            assert_eq!((device.session(), device.logging()), (None, false));
            if let Some(fd) = fd {
                assert!(device.poll(fd).expect("a poll").hung_up);
            }
            if opts_in {
                let fd = device
                    .request(DeviceState::PRE_COPY)
                    .expect("pre-copy")
                    .expect("a session");
                assert_eq!(info(&mut device, fd, 0xabcd).map(|info| info.0), Ok(0xabcd));
            }
        }
    }
    assert_eq!(
        get_state(&mut Fake::device(Capabilities::ALL)),
        (DeviceState::RUNNING.raw(), -1)
    );
}

/// The payload that starts a log.
fn control(page_size: u64, ranges: u32, address: u64) -> Vec<u8> {
    let mut payload = page_size.to_ne_bytes().to_vec();
    payload.extend_from_slice(&ranges.to_ne_bytes());
    payload.extend_from_slice(&[0; 4]);
    payload.extend_from_slice(&address.to_ne_bytes());
    payload
}
