//! `window.md`: the protocol of the data window.

use vfio_migration::covers;
use vfio_migration::driver::Model;
use vfio_migration::v1::{Access, DeviceState, Driver, Fault, Phase, Register, access};

use crate::fake::{self, Fake};
use crate::rig::{Rig, every};

const PRECOPY: DeviceState = DeviceState::SAVING.with(DeviceState::RUNNING);

/// A fake region in this state and phase; `None` where the phase cannot be there.
fn in_phase(
    state: DeviceState,
    phase: Phase,
) -> Option<vfio_migration::machine::MigrationRegion<Fake>> {
    let mut region = Fake::region();
    fake::set(&mut region, state).expect("a legal write");
    if phase != Phase::INITIAL {
        fake::read(&mut region, Register::DataOffset).ok()?;
    }
    (region.phase() == phase).then_some(region)
}

#[test]
fn the_protocol_says_which_access_reaches_the_driver() {
    covers![V1_WINDOW_PROTOCOL, V1_WINDOW_ORDER];
    let mut bytes = [0; 8];
    let mut seen = 0;
    for state in DeviceState::VALID {
        for phase in Phase::ALL {
            for kind in Access::ALL {
                let Some(mut region) = in_phase(state, phase) else {
                    continue;
                };
                fake::calls(&mut region);
                let data = fake::SEGMENT.start;
                let result = match kind {
                    Access::ReadPendingBytes => {
                        region.read(Register::PendingBytes.offset(), &mut bytes)
                    }
                    Access::ReadDataOffset => {
                        region.read(Register::DataOffset.offset(), &mut bytes)
                    }
                    Access::ReadDataSize => region.read(Register::DataSize.offset(), &mut bytes),
                    Access::ReadData => region.read(data, &mut bytes),
                    Access::WriteData => region.write(data, &bytes),
                    Access::WriteDataSize => {
                        region.write(Register::DataSize.offset(), &8_u64.to_ne_bytes())
                    }
                };
                let expected = access(state, phase, kind);
                let here = format!("{kind} in {state}, {phase}");
                assert_eq!(result, expected.map(|_| ()), "{here}");
                let (after, callback) = expected.unwrap_or((phase, None));
                assert_eq!(region.phase(), after, "{here}");
                let calls = fake::calls(&mut region);
                assert_eq!(
                    calls.last().copied(),
                    callback.map(|callback| callback.name()),
                    "{here}"
                );
                seen += 1;
            }
        }
    }
    // Ten states that are idle, four that save, two that resume.
    assert_eq!(seen, (10 + 4 + 2) * Access::ALL.len());
}

#[test]
fn a_failed_callback_keeps_the_phase() {
    covers![V1_WINDOW_PROTOCOL];
    let mut region = Fake::region();
    fake::set(&mut region, DeviceState::SAVING).expect("a legal write");
    region.driver_mut().fails = Some(("next_segment", Fault::NoData));
    assert_eq!(
        fake::read(&mut region, Register::DataOffset),
        Err(Fault::NoData)
    );
    assert_eq!(region.phase(), Phase::Idle);
    region.driver_mut().fails = None;
    fake::read(&mut region, Register::DataOffset).expect("a segment");
    region.driver_mut().fails = Some(("acknowledge", Fault::ActionFailed));
    assert_eq!(
        fake::read(&mut region, Register::PendingBytes),
        Err(Fault::ActionFailed)
    );
    assert_eq!(region.phase(), Phase::Committed);
}

#[test]
fn data_outside_the_segment_is_out_of_range() {
    covers![V1_WINDOW_RANGE];
    every(|model| {
        let mut rig = Rig::used(model, DeviceState::SAVING);
        let offset = rig.read(Register::DataOffset).expect("a segment");
        let size = rig.read(Register::DataSize).expect("its size");
        let mut bytes = [0; 2];
        for place in [offset + size, offset + size - 1, rig.section().end - 2] {
            if place + 2 > offset + size && place + 2 <= rig.section().end {
                assert_eq!(
                    rig.region.read(place, &mut bytes),
                    Err(Fault::OutOfRange),
                    "{model:?} at {place:#x}"
                );
            }
        }
        assert_eq!(rig.region.read(offset + size - 2, &mut bytes), Ok(()));
        // While resuming, all from `data_offset` on.
        let (mut other, _) = Rig::loaded(model, &rig.drain()[..0]);
        other.region.reset();
        other.must_set(DeviceState::RESUMING);
        let offer = other.read(Register::DataOffset).expect("an offer");
        assert_eq!(
            other.region.write(other.section().end - 1, &bytes),
            Err(Fault::OutOfRange)
        );
        assert_eq!(other.region.write(offer, &bytes), Ok(()));
    });
}

