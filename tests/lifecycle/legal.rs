//! What the reference VMM does is held against the book as traces of any other VMM are.

use std::sync::LazyLock;

use spec_model::model::Book;
use vfio_migration::driver::Model;
use vfio_migration::vmm::{Edition, Go, PeerUse, V1, V2, VirtualMachine};
use vfio_migration::{covers, v1, v2};

use crate::machine::{on, some_mixes, source, steps};

static BOOK: LazyLock<Book> =
    LazyLock::new(|| spec_model::load("book/SUMMARY.md".as_ref()).expect("the book is sound"));

/// A log, line by line, as a trace. `arc` tells the ends of an arc by its callback.
struct Tracer<'a> {
    text: String,
    states: Vec<(String, String)>,
    offsets: Vec<(String, String)>,
    vcpus: Option<bool>,
    arc: &'a dyn Fn(&str) -> Option<(String, String)>,
}

impl Tracer<'_> {
    fn log(&mut self, log: &str) {
        for line in log.lines() {
            if let Some((_, rest)) = line.split_once(", vCPUs ") {
                self.vcpus_at(rest.starts_with("run"), false);
                continue;
            }
            if line == "goes back" {
                self.vcpus_at(false, false);
            }
            let line = line.trim_start();
            let Some((label, rest)) = line.split_once(' ').filter(|(label, _)| label.len() == 1)
            else {
                // The guest uses its devices: the vCPUs run by now.
                self.vcpus_at(line.starts_with("guest: asks"), true);
                continue;
            };
            let (access, calls) = rest.split_once(" : ").unwrap_or((rest, ""));
            self.access(label, access.trim(), calls);
        }
    }

    /// Before the devices of a step, the vCPUs stop; after them, they start.
    fn vcpus_at(&mut self, run: bool, after: bool) {
        if run == after && self.vcpus != Some(run) {
            let word = if run { "run" } else { "stopped" };
            self.text += &format!("vmm VCPU_RUNNING {word}\n");
            self.vcpus = Some(run);
        }
    }

    fn state(&mut self, label: &str) -> &mut String {
        let known = self.states.iter().position(|(it, _)| it == label);
        &mut self.states[known.expect("a device of the header")].1
    }

    fn access(&mut self, label: &str, access: &str, calls: &str) {
        let (access, error) = access
            .split_once(" ! ")
            .map_or((access, None), |(a, e)| (a, Some(e)));
        let words: Vec<&str> = access
            .split([' ', ','])
            .filter(|word| !word.is_empty())
            .collect();
        let temporary_end = error == Some("no_data_now");
        assert!(
            error.is_none() || temporary_end,
            "nothing here fails: {access}"
        );
        let line = match words[..] {
            ["reset", ..] => {
                *self.state(label) = "RUNNING".to_owned();
                format!("{label} reset\n")
            }
            ["set", state, ..] => {
                *self.state(label) = state.to_owned();
                let arcs = calls.split(' ').filter_map(|call| (self.arc)(call));
                let arcs = arcs.map(|(from, to)| format!("{label} arc {from} {to}\n"));
                format!("{label} set {state}\n{}", arcs.collect::<String>())
            }
            ["write", "device_state", new] => {
                let old = std::mem::replace(self.state(label), new.to_owned());
                format!("{label} write device_state {old} {new}\n")
            }
            ["read", "data_offset", at] => {
                self.offsets.retain(|(it, _)| it != label);
                self.offsets.push((label.to_owned(), at.to_owned()));
                format!("{label} {access}\n")
            }
            [verb @ ("read" | "write"), "data", length, ..] if !self.offsets.is_empty() => {
                let at = self
                    .offsets
                    .iter()
                    .find(|(it, _)| it == label)
                    .expect("an offset");
                format!("{label} {verb} data {} {length}\n", at.1)
            }
            ["read", "data", length, ..] => {
                let end = if temporary_end { "ENOMSG" } else { "0" };
                let bytes = format!("{label} read {length} {length}\n");
                let bytes = if length == "0" { String::new() } else { bytes };
                let whole = temporary_end || self.state(label).as_str() == "STOP_COPY";
                match whole {
                    true => format!("{bytes}{label} read 1 {end}\n"),
                    false => bytes,
                }
            }
            ["write", "data", length, ..] => format!("{label} write {length}\n"),
            ["precopy_info" | "data_size", ..] => return,
            _ => format!("{label} {access}\n"),
        };
        self.text += &line;
    }
}

/// Holds a machine's whole life against the book.
fn assert_legal<E: Edition>(
    vm: &VirtualMachine<E>,
    header: &str,
    arc: &dyn Fn(&str) -> Option<(String, String)>,
) {
    use vfio_migration::vmm::Attached;
    let book = &*BOOK;
    let states = vm
        .slots
        .iter()
        .map(|it| (it.label().to_owned(), "RUNNING".to_owned()));
    let mut tracer = Tracer {
        text: header.to_owned(),
        states: states.collect(),
        offsets: Vec::new(),
        vcpus: None,
        arc,
    };
    tracer.log(&vm.log.to_string());
    let mut sources = book.sources.clone();
    let file = sources.add("reference.trace", tracer.text.as_str());
    let report = spec_trace::check_file(book, &sources, file);
    let drawn = report.render(book, &sources);
    assert!(
        report.is_as_listed(),
        "{drawn}\n{}\n{}",
        tracer.text,
        vm.log
    );
    assert!(tracer.text.lines().count() > 10);
}

