//! What many tests do: states in general, and ways to them.

use vfio_migration::v2::counts::VFIO_DEVICE_STATE_NR;
use vfio_migration::v2::{self, Arc, Capabilities, DeviceState, Fault, SessionEffect};

use crate::dut::{Check, Dut, End, expect};
use crate::endpoint::{Ability, Errno, Fd};

/// Reads and writes of this size are the ordinary ones.
pub(super) const PIECE: usize = 1 << 16;

/// Values that are no state: just behind the last, and far.
pub(super) const UNKNOWN: [u32; 5] = [
    VFIO_DEVICE_STATE_NR,
    VFIO_DEVICE_STATE_NR + 1,
    0xff,
    0x8000_0002,
    u32::MAX,
];

/// Every state but `ERROR`.
pub(super) fn states() -> impl Iterator<Item = DeviceState> {
    DeviceState::ALL.into_iter().filter(|state| !state.error())
}

/// Whether a device with these capabilities has this state.
pub(super) fn has(capabilities: Capabilities, state: DeviceState) -> bool {
    !state.error()
        && v2::next(capabilities, DeviceState::INITIAL, state) != Err(Fault::UnsupportedState)
}

/// The fewest capabilities with which a device has this state, beside the one that all have.
pub(super) fn needed(state: DeviceState) -> Capabilities {
    let sets = Capabilities::LEGAL.into_iter();
    let fewest = sets
        .filter(|set| has(*set, state))
        .min_by_key(|set| set.flags().count_ones());
    fewest.map_or(Capabilities::NONE, |set| {
        set.without(Capabilities::STOP_COPY)
    })
}

/// Whether the state has a session.
pub(super) fn in_session(state: DeviceState) -> bool {
    state.saving() || state.resuming()
}

/// The fewest capabilities with which a device takes this arc as it stands.
pub(super) fn needed_for(arc: Arc) -> Option<Capabilities> {
    let direct = |set: &Capabilities| {
        v2::path(*set, arc.from(), arc.to()).is_ok_and(|path| path.arcs() == [arc])
    };
    let sets = Capabilities::LEGAL.into_iter().filter(direct);
    sets.min_by_key(|set| set.flags().count_ones())
}

/// Whether the device takes this arc as it stands.
pub(super) fn takes(capabilities: Capabilities, arc: Arc) -> bool {
    v2::path(capabilities, arc.from(), arc.to()).is_ok_and(|path| path.arcs() == [arc])
}

/// The error number of this fault.
pub(super) fn errno(fault: Fault) -> Errno {
    Errno(fault.errno())
}

/// Expects that this was refused with the book's error.
pub(super) fn expect_fault<T: std::fmt::Debug>(
    what: &str,
    came: Result<T, Errno>,
    fault: Fault,
) -> Check {
    let expected = errno(fault);
    match came {
        Err(came) if came == expected => Ok(()),
        Err(came) => Err(End::Differs(format!(
            "{what}: expected {expected} ({fault}), got {came}"
        ))),
        Ok(value) => Err(End::Differs(format!(
            "{what}: expected {expected} ({fault}), but it succeeded with {value:?}"
        ))),
    }
}

/// Expects success.
pub(super) fn expect_ok<T>(what: &str, came: Result<T, Errno>) -> Check<T> {
    came.map_err(|errno| End::Differs(format!("{what} failed with {errno}")))
}

/// Brings a device that is anywhere to `RUNNING`, without a session: by a reset, or by a close.
pub(super) fn settle(dut: &mut Dut) -> Check {
    if dut.able(Ability::Reset) {
        dut.reset()?;
    } else if dut.able(Ability::Reopen) {
        dut.reopen()?;
    } else if dut.state()? != DeviceState::RUNNING {
        dut.go(DeviceState::RUNNING)?;
    }
    Ok(())
}

/// Gives the device work, where the endpoint can.
pub(super) fn use_device(dut: &mut Dut) -> Check {
    if dut.able(Ability::Work) {
        dut.work()?;
    }
    Ok(())
}

/// The internal state, where the endpoint can see it.
pub(super) fn image(dut: &mut Dut) -> Check<Option<Vec<u8>>> {
    match dut.able(Ability::Image) {
        true => Ok(Some(dut.image()?)),
        false => Ok(None),
    }
}

/// A stream of the device as it is in `RUNNING`; it is `RUNNING` again afterwards. Also its internal state when it stopped.
pub(super) fn save(dut: &mut Dut) -> Check<(Vec<u8>, Option<Vec<u8>>)> {
    let fd = dut.start(DeviceState::STOP_COPY)?;
    let image = image(dut)?;
    let bytes = drain_to_end(dut, fd)?;
    dut.go(DeviceState::RUNNING)?;
    Ok((bytes, image))
}

