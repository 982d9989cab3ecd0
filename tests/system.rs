//! The system around the device, tried out: what the book claims of it holds, and each protection that
//! it demands is needed.

use spec_model::model::{Book, Edition};
use spec_system::{Options, Report, verify};
use vfio_migration::covers;

fn book() -> Book {
    let summary = concat!(env!("CARGO_MANIFEST_DIR"), "/book/SUMMARY.md");
    spec_model::load(summary.as_ref())
        .unwrap_or_else(|rejected| panic!("{:?}", rejected.diagnostics))
}

/// The names of a report's invariants, all of which hold.
fn invariants(report: &Report) -> Vec<&str> {
    let verdicts = report.editions.iter().flat_map(|edition| &edition.verdicts);
    let name = |verdict: &'_ spec_system::Verdict| {
        if let Some(found) = &verdict.counterexample {
            panic!("{} does not hold:\n{found}", verdict.invariant);
        }
    };
    verdicts.clone().for_each(name);
    verdicts.map(|verdict| verdict.invariant.as_str()).collect()
}

fn holds(invariant: &str) {
    let book = book();
    let options = Options {
        invariant: Some(invariant),
        variants: Some(&[]),
        ..Options::default()
    };
    let report = verify(&book, &options, &|_| {});
    assert!(
        invariants(&report).contains(&invariant),
        "no invariant {invariant}"
    );
}

/// What goes wrong where this is broken on purpose.
fn breaks(edition: &str, variant: &str, invariant: &str) {
    let book = book();
    let edition: &Edition = book.edition(edition).expect("an edition");
    let row = edition.system.variant(variant).expect("a variant");
    assert_eq!(row.breaks.value, invariant);
    let found = spec_system::counterexample(edition, row).expect("a counterexample");
    assert_eq!(found.invariant, invariant);
}

#[test]
fn every_invariant_holds_on_every_machine_of_two_devices() {
    covers![V1_MODEL_INVARIANTS, V2_MODEL_INVARIANTS];
    let book = book();
    let options = Options {
        variants: Some(&[]),
        ..Options::default()
    };
    assert!(!invariants(&verify(&book, &options, &|_| {})).is_empty());
}

#[test]
fn every_broken_protection_is_found_out() {
    covers![V1_MODEL_VARIANTS, V2_MODEL_VARIANTS];
    for shown in spec_system::counterexamples(&book()) {
        assert!(
            shown.counterexample.is_some(),
            "{} does not break {}",
            shown.variant,
            shown.invariant
        );
    }
}

#[test]
fn a_guest_reaches_nothing_but_itself() {
    covers![V1_SYSTEM_GUEST_CONTAINED];
    holds("guest_is_confined");
    breaks("v1", "iommu_maps_all", "guest_is_confined");
}

#[test]
fn mmio_is_quiet_where_a_device_may_assume_it() {
    covers![
        V1_SYSTEM_P2P_IS_MMIO,
        V1_SYSTEM_QUIET_VCPUS,
        V1_SYSTEM_QUIET_STRICT
    ];
    holds("mmio_is_quiet");
    holds("strict_mmio_is_quiet");
    breaks("v1", "ndma_less_in_p2p", "mmio_is_quiet");
    breaks("v1", "vcpus_never_stop", "mmio_is_quiet");
}

#[test]
fn page_requests_are_settled_and_stay_so() {
    covers![
        V1_SYSTEM_PAGE_REQUESTS_DONE,
        V1_SYSTEM_PAGE_REQUESTS_NDMA,
        V1_SYSTEM_PAGES_STAY_SETTLED,
        V1_SEVERAL_VIOMMU_GRACE_VCPUS
    ];
    holds("pages_are_settled");
    breaks("v1", "viommu_not_idle", "pages_are_settled");
    breaks("v1", "pages_without_ndma", "pages_are_settled");
    breaks("v1", "plugged_in_grace", "pages_are_settled");
    breaks("v1", "reset_in_grace", "pages_are_settled");
}

