//! Do all links inside a built site lead somewhere, and does it load nothing from elsewhere?

mod css;
mod page;
mod target;

use std::collections::BTreeMap;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use page::{Kind, Page, Reference};
use target::Target;

/// A link that leads nowhere, or a load from elsewhere.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Problem {
    /// The file, relative to the site.
    pub(crate) file: PathBuf,
    /// From 1; of the tag, for an attribute.
    pub(crate) line: u64,
    /// What is wrong.
    pub(crate) what: String,
}

/// What was looked at and what was found.
#[derive(Debug, Default)]
pub(crate) struct Report {
    /// HTML pages.
    pub(crate) pages: usize,
    /// References in pages and style sheets.
    pub(crate) references: usize,
    /// In the order of files and lines.
    pub(crate) problems: Vec<Problem>,
}

/// A built site in memory: every file, and what its pages and style sheets refer to.
struct Site {
    files: BTreeMap<PathBuf, Page>,
    /// The path of the site on its server, from the `<base>` of the page for missing pages.
    prefix: String,
}

/// Reads every page and style sheet below `dir`.
///
/// # Errors
/// A file or folder that cannot be read.
pub(crate) fn check(dir: &Path) -> io::Result<Report> {
    let mut site = Site {
        files: BTreeMap::new(),
        prefix: "/".to_owned(),
    };
    collect(dir, Path::new(""), &mut site.files)?;
    if let Some(base) = site
        .files
        .get(Path::new("404.html"))
        .and_then(|page| page.base.clone())
    {
        site.prefix = base;
    }
    let is_page = |file: &&PathBuf| file.extension().is_some_and(|e| e == "html");
    let mut report = Report {
        pages: site.files.keys().filter(is_page).count(),
        ..Report::default()
    };
    for (file, page) in &site.files {
        let mut found = page.problems(file);
        for reference in &page.references {
            report.references += 1;
            let wrong = site.judge(file, page, reference);
            found.extend(wrong.map(|what| Problem {
                file: file.clone(),
                line: reference.line,
                what,
            }));
        }
        report.problems.append(&mut found);
    }
    report.problems.sort();
    report.problems.dedup();
    Ok(report)
}

fn collect(dir: &Path, below: &Path, files: &mut BTreeMap<PathBuf, Page>) -> io::Result<()> {
    for entry in fs::read_dir(dir.join(below))? {
        let entry = entry?;
        let path = below.join(entry.file_name());
        if entry.file_type()?.is_dir() {
            collect(dir, &path, files)?;
            continue;
        }
        let page = match path.extension().and_then(|e| e.to_str()) {
            Some("html") => page::read(&String::from_utf8_lossy(&fs::read(dir.join(&path))?)),
            Some("css") => page::style(&String::from_utf8_lossy(&fs::read(dir.join(&path))?)),
            _ => Page::default(),
        };
        files.insert(path, page);
    }
    Ok(())
}

impl Site {
    /// What is wrong with a reference; `None` if it is right.
    fn judge(&self, file: &Path, page: &Page, reference: &Reference) -> Option<String> {
        let Reference { kind, to, .. } = reference;
        if mdbooks_own(page, reference) {
            return None;
        }
        if *kind == Kind::Id {
            return (!page.ids.contains(to)).then(|| format!("no element here has the id `{to}`"));
        }
        match target::resolve(file, page.base.as_deref(), &self.prefix, to) {
            Target::Inline => None,
            Target::Elsewhere if *kind == Kind::Link => None,
            Target::Elsewhere => Some(format!("`{to}` is loaded from another server")),
            Target::Outside => Some(format!("`{to}` leads out of the site")),
            Target::Inside { path, fragment } => self.find(&path, fragment.as_deref(), to),
        }
    }

    fn find(&self, path: &Path, fragment: Option<&str>, to: &str) -> Option<String> {
        let index = path.join("index.html");
        let Some(page) = self.files.get(path).or_else(|| self.files.get(&index)) else {
            return Some(format!("`{to}`: there is no file `{}`", path.display()));
        };
        let fragment = fragment.filter(|id| !id.is_empty() && *id != "top")?;
        let missing = !page.ids.contains(fragment);
        missing.then(|| format!("`{to}`: `{}` has no id `{fragment}`", path.display()))
    }
}

/// Two slips in the templates of mdBook 0.5.4 that no book can mend: the search results name a
/// header that has another id, and the heading of the page for missing pages, which has a `<base>`,
/// links to itself as though it had none.
fn mdbooks_own(page: &Page, reference: &Reference) -> bool {
    let search = reference.kind == Kind::Id && reference.to == "searchresults-header";
    let own = reference
        .to
        .strip_prefix('#')
        .is_some_and(|id| page.ids.contains(id));
    search || (page.base.is_some() && own)
}
