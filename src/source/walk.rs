//! Lists what there is to read: the paths that were given, and the files in folders.
//!
//! Folders are walked in the order of their file names, hidden and ignored files included unless asked otherwise, by a
//! thread of their own ahead of whoever reads. A link to a file is the file; a link to a folder is followed only when
//! asked for or when it was named itself.

use super::{Input, SkipReason};
use crate::Error;
use ignore::overrides::{Override, OverrideBuilder};
use ignore::{DirEntry, WalkBuilder};
use std::fs;
use std::io;
use std::iter::once;
use std::path::{Path, PathBuf};
use std::sync::mpsc::sync_channel;

/// Entries that the walk may be ahead.
const AHEAD: usize = 1024;

/// Which files of folders to read.
#[derive(Debug, Clone, Default)]
pub struct WalkOptions {
    /// Globs as in a `.gitignore`: only files that one of them matches; those that one with `!` in front matches are left
    /// out. The last that matches counts.
    pub globs: Vec<String>,
    /// Files of more bytes are passed.
    pub largest: Option<u64>,
    /// Links to folders are walked too.
    pub follow_links: bool,
    /// Hidden files and folders are left out.
    pub skip_hidden: bool,
    /// What `.gitignore` and `.ignore` name is left out.
    pub skip_ignored: bool,
}

/// Everything to read for these paths, in their order; `-` and no path at all are standard input.
///
/// Folders are walked as the iterator goes. What cannot be listed is an error in its place.
pub fn inputs(
    paths: Vec<PathBuf>,
    options: WalkOptions,
) -> impl Iterator<Item = Result<Input, Error>> + Send + use<> {
    let stdin = paths.is_empty().then_some(Ok(Input::Stdin));
    stdin.into_iter().chain(paths.into_iter().flat_map(move |path| named(&path, &options)))
}

impl WalkOptions {
    /// What is wrong with the globs, if anything is.
    pub fn fault(&self) -> Option<String> {
        self.overrides(Path::new(".")).err().map(|error| error.to_string())
    }

    fn overrides(&self, root: &Path) -> Result<Override, ignore::Error> {
        let mut builder = OverrideBuilder::new(root);
        for glob in &self.globs {
            builder.add(glob)?;
        }
        builder.build()
    }
}

fn named(path: &Path, options: &WalkOptions) -> Box<dyn Iterator<Item = Result<Input, Error>> + Send> {
    if path == Path::new("-") {
        return Box::new(once(Ok(Input::Stdin)));
    }
    match fs::metadata(path) {
        Err(error) => Box::new(once(Err(Error::read(path, error)))),
        Ok(found) if found.is_dir() => ahead(path.to_owned(), options.clone()),
        Ok(_) => Box::new(once(Ok(Input::File(path.to_owned())))),
    }
}

/// Walks a folder in a thread of its own.
fn ahead(path: PathBuf, options: WalkOptions) -> Box<dyn Iterator<Item = Result<Input, Error>> + Send> {
    let (sender, entries) = sync_channel(AHEAD);
    let root = path.clone();
    let walk = move || {
        // Whoever listens may have left.
        let _ = folder(&root, &options).try_for_each(|entry| sender.send(entry));
    };
    match std::thread::Builder::new().name("walk".to_owned()).spawn(walk) {
        Ok(_) => Box::new(entries.into_iter()),
        Err(error) => Box::new(once(Err(Error::read(path, error)))),
    }
}

fn folder(path: &Path, options: &WalkOptions) -> impl Iterator<Item = Result<Input, Error>> + use<> {
    let root = path.to_owned();
    let (largest, follow_links) = (options.largest, options.follow_links);
    WalkBuilder::new(path)
        .standard_filters(false)
        .hidden(options.skip_hidden)
        .git_ignore(options.skip_ignored)
        .ignore(options.skip_ignored)
        .parents(options.skip_ignored)
        .require_git(false)
        .overrides(options.overrides(path).unwrap_or_else(|_| Override::empty()))
        .follow_links(follow_links)
        .sort_by_file_name(|one, other| one.cmp(other))
        .build()
        .filter_map(move |entry| match entry {
            Ok(entry) => found(&entry, largest, follow_links),
            Err(error) => Some(unreadable(&root, error)),
        })
}

