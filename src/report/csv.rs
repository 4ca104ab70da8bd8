//! A row a finding, for a spreadsheet.
//!
//! A spreadsheet takes a cell for a formula by how it begins, and runs it. So an apostrophe goes before such cells. One that
//! separates cells with semicolons begins cells of its own in the middle of ours: what stands after a semicolon is treated alike.

use super::escape::brief;
use super::{Input, Outcome, Report, plain};
use crate::matching::{Finding, Match, Unknown};
use serde::Serialize;
use std::borrow::Cow;
use std::io::{self, Write};

/// The first row.
const HEADER: [&str; 19] = [
    "input",
    "first_line",
    "last_line",
    "kind",
    "signature",
    "title",
    "confidence",
    "score",
    "verdict",
    "fixed_in",
    "workaround",
    "url",
    "top",
    "computer",
    "time",
    "key",
    "nearest",
    "accepted",
    "message",
];

/// Characters of a cell, apostrophes not counted; spreadsheets take 32,767.
const CELL: usize = 20_000;

/// The cells of a row, in the order of [`HEADER`]. What is not known is empty.
#[derive(Debug, Default, Serialize)]
struct Row {
    input: String,
    first_line: Option<u32>,
    last_line: Option<u32>,
    kind: &'static str,
    signature: String,
    title: String,
    confidence: &'static str,
    score: String,
    verdict: &'static str,
    fixed_in: String,
    workaround: String,
    url: String,
    top: String,
    computer: String,
    time: String,
    key: String,
    nearest: String,
    accepted: String,
    message: String,
}

/// Writes the rows.
#[derive(Debug, Default)]
pub(super) struct Csv;

impl Report<[Finding<'_>]> for Csv {
    fn begin(&mut self, out: &mut dyn Write) -> io::Result<()> {
        write(out, |rows| rows.write_record(HEADER))
    }

    fn input(
        &mut self,
        out: &mut dyn Write,
        input: Input<'_>,
        outcome: Outcome<'_, [Finding<'_>]>,
    ) -> io::Result<()> {
        let findings = outcome.found().unwrap_or_default();
        let name = cell(plain::input(input.name));
        let unread = match outcome {
            Outcome::Skipped(reason) => Some(("skipped", Cow::Borrowed(reason))),
            _ => outcome.unread().map(|reason| ("error", reason)),
        };
        if findings.is_empty() && unread.is_none() {
            return Ok(());
        }
        write(out, |rows| {
            for finding in findings {
                rows.serialize(Row { input: name.clone(), ..row(finding) })?;
            }
            if let Some((kind, reason)) = unread {
                rows.serialize(Row { input: name, kind, message: cell(&reason), ..Row::default() })?;
            }
            Ok(())
        })
    }
}

/// Writes rows into a text of their own first: the writer of the crate would flush what it writes to.
fn write(
    out: &mut dyn Write,
    rows: impl FnOnce(&mut csv::Writer<Vec<u8>>) -> csv::Result<()>,
) -> io::Result<()> {
    let mut writer = csv::WriterBuilder::new()
        .has_headers(false)
        .terminator(csv::Terminator::CRLF)
        .from_writer(Vec::new());
    rows(&mut writer)?;
    let text = writer.into_inner().map_err(csv::IntoInnerError::into_error)?;
    out.write_all(&text)
}

fn row(finding: &Finding<'_>) -> Row {
    let crash = finding.crash();
    let (first, last) = finding.lines();
    Row {
        first_line: Some(first),
        last_line: Some(last),
        computer: known(crash.computer.as_deref()),
        time: known(crash.time.as_deref()),
        key: cell(&crash.key),
        accepted: finding.accepted().map(|reason| cell(plain::accepted(reason))).unwrap_or_default(),
        ..match finding {
            Finding::Match(found) => matched(found),
            Finding::Unknown(crash) => unknown(crash),
        }
    }
}

fn matched(found: &Match<'_>) -> Row {
    let signature = found.signature;
    Row {
        kind: "match",
        signature: cell(&signature.id),
        title: cell(&signature.title),
        confidence: found.confidence.name(),
        score: format!("{:.2}", found.score),
        verdict: found.verdict.name(),
        fixed_in: cell(&plain::fixes(found)),
        workaround: known(signature.workaround.as_deref()),
        url: known(signature.url.as_deref()),
        message: cell(&plain::reasons(found).join("; ")),
        ..Row::default()
    }
}

fn unknown(found: &Unknown<'_>) -> Row {
    let nearest = found.nearest.as_ref();
    Row {
        kind: "unknown",
        top: known(found.top.as_deref()),
        nearest: nearest.map(|near| cell(&near.signature.id)).unwrap_or_default(),
        message: cell(&found.summary),
        ..Row::default()
    }
}

fn known(text: Option<&str>) -> String {
    text.map(cell).unwrap_or_default()
}

/// Text on one line that no spreadsheet runs.
fn cell(text: &str) -> String {
    let text = brief(text, CELL);
    let mut safe = String::with_capacity(text.len() + 1);
    for (number, piece) in text.split(';').enumerate() {
        if number > 0 {
            safe.push(';');
        }
        if piece.trim_start().starts_with(begins_a_formula) {
            safe.push('\'');
        }
        safe.push_str(piece);
    }
    safe
}

