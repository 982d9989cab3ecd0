//! One mistake in a chapter is one error, at the mistake: code that uses the book's items adds none.

spec_macros::spec!("one_mistake/SUMMARY.md");

mod machine {
    use crate::v1::{self, Driver, DeviceState};

    pub struct Machine<D: Driver> {
        pub driver: D,
        pub state: DeviceState,
    }

    impl<D: Driver> Machine<D> {
        pub fn write(&mut self, new: DeviceState) -> Result<(), v1::Fault> {
            for action in v1::actions(self.driver.capabilities(), self.state, new)? {
                v1::act(&mut self.driver, action)?;
            }
            self.state = DeviceState::RUNNING.with(new);
            Ok(())
        }
    }
}

struct Lamp;

impl v1::Driver for Lamp {
    fn run(&mut self) -> Result<(), v1::Fault> {
        Err(v1::Fault::Broke)
    }
}

const _: &[rules::Rule] = &[rules::V1_STATE_BITS];

fn main() {
    let mut machine = machine::Machine { driver: Lamp, state: v1::DeviceState::INITIAL };
    machine.write(v1::DeviceState::NONE).unwrap();
    assert_eq!(errno::EINVAL, 22);
}
