//! What the benches of both editions share: one device, and a guest that uses it.

use vfio_migration::driver::Model;

/// Runs the check with every reference driver.
pub(crate) fn every(check: impl Fn(Model)) {
    Model::ALL.into_iter().for_each(check);
}

/// What a guest does with the device of a bench that has the fields `model`, `memory`, `guest`, and the device in the
/// field that is named.
macro_rules! used_by_a_guest {
    ($rig:ident, $device:ident) => {
        impl $rig {
            pub(crate) fn function(&mut self) -> &mut dyn vfio_migration::driver::Function {
                self.$device.driver_mut()
            }

            pub(crate) fn image(&self) -> Vec<u8> {
                use vfio_migration::driver::Function;
                self.$device.driver().image()
            }

            /// What its driver was asked since this was asked last.
            pub(crate) fn calls(&mut self) -> Vec<&'static str> {
                self.$device.driver_mut().take_calls()
            }

            /// The guest asks for copies.
            pub(crate) fn ask(&mut self, count: usize) -> usize {
                let driver = self.$device.driver_mut();
                self.guest.ask(0, driver, &self.memory, count)
            }

            /// Time passes for the device.
            pub(crate) fn moments(&mut self, count: usize) {
                for _ in 0..count {
                    self.function().device_mut().run();
                }
            }

            /// The guest looks for answers. Gives how many came.
            pub(crate) fn collect(&mut self) -> usize {
                let answers = self.guest.collect(0, &self.memory);
                assert_eq!(self.guest.wrong(), 0, "{:?}: wrong answers", self.model);
                answers
            }

            /// The guest asks, the device works, the guest looks.
            pub(crate) fn use_device(&mut self) {
                assert_eq!(self.ask(4), 4);
                self.moments(40);
                assert_eq!(self.collect(), 4, "{:?} does not work", self.model);
            }

            /// A CPU reads a register of the BAR.
            pub(crate) fn bar(
                &mut self,
                register: vfio_migration::driver::device::Register,
            ) -> u64 {
                let mut bytes = [0; 8];
                self.function().read_bar(register.offset(), &mut bytes);
                u64::from_le_bytes(bytes)
            }
        }
    };
}
