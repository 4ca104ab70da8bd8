//! Turns the bytes of an input into text, and tells text from binary data.
//!
//! A byte order mark decides; without one UTF-16 shows by its zero bytes, since nearly every second byte of
//! Latin text is zero there. What is then valid UTF-8 is that, and anything else Windows-1252, in which every
//! byte is a character: no input fails here, and no line is lost.

use encoding_rs::{Encoding, UTF_16BE, UTF_16LE, WINDOWS_1252};

/// How much is looked at to tell UTF-16, and text from binary data.
const SAMPLE: usize = 8 * 1024;

/// The text without byte order mark; `None` when the bytes are no text.
pub(super) fn text(mut bytes: Vec<u8>, forced: Option<&'static Encoding>) -> Option<String> {
    if let Some((encoding, mark)) = Encoding::for_bom(&bytes) {
        return Some(decode(bytes.get(mark..)?, encoding));
    }
    if let Some(encoding) = forced.filter(|encoding| is_utf16(encoding)).or_else(|| utf16_by_zeros(&bytes)) {
        return Some(decode(&bytes, encoding));
    }
    // A log that was being written when the system stopped often ends in a block of zeros.
    let end = bytes.iter().rposition(|byte| *byte != 0)? + 1;
    bytes.truncate(end);
    if is_binary(sample(&bytes)) {
        return None;
    }
    match forced {
        Some(encoding) => Some(decode(&bytes, encoding)),
        None => Some(String::from_utf8(bytes).unwrap_or_else(|error| decode(error.as_bytes(), WINDOWS_1252))),
    }
}

fn decode(bytes: &[u8], encoding: &'static Encoding) -> String {
    // Half a UTF-16 unit at the end of a cut file is nothing.
    let whole = if is_utf16(encoding) { bytes.len() & !1 } else { bytes.len() };
    let (text, _) = encoding.decode_without_bom_handling(bytes.get(..whole).unwrap_or(bytes));
    text.into_owned()
}

fn is_utf16(encoding: &'static Encoding) -> bool {
    encoding == UTF_16LE || encoding == UTF_16BE
}

fn sample(bytes: &[u8]) -> &[u8] {
    bytes.get(..SAMPLE).unwrap_or(bytes)
}

/// UTF-16 without a mark: the zeros stand on one side of the pairs, and what they make is text.
///
/// The other side has some too: a low byte is zero in U+3000, the blank of Chinese and Japanese.
fn utf16_by_zeros(bytes: &[u8]) -> Option<&'static Encoding> {
    let sample = sample(bytes);
    let zeros = |side| sample.iter().skip(side).step_by(2).filter(|byte| **byte == 0).count();
    let (even, odd) = (zeros(0), zeros(1));
    let (encoding, most, least) = if odd > even { (UTF_16LE, odd, even) } else { (UTF_16BE, even, odd) };
    let pairs = sample.len() / 2;
    let one_sided = pairs > 0 && most > 0 && most * 10 >= pairs && least * 4 <= most;
    (one_sided && is_text(&decode(sample, encoding))).then_some(encoding)
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
mod tests {
    use super::*;

    const TICKET: &str = "Subject: MTA\r\nEMSMTA!otpmralt+0x25\r\nsincerely, Zoë\r\n";

    fn utf16(text: &str, unit: fn(u16) -> [u8; 2]) -> Vec<u8> {
        text.encode_utf16().flat_map(unit).collect()
    }

    fn detected(bytes: impl Into<Vec<u8>>) -> Option<String> {
        text(bytes.into(), None)
    }

    #[test]
    fn every_encoding_gives_the_same_text_and_lines() {
        let (windows, _, _) = WINDOWS_1252.encode(TICKET);
        let with_mark = |mark: &[u8], rest: Vec<u8>| [mark, &rest].concat();
        for bytes in [
            TICKET.as_bytes().to_vec(),
            with_mark(b"\xef\xbb\xbf", TICKET.into()),
            windows.into_owned(),
            utf16(TICKET, u16::to_le_bytes),
            utf16(TICKET, u16::to_be_bytes),
            with_mark(b"\xff\xfe", utf16(TICKET, u16::to_le_bytes)),
            with_mark(b"\xfe\xff", utf16(TICKET, u16::to_be_bytes)),
        ] {
            assert_eq!(detected(bytes).as_deref(), Some(TICKET));
        }
    }

