//! Holds evidence against the signature database and says which known issues it shows.
//!
//! `index` names the signatures that a piece of evidence could be part of, `clauses` and `stack` hold
//! one clause against one piece, `holding` all clauses of a match, the others sought in the `scene`, `score`
//! says how sure that makes one, `pool` keeps each issue once a crash, `verdict` compares file versions,
//! `unknown` sums up what is left, `crash` shows a crash in short.
//! Knows no file format and prints nothing.

mod clauses;
mod crash;
mod examples;
mod finding;
mod holding;
mod index;
mod pool;
mod scene;
mod score;
mod stack;
mod unknown;
mod verdict;

pub(crate) use crash::fingerprint;
pub use crash::{Crash, SeenFile};
pub use examples::{Failure, disproof, failing_examples};
pub use finding::{Confidence, Finding, Match, Nearest, Reason, Unknown, Verdict};

use crate::evidence::{Evidence, Kind};
use crate::signature::Database;
use crash::Crashes;
use index::{Index, Room};
use pool::Pool;
use rustc_hash::{FxHashMap, FxHashSet};
use scene::Scene;
use stack::Rows;
use verdict::Versions;

/// Recognises the known issues of a database.
pub struct Matcher<'db> {
    database: &'db Database,
    index: Index<'db>,
    shows: bool,
}

impl<'db> Matcher<'db> {
    /// Makes a database ready for matching.
    pub fn new(database: &'db Database) -> Self {
        Matcher { database, index: Index::new(database), shows: false }
    }

    /// The same, whose findings show their [`Crash`].
    pub fn showing_crashes(self) -> Self {
        Matcher { shows: true, ..self }
    }

    /// What the evidence of one input shows: the known issues, the surest first, then the crashes that none
    /// of them explains, in the order of the input.
    pub fn findings(&self, evidence: &[Evidence]) -> Vec<Finding<'db>> {
        let scene = Scene::new(evidence, &self.index);
        let mut pool = Pool::default();
        let (mut rows, mut room) = (Rows::new(self.database.runtime()), Room::default());
        for at in 0..evidence.len() {
            self.begin(&scene, at, &mut rows, &mut room);
            self.hold(&scene, at, &rows, &room.numbers, &mut pool);
        }
        let versions = Versions::of(evidence);
        let (mut matches, nearest) = pool.finish(&versions);
        let mut unknown = self.unknown(evidence, &matches, nearest);
        if self.shows {
            let crashes = Crashes::of(evidence, self.database.runtime());
            matches.iter_mut().for_each(|found| found.crash = crashes.of_match(found));
            unknown.iter_mut().for_each(|found| found.crash = crashes.of_unknown(found));
        }
        matches.into_iter().map(Finding::Match).chain(unknown.into_iter().map(Finding::Unknown)).collect()
    }

    /// Finds every way that can begin with the piece at an index, and the rows of that piece.
    fn begin<'e>(&self, scene: &Scene<'e>, at: usize, rows: &mut Rows<'e>, room: &mut Room) {
        room.numbers.clear();
        let Some((piece, compared)) = scene.piece(at) else { return };
        match &piece.kind {
            Kind::Stack(stack) => {
                rows.take(stack);
                self.index.by_stack(rows, room);
            }
            Kind::Bugcheck(stop) => room.numbers.extend(self.index.by_bugcheck(stop.code)),
            Kind::Exception(raised) => room.numbers.extend(self.index.by_exception(raised.code)),
            Kind::Fault(fault) => {
                self.index.by_fault(fault, compared, room);
                room.numbers.extend(fault.exception.iter().flat_map(|code| self.index.by_exception(*code)));
            }
            Kind::Event(event) => {
                // The event must be the one the way is listed under, or every 9405 would begin all of them.
                let message = compared.message.as_deref();
                let holds = |&(number, place): &(usize, usize)| {
                    let pattern = self.index.alternative(number)?.events().get(place)?;
                    pattern.hold(event, message, piece.place.lines, false).map(|_| number)
                };
                room.numbers.extend(self.index.by_event(event.id).iter().filter_map(holds));
            }
            Kind::Text(_) => room.numbers.extend(compared.begins),
            Kind::Module(_) => {}
        }
    }

    /// Tries the ways of these numbers on the piece at an index.
    fn hold(&self, scene: &Scene<'_>, at: usize, rows: &Rows<'_>, numbers: &[usize], pool: &mut Pool<'db>) {
        for number in numbers {
            let Some(alternative) = self.index.alternative(*number) else { continue };
            let hold = |said| holding::hold(alternative, scene, at, rows, said);
            if hold(false).is_some_and(|candidate| pool.wants(*number, alternative, &candidate))
                && let Some(candidate) = hold(true)
            {
                pool.add(*number, alternative, candidate);
            }
        }
    }

    /// The crashes that no match of `likely` or better explains.
    fn unknown(
        &self,
        evidence: &[Evidence],
        matches: &[Match<'db>],
        mut nearest: FxHashMap<u32, Nearest<'db>>,
    ) -> Vec<Unknown<'db>> {
        let likely = matches.iter().filter(|found| found.confidence >= Confidence::Likely);
        let explained: FxHashSet<u32> = likely.filter_map(|found| found.incident).collect();
        let tells = |piece: &&Evidence| {
            piece.incident.is_some_and(|incident| !explained.contains(&incident)) && piece.is_crash()
        };
        let mut crashes: Vec<&Evidence> = evidence.iter().filter(tells).collect();
        crashes.sort_by_key(|piece| piece.incident);
        let crashes = crashes.chunk_by(|one, next| one.incident == next.incident);
        let unknown = crashes.filter_map(|pieces| {
            let incident = pieces.first()?.incident?;
            let summary = unknown::summary(pieces, self.database.runtime());
            let lines = pieces.iter().map(|piece| piece.place.lines);
            let lines = lines.reduce(|a, b| (a.0.min(b.0), a.1.max(b.1))).unwrap_or((1, 1));
            Some(Unknown {
                lines,
                incident,
                summary: summary.text,
                top: summary.top,
                nearest: nearest.remove(&incident),
                crash: Crash::default(),
                accepted: None,
            })
        });
        unknown.collect()
    }
}

#[cfg(test)]
mod tests;
