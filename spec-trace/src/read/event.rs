//! One line below the header.

use spec_model::analysis::{Register, register};
use spec_model::diagnostic::Diagnostic;
use spec_model::model::{Access, Book, Direction, Edition, Operation};

use super::header::expect_device;
use super::words::{Line, Word, Words, Wrong, number, one_of};
use crate::trace::{Act, Device, Errno, Event, What};

/// Reads the events of one trace.
pub(super) struct Reader<'b, 'd> {
    book: &'b Book,
    edition: &'b Edition,
    devices: Vec<&'d str>,
}

/// The state that a word names.
pub(super) fn state(register: Register<'_>, word: &Word<'_>) -> Result<u32, Wrong> {
    let read = register.parse_state(word.value);
    let value = read.map_err(|wrong| {
        let title = format!("there is no state `{}`", wrong.part);
        let known = one_of(wrong.known.iter().map(String::as_str));
        let joined = if wrong.bits { ", joined by `|`" } else { "" };
        let error = Diagnostic::error("unknown-state", word.span, title);
        Box::new(error.label(format!("expected {known}{joined}, or a number")))
    })?;
    Ok(value)
}

impl<'b, 'd> Reader<'b, 'd> {
    pub(super) fn new(book: &'b Book, edition: &'b Edition, devices: &'d [Device<'b>]) -> Self {
        let devices = devices.iter().map(|device| device.name.as_str());
        Self {
            book,
            edition,
            devices: devices.collect(),
        }
    }

    /// Reads a line.
    pub(super) fn event(&self, line: &Line<'_>) -> Result<Event, Wrong> {
        let mut words = Words::new(line);
        let who = words.word("a device")?;
        let what = if who.value == "vmm" {
            self.condition(&mut words)?
        } else {
            if let Some(error) = expect_device(&who, &self.devices) {
                return Err(Box::new(error));
            }
            let number = self.devices.iter().position(|name| *name == who.value);
            What::Device {
                number: number.unwrap_or(0),
                act: self.act(&mut words)?,
            }
        };
        words.end()?;
        Ok(Event {
            span: line.span,
            what,
        })
    }

    /// `vmm VCPU_RUNNING run`
    fn condition(&self, words: &mut Words<'_, '_>) -> Result<What, Wrong> {
        let conditions = &self.edition.conditions;
        let names = || conditions.iter().map(|row| row.name.value.as_str());
        let name = words.word("a condition")?;
        let Some(number) = names().position(|it| it == name.value) else {
            let title = format!("there is no condition `{}`", name.value);
            let error = Diagnostic::error("unknown-condition", name.span, title);
            return Err(Box::new(
                error.label(format!("expected {}", one_of(names()))),
            ));
        };
        let row = &conditions[number];
        let expected = one_of([row.on.as_str(), row.off.as_str()]);
        let word = words.word(&expected)?;
        if word.value != row.on && word.value != row.off {
            let title = format!("`{}` is neither on nor off", word.value);
            let error = Diagnostic::error("unknown-word", word.span, title);
            return Err(Box::new(error.label(format!("expected {expected}"))));
        }
        Ok(What::Condition {
            number,
            on: word.value == row.on,
        })
    }

    fn act(&self, words: &mut Words<'_, '_>) -> Result<Act, Wrong> {
        let verb = words.word("an event")?;
        let requests = self.edition.fsm.is_some();
        match verb.value {
            "set" if requests => Ok(Act::Set(self.state(words)?)),
            "arc" if requests => Ok(Act::Arc(self.state(words)?, self.state(words)?)),
            "failed" if requests => Ok(Act::Failed(self.errno(&words.word("an error")?)?)),
            "get" if requests => Ok(Act::Get(self.state(words)?)),
            "read" | "write" => self.transfer(&verb, words),
            name => {
                if let Some(operation) = Operation::named(name).filter(|_| self.has_fd()) {
                    return self.operation(operation, words);
                }
                let mut events = self.edition.events.iter();
                let event = events.find_map(|row| {
                    let after = row.after.as_ref().filter(|_| row.name.value == name)?;
                    Some(Act::Told(after.value))
                });
                event.ok_or_else(|| self.unknown(&verb))
            }
        }
    }

    fn has_fd(&self) -> bool {
        !self.edition.fd_protocols.is_empty()
    }

    fn unknown(&self, verb: &Word<'_>) -> Wrong {
        let mut known = vec!["read", "write"];
        if self.edition.fsm.is_some() {
            known.splice(0..0, ["set", "arc", "failed", "get"]);
        }
        let others = Operation::ALL.map(Operation::name).into_iter();
        known.extend(others.filter(|_| self.has_fd()).skip(2));
        let events = self.edition.events.iter().filter(|row| row.after.is_some());
        known.extend(events.map(|row| row.name.value.as_str()));
        let title = format!("there is no event `{}`", verb.value);
        let error = Diagnostic::error("unknown-event", verb.span, title);
        Box::new(error.label(format!("expected {}", one_of(known))))
    }

    fn state(&self, words: &mut Words<'_, '_>) -> Result<u32, Wrong> {
        let word = words.word("a state")?;
        match register(self.edition) {
            Some(register) => state(register, &word),
            None => Err(self.unknown(&word)),
        }
    }

    /// A number names bytes of the data fd; a name, a register.
    fn transfer(&self, verb: &Word<'_>, words: &mut Words<'_, '_>) -> Result<Act, Wrong> {
        let direction = match verb.value {
            "read" => Direction::Read,
            _ => Direction::Write,
        };
        let digit = |word: &Word<'_>| word.value.starts_with(|c: char| c.is_ascii_digit());
        if self.has_fd() && words.peek().is_none_or(digit) {
            return self.bytes(direction, words);
        }
        let name = words.word("a register, or a number of bytes")?;
        let own = register(self.edition).map(|register| register.name().value.as_str());
        if own == Some(name.value) {
            return self.own_register(direction, words);
        }
        let access = Access {
            direction,
            register: name.value.to_owned(),
        };
        let rows = self.edition.protocols.iter().flat_map(|it| &it.transitions);
        let mut rows = rows.filter(|row| row.access.value.register == name.value);
        if rows.next().is_none() {
            return Err(self.unknown_register(&name));
        }
        if name.value == "data" {
            let (at, length) = (
                words.number("where it begins")?,
                words.number("how many bytes")?,
            );
            let failed = self.maybe_errno(words)?;
            return Ok(Act::Data {
                access,
                at,
                length,
                failed,
            });
        }
        self.register(access, words)
    }

    fn unknown_register(&self, name: &Word<'_>) -> Wrong {
        let rows = self.edition.protocols.iter().flat_map(|it| &it.transitions);
        let own = register(self.edition).map(|register| register.name().value.as_str());
        let mut known: Vec<&str> = own.into_iter().collect();
        for row in rows {
            if !known.contains(&row.access.value.register.as_str()) {
                known.push(&row.access.value.register);
            }
        }
        let title = format!("there is no register `{}`", name.value);
        let error = Diagnostic::error("unknown-register", name.span, title);
        let bytes = if self.has_fd() {
            ", or a number of bytes"
        } else {
            ""
        };
        Box::new(error.label(format!("expected {}{bytes}", one_of(known))))
    }

    /// `read 96 24`, `read 96 ENOMSG`, `write 24`, `write 24 ENOMEM`
    fn bytes(&self, direction: Direction, words: &mut Words<'_, '_>) -> Result<Act, Wrong> {
        let room = words.number("a number of bytes")?;
        let (operation, result) = match direction {
            Direction::Read => (Operation::Read, self.result(words)?),
            Direction::Write => (
                Operation::Write,
                match words.maybe() {
                    None => Ok(room),
                    Some(word) => self.count(&word)?,
                },
            ),
        };
        Ok(Act::Operation {
            operation,
            room: Some(room),
            result,
        })
    }

    fn result(&self, words: &mut Words<'_, '_>) -> Result<Result<u64, Errno>, Wrong> {
        let word = words.word("how many bytes came, or an error")?;
        self.count(&word)
    }

    fn count(&self, word: &Word<'_>) -> Result<Result<u64, Errno>, Wrong> {
        match number(word) {
            Some(number) => Ok(Ok(number)),
            None if word.value.starts_with('E') => Ok(Err(self.errno(word)?)),
            None => {
                let title = format!("`{}` is neither a number nor an error", word.value);
                let error = Diagnostic::error("bad-number", word.span, title);
                Err(Box::new(error.label(
                    "expected a number of bytes, or an error such as `EINVAL`",
                )))
            }
        }
    }

    /// `poll`, `seek ESPIPE`, `precopy_info 100 0`
    fn operation(&self, operation: Operation, words: &mut Words<'_, '_>) -> Result<Act, Wrong> {
        let failed = words.peek().is_some_and(|word| word.value.starts_with('E'));
        let result = match operation {
            _ if failed => Err(self.errno(&words.word("an error")?)?),
            Operation::PrecopyInfo => {
                let initial = words.number("`initial_bytes`, or an error")?;
                Ok(initial.saturating_add(words.number("`dirty_bytes`")?))
            }
            _ => Ok(0),
        };
        Ok(Act::Operation {
            operation,
            room: None,
            result,
        })
    }

    /// `read device_state STATE`, `write device_state OLD NEW`
    fn own_register(&self, direction: Direction, words: &mut Words<'_, '_>) -> Result<Act, Wrong> {
        if direction == Direction::Read {
            return Ok(Act::Get(self.state(words)?));
        }
        Ok(Act::State {
            old: self.state(words)?,
            new: self.state(words)?,
            failed: self.maybe_errno(words)?,
        })
    }

    /// `read pending_bytes 24`, `read data_offset EINVAL`, `write data_size 24`
    fn register(&self, access: Access, words: &mut Words<'_, '_>) -> Result<Act, Wrong> {
        let errno = words.peek().is_some_and(|word| word.value.starts_with('E'));
        if access.direction == Direction::Read && errno {
            let failed = Some(self.errno(&words.word("an error")?)?);
            return Ok(Act::Register {
                access,
                value: 0,
                failed,
            });
        }
        Ok(Act::Register {
            access,
            value: words.number("a value")?,
            failed: self.maybe_errno(words)?,
        })
    }

    fn maybe_errno(&self, words: &mut Words<'_, '_>) -> Result<Option<Errno>, Wrong> {
        words.maybe().map(|word| self.errno(&word)).transpose()
    }

    fn errno(&self, word: &Word<'_>) -> Result<Errno, Wrong> {
        let groups = self.book.constants.iter().chain(&self.edition.constants);
        let groups = groups.filter(|group| group.name.value == "errno");
        let mut names = groups
            .flat_map(|group| &group.constants)
            .map(|it| it.name.value.as_str());
        if names.clone().any(|name| name == word.value) {
            return Ok(word.value.to_owned());
        }
        let title = format!("there is no error `{}`", word.value);
        let error = Diagnostic::error("unknown-error", word.span, title);
        Err(Box::new(
            error.label(format!("expected {}", one_of(names.by_ref()))),
        ))
    }
}
