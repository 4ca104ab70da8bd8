//! Every fixture, as evidence and as the report a person reads, against reviewed files in `tests/golden`.
//!
//! `KBTRIAGE_BLESS=1 cargo test --test golden` writes the files anew; read the difference before committing it.

#![allow(clippy::unwrap_used, reason = "a test fails plainly")]

use kbtriage::report::{self, Format, Outcome, Style};
use kbtriage::source::{self, Input, ReadOptions};
use kbtriage::{Database, Finding, Matcher, Parser};
use std::fs;
use std::path::{Path, PathBuf};

#[test]
fn evidence_and_report_of_every_fixture_are_as_reviewed() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let database = Database::embedded().unwrap();
    let parser = Parser::new(database.phrases());
    let matcher = Matcher::new(&database);
    let mut differing = Vec::new();
    let fixtures = fixtures(&root.join("fixtures"));
    assert!(fixtures.len() > 20, "fixtures are missing");
    for path in fixtures {
        let name = path.strip_prefix(root).unwrap().to_str().unwrap().replace('\\', "/");
        let text = source::read_whole(&Input::File(path), &ReadOptions::default()).unwrap();
        let evidence = parser.parse(&text);
        let golden = root.join("tests/golden").join(name.strip_prefix("fixtures/").unwrap());
        let found = matcher.findings(&evidence);
        for (ending, text) in [
            ("evidence.json", pretty(&report::evidence_line(&name, &evidence))),
            ("report.txt", table(&name, &found)),
        ] {
            let path = PathBuf::from(format!("{}.{ending}", golden.display()));
            if !as_reviewed(&path, &text) {
                differing.push(path);
            }
        }
    }
    assert!(differing.is_empty(), "differ from the reviewed files: {differing:#?}");
}

/// All files of a folder and the folders in it, sorted.
fn fixtures(folder: &Path) -> Vec<PathBuf> {
    let mut entries: Vec<_> = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).collect();
    entries.sort();
    entries.into_iter().flat_map(|path| if path.is_dir() { fixtures(&path) } else { vec![path] }).collect()
}

/// The report as it is printed into a pipe.
fn table(name: &str, found: &[Finding<'_>]) -> String {
    let mut out = Vec::new();
    let mut report = Format::Table.findings(Style::default());
    report.input(&mut out, name.into(), Outcome::Read(found)).unwrap();
    String::from_utf8(out).unwrap()
}

/// One line a piece of evidence; phrases are left out, they come and go with the database.
fn pretty(line: &str) -> String {
    let document: serde_json::Value = serde_json::from_str(line).unwrap();
    let pieces = document["evidence"].as_array().unwrap();
    pieces.iter().filter(|piece| piece["kind"] != "text").map(|piece| format!("{piece}\n")).collect()
}

/// Whether a file holds the text; with `KBTRIAGE_BLESS` set it is made to.
fn as_reviewed(path: &Path, text: &str) -> bool {
    if std::env::var_os("KBTRIAGE_BLESS").is_some() {
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, text).unwrap();
        return true;
    }
    fs::read_to_string(path).is_ok_and(|golden| golden.replace("\r\n", "\n") == text)
}
