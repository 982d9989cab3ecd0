//! A reference driver in this process.

use std::collections::BTreeSet;

use vfio_migration::driver::{Function, Model, Traced, V2Function, device::Register};
use vfio_migration::machine::v2::{DataFd, LogRange, MigrationDevice, User};
use vfio_migration::v2::feature::{
    VFIO_DEVICE_FEATURE_DMA_LOGGING_REPORT, VFIO_DEVICE_FEATURE_DMA_LOGGING_START,
    VFIO_DEVICE_FEATURE_GET, VFIO_DEVICE_FEATURE_SET,
};
use vfio_migration::v2::{Capabilities, DeviceState, Fault, ioctl};
use vfio_migration::vmm::{Guest, Memory, PAGE, Port};

use super::{
    Ability, Answer, Endpoint, Errno, Failure, Fd, FdFlags, Outcome, Positioned, Readiness,
    Traffic, Work,
};
use crate::bytes;

/// How long the device runs when it is given work.
const MOMENTS: usize = 40;

/// A reference device, its driver, and the machine around it.
pub struct Reference {
    model: Model,
    device: MigrationDevice<Traced<dyn V2Function>>,
    memory: Memory,
    port: Port,
    guest: Guest,
    given: usize,
    done: usize,
    /// Pages that the device wrote and nobody asked about.
    written: BTreeSet<u64>,
    /// Touches of the BAR: each writes another value.
    touches: u64,
    closed: Vec<Fd>,
}

impl Reference {
    const ABILITIES: [Ability; 15] = [
        Ability::DataFd,
        Ability::WriteBack,
        Ability::Poll,
        Ability::Seek,
        Ability::DataIoctl,
        Ability::CloseFd,
        Ability::FdFlags,
        Ability::Reset,
        Ability::Reopen,
        Ability::Log,
        Ability::Work,
        Ability::Image,
        Ability::Touch,
        Ability::Traffic,
        Ability::Break,
    ];

    /// Opens a device of this model. Two of different seeds never name two streams alike.
    pub fn open(model: Model, seed: u32) -> Self {
        Self::with_driver(model, |port| model.driver_v2(seed, port))
    }

    /// Opens a device with another driver of the same kind of device.
    pub fn with_driver(model: Model, driver: impl FnOnce(Port) -> Box<dyn V2Function>) -> Self {
        let memory = Memory::new(Guest::PAGES);
        let port = memory.port();
        memory.track(true);
        Self {
            model,
            device: MigrationDevice::new(Traced::new(driver(port.clone()))),
            memory,
            port,
            guest: Guest::new(1),
            given: 0,
            done: 0,
            written: BTreeSet::new(),
            touches: 0,
            closed: Vec::new(),
        }
    }

    /// The state that the device is in.
    pub fn state(&self) -> DeviceState {
        self.device.state()
    }

    /// What the device announces.
    pub fn capabilities(&self) -> Capabilities {
        self.device.capabilities()
    }

    /// Whether the second version of pre-copy info is in force.
    pub fn second_version(&self) -> bool {
        self.device.second_version()
    }

    /// Whether the device's dirty log runs.
    pub fn logging(&self) -> bool {
        self.device.logging()
    }

    fn fd(&self, fd: Fd) -> Outcome<DataFd> {
        match DataFd::from_number(fd.0) {
            Some(found) if !self.closed.contains(&fd) => Ok(found),
            _ => Err(Fault::WrongDirection.into()),
        }
    }

    fn note_written(&mut self) {
        let pages = self.memory.take_dirty().into_iter();
        self.written.extend(pages.map(|page| (page * PAGE) as u64));
    }

    /// What the guest had asked for is lost with the device's state.
    fn forget_work(&mut self) {
        self.guest = Guest::new(1);
        (self.given, self.done) = (0, 0);
    }

    /// A feature whose payload has the address 0 of this memory.
    fn with_memory(&mut self, flags: u32, payload: &mut [u8], memory: &mut Vec<u8>) -> Outcome {
        let mut argument = bytes::feature(flags, payload);
        self.device
            .feature(&mut argument, &mut UserMemory(memory))?;
        payload.copy_from_slice(&argument[argument.len() - payload.len()..]);
        Ok(())
    }
}

impl Endpoint for Reference {
    fn describe(&self) -> String {
        format!("reference driver {}", self.model.name())
    }

    fn abilities(&self) -> &[Ability] {
        &Self::ABILITIES
    }

    fn feature(&mut self, argument: &[u8]) -> Outcome<Answer> {
        let mut back = argument.to_vec();
        let result = self.device.feature(&mut back, &mut ());
        Ok(answer(result, back))
    }

    fn read(&mut self, fd: Fd, into: &mut [u8]) -> Outcome<usize> {
        let fd = self.fd(fd)?;
        Ok(self.device.read(fd, into)?)
    }

    fn write(&mut self, fd: Fd, from: &[u8]) -> Outcome<usize> {
        let fd = self.fd(fd)?;
        Ok(self.device.write(fd, from)?)
    }

    fn poll(&mut self, fd: Fd) -> Outcome<Readiness> {
        let fd = self.fd(fd)?;
        let found = self.device.poll(fd)?;
        Ok(Readiness {
            readable: found.readable,
            writable: found.writable,
            hung_up: found.hung_up,
        })
    }

