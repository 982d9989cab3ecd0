//! What a device sees of the machine it is in.

/// The guest's memory and the interrupt line, seen from a device.
pub trait Bus {
    /// DMA read; `false` where there is no memory. Nothing is read then.
    fn read(&self, address: u64, into: &mut [u8]) -> bool;

    /// DMA write; `false` where there is no memory. Nothing is written then.
    fn write(&self, address: u64, from: &[u8]) -> bool;

    /// Raises an interrupt.
    fn interrupt(&self);
}