/// Whether a spreadsheet may take for a formula what begins with this; those of full width count in East Asian ones.
fn begins_a_formula(c: char) -> bool {
    matches!(c, '=' | '+' | '-' | '@' | '\u{ff1d}' | '\u{ff0b}' | '\u{ff0d}' | '\u{ff20}' | '\u{2212}')
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::Summary;
    use crate::report::samples::{a_match, a_signature, an_unknown};

    fn text(inputs: &[(&str, Outcome<'_, [Finding<'_>]>)]) -> String {
        let mut out = Vec::new();
        Csv.begin(&mut out).unwrap();
        for (name, outcome) in inputs {
            Csv.input(&mut out, (*name).into(), *outcome).unwrap();
        }
        Csv.end(&mut out, &Summary::default()).unwrap();
        String::from_utf8(out).unwrap()
    }

    /// The rows, each as pairs of heading and cell, empty cells left out.
    fn rows(text: &str) -> Vec<Vec<(String, String)>> {
        let mut reader = csv::Reader::from_reader(text.as_bytes());
        let header = reader.headers().unwrap().clone();
        let pair = |(head, cell): (&str, &str)| (head.to_owned(), cell.to_owned());
        let filled = |row: csv::StringRecord| {
            header.iter().zip(&row).filter(|(_, cell)| !cell.is_empty()).map(pair).collect()
        };
        reader.records().map(|row| filled(row.unwrap())).collect()
    }

    #[test]
    fn a_finding_is_a_row() {
        let signature = a_signature();
        let findings = [a_match(&signature), an_unknown(&signature)];
        let text = text(&[("logs.zip!mail/app.log", Outcome::Read(&findings))]);
        let expected = "\
input,first_line,last_line,kind,signature,title,confidence,score,verdict,fixed_in,workaround,url,top,computer,time,key,nearest,accepted,message\r
logs.zip!mail/app.log,12,20,match,ACME-17,Router stops in route_lookup,exact,0.98,unknown,\
Router.exe 2.1.0.7; Route.dll 2.1.0.7 (Router 2),,https://example.com/17,,SERVER7,3/14/2004 10:15:00 AM,0123456789abcdef,,,\
\"stack, lines 12-20: ROUTER!route_lookup < route_next\"\r
logs.zip!mail/app.log,3,11,unknown,,,,,,,,,ROUTER!drop,SERVER7,3/14/2004 10:15:00 AM,0123456789abcdef,ACME-17,,\
\"9 frames, top ROUTER!drop\"\r
";
        assert_eq!(text, expected);
    }

    #[test]
    fn the_header_names_the_cells() {
        let mut writer = csv::Writer::from_writer(Vec::new());
        writer.serialize(Row::default()).unwrap();
        let written = String::from_utf8(writer.into_inner().unwrap()).unwrap();
        assert_eq!(written.lines().next(), Some(HEADER.join(",").as_str()));
    }

    #[test]
    fn what_was_not_read_is_a_row_too() {
        let signature = a_signature();
        let text = text(&[
            ("x.png", Outcome::Skipped("a picture")),
            ("gone", Outcome::Failed("no such file")),
            ("cut.gz", Outcome::Broken(&[an_unknown(&signature)], "ends early")),
            ("clean.txt", Outcome::Read(&[])),
        ]);
        let short: Vec<_> =
            rows(&text).into_iter().map(|row| (row[0].1.clone(), row.last().unwrap().1.clone())).collect();
        let short: Vec<_> = short.iter().map(|(input, message)| (input.as_str(), message.as_str())).collect();
        assert_eq!(
            short,
            [
                ("x.png", "a picture"),
                ("gone", "no such file"),
                ("cut.gz", "9 frames, top ROUTER!drop"),
                ("cut.gz", "read in part: ends early")
            ]
        );
    }

    #[test]
    fn a_scan_that_finds_nothing_has_a_header() {
        assert_eq!(text(&[]).lines().count(), 1);
    }

    #[test]
    fn formulas_are_defused() {
        for formula in ["=1+1", "+1", "-1", "@SUM(A1)", "\t=1", "\r=1", "  =1", "\u{ff1d}1", "\u{3000}=1"] {
            assert!(cell(formula).starts_with('\''), "{formula:?}");
        }
        assert_eq!(cell("a;=1; -2;b"), "a;'=1;' -2;b");
        assert_eq!(cell("a = b - c"), "a = b - c");
    }

    #[test]
    fn hostile_text_stays_in_its_cell() {
        let mut signature = a_signature();
        signature.title = "\"\r\n=cmd|' /C calc'!A0\",\u{1b}[2J\u{202e}".to_owned();
        signature.workaround = Some("=HYPERLINK(\"http://example.com\")".to_owned());
        let text =
            text(&[("=cmd.txt", Outcome::Read(&[a_match(&signature)])), ("-", Outcome::Skipped("empty"))]);
        let rows = rows(&text);
        assert_eq!(rows.len(), 2);
        assert_eq!(rows[0][0].1, "'=cmd.txt");
        assert!(rows.iter().flatten().all(|(_, cell)| !cell.starts_with(begins_a_formula)), "{rows:?}");
        assert!(
            rows[0].iter().any(|(_, cell)| cell == r#"" =cmd|' /C calc'!A0",\u{1b}[2J\u{202e}"#),
            "{rows:?}"
        );
        assert!(!text.contains(['\u{1b}', '\u{202e}']));
    }

    #[test]
    fn a_cell_fits_a_spreadsheet() {
        for long in [";=".repeat(100_000), "x".repeat(100_000)] {
            assert!(cell(&long).chars().count() <= 32_767);
        }
    }
}
