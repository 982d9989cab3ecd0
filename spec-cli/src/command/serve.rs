//! `serve`: the site, following the sources.

use std::path::Path;
use std::process::{Command, Stdio};
use std::sync::Arc;

use crate::locate::Location;
use crate::output::{Outcome, note, print, warning};
use crate::serve::{self, Follower, Shelf};

/// Serve the site and follow every change of the sources
///
/// Builds the site, serves it on this machine, and rebuilds when a chapter, the looks or a test
/// changes; open pages reload by themselves. Mistakes are printed here, and the last good site stays
/// until they are mended. Ctrl-C ends it.
#[derive(Debug, clap::Args)]
#[command(verbatim_doc_comment, after_help = AFTER_HELP)]
pub(crate) struct Args {
    /// The port; 0 for any free one
    #[arg(long, short, value_name = "PORT", default_value_t = 3000)]
    port: u16,
    /// The address to listen on; 0.0.0.0 lets other machines in
    #[arg(long, value_name = "ADDRESS", default_value = "127.0.0.1")]
    host: String,
    /// Open a browser
    #[arg(long)]
    open: bool,
}

const AFTER_HELP: &str = "\
Examples:
  vfio-spec serve --open
  vfio-spec serve --port 8080 --host 0.0.0.0";

pub(crate) fn run(args: &Args, book: Option<&Path>) -> Outcome {
    let at = Location::find(book)?;
    at.html()?;
    let listener = serve::listen(&args.host, args.port)?;
    let url = match listener.local_addr() {
        Ok(address) => format!("http://{address}/"),
        Err(_) => format!("http://{}:{}/", args.host, args.port),
    };
    let shelf = Arc::new(Shelf::new()?);
    let follower = Follower::new(book.map(Path::to_owned), Arc::clone(&shelf));
    let wanted = args.open;
    std::thread::spawn(move || {
        follower.run(|| {
            // If nobody reads this, the server still serves.
            let _ = print(&format!("serving {url} (Ctrl-C ends it)\n"));
            if wanted {
                open(&url);
            }
        });
    });
    serve::run(listener, shelf)
}

/// Starts whatever this system opens links with.
fn open(url: &str) {
    let mut command = if cfg!(target_os = "macos") {
        Command::new("open")
    } else if cfg!(windows) {
        let mut command = Command::new("cmd");
        command.args(["/C", "start", ""]);
        command
    } else {
        Command::new("xdg-open")
    };
    let quiet = command
        .arg(url)
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(Stdio::null());
    if let Err(error) = quiet.spawn() {
        warning(&format!("cannot open a browser: {error}"));
        note(&format!("open {url} yourself"));
    }
}
