//! Lists what there is to read: the paths that were given, and the files in folders.
//!
//! Folders are walked in the order of their file names, depth first, by a thread of their own that is ahead of
//! the reading; the next ones are listed by others meanwhile, so that a slow disk or network is asked for several at
//! once. Hidden and ignored files are included unless asked otherwise. A link to a file is the file; a link to a folder
//! is not followed unless asked for, but for a link that was named itself.

use super::folder::{Entry, Folder};
use super::{Input, SkipReason};
use crate::Error;
use ignore::overrides::{Override, OverrideBuilder};
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::mpsc::{Receiver, Sender, SyncSender, channel, sync_channel};
use std::sync::{Arc, Mutex, PoisonError};

/// How many entries of a folder are handed on at once: each time may wake a thread, which costs more than the entry.
const TOGETHER: usize = 64;
/// How many times that the walk may be ahead.
const AHEAD: usize = 16;
/// Threads that list folders: they mostly wait for a disk.
const LISTERS: usize = 4;
/// Folders of each folder on the way that may be listed ahead: what is held of them is bounded.
const FOLDERS_AHEAD: usize = 16;

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
pub struct Globs(pub(super) Override);

impl WalkOptions {
    /// A file of so many bytes.
    pub(super) fn within_size(&self, path: PathBuf, size: u64) -> Input {
        match self.max_filesize {
            Some(most) if size > most => Input::Passed(path, SkipReason::Larger(most)),
            _ => Input::File(path),
        }
    }
}

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
        let mut walk = Walk { options: Arc::new(options), found: Found::new(), to: &to, listers: None };
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
    options: Arc<WalkOptions>,
    /// What nobody was told yet.
    found: Found,
    to: &'w SyncSender<Found>,
    /// Who lists folders ahead; nobody before a folder has two in it.
    listers: Option<Sender<Arc<Folder>>>,
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
            Ok(found) if found.is_dir() => self.folder(&Folder::named(path, &self.options)),
            Ok(found) => self.tell(Ok(self.options.within_size(path.to_owned(), found.len()))),
        }
    }

    /// Tells of a folder and all in it, depth first.
    fn folder(&mut self, root: &Folder) -> Result<(), Left> {
        let mut begun = vec![self.begin(root)];
        while let Some(folder) = begun.last_mut() {
            match folder.entries.next() {
                None => {
                    begun.pop();
                }
                Some(Entry::Input(found)) => self.tell(found)?,
                Some(Entry::Folder(next)) => {
                    self.ask(folder.unasked.next());
                    // To list it may take a while.
                    self.hand_on()?;
                    begun.push(self.begin(&next));
                }
            }
        }
        Ok(())
    }

    /// Begins to walk a folder: the first ones in it are listed meanwhile.
    fn begin(&mut self, folder: &Folder) -> Begun {
        let entries = folder.take(&self.options);
        let folders = entries.iter().filter_map(|entry| match entry {
            Entry::Folder(folder) => Some(Arc::clone(folder)),
            Entry::Input(_) => None,
        });
        let mut unasked = folders.collect::<Vec<_>>().into_iter();
        // The very first is walked next.
        self.ask(unasked.by_ref().take(FOLDERS_AHEAD).skip(1));
        Begun { entries: entries.into_iter(), unasked }
    }

    /// Has folders listed by who has the time.
    fn ask(&mut self, folders: impl IntoIterator<Item = Arc<Folder>>) {
        for folder in folders {
            let listers = self.listers.get_or_insert_with(|| listers(&self.options));
            // Without anybody to list it the walk will.
            let _ = listers.send(folder);
        }
    }
}

/// A folder that is being walked.
struct Begun {
    /// What is left of it.
    entries: std::vec::IntoIter<Entry>,
    /// The folders in it that nobody was asked to list.
    unasked: std::vec::IntoIter<Arc<Folder>>,
}

/// Starts threads that list folders, until nobody is left to ask them.
fn listers(options: &Arc<WalkOptions>) -> Sender<Arc<Folder>> {
    let (to, wanted) = channel::<Arc<Folder>>();
    let wanted = Arc::new(Mutex::new(wanted));
    for _ in 0..LISTERS {
        let (options, wanted) = (Arc::clone(options), Arc::clone(&wanted));
        let list = move || {
            let next = || wanted.lock().unwrap_or_else(PoisonError::into_inner).recv();
            while let Ok(folder) = next() {
                folder.prepare(&options);
            }
        };
        // One more or less changes nothing but the time it takes.
        let _ = std::thread::Builder::new().name("list".to_owned()).spawn(list);
    }
    to
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
