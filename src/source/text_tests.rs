//! Texts in every encoding, read in pieces of every size.

use super::*;

const TICKET: &str = "Subject: MTA\r\nEMSMTA!otpmralt+0x25\r\nsincerely, Zoë\r\n";

fn utf16(text: &str, unit: fn(u16) -> [u8; 2]) -> Vec<u8> {
    text.encode_utf16().flat_map(unit).collect()
}

/// Returns so many bytes at a time.
struct Slow<'b>(&'b [u8], usize);

impl Read for Slow<'_> {
    fn read(&mut self, to: &mut [u8]) -> io::Result<usize> {
        let most = to.len().min(self.1);
        self.0.read(&mut to[..most])
    }
}

/// The text, however much of it is read and asked for at once.
fn text(bytes: &[u8], encoding: Option<&'static Encoding>) -> Option<String> {
    let options = ReadOptions { encoding, ..ReadOptions::default() };
    let read = |at_once: usize, size: usize| {
        let mut reader = Slow(bytes, at_once);
        let head = sample(&mut reader).unwrap();
        match open(head, Box::new(reader), &options) {
            Content::Text(mut text) => {
                let mut whole = String::new();
                loop {
                    let wanted = whole.len() + size;
                    if !text.fill(&mut whole, wanted).unwrap() {
                        break;
                    }
                }
                Some(whole)
            }
            Content::Skipped(_) => None,
        }
    };
    let whole = read(usize::MAX, usize::MAX / 2);
    for at_once in [1, 2, 3, 7, 4096] {
        for size in [1, 2, 5, 8191] {
            assert_eq!(read(at_once, size), whole, "{at_once} bytes a read, {size} asked for");
        }
    }
    whole
}

fn detected(bytes: impl Into<Vec<u8>>) -> Option<String> {
    text(&bytes.into(), None)
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
fn a_byte_that_is_no_utf8_is_windows_1252() {
    assert_eq!(detected(&b"caf\xe9 \xc3\xa9\nb"[..]).as_deref(), Some("café é\nb"));
    assert_eq!(detected(&b"\x81\x8d\x90 undefined there"[..]).map(|t| t.chars().count()), Some(19));
}

#[test]
fn a_mark_counts_more_than_what_was_asked_for() {
    let forced = Encoding::for_label(b"windows-1251");
    assert_eq!(text("\u{feff}Zoë".as_bytes(), forced).as_deref(), Some("Zoë"));
    assert_eq!(text(b"Zo", Encoding::for_label(b"utf-16le")).as_deref(), Some("\u{6f5a}"));
    assert_eq!(text(b"\x82\xa0", Encoding::for_label(b"shift_jis")).as_deref(), Some("あ"));
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
    assert_eq!(detected(&b"\x1b[31mred\x1b[0m\r\n\x1a"[..]).as_deref(), Some("\x1b[31mred\x1b[0m\r\n\x1a"));
}
