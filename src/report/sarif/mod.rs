//! SARIF 2.1.0, as GitHub code scanning takes it: a rule an issue, a result a finding, a location for every result.
//!
//! The most severe findings come first, and what goes beyond GitHub's limits is counted in a notification. So the report is
//! written at the end; what is kept until then is bounded. Fingerprints come from the issue or the crash and from the
//! input, not from lines or addresses: a log that grew shows no new alert.

mod place;
mod rules;

use super::escape::brief;
use super::severest::{Severest, Severity};
use super::summary::count;
use super::{Input, Outcome, Report, Summary, plain};
use crate::matching::{Finding, fingerprint};
use place::Place;
use serde_sarif::sarif;
use std::collections::{BTreeMap, HashMap};
use std::io::{self, Write};

/// Results that GitHub keeps of a run.
const RESULTS: usize = 5000;
/// Bytes of text in results and rules. GitHub takes files of 10 MB after gzip, which makes three quarters of text at worst.
const TEXT: usize = 12 << 20;
/// Inputs that could not be read which are named.
const UNREAD: usize = 1000;
/// Name of the working directory in URIs.
const ROOT: &str = "%SRCROOT%";

/// Keeps the most severe findings.
#[derive(Debug)]
pub(super) struct Sarif {
    directory: String,
    rules: BTreeMap<String, sarif::ReportingDescriptor>,
    rows: Severest<Row>,
    unread: Severest<(Place, String)>,
    repeats: Repeats,
}

/// A finding, as long as it is not clear whether it is written.
#[derive(Debug)]
struct Row {
    rule: String,
    level: sarif::ResultLevel,
    message: String,
    place: Place,
    lines: (u32, u32),
    quoted: String,
    fingerprint: String,
    accepted: Option<String>,
}

/// How often a finding stood in the input that is being told.
#[derive(Debug, Default)]
struct Repeats {
    input: String,
    seen: HashMap<u64, u32>,
}

impl Default for Sarif {
    fn default() -> Self {
        // Without a working directory, relative names stay as they are.
        let directory = std::env::current_dir().unwrap_or_default();
        Sarif::within(&plain::slashed(&directory.to_string_lossy()))
    }
}

impl Report<[Finding<'_>]> for Sarif {
    fn input(
        &mut self,
        _out: &mut dyn Write,
        input: Input<'_>,
        outcome: Outcome<'_, [Finding<'_>]>,
    ) -> io::Result<()> {
        let findings = outcome.found().unwrap_or_default();
        let place = || Place::of(&plain::slashed(input.name), &self.directory);
        if let Some(reason) = outcome.unread() {
            let message = || format!("{}: {reason}", plain::input(input.name));
            self.unread.add(Severity::Unread, || (place(), brief(&message(), plain::PROSE)));
        }
        if findings.is_empty() {
            return Ok(());
        }
        let place = place();
        for finding in findings {
            self.add(input.name, &place, finding);
        }
        Ok(())
    }

    fn end(&mut self, out: &mut dyn Write, summary: &Summary) -> io::Result<()> {
        let directory = std::mem::take(&mut self.directory);
        let log = std::mem::replace(self, Sarif::within(&directory)).log(summary);
        serde_json::to_writer(&mut *out, &log)?;
        out.write_all(b"\n")
    }
}

impl Sarif {
    fn within(directory: &str) -> Self {
        Sarif {
            directory: directory.to_owned(),
            rules: BTreeMap::new(),
            rows: Severest::new(RESULTS),
            unread: Severest::new(UNREAD),
            repeats: Repeats::default(),
        }
    }