    fn positioned(&mut self, fd: Fd, _operation: Positioned) -> Outcome<usize> {
        let fd = self.fd(fd)?;
        self.device.seek(fd)?;
        Ok(0)
    }

    fn data_ioctl(&mut self, fd: Fd, request: u32, argument: &[u8]) -> Outcome<Answer> {
        let fd = self.fd(fd)?;
        let mut back = argument.to_vec();
        let result = match request {
            ioctl::VFIO_MIG_GET_PRECOPY_INFO => self.device.precopy_info(fd, &mut back),
            _ => Err(Fault::NotSupported),
        };
        Ok(answer(result, back))
    }

    fn close_fd(&mut self, fd: Fd) -> Outcome {
        self.fd(fd)?;
        self.closed.push(fd);
        Ok(())
    }

    fn fd_flags(&mut self, fd: Fd) -> Outcome<FdFlags> {
        let saving = self.fd(fd)?.direction() == vfio_migration::machine::v2::Direction::Saving;
        Ok(FdFlags {
            read: saving,
            write: !saving,
            close_on_exec: true,
        })
    }

    fn reset(&mut self) -> Outcome {
        self.device.reset();
        self.forget_work();
        Ok(())
    }

    fn reopen(&mut self) -> Outcome {
        self.device.close();
        self.forget_work();
        Ok(())
    }

    fn log_start(&mut self, page_size: u64, ranges: &[LogRange]) -> Outcome<u64> {
        let words = ranges.iter().flat_map(|range| [range.iova, range.length]);
        let mut memory = words.flat_map(u64::to_ne_bytes).collect();
        let mut payload = bytes::log_control(page_size, ranges.len() as u32, 0);
        let flags = VFIO_DEVICE_FEATURE_SET | VFIO_DEVICE_FEATURE_DMA_LOGGING_START;
        self.with_memory(flags, &mut payload, &mut memory)?;
        Ok(bytes::log_page_size(&payload))
    }

    fn log_report(&mut self, range: LogRange, page_size: u64, bitmap: &mut [u64]) -> Outcome {
        let mut memory = bitmap.iter().flat_map(|word| word.to_ne_bytes()).collect();
        let mut payload = bytes::log_report(range, page_size, 0);
        let flags = VFIO_DEVICE_FEATURE_GET | VFIO_DEVICE_FEATURE_DMA_LOGGING_REPORT;
        let result = self.with_memory(flags, &mut payload, &mut memory);
        for (word, bytes) in bitmap.iter_mut().zip(memory.as_chunks().0) {
            *word = u64::from_ne_bytes(*bytes);
        }
        result
    }

    fn work(&mut self) -> Outcome<Work> {
        if !self.device.state().stopped() {
            self.note_written();
            let function = self.device.driver_mut();
            self.given += self.guest.ask(0, function, &self.memory, 4);
            // What the guest wrote itself was no DMA.
            self.memory.take_dirty();
        }
        for _ in 0..MOMENTS {
            self.device.driver_mut().device_mut().run();
        }
        self.done += self.guest.collect(0, &self.memory);
        Ok(Work {
            given: self.given,
            done: self.done - self.guest.wrong(),
        })
    }

    fn image(&mut self) -> Outcome<Vec<u8>> {
        Ok(self.device.driver().image())
    }

    fn touch(&mut self) -> Outcome<bool> {
        let function = self.device.driver_mut();
        let at = Register::Ring.offset();
        self.touches += 1;
        let ring = self.touches * PAGE as u64;
        function.write_bar(at, &ring.to_le_bytes());
        let mut read = [0; 8];
        function.read_bar(at, &mut read);
        Ok(read == [0xff; 8])
    }

    fn traffic(&mut self) -> Outcome<Traffic> {
        let traffic = self.port.traffic();
        self.note_written();
        Ok(Traffic {
            dma: traffic.dma,
            peer_dma: traffic.dma,
            interrupts: traffic.interrupts,
            written: std::mem::take(&mut self.written).into_iter().collect(),
        })
    }

    fn break_hardware(&mut self) -> Outcome {
        self.device.driver_mut().device_mut().trouble().dead = true;
        Ok(())
    }
}

fn answer(result: Result<(), Fault>, argument: Vec<u8>) -> Answer {
    Answer {
        result: result.map_err(|fault| Errno(fault.errno())),
        argument: Some(argument),
    }
}

impl From<Fault> for Failure {
    fn from(fault: Fault) -> Self {
        Self::Errno(Errno(fault.errno()))
    }
}

/// The memory that addresses in arguments mean, from 0.
struct UserMemory<'a>(&'a mut Vec<u8>);

impl User for UserMemory<'_> {
    fn read(&self, address: u64, into: &mut [u8]) {
        let from = usize::try_from(address)
            .ok()
            .and_then(|at| self.0.get(at..));
        for (n, byte) in into.iter_mut().enumerate() {
            *byte = from.and_then(|from| from.get(n)).copied().unwrap_or(0);
        }
    }

    fn write(&mut self, address: u64, from: &[u8]) {
        let into = usize::try_from(address).ok();
        if let Some(into) = into.and_then(|at| self.0.get_mut(at..)) {
            let len = into.len().min(from.len());
            into[..len].copy_from_slice(&from[..len]);
        }
    }
}
