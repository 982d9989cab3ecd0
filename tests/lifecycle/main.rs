//! Whole lives of machines with one to three devices of every driver, in both editions: saved, resumed, cancelled,
//! failed, changed, attacked.

mod changes;
mod convergence;
mod destination;
mod example;
mod failures;
mod hostile;
mod legal;
mod lives;
mod machine;
mod pages;
mod peers;
