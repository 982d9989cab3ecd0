//! The JSON says what `schema.md` says, and the same at every run.

mod common;

use std::collections::BTreeSet;
use std::path::Path;

use serde_json::Value;
use spec_gen::json;

/// Members whose names are names of the book.
const OPEN: [&str; 4] = [
    "editions[].flows[].steps[].conditions",
    "editions[].computed.states[].predicates",
    "editions[].computed.states[].behaviours",
    "editions[].computed.states[].work",
];

/// Every path to a value that is no container: `editions[].name`.
fn paths(value: &Value, path: &str, into: &mut BTreeSet<String>) {
    match value {
        // Every `at` is a place, described once.
        Value::Object(_) if path.ends_with(".at") => {
            into.insert(path.to_owned());
        }
        Value::Object(members) => {
            for (name, member) in members {
                let name = if OPEN.contains(&path) { "*" } else { name };
                let dot = if path.is_empty() { "" } else { "." };
                paths(member, &format!("{path}{dot}{name}"), into);
            }
        }
        Value::Array(items) if items.is_empty() => {
            into.insert(format!("{path}[]"));
        }
        Value::Array(items) => items
            .iter()
            .for_each(|item| paths(item, &format!("{path}[]"), into)),
        _ => {
            into.insert(path.to_owned());
        }
    }
}

/// The paths in the first column of the schema's tables.
fn documented() -> BTreeSet<String> {
    let schema =
        std::fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join("schema.md")).unwrap();
    let mut under = String::new();
    let mut paths = BTreeSet::new();
    for line in schema.lines() {
        if let Some(heading) = line.strip_prefix("## ") {
            under = heading.split('`').nth(1).unwrap_or_default().to_owned();
        } else if let Some(row) = line.strip_prefix("| `") {
            let name = row.split('`').next().unwrap();
            let dot = if under.is_empty() { "" } else { "." };
            paths.insert(format!("{under}{dot}{name}"));
        }
    }
    paths
}

/// A container that is null in one edition and filled in another is documented by its members.
fn without_empty_containers(paths: &BTreeSet<String>) -> BTreeSet<String> {
    let inner = |path: &str| {
        paths.iter().any(|p| {
            p.strip_prefix(path)
                .is_some_and(|rest| rest.starts_with(['.', '[']))
        })
    };
    paths.iter().filter(|path| !inner(path)).cloned().collect()
}

#[test]
fn the_schema_names_every_member() {
    let mut found = BTreeSet::new();
    for book in [
        common::book(),
        common::case("gaps"),
        common::case("only_numbers"),
        common::case("states"),
    ] {
        paths(&json::value(&book), "", &mut found);
    }
    assert_eq!(without_empty_containers(&found), documented());
}

#[test]
fn the_same_book_gives_the_same_bytes() {
    let text = json::text(&common::book());
    assert_eq!(text, json::text(&common::book()));
    assert!(
        text.starts_with("{\n  \"format\": 3,\n  \"chapters\": ["),
        "{}",
        &text[..40]
    );
    assert!(text.ends_with("}\n"));
}

#[test]
fn places_lead_back_to_the_book() {
    let value = json::value(&common::book());
    for rule in value["rules"].as_array().unwrap() {
        let file = rule["at"]["file"].as_str().unwrap();
        assert_eq!(rule["at"]["file"], rule["chapter"]);
        let line = usize::try_from(rule["at"]["line"].as_u64().unwrap()).unwrap();
        let chapter = Path::new(env!("CARGO_MANIFEST_DIR"))
            .join("../book")
            .join(file);
        let text = std::fs::read_to_string(chapter).unwrap();
        let marked = text.lines().nth(line - 1).unwrap();
        assert_eq!(
            marked,
            format!("r[{}]", rule["id"].as_str().unwrap()),
            "{file}:{line}"
        );
    }
}

#[test]
fn every_write_has_its_actions() {
    let value = json::value(&common::book());
    let v1 = &value["editions"][0];
    let orders = v1["computed"]["orders"].as_array().unwrap();
    assert_eq!(
        orders.len(),
        v1["bits"]["actions"].as_array().unwrap().len()
    );
    for order in orders {
        assert_eq!(order["writes"].as_array().unwrap().len(), 100);
    }
    let resume_to_run = |write: &&Value| write["old"] == 4 && write["new"] == 1;
    let write = orders[0]["writes"]
        .as_array()
        .unwrap()
        .iter()
        .find(resume_to_run)
        .unwrap();
    assert_eq!(write["groups"], serde_json::json!(["!RESUMING", "RUNNING"]));
}

#[test]
fn every_request_has_its_path() {
    let value = json::value(&common::book());
    let requests = &value["editions"][1]["computed"]["requests"];
    let requests = requests.as_array().unwrap();
    let flags: Vec<_> = requests.iter().map(|set| &set["flags"]).collect();
    assert_eq!(flags, [1, 3, 5, 7]);
    let answers = requests[3]["answers"].as_array().unwrap();
    assert_eq!(answers.len(), 64);
    let answer = |from: u32, to: u32| {
        let mut answers = answers.iter();
        answers.find(|it| it["from"] == from && it["to"] == to)
    };
    let stop_and_copy = answer(6, 3).unwrap();
    assert_eq!(stop_and_copy["path"], serde_json::json!([6, 7, 3]));
    assert_eq!(answer(3, 6).unwrap()["refused"], "refused_request");
}

/// Whether a part says nothing that the whole does not say: every member of it is the same there, but
/// for Markdown.
fn is_part_of(part: &Value, whole: &Value) -> bool {
    match (part, whole) {
        (Value::Object(part), Value::Object(whole)) => part
            .iter()
            .all(|(name, value)| is_part_of(value, &whole[name])),
        (Value::Array(part), Value::Array(whole)) => {
            let mut pairs = part.iter().zip(whole);
            part.len() == whole.len() && pairs.all(|(part, whole)| is_part_of(part, whole))
        }
        (Value::String(words), Value::String(markdown)) => {
            *words == spec_model::inline::plain(markdown) || words == markdown
        }
        (part, whole) => part == whole,
    }
}

#[test]
fn a_page_says_a_part_of_the_whole() {
    let book = common::book();
    let whole = json::value(&book);
    for (n, edition) in book.editions.iter().enumerate() {
        let page = json::page(&book, edition);
        assert_eq!(page["format"], whole["format"]);
        assert!(is_part_of(&page["editions"][0], &whole["editions"][n]));
        let mut found = BTreeSet::new();
        paths(&page, "", &mut found);
        let strange: Vec<_> = found.difference(&documented()).cloned().collect();
        assert!(strange.is_empty(), "{strange:?}");
    }
}
