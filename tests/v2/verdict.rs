//! `stream.md`: the verdict on what is written.

use vfio_migration::covers;
use vfio_migration::driver::Model;
use vfio_migration::driver::stream::{self, Header, VERSION};
use vfio_migration::v2::{Capabilities, DeviceState, Fault};

use crate::fake::{Fake, calls, in_state};
use crate::rig::{Rig, every};

/// A device that has been used, and the bytes of a session.
fn saved(model: Model, seed: u32, uses: usize) -> (Rig, Vec<u8>) {
    let mut rig = Rig::with_seed(model, seed);
    (0..uses).for_each(|_| rig.use_device());
    let bytes = rig.save();
    (rig, bytes)
}

/// The verdict on the bytes is that they are no stream; it may come with a write, and comes with the request.
fn must_be_refused(rig: &mut Rig, bytes: &[u8], piece: usize, what: &str) {
    rig.must_set(DeviceState::RESUMING);
    let early = rig.write_by(bytes, piece);
    let allowed = [Ok(()), Err(Fault::InvalidStream), Err(Fault::StreamTooLong)];
    assert!(
        allowed.contains(&early),
        "{:?}, {what}: {early:?}",
        rig.model
    );
    assert_eq!(
        rig.set(DeviceState::STOP),
        Err(Fault::InvalidStream),
        "{:?}, {what}",
        rig.model
    );
    assert_eq!(rig.device.state(), DeviceState::RESUMING, "{what}");
    rig.reset();
}

/// After all that was refused, what is good is loaded.
pub(crate) fn must_load(rig: &mut Rig, bytes: &[u8], source: &Rig) {
    assert_eq!(rig.load(bytes), Ok(()), "{:?}", rig.model);
    assert!(rig.image() == source.image(), "{:?}", rig.model);
}

#[test]
fn a_stream_that_is_cut_off_is_refused() {
    covers![V2_STREAM_VERDICT];
    every(|model| {
        let (source, bytes) = saved(model, 1, 1);
        let mut rig = Rig::with_seed(model, 2);
        must_be_refused(&mut rig, &[], 1, "empty");
        let ends = 1.max(bytes.len() - 60)..bytes.len();
        for len in (1..150).chain((150..bytes.len()).step_by(211)).chain(ends) {
            must_be_refused(
                &mut rig,
                &bytes[..len],
                999,
                &format!("{len} of {}", bytes.len()),
            );
        }
        for skipped in [1, 8, 40, 4096] {
            must_be_refused(
                &mut rig,
                &bytes[skipped..],
                999,
                &format!("{skipped} skipped"),
            );
        }
        must_load(&mut rig, &bytes, &source);
        // Nor is it enough that the device holds the rest already.
        for len in [bytes.len() - 1, bytes.len() / 2, 0] {
            must_load(&mut rig, &bytes, &source);
            must_be_refused(
                &mut rig,
                &bytes[..len],
                999,
                &format!("{len}, loaded before"),
            );
        }
    });
}

#[test]
fn a_flipped_bit_is_found_wherever_it_is() {
    covers![V2_STREAM_VERDICT];
    every(|model| {
        let (source, bytes) = saved(model, 1, 1);
        let mut rig = Rig::with_seed(model, 2);
        let heads = (0..130).chain(bytes.len() - 130..bytes.len());
        for at in heads.chain((130..bytes.len() - 130).step_by(53)) {
            let mut flipped = bytes.clone();
            flipped[at] ^= 1 << (at % 8);
            must_be_refused(&mut rig, &flipped, 1 << 16, &format!("a bit of byte {at}"));
        }
        must_load(&mut rig, &bytes, &source);
    });
}

#[test]
fn more_than_one_session_is_refused() {
    covers![V2_STREAM_VERDICT];
    every(|model| {
        let (source, bytes) = saved(model, 1, 1);
        let (_, other) = saved(model, 3, 2);
        let mut rig = Rig::with_seed(model, 2);
        let piece = 1 << 16;
        let twice = [&bytes[..], &bytes].concat();
        must_be_refused(&mut rig, &twice, piece, "repeated");
        must_be_refused(
            &mut rig,
            &[&bytes[..], &[0]].concat(),
            piece,
            "followed by a byte",
        );
        must_be_refused(
            &mut rig,
            &[&bytes[..], &other].concat(),
            piece,
            "followed by another",
        );
        must_be_refused(
            &mut rig,
            &[&[0], &bytes[..]].concat(),
            piece,
            "after a byte",
        );
        for at in [40, 48, 500, 1000, 5000, bytes.len() / 2] {
            let at = at.min(other.len());
            let spliced = [&bytes[..at], &other[at..]].concat();
            must_be_refused(&mut rig, &spliced, piece, &format!("spliced at {at}"));
            let repeated = [&bytes[..at], &bytes[at - 32..]].concat();
            must_be_refused(&mut rig, &repeated, piece, &format!("repeated before {at}"));
            let swapped = [&bytes[at..], &bytes[..at]].concat();
            must_be_refused(&mut rig, &swapped, piece, &format!("swapped at {at}"));
        }
        must_load(&mut rig, &bytes, &source);
    });
}