/// The header of a trace: each device with what it has, and who can reach whom.
fn header<E: Edition>(edition: &str, vm: &VirtualMachine<E>, capabilities: &[String]) -> String {
    use vfio_migration::vmm::Attached;
    let labels: Vec<&str> = vm.slots.iter().map(Attached::label).collect();
    let each = |text: &dyn Fn(usize) -> String| {
        let each = (0..labels.len()).map(|n| format!("{} {}", labels[n], text(n)));
        each.collect::<Vec<_>>().join(", ")
    };
    let peers = (0..labels.len())
        .filter(|n| (0..labels.len()).any(|to| to != *n && E::reaches(vm, *n, to)));
    let peers: Vec<&str> = peers.map(|n| labels[n]).collect();
    let peers = if peers.is_empty() {
        "none".to_owned()
    } else {
        peers.join(" ")
    };
    format!(
        "# vmm: reference\n# edition: {edition}\n# devices: {}\n# capabilities: {}\n# initial: {}\n# p2p: {peers}\n",
        labels.join(" "),
        each(&|n| capabilities[n].clone()),
        each(&|_| "RUNNING".to_owned()),
    )
}

fn live<E: Edition>(check: &dyn Fn(&VirtualMachine<E>)) {
    for mix in some_mixes() {
        for at in steps::<E>(&mix) {
            let mut vm = source::<E>(&mix, PeerUse::Nothing);
            vm.stop_and_continue(&mut on).expect("a flow");
            vm.save(&mut |_, step| if step.number == at { Go::Back } else { Go::On })
                .expect("a flow");
            vm.save(&mut on).expect("a flow");
            check(&vm);
            let mut there = vm.destination(2);
            there.resume(&mut on).expect("a flow");
            check(&there);
        }
    }
}

#[test]
fn the_reference_vmm_keeps_to_the_book_v1() {
    covers![
        V1_SEVERAL_QUIET_FIRST,
        V1_SEVERAL_RUNNING_FIRST,
        V1_VMM_VCPUS_RUN,
        V1_RESUME_RESET_FIRST,
        V1_WINDOW_COMMITTED
    ];
    live::<V1>(&|vm| {
        use v1::Driver;
        let ndma = |slot: &vfio_migration::vmm::v1::Slot| slot.region.driver().describe().ndma;
        let capabilities = vm
            .slots
            .iter()
            .map(|it| if ndma(it) { "NDMA" } else { "none" });
        let capabilities: Vec<String> = capabilities.map(str::to_owned).collect();
        assert_legal(vm, &header("v1", vm, &capabilities), &|_| None);
    });
}

#[test]
fn the_reference_vmm_keeps_to_the_book_v2() {
    covers![
        V2_SEVERAL_QUIET_FIRST,
        V2_SEVERAL_RUNNING_FIRST,
        V2_VMM_VCPUS,
        V2_REQUEST_PATH
    ];
    let book = &*BOOK;
    let edition = book.edition("v2").expect("v2");
    let fsm = edition.fsm.as_ref().expect("states");
    let arc = |callback: &str| {
        let arc = fsm.arcs.iter().find(|arc| arc.callback.value == callback)?;
        let name = |state: u32| fsm.state(state).map(|it| it.name.value.clone());
        Some((name(arc.from.value)?, name(arc.to.value)?))
    };
    live::<V2>(&|vm| {
        let names = |has: v2::Capabilities| {
            let rows = edition
                .capabilities
                .iter()
                .map(|row| row.name.value.as_str());
            let rows = rows
                .filter(|name| v2::Capabilities::named(name).is_some_and(|it| has.contains(it)));
            rows.map(str::to_uppercase).collect::<Vec<_>>().join("|")
        };
        let capabilities = vm
            .slots
            .iter()
            .map(|slot| names(slot.device.capabilities()));
        let capabilities: Vec<String> = capabilities.collect();
        assert_legal(vm, &header("v2", vm, &capabilities), &arc);
    });
}

/// The tests above can fail: flows for one device, taken by two, break the rules for several.
#[test]
fn a_vmm_without_barriers_does_not() {
    let mut vm = source::<V2>(&[Model::Buffering, Model::Buffering], PeerUse::Nothing);
    vm.run(&v2::flows::STOP_CONT)
        .expect("a flow for one device");
    let all = "STOP_COPY|P2P|PRE_COPY".to_owned();
    let header = header("v2", &vm, &[all.clone(), all]);
    let text = format!(
        "{header}vmm VCPU_RUNNING run\nvmm VCPU_RUNNING stopped\nA set STOP\nA arc RUNNING RUNNING_P2P\nA arc RUNNING_P2P STOP\n"
    );
    let book = &*BOOK;
    let mut sources = book.sources.clone();
    let file = sources.add("reference.trace", text);
    let report = spec_trace::check_file(book, &sources, file);
    assert_eq!(report.violations.len(), 1);
    assert_eq!(report.violations[0].rule_name(), "v2.several.quiet-first");
}
