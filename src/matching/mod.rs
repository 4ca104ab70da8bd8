//! Holds evidence against the signature database and says which known issues it shows.
//!
//! [`index`] names the signatures that a piece of evidence could be part of, [`clauses`] and [`stack`] hold
//! one clause against one piece, [`scene`] seeks the pieces that the other clauses of a match need, [`score`]
//! says how sure that makes one, [`pool`] keeps each issue once a crash, [`verdict`] compares file versions,
//! [`unknown`] sums up what is left.
//! Knows no file format and prints nothing.

mod clauses;
mod examples;
mod finding;
mod index;
mod pool;
mod scene;
mod score;
mod stack;
mod unknown;
mod verdict;

pub use examples::{Failure, failing_examples};
pub use finding::{Confidence, Finding, Match, Nearest, Reason, Unknown, Verdict};

use crate::evidence::{Evidence, Exception, Kind};
use crate::signature::Database;
use crate::signature::names::folded;
use clauses::Held;
use index::{Alternative, Index};
use pool::{Candidate, Pool};
use scene::{Scene, Scope, Wanted};
use stack::Row;
use std::collections::BTreeMap;
use verdict::Versions;

/// Recognises the known issues of a database.
pub struct Matcher<'db> {
    database: &'db Database,
    index: Index<'db>,
}

impl<'db> Matcher<'db> {
    /// Makes a database ready for matching.
    pub fn new(database: &'db Database) -> Self {
        Matcher { database, index: Index::new(database) }
    }

    /// What the evidence of one input shows: the known issues, the surest first, then the crashes that none
    /// of them explains, in the order of the input.
    pub fn findings(&self, evidence: &[Evidence]) -> Vec<Finding<'db>> {
        let scene = Scene::new(evidence, &self.index);
        let mut pool = Pool::default();
        for at in 0..evidence.len() {
            self.begin(&scene, at, &mut pool);
        }
        let versions = Versions::of(evidence);
        let (matches, nearest) = pool.finish(&versions);
        let unknown = self.unknown(evidence, &matches, nearest);
        matches.into_iter().map(Finding::Match).chain(unknown.into_iter().map(Finding::Unknown)).collect()
    }

    /// Tries every match that can begin with the piece at an index.
    fn begin(&self, scene: &Scene<'_>, at: usize, pool: &mut Pool<'db>) {
        let Some(piece) = scene.evidence.get(at) else { return };
        let mut rows = Vec::new();
        let numbers: Vec<usize> = match &piece.kind {
            Kind::Stack(stack) => {
                rows = stack::rows(stack, self.database.runtime());
                self.index.by_stack(&rows)
            }
            Kind::Bugcheck(stop) => self.index.by_bugcheck(stop.code).to_vec(),
            Kind::Exception(raised) => self.index.by_exception(raised.code).to_vec(),
            Kind::Fault(fault) => {
                let raised = fault.exception.map_or(&[][..], |code| self.index.by_exception(code));
                self.index.by_fault(fault).into_iter().chain(raised.iter().copied()).collect()
            }
            Kind::Event(event) => {
                // The event must be the one the way is listed under, or every 9405 would begin all of them.
                let message = scene.message(at);
                let holds = |&(number, place): &(usize, usize)| {
                    let pattern = self.index.alternative(number)?.events.get(place)?;
                    pattern.hold(event, message, piece.place.lines).map(|_| number)
                };
                self.index.by_event(event.id).iter().filter_map(holds).collect()
            }
            Kind::Text(phrase) => self.index.by_phrase(&folded(phrase)).to_vec(),
            Kind::Module(_) => Vec::new(),
        };
        for (number, alternative) in
            numbers.into_iter().filter_map(|number| Some((number, self.index.alternative(number)?)))
        {
            if let Some(candidate) = hold(alternative, scene, at, &rows) {
                pool.add(number, alternative, candidate);
            }
        }
    }

    /// The crashes that no match of `likely` or better explains.
    fn unknown(
        &self,
        evidence: &[Evidence],
        matches: &[Match<'db>],
        mut nearest: BTreeMap<u32, Nearest<'db>>,
    ) -> Vec<Unknown<'db>> {
        let mut incidents: BTreeMap<u32, Vec<&Evidence>> = BTreeMap::new();
        for piece in evidence.iter().filter(|piece| piece.is_crash()) {
            if let Some(incident) = piece.incident {
                incidents.entry(incident).or_default().push(piece);
            }
        }
        for found in matches.iter().filter(|found| found.confidence >= Confidence::Likely) {
            if let Some(incident) = found.incident {
                incidents.remove(&incident);
            }
        }
        let unknown = incidents.into_iter().map(|(incident, pieces)| {
            let summary = unknown::summary(&pieces, self.database.runtime());
            let lines = pieces.iter().map(|piece| piece.place.lines);
            let lines = lines.reduce(|a, b| (a.0.min(b.0), a.1.max(b.1))).unwrap_or((1, 1));
            Unknown {
                lines,
                incident,
                summary: summary.text,
                top: summary.top,
                nearest: nearest.remove(&incident),
            }
        });
        unknown.collect()
    }
}

