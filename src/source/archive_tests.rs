//! Archives of every kind: whole, in each other, damaged and hostile.

use super::super::ReadOptions;
use super::super::tests::{Small, visited, visited_file};
use super::*;
use crate::source::Input;
use std::io::{Cursor, Write};
use zip::CompressionMethod;
use zip::write::SimpleFileOptions;

type Visited = Vec<(String, String)>;

fn gzip(bytes: &[u8]) -> Vec<u8> {
    let mut encoder = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::default());
    encoder.write_all(bytes).unwrap();
    encoder.finish().unwrap()
}

fn bzip2(bytes: &[u8]) -> Vec<u8> {
    let mut encoder = bzip2::write::BzEncoder::new(Vec::new(), bzip2::Compression::default());
    encoder.write_all(bytes).unwrap();
    encoder.finish().unwrap()
}

fn zstd(bytes: &[u8]) -> Vec<u8> {
    ruzstd::encoding::compress_to_vec(bytes, ruzstd::encoding::CompressionLevel::Fastest)
}

fn xz(bytes: &[u8]) -> Vec<u8> {
    let mut encoder = lzma_rust2::XzWriter::new(Vec::new(), lzma_rust2::XzOptions::with_preset(1)).unwrap();
    encoder.write_all(bytes).unwrap();
    encoder.finish().unwrap()
}

fn zip_with(method: CompressionMethod, files: &[(&str, &[u8])]) -> Vec<u8> {
    let mut archive = zip::ZipWriter::new(Cursor::new(Vec::new()));
    let options = SimpleFileOptions::default().compression_method(method);
    for (name, bytes) in files {
        match name.strip_suffix('/') {
            Some(folder) => archive.add_directory(folder, options).unwrap(),
            None => {
                archive.start_file(*name, options).unwrap();
                archive.write_all(bytes).unwrap();
            }
        }
    }
    archive.finish().unwrap().into_inner()
}

fn zip(files: &[(&str, &[u8])]) -> Vec<u8> {
    zip_with(CompressionMethod::Deflated, files)
}

fn tar_entry(archive: &mut tar::Builder<Vec<u8>>, kind: tar::EntryType, name: &str, bytes: &[u8]) {
    let mut header = tar::Header::new_gnu();
    header.set_entry_type(kind);
    header.set_size(bytes.len() as u64);
    archive.append_data(&mut header, name, bytes).unwrap();
}

fn tar(files: &[(&str, &[u8])]) -> Vec<u8> {
    let mut archive = tar::Builder::new(Vec::new());
    for (name, bytes) in files {
        let folder = name.ends_with('/');
        let kind = if folder { tar::EntryType::Directory } else { tar::EntryType::Regular };
        tar_entry(&mut archive, kind, name, bytes);
    }
    archive.into_inner().unwrap()
}

fn seen(bytes: &[u8]) -> Visited {
    visited_file(bytes, &ReadOptions::default())
}

fn expected(visited: &[(&str, &str)]) -> Visited {
    visited.iter().map(|(name, said)| ((*name).to_owned(), (*said).to_owned())).collect()
}

const LOGS: &[(&str, &[u8])] = &[("z/", b""), ("z/b.log", b"one\n"), ("a.log", b"two\n"), ("empty", b"")];
const SEEN: &[(&str, &str)] = &[("a!z/b.log", "one\n"), ("a!a.log", "two\n"), ("a!empty", "skipped empty")];

#[test]
fn what_is_merely_compressed_keeps_its_name() {
    for compress in [gzip, zstd, bzip2, xz] {
        assert_eq!(seen(&compress(b"one\n")), expected(&[("a", "one\n")]));
        let two = [compress(b"one\n"), compress(b"two\n")].concat();
        assert_eq!(seen(&two), expected(&[("a", "one\ntwo\n")]), "one after another");
        assert_eq!(seen(&compress(b"")), expected(&[("a", "skipped empty")]));
        let long = "EMSMTA!otpmralt+0x25 Zoë\n".repeat(30_000);
        assert!(seen(&compress(long.as_bytes())) == expected(&[("a", &long)]));
    }
    let skipped = [&b"\x50\x2a\x4d\x18\x03\0\0\0abc"[..], &zstd(b"text")].concat();
    assert_eq!(seen(&skipped), expected(&[("a", "text")]), "zstd frames may say nothing");
}

