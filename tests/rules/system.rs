//! `system.md`: what a device, its guest and its peers may do to each other, and never to the host.

use vfio_migration::covers;
use vfio_migration::driver::Model;
use vfio_migration::driver::device::Register as Bar;
use vfio_migration::v1::{Capabilities, DeviceState, Driver, Fault, Register};
use vfio_migration::vmm::PAGE;

use crate::rig::{Rig, every, every_state};

/// Everything that a guest or a peer could write into a BAR.
fn pokes() -> impl Iterator<Item = (u64, Vec<u8>)> {
    let registers = Bar::ALL
        .into_iter()
        .map(Bar::offset)
        .chain([0x38, 0x90, 0xfff8, u64::MAX]);
    let values = [0, 1, 7, 31, 255, 256, 1 << 32, u64::MAX];
    registers.flat_map(move |offset| {
        let whole = values.map(|value| (offset, value.to_le_bytes().to_vec()));
        whole.into_iter().chain([
            (offset, vec![0xff]),
            (offset.wrapping_add(4), vec![0xff; 4]),
            (offset, vec![0; 64]),
        ])
    })
}

#[test]
fn no_touch_harms_the_host() {
    covers![
        V1_SYSTEM_HOST_SAFE,
        V1_SYSTEM_HINT,
        V1_SYSTEM_CONTROL_INTEGRITY
    ];
    every_state(|mut rig, state| {
        // User space ignores the hint, CPU and peers write what they like: the driver goes on answering.
        for (offset, bytes) in pokes() {
            rig.function().write_bar(offset, &bytes);
            rig.function().peer_write(offset, &bytes);
            let mut read = bytes.clone();
            rig.function().read_bar(offset, &mut read);
            rig.moments(2);
        }
        assert_eq!(rig.state(), state);
        rig.region.reset();
        rig.guest.device_was_reset(0);
        rig.use_device();
    });
}

#[test]
fn a_touched_migration_is_found_out() {
    covers![V1_SYSTEM_HOST_SAFE, V1_SYSTEM_CONTROL_INTEGRITY];
    for model in [Model::Quiet, Model::QuietTrapping] {
        let segments = Rig::used(model, DeviceState::SAVING).drain().len();
        for touched in 0..segments {
            let mut rig = Rig::used(model, DeviceState::SAVING);
            let mut sent = Vec::new();
            while rig.pending() != 0 {
                if sent.len() == touched {
                    // A peer moves the driver's own index register, in the middle of the read-out.
                    rig.function()
                        .peer_write(Bar::ControlIndex.offset(), &u64::MAX.to_le_bytes());
                }
                sent.push(rig.fetch());
            }
            assert_eq!(
                sent.len(),
                segments,
                "{model:?}: a peer changes how much is read"
            );
            assert_eq!(
                Rig::loaded(model, &sent).1,
                Err(Fault::InvalidStream),
                "{model:?}: touched at {touched}"
            );
        }
    }
}

#[test]
fn control_registers_do_not_move_the_stream_by_dma() {
    covers![V1_SYSTEM_CONTROL_NO_DMA];
    every(|model| {
        let mut rig = Rig::used(model, DeviceState::SAVING);
        if !rig.region.driver().describe().kernel_must_not_dma_stream() {
            return;
        }
        let traffic = rig.port.traffic();
        let segments = rig.drain();
        assert_eq!(rig.port.traffic(), traffic, "{model:?}");
        let (other, result) = Rig::loaded(model, &segments);
        assert_eq!(result, Ok(()));
        assert_eq!(other.port.traffic().dma, 0, "{model:?}");
    });
}

#[test]
fn no_descriptor_and_no_stream_leads_out_of_the_guest() {
    covers![V1_SYSTEM_DMA_CONTAINED, V1_SYSTEM_ANY_STREAM];
    every(|model| {
        // A ring that lies where the guest has no memory, partly or not at all.
        for ring in [u64::MAX, u64::MAX - 63, 1 << 40, 3 * PAGE as u64 - 16] {
            let mut rig = Rig::new(model);
            for (register, value) in [(Bar::Ring, ring), (Bar::Entries, 32), (Bar::Tail, 31)] {
                rig.function()
                    .write_bar(register.offset(), &value.to_le_bytes());
            }
            rig.moments(80);
            assert!(
                rig.function().device().core().faults > 0,
                "{model:?}, ring at {ring:#x}"
            );
            assert!(
                rig.memory.bytes().iter().all(|byte| *byte == 0),
                "{model:?}: memory was written"
            );
            // And the same state out of a stream.
            rig.must_set(DeviceState::SAVING);
            let (mut other, result) = Rig::loaded(model, &rig.drain());
            assert_eq!(result, Ok(()), "{model:?}");
            other.must_set(DeviceState::RUNNING);
            other.moments(80);
            assert!(
                other.memory.bytes().iter().all(|byte| *byte == 0),
                "{model:?}: memory was written"
            );
        }
    });
}

