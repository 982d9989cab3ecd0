//! Versions out of a repository, by the `git` program: nothing is checked out, nothing written.
//!
//! Objects come through `git cat-file --batch`, so neither the working tree, the index, filters nor hooks
//! take part.

use std::fmt;
use std::io::{Read, Write};
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};

/// A repository, seen from one of its folders.
#[derive(Clone, Debug)]
pub struct Repository {
    folder: PathBuf,
    /// The folder inside of the repository, with a slash at its end; empty for the top.
    prefix: String,
}

/// A commit that is there.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Commit {
    /// The full name of the object.
    pub id: String,
}

impl Commit {
    /// As people name it.
    pub fn short(&self) -> &str {
        &self.id[..self.id.len().min(10)]
    }
}

/// Why a version cannot be read, in one line for people.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Error(pub String);

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl std::error::Error for Error {}

/// Branches that a change is proposed to, the likeliest first.
const MAIN: &[&str] = &["main", "master", "origin/main", "origin/master"];

impl Repository {
    /// The repository around a folder.
    ///
    /// # Errors
    /// There is none, or no `git`.
    pub fn around(folder: &Path) -> Result<Self, Error> {
        let mut repository = Self {
            folder: folder.to_owned(),
            prefix: String::new(),
        };
        let found = repository.output(&["rev-parse", "--show-prefix"])?;
        if !found.status.success() {
            return Err(Error(format!(
                "`{}` is in no git repository ({}); name two folders instead",
                folder.display(),
                said(&found)
            )));
        }
        repository.prefix = text(&found);
        Ok(repository)
    }

    /// The commit that a revision names.
    ///
    /// # Errors
    /// It names none.
    pub fn commit(&self, revision: &str) -> Result<Commit, Error> {
        self.find_commit(revision)?.ok_or_else(|| {
            let mut line = format!("`{revision}` is no revision of this repository, and no folder");
            if self.is_shallow() {
                line.push_str("; it is a shallow clone: `git fetch --unshallow` brings the rest");
            }
            Error(line)
        })
    }

    /// The same; `None` where the revision names none.
    ///
    /// # Errors
    /// `git` cannot be run.
    pub fn find_commit(&self, revision: &str) -> Result<Option<Commit>, Error> {
        let wanted = format!("{revision}^{{commit}}");
        let found = self.output(&[
            "rev-parse",
            "--verify",
            "--quiet",
            "--end-of-options",
            &wanted,
        ])?;
        let id = text(&found);
        Ok((found.status.success() && !id.is_empty()).then_some(Commit { id }))
    }

    /// Where the current branch left the main one: the commit, and the main branch's name.
    ///
    /// # Errors
    /// There is no main branch, or nothing that both have.
    pub fn merge_base(&self) -> Result<(Commit, &'static str), Error> {
        let here = self.commit("HEAD")?;
        for name in MAIN {
            let Some(main) = self.find_commit(name)? else {
                continue;
            };
            let found = self.output(&["merge-base", &main.id, &here.id])?;
            let id = text(&found);
            if found.status.success() && !id.is_empty() {
                return Ok((Commit { id }, name));
            }
            let mut line = format!("`HEAD` and `{name}` have no commit in common; name BASE");
            if self.is_shallow() {
                line = format!(
                    "this is a shallow clone: it does not hold where `HEAD` left `{name}`; \
                     `git fetch --unshallow` brings the rest, or name BASE"
                );
            }
            return Err(Error(line));
        }
        Err(Error(format!(
            "there is no main branch (none of `{}`); name BASE",
            MAIN.join("`, `")
        )))
    }

