//! `region.md`: places, lengths, ranges, mappings.

use vfio_migration::covers;
use vfio_migration::driver::{Buffering, Model, Traced, V1Function};
use vfio_migration::machine::{MigrationRegion, Window};
use vfio_migration::v1::{Capabilities, DATA_START, DeviceState, Fault, Register};

use crate::fake::{self, Fake};
use crate::rig::{Rig, every, every_state};

/// A read and a write at one place, and what both give.
fn access(rig: &mut Rig, offset: u64, len: usize) -> [Result<(), Fault>; 2] {
    let mut bytes = vec![0; len];
    [
        rig.region.read(offset, &mut bytes),
        rig.region.write(offset, &bytes),
    ]
}

#[test]
fn registers_take_their_own_place_and_length_only() {
    covers![V1_REGION_WIDTH, V1_REGION_ALIGNED, V1_REGION_REGISTERS];
    every_state(|mut rig, state| {
        for offset in 0..DATA_START {
            for len in 0..=16 {
                let expected = match Register::at(offset) {
                    None => Fault::Misaligned,
                    Some(register) if register.width() != len as u64 => Fault::WrongWidth,
                    Some(_) => continue,
                };
                let got = access(&mut rig, offset, len);
                assert_eq!(
                    got,
                    [Err(expected); 2],
                    "{:?}, {state}: {len} bytes at {offset}",
                    rig.model
                );
            }
        }
        assert_eq!(rig.state(), state);
    });
}

#[test]
fn registers_are_in_the_order_of_this_cpu() {
    covers![V1_REGION_BYTE_ORDER];
    every(|model| {
        let mut rig = Rig::new(model);
        let state = DeviceState::SAVING | DeviceState::RUNNING;
        rig.region
            .write(0, &state.bits().to_ne_bytes())
            .expect("a legal write");
        let mut bytes = [0; 4];
        rig.region.read(0, &mut bytes).expect("a legal read");
        assert_eq!(bytes, state.bits().to_ne_bytes());
    });
}

#[test]
fn the_reserved_field_is_nothing() {
    covers![V1_REGION_RESERVED];
    every_state(|mut rig, state| {
        rig.calls();
        assert_eq!(rig.write(Register::Reserved, u64::MAX), Ok(()));
        assert_eq!(rig.read(Register::Reserved), Ok(0));
        assert!(rig.calls().is_empty() && rig.state() == state);
    });
}

#[test]
fn what_can_only_be_read_is_not_written() {
    covers![V1_REGION_READ_ONLY, V1_ERRORS_TABLE];
    every_state(|mut rig, state| {
        for register in [Register::PendingBytes, Register::DataOffset] {
            assert_eq!(
                rig.write(register, 0),
                Err(Fault::ReadOnly),
                "{:?}, {state}",
                rig.model
            );
        }
    });
}

#[test]
fn nothing_lies_outside_the_data_section() {
    covers![V1_REGION_RANGE];
    every_state(|mut rig, state| {
        let section = rig.section();
        let mut places = vec![
            (section.end, 1),
            (section.end - 1, 2),
            (section.start, section.end as usize),
        ];
        places.extend([(u64::MAX, 1), (u64::MAX - 3, 8), (section.end + 0x1000, 4)]);
        if section.start > DATA_START {
            places.extend([(DATA_START, 1), (section.start - 1, 2)]);
        }
        for (offset, len) in places {
            let got = access(&mut rig, offset, len);
            assert_eq!(
                got,
                [Err(Fault::OutOfRange); 2],
                "{:?}, {state}: {len} at {offset:#x}",
                rig.model
            );
        }
        assert_eq!(rig.state(), state);
        assert_eq!(rig.region.size(), section.end);
    });
}

