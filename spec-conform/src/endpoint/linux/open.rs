//! The two ways to a device: by its group and a container, or by its own file and an iommufd.

use std::ffi::CString;
use std::fs;
use std::os::fd::{AsRawFd, OwnedFd};
use std::path::Path;

use linux_raw_sys::ioctl::{
    VFIO_GROUP_GET_DEVICE_FD, VFIO_GROUP_GET_STATUS, VFIO_GROUP_SET_CONTAINER, VFIO_SET_IOMMU,
};
use rustix::fs::{Mode, OFlags};
use rustix::io::Errno;
use vfio_bindings::bindings::vfio::{
    VFIO_BASE, VFIO_GROUP_FLAGS_CONTAINER_SET, VFIO_GROUP_FLAGS_VIABLE, VFIO_TYPE,
    VFIO_TYPE1v2_IOMMU, vfio_device_bind_iommufd, vfio_group_status,
};

use super::sys;
use super::trouble::Trouble;

const CONTAINER: &str = "/dev/vfio/vfio";
const IOMMUFD: &str = "/dev/iommu";
/// `VFIO_DEVICE_BIND_IOMMUFD`, which neither crate of bindings names.
const BIND_IOMMUFD: u32 = (VFIO_TYPE as u32) << 8 | (VFIO_BASE + 18);

/// How the user named a device.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Way {
    /// The file of its group, and its name in the group: a UUID or a PCI address.
    Group {
        /// `/dev/vfio/7`
        group: String,
        /// `0000:01:00.0`
        device: Option<String>,
    },
    /// Its own file, `/dev/vfio/devices/vfio0`.
    Cdev(String),
}

/// What leads to the device. It stays open as long as the device is used.
pub(super) enum Root {
    Group {
        group: OwnedFd,
        /// Without the container's fd, the group loses its IOMMU driver.
        container: OwnedFd,
        path: String,
        device: String,
    },
    Cdev {
        iommufd: OwnedFd,
        path: String,
    },
}

impl Root {
    pub(super) fn open(way: &Way) -> Result<Self, Trouble> {
        match way {
            Way::Group { group, device } => Self::group(group, device.as_deref()),
            Way::Cdev(path) => {
                // First what the user named, so that a wrong name is what is reported.
                drop(open(path)?);
                Ok(Self::Cdev {
                    iommufd: open(IOMMUFD)?,
                    path: path.clone(),
                })
            }
        }
    }

    fn group(path: &str, device: Option<&str>) -> Result<Self, Trouble> {
        let group = open(path)?;
        let status = status(&group).map_err(|_| Trouble::NotAGroup(path.to_owned()))?;
        let Some(device) = device else {
            return Err(no_such_device(path, None, None));
        };
        if status & VFIO_GROUP_FLAGS_VIABLE == 0 {
            return Err(Trouble::NotViable {
                group: path.to_owned(),
                bound: drivers(path),
            });
        }
        let container = open(CONTAINER)?;
        if status & VFIO_GROUP_FLAGS_CONTAINER_SET == 0 {
            let mut number = container.as_raw_fd().to_ne_bytes();
            sys::bytes(&group, VFIO_GROUP_SET_CONTAINER, &mut number)
                .map_err(|errno| Trouble::Container(errno.raw_os_error()))?;
        }
        sys::number(&container, VFIO_SET_IOMMU, VFIO_TYPE1v2_IOMMU as usize)
            .map_err(|errno| Trouble::NoIommu(errno.raw_os_error()))?;
        Ok(Self::Group {
            group,
            container,
            path: path.to_owned(),
            device: device.to_owned(),
        })
    }

    /// Opens the device itself.
    pub(super) fn device(&self) -> Result<OwnedFd, Trouble> {
        match self {
            Self::Group {
                group,
                path,
                device,
                ..
            } => {
                let errno = |errno: Errno| no_such_device(path, Some(device), Some(errno));
                let name = CString::new(device.as_str()).map_err(|_| errno(Errno::INVAL))?;
                let number = sys::string(group, VFIO_GROUP_GET_DEVICE_FD, &name).map_err(errno)?;
                sys::adopt(number, &[group.as_raw_fd()]).ok_or_else(|| errno(Errno::BADF))
            }
            Self::Cdev { iommufd, path } => {
                let device = open(path)?;
                bind(&device, iommufd).map_err(|errno| match errno {
                    Errno::NOTTY => Trouble::NotADevice(path.clone()),
                    errno => Trouble::Bind(path.clone(), errno.raw_os_error()),
                })?;
                Ok(device)
            }
        }
    }

