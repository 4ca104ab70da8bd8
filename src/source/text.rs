//! A text that is read piece by piece, always as UTF-8.
//!
//! A byte order mark decides; without one UTF-16 shows by its zero bytes, since nearly every second byte of Latin text is
//! zero there. Anything else is UTF-8, and each byte in it that is not, the Windows-1252 character of that byte: no input
//! fails here, no line is lost, and what was decoded does not depend on how much was read at once.

use super::{Content, ReadOptions, SkipReason, magic};
use encoding_rs::{Decoder, Encoding, UTF_16BE, UTF_16LE, WINDOWS_1252};
use std::fmt;
use std::io::{self, Read};
use std::sync::LazyLock;

/// How much is looked at to tell the encoding, and text from binary data.
pub(super) const SAMPLE: usize = 8 * 1024;
/// The most bytes that memory is taken for before they are there.
const AT_ONCE: usize = 4 << 20;
/// Bytes decoded at once where the encoding is no UTF-8.
const PIECE: u64 = 64 * 1024;

/// A text that is read piece by piece.
pub struct Text<'r> {
    /// The sample, until it is taken.
    head: Vec<u8>,
    reader: Box<dyn Read + 'r>,
    decoding: Decoding,
    ended: bool,
}

enum Decoding {
    /// UTF-8 with strays; the bytes of a character that has not ended yet.
    Utf8(Vec<u8>),
    Other(Box<Decoder>),
}

impl fmt::Debug for Text<'_> {
    fn fmt(&self, to: &mut fmt::Formatter<'_>) -> fmt::Result {
        to.debug_struct("Text").field("ended", &self.ended).finish_non_exhaustive()
    }
}

/// Reads the sample of a stream, all of it however little a read returns.
pub(super) fn sample(reader: &mut dyn Read) -> io::Result<Vec<u8>> {
    let mut head = Vec::with_capacity(SAMPLE);
    reader.take(SAMPLE as u64).read_to_end(&mut head)?;
    Ok(head)
}

/// What a stream holds that begins with `head`.
pub(super) fn open<'r>(head: Vec<u8>, reader: Box<dyn Read + 'r>, options: &ReadOptions) -> Content<'r> {
    if let Some(format) = magic::format(&head) {
        return Content::Skipped(SkipReason::Binary(Some(format)));
    }
    let begin = |head: Vec<u8>, mark: usize, encoding| {
        let head: Vec<u8> = head.get(mark..).unwrap_or_default().to_vec();
        if head.is_empty() {
            return Content::Skipped(SkipReason::Empty);
        }
        Content::Text(Text { head, reader, decoding: Decoding::of(encoding), ended: false })
    };
    if let Some((encoding, mark)) = Encoding::for_bom(&head) {
        return begin(head, mark, encoding);
    }
    let forced = options.encoding;
    if let Some(encoding) = forced.filter(|encoding| is_utf16(encoding)).or_else(|| utf16_by_zeros(&head)) {
        return begin(head, 0, encoding);
    }
    // A log that was being written when the system stopped often ends in a block of zeros.
    let text = head.iter().rposition(|byte| *byte != 0).map_or(0, |last| last + 1);
    match head.get(..text) {
        Some([]) if head.is_empty() => Content::Skipped(SkipReason::Empty),
        Some(text) if !text.is_empty() && !is_binary(text) => {
            begin(head, 0, forced.unwrap_or(encoding_rs::UTF_8))
        }
        _ => Content::Skipped(SkipReason::Binary(None)),
    }
}

impl Text<'_> {
    /// Appends to `to` until it has at least `size` bytes or the text has ended: `Ok(false)` when it has.
    ///
    /// # Errors
    ///
    /// What the system says; all that was read before is in `to`.
    pub fn fill(&mut self, to: &mut String, size: usize) -> io::Result<bool> {
        while to.len() < size && !self.ended {
            match &mut self.decoding {
                Decoding::Utf8(cut) => {
                    let mut bytes = std::mem::take(to).into_bytes();
                    let from = bytes.len();
                    bytes.append(cut);
                    bytes.append(&mut self.head);
                    let wanted = size.saturating_sub(bytes.len()).clamp(1, AT_ONCE);
                    bytes.reserve(wanted);
                    let read = (&mut self.reader).take(wanted as u64).read_to_end(&mut bytes);
                    self.ended = !matches!(read, Ok(read) if read == wanted);
                    *to = utf8(bytes, from, self.ended, cut);
                    read?;
                }
                Decoding::Other(decoder) => {
                    let mut bytes = std::mem::take(&mut self.head);
                    let read = (&mut self.reader).take(PIECE).read_to_end(&mut bytes);
                    self.ended = !matches!(read, Ok(read) if read as u64 == PIECE);
                    // What a character lacks at the end of the text is never given, so half a one is nothing.
                    to.reserve(decoder.max_utf8_buffer_length(bytes.len()).unwrap_or(0));
                    let _ = decoder.decode_to_string(&bytes, to, false);
                    read?;
                }
            }
        }
        Ok(!self.ended)
    }

    /// The whole of a text of at most `limit` bytes.
    ///
    /// # Errors
    ///
    /// What the system says, and a text that is longer.
    pub fn whole(mut self, limit: usize) -> io::Result<String> {
        let mut text = String::new();
        self.fill(&mut text, limit.saturating_add(1))?;
        if text.len() > limit {
            let message = format!("larger than {} MiB, split it", limit >> 20);
            return Err(io::Error::new(io::ErrorKind::FileTooLarge, message));
        }
        Ok(text)
    }
}

