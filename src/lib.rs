//! The VFIO device-migration uAPI, generated from its specification.
//!
//! The book (`book/` of the repository) is the only source: [`spec!`](spec_macros::spec) reads it while this crate is
//! compiled. What it says in tables is here as items, each with a link to its rule:
//!
//! - [`rules`]: every rule of the book, for tests to name;
//! - [`errno`]: the numbers with which accesses fail;
//! - [`v1`]: the migration region. [`v1::actions`] answers a write of the device state, [`v1::access`] an access of the
//!   data window, [`v1::Driver`] is what a driver implements, [`v1::flows`] what a VMM follows;
//! - [`v2`]: the state machine. [`v2::next`] and [`v2::path`] answer a request, [`v2::access`] an operation on a data
//!   fd, [`v2::Driver`] is what a driver implements, [`v2::flows`] what a VMM follows.
//!
//! [`machine`] is the device's side, written once for all drivers: the region of v1, and the features and data fds of
//! v2. It takes what user space does, and makes callbacks of [`v1::Driver`] or [`v2::Driver`] of it.
//!
//! The crate is `no_std`, allocates nothing and depends on nothing at run time. The feature `reference` adds drivers
//! of three kinds of device and a small VMM; it needs an allocator.

#![no_std]

#[cfg(feature = "reference")]
extern crate std;

spec_macros::spec!("../book/SUMMARY.md");

#[cfg(feature = "reference")]
pub mod driver;
pub mod machine;
#[cfg(feature = "reference")]
pub mod vmm;

/// Says which rules a test is about: `covers![V1_STATE_SYNC, V1_STATE_RESET];` inside the test function.
///
/// The names are those of the constants in [`rules`], so a rule that does not exist does not compile. The site shows
/// the test beside the rule.
#[macro_export]
macro_rules! covers {
    ($($rule:ident),+ $(,)?) => {
        const _: &[$crate::rules::Rule] = &[$($crate::rules::$rule),+];
    };
}
