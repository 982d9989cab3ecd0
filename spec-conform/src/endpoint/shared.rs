//! A device in this process that several threads can use: it lives on a thread of its own, and does one thing after another.

use std::sync::mpsc::{self, Sender};
use std::thread;

use vfio_migration::machine::v2::LogRange;

use super::{
    Ability, Answer, Endpoint, Failure, Fd, FdFlags, Outcome, Positioned, Readiness, Traffic, Work,
};

/// What the device's thread is asked to do.
type Job = Box<dyn FnOnce(&mut dyn Endpoint) + Send>;

/// A way to the device. Any number of them lead to the same.
#[derive(Clone)]
pub struct Shared {
    jobs: Sender<Job>,
    abilities: Vec<Ability>,
    name: String,
}

impl Shared {
    /// Opens a device on a thread of its own.
    ///
    /// # Errors
    /// The thread ended before the device was open.
    pub fn open<E: Endpoint>(open: impl FnOnce() -> E + Send + 'static) -> Outcome<Self> {
        let (jobs, todo) = mpsc::channel::<Job>();
        let (tell, told) = mpsc::channel();
        thread::spawn(move || {
            let mut device = open();
            let mut abilities = device.abilities().to_vec();
            abilities.push(Ability::Parallel);
            if tell.send((abilities, device.describe())).is_err() {
                return;
            }
            for job in todo {
                job(&mut device);
            }
        });
        let (abilities, name) = told.recv().map_err(|_| gone())?;
        Ok(Self {
            jobs,
            abilities,
            name,
        })
    }

    /// Has the device's thread do this, and waits.
    fn call<T: Send + 'static>(
        &self,
        job: impl FnOnce(&mut dyn Endpoint) -> Outcome<T> + Send + 'static,
    ) -> Outcome<T> {
        let (tell, told) = mpsc::channel();
        let job: Job = Box::new(move |device| {
            // Whoever asked may have gone.
            let _ = tell.send(job(device));
        });
        self.jobs.send(job).map_err(|_| gone())?;
        told.recv().map_err(|_| gone())?
    }
}

fn gone() -> Failure {
    Failure::Broken("the device's thread has ended".to_owned())
}

impl Endpoint for Shared {
    fn describe(&self) -> String {
        self.name.clone()
    }

    fn abilities(&self) -> &[Ability] {
        &self.abilities
    }

    fn feature(&mut self, argument: &[u8]) -> Outcome<Answer> {
        let argument = argument.to_vec();
        self.call(move |device| device.feature(&argument))
    }

    fn read(&mut self, fd: Fd, into: &mut [u8]) -> Outcome<usize> {
        let mut bytes = into.to_vec();
        let (read, bytes) = self.call(move |device| {
            let read = device.read(fd, &mut bytes)?;
            Ok((read, bytes))
        })?;
        into.copy_from_slice(&bytes);
        Ok(read)
    }

    fn write(&mut self, fd: Fd, from: &[u8]) -> Outcome<usize> {
        let from = from.to_vec();
        self.call(move |device| device.write(fd, &from))
    }

    fn poll(&mut self, fd: Fd) -> Outcome<Readiness> {
        self.call(move |device| device.poll(fd))
    }

    fn positioned(&mut self, fd: Fd, operation: Positioned) -> Outcome<usize> {
        self.call(move |device| device.positioned(fd, operation))
    }

    fn data_ioctl(&mut self, fd: Fd, request: u32, argument: &[u8]) -> Outcome<Answer> {
        let argument = argument.to_vec();
        self.call(move |device| device.data_ioctl(fd, request, &argument))
    }

    fn close_fd(&mut self, fd: Fd) -> Outcome {
        self.call(move |device| device.close_fd(fd))
    }

    fn fd_flags(&mut self, fd: Fd) -> Outcome<FdFlags> {
        self.call(move |device| device.fd_flags(fd))
    }

    fn reset(&mut self) -> Outcome {
        self.call(|device| device.reset())
    }

    fn reopen(&mut self) -> Outcome {
        self.call(|device| device.reopen())
    }

    fn log_start(&mut self, page_size: u64, ranges: &[LogRange]) -> Outcome<u64> {
        let ranges = ranges.to_vec();
        self.call(move |device| device.log_start(page_size, &ranges))
    }

    fn log_report(&mut self, range: LogRange, page_size: u64, bitmap: &mut [u64]) -> Outcome {
        let mut words = bitmap.to_vec();
        let (result, words) = self.call(move |device| {
            let result = device.log_report(range, page_size, &mut words);
            Ok((result, words))
        })?;
        bitmap.copy_from_slice(&words);
        result
    }

    fn second(&mut self) -> Outcome<Box<dyn Endpoint + Send>> {
        Ok(Box::new(self.clone()))
    }

    fn work(&mut self) -> Outcome<Work> {
        self.call(|device| device.work())
    }

    fn image(&mut self) -> Outcome<Vec<u8>> {
        self.call(|device| device.image())
    }

    fn touch(&mut self) -> Outcome<bool> {
        self.call(|device| device.touch())
    }

    fn traffic(&mut self) -> Outcome<Traffic> {
        self.call(|device| device.traffic())
    }

    fn break_hardware(&mut self) -> Outcome {
        self.call(|device| device.break_hardware())
    }
}
