//! Finds literals and phrases, however many there are and without case.
//!
//! There may be thousands of phrases: those of text clauses that ask for nothing else, so that no other evidence leads to
//! them. So the search must not cost more with each. Of every one a stretch is chosen, and every four bytes of the stretch
//! that can stand at a place divisible by the stride go into a table; then four bytes are looked up at every such place of
//! the text. No look-up waits for another, as it would where each says how far to go on. Case is folded by a bit, so that
//! a few other bytes pass too.

use super::trigger::{Check, Trigger};
use rustc_hash::FxHashMap;
use std::ops::Range;

/// The least bytes of a literal that is looked for here: the shorter the shortest is, the more places are looked up.
pub(crate) const LONG: usize = 5;
/// Bytes that are looked up together.
const GRAM: usize = 4;
/// Places that are looked up before one asks whether there was anything.
const AT_ONCE: usize = 8;
/// Places in the table.
const BITS: u32 = 16;
const PLACES: usize = 1 << BITS;
/// The bit that tells capitals from small letters.
const CASE: u8 = 0x20;

/// The literals and phrases, by what is looked for of them.
#[derive(Debug, Clone)]
pub(crate) struct Wake {
    needles: Vec<Needle>,
    /// Whether all stretches are long enough to look up every second place only.
    sparse: bool,
    /// By hash of four bytes: whether there are grams.
    table: Box<[bool; PLACES]>,
    /// By the same hash, one more than the number of the first gram.
    first: Vec<u32>,
    grams: Vec<Gram>,
}

/// A literal or phrase.
#[derive(Debug, Clone)]
struct Needle {
    text: String,
    /// Whether it has blanks, which stand for any blanks.
    gaps: bool,
    check: Check,
}

/// Four bytes of a needle.
#[derive(Debug, Clone)]
struct Gram {
    folded: u32,
    needle: usize,
    /// Where in the needle it stands.
    at: usize,
    /// One more than the number of the next gram with the same hash.
    next: u32,
}

impl Wake {
    /// Looks for triggers and phrases. A phrase of less than four bytes wakes nobody.
    pub(crate) fn new<'n>(
        triggers: impl Iterator<Item = &'n Trigger>,
        phrases: impl IntoIterator<Item = &'n str>,
    ) -> Self {
        let triggers = triggers
            .flat_map(|trigger| trigger.spellings().into_iter().map(|text| Needle::new(text, trigger.holds)));
        let phrases = phrases.into_iter().map(collapsed).filter(|text| text.len() >= GRAM);
        let phrases = phrases.map(|text| Needle::new(text, |_, _| true));
        let needles: Vec<Needle> = triggers.chain(phrases).collect();
        let mut wake = Wake {
            needles: Vec::new(),
            sparse: needles.iter().all(|needle| needle.text.len() > GRAM),
            table: Box::new([false; PLACES]),
            first: vec![0; PLACES],
            grams: Vec::new(),
        };
        let rarity = Rarity::new();
        needles.into_iter().for_each(|needle| wake.add(needle, &rarity));
        wake
    }

    fn add(&mut self, needle: Needle, rarity: &Rarity) {
        let text = needle.text.as_bytes();
        let stride = if self.sparse { 2 } else { 1 };
        let start = rarity.rarest(text, &parts(&needle.text), stride).unwrap_or(0);
        for at in start..start + stride {
            let Some(folded) = folded(text, at) else { continue };
            let place = hash(folded);
            let gram = Gram { folded, needle: self.needles.len(), at, next: self.first[place] };
            self.grams.push(gram);
            self.first[place] = self.grams.len() as u32;
            self.table[place] = true;
        }
        self.needles.push(needle);
    }

    /// Calls `found` with the offset of every place in a range where one may stand.
    pub(crate) fn find(&self, text: &[u8], range: Range<usize>, found: &mut impl FnMut(usize)) {
        if self.sparse { self.sweep::<2>(text, range, found) } else { self.sweep::<1>(text, range, found) }
    }

    fn sweep<const STRIDE: usize>(&self, text: &[u8], range: Range<usize>, found: &mut impl FnMut(usize)) {
        let mut at = range.start;
        while at < range.end
            && let Some(grams) = text.get(at..at + AT_ONCE * STRIDE + GRAM)
        {
            let known =
                |place: usize| folded(grams, place * STRIDE).is_some_and(|gram| self.table[hash(gram)]);
            if (0..AT_ONCE).fold(false, |any, place| any | known(place)) {
                // No branch a place: which it is nobody can foretell.
                let mut places = (0..AT_ONCE).fold(0, |all, place| all | u32::from(known(place)) << place);
                while places != 0 {
                    self.look(text, at + places.trailing_zeros() as usize * STRIDE, found);
                    places &= places - 1;
                }
            }
            at += AT_ONCE * STRIDE;
        }
        (at..range.end).step_by(STRIDE).for_each(|at| self.look(text, at, found));
    }

    /// Whether a needle may stand around the four bytes at `at`.
    fn look(&self, text: &[u8], at: usize, found: &mut impl FnMut(usize)) {
        let Some(here) = folded(text, at) else { return };
        let mut next = self.first[hash(here)];
        while let Some(gram) = next.checked_sub(1).and_then(|number| self.grams.get(number as usize)) {
            let stands = |needle: &Needle| needle.stands(text, at, gram.at);
            if gram.folded == here && self.needles.get(gram.needle).is_some_and(stands) {
                return found(at);
            }
            next = gram.next;
        }
    }
}

