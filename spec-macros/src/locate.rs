//! From the path in the call to the path of SUMMARY.md: relative to the calling file, shown as rustc shows paths.

use std::path::{Component, Path, PathBuf};

use syn::LitStr;

/// The SUMMARY.md that the literal names.
pub(crate) struct Book {
    /// For reading and for diagnostics: relative to the folder in which cargo runs rustc, where possible.
    pub(crate) summary: PathBuf,
    /// The folder of the calling file, to which paths in the expansion are relative.
    pub(crate) caller: PathBuf,
}

/// Finds the book beside the calling file.
pub(crate) fn locate(literal: &LitStr) -> Book {
    let file = literal.span().unwrap().local_file();
    let caller = match file.as_deref().and_then(Path::parent) {
        Some(folder) => folder.to_owned(),
        // Old language servers know no file; the call is in `src/` as a rule.
        None => std::env::var_os("CARGO_MANIFEST_DIR")
            .map(PathBuf::from)
            .unwrap_or_default()
            .join("src"),
    };
    let summary = shown(&tidy(&caller.join(literal.value())));
    Book { summary, caller }
}

/// Removes `.` and `a/..` without looking at the disk.
pub(crate) fn tidy(path: &Path) -> PathBuf {
    let mut out = PathBuf::new();
    for part in path.components() {
        match (part, out.components().next_back()) {
            (Component::CurDir, _) | (Component::ParentDir, Some(Component::RootDir)) => {}
            (Component::ParentDir, Some(Component::Normal(_))) => {
                out.pop();
            }
            (other, _) => out.push(other),
        }
    }
    out
}

/// Relative to the current folder where the path lies inside it.
fn shown(path: &Path) -> PathBuf {
    let here = std::env::current_dir().ok();
    let inside = here.and_then(|here| path.strip_prefix(here).map(Path::to_owned).ok());
    inside.unwrap_or_else(|| path.to_owned())
}

/// The path `to` as seen from the folder `from`; both absolute, or both relative to the same folder.
pub(crate) fn relative(from: &Path, to: &Path) -> PathBuf {
    let here = std::env::current_dir().unwrap_or_default();
    let absolute = |path: &Path| tidy(&here.join(path));
    let (from, to) = (absolute(from), absolute(to));
    let common = from
        .components()
        .zip(to.components())
        .take_while(|(a, b)| a == b)
        .count();
    let up = from.components().skip(common).map(|_| Component::ParentDir);
    up.chain(to.components().skip(common)).collect()
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use super::{relative, tidy};

    #[test]
    fn dots_are_removed_by_name() {
        for (path, is) in [
            ("src/../book/S.md", "book/S.md"),
            ("./a/./b", "a/b"),
            ("../x", "../x"),
            ("/a/../../b", "/b"),
        ] {
            assert_eq!(tidy(Path::new(path)), Path::new(is), "{path}");
        }
    }

    #[test]
    fn one_folder_seen_from_another() {
        for (from, to, is) in [
            ("src", "book/v1/state.md", "../book/v1/state.md"),
            ("src/deep", "src/book.md", "../book.md"),
            ("", "book/a.md", "book/a.md"),
        ] {
            assert_eq!(
                relative(Path::new(from), Path::new(to)),
                Path::new(is),
                "{from} {to}"
            );
        }
    }
}
