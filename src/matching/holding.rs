//! Holds all clauses of one way to recognise an issue, beginning with the piece it is listed under.

use super::clauses::{self, AllHeld, Compared, Held, Missing};
use super::index::{Alternative, Lead};
use super::pool::Candidate;
use super::scene::{Scene, Scope, Wanted};
use super::stack::Rows;
use crate::evidence::{Evidence, Kind};

/// The clauses of a way, each held against what stands in the scope of the piece at `at`.
///
/// `rows` are those of the stack at `at`, where it is one. Unless it is `said`, the reasons have no words: those cost more
/// than the rest. `None` when nothing speaks for the issue.
pub(super) fn hold(
    alternative: &Alternative<'_>,
    scene: &Scene<'_>,
    at: usize,
    rows: &Rows<'_>,
    said: bool,
) -> Option<Candidate> {
    let only_events = alternative.only_events;
    let apart = only_events || scene.incident(at).is_none();
    let scope = if apart { Scope::Around(at) } else { Scope::Incident(at) };
    let seek = Seek { alternative, scene, scope, at, said };
    let mut deviates = None;
    let mut held = AllHeld::new();
    let mut missing = Missing::default();
    let mut keep = |clause: &dyn Fn() -> String, found: Option<Held>| match found {
        Some(found) => held.push(found),
        None => missing.add(said.then(clause)),
    };
    if let Some(stack) = &alternative.stack {
        let found = stack.hold(rows, said);
        deviates = found.as_ref().map(|found| found.deviates);
        keep(&|| "the stack".to_owned(), found.map(clauses::stack));
    }
    if !alternative.only_stack {
        let clauses = alternative.clauses;
        for (place, event) in clauses.event.iter().enumerate() {
            keep(&|| format!("event {}", event.id), seek.event(place));
        }
        if let Some(clause) = &clauses.bugcheck {
            keep(&|| format!("stop 0x{:08x}", clause.code), seek.bugcheck());
        }
        if clauses.fault.is_some() {
            keep(&|| "the fault".to_owned(), seek.fault());
        }
        if let Some(clause) = &clauses.exception {
            keep(&|| format!("exception 0x{:08x}", clause.code), seek.exception());
        }
        if clauses.text.is_some() {
            keep(&|| "the words looked for".to_owned(), seek.text());
        }
    }
    // What is listed under an event or a phrase means nothing without the rest of it.
    if only_events && missing.count > 0 {
        return None;
    }
    let stack = deviates.map(|deviates| (at, deviates));
    Candidate::new(&mut held, &missing, scene.incident(at), stack, said)
}

/// Seeks the piece on which a clause holds best.
struct Seek<'s, 'db, 'e> {
    alternative: &'s Alternative<'db>,
    scene: &'s Scene<'e>,
    scope: Scope,
    /// The piece that the way is tried for.
    at: usize,
    said: bool,
}

impl Seek<'_, '_, '_> {
    /// What `hold` says of the piece that the way is tried for, if `lead` is what it is listed under; else the best of what
    /// it says of the pieces of a kind; of equal ones the nearest. Only of that it says it in words.
    fn best(
        &self,
        wanted: &[Wanted],
        lead: Lead,
        hold: impl Fn(&Evidence, &Compared<'_>, bool) -> Option<Held>,
    ) -> Option<Held> {
        if self.alternative.lead == lead {
            let (piece, compared) = self.scene.piece(self.at)?;
            return hold(piece, compared, self.said);
        }
        let near = wanted.iter().flat_map(|wanted| self.scene.near(*wanted, self.scope));
        let found = near.filter_map(|index| {
            let (piece, compared) = self.scene.piece(index)?;
            hold(piece, compared, false).map(|held| (piece, compared, held))
        });
        let (piece, compared, held) = found.reduce(better)?;
        if self.said { hold(piece, compared, true) } else { Some(held) }
    }

    fn event(&self, place: usize) -> Option<Held> {
        let event = self.alternative.events().get(place)?;
        self.best(&[Wanted::Event(event.clause.id)], Lead::Event(place), |piece, compared, said| match &piece
            .kind
        {
            Kind::Event(entry) => event.hold(entry, compared.message.as_deref(), piece.place.lines, said),
            _ => None,
        })
    }

    fn bugcheck(&self) -> Option<Held> {
        let clause = self.alternative.bugcheck()?;
        self.best(&[Wanted::Bugcheck], Lead::Bugcheck, |piece, compared, said| match &piece.kind {
            Kind::Bugcheck(stop) => clause.hold(stop, compared, piece.place.lines, said),
            _ => None,
        })
    }

    fn fault(&self) -> Option<Held> {
        let clause = self.alternative.fault()?;
        self.best(&[Wanted::Fault], Lead::Fault, |piece, compared, said| match &piece.kind {
            Kind::Fault(fault) => Some(clause.hold(fault, compared, piece.place.lines, said)),
            _ => None,
        })
    }

    /// An exception by itself, or the one that a fault names.
    fn exception(&self) -> Option<Held> {
        let clause = self.alternative.clauses.exception.as_ref()?;
        self.best(&[Wanted::Exception, Wanted::Fault], Lead::Exception, |piece, compared, said| {
            let raised = match &piece.kind {
                Kind::Exception(raised) => (raised.code, raised.address.as_deref()),
                Kind::Fault(fault) => (fault.exception?, fault.address.as_deref()),
                _ => return None,
            };
            clauses::exception(clause, raised, compared, piece.place.lines, said)
        })
    }

    fn text(&self) -> Option<Held> {
        let phrases = self.alternative.clauses.text.as_ref()?;
        let alone = self.alternative.only_events && self.alternative.clauses.event.is_empty();
        let lines = self.scene.phrases(self.alternative.text(), self.scope)?;
        Some(clauses::text(phrases, alone, lines, self.said))
    }
}

/// The one that holds better; of equal ones the first.
fn better<P, C>(best: (P, C, Held), next: (P, C, Held)) -> (P, C, Held) {
    if (next.2.cap, next.2.found) > (best.2.cap, best.2.found) { next } else { best }
}