impl Decoding {
    fn of(encoding: &'static Encoding) -> Self {
        if encoding == encoding_rs::UTF_8 {
            Decoding::Utf8(Vec::new())
        } else {
            Decoding::Other(Box::new(encoding.new_decoder_without_bom_handling()))
        }
    }
}

/// The text of which `bytes[..from]` is one already. The bytes of a character that has not `ended` go to `cut`.
fn utf8(mut bytes: Vec<u8>, from: usize, ended: bool, cut: &mut Vec<u8>) -> String {
    if memchr::memchr(0, bytes.get(from..).unwrap_or_default()).is_some() {
        bytes.retain(|byte| *byte != 0);
    }
    let bytes = match String::from_utf8(bytes) {
        Ok(text) => return text,
        Err(error) => error.into_bytes(),
    };
    let mut text = String::with_capacity(bytes.len() + 16);
    let mut rest = bytes.as_slice();
    loop {
        match str::from_utf8(rest) {
            Ok(valid) => {
                text.push_str(valid);
                return text;
            }
            Err(error) => {
                let (valid, stray) = rest.split_at(error.valid_up_to());
                text.push_str(str::from_utf8(valid).unwrap_or_default());
                if error.error_len().is_none() && !ended {
                    cut.extend(stray);
                    return text;
                }
                let Some((first, after)) = stray.split_first() else { return text };
                text.push(windows_1252(*first));
                rest = after;
            }
        }
    }
}

/// The character of a byte.
fn windows_1252(byte: u8) -> char {
    static CHARS: LazyLock<Vec<char>> = LazyLock::new(|| {
        let all: Vec<u8> = (0..=u8::MAX).collect();
        WINDOWS_1252.decode_without_bom_handling(&all).0.chars().collect()
    });
    CHARS.get(usize::from(byte)).copied().unwrap_or(char::REPLACEMENT_CHARACTER)
}

fn is_utf16(encoding: &'static Encoding) -> bool {
    encoding == UTF_16LE || encoding == UTF_16BE
}

/// UTF-16 without a mark: the zeros stand on one side of the pairs, and what they make is text.
///
/// The other side has some too: a low byte is zero in U+3000, the blank of Chinese and Japanese.
fn utf16_by_zeros(sample: &[u8]) -> Option<&'static Encoding> {
    let zeros = |side| sample.iter().skip(side).step_by(2).filter(|byte| **byte == 0).count();
    let (even, odd) = (zeros(0), zeros(1));
    let (encoding, most, least) = if odd > even { (UTF_16LE, odd, even) } else { (UTF_16BE, even, odd) };
    let pairs = sample.len() / 2;
    let one_sided = pairs > 0 && most > 0 && most * 10 >= pairs && least * 4 <= most;
    let whole = sample.get(..sample.len() & !1).unwrap_or_default();
    (one_sided && is_text(&encoding.decode_without_bom_handling(whole).0)).then_some(encoding)
}

/// Whether decoded UTF-16 reads as text: hardly a character that has no place in one.
fn is_text(text: &str) -> bool {
    let odd = |c: &char| is_stray_control(*c) || matches!(c, '\u{fffd}' | '\u{e000}'..='\u{f8ff}');
    text.chars().filter(odd).count() * 20 <= text.chars().count()
}

/// Bytes of no Unicode encoding but 8 bits a character: a zero, or many control characters, make them binary.
fn is_binary(sample: &[u8]) -> bool {
    let stray = sample.iter().filter(|byte| is_stray_control(char::from(**byte)) && byte.is_ascii()).count();
    sample.contains(&0) || stray * 20 > sample.len()
}

/// A control character other than those that lay out text or colour a terminal.
fn is_stray_control(c: char) -> bool {
    c.is_ascii_control() && !matches!(c, '\t' | '\n' | '\r' | '\u{8}' | '\u{c}' | '\u{1a}' | '\u{1b}')
}

#[cfg(test)]
#[path = "text_tests.rs"]
mod tests;
