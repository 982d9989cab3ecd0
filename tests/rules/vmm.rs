//! `vmm.md` and `several.md`: what the VMM owes its devices, watched while it follows the flows.

use spec_model::analysis::holds;
use vfio_migration::covers;
use vfio_migration::driver::{Bus, Model};
use vfio_migration::v1::{DeviceState, Devices, Driver, Flow, Side, Step, Target, Work, flows};
use vfio_migration::vmm::v1::{Slot, Vmm};
use vfio_migration::vmm::{Failure, Memory, PAGE};

/// The flow as a device with NDMA sees it: its state in each step.
fn states(flow: &Flow) -> Vec<(DeviceState, &'static Step)> {
    let mut at = DeviceState::INITIAL;
    let visit = |step: &'static Step| {
        at = match step.target {
            Target::State(state) | Target::Write(state) => match step.result {
                None => state,
                Some(_) => at,
            },
            Target::Reset => DeviceState::INITIAL,
            Target::Reads(state) => state,
        };
        (at, step)
    };
    flow.steps.iter().map(visit).collect()
}

#[test]
fn vcpus_run_beside_running_devices_only() {
    covers![V1_VMM_VCPUS_RUN, V1_SYSTEM_QUIET_VCPUS, V1_VMM_CONDITIONS];
    for flow in flows::ALL {
        for (state, step) in states(flow) {
            let here = format!("{}, step {}", flow.name, step.number);
            assert!(
                !step.vcpu_running || state.contains(DeviceState::RUNNING),
                "{here}"
            );
            assert!(
                !step.vcpu_running || !state.may_assume_quiet_mmio(),
                "{here}"
            );
        }
    }
    // The runner refuses a flow that is not so.
    let mut step = flows::STOP_CONT.steps[1];
    step.vcpu_running = true;
    let steps: &'static [_] = Box::leak(Box::new([step]));
    let flow = Flow {
        steps,
        ..flows::STOP_CONT
    };
    let failure = Vmm::new(&[Model::Direct], 1)
        .run(&flow)
        .expect_err("vCPUs beside a stopped device");
    assert!(failure.to_string().contains("vCPUs"), "{failure}");
}

