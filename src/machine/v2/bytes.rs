//! Numbers in arguments, in the byte order of the machine. What lies outside reads as 0, and is not written.

pub(super) fn get_u32(bytes: &[u8], at: usize) -> u32 {
    bytes
        .get(at..)
        .and_then(|bytes| bytes.first_chunk())
        .map_or(0, |bytes| u32::from_ne_bytes(*bytes))
}

pub(super) fn get_u64(bytes: &[u8], at: usize) -> u64 {
    bytes
        .get(at..)
        .and_then(|bytes| bytes.first_chunk())
        .map_or(0, |bytes| u64::from_ne_bytes(*bytes))
}

pub(super) fn put_u32(bytes: &mut [u8], at: usize, value: u32) {
    if let Some(into) = bytes
        .get_mut(at..)
        .and_then(|bytes| bytes.first_chunk_mut())
    {
        *into = value.to_ne_bytes();
    }
}

pub(super) fn put_u64(bytes: &mut [u8], at: usize, value: u64) {
    if let Some(into) = bytes
        .get_mut(at..)
        .and_then(|bytes| bytes.first_chunk_mut())
    {
        *into = value.to_ne_bytes();
    }
}
