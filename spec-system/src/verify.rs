//! Whole questions: do all invariants hold on every machine, and is every broken system found out?

use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use spec_model::model::{Book, Claim, DeviceKind, Edition, Variant};

use crate::explore::{Progress, Search, explore};
use crate::formula::MOST_DEVICES;
use crate::live;
use crate::machine::{Machine, editions};
use crate::total::Total;
use crate::trace::{Counterexample, to_broken, to_state};

/// What to verify.
#[derive(Clone, Debug)]
pub struct Options<'o> {
    /// Only this edition.
    pub edition: Option<&'o str>,
    /// Machines of one device up to so many, at most [`MOST_DEVICES`].
    pub devices: usize,
    /// Only this invariant, of the system and of the variants.
    pub invariant: Option<&'o str>,
    /// Which variants to try; `None`: all.
    pub variants: Option<&'o [String]>,
    /// Whether to try the system as the book describes it.
    pub system: bool,
    /// How many threads may work; each explores machines of its own.
    pub threads: usize,
}

impl Default for Options<'_> {
    /// Everything, with up to two devices: fast enough to be asked often.
    fn default() -> Self {
        Self {
            edition: None,
            devices: 2,
            invariant: None,
            variants: None,
            system: true,
            threads: std::thread::available_parallelism().map_or(1, usize::from),
        }
    }
}

/// What was found.
#[derive(Clone, Debug)]
pub struct Report {
    /// Every edition that describes a system, in the order of the book.
    pub editions: Vec<EditionReport>,
}

impl Report {
    /// Whether every invariant holds, and every variant is found out.
    pub fn holds(&self) -> bool {
        let whole = |it: &EditionReport| {
            it.verdicts.iter().all(|row| row.counterexample.is_none())
                && it.variants.iter().all(|row| row.counterexample.is_some())
        };
        self.editions.iter().all(whole)
    }
}

/// What was found of one edition.
#[derive(Clone, Debug)]
pub struct EditionReport {
    /// `v1`
    pub name: String,
    /// The cost, by number of devices.
    pub sizes: Vec<Size>,
    /// Every invariant, in the order of the book.
    pub verdicts: Vec<Verdict>,
    /// Every system that is broken on purpose, in the order of the book.
    pub variants: Vec<Broken>,
}

/// The machines with one number of devices.
#[derive(Clone, Copy, Debug, Default)]
pub struct Size {
    /// Devices in each machine.
    pub devices: usize,
    /// Different machines.
    pub machines: usize,
    /// Of all of them together; the depth is the largest.
    pub progress: Progress,
    /// The most bytes in use for the states of one machine.
    pub bytes: usize,
    /// The states of that machine.
    pub largest: usize,
    /// How long it took, all threads together.
    pub time: Duration,
}

/// Whether an invariant holds.
#[derive(Clone, Debug)]
pub struct Verdict {
    /// Its name.
    pub invariant: String,
    /// The rule that it protects.
    pub rule: String,
    /// The shortest way to a state that breaks it, on the smallest machine; `None`: it holds.
    pub counterexample: Option<Counterexample>,
}

/// A system with one protection broken.
#[derive(Clone, Debug)]
pub struct Broken {
    /// The variant.
    pub variant: String,
    /// The invariant that the book says is broken.
    pub invariant: String,
    /// The shortest way to it; `None`: the book is wrong, it is not broken.
    pub counterexample: Option<Counterexample>,
    /// What it took to find.
    pub progress: Progress,
}

/// Verifies a book. `watch` is called now and then, from any thread, with what was visited so far of all machines; the
/// depth is that of the one that was just looked at.
pub fn verify(book: &Book, options: &Options<'_>, watch: &(dyn Fn(Progress) + Sync)) -> Report {
    let wanted = |edition: &&Edition| {
        options
            .edition
            .is_none_or(|name| name == edition.name.value)
    };
    let editions = editions(book).filter(wanted);
    let total = Total::new(watch);
    Report {
        editions: editions
            .map(|edition| of_edition(edition, options, &total))
            .collect(),
    }
}