/// Whole segments in another order, twice, or left out: each of them is sound for itself.
#[test]
fn sound_parts_in_the_wrong_place_are_refused() {
    covers![V2_STREAM_VERDICT];
    let mut found = 0;
    for model in Model::ALL
        .into_iter()
        .filter(|model| *model != Model::Direct)
    {
        let (source, bytes) = saved(model, 1, 1);
        let (_, other) = saved(model, 3, 1);
        let parts: Vec<_> = stream::segments(&bytes).collect();
        let others: Vec<_> = stream::segments(&other).collect();
        let mut rig = Rig::with_seed(model, 2);
        for at in 0..parts.len() {
            found += 1;
            let mut left_out = parts.clone();
            left_out.remove(at);
            let mut twice = parts.clone();
            twice.insert(at, parts[at]);
            let mut foreign = parts.clone();
            foreign[at] = others[at.min(others.len() - 1)];
            let mut swapped = parts.clone();
            swapped.swap(at, (at + 1) % parts.len());
            for wrong in [left_out, twice, foreign, swapped] {
                must_be_refused(&mut rig, &wrong.concat(), 1 << 16, &format!("part {at}"));
            }
        }
        must_load(&mut rig, &bytes, &source);
    }
    assert!(found > 6);
}

#[test]
fn streams_of_others_are_refused() {
    covers![V2_STREAM_FOREIGN];
    for source in Model::ALL {
        let (_, bytes) = saved(source, 1, 1);
        for model in Model::ALL {
            let id = |model| Rig::new(model).function().device().hardware().id;
            if id(source) != id(model) {
                let mut rig = Rig::with_seed(model, 2);
                must_be_refused(&mut rig, &bytes, 700, &format!("from {source:?}"));
                must_be_refused(&mut rig, &bytes, 1 << 16, &format!("from {source:?}"));
            }
        }
    }
}

/// The same bytes with another version in the first header, sealed again.
fn of_version(bytes: &[u8], version: u16) -> Vec<u8> {
    let mut bytes = bytes.to_vec();
    let len = stream::segments(&bytes).next().map_or(0, <[u8]>::len);
    bytes[4..6].copy_from_slice(&version.to_le_bytes());
    let payload = stream::checksum(&bytes[Header::LEN..len]);
    let sum = stream::checksum(&bytes[..32]) ^ payload.rotate_left(1);
    bytes[32..40].copy_from_slice(&sum.to_le_bytes());
    bytes
}

#[test]
fn streams_of_other_versions_are_refused() {
    covers![V2_STREAM_FOREIGN];
    every(|model| {
        let (source, bytes) = saved(model, 1, 1);
        let mut rig = Rig::with_seed(model, 2);
        for version in [0, VERSION + 1, VERSION + 256, u16::MAX] {
            let other = of_version(&bytes, version);
            must_be_refused(&mut rig, &other, 1 << 16, &format!("version {version}"));
        }
        // Nothing else is wrong with these bytes.
        must_load(&mut rig, &of_version(&bytes, VERSION), &source);
    });
}

#[test]
fn an_early_verdict_stands() {
    covers![V2_STREAM_VERDICT_EARLY];
    for capabilities in Capabilities::LEGAL {
        let mut device = in_state(capabilities, DeviceState::RESUMING);
        let fd = device.session().expect("a session");
        assert_eq!(device.write(fd, &[0; 8]), Ok(8));
        device.driver_mut().fails = Some(("write_stream", Fault::InvalidStream));
        assert_eq!(device.write(fd, &[0; 8]), Err(Fault::InvalidStream));
        device.driver_mut().fails = None;
        for len in [1, 8, 100] {
            assert_eq!(device.write(fd, &vec![0; len]), Err(Fault::InvalidStream));
        }
        for state in [
            DeviceState::STOP,
            DeviceState::RUNNING,
            DeviceState::STOP_COPY,
        ] {
            assert_eq!(device.request(state), Err(Fault::InvalidStream), "{state}");
            assert_eq!(device.state(), DeviceState::RESUMING);
            assert_eq!(device.session(), Some(fd), "it is still open");
        }
        calls(&mut device);
        // It was on that session.
        device.reset();
        let fd = device
            .request(DeviceState::RESUMING)
            .expect("a load")
            .expect("a session");
        assert_eq!(device.write(fd, &[0; 8]), Ok(8));
        assert_eq!(device.request(DeviceState::STOP), Ok(None));
    }
}

