//! Counts by key, of a bounded number of keys.

use super::Kind;
use std::cmp::Reverse;
use std::collections::BTreeMap;

/// Keys that are told apart: a scan may find millions, and a page shows the most frequent.
const KEYS: usize = 20_000;

/// Findings of each kind.
pub(super) type Kinds = [usize; Kind::ALL.len()];

/// What is known of a key.
pub(super) struct Group<V> {
    pub(super) kinds: Kinds,
    /// Inputs it was found in.
    pub(super) inputs: usize,
    last_input: Option<usize>,
    pub(super) about: V,
}

impl<V> Group<V> {
    pub(super) fn count(&self) -> usize {
        self.kinds.iter().sum()
    }

    /// Findings that are only worth a look.
    pub(super) fn possible(&self) -> usize {
        self.kinds[Kind::Possible as usize]
    }

    /// All others.
    pub(super) fn sure(&self) -> usize {
        self.count() - self.possible()
    }
}

/// Groups by key.
pub(super) struct Tally<V> {
    groups: BTreeMap<String, Group<V>>,
    /// Findings with a key that came when there were enough.
    pub(super) beyond: usize,
}

impl<V> Default for Tally<V> {
    fn default() -> Self {
        Tally { groups: BTreeMap::new(), beyond: 0 }
    }
}

impl<V> Tally<V> {
    /// Counts a finding in the input of this number. `about` is asked about a key that is new, and told how many came
    /// before.
    pub(super) fn add(
        &mut self,
        key: &str,
        kind: Kind,
        input: usize,
        about: impl FnOnce(usize) -> V,
    ) -> Option<&V> {
        if !self.groups.contains_key(key) {
            if self.groups.len() == KEYS {
                self.beyond += 1;
                return None;
            }
            let about = about(self.groups.len());
            let group = Group { kinds: Kinds::default(), inputs: 0, last_input: None, about };
            self.groups.insert(key.to_owned(), group);
        }
        let group = self.groups.get_mut(key)?;
        group.kinds[kind as usize] += 1;
        if group.last_input.replace(input) != Some(input) {
            group.inputs += 1;
        }
        Some(&group.about)
    }

    pub(super) fn len(&self) -> usize {
        self.groups.len()
    }

    /// The groups, the most frequent first; what is only possible counts behind all else.
    pub(super) fn by_frequency(&self) -> Vec<(&str, &Group<V>)> {
        let mut groups: Vec<_> = self.groups.iter().map(|(key, group)| (key.as_str(), group)).collect();
        groups.sort_by_key(|(_, group)| Reverse((group.sure(), group.possible())));
        groups
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_most_frequent_stands_first_and_inputs_count_once() {
        let mut tally = Tally::default();
        for (key, input) in [("b", 0), ("a", 0), ("b", 0), ("b", 1), ("c", 1)] {
            tally.add(key, Kind::Exact, input, |number| number);
        }
        let told: Vec<_> =
            tally.by_frequency().iter().map(|(key, group)| (*key, group.count(), group.inputs)).collect();
        assert_eq!(told, [("b", 3, 2), ("a", 1, 1), ("c", 1, 1)]);
    }

    #[test]
    fn what_is_only_possible_stands_behind_what_is_sure() {
        let mut tally = Tally::default();
        for (key, kind) in [("a", Kind::Possible), ("a", Kind::Possible), ("b", Kind::Likely)] {
            tally.add(key, kind, 0, |_| ());
        }
        assert_eq!(tally.by_frequency()[0].0, "b");
    }

    #[test]
    fn too_many_keys_are_counted_together() {
        let mut tally = Tally::default();
        for key in 0..KEYS + 5 {
            tally.add(&key.to_string(), Kind::Unknown, key, |_| ());
        }
        assert_eq!((tally.len(), tally.beyond), (KEYS, 5));
    }
}
