//! `requests.md`: refusals, paths, sessions of a request.

use std::collections::VecDeque;

use vfio_migration::covers;
use vfio_migration::machine::v2::DataFd;
use vfio_migration::v2::{self, Arc, Capabilities, DeviceState, Fault, SessionEffect};

use crate::fake::{Fake, calls, in_state, states};
use crate::rig::{get_state, set_state};

/// The refusals of the book, in their order, written once more.
fn refusal(capabilities: Capabilities, old: DeviceState, new: u32) -> Option<Fault> {
    let state = DeviceState::from_raw(new);
    let has = |capability| capabilities.contains(capability);
    if new > 7 {
        Some(Fault::UnknownState)
    } else if old.error() {
        Some(Fault::InError)
    } else if state.error() {
        Some(Fault::ErrorRequested)
    } else if (state.quiesced() && !has(Capabilities::P2P))
        || (state.pre_copying() && !has(Capabilities::PRE_COPY))
    {
        Some(Fault::UnsupportedState)
    } else if old == DeviceState::STOP_COPY && state.pre_copying() {
        Some(Fault::RefusedRequest)
    } else {
        None
    }
}

const WANTED: [u32; 11] = [0, 1, 2, 3, 4, 5, 6, 7, 8, 9, u32::MAX];

#[test]
fn requests_are_refused_for_the_first_reason_and_no_other() {
    covers![
        V2_REQUEST_REFUSED,
        V2_REQUEST_REFUSED_UNCHANGED,
        V2_ERRORS_STICKY,
        V2_ERRORS_WRITE_BACK
    ];
    for capabilities in Capabilities::LEGAL {
        for old in states(capabilities) {
            for new in WANTED {
                let mut device = in_state(capabilities, old);
                let session = device.session();
                let (result, back) = set_state(&mut device, new);
                let Some(fault) = refusal(capabilities, old, new) else {
                    assert_eq!(result, Ok(()), "{capabilities}: {old} to {new}");
                    continue;
                };
                assert_eq!(result, Err(fault), "{capabilities}: {old} to {new}");
                assert_eq!(fault.errno(), vfio_migration::errno::EINVAL);
                assert_eq!(back, (new, -1), "what was wanted, and no fd");
                assert_eq!(get_state(&mut device), (old.raw(), -1));
                assert_eq!(device.session(), session);
                assert!(calls(&mut device).is_empty());
            }
        }
    }
}

#[test]
fn a_refusal_leaves_the_stream() {
    covers![V2_REQUEST_REFUSED_UNCHANGED];
    let mut device = in_state(Capabilities::ALL, DeviceState::STOP_COPY);
    let fd = device.session().expect("open");
    device.driver_mut().reads = VecDeque::from([Ok(5), Ok(3)]);
    assert_eq!(device.read(fd, &mut [0; 8]), Ok(5));
    assert_eq!(
        device.request(DeviceState::PRE_COPY),
        Err(Fault::RefusedRequest)
    );
    assert_eq!(device.read(fd, &mut [0; 8]), Ok(3));
}

#[test]
fn a_request_for_the_state_it_is_in_does_nothing() {
    covers![V2_REQUEST_SELF];
    for capabilities in Capabilities::LEGAL {
        for state in states(capabilities).filter(|state| !state.error()) {
            let mut device = in_state(capabilities, state);
            let session = device.session();
            assert_eq!(
                set_state(&mut device, state.raw()),
                (Ok(()), (state.raw(), -1))
            );
            assert_eq!(device.session(), session);
            assert!(calls(&mut device).is_empty());
        }
    }
}

/// Whether an arc is there, by the book's column.
fn available(arc: Arc, capabilities: Capabilities) -> bool {
    let p2p = capabilities.contains(Capabilities::P2P);
    let pre_copy = capabilities.contains(Capabilities::PRE_COPY);
    let ends = [arc.from(), arc.to()];
    let needs_p2p = ends.iter().any(|state| state.quiesced());
    let needs_pre_copy = ends.iter().any(|state| state.pre_copying());
    // These pass a state with P2P where there is one.
    let direct = matches!(
        arc,
        Arc::RunningToStop | Arc::StopToRunning | Arc::PreCopyToStopCopy
    );
    (p2p || !needs_p2p) && (pre_copy || !needs_pre_copy) && !(direct && p2p)
}

/// All shortest ways that keep to the book's rule, by search.
fn ways(capabilities: Capabilities, from: DeviceState, to: DeviceState) -> Vec<Vec<Arc>> {
    let mut queue = VecDeque::from([(from, Vec::new())]);
    let mut found: Vec<Vec<Arc>> = Vec::new();
    while let Some((at, way)) = queue.pop_front() {
        if at == to && !way.is_empty() {
            found.push(way);
            continue;
        }
        if way.len() >= 6 || found.first().is_some_and(|first| first.len() <= way.len()) {
            continue;
        }
        for arc in Arc::ALL
            .into_iter()
            .filter(|arc| arc.from() == at && available(*arc, capabilities))
        {
            let inner = arc.to() != to && arc.to().saving() && !(from.saving() && to.saving());
            if !inner {
                let mut longer = way.clone();
                longer.push(arc);
                queue.push_back((arc.to(), longer));
            }
        }
    }
    found
}