#[test]
fn drivers_that_see_it_early_say_it_again() {
    covers![V2_STREAM_VERDICT_EARLY];
    let garbage = vec![0xa5; 100];
    every(|model| {
        let (_, bytes) = saved(model, 1, 1);
        let mut rig = Rig::with_seed(model, 2);
        rig.must_set(DeviceState::RESUMING);
        let result = rig.write_by(&garbage, 10);
        let result = result.and_then(|()| rig.write_by(&bytes, 1000));
        if result == Err(Fault::InvalidStream) {
            for piece in [1, 50, 1 << 16] {
                assert_eq!(
                    rig.write_by(&bytes, piece),
                    Err(Fault::InvalidStream),
                    "{model:?}"
                );
            }
        }
        assert_eq!(
            rig.set(DeviceState::STOP),
            Err(Fault::InvalidStream),
            "{model:?}"
        );
    });
    let mut rig = Rig::new(Model::Direct);
    rig.must_set(DeviceState::RESUMING);
    let seen = rig.write_by(&garbage, 10);
    assert_eq!(
        seen,
        Err(Fault::InvalidStream),
        "it applies bytes as they come"
    );
}

#[test]
fn a_stream_that_can_never_be_loaded_is_cut_short() {
    covers![V2_STREAM_TOO_LONG];
    const ENDLESS: usize = 1 << 22;
    every(|model| {
        let (source, bytes) = saved(model, 1, 1);
        let mut rig = Rig::with_seed(model, 2);
        for piece in [100_000, 4096, 1 << 20] {
            rig.must_set(DeviceState::RESUMING);
            rig.write_by(&bytes, 1 << 16).expect("a good stream");
            let endless = vec![0; ENDLESS];
            assert_eq!(
                rig.write_by(&endless, piece),
                Err(Fault::StreamTooLong),
                "{model:?}"
            );
            // No request loads what was good, nor does any other way out.
            for state in [DeviceState::STOP, DeviceState::RUNNING] {
                assert_eq!(rig.set(state), Err(Fault::InvalidStream), "{model:?}");
                assert_eq!(rig.device.state(), DeviceState::RESUMING);
            }
            rig.reset();
        }
        must_load(&mut rig, &bytes, &source);
    });
    for capabilities in Capabilities::LEGAL {
        let mut device = in_state(capabilities, DeviceState::RESUMING);
        let fd = device.session().expect("a session");
        device.driver_mut().fails = Some(("write_stream", Fault::StreamTooLong));
        assert_eq!(device.write(fd, &[0; 8]), Err(Fault::StreamTooLong));
        device.driver_mut().fails = None;
        calls(&mut device);
        assert!(
            device.write(fd, &[0; 1]).is_err(),
            "what is wrong stays wrong"
        );
        assert!(calls(&mut device).is_empty());
        assert_eq!(device.request(DeviceState::STOP), Err(Fault::InvalidStream));
        assert_eq!(
            (device.state(), device.session()),
            (DeviceState::RESUMING, Some(fd))
        );
    }
    assert_eq!(Fault::StreamTooLong.errno(), vfio_migration::errno::ENOMEM);
}

/// The verdict of a driver on what it has reaches user space, and ends neither state nor session.
#[test]
fn a_late_verdict_leaves_the_load_open() {
    covers![V2_STREAM_VERDICT];
    let mut device = Fake::device(Capabilities::ALL);
    let fd = device
        .request(DeviceState::RESUMING)
        .expect("a load")
        .expect("a session");
    device.driver_mut().fails = Some(("resuming_to_stop", Fault::InvalidStream));
    assert_eq!(
        device.request(DeviceState::RUNNING),
        Err(Fault::InvalidStream)
    );
    assert_eq!(
        (device.state(), device.session()),
        (DeviceState::RESUMING, Some(fd))
    );
    assert_eq!(Fault::InvalidStream.errno(), vfio_migration::errno::EINVAL);
}
