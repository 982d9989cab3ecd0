//! A driver without the standard library and without an allocator. It does nothing; that it links is the proof.

#![no_std]

use core::ops::Range;

use vfio_migration::machine::{MigrationRegion, Window};
use vfio_migration::v1::{Capabilities, DATA_START, Description, DeviceState, Driver, Fault};

#[panic_handler]
fn panic(_: &core::panic::PanicInfo<'_>) -> ! {
    loop {}
}

/// A device without state.
struct Nothing;

impl Window for Nothing {
    fn data_section(&self) -> Range<u64> {
        DATA_START..DATA_START + 4096
    }
}

macro_rules! nothing {
    ($($name:ident($($argument:ident: $type:ty),*) -> $result:ty = $value:expr;)*) => {
        $(fn $name(&mut self, $($argument: $type),*) -> $result {
            $(let _ = $argument;)*
            $value
        })*
    };
}

impl Driver for Nothing {
    fn capabilities(&self) -> Capabilities {
        Capabilities::NONE
    }

    fn describe(&self) -> Description {
        Description::default()
    }

    nothing! {
        start_precopy() -> Result<(), Fault> = Ok(());
        quiesce() -> Result<(), Fault> = Ok(());
        stop() -> Result<(), Fault> = Ok(());
        capture() -> Result<(), Fault> = Ok(());
        open_resume() -> Result<(), Fault> = Ok(());
        load() -> Result<(), Fault> = Ok(());
        run() -> Result<(), Fault> = Ok(());
        allow_dma() -> Result<(), Fault> = Ok(());
        pending() -> Result<u64, Fault> = Ok(0);
        acknowledge() -> Result<u64, Fault> = Ok(0);
        next_segment() -> Result<u64, Fault> = Err(Fault::NoData);
        segment_offset() -> Result<u64, Fault> = Err(Fault::NoData);
        segment_size() -> Result<u64, Fault> = Err(Fault::NoData);
        read_segment(offset: u64, into: &mut [u8]) -> Result<(), Fault> = Err(Fault::NoData);
        offer() -> Result<u64, Fault> = Ok(DATA_START);
        write_segment(offset: u64, from: &[u8]) -> Result<(), Fault> = Ok(());
        commit(value: u64) -> Result<(), Fault> = Ok(());
        reset(state: DeviceState) -> () = ();
        enter_error(state: DeviceState) -> () = ();
        settle(state: DeviceState) -> () = ();
    }
}

/// A read of the region and what becomes of the device, as a kernel would call it.
pub extern "C" fn access(offset: u64, value: u32) -> i32 {
    let mut region = MigrationRegion::new(Nothing);
    let mut bytes = [0; 4];
    let written = region.write(offset, &value.to_ne_bytes());
    match written.and_then(|()| region.read(offset, &mut bytes)) {
        Ok(()) => 0,
        Err(fault) => -fault.errno(),
    }
}
