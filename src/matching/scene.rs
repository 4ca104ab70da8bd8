//! The evidence of one input, laid out for seeking what stands near a piece.
//!
//! Every search looks at no more than [`NEAREST`] pieces on each side, so that an input of ten thousand equal
//! events costs ten thousand searches and no more.

use super::clauses::Compared;
use super::index::Index;
use crate::evidence::{Evidence, Kind};
use rustc_hash::FxHashMap;

/// Pieces of a kind that are looked at on each side of the one a match begins with.
const NEAREST: usize = 16;
/// How far apart events that belong together may stand, in lines.
const EVENTS_REACH: u32 = 200;
/// How far apart the phrases of a text clause may stand, in lines.
const TEXT_REACH: u32 = 40;

/// What kind of evidence a search is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(super) enum Wanted {
    Bugcheck,
    Fault,
    Exception,
    Event(u32),
}

/// Where the clauses of a match are sought.
#[derive(Debug, Clone, Copy)]
pub(super) enum Scope {
    /// In the incident of the piece at this index.
    Incident(usize),
    /// Within [`EVENTS_REACH`] lines of the piece at this index.
    Around(usize),
}

pub(super) struct Scene<'e> {
    pub(super) evidence: &'e [Evidence],
    lists: FxHashMap<Wanted, Vec<usize>>,
    /// By folded phrase.
    phrases: FxHashMap<&'e str, Vec<usize>>,
    /// What is compared of each piece.
    compared: &'e [Compared<'e>],
}

impl<'e> Scene<'e> {
    pub(super) fn new(evidence: &'e [Evidence], compared: &'e [Compared<'e>], index: &Index<'_>) -> Self {
        let mut scene =
            Scene { evidence, lists: FxHashMap::default(), phrases: FxHashMap::default(), compared };
        for (at, (piece, compared)) in evidence.iter().zip(compared).enumerate() {
            let wanted = match &piece.kind {
                Kind::Bugcheck(_) => Wanted::Bugcheck,
                Kind::Fault(_) => Wanted::Fault,
                Kind::Exception(_) => Wanted::Exception,
                Kind::Event(event) if index.names_event(event.id) => Wanted::Event(event.id),
                Kind::Text(_) => {
                    let phrase = compared.message.as_deref().unwrap_or_default();
                    scene.phrases.entry(phrase).or_default().push(at);
                    continue;
                }
                Kind::Stack(_) | Kind::Event(_) | Kind::Module(_) => continue,
            };
            scene.lists.entry(wanted).or_default().push(at);
        }
        scene
    }

    /// A piece, and what is compared of it.
    pub(super) fn piece(&self, at: usize) -> Option<(&'e Evidence, &'e Compared<'e>)> {
        Some((self.evidence.get(at)?, self.compared.get(at)?))
    }

    pub(super) fn lines(&self, at: usize) -> (u32, u32) {
        self.evidence.get(at).map_or((1, 1), |piece| piece.place.lines)
    }

    pub(super) fn incident(&self, at: usize) -> Option<u32> {
        self.evidence.get(at).and_then(|piece| piece.incident)
    }

    /// Pieces of a kind in a scope, those nearest to its piece first; that piece itself is one of them.
    pub(super) fn near(&self, wanted: Wanted, scope: Scope) -> Vec<usize> {
        self.nearest(self.lists.get(&wanted).map_or(&[], Vec::as_slice), scope)
    }

    /// Those of a list that stand in a scope, see [`near`](Scene::near).
    fn nearest(&self, list: &[usize], scope: Scope) -> Vec<usize> {
        let (Scope::Incident(at) | Scope::Around(at)) = scope;
        let middle = list.partition_point(|index| *index < at);
        let window = list.get(middle.saturating_sub(NEAREST)..(middle + NEAREST).min(list.len()));
        let within = |index: &usize| match scope {
            Scope::Incident(at) => self.incident(*index) == self.incident(at),
            Scope::Around(at) => self.distance(*index, at) <= EVENTS_REACH,
        };
        let mut near: Vec<usize> = window.unwrap_or(&[]).iter().copied().filter(within).collect();
        near.sort_by_key(|index| (self.distance(*index, at), index.abs_diff(at)));
        near
    }

    /// First and last line of phrases that all stand within reach of each other and in the scope.
    pub(super) fn phrases(&self, phrases: &[String], scope: Scope) -> Option<(u32, u32)> {
        let mut lines: Option<(u32, u32)> = None;
        for phrase in phrases {
            let nearest = self.nearest(self.phrases.get(phrase.as_str())?, scope).into_iter().next()?;
            let (first, last) = self.lines(nearest);
            let (from, to) = lines.unwrap_or((first, last));
            lines = Some((from.min(first), to.max(last)));
        }
        lines.filter(|(from, to)| to - from < TEXT_REACH)
    }

    /// Lines between two pieces.
    fn distance(&self, one: usize, other: usize) -> u32 {
        let ((from, to), (first, last)) = (self.lines(one), self.lines(other));
        from.saturating_sub(last).max(first.saturating_sub(to))
    }
}