#[test]
fn a_write_of_the_state_leaves_the_round() {
    covers![V1_WINDOW_ROUND_KEPT];
    let mut rig = Rig::used(Model::Buffering, PRECOPY);
    let offset = rig.read(Register::DataOffset).expect("a segment");
    let size = rig.read(Register::DataSize).expect("its size");
    let mut first = vec![0; 16];
    rig.region.read(offset, &mut first).expect("half of it");
    rig.must_set(PRECOPY | DeviceState::NDMA);
    assert_eq!(rig.read(Register::DataSize), Ok(size));
    let mut again = vec![0; 16];
    rig.region.read(offset, &mut again).expect("the same half");
    assert_eq!(first, again);
}

#[test]
fn what_is_pending_can_be_fetched() {
    covers![V1_WINDOW_PENDING_HONEST, V1_WINDOW_PENDING_HARMLESS];
    every(|model| {
        for state in [PRECOPY, DeviceState::SAVING] {
            let mut once = Rig::used(model, state);
            let mut often = Rig::used(model, state);
            let mut segments = Vec::new();
            while often.pending() != 0 {
                (0..3).for_each(|_| assert_ne!(often.pending(), 0));
                segments.push(often.fetch());
            }
            assert_eq!(once.drain(), segments, "{model:?}, {state}");
        }
    });
}

#[test]
fn nothing_pending_nothing_fetched() {
    covers![V1_WINDOW_NO_DATA];
    every(|model| {
        for state in [PRECOPY, DeviceState::SAVING] {
            let mut rig = Rig::used(model, state);
            rig.drain();
            assert_eq!(
                rig.read(Register::DataOffset),
                Err(Fault::NoData),
                "{model:?}, {state}"
            );
            assert_eq!((rig.state(), rig.phase()), (state, Phase::Idle));
        }
    });
}

#[test]
fn a_device_without_precopy_has_nothing_to_say_before_it_stops() {
    covers![V1_WINDOW_NO_PRECOPY];
    every(|model| {
        let mut rig = Rig::used(model, PRECOPY);
        let precopy = rig.region.driver().describe().precopy;
        assert_eq!(rig.pending() != 0, precopy, "{model:?}");
    });
}

#[test]
fn a_committed_segment_stays() {
    covers![V1_WINDOW_STABLE];
    every(|model| {
        for state in [PRECOPY, DeviceState::SAVING] {
            let mut rig = Rig::used(model, state);
            if rig.pending() == 0 {
                continue;
            }
            let offset = rig.read(Register::DataOffset);
            let segment = rig.fetch();
            if state.answers_mmio() {
                rig.ask(2);
            }
            rig.moments(24);
            assert_eq!(rig.read(Register::DataOffset), offset, "{model:?}, {state}");
            assert_eq!(rig.fetch(), segment, "{model:?}, {state}");
        }
    });
}

#[test]
fn pieces_of_any_kind_make_the_same_segment() {
    covers![V1_WINDOW_PIECES, V1_WINDOW_COMMIT];
    every(|model| {
        let mut rig = Rig::used(model, DeviceState::SAVING);
        let mut other = Rig::with_seed(model, 2);
        other.must_set(DeviceState::RESUMING);
        while rig.pending() != 0 {
            let whole = rig.fetch();
            let offset = rig.read(Register::DataOffset).expect("the same segment");
            let place = other.read(Register::DataOffset).expect("an offer");
            // From the back, 7 bytes a piece, each one twice.
            let mut at = whole.len();
            while at > 0 {
                let start = at.saturating_sub(7);
                let mut piece = vec![0; at - start];
                for _ in 0..2 {
                    rig.region
                        .read(offset + start as u64, &mut piece)
                        .expect("a piece");
                    other
                        .region
                        .write(place + start as u64, &piece)
                        .expect("a piece");
                }
                assert_eq!(piece, whole[start..at]);
                at = start;
            }
            other
                .write(Register::DataSize, whole.len() as u64)
                .expect("handed over");
        }
        other.must_set(DeviceState::NONE);
        assert!(other.image() == rig.image(), "{model:?}");
    });
}

#[test]
fn what_was_not_fetched_is_missed() {
    covers![V1_WINDOW_COMMITTED];
    let mut rig = Rig::used(Model::Buffering, PRECOPY);
    rig.read(Register::DataOffset)
        .expect("a segment, never fetched");
    let mut segments = rig.drain();
    rig.must_set(DeviceState::SAVING);
    segments.extend(rig.drain());
    let (mut loaded, result) = Rig::loaded(Model::Buffering, &segments);
    assert_eq!(result, Err(Fault::InvalidStream));
    assert_eq!(loaded.state(), DeviceState::ERROR);
}

