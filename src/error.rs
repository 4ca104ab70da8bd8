//! The library's one error type: what failed, on which file, and why.

use std::path::{Path, PathBuf};

/// Something that could not be done, and where.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// An input or a folder could not be read.
    #[error("{}: {source}", path.display())]
    Read {
        /// The file or folder.
        path: PathBuf,
        /// What the system said.
        source: std::io::Error,
    },
    /// A glob that says which files to take is none.
    #[error("{glob}: {message}")]
    Glob {
        /// The glob.
        glob: String,
        /// What is wrong with it.
        message: String,
    },
    /// A signature file does not load.
    #[error("{}:{line}: {message}", path.display())]
    Signature {
        /// The file.
        path: PathBuf,
        /// Line, 1-based.
        line: usize,
        /// What is wrong, naming the key.
        message: String,
    },
    /// No signature was loaded at all: an answer from nothing would look like a clean result.
    #[error("no signatures: {0}")]
    NoSignatures(String),
}

impl Error {
    /// An input or folder that could not be read.
    pub fn read(path: impl AsRef<Path>, source: std::io::Error) -> Self {
        Error::Read { path: path.as_ref().to_owned(), source }
    }
}
