//! Reads through compressed files and archives, also inside each other.
//!
//! A compressed stream keeps the name of its input; a member of an archive is named `logs.zip!mail/app.log`. Everything is
//! read as it is expanded, but a zip archive that is not a file by itself: its list of members stands at its end, so it
//! goes to an unnamed temporary file first.
//!
//! Limits: [`DEPTH`] containers inside each other. What an input expands to is measured against the bytes it has
//! ([`ReadOptions::ratio`]).

use super::magic::{self, Container};
use super::{Content, ReadOptions, text};
use std::cell::Cell;
use std::fs::File;
use std::io::{self, BufReader, Read, Seek};
use std::ops::ControlFlow;
use std::rc::Rc;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

/// The most containers inside each other.
pub const DEPTH: usize = 4;
/// Told of every text: its name, and what it holds or why it could not be read.
pub(super) type Visit<'v> = dyn FnMut(&str, io::Result<Content<'_>>) -> ControlFlow<()> + 'v;

/// What an input has and what it has expanded to, in bytes.
#[derive(Debug, Clone, Default)]
pub(super) struct Sizes {
    stored: Rc<Cell<u64>>,
    expanded: Rc<Cell<u64>>,
}

/// Counts the bytes of an input as they are read.
pub(super) struct Stored<R> {
    pub(super) reader: R,
    pub(super) sizes: Sizes,
    pub(super) progress: Arc<AtomicU64>,
}

impl<R: Read> Read for Stored<R> {
    fn read(&mut self, to: &mut [u8]) -> io::Result<usize> {
        let read = self.reader.read(to)?;
        self.sizes.stored.set(self.sizes.stored.get() + read as u64);
        self.progress.fetch_add(read as u64, Ordering::Relaxed);
        Ok(read)
    }
}

/// Holds what is expanded to the limits.
struct Expanded<R> {
    reader: R,
    sizes: Sizes,
    free: u64,
    ratio: u64,
}

impl<R: Read> Read for Expanded<R> {
    fn read(&mut self, to: &mut [u8]) -> io::Result<usize> {
        let read = self.reader.read(to)?;
        let expanded = self.sizes.expanded.get() + read as u64;
        self.sizes.expanded.set(expanded);
        if expanded > self.free && expanded / self.ratio.max(1) > self.sizes.stored.get() {
            let message = format!("expands to more than {} times its size, read no further", self.ratio);
            return Err(io::Error::new(io::ErrorKind::FileTooLarge, message));
        }
        Ok(read)
    }
}

/// Goes through one input.
pub(super) struct Opener<'o> {
    pub(super) options: &'o ReadOptions,
    pub(super) sizes: Sizes,
}

