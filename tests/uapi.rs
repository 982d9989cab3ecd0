//! The book's numbers against those of Linux, as `vfio-bindings` and `libc` have them.

use std::collections::BTreeMap;
use std::mem::{offset_of, size_of};

use spec_model::model::Book;
use vfio_bindings::bindings::vfio as linux;
use vfio_migration::{covers, v1};

/// What bindgen calls otherwise than Linux.
mod renamed {
    pub(crate) use super::linux::vfio_device_mig_state_VFIO_DEVICE_STATE_NR as VFIO_DEVICE_STATE_NR;
}

/// Every name of Linux that the book may use, with its value there. A name that is missing here fails the tests.
macro_rules! numbers {
    ($($module:ident: $($name:ident),+;)+) => {
        BTreeMap::from([$($((stringify!($name), u64::try_from($module::$name).expect("not negative"))),+),+])
    };
}

fn of_linux() -> BTreeMap<&'static str, u64> {
    numbers! {
        linux: VFIO_REGION_TYPE_MIGRATION_DEPRECATED, VFIO_REGION_SUBTYPE_MIGRATION_DEPRECATED,
            VFIO_REGION_INFO_CAP_SPARSE_MMAP, VFIO_DEVICE_STATE_V1_RUNNING, VFIO_DEVICE_STATE_V1_SAVING,
            VFIO_DEVICE_STATE_V1_RESUMING, VFIO_DEVICE_FEATURE_MASK, VFIO_DEVICE_FEATURE_GET, VFIO_DEVICE_FEATURE_SET,
            VFIO_DEVICE_FEATURE_PROBE, VFIO_DEVICE_FEATURE_MIGRATION, VFIO_DEVICE_FEATURE_MIG_DEVICE_STATE,
            VFIO_DEVICE_FEATURE_DMA_LOGGING_START, VFIO_DEVICE_FEATURE_DMA_LOGGING_STOP,
            VFIO_DEVICE_FEATURE_DMA_LOGGING_REPORT, VFIO_DEVICE_FEATURE_MIG_DATA_SIZE,
            VFIO_DEVICE_FEATURE_MIG_PRECOPY_INFOv2, VFIO_PRECOPY_INFO_REINIT;
        renamed: VFIO_DEVICE_STATE_NR;
        libc: EIO, E2BIG, EBADF, EAGAIN, ENOMEM, ENODEV, EINVAL, ENOTTY, ENOSPC, ESPIPE, ENOMSG, EOVERFLOW;
    }
}

fn book() -> Book {
    let summary = concat!(env!("CARGO_MANIFEST_DIR"), "/book/SUMMARY.md");
    spec_model::load(summary.as_ref())
        .unwrap_or_else(|rejected| panic!("{:?}", rejected.diagnostics))
}

/// Each number of the book that Linux has: where it stands, what Linux calls it, its value.
fn of_the_book(book: &Book) -> Vec<(String, String, u64)> {
    let mut numbers = Vec::new();
    let groups = book
        .editions
        .iter()
        .flat_map(|edition| &edition.constants)
        .chain(&book.constants);
    for constant in groups.flat_map(|group| &group.constants) {
        if let Some(name) = &constant.linux {
            numbers.push((
                book.sources.place(name.span),
                name.value.clone(),
                constant.value.value,
            ));
        }
    }
    let fields = book
        .editions
        .iter()
        .filter_map(|edition| edition.bits.as_ref());
    for bit in fields.flat_map(|field| &field.bits) {
        if let Some(name) = &bit.linux {
            numbers.push((
                book.sources.place(name.span),
                name.value.clone(),
                1 << bit.number.value,
            ));
        }
    }
    numbers
}

#[test]
fn numbers_are_those_of_linux() {
    covers![V1_REGION_ID, V1_STATE_BITS, ERRNO_VALUES];
    let (book, mut linux) = (book(), of_linux());
    let mut missing = linux.clone();
    for (place, name, value) in of_the_book(&book) {
        let there = linux.get_mut(name.as_str());
        let there =
            there.unwrap_or_else(|| panic!("{place}: add {name} to `of_linux` in tests/uapi.rs"));
        assert_eq!(value, *there, "{place}: {name}");
        missing.remove(name.as_str());
    }
    assert!(missing.is_empty(), "the book no longer has {missing:?}");
}

#[test]
fn the_registers_lie_where_linux_has_them() {
    covers![V1_REGION_REGISTERS];
    type Ours = v1::vfio_device_migration_info;
    type Theirs = linux::vfio_device_migration_info;
    macro_rules! fields {
        ($($name:ident),+) => {
            BTreeMap::from([$((stringify!($name), (offset_of!(Ours, $name), offset_of!(Theirs, $name)))),+])
        };
    }
    let mut known = fields!(
        device_state,
        reserved,
        pending_bytes,
        data_offset,
        data_size
    );
    assert_eq!(size_of::<Ours>(), size_of::<Theirs>());
    let book = book();
    let edition = book.edition("v1").expect("the book has v1");
    let layout = &edition.structs[0];
    assert_eq!(layout.name.value, "vfio_device_migration_info");
    assert_eq!(layout.size.value, size_of::<Theirs>() as u64);
    for field in &layout.fields {
        let place = book.sources.place(field.name.span);
        let (ours, theirs) = known
            .remove(field.name.value.as_str())
            .unwrap_or_else(|| panic!("{place}: unknown"));
        assert_eq!(ours, theirs, "{place}");
        assert_eq!(field.offset.value, theirs as u64, "{place}");
    }
    assert!(known.is_empty(), "the book no longer has {known:?}");
}

#[test]
fn generated_constants_are_the_books() {
    covers![V1_REGION_ID, V1_STATE_BITS];
    let book = book();
    let group = &book.edition("v1").expect("the book has v1").constants[0];
    let generated = [
        (
            "VFIO_REGION_TYPE_MIGRATION",
            v1::region::VFIO_REGION_TYPE_MIGRATION,
        ),
        (
            "VFIO_REGION_SUBTYPE_MIGRATION",
            v1::region::VFIO_REGION_SUBTYPE_MIGRATION,
        ),
        (
            "VFIO_REGION_INFO_CAP_SPARSE_MMAP",
            v1::region::VFIO_REGION_INFO_CAP_SPARSE_MMAP,
        ),
        (
            "VFIO_REGION_INFO_CAP_MIGRATION_NDMA",
            v1::region::VFIO_REGION_INFO_CAP_MIGRATION_NDMA,
        ),
    ];
    let rows: Vec<_> = group
        .constants
        .iter()
        .map(|row| (row.name.value.as_str(), row.value.value))
        .collect();
    assert_eq!(
        rows,
        generated.map(|(name, value)| (name, u64::from(value)))
    );
}
