//! Arguments of ioctls as bytes, in the byte order of the machine, laid out by the generated structures.

use std::mem::offset_of;

use vfio_migration::machine::v2::LogRange;
use vfio_migration::v2::{
    vfio_device_feature, vfio_device_feature_dma_logging_control as Control,
    vfio_device_feature_dma_logging_report as Report, vfio_device_feature_mig_state as MigState,
    vfio_precopy_info as Info,
};

/// Where a feature's payload begins.
pub const PAYLOAD: usize = size_of::<vfio_device_feature>();

/// The length of a `vfio_precopy_info`.
pub const PRECOPY_INFO: u32 = size_of::<Info>() as u32;

/// A `vfio_device_feature` and its payload, with the true `argsz`.
pub fn feature(flags: u32, payload: &[u8]) -> Vec<u8> {
    feature_of_size((PAYLOAD + payload.len()) as u32, flags, payload)
}

/// The same with any `argsz`.
pub fn feature_of_size(argsz: u32, flags: u32, payload: &[u8]) -> Vec<u8> {
    let mut bytes = vec![0; PAYLOAD];
    put(
        &mut bytes,
        offset_of!(vfio_device_feature, argsz),
        argsz.to_ne_bytes(),
    );
    put(
        &mut bytes,
        offset_of!(vfio_device_feature, flags),
        flags.to_ne_bytes(),
    );
    bytes.extend_from_slice(payload);
    bytes
}

/// A `vfio_device_feature_mig_state`.
pub fn mig_state(device_state: u32, data_fd: i32) -> Vec<u8> {
    let mut bytes = vec![0; size_of::<MigState>()];
    put(
        &mut bytes,
        offset_of!(MigState, device_state),
        device_state.to_ne_bytes(),
    );
    put(
        &mut bytes,
        offset_of!(MigState, data_fd),
        data_fd.to_ne_bytes(),
    );
    bytes
}

/// `device_state` and `data_fd` of a `vfio_device_feature_mig_state`.
pub fn mig_state_fields(payload: &[u8]) -> (u32, i32) {
    let state = u32::from_ne_bytes(get(payload, offset_of!(MigState, device_state)));
    let fd = i32::from_ne_bytes(get(payload, offset_of!(MigState, data_fd)));
    (state, fd)
}

/// A `vfio_device_feature_dma_logging_control`.
pub fn log_control(page_size: u64, num_ranges: u32, ranges: u64) -> Vec<u8> {
    let mut bytes = vec![0; size_of::<Control>()];
    put(
        &mut bytes,
        offset_of!(Control, page_size),
        page_size.to_ne_bytes(),
    );
    put(
        &mut bytes,
        offset_of!(Control, num_ranges),
        num_ranges.to_ne_bytes(),
    );
    put(
        &mut bytes,
        offset_of!(Control, ranges),
        ranges.to_ne_bytes(),
    );
    bytes
}

/// `page_size` of a `vfio_device_feature_dma_logging_control`.
pub fn log_page_size(payload: &[u8]) -> u64 {
    u64::from_ne_bytes(get(payload, offset_of!(Control, page_size)))
}

/// A `vfio_device_feature_dma_logging_report`.
pub fn log_report(range: LogRange, page_size: u64, bitmap: u64) -> Vec<u8> {
    let mut bytes = vec![0; size_of::<Report>()];
    put(
        &mut bytes,
        offset_of!(Report, iova),
        range.iova.to_ne_bytes(),
    );
    put(
        &mut bytes,
        offset_of!(Report, length),
        range.length.to_ne_bytes(),
    );
    put(
        &mut bytes,
        offset_of!(Report, page_size),
        page_size.to_ne_bytes(),
    );
    put(&mut bytes, offset_of!(Report, bitmap), bitmap.to_ne_bytes());
    bytes
}

/// `bitmap` of a `vfio_device_feature_dma_logging_report`.
pub fn log_bitmap(payload: &[u8]) -> u64 {
    u64::from_ne_bytes(get(payload, offset_of!(Report, bitmap)))
}

/// A `vfio_precopy_info` with these `flags` passed in.
pub fn precopy_info(argsz: u32, flags: u32) -> Vec<u8> {
    let mut bytes = vec![0; size_of::<Info>()];
    put(&mut bytes, offset_of!(Info, argsz), argsz.to_ne_bytes());
    put(&mut bytes, offset_of!(Info, flags), flags.to_ne_bytes());
    bytes
}

/// `argsz` of any argument: it comes first.
pub fn argsz(bytes: &[u8]) -> u32 {
    u32::from_ne_bytes(get(bytes, 0))
}

/// `flags` of a `vfio_device_feature`.
pub fn flags(bytes: &[u8]) -> u32 {
    u32::from_ne_bytes(get(bytes, offset_of!(vfio_device_feature, flags)))
}

/// Replaces `flags` of a `vfio_device_feature`.
pub fn put_flags(bytes: &mut [u8], flags: u32) {
    put(
        bytes,
        offset_of!(vfio_device_feature, flags),
        flags.to_ne_bytes(),
    );
}

/// Replaces `flags`, `initial_bytes` and `dirty_bytes` of a `vfio_precopy_info`.
pub fn put_precopy(bytes: &mut [u8], flags: u32, initial: u64, dirty: u64) {
    put(bytes, offset_of!(Info, flags), flags.to_ne_bytes());
    put(
        bytes,
        offset_of!(Info, initial_bytes),
        initial.to_ne_bytes(),
    );
    put(bytes, offset_of!(Info, dirty_bytes), dirty.to_ne_bytes());
}

/// `flags`, `initial_bytes` and `dirty_bytes` of a `vfio_precopy_info`.
pub fn precopy_fields(bytes: &[u8]) -> (u32, u64, u64) {
    (
        u32::from_ne_bytes(get(bytes, offset_of!(Info, flags))),
        u64::from_ne_bytes(get(bytes, offset_of!(Info, initial_bytes))),
        u64::from_ne_bytes(get(bytes, offset_of!(Info, dirty_bytes))),
    )
}

/// The number of eight bytes that a payload is.
pub fn word(payload: &[u8]) -> u64 {
    u64::from_ne_bytes(get(payload, 0))
}

fn put<const N: usize>(bytes: &mut [u8], at: usize, value: [u8; N]) {
    bytes[at..at + N].copy_from_slice(&value);
}

/// What lies outside reads as zeros: an endpoint that gives less back than it was given is told by its length.
fn get<const N: usize>(bytes: &[u8], at: usize) -> [u8; N] {
    let mut value = [0; N];
    for (into, byte) in value.iter_mut().zip(bytes.iter().skip(at)) {
        *into = *byte;
    }
    value
}
