//! What no input may do: panic, point outside of itself, or cost more per byte the longer it is.

#![allow(clippy::unwrap_used, clippy::panic, reason = "a test may fail")]

use kbtriage::parse::Phrase;
use kbtriage::source::{self, Input, ReadOptions};
use kbtriage::{Evidence, Parser};
use proptest::prelude::*;
use std::path::{Path, PathBuf};
use std::sync::LazyLock;
use std::time::{Duration, Instant};

/// Parses, and holds every piece of evidence to its place in the text.
fn check(text: &str) -> Vec<Evidence> {
    static PARSER: LazyLock<Parser> = LazyLock::new(|| Parser::new([Phrase::from("error")]));
    let found = PARSER.parse(text);
    let lines = text.bytes().filter(|byte| *byte == b'\n').count() as u32 + 1;
    for piece in &found {
        let (first, last) = piece.place.lines;
        assert!(
            1 <= first && first <= last && last <= lines,
            "lines {first} to {last} of {lines}: {piece:?}"
        );
        let bytes = &piece.place.bytes;
        assert!(text.get(bytes.clone()).is_some(), "bytes {bytes:?} of {}: {piece:?}", text.len());
    }
    let starts = found.iter().map(|piece| piece.place.bytes.start);
    assert!(starts.is_sorted(), "evidence stands in the order of the text");
    found
}

/// Every file in `fixtures/`, decoded as the program decodes it.
fn fixtures() -> Vec<(PathBuf, String)> {
    fn walk(folder: &Path, files: &mut Vec<PathBuf>) {
        for entry in std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()) {
            if entry.is_dir() { walk(&entry, files) } else { files.push(entry) }
        }
    }
    let mut files = Vec::new();
    walk(&Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures"), &mut files);
    files.sort();
    let read = |file: PathBuf| {
        let text = source::read_whole(&Input::File(file.clone()), &ReadOptions::default()).unwrap();
        (file, text)
    };
    files.into_iter().map(read).collect()
}

/// The most text of one fixture that is cut and damaged, and the most places at which it is.
const LONGEST: usize = 8_000;
const PLACES: usize = 24;

/// Offsets spread over a text, on character boundaries; a prime step, so that they fall on all parts of lines.
fn places(text: &str) -> impl Iterator<Item = usize> {
    let step = (text.len() / PLACES).max(1) | 1;
    (0..text.len()).step_by(step).map(|at| text.floor_char_boundary(at))
}

fn head(text: &str) -> &str {
    &text[..text.floor_char_boundary(LONGEST)]
}

/// Every prefix up to [`LONGEST`], and of the one log that is longer some of the rest.
#[test]
fn every_prefix_of_every_fixture() {
    let fixtures = fixtures();
    assert!(!fixtures.is_empty());
    for (_, text) in &fixtures {
        check(text);
        let every = (0..head(text).len()).filter(|at| text.is_char_boundary(*at));
        every.chain(places(text)).for_each(|at| {
            check(&text[..at]);
        });
    }
}

#[test]
fn rests_of_fixtures() {
    for (_, text) in fixtures() {
        places(&text).for_each(|at| {
            check(&text[at..]);
        });
    }
}

#[test]
fn fixtures_with_damaged_bytes() {
    for (_, text) in fixtures() {
        for (turn, at) in places(head(&text)).enumerate() {
            let mut bytes = head(&text).as_bytes().to_vec();
            bytes[at] ^= 1 << (turn % 8);
            check(&String::from_utf8_lossy(&bytes));
        }
    }
}

/// Words that begin, part and end evidence, to be put together in any order.
const WORDS: &[&str] = &[
    "Event ID: ",
    "Event ID ",
    "event",
    "9405",
    "Source: ",
    "Description:",
    "STOP ",
    "0x0000000A",
    "(0x1, 0x2",
    "A!b",
    "+0x1",
    "a!`",
    "<",
    ">",
    "(",
    ")",
    "[",
    "]",
    "{",
    "`",
    "'",
    "\"",
    "\n",
    "\n\n",
    "\r\n",
    "   ",
    "\t",
    " | ",
    "> ",
    "   at a.b(",
    "ChildEBP RetAddr",
    "0c41fcfc  00510cc7 ",
    "<Event>",
    "<EventID>",
    "</",
    "&lt;",
    "<br>",
    "*** ",
    "Bugcheck Analysis",
    "Arg1: ",
    "caused an ",
    "Faulting application ",
    ".exe, ",
    "Exception c0000005",
    "FAULT -> ",
    "0000:00000000",
    "é",
    "\u{200b}",
    "事件 ID: ",
    "×",
    "====",
    "Level,Date and Time,Source,Event ID\n",
    "1998-11-03 02:11 ",
    "The instruction at ",
    "referenced memory at ",
    "operator",
    "::",
    "%",
    "-",
    ", ",
];

proptest! {
    #![proptest_config(ProptestConfig { cases: 256, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn arbitrary_bytes(bytes in prop::collection::vec(any::<u8>(), 0..2_000)) {
        check(&String::from_utf8_lossy(&bytes));
    }

    #[test]
    fn words_of_evidence_in_any_order(words in prop::collection::vec(prop::sample::select(WORDS), 0..120)) {
        check(&words.concat());
    }
}

/// What is repeated to make inputs that have anchors everywhere and evidence nowhere, or that never end.
const SHAPES: &[&str] = &[
    "!",
    "a!b ",
    "a!`",
    "A!b<",
    "A!b< ",
    "A!b(",
    "A!b+0x1 ",
    "A!b+0x1\n",
    "0123456789abcdef",
    "0ab1fcfc ",
    "0c41fcfc  00510cc7 A!b(\n",
    "ChildEBP RetAddr ",
    "the quick brown fox ",
    "> ",
    "> > > > > > x\n",
    "\n",
    "&lt;",
    "<a ",
    "Event ID: ",
    "Event ID 5 and ",
    "Event ID: 5 ",
    "event 5 event:",
    "Source: X ",
    "<Event><EventID>",
    "STOP 0x0000000A ",
    "Bugcheck Analysis\n",
    "Arg1: ",
    "xArg1:\n",
    "   at a.b(",
    "   at a.b(\n",
    "X caused an ",
    "Faulting application ",
    "The instruction at \"0x1\" referenced memory at \"0x2\". ",
    "Exception c0000005 ",
    "Level,Date and Time,Source,Event ID,Task Category\n",
    "Event ID: 5\n",
    "Error 1/2/03 4:05 ",
    "P1: x\n",
    "(pid=",
];

fn cost(text: &str) -> Duration {
    let begin = Instant::now();
    std::hint::black_box(Parser::default().parse(text));
    begin.elapsed()
}

/// Four times the input takes about four times as long, ten at the most on a busy machine; what is quadratic takes sixteen.
/// Both are longer than a line may be, so that both pay in full for looks that go on below it.
#[test]
fn the_cost_is_linear_in_the_input() {
    const SIZE: usize = 36 * 1024;
    const FACTOR: u32 = 10;
    for shape in SHAPES {
        let small = shape.repeat(SIZE / shape.len());
        let large = shape.repeat(4 * SIZE / shape.len());
        // A busy machine spoils a measurement now and then, but not four in a row.
        let linear = (0..4).any(|_| cost(&large) <= cost(&small) * FACTOR + Duration::from_millis(2));
        assert!(linear, "{shape:?}: {:?} for {SIZE} bytes, {:?} for four times", cost(&small), cost(&large));
    }
}
