//! Findings as JSON, the layout that other programs rely on.
//!
//! This is a view of its own: the internal types may change, these keys may not. Keys of what is not known are
//! there, with the value null; only `product` of a fix is left out where the signature gives none, and `accepted` where no
//! baseline names the finding.

use super::{Outcome, Summary, escape};
use crate::matching::{Finding, Match, Reason, Unknown};
use schemars::JsonSchema;
use serde::Serialize;

/// One line of `kbtriage scan --format jsonl`, told apart by its type.
#[derive(Serialize, JsonSchema)]
#[serde(tag = "type", rename_all = "lowercase")]
#[schemars(deny_unknown_fields, title = "A line of kbtriage scan --format jsonl")]
pub(super) enum Line<'f> {
    /// A known issue.
    Match {
        /// The path as it was given; `-` for standard input.
        input: &'f str,
        /// First and last line of the evidence that matched, from 1.
        lines: [u32; 2],
        /// Number of the crash in the input; null for events that tell of no crash.
        incident: Option<u32>,
        /// Id of the issue.
        signature: &'f str,
        /// The issue in a line.
        title: &'f str,
        /// How sure it is.
        #[schemars(extend("enum" = ["exact", "likely", "possible"]))]
        confidence: &'static str,
        /// How much of the issue was found, and how telling that is.
        #[schemars(range(min = 0, max = 1))]
        score: f64,
        /// The clauses that held.
        because: Vec<Because<'f>>,
        /// What the file versions in the input say: older than the fix, not older, or nothing.
        #[schemars(extend("enum" = ["affected", "fixed", "unknown"]))]
        verdict: &'static str,
        /// Files, or components, and the versions that carry the fix.
        fixed_in: Vec<Fix<'f>>,
        /// What to do meanwhile.
        workaround: Option<&'f str>,
        /// The article.
        url: Option<&'f str>,
        /// Why a baseline accepts it.
        #[serde(skip_serializing_if = "Option::is_none")]
        #[schemars(with = "&'f str")]
        accepted: Option<&'f str>,
    },
    /// A crash that nothing known explains.
    Unknown {
        /// The path as it was given; `-` for standard input.
        input: &'f str,
        /// First and last line of the crash, from 1.
        lines: [u32; 2],
        /// Number of the crash in the input.
        incident: u32,
        /// The innermost frame that is not the runtime's.
        top: Option<&'f str>,
        /// The known issue that came closest.
        nearest: Option<Nearest<'f>>,
        /// Why a baseline accepts it.
        #[serde(skip_serializing_if = "Option::is_none")]
        #[schemars(with = "&'f str")]
        accepted: Option<&'f str>,
    },
    /// An input with nothing to read in it.
    Skipped {
        /// The path as it was given.
        input: &'f str,
        /// Why.
        message: &'f str,
    },
    /// An input that could not be read, or not to its end.
    Error {
        /// The path as it was given.
        input: &'f str,
        /// Why.
        message: &'f str,
    },
    /// The last line; without it the run has broken off.
    Summary {
        /// Inputs that were looked at.
        inputs: usize,
        /// Matches, of any confidence.
        matches: usize,
        /// Crashes that nothing known explains.
        unknown: usize,
        /// Inputs with nothing to read in them.
        skipped: usize,
        /// Inputs that could not be read to their end.
        errors: usize,
    },
}

/// A clause that held, and where.
#[derive(Serialize, JsonSchema)]
#[schemars(deny_unknown_fields)]
pub(super) struct Because<'f> {
    /// Kind of the clause: `stack`, `event`, ...
    clause: &'f str,
    /// What was found for it.
    found: &'f str,
    /// How that differs from the clause.
    differs: Option<&'f str>,
    /// First and last line of it, from 1.
    lines: [u32; 2],
}

/// A file, or a component, and the version that carries the fix.
#[derive(Serialize, JsonSchema)]
#[schemars(deny_unknown_fields)]
pub(super) struct Fix<'f> {
    /// File name, or component.
    file: &'f str,
    /// First version that has the fix.
    version: &'f str,
    /// Product or branch of that version, where branches differ.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schemars(with = "&'f str")]
    product: Option<&'f str>,
}

/// The known issue that came closest to an unknown crash.
#[derive(Serialize, JsonSchema)]
#[schemars(deny_unknown_fields)]
pub(super) struct Nearest<'f> {
    /// Id of the issue.
    signature: &'f str,
    /// How much of it was found.
    #[schemars(range(min = 0, max = 1))]
    score: f64,
    /// How the crash differs from it.
    differs: &'f str,
}

/// What there is to say about one input, an object a line, without line ends.
pub(super) fn lines<'f>(
    input: &'f str,
    outcome: Outcome<'f, [Finding<'_>]>,
) -> impl Iterator<Item = String> + 'f {
    let findings = outcome.found().unwrap_or_default();
    let skipped = match outcome {
        Outcome::Skipped(message) => Some(text(&Line::Skipped { input, message })),
        _ => None,
    };
    let unread = outcome.unread().map(|message| text(&Line::Error { input, message: &message }));
    findings.iter().map(move |finding| text(&line(input, finding))).chain(skipped).chain(unread)
}