impl Needle {
    fn new(text: String, check: Check) -> Self {
        Needle { gaps: text.contains(' '), text, check }
    }

    /// Whether the needle may stand where what is `inside` bytes behind its beginning stands at `at`. What the text does
    /// not hold any more counts as held.
    fn stands(&self, text: &[u8], at: usize, inside: usize) -> bool {
        let whole = |start: usize| text.get(start..start + self.text.len());
        if let Some(found) = at.checked_sub(inside).and_then(whole).filter(|_| !self.gaps) {
            let mut pairs = self.text.bytes().zip(found);
            return pairs.all(|(one, other)| one | CASE == other | CASE) && (self.check)(text, at - inside);
        }
        let (before, after) = self.text.as_bytes().split_at(inside);
        let (left, right) = text.split_at(at.min(text.len()));
        same(after.iter(), right.iter())
            && same(before.iter().rev(), left.iter().rev())
            && (self.check)(text, at.saturating_sub(inside))
    }
}

/// Whether a text goes on like a phrase: case and the kind and number of blanks, line ends and quoting apart.
fn same<'a>(phrase: impl Iterator<Item = &'a u8>, text: impl Iterator<Item = &'a u8>) -> bool {
    let gap = |byte: u8| byte.is_ascii_whitespace() || matches!(byte, b'>' | b'|');
    let mut text = text.peekable();
    let mut in_gap = false;
    for wanted in phrase {
        let blank = *wanted == b' ';
        if blank && in_gap {
            continue;
        }
        in_gap = blank;
        let Some(found) = text.next() else { return true };
        if blank {
            if !gap(*found) {
                return false;
            }
            while text.next_if(|byte| gap(**byte)).is_some() {}
        } else if wanted | CASE != found | CASE {
            return false;
        }
    }
    true
}

/// The four bytes at `at`, without case.
#[inline]
fn folded(text: &[u8], at: usize) -> Option<u32> {
    let gram = text.get(at..)?.first_chunk::<GRAM>()?;
    Some(u32::from_le_bytes(*gram) | u32::from_le_bytes([CASE; GRAM]))
}

/// The place of four bytes in the table.
#[inline]
fn hash(folded: u32) -> usize {
    (folded.wrapping_mul(0x9E37_79B1) >> (32 - BITS)) as usize
}

/// How rare four bytes are in ordinary logs: each time they turn up costs a look.
struct Rarity {
    /// Those of words that stand in nearly every log, by how common the word is.
    common: FxHashMap<u32, usize>,
}

impl Rarity {
    /// Words of ordinary logs, the most common first, about.
    const WORDS: &str = "info error event warning exception state status failed failure received request connection \
        service server client process user host message address session thread task executor memory start started \
        time timeout open close file load read write level system kernel handle application module component device \
        network interface image https response register route return process password invalid authentication \
        initialize update version package queue store volume command code terminate create debug disabled driver \
        enabled found local method name number object operation packet path pressure unavailable value line list type";

    fn new() -> Self {
        let mut common = FxHashMap::default();
        for (rank, word) in Self::WORDS.split_whitespace().enumerate() {
            let grams = (0..word.len()).filter_map(|at| folded(word.as_bytes(), at));
            grams.for_each(|gram| _ = common.entry(gram).or_insert(rank));
        }
        Rarity { common }
    }

