//! What the user named: a device that can be opened, again for each test.

use vfio_migration::driver::Model;

use crate::endpoint::linux::{Linux, Way};
use crate::endpoint::reference::Reference;
use crate::endpoint::shared::Shared;
use crate::endpoint::{Endpoint, Failure, Outcome};
use crate::wrong::{Bug, Wrong};

/// A device that the user named. Nothing is ever sent to another.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Target {
    /// A reference driver, in this process.
    Driver(Model),
    /// A reference driver with a bug, in this process.
    Wrong(Bug),
    /// A device of the running kernel.
    Linux(Way),
}

/// The arguments that name a device.
#[derive(Clone, Debug, clap::Args)]
pub struct Named {
    #[command(flatten)]
    target: OneOf,
    /// The device in the group: its UUID or PCI address
    #[arg(long, value_name = "NAME", help_heading = "Device", requires = "vfio_group", conflicts_with_all = ["driver", "cdev"])]
    device: Option<String>,
}

#[derive(Clone, Debug, clap::Args)]
#[group(multiple = false)]
struct OneOf {
    /// A reference driver, in process: buffering, direct, quiet or quiet_trapping
    #[arg(long, value_parser = driver, value_name = "NAME", help_heading = "Device")]
    driver: Option<Model>,
    /// A reference driver with a bug, in process, to see how a finding looks; a wrong name prints them all
    #[arg(long, value_parser = wrong, value_name = "BUG", help_heading = "Device")]
    wrong: Option<Bug>,
    /// A device of this machine, by the file of its VFIO group, /dev/vfio/N
    #[arg(long, value_name = "FILE", help_heading = "Device")]
    vfio_group: Option<String>,
    /// A device of this machine, by its own file, /dev/vfio/devices/vfioN
    #[arg(long, value_name = "FILE", help_heading = "Device")]
    cdev: Option<String>,
}

/// A reference driver by its name.
fn driver(name: &str) -> Result<Model, String> {
    let found = Model::ALL.into_iter().find(|model| model.name() == name);
    found.ok_or_else(|| {
        let names: Vec<_> = Model::ALL.iter().map(|model| model.name()).collect();
        format!("there is no such driver; there are {}", names.join(", "))
    })
}

/// A bug by its name.
fn wrong(name: &str) -> Result<Bug, String> {
    let found = Bug::ALL.iter().find(|bug| bug.name() == name);
    found.copied().ok_or_else(|| {
        let lines = Bug::ALL
            .iter()
            .map(|bug| format!("\n  {:<24} {}", bug.name(), bug.what()));
        format!(
            "there is no such bug; there are{}",
            lines.collect::<String>()
        )
    })
}

impl Named {
    /// What they name; `None` where they name nothing.
    pub fn target(&self) -> Option<Target> {
        let OneOf {
            driver,
            wrong,
            vfio_group,
            cdev,
        } = self.target.clone();
        let group = vfio_group.map(|group| {
            Target::Linux(Way::Group {
                group,
                device: self.device.clone(),
            })
        });
        let cdev = cdev.map(|file| Target::Linux(Way::Cdev(file)));
        let wrong = wrong.map(Target::Wrong);
        driver.map(Target::Driver).or(wrong).or(group).or(cdev)
    }
}

impl Target {
    /// The arguments that name it, as one would type them.
    pub fn arguments(&self) -> String {
        match self {
            Self::Driver(model) => format!("--driver {}", model.name()),
            Self::Wrong(bug) => format!("--wrong {}", bug.name()),
            Self::Linux(Way::Group { group, device }) => {
                let device = device.as_ref().map(|name| format!(" --device {name}"));
                format!("--vfio-group {group}{}", device.unwrap_or_default())
            }
            Self::Linux(Way::Cdev(file)) => format!("--cdev {file}"),
        }
    }

    /// Whether it outlives a process: then tests run one after another, and a hang or a crash ends the run.
    pub fn shared(&self) -> bool {
        matches!(self, Self::Linux(_))
    }

    /// Opens the device.
    ///
    /// # Errors
    /// [`Failure::Broken`] where it cannot be opened.
    pub fn open(&self) -> Outcome<Box<dyn Endpoint>> {
        match self {
            Self::Driver(model) => {
                let model = *model;
                Ok(Box::new(Shared::open(move || Reference::open(model, 1))?))
            }
            Self::Wrong(bug) => {
                let bug = *bug;
                Ok(Box::new(Shared::open(move || Wrong::open(bug))?))
            }
            Self::Linux(way) => match Linux::open(way) {
                Ok(device) => Ok(Box::new(device)),
                Err(trouble) => Err(Failure::Broken(trouble.to_string())),
            },
        }
    }
}
