//! Tells archives and binary formats by their first bytes, whatever a file is called.
//!
//! Only formats that people attach to a ticket, and that the look at the text itself could take for text.

/// Something with files or a stream inside.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Container {
    /// A zip archive.
    Zip,
    /// A tar archive.
    Tar,
    /// A compressed stream.
    Compressed(Compression),
}

/// How a stream is compressed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Compression {
    Gzip,
    Zstd,
    Bzip2,
    Xz,
}

/// What there is to unpack. Sources: PKWARE APPNOTE 4.3, RFC 1952, RFC 8878 3.1, the xz file format 2.1.1.1, POSIX pax.
pub(super) fn container(bytes: &[u8]) -> Option<Container> {
    match bytes {
        [b'P', b'K', 3, 4, ..] | [b'P', b'K', 5, 6, ..] | [b'P', b'K', 7, 8, ..] => Some(Container::Zip),
        [0x1f, 0x8b, 8, ..] => Some(Container::Compressed(Compression::Gzip)),
        // A frame, or one to skip.
        [0x28, 0xb5, 0x2f, 0xfd, ..] | [0x50..=0x5f, 0x2a, 0x4d, 0x18, ..] => {
            Some(Container::Compressed(Compression::Zstd))
        }
        [0xfd, b'7', b'z', b'X', b'Z', 0, ..] => Some(Container::Compressed(Compression::Xz)),
        // The digits of pi begin a block, those of its square root the end of an empty stream.
        [b'B', b'Z', b'h', b'1'..=b'9', 0x31, 0x41, 0x59, 0x26, 0x53, 0x59, ..]
        | [b'B', b'Z', b'h', b'1'..=b'9', 0x17, 0x72, 0x45, 0x38, 0x50, 0x90, ..] => {
            Some(Container::Compressed(Compression::Bzip2))
        }
        _ => matches!(bytes.get(257..263), Some(b"ustar\0" | b"ustar ")).then_some(Container::Tar),
    }
}

/// Formats and the bytes they begin with.
const FORMATS: &[(&[u8], &str)] = &[
    (b"\x89PNG\r\n\x1a\n", "PNG picture"),
    (b"\xff\xd8\xff", "JPEG picture"),
    (b"GIF87a", "GIF picture"),
    (b"GIF89a", "GIF picture"),
    (b"%PDF-", "PDF document"),
    (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "Office document or mail message"),
    (b"PK\x03\x04", "zip archive"),
    (b"\x1f\x8b\x08", "gzip archive"),
    (b"7z\xbc\xaf\x27\x1c", "7z archive"),
    (b"Rar!\x1a\x07", "RAR archive"),
    (b"\xfd7zXZ\0", "xz archive"),
    (b"\x28\xb5\x2f\xfd", "zstd archive"),
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

/// The format, where it is one of the known ones.
pub(super) fn format(bytes: &[u8]) -> Option<&'static str> {
    let riff = bytes.starts_with(b"RIFF") && matches!(bytes.get(8..12), Some(b"WAVE" | b"AVI " | b"WEBP"));
    let known = || FORMATS.iter().find(|(magic, _)| bytes.starts_with(magic)).map(|(_, format)| *format);
    if riff { Some("sound, film or picture") } else { known() }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn formats_are_told_by_their_first_bytes() {
        assert_eq!(format(b"\xff\xd8\xff\xe0\0\x10JFIF"), Some("JPEG picture"));
        assert_eq!(format(b"RIFF\x10\0\0\0WAVEfmt "), Some("sound, film or picture"));
        assert_eq!(format(b"MDMP\x93\xa7\0\0"), Some("crash dump"));
    }

    #[test]
    fn archives_are_told_by_their_content() {
        assert_eq!(container(b"PK\x03\x04"), Some(Container::Zip));
        assert_eq!(container(b"BZh91AY&SY"), Some(Container::Compressed(Compression::Bzip2)));
        assert_eq!(container(&[&[b'a'; 257][..], b"ustar\x0000"].concat()), Some(Container::Tar));
        for text in [&b"PK, a ticket"[..], b"BZh, said the line", b"ustar", b"P*M", b""] {
            assert_eq!(container(text), None);
        }
    }

    #[test]
    fn text_that_begins_like_a_format_is_text() {
        for text in [&b"MZ is in charge"[..], b"RIFF raff, a ticket", b"GIF attached", b"PAGE_FAULT", b""] {
            assert_eq!(format(text), None);
        }
    }
}
