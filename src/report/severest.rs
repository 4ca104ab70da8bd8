//! Which findings are told where there is room for a few only: the most severe, in bounded memory.

use crate::matching::{Confidence, Finding};
use std::collections::BTreeMap;

/// How much a finding asks of its reader; the most comes first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Severity {
    /// An input that could not be read: a gate fails on it, whatever else was found.
    Unread,
    /// A known issue, with all that tells it from others.
    Exact,
    /// Most likely a known issue.
    Likely,
    /// A crash that nothing known explains.
    Unknown,
    /// Worth a look.
    Possible,
    /// A person has looked at it and accepts it.
    Accepted,
}

impl Severity {
    pub(super) fn of(finding: &Finding<'_>) -> Self {
        match finding {
            _ if finding.accepted().is_some() => Severity::Accepted,
            Finding::Match(found) => match found.confidence {
                Confidence::Exact => Severity::Exact,
                Confidence::Likely => Severity::Likely,
                Confidence::Possible => Severity::Possible,
            },
            Finding::Unknown(_) => Severity::Unknown,
        }
    }
}

/// The most severe of what it is given, of equals the earlier; what goes beyond is counted.
#[derive(Debug)]
pub(super) struct Severest<T> {
    most: usize,
    kept: BTreeMap<(Severity, usize), T>,
    given: usize,
}

impl<T> Severest<T> {
    /// Keeps so many.
    pub(super) fn new(most: usize) -> Self {
        Severest { most, kept: BTreeMap::new(), given: 0 }
    }

    /// Takes one more; it is made only if it is kept.
    pub(super) fn add(&mut self, severity: Severity, make: impl FnOnce() -> T) {
        let key = (severity, self.given);
        self.given += 1;
        let last = self.kept.last_key_value().map(|(key, _)| *key);
        if self.kept.len() >= self.most && last.is_none_or(|last| last < key) {
            return;
        }
        self.kept.insert(key, make());
        if self.kept.len() > self.most {
            self.kept.pop_last();
        }
    }

    /// How many it was given, kept or not.
    pub(super) fn given(&self) -> usize {
        self.given
    }

    /// Those kept, the most severe first.
    pub(super) fn into_kept(self) -> impl Iterator<Item = (Severity, T)> {
        self.kept.into_iter().map(|((severity, _), kept)| (severity, kept))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_most_severe_are_kept_and_the_earlier_of_equals() {
        use Severity::{Exact, Likely, Possible, Unknown};
        let mut kept = Severest::new(3);
        for (number, severity) in
            [Possible, Unknown, Exact, Possible, Unknown, Unknown, Likely].into_iter().enumerate()
        {
            kept.add(severity, || number);
        }
        assert_eq!(kept.given(), 7);
        let kept: Vec<_> = kept.into_kept().collect();
        assert_eq!(kept, [(Exact, 2), (Likely, 6), (Unknown, 1)]);
    }

    #[test]
    fn what_is_not_kept_is_not_made() {
        let mut made = 0;
        let mut kept = Severest::new(2);
        for _ in 0..1000 {
            kept.add(Severity::Unknown, || made += 1);
        }
        assert_eq!((kept.given(), made), (1000, 2));
    }
}
