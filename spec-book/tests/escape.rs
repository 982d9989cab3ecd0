//! Whatever an author writes in a cell stays text: no tag, no attribute, no blank line of theirs.

mod support;

use std::sync::LazyLock;

use proptest::prelude::*;
use spec_book::{Tests, render};
use spec_model::coverage::{Function, Mention};
use spec_model::model::Book;
use support::door;
use support::tags::{tags, unbalanced};

const TAGS: &[&str] = &[
    "a",
    "br",
    "caption",
    "code",
    "details",
    "div",
    "figcaption",
    "figure",
    "g",
    "h3",
    "li",
    "ol",
    "p",
    "path",
    "rect",
    "script",
    "small",
    "span",
    "summary",
    "svg",
    "table",
    "tbody",
    "td",
    "text",
    "th",
    "thead",
    "tr",
    "ul",
];
const ATTRIBUTES: &[&str] = &[
    "aria-label",
    "class",
    "colspan",
    "d",
    "data-aspect",
    "data-ends",
    "data-key",
    "data-state",
    "height",
    "href",
    "id",
    "role",
    "rx",
    "scope",
    "text-anchor",
    "transform",
    "type",
    "viewBox",
    "width",
    "x",
    "y",
];

/// Puts a text wherever the site shows one that an author wrote.
fn fill(book: &mut Book, text: &str) {
    let set = |place: &mut String| text.clone_into(place);
    book.chapters
        .iter_mut()
        .for_each(|chapter| set(&mut chapter.title));
    for rule in &mut book.rules {
        set(&mut rule.text.value);
        rule.untestable
            .iter_mut()
            .for_each(|reason| set(&mut reason.value));
    }
    for edition in &mut book.editions {
        for condition in &mut edition.conditions {
            set(&mut condition.column.value);
            set(&mut condition.on);
            set(&mut condition.off);
        }
        for fields in &mut edition.structs {
            fields.fields.iter_mut().for_each(|f| {
                [&mut f.name.value, &mut f.ty.value]
                    .into_iter()
                    .for_each(set)
            });
        }
        edition
            .faults
            .iter_mut()
            .for_each(|fault| set(&mut fault.name.value));
        for work in &mut edition.work {
            set(&mut work.name.value);
            set(&mut work.meaning.value);
        }
        edition
            .injections
            .iter_mut()
            .for_each(|injection| set(&mut injection.name.value));
        if let Some(bits) = &mut edition.bits {
            bits.bits
                .iter_mut()
                .for_each(|bit| set(&mut bit.name.value));
            for order in &mut bits.actions {
                set(&mut order.title);
                for action in &mut order.actions {
                    set(&mut action.name.value);
                    set(&mut action.spelling);
                }
            }
        }
        for flow in &mut edition.flows {
            set(&mut flow.title);
            for step in &mut flow.steps {
                step.work.iter_mut().for_each(|work| set(&mut work.value));
                let cells = [&mut step.barrier, &mut step.injection, &mut step.result];
                cells
                    .into_iter()
                    .flatten()
                    .for_each(|cell| set(&mut cell.value));
            }
        }
    }
}

fn mention(constant: String, text: &str) -> Mention {
    let function = Function {
        name: text.to_owned(),
        line: 1,
        test: true,
        ignored: false,
    };
    Mention {
        constant,
        path: text.to_owned(),
        line: 1,
        function: Some(function),
    }
}

static DOOR: LazyLock<Book> = LazyLock::new(door);

proptest! {
    #![proptest_config(ProptestConfig { cases: 64, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn text_stays_text(text in "[<>&\"'/=` a-z!\\-\\n\\r\\[\\]()#]{0,24}|\\PC{0,12}") {
        let mut book = DOOR.clone();
        fill(&mut book, &text);
        let mentions: Vec<Mention> =
            book.rules.iter().step_by(2).map(|rule| mention(rule.constant(), &text)).collect();
        let tests = Tests::new(mentions, Some(&text));
        for chapter in 0..book.chapters.len() {
            let page = render(&book, &tests, chapter);
            prop_assert_eq!(unbalanced(&page), None);
            for tag in tags(&page) {
                prop_assert!(TAGS.contains(&tag.name.as_str()), "<{}>", tag.name);
                for (name, _) in &tag.attributes {
                    prop_assert!(ATTRIBUTES.contains(&name.as_str()), "{name} in <{}>", tag.name);
                }
            }
            for figure in page.split("<figure").skip(1).chain(page.split("<table").skip(1)) {
                let inside = figure.split("</figure>").next().unwrap_or("");
                let inside = inside.split("</table>").next().unwrap_or("");
                prop_assert!(!inside.contains("\n\n"), "a blank line ends the block: {inside}");
            }
        }
    }
}