/// The last line.
pub(super) fn summary_line(summary: &Summary) -> String {
    let Summary { inputs, matches, unknown, skipped, errors, .. } = *summary;
    text(&Line::Summary { inputs, matches, unknown, skipped, errors })
}

fn text(line: &Line<'_>) -> String {
    escape::json_text(line).unwrap_or_default()
}

fn line<'f>(input: &'f str, finding: &'f Finding<'_>) -> Line<'f> {
    match finding {
        Finding::Match(found) => matched(input, found),
        Finding::Unknown(Unknown { lines, incident, top, nearest, accepted, .. }) => Line::Unknown {
            input,
            lines: [lines.0, lines.1],
            incident: *incident,
            top: top.as_deref(),
            nearest: nearest.as_ref().map(|near| Nearest {
                signature: &near.signature.id,
                score: rounded(near.score),
                differs: &near.differs,
            }),
            accepted: accepted.as_deref(),
        },
    }
}

fn matched<'f>(input: &'f str, found: &'f Match<'_>) -> Line<'f> {
    let signature = found.signature;
    Line::Match {
        input,
        lines: [found.lines.0, found.lines.1],
        incident: found.incident,
        signature: &signature.id,
        title: &signature.title,
        confidence: found.confidence.name(),
        score: rounded(found.score),
        because: found.because.iter().map(because).collect(),
        verdict: found.verdict.name(),
        fixed_in: signature
            .fixed_in
            .iter()
            .map(|fix| Fix { file: &fix.file, version: &fix.version, product: fix.product.as_deref() })
            .collect(),
        workaround: signature.workaround.as_deref(),
        url: signature.url.as_deref(),
        accepted: found.accepted.as_deref(),
    }
}

fn because(reason: &Reason) -> Because<'_> {
    Because {
        clause: reason.clause,
        found: &reason.found,
        differs: reason.differs.as_deref(),
        lines: [reason.lines.0, reason.lines.1],
    }
}

/// A score with two decimals: more would be noise.
fn rounded(score: f64) -> f64 {
    (score * 100.0).round() / 100.0
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::samples::{a_match, a_signature, an_unknown};
    use serde_json::{Value, json};

    fn all(input: &str, outcome: Outcome<'_, [Finding<'_>]>) -> Vec<String> {
        lines(input, outcome).collect()
    }

    fn value(finding: Finding<'_>) -> Value {
        serde_json::from_str(&all("t/4711.txt", Outcome::Read(&[finding]))[0]).unwrap()
    }

    #[test]
    fn a_match_has_the_keys_of_the_contract() {
        let signature = a_signature();
        assert_eq!(
            value(a_match(&signature)),
            json!({"type": "match", "input": "t/4711.txt", "lines": [12, 20], "incident": 1,
                "signature": "ACME-17", "title": "Router stops in route_lookup", "confidence": "exact",
                "score": 0.98,
                "because": [{"clause": "stack", "found": "ROUTER!route_lookup < route_next",
                             "differs": null, "lines": [12, 20]}],
                "verdict": "unknown",
                "fixed_in": [{"file": "Router.exe", "version": "2.1.0.7"},
                             {"file": "Route.dll", "version": "2.1.0.7", "product": "Router 2"}],
                "workaround": null, "url": "https://example.com/17"})
        );
    }

    #[test]
    fn an_unknown_crash_names_the_nearest_issue() {
        let signature = a_signature();
        assert_eq!(
            value(an_unknown(&signature)),
            json!({"type": "unknown", "input": "t/4711.txt", "lines": [3, 11], "incident": 2,
                "top": "ROUTER!drop",
                "nearest": {"signature": "ACME-17", "score": 0.41, "differs": "route_lookup is not there"}})
        );
    }

    #[test]
    fn what_was_not_read_is_said() {
        assert_eq!(
            all("x.png", Outcome::Skipped("a picture")),
            [r#"{"type":"skipped","input":"x.png","message":"a picture"}"#]
        );
        assert_eq!(
            all("gone", Outcome::Failed("no such file")),
            [r#"{"type":"error","input":"gone","message":"no such file"}"#]
        );
    }

    #[test]
    fn the_summary_counts() {
        let summary = Summary { inputs: 3, matches: 2, unknown: 1, possible: 1, ..Summary::default() };
        assert_eq!(
            summary_line(&summary),
            r#"{"type":"summary","inputs":3,"matches":2,"unknown":1,"skipped":0,"errors":0}"#
        );
    }

    #[test]
    fn hostile_names_are_escaped() {
        let lines = all("\u{1b}[2J\u{202e}", Outcome::Skipped("empty"));
        assert_eq!(lines, [r#"{"type":"skipped","input":"\u001b[2J\u202e","message":"empty"}"#]);
    }
}
