//! What a stream depends on.

use vfio_migration::covers;
use vfio_migration::v1::DeviceState;

use crate::rig::{Rig, every};

#[test]
fn guest_memory_is_not_in_the_stream() {
    covers![V1_STREAM_NO_MEMORY];
    every(|model| {
        let mut rig = Rig::new(model);
        let mut scribbled = Rig::new(model);
        for rig in [&mut rig, &mut scribbled] {
            rig.use_device();
            rig.ask(3);
            rig.moments(3);
            rig.must_set(DeviceState::NONE);
        }
        for page in 0..scribbled.memory.pages() {
            scribbled.memory.set_page(page, &[0xd5; 4096]);
        }
        for rig in [&mut rig, &mut scribbled] {
            rig.must_set(DeviceState::SAVING);
        }
        assert_eq!(rig.drain(), scribbled.drain(), "{model:?}");
    });
}