/// What an entry of a folder is to the reader; nothing where it is a folder, whose entries follow.
fn found(entry: &DirEntry, largest: Option<u64>, follow_links: bool) -> Option<Result<Input, Error>> {
    let path = entry.path();
    let link = entry.path_is_symlink();
    let kind = entry.file_type().filter(|kind| !kind.is_symlink());
    // The folder says what most entries are; only links and sizes need a look at the file.
    if let (Some(kind), None) = (kind, largest) {
        return match kind {
            kind if kind.is_dir() => None,
            kind if kind.is_file() => Some(Ok(Input::File(path.to_owned()))),
            _ => Some(Ok(Input::Passed(path.to_owned(), SkipReason::Special))),
        };
    }
    match fs::metadata(path) {
        Err(error) => Some(Err(Error::read(path, error))),
        Ok(found) if found.is_file() => Some(Ok(match largest {
            Some(largest) if found.len() > largest => {
                Input::Passed(path.to_owned(), SkipReason::TooLarge(found.len()))
            }
            _ => Input::File(path.to_owned()),
        })),
        Ok(found) if found.is_dir() && link && entry.depth() > 0 && !follow_links => {
            let reason = if leads_back(path) { SkipReason::FolderLoop } else { SkipReason::FolderLink };
            Some(Ok(Input::Passed(path.to_owned(), reason)))
        }
        Ok(found) if found.is_dir() => None,
        Ok(_) => Some(Ok(Input::Passed(path.to_owned(), SkipReason::Special))),
    }
}

/// Whether a link leads to a folder that it stands in, however deep.
fn leads_back(link: &Path) -> bool {
    let here = link.parent().and_then(|folder| folder.canonicalize().ok());
    matches!((here, link.canonicalize()), (Some(here), Ok(target)) if here.starts_with(&target))
}

