//! What unpacking may cost: a small file that expands without end fills neither the memory nor the day.
//!
//! An input and everything packed in it, at whatever depth, share one [`Budget`]. Two rules hold for it:
//! [`ReadOptions::expand`] bytes in all, and past the first 64 MiB no more than [`ReadOptions::ratio`] bytes for
//! each byte read. Logs compress 5 to 100 times; one line over and over reaches 1,030 times with deflate, which
//! can do no better, so a plain zip of honest size always passes, and archives in archives, files that share
//! their bytes, and bzip2, xz and Zstandard of nothing are stopped.

use super::ReadOptions;
use std::cell::Cell;
use std::io::{self, Read, Seek, SeekFrom};
use std::sync::atomic::Ordering;

/// What may be unpacked before the ratio counts: so much is read in a moment.
const FREE: u64 = 64 << 20;

/// What one input has read and unpacked so far.
pub(super) struct Budget<'o> {
    options: &'o ReadOptions,
    /// Bytes of the input itself.
    read: Cell<u64>,
    /// The size of the input: an archive whose files share their bytes is read more than once, and counts once.
    size: Cell<u64>,
    /// Bytes that came out of every layer.
    unpacked: Cell<u64>,
    spent: Cell<bool>,
}

impl<'o> Budget<'o> {
    pub(super) fn new(options: &'o ReadOptions) -> Self {
        let zero = || Cell::new(0);
        Budget { options, read: zero(), size: Cell::new(u64::MAX), unpacked: zero(), spent: Cell::new(false) }
    }

    /// The size of the input is known.
    pub(super) fn set_size(&self, size: u64) {
        self.size.set(size);
    }

    /// Whether the input was stopped as a bomb.
    pub(super) fn is_spent(&self) -> bool {
        self.spent.get()
    }

    fn read(&self, bytes: usize) {
        let before = self.read.get();
        let after = before.saturating_add(bytes as u64).min(self.size.get().max(before));
        self.read.set(after);
        self.options.progress.fetch_add(after - before, Ordering::Relaxed);
    }

    fn unpack(&self, bytes: usize) -> io::Result<()> {
        let ReadOptions { expand, ratio, .. } = self.options;
        let unpacked = self.unpacked.get().saturating_add(bytes as u64);
        self.unpacked.set(unpacked);
        let fair = FREE.saturating_add(self.read.get().saturating_mul(*ratio));
        self.spent.set(self.is_spent() || unpacked > fair.min(*expand));
        if !self.is_spent() {
            return Ok(());
        }
        let much = if unpacked > fair { format!("{ratio} times its size") } else { in_words(*expand) };
        let message = format!("expands to more than {much}: it looks like a bomb, and is read no further");
        Err(io::Error::new(io::ErrorKind::FileTooLarge, Said(message)))
    }
}

/// What is told of an archive, in words that no layer around it adds to.
#[derive(Debug, thiserror::Error)]
#[error("{0}")]
struct Said(String);

/// The error of a decompressor in words for a person, who knows of no blocks and distances: what is damaged, or
/// ends too early. What the system said, or an archive inside, stays as it is.
pub(super) fn damaged(what: &str, error: io::Error) -> io::Error {
    if error.raw_os_error().is_some() || error.get_ref().is_some_and(|inner| inner.is::<Said>()) {
        return error;
    }
    let said = match error.kind() {
        io::ErrorKind::UnexpectedEof => format!("the {what} ends too early"),
        io::ErrorKind::Unsupported => error.to_string(),
        io::ErrorKind::OutOfMemory => format!("the {what} needs more memory than it may have, 128 MiB"),
        _ => format!("damaged {what}: {error}"),
    };
    io::Error::new(error.kind(), Said(said))
}

/// The bytes of an input itself: they count as read, and as progress.
pub(super) struct Counted<'b, R> {
    pub(super) reader: R,
    pub(super) budget: &'b Budget<'b>,
}

impl<R: Read> Read for Counted<'_, R> {
    fn read(&mut self, to: &mut [u8]) -> io::Result<usize> {
        let read = self.reader.read(to)?;
        self.budget.read(read);
        Ok(read)
    }
}

impl<R: Seek> Seek for Counted<'_, R> {
    fn seek(&mut self, to: SeekFrom) -> io::Result<u64> {
        self.reader.seek(to)
    }
}

/// Bytes that come out of an archive or a compressed stream.
pub(super) struct Unpacked<'b, R> {
    pub(super) reader: R,
    pub(super) budget: &'b Budget<'b>,
    /// What it comes out of: `gzip stream`.
    pub(super) what: &'static str,
}

impl<R: Read> Read for Unpacked<'_, R> {
    fn read(&mut self, to: &mut [u8]) -> io::Result<usize> {
        let read = self.reader.read(to).map_err(|error| damaged(self.what, error))?;
        self.budget.unpack(read)?;
        Ok(read)
    }
}

/// A size as people say it: `1 GiB`, `64 KiB`, `10 bytes`.
pub(super) fn in_words(bytes: u64) -> String {
    [(30, "GiB"), (20, "MiB"), (10, "KiB")]
        .into_iter()
        .find(|(shift, _)| bytes > 0 && bytes.trailing_zeros() >= *shift)
        .map_or_else(|| format!("{bytes} bytes"), |(shift, unit)| format!("{} {unit}", bytes >> shift))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_honest_log_passes_and_a_bomb_does_not() {
        let options = ReadOptions::default();
        let budget = Budget::new(&options);
        budget.read(1 << 20);
        assert!(budget.unpack(1000 << 20).is_ok());
        assert!(budget.unpack(64 << 20).is_ok());
        let error = budget.unpack(1).unwrap_err().to_string();
        assert!(error.starts_with("expands to more than 1000 times its size"), "{error}");
        assert!(budget.is_spent());
    }

    #[test]
    fn files_that_share_their_bytes_count_once() {
        let options = ReadOptions::default();
        let budget = Budget::new(&options);
        budget.set_size(1000);
        for _ in 0..1000 {
            budget.read(1000);
        }
        assert_eq!(options.progress.load(Ordering::Relaxed), 1000);
        assert!(budget.unpack((64 << 20) + 1_000_001).is_err());
    }

    #[test]
    fn an_input_may_expand_to_so_much_in_all() {
        let options = ReadOptions { expand: 1 << 10, ..ReadOptions::default() };
        let budget = Budget::new(&options);
        assert!(budget.unpack(1 << 10).is_ok());
        assert!(budget.unpack(1).unwrap_err().to_string().starts_with("expands to more than 1 KiB"));
    }
}
