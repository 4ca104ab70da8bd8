//! A signature and where it came from: a TOML file, or a pack that is read as far as it is asked for.

use super::model::{Clauses, Signature};
use super::pack::{Body, Heading, Pack, Row};
use super::place::{Step, line_of};
use std::borrow::Cow;
use std::path::{Path, PathBuf};
use std::sync::{Arc, OnceLock};

/// A signature and the file it came from.
#[derive(Debug, Clone)]
pub struct Entry {
    id: String,
    path: PathBuf,
    origin: Origin,
}

#[derive(Debug, Clone)]
enum Origin {
    File {
        signature: Box<Signature>,
        /// The file's text, to say where in it something stands.
        text: Cow<'static, str>,
    },
    Packed {
        pack: Arc<Pack>,
        body: Body,
        clauses: OnceLock<Vec<Clauses>>,
        signature: OnceLock<Box<Signature>>,
    },
}

impl Entry {
    pub(super) fn from_file(path: &Path, text: Cow<'static, str>, signature: Signature) -> Self {
        let id = signature.id.clone();
        Entry { id, path: path.to_owned(), origin: Origin::File { signature: Box::new(signature), text } }
    }

    pub(super) fn packed(pack: &Arc<Pack>, row: Row) -> Self {
        let Row { id, path, body } = row;
        let (clauses, signature) = (OnceLock::new(), OnceLock::new());
        let origin = Origin::Packed { pack: Arc::clone(pack), body, clauses, signature };
        Entry { id, path: path.into(), origin }
    }

    /// Id of the signature.
    pub fn id(&self) -> &str {
        &self.id
    }

    /// Its file; for an embedded one the path below the source folder.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// The ways to recognise it, all that matching needs of most signatures.
    pub fn clauses(&self) -> &[Clauses] {
        match &self.origin {
            Origin::File { signature, .. } => &signature.matches,
            Origin::Packed { pack, body, clauses, .. } => clauses.get_or_init(|| pack.clauses(*body)),
        }
    }

    /// What a list says of it.
    pub fn heading(&self) -> Heading {
        match &self.origin {
            Origin::File { signature, .. } => {
                let Signature { id, title, products, status, url, .. } = signature.as_ref().clone();
                Heading { id, title, products, status, url }
            }
            Origin::Packed { pack, body, .. } => pack.heading(*body),
        }
    }

    /// The whole signature.
    pub fn signature(&self) -> &Signature {
        match &self.origin {
            Origin::File { signature, .. } => signature,
            Origin::Packed { pack, body, signature, .. } => {
                signature.get_or_init(|| Box::new(pack.signature(*body)))
            }
        }
    }

    /// Line of what `path` leads to, 1-based; `None` where the file is not at hand.
    pub(super) fn line_of(&self, path: &[Step]) -> Option<usize> {
        match &self.origin {
            Origin::File { text, .. } => Some(line_of(text, path)),
            Origin::Packed { .. } => None,
        }
    }
}
