//! Findings as JSON, the layout that other programs rely on.
//!
//! This is a view of its own: the internal types may change, these keys may not. Keys of what is not known are
//! there, with the value null; only `product` of a fix is left out where the signature gives none, and `accepted` where no
//! baseline names the finding.

use super::{Outcome, Summary, escape};
use crate::matching::{Finding, Match, Reason, Unknown};
use serde::Serialize;

#[derive(Serialize)]
#[serde(tag = "type", rename_all = "lowercase")]
enum Line<'f> {
    Match {
        input: &'f str,
        lines: [u32; 2],
        incident: Option<u32>,
        signature: &'f str,
        title: &'f str,
        confidence: &'static str,
        score: f64,
        because: Vec<Because<'f>>,
        verdict: &'static str,
        fixed_in: Vec<Fix<'f>>,
        workaround: Option<&'f str>,
        url: Option<&'f str>,
        #[serde(skip_serializing_if = "Option::is_none")]
        accepted: Option<&'f str>,
    },
    Unknown {
        input: &'f str,
        lines: [u32; 2],
        incident: u32,
        top: Option<&'f str>,
        nearest: Option<Nearest<'f>>,
        #[serde(skip_serializing_if = "Option::is_none")]
        accepted: Option<&'f str>,
    },
    Skipped {
        input: &'f str,
        message: &'f str,
    },
    Error {
        input: &'f str,
        message: &'f str,
    },
    Summary {
        inputs: usize,
        matches: usize,
        unknown: usize,
        skipped: usize,
        errors: usize,
    },
}

#[derive(Serialize)]
struct Because<'f> {
    clause: &'f str,
    found: &'f str,
    differs: Option<&'f str>,
    lines: [u32; 2],
}

#[derive(Serialize)]
struct Fix<'f> {
    file: &'f str,
    version: &'f str,
    #[serde(skip_serializing_if = "Option::is_none")]
    product: Option<&'f str>,
}

#[derive(Serialize)]
struct Nearest<'f> {
    signature: &'f str,
    score: f64,
    differs: &'f str,
}

/// What there is to say about one input, an object a line, without line ends.
pub(super) fn lines(input: &str, outcome: Outcome<'_, [Finding<'_>]>) -> Vec<String> {
    match outcome {
        Outcome::Read(findings) | Outcome::Part(findings) => {
            findings.iter().map(|finding| text(&line(input, finding))).collect()
        }
        Outcome::Broken(findings, reason) => {
            let mut lines = lines(input, Outcome::Read(findings));
            let message = format!("read in part: {reason}");
            lines.push(text(&Line::Error { input, message: &message }));
            lines
        }
        Outcome::Skipped(message) => vec![text(&Line::Skipped { input, message })],
        Outcome::Failed(message) => vec![text(&Line::Error { input, message })],
    }
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

    fn value(finding: Finding<'_>) -> Value {
        let lines = lines("t/4711.txt", Outcome::Read(&[finding]));
        serde_json::from_str(&lines[0]).unwrap()
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
            lines("x.png", Outcome::Skipped("a picture")),
            [r#"{"type":"skipped","input":"x.png","message":"a picture"}"#]
        );
        assert_eq!(
            lines("gone", Outcome::Failed("no such file")),
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
        let lines = lines("\u{1b}[2J\u{202e}", Outcome::Skipped("empty"));
        assert_eq!(lines, [r#"{"type":"skipped","input":"\u001b[2J\u202e","message":"empty"}"#]);
    }
}
