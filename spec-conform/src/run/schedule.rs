//! All tests of a run: one after another on a device that outlives a process, side by side where each process has its own.

use std::collections::HashMap;
use std::io;
use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::mpsc;
use std::thread;
use std::time::Duration;

use super::Verdict;
use super::parent::{self, Heard};
use crate::test::Test;

/// How to run.
#[derive(Clone, Copy, Debug)]
pub struct Plan {
    /// How long a test may take.
    pub limit: Duration,
    /// How many run at a time. One, where they share a device.
    pub jobs: usize,
    /// Whether tests share a device: then nothing is asked of it any more once it hung or crashed.
    pub shared: bool,
    /// Whether tests that can harm a machine are run.
    pub destructive: bool,
}

/// Runs the tests, and hands over what came of each, in their order.
///
/// # Errors
/// A process cannot be started.
pub fn run(plan: &Plan, tests: &[Test], each: &mut dyn FnMut(&Test, Heard)) -> io::Result<()> {
    if plan.shared || plan.jobs <= 1 {
        one_by_one(plan, tests, each)
    } else {
        side_by_side(plan, tests, each)
    }
}

fn one_by_one(plan: &Plan, tests: &[Test], each: &mut dyn FnMut(&Test, Heard)) -> io::Result<()> {
    let mut stopped: Option<String> = None;
    for test in tests {
        let heard = match &stopped {
            Some(why) => silent(Verdict::NotRun(format!("not run: {why}"))),
            None => one(plan, test)?,
        };
        if plan.shared && heard.verdict.stops_the_run() {
            let how = match heard.verdict {
                Verdict::TimedOut(_) => "hung",
                _ => "crashed",
            };
            stopped = Some(format!(
                "{} {how}, and the device may be in any state",
                test.name()
            ));
        }
        each(test, heard);
    }
    Ok(())
}

fn side_by_side(plan: &Plan, tests: &[Test], each: &mut dyn FnMut(&Test, Heard)) -> io::Result<()> {
    let next = AtomicUsize::new(0);
    let (sender, finished) = mpsc::channel();
    let failed = Mutex::new(None);
    thread::scope(|scope| {
        for _ in 0..plan.jobs {
            let sender = sender.clone();
            let (next, failed) = (&next, &failed);
            scope.spawn(move || {
                while let Some(test) = tests.get(next.fetch_add(1, Ordering::Relaxed)) {
                    match one(plan, test) {
                        Ok(heard) => sender.send((test.name(), heard)).unwrap_or_default(),
                        Err(error) => {
                            if let Ok(mut failed) = failed.lock() {
                                *failed = Some(error);
                            }
                            next.store(tests.len(), Ordering::Relaxed);
                        }
                    }
                }
            });
        }
        drop(sender);
        let mut early = HashMap::new();
        for test in tests {
            let name = test.name();
            while !early.contains_key(&name) {
                let Ok((name, heard)) = finished.recv() else {
                    return;
                };
                early.insert(name, heard);
            }
            if let Some(heard) = early.remove(&name) {
                each(test, heard);
            }
        }
    });
    match failed.into_inner() {
        Ok(Some(error)) => Err(error),
        _ => Ok(()),
    }
}

fn one(plan: &Plan, test: &Test) -> io::Result<Heard> {
    match test.hazard {
        Some(why) if !plan.destructive => Ok(silent(Verdict::Skipped(format!(
            "{why}; only --destructive runs it"
        )))),
        _ => parent::run(&test.name(), plan.limit),
    }
}

fn silent(verdict: Verdict) -> Heard {
    Heard {
        verdict,
        exchanges: Vec::new(),
        left_out: 0,
        device: None,
    }
}