#[test]
fn files_of_an_archive_come_in_its_order_under_their_names() {
    assert_eq!(seen(&zip(LOGS)), expected(SEEN));
    assert_eq!(seen(&tar(LOGS)), expected(SEEN));
    for method in [CompressionMethod::Stored, CompressionMethod::Bzip2] {
        assert_eq!(seen(&zip_with(method, LOGS)), expected(SEEN), "{method}");
    }
    for nothing in [zip(&[]), zip(&[("folder/", b"")]), tar(&[("folder/", b"")])] {
        assert_eq!(seen(&nothing), expected(&[("a", "skipped empty")]));
    }
}

#[test]
fn long_names_are_whole() {
    let name = format!("{}/app.log", "deep/".repeat(60).trim_end_matches('/'));
    let whole = format!("a!{name}");
    assert_eq!(seen(&tar(&[(&name, b"text")])), expected(&[(&whole, "text")]));
    assert_eq!(seen(&zip(&[(&name, b"text")])), expected(&[(&whole, "text")]));
}

#[test]
fn archives_in_archives_are_read_through() {
    assert_eq!(seen(&gzip(&tar(LOGS))), expected(SEEN));
    assert_eq!(seen(&xz(&zip(LOGS))), expected(SEEN));
    assert_eq!(seen(&zip(&[("b.log.gz", &gzip(b"text"))])), expected(&[("a!b.log.gz", "text")]));
    let deep = tar(&[("first", b"1"), ("in.zip", &zip(&[("x.gz", &gzip(b"2"))])), ("last", b"3")]);
    assert_eq!(seen(&deep), expected(&[("a!first", "1"), ("a!in.zip!x.gz", "2"), ("a!last", "3")]));
    let utf16: Vec<u8> = "\u{feff}Zoë".encode_utf16().flat_map(u16::to_le_bytes).collect();
    assert_eq!(seen(&zip(&[("u", &utf16)])), expected(&[("a!u", "Zoë")]));
}

#[test]
fn an_archive_from_a_pipe_that_fits_no_memory_goes_to_a_file() {
    let long = "line\n".repeat(600_000);
    let stored = zip_with(CompressionMethod::Stored, &[("log", long.as_bytes()), ("b", b"text")]);
    assert!(stored.len() > SPOOLED);
    assert!(seen(&gzip(&stored)) == expected(&[("a!log", &long), ("a!b", "text")]));
}

#[test]
fn an_archive_from_a_pipe_is_read() {
    let (options, bytes) = (ReadOptions::default(), zip(LOGS));
    let mut names = Vec::new();
    let mut visit = |name: &str, _: Result<Content<'_>, Error>| {
        names.push(name.to_owned());
        ControlFlow::Continue(())
    };
    let budget = Budget::new(&options);
    let mut descent = Descent { options: &options, budget: &budget, visit: &mut visit };
    assert!(descent.reader("-", Small(&bytes[..], 100)).is_continue());
    assert_eq!(names, ["-!z/b.log", "-!a.log", "-!empty"]);
}

#[test]
fn a_window_that_fills_the_memory_is_refused() {
    let mut options = lzma_rust2::XzOptions::with_preset(1);
    options.lzma_options.dict_size = 256 << 20;
    let mut encoder = lzma_rust2::XzWriter::new(Vec::new(), options).unwrap();
    encoder.write_all(b"text").unwrap();
    let said = "error a: the xz stream needs more memory than it may have, 128 MiB";
    assert_eq!(seen(&encoder.finish().unwrap()), expected(&[("a", said)]));
}

