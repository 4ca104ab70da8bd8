//! The evidence of one input, laid out for seeking what stands near a piece.
//!
//! Every search looks at no more than [`NEAREST`] pieces on each side, so that an input of ten thousand equal
//! events costs ten thousand searches and no more.

use super::clauses::Compared;
use super::index::Index;
use crate::evidence::{Evidence, Kind};
use crate::signature::names::fold;
use rustc_hash::FxHashMap;
use smallvec::SmallVec;
use std::borrow::Cow;

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
    phrases: Phrases<'e>,
    /// What is compared of each piece.
    compared: Vec<Compared<'e>>,
}

/// The phrases of an input; most stand there many times, each folded once.
#[derive(Default)]
struct Phrases<'e> {
    all: Vec<Phrase<'e>>,
    /// Their numbers, by how they are spelt and folded.
    by_spelling: FxHashMap<&'e str, usize>,
    by_folded: FxHashMap<Cow<'e, str>, usize>,
}

/// A phrase: where it stands, and the ways listed under it.
struct Phrase<'e> {
    pieces: Vec<usize>,
    begins: &'e [usize],
}

impl<'e> Phrases<'e> {
    /// Takes in the phrase of the piece at an index; its ways.
    fn add(&mut self, spelled: &'e str, at: usize, index: &'e Index<'_>) -> &'e [usize] {
        let all = &mut self.all;
        let number = *self.by_spelling.entry(spelled).or_insert_with(|| {
            let folded = fold(spelled);
            let begins = index.by_phrase(&folded);
            *self.by_folded.entry(folded).or_insert_with(|| {
                all.push(Phrase { pieces: Vec::new(), begins });
                all.len() - 1
            })
        });
        let Some(phrase) = all.get_mut(number) else { return &[] };
        phrase.pieces.push(at);
        phrase.begins
    }

    /// The pieces of a folded phrase.
    fn pieces(&self, folded: &str) -> Option<&[usize]> {
        self.all.get(*self.by_folded.get(folded)?).map(|phrase| phrase.pieces.as_slice())
    }
}

impl<'e> Scene<'e> {
    /// Of events only those are compared that some signature asks for.
    pub(super) fn new(evidence: &'e [Evidence], index: &'e Index<'_>) -> Self {
        let compared = Vec::with_capacity(evidence.len());
        let mut scene =
            Scene { evidence, lists: FxHashMap::default(), phrases: Phrases::default(), compared };
        for (at, piece) in evidence.iter().enumerate() {
            let wanted = match &piece.kind {
                Kind::Bugcheck(_) => Wanted::Bugcheck,
                Kind::Fault(_) => Wanted::Fault,
                Kind::Exception(_) => Wanted::Exception,
                Kind::Event(event) if index.names_event(event.id) => Wanted::Event(event.id),
                Kind::Text(phrase) => {
                    let begins = scene.phrases.add(phrase, at, index);
                    scene.compared.push(Compared::phrase(begins));
                    continue;
                }
                Kind::Stack(_) | Kind::Event(_) | Kind::Module(_) => {
                    scene.compared.push(Compared::default());
                    continue;
                }
            };
            scene.compared.push(Compared::of(&piece.kind));
            scene.lists.entry(wanted).or_default().push(at);
        }
        scene
    }

    /// A piece, and what is compared of it.
    pub(super) fn piece(&self, at: usize) -> Option<(&'e Evidence, &Compared<'e>)> {
        Some((self.evidence.get(at)?, self.compared.get(at)?))
    }

    pub(super) fn lines(&self, at: usize) -> (u32, u32) {
        self.evidence.get(at).map_or((1, 1), |piece| piece.place.lines)
    }

    pub(super) fn incident(&self, at: usize) -> Option<u32> {
        self.evidence.get(at).and_then(|piece| piece.incident)
    }

    /// Pieces of a kind in a scope, those nearest to its piece first; that piece itself is one of them.
    pub(super) fn near(&self, wanted: Wanted, scope: Scope) -> impl Iterator<Item = usize> {
        let within = self.within(self.lists.get(&wanted).map_or(&[], Vec::as_slice), scope);
        let mut near: SmallVec<[_; NEAREST]> = within.map(|index| (self.far(index, scope), index)).collect();
        near.sort_unstable();
        near.into_iter().map(|(_, index)| index)
    }

    /// Those of a list that stand in a scope, the few around its piece.
    fn within<'s>(&'s self, list: &'s [usize], scope: Scope) -> impl Iterator<Item = usize> + 's {
        let (Scope::Incident(at) | Scope::Around(at)) = scope;
        let middle = list.partition_point(|index| *index < at);
        let window = list.get(middle.saturating_sub(NEAREST)..(middle + NEAREST).min(list.len()));
        let within = move |index: &usize| match scope {
            Scope::Incident(at) => self.incident(*index) == self.incident(at),
            Scope::Around(at) => self.distance(*index, at) <= EVENTS_REACH,
        };
        window.unwrap_or(&[]).iter().copied().filter(within)
    }

    /// How far a piece stands from that of a scope: in lines, then in pieces.
    fn far(&self, index: usize, (Scope::Incident(at) | Scope::Around(at)): Scope) -> (u32, usize) {
        (self.distance(index, at), index.abs_diff(at))
    }

    /// First and last line of phrases that all stand within reach of each other and in the scope.
    pub(super) fn phrases(&self, phrases: &[String], scope: Scope) -> Option<(u32, u32)> {
        let mut lines: Option<(u32, u32)> = None;
        for phrase in phrases {
            let within = self.within(self.phrases.pieces(phrase)?, scope);
            let nearest = within.min_by_key(|index| self.far(*index, scope))?;
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