    /// The files of a commit below a path (relative to the folder) whose names end in `.EXTENSION`: paths
    /// relative to the folder, and bytes, in git's order.
    ///
    /// # Errors
    /// `git` cannot be run, or an object is missing (in a partial clone without its server).
    pub fn files(
        &self,
        commit: &Commit,
        below: &[&str],
        extension: &str,
    ) -> Result<Vec<(String, Vec<u8>)>, Error> {
        let mut arguments = vec!["ls-tree", "-r", "-z", commit.id.as_str(), "--"];
        arguments.extend(below);
        let listed = self.output(&arguments)?;
        if !listed.status.success() {
            return Err(Error(format!(
                "cannot list the files of {}: {}",
                commit.short(),
                said(&listed)
            )));
        }
        let suffix = format!(".{extension}");
        let entries = listed.stdout.split(|byte| *byte == 0).filter_map(|line| {
            // `MODE SP TYPE SP OBJECT TAB PATH`; links are no files.
            let line = String::from_utf8_lossy(line);
            let (entry, path) = line.split_once('\t')?;
            let mut words = entry.split(' ');
            let is_file = words.next()?.starts_with("100") && words.next()? == "blob";
            let object = words.next()?.to_owned();
            (is_file && path.ends_with(&suffix)).then(|| (path.to_owned(), object))
        });
        let entries: Vec<(String, String)> = entries.collect();
        self.objects(entries)
    }

    /// One file of a commit; `None` where it is not there.
    ///
    /// # Errors
    /// `git` cannot be run.
    pub fn file(&self, commit: &Commit, path: &str) -> Result<Option<Vec<u8>>, Error> {
        let object = format!("{}:{}{path}", commit.id, self.prefix);
        let found = self.output(&["cat-file", "blob", &object])?;
        Ok(found.status.success().then_some(found.stdout))
    }

    fn objects(&self, entries: Vec<(String, String)>) -> Result<Vec<(String, Vec<u8>)>, Error> {
        let mut child = self
            .git(&["cat-file", "--batch"])
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .map_err(cannot_run)?;
        let names: String = entries
            .iter()
            .map(|(_, object)| format!("{object}\n"))
            .collect();
        let stdin = child.stdin.take();
        // It answers while it is asked: both pipes could be full.
        let asking =
            std::thread::spawn(move || stdin.map(|mut stdin| stdin.write_all(names.as_bytes())));
        let mut answer = Vec::new();
        if let Some(mut stdout) = child.stdout.take() {
            stdout.read_to_end(&mut answer).map_err(cannot_run)?;
        }
        _ = asking.join();
        child.wait().map_err(cannot_run)?;
        let mut rest = answer.as_slice();
        let mut files = Vec::with_capacity(entries.len());
        for (path, object) in entries {
            let bytes = next_object(&mut rest).ok_or_else(|| {
                Error(format!(
                    "the object {object} of `{path}` is not in this repository"
                ))
            })?;
            files.push((path, bytes.to_vec()));
        }
        Ok(files)
    }

    fn is_shallow(&self) -> bool {
        let found = self.output(&["rev-parse", "--is-shallow-repository"]);
        found.is_ok_and(|found| text(&found) == "true")
    }

    fn output(&self, arguments: &[&str]) -> Result<Output, Error> {
        self.git(arguments).output().map_err(cannot_run)
    }

    fn git(&self, arguments: &[&str]) -> Command {
        let mut git = Command::new("git");
        let folder = if self.folder.as_os_str().is_empty() {
            Path::new(".")
        } else {
            &self.folder
        };
        git.arg("-C")
            .arg(folder)
            .args(arguments)
            .stdin(Stdio::null());
        // Messages that can be quoted; no refresh of the index behind our back.
        git.env("LC_ALL", "C").env("GIT_OPTIONAL_LOCKS", "0");
        git
    }
}

/// `OBJECT SP TYPE SP SIZE LF CONTENT LF`
fn next_object<'a>(rest: &mut &'a [u8]) -> Option<&'a [u8]> {
    let newline = rest.iter().position(|byte| *byte == b'\n')?;
    let head = std::str::from_utf8(&rest[..newline]).ok()?;
    let size: usize = head.rsplit(' ').next()?.parse().ok()?;
    let content = rest.get(newline + 1..newline + 1 + size)?;
    *rest = rest.get(newline + 2 + size..)?;
    Some(content)
}

fn text(output: &Output) -> String {
    String::from_utf8_lossy(&output.stdout)
        .trim_end()
        .to_owned()
}

fn said(output: &Output) -> String {
    let text = String::from_utf8_lossy(&output.stderr);
    text.trim()
        .lines()
        .next()
        .unwrap_or("git says nothing")
        .to_owned()
}

fn cannot_run(error: std::io::Error) -> Error {
    Error(format!("cannot run `git`: {error}"))
}
