//! What happened, in lines that people read and snapshots compare.

use std::fmt;
use std::format;
use std::string::{String, ToString};
use std::vec::Vec;

/// The lines.
#[derive(Clone, Debug, Default)]
pub struct Log {
    lines: Vec<String>,
}

impl Log {
    /// A line at the margin: a step begins.
    pub(super) fn step(&mut self, line: impl fmt::Display) {
        self.lines.push(line.to_string());
    }

    /// Something that the VMM did.
    pub(super) fn note(&mut self, line: impl fmt::Display) {
        self.lines.push(format!("    {line}"));
    }

    /// An access of a device's region or its reset, the driver's part in it, and an error if there was one.
    pub(super) fn access(
        &mut self,
        device: &str,
        access: impl fmt::Display,
        calls: &[&str],
        error: Option<&str>,
    ) {
        let mut line = format!("  {device} {access}");
        if let Some(error) = error {
            line.push_str(" ! ");
            line.push_str(error);
        }
        if !calls.is_empty() {
            line = format!("{line:<50} : {}", calls.join(" "));
        }
        self.lines.push(line);
    }
}

impl fmt::Display for Log {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.lines
            .iter()
            .try_for_each(|line| writeln!(f, "{}", line.trim_end()))
    }
}
