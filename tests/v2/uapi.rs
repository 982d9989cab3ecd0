//! `uapi.md`: sizes, offsets, and numbers in the byte order of the CPU.

use core::mem::{offset_of, size_of};

use vfio_migration::covers;
use vfio_migration::v2::*;

use crate::fake::Fake;
use crate::rig::{get_state, set_state, simple};

#[test]
fn structures_lie_as_the_book_says() {
    covers![V2_UAPI_LAYOUT];
    assert_eq!(size_of::<vfio_device_feature>(), 8);
    assert_eq!(offset_of!(vfio_device_feature, flags), 4);
    assert_eq!(offset_of!(vfio_device_feature_mig_state, data_fd), 4);
    assert_eq!(size_of::<vfio_precopy_info>(), 24);
    assert_eq!(offset_of!(vfio_precopy_info, dirty_bytes), 16);
    assert_eq!(
        offset_of!(vfio_device_feature_dma_logging_control, ranges),
        16
    );
    assert_eq!(
        offset_of!(vfio_device_feature_dma_logging_report, bitmap),
        24
    );

    let mut device = Fake::device(Capabilities::ALL);
    let (result, back) = set_state(&mut device, DeviceState::STOP_COPY.raw());
    assert_eq!(
        (result, back),
        (Ok(()), (3, 0)),
        "native byte order in both fields"
    );
    assert_eq!(get_state(&mut device), (3, -1));
}

#[test]
fn ioctl_numbers_are_types_and_numbers() {
    covers![V2_UAPI_IOCTLS];
    assert_eq!(ioctl::VFIO_DEVICE_FEATURE, 0x3b75);
    assert_eq!(ioctl::VFIO_MIG_GET_PRECOPY_INFO, 0x3b79);
}

#[test]
fn a_feature_is_found_by_its_number() {
    covers![V2_UAPI_FEATURES];
    let numbers = [
        (
            feature::VFIO_DEVICE_FEATURE_MIGRATION,
            feature::VFIO_DEVICE_FEATURE_GET,
        ),
        (
            feature::VFIO_DEVICE_FEATURE_MIG_DEVICE_STATE,
            feature::VFIO_DEVICE_FEATURE_GET,
        ),
        (
            feature::VFIO_DEVICE_FEATURE_DMA_LOGGING_START,
            feature::VFIO_DEVICE_FEATURE_SET,
        ),
        (
            feature::VFIO_DEVICE_FEATURE_DMA_LOGGING_STOP,
            feature::VFIO_DEVICE_FEATURE_SET,
        ),
        (
            feature::VFIO_DEVICE_FEATURE_DMA_LOGGING_REPORT,
            feature::VFIO_DEVICE_FEATURE_GET,
        ),
        (
            feature::VFIO_DEVICE_FEATURE_MIG_DATA_SIZE,
            feature::VFIO_DEVICE_FEATURE_GET,
        ),
        (
            feature::VFIO_DEVICE_FEATURE_MIG_PRECOPY_INFOv2,
            feature::VFIO_DEVICE_FEATURE_SET,
        ),
    ];
    assert_eq!(numbers.map(|(number, _)| number), [1, 2, 6, 7, 8, 9, 12]);
    let mut device = Fake::device(Capabilities::ALL);
    for number in 0..=feature::VFIO_DEVICE_FEATURE_MASK {
        let known = numbers.iter().find(|(known, _)| *known == number);
        let operation = known.map_or(feature::VFIO_DEVICE_FEATURE_GET, |(_, operation)| {
            *operation
        });
        let probe = feature::VFIO_DEVICE_FEATURE_PROBE | operation | number;
        let (result, _) = simple(&mut device, probe, &[]);
        assert_eq!(result.is_ok(), known.is_some(), "feature {number}");
    }
}