#[test]
fn the_first_check_answers() {
    covers![V1_REGION_CHECKS];
    let mut region = Fake::region();
    let data = fake::SEGMENT.start;
    let mut bytes = [0; 8];
    // Order before segment: no segment is in hand, so any place in the section is out of order.
    assert_eq!(
        region.read(fake::END - 8, &mut bytes),
        Err(Fault::OutOfOrder)
    );
    // Segment before driver.
    fake::set(&mut region, DeviceState::SAVING).expect("a legal write");
    fake::read(&mut region, Register::DataOffset).expect("a segment");
    region.driver_mut().fails = Some(("read_segment", Fault::DeviceFailed));
    assert_eq!(
        region.read(fake::END - 8, &mut bytes),
        Err(Fault::OutOfRange)
    );
    assert_eq!(region.read(data, &mut bytes), Err(Fault::DeviceFailed));
    assert_eq!(region.state(), DeviceState::ERROR);
    // Read only before error; place and length before both.
    let pending = Register::PendingBytes.offset();
    assert_eq!(region.write(pending, &bytes), Err(Fault::ReadOnly));
    assert_eq!(region.write(pending, &bytes[..4]), Err(Fault::WrongWidth));
    assert_eq!(region.write(pending + 1, &bytes), Err(Fault::Misaligned));
    assert_eq!(region.read(fake::END, &mut bytes), Err(Fault::OutOfRange));
    // Error before order.
    assert_eq!(region.write(data, &bytes), Err(Fault::InError));
    assert_eq!(
        fake::read(&mut region, Register::DataSize),
        Err(Fault::InError)
    );
}

#[test]
fn a_failed_access_transfers_nothing() {
    covers![V1_REGION_WHOLE];
    every(|model| {
        let mut rig = Rig::used(model, DeviceState::SAVING);
        let offset = rig.read(Register::DataOffset).expect("a segment");
        let size = rig.read(Register::DataSize).expect("its size") as usize;
        let mut bytes = vec![0x77; size + 1];
        assert_eq!(rig.region.read(offset, &mut bytes), Err(Fault::OutOfRange));
        assert!(
            bytes.iter().all(|byte| *byte == 0x77),
            "{model:?}: a part was read"
        );
        let mut half = [0x77; 2];
        assert_eq!(
            rig.region.read(Register::DataSize.offset(), &mut half),
            Err(Fault::WrongWidth)
        );
        assert_eq!(half, [0x77; 2]);

        // The part of a write that would fit does not arrive: the stream is as it was without it.
        let segments = {
            rig.must_set(DeviceState::NONE);
            rig.must_set(DeviceState::SAVING);
            rig.drain()
        };
        let (mut other, _) = Rig::loaded(model, &[]);
        other.region.reset();
        other.must_set(DeviceState::RESUMING);
        for segment in &segments {
            let offset = other.read(Register::DataOffset).expect("an offer");
            other
                .region
                .write(offset, segment)
                .expect("the segment fits");
            let end = other.section().end;
            let beyond = vec![0xee; (end - offset) as usize + 1];
            assert_eq!(other.region.write(offset, &beyond), Err(Fault::OutOfRange));
            other
                .write(Register::DataSize, segment.len() as u64)
                .expect("the segment is handed over");
        }
        other.must_set(DeviceState::NONE);
        assert!(
            other.image() == rig.image(),
            "{model:?}: a part was written"
        );
    });
}

#[test]
fn segments_lie_behind_the_registers_and_have_room() {
    covers![V1_REGION_DATA_SECTION, V1_REGION_ROOM, V1_WINDOW_NOT_EMPTY];
    every(|model| {
        let mut rig = Rig::used(model, DeviceState::SAVING);
        let mut longest = 0;
        while rig.pending() != 0 {
            let offset = rig.read(Register::DataOffset).expect("a segment");
            let size = rig.read(Register::DataSize).expect("its size");
            assert!(
                offset >= DATA_START && size > 0,
                "{model:?}: {size} bytes at {offset}"
            );
            assert!(
                offset + size <= rig.region.size(),
                "{model:?}: {size} bytes at {offset}"
            );
            longest = longest.max(size);
        }
        let mut other = Rig::with_seed(model, 2);
        other.must_set(DeviceState::RESUMING);
        let offer = other.read(Register::DataOffset).expect("an offer");
        assert!(
            offer >= DATA_START && offer + longest <= other.region.size(),
            "{model:?}: no room"
        );
    });
}

/// A driver whose window has another length makes devices of another kind: no segment of one is meant for the other.
#[test]
fn another_window_is_another_kind() {
    covers![V1_REGION_ROOM, V1_RESUME_FOREIGN];
    let mut rig = Rig::used(Model::Buffering, DeviceState::SAVING);
    let segments = rig.drain();
    let longest = segments.iter().map(Vec::len).max().expect("a segment");
    let with = |driver: Box<dyn V1Function>| {
        let mut other = Rig::new(Model::Buffering);
        other.region = MigrationRegion::new(Traced::new(driver));
        other
    };
    let port = rig.memory.port();
    let mut small = with(Box::new(Buffering::<1024>::new(8192, 2, port.clone())));
    assert!(longest as u64 > small.region.size());
    assert!(small.load(&segments).is_err());
    let mut large = with(Box::new(Buffering::<8192>::new(8192, 2, port.clone())));
    assert_eq!(large.load(&segments), Err(Fault::InvalidStream));
    let mut same = with(Box::new(<Buffering>::new(8192, 2, port)));
    assert_eq!(same.load(&segments), Ok(()));
}

