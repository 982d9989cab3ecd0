//! The parent of one child: starts it, listens, and gives up on it when its time is over.

use std::env;
use std::ffi::OsString;
use std::io::{self, BufRead, BufReader};
use std::process::{Child, Command, ExitStatus, Stdio};
use std::sync::mpsc::{self, Receiver, RecvTimeoutError};
use std::thread;
use std::time::{Duration, Instant};

use super::Verdict;
use super::child::Line;

/// The option that makes this program a child.
pub const CHILD: &str = "--child";
/// How long a child may take to end once it was killed, or has said its last word.
const GRACE: Duration = Duration::from_secs(1);
/// How many exchanges are kept of one test: the last.
const KEPT: usize = 400;

/// What was heard of a child.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Heard {
    /// What came of it.
    pub verdict: Verdict,
    /// What was asked, and what came; nothing came where that is `None`.
    pub exchanges: Vec<(String, Option<String>)>,
    /// How many exchanges before these were left out.
    pub left_out: usize,
    /// What the device is, where the child was asked for that.
    pub device: Option<(String, String)>,
}

/// Runs this program again as a child, for one test (or, with an empty name, to say what the device is).
///
/// # Errors
/// The child cannot be started.
pub fn run(test: &str, limit: Duration) -> io::Result<Heard> {
    let mut arguments: Vec<OsString> = vec![format!("{CHILD}={test}").into()];
    arguments.extend(env::args_os().skip(1));
    let (reader, writer) = io::pipe()?;
    let mut child = Command::new(env::current_exe()?)
        .args(arguments)
        .stdin(Stdio::null())
        .stderr(writer.try_clone()?)
        .stdout(writer)
        .spawn()?;
    let lines = listen(reader);
    let mut heard = Heard {
        verdict: Verdict::Passed,
        exchanges: Vec::new(),
        left_out: 0,
        device: None,
    };
    heard.verdict = follow(&mut heard, &mut child, &lines, limit);
    Ok(heard)
}

/// A thread that reads lines: a pipe cannot be read with a time limit.
fn listen(reader: io::PipeReader) -> Receiver<String> {
    let (sender, lines) = mpsc::channel();
    thread::spawn(move || {
        let mut reader = BufReader::new(reader);
        let mut line = Vec::new();
        while reader
            .read_until(b'\n', &mut line)
            .is_ok_and(|read| read > 0)
        {
            let text = String::from_utf8_lossy(&line).trim_end().to_owned();
            line.clear();
            if sender.send(text).is_err() {
                return;
            }
        }
    });
    lines
}

/// Notes what the child says, to its end or until time is over.
fn follow(
    heard: &mut Heard,
    child: &mut Child,
    lines: &Receiver<String>,
    limit: Duration,
) -> Verdict {
    let deadline = Instant::now() + limit;
    let (mut verdict, mut said) = (None, Vec::new());
    loop {
        let left = deadline.saturating_duration_since(Instant::now());
        match lines.recv_timeout(left) {
            Ok(line) => match Line::parse(&line) {
                Line::Asked(asked) => heard.note(asked),
                Line::Came(came) => {
                    if let Some(last) = heard.exchanges.last_mut() {
                        last.1 = Some(came);
                    }
                }
                Line::Verdict(came) => verdict = Some(came),
                Line::Device(device, capabilities) => heard.device = Some((device, capabilities)),
                Line::Other(text) => said.push(text),
            },
            Err(RecvTimeoutError::Disconnected) => break,
            Err(RecvTimeoutError::Timeout) => {
                let gone = kill(child);
                return verdict.unwrap_or_else(|| timed_out(limit, gone));
            }
        }
    }
    let status = wait(
        child,
        GRACE.max(deadline.saturating_duration_since(Instant::now())),
    );
    match (verdict, status) {
        (Some(verdict), _) => verdict,
        (None, _) if heard.device.is_some() => Verdict::Passed,
        (None, Some(status)) => Verdict::Crashed(crashed(status, &said)),
        (None, None) => timed_out(limit, kill(child)),
    }
}

fn timed_out(limit: Duration, gone: bool) -> Verdict {
    let stuck = if gone {
        ""
    } else {
        "; the process cannot be killed, so it hangs in the kernel"
    };
    Verdict::TimedOut(format!("no answer within {} s{stuck}", limit.as_secs_f64()))
}

fn crashed(status: ExitStatus, said: &[String]) -> String {
    let last = said.iter().rev().find(|line| !line.is_empty());
    let last = last.map_or(String::new(), |line| format!(": {line}"));
    format!("the process that tested it ended early, {status}{last}")
}

/// Ends a child that takes too long; whether it has gone. One that hangs in the kernel stays.
fn kill(child: &mut Child) -> bool {
    let _ = child.kill();
    wait(child, GRACE).is_some()
}

fn wait(child: &mut Child, limit: Duration) -> Option<ExitStatus> {
    let deadline = Instant::now() + limit;
    loop {
        if let Ok(Some(status)) = child.try_wait() {
            return Some(status);
        }
        if Instant::now() >= deadline {
            return None;
        }
        thread::sleep(Duration::from_millis(2));
    }
}

impl Heard {
    fn note(&mut self, asked: String) {
        if self.exchanges.len() == KEPT {
            self.exchanges.remove(0);
            self.left_out += 1;
        }
        self.exchanges.push((asked, None));
    }
}
