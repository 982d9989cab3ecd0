//! The claim about several bits in one write, over every pair of valid states of the real book.
//!
//! A changed line says that a write does something else than before, or compares otherwise.

use std::path::Path;

use spec_model::analysis::{OrderReport, Pair, Verdict, order_report, state_name};
use spec_model::model::{ActionTable, BitField, Book};

fn book() -> Book {
    let summary = Path::new(env!("CARGO_MANIFEST_DIR")).join("../book/SUMMARY.md");
    spec_model::load(&summary).expect("the book is sound")
}

fn field(book: &Book) -> &BitField {
    let v1 = book.edition("v1").expect("the book has v1");
    v1.bits.as_ref().expect("v1 has state bits")
}

#[test]
fn every_order_over_every_pair() {
    let book = book();
    let field = field(&book);
    for order in &field.actions {
        let report = order_report(field, order);
        assert_eq!(report.pairs.len(), 100);
        let rows = report.pairs.iter().map(|pair| row(field, pair));
        let table: Vec<String> = rows.collect();
        let counts = format!("{:?}", report.summary());
        insta::assert_snapshot!(
            order.name.value.clone(),
            format!("{counts}\n{}", table.join("\n"))
        );
    }
}

/// `RESUMING -> SAVING: SAVING|!RUNNING, !RESUMING; not the same: …; capture loses data`
fn row(field: &BitField, pair: &Pair<'_>) -> String {
    let name = |state: u32| state_name(field, state);
    let actions: Vec<_> = pair
        .actions
        .iter()
        .map(|action| action.spelling.as_str())
        .collect();
    let mut row = format!(
        "{} -> {}: {}",
        name(pair.old),
        name(pair.new),
        actions.join(", ")
    );
    let path = |path: &[u32]| {
        let between: Vec<_> = path[1..path.len() - 1]
            .iter()
            .map(|&state| name(state))
            .collect();
        between.join(", ")
    };
    match &pair.verdict {
        _ if pair.bits_changed() < 2 => {}
        Verdict::Equal { path: steps } => row += &format!("; the same through {}", path(steps)),
        Verdict::Different { nearest, why } => {
            let nearest = nearest.as_deref().map_or("nothing".to_owned(), path);
            row += &format!("; nearest through {nearest}: {}", why.phrase(field));
        }
    }
    if let Some(loss) = &pair.loss {
        row += &format!("; {} loses data", loss.by.name.value);
    }
    row
}

/// What the chapter says of the three orders, by name: computed here with bit masks, without the model.
#[test]
fn the_orders_lose_data_where_the_chapter_says() {
    const RUNNING: u32 = 1;
    const SAVING: u32 = 2;
    const RESUMING: u32 = 4;
    let book = book();
    let field = field(&book);
    let lossy = |name: &str| -> Vec<(u32, u32)> {
        let order = order(field, name);
        let OrderReport { pairs, .. } = order_report(field, order);
        pairs
            .iter()
            .filter(|pair| pair.loss.is_some())
            .map(|pair| (pair.old, pair.new))
            .collect()
    };
    let resume_to = |wanted: &dyn Fn(u32) -> bool| -> Vec<(u32, u32)> {
        let resuming = [RESUMING, RESUMING | 8];
        let saving = [SAVING, SAVING | RUNNING, SAVING | 8, SAVING | RUNNING | 8];
        let pairs = resuming
            .into_iter()
            .flat_map(|old| saving.map(|new| (old, new)));
        pairs.filter(|&(_, new)| wanted(new)).collect()
    };
    assert_eq!(lossy("rfc_v2"), resume_to(&|_| true));
    assert_eq!(lossy("rfc_v3"), resume_to(&|new| new & RUNNING == 0));
    assert_eq!(lossy("per_bit"), []);
}

fn order<'a>(field: &'a BitField, name: &str) -> &'a ActionTable {
    let found = field.actions.iter().find(|order| order.name.value == name);
    found.unwrap_or_else(|| panic!("the book has the order {name}"))
}
