//! Tells binary formats and containers by their first bytes.
//!
//! Only formats that people attach to a ticket, and that the look at the text itself could take for text.

/// Formats and the bytes they begin with.
const FORMATS: &[(&[u8], &str)] = &[
    (b"\x89PNG\r\n\x1a\n", "PNG picture"),
    (b"\xff\xd8\xff", "JPEG picture"),
    (b"GIF87a", "GIF picture"),
    (b"GIF89a", "GIF picture"),
    (b"%PDF-", "PDF document"),
    (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "Office document or mail message"),
    (b"7z\xbc\xaf\x27\x1c", "7z archive"),
    (b"Rar!\x1a\x07", "RAR archive"),
    (b"MSCF\0\0\0\0", "cabinet archive"),
    (b"MDMP\x93\xa7", "crash dump"),
    (b"PAGEDUMP", "crash dump"),
    (b"PAGEDU64", "crash dump"),
    (b"ElfFile\0", "event log file"),
    (b"\x30\0\0\0LfLe", "event log file"),
    (b"MZ\x90\0", "program"),
    (b"\x7fELF", "program"),
    (b"SQLite format 3\0", "database"),
    (b"Microsoft C/C++ MSF 7.00\r\n\x1aDS", "symbol file"),
];

/// Something that holds other inputs.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Container {
    Gzip,
    Zstd,
    Bzip2,
    Xz,
    Zip,
    Tar,
}

/// The container that begins with these bytes.
pub(super) fn container(bytes: &[u8]) -> Option<Container> {
    match bytes {
        [0x1f, 0x8b, 8, ..] => Some(Container::Gzip),
        [0x28, 0xb5, 0x2f, 0xfd, ..] => Some(Container::Zstd),
        [b'B', b'Z', b'h', b'1'..=b'9', 0x31, 0x41, 0x59, 0x26, 0x53, 0x59, ..] => Some(Container::Bzip2),
        [0xfd, b'7', b'z', b'X', b'Z', 0, ..] => Some(Container::Xz),
        // The second is a zip without members.
        [b'P', b'K', 3, 4, ..] | [b'P', b'K', 5, 6, ..] => Some(Container::Zip),
        _ => (bytes.get(257..262) == Some(b"ustar")).then_some(Container::Tar),
    }
}

/// The format, where it is one of the known ones.
pub(super) fn format(bytes: &[u8]) -> Option<&'static str> {
    let riff = bytes.starts_with(b"RIFF") && matches!(bytes.get(8..12), Some(b"WAVE" | b"AVI " | b"WEBP"));
    let known = || FORMATS.iter().find(|(magic, _)| bytes.starts_with(magic)).map(|(_, format)| *format);
    if riff { Some("sound, film or picture") } else { known() }
}

#[cfg(test)]
mod tests {
    use super::format;

    #[test]
    fn formats_are_told_by_their_first_bytes() {
        assert_eq!(format(b"\xff\xd8\xff\xe0\0\x10JFIF"), Some("JPEG picture"));
        assert_eq!(format(b"RIFF\x10\0\0\0WAVEfmt "), Some("sound, film or picture"));
        assert_eq!(format(b"MDMP\x93\xa7\0\0"), Some("crash dump"));
    }

    #[test]
    fn text_that_begins_like_a_format_is_text() {
        for text in [&b"MZ is in charge"[..], b"RIFF raff, a ticket", b"GIF attached", b"PAGE_FAULT", b""] {
            assert_eq!(format(text), None);
        }
    }
}
