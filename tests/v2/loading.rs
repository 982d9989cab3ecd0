//! `stream.md`: the bytes that are written, and what they make of the device.

use vfio_migration::covers;
use vfio_migration::driver::Model;
use vfio_migration::v2::{Capabilities, DeviceState, Fault};

use crate::fake::in_state;
use crate::rig::{Rig, every};
use crate::verdict::must_load;

#[test]
fn a_load_gives_the_state_of_the_source() {
    covers![V2_STREAM_EXACT, V2_ARCS_LOAD_WHOLE, V2_ARCS_RESUME_ANY];
    every(|model| {
        for state in Rig::states(model)
            .into_iter()
            .filter(|state| !state.resuming())
        {
            for moments in 0..6 {
                let mut source = Rig::new(model);
                source.use_device();
                source.ask(3);
                source.moments(moments);
                source.must_set(state);
                source.moments(moments);
                source.must_set(DeviceState::STOP_COPY);
                let bytes = source.read_all();
                // It held something else before.
                let mut rig = Rig::with_seed(model, 2);
                (0..3).for_each(|_| rig.use_device());
                assert!(rig.image() != source.image());
                must_load(&mut rig, &bytes, &source);
            }
        }
    });
}

/// With time passing and work done while the stream is read.
#[test]
fn a_load_after_pre_copy_is_exact() {
    covers![V2_STREAM_EXACT];
    for model in Model::ALL {
        for state in Rig::states(model)
            .into_iter()
            .filter(|state| state.pre_copying())
        {
            for pieces in 0..40 {
                let mut source = Rig::used(model, state);
                let (fd, mut bytes) = (source.fd(), Vec::new());
                for step in 0..pieces {
                    let mut piece = vec![0; 64 + step * 111 % 1500];
                    let read = source.device.read(fd, &mut piece).unwrap_or_default();
                    bytes.extend_from_slice(&piece[..read]);
                    source.ask(1);
                    source.moments(step % 5);
                }
                source.must_set(DeviceState::STOP_COPY);
                bytes.extend(source.read_all());
                must_load(&mut Rig::with_seed(model, 2), &bytes, &source);
            }
        }
    }
}

#[test]
fn boundaries_do_not_matter() {
    covers![V2_STREAM_RECHUNK];
    const PIECES: [usize; 7] = [1, 2, 3, 39, 500, 4096, usize::MAX >> 1];
    every(|model| {
        // With the same past, the bytes are the same however they are read.
        let streams = PIECES.map(|piece| {
            let mut source = Rig::new(model);
            source.use_device();
            let mut bytes = Vec::new();
            if source.has(Capabilities::PRE_COPY) {
                source.must_set(DeviceState::PRE_COPY);
                bytes = source.read_by(piece.min(1 << 16));
                source.moments(7);
            }
            source.must_set(DeviceState::STOP_COPY);
            bytes.extend(source.read_by(piece.min(1 << 16)));
            (source, bytes)
        });
        let (source, bytes) = &streams[0];
        for ((_, other), piece) in streams.iter().zip(PIECES) {
            assert!(other == bytes, "{model:?} read by {piece}");
            let mut rig = Rig::with_seed(model, 2);
            rig.must_set(DeviceState::RESUMING);
            rig.write_by(bytes, piece).expect("a good stream");
            rig.must_set(DeviceState::STOP);
            assert!(
                rig.image() == source.image(),
                "{model:?} written by {piece}"
            );
        }
        // Nor does what lies beyond one boundary.
        for cut in (0..bytes.len()).step_by(613) {
            let mut rig = Rig::with_seed(model, 2);
            rig.must_set(DeviceState::RESUMING);
            rig.write_by(&bytes[..cut], usize::MAX >> 1)
                .expect("a good part");
            rig.write_by(&bytes[cut..], usize::MAX >> 1)
                .expect("the other");
            rig.must_set(DeviceState::STOP);
            assert!(rig.image() == source.image(), "{model:?} cut at {cut}");
        }
    });
}

#[test]
fn a_write_takes_some() {
    covers![V2_STREAM_WRITE_SOME];
    every(|model| {
        let mut source = Rig::new(model);
        let bytes = source.save();
        let mut rig = Rig::with_seed(model, 2);
        rig.must_set(DeviceState::RESUMING);
        let (fd, mut at) = (rig.fd(), 0);
        for piece in (0..).map(|n| n * 37 % 3000) {
            let end = bytes.len().min(at + piece);
            let taken = rig
                .device
                .write(fd, &bytes[at..end])
                .expect("a good stream");
            assert!(taken <= end - at && (taken > 0 || end == at), "{model:?}");
            at += taken;
            if at == bytes.len() {
                break;
            }
        }
        rig.must_set(DeviceState::STOP);
        assert!(rig.image() == source.image());
    });
    let mut device = in_state(Capabilities::ALL, DeviceState::RESUMING);
    let fd = device.session().expect("a session");
    for takes in [100, 8, 7, 1] {
        device.driver_mut().takes = takes;
        assert_eq!(device.write(fd, &[0; 8]), Ok(takes.min(8)));
    }
    device.driver_mut().takes = 0;
    assert_eq!(
        device.write(fd, &[0; 8]),
        Err(Fault::DeviceFailed),
        "a broken driver"
    );
}
