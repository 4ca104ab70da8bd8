//! Where text comes from: standard input, files, folders. Knows no dialect.
//!
//! [`inputs`] says what there is to read, [`read`] gives the text of one of them: always UTF-8, whatever the
//! encoding of the file, with its lines where they were. What holds no text (an empty file, a picture) is
//! [`Content::Skipped`], with the reason; what could not be read is an [`Error`] of that input alone.
//!
//! Limits: an input is read whole, and may have 1 GiB ([`ReadOptions::limit`]).

mod decode;
mod magic;
mod walk;

pub use encoding_rs::Encoding;
pub use walk::inputs;

use crate::Error;
use std::borrow::Cow;
use std::fmt;
use std::fs::File;
use std::io::{self, Read};
use std::path::{Path, PathBuf};

/// Something to read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Input {
    /// Standard input.
    Stdin,
    /// A file, or whatever else was named: a pipe is read as well.
    File(PathBuf),
    /// An entry of a folder that is left alone, and why.
    Passed(PathBuf, SkipReason),
}

impl Input {
    /// The path as it was given, `-` for standard input. What is no Unicode in it becomes U+FFFD.
    pub fn name(&self) -> Cow<'_, str> {
        self.path().to_string_lossy()
    }

    /// The path as it was given, `-` for standard input.
    pub fn path(&self) -> &Path {
        match self {
            Input::Stdin => Path::new("-"),
            Input::File(path) | Input::Passed(path, _) => path,
        }
    }
}

/// What an input holds.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Content {
    /// Text.
    Text(String),
    /// Nothing that could be read as text.
    Skipped(SkipReason),
}

/// Why an input was left alone. None of these is an error.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SkipReason {
    /// It holds nothing.
    Empty,
    /// It is no text; its format, where that is known.
    Binary(Option<&'static str>),
    /// A pipe, a socket or a device found in a folder.
    Special,
    /// A link to a folder, found in a folder.
    FolderLink,
    /// A link back to a folder that it stands in.
    FolderLoop,
}

impl fmt::Display for SkipReason {
    fn fmt(&self, to: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            SkipReason::Empty => to.write_str("empty"),
            SkipReason::Binary(None) => to.write_str("binary"),
            SkipReason::Binary(Some(format)) => write!(to, "binary ({format})"),
            SkipReason::Special => to.write_str("no file but a pipe, a socket or a device"),
            SkipReason::FolderLink => to.write_str("a link to a folder, not followed"),
            SkipReason::FolderLoop => {
                to.write_str("a folder loop: the link leads back to a folder it stands in")
            }
        }
    }
}

/// How to read.
#[derive(Debug, Clone)]
pub struct ReadOptions {
    /// Encoding of every input without a byte order mark; told from the content where `None`.
    pub encoding: Option<&'static Encoding>,
    /// The most bytes an input may have.
    pub limit: u64,
}

impl Default for ReadOptions {
    fn default() -> Self {
        ReadOptions { encoding: None, limit: 1 << 30 }
    }
}

/// Reads one input.
pub fn read(input: &Input, options: &ReadOptions) -> Result<Content, Error> {
    let bytes = match input {
        Input::Stdin => read_bytes(io::stdin().lock(), 0, options.limit),
        Input::File(path) => read_file(path, options.limit),
        Input::Passed(_, reason) => return Ok(Content::Skipped(*reason)),
    };
    bytes.map(|bytes| content(bytes, options)).map_err(|error| Error::read(input.path(), error))
}

/// What some bytes hold, however they were come by.
pub fn content(bytes: Vec<u8>, options: &ReadOptions) -> Content {
    if bytes.is_empty() {
        return Content::Skipped(SkipReason::Empty);
    }
    if let Some(format) = magic::format(&bytes) {
        return Content::Skipped(SkipReason::Binary(Some(format)));
    }
    match decode::text(bytes, options.encoding) {
        Some(text) if text.is_empty() => Content::Skipped(SkipReason::Empty),
        Some(text) => Content::Text(text),
        None => Content::Skipped(SkipReason::Binary(None)),
    }
}

fn read_file(path: &Path, limit: u64) -> io::Result<Vec<u8>> {
    let file = File::open(path)?;
    let size = file.metadata()?.len();
    read_bytes(file, size, limit)
}

