//! What is done to the device beside requests, and seen of it beside answers: for endpoints that can.

use vfio_migration::machine::v2::LogRange;

use super::{Check, Dut, answered, ok};
use crate::endpoint::{Endpoint, Errno, Traffic, Work};

impl Dut {
    /// Gives the device work and lets time pass.
    pub fn work(&mut self) -> Check<Work> {
        let work = self.ask(
            "give the device work",
            |endpoint| endpoint.work(),
            |work| format!("{} of {} pieces done", work.done, work.given),
        )?;
        Ok(work)
    }

    /// The internal state, by another way than the stream.
    pub fn image(&mut self) -> Check<Vec<u8>> {
        let image = self.ask(
            "look at the internal state",
            |endpoint| endpoint.image(),
            |image| format!("{} bytes", image.len()),
        )?;
        Ok(image)
    }

    /// What the device did to memory and interrupts.
    pub fn traffic(&mut self) -> Check<Traffic> {
        let traffic = self.ask(
            "look at DMA and interrupts",
            |endpoint| endpoint.traffic(),
            |traffic| format!("{} DMA, {} interrupts", traffic.dma, traffic.interrupts),
        )?;
        Ok(traffic)
    }

    /// A CPU writes a register and reads it: whether all ones came.
    pub fn touch(&mut self) -> Check<bool> {
        let ones = self.ask(
            "a CPU touches the device",
            |endpoint| endpoint.touch(),
            |ones| if *ones { "all ones" } else { "a value" }.to_owned(),
        )?;
        Ok(ones)
    }

    /// The same device, for another thread. What that does is not noted.
    pub fn second(&mut self) -> Check<Box<dyn Endpoint + Send>> {
        let second = self.ask("another thread begins", |endpoint| endpoint.second(), ok);
        Ok(second?)
    }

    /// Makes the hardware fail for good.
    pub fn break_hardware(&mut self) -> Check {
        let broken = self.ask(
            "the hardware dies",
            |endpoint| endpoint.break_hardware(),
            ok,
        );
        Ok(broken?)
    }

    /// Starts the device's dirty log. Gives the page size that it took.
    pub fn log_start(&mut self, page_size: u64, ranges: &[LogRange]) -> Check<Result<u64, Errno>> {
        let some = ranges
            .iter()
            .take(3)
            .map(range)
            .collect::<Vec<_>>()
            .join(" ");
        let asked = format!(
            "LOGGING_START page_size={page_size:#x}, {} ranges: {some}",
            ranges.len()
        );
        let ask = |endpoint: &mut dyn Endpoint| endpoint.log_start(page_size, ranges);
        answered(self.ask(asked, ask, |page| format!("page_size={page:#x}")))
    }

    /// A report of the device's dirty log.
    pub fn log_report(
        &mut self,
        of: LogRange,
        page_size: u64,
        bitmap: &mut [u64],
    ) -> Check<Result<(), Errno>> {
        let asked = format!("LOGGING_REPORT {} page_size={page_size:#x}", range(&of));
        let mut words = Vec::new();
        let ask = |endpoint: &mut dyn Endpoint| {
            let result = endpoint.log_report(of, page_size, bitmap);
            words = bitmap
                .iter()
                .take(4)
                .map(|word| format!("{word:#x}"))
                .collect();
            result.map(|()| words.join(" "))
        };
        answered(self.ask(asked, ask, String::clone)).map(|result| result.map(|_| ()))
    }
}

fn range(range: &LogRange) -> String {
    format!("{:#x}+{:#x}", range.iova, range.length)
}
