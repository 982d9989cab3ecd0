//! The book's names that Linux has, against `vfio-bindings`: values, sizes, offsets, and what the bindings lack.

use std::collections::BTreeMap;
use std::mem::{offset_of, size_of};

use spec_model::model::{Book, Edition};
use vfio_bindings::bindings::vfio as linux;
use vfio_migration::{covers, v2};

fn book() -> Book {
    let summary = concat!(env!("CARGO_MANIFEST_DIR"), "/book/SUMMARY.md");
    spec_model::load(summary.as_ref())
        .unwrap_or_else(|rejected| panic!("{:?}", rejected.diagnostics))
}

fn edition(book: &Book) -> &Edition {
    book.edition("v2").expect("the book has v2")
}

/// Name in Linux, value in the bindings.
fn states() -> BTreeMap<&'static str, u32> {
    macro_rules! states {
        ($($name:literal $theirs:ident),+) => {
            BTreeMap::from([$(($name, linux::$theirs)),+])
        };
    }
    states! {
        "VFIO_DEVICE_STATE_ERROR" vfio_device_mig_state_VFIO_DEVICE_STATE_ERROR,
        "VFIO_DEVICE_STATE_STOP" vfio_device_mig_state_VFIO_DEVICE_STATE_STOP,
        "VFIO_DEVICE_STATE_RUNNING" vfio_device_mig_state_VFIO_DEVICE_STATE_RUNNING,
        "VFIO_DEVICE_STATE_STOP_COPY" vfio_device_mig_state_VFIO_DEVICE_STATE_STOP_COPY,
        "VFIO_DEVICE_STATE_RESUMING" vfio_device_mig_state_VFIO_DEVICE_STATE_RESUMING,
        "VFIO_DEVICE_STATE_RUNNING_P2P" vfio_device_mig_state_VFIO_DEVICE_STATE_RUNNING_P2P,
        "VFIO_DEVICE_STATE_PRE_COPY" vfio_device_mig_state_VFIO_DEVICE_STATE_PRE_COPY,
        "VFIO_DEVICE_STATE_PRE_COPY_P2P" vfio_device_mig_state_VFIO_DEVICE_STATE_PRE_COPY_P2P
    }
}

#[test]
fn states_and_capabilities_are_those_of_linux() {
    covers![V2_STATE_STATES, V2_DISCOVERY_CAPABILITIES];
    let book = book();
    let edition = edition(&book);
    let mut theirs = states();
    for row in &edition.fsm.as_ref().expect("v2 has states").states {
        let name = row.linux.as_ref().expect("each has a name in Linux");
        let value = theirs.remove(name.value.as_str());
        assert_eq!(
            value,
            Some(row.value.value),
            "{}",
            book.sources.place(name.span)
        );
    }
    assert!(theirs.is_empty(), "the book lacks {theirs:?}");
    assert_eq!(
        v2::DeviceState::ALL.len() as u32,
        linux::vfio_device_mig_state_VFIO_DEVICE_STATE_NR
    );
    let flags = [
        (v2::Capabilities::STOP_COPY, linux::VFIO_MIGRATION_STOP_COPY),
        (v2::Capabilities::P2P, linux::VFIO_MIGRATION_P2P),
        (v2::Capabilities::PRE_COPY, linux::VFIO_MIGRATION_PRE_COPY),
    ];
    for (ours, theirs) in flags {
        assert_eq!(ours.flags(), u64::from(theirs));
    }
    assert_eq!(v2::Capabilities::NAMES.len(), flags.len());
}

/// Size, and the offset of each field, of ours and theirs.
type Layout = (usize, usize, Vec<(&'static str, usize, usize)>);

macro_rules! layouts {
    ($($name:ident: $($field:ident),+;)+) => {
        BTreeMap::<&'static str, Layout>::from([$((
            stringify!($name),
            (
                size_of::<v2::$name>(),
                size_of::<linux::$name>(),
                vec![$((stringify!($field), offset_of!(v2::$name, $field), offset_of!(linux::$name, $field))),+],
            ),
        )),+])
    };
}

#[test]
fn structures_are_those_of_linux() {
    covers![V2_UAPI_LAYOUT];
    let mut layouts = layouts! {
        vfio_device_feature: argsz, flags;
        vfio_device_feature_migration: flags;
        vfio_device_feature_mig_state: device_state, data_fd;
        vfio_precopy_info: argsz, flags, initial_bytes, dirty_bytes;
        vfio_device_feature_mig_data_size: stop_copy_length;
        vfio_device_feature_dma_logging_control: page_size, num_ranges, __reserved, ranges;
        vfio_device_feature_dma_logging_range: iova, length;
        vfio_device_feature_dma_logging_report: iova, length, page_size, bitmap;
    };
    let book = book();
    for row in &edition(&book).structs {
        let place = book.sources.place(row.name.span);
        let Some((ours, theirs, fields)) = layouts.remove(row.name.value.as_str()) else {
            panic!("{place}: no such structure in the list of this test")
        };
        assert_eq!((ours as u64, theirs), (row.size.value, ours), "{place}");
        let names = row
            .fields
            .iter()
            .map(|field| (field.name.value.as_str(), field.offset.value));
        let known = fields.iter().map(|(name, ours, _)| (*name, *ours as u64));
        assert!(names.eq(known), "{place}");
        for (name, ours, theirs) in fields {
            assert_eq!(ours, theirs, "{place}: {name}");
        }
    }
    assert!(layouts.is_empty(), "the book lacks {:?}", layouts.keys());
}

/// What `vfio-bindings` 0.7 does not have: bindgen passes over macros that call macros, and every ioctl number is one.
/// Its parts are there.
const LACKED: [(&str, u32, u32); 2] = [
    ("VFIO_DEVICE_FEATURE", v2::ioctl::VFIO_DEVICE_FEATURE, 17),
    (
        "VFIO_MIG_GET_PRECOPY_INFO",
        v2::ioctl::VFIO_MIG_GET_PRECOPY_INFO,
        21,
    ),
];

#[test]
fn ioctls_are_made_of_the_parts_that_linux_has() {
    covers![V2_UAPI_IOCTLS];
    let book = book();
    let ours: Vec<_> = edition(&book)
        .ioctls
        .iter()
        .map(|ioctl| ioctl.name.value.as_str())
        .collect();
    assert_eq!(ours, LACKED.map(|(name, ..)| name));
    for (name, request, number) in LACKED {
        assert_eq!(
            request,
            u32::from(linux::VFIO_TYPE) << 8 | (linux::VFIO_BASE + number),
            "{name}"
        );
    }
}
