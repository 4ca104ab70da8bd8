//! One file an output format: takes findings or evidence, returns text.
//!
//! A format is a [`Report`]: it is told of every input as the scan goes, so that text can leave before the last
//! input is read. What a reader may rely on is in `findings` and `evidence`: views of their own, apart from
//! the internal types. Whatever comes out of an input or a signature is made harmless by `escape`.

mod csv;
mod escape;
mod evidence;
mod findings;
mod github;
mod html;
mod json;
mod jsonl;
mod junit;
mod layout;
mod listing;
mod markdown;
mod plain;
mod sarif;
mod schema;
mod severest;
mod summary;
mod table;

pub use escape::{json_text, visible};
pub use evidence::evidence_line;
pub use layout::{Fields, Style};
pub use schema::{evidence_schema, findings_schema};
pub use summary::Summary;

use crate::evidence::Evidence;
use crate::matching::Finding;
use std::borrow::Cow;
use std::io::{self, Write};
use std::time::Duration;

/// An output format.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Format {
    /// For people, at a terminal.
    Table,
    /// One JSON document: an array of the objects that [`Format::Jsonl`] prints.
    Json,
    /// One JSON object a line.
    Jsonl,
    /// A row a finding, for a spreadsheet.
    Csv,
    /// A reply to paste into a ticket.
    Markdown,
    /// One page for a browser, without any outside reference.
    Html,
    /// SARIF 2.1.0, for code scanning.
    Sarif,
    /// A test case an input, for CI servers.
    Junit,
    /// Annotations of a GitHub Actions run.
    Github,
}

impl Format {
    /// Every format, in the order in which help names them.
    pub const ALL: &[Format] = &[
        Format::Table,
        Format::Json,
        Format::Jsonl,
        Format::Csv,
        Format::Markdown,
        Format::Html,
        Format::Sarif,
        Format::Junit,
        Format::Github,
    ];

    /// The name people type.
    pub fn name(self) -> &'static str {
        match self {
            Format::Table => "table",
            Format::Json => "json",
            Format::Jsonl => "jsonl",
            Format::Csv => "csv",
            Format::Markdown => "markdown",
            Format::Html => "html",
            Format::Sarif => "sarif",
            Format::Junit => "junit",
            Format::Github => "github",
        }
    }

    /// The format of this name.
    pub fn named(name: &str) -> Option<Format> {
        Format::ALL.iter().copied().find(|format| format.name() == name)
    }

    /// Whether a report shows the [`Crash`](crate::matching::Crash) of a finding.
    pub fn shows_crashes(self) -> bool {
        match self {
            Format::Table | Format::Json | Format::Jsonl => false,
            Format::Csv
            | Format::Markdown
            | Format::Html
            | Format::Sarif
            | Format::Junit
            | Format::Github => true,
        }
    }

    /// A report of findings.
    pub fn findings<'db>(self, style: Style) -> Box<dyn Report<[Finding<'db>]>> {
        match self {
            Format::Table => Box::new(table::Table::new(style)),
            Format::Json => Box::new(json::Json::default()),
            Format::Jsonl => Box::new(jsonl::Jsonl::default()),
            Format::Csv => Box::new(csv::Csv),
            Format::Markdown => Box::new(markdown::Markdown::default()),
            Format::Html => Box::new(html::Html::default()),
            Format::Sarif => Box::new(sarif::Sarif::default()),
            Format::Junit => Box::new(junit::Junit::default()),
            Format::Github => Box::new(github::Github::default()),
        }
    }

    /// A report of evidence alone; `None` where the format has none.
    pub fn evidence(self, style: Style) -> Option<Box<dyn Report<[Evidence]>>> {
        match self {
            Format::Table => Some(Box::new(listing::Listing::new(style))),
            Format::Json => Some(Box::new(json::Json::default())),
            Format::Jsonl => Some(Box::new(jsonl::Jsonl::default())),
            Format::Csv
            | Format::Markdown
            | Format::Html
            | Format::Sarif
            | Format::Junit
            | Format::Github => None,
        }
    }
}

/// An input, as reports name it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Input<'a> {
    /// The path as it was given; `-` for standard input.
    pub name: &'a str,
    /// How long it took to read and to analyse, as far as that has come.
    pub time: Duration,
}

impl<'a> From<&'a str> for Input<'a> {
    fn from(name: &'a str) -> Self {
        Input { name, time: Duration::ZERO }
    }
}

