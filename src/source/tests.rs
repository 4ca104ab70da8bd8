//! What reading gives, from files, pipes and readers.

use super::*;
use std::sync::atomic::Ordering;

/// A reader that gives a few bytes at a time.
pub(super) struct Small<R>(pub(super) R, pub(super) usize);

impl<R: Read> Read for Small<R> {
    fn read(&mut self, to: &mut [u8]) -> io::Result<usize> {
        let most = self.1.min(to.len());
        self.0.read(&mut to[..most])
    }
}

/// A reader that gives its bytes and then fails.
pub(super) struct Breaking<'b>(pub(super) &'b [u8]);

impl Read for Breaking<'_> {
    fn read(&mut self, to: &mut [u8]) -> io::Result<usize> {
        match self.0.read(to)? {
            0 => Err(io::Error::other("the disk is gone")),
            read => Ok(read),
        }
    }
}

/// What a visitor is told: the name, and the text or what is said of it.
pub(super) fn visited(input: &Input, options: &ReadOptions) -> Vec<(String, String)> {
    let mut visited = Vec::new();
    read(input, options, &mut |name, content| {
        let said = match content {
            Ok(Content::Text(text)) => whole(text, 1 << 30).unwrap_or_else(|error| format!("error {error}")),
            Ok(Content::Skipped(reason)) => format!("skipped {reason}"),
            Err(error) => format!("error {error}"),
        };
        visited.push((name.to_owned(), said));
        ControlFlow::Continue(())
    });
    visited
}

/// What one file with these bytes holds, as [`visited`] says it; its path is cut off the names.
pub(super) fn visited_file(bytes: &[u8], options: &ReadOptions) -> Vec<(String, String)> {
    let (folder, input) = file("a", bytes);
    let root = format!("{}{}", folder.path().display(), std::path::MAIN_SEPARATOR);
    let short = |(name, said): (String, String)| (name.replace(&root, ""), said.replace(&root, ""));
    visited(&input, options).into_iter().map(short).collect()
}

fn file(name: &str, bytes: &[u8]) -> (tempfile::TempDir, Input) {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join(name);
    std::fs::write(&path, bytes).unwrap();
    (folder, Input::File(path))
}

fn one(bytes: &[u8]) -> String {
    let mut visited = visited_file(bytes, &ReadOptions::default());
    assert_eq!(visited.len(), 1, "{visited:?}");
    visited.remove(0).1
}

#[test]
fn a_text_file_is_read_as_it_is() {
    let (_folder, input) = file("a.log", b"one\r\ntwo");
    assert_eq!(read_whole(&input, &ReadOptions::default()).unwrap(), "one\r\ntwo");
    assert!(input.name().ends_with("a.log"));
}

#[test]
fn empty_and_binary_files_are_skipped_with_the_reason() {
    for (bytes, reason) in [
        (&b""[..], "skipped empty"),
        (b"\xEF\xBB\xBF", "skipped empty"),
        (b"\xFF\xFE\0", "skipped empty"),
        (b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR", "skipped binary (PNG picture)"),
        (b"\x01\0\0\x02\xff\0\x10\0\0\0", "skipped binary"),
    ] {
        assert_eq!(one(bytes), reason, "{bytes:?}");
    }
}

#[test]
fn a_missing_file_is_an_error_that_names_it() {
    let error = read_whole(&Input::File("no/such.log".into()), &ReadOptions::default()).unwrap_err();
    assert!(error.to_string().contains("such.log: "), "{error}");
}

#[test]
fn a_folder_instead_of_a_file_is_an_error() {
    let folder = tempfile::tempdir().unwrap();
    let input = Input::File(folder.path().to_owned());
    assert!(read_whole(&input, &ReadOptions::default()).is_err());
}

#[test]
fn a_text_that_is_wanted_whole_has_a_limit() {
    let text = |bytes| match text_of(bytes, &ReadOptions::default()) {
        Ok(Content::Text(text)) => text,
        other => panic!("{other:?}"),
    };
    assert_eq!(whole(text(&b"abcd"[..]), 4).unwrap(), "abcd");
    assert_eq!(whole(text(&b"abcde"[..]), 4).unwrap_err().to_string(), "larger than 4 bytes");
}

#[test]
fn a_large_text_comes_in_pieces_of_the_size_asked_for() {
    let line = "EMSMTA!otpmralt+0x25 Zoë\n";
    let bytes = line.repeat(100_000);
    let Ok(Content::Text(mut text)) = text_of(bytes.as_bytes(), &ReadOptions::default()) else { panic!() };
    let (mut all, mut piece) = (String::new(), String::new());
    let mut more = true;
    while more {
        piece.clear();
        more = text.fill(&mut piece, 300_000).unwrap();
        assert!(piece.len() < 300_000 + 140_000, "{}", piece.len());
        assert!(!more || piece.len() >= 300_000, "{}", piece.len());
        all.push_str(&piece);
    }
    assert!(all == bytes);
    assert!(!text.fill(&mut piece, usize::MAX).unwrap());
}

#[test]
fn a_file_that_breaks_off_gives_what_was_read_and_then_the_error() {
    let long = "line\n".repeat(50_000);
    for bytes in ["short \u{e9}", &long] {
        let cut = &bytes.as_bytes()[..bytes.len() - 1];
        let Ok(Content::Text(mut text)) = text_of(Breaking(cut), &ReadOptions::default()) else { panic!() };
        let mut read = String::from("before ");
        let error = text.fill(&mut read, usize::MAX).unwrap_err();
        assert_eq!(error.to_string(), "the disk is gone");
        assert!(read.starts_with(&format!("before {}", &bytes[..bytes.len() - 2])));
        assert!(!text.fill(&mut read, usize::MAX).unwrap(), "the text ends there");
    }
    assert!(text_of(Breaking(b""), &ReadOptions::default()).is_err());
}

#[test]
fn progress_is_the_bytes_of_the_files() {
    let options = ReadOptions::default();
    for bytes in [&b"text"[..], b"\x89PNG\r\n\x1a\n", &b"line\n".repeat(100_000)] {
        let before = options.progress.load(Ordering::Relaxed);
        visited_file(bytes, &options);
        assert_eq!(options.progress.load(Ordering::Relaxed) - before, bytes.len() as u64);
    }
}

#[cfg(unix)]
#[test]
fn a_named_pipe_is_read() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("pipe");
    if !std::process::Command::new("mkfifo").arg(&path).status().is_ok_and(|status| status.success()) {
        return;
    }
    let writer = std::thread::spawn({
        let path = path.clone();
        move || std::fs::write(path, "through the pipe")
    });
    let found: Vec<_> = inputs(&[path], &WalkOptions::default()).map(Result::unwrap).collect();
    assert_eq!(read_whole(&found[0], &ReadOptions::default()).unwrap(), "through the pipe");
    writer.join().unwrap().unwrap();
}
