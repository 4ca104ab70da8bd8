//! Turns the bytes of a stream into text, piece by piece, and tells text from binary data by its beginning.
//!
//! A byte order mark decides; without one UTF-16 shows by its zero bytes, since nearly every second byte of
//! Latin text is zero there. Anything else is UTF-8, and where it is not valid, byte by byte Windows-1252, in
//! which every byte is a character: no input fails here, no line is lost, and a log of two encodings reads
//! right in both. What comes out does not depend on where the pieces were cut.

use encoding_rs::{Encoding, UTF_8, UTF_16BE, UTF_16LE};

/// The characters of Windows-1252 from 0x80 to 0x9F, as the WHATWG has them; the others are those of Unicode.
const WINDOWS_1252: [char; 32] = [
    '€', '\u{81}', '‚', 'ƒ', '„', '…', '†', '‡', 'ˆ', '‰', 'Š', '‹', 'Œ', '\u{8d}', 'Ž', '\u{8f}', //
    '\u{90}', '‘', '’', '“', '”', '•', '–', '—', '˜', '™', 'š', '›', 'œ', '\u{9d}', 'ž', 'Ÿ',
];

/// How bytes become text.
pub(super) enum Decoder {
    /// UTF-8, and Windows-1252 where it is none.
    Lenient,
    /// An encoding of two bytes a unit.
    Utf16(encoding_rs::Decoder),
    /// The encoding that was asked for.
    Forced(encoding_rs::Decoder),
}

/// How to decode what begins with this sample, and the length of its byte order mark. `None` when it is no text.
pub(super) fn told(sample: &[u8], forced: Option<&'static Encoding>) -> Option<(Decoder, usize)> {
    if let Some((encoding, mark)) = Encoding::for_bom(sample) {
        return Some((Decoder::of(encoding), mark));
    }
    if let Some(encoding) = forced.filter(|encoding| is_utf16(encoding)).or_else(|| utf16_by_zeros(sample)) {
        return Some((Decoder::of(encoding), 0));
    }
    // A log that was being written when the system stopped often ends in a block of zeros.
    let end = sample.iter().rposition(|byte| *byte != 0)? + 1;
    if is_binary(sample.get(..end)?) {
        return None;
    }
    Some((forced.map_or(Decoder::Lenient, |encoding| Decoder::Forced(decoder(encoding))), 0))
}

impl Decoder {
    fn of(encoding: &'static Encoding) -> Self {
        if encoding == UTF_8 { Decoder::Lenient } else { Decoder::Utf16(decoder(encoding)) }
    }

    /// Appends the text of some bytes, without its zeros. Says how many bytes it has used: a few that are part of a
    /// character wait for the next piece, but not after the `last`.
    pub(super) fn decode(&mut self, bytes: &[u8], last: bool, to: &mut String) -> usize {
        let start = to.len();
        let used = match self {
            Decoder::Lenient => lenient(bytes, last, to),
            Decoder::Utf16(decoder) => {
                // Half a UTF-16 unit at the end of a cut file is nothing.
                let whole = bytes.len() & !1;
                with(decoder, bytes.get(..whole).unwrap_or_default(), last, to);
                if last { bytes.len() } else { whole }
            }
            Decoder::Forced(decoder) => {
                with(decoder, bytes, last, to);
                bytes.len()
            }
        };
        drop_zeros(to, start);
        used
    }
}

fn decoder(encoding: &'static Encoding) -> encoding_rs::Decoder {
    encoding.new_decoder_without_bom_handling()
}

fn with(decoder: &mut encoding_rs::Decoder, bytes: &[u8], last: bool, to: &mut String) {
    to.reserve(decoder.max_utf8_buffer_length(bytes.len()).unwrap_or(0));
    // There is room for the longest text that the bytes can be.
    let _ = decoder.decode_to_string(bytes, to, last);
}

fn lenient(bytes: &[u8], last: bool, to: &mut String) -> usize {
    let mut rest = bytes;
    loop {
        let error = match simdutf8::compat::from_utf8(rest) {
            Ok(text) => {
                to.push_str(text);
                return bytes.len();
            }
            Err(error) => error,
        };
        let (text, other) = rest.split_at(error.valid_up_to());
        to.push_str(std::str::from_utf8(text).unwrap_or_default());
        if error.error_len().is_none() && !last {
            return bytes.len() - other.len();
        }
        let (wrong, after) = other.split_at(error.error_len().unwrap_or(other.len()));
        to.extend(wrong.iter().map(|byte| windows_1252(*byte)));
        rest = after;
    }
}

fn windows_1252(byte: u8) -> char {
    let special = WINDOWS_1252.get(usize::from(byte).wrapping_sub(0x80));
    special.copied().unwrap_or_else(|| char::from(byte))
}

/// Takes the zeros out of the text from `start` on: they are no characters of a log, but what was never written.
fn drop_zeros(to: &mut String, start: usize) {
    let added = to.as_bytes().get(start..).unwrap_or_default();
    if let Some(zero) = memchr::memchr(0, added) {
        let mut rest = to.split_off(start + zero);
        rest.retain(|c| c != '\0');
        to.push_str(&rest);
    }
}

fn is_utf16(encoding: &'static Encoding) -> bool {
    encoding == UTF_16LE || encoding == UTF_16BE
}

/// UTF-16 without a mark: the zeros stand on one side of the pairs, and what they make is text.
///
/// The other side has some too: a low byte is zero in U+3000, the blank of Chinese and Japanese.
fn utf16_by_zeros(sample: &[u8]) -> Option<&'static Encoding> {
    memchr::memchr(0, sample)?;
    let zeros = |side| sample.iter().skip(side).step_by(2).filter(|byte| **byte == 0).count();
    let (even, odd) = (zeros(0), zeros(1));
    let (encoding, most, least) = if odd > even { (UTF_16LE, odd, even) } else { (UTF_16BE, even, odd) };
    let pairs = sample.len() / 2;
    let one_sided = pairs > 0 && most > 0 && most * 10 >= pairs && least * 4 <= most;
    let text = || encoding.decode_without_bom_handling(sample.get(..pairs * 2).unwrap_or_default()).0;
    (one_sided && is_text(&text())).then_some(encoding)
}

/// Whether decoded UTF-16 reads as text: hardly a character that has no place in one.
fn is_text(text: &str) -> bool {
    let odd = |c: &char| is_stray_control(*c) || matches!(c, '\u{fffd}' | '\u{e000}'..='\u{f8ff}');
    text.chars().filter(odd).count() * 20 <= text.chars().count()
}

/// Bytes of no Unicode encoding but 8 bits a character: a zero, or many control characters, make them binary.
fn is_binary(sample: &[u8]) -> bool {
    let stray = sample.iter().filter(|byte| STRAY[usize::from(**byte)]).count();
    memchr::memchr(0, sample).is_some() || stray * 20 > sample.len()
}

/// Of each byte, whether it is a stray control character.
static STRAY: [bool; 256] = {
    let mut table = [false; 256];
    let mut byte = 0;
    while byte < table.len() {
        table[byte] = is_stray_control(byte as u8 as char);
        byte += 1;
    }
    table
};

/// A control character other than those that lay out text or colour a terminal.
const fn is_stray_control(c: char) -> bool {
    c.is_ascii_control() && !matches!(c, '\t' | '\n' | '\r' | '\u{8}' | '\u{c}' | '\u{1a}' | '\u{1b}')
}

#[cfg(test)]
#[path = "decode_tests.rs"]
mod tests;
