//! The site on a local server that follows the sources.
//!
//! One thread watches and builds ([`Follower`]), one serves ([`run`]); between them stands
//! [`Shelf`], which holds the last good site.

mod broken;
mod follow;
mod server;
mod shelf;
mod watch;

use std::net::TcpListener;

use crate::output::{Outcome, Stop};

pub(crate) use follow::Follower;
pub(crate) use server::run;
pub(crate) use shelf::Shelf;

/// Where pages listen for the word to reload, as mdBook's own server does.
const LIVE_RELOAD: &str = "__livereload";

/// Opens the port, before anything slow is done.
pub(crate) fn listen(host: &str, port: u16) -> Outcome<TcpListener> {
    TcpListener::bind((host, port)).map_err(|error| match error.kind() {
        std::io::ErrorKind::AddrInUse => Stop::trouble(format!(
            "port {port} of {host} is in use; choose another with --port, or 0 for any free one"
        )),
        _ => Stop::trouble(format!("cannot listen on port {port} of {host}: {error}")),
    })
}
