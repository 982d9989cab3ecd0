//! A device of the running kernel.

mod open;
mod sys;
mod trouble;

use std::collections::BTreeMap;
use std::os::fd::{AsFd, AsRawFd, BorrowedFd, OwnedFd};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use linux_raw_sys::ioctl::VFIO_DEVICE_RESET;
use rustix::event::{PollFd, PollFlags, Timespec};
use rustix::fs::{OFlags, SeekFrom};
use vfio_migration::machine::v2::LogRange;
use vfio_migration::v2::feature::{
    VFIO_DEVICE_FEATURE_DMA_LOGGING_REPORT, VFIO_DEVICE_FEATURE_DMA_LOGGING_START,
    VFIO_DEVICE_FEATURE_GET, VFIO_DEVICE_FEATURE_MASK, VFIO_DEVICE_FEATURE_MIG_DEVICE_STATE,
    VFIO_DEVICE_FEATURE_PROBE, VFIO_DEVICE_FEATURE_SET,
};
use vfio_migration::v2::ioctl::VFIO_DEVICE_FEATURE;

use super::{
    Ability, Answer, Endpoint, Errno, Failure, Fd, FdFlags, Outcome, Positioned, Readiness,
};
use crate::bytes;
use open::Root;

pub use open::Way;
pub use trouble::Trouble;

/// The longest bitmap of a report that is taken; zeros that nobody touches cost nothing.
const MAX_BITMAP: u64 = 1 << 30;

/// A device of the running kernel, through VFIO.
pub struct Linux {
    root: Arc<Root>,
    /// `None` only while the device is being reopened.
    device: Option<Arc<OwnedFd>>,
    data: Arc<Data>,
    abilities: Vec<Ability>,
    name: String,
}

/// The data fds, by the numbers that the driver gave.
type Data = Mutex<BTreeMap<i32, Arc<OwnedFd>>>;

impl Linux {
    const ABILITIES: [Ability; 10] = [
        Ability::DataFd,
        Ability::WriteBack,
        Ability::Poll,
        Ability::Seek,
        Ability::DataIoctl,
        Ability::CloseFd,
        Ability::FdFlags,
        Ability::Reopen,
        Ability::Log,
        Ability::Parallel,
    ];

    /// Opens the device that the user named, and no other, and resets it, as a VMM does: a driver that remembers what
    /// whoever had the device before did to it fails the tests of reopening, not all of them.
    ///
    /// # Errors
    /// [`Trouble`], in words for the user.
    pub fn open(way: &Way) -> Result<Self, Trouble> {
        let root = Root::open(way)?;
        let device = root.device()?;
        let mut abilities = Self::ABILITIES.to_vec();
        // Not `VFIO_DEVICE_FLAGS_RESET`: there are drivers that can, and do not set it.
        if sys::number(&device, VFIO_DEVICE_RESET, 0).is_ok() {
            abilities.push(Ability::Reset);
        }
        let (name, folder) = root.name();
        let driver = open::driver(&folder).unwrap_or_else(|| "an unknown driver".to_owned());
        let kernel = rustix::system::uname();
        let release = kernel.release().to_string_lossy().into_owned();
        Ok(Self {
            root: Arc::new(root),
            device: Some(Arc::new(device)),
            data: Arc::default(),
            abilities,
            name: format!("{name} with {driver}, Linux {release}"),
        })
    }

    fn device(&self) -> Outcome<BorrowedFd<'_>> {
        let device = self.device.as_deref().map(AsFd::as_fd);
        device.ok_or_else(|| Failure::Broken("the device could not be opened again".to_owned()))
    }

    fn data(&self) -> MutexGuard<'_, BTreeMap<i32, Arc<OwnedFd>>> {
        self.data.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn fd(&self, fd: Fd) -> Outcome<Arc<OwnedFd>> {
        let found = self.data().get(&fd.0).cloned();
        found.ok_or_else(|| rustix::io::Errno::BADF.into())
    }

    /// Takes the session that an ioctl started.
    fn adopt(&self, number: i32) {
        let mut taken = self.root.fds();
        taken.extend(self.device.as_deref().map(AsRawFd::as_raw_fd));
        let mut data = self.data();
        taken.extend(data.keys());
        if let Some(fd) = sys::adopt(number, &taken) {
            // A read of a device that prepares bytes must not wait.
            if let Ok(flags) = rustix::fs::fcntl_getfl(&fd) {
                let _ = rustix::fs::fcntl_setfl(&fd, flags | OFlags::NONBLOCK);
            }
            data.insert(number, Arc::new(fd));
        }
    }

    /// The ioctl on the device.
    fn call(&self, argument: &mut [u8]) -> Outcome<Result<(), Errno>> {
        let result = sys::bytes(self.device()?, VFIO_DEVICE_FEATURE, argument);
        Ok(result
            .map(drop)
            .map_err(|errno| Errno(errno.raw_os_error())))
    }
}

