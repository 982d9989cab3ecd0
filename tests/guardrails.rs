//! Traces of released user space: the book allows what they do; a change of it that would break a VMM is
//! found, and names the VMM.

use std::collections::BTreeSet;
use std::path::Path;

use spec_model::expr::{Expr, NameRef};
use spec_model::model::{Book, Edition, Party, Refusal};
use spec_model::source::Span;
use spec_trace::Verdict;
use vfio_migration::covers;

fn load() -> Book {
    let summary = Path::new(env!("CARGO_MANIFEST_DIR")).join("book/SUMMARY.md");
    spec_model::load(&summary).expect("the book is sound")
}

/// The book after an edit of one chapter: what is replaced must be there once.
fn edited(chapter: &str, edits: &[(&str, &str)]) -> Book {
    let book = load();
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("book");
    let files = book.sources.files().map(|(_, file)| {
        let path = file.path.strip_prefix(&root).expect("a file of the book");
        let mut text = file.text.clone();
        if path == Path::new(chapter) {
            for (old, new) in edits {
                assert_eq!(text.matches(old).count(), 1, "`{old}` in {chapter}");
                text = text.replace(old, new);
            }
        }
        (path.to_string_lossy().replace('\\', "/"), text)
    });
    spec_model::read(files.collect()).unwrap_or_else(|rejected| {
        let drawn = rejected.diagnostics.iter();
        let drawn: Vec<String> = drawn.map(|it| it.render(&rejected.sources)).collect();
        panic!("{}", drawn.join("\n"))
    })
}

/// The VMMs that a book would break, with the rules that they would come to break.
fn broken(book: &Book) -> BTreeSet<(String, String)> {
    let reports = spec_trace::check(book);
    let broken = reports.iter().flat_map(|report| {
        assert!(
            report.problems.is_empty(),
            "{}",
            report.render(book, &book.sources)
        );
        let rules = report.unexcused().map(|it| it.rule_name().to_owned());
        rules.map(|rule| (report.vmm.clone(), rule))
    });
    broken.collect()
}

fn pairs(expected: &[(&str, &str)]) -> BTreeSet<(String, String)> {
    let owned = |(vmm, rule): &(&str, &str)| ((*vmm).to_owned(), (*rule).to_owned());
    expected.iter().map(owned).collect()
}

/// This is the test that a change of the contract fails: its message begins with the VMM.
#[test]
fn every_guardrail_is_as_the_book_lists_it() {
    covers![V1_RELEASED_TRACES, V2_RELEASED_TRACES];
    let book = load();
    let reports = spec_trace::check(&book);
    assert_eq!(reports.len(), book.traces.len());
    let complaints: Vec<String> = reports
        .iter()
        .filter(|report| !report.is_as_listed())
        .map(|report| {
            let drawn = report.render(&book, &book.sources);
            format!("{} would break ({}):\n{drawn}", report.vmm, report.path)
        })
        .collect();
    assert!(complaints.is_empty(), "{}", complaints.join("\n"));
}

#[test]
fn released_vmms_keep_to_the_rules_with_one_device() {
    covers![V1_RELEASED_FOR_EVER, V2_RELEASED_FOR_EVER];
    for report in spec_trace::check(&load()) {
        let by_vmm = report.violations.iter().any(|it| it.by == Party::Vmm);
        assert_eq!(by_vmm, report.scenario.ends_with("-two"), "{}", report.path);
        if !report.vmm.starts_with("QEMU 1") {
            assert_eq!(
                report.verdict() == Verdict::Illegal,
                by_vmm,
                "{}",
                report.path
            );
        }
    }
}

/// The book after a change of one edition's model, as though its flows had been changed with it.
fn changed(edition: &str, change: impl FnOnce(&mut Edition)) -> Book {
    let mut book = load();
    let mut editions = book.editions.iter_mut();
    change(
        editions
            .find(|it| it.name.value == edition)
            .expect("an edition"),
    );
    book
}

