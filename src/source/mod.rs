//! Where text comes from: standard input, files, folders, archives. Knows no dialect.
//!
//! [`inputs`] says what there is to read, [`read`] visits the texts of one of them: itself, or each file of an archive.
//! A text is always UTF-8, whatever the encoding of the file, with its lines where they were, and is read piece by
//! piece: its size costs no memory. What holds no text (an empty file, a picture) is [`Content::Skipped`], with the
//! reason; what could not be read is an [`Error`] of that input alone.
//!
//! Limits: archives are unpacked to a depth of 4, an input to 64 GiB, and to no more than 1,000 times its size past
//! the first 64 MiB ([`ReadOptions`]).

mod archive;
mod compressed;
mod decode;
mod folder;
mod limit;
mod magic;
mod stream;
mod text;
mod walk;

pub use encoding_rs::Encoding;
pub use text::Text;
pub use walk::{Globs, WalkOptions, inputs};

use crate::Error;
use archive::Descent;
use limit::Budget;
use std::borrow::Cow;
use std::fmt;
use std::fs::File;
use std::io::{self, Read};
use std::ops::ControlFlow;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::AtomicU64;
use stream::Stream;

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
    /// A link in an archive: what it leads to is read where it stands.
    Link,
    /// It is larger than was asked for; the limit in bytes.
    Larger(u64),
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
            SkipReason::Link => to.write_str("a link in an archive"),
            SkipReason::Larger(limit) => write!(to, "larger than {}", limit::in_words(*limit)),
        }
    }
}

/// How to read.
#[derive(Debug, Clone)]
pub struct ReadOptions {
    /// Encoding of every text without a byte order mark; told from the content where `None`.
    pub encoding: Option<&'static Encoding>,
    /// How often something may be packed: 2 for the log in `logs.tar.gz`. Zero reads archives as the binary files
    /// that they are.
    pub depth: usize,
    /// The most bytes that an input may expand to, those of every layer counted.
    pub expand: u64,
    /// The most bytes that one byte of an input may expand to, past the first 64 MiB.
    pub ratio: u64,
    /// Bytes of files and standard input read so far, for whoever shows progress.
    pub progress: Arc<AtomicU64>,
}

impl Default for ReadOptions {
    fn default() -> Self {
        ReadOptions { encoding: None, depth: 4, expand: 64 << 30, ratio: 1000, progress: Arc::default() }
    }
}

/// Who is told of the texts of an input.
pub type Visitor<'v> = dyn FnMut(&str, Result<Content<'_>, Error>) -> ControlFlow<()> + 'v;

/// Visits the texts of an input: itself, or where it is an archive each of its files, in the archive's order.
///
/// The visitor is told the name (`logs.zip!mail/app.log` in an archive) and what is there, or why it could not be
/// read; [`ControlFlow::Break`] ends the visit. A text that it does not read to the end is passed over.
pub fn read(input: &Input, options: &ReadOptions, visit: &mut Visitor<'_>) {
    let name = input.name();
    let budget = Budget::new(options);
    let mut descent = Descent { options, budget: &budget, visit };
    // Whoever breaks off knows it.
    let _ = match input {
        Input::Passed(_, reason) => (descent.visit)(&name, Ok(Content::Skipped(*reason))),
        Input::Stdin => descent.reader(&name, io::stdin().lock()),
        Input::File(path) => match File::open(path) {
            Ok(file) => descent.file(&name, &file),
            Err(error) => (descent.visit)(&name, Err(Error::read(path, error))),
        },
    };
}

/// The one text of an input, whole.
///
/// # Errors
///
/// The input cannot be read, holds no text or more than one, or has over 64 MiB.
pub fn read_whole(input: &Input, options: &ReadOptions) -> Result<String, Error> {
    const LIMIT: usize = 64 << 20;
    let mut found: Option<io::Result<String>> = None;
    read(input, options, &mut |_, content| {
        let more = found.is_some();
        found = Some(match content {
            Err(Error::Read { source, .. }) => Err(source),
            Err(error) => Err(io::Error::other(error)),
            _ if more => Err(io::Error::other("holds more than one text")),
            Ok(Content::Skipped(reason)) => Err(io::Error::other(reason.to_string())),
            Ok(Content::Text(text)) => whole(text, LIMIT),
        });
        if more { ControlFlow::Break(()) } else { ControlFlow::Continue(()) }
    });
    let nothing = || Err(io::Error::other(SkipReason::Empty.to_string()));
    found.unwrap_or_else(nothing).map_err(|error| Error::read(input.path(), error))
}

fn whole(mut text: Text<'_>, limit: usize) -> io::Result<String> {
    let mut whole = String::new();
    if text.fill(&mut whole, limit + 1)? || whole.len() > limit {
        let message = format!("larger than {}", limit::in_words(limit as u64));
        return Err(io::Error::new(io::ErrorKind::FileTooLarge, message));
    }
    Ok(whole)
}

/// A text from any reader, however small its reads are. An archive is no text here.
///
/// # Errors
///
/// What the reader said before anything was read.
pub fn text_of<'r>(reader: impl Read + 'r, options: &ReadOptions) -> io::Result<Content<'r>> {
    text::content(Stream::new(reader), options)
}

#[cfg(test)]
#[path = "tests.rs"]
mod tests;
