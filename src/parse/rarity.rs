//! How rare four bytes are in ordinary logs: each time they turn up costs `wake` a look.

use super::wake::{CASE, GRAM, folded, hash};
use rustc_hash::FxHashMap;
use std::ops::Range;

/// Words of ordinary logs, the most common first, about.
const WORDS: &str = "info error event connection session in to the for at from with is not and on of while warning exception state status \
    failed failure received request service server client process user host name message address thread \
    task executor memory start started time timeout open close file .exe .dll child load read write level system kernel handle \
    application component device network interface image https response register route return process password \
    invalid authentication initialize update version package queue store volume command code terminate create debug \
    disabled driver enabled found local method number object operation packet path pressure unavailable value \
    line list type require bucket module";
/// Bytes of ordinary logs, the most common first.
const BYTES: &[u8] = b" e0tai1on2sr3=lc4d56:m789-pu.f,/hgbw\"yvkx(j)q*z";
/// What it counts for that two words meet.
const MEET: usize = 30;
/// What it counts for that they are looked for anyway.
const SHARED: usize = 40;

/// What is known of ordinary logs.
pub(super) struct Rarity {
    /// How far behind the words stand, by the hash of four bytes of them: what shares its place in the table of `wake`
    /// with a common word costs as much as the word.
    common: FxHashMap<usize, usize>,
}

impl Rarity {
    pub(super) fn new() -> Self {
        let mut common = FxHashMap::default();
        let grams = (0..WORDS.len()).filter_map(|at| Some((hash(folded(WORDS.as_bytes(), at)?), at)));
        grams.for_each(|(hash, at)| _ = common.entry(hash).or_insert(at));
        Rarity { common }
    }

    /// Where in the parts of a text the four bytes stand that are looked for at the least cost. Those of a common word
    /// are the worst; those whose place is `taken` cost no more than they do already.
    pub(super) fn rarest(
        &self,
        text: &[u8],
        parts: &[Range<usize>],
        taken: impl Fn(usize) -> bool,
    ) -> Option<usize> {
        let starts = parts.iter().flat_map(|part| part.start..(part.end + 1).saturating_sub(GRAM));
        starts.max_by_key(|start| {
            let place = folded(text, *start).map(hash);
            let word = place.and_then(|place| self.common.get(&place)).copied();
            let shared = usize::from(place.is_some_and(&taken)) * SHARED;
            (word.unwrap_or(usize::MAX), bytes(text, *start) + shared)
        })
    }
}

/// The sum over four bytes, and more where two words meet.
fn bytes(text: &[u8], at: usize) -> usize {
    let gram = text.get(at..at + GRAM).unwrap_or_default();
    let rank = |byte: &u8| BYTES.iter().position(|common| *common == (byte | CASE)).unwrap_or(BYTES.len());
    let meet = |three: &[u8]| matches!(three, [one, gap, other] if one.is_ascii_alphabetic() && !gap.is_ascii_alphabetic() && other.is_ascii_alphabetic());
    gram.iter().map(rank).sum::<usize>() + usize::from(gram.windows(3).any(meet)) * MEET
}

#[cfg(test)]
mod tests {
    use super::*;

    fn rarest<'t>(text: &'t str, taken: &str) -> Option<&'t str> {
        let taken = folded(taken.as_bytes(), 0).map(hash);
        let parts = std::iter::once(0..text.len()).collect::<Vec<_>>();
        let at = Rarity::new().rarest(text.as_bytes(), &parts, |place| Some(place) == taken)?;
        text.get(at..at + GRAM)
    }

    #[test]
    fn the_rarest_bytes_are_chosen() {
        assert_eq!(rarest("grey zinc", ""), Some("y zi"), "where two words meet");
        assert_eq!(rarest("error fizz", "erro"), Some("fizz"), "not in a word of every log");
        assert!(rarest("error", "").is_some(), "unless there are no others");
        assert_eq!(rarest("grey zinc", "grey"), Some("grey"), "or those that are looked for anyway");
    }

    #[test]
    fn a_text_that_is_too_short_has_none() {
        assert_eq!(rarest("MTA", ""), None);
    }
}