    #[test]
    fn utf16_of_odd_length_loses_the_half_unit_only() {
        let mut bytes = utf16(TICKET, u16::to_le_bytes);
        bytes.push(b'\n');
        assert_eq!(detected(bytes.clone()).as_deref(), Some(TICKET));
        bytes.truncate(bytes.len() - 4);
        assert_eq!(detected(bytes).as_deref(), TICKET.strip_suffix("\r\n"));
        assert_eq!(detected(&b"\xff\xfea\0b"[..]).as_deref(), Some("a"));
        assert_eq!(detected(&b"\xff\xfe\0"[..]).as_deref(), Some(""));
    }

    #[test]
    fn utf16_cut_in_the_middle_of_a_unit_reads_on() {
        let bytes = utf16(TICKET, u16::to_le_bytes);
        assert_eq!(detected(&bytes[3..]).as_deref(), TICKET.get(2..));
    }

    #[test]
    fn utf16_of_other_scripts_is_told_without_a_mark() {
        for ticket in [
            "Имя сбойного приложения: store.exe, версия: 6.5.7638.1\r\n",
            "错误应用程序 store.exe\u{3000}版本 6.5.7638.1，模块 MAPI32.dll 一\r\n",
        ] {
            assert_eq!(detected(utf16(ticket, u16::to_le_bytes)).as_deref(), Some(ticket));
            assert_eq!(detected(utf16(ticket, u16::to_be_bytes)).as_deref(), Some(ticket));
        }
    }

    #[test]
    fn one_wrong_byte_makes_the_text_windows_1252() {
        assert_eq!(detected(&b"caf\xe9 \xc3\xa9\nb"[..]).as_deref(), Some("café Ã©\nb"));
        assert_eq!(detected(&b"\x81\x8d\x90 undefined there"[..]).map(|t| t.chars().count()), Some(19));
    }

    #[test]
    fn a_mark_counts_more_than_what_was_asked_for() {
        let forced = Encoding::for_label(b"windows-1251");
        assert_eq!(text("\u{feff}Zoë".into(), forced).as_deref(), Some("Zoë"));
        assert_eq!(text("Zo".into(), Encoding::for_label(b"utf-16le")).as_deref(), Some("\u{6f5a}"));
        assert_eq!(text(b"\x82\xa0".to_vec(), Encoding::for_label(b"shift_jis")).as_deref(), Some("あ"));
    }

    #[test]
    fn zeros_and_control_characters_are_binary() {
        for bytes in [
            &b"\0"[..],
            b"\0\0\0\0\0\0\0\0",
            b"text\0text text text text text text",
            b"\x01\x02\x03\x04\x05\x06\x07",
            b"RIFF\0\0\0\0\0\0\0\0\x01\0\0\x02\0\0",
        ] {
            assert_eq!(detected(bytes), None, "{bytes:?}");
        }
        let samples: Vec<u8> = (0..4000_i16).flat_map(|i| ((i % 60) - 30).to_le_bytes()).collect();
        assert_eq!(detected(samples), None, "16-bit sound");
        let mut state = 1_u32;
        let noise = std::iter::repeat_with(|| {
            state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
            (state >> 24) as u8
        });
        assert_eq!(detected(noise.take(5000).collect::<Vec<_>>()), None, "random bytes");
    }

    #[test]
    fn a_tail_of_zeros_is_cut_off_and_the_text_stays() {
        let bytes = [TICKET.as_bytes(), &[0; 4096]].concat();
        assert_eq!(detected(bytes).as_deref(), Some(TICKET));
    }

    #[test]
    fn terminal_colours_and_the_old_end_of_file_are_text() {
        assert_eq!(
            detected(&b"\x1b[31mred\x1b[0m\r\n\x1a"[..]).as_deref(),
            Some("\x1b[31mred\x1b[0m\r\n\x1a")
        );
    }
}
