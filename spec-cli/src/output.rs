//! What the commands print, and how they end.

use std::cell::RefCell;
use std::io::{self, IsTerminal, Write};
use std::process::ExitCode;

/// Why a command ends early.
#[derive(Debug)]
pub(crate) enum Stop {
    /// Something was found and has been printed: exit 1.
    Found,
    /// The command could not do its work: exit 2, with this line.
    Trouble(String),
    /// Whoever read the output has gone (`| head`): nothing is left to say, exit 0.
    Closed,
}

impl Stop {
    /// Trouble, in one line.
    pub(crate) fn trouble(line: impl Into<String>) -> Self {
        Self::Trouble(line.into())
    }
}

/// What every command returns.
pub(crate) type Outcome<T = ()> = Result<T, Stop>;

/// Says the last line where there is one, and translates to an exit code.
pub(crate) fn exit_code(outcome: Outcome) -> ExitCode {
    match outcome {
        Ok(()) | Err(Stop::Closed) => ExitCode::SUCCESS,
        Err(Stop::Found) => ExitCode::from(1),
        Err(Stop::Trouble(line)) => {
            error(&line);
            ExitCode::from(2)
        }
    }
}

/// Writes to standard output; an ended reader ends the command in silence.
pub(crate) fn print(text: &str) -> Outcome {
    let mut out = io::stdout().lock();
    match out.write_all(text.as_bytes()).and_then(|()| out.flush()) {
        Ok(()) => Ok(()),
        Err(closed) if closed.kind() == io::ErrorKind::BrokenPipe => Err(Stop::Closed),
        Err(other) => Err(Stop::trouble(format!(
            "cannot write to standard output: {other}"
        ))),
    }
}

/// Writes a line to standard error. If nobody can read that, there is nobody to tell.
pub(crate) fn note(line: &str) {
    let _ = writeln!(io::stderr().lock(), "{line}");
}

/// A line that begins with `error:`.
pub(crate) fn error(line: &str) {
    headed("error", "\u{1b}[1;31m", line);
}

/// A line that begins with `warning:`.
pub(crate) fn warning(line: &str) {
    headed("warning", "\u{1b}[1;33m", line);
}

fn headed(head: &str, colour: &str, line: &str) {
    say(&format!("{head}: {line}"), || {
        format!("{colour}{head}\u{1b}[0m: {line}")
    });
}

/// Something wrong, for a terminal with colours or without. [`overhear`] hears it.
pub(crate) fn say(plain: &str, coloured: impl FnOnce() -> String) {
    HEARD.with_borrow_mut(|heard| {
        if let Some(heard) = heard {
            heard.push_str(plain);
            heard.push('\n');
        }
    });
    if styled() {
        note(&coloured())
    } else {
        note(plain)
    }
}

thread_local! {
    static HEARD: RefCell<Option<String>> = const { RefCell::new(None) };
}

/// Runs `work`, and returns with its result all that this thread has said of mistakes meanwhile.
pub(crate) fn overhear<T>(work: impl FnOnce() -> T) -> (T, String) {
    HEARD.set(Some(String::new()));
    let result = work();
    (result, HEARD.take().unwrap_or_default())
}

/// Whether standard error shows colours: on a terminal, unless NO_COLOR is set (no-color.org).
pub(crate) fn styled() -> bool {
    io::stderr().is_terminal() && allows_colour()
}

/// Whether the environment lets a terminal show colours.
pub(crate) fn allows_colour() -> bool {
    let set = |name| std::env::var_os(name).is_some_and(|value| !value.is_empty());
    let dumb = std::env::var_os("TERM").is_some_and(|term| term == "dumb");
    !set("NO_COLOR") && !dumb
}

/// `1 error`, `3 errors`.
pub(crate) fn count(number: usize, thing: &str) -> String {
    let plural = if number == 1 { "" } else { "s" };
    format!("{number} {thing}{plural}")
}
