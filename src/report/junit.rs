//! A test case an input, as JUnit writes them and CI servers show them.
//!
//! Known issues and unknown crashes of an input are one failure; an input that could not be read is an error. What is only
//! worth a look, or accepted, fails nothing and stands in the output of its test case. The counts stand at the top of
//! the file, so it is written at the end; what is kept until then is bounded.

use super::severest::{Severest, Severity};
use super::{Input, Outcome, Report, Summary, escape, plain};
use crate::matching::Finding;
use quick_junit::{NonSuccessKind, TestCase, TestCaseStatus, TestSuite};
use std::io::{self, Write};
use std::time::Duration;

/// Findings of an input that are told; the rest is counted.
const TOLD: usize = 20;
/// Test cases that passed, and others; inputs beyond that are counted.
const CASES: usize = 50_000;
/// Bytes of text in all test cases after which a failure keeps its message only.
const TEXT: usize = 64 << 20;

/// Gathers the test cases.
#[derive(Debug, Default)]
pub(super) struct Junit {
    cases: Vec<TestCase>,
    passed: usize,
    not_passed: usize,
    /// Bytes of text in the cases.
    text: usize,
    /// The input that goes on.
    open: Option<Open>,
}

/// An input of which parts were told.
#[derive(Debug)]
struct Open {
    name: String,
    time: Duration,
    findings: Severest<Told>,
    accepted: Severest<Told>,
}

/// A finding as text.
#[derive(Debug)]
struct Told {
    headline: String,
    text: String,
}

impl Report<[Finding<'_>]> for Junit {
    fn input(
        &mut self,
        _out: &mut dyn Write,
        input: Input<'_>,
        outcome: Outcome<'_, [Finding<'_>]>,
    ) -> io::Result<()> {
        let mut open = self.open.take().unwrap_or_else(|| Open::new(input.name));
        open.time += input.time;
        outcome.found().unwrap_or_default().iter().for_each(|finding| open.see(finding));
        match outcome {
            Outcome::Part(_) => self.open = Some(open),
            Outcome::Read(_) | Outcome::Broken(..) | Outcome::Failed(_) => {
                self.close(open, outcome.unread().as_deref());
            }
            Outcome::Skipped(reason) => {
                let mut status = TestCaseStatus::skipped();
                status.set_message(escape::visible(reason));
                let case = open.case(status);
                self.keep(case);
            }
        }
        Ok(())
    }

    fn end(&mut self, out: &mut dyn Write, summary: &Summary) -> io::Result<()> {
        if let Some(open) = self.open.take() {
            self.close(open, Some("read in part: the run was interrupted"));
        }
        let mut suite = TestSuite::new("kbtriage");
        suite.set_time(summary.time);
        let left_out = (self.passed + self.not_passed).saturating_sub(self.cases.len());
        suite.add_properties([
            ("version".to_owned(), env!("CARGO_PKG_VERSION").to_owned()),
            ("inputs".to_owned(), summary.inputs.to_string()),
            ("known_issues".to_owned(), summary.matches.to_string()),
            ("only_possible".to_owned(), summary.possible.to_string()),
            ("unknown_crashes".to_owned(), summary.unknown.to_string()),
            ("accepted".to_owned(), summary.accepted.to_string()),
            ("skipped".to_owned(), summary.skipped.to_string()),
            ("unreadable".to_owned(), summary.errors.to_string()),
            ("inputs_left_out".to_owned(), left_out.to_string()),
        ]);
        suite.add_test_cases(std::mem::take(&mut self.cases));
        let mut report = quick_junit::Report::new("kbtriage");
        report.set_time(summary.time).add_test_suite(suite);
        out.write_all(report.to_string().map_err(io::Error::other)?.as_bytes())
    }
}

