//! Versions of the book: folders, revisions of the repository, and the working tree.

use std::path::{Path, PathBuf};

use mdbook_driver::config::Config;
use spec_diff::git::{self, Commit, Repository};
use spec_model::coverage::{Mention, Report, files, scan};
use spec_model::model::Book;

use crate::locate::{self, Location};
use crate::output::{Outcome, Stop, warning};
use crate::reader;

/// Where one version is.
pub(crate) enum Version {
    /// Chapters on disk.
    Folder(Box<Location>),
    /// Chapters in a commit.
    Commit(Repository, Commit),
}

/// A version, and what to call it.
pub(crate) struct Named {
    pub(crate) version: Version,
    pub(crate) name: String,
}

/// Both versions that a command line names.
pub(crate) struct Versions {
    pub(crate) base: Named,
    pub(crate) head: Named,
    /// The folder of `book.toml` in the working tree; where there is none, of the new version.
    root: PathBuf,
}

fn trouble(error: git::Error) -> Stop {
    Stop::trouble(error.0)
}

impl Versions {
    /// Finds them: by default where the current branch left the main one, and the working tree.
    pub(crate) fn find(
        base: Option<&str>,
        head: Option<&str>,
        book: Option<&Path>,
    ) -> Outcome<Self> {
        let here = Location::find(book);
        let repository = || -> Outcome<Repository> {
            let folder = match &here {
                Ok(at) => at.directory().to_owned(),
                Err(_) => PathBuf::from("."),
            };
            Repository::around(&folder).map_err(trouble)
        };
        let base = match base {
            Some(named) => version(named, &repository)?,
            None => default_base(repository()?)?,
        };
        let head = match head {
            Some(named) => version(named, &repository)?,
            None => Named {
                version: Version::Folder(Box::new(here.clone_found()?)),
                name: "the working tree".to_owned(),
            },
        };
        let root = match (&here, &head.version) {
            (Ok(at), _) => at.root.clone(),
            (_, Version::Folder(at)) => at.root.clone(),
            _ => PathBuf::new(),
        };
        Ok(Self { base, head, root })
    }

    /// Reads both; what does not parse is drawn, and trouble.
    pub(crate) fn read(&self) -> Outcome<(Book, Book)> {
        let (base, head) = std::thread::scope(|scope| {
            let base = scope.spawn(|| self.base.load(&self.root));
            let head = self.head.load(&self.root);
            (base.join(), head)
        });
        let base = base.map_err(|_| Stop::trouble("the old version could not be read"))?;
        Ok((
            sound(&self.base.name, base?)?,
            sound(&self.head.name, head?)?,
        ))
    }

    /// Reads both, and which tests name the rules of the new one; nothing where there are none.
    pub(crate) fn read_with_tests(&self) -> Outcome<(Book, Book, Option<Report>)> {
        let (books, mentions) = std::thread::scope(|scope| {
            let mentions = scope.spawn(|| self.mentions());
            (self.read(), mentions.join())
        });
        let (base, head) = books?;
        let mentions = mentions.map_err(|_| Stop::trouble("the tests could not be read"))??;
        let report = mentions.map(|mentions| Report::new(&head, mentions));
        Ok((base, head, report))
    }

    /// Where tests of the new version name rules.
    fn mentions(&self) -> Outcome<Option<Vec<Mention>>> {
        let found = match &self.head.version {
            Version::Folder(at) => files(at.directory())
                .map_err(|error| Stop::trouble(format!("cannot read the tests: {error}")))?,
            Version::Commit(repository, commit) => {
                let found = repository.files(commit, spec_model::coverage::FOLDERS, "rs");
                let found = found.map_err(trouble)?.into_iter();
                found
                    .filter_map(|(path, bytes)| Some((path, String::from_utf8(bytes).ok()?)))
                    .collect()
            }
        };
        if found.is_empty() {
            return Ok(None);
        }
        let mut mentions = Vec::new();
        for (path, text) in &found {
            match scan(path, text) {
                Ok(found) => mentions.extend(found),
                Err(unreadable) => warning(&unreadable.to_string()),
            }
        }
        Ok(Some(mentions))
    }
}

/// What [`Location::find`] gave, for those who need it.
trait CloneFound {
    fn clone_found(&self) -> Outcome<Location>;
}