/// `A && !B`
fn all(names: &[&str], span: Span) -> Expr {
    let literal = |name: &&str| {
        let plain = name.trim_start_matches('!').to_owned();
        let expr = Expr::Name(NameRef { name: plain, span });
        match name.starts_with('!') {
            true => Expr::Not(Box::new(expr)),
            false => expr,
        }
    };
    let all = names.iter().map(literal);
    all.reduce(|a, b| Expr::And(Box::new(a), Box::new(b)))
        .unwrap_or(Expr::Const(true))
}

/// One more row of a `refused` table, with the error of its last row.
fn refuse(refusals: &mut Vec<Refusal>, names: &[&str]) {
    let mut row = refusals.last().expect("a row").clone();
    row.when.value = all(names, row.when.span);
    refusals.push(row);
}

#[test]
fn a_refused_write_names_the_vmms_that_write_it() {
    let v1 = |names: &[&str]| {
        let book = changed("v1", |v1| {
            refuse(&mut v1.bits.as_mut().expect("bits").refusals, names)
        });
        broken(&book)
    };
    // Two bits in one write, which a text that demands single steps would refuse.
    let vmm = |vmm| pairs(&[(vmm, "v1.state.refused")]);
    assert_eq!(v1(&["RESUMING", "!was_resumes"]), vmm("QEMU 5.2 to 7.2"));
    assert_eq!(v1(&["was_resumes", "RUNNING"]), vmm("QEMU 5.2 to 7.2"));
    assert_eq!(v1(&["NDMA"]), pairs(&[]), "nobody knows it");
    // The initial state is valid and saves nothing, so `SAVING` alone comes from it or from pre-copy.
    let all = ["QEMU 5.2 to 6.0", "QEMU 5.2 to 7.2", "QEMU 6.1 to 7.2"];
    let all = all.map(|vmm| (vmm, "v1.state.refused"));
    assert_eq!(v1(&["SAVING", "!RUNNING"]), pairs(&all));
    // A write of the state that the device is in, in the middle of a stream.
    assert_eq!(v1(&["SAVING", "!RUNNING", "was_saves"]), pairs(&all));
}

#[test]
fn a_refused_request_names_the_vmms_that_make_it() {
    let v2 = |names: &[&str]| {
        let book = changed("v2", |v2| {
            refuse(&mut v2.fsm.as_mut().expect("states").refusals, names)
        });
        broken(&book)
    };
    let refused = |vmms: &[&'static str]| {
        let rows: Vec<_> = vmms
            .iter()
            .map(|vmm| (*vmm, "v2.request.refused"))
            .collect();
        pairs(&rows)
    };
    // The verdict of a load has to be learned first.
    assert_eq!(
        v2(&["was_RESUMING", "RUNNING"]),
        refused(&["Cloud Hypervisor 53"])
    );
    let both = ["QEMU 10.0.13", "QEMU 11.1.3"];
    assert_eq!(v2(&["was_RESUMING", "quiesced"]), refused(&both));
    // A session has to be ended first: only the one that was cancelled goes on from there.
    assert_eq!(
        v2(&["was_STOP_COPY", "quiesced"]),
        refused(&["QEMU 10.0.13"])
    );
    assert_eq!(v2(&["was_STOP_COPY", "PRE_COPY"]), pairs(&[]));
}

#[test]
fn a_dropped_arc_names_the_vmms_that_take_it() {
    let without = |callback: &str| {
        let book = changed("v2", |v2| {
            let arcs = &mut v2.fsm.as_mut().expect("states").arcs;
            arcs.retain(|arc| arc.callback.value != callback);
        });
        let broken = broken(&book);
        // The arc that is taken has no row, or the request has no path.
        let rules = ["v2.arcs.table", "v2.request.path"];
        assert!(
            broken
                .iter()
                .all(|(_, rule)| rules.contains(&rule.as_str())),
            "{broken:?}"
        );
        broken
            .into_iter()
            .map(|(vmm, _)| vmm)
            .collect::<BTreeSet<_>>()
    };
    let qemu = ["QEMU 10.0.13", "QEMU 11.1.3"].map(str::to_owned);
    assert_eq!(without("pre_copy_p2p_to_stop_copy"), qemu.clone().into());
    assert_eq!(without("running_to_pre_copy"), qemu.into());
    // What a device without P2P needs.
    assert_eq!(
        without("running_to_stop"),
        ["Cloud Hypervisor 53".to_owned()].into()
    );
}