/// The walker's error without its wrapping: which path, and what the system said. A loop of links is no error.
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
    Err(Error::read(path, error.into_io_error().unwrap_or_else(|| io::Error::other(said))))
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::fs::{create_dir_all, write};

    /// Paths below `root` with `/`, or the error, in the order found.
    fn listed(root: &Path) -> Vec<String> {
        inputs(vec![root.to_owned()], WalkOptions::default())
            .map(|input| match input {
                Ok(Input::Passed(path, reason)) => format!("{}: {reason}", below(root, &path)),
                Ok(input) => below(root, input.path()),
                Err(error) => format!("error {}", error.to_string().replace(&*root.to_string_lossy(), "")),
            })
            .collect()
    }

    fn below(root: &Path, path: &Path) -> String {
        path.strip_prefix(root).unwrap().to_string_lossy().replace('\\', "/")
    }

    #[test]
    fn no_path_and_a_dash_are_standard_input() {
        assert_eq!(
            inputs(vec![], WalkOptions::default()).map(Result::unwrap).collect::<Vec<_>>(),
            [Input::Stdin]
        );
        assert_eq!(
            inputs(vec!["-".into()], WalkOptions::default()).map(Result::unwrap).collect::<Vec<_>>(),
            [Input::Stdin]
        );
        assert_eq!(Input::Stdin.name(), "-");
    }

    #[test]
    fn a_missing_path_is_an_error_and_the_others_follow() {
        let folder = tempfile::tempdir().unwrap();
        write(folder.path().join("a"), "a").unwrap();
        let paths = [folder.path().join("none"), folder.path().join("a")];
        let found: Vec<_> = inputs(paths.to_vec(), WalkOptions::default()).collect();
        assert!(found[0].as_ref().unwrap_err().to_string().contains("none: "));
        assert_eq!(found[1].as_ref().unwrap(), &Input::File(paths[1].clone()));
    }

    #[test]
    fn folders_are_walked_in_the_order_of_names_and_nothing_is_filtered() {
        let folder = tempfile::tempdir().unwrap();
        let root = folder.path();
        create_dir_all(root.join("b/.git")).unwrap();
        write(root.join(".gitignore"), "*.log\n").unwrap();
        write(root.join(".ignore"), "*\n").unwrap();
        for name in ["c.log", "a.log", ".hidden", "b/2.log", "b/10.log", "b/.git/x"] {
            write(root.join(name), "x").unwrap();
        }
        assert_eq!(
            listed(root),
            [".gitignore", ".hidden", ".ignore", "a.log", "b/.git/x", "b/10.log", "b/2.log", "c.log"]
        );
    }

    #[cfg(unix)]
    #[test]
    fn links_to_files_are_read_and_links_to_folders_are_told_of() {
        use std::os::unix::fs::symlink;
        let (folder, other) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
        let root = folder.path();
        create_dir_all(root.join("in/deep")).unwrap();
        write(root.join("in/a"), "a").unwrap();
        write(other.path().join("elsewhere"), "b").unwrap();
        symlink(root.join("in/a"), root.join("link")).unwrap();
        symlink("..", root.join("in/deep/loop")).unwrap();
        symlink(root, root.join("in/root")).unwrap();
        symlink(other.path(), root.join("out")).unwrap();
        assert_eq!(
            listed(root),
            [
                "in/a".to_owned(),
                format!("in/deep/loop: {}", SkipReason::FolderLoop),
                format!("in/root: {}", SkipReason::FolderLoop),
                "link".to_owned(),
                format!("out: {}", SkipReason::FolderLink),
            ]
        );
    }

    #[cfg(unix)]
    #[test]
    fn a_link_to_a_folder_that_was_named_is_walked() {
        let folder = tempfile::tempdir().unwrap();
        create_dir_all(folder.path().join("real")).unwrap();
        write(folder.path().join("real/a"), "a").unwrap();
        std::os::unix::fs::symlink("real", folder.path().join("named")).unwrap();
        assert_eq!(listed(&folder.path().join("named")), ["a"]);
    }

    #[cfg(unix)]
    #[test]
    fn a_link_to_nothing_is_an_error_and_the_others_follow() {
        let folder = tempfile::tempdir().unwrap();
        std::os::unix::fs::symlink("gone", folder.path().join("a")).unwrap();
        std::os::unix::fs::symlink("self", folder.path().join("self")).unwrap();
        write(folder.path().join("b"), "b").unwrap();
        let found = listed(folder.path());
        assert!(found[0].starts_with("error /a: "), "{found:?}");
        assert_eq!(found[1], "b");
        assert!(found[2].starts_with("error /self: "), "{found:?}");
    }

    #[cfg(unix)]
    #[test]
    fn a_folder_that_cannot_be_listed_is_an_error_and_the_others_follow() {
        use std::os::unix::fs::PermissionsExt;
        let folder = tempfile::tempdir().unwrap();
        let closed = folder.path().join("closed");
        create_dir_all(&closed).unwrap();
        write(folder.path().join("open"), "x").unwrap();
        fs::set_permissions(&closed, fs::Permissions::from_mode(0o000)).unwrap();
        let found = listed(folder.path());
        let root_user = fs::read_dir(&closed).is_ok();
        fs::set_permissions(&closed, fs::Permissions::from_mode(0o700)).unwrap();
        if !root_user {
            assert!(found[0].starts_with("error /closed: "), "{found:?}");
        }
        assert_eq!(found.last().unwrap(), "open");
    }

    #[cfg(unix)]
    #[test]
    fn sockets_in_a_folder_are_passed() {
        let folder = tempfile::tempdir().unwrap();
        let _socket = std::os::unix::net::UnixListener::bind(folder.path().join("s")).unwrap();
        assert_eq!(listed(folder.path()), [format!("s: {}", SkipReason::Special)]);
    }

    #[cfg(target_os = "linux")]
    #[test]
    fn names_that_are_no_utf8_are_found_and_shown() {
        use std::os::unix::ffi::OsStrExt;
        let folder = tempfile::tempdir().unwrap();
        let name = std::ffi::OsStr::from_bytes(b"caf\xe9.log");
        write(folder.path().join(name), "x").unwrap();
        let found: Vec<_> =
            inputs(vec![folder.path().to_owned()], WalkOptions::default()).map(Result::unwrap).collect();
        assert!(found[0].name().ends_with("caf\u{fffd}.log"));
        assert_eq!(fs::read(found[0].path()).unwrap(), b"x");
    }
}
