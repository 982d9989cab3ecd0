//! Every chapter of a small book, as mdBook gets it.

mod support;

use spec_book::{Tests, render};
use spec_model::coverage::scan;
use spec_model::model::Book;
use support::door;

/// A test file of the door.
const TESTS: &str = "
#[test]
fn an_open_door_is_not_locked() {
    covers![DOOR_WHOLE, DOOR_REFUSED];
}
mod slow {
    #[test]
    #[ignore]
    fn nobody_waits_for_this() {
        covers![DOOR_WHOLE, DOOR_ORDER];
    }
}
";

fn tests() -> Tests {
    let mentions = scan("tests/door.rs", TESTS).expect("Rust");
    Tests::new(mentions, Some("https://example.org/carpenters/door/"))
}

fn page(book: &Book, path: &str) -> String {
    let chapter = book
        .chapters
        .iter()
        .position(|c| c.path == path)
        .expect("the chapter");
    render(book, &tests(), chapter)
}

/// With a line for each element that stands in a picture or table, to be read in a diff.
fn lines(page: &str) -> String {
    page.replace("><", ">\n<")
}

#[test]
fn states_actions_and_errors() {
    insta::assert_snapshot!(lines(&page(&door(), "door.md")));
}

#[test]
fn rules_links_and_flows() {
    insta::assert_snapshot!(lines(&page(&door(), "walk/through.md")));
}

#[test]
fn states_and_requests() {
    insta::assert_snapshot!(lines(&page(&door(), "lift.md")));
}

#[test]
fn registers() {
    insta::assert_snapshot!(lines(&page(&door(), "panel.md")));
}

#[test]
fn everything_to_try() {
    insta::assert_snapshot!(lines(&page(&door(), "try.md")));
}

#[test]
fn coverage_rules_and_demands() {
    insta::assert_snapshot!(lines(&page(&door(), "coverage.md")));
}

/// The first picture of a chapter of the book.
fn figure(path: &str) -> String {
    let book = spec_model::load(&support::root().join("book/SUMMARY.md")).expect("the book");
    let page = page(&book, path);
    let figure = page
        .split("<figure")
        .nth(1)
        .and_then(|rest| rest.split("</figure>").next());
    lines(figure.expect("a figure"))
}

#[test]
fn the_reference_flow_of_the_book() {
    insta::assert_snapshot!(figure("v1/save.md"));
}

#[test]
fn the_domains_of_the_book() {
    insta::assert_snapshot!(figure("v1/domains.md"));
}

#[test]
fn the_region_of_the_book() {
    insta::assert_snapshot!(figure("v1/region.md"));
}

#[test]
fn the_data_window_of_the_book() {
    insta::assert_snapshot!(figure("v1/window.md"));
}

#[test]
fn the_data_fd_of_the_book() {
    insta::assert_snapshot!(figure("v2/stream.md"));
}

#[test]
fn the_states_of_both_editions() {
    insta::assert_snapshot!(figure("v2/from-v1.md"));
}

#[test]
fn a_chapter_without_marks_is_as_it_was() {
    let files = [
        ("SUMMARY.md", "- [A](a.md)\n"),
        ("a.md", "# A\r\n\r\nText, `code`.\r\n"),
    ];
    let files = files.map(|(path, text)| (path.to_owned(), text.to_owned()));
    let book = spec_model::read(files.to_vec()).expect("a book");
    assert_eq!(page(&book, "a.md"), "# A\r\n\r\nText, `code`.\r\n");
}

#[test]
fn the_first_use_of_a_term_leads_to_the_glossary() {
    let files = [
        ("SUMMARY.md", "- [A](a.md)\n- [Words](words.md)\n"),
        (
            "a.md",
            "# Grace states\n\nTwo Grace\nstates, a [grace state](words.md), `state` and VMMs.\nEach state of a VMM, a grace state.\n\n\
             - statement, vmm, a state\n\n| state |\n|---|\n| VMM |\n",
        ),
        (
            "words.md",
            "# Words\n\n<!-- spec: terms -->\n\n| Term | Meaning |\n|---|---|\n| state | how *it* is |\n| grace state | waits |\n| VMM | runs |\n\nA state.\n",
        ),
    ];
    let files = files.map(|(path, text)| (path.to_owned(), text.to_owned()));
    let book = spec_model::read(files.to_vec()).expect("a book");
    insta::assert_snapshot!(format!(
        "{}\n{}",
        page(&book, "a.md"),
        page(&book, "words.md")
    ));
}