impl Endpoint for Linux {
    fn describe(&self) -> String {
        self.name.clone()
    }

    fn abilities(&self) -> &[Ability] {
        &self.abilities
    }

    fn feature(&mut self, argument: &[u8]) -> Outcome<Answer> {
        if writes_elsewhere(argument) {
            return Err(Failure::Cannot(Ability::Log));
        }
        let mut back = argument.to_vec();
        let result = self.call(&mut back)?;
        if result.is_ok() && starts_session(argument) && back.len() > bytes::PAYLOAD {
            self.adopt(bytes::mig_state_fields(&back[bytes::PAYLOAD..]).1);
        }
        Ok(Answer {
            result,
            argument: Some(back),
        })
    }

    fn read(&mut self, fd: Fd, into: &mut [u8]) -> Outcome<usize> {
        Ok(rustix::io::read(&self.fd(fd)?, into)?)
    }

    fn write(&mut self, fd: Fd, from: &[u8]) -> Outcome<usize> {
        Ok(rustix::io::write(&self.fd(fd)?, from)?)
    }

    fn poll(&mut self, fd: Fd) -> Outcome<Readiness> {
        let fd = self.fd(fd)?;
        let mut polled = [PollFd::new(
            &fd,
            PollFlags::IN | PollFlags::OUT | PollFlags::RDHUP,
        )];
        rustix::event::poll(&mut polled, Some(&Timespec::default()))?;
        let found = polled[0].revents();
        Ok(Readiness {
            readable: found.contains(PollFlags::IN),
            writable: found.contains(PollFlags::OUT),
            hung_up: found.intersects(PollFlags::HUP | PollFlags::RDHUP | PollFlags::ERR),
        })
    }

    fn positioned(&mut self, fd: Fd, operation: Positioned) -> Outcome<usize> {
        let fd = self.fd(fd)?;
        Ok(match operation {
            Positioned::Seek => rustix::fs::seek(&fd, SeekFrom::Start(0))? as usize,
            Positioned::Read => rustix::io::pread(&fd, &mut [0], 0)?,
            Positioned::Write => rustix::io::pwrite(&fd, &[0], 0)?,
        })
    }

    fn data_ioctl(&mut self, fd: Fd, request: u32, argument: &[u8]) -> Outcome<Answer> {
        let mut back = argument.to_vec();
        let result = sys::bytes(&self.fd(fd)?, request, &mut back);
        Ok(Answer {
            result: result
                .map(drop)
                .map_err(|errno| Errno(errno.raw_os_error())),
            argument: Some(back),
        })
    }

    fn close_fd(&mut self, fd: Fd) -> Outcome {
        self.fd(fd)?;
        self.data().remove(&fd.0);
        Ok(())
    }

    fn fd_flags(&mut self, fd: Fd) -> Outcome<FdFlags> {
        let fd = self.fd(fd)?;
        let mode = rustix::fs::fcntl_getfl(&fd)? & OFlags::RWMODE;
        let flags = rustix::io::fcntl_getfd(&fd)?;
        Ok(FdFlags {
            read: mode != OFlags::WRONLY,
            write: mode != OFlags::RDONLY,
            close_on_exec: flags.contains(rustix::io::FdFlags::CLOEXEC),
        })
    }

    fn reset(&mut self) -> Outcome {
        if !self.abilities.contains(&Ability::Reset) {
            return Err(Failure::Cannot(Ability::Reset));
        }
        sys::number(self.device()?, VFIO_DEVICE_RESET, 0)?;
        Ok(())
    }

