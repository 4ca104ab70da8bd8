//! A reader whose beginning was looked at: what it holds is told by that, and nothing of it is lost.

use std::io::{self, Read};

/// How much is looked at to tell what a stream holds. All of it, however small the reads.
const SAMPLE: usize = 8 * 1024;
/// The first buffer: most tickets are smaller, and are read at once.
const BUFFER: usize = 16 * 1024;

/// What comes after the bytes that were read.
#[derive(Debug)]
pub(super) enum Ahead {
    /// More, perhaps.
    More,
    /// Nothing.
    End,
    /// The reader failed here.
    Failed(io::Error),
}

/// A reader and its first bytes.
pub(super) struct Stream<'r> {
    /// The bytes read ahead are those of `at..filled`.
    pub(super) buffer: Vec<u8>,
    pub(super) at: usize,
    pub(super) filled: usize,
    pub(super) ahead: Ahead,
    pub(super) reader: Box<dyn Read + 'r>,
}

impl<'r> Stream<'r> {
    /// Reads until there is enough to tell what it holds.
    pub(super) fn new(reader: impl Read + 'r) -> Self {
        let mut stream = Stream {
            buffer: vec![0; BUFFER],
            at: 0,
            filled: 0,
            ahead: Ahead::More,
            reader: Box::new(reader),
        };
        while stream.filled < SAMPLE && matches!(stream.ahead, Ahead::More) {
            let free = stream.buffer.get_mut(stream.filled..).unwrap_or_default();
            stream.filled += advance(&mut *stream.reader, &mut stream.ahead, free);
        }
        stream
    }

    /// The beginning, as much of it as is looked at.
    pub(super) fn sample(&self) -> &[u8] {
        let sample = self.buffer.get(..self.filled.min(SAMPLE));
        sample.unwrap_or_default()
    }
}

impl Read for Stream<'_> {
    fn read(&mut self, to: &mut [u8]) -> io::Result<usize> {
        let mut head = self.buffer.get(self.at..self.filled).unwrap_or_default();
        if !head.is_empty() {
            let read = head.read(to)?;
            self.at += read;
            return Ok(read);
        }
        match std::mem::replace(&mut self.ahead, Ahead::End) {
            Ahead::End => Ok(0),
            Ahead::Failed(error) => Err(error),
            Ahead::More => {
                self.ahead = Ahead::More;
                self.reader.read(to)
            }
        }
    }
}

/// Reads once into `to`, and notes in `ahead` what that says about the rest.
pub(super) fn advance(reader: &mut dyn Read, ahead: &mut Ahead, to: &mut [u8]) -> usize {
    match reader.read(to) {
        Ok(0) => *ahead = Ahead::End,
        Ok(read) => return read.min(to.len()),
        Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
        Err(error) => *ahead = Ahead::Failed(error),
    }
    0
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_sample_is_full_however_small_the_reads() {
        let bytes: Vec<u8> = (0..40_000_u32).map(|i| i as u8).collect();
        for size in [1, 7, SAMPLE - 1, SAMPLE, 100_000] {
            let mut stream = Stream::new(super::super::tests::Small(&bytes[..], size));
            assert_eq!(stream.sample(), &bytes[..SAMPLE]);
            let mut read = Vec::new();
            stream.read_to_end(&mut read).unwrap();
            assert_eq!(read, bytes);
        }
    }

    #[test]
    fn a_failure_comes_after_what_was_read_before_it() {
        let mut stream = Stream::new(super::super::tests::Breaking(b"before"));
        let mut read = Vec::new();
        assert!(stream.read_to_end(&mut read).is_err());
        assert_eq!(read, b"before");
        assert_eq!(stream.read(&mut [0; 8]).unwrap(), 0);
    }
}