impl Junit {
    /// The test case of an input that is told to its end.
    fn close(&mut self, mut open: Open, unread: Option<&str>) {
        let findings = std::mem::replace(&mut open.findings, Severest::new(0));
        let accepted = std::mem::replace(&mut open.accepted, Severest::new(0));
        let (found, told) = (findings.given(), findings.into_kept().collect::<Vec<_>>());
        let severity = told.first().map(|(severity, _)| *severity);
        let message = message(&told, found);
        let text = text(told, found);
        let status = match (unread, severity) {
            (Some(reason), _) => {
                let also = message.map(|message| format!("; found: {message}")).unwrap_or_default();
                self.not_passed("unreadable", format!("{}{also}", escape::visible(reason)), &text)
            }
            (None, Some(Severity::Exact | Severity::Likely)) => {
                self.not_passed("known", message.unwrap_or_default(), &text)
            }
            (None, Some(Severity::Unknown)) => self.not_passed("unknown", message.unwrap_or_default(), &text),
            (None, _) => TestCaseStatus::success(),
        };
        let (fails, number) = (status != TestCaseStatus::success(), accepted.given());
        let mut output = self::text(accepted.into_kept().collect(), number);
        if !fails {
            output.insert_str(0, &text);
        }
        let mut case = open.case(status);
        if !output.is_empty() && self.text < TEXT {
            self.text += output.len();
            case.set_system_out(output);
        }
        self.keep(case);
    }

    fn not_passed(&mut self, kind: &str, message: String, text: &str) -> TestCaseStatus {
        let shape = if kind == "unreadable" { NonSuccessKind::Error } else { NonSuccessKind::Failure };
        let mut status = TestCaseStatus::non_success(shape);
        self.text += message.len();
        status.set_type(kind).set_message(message);
        if !text.is_empty() && self.text < TEXT {
            self.text += text.len();
            status.set_description(text);
        }
        status
    }

    /// Keeps a test case as long as there is room; passed ones take none from others.
    fn keep(&mut self, case: TestCase) {
        let passed = matches!(case.status, TestCaseStatus::Success { .. });
        let kept = if passed { &mut self.passed } else { &mut self.not_passed };
        *kept += 1;
        if *kept <= CASES {
            self.cases.push(case);
        }
    }
}

impl Open {
    fn new(name: &str) -> Self {
        let (findings, accepted) = (Severest::new(TOLD), Severest::new(TOLD));
        Open { name: name.to_owned(), time: Duration::ZERO, findings, accepted }
    }

    fn see(&mut self, finding: &Finding<'_>) {
        let severity = Severity::of(finding);
        let list = if severity == Severity::Accepted { &mut self.accepted } else { &mut self.findings };
        list.add(severity, || Told::new(finding));
    }

    fn case(&self, status: TestCaseStatus) -> TestCase {
        let mut case = TestCase::new(escape::visible(plain::input(&self.name)), status);
        case.set_classname(escape::visible(folder(&self.name))).set_time(self.time);
        case
    }
}

impl Told {
    fn new(finding: &Finding<'_>) -> Self {
        let headline = plain::headline(finding);
        let mut text = format!("{headline}, {}\n", plain::lines(finding.lines()));
        for line in plain::details(finding) {
            text.push_str(&format!("  {line}\n"));
        }
        for line in plain::evidence(finding) {
            text.push_str(&format!("    {line}\n"));
        }
        Told { headline, text }
    }
}

/// The folder of an input, or the archive it is a member of.
fn folder(name: &str) -> &str {
    let folder = name.rfind(['/', '\\', '!']).and_then(|end| name.get(..end));
    folder.filter(|folder| !folder.is_empty()).unwrap_or("kbtriage")
}

/// The most severe finding, and how many more there are.
fn message(told: &[(Severity, Told)], found: usize) -> Option<String> {
    let (_, first) = told.first()?;
    let more = if found > 1 { format!(", and {} more", found - 1) } else { String::new() };
    Some(format!("{}{more}", first.headline))
}

fn text(told: Vec<(Severity, Told)>, found: usize) -> String {
    let more = found - told.len();
    let mut text = told.into_iter().map(|(_, told)| told.text).collect::<Vec<_>>().join("\n");
    if more > 0 {
        text.push_str(&format!("\nand {}\n", super::summary::count(more, "more finding", "more findings")));
    }
    text
}

#[cfg(test)]
#[path = "junit_tests.rs"]
mod tests;
