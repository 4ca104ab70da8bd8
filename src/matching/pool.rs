//! Gathers what matched, and keeps each issue once a crash.

use super::clauses::{AllHeld, Missing};
use super::crash::Crash;
use super::finding::{Confidence, Match, Nearest, Reason};
use super::index::Alternative;
use super::score;
use super::stack::Deviation;
use super::verdict::Versions;
use crate::signature::Entry;
use rustc_hash::FxHashMap;

/// Matches of a signature without a crash that stand closer than this, in lines, are one.
const APART: u32 = 200;

/// One way to recognise an issue that holds, or nearly.
pub(super) struct Candidate {
    /// `None`: a near miss.
    confidence: Option<Confidence>,
    score: f64,
    reasons: Vec<Reason>,
    lines: (u32, u32),
    incident: Option<u32>,
    /// The piece of evidence that is its stack, how that differs, and the weight of the frames found.
    stack: Option<StackFound>,
}

/// What a stack clause found.
#[derive(Debug, Clone, Copy)]
struct StackFound {
    at: usize,
    deviates: Deviation,
    weight: f64,
}

impl Candidate {
    /// `None` when nothing in it speaks for the issue. Without reasons unless those are `said`.
    pub(super) fn new(
        held: &mut AllHeld,
        missing: &Missing,
        incident: Option<u32>,
        stack: Option<(usize, Deviation)>,
        said: bool,
    ) -> Option<Self> {
        if !score::tells(held, missing.count) {
            return None;
        }
        let weight = held.first().map_or(0.0, |held| held.found);
        let stack = stack.map(|(at, deviates)| StackFound { at, deviates, weight });
        let (confidence, score) = score::judge(held, missing.count);
        let lines = span(held.iter().map(|held| &held.reason))?;
        if !said {
            return Some(Candidate { confidence, score, reasons: Vec::new(), lines, incident, stack });
        }
        let mut reasons: Vec<Reason> = held.drain(..).map(|held| held.reason).collect();
        if let (Some(reason), false) = (reasons.first_mut(), missing.said.is_empty()) {
            let without = format!("without {}", missing.said.join(", "));
            reason.differs = Some(match reason.differs.take() {
                Some(differs) => format!("{differs}; {without}"),
                None => without,
            });
        }
        Some(Candidate { confidence, score, reasons, lines, incident, stack })
    }

    fn rank(&self) -> (Option<Confidence>, f64) {
        (self.confidence, self.score)
    }

    /// What differed, in one line.
    fn differs(&self) -> String {
        let differs: Vec<_> = self.reasons.iter().filter_map(|reason| reason.differs.as_deref()).collect();
        differs.join("; ")
    }
}

fn span<'r>(reasons: impl IntoIterator<Item = &'r Reason>) -> Option<(u32, u32)> {
    reasons.into_iter().map(|reason| reason.lines).reduce(|a, b| (a.0.min(b.0), a.1.max(b.1)))
}

/// A crash, or where there is none a stretch of lines.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
enum Scene {
    Incident(u32),
    Stretch(u32),
}

/// What is kept of a signature in one scene.
struct Kept<'db> {
    entry: &'db Entry,
    /// The way that holds best.
    number: usize,
    best: Candidate,
    /// The last line of all that matched, to see where the next stretch begins.
    last: u32,
    /// Reasons of other ways that hold as well, by kind of clause.
    others: Vec<Reason>,
}

/// A known issue that came close to a crash.
struct NearMiss<'db> {
    entry: &'db Entry,
    score: f64,
    differs: String,
}

/// Everything that matched in one input.
#[derive(Default)]
pub(super) struct Pool<'db> {
    kept: FxHashMap<(usize, Scene), Kept<'db>>,
    /// The stretch that is open, by signature.
    stretches: FxHashMap<usize, u32>,
    nearest: FxHashMap<u32, NearMiss<'db>>,
}

impl<'db> Pool<'db> {
    /// Whether what one way of an issue found adds to what is kept.
    pub(super) fn wants(&self, number: usize, alternative: &Alternative<'db>, candidate: &Candidate) -> bool {
        if candidate.confidence < Some(Confidence::Likely) && self.is_nearer(alternative.entry, candidate) {
            return true;
        }
        let Some(incident) = candidate.incident else { return candidate.confidence.is_some() };
        let kept = self.kept.get(&(alternative.order, Scene::Incident(incident)));
        candidate.confidence.is_some()
            && kept.is_none_or(|kept| kept.number != number || candidate.rank() > kept.best.rank())
    }

