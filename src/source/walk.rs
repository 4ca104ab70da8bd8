//! Lists what there is to read: the paths that were given, and the files in folders.
//!
//! Folders are walked in the order of their file names, depth first, by a thread of their own that is ahead of
//! the reading. Hidden and ignored files are included unless asked otherwise. A link to a file is the file; a link
//! to a folder is not followed unless asked for, but for a link that was named itself. The kind of an entry is
//! what its folder says: only links are looked up, and sizes where there is a limit.

use super::{Input, SkipReason};
use crate::Error;
use ignore::overrides::{Override, OverrideBuilder};
use ignore::{DirEntry, WalkBuilder};
use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::mpsc::{Receiver, SyncSender, sync_channel};

/// How many entries of a folder are handed on at once: each time may wake a thread, which costs more than the entry.
const TOGETHER: usize = 64;
/// How many times that the walk may be ahead.
const AHEAD: usize = 16;

/// What to take from folders. The default is everything, and no folder twice.
#[derive(Debug, Clone, Default)]
pub struct WalkOptions {
    /// Which files and folders to take, by their names.
    pub globs: Globs,
    /// The most bytes a file may have to be read; others are [`Input::Passed`], also where they were named.
    pub max_filesize: Option<u64>,
    /// Walk the folders that links lead to. A link back to a folder it stands in is [`Input::Passed`].
    pub follow_links: bool,
    /// Leave out the files and folders whose names begin with a dot, and on Windows those marked as hidden.
    pub skip_hidden: bool,
    /// Leave out what `.gitignore`, `.ignore` and git's own settings ignore.
    pub respect_ignore: bool,
}

/// Globs as in a `.gitignore`, but that they name what to take, and with `!` what to leave out; a later one counts
/// more. One with a slash is relative to the working directory. Paths that are named themselves are always read.
#[derive(Debug, Clone)]
pub struct Globs(Override);

impl Default for Globs {
    fn default() -> Self {
        Globs(Override::empty())
    }
}

impl Globs {
    /// All of these globs; none of them takes everything.
    ///
    /// # Errors
    ///
    /// The first that is no glob, and why.
    pub fn new(globs: impl IntoIterator<Item: AsRef<str>>) -> Result<Self, Error> {
        let mut all = OverrideBuilder::new(std::env::current_dir().unwrap_or_default());
        for glob in globs {
            let wrong = |error| Error::Glob { glob: glob.as_ref().to_owned(), message: reason(&error) };
            all.add(glob.as_ref()).map_err(wrong)?;
        }
        let wrong = |error| Error::Glob { glob: String::new(), message: reason(&error) };
        all.build().map(Globs).map_err(wrong)
    }
}

/// Everything to read for these paths, in their order; `-` and no path at all are standard input.
///
/// The order is that of the paths, and in a folder that of the names, files and folders mixed. What cannot be listed
/// is an error in its place.
pub fn inputs(
    paths: &[PathBuf],
    options: &WalkOptions,
) -> impl Iterator<Item = Result<Input, Error>> + Send + use<> {
    let stdin = paths.is_empty().then_some(Ok(Input::Stdin));
    let walk = (!paths.is_empty()).then(|| walk_ahead(paths.to_owned(), options.clone()));
    stdin.into_iter().chain(walk.into_iter().flatten().flatten())
}

/// Some of what there is to read.
type Found = Vec<Result<Input, Error>>;

fn walk_ahead(paths: Vec<PathBuf>, options: WalkOptions) -> Receiver<Found> {
    let (to, found) = sync_channel(AHEAD);
    let failed = to.clone();
    let walk = move || {
        let mut walk = Walk { options: &options, found: Found::new(), to: &to };
        // Nobody is left to be told of the rest.
        let _ = paths.iter().try_for_each(|path| walk.named(path).and_then(|()| walk.hand_on()));
    };
    if let Err(error) = std::thread::Builder::new().name("walk".to_owned()).spawn(walk) {
        let _ = failed.send(vec![Err(Error::read(".", error))]);
    }
    found
}

/// Nobody listens any more.
struct Left;

/// What is found for some paths, and who is told.
struct Walk<'w> {
    options: &'w WalkOptions,
    /// What nobody was told yet.
    found: Found,
    to: &'w SyncSender<Found>,
}

