//! What can go wrong on the way to a device, in words that say what to do.

use std::fmt;

use rustix::io::Errno;

/// Why a device cannot be opened.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Trouble {
    /// A file cannot be opened.
    Open {
        /// The path
        path: String,
        /// The error
        errno: i32,
        /// The files of its kind that there are.
        others: Vec<String>,
    },
    /// The file is no VFIO group.
    NotAGroup(String),
    /// The file is no device of VFIO's.
    NotADevice(String),
    /// Not all devices of the group are ready: these, with the driver that has each.
    NotViable {
        /// The path of the group
        group: String,
        /// Devices with the drivers that have them.
        bound: Vec<(String, String)>,
    },
    /// The group cannot be joined to a container.
    Container(i32),
    /// No IOMMU driver takes the container.
    NoIommu(i32),
    /// The group has no such device.
    NoSuchDevice {
        /// The path of the group
        group: String,
        /// What was asked for; `None` where nothing was.
        device: Option<String>,
        /// What the group has.
        devices: Vec<String>,
        /// The error, where the group has the device.
        errno: Option<i32>,
    },
    /// The device cannot be bound to an iommufd.
    Bind(String, i32),
}

impl fmt::Display for Trouble {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Open {
                path,
                errno,
                others,
            } => open(f, path, *errno, others),
            Self::NotAGroup(path) => write!(
                f,
                "{path} is not a VFIO group; a group is /dev/vfio/N, where N is the number that \
                 /sys/bus/*/devices/DEVICE/iommu_group ends in"
            ),
            Self::NotADevice(path) => write!(
                f,
                "{path} is not a VFIO device; such a file is /dev/vfio/devices/vfioN"
            ),
            Self::NotViable { group, bound } => not_viable(f, group, bound),
            Self::Container(errno) => write!(
                f,
                "the group cannot be joined to a container: {}",
                words(*errno)
            ),
            Self::NoIommu(errno) => write!(
                f,
                "no IOMMU driver takes the group: {}; `modprobe vfio_iommu_type1` loads the usual one",
                words(*errno)
            ),
            Self::NoSuchDevice {
                group,
                device,
                devices,
                errno,
            } => no_such_device(f, group, device.as_deref(), devices, *errno),
            Self::Bind(path, errno) => write!(
                f,
                "{path} cannot be bound to /dev/iommu: {}",
                match Errno::from_raw_os_error(*errno) {
                    Errno::BUSY | Errno::INVAL =>
                        "the device is in use, perhaps through its group; whoever uses it has to close it first"
                            .to_owned(),
                    _ => words(*errno),
                }
            ),
        }
    }
}

impl std::error::Error for Trouble {}

fn open(f: &mut fmt::Formatter<'_>, path: &str, errno: i32, others: &[String]) -> fmt::Result {
    match Errno::from_raw_os_error(errno) {
        Errno::NOENT | Errno::NODEV | Errno::NXIO => {
            write!(f, "there is no {path}")?;
            match (path, others) {
                ("/dev/vfio/vfio", _) => write!(f, "; `modprobe vfio` makes it"),
                ("/dev/iommu", _) => write!(f, "; `modprobe iommufd` makes it"),
                (path, []) if path.starts_with("/dev/vfio/") => write!(
                    f,
                    ", nor another like it: no device of this machine is bound to a driver of VFIO"
                ),
                (_, []) => Ok(()),
                (_, others) => write!(f, "; there are {}", others.join(", ")),
            }
        }
        Errno::ACCESS | Errno::PERM => write!(
            f,
            "{path} may not be opened: permission denied; run as root, or let this user read and write the file"
        ),
        Errno::BUSY => write!(
            f,
            "{path} is in use by another process, such as a VMM, which has to close it first"
        ),
        _ => write!(f, "{path} cannot be opened: {}", words(errno)),
    }
}

fn not_viable(f: &mut fmt::Formatter<'_>, group: &str, bound: &[(String, String)]) -> fmt::Result {
    write!(
        f,
        "{group} is not viable: each of its devices has to be bound to a driver of VFIO, or to none"
    )?;
    for (device, driver) in bound {
        write!(f, "; {device} is bound to {driver}")?;
    }
    Ok(())
}

fn no_such_device(
    f: &mut fmt::Formatter<'_>,
    group: &str,
    device: Option<&str>,
    devices: &[String],
    errno: Option<i32>,
) -> fmt::Result {
    match (device, errno) {
        (Some(device), Some(errno)) if devices.iter().any(|other| other == device) => {
            return write!(
                f,
                "{device} in {group} cannot be opened: {}; is it bound to a driver of VFIO?",
                words(errno)
            );
        }
        (Some(device), _) => write!(f, "there is no device {device} in {group}")?,
        (None, _) => write!(
            f,
            "{group} does not say which device; name it with --device"
        )?,
    }
    match devices {
        [] => write!(f, "; the group has none"),
        devices => write!(f, "; the group has {}", devices.join(", ")),
    }
}

/// What the error means, in the words of the C library, with its number.
fn words(errno: i32) -> String {
    std::io::Error::from_raw_os_error(errno).to_string()
}
