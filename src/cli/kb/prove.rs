//! `kbtriage kb lint` and `kb test`: what is wrong with the signatures, a line a fault.

use super::objects;
use crate::cli::Exit;
use crate::cli::known::Triage;
use crate::cli::options::Options;
use kbtriage::report::{Format, visible};
use kbtriage::signature::{Database, Entry, Example, Expect, LintFinding, lint};
use kbtriage::{Confidence, Finding};
use serde::Serialize;
use std::io::{self, BufWriter, Write};

/// Something wrong with a signature, as JSON.
#[derive(Debug, Serialize)]
struct Fault {
    signature: String,
    path: String,
    /// Line in the file; null where the fault is an example's.
    line: Option<usize>,
    /// The lint, or `example`.
    lint: &'static str,
    message: String,
}

/// Looks for mistakes.
pub(super) fn run_lint(options: &Options, database: &Database) -> anyhow::Result<Exit> {
    let faults: Vec<_> = lint(database).into_iter().map(linted).collect();
    let signatures = database.entries().count();
    options.note(&format!("{signatures} signatures, {} faults", faults.len()));
    print(options, &faults)
}

fn linted(LintFinding { lint, signature, path, line, message }: LintFinding) -> Fault {
    Fault { signature, path: path.to_string_lossy().into_owned(), line: Some(line), lint, message }
}

/// Proves every example: it is recognised as what it stands for, and as nothing else.
pub(super) fn run_test(options: &Options, database: &'static Database) -> anyhow::Result<Exit> {
    let triage = Triage::new(database);
    let mut faults = Vec::new();
    let mut examples = 0;
    for entry in database.entries() {
        for (index, example) in entry.signature.examples.iter().enumerate() {
            examples += 1;
            faults.extend(disproof(&triage, entry, example).map(|message| Fault {
                signature: entry.signature.id.clone(),
                path: entry.path.to_string_lossy().into_owned(),
                line: None,
                lint: "example",
                message: format!("number {} {message}", index + 1),
            }));
        }
    }
    options.note(&format!("{examples} examples, {} faults", faults.len()));
    print(options, &faults)
}

/// What is wrong with an example, if anything is.
fn disproof(triage: &Triage, entry: &Entry, example: &Example) -> Option<String> {
    let findings = triage.findings(&example.text);
    let sure = findings.iter().filter_map(|finding| match finding {
        Finding::Match(found) if found.confidence >= Confidence::Likely => Some(&found.signature.id),
        _ => None,
    });
    let own = &entry.signature.id;
    if let Some(stranger) = sure.clone().find(|id| *id != own) {
        return Some(format!("matches {stranger}"));
    }
    let first = findings.iter().find_map(|finding| match finding {
        Finding::Match(found) => Some(&found.signature.id),
        Finding::Unknown(_) => None,
    });
    match example.expect {
        Expect::Match if first != Some(own) => Some("should match, and does not".to_owned()),
        Expect::NoMatch if sure.clone().any(|id| id == own) => Some("should not match, and does".to_owned()),
        _ => None,
    }
}

fn print(options: &Options, faults: &[Fault]) -> anyhow::Result<Exit> {
    let mut out = BufWriter::new(io::stdout().lock());
    match options.format {
        Format::Table => {
            for Fault { path, line, lint, message, .. } in faults {
                let line = line.map(|line| format!(":{line}")).unwrap_or_default();
                writeln!(out, "{}{line}: {lint}: {}", visible(path), visible(message))?;
            }
        }
        Format::Json | Format::Jsonl => objects(&mut out, options.format, faults)?,
    }
    out.flush()?;
    Ok(if faults.is_empty() { Exit::Done } else { Exit::Found })
}
