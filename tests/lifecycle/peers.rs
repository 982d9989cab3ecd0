//! Devices read and write each other's MMIO: real bytes, through the IOMMU, and not while they are quiet.

use vfio_migration::driver::Model;
use vfio_migration::driver::device::{Descriptor, Register};
use vfio_migration::vmm::{Attached, Edition, PeerUse, Touches, V1, V2, VirtualMachine};
use vfio_migration::{covers, v1, v2};

use crate::machine::{assert_goes_on, mixes, source};

/// A friendly guest does to devices what their own drivers would, and knows what it should read.
fn bytes_move<E: Edition>() {
    let mut pairs = 0;
    for mix in mixes().into_iter().filter(|mix| mix.len() == 2) {
        let mut vm = source::<E>(&mix, PeerUse::Friendly);
        if !(E::reaches(&vm, 0, 1) && E::reaches(&vm, 1, 0)) {
            continue;
        }
        pairs += 1;
        for _ in 0..4 {
            vm.use_devices();
        }
        let Touches {
            delivered, reads, ..
        } = vm.touches();
        assert!(reads > 4 && delivered > reads, "{:?}", vm.touches());
        assert!(vm.guest.peeked() > 4, "{}", vm.guest.peeked());
        assert_eq!(vm.guest.wrong(), 0);
        assert_goes_on(&mut vm, &format!("{mix:?}"));
    }
    assert!(pairs > 3, "{pairs}");
}

#[test]
fn bytes_move_between_devices() {
    covers![V1_DOMAINS_CHOICE, V1_SYSTEM_P2P_IS_MMIO];
    bytes_move::<V1>();
    bytes_move::<V2>();
}

/// The value that a device reads by DMA of its own from a register of another: its status, and the word.
fn read_by_dma<E: Edition>(vm: &mut VirtualMachine<E>, register: Register) -> (u64, u64) {
    let descriptor = Descriptor {
        operation: 1,
        length: 8,
        guest: vfio_migration::vmm::mmio(1) + register.offset(),
        local: 0,
        status: 0,
    };
    vm.memory.write(0, &descriptor.encode());
    let device = vm.slots[0].function();
    for (register, value) in [
        (Register::Ring, 0_u64),
        (Register::Entries, 2),
        (Register::Tail, 1),
    ] {
        device.write_bar(register.offset(), &value.to_le_bytes());
    }
    vm.let_devices_run();
    let mut status = [0; 8];
    vm.memory.read(Descriptor::STATUS, &mut status);
    let memory = vm.slots[0].function().device().memory();
    let word = *memory.first_chunk().expect("eight bytes");
    (u64::from_le_bytes(status), u64::from_le_bytes(word))
}

/// Who may reach whom is the IOMMU's, for reads as for writes.
fn reads_go_where_they_may<E: Edition>() {
    let (mut through, mut refused) = (0, 0);
    for mix in mixes().into_iter().filter(|mix| mix.len() == 2) {
        let mut vm = VirtualMachine::<E>::new(&mix, 1);
        vm.connect();
        let id = vm.slots[1].function().device().hardware().id;
        let may = E::reaches(&vm, 0, 1);
        let mut bytes = [0; 8];
        assert_eq!(
            vm.peer_read(0, 1, Register::Identity.offset(), &mut bytes),
            may
        );
        let got = if may { u64::from(id) } else { 0 };
        assert_eq!(u64::from_le_bytes(bytes), got, "{mix:?}");
        let status = if may {
            Descriptor::DONE
        } else {
            Descriptor::FAULT
        };
        let read = read_by_dma(&mut vm, Register::Identity);
        assert_eq!(read, (status, got), "{mix:?}");
        let touches = vm.touches();
        assert_eq!(
            (touches.reads, touches.blocked),
            (may.into(), (!may).into())
        );
        through += usize::from(may);
        refused += usize::from(!may);
    }
    assert!(through > 0 && refused > 0, "{through} {refused}");
    // With peer-to-peer DMA off, nobody reaches anybody.
    let mut vm = VirtualMachine::<E>::new(&[Model::Buffering, Model::Buffering], 1);
    vm.policy.p2p = false;
    vm.connect();
    assert_eq!(
        read_by_dma(&mut vm, Register::Identity),
        (Descriptor::FAULT, 0)
    );
}

#[test]
fn reads_go_where_the_iommu_lets_them() {
    covers![
        V1_DOMAINS_CHOICE,
        V1_DOMAINS_HIDDEN,
        V1_DOMAINS_P2P_OFF,
        V2_SEVERAL_NOT_ALONE
    ];
    reads_go_where_they_may::<V1>();
    reads_go_where_they_may::<V2>();
}

/// In its grace state a device neither reads nor writes another one, whatever it was doing; later it goes on.
fn quiet_in_grace<E: Edition>(grace: E::State, mixes: &[[Model; 2]]) {
    for mix in mixes {
        for moments in 0..6 {
            let mut vm = source::<E>(mix, PeerUse::Friendly);
            vm.use_devices();
            for _ in 0..moments {
                (0..2).for_each(|slot| vm.moment(slot));
            }
            let way = format!("{mix:?} after {moments} moments");
            for slot in 0..2 {
                let went = vm.request(slot, grace);
                assert!(matches!(went, Ok(Ok(()))), "{way}: {went:?}");
                assert!(!vm.slots[slot].function().device().in_flight(), "{way}");
            }
            let (touches, wrong) = (vm.touches(), vm.guest.wrong());
            vm.let_devices_run();
            assert_eq!(vm.touches(), touches, "{way}: one touched the other");
            for slot in 0..2 {
                let went = vm.request(slot, E::initial());
                assert!(matches!(went, Ok(Ok(()))), "{way}: {went:?}");
            }
            for _ in 0..3 {
                vm.use_devices();
            }
            assert!(vm.touches().reads > touches.reads, "{way}");
            assert_eq!(vm.guest.wrong(), wrong, "{way}");
        }
    }
}

#[test]
fn quiet_devices_read_nobody() {
    covers![V1_ACTIONS_QUIESCE, V2_ARCS_QUIESCE];
    use Model::{Buffering, Direct, QuietTrapping};
    let ndma = v1::DeviceState::NDMA | v1::DeviceState::RUNNING;
    quiet_in_grace::<V1>(ndma, &[[Buffering, Direct], [Direct, Buffering]]);
    let p2p = v2::DeviceState::RUNNING_P2P;
    quiet_in_grace::<V2>(p2p, &[[Buffering, Buffering], [QuietTrapping, Buffering]]);
}

/// A read is a touch as a write is: it spoils a stopped device that cannot bear one.
#[test]
fn a_read_of_a_stopped_device_is_a_touch() {
    covers![V1_SYSTEM_P2P_IS_MMIO];
    let mut vm = VirtualMachine::<V2>::new(&[Model::Buffering, Model::QuietTrapping], 1);
    vm.connect();
    let went = vm.request(1, v2::DeviceState::STOP);
    assert_eq!(went, Ok(Ok(())));
    let before = vm.slots[1].function().image();
    let (status, word) = read_by_dma(&mut vm, Register::Identity);
    assert_eq!((status, word), (Descriptor::DONE, u64::MAX));
    assert_eq!(vm.touches().while_quiet, 1);
    assert!(vm.slots[1].function().image() != before, "it is spoilt");
}
