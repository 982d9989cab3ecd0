//! Where a reference leads.

use std::path::{Component, Path, PathBuf};

/// What a URL in a page means.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Target {
    /// The content is in the URL itself (`data:`).
    Inline,
    /// Another server, a mail address.
    Elsewhere,
    /// A path above the site's root.
    Outside,
    /// A file of the site.
    Inside {
        /// Relative to the site.
        path: PathBuf,
        /// Without the `#`, decoded.
        fragment: Option<String>,
    },
}

/// Resolves `url` as found in `file` (relative to the site), in a page with this `<base>`, on a site
/// that its server shows below `prefix`.
pub(super) fn resolve(file: &Path, base: Option<&str>, prefix: &str, url: &str) -> Target {
    let url = url.trim();
    match scheme(url) {
        Some("data" | "javascript" | "blob" | "about") => return Target::Inline,
        Some(_) => return Target::Elsewhere,
        None if url.starts_with("//") => return Target::Elsewhere,
        None => {}
    }
    let (url, fragment) = match url.split_once('#') {
        Some((url, fragment)) => (url, Some(decode(fragment))),
        None => (url, None),
    };
    let url = decode(url.split('?').next().unwrap_or_default());
    let inside = |path: Option<PathBuf>| match path {
        Some(path) => Target::Inside {
            path,
            fragment: fragment.clone(),
        },
        None => Target::Outside,
    };
    let root = |absolute: &str| {
        let prefix = prefix.trim_end_matches('/');
        let below = absolute.strip_prefix(prefix)?.strip_prefix('/')?;
        normal(Path::new(below))
    };
    if url.starts_with('/') {
        return inside(root(&url));
    }
    let folder = match base {
        Some(base) => root(base),
        None if url.is_empty() => return inside(Some(file.to_owned())),
        None => file.parent().map(Path::to_owned),
    };
    inside(folder.and_then(|folder| normal(&folder.join(&url))))
}

fn scheme(url: &str) -> Option<&str> {
    let (scheme, _) = url.split_once(':')?;
    let letter = scheme.starts_with(|c: char| c.is_ascii_alphabetic());
    let word = scheme
        .chars()
        .all(|c| c.is_ascii_alphanumeric() || "+-.".contains(c));
    (letter && word).then_some(scheme)
}

/// Without `.` and `..`; `None` above the root.
fn normal(path: &Path) -> Option<PathBuf> {
    let mut plain = PathBuf::new();
    for part in path.components() {
        match part {
            Component::ParentDir if !plain.pop() => return None,
            Component::Normal(name) => plain.push(name),
            _ => {}
        }
    }
    Some(plain)
}

/// `%20` and the like.
fn decode(text: &str) -> String {
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text.as_bytes();
    while let [first, tail @ ..] = rest {
        let hex = tail.get(..2).and_then(|two| std::str::from_utf8(two).ok());
        let code = hex.and_then(|two| u8::from_str_radix(two, 16).ok());
        match code {
            Some(code) if *first == b'%' => {
                bytes.push(code);
                rest = &tail[2..];
            }
            _ => {
                bytes.push(*first);
                rest = tail;
            }
        }
    }
    String::from_utf8_lossy(&bytes).into_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn inside(path: &str, fragment: Option<&str>) -> Target {
        Target::Inside {
            path: path.into(),
            fragment: fragment.map(str::to_owned),
        }
    }

    #[test]
    fn relative_urls_start_at_the_folder_of_the_page() {
        let from = |url| resolve(Path::new("v1/state.html"), None, "/", url);
        assert_eq!(
            from("errors.html#r-v1.x"),
            inside("v1/errors.html", Some("r-v1.x"))
        );
        assert_eq!(from("../css/a%20b.css?x=1"), inside("css/a b.css", None));
        assert_eq!(from("#here"), inside("v1/state.html", Some("here")));
        assert_eq!(from("../../up.html"), Target::Outside);
        assert_eq!(from("https://example.org/"), Target::Elsewhere);
        assert_eq!(from("//example.org/x.js"), Target::Elsewhere);
        assert_eq!(from("data:image/png;base64,AA"), Target::Inline);
    }

    #[test]
    fn a_base_and_a_prefix_move_the_root() {
        let from = |url| resolve(Path::new("404.html"), Some("/vfio/"), "/vfio/", url);
        assert_eq!(from("index.html"), inside("index.html", None));
        assert_eq!(from("/vfio/v1/state.html"), inside("v1/state.html", None));
        assert_eq!(from("/elsewhere.html"), Target::Outside);
    }
}
