//! Every cell of every table of the real book is changed, one at a time. No mutant may go unseen: it is reported, at its
//! place, and with the class that the book demands or a heavier one.
//!
//! A mutant that leaves a book with mistakes is no change of the contract: it is counted apart. The daily test takes
//! every cell whose number is a multiple of [`SAMPLE`]; `cargo test --release -p spec-diff --test mutants -- --ignored` takes all.

mod common;

use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};

use common::mutants::{CellAt, Mutant, cells, mutants};
use common::{book, book_files};
use spec_diff::{Change, Diff, Fact, changes};

/// The daily test takes one cell in so many; a prime, so that it meets every column.
const SAMPLE: usize = 101;

#[derive(Debug, Default)]
struct Count {
    cells: usize,
    mutants: usize,
    /// Those that left a book with mistakes.
    mistakes: usize,
    unseen: Vec<String>,
}

#[test]
fn a_sample_of_mutants_is_seen() {
    let all = cells(book());
    let count = run(&all.into_iter().step_by(SAMPLE).collect::<Vec<_>>());
    verdict(&count);
}

#[test]
#[ignore = "takes minutes without optimisation"]
fn every_mutant_is_seen() {
    let all = cells(book());
    let count = run(&all);
    assert!(count.mutants > 4 * all.len() / 5, "few mutants: {count:?}");
    verdict(&count);
}

fn verdict(count: &Count) {
    let Count {
        cells,
        mutants,
        mistakes,
        unseen,
    } = count;
    println!(
        "{cells} cells, {} mutants: {mistakes} left a book with mistakes, {mutants} were compared",
        mutants + mistakes
    );
    assert!(
        unseen.is_empty(),
        "{} of {mutants} mutants went wrong:\n{}",
        unseen.len(),
        unseen.join("\n")
    );
    assert!(*mutants > 0);
}

fn run(list: &[CellAt]) -> Count {
    let next = AtomicUsize::new(0);
    let total = Mutex::new(Count {
        cells: list.len(),
        ..Count::default()
    });
    let worker = || {
        while let Some(at) = list.get(next.fetch_add(1, Ordering::Relaxed)) {
            for mutant in mutants(book(), book_files(), *at) {
                let complaint = spec_model::read(mutant.files.clone())
                    .ok()
                    .map(|head| complaint(&mutant, &changes(book(), &head, None)));
                let mut total = total.lock().expect("no worker panicked");
                match complaint {
                    None => total.mistakes += 1,
                    Some(complaint) => {
                        total.mutants += 1;
                        total
                            .unseen
                            .extend(complaint.map(|what| format!("{}: {what}", mutant.name)));
                    }
                }
            }
        }
    };
    std::thread::scope(|scope| {
        for _ in 0..std::thread::available_parallelism().map_or(1, |n| n.get()) {
            scope.spawn(worker);
        }
    });
    total.into_inner().expect("no worker panicked")
}

/// What is wrong with the report of a mutant.
fn complaint(mutant: &Mutant, diff: &Diff) -> Option<String> {
    if diff.changes.is_empty() {
        return Some("not reported".to_owned());
    }
    let at_its_place = |change: &&Change| {
        let is_there = |fact: &Option<Fact>| {
            fact.as_ref().is_some_and(|fact| {
                let place = &fact.place;
                place.path == mutant.path
                    && place.line <= mutant.line
                    && mutant.line <= place.end_line
            })
        };
        is_there(&change.before) || is_there(&change.after)
    };
    let classes = diff
        .changes
        .iter()
        .filter(at_its_place)
        .map(|change| change.class);
    match classes.max() {
        None => Some(format!("not located: {:?}", diff.changes[0])),
        Some(class) if class < mutant.at_least => Some(format!(
            "{} where the book demands {}: {:?}",
            class.name(),
            mutant.at_least.name(),
            diff.changes
        )),
        Some(_) => None,
    }
}
