//! The real book, built as a reader gets it.

mod support;

use std::collections::{BTreeMap, BTreeSet};
use std::sync::LazyLock;

use support::tags::{Tag, content, tags, unbalanced};
use support::{Built, build, build_stock, root};

static SITE: LazyLock<Built> = LazyLock::new(|| build(&root()).expect("the book builds"));
static PAGES: LazyLock<Vec<(String, String)>> = LazyLock::new(|| SITE.pages());

#[test]
fn mdbook_warns_of_nothing() {
    assert!(SITE.warnings.is_empty(), "{}", SITE.warnings.join(""));
    assert!(PAGES.len() > 10, "{} pages", PAGES.len());
}

#[test]
fn stock_mdbook_makes_the_same_pages() {
    let stock = build_stock(&root()).expect("the book builds").pages();
    let names =
        |pages: &[(String, String)]| pages.iter().map(|it| it.0.clone()).collect::<Vec<_>>();
    assert_eq!(names(&stock), names(&PAGES));
    for ((name, theirs), (_, ours)) in stock.iter().zip(PAGES.iter()) {
        // The name of the search index depends on what is in it: stock mdBook's search looks into drawings too.
        let main = |page: &str| {
            let main = page.split_once("<main>").map(|(_, main)| main);
            content(
                main.unwrap_or_default()
                    .split("</main>")
                    .next()
                    .unwrap_or_default(),
            )
        };
        let (theirs, ours) = (main(theirs), main(ours));
        let differ = theirs
            .iter()
            .zip(&ours)
            .find(|(theirs, ours)| theirs != ours);
        assert_eq!(differ, None, "{name}");
        assert_eq!(theirs.len(), ours.len(), "{name}");
    }
}

#[test]
fn every_page_is_described_by_its_own_words() {
    let description = |page: &str| {
        let tags = tags(page);
        let of = |key: &str, name: &str| {
            let mut meta = tags.iter().filter(|tag| tag.name == "meta");
            let meta = meta.find(|tag| tag.attribute(key) == Some(name));
            meta.and_then(|meta| meta.attribute("content"))
                .map(str::to_owned)
        };
        let described = of("name", "description").expect("a description");
        assert_eq!(of("property", "og:description").as_ref(), Some(&described));
        described
    };
    let mut seen = BTreeMap::new();
    let chapters = |name: &str| !matches!(name, "404.html" | "print.html" | "toc.html");
    for (name, page) in PAGES.iter().filter(|(name, _)| chapters(name)) {
        let described = description(page);
        assert!(
            !described.is_empty() && described.chars().count() <= 200,
            "{name}: {described}"
        );
        if let Some(other) = seen.insert(described.clone(), name) {
            panic!("{name} and {other} are described alike: {described}");
        }
    }
    let of = |name: &str| {
        PAGES
            .iter()
            .find(|page| page.0 == name)
            .map(|page| description(&page.1))
    };
    let book = of("404.html");
    assert_eq!(of("index.html"), book, "the first page speaks for the book");
}

#[test]
fn ids_are_unique_on_each_page_and_on_the_print_page() {
    assert!(PAGES.iter().any(|(name, _)| name == "print.html"));
    for (name, page) in PAGES.iter() {
        let mut seen = BTreeSet::new();
        for tag in tags(page) {
            if let Some(id) = tag.attribute("id") {
                assert!(
                    seen.insert(id.to_owned()),
                    "{name}: two elements have the id {id}"
                );
            }
        }
    }
}

#[test]
fn the_print_page_keeps_the_ids_of_rules_and_rows() {
    // mdBook renames what it finds twice; links from outside would miss it.
    let model = spec_model::load(&root().join("book/SUMMARY.md")).expect("the book");
    let ids = ids(&PAGES
        .iter()
        .find(|(name, _)| name == "print.html")
        .expect("the page")
        .1);
    for rule in &model.rules {
        assert!(ids.contains(&rule.anchor()), "{}", rule.anchor());
    }
}

fn ids(page: &str) -> BTreeSet<String> {
    tags(page)
        .iter()
        .filter_map(|tag| tag.attribute("id").map(str::to_owned))
        .collect()
}