    fn reopen(&mut self) -> Outcome {
        self.device = None;
        let device = self.root.device();
        let device = device.map_err(|trouble| Failure::Broken(trouble.to_string()))?;
        self.device = Some(Arc::new(device));
        Ok(())
    }

    fn log_start(&mut self, page_size: u64, ranges: &[LogRange]) -> Outcome<u64> {
        let words = ranges.iter().flat_map(|range| [range.iova, range.length]);
        let mut words: Vec<u64> = words.collect();
        let mut lent = sys::Lent::new(&mut words);
        let control = bytes::log_control(page_size, ranges.len() as u32, lent.address());
        let flags = VFIO_DEVICE_FEATURE_SET | VFIO_DEVICE_FEATURE_DMA_LOGGING_START;
        let mut argument = bytes::feature(flags, &control);
        self.call(&mut argument)??;
        Ok(bytes::log_page_size(&argument[bytes::PAYLOAD..]))
    }

    fn log_report(&mut self, range: LogRange, page_size: u64, bitmap: &mut [u64]) -> Outcome {
        let mut memory = vec![0; memory_of_report(range, page_size, bitmap.len())];
        let copied = bitmap.len().min(memory.len());
        memory[..copied].copy_from_slice(&bitmap[..copied]);
        let mut lent = sys::Lent::new(&mut memory);
        // Where no memory can be had, the kernel is given an address that it cannot write to.
        let address = if copied == 0 { 0 } else { lent.address() };
        let report = bytes::log_report(range, page_size, address);
        let flags = VFIO_DEVICE_FEATURE_GET | VFIO_DEVICE_FEATURE_DMA_LOGGING_REPORT;
        let result = self.call(&mut bytes::feature(flags, &report))?;
        bitmap[..copied].copy_from_slice(&memory[..copied]);
        Ok(result?)
    }

    fn second(&mut self) -> Outcome<Box<dyn Endpoint + Send>> {
        Ok(Box::new(Self {
            root: Arc::clone(&self.root),
            device: self.device.clone(),
            data: Arc::clone(&self.data),
            abilities: self.abilities.clone(),
            name: self.name.clone(),
        }))
    }
}

/// The words that a report's bitmap may have, however short the one that was passed: what the range needs, and a page
/// for a driver that goes over its end. None where the range is too long for this memory.
fn memory_of_report(range: LogRange, page_size: u64, passed: usize) -> usize {
    const SLACK: u64 = 4096 / 8;
    let bits = range.length.div_ceil(page_size.max(1));
    if bits / 8 > MAX_BITMAP {
        return 0;
    }
    (bits.div_ceil(64) + SLACK) as usize + passed
}

/// Whether it is a report with a bitmap, to whose address the kernel writes. Such a one goes through
/// [`Endpoint::log_report`], which lends the memory.
fn writes_elsewhere(argument: &[u8]) -> bool {
    let Some(flags) = flags(argument) else {
        return false;
    };
    let report = flags & VFIO_DEVICE_FEATURE_MASK == VFIO_DEVICE_FEATURE_DMA_LOGGING_REPORT;
    let asks = flags & VFIO_DEVICE_FEATURE_GET != 0 && flags & VFIO_DEVICE_FEATURE_PROBE == 0;
    let payload = argument.get(bytes::PAYLOAD..).unwrap_or_default();
    report && asks && bytes::log_bitmap(payload) != 0
}

fn starts_session(argument: &[u8]) -> bool {
    flags(argument).is_some_and(|flags| {
        flags & VFIO_DEVICE_FEATURE_MASK == VFIO_DEVICE_FEATURE_MIG_DEVICE_STATE
            && flags & VFIO_DEVICE_FEATURE_SET != 0
    })
}

fn flags(argument: &[u8]) -> Option<u32> {
    let at = std::mem::offset_of!(vfio_migration::v2::vfio_device_feature, flags);
    let bytes = argument.get(at..)?.first_chunk()?;
    Some(u32::from_ne_bytes(*bytes))
}

impl From<rustix::io::Errno> for Failure {
    fn from(errno: rustix::io::Errno) -> Self {
        Self::Errno(Errno(errno.raw_os_error()))
    }
}