    /// Takes in what one way of an issue found.
    pub(super) fn add(&mut self, number: usize, alternative: &Alternative<'db>, candidate: Candidate) {
        if candidate.confidence < Some(Confidence::Likely) {
            self.near_miss(alternative.entry, &candidate);
        }
        if candidate.confidence.is_none() {
            return;
        }
        let scene = match candidate.incident {
            Some(incident) => Scene::Incident(incident),
            None => Scene::Stretch(self.stretch(alternative.order, candidate.lines)),
        };
        let entry = alternative.entry;
        match self.kept.get_mut(&(alternative.order, scene)) {
            Some(kept) => kept.merge(number, candidate),
            None => {
                let last = candidate.lines.1;
                let kept = Kept { entry, number, best: candidate, last, others: Vec::new() };
                self.kept.insert((alternative.order, scene), kept);
            }
        }
    }

    /// The stretch that lines belong to: the open one, or a new one when they stand apart from it.
    fn stretch(&mut self, order: usize, lines: (u32, u32)) -> u32 {
        let open = self.stretches.get(&order).copied();
        let last = open.and_then(|open| self.kept.get(&(order, Scene::Stretch(open)))).map(|kept| kept.last);
        let stretch = match (open, last) {
            (Some(open), Some(last)) if lines.0 <= last.saturating_add(APART) => open,
            (Some(open), _) => open + 1,
            (None, _) => 0,
        };
        self.stretches.insert(order, stretch);
        stretch
    }

    /// Whether an issue comes nearer to the crash than the one that is kept for it.
    fn is_nearer(&self, entry: &Entry, candidate: &Candidate) -> bool {
        let nearest = candidate.incident.map(|incident| self.nearest.get(&incident));
        nearest.is_some_and(|nearest| {
            nearest.is_none_or(|nearest| {
                candidate.score > nearest.score
                    || (candidate.score == nearest.score && entry.id() < nearest.entry.id())
            })
        })
    }

    fn near_miss(&mut self, entry: &'db Entry, candidate: &Candidate) {
        if let Some(incident) = candidate.incident.filter(|_| self.is_nearer(entry, candidate)) {
            let differs = candidate.differs();
            self.nearest.insert(incident, NearMiss { entry, score: candidate.score, differs });
        }
    }

    /// The matches, the surest first, and the nearest issue of each crash.
    pub(super) fn finish(
        mut self,
        versions: &Versions<'_>,
    ) -> (Vec<Match<'db>>, FxHashMap<u32, Nearest<'db>>) {
        self.explain_away();
        let mut kept: Vec<_> = self.kept.into_iter().collect();
        kept.sort_unstable_by_key(|(key, _)| *key);
        let mut matches: Vec<Match<'db>> =
            kept.into_iter().filter_map(|(_, kept)| kept.finish(versions)).collect();
        matches.sort_by(Match::rank);
        let named =
            |NearMiss { entry, score, differs }| Nearest { signature: entry.signature(), score, differs };
        (matches, self.nearest.into_iter().map(|(incident, miss)| (incident, named(miss))).collect())
    }
}

impl Pool<'_> {
    /// Of a stack that is exactly one issue, another that only nearly holds is no more than possible: the
    /// frame that it does not account for is explained.
    fn explain_away(&mut self) {
        let mut exact: FxHashMap<usize, f64> = FxHashMap::default();
        for best in self.kept.values().map(|kept| &kept.best) {
            if let (Some(Confidence::Exact), Some(stack)) = (best.confidence, best.stack) {
                let weight = exact.entry(stack.at).or_default();
                *weight = weight.max(stack.weight);
            }
        }
        for best in self.kept.values_mut().map(|kept| &mut kept.best) {
            let Some(stack) = best.stack.filter(|_| best.confidence == Some(Confidence::Likely)) else {
                continue;
            };
            let explained = exact.get(&stack.at).is_some_and(|weight| match stack.deviates {
                Deviation::None => false,
                Deviation::Inside => *weight >= stack.weight,
                Deviation::OnTop => true,
            });
            if explained {
                best.confidence = Some(Confidence::Possible);
                best.score = score::lowered(best.score);
            }
        }
    }
}

impl<'db> Kept<'db> {
    fn merge(&mut self, number: usize, mut other: Candidate) {
        self.last = self.last.max(other.lines.1);
        if other.rank() > self.best.rank() {
            std::mem::swap(&mut self.best, &mut other);
            if self.number == number {
                return;
            }
            self.number = number;
        } else if self.number == number {
            return;
        }
        if other.confidence >= Some(Confidence::Likely) {
            for reason in other.reasons {
                if self.others.iter().all(|known| known.clause != reason.clause) {
                    self.others.push(reason);
                }
            }
        }
    }

    fn finish(mut self, versions: &Versions<'_>) -> Option<Match<'db>> {
        self.others.retain(|other| self.best.reasons.iter().all(|own| own.clause != other.clause));
        self.best.reasons.append(&mut self.others);
        let signature = self.entry.signature();
        Some(Match {
            signature,
            lines: span(&self.best.reasons)?,
            incident: self.best.incident,
            confidence: self.best.confidence?,
            score: self.best.score,
            verdict: versions.verdict(self.best.incident, &signature.fixed_in),
            because: self.best.reasons,
            crash: Crash::default(),
            accepted: None,
        })
    }
}
