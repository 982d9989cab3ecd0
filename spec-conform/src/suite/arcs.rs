//! `arcs.md` and `behaviour.md`: what an arc has to achieve, for endpoints that see more of a device than its answers.

use vfio_migration::rules::*;
use vfio_migration::v2::{Capabilities, DeviceState};

use super::steps::*;
use crate::dut::{Check, Dut, expect, expect_eq};
use crate::endpoint::Ability;
use crate::test::Test;

pub(super) fn tests() -> Vec<Test> {
    let mut tests = vec![
        Test::new(V2_ARCS_RUN, goes_on).needs(Ability::Work),
        Test::new(V2_ARCS_RUN, stopped_and_started)
            .case("same-state")
            .needs(Ability::Image),
        Test::new(V2_ARCS_HELD_BACK, held_back)
            .with(Capabilities::P2P)
            .needs(Ability::Work),
        Test::new(V2_ARCS_SAME_OPERATION, same_operation)
            .with(Capabilities::PRE_COPY)
            .needs(Ability::Work),
        Test::new(V2_ARCS_CAPTURE_ALL, capture_all).needs(Ability::Image),
        Test::new(V2_ARCS_CAPTURE_REST, |dut| capture_rest(dut, true))
            .case("read")
            .with(Capabilities::PRE_COPY),
        Test::new(V2_ARCS_CAPTURE_REST, |dut| capture_rest(dut, false))
            .case("unread")
            .with(Capabilities::PRE_COPY),
    ];
    for state in states().filter(|state| !state.running() || state.quiesced()) {
        let run = move |dut: &mut Dut| quiet(dut, state);
        let rule = if state.quiesced() {
            V2_ARCS_QUIESCE
        } else {
            V2_ARCS_STOP
        };
        let mut test = Test::new(rule, run).and(V2_BEHAVIOUR_TABLE);
        if state.quiesced() {
            test = test.and(V2_BEHAVIOUR_ALL_DMA);
        }
        let test = test.case(format!("in-{state}"));
        tests.push(
            test.with(needed(state))
                .needs(Ability::Traffic)
                .needs(Ability::Work),
        );
        if !state.running() {
            let run = move |dut: &mut Dut| touched(dut, state);
            let test = Test::new(V2_BEHAVIOUR_TOUCHED, run).case(format!("in-{state}"));
            tests.push(test.with(needed(state)).needs(Ability::Touch));
        }
    }
    tests
}

/// Once the request has returned, time passes and nothing happens.
fn quiet(dut: &mut Dut, state: DeviceState) -> Check {
    if state.resuming() {
        reach(dut, state)?;
    } else {
        // With work in hand, so that there is something to stop.
        for _ in 0..2 {
            dut.work()?;
        }
        dut.go(state)?;
    }
    let before = (dut.traffic()?, image(dut)?);
    for _ in 0..3 {
        dut.work()?;
    }
    let after = dut.traffic()?;
    let counted = if state.quiesced() {
        "DMA that can reach other devices"
    } else {
        "DMA"
    };
    let dma = |traffic: &crate::endpoint::Traffic| {
        if state.quiesced() {
            traffic.peer_dma
        } else {
            traffic.dma
        }
    };
    expect_eq(
        &format!("{counted} after {state} was reached"),
        dma(&after),
        dma(&before.0),
    )?;
    if state.state_frozen() || state.stopped() {
        expect_eq(
            &format!("interrupts after {state} was reached"),
            after.interrupts,
            before.0.interrupts,
        )?;
        same_state(
            &format!("time that passes in {state}"),
            &before.1,
            &image(dut)?,
        )?;
    }
    Ok(())
}

/// Work that is in hand when the device is stopped is done after it goes on.
fn goes_on(dut: &mut Dut) -> Check {
    let mut work = dut.work()?;
    for _ in 0..3 {
        dut.go(DeviceState::STOP)?;
        dut.work()?;
        dut.go(DeviceState::RUNNING)?;
        work = dut.work()?;
    }
    expect_eq("pieces of work done, of those given", work.done, work.given)
}

fn stopped_and_started(dut: &mut Dut) -> Check {
    use_device(dut)?;
    let before = image(dut)?;
    dut.go(DeviceState::STOP)?;
    dut.go(DeviceState::RUNNING)?;
    same_state("a stop and a start", &before, &image(dut)?)
}

/// Work that is given while peer-to-peer DMA is off is not lost.
fn held_back(dut: &mut Dut) -> Check {
    dut.work()?;
    dut.go(DeviceState::RUNNING_P2P)?;
    let held = dut.work()?;
    expect(held.given > 0, || "the device took no work".to_owned())?;
    dut.go(DeviceState::RUNNING)?;
    dut.work()?;
    let work = dut.work()?;
    expect_eq("pieces of work done, of those given", work.done, work.given)
}

fn same_operation(dut: &mut Dut) -> Check {
    dut.work()?;
    let before = image(dut)?;
    dut.go(DeviceState::PRE_COPY)?;
    same_state("RUNNING to PRE_COPY", &before, &image(dut)?)?;
    let work = dut.work()?;
    expect_eq(
        "pieces of work done in PRE_COPY, of those given",
        work.done,
        work.given,
    )?;
    let before = image(dut)?;
    dut.go(DeviceState::RUNNING)?;
    same_state("PRE_COPY to RUNNING", &before, &image(dut)?)?;
    let work = dut.work()?;
    expect_eq(
        "pieces of work done after pre-copy, of those given",
        work.done,
        work.given,
    )
}

fn capture_all(dut: &mut Dut) -> Check {
    for _ in 0..2 {
        use_device(dut)?;
        dut.go(DeviceState::STOP)?;
        let before = image(dut)?;
        let fd = dut.start(DeviceState::STOP_COPY)?;
        let bytes = drain_to_end(dut, fd)?;
        same_state("saving", &before, &image(dut)?)?;
        settle(dut)?;
        must_load(dut, &bytes)?;
        same_state("a load", &before, &image(dut)?)?;
        dut.go(DeviceState::RUNNING)?;
    }
    Ok(())
}

/// Pre-copy, changes, stop: the whole session holds the state that the device stopped in.
fn capture_rest(dut: &mut Dut, read: bool) -> Check {
    use_device(dut)?;
    let fd = dut.start(DeviceState::PRE_COPY)?;
    let mut bytes = Vec::new();
    if read {
        bytes = drain_pre_copy(dut, fd)?;
    }
    use_device(dut)?;
    dut.go(DeviceState::STOP_COPY)?;
    must_hold_the_rest(dut, fd, bytes)
}

/// A stopped device drops writes and gives all ones. The migration may be spoilt, so nothing else is asked of it.
fn touched(dut: &mut Dut, state: DeviceState) -> Check {
    reach(dut, state)?;
    let before = image(dut)?;
    let ones = dut.touch()?;
    expect(ones, || {
        format!("a read of a register in {state} gives something else than all ones")
    })?;
    same_state(
        &format!("a write to a register in {state}"),
        &before,
        &image(dut)?,
    )?;
    dut.is_in(state)
}