#[test]
fn nobody_settles_page_requests_in_v2() {
    covers![V2_SEVERAL_NO_PAGES];
    breaks("v2", "viommu_allowed", "pages_are_settled");
}

#[test]
fn p2p_states_are_barriers() {
    covers![
        V2_SEVERAL_QUIET_FIRST,
        V2_SEVERAL_RUNNING_FIRST,
        V2_SEVERAL_FOLD,
        V2_SEVERAL_NOT_ALONE,
        V2_SEVERAL_FAILURE
    ];
    holds("p2p_is_a_barrier");
    breaks("v2", "no_barriers", "p2p_is_a_barrier");
    breaks("v2", "waits_stopped", "p2p_is_a_barrier");
    breaks("v2", "straight_to_stop", "p2p_is_a_barrier");
    breaks("v2", "p2p_less_in_p2p", "mmio_is_quiet");
}

#[test]
fn vcpus_are_still_while_p2p_is_quiet() {
    covers![V2_VMM_VCPUS];
    holds("cpu_is_quiet");
    breaks("v2", "vcpus_never_stop", "cpu_is_quiet");
}

#[test]
fn a_grace_state_is_a_barrier() {
    covers![
        V1_SEVERAL_BARRIER,
        V1_SEVERAL_QUIET_FIRST,
        V1_SEVERAL_RUNNING_FIRST,
        V1_SEVERAL_FOLD
    ];
    holds("grace_is_a_barrier");
    breaks("v1", "no_barriers", "grace_is_a_barrier");
    breaks("v1", "straight_to_stop", "grace_is_a_barrier");
    breaks("v1", "stays_in_the_grace_state", "mmio_is_quiet");
}

#[test]
fn software_ndma_needs_hidden_mmio() {
    covers![
        V1_SYSTEM_SOFTWARE_HIDDEN,
        V1_DOMAINS_HIDDEN,
        V1_DOMAINS_CHOICE
    ];
    holds("quiet_is_quiet");
    breaks("v1", "ndma_decides", "quiet_is_quiet");
}

#[test]
fn the_log_is_read_last_when_all_are_still() {
    covers![V1_SEVERAL_MIXED_LOG, V1_VMM_DIRTY_LAST, V2_VMM_DIRTY_LAST];
    holds("nothing_is_lost");
    breaks("v1", "log_read_in_grace", "nothing_is_lost");
    breaks("v2", "log_read_while_quiet", "nothing_is_lost");
}

#[test]
fn what_was_received_is_loaded_before_anything_is_saved() {
    covers![V1_MULTI_NO_RESUME_TO_SAVE];
    holds("stream_is_kept");
    breaks("v1", "sent_on_in_one_write", "stream_is_kept");
}

/// The whole book again, with an edit.
fn with(chapter: &str, old: &str, new: &str) -> Book {
    let files = book();
    let files = files.sources.files().map(|(_, file)| {
        let (path, text) = (file.path.display().to_string(), file.text.clone());
        if path.ends_with(chapter) {
            assert!(text.contains(old), "{chapter} has no `{old}`");
            return (path, text.replacen(old, new, 1));
        }
        (path, text)
    });
    spec_model::read(files.collect())
        .unwrap_or_else(|rejected| panic!("{:?}", rejected.diagnostics))
}

#[test]
fn p2p_may_be_switched_off_for_all() {
    covers![V1_DOMAINS_P2P_OFF, V1_DOMAINS_ON_DEMAND];
    let off = with(
        "v1/discovery.md",
        "| `keep_out_of_p2p` | `!ndma \\|\\| quiet_mmio` |",
        "| `keep_out_of_p2p` | `true` |",
    );
    let off = verify(
        &off,
        &Options {
            edition: Some("v1"),
            variants: Some(&[]),
            ..Options::default()
        },
        &|_| {},
    );
    assert!(!invariants(&off).is_empty());
}

#[test]
fn whoever_fails_the_machine_goes_on() {
    covers![V1_SEVERAL_FAILURE, V1_ERRORS_RECOVER];
    holds("machine_goes_on");
    holds("migration_ends");
}
