//! What the suite needs of a device under test, whatever carries its requests there.
//!
//! The trait is raw on purpose: bytes go in as user space passes them, and come back as the driver left them, error
//! numbers included. What is legal is for the suite to know, not for an endpoint.
//!
//! No transport can express everything. An endpoint names what it can ([`Endpoint::abilities`]); a test that needs more
//! is skipped, and says why. Each optional method is there by default and fails with [`Failure::Cannot`].

pub mod linux;
pub mod reference;
pub mod shared;

use std::fmt;

use vfio_migration::machine::v2::LogRange;

/// An error number, as the device or its driver gave it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Errno(pub i32);

/// A data fd, by the number that came in `data_fd`. The number outlives the session.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Fd(pub i32);

/// What an endpoint may be unable to express.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Ability {
    /// Sessions are told apart: `data_fd` means something, and an old fd can be used. vfio-user has one stream instead.
    DataFd,
    /// A failed ioctl gives its argument back. A reply with an error carries nothing in vfio-user.
    WriteBack,
    /// A data fd can be polled.
    Poll,
    /// Positions can be named: seek, read and write at one.
    Seek,
    /// Ioctls on a data fd, such as pre-copy info.
    DataIoctl,
    /// A data fd can be closed while the device stays open.
    CloseFd,
    /// The flags of a data fd can be read.
    FdFlags,
    /// The device can be reset.
    Reset,
    /// The device can be closed for the last time and opened again, with old data fds kept.
    Reopen,
    /// Ranges and a bitmap can be passed to the device's dirty log.
    Log,
    /// A second thread can use the same device at the same time.
    Parallel,
    /// The device can be given work that changes its internal state.
    Work,
    /// Its internal state can be seen by another way than its stream.
    Image,
    /// Its registers can be touched while it is stopped.
    Touch,
    /// Its DMA and its interrupts can be seen.
    Traffic,
    /// The hardware can be made to fail.
    Break,
}

/// Why an operation gave no result.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Failure {
    /// The device or its driver answered with an error number. A result like any other.
    Errno(Errno),
    /// The transport cannot say this. The test is skipped; nothing was sent.
    Cannot(Ability),
    /// The transport broke: the device cannot be opened, a connection is lost. The device is not to blame.
    Broken(String),
}

/// A result, or why there is none.
pub type Outcome<T = ()> = Result<T, Failure>;

/// What came back of an ioctl.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Answer {
    /// Success, or the error number.
    pub result: Result<(), Errno>,
    /// The argument afterwards, as long as it was passed in. `None` where it failed and the transport then gives
    /// nothing back ([`Ability::WriteBack`]).
    pub argument: Option<Vec<u8>>,
}

/// What a poll finds.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Readiness {
    /// `POLLIN`
    pub readable: bool,
    /// `POLLOUT`
    pub writable: bool,
    /// `POLLHUP`, `POLLRDHUP` or `POLLERR`
    pub hung_up: bool,
}

/// How a data fd was opened.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct FdFlags {
    /// It can be read.
    pub read: bool,
    /// It can be written.
    pub write: bool,
    /// It does not outlive an exec.
    pub close_on_exec: bool,
}

/// An operation that names a position.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Positioned {
    /// `lseek` to the beginning
    Seek,
    /// `pread` of one byte at 0
    Read,
    /// `pwrite` of one byte at 0
    Write,
}

/// What a device has done to the machine around it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Traffic {
    /// Reads and writes of memory by DMA, since it was opened.
    pub dma: u64,
    /// Those of them that could reach another device. All of them, for a device that cannot tell the two apart.
    pub peer_dma: u64,
    /// Interrupts, since it was opened.
    pub interrupts: u64,
    /// The pages of 4096 bytes that it wrote since this was asked last, by address, in ascending order.
    pub written: Vec<u64>,
}

/// How much work the device was given and has done, since it was opened or reset last.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Work {
    /// Pieces that it was given.
    pub given: usize,
    /// Pieces that it has done, and done right.
    pub done: usize,
}