impl CloneFound for Outcome<Location> {
    fn clone_found(&self) -> Outcome<Location> {
        match self {
            Ok(at) => Ok(at.clone()),
            Err(Stop::Trouble(line)) => Err(Stop::trouble(line.clone())),
            Err(_) => Err(Stop::trouble("there is no book")),
        }
    }
}

fn default_base(repository: Repository) -> Outcome<Named> {
    let (commit, main) = repository.merge_base().map_err(trouble)?;
    let name = format!("{}, where this branch left {main}", commit.short());
    Ok(Named {
        version: Version::Commit(repository, commit),
        name,
    })
}

/// A folder, or else a revision.
fn version(named: &str, repository: &dyn Fn() -> Outcome<Repository>) -> Outcome<Named> {
    let name = named.to_owned();
    if Path::new(named).is_dir() {
        // A revision of the same name would be shadowed without a word.
        if let Ok(repository) = repository()
            && repository.find_commit(named).map_err(trouble)?.is_some()
        {
            return Err(Stop::trouble(format!(
                "`{named}` is a folder and a revision; write `./{named}` for the folder, or `refs/heads/{named}`"
            )));
        }
        let version = Version::Folder(Box::new(Location::of_folder(Path::new(named))?));
        return Ok(Named { version, name });
    }
    let repository = repository()?;
    let commit = repository.commit(named).map_err(trouble)?;
    let name = match commit.id.starts_with(named) {
        true => commit.short().to_owned(),
        false => format!("{named} ({})", commit.short()),
    };
    let version = Version::Commit(repository, commit);
    Ok(Named { version, name })
}

type Loaded = Result<Book, Box<spec_model::Rejected>>;

impl Named {
    fn load(&self, root: &Path) -> Outcome<Loaded> {
        match &self.version {
            Version::Folder(at) => reader::load(at),
            Version::Commit(repository, commit) => {
                let chapters = chapters(&self.name, repository, commit, root)?;
                Ok(spec_model::read(chapters))
            }
        }
    }
}

/// The chapters and traces of a commit, SUMMARY.md first, with the paths that they have in the working tree.
fn chapters(
    name: &str,
    repository: &Repository,
    commit: &Commit,
    root: &Path,
) -> Outcome<Vec<(String, String)>> {
    let config = repository.file(commit, locate::FILE).map_err(trouble)?;
    let Some(config) = config else {
        let line = format!(
            "there is no book in {name}: it has no {} here",
            locate::FILE
        );
        return Err(Stop::trouble(line));
    };
    let wrong = |what: &str| Stop::trouble(format!("{} of {name}: {what}", locate::FILE));
    let config = String::from_utf8(config).map_err(|_| wrong("it is not UTF-8"))?;
    let config: Config = config
        .parse()
        .map_err(|error| wrong(&format!("{error:#}")))?;
    let src = config.book.src.to_string_lossy().replace('\\', "/");
    let traces = format!("{src}/{}", spec_model::TRACE_FOLDER);
    let mut found = repository.files(commit, &[&src], "md").map_err(trouble)?;
    let traces = repository.files(commit, &[&traces], spec_model::TRACE_EXTENSION);
    found.extend(traces.map_err(trouble)?);
    let mut files = Vec::with_capacity(found.len());
    for (path, bytes) in found {
        let text = String::from_utf8(bytes);
        let text = text.map_err(|_| Stop::trouble(format!("{path} of {name} is not UTF-8")))?;
        files.push((spec_model::source::display(&root.join(path)), text));
    }
    let summary = spec_model::source::display(&root.join(&src).join("SUMMARY.md"));
    let Some(at) = files.iter().position(|(path, _)| *path == summary) else {
        let line = format!("there is no book in {name}: it has no {src}/SUMMARY.md");
        return Err(Stop::trouble(line));
    };
    files.swap(0, at);
    Ok(files)
}

fn sound(name: &str, loaded: Loaded) -> Outcome<Book> {
    loaded.map_err(|rejected| {
        reader::show_all(&rejected.sources, &rejected.diagnostics);
        let verdict = reader::verdict(&rejected.diagnostics);
        Stop::trouble(format!("cannot compare: in {name}, {verdict}"))
    })
}