#[test]
fn work_is_done_where_the_table_allows() {
    covers![V1_VMM_WORK, V1_VMM_CONDITIONS];
    let summary = concat!(env!("CARGO_MANIFEST_DIR"), "/book/SUMMARY.md");
    let book = spec_model::load(summary.as_ref()).expect("the book is sound");
    let edition = &book.editions[0];
    let field = edition.bits.as_ref().expect("v1 has a state register");
    assert_eq!(edition.conditions.len(), 2);
    for row in &edition.work {
        let work = Work::ALL
            .into_iter()
            .find(|work| work.name() == row.name.value)
            .expect("generated");
        for state in DeviceState::VALID {
            for (vcpus, tracking) in [(false, false), (false, true), (true, false), (true, true)] {
                let value = |name: &str| match name {
                    "VCPU_RUNNING" => vcpus,
                    "DIRTY_TRACKING" => tracking,
                    name => holds(field, &spec_expr(name), state.bits()),
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
}

fn spec_expr(name: &str) -> spec_model::expr::Expr {
    let file = spec_model::source::FileId(0);
    let span = spec_model::source::Span {
        file,
        start: 0,
        end: 0,
    };
    spec_model::expr::Expr::Name(spec_model::expr::NameRef {
        name: name.to_owned(),
        span,
    })
}

#[test]
fn illegal_work_is_refused() {
    covers![V1_VMM_WORK];
    let mut step = flows::SAVE.steps[0];
    step.work = &[Work::Drain];
    let steps: &'static [_] = Box::leak(Box::new([step]));
    let flow = Flow {
        steps,
        ..flows::SAVE
    };
    let failure = Vmm::new(&[Model::Direct], 1)
        .run(&flow)
        .expect_err("nothing to drain in RUNNING");
    assert_eq!(
        failure,
        Failure {
            step: 1,
            text: String::from("drain is not legal while A is RUNNING")
        }
    );
}

#[test]
fn the_dirty_log_misses_nothing() {
    covers![V1_VMM_DIRTY_ON, V1_VMM_DIRTY_READ, V1_VMM_DIRTY_COMPLETE];
    let memory = Memory::new(4);
    let port = memory.port();
    assert!(port.write(PAGE as u64, &[1]));
    memory.track(true);
    assert!(memory.take_dirty().is_empty(), "turning it on clears it");
    // By a device, by a CPU, across a border; reads leave no trace, and nothing outside does.
    assert!(port.write(3 * PAGE as u64 - 1, &[1, 2]));
    assert!(memory.write(0, &[3]));
    assert!(port.read(PAGE as u64, &mut [0; 8]));
    assert!(!port.write(4 * PAGE as u64 - 1, &[1, 2]));
    assert_eq!(memory.take_dirty(), [0, 2, 3]);
    assert!(memory.take_dirty().is_empty(), "reading clears it");
    assert!(port.write(0, &[1]));
    memory.track(true);
    assert!(memory.take_dirty().is_empty());
    memory.track(false);
    assert!(port.write(0, &[1]));
    assert!(memory.take_dirty().is_empty());
}

#[test]
fn the_last_look_at_the_log_is_the_last() {
    covers![V1_VMM_DIRTY_LAST, V1_VMM_DIRTY_OFF, V1_SEVERAL_MIXED_LOG];
    for flow in flows::ALL.iter().filter(|flow| flow.side == Side::Source) {
        let mut models = vec![vec![Model::Direct]];
        if flow.devices == Devices::Many {
            models.push(vec![Model::Quiet, Model::Buffering, Model::Direct]);
        }
        for models in models {
            let mut vmm = Vmm::new(&models, 1);
            vmm.run(flow)
                .unwrap_or_else(|failure| panic!("{}: {failure}", flow.name));
            let log = vmm.log.to_string();
            let Some(last) = log.find("for the last time") else {
                continue;
            };
            // After it no guest works and no device is started; the pages that it found are sent after it.
            let rest = &log[last..];
            let until = rest.find("write device_state").unwrap_or(rest.len());
            assert!(
                !rest[..until].contains("guest: asks"),
                "{}:\n{log}",
                flow.name
            );
            let stopped = log[..last].rfind("vCPUs stopped");
            assert!(
                stopped > log[..last].rfind("vCPUs run"),
                "{}:\n{log}",
                flow.name
            );
        }
    }
}

/// Replays the writes of a log: the states of all devices after each one.
fn history(vmm: &Vmm) -> Vec<Vec<DeviceState>> {
    let mut now = vec![DeviceState::INITIAL; vmm.slots.len()];
    let mut all = vec![now.clone()];
    for line in vmm.log.to_string().lines() {
        let Some((label, rest)) = line.trim_start().split_once(' ') else {
            continue;
        };
        let Some(number) = vmm.slots.iter().position(|slot| slot.label == label) else {
            continue;
        };
        if rest.starts_with("reset") {
            now[number] = DeviceState::INITIAL;
        } else if let Some(state) = rest.strip_prefix("write device_state ") {
            let state = state.split(' ').next().expect("a state");
            now[number] = state.parse().expect("a state");
        } else {
            continue;
        }
        all.push(now.clone());
    }
    all
}

#[test]
fn barriers_hold_over_all_devices() {
    covers![
        V1_SEVERAL_BARRIER,
        V1_SEVERAL_QUIET_FIRST,
        V1_SEVERAL_RUNNING_FIRST
    ];
    let models = [Model::Direct, Model::Buffering, Model::QuietTrapping];
    let running = |state: &DeviceState| state.contains(DeviceState::RUNNING);
    let quiet = |state: &DeviceState| state.dma_quiet();
    let mut seen = 0;
    for flow in flows::ALL
        .iter()
        .filter(|flow| flow.devices == Devices::Many && flow.needs.contains(&"ndma"))
    {
        let source = after_save(&models);
        let mut vmm = Vmm::with_transfer(&models, 2, source.transfer);
        vmm.run(flow)
            .unwrap_or_else(|failure| panic!("{}: {failure}", flow.name));
        let history = history(&vmm);
        for pair in history.windows(2) {
            let [before, after] = pair else {
                unreachable!("windows of two")
            };
            let changed = (0..models.len()).find(|n| before[*n] != after[*n]);
            let Some(changed) = changed else { continue };
            let here = format!("{}: {before:?} to {after:?}", flow.name);
            if running(&before[changed]) && !running(&after[changed]) && flow.side == Side::Source {
                assert!(
                    before.iter().all(quiet),
                    "{here}: stopped while another can touch it"
                );
                seen += 1;
            }
            if !after[changed].dma_quiet() && before[changed].dma_quiet() {
                assert!(
                    before.iter().all(running),
                    "{here}: let loose while another does not answer"
                );
                seen += 1;
            }
        }
    }
    assert!(seen > 20, "only {seen} places");
}

#[test]
fn when_one_fails_the_others_go_back() {
    covers![V1_SEVERAL_FAILURE, V1_ERRORS_RECOVER];
    let models = [Model::Direct, Model::Buffering, Model::QuietTrapping];
    let part = |steps| Flow {
        steps,
        ..flows::SAVE
    };
    let mut failures = 0;
    for after in 1..flows::SAVE.steps.len() {
        for failing in 0..models.len() {
            let mut vmm = Vmm::new(&models, 1);
            vmm.run(&part(&flows::SAVE.steps[..after]))
                .expect("the first part");
            vmm.slots[failing].function().device_mut().trouble().dead = true;
            let Err(failure) = vmm.run(&part(&flows::SAVE.steps[after..])) else {
                continue;
            };
            failures += 1;
            let here = format!(
                "{} dies after step {after}; {failure}",
                models[failing].name()
            );
            let failed = flows::SAVE
                .steps
                .iter()
                .position(|step| step.number == failure.step)
                .expect("a step");
            for slot in &vmm.slots {
                let reads = slot.region.state();
                let reached = flows::SAVE.steps[..=failed]
                    .iter()
                    .any(|step| step.target == Target::State(reads));
                assert!(
                    reached || reads.error(),
                    "{here}: {} is {reads}",
                    slot.label
                );
            }
            vmm.go_back();
            assert!(
                vmm.slots
                    .iter()
                    .all(|slot| slot.region.state() == DeviceState::INITIAL),
                "{here}"
            );
            assert!(vmm.use_devices() > 0 && vmm.guest.wrong() == 0, "{here}");
        }
    }
    assert!(failures > 8, "only {failures} failures");
}

#[test]
fn the_guest_does_nothing_while_its_cpus_are_stopped() {
    covers![V1_VMM_VCPUS_STOPPED];
    for flow in flows::ALL.iter().filter(|flow| flow.side == Side::Source) {
        for model in Model::ALL
            .into_iter()
            .filter(|model| Vmm::qualifies(flow, *model))
        {
            let mut vmm = Vmm::new(&[model], 1);
            vmm.run(flow)
                .unwrap_or_else(|failure| panic!("{}: {failure}", flow.name));
            let mut stopped = false;
            for line in vmm.log.to_string().lines() {
                if !line.starts_with(' ') {
                    stopped = line.contains("vCPUs stopped");
                }
                assert!(
                    !stopped || !line.contains("guest:"),
                    "{}: {line}",
                    flow.name
                );
            }
        }
    }
}

#[test]
fn nothing_reaches_a_device_that_may_assume_quiet() {
    covers![
        V1_SYSTEM_P2P_IS_MMIO,
        V1_SYSTEM_QUIET_STRICT,
        V1_DOMAINS_P2P_OFF
    ];
    let mut seen = 0;
    for flow in flows::ALL
        .iter()
        .filter(|flow| flow.devices == Devices::Many)
    {
        let mut vmm = Vmm::with_transfer(&Model::ALL, 2, after_save(&Model::ALL).transfer);
        vmm.run(flow)
            .unwrap_or_else(|failure| panic!("{}: {failure}", flow.name));
        let p2p = flow.needs.contains(&"ndma");
        assert_eq!(vmm.p2p, p2p);
        for states in history(&vmm) {
            for to in 0..states.len() {
                for from in
                    (0..states.len()).filter(|from| *from != to && vmm.maps(vmm.domain(*from), to))
                {
                    let quiet = states[from].dma_quiet() || !states[to].may_assume_quiet_mmio();
                    assert!(quiet, "{}: {states:?}: {from} can touch {to}", flow.name);
                    seen += 1;
                }
            }
        }
        // What strictly needs quiet is in no domain, whatever its state.
        for (slot, _) in vmm
            .slots
            .iter()
            .enumerate()
            .filter(|(_, slot)| slot.region.driver().describe().quiet_mmio)
        {
            assert!(
                vmm.domains()
                    .into_iter()
                    .all(|domain| !vmm.maps(domain, slot)),
                "{}",
                flow.name
            );
        }
    }
    assert!(seen > 50, "only {seen} pairs");
    // A flow that quiets nobody, with P2P between devices, is refused by the runner.
    let steps = &flows::SAVE_STOP_COPY.steps[4..];
    let mut careless = Vmm::new(&[Model::Direct, Model::Buffering], 1);
    let failure = careless
        .run(&Flow {
            steps,
            needs: &["ndma"],
            ..flows::SAVE_STOP_COPY
        })
        .expect_err("P2P into A");
    assert_eq!(failure.text, "B can touch A, which goes to SAVING");
}

/// A machine that was saved.
fn after_save(models: &[Model]) -> Vmm {
    let mut vmm = Vmm::new(models, 1);
    vmm.run(&flows::SAVE).expect("a save");
    vmm
}

#[test]
fn grace_states_have_their_vcpus() {
    covers![V1_SEVERAL_P2P_GRACE_VCPUS, V1_SEVERAL_VIOMMU_GRACE_VCPUS];
    let mut seen = [0; 2];
    for flow in flows::ALL {
        for (state, step) in states(flow) {
            let Some(barrier) = step.barrier.filter(|_| state.contains(DeviceState::NDMA)) else {
                continue;
            };
            let kinds = ["P2P grace", "vIOMMU grace"];
            let kind = kinds
                .iter()
                .position(|kind| *kind == barrier)
                .expect("a grace state");
            assert_eq!(
                step.vcpu_running,
                kind == 1,
                "{}, step {}",
                flow.name,
                step.number
            );
            seen[kind] += 1;
        }
    }
    assert!(seen[0] > 3 && seen[1] > 0, "{seen:?}");
}

#[test]
fn page_requests_are_done_before_the_end() {
    covers![V1_SYSTEM_PAGE_REQUESTS_DONE, V1_SYSTEM_PAGE_REQUESTS_NDMA];
    let mut settled = 0;
    for flow in flows::ALL.iter().filter(|flow| {
        flow.steps
            .iter()
            .any(|s| s.work.contains(&Work::SettlePageRequests))
    }) {
        let mut vmm = Vmm::new(&[Model::Buffering], 1);
        vmm.run(flow)
            .unwrap_or_else(|failure| panic!("{}: {failure}", flow.name));
        assert_eq!(
            vmm.slots[0].function().device().page_request(),
            None,
            "{}",
            flow.name
        );
        settled += usize::from(vmm.log.to_string().contains("page requests: 1"));
        // A device beside it that cannot be quieted is not set up for any.
        let mut mixed = Vmm::new(&[Model::Buffering, Model::Quiet], 1);
        mixed
            .run(flow)
            .unwrap_or_else(|failure| panic!("{}: {failure}", flow.name));
        let asks = |slot: &mut Slot| slot.function().device().page_requests_permitted();
        let asks: Vec<bool> = mixed.slots.iter_mut().map(asks).collect();
        assert_eq!(asks, [true, false]);
        assert_eq!(mixed.page_requests().lost, 0, "{}", flow.name);
    }
    assert!(settled > 0, "no flow had a page request to settle");
}

#[test]
fn interrupts_are_the_hosts_to_restore() {
    covers![V1_VMM_CONFIG];
    let source = after_save(&[Model::Direct]);
    let mut vmm = Vmm::with_transfer(&[Model::Direct], 2, source.transfer);
    assert!(!vmm.slots[0].function().device().interrupts_permitted());
    vmm.run(&flows::RESUME).expect("a resume");
    assert!(vmm.slots[0].function().device().interrupts_permitted());
    assert!(vmm.slots[0].port.traffic().interrupts > 0);
}
