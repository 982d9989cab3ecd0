//! What a user reads who cannot get at a device of this machine. No device is needed: none of these gets that far.

use std::fmt::Write as _;
use std::process::Command;

use spec_conform::endpoint::linux::{Linux, Trouble, Way};

const ENOENT: i32 = 2;
const EACCES: i32 = 13;
const EBUSY: i32 = 16;
const ENODEV: i32 = 19;
const EINVAL: i32 = 22;
const EMFILE: i32 = 24;

fn open_trouble(path: &str, errno: i32, others: &[&str]) -> Trouble {
    Trouble::Open {
        path: path.to_owned(),
        errno,
        others: others.iter().map(|other| (*other).to_owned()).collect(),
    }
}

fn no_device(device: Option<&str>, devices: &[&str], errno: Option<i32>) -> Trouble {
    Trouble::NoSuchDevice {
        group: "/dev/vfio/7".to_owned(),
        device: device.map(str::to_owned),
        devices: devices.iter().map(|device| (*device).to_owned()).collect(),
        errno,
    }
}

/// Every message, beside what has happened.
#[test]
fn troubles() {
    let function = "0000:01:00.0";
    let all = [
        (
            "no such group",
            open_trouble("/dev/vfio/7", ENOENT, &["/dev/vfio/8", "/dev/vfio/9"]),
        ),
        ("no group at all", open_trouble("/dev/vfio/7", ENOENT, &[])),
        ("a path elsewhere", open_trouble("/tmp/group", ENOENT, &[])),
        (
            "vfio is not loaded",
            open_trouble("/dev/vfio/vfio", ENOENT, &[]),
        ),
        (
            "iommufd is not loaded",
            open_trouble("/dev/iommu", ENOENT, &[]),
        ),
        ("an ordinary user", open_trouble("/dev/vfio/7", EACCES, &[])),
        (
            "a VMM has the group",
            open_trouble("/dev/vfio/7", EBUSY, &[]),
        ),
        ("anything else", open_trouble("/dev/vfio/7", EMFILE, &[])),
        (
            "another kind of file",
            Trouble::NotAGroup("/dev/kvm".to_owned()),
        ),
        (
            "another kind of file",
            Trouble::NotADevice("/dev/kvm".to_owned()),
        ),
        (
            "a neighbour with a host driver",
            Trouble::NotViable {
                group: "/dev/vfio/7".to_owned(),
                bound: vec![("0000:01:00.1".to_owned(), "snd_hda_intel".to_owned())],
            },
        ),
        ("the container refuses", Trouble::Container(EINVAL)),
        ("type1 is not loaded", Trouble::NoIommu(ENODEV)),
        ("no --device", no_device(None, &[function], None)),
        (
            "a device of another group",
            no_device(Some("0000:02:00.0"), &[function], Some(ENODEV)),
        ),
        (
            "a device without a VFIO driver",
            no_device(Some(function), &[function], Some(ENODEV)),
        ),
        (
            "an empty group",
            no_device(Some(function), &[], Some(ENODEV)),
        ),
        (
            "the device is open",
            Trouble::Bind("/dev/vfio/devices/vfio0".to_owned(), EBUSY),
        ),
        (
            "binding fails",
            Trouble::Bind("/dev/vfio/devices/vfio0".to_owned(), EMFILE),
        ),
    ];
    let mut text = String::new();
    for (what, trouble) in all {
        writeln!(text, "{what}:\n  {trouble}").unwrap();
    }
    insta::assert_snapshot!(text);
}

/// What this machine's kernel really answers to files that are no devices leads to the right message.
#[test]
fn files_that_are_no_devices() {
    let group = |path: &str| Way::Group {
        group: path.to_owned(),
        device: Some("0000:01:00.0".to_owned()),
    };
    let missing = "/dev/vfio/no-such-group";
    assert_eq!(
        Linux::open(&group("/dev/null")).err(),
        Some(Trouble::NotAGroup("/dev/null".to_owned()))
    );
    let trouble = Linux::open(&group(missing)).err();
    assert!(
        matches!(&trouble, Some(Trouble::Open { path, errno: ENOENT, .. }) if path == missing),
        "{trouble:?}"
    );
    let trouble = Linux::open(&Way::Cdev(missing.to_owned())).err();
    assert!(matches!(trouble, Some(Trouble::Open { errno: ENOENT, .. })));
}

/// The command line, with arguments that do not go together, and with a file that is no group.
#[test]
fn arguments() {
    let mut text = String::new();
    for arguments in [
        "",
        "--device 0000:01:00.0",
        "--driver buffering --vfio-group /dev/vfio/7",
        "--cdev /dev/vfio/devices/vfio0 --device 0000:01:00.0",
        "--vfio-group /dev/null --device 0000:01:00.0",
    ] {
        let out = Command::new(env!("CARGO_BIN_EXE_vfio-conform"))
            .args(arguments.split_whitespace())
            .output()
            .expect("the program runs");
        let code = out.status.code().expect("it ends by itself");
        let errors = String::from_utf8(out.stderr).expect("messages are UTF-8");
        writeln!(
            text,
            "$ vfio-conform {arguments}\n{errors}exit code {code}\n"
        )
        .unwrap();
    }
    insta::assert_snapshot!(text);
}
