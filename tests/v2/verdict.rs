//! `stream.md`, Loading: what a destination makes of streams that are not what was sent.

use vfio_migration::covers;
use vfio_migration::driver::Model;
use vfio_migration::v2::{DeviceState, Fault};

use crate::rig::{Rig, every};

/// A stream, and the device that it was read from.
fn sent(model: Model) -> (Vec<u8>, Rig) {
    let mut source = Rig::used(model, DeviceState::RUNNING);
    let bytes = source.save();
    (bytes, source)
}

/// Loads what is wrong, then, after a reset, what is right.
fn refused(model: Model, bytes: &[u8], right: &[u8], image: &[u8], what: &str) {
    let mut rig = Rig::used(model, DeviceState::RUNNING);
    assert_eq!(
        rig.load(bytes),
        Err(Fault::InvalidStream),
        "{model:?}: {what}"
    );
    assert_eq!(
        rig.device.state(),
        DeviceState::RESUMING,
        "{model:?}: {what}"
    );
    assert_eq!(
        rig.set(DeviceState::RUNNING),
        Err(Fault::InvalidStream),
        "{model:?}: {what}, again"
    );
    rig.reset();
    assert_eq!(rig.device.state(), DeviceState::RUNNING);
    rig.use_device();
    assert_eq!(rig.load(right), Ok(()), "{model:?}: after {what}");
    assert!(rig.image() == image, "{model:?}: after {what}");
}

#[test]
fn only_the_bytes_of_one_session_load() {
    covers![
        V2_STREAM_VERDICT,
        V2_STREAM_TOO_LONG,
        V2_ERRORS_UNDONE,
        V2_ERRORS_RESET
    ];
    every(|model| {
        let (bytes, source) = sent(model);
        let image = source.image();
        let wrong = |changed: &[u8], what: &str| refused(model, changed, &bytes, &image, what);
        wrong(&[], "nothing");
        for cut in [1, 2, 40, bytes.len() / 2, bytes.len() - 1] {
            wrong(&bytes[..bytes.len() - cut], &format!("cut by {cut}"));
            wrong(&bytes[cut..], &format!("without its first {cut}"));
        }
        wrong(&[&bytes[..], &[0]].concat(), "one byte more");
        wrong(&[&bytes[..], &bytes[..]].concat(), "twice");
        wrong(&[&bytes[..], &[0xa5; 1 << 17]].concat(), "far too long");
        let half = bytes.len() / 2;
        wrong(&[&bytes[half..], &bytes[..half]].concat(), "halves swapped");
        wrong(
            &[&bytes[..half], &bytes[half - 1..]].concat(),
            "one byte repeated",
        );
    });
}

#[test]
fn every_flipped_bit_is_found() {
    covers![V2_STREAM_VERDICT];
    every(|model| {
        let (bytes, _) = sent(model);
        let mut rig = Rig::with_seed(model, 2);
        // Every byte of what frames the data, and many of the data.
        for at in (0..200)
            .chain((200..bytes.len()).step_by(61))
            .chain(bytes.len() - 90..bytes.len())
        {
            let mut changed = bytes.clone();
            changed[at] ^= 1 << (at % 8);
            assert_eq!(
                rig.load(&changed),
                Err(Fault::InvalidStream),
                "{model:?}: byte {at}"
            );
            rig.reset();
        }
    });
}

#[test]
fn streams_of_others_do_not_load() {
    covers![V2_STREAM_FOREIGN];
    for from in Model::ALL {
        let (bytes, _) = sent(from);
        every(|to| {
            let kin = |model| model == Model::QuietTrapping || model == Model::Quiet;
            if from != to && !(kin(from) && kin(to)) {
                let mut rig = Rig::with_seed(to, 2);
                assert_eq!(
                    rig.load(&bytes),
                    Err(Fault::InvalidStream),
                    "{from:?} to {to:?}"
                );
            }
        });
        // Another version says so in its first segment.
        let mut newer = bytes.clone();
        newer[4] += 1;
        let mut rig = Rig::with_seed(from, 2);
        assert_eq!(
            rig.load(&newer),
            Err(Fault::InvalidStream),
            "{from:?}: version"
        );
    }
}

/// Two sessions of one source do not mix, though each is sound.
#[test]
fn halves_of_two_sessions_do_not_load() {
    covers![V2_STREAM_VERDICT, V2_ARCS_CAPTURE_AGAIN];
    every(|model| {
        let mut source = Rig::used(model, DeviceState::STOP_COPY);
        let first = source.read_all();
        source.must_set(DeviceState::STOP);
        source.must_set(DeviceState::STOP_COPY);
        let second = source.read_all();
        assert_eq!(first.len(), second.len(), "{model:?}: the same state");
        let mut rig = Rig::with_seed(model, 2);
        for whole in [&first, &second] {
            assert_eq!(rig.load(whole), Ok(()), "{model:?}");
            assert!(rig.image() == source.image());
        }
        if model != Model::Direct {
            let half = first.len() / 2;
            let mixed = [&first[..half], &second[half..]].concat();
            assert_eq!(rig.load(&mixed), Err(Fault::InvalidStream), "{model:?}");
        }
    });
}

#[test]
fn a_driver_may_see_it_at_once() {
    covers![V2_STREAM_VERDICT_EARLY];
    let (foreign, _) = sent(Model::Buffering);
    let mut rig = Rig::new(Model::Direct);
    rig.must_set(DeviceState::RESUMING);
    assert_eq!(
        rig.write_by(&foreign, 64),
        Err(Fault::InvalidStream),
        "in its first bytes"
    );
    assert_eq!(rig.write_by(&foreign, 64), Err(Fault::InvalidStream));
    assert_eq!(rig.set(DeviceState::STOP), Err(Fault::InvalidStream));
}

#[test]
fn more_than_can_ever_be_loaded_is_too_long() {
    covers![V2_STREAM_TOO_LONG];
    every(|model| {
        let (bytes, _) = sent(model);
        let mut rig = Rig::with_seed(model, 2);
        rig.must_set(DeviceState::RESUMING);
        rig.write_by(&bytes, 4096).expect("the stream");
        let endless = (0..1 << 12).try_for_each(|_| rig.write_by(&[0xa5; 4096], 4096));
        assert_eq!(endless, Err(Fault::StreamTooLong), "{model:?}");
        assert_eq!(
            rig.set(DeviceState::STOP),
            Err(Fault::InvalidStream),
            "{model:?}"
        );
    });
}

#[test]
fn the_state_is_what_the_source_stopped_in() {
    covers![V2_STREAM_EXACT, V2_ARCS_LOAD_WHOLE, V2_ARCS_RESUME_ANY];
    every(|model| {
        let (bytes, source) = sent(model);
        // Into a new device, one that was used otherwise, and one that failed to load before.
        let mut used = Rig::with_seed(model, 3);
        for _ in 0..5 {
            used.use_device();
        }
        let mut failed = Rig::with_seed(model, 4);
        let _ = failed.load(&bytes[..bytes.len() / 2]);
        failed.reset();
        for mut rig in [Rig::with_seed(model, 2), used, failed] {
            assert_eq!(rig.load(&bytes), Ok(()), "{model:?}");
            assert!(rig.image() == source.image(), "{model:?}");
        }
    });
}