/// What became of one input.
#[derive(Debug)]
pub enum Outcome<'a, T: ?Sized> {
    /// It was read to its end, and this is what was found in it, or the rest of that.
    Read(&'a T),
    /// Some of what was found in it; more follows.
    Part(&'a T),
    /// It was read in part; this is what was found there, or the rest of that, and why no more was read.
    Broken(&'a T, &'a str),
    /// There is nothing to read in it, and why: it is empty, or a picture.
    Skipped(&'a str),
    /// It could not be read, and why.
    Failed(&'a str),
}

// Derived, these would ask the same of `T`.
impl<T: ?Sized> Clone for Outcome<'_, T> {
    fn clone(&self) -> Self {
        *self
    }
}

impl<T: ?Sized> Copy for Outcome<'_, T> {}

impl<'a, T: ?Sized> Outcome<'a, T> {
    /// What was found, where the input was read.
    pub fn found(&self) -> Option<&'a T> {
        match self {
            Outcome::Read(found) | Outcome::Part(found) | Outcome::Broken(found, _) => Some(found),
            Outcome::Skipped(_) | Outcome::Failed(_) => None,
        }
    }

    /// Why there is no more, where the input could not be read to its end.
    pub fn unread(&self) -> Option<Cow<'a, str>> {
        match self {
            Outcome::Failed(reason) => Some(Cow::Borrowed(reason)),
            Outcome::Broken(_, reason) => Some(Cow::Owned(format!("read in part: {reason}"))),
            Outcome::Read(_) | Outcome::Part(_) | Outcome::Skipped(_) => None,
        }
    }
}

/// Writes a report, input by input. `T` is what there is to say about an input: findings, or evidence.
pub trait Report<T: ?Sized> {
    /// Called once, before the first input.
    fn begin(&mut self, _out: &mut dyn Write) -> io::Result<()> {
        Ok(())
    }

    /// Called for every input, in order; several times for one with very many findings.
    fn input(&mut self, out: &mut dyn Write, input: Input<'_>, outcome: Outcome<'_, T>) -> io::Result<()>;

    /// Called once, after the last input, or when the run was interrupted.
    fn end(&mut self, _out: &mut dyn Write, _summary: &Summary) -> io::Result<()> {
        Ok(())
    }
}

#[cfg(test)]
mod samples {
    //! Findings that the tests of several formats print.

    use crate::matching::{Confidence, Crash, Finding, Match, Nearest, Reason, Unknown, Verdict};
    use crate::signature::Signature;

    pub(super) fn a_signature() -> Signature {
        toml::from_str(
            r#"
            id = "ACME-17"
            title = "Router stops in route_lookup"
            products = ["Router 2"]
            status = "reviewed"
            url = "https://example.com/17"
            resolution = "Install service release 1."
            fixed_in = [
                { file = "Router.exe", version = "2.1.0.7" },
                { file = "Route.dll", version = "2.1.0.7", product = "Router 2" },
            ]
            "#,
        )
        .unwrap()
    }

    pub(super) fn a_match(signature: &Signature) -> Finding<'_> {
        Finding::Match(Match {
            signature,
            lines: (12, 20),
            incident: Some(1),
            confidence: Confidence::Exact,
            score: 0.9812,
            because: vec![Reason {
                clause: "stack",
                found: "ROUTER!route_lookup < route_next".to_owned(),
                differs: None,
                lines: (12, 20),
            }],
            verdict: Verdict::Unknown,
            crash: a_crash(),
            accepted: None,
        })
    }

    pub(super) fn a_crash() -> Crash {
        Crash {
            key: "0123456789abcdef".to_owned(),
            computer: Some("SERVER7".to_owned()),
            time: Some("3/14/2004 10:15:00 AM".to_owned()),
            evidence: vec!["ROUTER!route_lookup+0x25".to_owned(), "ROUTER!route_next+0x307".to_owned()],
            files: Vec::new(),
        }
    }

    pub(super) fn an_unknown(signature: &Signature) -> Finding<'_> {
        Finding::Unknown(Unknown {
            lines: (3, 11),
            incident: 2,
            summary: "9 frames, top ROUTER!drop".to_owned(),
            top: Some("ROUTER!drop".to_owned()),
            nearest: Some(Nearest {
                signature,
                score: 0.41,
                differs: "route_lookup is not there".to_owned(),
            }),
            crash: a_crash(),
            accepted: None,
        })
    }
}
