//! Folders with everything that stands in them.

use super::*;
use std::fs::{create_dir_all, write};

/// Paths below `root` with `/`, or the error, in the order found.
fn listed(root: &Path) -> Vec<String> {
    listed_with(root, &WalkOptions::default())
}

fn listed_with(root: &Path, options: &WalkOptions) -> Vec<String> {
    inputs(&[root.to_owned()], options)
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
    assert_eq!(inputs(&[], &WalkOptions::default()).map(Result::unwrap).collect::<Vec<_>>(), [Input::Stdin]);
    assert_eq!(
        inputs(&["-".into()], &WalkOptions::default()).map(Result::unwrap).collect::<Vec<_>>(),
        [Input::Stdin]
    );
    assert_eq!(Input::Stdin.name(), "-");
}

#[test]
fn a_missing_path_is_an_error_and_the_others_follow() {
    let folder = tempfile::tempdir().unwrap();
    write(folder.path().join("a"), "a").unwrap();
    let paths = [folder.path().join("none"), folder.path().join("a")];
    let found: Vec<_> = inputs(&paths, &WalkOptions::default()).collect();
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
fn an_error_of_the_walk_names_the_path_once() {
    let folder = tempfile::tempdir().unwrap();
    std::os::unix::fs::symlink("self", folder.path().join("self")).unwrap();
    let found = listed_with(folder.path(), &WalkOptions { follow_links: true, ..WalkOptions::default() });
    assert_eq!(found[0].matches("self").count(), 1, "{found:?}");
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
        inputs(&[folder.path().to_owned()], &WalkOptions::default()).map(Result::unwrap).collect();
    assert!(found[0].name().ends_with("caf\u{fffd}.log"));
    assert_eq!(fs::read(found[0].path()).unwrap(), b"x");
}

#[test]
fn globs_hidden_and_ignored_files_are_left_out_where_asked() {
    let folder = tempfile::tempdir().unwrap();
    let root = folder.path();
    create_dir_all(root.join("b/.git")).unwrap();
    write(root.join(".ignore"), "old*\n").unwrap();
    for name in ["a.log", "a.txt", "old.log", "b/.git/x.log", "b/c.log", "b/old.txt"] {
        write(root.join(name), "x").unwrap();
    }
    let globs = |globs: &[&str]| WalkOptions { globs: Globs::new(globs).unwrap(), ..WalkOptions::default() };
    assert_eq!(listed_with(root, &globs(&["*.txt"])), ["a.txt", "b/old.txt"]);
    assert_eq!(listed_with(root, &globs(&["!*.log", "!.ignore"])), ["a.txt", "b/old.txt"]);
    assert_eq!(listed_with(root, &globs(&["*.log", "!old*", "!.git"])), ["a.log", "b/c.log"]);
    let hidden = WalkOptions { skip_hidden: true, ..WalkOptions::default() };
    assert_eq!(listed_with(root, &hidden), ["a.log", "a.txt", "b/c.log", "b/old.txt", "old.log"]);
    let ignored = WalkOptions { respect_ignore: true, ..WalkOptions::default() };
    assert_eq!(listed_with(root, &ignored), [".ignore", "a.log", "a.txt", "b/.git/x.log", "b/c.log"]);
    let named: Vec<_> = inputs(&[root.join("a.log")], &globs(&["*.txt"])).map(Result::unwrap).collect();
    assert_eq!(named, [Input::File(root.join("a.log"))], "who names a file wants it");
}

#[test]
fn a_glob_that_is_none_is_an_error_that_names_it() {
    let error = Globs::new(["*.log", "a[b"]).unwrap_err();
    assert_eq!(error.to_string(), "a[b: unclosed character class; missing ']'");
}

#[test]
fn files_over_the_size_asked_for_are_passed_with_the_reason() {
    let folder = tempfile::tempdir().unwrap();
    write(folder.path().join("a"), [b'a'; 1024]).unwrap();
    write(folder.path().join("b"), [b'a'; 1025]).unwrap();
    let options = WalkOptions { max_filesize: Some(1024), ..WalkOptions::default() };
    assert_eq!(listed_with(folder.path(), &options), ["a", "b: larger than 1 KiB"]);
    let named: Vec<_> = inputs(&[folder.path().join("b")], &options).map(Result::unwrap).collect();
    assert_eq!(named, [Input::Passed(folder.path().join("b"), SkipReason::Larger(1024))]);
}

#[cfg(unix)]
#[test]
fn links_are_followed_where_asked_and_a_loop_is_told_once() {
    use std::os::unix::fs::symlink;
    let (folder, other) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    let root = folder.path();
    create_dir_all(root.join("in/deep")).unwrap();
    write(root.join("in/deep/a"), "a").unwrap();
    write(other.path().join("elsewhere"), "b").unwrap();
    symlink("..", root.join("in/deep/loop")).unwrap();
    symlink(other.path(), root.join("out")).unwrap();
    symlink("gone", root.join("zero")).unwrap();
    let options = WalkOptions { follow_links: true, ..WalkOptions::default() };
    let found = listed_with(root, &options);
    let looped = format!("in/deep/loop: {}", SkipReason::FolderLoop);
    assert_eq!(found[..3], ["in/deep/a".to_owned(), looped, "out/elsewhere".to_owned()]);
    assert!(found[3].starts_with("error /zero: "), "{found:?}");
    assert_eq!(found.len(), 4);
}

#[test]
fn a_walk_that_nobody_waits_for_ends() {
    let folder = tempfile::tempdir().unwrap();
    for i in 0..3000 {
        write(folder.path().join(i.to_string()), "x").unwrap();
    }
    let mut walk = inputs(&[folder.path().to_owned()], &WalkOptions::default());
    assert!(walk.next().is_some());
    drop(walk);
    let all = inputs(&[folder.path().to_owned()], &WalkOptions::default());
    assert_eq!(all.map(Result::unwrap).count(), 3000);
}

#[test]
fn folders_that_are_listed_ahead_come_in_their_turn() {
    let folder = tempfile::tempdir().unwrap();
    let mut expected = Vec::new();
    for one in 10..40 {
        for two in 10..14 {
            for three in ["a", "b/c"] {
                let name = format!("{one}/{two}/{three}");
                create_dir_all(folder.path().join(&name).parent().unwrap()).unwrap();
                write(folder.path().join(&name), "x").unwrap();
                expected.push(name);
            }
        }
        expected.push(format!("{one}/z"));
        write(folder.path().join(format!("{one}/z")), "x").unwrap();
    }
    assert_eq!(listed(folder.path()), expected);
}

#[test]
fn what_a_folder_ignores_is_ignored_in_those_below_it() {
    let folder = tempfile::tempdir().unwrap();
    let root = folder.path();
    create_dir_all(root.join("a/b/c")).unwrap();
    create_dir_all(root.join("d/out")).unwrap();
    write(root.join(".ignore"), "*.tmp\n/a/b/no\nout/\n").unwrap();
    write(root.join("a/.ignore"), "!x.tmp\nb/c/*.log\n").unwrap();
    for name in ["a/b/no", "a/b/x.tmp", "a/b/y.tmp", "a/b/c/1.log", "a/b/c/no", "d/out/1", "d/x.tmp", "d/no"]
    {
        write(root.join(name), "x").unwrap();
    }
    let ignored = WalkOptions { respect_ignore: true, ..WalkOptions::default() };
    let expected = [".ignore", "a/.ignore", "a/b/c/no", "a/b/x.tmp", "d/no"];
    assert_eq!(listed_with(root, &ignored), expected);
    let mut one_walk: Vec<_> =
        ignore::WalkBuilder::new(root).hidden(false).build().map(Result::unwrap).collect();
    one_walk.retain(|entry| entry.file_type().unwrap().is_file());
    one_walk.sort_by(|one, other| one.path().cmp(other.path()));
    assert_eq!(one_walk.iter().map(|entry| below(root, entry.path())).collect::<Vec<_>>(), expected);
}

#[cfg(unix)]
#[test]
fn a_loop_over_several_links_is_told_and_two_links_to_one_folder_are_none() {
    use std::os::unix::fs::symlink;
    let (folder, other) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    let root = folder.path();
    create_dir_all(root.join("a/b")).unwrap();
    create_dir_all(other.path().join("deep")).unwrap();
    write(other.path().join("deep/x"), "x").unwrap();
    symlink(other.path(), root.join("a/b/out")).unwrap();
    symlink(other.path().join("deep"), root.join("twice")).unwrap();
    symlink(root.join("a"), other.path().join("deep/up")).unwrap();
    let options = WalkOptions { follow_links: true, ..WalkOptions::default() };
    let looped = |path: &str| format!("{path}: {}", SkipReason::FolderLoop);
    assert_eq!(
        listed_with(root, &options),
        [
            looped("a/b/out/deep/up"),
            "a/b/out/deep/x".to_owned(),
            looped("twice/up/b/out/deep"),
            "twice/x".to_owned(),
        ]
    );
}
