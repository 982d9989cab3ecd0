//! Builds the site with mdBook as a library and our preprocessor inside.
//!
//! [`build`]: chapters checked → mdBook into a second folder → swapped in. A build that fails leaves
//! the last good site as it was.

mod guard;
mod log;
mod swap;

use std::path::{Path, PathBuf};

use mdbook_driver::MDBook;
use mdbook_driver::config::Config;
use spec_book::{Parts, Tests, Text};
use spec_model::model::Book;

use crate::locate::Location;
use crate::output::{Outcome, Stop, count, error, warning};
use crate::reader;

/// How one build differs from the next.
#[derive(Clone, Debug)]
pub(crate) struct Plan {
    /// Where the site goes.
    pub(crate) dest: PathBuf,
    /// Pages listen at this path of their server for the word to reload.
    pub(crate) live_reload: Option<&'static str>,
}

impl Plan {
    /// A site to be kept: in `dest`, relative to the current folder, or where `book.toml` says.
    pub(crate) fn keep(at: &Location, dest: Option<&Path>) -> Self {
        let configured = || at.root.join(&at.config.build.build_dir);
        Self {
            dest: dest.map_or_else(configured, Path::to_owned),
            live_reload: None,
        }
    }
}

/// Builds the site. What is wrong has been printed when this returns [`Stop::Found`].
pub(crate) fn build(at: &Location, plan: &Plan) -> Outcome {
    at.html()?;
    let dest = guard::safe(at, &plan.dest)?;
    let (book, tests) = read(at)?;
    reader::show_all(&book.sources, &book.warnings);
    let parts = Parts::begin(book, tests);
    let staging = swap::Staging::beside(&dest)?;
    render(at, plan, staging.path(), parts.text())?;
    let filled = parts.fill(staging.path());
    filled.map_err(|wrong| Stop::trouble(format!("cannot complete the pages: {wrong}")))?;
    staging.replace(&dest)
}

/// The book, and the tests beside it.
fn read(at: &Location) -> Outcome<(Book, Tests)> {
    let repository = at.html()?.git_repository_url;
    let read = || reader::read(at);
    let (book, tests) = Tests::read_during(at.directory(), repository.as_deref(), read);
    let tests = tests.map_err(|wrong| Stop::trouble(format!("cannot read the tests: {wrong}")))?;
    Ok((book?, tests))
}

/// Runs mdBook into an empty folder. Its warnings and panics are failures.
fn render(at: &Location, plan: &Plan, staging: &Path, text: Text) -> Outcome {
    let config = configure(at, plan, staging)?;
    let (result, mut warnings) = log::listen(|| {
        let mut book = MDBook::load_with_config(at.directory(), config)?;
        book.with_preprocessor(text);
        book.build()
    });
    warnings.dedup();
    for line in &warnings {
        warning(line);
    }
    match result {
        // It names the chapter.
        Err(panic) => {
            error(&format!(
                "mdBook gave up: {panic}; is there a closing tag that opens nowhere?"
            ));
            Err(Stop::Found)
        }
        Ok(Err(wrong)) => Err(Stop::trouble(format!("{wrong:#}"))),
        Ok(Ok(())) if !warnings.is_empty() => {
            let count = count(warnings.len(), "warning");
            error(&format!("the site is not replaced: mdBook gave {count}"));
            Err(Stop::Found)
        }
        Ok(Ok(())) => Ok(()),
    }
}

fn configure(at: &Location, plan: &Plan, staging: &Path) -> Outcome<Config> {
    let mut config = at.config.clone();
    // A name in SUMMARY.md without a file is a mistake; mdBook would write an empty chapter.
    config.build.create_missing = false;
    config.build.build_dir = staging.to_owned();
    let mut html = at.html()?;
    if plan.live_reload.is_some() {
        html.live_reload_endpoint = plan.live_reload.map(str::to_owned);
        html.site_url = Some("/".to_owned());
    }
    // Only HTML: further outputs of book.toml would move it to a folder below.
    let output = std::collections::BTreeMap::from([("html", html)]);
    let set = config.set("output", output);
    set.map_err(|error| Stop::trouble(format!("book.toml: {error:#}")))?;
    Ok(config)
}