fn of_edition(edition: &Edition, options: &Options<'_>, total: &Total<'_>) -> EditionReport {
    let wanted = |name: &str| options.invariant.is_none_or(|only| only == name);
    let rows = edition.system.invariants.iter();
    let mut verdicts: Vec<Verdict> = rows
        .filter(|row| wanted(&row.name.value) && options.system)
        .map(|row| Verdict {
            invariant: row.name.value.clone(),
            rule: row.rule.value.clone(),
            counterexample: None,
        })
        .collect();
    let most = if options.system {
        options.devices.min(MOST_DEVICES)
    } else {
        0
    };
    let sizes = (1..=most).map(|devices| {
        let found = of_size(edition, devices, options, total);
        for counterexample in found.broken {
            keep_shortest(&mut verdicts, counterexample);
        }
        found.size
    });
    let sizes = sizes.collect();
    EditionReport {
        name: edition.name.value.clone(),
        sizes,
        verdicts,
        variants: of_variants(edition, options, total),
    }
}

/// A shorter one on the same number of devices takes the place of a longer one.
fn keep_shortest(verdicts: &mut [Verdict], found: Counterexample) {
    let of_same = |verdict: &&mut Verdict| verdict.invariant == found.invariant;
    let Some(verdict) = verdicts.iter_mut().find(of_same) else {
        return;
    };
    let length = |it: &Counterexample| (it.devices.len(), it.steps.len());
    if verdict
        .counterexample
        .as_ref()
        .is_none_or(|known| length(&found) < length(known))
    {
        verdict.counterexample = Some(found);
    }
}

struct OfSize {
    size: Size,
    broken: Vec<Counterexample>,
}

fn of_size(edition: &Edition, devices: usize, options: &Options<'_>, total: &Total<'_>) -> OfSize {
    let mixes = mixes(&edition.system.devices, devices);
    let found = in_parallel(options.threads, &mixes, |mix| {
        of_machine(edition, mix, total)
    });
    let mut whole = OfSize {
        size: Size {
            devices,
            machines: mixes.len(),
            ..Size::default()
        },
        broken: Vec::new(),
    };
    for one in found {
        add(&mut whole.size, &one.size);
        whole.broken.extend(one.broken);
    }
    whole
}

fn add(sum: &mut Size, one: &Size) {
    sum.progress.states += one.progress.states;
    sum.progress.transitions += one.progress.transitions;
    sum.progress.depth = sum.progress.depth.max(one.progress.depth);
    sum.time += one.time;
    if one.progress.states > sum.largest {
        sum.largest = one.progress.states;
        sum.bytes = one.bytes;
    }
}

fn of_machine(edition: &Edition, devices: &[&DeviceKind], total: &Total<'_>) -> OfSize {
    let start = Instant::now();
    let Some(machine) = Machine::new(edition, devices, None) else {
        return OfSize {
            size: Size::default(),
            broken: Vec::new(),
        };
    };
    let search = Search {
        only: None,
        edges: true,
        watch: &total.one(),
    };
    let explored = explore(&machine, &search);
    let mut broken: Vec<Counterexample> = (explored.broken.iter())
        .map(|broken| to_broken(&machine, &explored.table, *broken))
        .collect();
    for (n, claim) in machine.claims.iter().enumerate() {
        if claim.row.claim != Claim::Never
            && let Some(number) = live::stuck(&explored, claim, machine.layout())
        {
            broken.push(to_state(&machine, &explored.table, number, n));
        }
    }
    OfSize {
        size: Size {
            devices: devices.len(),
            machines: 1,
            progress: explored.progress,
            bytes: explored.table.bytes(),
            largest: explored.progress.states,
            time: start.elapsed(),
        },
        broken,
    }
}

/// Every machine of so many devices, the order of devices left aside.
fn mixes(kinds: &[DeviceKind], devices: usize) -> Vec<Vec<&DeviceKind>> {
    let mut mixes: Vec<(usize, Vec<&DeviceKind>)> = vec![(0, Vec::new())];
    for _ in 0..devices {
        let longer = |(from, mix): (usize, Vec<_>)| {
            (from..kinds.len()).map(move |n| {
                let mut mix = mix.clone();
                mix.push(&kinds[n]);
                (n, mix)
            })
        };
        mixes = mixes.into_iter().flat_map(longer).collect();
    }
    mixes.into_iter().map(|(_, mix)| mix).collect()
}

