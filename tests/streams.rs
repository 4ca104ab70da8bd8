//! Nothing is lost on the way in: the same text gives the same results, byte for byte, however it comes.

#![allow(clippy::unwrap_used, clippy::panic, reason = "a test may fail")]

use assert_cmd::Command;
use kbtriage::parse::{BLOCK, Regions, next_block};
use kbtriage::source::{self, Content, ReadOptions};
use kbtriage::{Database, Evidence, Parser};
use std::fs;
use std::io::{Cursor, Read, Write};
use std::path::Path;
use tempfile::TempDir;

/// A log of more than a block: chatter in which stacks, events, faults and stops stand far from each other and near.
fn log() -> String {
    let crashes = [
        "0ab1fcfc 00510cc7 cffa119e 07ad9838 0069578c EMSMTA!otpmralt+0x25\n\
         0ab1fd4c 004dfe5a 00000034 08564d01 0786a290 EMSMTA!otpurert+0x307\n\
         0ab1fe04 004e0e46 0786a290 00000000 00000000 EMSMTA!otpmrtry+0x11a\n",
        "Event ID: 9405\nSource: MSExchangeMTA\nType: Error\nDescription: An unexpected error – möglich – has occurred.\n",
        "*** STOP: 0x0000001E (0xC0000005, 0x801364E3, 0x00000000, 0x00000008)\n",
        "STORE caused an invalid page fault in module MAPI32.DLL at 0137:bff7b9a6.\n",
        "Faulting application store.exe, version 6.5.7638.1, faulting module ntdll.dll, version 5.2.3790.1830, \
         fault address 0x0002c8b1.\n",
    ];
    let mut text = String::new();
    for number in 0..80 {
        for line in 0..(number * 37) % 900 {
            text.push_str(&format!("10:15:{:02} Dienst {line} läuft, größe {number} – ok\n", line % 60));
        }
        text.push_str(crashes[number % crashes.len()]);
    }
    assert!(text.len() > BLOCK + BLOCK / 8, "{}", text.len());
    text
}

/// What the program prints for some arguments in a folder, the name of the input made equal.
fn printed(folder: &Path, arguments: &[&str], input: &str, stdin: Option<&str>) -> String {
    let mut command = Command::cargo_bin("kbtriage").unwrap();
    command.current_dir(folder).args(["--format", "jsonl", "-q"]).args(arguments);
    if let Some(text) = stdin {
        command.write_stdin(text);
    }
    let output = command.output().unwrap();
    assert!(output.status.success(), "{arguments:?}: {}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8(output.stdout).unwrap().replace(&format!("\"input\":\"{input}\""), "\"input\":\"x\"")
}

fn zipped(members: &[(&str, &[u8])]) -> Vec<u8> {
    let mut archive = zip::ZipWriter::new(Cursor::new(Vec::new()));
    for (name, bytes) in members {
        archive.start_file(*name, zip::write::SimpleFileOptions::default()).unwrap();
        archive.write_all(bytes).unwrap();
    }
    archive.finish().unwrap().into_inner()
}

fn gzipped(bytes: &[u8]) -> Vec<u8> {
    let mut encoder = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
    encoder.write_all(bytes).unwrap();
    encoder.finish().unwrap()
}

fn tarred(name: &str, bytes: &[u8]) -> Vec<u8> {
    let mut archive = tar::Builder::new(Vec::new());
    let mut header = tar::Header::new_gnu();
    header.set_size(bytes.len() as u64);
    header.set_cksum();
    archive.append_data(&mut header, name, bytes).unwrap();
    archive.into_inner().unwrap()
}