#[test]
fn a_changed_path_rule_names_the_vmms_whose_paths_change() {
    let inside = |names: &[&str]| {
        let book = changed("v2", |v2| {
            let rule = &mut v2.fsm.as_mut().expect("states").paths[0];
            rule.inside.value = all(names, rule.inside.span);
            rule.only_where.value = Expr::Const(false);
        });
        broken(&book)
            .into_iter()
            .map(|(vmm, _)| vmm)
            .collect::<BTreeSet<_>>()
    };
    // The header's rule to the letter: QEMU requests the state in between, so nobody notices.
    assert_eq!(inside(&["saving"]), [].into());
    // No stop on the way: nobody could leave stop-copy or a load in one request.
    let vmms = ["Cloud Hypervisor 53", "QEMU 10.0.13", "QEMU 11.1.3"];
    assert_eq!(inside(&["STOP"]), vmms.map(str::to_owned).into());
}

#[test]
fn a_stricter_rule_for_several_devices_names_the_vmms() {
    covers![V2_SEVERAL_QUIET_FIRST, V2_SEVERAL_RUNNING_FIRST];
    // Every device loaded before any leaves `RESUMING`: the reference flow as a demand.
    let book = edited(
        "v2/released.md",
        &[(
            "| `by_itself` | `v2.state.spontaneous` |",
            "| `was_STOP && running && other_RESUMING` | `v2.resume.reference` | VMM | runs while another loads |\n\
             | `by_itself` | `v2.state.spontaneous` |",
        )],
    );
    assert_eq!(
        broken(&book),
        pairs(&[
            ("Cloud Hypervisor 53", "v2.resume.reference"),
            ("QEMU 10.0.13", "v2.resume.reference"),
            ("QEMU 11.1.3", "v2.resume.reference"),
        ])
    );
}

#[test]
fn a_changed_window_names_the_vmms_that_read_it() {
    // The size of a segment could be asked in pre-copy only.
    let book = edited(
        "v1/window.md",
        &[(
            "| `read data_size` | `saves` | `committed` | `committed` | `segment_size` |",
            "| `read data_size` | `saves && RUNNING` | `committed` | `committed` | `segment_size` |",
        )],
    );
    let vmms: BTreeSet<String> = broken(&book).into_iter().map(|(vmm, _)| vmm).collect();
    let expected = ["QEMU 5.2 to 6.0", "QEMU 5.2 to 7.2", "QEMU 6.1 to 7.2"];
    assert_eq!(vmms, expected.map(str::to_owned).into());
}

#[test]
fn a_row_that_promises_too_much_is_found() {
    let book = edited(
        "v2/released.md",
        &[(
            "| [stopcont](../traces/qemu-11.1.3-stopcont.trace) | QEMU | 11.1.3 | stopcont | recorded |  |  |",
            "| [stopcont](../traces/qemu-11.1.3-stopcont.trace) | QEMU | 11.1.2 | stop | recorded | `v2.vmm.vcpus` | so |",
        )],
    );
    let reports = spec_trace::check(&book);
    let off: Vec<_> = reports.iter().filter(|it| !it.is_as_listed()).collect();
    assert_eq!(off.len(), 1);
    let codes: Vec<&str> = off[0].contradictions.iter().map(|it| it.code.0).collect();
    assert_eq!(codes, ["other-header", "other-header", "unbroken-rule"]);
}
