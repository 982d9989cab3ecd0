//! Every flow of the book, with every driver that it is meant for.

mod migrate;
mod snapshots;
mod support;
