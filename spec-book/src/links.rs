//! Links to rules, and paths from chapter to chapter.

use spec_model::model::{LinkForm, Rule};

use crate::edit::Edits;
use crate::page::Page;

/// Gives every link to a rule its destination.
pub(crate) fn resolve(page: &Page<'_>, edits: &mut Edits) {
    for link in page.own(&page.book.links, |link| link.chapter) {
        let Some(rule) = page.rule(&link.rule.value) else {
            continue;
        };
        let href = page.to_rule(rule);
        match link.form {
            LinkForm::Inline => edits.replace(link.rule.span, href),
            LinkForm::Bare => edits.replace(link.span, format!("[{}]({href})", link.rule.value)),
        }
    }
}

/// Makes the rule ids in the cells of tables links.
pub(crate) fn cells(page: &Page<'_>, edits: &mut Edits) {
    let editions = || page.book.editions.iter();
    let faults = editions().flat_map(|it| &it.faults).map(|row| &row.rule);
    let invariants = editions().flat_map(|it| &it.system.invariants);
    let broken = editions().flat_map(|it| &it.guardrails);
    let broken = broken.flat_map(|row| &row.breaks);
    let breaches = editions().flat_map(|it| &it.breaches);
    let demands = page.book.demands.iter().flat_map(|demand| &demand.rules);
    let ids = faults
        .chain(invariants.map(|row| &row.rule))
        .chain(broken)
        .chain(breaches.map(|row| &row.breaks))
        .chain(demands);
    let text = &page.book.sources.file(page.file()).text;
    for id in ids {
        if id.span.file != page.file() {
            continue;
        }
        let Some(rule) = page.rule(&id.value) else {
            continue;
        };
        // The link goes around the backticks.
        let start = text[..id.span.start].trim_end_matches('`').len();
        let end = text.len() - text[id.span.end..].trim_start_matches('`').len();
        edits.insert(start, "[");
        edits.insert(end, format!("]({})", page.to_rule(rule)));
    }
}

/// The row of the coverage table with the tests of a rule.
pub(crate) fn tests_anchor(rule: &Rule) -> String {
    format!("t-{}", rule.id.value)
}

impl Page<'_> {
    /// From this chapter to a rule.
    pub(crate) fn to_rule(&self, rule: &Rule) -> String {
        self.to(rule.chapter, &rule.anchor())
    }

    /// From this chapter to the tests of a rule, if a chapter shows the coverage.
    pub(crate) fn to_coverage(&self, rule: &Rule) -> Option<String> {
        Some(self.to(self.coverage_chapter()?, &tests_anchor(rule)))
    }

    /// From this chapter to the beginning of a chapter.
    pub(crate) fn to_chapter(&self, chapter: usize) -> String {
        relative(&self.chapter().path, &self.book.chapters[chapter].path)
    }

    /// From this chapter to an anchor in a chapter; mdBook turns `.md` into `.html`.
    pub(crate) fn to(&self, chapter: usize, anchor: &str) -> String {
        if chapter == self.number {
            return format!("#{anchor}");
        }
        let path = relative(&self.chapter().path, &self.book.chapters[chapter].path);
        format!("{path}#{anchor}")
    }
}

/// The path from one chapter to another. mdBook serves `README.md` as `index.html`.
fn relative(from: &str, to: &str) -> String {
    let folder: Vec<&str> = from.split('/').collect();
    let folder = &folder[..folder.len() - 1];
    let mut target: Vec<&str> = to.split('/').collect();
    let name = target.pop().unwrap_or_default();
    let shared = folder
        .iter()
        .zip(&target)
        .take_while(|(a, b)| a == b)
        .count();
    let mut path = "../".repeat(folder.len() - shared);
    for part in &target[shared..] {
        path.push_str(part);
        path.push('/');
    }
    path.push_str(if name.eq_ignore_ascii_case("README.md") {
        "index.md"
    } else {
        name
    });
    path
}

/// The page that mdBook makes of a chapter.
pub(crate) fn page_path(chapter: &str) -> String {
    let path = chapter.strip_suffix(".md").unwrap_or(chapter);
    let folder = path.len() - path.rsplit('/').next().unwrap_or_default().len();
    let (folder, name) = path.split_at(folder);
    let name = if name.eq_ignore_ascii_case("README") {
        "index"
    } else {
        name
    };
    format!("{folder}{name}.html")
}

/// The same for a link, with its anchor; `None` where it leads to no chapter.
pub(crate) fn page_href(href: &str) -> Option<String> {
    let (path, anchor) = href.split_at(href.find('#').unwrap_or(href.len()));
    let path = path.strip_suffix(".md").filter(|_| !href.contains(':'))?;
    Some(format!("{path}.html{anchor}"))
}

/// HTML of ours with other destinations of its links, where `change` gives one.
pub(crate) fn hrefs(html: &str, change: impl Fn(&str) -> Option<String>) -> String {
    const BEGIN: &str = " href=\"";
    let mut out = String::with_capacity(html.len() + html.len() / 16);
    let mut rest = html;
    while let Some(at) = rest.find(BEGIN) {
        let (before, after) = rest.split_at(at + BEGIN.len());
        let (href, after) = after.split_at(after.find('"').unwrap_or(after.len()));
        out.push_str(before);
        match change(href) {
            Some(changed) => out.push_str(&changed),
            None => out.push_str(href),
        }
        rest = after;
    }
    out.push_str(rest);
    out
}

#[cfg(test)]
mod tests {
    use super::relative;

    #[test]
    fn paths_are_relative_to_the_chapter() {
        assert_eq!(relative("a.md", "b.md"), "b.md");
        assert_eq!(relative("v1/a.md", "v1/b.md"), "b.md");
        assert_eq!(relative("v1/a.md", "errno.md"), "../errno.md");
        assert_eq!(relative("a.md", "v1/flows/b.md"), "v1/flows/b.md");
        assert_eq!(relative("v1/x/a.md", "v1/y/README.md"), "../y/index.md");
    }
}
