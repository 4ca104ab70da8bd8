//! Archives: each file in one is visited as an input of its own, also those of archives in archives.
//!
//! A file in an archive is named `logs.zip!mail/app.log`; what is merely compressed keeps its name. A zip file is
//! read where it stands; one from a pipe or out of another archive goes to a temporary file first, since its list
//! of files is at its end. What cannot be read is an error of that file alone, and the others go on.

use super::limit::{Budget, Counted, Unpacked, damaged};
use super::magic::{self, Container};
use super::stream::Stream;
use super::{Content, ReadOptions, SkipReason, Visitor, compressed, text};
use crate::Error;
use std::cell::Cell;
use std::fs::File;
use std::io::{self, BufReader, Read, Seek, SeekFrom};
use std::ops::ControlFlow;
use zip::result::ZipError;
use zip::unstable::read::ZipIterable;

/// What a tar archive may say between two files: names and extended headers are held in memory.
const TAR_HEADERS: u64 = 1 << 20;
/// A small archive out of an archive is held in memory.
const SPOOLED: usize = 1 << 20;

/// What errors call it.
const ZIP: &str = "zip archive";
/// What errors call it.
const TAR: &str = "tar archive";

/// Goes down into one input, whatever is packed in it.
pub(super) struct Descent<'a> {
    pub(super) options: &'a ReadOptions,
    pub(super) budget: &'a Budget<'a>,
    pub(super) visit: &'a mut Visitor<'a>,
}

impl<'a> Descent<'a> {
    /// Visits what a file holds.
    pub(super) fn file(&mut self, name: &str, file: &File) -> ControlFlow<()> {
        let budget = self.budget;
        let stream = Stream::new(Counted { reader: file, budget });
        let zip = self.options.depth > 0 && magic::container(stream.sample()) == Some(Container::Zip);
        if zip
            && let Ok(found) = file.metadata()
            && found.is_file()
        {
            budget.set_size(found.len());
            return self.zip(name, Counted { reader: file, budget }, 1);
        }
        self.stream(name, stream, 0)
    }

    /// Visits what comes through a pipe.
    pub(super) fn reader(&mut self, name: &str, reader: impl Read) -> ControlFlow<()> {
        let stream = Stream::new(Counted { reader, budget: self.budget });
        self.stream(name, stream, 0)
    }

    /// Visits what a stream holds that is packed `depth` times.
    pub(super) fn stream(&mut self, name: &str, stream: Stream<'_>, depth: usize) -> ControlFlow<()> {
        let wanted = |_: &Container| self.options.depth > 0;
        let Some(container) = magic::container(stream.sample()).filter(wanted) else {
            let content = text::content(stream, self.options).map_err(|error| Error::read(name, error));
            return (self.visit)(name, content);
        };
        if depth == self.options.depth {
            let message = format!("packed more than {depth} times: not read");
            return self.failed(name, io::Error::other(message));
        }
        match container {
            Container::Zip => match spooled(self.unpacked(stream, ZIP)) {
                Ok(archive) => self.zip(name, archive, depth + 1),
                Err(error) => self.failed(name, error),
            },
            Container::Tar => self.tar(name, stream, depth + 1),
            Container::Compressed(how) => {
                let (reader, what) = compressed::unpacked(how, stream);
                self.stream(name, Stream::new(self.unpacked(reader, what)), depth + 1)
            }
        }
    }

    fn zip(&mut self, name: &str, archive: impl Read + Seek, depth: usize) -> ControlFlow<()> {
        let mut archive = match ZipIterable::try_new(BufReader::new(archive), Default::default()) {
            Ok(archive) => archive,
            Err(error) => return self.failed(name, of_zip(error)),
        };
        let mut empty = true;
        let entries = match archive.files() {
            Ok(entries) => entries,
            Err(error) => return self.failed(name, of_zip(error)),
        };
        while let Some(entry) = entries.next() {
            let entry = match entry {
                Ok(entry) if entry.is_dir() => continue,
                Ok(entry) => entry,
                Err(error) => return self.failed(name, of_zip(error)),
            };
            empty = false;
            let inner = String::from_utf8_lossy(entry.name_raw());
            let member = format!("{name}!{}", entry.name().unwrap_or(inner));
            if entry.is_symlink() {
                (self.visit)(&member, Ok(Content::Skipped(SkipReason::Link)))?;
                continue;
            }
            match entry.with_reader(entries.reader_mut(), Default::default()) {
                Ok(file) => self.stream(&member, Stream::new(self.unpacked(file, ZIP)), depth)?,
                Err(error) => self.failed(&member, of_zip(error))?,
            }
            self.stop_if_spent()?;
        }
        self.nothing_if(empty, name)
    }

