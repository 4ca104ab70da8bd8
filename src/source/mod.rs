//! Where text comes from: standard input, files, folders, archives. Knows no dialect.
//!
//! [`inputs`] says what there is to read, [`read`] visits the texts of one of them: itself, or where it is an archive each
//! of its members. A text is always UTF-8, whatever the encoding of the file, with its lines where they were, and comes
//! piece by piece. What holds no text (an empty file, a picture) is [`Content::Skipped`], with the reason.

mod container;
mod magic;
mod text;
mod walk;

pub use container::DEPTH;
pub use encoding_rs::Encoding;
pub use text::Text;
pub use walk::{WalkOptions, inputs};

use crate::Error;
use std::borrow::Cow;
use std::fmt;
use std::fs::File;
use std::io::{self, Read};
use std::ops::ControlFlow;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::AtomicU64;

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
#[derive(Debug)]
pub enum Content<'r> {
    /// Text.
    Text(Text<'r>),
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
    /// It has more bytes than was asked for.
    TooLarge(u64),
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
            SkipReason::TooLarge(bytes) => write!(to, "too large: {bytes} bytes"),
        }
    }
}

/// How to read.
#[derive(Debug, Clone)]
pub struct ReadOptions {
    /// Encoding of every text without a byte order mark; told from the content where `None`.
    pub encoding: Option<&'static Encoding>,
    /// Bytes that an input may expand to whatever its size.
    pub free: u64,
    /// How many times its own size an input may expand to beyond that, or it is taken for a bomb.
    pub ratio: u64,
    /// Bytes of files and standard input read so far, for whoever shows progress.
    pub progress: Arc<AtomicU64>,
}

impl Default for ReadOptions {
    /// 256 MiB, and 400 times its size: repetitive logs reach 100 times.
    fn default() -> Self {
        ReadOptions { encoding: None, free: 256 << 20, ratio: 400, progress: Arc::default() }
    }
}

/// Visits the texts of an input, in the order of an archive, until `visit` breaks off.
///
/// `visit` is given the name of each: that of the input, or `logs.zip!mail/app.log` for a member. What cannot be read is
/// an error under its own name, and the others follow.
pub fn read(
    input: &Input,
    options: &ReadOptions,
    visit: &mut dyn FnMut(&str, io::Result<Content<'_>>) -> ControlFlow<()>,
) -> ControlFlow<()> {
    let name = input.name();
    let opener = container::Opener { options, sizes: container::Sizes::default() };
    match input {
        Input::Stdin => opener.stream(&name, Box::new(opener.stored(io::stdin().lock())), 0, visit),
        Input::File(path) => match File::open(path) {
            Ok(file) => opener.file(&name, file, visit),
            Err(error) => visit(&name, Err(error)),
        },
        Input::Passed(_, reason) => visit(&name, Ok(Content::Skipped(*reason))),
    }
}

/// What a stream of bytes holds; containers are not read through.
///
/// # Errors
///
/// What the reader says.
pub fn content<'r>(mut reader: impl Read + 'r, options: &ReadOptions) -> io::Result<Content<'r>> {
    let head = text::sample(&mut reader)?;
    Ok(text::open(head, Box::new(reader), options))
}

/// The most bytes of a text that is read whole.
const WHOLE: usize = 256 << 20;

/// The whole text of an input that is one text.
///
/// # Errors
///
/// An input that cannot be read, has no text, more than one, or more than 256 MiB.
pub fn whole(input: &Input, options: &ReadOptions) -> Result<String, Error> {
    let mut texts = Vec::new();
    let _ = read(input, options, &mut |_, content| {
        texts.push(match content {
            Ok(Content::Text(text)) => text.whole(WHOLE),
            Ok(Content::Skipped(reason)) => Err(io::Error::other(reason.to_string())),
            Err(error) => Err(error),
        });
        if texts.len() < 2 { ControlFlow::Continue(()) } else { ControlFlow::Break(()) }
    });
    let text = match (texts.pop(), texts.is_empty()) {
        (Some(text), true) => text,
        (Some(_), false) => Err(io::Error::other("an archive of several texts, name one of them")),
        (None, _) => Err(io::Error::other("an archive without texts")),
    };
    text.map_err(|error| Error::read(input.path(), error))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn file(name: &str, bytes: &[u8]) -> (tempfile::TempDir, Input) {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join(name);
        std::fs::write(&path, bytes).unwrap();
        (folder, Input::File(path))
    }

    fn text(input: &Input) -> String {
        whole(input, &ReadOptions::default()).unwrap()
    }

    #[test]
    fn a_text_file_is_read_as_it_is() {
        let (_folder, input) = file("a.log", b"one\r\ntwo");
        assert_eq!(text(&input), "one\r\ntwo");
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
            let error = whole(&input, &ReadOptions::default()).unwrap_err();
            assert!(error.to_string().ends_with(&format!("a: {reason}")), "{error}");
        }
    }

    #[test]
    fn a_missing_file_is_an_error_that_names_it() {
        let error = whole(&Input::File("no/such.log".into()), &ReadOptions::default()).unwrap_err();
        assert!(error.to_string().contains("such.log: "), "{error}");
    }

    #[test]
    fn a_folder_instead_of_a_file_is_an_error() {
        let folder = tempfile::tempdir().unwrap();
        assert!(whole(&Input::File(folder.path().to_owned()), &ReadOptions::default()).is_err());
    }

    #[test]
    fn a_forced_encoding_is_used() {
        let encoding = Encoding::for_label(b"windows-1251");
        let (_folder, input) = file("a", b"\xce\xf8\xe8\xe1\xea\xe0");
        let options = ReadOptions { encoding, ..ReadOptions::default() };
        assert_eq!(whole(&input, &options).unwrap(), "Ошибка");
    }

    #[test]
    fn what_was_read_before_an_error_counts() {
        struct Breaks(bool);
        impl Read for Breaks {
            fn read(&mut self, to: &mut [u8]) -> io::Result<usize> {
                if std::mem::replace(&mut self.0, true) {
                    return Err(io::Error::other("the disk is gone"));
                }
                to.fill(b'x');
                Ok(to.len())
            }
        }
        let Content::Text(mut read) = content(Breaks(false), &ReadOptions::default()).unwrap() else {
            panic!("no text")
        };
        let mut text = String::new();
        assert_eq!(read.fill(&mut text, usize::MAX / 2).unwrap_err().to_string(), "the disk is gone");
        assert_eq!(text.len(), text::SAMPLE);
        assert!(!read.fill(&mut text, usize::MAX / 2).unwrap(), "the text has ended");
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
        let found: Vec<_> = inputs(vec![path], WalkOptions::default()).map(Result::unwrap).collect();
        assert_eq!(text(&found[0]), "through the pipe");
        writer.join().unwrap().unwrap();
    }
}
