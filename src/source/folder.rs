//! Lists a folder: what of it is read, what is passed, and what is walked in its turn.
//!
//! A folder is listed once, by whoever comes first: the walk, or a thread that is ahead of it.

use super::walk::WalkOptions;
use super::{Input, SkipReason};
use crate::Error;
use ignore::{DirEntry, WalkBuilder};
use std::ffi::OsStr;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

/// An entry of a folder.
#[derive(Debug)]
pub(super) enum Entry {
    Input(Result<Input, Error>),
    Folder(Arc<Folder>),
}

/// A folder that is walked.
#[derive(Debug)]
pub(super) struct Folder {
    path: PathBuf,
    /// How the walk gets here, where links are followed.
    way: Option<Arc<Way>>,
    listing: Mutex<Listing>,
}

#[derive(Debug)]
enum Listing {
    Wanted,
    Done(Vec<Entry>),
    Taken,
}

/// The folders from one that was named down to one below it, each without links.
#[derive(Debug)]
struct Way {
    real: PathBuf,
    above: Option<Arc<Way>>,
}

impl Folder {
    /// A folder that was named.
    pub(super) fn named(path: &Path, options: &WalkOptions) -> Self {
        let way = options.follow_links.then(|| Way::to(path, None));
        Folder::new(path.to_owned(), way)
    }

    fn new(path: PathBuf, way: Option<Arc<Way>>) -> Self {
        Folder { path, way, listing: Mutex::new(Listing::Wanted) }
    }

    /// Lists it, if nobody has begun to.
    pub(super) fn prepare(&self, options: &WalkOptions) {
        let mut listing = self.lock();
        if matches!(*listing, Listing::Wanted) {
            *listing = Listing::Done(self.list(options));
        }
    }

    /// Takes its entries, in the order of their names. Lists it if nobody has, and waits for who has begun to.
    pub(super) fn take(&self, options: &WalkOptions) -> Vec<Entry> {
        let listing = std::mem::replace(&mut *self.lock(), Listing::Taken);
        match listing {
            Listing::Wanted => self.list(options),
            Listing::Done(entries) => entries,
            Listing::Taken => Vec::new(),
        }
    }

    fn lock(&self) -> MutexGuard<'_, Listing> {
        self.listing.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn list(&self, options: &WalkOptions) -> Vec<Entry> {
        let walk = WalkBuilder::new(&self.path)
            .max_depth(Some(1))
            .standard_filters(options.respect_ignore)
            .hidden(options.skip_hidden)
            .overrides(options.globs.0.clone())
            .follow_links(options.follow_links)
            .build();
        // What the walker sorts it lists before, also the folders in this one, which have their own turn.
        let mut below: Vec<_> =
            walk.filter(|entry| !entry.as_ref().is_ok_and(|entry| entry.depth() == 0)).collect();
        // Of one folder only the names differ.
        below.sort_by(|one, other| path(one).cmp(&path(other)));
        let entry = |entry: Result<DirEntry, _>| match entry {
            Ok(entry) => self.entry(entry, options),
            Err(error) => Entry::Input(unreadable(&self.path, error)),
        };
        below.into_iter().map(entry).collect()
    }

    /// What an entry is to the reader. Its kind is what the folder says: only links are looked up, and sizes where there is
    /// a limit.
    fn entry(&self, entry: DirEntry, options: &WalkOptions) -> Entry {
        let linked = entry.path_is_symlink();
        let kind = entry.file_type();
        let path = entry.into_path();
        if kind.is_some_and(|kind| kind.is_dir()) {
            return self.below(path, linked);
        }
        if kind.is_some_and(|kind| kind.is_file()) && options.max_filesize.is_none() {
            return Entry::Input(Ok(Input::File(path)));
        }
        Entry::Input(match fs::metadata(&path) {
            Err(error) => Err(Error::read(&path, error)),
            Ok(found) if found.is_file() => Ok(options.within_size(path, found.len())),
            Ok(found) if !found.is_dir() => Ok(Input::Passed(path, SkipReason::Special)),
            Ok(_) if leads_back(&path) => Ok(Input::Passed(path, SkipReason::FolderLoop)),
            Ok(_) => Ok(Input::Passed(path, SkipReason::FolderLink)),
        })
    }

    /// A folder in this one, or a link to one that is followed.
    fn below(&self, path: PathBuf, linked: bool) -> Entry {
        let Some(way) = &self.way else { return Entry::Folder(Arc::new(Folder::new(path, None))) };
        let next = if linked { Way::to(&path, Some(way)) } else { way.down(&path) };
        if way.has(&next.real) {
            return Entry::Input(Ok(Input::Passed(path, SkipReason::FolderLoop)));
        }
        Entry::Folder(Arc::new(Folder::new(path, Some(next))))
    }
}

impl Way {
    /// To a path that may be a link. One that cannot be resolved cannot be listed either.
    fn to(path: &Path, above: Option<&Arc<Way>>) -> Arc<Way> {
        let real = path.canonicalize().unwrap_or_else(|_| path.to_owned());
        Arc::new(Way { real, above: above.cloned() })
    }

    /// To a folder in the last one, which is no link.
    fn down(self: &Arc<Way>, path: &Path) -> Arc<Way> {
        let real = path.file_name().map_or_else(|| path.to_owned(), |name| self.real.join(name));
        Arc::new(Way { real, above: Some(Arc::clone(self)) })
    }

    fn has(&self, real: &Path) -> bool {
        std::iter::successors(Some(self), |way| way.above.as_deref()).any(|way| way.real == real)
    }
}

/// Whether a link leads to a folder that it stands in, however deep.
fn leads_back(link: &Path) -> bool {
    let here = link.parent().and_then(|folder| folder.canonicalize().ok());
    matches!((here, link.canonicalize()), (Some(here), Ok(target)) if here.starts_with(&target))
}

/// The path of an entry, or of what failed.
fn path(entry: &Result<DirEntry, ignore::Error>) -> Option<&OsStr> {
    let path = match entry {
        Ok(entry) => Some(entry.path()),
        Err(error) => innermost(error).0,
    };
    path.map(Path::as_os_str)
}

/// What the walker could not read: which path, and what the system said. A folder loop is no error.
fn unreadable(folder: &Path, error: ignore::Error) -> Result<Input, Error> {
    let (path, inner) = innermost(&error);
    let path = path.unwrap_or(folder).to_owned();
    if matches!(inner, ignore::Error::Loop { .. }) {
        return Ok(Input::Passed(path, SkipReason::FolderLoop));
    }
    let said = inner.to_string();
    Err(Error::read(path, error.into_io_error().map_or_else(|| io::Error::other(said), without_path)))
}

/// What failed, without what was said about it later, and where.
fn innermost(error: &ignore::Error) -> (Option<&Path>, &ignore::Error) {
    let (mut path, mut inner) = (None, error);
    loop {
        inner = match inner {
            ignore::Error::WithPath { path: at, err } => {
                path = Some(at.as_path());
                err
            }
            ignore::Error::WithDepth { err, .. } | ignore::Error::WithLineNumber { err, .. } => err,
            ignore::Error::Loop { child, .. } => return (Some(child), inner),
            _ => return (path, inner),
        };
    }
}

/// What the system said, without the path that the walker puts before it: a report names the input already.
fn without_path(error: io::Error) -> io::Error {
    let said = error.get_ref().and_then(|walker| walker.source()).map(ToString::to_string);
    match said {
        Some(said) => io::Error::new(error.kind(), said),
        None => error,
    }
}
