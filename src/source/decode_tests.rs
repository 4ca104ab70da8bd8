//! Every encoding, read in pieces of every size.

use super::super::tests::Small;
use super::super::{Content, ReadOptions, text_of};
use super::*;

const TICKET: &str = "Subject: MTA\r\nEMSMTA!otpmralt+0x25\r\nsincerely, Zoë\r\n";

fn utf16(text: &str, unit: fn(u16) -> [u8; 2]) -> Vec<u8> {
    text.encode_utf16().flat_map(unit).collect()
}

/// The text, read so many bytes at a time and decoded in pieces of any size.
fn read(bytes: &[u8], at_a_time: usize, encoding: Option<&'static Encoding>) -> Option<String> {
    let options = ReadOptions { encoding, ..ReadOptions::default() };
    match text_of(Small(bytes, at_a_time), &options).unwrap() {
        Content::Skipped(_) => None,
        Content::Text(mut text) => {
            let mut all = String::new();
            let mut more = true;
            while more {
                let size = all.len() + 1;
                more = text.fill(&mut all, size).unwrap();
            }
            Some(all)
        }
    }
}

fn forced(bytes: &[u8], label: &str) -> Option<String> {
    read(bytes, usize::MAX, Encoding::for_label(label.as_bytes()))
}

fn detected(bytes: impl AsRef<[u8]>) -> Option<String> {
    read(bytes.as_ref(), usize::MAX, None)
}

fn every_encoding(text: &str) -> Vec<(Vec<u8>, Option<&'static Encoding>)> {
    let with_mark = |mark: &[u8], rest: Vec<u8>| [mark, &rest].concat();
    let mut all = vec![
        (text.into(), None),
        (with_mark(b"\xef\xbb\xbf", text.into()), None),
        (encoding_rs::WINDOWS_1252.encode(text).0.into_owned(), None),
        (utf16(text, u16::to_le_bytes), None),
        (utf16(text, u16::to_be_bytes), None),
        (with_mark(b"\xff\xfe", utf16(text, u16::to_le_bytes)), None),
        (with_mark(b"\xfe\xff", utf16(text, u16::to_be_bytes)), None),
    ];
    for label in ["utf-8", "windows-1250", "iso-8859-15", "gb18030", "utf-16le"] {
        let encoding = Encoding::for_label(label.as_bytes()).unwrap();
        let utf16le = utf16(text, u16::to_le_bytes);
        let bytes = if is_utf16(encoding) { utf16le } else { encoding.encode(text).0.into_owned() };
        all.push((bytes, Some(encoding)));
    }
    all
}

#[test]
fn every_encoding_gives_the_same_text_and_lines() {
    for (bytes, encoding) in every_encoding(TICKET) {
        for size in 1..=bytes.len() {
            assert_eq!(read(&bytes, size, encoding).as_deref(), Some(TICKET), "{encoding:?} {size}");
        }
    }
}

#[test]
fn a_long_text_does_not_depend_on_how_it_was_read() {
    let long = TICKET.repeat(400);
    for (bytes, encoding) in every_encoding(&long) {
        for size in [1, 2, 3, 4095, 8191, 8192, 8193, 16_383, 16_385, usize::MAX] {
            assert!(read(&bytes, size, encoding).as_deref() == Some(&long), "{encoding:?} {size}");
        }
    }
}

#[test]
fn damaged_text_does_not_depend_on_how_it_was_read() {
    let mixed = b"a\xe2\x82\xac \xe2\x82 \xe2 \xff\xfe \xf0\x9f\x98\x80 \xf0\x9f\x98 \xc3\xc3\xa9 \xed\xa0\x80 \xc0\x80 \x80\x81";
    let text = detected(mixed).unwrap();
    assert_eq!(text, "a€ â‚ â ÿþ 😀 ðŸ˜ Ãé í\u{a0}€ À€ €\u{81}");
    for size in 1..=mixed.len() {
        assert_eq!(read(mixed, size, None).as_deref(), Some(&*text), "{size}");
    }
    for cut in 1..=mixed.len() {
        let whole = detected(&mixed[..cut]);
        assert!((1..cut).all(|size| read(&mixed[..cut], size, None) == whole), "cut at {cut}");
    }
}

#[test]
fn utf16_of_odd_length_loses_the_half_unit_only() {
    let mut bytes = utf16(TICKET, u16::to_le_bytes);
    bytes.push(b'\n');
    assert_eq!(detected(&bytes).as_deref(), Some(TICKET));
    bytes.truncate(bytes.len() - 4);
    assert_eq!(detected(bytes).as_deref(), TICKET.strip_suffix("\r\n"));
    assert_eq!(detected(b"\xff\xfea\0b").as_deref(), Some("a"));
    assert_eq!(detected(b"\xff\xfe\0"), None, "nothing is left");
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
fn one_wrong_byte_does_not_garble_the_text_around_it() {
    assert_eq!(detected(b"caf\xe9 \xc3\xa9\nb").as_deref(), Some("café é\nb"));
    assert_eq!(detected(b"\x81\x8d\x90 undefined there").map(|t| t.chars().count()), Some(19));
}

#[test]
fn wrong_bytes_are_what_windows_1252_says() {
    for byte in 0x80..=0xff {
        let (expected, _) =
            encoding_rs::WINDOWS_1252.decode_without_bom_handling(std::slice::from_ref(&byte));
        assert_eq!(windows_1252(byte).to_string(), expected);
    }
}

#[test]
fn a_mark_counts_more_than_what_was_asked_for() {
    assert_eq!(forced("\u{feff}Zoë".as_bytes(), "windows-1251").as_deref(), Some("Zoë"));
    assert_eq!(forced(b"Zo", "utf-16le").as_deref(), Some("\u{6f5a}"));
    assert_eq!(forced(b"\x82\xa0", "shift_jis").as_deref(), Some("あ"));
    assert_eq!(forced(b"\xce\xf8\xe8\xe1\xea\xe0", "windows-1251").as_deref(), Some("Ошибка"));
}

#[test]
fn a_mark_is_no_part_of_the_text() {
    assert_eq!(detected("\u{feff}text").as_deref(), Some("text"));
    assert_eq!(detected("text \u{feff}").as_deref(), Some("text \u{feff}"), "only the first is a mark");
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
fn zeros_behind_the_text_are_left_out_and_the_text_stays() {
    for zeros in [1, 4096, 1_000_000] {
        let bytes = [TICKET.as_bytes(), &vec![0; zeros]].concat();
        assert_eq!(detected(bytes).as_deref(), Some(TICKET));
    }
    let (long, hole) = (TICKET.repeat(1000), vec![0; 300_000]);
    let bytes = [long.as_bytes(), &hole, TICKET.as_bytes()].concat();
    assert!(detected(bytes).as_deref() == Some(&(long + TICKET)), "what was written after the hole is read");
}

#[test]
fn terminal_colours_and_the_old_end_of_file_are_text() {
    assert_eq!(detected(b"\x1b[31mred\x1b[0m\r\n\x1a").as_deref(), Some("\x1b[31mred\x1b[0m\r\n\x1a"));
}