impl Opener<'_> {
    /// Visits a file, which alone can be read from any place.
    pub(super) fn file(&self, name: &str, file: File, visit: &mut Visit<'_>) -> ControlFlow<()> {
        let mut reader = self.stored(&file);
        match text::sample(&mut reader) {
            Ok(head) if magic::container(&head) == Some(Container::Zip) => {
                self.sizes.stored.set(file.metadata().map_or(0, |file| file.len()));
                self.zip(name, file, 0, visit)
            }
            head => self.begun(name, head, Box::new(reader), 0, visit),
        }
    }

    /// Visits a stream that nothing was read of.
    pub(super) fn stream(
        &self,
        name: &str,
        mut reader: Box<dyn Read + '_>,
        depth: usize,
        visit: &mut Visit<'_>,
    ) -> ControlFlow<()> {
        let head = text::sample(&mut reader);
        self.begun(name, head, reader, depth, visit)
    }

    pub(super) fn stored<R: Read>(&self, reader: R) -> Stored<R> {
        Stored { reader, sizes: self.sizes.clone(), progress: Arc::clone(&self.options.progress) }
    }

    /// Visits a stream that begins with `head`.
    fn begun(
        &self,
        name: &str,
        head: io::Result<Vec<u8>>,
        reader: Box<dyn Read + '_>,
        depth: usize,
        visit: &mut Visit<'_>,
    ) -> ControlFlow<()> {
        let head = match head {
            Ok(head) => head,
            Err(error) => return visit(name, Err(error)),
        };
        let Some(container) = magic::container(&head) else {
            return visit(name, Ok(text::open(head, reader, self.options)));
        };
        if depth == DEPTH {
            let message = format!("more than {DEPTH} archives inside each other, read no further");
            return visit(name, Err(io::Error::other(message)));
        }
        let whole = BufReader::new(io::Cursor::new(head).chain(reader));
        match container {
            Container::Gzip => self.expand(name, flate2::bufread::MultiGzDecoder::new(whole), depth, visit),
            Container::Bzip2 => self.expand(name, bzip2::bufread::MultiBzDecoder::new(whole), depth, visit),
            Container::Xz => self.expand(name, lzma_rust2::XzReader::new(whole, true), depth, visit),
            Container::Zstd => match ruzstd::decoding::StreamingDecoder::new(whole) {
                Ok(decoder) => self.expand(name, decoder, depth, visit),
                Err(error) => visit(name, Err(damaged(error))),
            },
            Container::Zip => match self.spooled(whole) {
                Ok(file) => self.zip(name, file, depth, visit),
                Err(error) => visit(name, Err(error)),
            },
            Container::Tar => self.tar(name, whole, depth, visit),
        }
    }

    fn expand(&self, name: &str, decoder: impl Read, depth: usize, visit: &mut Visit<'_>) -> ControlFlow<()> {
        let &ReadOptions { free, ratio, .. } = self.options;
        let reader = Expanded { reader: decoder, sizes: self.sizes.clone(), free, ratio };
        self.stream(name, Box::new(reader), depth + 1, visit)
    }

    /// A stream as a file.
    fn spooled(&self, mut reader: impl Read) -> io::Result<File> {
        let mut file = tempfile::tempfile()?;
        io::copy(&mut reader, &mut file)?;
        file.rewind()?;
        Ok(file)
    }

    fn zip(&self, name: &str, mut file: File, depth: usize, visit: &mut Visit<'_>) -> ControlFlow<()> {
        let opened = file.rewind().map_err(zip::result::ZipError::from);
        let mut archive = match opened.and_then(|()| zip::ZipArchive::new(BufReader::new(file))) {
            Ok(archive) => archive,
            Err(error) => return visit(name, Err(damaged(error))),
        };
        for index in 0..archive.len() {
            let member = match archive.name_for_index(index) {
                Some(Ok(folder)) if folder.ends_with('/') => continue,
                Some(Ok(member)) => format!("{name}!{member}"),
                _ => format!("{name}!member {}", index + 1),
            };
            match archive.by_index(index) {
                Ok(file) => {
                    let packed = file.compressed_size();
                    self.expand(&member, file, depth, visit)?;
                    if depth == 0 {
                        self.options.progress.fetch_add(packed, Ordering::Relaxed);
                    }
                }
                Err(error) => visit(&member, Err(damaged(error)))?,
            }
        }
        ControlFlow::Continue(())
    }

    fn tar(&self, name: &str, reader: impl Read, depth: usize, visit: &mut Visit<'_>) -> ControlFlow<()> {
        let mut archive = tar::Archive::new(reader);
        let members = match archive.entries() {
            Ok(members) => members,
            Err(error) => return visit(name, Err(error)),
        };
        for member in members {
            let member = match member {
                Ok(member) => member,
                Err(error) => return visit(name, Err(error)),
            };
            if member.header().entry_type().is_file() {
                let name = format!("{name}!{}", String::from_utf8_lossy(&member.path_bytes()));
                self.expand(&name, member, depth, visit)?;
            }
        }
        ControlFlow::Continue(())
    }
}

fn damaged(error: impl std::error::Error + Send + Sync + 'static) -> io::Error {
    io::Error::new(io::ErrorKind::InvalidData, error)
}