/// Reads up to `limit` bytes; `size` is what is expected, 0 where that is unknown.
fn read_bytes(from: impl Read, size: u64, limit: u64) -> io::Result<Vec<u8>> {
    let mut bytes = Vec::new();
    if size <= limit {
        bytes.try_reserve_exact(usize::try_from(size).unwrap_or(0))?;
        from.take(limit.saturating_add(1)).read_to_end(&mut bytes)?;
    }
    if size.max(bytes.len() as u64) > limit {
        let message = format!("larger than {}, split it", in_words(limit));
        return Err(io::Error::new(io::ErrorKind::FileTooLarge, message));
    }
    Ok(bytes)
}

/// A size as people say it: `1 GiB`, `64 KiB`, `10 bytes`.
fn in_words(bytes: u64) -> String {
    [(30, "GiB"), (20, "MiB"), (10, "KiB")]
        .into_iter()
        .find(|(shift, _)| bytes > 0 && bytes.trailing_zeros() >= *shift)
        .map_or_else(|| format!("{bytes} bytes"), |(shift, unit)| format!("{} {unit}", bytes >> shift))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn text(content: Result<Content, Error>) -> String {
        match content {
            Ok(Content::Text(text)) => text,
            other => panic!("no text: {other:?}"),
        }
    }

    fn file(name: &str, bytes: &[u8]) -> (tempfile::TempDir, Input) {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join(name);
        std::fs::write(&path, bytes).unwrap();
        (folder, Input::File(path))
    }

    #[test]
    fn a_text_file_is_read_as_it_is() {
        let (_folder, input) = file("a.log", b"one\r\ntwo");
        assert_eq!(text(read(&input, &ReadOptions::default())), "one\r\ntwo");
        assert!(input.name().ends_with("a.log"));
    }

    #[test]
    fn empty_and_binary_files_are_skipped_with_the_reason() {
        for (bytes, reason) in [
            (&b""[..], "empty"),
            (b"\xEF\xBB\xBF", "empty"),
            (b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR", "binary (PNG picture)"),
            (b"\x01\0\0\x02\xff\0\x10\0\0\0", "binary"),
        ] {
            let (_folder, input) = file("a", bytes);
            match read(&input, &ReadOptions::default()) {
                Ok(Content::Skipped(skipped)) => assert_eq!(skipped.to_string(), reason),
                other => panic!("{other:?}"),
            }
        }
    }

    #[test]
    fn a_missing_file_is_an_error_that_names_it() {
        let error = read(&Input::File("no/such.log".into()), &ReadOptions::default()).unwrap_err();
        assert!(error.to_string().contains("such.log: "), "{error}");
    }

    #[test]
    fn a_folder_instead_of_a_file_is_an_error() {
        let folder = tempfile::tempdir().unwrap();
        assert!(read(&Input::File(folder.path().to_owned()), &ReadOptions::default()).is_err());
    }

    #[test]
    fn a_file_over_the_limit_is_an_error_that_says_the_limit() {
        let (_folder, input) = file("a", &[b'a'; 1025]);
        let error = read(&input, &ReadOptions { limit: 1024, ..ReadOptions::default() }).unwrap_err();
        assert!(error.to_string().ends_with("a: larger than 1 KiB, split it"), "{error}");
        assert!(read(&input, &ReadOptions { limit: 1025, ..ReadOptions::default() }).is_ok());
    }

    #[test]
    fn a_stream_over_the_limit_is_not_read_to_its_end() {
        let error = read_bytes(io::repeat(b'a'), 0, 10).unwrap_err();
        assert_eq!(error.to_string(), "larger than 10 bytes, split it");
    }

    #[test]
    fn a_forced_encoding_is_used() {
        let options =
            ReadOptions { encoding: Encoding::for_label(b"windows-1251"), ..ReadOptions::default() };
        assert_eq!(content(b"\xce\xf8\xe8\xe1\xea\xe0".to_vec(), &options), Content::Text("Ошибка".into()));
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
        let found: Vec<_> = inputs(&[path]).map(Result::unwrap).collect();
        assert_eq!(text(read(&found[0], &ReadOptions::default())), "through the pipe");
        writer.join().unwrap().unwrap();
    }
}