/// An open device.
///
/// A child process opens it for each test, and ends without closing it: the operating system does.
pub trait Endpoint {
    /// One line that names the device: what a maintainer needs to know which was tested.
    fn describe(&self) -> String;

    /// What this endpoint can express, for this device.
    fn abilities(&self) -> &[Ability];

    /// The ioctl `VFIO_DEVICE_FEATURE` with these bytes: a `vfio_device_feature` and what follows it. `argsz` in them
    /// need not be true: an endpoint whose transport passes an address sees to it that there are at least 4096 bytes of
    /// memory behind it, and gives back as many bytes as it was given.
    ///
    /// Where a request started a session, `data_fd` in the answer names it for the methods below.
    ///
    /// # Errors
    /// [`Failure::Broken`], or [`Failure::Cannot`]; an error number of the device is in the answer.
    fn feature(&mut self, argument: &[u8]) -> Outcome<Answer>;

    /// A read of a data fd that does not wait: as on an fd with `O_NONBLOCK`.
    ///
    /// # Errors
    /// All of [`Failure`].
    fn read(&mut self, fd: Fd, into: &mut [u8]) -> Outcome<usize>;

    /// A write to a data fd that does not wait.
    ///
    /// # Errors
    /// All of [`Failure`].
    fn write(&mut self, fd: Fd, from: &[u8]) -> Outcome<usize>;

    /// What a poll of a data fd finds now.
    ///
    /// # Errors
    /// All of [`Failure`].
    fn poll(&mut self, _fd: Fd) -> Outcome<Readiness> {
        Err(Failure::Cannot(Ability::Poll))
    }

    /// An operation that names a position. Gives what the call gave.
    ///
    /// # Errors
    /// All of [`Failure`].
    fn positioned(&mut self, _fd: Fd, _operation: Positioned) -> Outcome<usize> {
        Err(Failure::Cannot(Ability::Seek))
    }

    /// An ioctl on a data fd, with the bytes of its argument. What [`Endpoint::feature`] says of `argsz` holds here too.
    ///
    /// # Errors
    /// As [`Endpoint::feature`].
    fn data_ioctl(&mut self, _fd: Fd, _request: u32, _argument: &[u8]) -> Outcome<Answer> {
        Err(Failure::Cannot(Ability::DataIoctl))
    }

    /// Closes a data fd.
    ///
    /// # Errors
    /// All of [`Failure`].
    fn close_fd(&mut self, _fd: Fd) -> Outcome {
        Err(Failure::Cannot(Ability::CloseFd))
    }

    /// How a data fd was opened.
    ///
    /// # Errors
    /// All of [`Failure`].
    fn fd_flags(&mut self, _fd: Fd) -> Outcome<FdFlags> {
        Err(Failure::Cannot(Ability::FdFlags))
    }

    /// `VFIO_DEVICE_RESET`
    ///
    /// # Errors
    /// All of [`Failure`].
    fn reset(&mut self) -> Outcome {
        Err(Failure::Cannot(Ability::Reset))
    }

    /// Closes the device for the last time and opens it again. Data fds stay open.
    ///
    /// # Errors
    /// All of [`Failure`].
    fn reopen(&mut self) -> Outcome {
        Err(Failure::Cannot(Ability::Reopen))
    }

    /// A set of `VFIO_DEVICE_FEATURE_DMA_LOGGING_START`. Gives the page size that came back.
    ///
    /// # Errors
    /// All of [`Failure`].
    fn log_start(&mut self, _page_size: u64, _ranges: &[LogRange]) -> Outcome<u64> {
        Err(Failure::Cannot(Ability::Log))
    }

    /// A get of `VFIO_DEVICE_FEATURE_DMA_LOGGING_REPORT` into this bitmap, which may be longer than the range needs.
    ///
    /// # Errors
    /// All of [`Failure`].
    fn log_report(&mut self, _range: LogRange, _page_size: u64, _bitmap: &mut [u64]) -> Outcome {
        Err(Failure::Cannot(Ability::Log))
    }

