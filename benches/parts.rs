//! What the parts cost, each by itself: `cargo bench --bench parts`. `compare.sh` measures the whole.

#![allow(clippy::unwrap_used, reason = "a bench that cannot set up fails")]

use divan::Bencher;
use divan::counter::BytesCount;
use kbtriage::parse::{Block, next_block};
use kbtriage::{Database, Evidence, Matcher, Parser};

fn main() {
    divan::main();
}

/// Bytes of the texts, about.
const SIZE: usize = 1 << 20;

const STACK: &str = "\
ChildEBP RetAddr  Args to Child
0ab1fcfc 00510cc7 cffa119e 07ad9838 0069578c EMSMTA!otpmralt+0x25
0ab1fd4c 004dfe5a 00000034 08564d01 0786a290 EMSMTA!otpurert+0x307
0ab1fe04 004e0e46 0786a290 00000000 00000000 EMSMTA!otpmrtry+0x11a
0ab1ffb8 77f04ede 00000000 00000000 00000000 EMSMTA!worker+0x3c
0ab1ffec 00000000 00510000 00000000 00000000 KERNEL32!BaseThreadStart+0x51
";
const EVENT: &str = "\
Event Type: Error
Event Source: MSExchangeMTA
Event ID: 9405
Date: 3/14/2004
Time: 10:15:00 AM
Computer: SERVER7
Description:
An unexpected error has occurred which may cause the MTA to terminate. Error: Failed to find socket.
";
const FAULT: &str = "\
Faulting application store.exe, version 6.5.7638.1, faulting module exosal.dll, version 6.5.7638.1, fault address 0x00012a3b.
";
const LOG: &str = "2004-03-14 10:15:00.123 INFO  worker 7 took job 4711 from the queue \"mail\" in 12 ms\n";

fn piece(name: &str) -> &'static str {
    match name {
        "stack" => STACK,
        "event" => EVENT,
        "fault" => FAULT,
        _ => LOG,
    }
}

/// A text over and over, an empty line between.
fn text(piece: &str) -> String {
    format!("{piece}\n").repeat(SIZE / piece.len())
}

fn parser() -> Parser {
    Parser::new(Database::embedded().unwrap().phrases())
}

fn parsed(piece: &str) -> Vec<Evidence> {
    parser().parse(&text(piece))
}

#[divan::bench(name = "load the embedded signatures")]
fn load() -> Database {
    Database::embedded().unwrap()
}

#[divan::bench(name = "make a matcher")]
fn index(bencher: Bencher<'_, '_>) {
    let database = Database::embedded().unwrap();
    bencher.bench_local(|| {
        Matcher::new(&database);
    });
}

#[divan::bench(name = "first pass", args = ["log", "stack"], sample_count = 20)]
fn first_pass(bencher: Bencher<'_, '_>, name: &str) {
    let parser = parser();
    let whole = text(piece(name));
    let bytes = BytesCount::new(whole.len());
    let blocks = || {
        let mut rest = whole.clone();
        std::iter::from_fn(move || next_block(&mut rest, true)).collect::<Vec<_>>()
    };
    let look = |blocks: Vec<Block>| blocks.into_iter().map(|block| parser.look(block)).collect::<Vec<_>>();
    bencher.counter(bytes).with_inputs(blocks).bench_local_values(look);
}

#[divan::bench(name = "parse", args = ["stack", "event", "fault"], sample_count = 5)]
fn parse(bencher: Bencher<'_, '_>, name: &str) {
    let (parser, whole) = (parser(), text(piece(name)));
    bencher.counter(BytesCount::new(whole.len())).bench_local(|| parser.parse(&whole));
}

#[divan::bench(name = "match", args = ["stack", "event", "fault"], sample_count = 5)]
fn matching(bencher: Bencher<'_, '_>, name: &str) {
    let database = Database::embedded().unwrap();
    let (matcher, evidence) = (Matcher::new(&database), parsed(piece(name)));
    bencher.counter(BytesCount::new(SIZE)).bench_local(|| matcher.findings(&evidence));
}
