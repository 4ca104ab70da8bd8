//! A text that is read piece by piece, so that its size costs no memory.

use super::decode::{self, Decoder};
use super::stream::{Ahead, Stream, advance};
use super::{Content, ReadOptions, SkipReason, magic};
use std::io;

/// The most that is read at once: it stays in the processor's cache while it is decoded.
const BLOCK: usize = 128 * 1024;
/// No less is asked for, however little is wanted: what is read too much is moved to the next block.
const LEAST: usize = 4 * 1024;

/// A text that is read piece by piece. It holds one block of 128 KiB, and what its decompressors need.
pub struct Text<'r> {
    stream: Stream<'r>,
    decoder: Decoder,
    /// The beginning, decoded to see that there is a text at all.
    ready: String,
}

/// What a stream holds that is no archive.
pub(super) fn content<'r>(mut stream: Stream<'r>, options: &ReadOptions) -> io::Result<Content<'r>> {
    if stream.filled == 0 {
        return match stream.ahead {
            Ahead::Failed(error) => Err(error),
            _ => Ok(Content::Skipped(SkipReason::Empty)),
        };
    }
    if let Some(format) = magic::format(stream.sample()) {
        return Ok(Content::Skipped(SkipReason::Binary(Some(format))));
    }
    let Some((decoder, mark)) = decode::told(stream.sample(), options.encoding) else {
        return Ok(Content::Skipped(SkipReason::Binary(None)));
    };
    stream.at = mark;
    let mut text = Text { stream, decoder, ready: String::new() };
    let mut ready = String::new();
    text.decode(&mut ready);
    if ready.is_empty() && matches!(text.stream.ahead, Ahead::End) {
        return Ok(Content::Skipped(SkipReason::Empty));
    }
    text.ready = ready;
    Ok(Content::Text(text))
}

impl Text<'_> {
    /// Appends to `to` until it has at least `size` bytes or the text has ended. `Ok(false)` once it has ended and
    /// nothing is left to come.
    ///
    /// # Errors
    ///
    /// What the system or the decompressor said when a read failed. What was read before that is in `to`, and the
    /// text ends there.
    pub fn fill(&mut self, to: &mut String, size: usize) -> io::Result<bool> {
        to.push_str(&self.ready);
        self.ready = String::new();
        while to.len() < size && matches!(self.stream.ahead, Ahead::More) {
            self.read((size - to.len()).max(LEAST));
            self.decode(to);
        }
        match std::mem::replace(&mut self.stream.ahead, Ahead::End) {
            Ahead::Failed(error) => Err(error),
            Ahead::End => Ok(false),
            Ahead::More => {
                self.stream.ahead = Ahead::More;
                Ok(true)
            }
        }
    }

    /// Reads at most so many bytes at once, behind what the decoder has left. The block grows for who fills it.
    fn read(&mut self, most: usize) {
        let Stream { buffer, at, filled, ahead, reader } = &mut self.stream;
        if *filled == buffer.len() && buffer.len() < BLOCK {
            buffer.resize(BLOCK, 0);
        }
        buffer.copy_within(*at..*filled, 0);
        (*at, *filled) = (0, *filled - *at);
        let free = buffer.len().min(*filled + most);
        *filled += advance(&mut **reader, ahead, buffer.get_mut(*filled..free).unwrap_or_default());
    }

    /// Decodes what was read.
    fn decode(&mut self, to: &mut String) {
        let Stream { buffer, at, filled, ahead, .. } = &mut self.stream;
        let last = !matches!(ahead, Ahead::More);
        *at += self.decoder.decode(buffer.get(*at..*filled).unwrap_or_default(), last, to);
    }
}

impl std::fmt::Debug for Text<'_> {
    fn fmt(&self, to: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        to.debug_struct("Text").field("ahead", &self.stream.ahead).finish_non_exhaustive()
    }
}