#[test]
fn what_is_no_segment_is_zero() {
    covers![V1_REGION_NO_LEAK];
    every(|model| {
        // What can be mapped: the device's own memory, zero in a fresh device.
        let mut rig = Rig::new(model);
        assert!(
            rig.region
                .driver_mut()
                .memory()
                .iter()
                .all(|byte| *byte == 0)
        );
        // What cannot: a segment that user space hands over without having written it is zero.
        let segments = Rig::used(model, DeviceState::SAVING).drain();
        let zeroes: Vec<Vec<u8>> = segments
            .iter()
            .map(|segment| vec![0; segment.len()])
            .collect();
        rig.must_set(DeviceState::RESUMING);
        for segment in &zeroes {
            rig.read(Register::DataOffset).expect("an offer");
            rig.write(Register::DataSize, segment.len() as u64)
                .expect("handed over, never written");
        }
        assert_eq!(
            rig.set(DeviceState::NONE),
            Rig::loaded(model, &zeroes).1,
            "{model:?}"
        );
    });
}

#[test]
fn mappings_are_whole_pages_of_data() {
    covers![
        V1_REGION_MMAP_REGISTERS,
        V1_REGION_MMAP_ALIGNED,
        V1_DISCOVERY_CAPABILITIES
    ];
    every(|model| {
        let rig = Rig::new(model);
        let (mappable, section) = (rig.region.driver().mappable(), rig.section());
        assert_eq!(rig.has(Capabilities::MMAP), !mappable.is_empty());
        if !mappable.is_empty() {
            assert!(section.start <= mappable.start && mappable.end <= section.end);
            assert!(
                mappable.start >= DATA_START
                    && mappable.start % 4096 == 0
                    && mappable.end % 4096 == 0
            );
        }
    });
}

#[test]
fn a_mapping_shows_what_accesses_show() {
    covers![V1_REGION_MMAP_SAME, V1_REGION_MMAP_OPTIONAL];
    let mut rig = Rig::used(Model::Direct, DeviceState::SAVING);
    let mut segments = Vec::new();
    let mut mapped = 0;
    while rig.pending() != 0 {
        let offset = rig.read(Register::DataOffset).expect("a segment");
        let segment = rig.fetch();
        if rig.region.driver().mappable().contains(&offset) {
            assert_eq!(rig.region.map(offset, segment.len()), Ok(&segment[..]));
            mapped += 1;
        }
        segments.push(segment);
    }
    assert!(mapped > 0);
    // By accesses alone, and through the mapping where there is one.
    let (accessed, result) = Rig::loaded(Model::Direct, &segments);
    assert_eq!(result, Ok(()));
    let mut other = Rig::with_seed(Model::Direct, 3);
    other.must_set(DeviceState::RESUMING);
    for segment in &segments {
        let offset = other.read(Register::DataOffset).expect("an offer");
        match other.region.map_mut(offset, segment.len()) {
            Ok(bytes) => bytes.copy_from_slice(segment),
            Err(_) => other
                .region
                .write(offset, segment)
                .expect("the segment fits"),
        }
        other
            .write(Register::DataSize, segment.len() as u64)
            .expect("handed over");
    }
    other.must_set(DeviceState::NONE);
    assert!(accessed.image() == rig.image() && other.image() == rig.image());
}

#[test]
fn a_mapping_follows_the_protocol() {
    covers![V1_WINDOW_ORDER];
    let mut rig = Rig::new(Model::Direct);
    let start = rig.region.driver().mappable().start;
    assert_eq!(rig.region.map(start, 16), Err(Fault::OutOfOrder));
    assert_eq!(rig.region.map_mut(start, 16), Err(Fault::OutOfOrder));
    assert_eq!(rig.region.map(start - 1, 16), Err(Fault::OutOfRange));
    rig.break_device();
    assert_eq!(rig.region.map(start, 16), Err(Fault::InError));
    let mut unmapped = Rig::used(Model::Buffering, DeviceState::SAVING);
    let offset = unmapped.read(Register::DataOffset).expect("a segment");
    assert_eq!(unmapped.region.map(offset, 16), Err(Fault::OutOfRange));
}
