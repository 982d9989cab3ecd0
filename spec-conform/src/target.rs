//! What the user named: a device that can be opened, again for each test.

use vfio_migration::driver::Model;

use crate::endpoint::reference::Reference;
use crate::endpoint::{Endpoint, Outcome};

/// A device that the user named. Nothing is ever sent to another.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Target {
    /// A reference driver, in this process.
    Driver(Model),
}

impl Target {
    /// A reference driver by its name.
    ///
    /// # Errors
    /// There is none of this name.
    pub fn driver(name: &str) -> Result<Self, String> {
        let found = Model::ALL.into_iter().find(|model| model.name() == name);
        found.map(Self::Driver).ok_or_else(|| {
            let names: Vec<_> = Model::ALL.iter().map(|model| model.name()).collect();
            format!(
                "there is no reference driver `{name}`; there are {}",
                names.join(", ")
            )
        })
    }

    /// Opens the device.
    ///
    /// # Errors
    /// [`crate::endpoint::Failure::Broken`] where it cannot be opened.
    pub fn open(&self) -> Outcome<Box<dyn Endpoint>> {
        match self {
            Self::Driver(model) => Ok(Box::new(Reference::open(*model, 1))),
        }
    }
}
