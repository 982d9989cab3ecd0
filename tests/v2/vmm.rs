//! `vmm.md`: conditions, work, the last look at the dirty log.

use spec_model::analysis::register;
use spec_model::expr::{Expr, NameRef};
use spec_model::source::{FileId, Span};
use vfio_migration::covers;
use vfio_migration::driver::Model;
use vfio_migration::v2::{DeviceState, Flow, Side, Step, Target, Work, flows};
use vfio_migration::vmm::Failure;
use vfio_migration::vmm::v2::Vmm;

use crate::flows::{leave, qualified};

/// The state of a device with every feature in each step.
fn states(flow: &Flow) -> Vec<(DeviceState, &'static Step)> {
    let mut at = DeviceState::INITIAL;
    let visit = |step: &'static Step| {
        at = match (step.target, step.result) {
            (Target::State(state) | Target::Write(state), None) | (Target::Reads(state), _) => {
                state
            }
            (Target::Reset, _) => DeviceState::INITIAL,
            _ => at,
        };
        (at, step)
    };
    flow.steps.iter().map(visit).collect()
}

#[test]
fn vcpus_run_beside_devices_without_restraint_only() {
    covers![V2_VMM_VCPUS, V2_VMM_CONDITIONS];
    for flow in flows::ALL {
        for (state, step) in states(flow) {
            let allowed = state == DeviceState::RUNNING || state == DeviceState::PRE_COPY;
            assert!(
                !step.vcpu_running || allowed,
                "{}, step {}",
                flow.name,
                step.number
            );
        }
    }
    // The runner refuses a flow that is not so, also for the states with P2P off.
    for number in [1, 2] {
        let mut step = flows::STOP_CONT_MANY.steps[number];
        (step.vcpu_running, step.barrier) = (true, None);
        let steps: &'static [_] = Box::leak(Box::new([step]));
        let flow = Flow {
            steps,
            ..flows::STOP_CONT_MANY
        };
        let failure = Vmm::new(&[Model::Buffering], 1)
            .run(&flow)
            .expect_err("vCPUs beside such a device");
        assert!(failure.to_string().contains("vCPUs"), "{failure}");
    }
}

fn name(name: &str) -> Expr {
    let file = FileId(0);
    let span = Span {
        file,
        start: 0,
        end: 0,
    };
    Expr::Name(NameRef {
        name: name.to_owned(),
        span,
    })
}

#[test]
fn work_is_done_where_the_table_allows() {
    covers![V2_VMM_WORK, V2_VMM_CONDITIONS];
    let summary = concat!(env!("CARGO_MANIFEST_DIR"), "/book/SUMMARY.md");
    let book = spec_model::load(summary.as_ref()).expect("the book is sound");
    let edition = book.edition("v2").expect("the book has v2");
    let field = register(edition).expect("v2 has a state register");
    assert_eq!(edition.conditions.len(), 2);
    for row in &edition.work {
        let work = Work::ALL
            .into_iter()
            .find(|work| work.name() == row.name.value)
            .expect("generated");
        for state in DeviceState::ALL {
            for (vcpus, tracking) in [(false, false), (false, true), (true, false), (true, true)] {
                let value = |text: &str| match text {
                    "VCPU_RUNNING" => vcpus,
                    "DIRTY_TRACKING" => tracking,
                    text => field.holds(&name(text), state.raw()),
                };
                let legal = row.legal.value.eval(&value);
                assert_eq!(
                    work.legal(state, vcpus, tracking),
                    legal,
                    "{work} in {state}"
                );
            }
        }
    }
    // The runner does no other.
    let mut step = flows::SAVE.steps[0];
    step.work = &[Work::Drain];
    let steps: &'static [_] = Box::leak(Box::new([step]));
    let flow = Flow {
        steps,
        ..flows::SAVE
    };
    let failure = Vmm::new(&[Model::Buffering], 1).run(&flow);
    let text = String::from("drain is not legal while A is RUNNING");
    assert_eq!(failure, Err(Failure { step: 1, text }));
}

#[test]
fn the_last_look_at_the_log_comes_after_everybody_stopped() {
    covers![V2_VMM_DIRTY_LAST];
    let mut looks = 0;
    for flow in flows::ALL.iter().filter(|flow| flow.side == Side::Source) {
        for (state, step) in states(flow) {
            if step.work.contains(&Work::SnapshotDirtyLog) {
                assert!(
                    state.stopped() && !step.vcpu_running,
                    "{}, step {}",
                    flow.name,
                    step.number
                );
            }
        }
        for model in qualified(flow) {
            let log = leave(flow, &[model]).log.to_string();
            let Some(last) = log.find("for the last time") else {
                continue;
            };
            // After it no guest works before the device is brought elsewhere.
            let rest = &log[last..];
            let until = rest.find("A set ").unwrap_or(rest.len());
            assert!(
                !rest[..until].contains("guest: asks"),
                "{}:\n{log}",
                flow.name
            );
            looks += 1;
        }
    }
    assert!(looks > 10, "only {looks}");
}