#[test]
fn what_was_fetched_counts_although_nobody_said_so() {
    covers![V1_WINDOW_UNACKNOWLEDGED];
    every(|model| {
        let mut rig = Rig::used(model, PRECOPY);
        let mut segments = Vec::new();
        if rig.pending() != 0 {
            segments.push(rig.fetch());
        }
        // Pre-copy ends without a read of `pending_bytes`, as released user space does.
        rig.must_set(DeviceState::SAVING);
        segments.extend(rig.drain());
        let (loaded, result) = Rig::loaded(model, &segments);
        assert_eq!(result, Ok(()), "{model:?}");
        assert!(loaded.image() == rig.image(), "{model:?}");
    });
}

#[test]
fn precopy_may_be_left_with_bytes_pending() {
    covers![V1_WINDOW_LEAVE_EARLY];
    every(|model| {
        let mut rig = Rig::used(model, PRECOPY);
        rig.use_device();
        rig.must_set(DeviceState::SAVING);
        let (loaded, result) = Rig::loaded(model, &rig.drain());
        assert_eq!(result, Ok(()), "{model:?}");
        assert!(loaded.image() == rig.image(), "{model:?}");
    });
}

#[test]
fn each_save_is_a_stream_of_its_own() {
    covers![V1_WINDOW_SESSION];
    every(|model| {
        for again in [DeviceState::RUNNING, DeviceState::NONE] {
            let mut rig = Rig::used(model, DeviceState::SAVING);
            let first = rig.drain();
            rig.must_set(again);
            if again.contains(DeviceState::RUNNING) {
                rig.use_device();
            }
            rig.must_set(DeviceState::SAVING);
            let second = rig.drain();
            assert_eq!(Rig::loaded(model, &second).1, Ok(()), "{model:?}");
            assert_eq!(first.len(), second.len());
            // The streams differ, even where the state does not.
            assert_ne!(first, second, "{model:?}");
            for at in 1..first.len() {
                let mixed = [&first[..at], &second[at..]].concat();
                let (loaded, result) = Rig::loaded(model, &mixed);
                let exact = result == Ok(()) && loaded.image() == rig.image();
                assert!(
                    exact || result == Err(Fault::InvalidStream),
                    "{model:?}: mixed at {at}: {result:?}"
                );
            }
        }
        // `start_precopy` out of the last part begins anew too.
        let mut rig = Rig::used(model, DeviceState::SAVING);
        rig.fetch();
        let segments = rig.save();
        let (loaded, result) = Rig::loaded(model, &segments);
        assert_eq!(result, Ok(()), "{model:?}");
        assert!(loaded.image() == rig.image(), "{model:?}");
    });
}

#[test]
fn a_length_that_does_not_fit_is_refused_and_the_round_goes_on() {
    covers![V1_WINDOW_COMMIT_RANGE];
    every(|model| {
        let mut rig = Rig::used(model, DeviceState::SAVING);
        let segments = rig.drain();
        let mut other = Rig::with_seed(model, 2);
        other.must_set(DeviceState::RESUMING);
        for segment in &segments {
            let offset = other.read(Register::DataOffset).expect("an offer");
            other
                .region
                .write(offset, segment)
                .expect("the segment fits");
            let room = other.section().end - offset;
            for length in [0, room + 1, u64::MAX] {
                assert_eq!(
                    other.write(Register::DataSize, length),
                    Err(Fault::OutOfRange),
                    "{model:?}"
                );
                assert_eq!(other.phase(), Phase::Offered);
            }
            other
                .write(Register::DataSize, segment.len() as u64)
                .expect("handed over");
        }
        other.must_set(DeviceState::NONE);
        assert!(other.image() == rig.image(), "{model:?}");
    });
}

#[test]
fn a_stream_that_is_too_long_is_refused() {
    covers![V1_WINDOW_TOO_LONG, V1_WINDOW_VERDICT_LATE];
    every(|model| {
        let mut rig = Rig::new(model);
        let max = rig.region.driver().describe().max_state_bytes;
        rig.must_set(DeviceState::RESUMING);
        let mut sent = 0;
        loop {
            let offset = rig.read(Register::DataOffset).expect("an offer");
            let room = rig.section().end - offset;
            let garbage = vec![0xa5; room.min(512) as usize];
            let fits = sent + garbage.len() as u64 <= max;
            let result = rig.region.write(offset, &garbage);
            assert_eq!(
                result,
                if fits {
                    Ok(())
                } else {
                    Err(Fault::StreamTooLong)
                },
                "{model:?} after {sent}"
            );
            if !fits {
                let length = garbage.len() as u64;
                assert_eq!(
                    rig.write(Register::DataSize, length),
                    Err(Fault::StreamTooLong)
                );
                break;
            }
            // Garbage, and not refused: the verdict comes later.
            rig.write(Register::DataSize, garbage.len() as u64)
                .expect("handed over");
            sent += garbage.len() as u64;
        }
        assert_eq!(
            (rig.state(), rig.phase()),
            (DeviceState::RESUMING, Phase::Offered)
        );
        assert_eq!(rig.set(DeviceState::NONE), Err(Fault::InvalidStream));
    });
}