/// Holds one way to recognise an issue against an input, beginning with the piece it is listed under.
fn hold(alternative: &Alternative<'_>, scene: &Scene<'_>, at: usize, rows: &[Row<'_>]) -> Option<Candidate> {
    let clauses = alternative.clauses;
    let only_events = clauses.stack.is_none()
        && clauses.bugcheck.is_none()
        && clauses.fault.is_none()
        && clauses.exception.is_none();
    let scope =
        if only_events || scene.incident(at).is_none() { Scope::Around(at) } else { Scope::Incident(at) };
    let mut held = Vec::new();
    let mut missing = Vec::new();
    let mut keep = |clause: String, found: Option<Held>| match found {
        Some(found) => held.push(found),
        None => missing.push(clause),
    };
    if let Some(stack) = &alternative.stack {
        keep("the stack".to_owned(), stack.hold(rows).map(clauses::stack));
    }
    for event in &alternative.events {
        let near = scene.near(&Wanted::Event(event.clause.id), scope).into_iter();
        let found = near.filter_map(|index| match &scene.evidence.get(index)?.kind {
            Kind::Event(entry) => event.hold(entry, scene.message(index), scene.lines(index)),
            _ => None,
        });
        keep(format!("event {}", event.clause.id), best(found));
    }
    if let Some(clause) = &clauses.bugcheck {
        let near = scene.near(&Wanted::Bugcheck, scope).into_iter();
        let found = near.filter_map(|index| match &scene.evidence.get(index)?.kind {
            Kind::Bugcheck(stop) => clauses::bugcheck(clause, stop, scene.lines(index)),
            _ => None,
        });
        keep(format!("stop 0x{:08x}", clause.code), best(found));
    }
    if let Some(clause) = &clauses.fault {
        let near = scene.near(&Wanted::Fault, scope).into_iter();
        let found = near.filter_map(|index| match &scene.evidence.get(index)?.kind {
            Kind::Fault(fault) => {
                Some(clauses::fault(clause, fault, alternative.common_module, scene.lines(index)))
            }
            _ => None,
        });
        keep("the fault".to_owned(), best(found));
    }
    if let Some(clause) = &clauses.exception {
        let near = [Wanted::Exception, Wanted::Fault];
        let near = near.iter().flat_map(|wanted| scene.near(wanted, scope));
        let found = near.filter_map(|index| {
            let raised = match &scene.evidence.get(index)?.kind {
                Kind::Exception(raised) => raised.clone(),
                Kind::Fault(fault) => Exception { code: fault.exception?, address: fault.address.clone() },
                _ => return None,
            };
            clauses::exception(clause, &raised, scene.lines(index))
        });
        keep(format!("exception 0x{:08x}", clause.code), best(found));
    }
    if let Some(phrases) = &clauses.text {
        let alone = only_events && alternative.events.is_empty();
        let lines = scene.phrases(&alternative.text, scope);
        keep("the words looked for".to_owned(), lines.map(|lines| clauses::text(phrases, alone, lines)));
    }
    // What is listed under an event or a phrase means nothing without the rest of it.
    if held.is_empty() || (only_events && !missing.is_empty()) {
        return None;
    }
    Candidate::new(held, &missing, scene.incident(at))
}

/// The piece on which a clause holds best; of equal ones the first.
fn best(found: impl Iterator<Item = Held>) -> Option<Held> {
    found.reduce(|best, next| if (next.cap, next.found) > (best.cap, best.found) { next } else { best })
}

#[cfg(test)]
mod tests;
