//! The command line.

use std::io::{self, Write};
use std::num::NonZero;
use std::path::{Path, PathBuf};
use std::time::Duration;

use clap::{Parser, ValueEnum};

use crate::expected::Expected;
use crate::progress::Progress;
use crate::report::{self, Done, Head, Human, Json, Junit, Ktap, Report, Totals};
use crate::run::{child, parent, schedule};
use crate::select::{Pattern, select};
use crate::suite;
use crate::target::{Named, Target};
use crate::test::Test;

/// Run the book against a device: rule by rule, whether it does what the specification says
///
/// Every test runs in a process of its own, with a time limit. Nothing is sent to a device that is not
/// named. A device under test loses its state; a guest must not be using it.
#[derive(Debug, Parser)]
#[command(name = "vfio-conform", version, verbatim_doc_comment, after_help = AFTER_HELP)]
pub struct Cli {
    /// Only these tests: a rule (`v2.request.self`), a test (`v2.request.self/from-STOP`), `*` for any text
    #[arg(value_name = "TEST")]
    tests: Vec<String>,
    #[command(flatten)]
    device: Named,
    /// Print the tests, and do nothing
    #[arg(long)]
    list: bool,
    /// How the report is written
    #[arg(long, value_enum, default_value_t = Format::Ktap, value_name = "FORMAT")]
    format: Format,
    /// Take SHOULD for MUST
    #[arg(long)]
    strict: bool,
    /// Also run the tests that are known to hang or crash some released kernels; they come last
    #[arg(long)]
    destructive: bool,
    /// A file of findings that the device is known for
    #[arg(long, value_name = "FILE")]
    expected: Option<PathBuf>,
    /// How long one test may take
    #[arg(long, value_name = "SECONDS", default_value = "30", value_parser = seconds)]
    timeout: Duration,
    /// Run tests one after another, and end the run after a hang or a crash, as on a device that outlives a process
    #[arg(long, hide = true)]
    one_by_one: bool,
    /// Run one test in this process
    #[arg(long, hide = true, value_name = "TEST", require_equals = true)]
    child: Option<String>,
}

const AFTER_HELP: &str = "\
Examples:
  vfio-conform --driver buffering --format human       the suite on a reference driver
  vfio-conform --driver quiet 'v2.stream.*'            only the rules of the stream
  vfio-conform --list                                  every test, and what it needs

Exit codes:
  0  the device conforms, as far as this can be seen
  1  it differs, or a known finding is none any more
  2  wrong usage, or trouble: a device that cannot be opened
  4  nothing could be tested";

/// A form of the report.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum Format {
    /// KTAP version 1, as the kernel's own tests write
    Ktap,
    /// For reading
    Human,
    /// One object, with every exchange of every finding
    Json,
    /// JUnit's XML
    Junit,
}

fn seconds(text: &str) -> Result<Duration, String> {
    let seconds = text.parse().ok().filter(|seconds| *seconds > 0.0);
    let limit = seconds.and_then(|seconds| Duration::try_from_secs_f64(seconds).ok());
    limit.ok_or_else(|| "expected a number of seconds, such as 30 or 0.5".to_owned())
}

/// Does what the command line says. Gives the exit code.
///
/// # Errors
/// What went wrong, line by line: exit code 2.
pub fn run(cli: &Cli) -> Result<u8, Vec<String>> {
    let target = cli.device.target();
    if let (Some(name), Some(target)) = (&cli.child, &target) {
        return be_child(target, name);
    }
    let all = suite::all();
    let expected = match &cli.expected {
        Some(path) => Expected::read(path)?,
        None => Expected::default(),
    };
    let file = cli.expected.as_deref().unwrap_or(Path::new(""));
    let useless: Vec<_> = expected
        .useless(&all)
        .map(|known| {
            let place = format!("{}:{}", file.display(), known.line);
            format!(
                "{place}: `{}` means no test; --list prints them all",
                known.pattern.text()
            )
        })
        .collect();
    if !useless.is_empty() {
        return Err(useless);
    }
    let patterns: Vec<_> = cli.tests.iter().map(|text| Pattern::new(text)).collect();
    let tests = select(all, &patterns).map_err(|useless| {
        let line = |pattern: &String| format!("`{pattern}` means no test; --list prints them all");
        useless.iter().map(line).collect::<Vec<_>>()
    })?;
    if cli.list {
        return print(&report::list::list(&tests)).map(|()| 0);
    }
    let Some(target) = target else {
        return Err(one(
            "no device is named: --driver, --vfio-group or --cdev names one".to_owned(),
        ));
    };
    test_device(cli, &target, &tests, &expected)
}

fn one(line: String) -> Vec<String> {
    vec![line]
}

fn be_child(target: &Target, name: &str) -> Result<u8, Vec<String>> {
    if name.is_empty() {
        child::describe(target);
    } else if let Some(test) = suite::all().iter().find(|test| test.name() == name) {
        child::run(target, test);
    } else {
        return Err(one(format!("there is no test `{name}`")));
    }
    Ok(0)
}

fn test_device(
    cli: &Cli,
    target: &Target,
    tests: &[Test],
    expected: &Expected,
) -> Result<u8, Vec<String>> {
    let head = head(cli, target)?;
    let mut report: Box<dyn Report> = match cli.format {
        Format::Ktap => Box::new(Ktap::default()),
        Format::Human => Box::new(Human::default()),
        Format::Json => Box::new(Json::default()),
        Format::Junit => Box::new(Junit::default()),
    };
    let (mut totals, mut progress) = (Totals::default(), Progress::new(tests.len()));
    print(&report.begin(&head, &report::groups(tests)))?;
    let plan = schedule::Plan {
        limit: cli.timeout,
        jobs: std::thread::available_parallelism().map_or(1, NonZero::get),
        shared: target.shared() || cli.one_by_one,
        destructive: cli.destructive,
    };
    let mut gone = Ok(());
    let ran = schedule::run(&plan, tests, &mut |test, heard| {
        let done = Done::new(test, heard, expected.of(test), cli.strict);
        totals.count(done.mark);
        let text = report.test(&done);
        progress.clear();
        if gone.is_ok() {
            gone = print(&text);
        }
        progress.step(&done.name);
    });
    progress.clear();
    gone?;
    ran.map_err(|error| one(format!("a test cannot be started: {error}")))?;
    print(&report.end(&totals))?;
    Ok(totals.exit_code())
}

/// Asks a child what the device is.
fn head(cli: &Cli, target: &Target) -> Result<Head, Vec<String>> {
    let heard = parent::run("", cli.timeout);
    let heard = heard.map_err(|error| one(format!("a process cannot be started: {error}")))?;
    let Some((device, capabilities)) = heard.device else {
        return Err(one(heard.verdict.why().to_owned()));
    };
    Ok(Head {
        device,
        capabilities,
        command: format!("vfio-conform {}", target.arguments()),
    })
}

/// Writes to standard output. If the reader has gone there is no point in going on.
fn print(text: &str) -> Result<(), Vec<String>> {
    let mut out = io::stdout().lock();
    let written = out.write_all(text.as_bytes()).and_then(|()| out.flush());
    written.map_err(|error| one(format!("cannot write to standard output: {error}")))
}
