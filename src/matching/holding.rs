//! Holds all clauses of one way to recognise an issue, beginning with the piece it is listed under.

use super::clauses::{self, Held};
use super::index::Alternative;
use super::pool::Candidate;
use super::scene::{Scene, Scope, Wanted};
use super::stack::Row;
use crate::evidence::{Exception, Kind};

/// The clauses of a way, each held against what stands in the scope of the piece at `at`.
///
/// `rows` are those of the stack at `at`, where it is one. `None` when nothing speaks for the issue.
pub(super) fn hold(
    alternative: &Alternative<'_>,
    scene: &Scene<'_>,
    at: usize,
    rows: &[Row<'_>],
) -> Option<Candidate> {
    let only_events = alternative.has_only_events();
    let apart = only_events || scene.incident(at).is_none();
    let scope = if apart { Scope::Around(at) } else { Scope::Incident(at) };
    let seek = Seek { alternative, scene, scope };
    let mut deviates = None;
    let mut held = Vec::new();
    let mut missing = Vec::new();
    let mut keep = |clause: String, found: Option<Held>| match found {
        Some(found) => held.push(found),
        None => missing.push(clause),
    };
    let clauses = alternative.clauses;
    if let Some(stack) = &alternative.stack {
        let found = stack.hold(rows);
        deviates = found.as_ref().map(|found| found.deviates);
        keep("the stack".to_owned(), found.map(clauses::stack));
    }
    for (place, event) in clauses.event.iter().enumerate() {
        keep(format!("event {}", event.id), seek.event(place));
    }
    if let Some(clause) = &clauses.bugcheck {
        keep(format!("stop 0x{:08x}", clause.code), seek.bugcheck());
    }
    if clauses.fault.is_some() {
        keep("the fault".to_owned(), seek.fault());
    }
    if let Some(clause) = &clauses.exception {
        keep(format!("exception 0x{:08x}", clause.code), seek.exception());
    }
    if clauses.text.is_some() {
        keep("the words looked for".to_owned(), seek.text());
    }
    // What is listed under an event or a phrase means nothing without the rest of it.
    if only_events && !missing.is_empty() {
        return None;
    }
    let stack = deviates.map(|deviates| (at, deviates));
    Candidate::new(held, &missing, scene.incident(at), stack)
}

/// Seeks the piece on which a clause holds best.
struct Seek<'s, 'db, 'e> {
    alternative: &'s Alternative<'db>,
    scene: &'s Scene<'e>,
    scope: Scope,
}

impl Seek<'_, '_, '_> {
    /// The best of what `hold` says of the pieces of a kind; of equal ones the nearest.
    fn best(
        &self,
        wanted: &Wanted,
        hold: impl Fn(&Kind, Option<&str>, (u32, u32)) -> Option<Held>,
    ) -> Option<Held> {
        let near = self.scene.near(wanted, self.scope).into_iter();
        let found = near.filter_map(|index| {
            let piece = self.scene.evidence.get(index)?;
            hold(&piece.kind, self.scene.message(index), piece.place.lines)
        });
        found.reduce(better)
    }

    fn event(&self, place: usize) -> Option<Held> {
        let event = self.alternative.events().get(place)?;
        self.best(&Wanted::Event(event.clause.id), |kind, message, lines| match kind {
            Kind::Event(entry) => event.hold(entry, message, lines),
            _ => None,
        })
    }

    fn bugcheck(&self) -> Option<Held> {
        let clause = self.alternative.clauses.bugcheck.as_ref()?;
        self.best(&Wanted::Bugcheck, |kind, _, lines| match kind {
            Kind::Bugcheck(stop) => clauses::bugcheck(clause, stop, lines),
            _ => None,
        })
    }

    fn fault(&self) -> Option<Held> {
        let clause = self.alternative.clauses.fault.as_ref()?;
        self.best(&Wanted::Fault, |kind, _, lines| match kind {
            Kind::Fault(fault) => Some(clauses::fault(clause, fault, self.alternative.common_module, lines)),
            _ => None,
        })
    }

    /// An exception by itself, or the one that a fault names.
    fn exception(&self) -> Option<Held> {
        let clause = self.alternative.clauses.exception.as_ref()?;
        let of_kind = |wanted| {
            self.best(wanted, |kind, _, lines| match kind {
                Kind::Exception(raised) => clauses::exception(clause, raised, lines),
                Kind::Fault(fault) => {
                    let raised = Exception { code: fault.exception?, address: fault.address.clone() };
                    clauses::exception(clause, &raised, lines)
                }
                _ => None,
            })
        };
        [Wanted::Exception, Wanted::Fault].iter().filter_map(of_kind).reduce(better)
    }

    fn text(&self) -> Option<Held> {
        let phrases = self.alternative.clauses.text.as_ref()?;
        let alone = self.alternative.has_only_events() && self.alternative.clauses.event.is_empty();
        let lines = self.scene.phrases(self.alternative.text(), self.scope)?;
        Some(clauses::text(phrases, alone, lines))
    }
}

/// The one that holds better; of equal ones the first.
fn better(best: Held, next: Held) -> Held {
    if (next.cap, next.found) > (best.cap, best.found) { next } else { best }
}
