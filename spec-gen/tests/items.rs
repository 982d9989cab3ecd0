//! Which items implement which rule.

use std::path::Path;

use spec_gen::items;

#[test]
fn every_rule_above_a_table_of_code_has_its_items() {
    let summary = Path::new(env!("CARGO_MANIFEST_DIR")).join("../book/SUMMARY.md");
    let book = spec_model::load(&summary).expect("the book");
    let items = items(&book);
    let of = |rule: &str| -> Vec<&str> {
        let items = items.iter().filter(|item| item.rule == rule);
        items.map(|item| item.path.as_str()).collect()
    };
    assert_eq!(of("v2.request.path"), ["v2::next", "v2::path"]);
    assert_eq!(of("v2.save.reference"), ["v2::flows::SAVE"]);
    assert_eq!(
        of("v1.state.bits")[..2],
        ["v1::DeviceState", "v1::DeviceState::RUNNING"]
    );
    assert!(of("v2.arcs.table").contains(&"v2::Driver::stop_to_resuming"));
    assert!(of("v1.region.registers").contains(&"v1::vfio_device_migration_info::data_size"));
    assert!(of("errno.values").contains(&"errno::ENOMSG"));
    // Nothing but the ids themselves is made from prose.
    assert_eq!(of("v1.state.sync"), [""; 0]);
}

/// What the pretty text says in its doc comments is what was found.
#[test]
fn no_item_is_missed() {
    let summary = Path::new(env!("CARGO_MANIFEST_DIR")).join("../book/SUMMARY.md");
    let book = spec_model::load(&summary).expect("the book");
    let text = spec_gen::pretty::rust(&book);
    assert_eq!(text.matches("Rule [`").count(), items(&book).len());
}