/// The results in the order of the work, whichever thread did it.
fn in_parallel<T: Sync, R: Send>(
    threads: usize,
    work: &[T],
    does: impl Fn(&T) -> R + Sync,
) -> Vec<R> {
    let next = AtomicUsize::new(0);
    let run = || {
        let mut done = Vec::new();
        loop {
            let n = next.fetch_add(1, Ordering::Relaxed);
            let Some(item) = work.get(n) else {
                return done;
            };
            done.push((n, does(item)));
        }
    };
    let mut results = std::thread::scope(|scope| {
        let others: Vec<_> = (1..threads.min(work.len()))
            .map(|_| scope.spawn(run))
            .collect();
        let mut results = run();
        for other in others {
            let joined = other.join();
            results.extend(joined.unwrap_or_else(|panic| std::panic::resume_unwind(panic)));
        }
        results
    });
    results.sort_by_key(|(n, _)| *n);
    results.into_iter().map(|(_, result)| result).collect()
}

fn of_variants(edition: &Edition, options: &Options<'_>, total: &Total<'_>) -> Vec<Broken> {
    let wanted = |row: &&Variant| {
        let named = options
            .variants
            .is_none_or(|names| names.contains(&row.name.value));
        named
            && options
                .invariant
                .is_none_or(|only| only == row.breaks.value)
    };
    let rows: Vec<&Variant> = edition.system.variants.iter().filter(wanted).collect();
    in_parallel(options.threads, &rows, |row| {
        of_variant(edition, row, total)
    })
}

fn of_variant(edition: &Edition, row: &Variant, total: &Total<'_>) -> Broken {
    let mut broken = Broken {
        variant: row.name.value.clone(),
        invariant: row.breaks.value.clone(),
        counterexample: None,
        progress: Progress::default(),
    };
    let kinds = edition.system.devices.iter();
    let devices: Vec<&DeviceKind> = (row.devices.iter())
        .filter_map(|name| kinds.clone().find(|kind| kind.name.value == name.value))
        .collect();
    let Some(machine) = Machine::new(edition, &devices, Some(row)) else {
        return broken;
    };
    let mut claims = machine.claims.iter().enumerate();
    let claim = claims.find(|(_, claim)| claim.row.name.value == row.breaks.value);
    let Some((n, claim)) = claim else {
        return broken;
    };
    let search = Search {
        only: Some(n),
        edges: claim.row.claim != Claim::Never,
        watch: &total.one(),
    };
    let explored = explore(&machine, &search);
    broken.progress = explored.progress;
    broken.counterexample = match claim.row.claim {
        Claim::Never => {
            let first = explored.broken.first();
            first.map(|broken| to_broken(&machine, &explored.table, *broken))
        }
        Claim::Can | Claim::CanWithGuest => live::stuck(&explored, claim, machine.layout())
            .map(|number| to_state(&machine, &explored.table, number, n)),
    };
    broken
}

/// A variant of the book and what goes wrong with it.
#[derive(Clone, Debug)]
pub struct Shown {
    /// The edition.
    pub edition: String,
    /// The variant.
    pub variant: String,
    /// The invariant that the book says is broken.
    pub invariant: String,
    /// The shortest way to it; `None`: it is not broken.
    pub counterexample: Option<Counterexample>,
}

/// For each variant of each edition, in the order of the book, the shortest way to what goes wrong.
/// The same book always gives the same answer.
pub fn counterexamples(book: &Book) -> Vec<Shown> {
    let shown = |edition: &Edition| {
        let broken = of_variants(edition, &Options::default(), &Total::new(&|_| {}));
        let name = edition.name.value.clone();
        let shown = move |broken: Broken| Shown {
            edition: name.clone(),
            variant: broken.variant,
            invariant: broken.invariant,
            counterexample: broken.counterexample,
        };
        broken.into_iter().map(shown)
    };
    editions(book).flat_map(shown).collect()
}

/// The same for one variant.
pub fn counterexample(edition: &Edition, variant: &Variant) -> Option<Counterexample> {
    of_variant(edition, variant, &Total::new(&|_| {})).counterexample
}