    fn add(&mut self, input: &str, place: &Place, finding: &Finding<'_>) {
        let rule = match finding {
            Finding::Match(found) => rules::id(found),
            Finding::Unknown(_) => rules::UNKNOWN.to_owned(),
        };
        let what = match finding {
            Finding::Match(_) => &rule,
            Finding::Unknown(crash) => &crash.crash.key,
        };
        let fingerprint = self.repeats.fingerprint(input, what, &place.uri);
        let rules = &mut self.rules;
        self.rows.add(Severity::of(finding), || {
            rules.entry(rule.clone()).or_insert_with(|| match finding {
                Finding::Match(found) => rules::of_match(found),
                Finding::Unknown(_) => rules::of_unknown(),
            });
            Row::of(rule, place, fingerprint, finding)
        });
    }

    /// The whole report.
    fn log(self, summary: &Summary) -> sarif::Sarif {
        let Sarif { mut rules, rows, unread, .. } = self;
        let given = rows.given();
        let (mut used, mut indices) = (Vec::new(), HashMap::new());
        let (mut results, mut text) = (Vec::new(), 0);
        for (_, row) in rows.into_kept() {
            text += row.size();
            if let Some(rule) = rules.remove(&row.rule) {
                text += size(&rule);
                indices.insert(row.rule.clone(), used.len() as i64);
                used.push(rule);
            }
            if text > TEXT {
                break;
            }
            let index = indices.get(&row.rule).copied().unwrap_or(-1);
            results.push(row.result(index));
        }
        let left_out = given - results.len();
        let run = sarif::Run::builder()
            .tool(sarif::Tool::builder().driver(driver(used)).build())
            .automation_details(sarif::RunAutomationDetails::builder().id("kbtriage/").build())
            .original_uri_base_ids(BTreeMap::from([(ROOT.to_owned(), root())]))
            .invocations(vec![invocation(unread, left_out)])
            .properties(counts(summary))
            .results(results)
            .build();
        sarif::Sarif::builder()
            .schema("https://json.schemastore.org/sarif-2.1.0.json")
            .version("2.1.0")
            .runs(vec![run])
            .build()
    }
}

impl Row {
    fn of(rule: String, place: &Place, fingerprint: String, finding: &Finding<'_>) -> Self {
        let mut message = plain::headline(finding);
        for line in plain::details(finding) {
            message.push_str(&format!("\n{line}"));
        }
        Row {
            rule,
            level: match finding {
                Finding::Match(found) if found.confidence == crate::matching::Confidence::Possible => {
                    sarif::ResultLevel::Note
                }
                Finding::Match(_) => sarif::ResultLevel::Error,
                Finding::Unknown(_) => sarif::ResultLevel::Warning,
            },
            message: without_links(message),
            place: place.clone(),
            lines: finding.lines(),
            quoted: plain::evidence(finding).collect::<Vec<_>>().join("\n"),
            fingerprint,
            accepted: finding.accepted().map(|reason| brief(plain::accepted(reason), plain::PROSE)),
        }
    }

    /// Bytes of its text.
    fn size(&self) -> usize {
        self.message.len() + self.quoted.len() + self.place.uri.len()
    }

    fn result(self, rule: i64) -> sarif::Result {
        let first = i64::from(self.lines.0.max(1));
        let mut region = sarif::Region::builder().start_line(first).build();
        region.end_line = Some(i64::from(self.lines.1).max(first));
        if !self.quoted.is_empty() {
            region.snippet = Some(sarif::ArtifactContent::builder().text(self.quoted).build());
        }
        // GitHub knows an alert again by the first, and would compute it from the line; the second is ours.
        let prints = ["primaryLocationLineHash", "kbtriage/v1"];
        let prints = prints.map(|name| (name.to_owned(), self.fingerprint.clone()));
        let mut result = sarif::Result::builder()
            .rule_id(self.rule)
            .rule_index(rule)
            .level(self.level)
            .message(sarif::Message::builder().text(self.message).build())
            .locations(vec![location(self.place, Some(region))])
            .partial_fingerprints(BTreeMap::from(prints))
            .build();
        result.suppressions = self.accepted.map(|reason| {
            let accepted = sarif::Suppression::builder().kind("external").status("accepted");
            vec![accepted.justification(reason).build()]
        });
        result
    }
}

