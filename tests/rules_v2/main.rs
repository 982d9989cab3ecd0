//! One rule of v2 after another, a file for each chapter or a part of it: what the machine and the drivers do, seen
//! through the ioctl and the data fd.

mod dirty_log;
mod dirty_report;
mod discovery;
mod fake;
mod loading;
mod pre_copy;
mod reading;
mod rig;
mod second_version;
mod stream;
mod verdict;
