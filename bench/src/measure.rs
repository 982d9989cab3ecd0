//! Two things done alternately; the ratio of their times.

use std::time::{Duration, Instant};

/// What is measured: us, a named peer, and the most that our share may be (or the least, for a rate).
#[derive(Debug)]
pub(crate) struct Comparison<'a> {
    pub(crate) what: &'a str,
    pub(crate) peer: &'a str,
    /// For people: `at most 2.0`.
    pub(crate) aim: &'a str,
    /// Pairs of runs.
    pub(crate) rounds: usize,
}

/// Runs both alternately, so that a noisy neighbour hits both, and prints one line.
pub(crate) fn compare(c: &Comparison<'_>, mut ours: impl FnMut(), mut peer: impl FnMut()) {
    ours();
    peer();
    let mut pairs = Vec::with_capacity(c.rounds);
    for _ in 0..c.rounds {
        pairs.push((time(&mut ours), time(&mut peer)));
    }
    print(c, &pairs);
}

/// How long one call takes.
pub(crate) fn time(f: &mut impl FnMut()) -> Duration {
    let start = Instant::now();
    f();
    start.elapsed()
}

/// Prints medians, their ratio, and that of the minima: what others do on the machine moves the first, rarely the second.
pub(crate) fn print(c: &Comparison<'_>, pairs: &[(Duration, Duration)]) {
    let ours = median(pairs.iter().map(|p| p.0.as_secs_f64()));
    let peer = median(pairs.iter().map(|p| p.1.as_secs_f64()));
    let least = |of: fn(&(Duration, Duration)) -> Duration| {
        let times = pairs.iter().map(|pair| of(pair).as_secs_f64());
        times.fold(f64::INFINITY, f64::min)
    };
    println!(
        "{:<46} {:>10}  {:<34} {:>10}  ratio {:.2}, of the minima {:.2}; aim {}",
        c.what,
        show(ours),
        c.peer,
        show(peer),
        ours / peer,
        least(|pair| pair.0) / least(|pair| pair.1),
        c.aim
    );
}

fn median(values: impl Iterator<Item = f64>) -> f64 {
    let mut values: Vec<f64> = values.collect();
    values.sort_by(f64::total_cmp);
    values[values.len() / 2]
}

fn show(seconds: f64) -> String {
    match seconds {
        s if s >= 1.0 => format!("{s:.2} s"),
        s if s >= 1e-3 => format!("{:.2} ms", s * 1e3),
        s => format!("{:.2} us", s * 1e6),
    }
}