    /// Where in the parts of a needle the `stride` grams begin that are the rarest: the most common of them counts.
    fn rarest(&self, text: &[u8], parts: &[Range<usize>], stride: usize) -> Option<usize> {
        let length = GRAM + stride - 1;
        let rarity = |start: &usize| (*start..start + stride).map(|at| self.of(text, at)).min();
        parts.iter().flat_map(|part| part.start..(part.end + 1).saturating_sub(length)).max_by_key(rarity)
    }

    /// How rare four bytes are, about: by the word they are of, then the sum over the bytes, more where two words meet.
    fn of(&self, text: &[u8], at: usize) -> (usize, usize) {
        const BYTES: &[u8] = b" e0tai1on2sr3=lc4d56:m789-pu.f,/hgbw\"yvkx(j)q*z";
        const MEET: usize = 30;
        let gram = text.get(at..at + GRAM).unwrap_or_default();
        let word = folded(gram, 0).and_then(|gram| self.common.get(&gram)).copied().unwrap_or(usize::MAX);
        let rank =
            |byte: &u8| BYTES.iter().position(|common| *common == (byte | CASE)).unwrap_or(BYTES.len());
        let meet = |three: &[u8]| matches!(three, [one, gap, other] if one.is_ascii_alphabetic() && !gap.is_ascii_alphabetic() && other.is_ascii_alphabetic());
        (word, gram.iter().map(rank).sum::<usize>() + usize::from(gram.windows(3).any(meet)) * MEET)
    }
}

fn collapsed(phrase: &str) -> String {
    phrase.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// The parts of a needle one of which is looked for: its words, but for short ones; or where all are short the whole
/// needle, which is then not found across a line end.
fn parts(phrase: &str) -> Vec<Range<usize>> {
    let words = phrase.split(' ').map(|word| {
        let start = word.as_ptr() as usize - phrase.as_ptr() as usize;
        start..start + word.len()
    });
    let words: Vec<Range<usize>> = words.filter(|word| word.len() >= LONG).collect();
    if words.iter().any(|word| word.len() > LONG) {
        words
    } else {
        std::iter::once(0..phrase.len()).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn found(phrases: &[&str], text: &str) -> Vec<usize> {
        let mut found = Vec::new();
        Wake::new(std::iter::empty(), phrases.iter().copied()).find(
            text.as_bytes(),
            0..text.len(),
            &mut |at: usize| found.push(at),
        );
        found.sort_unstable();
        found
    }

    #[test]
    fn a_phrase_is_found_wherever_it_stands() {
        let phrases = ["local delivery", "OpenMsgStore", "media type"];
        for before in 0..40 {
            for after in 0..40 {
                let text = format!("{}OPENMSGSTORE{}", "x".repeat(before), " ".repeat(after));
                let at = found(&phrases, &text);
                assert!(at.len() == 1 && (before..before + 12).contains(&at[0]), "{text:?}");
            }
        }
        assert_eq!(found(&phrases, "the Media Type is").len(), 1);
    }

    #[test]
    fn case_blanks_line_ends_and_quoting_do_not_matter() {
        assert_eq!(found(&["Local  delivery queue"], "a LOCAL\r\n> > Delivery  queue").len(), 1);
        assert!(found(&["Local delivery queue"], "remote delivery queue").is_empty());
        assert_eq!(found(&["événement perdu"], "ÉVÉNEMENT PERDU").len(), 1);
    }

    #[test]
    fn what_the_text_does_not_hold_any_more_is_taken_for_the_phrase() {
        assert_eq!(found(&["local delivery queue"], "delivery").len(), 1);
    }

    #[test]
    fn phrases_that_are_too_short_wake_nobody() {
        assert!(found(&["MTA", ""], "MTA").is_empty());
    }

    #[test]
    fn a_phrase_of_four_bytes_is_found_at_every_place() {
        for before in 0..40 {
            let text = format!("{}MAPI{}", "x".repeat(before), " ".repeat(40));
            assert_eq!(found(&["mapi", "local delivery"], &text), [before]);
        }
    }

    #[test]
    fn the_rarest_stretch_is_looked_for() {
        let rarity = Rarity::new();
        assert_eq!(rarity.rarest(b"state dump", &parts("state dump"), 2), Some(4), "where two words meet");
        assert_eq!(rarity.rarest(b"error", &parts("error"), 2), Some(0));
        assert_eq!(rarity.rarest(b"MAPI", &parts("MAPI"), 2), None);
    }
}