/// The rest of the stream in `STOP_COPY`.
pub(super) fn drain_to_end(dut: &mut Dut, fd: Fd) -> Check<Vec<u8>> {
    let (bytes, last) = dut.drain(fd, PIECE)?;
    expect_ok("a read in STOP_COPY", last)?;
    Ok(bytes)
}

/// What pre-copy has to give now.
pub(super) fn drain_pre_copy(dut: &mut Dut, fd: Fd) -> Check<Vec<u8>> {
    let (bytes, last) = dut.drain(fd, PIECE)?;
    match last {
        // Released drivers give 0; `v2.stream.temporary-end` is the test of that.
        Ok(_) => Ok(bytes),
        Err(came) if came == errno(Fault::NoDataNow) => Ok(bytes),
        Err(came) => Err(End::Differs(format!(
            "a read in pre-copy failed with {came}"
        ))),
    }
}

/// Enters `RESUMING`, writes the stream as far as it is taken, and requests `STOP`: what that gave.
pub(super) fn load(dut: &mut Dut, bytes: &[u8], piece: usize) -> Check<Result<(), Errno>> {
    let fd = dut.start(DeviceState::RESUMING)?;
    let _early = dut.pour(fd, bytes, piece)?;
    Ok(dut.set(DeviceState::STOP)?.result)
}

/// In `STOP_COPY`: what was read of the session so far and the rest of it hold the state that the device is stopped in.
pub(super) fn must_hold_the_rest(dut: &mut Dut, fd: Fd, mut bytes: Vec<u8>) -> Check {
    let before = image(dut)?;
    bytes.extend(drain_to_end(dut, fd)?);
    settle(dut)?;
    must_load(dut, &bytes)?;
    same_state("a load", &before, &image(dut)?)
}

/// Loads a stream that is good.
pub(super) fn must_load(dut: &mut Dut, bytes: &[u8]) -> Check {
    let fd = dut.start(DeviceState::RESUMING)?;
    expect_ok("a write of a good stream", dut.pour(fd, bytes, PIECE)?)?;
    expect_ok(
        "the load of a good stream",
        dut.set(DeviceState::STOP)?.result,
    )?;
    dut.is_in(DeviceState::STOP)
}

/// Brings a device from `RUNNING` to a state by one request. In `RESUMING` a whole good stream is written, so that it can be
/// left. Gives the session's fd.
pub(super) fn reach(dut: &mut Dut, state: DeviceState) -> Check<Option<Fd>> {
    if state.resuming() {
        let (bytes, _) = save(dut)?;
        let fd = dut.start(state)?;
        expect_ok("a write of a good stream", dut.pour(fd, &bytes, PIECE)?)?;
        return Ok(Some(fd));
    }
    dut.go(state)
}

/// The same, for a state that has a session.
pub(super) fn reach_session(dut: &mut Dut, state: DeviceState) -> Check<Fd> {
    let fd = reach(dut, state)?;
    fd.ok_or_else(|| End::Differs(format!("the request for {state} gave no data fd")))
}

/// Expects that the device works: it saves and loads itself.
pub(super) fn works(dut: &mut Dut) -> Check {
    let (bytes, _) = save(dut)?;
    must_load(dut, &bytes)?;
    dut.go(DeviceState::RUNNING)?;
    dut.is_in(DeviceState::RUNNING)
}

/// Whether the last arc starts a session.
pub(super) fn starts_session(path: v2::Path) -> bool {
    use SessionEffect::{StartsResuming, StartsSaving};
    let last = path.iter().last().map(Arc::session);
    matches!(last, Some(StartsSaving | StartsResuming))
}

/// Expects that the session of this fd has ended.
pub(super) fn has_ended(dut: &mut Dut, fd: Fd, saving: bool) -> Check {
    let came = if saving {
        dut.read(fd, &mut [0; 64])?
    } else {
        // No more than any session takes: it is not the length that is refused.
        dut.write(fd, &[0])?
    };
    expect_fault("the old data fd", came, Fault::SessionEnded)
}

/// Expects equal internal states, where both are known.
pub(super) fn same_state(what: &str, before: &Option<Vec<u8>>, after: &Option<Vec<u8>>) -> Check {
    let (Some(before), Some(after)) = (before, after) else {
        return Ok(());
    };
    expect(before == after, || {
        let at = before
            .iter()
            .zip(after)
            .position(|(before, after)| before != after);
        let at = at.unwrap_or(before.len().min(after.len()));
        format!(
            "{what}: the internal state differs from byte {at} of {} on",
            before.len()
        )
    })
}