#[test]
fn files_streams_archives_encodings_and_threads_give_the_same() {
    let text = log();
    let utf16 = |unit: fn(u16) -> [u8; 2]| text.encode_utf16().flat_map(unit).collect::<Vec<u8>>();
    let marked = |mark: &[u8], rest: Vec<u8>| [mark, &rest].concat();
    let bytes = text.as_bytes();
    let windows = encoding_rs::WINDOWS_1252.encode(&text).0.into_owned();
    let bzip2 = {
        let mut encoder = bzip2::write::BzEncoder::new(Vec::new(), bzip2::Compression::fast());
        encoder.write_all(bytes).unwrap();
        encoder.finish().unwrap()
    };
    let xz = {
        let mut encoder =
            lzma_rust2::XzWriter::new(Vec::new(), lzma_rust2::XzOptions::with_preset(0)).unwrap();
        encoder.write_all(bytes).unwrap();
        encoder.finish().unwrap()
    };
    let zstd = ruzstd::encoding::compress_to_vec(bytes, ruzstd::encoding::CompressionLevel::Fastest);
    let folder = TempDir::new().unwrap();
    let put = |name: &str, bytes: &[u8]| fs::write(folder.path().join(name), bytes).unwrap();
    put("a.log", bytes);
    let files: Vec<(&str, &str, Vec<u8>)> = vec![
        ("le.log", "le.log", utf16(u16::to_le_bytes)),
        ("be.log", "be.log", utf16(u16::to_be_bytes)),
        ("le-mark.log", "le-mark.log", marked(b"\xff\xfe", utf16(u16::to_le_bytes))),
        ("be-mark.log", "be-mark.log", marked(b"\xfe\xff", utf16(u16::to_be_bytes))),
        ("utf8-mark.log", "utf8-mark.log", marked(b"\xef\xbb\xbf", bytes.to_vec())),
        ("windows.log", "windows.log", windows),
        ("a.gz", "a.gz", gzipped(bytes)),
        ("a.bz2", "a.bz2", bzip2),
        ("a.xz", "a.xz", xz),
        ("a.zst", "a.zst", zstd),
        ("no-ending", "no-ending", gzipped(&gzipped(bytes))),
        ("logs.zip", "logs.zip!mail/app.log", zipped(&[("mail/app.log", bytes)])),
        ("in.zip", "in.zip!logs.zip!a.log", zipped(&[("logs.zip", &zipped(&[("a.log", bytes)]))])),
        ("logs.tgz", "logs.tgz!mail/app.log", gzipped(&tarred("mail/app.log", bytes))),
    ];
    for command in ["scan", "parse"] {
        let expected = printed(folder.path(), &[command, "a.log"], "a.log", None);
        assert!(expected.len() > 5_000, "{expected}");
        for threads in ["1", "2", "8"] {
            let same = printed(folder.path(), &[command, "-j", threads, "a.log"], "a.log", None);
            assert!(same == expected, "{command} with {threads} threads");
        }
        assert!(printed(folder.path(), &[command, "-"], "-", Some(&text)) == expected, "{command} of stdin");
        for (name, input, bytes) in &files {
            put(name, bytes);
            assert!(printed(folder.path(), &[command, name], input, None) == expected, "{command} {name}");
        }
    }
}

/// Returns so many bytes at a time.
struct Slow<'b>(&'b [u8], usize);

impl Read for Slow<'_> {
    fn read(&mut self, to: &mut [u8]) -> std::io::Result<usize> {
        let most = to.len().min(self.1);
        self.0.read(&mut to[..most])
    }
}

/// The evidence of a text that is read so many bytes at a time, and asked for so many at a time.
fn evidence(parser: &Parser, bytes: &[u8], at_once: usize, wanted: usize) -> Vec<Evidence> {
    let content = source::text_of(Slow(bytes, at_once), &ReadOptions::default()).unwrap();
    let Content::Text(mut text) = content else { panic!("no text") };
    let (mut rest, mut regions, mut found) = (String::new(), Regions::default(), Vec::new());
    let mut take = |region| found.extend(parser.parse_region(&region));
    let mut more = true;
    while more {
        let size = rest.len() + wanted;
        more = text.fill(&mut rest, size).unwrap();
        while let Some(block) = next_block(&mut rest, !more) {
            regions.push(parser.look(block), &mut take);
        }
    }
    regions.finish(&mut take);
    found
}

#[test]
fn every_read_size_gives_the_same_evidence() {
    let parser = Parser::new(Database::embedded().unwrap().phrases());
    let text = log();
    let (small, _) = text.split_at(text.floor_char_boundary(12_000));
    let expected = evidence(&parser, small.as_bytes(), usize::MAX, usize::MAX / 4);
    assert!(expected.len() > 3);
    for at_once in 1..=64 {
        for wanted in [1, at_once, 4_096] {
            let same = evidence(&parser, small.as_bytes(), at_once, wanted);
            assert!(same == expected, "{at_once} bytes a read, {wanted} asked for");
        }
    }
    let expected = evidence(&parser, text.as_bytes(), usize::MAX, usize::MAX / 4);
    for at_once in [333, 8_191, 65_537, BLOCK - 1, BLOCK + 1] {
        assert!(evidence(&parser, text.as_bytes(), at_once, at_once) == expected, "{at_once} bytes a read");
    }
}

#[test]
fn a_hostile_tree_is_gone_through_and_every_fault_is_named() {
    let folder = TempDir::new().unwrap();
    let put = |name: &str, bytes: &[u8]| fs::write(folder.path().join(name), bytes).unwrap();
    let stack = log();
    put("good.log", stack.as_bytes());
    put("cut.gz", &gzipped(stack.as_bytes())[..3_000]);
    put("bad.zip", b"PK\x03\x04 this is no archive");
    put("empty.log", b"");
    put("picture.png", b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR");
    put("one-line.txt", &vec![b'a'; 3 * BLOCK]);
    let output = Command::cargo_bin("kbtriage")
        .unwrap()
        .args(["scan", "--format", "jsonl"])
        .arg(folder.path())
        .output()
        .unwrap();
    assert_eq!(output.status.code(), Some(2));
    let out = String::from_utf8(output.stdout).unwrap();
    let said = String::from_utf8(output.stderr).unwrap();
    assert!(said.contains("cut.gz: read in part: ") && said.contains("bad.zip: "), "{said}");
    assert!(said.contains("6 inputs, 2 skipped, 2 unreadable (1 read in part)"), "{said}");
    assert!(out.lines().any(|line| line.contains("good.log") && line.contains("KB276222")), "{out}");
    assert!(out.lines().any(|line| line.contains("cut.gz") && line.contains("\"type\":\"error\"")), "{out}");
    assert!(out.ends_with("\"errors\":2}\n"), "{out}");
}