#[test]
fn every_request_has_exactly_one_shortest_path() {
    covers![
        V2_REQUEST_PATH,
        V2_REQUEST_UNIQUE,
        V2_ARCS_TABLE,
        V2_ARCS_NEEDED
    ];
    let mut pairs = 0;
    for capabilities in Capabilities::LEGAL {
        for from in states(capabilities) {
            for to in states(capabilities).filter(|to| *to != from) {
                if refusal(capabilities, from, to.raw()).is_some() {
                    continue;
                }
                let ways = ways(capabilities, from, to);
                assert_eq!(ways.len(), 1, "{capabilities}: {from} to {to}: {ways:?}");
                let path = v2::path(capabilities, from, to).expect("not refused");
                assert_eq!(path.arcs(), ways[0], "{capabilities}: {from} to {to}");

                let mut device = in_state(capabilities, from);
                device.request(to).expect("not refused");
                let asked: Vec<_> = path.iter().map(Arc::name).collect();
                assert_eq!(calls(&mut device), asked);
                pairs += 1;
            }
        }
    }
    assert_eq!(pairs, 91);
}

/// The table of the chapter, against Linux's header to the letter.
#[test]
fn the_session_goes_on_where_the_header_says_otherwise() {
    covers![V2_REQUEST_PATH];
    let path = v2::path(
        Capabilities::ALL,
        DeviceState::PRE_COPY,
        DeviceState::STOP_COPY,
    )
    .expect("a path");
    assert_eq!(
        path.arcs(),
        [Arc::PreCopyToPreCopyP2p, Arc::PreCopyP2pToStopCopy]
    );
    let through = |capabilities, from, to, inner: DeviceState| {
        let path = v2::path(capabilities, from, to).expect("a path");
        assert!(path.iter().any(|arc| arc.to() == inner), "{from} to {to}");
    };
    let (all, pre_copy) = (
        Capabilities::ALL,
        Capabilities::STOP_COPY.with(Capabilities::PRE_COPY),
    );
    through(
        all,
        DeviceState::RUNNING,
        DeviceState::PRE_COPY_P2P,
        DeviceState::RUNNING_P2P,
    );
    through(
        all,
        DeviceState::RUNNING_P2P,
        DeviceState::PRE_COPY,
        DeviceState::RUNNING,
    );
    through(
        all,
        DeviceState::PRE_COPY,
        DeviceState::RUNNING_P2P,
        DeviceState::RUNNING,
    );
    through(
        all,
        DeviceState::PRE_COPY_P2P,
        DeviceState::RUNNING,
        DeviceState::RUNNING_P2P,
    );
    through(
        all,
        DeviceState::PRE_COPY_P2P,
        DeviceState::STOP,
        DeviceState::RUNNING_P2P,
    );
    through(
        pre_copy,
        DeviceState::PRE_COPY,
        DeviceState::STOP,
        DeviceState::RUNNING,
    );
    through(
        pre_copy,
        DeviceState::RUNNING,
        DeviceState::STOP_COPY,
        DeviceState::STOP,
    );
    through(
        all,
        DeviceState::RUNNING_P2P,
        DeviceState::STOP_COPY,
        DeviceState::STOP,
    );
}

#[test]
fn a_request_is_its_arcs_one_by_one() {
    covers![
        V2_REQUEST_STEPS,
        V2_REQUEST_SYNC,
        V2_REQUEST_FD,
        V2_ARCS_SESSION_COMMON
    ];
    for capabilities in Capabilities::LEGAL {
        for from in states(capabilities).filter(|state| !state.error()) {
            for to in states(capabilities) {
                let Ok(path) = v2::path(capabilities, from, to) else {
                    continue;
                };
                let (mut whole, mut steps) =
                    (in_state(capabilities, from), in_state(capabilities, from));
                let (result, (_, fd)) = set_state(&mut whole, to.raw());
                assert_eq!((result, whole.state()), (Ok(()), to));
                for arc in path {
                    steps.request(arc.to()).expect("one arc");
                }
                assert_eq!(calls(&mut whole), calls(&mut steps), "{from} to {to}");
                let open = |device: &vfio_migration::machine::v2::MigrationDevice<Fake>| {
                    device.session().map(DataFd::direction)
                };
                assert_eq!(open(&whole), open(&steps), "{from} to {to}");
                let starts = path.iter().last().map(Arc::session);
                let starts = matches!(
                    starts,
                    Some(SessionEffect::StartsSaving | SessionEffect::StartsResuming)
                );
                assert_eq!(fd >= 0, starts, "{from} to {to}");
                if starts {
                    assert_eq!(DataFd::from_number(fd), whole.session());
                }
            }
        }
    }
}