    /// The same open device, for another thread.
    ///
    /// # Errors
    /// [`Failure::Broken`] and [`Failure::Cannot`].
    fn second(&mut self) -> Outcome<Box<dyn Endpoint + Send>> {
        Err(Failure::Cannot(Ability::Parallel))
    }

    /// Gives the device work that changes its internal state, if it runs, and lets time pass. A device that is stopped
    /// gets no work: only time passes.
    ///
    /// # Errors
    /// [`Failure::Broken`] and [`Failure::Cannot`].
    fn work(&mut self) -> Outcome<Work> {
        Err(Failure::Cannot(Ability::Work))
    }

    /// The internal state, seen by another way than the stream: equal images mean equal states.
    ///
    /// # Errors
    /// [`Failure::Broken`] and [`Failure::Cannot`].
    fn image(&mut self) -> Outcome<Vec<u8>> {
        Err(Failure::Cannot(Ability::Image))
    }

    /// A CPU writes a register of the device and reads one: whether the read gave all ones.
    ///
    /// # Errors
    /// [`Failure::Broken`] and [`Failure::Cannot`].
    fn touch(&mut self) -> Outcome<bool> {
        Err(Failure::Cannot(Ability::Touch))
    }

    /// What the device has done to memory and interrupts.
    ///
    /// # Errors
    /// [`Failure::Broken`] and [`Failure::Cannot`].
    fn traffic(&mut self) -> Outcome<Traffic> {
        Err(Failure::Cannot(Ability::Traffic))
    }

    /// Makes the hardware fail for good: the next arc that needs it fails.
    ///
    /// # Errors
    /// [`Failure::Broken`] and [`Failure::Cannot`].
    fn break_hardware(&mut self) -> Outcome {
        Err(Failure::Cannot(Ability::Break))
    }
}

impl Ability {
    /// All of them.
    pub const ALL: [Self; 16] = [
        Self::DataFd,
        Self::WriteBack,
        Self::Poll,
        Self::Seek,
        Self::DataIoctl,
        Self::CloseFd,
        Self::FdFlags,
        Self::Reset,
        Self::Reopen,
        Self::Log,
        Self::Parallel,
        Self::Work,
        Self::Image,
        Self::Touch,
        Self::Traffic,
        Self::Break,
    ];

    /// What is missing without it, as the end of a sentence.
    pub const fn what(self) -> &'static str {
        match self {
            Self::DataFd => "tell sessions apart by their fd",
            Self::WriteBack => "give the argument of a failed request back",
            Self::Poll => "poll a data fd",
            Self::Seek => "name a position in a stream",
            Self::DataIoctl => "do an ioctl on a data fd",
            Self::CloseFd => "close a data fd",
            Self::FdFlags => "read the flags of a data fd",
            Self::Reset => "reset the device",
            Self::Reopen => "close and reopen the device",
            Self::Log => "use the device's dirty log",
            Self::Parallel => "use the device from two threads",
            Self::Work => "give the device work",
            Self::Image => "see the internal state but by the stream",
            Self::Touch => "touch the device's registers",
            Self::Traffic => "see DMA and interrupts",
            Self::Break => "make the hardware fail",
        }
    }
}

impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Errno(errno) => errno.fmt(f),
            Self::Cannot(ability) => write!(f, "this endpoint cannot {}", ability.what()),
            Self::Broken(why) => f.write_str(why),
        }
    }
}

impl std::error::Error for Failure {}

impl From<Errno> for Failure {
    fn from(errno: Errno) -> Self {
        Self::Errno(errno)
    }
}

impl fmt::Display for Errno {
    /// Its name in the book, or what it means, with the number.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match crate::names::errno(self.0) {
            Some(name) => f.write_str(name),
            None => write!(f, "{}", std::io::Error::from_raw_os_error(self.0)),
        }
    }
}
