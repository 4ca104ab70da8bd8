//! Reads signature files, folders of them and packs: the files of a folder on all cores, what they give in their order.

use super::check;
use super::database::{is_runtime_list, located, read};
use super::entry::Entry;
use super::model::{RuntimeEntry, RuntimeFile, Signature};
use super::names::FramePattern;
use super::pack;
use super::place::Step;
use crate::Error;
use std::borrow::Cow;
use std::io;
use std::path::{Path, PathBuf};

/// What a file holds.
pub(super) enum Loaded {
    Signature(Box<Entry>),
    Frames(Vec<RuntimeEntry>),
    /// A pack that is whole.
    Pack(Vec<u8>),
}

/// What a folder of TOML files, one such file or a pack holds, in the order of the paths below it.
pub(super) fn load(path: &Path) -> Vec<Result<Loaded, Error>> {
    if path.is_dir() {
        return folder(path);
    }
    let bytes = match std::fs::read(path) {
        Ok(bytes) => bytes,
        Err(error) => return vec![Err(Error::read(path, error))],
    };
    if pack::is_pack(&bytes) {
        let fault = pack::fault(&bytes);
        return vec![match fault {
            Some(fault) => Err(Error::read(path, io::Error::new(io::ErrorKind::InvalidData, fault))),
            None => Ok(Loaded::Pack(bytes)),
        }];
    }
    let text = String::from_utf8(bytes).map_err(|error| io::Error::new(io::ErrorKind::InvalidData, error));
    vec![text.map_err(|error| Error::read(path, error)).and_then(|text| file(path, Cow::Owned(text)))]
}

fn folder(path: &Path) -> Vec<Result<Loaded, Error>> {
    let files: Vec<Result<PathBuf, Error>> = toml_files(path).collect();
    let threads = std::thread::available_parallelism().map_or(1, usize::from);
    let mut shares: Vec<Vec<Result<PathBuf, Error>>> = Vec::new();
    let share = files.len().div_ceil(threads).max(1);
    let mut files = files.into_iter();
    loop {
        let next: Vec<_> = files.by_ref().take(share).collect();
        if next.is_empty() {
            break;
        }
        shares.push(next);
    }
    let read = |share: Vec<Result<PathBuf, Error>>| -> Vec<Result<Loaded, Error>> {
        let read = |path: PathBuf| match std::fs::read_to_string(&path) {
            Ok(text) => file(&path, Cow::Owned(text)),
            Err(error) => Err(Error::read(&path, error)),
        };
        share.into_iter().map(|path| path.and_then(read)).collect()
    };
    std::thread::scope(|scope| {
        let readers: Vec<_> = shares.into_iter().map(|share| scope.spawn(move || read(share))).collect();
        readers.into_iter().flat_map(|reader| reader.join().unwrap_or_default()).collect()
    })
}

/// What a TOML file holds: a signature, or a list of runtime frames.
pub(super) fn file(path: &Path, text: Cow<'static, str>) -> Result<Loaded, Error> {
    if is_runtime_list(path) {
        return frames(path, &text).map(Loaded::Frames);
    }
    let signature: Signature = read(path, &text)?;
    match check::problem(&signature) {
        Some(problem) => Err(located(path, &text, problem)),
        None => Ok(Loaded::Signature(Box::new(Entry::from_file(path, text, signature)))),
    }
}

fn frames(path: &Path, text: &str) -> Result<Vec<RuntimeEntry>, Error> {
    let file: RuntimeFile = read(path, text)?;
    for (index, entry) in file.frames.iter().enumerate() {
        let at = [Step::Key("frame"), Step::Index(index)];
        if entry.reason.trim().is_empty() {
            return Err(located(path, text, check::Problem::new(&at, "`reason` is empty")));
        }
        if let Err(wrong) = FramePattern::read(&entry.frame) {
            return Err(located(path, text, check::Problem::new(&at, format!("`frame`: {wrong}"))));
        }
    }
    Ok(file.frames)
}

/// The TOML files below a folder, by path. A loop of links is named instead of walked.
fn toml_files(folder: &Path) -> impl Iterator<Item = Result<PathBuf, Error>> + use<> {
    let is_toml = |path: &Path| path.extension().is_some_and(|end| end.eq_ignore_ascii_case("toml"));
    let folder = folder.to_owned();
    let mut walk = ignore::WalkBuilder::new(&folder);
    walk.standard_filters(false).follow_links(true).sort_by_file_path(Path::cmp);
    walk.build().filter_map(move |entry| match entry {
        Ok(entry) if entry.file_type().is_some_and(|kind| kind.is_dir()) => None,
        Ok(entry) => is_toml(entry.path()).then(|| Ok(entry.into_path())),
        Err(error) => {
            let path = path_of(&error).unwrap_or_else(|| folder.clone());
            let text = error.to_string();
            Some(Err(Error::read(path, error.into_io_error().unwrap_or_else(|| io::Error::other(text)))))
        }
    })
}

/// The path that a walk stumbled over.
fn path_of(error: &ignore::Error) -> Option<PathBuf> {
    match error {
        ignore::Error::WithPath { path, .. } => Some(path.clone()),
        ignore::Error::Loop { child, .. } => Some(child.clone()),
        ignore::Error::WithDepth { err, .. } | ignore::Error::WithLineNumber { err, .. } => path_of(err),
        _ => None,
    }
}
