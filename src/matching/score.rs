//! Turns what was found into a confidence and a number that ranks.
//!
//! The score grows with how complete a match is and with how much speaks for it: three rare frames say more
//! than one common one. Each confidence has its band, so that ranking by score never puts a guess above a
//! certainty.

use super::clauses::Held;
use super::finding::Confidence;

/// How sure the clauses of a match make one, and its score; `None` confidence when they are but a near miss.
pub(super) fn judge(held: &[Held], missing: usize) -> (Option<Confidence>, f64) {
    let found: f64 = held.iter().map(|held| held.found).sum();
    let of: f64 = held.iter().map(|held| held.of).sum::<f64>() + missing as f64;
    let complete = if of > 0.0 { (found / of).min(1.0) } else { 0.0 };
    let raw = complete * (1.0 - (-found).exp());
    let confidence = confidence(held, missing);
    let (low, high) = match confidence {
        Some(Confidence::Exact) => (0.8, 1.0),
        Some(Confidence::Likely) => (0.5, 0.8),
        Some(Confidence::Possible) | None => (0.0, 0.5),
    };
    // Rounded, so that it does not depend on a machine's last bit.
    (confidence, ((low + raw * (high - low)) * 1000.0).round() / 1000.0)
}

/// The least that any clause allows; a clause not found leaves no more than a possibility.
fn confidence(held: &[Held], missing: usize) -> Option<Confidence> {
    let mut least = Some(Confidence::Exact);
    for held in held {
        least = least.min(held.cap);
    }
    if missing > 0 || (held.len() == 1 && held.iter().any(|held| held.weak)) {
        least = least.min(Some(Confidence::Possible));
    }
    least
}

/// Whether something in it speaks for the issue: a telling field, or words beside clauses that hold in every
/// field they name. A stop code without its parameters is not made telling by a word that stands near.
pub(super) fn tells(held: &[Held], missing: usize) -> bool {
    let certain = |held: &Held| held.words || held.cap == Some(Confidence::Exact);
    held.iter().any(|held| held.telling) || (missing == 0 && held.len() > 1 && held.iter().all(certain))
}

/// The score of a `likely` match that is no more than possible after all.
pub(super) fn lowered(score: f64) -> f64 {
    (((score - 0.5) / 0.3 * 0.5).clamp(0.0, 0.5) * 1000.0).round() / 1000.0
}
