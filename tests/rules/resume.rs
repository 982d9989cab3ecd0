//! `resume.md`: what loads, and what does not.

use vfio_migration::covers;
use vfio_migration::driver::stream::Header;
use vfio_migration::driver::{Buffering, Model, Traced};
use vfio_migration::machine::MigrationRegion;
use vfio_migration::v1::{Capabilities, DeviceState, Fault};
use vfio_migration::vmm::{Guest, Memory};

use crate::rig::{Rig, every};

type Segments = Vec<Vec<u8>>;

/// A stream with pre-copy where the device has it.
fn stream(model: Model) -> (Rig, Segments) {
    let mut rig = Rig::used(model, DeviceState::RUNNING);
    let segments = rig.save();
    assert!(
        segments.len() >= 3,
        "{model:?}: too few segments to confuse"
    );
    (rig, segments)
}

/// The stream loads into a device of its kind, exactly; nothing that was done to it does.
#[test]
fn only_the_very_stream_loads() {
    covers![V1_RESUME_INVALID, V1_WINDOW_SAME_SEGMENTS, V1_RESUME_EXACT];
    every(|model| {
        let (rig, segments) = stream(model);
        let (loaded, result) = Rig::loaded(model, &segments);
        assert_eq!(result, Ok(()), "{model:?}");
        assert!(loaded.image() == rig.image(), "{model:?}");
        for (what, bad) in damaged(&segments) {
            let (mut loaded, result) = Rig::loaded(model, &bad);
            if matches!(result, Err(Fault::StreamTooLong | Fault::OutOfRange)) {
                // Refused for its length, not handed over. What was handed over is judged without it.
                assert_eq!(loaded.state(), DeviceState::RESUMING, "{model:?}: {what}");
                let verdict = loaded.set(DeviceState::NONE);
                let exact = verdict == Ok(()) && loaded.image() == rig.image();
                assert!(
                    exact || verdict == Err(Fault::InvalidStream),
                    "{model:?}: {what}: {verdict:?}"
                );
                continue;
            }
            assert_eq!(result, Err(Fault::InvalidStream), "{model:?}: {what}");
            assert_eq!(loaded.state(), DeviceState::ERROR, "{model:?}: {what}");
        }
    });
}

/// Every kind of damage, at every place that matters.
fn damaged(segments: &Segments) -> Vec<(String, Segments)> {
    let mut bad = vec![(String::from("empty"), Vec::new())];
    for at in 0..segments.len() {
        let mut push = |what: &str, change: &dyn Fn(&mut Segments)| {
            let mut copy = segments.clone();
            change(&mut copy);
            bad.push((format!("{what} at {at}"), copy));
        };
        push("cut off", &|s| s.truncate(at));
        push("left out", &|s| drop(s.remove(at)));
        push("shortened", &|s| s[at].truncate(segments[at].len() - 1));
        push("lengthened", &|s| s[at].push(0));
        push("repeated", &|s| s.insert(at, s[at].clone()));
        push("replayed at the end", &|s| s.push(s[at].clone()));
        push("split", &|s| {
            let half = s[at].len() / 2;
            let rest = s[at].split_off(half);
            s.insert(at + 1, rest);
        });
        if at > 0 {
            push("swapped", &|s| s.swap(at - 1, at));
            push("merged", &|s| {
                let next = s.remove(at);
                s[at - 1].extend(next);
            });
        }
        for byte in [
            0,
            5,
            9,
            13,
            Header::LEN - 1,
            segments[at].len() / 2,
            segments[at].len() - 1,
        ] {
            if byte < segments[at].len() {
                push(&format!("byte {byte} flipped"), &|s| s[at][byte] ^= 0x40);
            }
        }
    }
    bad
}

