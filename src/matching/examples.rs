//! Proves the examples of signatures: what must be recognised comes first, what must not stays quiet.

use super::{Confidence, Finding, Match, Matcher};
use crate::evidence::Evidence;
use crate::signature::{Database, Example, Expect, Signature};

/// An example that does not hold.
#[derive(Debug, Clone)]
pub struct Failure<'db> {
    /// The signature it belongs to.
    pub signature: &'db Signature,
    /// Which of its examples, from 1.
    pub number: usize,
    /// What was found instead.
    pub message: String,
}

/// Holds every example against the whole database; `parse` finds the evidence in its text.
pub fn failing_examples<'db>(
    database: &'db Database,
    matcher: &Matcher<'db>,
    parse: impl Fn(&str) -> Vec<Evidence>,
) -> Vec<Failure<'db>> {
    let mut failures = Vec::new();
    for signature in database.signatures() {
        for (index, example) in signature.examples.iter().enumerate() {
            let findings = matcher.findings(&parse(&example.text));
            if let Some(message) = disproof(signature, example, &findings) {
                failures.push(Failure { signature, number: index + 1, message });
            }
        }
    }
    failures
}

/// What is wrong with what was found in an example; `None` when it holds.
///
/// What must match comes first, and nothing else matches as `likely` or better but declared twins. What must
/// not match may well be another issue.
pub fn disproof(signature: &Signature, example: &Example, findings: &[Finding<'_>]) -> Option<String> {
    let matches = findings.iter().filter_map(|finding| match finding {
        Finding::Match(found) => Some(found),
        Finding::Unknown(_) => None,
    });
    let is_own = |found: &&Match<'_>| found.signature.id == signature.id;
    let is_twin = |found: &&Match<'_>| signature.is_twin(found.signature);
    let is_sure = |found: &&Match<'_>| found.confidence >= Confidence::Likely;
    match example.expect {
        Expect::Match => {
            let mut others = matches.clone().filter(|found| !is_twin(found));
            match others.next() {
                None => return Some("should match, but nothing is recognised".to_owned()),
                Some(first) if !is_own(&first) => {
                    return Some(format!("should match first, but {} does", first.signature.id));
                }
                Some(_) => {}
            }
            others.find(is_sure).map(|stranger| format!("matches {} as well", stranger.signature.id))
        }
        Expect::NoMatch => matches.clone().filter(is_sure).find(is_own).map(|found| {
            let because: Vec<_> = found.because.iter().map(|reason| reason.found.as_str()).collect();
            format!("should not match, but does: {}", because.join("; "))
        }),
    }
}