    fn tar(&mut self, name: &str, archive: Stream<'_>, depth: usize) -> ControlFlow<()> {
        let left = Cell::new(TAR_HEADERS);
        let mut archive = tar::Archive::new(Fenced { reader: archive, left: &left });
        let entries = match archive.entries() {
            Ok(entries) => entries,
            Err(error) => return self.failed(name, damaged(TAR, error)),
        };
        let mut empty = true;
        for entry in entries {
            let mut entry = match entry {
                Ok(entry) => entry,
                Err(error) => return self.failed(name, damaged(TAR, error)),
            };
            left.set(u64::MAX);
            let kind = entry.header().entry_type();
            if !kind.is_dir() && !kind.is_pax_global_extensions() {
                empty = false;
                self.tar_entry(name, &mut entry, depth)?;
            }
            // What nobody has read is passed over here, where it may be of any size. The holes of a sparse file have
            // no end, so that one is left to the archive.
            let rest = if kind.is_gnu_sparse() {
                entry.header().entry_size().unwrap_or(0)
            } else if let Err(error) = io::copy(&mut entry, &mut io::sink()) {
                return self.failed(name, damaged(TAR, error));
            } else {
                0
            };
            left.set(TAR_HEADERS.saturating_add(rest));
        }
        self.nothing_if(empty, name)
    }

    fn tar_entry(
        &mut self,
        name: &str,
        entry: &mut tar::Entry<'_, impl Read>,
        depth: usize,
    ) -> ControlFlow<()> {
        let member = format!("{name}!{}", String::from_utf8_lossy(&entry.path_bytes()));
        let kind = entry.header().entry_type();
        if kind.is_file() || kind.is_contiguous() {
            let whole = Whole { left: entry.size(), reader: entry };
            self.stream(&member, Stream::new(self.unpacked(whole, TAR)), depth)?;
            return self.stop_if_spent();
        }
        if kind.is_gnu_sparse() {
            return self.failed(&member, io::Error::other("a sparse file: not read"));
        }
        let link = kind.is_symlink() || kind.is_hard_link();
        let reason = if link { SkipReason::Link } else { SkipReason::Special };
        (self.visit)(&member, Ok(Content::Skipped(reason)))
    }

    fn unpacked<R: Read>(&self, reader: R, what: &'static str) -> Unpacked<'a, R> {
        Unpacked { reader, budget: self.budget, what }
    }

    fn failed(&mut self, name: &str, error: io::Error) -> ControlFlow<()> {
        (self.visit)(name, Err(Error::read(name, error)))
    }

    fn nothing_if(&mut self, empty: bool, name: &str) -> ControlFlow<()> {
        if empty {
            (self.visit)(name, Ok(Content::Skipped(SkipReason::Empty)))
        } else {
            ControlFlow::Continue(())
        }
    }

    /// The rest of an archive is not read after a bomb: the next file may be one as well.
    fn stop_if_spent(&self) -> ControlFlow<()> {
        if self.budget.is_spent() { ControlFlow::Break(()) } else { ControlFlow::Continue(()) }
    }
}

fn of_zip(error: ZipError) -> io::Error {
    match error {
        ZipError::Io(error) => damaged(ZIP, error),
        ZipError::InvalidArchive(why) => damaged(ZIP, io::Error::other(why)),
        ZipError::UnsupportedArchive(why) => io::Error::other(why),
        other => io::Error::other(other),
    }
}

/// A file to seek in, with what a reader gives. It has no name, and is gone with the program however that ends.
fn spooled(mut from: impl Read) -> io::Result<impl Read + Seek> {
    let mut spool = tempfile::spooled_tempfile(SPOOLED);
    io::copy(&mut from, &mut spool)?;
    spool.seek(SeekFrom::Start(0))?;
    Ok(spool)
}

/// A reader that gives no more than is left: then something is wrong with the headers of an archive.
struct Fenced<'l, R> {
    reader: R,
    left: &'l Cell<u64>,
}

impl<R: Read> Read for Fenced<'_, R> {
    fn read(&mut self, to: &mut [u8]) -> io::Result<usize> {
        let read = self.reader.read(to)?;
        match self.left.get().checked_sub(read as u64) {
            Some(left) => self.left.set(left),
            None => return Err(io::Error::new(io::ErrorKind::InvalidData, "the headers have no end")),
        }
        Ok(read)
    }
}

/// A reader that has to give so many bytes: an archive that was cut off ends in the middle of a file.
struct Whole<R> {
    reader: R,
    left: u64,
}

impl<R: Read> Read for Whole<R> {
    fn read(&mut self, to: &mut [u8]) -> io::Result<usize> {
        let read = self.reader.read(to)?;
        self.left = self.left.saturating_sub(read as u64);
        if read == 0 && self.left > 0 && !to.is_empty() {
            return Err(io::ErrorKind::UnexpectedEof.into());
        }
        Ok(read)
    }
}

#[cfg(test)]
#[path = "archive_tests.rs"]
mod tests;
