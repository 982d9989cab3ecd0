//! What a device sees of the machine it is in.

/// The guest's memory, other devices' MMIO and the interrupt line, seen from a device.
pub trait Bus: Send {
    /// DMA read; `false` where nothing is mapped. Nothing is read then.
    fn read(&self, address: u64, into: &mut [u8]) -> bool;

    /// DMA write; `false` where nothing is mapped. Nothing is written then.
    fn write(&self, address: u64, from: &[u8]) -> bool;

    /// Raises an interrupt.
    fn interrupt(&self);
}
