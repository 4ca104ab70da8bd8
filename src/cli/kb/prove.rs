//! `kbtriage kb lint` and `kb test`: what is wrong with the signatures, a line a fault.

use super::objects;
use crate::cli::Exit;
use crate::cli::known::Triage;
use crate::cli::options::Options;
use kbtriage::matching::disproof;
use kbtriage::report::{Format, visible};
use kbtriage::signature::{Database, LintFinding, lint};
use serde::Serialize;
use std::io::{self, BufWriter, Write};

/// Something wrong with a signature, as JSON.
#[derive(Debug, Serialize)]
struct Fault {
    signature: String,
    path: String,
    /// Line in the file; null where the fault is an example's, or the file is not at hand.
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
    Fault { signature, path: path.to_string_lossy().into_owned(), line, lint, message }
}

/// Proves every example: it is recognised as what it stands for, and as nothing else.
pub(super) fn run_test(options: &Options, database: &'static Database) -> anyhow::Result<Exit> {
    let triage = Triage::new(database);
    let mut faults = Vec::new();
    let mut examples = 0;
    for entry in database.entries() {
        for (index, example) in entry.signature().examples.iter().enumerate() {
            examples += 1;
            let findings = triage.findings(&example.text);
            faults.extend(disproof(entry.signature(), example, &findings).map(|message| Fault {
                signature: entry.signature().id.clone(),
                path: entry.path().to_string_lossy().into_owned(),
                line: None,
                lint: "example",
                message: format!("number {} {message}", index + 1),
            }));
        }
    }
    options.note(&format!("{examples} examples, {} faults", faults.len()));
    print(options, &faults)
}

fn print(options: &Options, faults: &[Fault]) -> anyhow::Result<Exit> {
    let mut out = BufWriter::new(io::stdout().lock());
    match options.plain_format()? {
        Format::Table => {
            for Fault { path, line, lint, message, .. } in faults {
                let line = line.map(|line| format!(":{line}")).unwrap_or_default();
                writeln!(out, "{}{line}: {lint}: {}", visible(path), visible(message))?;
            }
        }
        _ => objects(&mut out, options.format, faults)?,
    }
    out.flush()?;
    Ok(if faults.is_empty() { Exit::Done } else { Exit::Found })
}