#[test]
fn links_within_the_site_lead_somewhere() {
    let known: BTreeMap<&str, BTreeSet<String>> = PAGES
        .iter()
        .map(|(name, page)| (name.as_str(), ids(page)))
        .collect();
    for (name, page) in PAGES
        .iter()
        .filter(|(name, _)| name != "404.html" && name != "toc.html")
    {
        for tag in tags(page).iter().filter(|tag| tag.name == "a") {
            let Some(href) = tag.attribute("href") else {
                continue;
            };
            if href.contains("://") || href.starts_with("mailto:") {
                continue;
            }
            let (path, anchor) = href.split_once('#').unwrap_or((href, ""));
            let path = path.split('?').next().unwrap_or(path);
            let target = if path.is_empty() {
                name.clone()
            } else {
                join(name, path)
            };
            match known.get(target.as_str()) {
                Some(ids) => assert!(
                    anchor.is_empty() || ids.contains(anchor),
                    "{name}: nothing has the id of {href}"
                ),
                None => assert!(
                    SITE.folder.path().join(&target).is_file(),
                    "{name}: no page {href}"
                ),
            }
        }
    }
}

fn join(page: &str, path: &str) -> String {
    let mut parts: Vec<&str> = page.split('/').collect();
    parts.pop();
    for part in path.split('/') {
        match part {
            ".." => drop(parts.pop()),
            "." | "" => {}
            part => parts.push(part),
        }
    }
    parts.join("/")
}

#[test]
fn every_page_is_balanced_and_shows_no_directive() {
    for (name, page) in PAGES.iter().filter(|(name, _)| name != "toc.html") {
        // mdBook's own frame around it has icons that end nowhere.
        let main = page
            .split_once("<main>")
            .and_then(|(_, rest)| rest.split_once("</main>"));
        assert_eq!(main.map(|(main, _)| unbalanced(main)), Some(None), "{name}");
        assert!(!page.contains("<!-- spec:"), "{name} shows a directive");
        let unresolved = |tag: &Tag| {
            tag.attribute("href")
                .is_some_and(|href| href.starts_with("rule:"))
        };
        assert!(
            !tags(page).iter().any(unresolved),
            "{name} has a link to a rule that is not resolved"
        );
    }
}

#[test]
fn every_flow_is_drawn() {
    let model = spec_model::load(&root().join("book/SUMMARY.md")).expect("the book");
    let flows: usize = model
        .editions
        .iter()
        .map(|edition| edition.flows.len())
        .sum();
    let print = &PAGES
        .iter()
        .find(|(name, _)| name == "print.html")
        .expect("the page")
        .1;
    assert_eq!(print.matches("<svg class=\"sequence\"").count(), flows);
    let variants = model.editions.iter();
    let variants: usize = variants.map(|edition| edition.system.variants.len()).sum();
    let drawn = print.matches("<svg class=\"sequence broken\"").count();
    assert_eq!(drawn, variants, "a broken protection has no counterexample");
}

#[test]
fn nothing_is_loaded_from_elsewhere() {
    for (name, page) in PAGES.iter() {
        for tag in tags(page) {
            let loads = match tag.name.as_str() {
                "script" | "img" => tag.attribute("src"),
                "link" => tag.attribute("href"),
                _ => None,
            };
            assert!(
                !loads.is_some_and(|url| url.contains("//")),
                "{name}: {loads:?}"
            );
        }
    }
}

#[test]
fn every_page_shows_its_own_chapter() {
    let model = spec_model::load(&root().join("book/SUMMARY.md")).expect("the book");
    for chapter in &model.chapters {
        let title = &chapter.headings.first().expect("a title").text.value;
        let page = chapter.path.replace("README.md", "index.md");
        let page = page.replace(".md", ".html");
        let found = PAGES.iter().find(|(name, _)| *name == page);
        let (_, html) = found.unwrap_or_else(|| panic!("no page {page}"));
        let heading = html.split_once("<h1 id=").map(|(_, rest)| rest);
        let heading = heading.and_then(|rest| rest.split_once("</h1>"));
        let (heading, _) = heading.unwrap_or_else(|| panic!("{page} has no title"));
        let shown = heading.replace("&#39;", "'").replace("’", "'");
        assert!(shown.contains(title.as_str()), "{page}: {shown}");
    }
}