#[test]
fn descriptors_of_garbage_are_faults() {
    covers![V1_SYSTEM_DMA_CONTAINED];
    every(|model| {
        let mut rig = Rig::new(model);
        for page in 0..rig.memory.pages() {
            let garbage: Vec<u8> = (0..PAGE)
                .map(|n| (n * 37 + page * 11) as u8 | 0x80)
                .collect();
            rig.memory.set_page(page, &garbage);
        }
        for (register, value) in [(Bar::Ring, 64_u64), (Bar::Entries, 256), (Bar::Tail, 255)] {
            rig.function()
                .write_bar(register.offset(), &value.to_le_bytes());
        }
        rig.moments(600);
        assert!(rig.function().device().core().faults > 100, "{model:?}");
    });
}

#[test]
fn doorbells_are_trapped_and_replayed() {
    covers![
        V1_SYSTEM_SOFTWARE_TRAP,
        V1_SYSTEM_SOFTWARE_REPLAY,
        V1_ACTIONS_HELD_BACK
    ];
    let mut rig = Rig::used(
        Model::QuietTrapping,
        DeviceState::NDMA | DeviceState::RUNNING,
    );
    let traffic = rig.port.traffic();
    // Two doorbells, and what else could start the queue.
    let asked = rig.ask(2) + rig.ask(2);
    let rung = rig.bar(Bar::Tail);
    for register in [Bar::ControlIndex, Bar::ControlData] {
        rig.function()
            .write_bar(register.offset(), &3_u64.to_le_bytes());
    }
    rig.moments(64);
    assert_eq!(rig.port.traffic(), traffic, "a doorbell went through");
    assert_eq!(
        rig.bar(Bar::Tail),
        rung,
        "the guest reads back what it wrote"
    );
    rig.must_set(DeviceState::RUNNING);
    rig.moments(64);
    assert_eq!(rig.collect(), asked);
}

#[test]
fn a_trapped_doorbell_travels() {
    covers![V1_SYSTEM_SOFTWARE_REPLAY, V1_RESUME_EXACT];
    let mut rig = Rig::used(
        Model::QuietTrapping,
        DeviceState::NDMA | DeviceState::RUNNING,
    );
    let asked = rig.ask(3);
    rig.moments(16);
    rig.must_set(DeviceState::SAVING);
    let segments = rig.drain();
    let mut other = Rig::with_seed(Model::QuietTrapping, 2);
    for page in 0..rig.memory.pages() {
        other.memory.set_page(page, &rig.memory.page(page));
    }
    other.guest = rig.guest.clone();
    other.must_set(DeviceState::RESUMING);
    segments
        .iter()
        .for_each(|segment| other.put(segment).expect("handed over"));
    other.must_set(DeviceState::NDMA | DeviceState::RUNNING);
    let traffic = other.port.traffic();
    other.moments(64);
    assert_eq!(
        other.port.traffic(),
        traffic,
        "the queue started in the grace state"
    );
    other.must_set(DeviceState::RUNNING);
    other.moments(64);
    assert_eq!(other.collect(), asked);
}

#[test]
fn a_device_without_ndma_asks_for_no_pages() {
    covers![V1_SYSTEM_PAGE_REQUESTS_NDMA];
    every(|model| {
        let mut rig = Rig::new(model);
        let said = rig.region.driver().describe();
        rig.guest.page_requests = true;
        rig.ask(4);
        rig.moments(40);
        let raised = rig.function().device().page_request().is_some();
        assert_eq!(raised, said.page_requests, "{model:?}");
        assert!(
            !said.page_requests || rig.has(Capabilities::NDMA),
            "{model:?}"
        );
    });
}

#[test]
fn every_access_is_answered() {
    covers![V1_SYSTEM_ANY_ACCESS];
    every_state(|mut rig, _| {
        for offset in (0..40)
            .chain(rig.section().start..rig.section().start + 4)
            .chain([u64::MAX - 8, u64::MAX])
        {
            for len in [0, 1, 2, 4, 8, 9, 64] {
                let mut bytes = vec![0xff; len];
                rig.region.read(offset, &mut bytes).ok();
                rig.region.write(offset, &bytes).ok();
                let state = rig.state();
                assert!(state.valid() || state.error(), "{:?}: {state}", rig.model);
            }
        }
        rig.read(Register::DataOffset).ok();
    });
}

#[test]
fn what_the_host_set_up_is_left_alone() {
    covers![V1_SYSTEM_EXTERNAL_LOAD, V1_SYSTEM_EXTERNAL_SAVE];
    every(|model| {
        let mut steady = Rig::used(model, DeviceState::SAVING);
        let expected = steady.drain();
        let mut rig = Rig::used(model, DeviceState::SAVING);
        let mut segments = Vec::new();
        while rig.pending() != 0 {
            // Interrupts are moved and masked while the stream is read: it does not depend on that.
            let permitted = rig.function().device().interrupts_permitted();
            rig.function().device_mut().permit_interrupts(!permitted);
            segments.push(rig.fetch());
        }
        assert_eq!(segments, expected, "{model:?}");
        for permitted in [true, false] {
            let mut other = Rig::with_seed(model, 2);
            other.function().device_mut().permit_interrupts(permitted);
            assert_eq!(other.load(&segments), Ok(()), "{model:?}");
            assert_eq!(
                other.function().device().interrupts_permitted(),
                permitted,
                "{model:?}"
            );
        }
    });
}
