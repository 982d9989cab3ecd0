//! Where the book is: the folder of `book.toml`, and what that says.

use std::path::{Path, PathBuf};

use mdbook_driver::config::{Config, HtmlConfig};

use crate::output::{Outcome, Stop};

/// A book on disk.
#[derive(Clone, Debug)]
pub(crate) struct Location {
    /// The folder of `book.toml`, relative to the current one where it is above it; empty for the
    /// current folder itself, so that paths print as short as they can be typed.
    pub(crate) root: PathBuf,
    /// What `book.toml` says.
    pub(crate) config: Config,
}

/// What marks the folder of a book.
pub(crate) const FILE: &str = "book.toml";

impl Location {
    /// Finds the book: the one that `--book` names (a folder or a `book.toml`), or else the nearest
    /// from the current folder upwards.
    pub(crate) fn find(named: Option<&Path>) -> Outcome<Self> {
        let root = match named {
            Some(path) => named_root(path)?,
            None => root_above()?,
        };
        let config = read_config(&root.join(FILE))?;
        Ok(Self { root, config })
    }

    /// The book in a folder: of `book.toml`, or of SUMMARY.md.
    pub(crate) fn of_folder(folder: &Path) -> Outcome<Self> {
        if folder.join(FILE).is_file() {
            let config = read_config(&folder.join(FILE))?;
            let root = folder.to_owned();
            return Ok(Self { root, config });
        }
        if folder.join("SUMMARY.md").is_file() {
            let mut config = Config::default();
            config.book.src = PathBuf::new();
            let root = folder.to_owned();
            return Ok(Self { root, config });
        }
        let shown = folder.display();
        Err(Stop::trouble(format!(
            "there is no book in `{shown}`: neither {FILE} nor SUMMARY.md"
        )))
    }

    /// The folder of the chapters.
    pub(crate) fn source(&self) -> PathBuf {
        self.root.join(&self.config.book.src)
    }

    /// The list of the chapters.
    pub(crate) fn summary(&self) -> PathBuf {
        self.source().join("SUMMARY.md")
    }

    /// The root as a path that can be opened: `.` where [`Location::root`] is empty.
    pub(crate) fn directory(&self) -> &Path {
        if self.root.as_os_str().is_empty() {
            Path::new(".")
        } else {
            &self.root
        }
    }

    /// `[output.html]`. mdBook itself would fall back to defaults on a mistake there.
    pub(crate) fn html(&self) -> Outcome<HtmlConfig> {
        let html = self.config.get::<HtmlConfig>("output.html");
        let html = html.map_err(|wrong| config_trouble(&self.root.join(FILE), &wrong))?;
        Ok(html.unwrap_or_default())
    }
}

fn named_root(path: &Path) -> Outcome<PathBuf> {
    let root = match path.file_name() {
        Some(name) if name == FILE => path.parent().unwrap_or(Path::new("")),
        _ => path,
    };
    if root.join(FILE).is_file() {
        return Ok(root.to_owned());
    }
    let shown = root.display();
    Err(Stop::trouble(format!(
        "there is no {FILE} in `{shown}`, which --book names"
    )))
}

fn root_above() -> Outcome<PathBuf> {
    let current = std::env::current_dir()
        .map_err(|error| Stop::trouble(format!("the current folder cannot be read: {error}")))?;
    let mut up = PathBuf::new();
    for folder in current.ancestors() {
        if folder.join(FILE).is_file() {
            return Ok(up);
        }
        up.push("..");
    }
    Err(Stop::trouble(format!(
        "there is no {FILE} in `{}` or above it; name the folder of the book with --book PATH",
        current.display()
    )))
}

fn read_config(file: &Path) -> Outcome<Config> {
    let read = |file| {
        let mut config = Config::from_disk(file)?;
        config.update_from_env()?;
        Ok(config)
    };
    read(file).map_err(|wrong| config_trouble(file, &wrong))
}

fn config_trouble(file: &Path, wrong: &anyhow::Error) -> Stop {
    let text = format!("{wrong:#}");
    Stop::trouble(format!("{}: {}", file.display(), text.trim_end()))
}
