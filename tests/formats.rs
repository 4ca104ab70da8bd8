//! One hostile ticket through every format, on standard output and into files.

#![allow(clippy::unwrap_used, reason = "a test that cannot set up fails")]

mod desk;

use desk::{Desk, known};
use kbtriage::report::Format;
use std::fs;
use std::path::Path;

/// Names that a spreadsheet, a page, a runner or a terminal would obey.
#[cfg(not(windows))]
const NAMES: &[&str] = &[
    "=cmd|x.txt",
    "<img src=x onerror=alert(1)>.txt",
    "a\u{1b}[2J\u{202e}b.txt",
    "::error::x%0A.txt",
    "`x`](y).txt",
];
#[cfg(windows)]
const NAMES: &[&str] = &["=cmd.txt", "%0A.txt", "`x`](y).txt", "a\u{202e}b.txt"];

/// A folder of hostile tickets, one of them with a known issue.
fn desk() -> Desk {
    let desk = Desk::new();
    let fixture = Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures/pastes/hostile-to-reports.txt");
    let text = fs::read_to_string(fixture).unwrap();
    for name in NAMES {
        desk.put(&format!("tickets/{name}"), &text);
    }
    desk.put("tickets/known.txt", format!("{}\n{text}", known()));
    desk
}

/// What every reader of a format may be harmed by, whatever the format.
fn is_harmless(format: Format, text: &str) {
    let active = |c: char| {
        c.is_control() && !matches!(c, '\n' | '\r')
            || matches!(c, '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2066}'..='\u{2069}' | '\u{feff}')
    };
    let found = text.char_indices().find(|(_, c)| active(*c));
    assert!(found.is_none(), "{}: {found:?}", format.name());
}

#[test]
fn no_format_lets_a_control_character_through() {
    let desk = desk();
    for format in Format::ALL {
        let path = desk.folder.path().join("report");
        let output = format!("{}={}", format.name(), path.display());
        let ran = desk.run(&["--format", format.name(), "--output", &output, "tickets"]);
        assert_eq!(ran.code, Some(0), "{}: {ran:?}", format.name());
        is_harmless(*format, &ran.out);
        let written = fs::read_to_string(&path).unwrap();
        is_harmless(*format, &written);
        is_harmless(*format, &ran.err);
        assert!(!ran.out.is_empty() && !written.is_empty(), "{}", format.name());
    }
}

#[test]
fn every_format_reports_an_empty_folder_and_says_so_by_its_exit_code() {
    let desk = Desk::new();
    fs::create_dir(desk.folder.path().join("empty")).unwrap();
    for format in Format::ALL {
        let ran = desk.run(&["--format", format.name(), "empty"]);
        assert_eq!(ran.code, Some(0), "{}: {ran:?}", format.name());
        let silent = matches!(format, Format::Table);
        assert_eq!(ran.out.is_empty(), silent, "{}: {ran:?}", format.name());
    }
}

#[test]
fn every_format_names_the_known_issue_and_is_the_same_with_one_thread_and_with_eight() {
    let desk = desk();
    for format in Format::ALL {
        let run = |threads: &str| desk.run(&["--format", format.name(), "--threads", threads, "tickets"]).out;
        let (one, eight) = (run("1"), run("8"));
        assert!(one.contains("ACME-17"), "{}: {one}", format.name());
        if !matches!(format.name(), "junit" | "html") {
            // These two tell times.
            assert_eq!(one, eight, "{}", format.name());
        }
    }
}
