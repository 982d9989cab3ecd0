//! A VMM that migrates such a device: `cargo run --example migrate`.

mod driver;

use driver::Counter;
use vfio_migration::machine::v2::{DataFd, MigrationDevice};
use vfio_migration::v2::feature::{VFIO_DEVICE_FEATURE_MIG_DEVICE_STATE, VFIO_DEVICE_FEATURE_SET};
use vfio_migration::v2::{DeviceState, Fault};

/// The ioctl: requests a state. Gives the data fd where a session began.
fn set(device: &mut MigrationDevice<Counter>, state: DeviceState) -> Result<Option<DataFd>, Fault> {
    let flags = VFIO_DEVICE_FEATURE_SET | VFIO_DEVICE_FEATURE_MIG_DEVICE_STATE;
    let mut argument = [16, flags, state.raw(), 0].map(u32::to_ne_bytes).concat();
    device.feature(&mut argument, &mut ())?;
    Ok(argument
        .last_chunk()
        .and_then(|fd| DataFd::from_number(i32::from_ne_bytes(*fd))))
}

/// Stops the device and reads its stream, in pieces as they come.
fn save(device: &mut MigrationDevice<Counter>) -> Result<Vec<u8>, Fault> {
    let fd = set(device, DeviceState::STOP_COPY)?.ok_or(Fault::SessionEnded)?;
    let (mut stream, mut buffer) = (Vec::new(), [0; 5]);
    loop {
        match device.read(fd, &mut buffer)? {
            0 => break,
            read => stream.extend_from_slice(&buffer[..read]),
        }
    }
    set(device, DeviceState::STOP)?;
    Ok(stream)
}

/// Writes the stream to a device, and lets it run. A device that refuses is reset.
fn load(device: &mut MigrationDevice<Counter>, mut stream: &[u8]) -> Result<(), Fault> {
    let fd = set(device, DeviceState::RESUMING)?.ok_or(Fault::SessionEnded)?;
    while !stream.is_empty() {
        let taken = device.write(fd, &stream[..stream.len().min(3)])?;
        stream = &stream[taken..];
    }
    set(device, DeviceState::RUNNING)
        .map(|_| ())
        .inspect_err(|_| device.reset())
}

fn device(count: u64) -> MigrationDevice<Counter> {
    MigrationDevice::new(Counter {
        count,
        running: true,
        ..Counter::default()
    })
}

pub(crate) fn main() -> Result<(), Fault> {
    let (mut source, mut destination) = (device(41), device(0));
    source.driver_mut().count += 1;
    let stream = save(&mut source)?;

    assert_eq!(
        load(&mut destination, &stream[1..]),
        Err(Fault::InvalidStream)
    );
    assert_eq!(destination.state(), DeviceState::RUNNING);

    load(&mut destination, &stream)?;
    let counter = destination.driver();
    assert!(counter.count == 42 && counter.running);
    println!(
        "{} bytes took the counter, at {}, to the other side",
        stream.len(),
        counter.count
    );
    Ok(())
}
