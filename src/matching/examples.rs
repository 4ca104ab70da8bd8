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
            let matches: Vec<&Match<'_>> = findings
                .iter()
                .filter_map(|finding| match finding {
                    Finding::Match(found) => Some(found),
                    Finding::Unknown(_) => None,
                })
                .collect();
            if let Some(message) = fault(signature, example, &matches) {
                failures.push(Failure { signature, number: index + 1, message });
            }
        }
    }
    failures
}

/// What is wrong with the matches of an example.
fn fault(signature: &Signature, example: &Example, matches: &[&Match<'_>]) -> Option<String> {
    let sure = |found: &&&Match<'_>| found.confidence >= Confidence::Likely;
    let of = |found: &Match<'_>| found.signature.id == signature.id;
    match example.expect {
        Expect::Match => match matches.first() {
            None => Some("must match, but nothing was recognised".to_owned()),
            Some(first) if !of(first) => {
                Some(format!("must match first, but {} comes first", first.signature.id))
            }
            Some(_) => matches
                .iter()
                .filter(sure)
                .find(|found| !of(found))
                .map(|stranger| format!("{} matches it as well", stranger.signature.id)),
        },
        Expect::NoMatch => matches.iter().filter(sure).find(|found| of(found)).map(|found| {
            let because: Vec<_> = found.because.iter().map(|reason| reason.found.as_str()).collect();
            format!("must not match, but does: {}", because.join("; "))
        }),
    }
}