#[test]
fn what_is_packed_too_deep_is_an_error() {
    let four = gzip(&zip(&[("b.gz", &gzip(&gzip(b"text")))]));
    assert_eq!(seen(&four), expected(&[("a!b.gz", "text")]));
    let five = gzip(&four);
    assert_eq!(seen(&five), expected(&[("a!b.gz", "error a!b.gz: packed more than 4 times: not read")]));
    let none = ReadOptions { depth: 0, ..ReadOptions::default() };
    assert_eq!(visited_file(&zip(LOGS), &none), expected(&[("a", "skipped binary (zip archive)")]));
}

/// The archive with the bytes of both headers of its file `b` changed at an offset of the local one.
fn patched(at: usize, byte: u8) -> Vec<u8> {
    let mut archive = zip(&[("a", b"one"), ("b", b"two"), ("c", b"three")]);
    for (header, shift, name) in [(b"PK\x03\x04", 0, 30), (b"PK\x01\x02", 2, 46)] {
        let starts = (0..archive.len()).filter(|i| archive[*i..].starts_with(header)).collect::<Vec<_>>();
        let start = starts.into_iter().find(|start| archive[start + name] == b'b').unwrap();
        archive[start + shift + at] = byte;
    }
    archive
}

#[test]
fn a_file_that_cannot_be_unpacked_is_an_error_of_that_file_alone() {
    for (said, at, byte) in [
        ("error a!b: Password required to decrypt file", 6, 1),
        ("error a!b: compression method not supported: 97", 8, 97),
        ("error damaged zip archive: Invalid checksum", 14, 9),
    ] {
        let seen = seen(&patched(at, byte));
        let names: Vec<&str> = seen.iter().map(|(name, _)| &**name).collect();
        assert_eq!(names, ["a!a", "a!b", "a!c"]);
        assert_eq!(seen[0].1, "one");
        assert_eq!(seen[1].1, said);
        assert_eq!(seen[2].1, "three");
    }
}

#[test]
fn links_and_devices_in_an_archive_are_passed_over() {
    let mut archive = tar::Builder::new(Vec::new());
    let mut link = tar::Header::new_gnu();
    link.set_entry_type(tar::EntryType::Symlink);
    link.set_size(0);
    archive.append_link(&mut link, "link", "/etc/passwd").unwrap();
    tar_entry(&mut archive, tar::EntryType::Fifo, "pipe", b"");
    tar_entry(&mut archive, tar::EntryType::Regular, "log", b"text");
    let of_tar = [
        ("a!link", "skipped a link in an archive"),
        ("a!pipe", "skipped no file but a pipe, a socket or a device"),
        ("a!log", "text"),
    ];
    assert_eq!(seen(&archive.into_inner().unwrap()), expected(&of_tar));
    let mut archive = zip::ZipWriter::new(Cursor::new(Vec::new()));
    archive.add_symlink("link", "/etc/passwd", SimpleFileOptions::default()).unwrap();
    let bytes = archive.finish().unwrap().into_inner();
    assert_eq!(seen(&bytes), expected(&[("a!link", "skipped a link in an archive")]));
}

/// Where the tar stands in [`every_kind`].
const TAR: usize = 5;

fn every_kind() -> Vec<Vec<u8>> {
    let long = "EMSMTA!otpmralt+0x25\n".repeat(20);
    let files: &[(&str, &[u8])] = &[("log", long.as_bytes()), ("b", b"text"), ("c.gz", &gzip(b"text"))];
    let mut all: Vec<Vec<u8>> = [gzip, zstd, bzip2, xz].map(|compress| compress(long.as_bytes())).into();
    all.extend([zip(files), tar(files), gzip(&tar(files)), xz(&zip(files))]);
    all
}

