//! Lists what there is to read: the paths that were given, and the files in folders.
//!
//! Folders are walked in the order of their file names, hidden and ignored files included. A link to a file
//! is the file; a link to a folder is not followed, wherever it leads, but for a link that was named itself.

use super::{Input, SkipReason};
use crate::Error;
use ignore::{DirEntry, WalkBuilder};
use std::fs;
use std::io;
use std::iter::once;
use std::path::{Path, PathBuf};

/// Everything to read for these paths, in their order; `-` and no path at all are standard input.
///
/// Folders are walked as the iterator goes. What cannot be listed is an error in its place.
pub fn inputs(paths: &[PathBuf]) -> impl Iterator<Item = Result<Input, Error>> + '_ {
    let stdin = paths.is_empty().then_some(Ok(Input::Stdin));
    stdin.into_iter().chain(paths.iter().flat_map(|path| named(path)))
}

fn named(path: &Path) -> Box<dyn Iterator<Item = Result<Input, Error>>> {
    if path == Path::new("-") {
        return Box::new(once(Ok(Input::Stdin)));
    }
    match fs::metadata(path) {
        Err(error) => Box::new(once(Err(Error::read(path, error)))),
        Ok(found) if found.is_dir() => Box::new(folder(path)),
        Ok(_) => Box::new(once(Ok(Input::File(path.to_owned())))),
    }
}

fn folder(path: &Path) -> impl Iterator<Item = Result<Input, Error>> + use<> {
    let root = path.to_owned();
    WalkBuilder::new(path)
        .standard_filters(false)
        .follow_links(false)
        .sort_by_file_name(|one, other| one.cmp(other))
        .build()
        .filter_map(move |entry| match entry {
            Ok(entry) => found(&entry),
            Err(error) => Some(Err(unreadable(&root, error))),
        })
}

/// What an entry of a folder is to the reader; nothing where it is a folder, whose entries follow.
fn found(entry: &DirEntry) -> Option<Result<Input, Error>> {
    let path = entry.path();
    let link = entry.path_is_symlink();
    match fs::metadata(path) {
        Err(error) => Some(Err(Error::read(path, error))),
        Ok(found) if found.is_file() => Some(Ok(Input::File(path.to_owned()))),
        Ok(found) if found.is_dir() && link && entry.depth() > 0 => {
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

/// The walker's error without its wrapping: which path, and what the system said.
fn unreadable(root: &Path, error: ignore::Error) -> Error {
    let mut path = root.to_owned();
    let mut inner = &error;
    loop {
        inner = match inner {
            ignore::Error::WithPath { path: at, err } => {
                path.clone_from(at);
                err
            }
            ignore::Error::WithDepth { err, .. } | ignore::Error::WithLineNumber { err, .. } => err,
            _ => break,
        };
    }
    let said = inner.to_string();
    Error::read(path, error.into_io_error().unwrap_or_else(|| io::Error::other(said)))
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::fs::{create_dir_all, write};

    /// Paths below `root` with `/`, or the error, in the order found.
    fn listed(root: &Path) -> Vec<String> {
        inputs(&[root.to_owned()])
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
        assert_eq!(inputs(&[]).map(Result::unwrap).collect::<Vec<_>>(), [Input::Stdin]);
        assert_eq!(inputs(&["-".into()]).map(Result::unwrap).collect::<Vec<_>>(), [Input::Stdin]);
        assert_eq!(Input::Stdin.name(), "-");
    }

    #[test]
    fn a_missing_path_is_an_error_and_the_others_follow() {
        let folder = tempfile::tempdir().unwrap();
        write(folder.path().join("a"), "a").unwrap();
        let paths = [folder.path().join("none"), folder.path().join("a")];
        let found: Vec<_> = inputs(&paths).collect();
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
        let found: Vec<_> = inputs(&[folder.path().to_owned()]).map(Result::unwrap).collect();
        assert!(found[0].name().ends_with("caf\u{fffd}.log"));
        assert_eq!(fs::read(found[0].path()).unwrap(), b"x");
    }
}
