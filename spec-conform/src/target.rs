//! What the user named: a device that can be opened, again for each test.

use vfio_migration::driver::Model;

use crate::endpoint::linux::{Linux, Way};
use crate::endpoint::reference::Reference;
use crate::endpoint::{Endpoint, Failure, Outcome};

/// A device that the user named. Nothing is ever sent to another.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Target {
    /// A reference driver, in this process.
    Driver(Model),
    /// A device of the running kernel.
    Linux(Way),
}

/// The arguments that name a device.
#[derive(Debug, clap::Args)]
pub struct Named {
    #[command(flatten)]
    target: OneOf,
    /// The device in the group: its UUID or PCI address
    #[arg(long, value_name = "NAME", requires = "vfio_group", conflicts_with_all = ["driver", "cdev"])]
    device: Option<String>,
}

#[derive(Debug, clap::Args)]
#[group(required = true, multiple = false)]
struct OneOf {
    /// A reference driver, in this process
    #[arg(long, value_parser = Target::driver, value_name = "NAME")]
    driver: Option<Target>,
    /// A device of this machine, by the file of its VFIO group, /dev/vfio/N
    #[arg(long, value_name = "FILE")]
    vfio_group: Option<String>,
    /// A device of this machine, by its own file, /dev/vfio/devices/vfioN
    #[arg(long, value_name = "FILE")]
    cdev: Option<String>,
}

impl Named {
    /// What they name.
    pub fn target(self) -> Target {
        let Self { target, device } = self;
        match (target.driver, target.vfio_group, target.cdev) {
            (Some(driver), ..) => driver,
            (None, Some(group), _) => Target::Linux(Way::Group { group, device }),
            (None, None, cdev) => Target::Linux(Way::Cdev(cdev.unwrap_or_default())),
        }
    }
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
            Self::Linux(way) => match Linux::open(way) {
                Ok(device) => Ok(Box::new(device)),
                Err(trouble) => Err(Failure::Broken(trouble.to_string())),
            },
        }
    }
}