#[test]
fn a_foreign_stream_does_not_load() {
    covers![V1_RESUME_FOREIGN];
    every(|model| {
        let (_, segments) = stream(model);
        every(|other| {
            let same_kind = Rig::new(other).function().device().hardware().id
                == Rig::new(model).function().device().hardware().id;
            let mut rig = Rig::with_seed(other, 2);
            rig.must_set(DeviceState::RESUMING);
            let fits = segments.iter().try_for_each(|segment| rig.put(segment));
            let result = fits.and(rig.set(DeviceState::NONE));
            assert_eq!(
                result.is_ok(),
                same_kind,
                "{model:?} into {other:?}: {result:?}"
            );
        });
        // The same kind, of another version: the number after the magic.
        let mut newer = segments.clone();
        newer[0][4] ^= 2;
        assert_eq!(
            Rig::loaded(model, &newer).1,
            Err(Fault::InvalidStream),
            "{model:?}"
        );
    });
}

#[test]
fn a_stream_for_a_larger_device_does_not_load() {
    covers![V1_RESUME_FOREIGN, V1_SYSTEM_ANY_STREAM];
    let (_, segments) = stream(Model::Buffering);
    let memory = Memory::new(Guest::PAGES);
    let driver: Traced = Traced::new(Box::new(<Buffering>::new(4096, 3, memory.port())));
    let mut rig = Rig::new(Model::Buffering);
    rig.region = MigrationRegion::new(driver);
    assert_eq!(rig.load(&segments), Err(Fault::InvalidStream));
    assert!(
        rig.function()
            .device()
            .memory()
            .iter()
            .all(|byte| *byte == 0)
    );
}

#[test]
fn a_fresh_device_needs_no_reset() {
    covers![V1_RESUME_NO_EXTRA_RESET];
    every(|model| {
        let (rig, segments) = stream(model);
        let mut opened = Rig::with_seed(model, 2);
        assert_eq!(opened.load(&segments), Ok(()), "{model:?}: just opened");
        let mut reset = Rig::with_seed(model, 3);
        reset.use_device();
        reset.region.reset();
        assert_eq!(reset.load(&segments), Ok(()), "{model:?}: just reset");
        assert!(
            opened.image() == rig.image() && reset.image() == rig.image(),
            "{model:?}"
        );
    });
}

#[test]
fn an_unfinished_stream_is_abandoned_by_a_reset_only() {
    covers![V1_RESUME_ABORT];
    every(|model| {
        let (rig, segments) = stream(model);
        let ndma = rig.has(Capabilities::NDMA);
        for taken in 0..segments.len() {
            for new in [
                DeviceState::NONE,
                DeviceState::RUNNING,
                DeviceState::NDMA | DeviceState::RUNNING,
            ] {
                if new.contains(DeviceState::NDMA) && !ndma {
                    continue;
                }
                let mut other = Rig::with_seed(model, 2);
                other.must_set(DeviceState::RESUMING);
                for segment in &segments[..taken] {
                    other.put(segment).expect("handed over");
                }
                assert_eq!(
                    other.set(new),
                    Err(Fault::InvalidStream),
                    "{model:?}: {taken} segments, {new}"
                );
                assert_eq!(other.state(), DeviceState::ERROR);
                other.region.reset();
                assert_eq!(
                    other.load(&segments),
                    Ok(()),
                    "{model:?}: again, after a reset"
                );
            }
        }
    });
}

#[test]
fn user_space_cannot_tell_how_a_driver_loads() {
    covers![V1_WINDOW_FREE_IMPLEMENTATION, V1_WINDOW_VERDICT_LATE];
    // One buffers, one keeps segments, one applies them: a flipped bit is answered alike, and as late.
    every(|model| {
        let (_, mut segments) = stream(model);
        segments[1][Header::LEN + 3] ^= 1;
        let mut rig = Rig::with_seed(model, 2);
        rig.must_set(DeviceState::RESUMING);
        for segment in &segments {
            assert_eq!(rig.put(segment), Ok(()), "{model:?}: refused too early");
            assert_eq!(rig.state(), DeviceState::RESUMING);
        }
        assert_eq!(
            rig.set(DeviceState::RUNNING),
            Err(Fault::InvalidStream),
            "{model:?}"
        );
        assert_eq!(rig.state(), DeviceState::ERROR);
    });
}
