//! Workflow commands, which GitHub Actions shows as annotations of a run.
//!
//! GitHub shows ten annotations of a type a step and drops the rest without a word. So the most severe nine are told, and the tenth
//! counts the others. A last line, for who reads the log, says what the run came to.

use super::severest::{Severest, Severity};
use super::summary::count;
use super::{Input, Outcome, Report, Summary, escape, plain};
use crate::matching::Finding;
use std::io::{self, Write};

/// Annotations of a type that GitHub shows a step.
const SHOWN: usize = 10;

/// Keeps the annotations of each type.
#[derive(Debug)]
pub(super) struct Github {
    errors: Severest<Annotation>,
    warnings: Severest<Annotation>,
    notices: Severest<Annotation>,
}

/// What an annotation says, and of which lines of which file.
#[derive(Debug)]
struct Annotation {
    file: Option<String>,
    lines: Option<(u32, u32)>,
    title: String,
    message: String,
}

impl Default for Github {
    fn default() -> Self {
        let shown = || Severest::new(SHOWN);
        Github { errors: shown(), warnings: shown(), notices: shown() }
    }
}

impl Report<[Finding<'_>]> for Github {
    fn input(
        &mut self,
        _out: &mut dyn Write,
        input: Input<'_>,
        outcome: Outcome<'_, [Finding<'_>]>,
    ) -> io::Result<()> {
        for finding in outcome.found().unwrap_or_default() {
            let severity = Severity::of(finding);
            let list = match severity {
                Severity::Unread | Severity::Exact | Severity::Likely => &mut self.errors,
                Severity::Unknown => &mut self.warnings,
                Severity::Possible => &mut self.notices,
                // The last line counts them.
                Severity::Accepted => continue,
            };
            list.add(severity, || Annotation::of_finding(input.name, finding));
        }
        if let Some(reason) = outcome.unread() {
            self.errors.add(Severity::Unread, || Annotation::of_unread(input.name, &reason));
        }
        Ok(())
    }

    fn end(&mut self, out: &mut dyn Write, summary: &Summary) -> io::Result<()> {
        let Github { errors, warnings, notices } = std::mem::take(self);
        for (kind, list) in [("error", errors), ("warning", warnings), ("notice", notices)] {
            let given = list.given();
            let told = if given > SHOWN { SHOWN - 1 } else { given };
            for (_, annotation) in list.into_kept().take(told) {
                annotation.write(out, kind)?;
            }
            if given > told {
                Annotation::of_rest(kind, given - told).write(out, kind)?;
            }
        }
        writeln!(out, "kbtriage: {summary}")
    }
}

impl Annotation {
    fn of_finding(input: &str, finding: &Finding<'_>) -> Self {
        let lines = finding.lines();
        let place = format!("{}, {}", escape::visible(plain::input(input)), plain::lines(lines));
        let mut said = vec![place];
        said.extend(plain::details(finding));
        Annotation { lines: Some(lines), ..Annotation::new(input, plain::headline(finding), said.join("\n")) }
    }

    fn of_unread(input: &str, reason: &str) -> Self {
        let message = format!("{}: {}", escape::visible(plain::input(input)), escape::visible(reason));
        Annotation::new(input, "input not read".to_owned(), message)
    }

    /// Stands for those that are not shown.
    fn of_rest(kind: &str, number: usize) -> Self {
        let what = count(number, &format!("more {kind}"), &format!("more {kind}s"));
        let message =
            format!("and {what}: GitHub shows ten of a type; the log and the other reports have them all");
        Annotation::new("-", "kbtriage".to_owned(), message)
    }

    fn new(input: &str, title: String, message: String) -> Self {
        let file = (input != "-").then(|| escape::file_name(&plain::slashed(input)));
        Annotation { file, lines: None, title, message }
    }

    fn write(&self, out: &mut dyn Write, kind: &str) -> io::Result<()> {
        write!(out, "::{kind} ")?;
        if let Some(file) = &self.file {
            write!(out, "file={},", property(file))?;
            if let Some((first, last)) = self.lines {
                write!(out, "line={first},endLine={last},")?;
            }
        }
        writeln!(out, "title={}::{}", property(&self.title), data(&self.message))
    }
}

/// Text of a message, escaped as GitHub documents.
fn data(text: &str) -> String {
    text.replace('%', "%25").replace('\r', "%0D").replace('\n', "%0A")
}

/// The value of a property: what ends one is escaped too.
fn property(text: &str) -> String {
    data(text).replace(':', "%3A").replace(',', "%2C")
}

#[cfg(test)]
#[path = "github_tests.rs"]
mod tests;