#[test]
fn an_archive_cut_anywhere_ends_with_an_error() {
    for (kind, archive) in every_kind().iter().enumerate() {
        let whole = seen(archive);
        let step = if archive.len() > 1500 { 23 } else { 1 };
        let start = if kind == TAR { 270 } else { 16 };
        for cut in (start..archive.len()).step_by(step) {
            // Between two files of a tar there is nothing to tell by.
            if kind == TAR && cut % 512 == 0 {
                continue;
            }
            let cut_off = seen(&archive[..cut]);
            let odd =
                |(_, said): &(String, String)| said.starts_with("error ") || said.starts_with("skipped ");
            assert!(cut_off.iter().any(odd) || cut_off == whole, "kind {kind} cut at {cut}: {cut_off:?}");
        }
    }
}

#[test]
fn an_archive_with_any_byte_changed_ends() {
    for archive in every_kind() {
        let step = if archive.len() > 1500 { 23 } else { 1 };
        for at in (0..archive.len()).step_by(step) {
            for change in [0xff, 0x01, 0x80] {
                let mut damaged = archive.clone();
                damaged[at] ^= change;
                assert!(!seen(&damaged).is_empty());
            }
        }
    }
}

/// 80 MiB of text in a few KiB: gzip of gzip.
fn bomb() -> Vec<u8> {
    gzip(&gzip(&[b'a'; 1 << 20]).repeat(80))
}

#[test]
fn a_bomb_is_an_error_that_names_the_file_and_ends_the_input() {
    let bomb = bomb();
    assert!(bomb.len() < 8000);
    for (archive, name) in [
        (bomb.clone(), "a"),
        (zip(&[("mail/app.log", &bomb), ("b", b"text")]), "a!mail/app.log"),
        (tar(&[("app.log", &bomb), ("b", b"text")]), "a!app.log"),
    ] {
        let seen = seen(&archive);
        assert_eq!(seen.len(), 1);
        assert_eq!(seen[0].0, name);
        let said =
            "error expands to more than 1000 times its size: it looks like a bomb, and is read no further";
        assert_eq!(seen[0].1, said);
    }
}

#[test]
fn an_archive_of_one_file_many_times_is_a_bomb() {
    let file = gzip(&[b'a'; 1 << 20]);
    let names: Vec<String> = (0..100).map(|i| i.to_string()).collect();
    let files: Vec<(&str, &[u8])> = names.iter().map(|name| (&**name, &*file)).collect();
    let seen = seen(&zip(&files));
    assert!(seen.len() > 60 && seen.last().unwrap().1.contains("like a bomb"), "{}", seen.len());
}

#[test]
fn a_name_without_end_fills_no_memory() {
    let mut archive = tar::Builder::new(Vec::new());
    tar_entry(&mut archive, tar::EntryType::Regular, "log", b"text");
    tar_entry(&mut archive, tar::EntryType::GNULongName, "long", &vec![b'a'; 3 << 20]);
    tar_entry(&mut archive, tar::EntryType::Regular, "b", b"text");
    let seen = seen(&archive.into_inner().unwrap());
    assert_eq!(
        seen[..],
        expected(&[("a!log", "text"), ("a", "error a: damaged tar archive: the headers have no end")])
    );
}

#[test]
fn a_text_that_is_not_read_is_passed_over() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("a");
    let long = "line\n".repeat(100_000);
    for archive in [tar, zip] {
        std::fs::write(&path, archive(&[("log", long.as_bytes()), ("b", b"text")])).unwrap();
        let input = Input::File(path.clone());
        let (mut names, mut first) = (Vec::new(), 0);
        crate::source::read(&input, &ReadOptions::default(), &mut |name, _| {
            names.push(name.rsplit('!').next().unwrap().to_owned());
            ControlFlow::Continue(())
        });
        assert_eq!(names, ["log", "b"]);
        crate::source::read(&input, &ReadOptions::default(), &mut |_, _| {
            first += 1;
            ControlFlow::Break(())
        });
        assert_eq!(first, 1, "a visit can be broken off");
        assert_eq!(visited(&input, &ReadOptions::default()).len(), 2);
    }
}