    /// What the device is called, and the folder of sysfs that describes it.
    pub(super) fn name(&self) -> (String, String) {
        match self {
            Self::Group { path, device, .. } => {
                (device.clone(), format!("{}/{device}", devices_of(path)))
            }
            Self::Cdev { path, .. } => {
                let link = format!("/sys/class/vfio-dev/{}/device", last(path));
                let name = fs::canonicalize(&link).ok();
                let name = name.as_deref().map_or(path.as_str(), file_name);
                (name.to_owned(), link)
            }
        }
    }

    /// The fds that it holds.
    pub(super) fn fds(&self) -> Vec<i32> {
        match self {
            Self::Group {
                group, container, ..
            } => vec![group.as_raw_fd(), container.as_raw_fd()],
            Self::Cdev { iommufd, .. } => vec![iommufd.as_raw_fd()],
        }
    }
}

/// The driver that has the device of this folder of sysfs.
pub(super) fn driver(folder: &str) -> Option<String> {
    let link = fs::read_link(format!("{folder}/driver")).ok()?;
    Some(file_name(&link).to_owned())
}

fn status(group: &OwnedFd) -> rustix::io::Result<u32> {
    let mut status = [0; size_of::<vfio_group_status>()];
    let argsz = status.len() as u32;
    status[..4].copy_from_slice(&argsz.to_ne_bytes());
    sys::bytes(group, VFIO_GROUP_GET_STATUS, &mut status)?;
    Ok(word(
        &status,
        std::mem::offset_of!(vfio_group_status, flags),
    ))
}

fn bind(device: &OwnedFd, iommufd: &OwnedFd) -> rustix::io::Result<i32> {
    let mut bind = [0; size_of::<vfio_device_bind_iommufd>()];
    // Older kernels know the structure without the token.
    let argsz = std::mem::offset_of!(vfio_device_bind_iommufd, token_uuid_ptr) as u32;
    let at = std::mem::offset_of!(vfio_device_bind_iommufd, iommufd);
    bind[..4].copy_from_slice(&argsz.to_ne_bytes());
    bind[at..at + 4].copy_from_slice(&iommufd.as_raw_fd().to_ne_bytes());
    sys::bytes(device, BIND_IOMMUFD, &mut bind)
}

fn open(path: &str) -> Result<OwnedFd, Trouble> {
    rustix::fs::open(path, OFlags::RDWR | OFlags::CLOEXEC, Mode::empty()).map_err(|errno| {
        Trouble::Open {
            path: path.to_owned(),
            errno: errno.raw_os_error(),
            others: like(path),
        }
    })
}

/// The other files of the folder of a device, of the same kind.
fn like(path: &str) -> Vec<String> {
    let folder = match path {
        path if path.starts_with("/dev/vfio/devices/") => "/dev/vfio/devices",
        path if path.starts_with("/dev/vfio/") => "/dev/vfio",
        _ => return Vec::new(),
    };
    let names = entries(folder).into_iter();
    let names = names.filter(|name| name != "vfio" && name != "devices");
    names.map(|name| format!("{folder}/{name}")).collect()
}

/// The folder of sysfs that has the devices of a group.
fn devices_of(group: &str) -> String {
    format!("/sys/kernel/iommu_groups/{}/devices", last(group))
}

fn no_such_device(group: &str, device: Option<&str>, errno: Option<Errno>) -> Trouble {
    Trouble::NoSuchDevice {
        group: group.to_owned(),
        device: device.map(str::to_owned),
        devices: entries(&devices_of(group)),
        errno: errno.map(Errno::raw_os_error),
    }
}

/// The devices of a group that a driver of the host has.
fn drivers(group: &str) -> Vec<(String, String)> {
    let folder = devices_of(group);
    let devices = entries(&folder).into_iter();
    devices
        .filter_map(|device| Some((device.clone(), driver(&format!("{folder}/{device}"))?)))
        .filter(|(_, driver)| !driver.contains("vfio"))
        .collect()
}

/// The names in a folder, in order; none where it cannot be read.
fn entries(folder: &str) -> Vec<String> {
    let entries = fs::read_dir(folder).into_iter().flatten().flatten();
    let mut names: Vec<_> = entries
        .map(|entry| entry.file_name().to_string_lossy().into_owned())
        .collect();
    names.sort();
    names
}

fn last(path: &str) -> &str {
    file_name(Path::new(path))
}

fn file_name(path: &Path) -> &str {
    path.file_name()
        .and_then(|name| name.to_str())
        .unwrap_or_default()
}

fn word(bytes: &[u8], at: usize) -> u32 {
    bytes[at..]
        .first_chunk()
        .map_or(0, |word| u32::from_ne_bytes(*word))
}
