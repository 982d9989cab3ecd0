//! The child process: it runs one test and says on standard output, line by line, what happens.
//!
//! A line is a JSON object with one member. What the device is asked is written before it is asked, so that the parent
//! knows it even if no answer ever comes.

use std::io::{self, Write};

use serde_json::{Value, json};

use super::{Verdict, here};
use crate::dut::{Dut, Event};
use crate::target::Target;
use crate::test::Test;

/// A line from the child.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Line {
    /// The device is asked this.
    Asked(String),
    /// What came.
    Came(String),
    /// The end.
    Verdict(Verdict),
    /// What the endpoint says of the device, and what the device announces.
    Device(String, String),
    /// Something else: a message of a crash, for example.
    Other(String),
}

impl Line {
    /// Reads a line.
    pub fn parse(text: &str) -> Self {
        let other = || Self::Other(text.to_owned());
        let Ok(Value::Object(object)) = serde_json::from_str(text) else {
            return other();
        };
        let mut members = object.into_iter();
        let (Some((key, value)), None) = (members.next(), members.next()) else {
            return other();
        };
        match (key.as_str(), value) {
            ("asked", Value::String(text)) => Self::Asked(text),
            ("came", Value::String(text)) => Self::Came(text),
            (key, Value::String(why)) => verdict(key, why).map_or_else(other, Self::Verdict),
            ("device", Value::Array(parts)) => match parts.as_slice() {
                [Value::String(device), Value::String(capabilities)] => {
                    Self::Device(device.clone(), capabilities.clone())
                }
                _ => other(),
            },
            _ => other(),
        }
    }

    /// Writes a line.
    pub fn text(&self) -> String {
        let object = match self {
            Self::Asked(text) => json!({ "asked": text }),
            Self::Came(text) => json!({ "came": text }),
            Self::Verdict(verdict) => json!({ verdict.word(): verdict.why() }),
            Self::Device(device, capabilities) => json!({ "device": [device, capabilities] }),
            Self::Other(text) => return text.clone(),
        };
        object.to_string()
    }
}

fn verdict(word: &str, why: String) -> Option<Verdict> {
    Some(match word {
        "passed" => Verdict::Passed,
        "differs" => Verdict::Differs(why),
        "skipped" => Verdict::Skipped(why),
        "crashed" => Verdict::Crashed(why),
        "broken" => Verdict::Broken(why),
        _ => return None,
    })
}

/// Runs the test on the device, as a child.
pub fn run(target: &Target, test: &Test) {
    std::panic::set_hook(Box::new(|_| {}));
    let verdict = match target.open() {
        Ok(endpoint) => {
            let mut dut = Dut::new(endpoint, Box::new(|event| say(&heard(event))));
            let verdict = here::run(test, &mut dut);
            say(&Line::Verdict(verdict));
            // Whatever the endpoint does when it is dropped: the verdict stands.
            return;
        }
        Err(failure) => Verdict::Broken(failure.to_string()),
    };
    say(&Line::Verdict(verdict));
}

/// Says what the device is, as a child.
pub fn describe(target: &Target) {
    let endpoint = match target.open() {
        Ok(endpoint) => endpoint,
        Err(failure) => return say(&Line::Verdict(Verdict::Broken(failure.to_string()))),
    };
    let name = endpoint.describe();
    let mut dut = Dut::new(endpoint, Box::new(|event| say(&heard(event))));
    match dut.capabilities() {
        Ok(capabilities) => say(&Line::Device(name, capabilities.to_string())),
        Err(end) => say(&Line::Verdict(Err(end).into())),
    }
}

fn heard(event: Event<'_>) -> Line {
    match event {
        Event::Asked(text) => Line::Asked(text.to_owned()),
        Event::Came(text) => Line::Came(text.to_owned()),
    }
}

/// If the parent has gone, there is nobody to tell.
fn say(line: &Line) {
    let mut out = io::stdout().lock();
    let _ = writeln!(out, "{}", line.text()).and_then(|()| out.flush());
}