impl Repeats {
    /// The same for the same finding in the same input, whatever its lines; repeats are numbered.
    fn fingerprint(&mut self, input: &str, what: &str, uri: &str) -> String {
        if self.input != input {
            *self = Repeats { input: input.to_owned(), ..Repeats::default() };
        }
        let print = fingerprint(&[what, uri]);
        let repeat = self.seen.entry(print).or_default();
        *repeat += 1;
        format!("{print:016x}:{repeat}")
    }
}

/// In a message `[text](address)` is a link. No input makes one.
fn without_links(message: String) -> String {
    if message.contains("](") { message.replace("](", "] (") } else { message }
}

fn location(place: Place, region: Option<sarif::Region>) -> sarif::Location {
    let mut artifact = sarif::ArtifactLocation::builder().uri(place.uri).build();
    artifact.uri_base_id = place.is_below.then(|| ROOT.to_owned());
    let mut physical = sarif::PhysicalLocation::builder().artifact_location(artifact).build();
    physical.region = region;
    sarif::Location::builder().physical_location(physical).build()
}

/// The working directory. Where that is tells nothing to who reads the report elsewhere.
fn root() -> sarif::ArtifactLocation {
    let said = sarif::Message::builder().text("The directory in which kbtriage ran.").build();
    sarif::ArtifactLocation::builder().description(said).build()
}

fn driver(rules: Vec<sarif::ReportingDescriptor>) -> sarif::ToolComponent {
    let mut driver = sarif::ToolComponent::builder()
        .name("kbtriage")
        .version(env!("CARGO_PKG_VERSION"))
        .semantic_version(env!("CARGO_PKG_VERSION"))
        .rules(rules)
        .build();
    driver.information_uri = plain::web_address(env!("CARGO_PKG_REPOSITORY")).map(str::to_owned);
    driver
}

/// What could not be read, and what is left out.
fn invocation(unread: Severest<(Place, String)>, left_out: usize) -> sarif::Invocation {
    let successful = unread.given() == 0;
    let unnamed = unread.given().saturating_sub(UNREAD);
    let said = |level: &str, text: String| {
        sarif::Notification::builder()
            .level(level)
            .message(sarif::Message::builder().text(text).build())
            .build()
    };
    let mut notifications: Vec<_> = unread
        .into_kept()
        .map(|(_, (place, message))| {
            let mut named = said("error", without_links(message));
            named.locations = Some(vec![location(place, None)]);
            named
        })
        .collect();
    if unnamed > 0 {
        notifications.push(said(
            "error",
            format!("{} not be read", count(unnamed, "more input could", "more inputs could")),
        ));
    }
    if left_out > 0 {
        let results = count(left_out, "less severe finding is", "less severe findings are");
        notifications
            .push(said("warning", format!("{results} left out: code scanning keeps {RESULTS} results")));
    }
    sarif::Invocation::builder()
        .execution_successful(successful)
        .tool_execution_notifications(notifications)
        .build()
}

fn counts(summary: &Summary) -> sarif::PropertyBag {
    let counts = [
        ("inputs", summary.inputs),
        ("matches", summary.matches),
        ("unknown", summary.unknown),
        ("accepted", summary.accepted),
        ("skipped", summary.skipped),
        ("errors", summary.errors),
    ];
    let counts = counts.map(|(name, count)| (name.to_owned(), count.into()));
    sarif::PropertyBag::builder().additional_properties(BTreeMap::from(counts)).build()
}

/// Bytes of the text of a rule.
fn size(rule: &sarif::ReportingDescriptor) -> usize {
    let text = |said: &Option<sarif::MultiformatMessageString>| {
        said.as_ref().map_or(0, |said| said.text.len() + said.markdown.as_deref().map_or(0, str::len))
    };
    text(&rule.short_description) + text(&rule.full_description) + text(&rule.help)
}

#[cfg(test)]
#[path = "tests.rs"]
mod tests;