impl Walk<'_> {
    fn tell(&mut self, found: Result<Input, Error>) -> Result<(), Left> {
        self.found.push(found);
        if self.found.len() < TOGETHER { Ok(()) } else { self.hand_on() }
    }

    /// Tells of all that was found.
    fn hand_on(&mut self) -> Result<(), Left> {
        if self.found.is_empty() {
            return Ok(());
        }
        self.to.send(std::mem::take(&mut self.found)).map_err(|_| Left)
    }

    fn named(&mut self, path: &Path) -> Result<(), Left> {
        if path == Path::new("-") {
            return self.tell(Ok(Input::Stdin));
        }
        match fs::metadata(path) {
            Err(error) => self.tell(Err(Error::read(path, error))),
            Ok(found) if found.is_dir() => self.folder(path),
            Ok(found) => self.tell(Ok(self.within_size(path, found.len()))),
        }
    }

    fn folder(&mut self, root: &Path) -> Result<(), Left> {
        let walk = WalkBuilder::new(root)
            .standard_filters(self.options.respect_ignore)
            .hidden(self.options.skip_hidden)
            .overrides(self.options.globs.0.clone())
            .follow_links(self.options.follow_links)
            // Of one folder: only the names differ.
            .sort_by_file_path(|one, other| one.as_os_str().cmp(other.as_os_str()))
            .build();
        for entry in walk {
            match entry {
                Ok(entry) => self.entry(&entry)?,
                Err(error) => self.tell(unreadable(root, error))?,
            }
        }
        Ok(())
    }

    /// Tells what an entry of a folder is to the reader; nothing where it is a folder, whose entries follow.
    fn entry(&mut self, entry: &DirEntry) -> Result<(), Left> {
        let path = entry.path();
        match entry.file_type() {
            // To list it may take a while.
            Some(kind) if kind.is_dir() => return self.hand_on(),
            Some(kind) if kind.is_file() && self.options.max_filesize.is_none() => {
                return self.tell(Ok(Input::File(path.to_owned())));
            }
            _ => {}
        }
        let passed = |reason| Ok(Input::Passed(path.to_owned(), reason));
        self.tell(match fs::metadata(path) {
            Err(error) => Err(Error::read(path, error)),
            Ok(found) if found.is_file() => Ok(self.within_size(path, found.len())),
            Ok(found) if !found.is_dir() => passed(SkipReason::Special),
            Ok(_) if entry.depth() == 0 => return Ok(()),
            Ok(_) if leads_back(path) => passed(SkipReason::FolderLoop),
            Ok(_) => passed(SkipReason::FolderLink),
        })
    }

    fn within_size(&self, path: &Path, size: u64) -> Input {
        match self.options.max_filesize {
            Some(most) if size > most => Input::Passed(path.to_owned(), SkipReason::Larger(most)),
            _ => Input::File(path.to_owned()),
        }
    }
}

/// Whether a link leads to a folder that it stands in, however deep.
fn leads_back(link: &Path) -> bool {
    let here = link.parent().and_then(|folder| folder.canonicalize().ok());
    matches!((here, link.canonicalize()), (Some(here), Ok(target)) if here.starts_with(&target))
}

/// What the walker could not read: which path, and what the system said. A folder loop is no error.
fn unreadable(root: &Path, error: ignore::Error) -> Result<Input, Error> {
    let mut path = root.to_owned();
    let mut inner = &error;
    loop {
        inner = match inner {
            ignore::Error::WithPath { path: at, err } => {
                path.clone_from(at);
                err
            }
            ignore::Error::WithDepth { err, .. } | ignore::Error::WithLineNumber { err, .. } => err,
            ignore::Error::Loop { child, .. } => {
                return Ok(Input::Passed(child.clone(), SkipReason::FolderLoop));
            }
            _ => break,
        };
    }
    let said = inner.to_string();
    Err(Error::read(path, error.into_io_error().map_or_else(|| io::Error::other(said), without_path)))
}

/// What the system said, without the path that the walker puts before it: a report names the input already.
fn without_path(error: io::Error) -> io::Error {
    let said = error.get_ref().and_then(|walker| walker.source()).map(ToString::to_string);
    match said {
        Some(said) => io::Error::new(error.kind(), said),
        None => error,
    }
}

/// What is wrong with a glob, without the glob.
fn reason(error: &ignore::Error) -> String {
    match error {
        ignore::Error::Glob { err, .. } => err.clone(),
        other => other.to_string(),
    }
}

#[cfg(test)]
#[path = "walk_tests.rs"]
mod tests;
