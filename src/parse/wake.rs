//! Finds literals and phrases, however many there are and without case.
//!
//! There may be thousands of phrases: those of text clauses that ask for nothing else, so that no other evidence leads to
//! them. So the search must not cost more with each. Of every one the four rarest bytes go into a table, and the four bytes
//! at every place of the text are looked up there. No look-up waits for another, as it would where each says how far to go
//! on. Case is folded by a bit, so that a few other bytes pass too.

use super::rarity::Rarity;
use super::trigger::{Check, Trigger};
use rustc_hash::FxHashMap;
use std::ops::Range;

/// Bytes that are looked up together.
pub(super) const GRAM: usize = 4;
/// Places that are looked up before one asks whether there was anything.
const AT_ONCE: usize = 16;
/// Places in the table: a thousand phrases leave it nearly empty.
const BITS: u32 = 17;
const PLACES: usize = 1 << BITS;
/// The bit that tells capitals from small letters.
pub(super) const CASE: u8 = 0x20;

/// The literals and phrases, by what is looked for of them.
#[derive(Debug, Clone)]
pub(crate) struct Wake {
    needles: Vec<Needle>,
    /// By hash of four bytes: whether they are looked for.
    table: Box<[bool; PLACES]>,
    /// By the same hash, the number of the first needle with it.
    first: FxHashMap<usize, usize>,
}

/// A literal or phrase.
#[derive(Debug, Clone)]
struct Needle {
    text: String,
    /// Whether it has blanks, which stand for any blanks.
    gaps: bool,
    check: Check,
    /// Where in the text the four bytes stand that are looked for.
    at: usize,
    /// These and the four behind them, without case, and which bits of them count.
    wanted: u64,
    mask: u64,
    /// The number of the next needle with the same hash.
    next: Option<usize>,
}

impl Wake {
    /// Looks for triggers and phrases. A phrase of less than four bytes wakes nobody.
    pub(crate) fn new<'n>(
        triggers: impl Iterator<Item = &'n Trigger>,
        phrases: impl IntoIterator<Item = &'n str>,
    ) -> Self {
        let triggers =
            triggers.flat_map(|trigger| trigger.spellings().into_iter().map(|text| (text, trigger.holds)));
        let phrases = phrases.into_iter().map(|phrase| (collapsed(phrase), (|_, _| true) as Check));
        let mut wake =
            Wake { needles: Vec::new(), table: Box::new([false; PLACES]), first: FxHashMap::default() };
        let rarity = Rarity::new();
        triggers.chain(phrases).for_each(|(text, check)| wake.add(text, check, &rarity));
        wake
    }

    fn add(&mut self, text: String, check: Check, rarity: &Rarity) {
        let bytes = text.as_bytes();
        let Some(at) = rarity.rarest(bytes, &parts(&text), |place| self.table[place]) else {
            return;
        };
        let (wanted, held) = window(bytes, at);
        // A blank can be any number of them, so what stands behind it can stand farther off.
        let behind = bytes.get(at + GRAM..).unwrap_or_default();
        let mask = held & first_bytes(GRAM + behind.iter().take_while(|byte| **byte != b' ').count());
        let place = hash(wanted as u32);
        let next = self.first.insert(place, self.needles.len());
        self.needles.push(Needle { gaps: text.contains(' '), text, check, at, wanted, mask, next });
        self.table[place] = true;
    }

    /// Calls `found` with the offset of every place in a range where one may stand.
    pub(crate) fn find(&self, text: &[u8], range: Range<usize>, found: &mut impl FnMut(usize)) {
        let mut at = range.start;
        while at < range.end
            && let Some(group) = text.get(at..at + AT_ONCE + GRAM)
        {
            let known = |place: usize| folded(group, place).is_some_and(|gram| self.table[hash(gram)]);
            if (0..AT_ONCE).fold(false, |any, place| any | known(place)) {
                // No branch a place: which it is nobody can foretell.
                let mut places = (0..AT_ONCE).fold(0, |all, place| all | u32::from(known(place)) << place);
                while places != 0 {
                    self.look(text, at + places.trailing_zeros() as usize, found);
                    places &= places - 1;
                }
            }
            at += AT_ONCE;
        }
        (at..range.end).for_each(|at| self.look(text, at, found));
    }

    /// Whether a needle may stand around the four bytes at `at`.
    fn look(&self, text: &[u8], at: usize, found: &mut impl FnMut(usize)) {
        let (window, held) = window(text, at);
        let mut next = self.first.get(&hash(window as u32)).copied();
        while let Some(needle) = next.and_then(|number| self.needles.get(number)) {
            if (window ^ needle.wanted) & needle.mask & held == 0 && needle.stands(text, at) {
                return found(at);
            }
            next = needle.next;
        }
    }
}

impl Needle {
    /// Whether the needle may stand where what is looked for of it stands at `at`. What the text does not hold any more
    /// counts as held.
    fn stands(&self, text: &[u8], at: usize) -> bool {
        let whole = |start: usize| text.get(start..start + self.text.len());
        if let Some(found) = at.checked_sub(self.at).and_then(whole).filter(|_| !self.gaps) {
            let mut pairs = self.text.bytes().zip(found);
            return pairs.all(|(one, other)| one | CASE == other | CASE) && (self.check)(text, at - self.at);
        }
        let (before, after) = self.text.as_bytes().split_at(self.at);
        let (left, right) = text.split_at(at.min(text.len()));
        same(after.iter(), right.iter())
            && same(before.iter().rev(), left.iter().rev())
            && (self.check)(text, at.saturating_sub(self.at))
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
pub(super) fn folded(text: &[u8], at: usize) -> Option<u32> {
    let gram = text.get(at..)?.first_chunk::<GRAM>()?;
    Some(u32::from_le_bytes(*gram) | u32::from_le_bytes([CASE; GRAM]))
}

/// The eight bytes at `at`, without case, and the bits of those that there are.
#[inline]
fn window(text: &[u8], at: usize) -> (u64, u64) {
    let rest = text.get(at..).unwrap_or_default();
    let mut window = [0; 8];
    let held = match rest.first_chunk() {
        Some(whole) => {
            window = *whole;
            u64::MAX
        }
        None => {
            window.iter_mut().zip(rest).for_each(|(to, byte)| *to = *byte);
            first_bytes(rest.len())
        }
    };
    (u64::from_le_bytes(window) | u64::from_le_bytes([CASE; 8]), held)
}

/// The bits of the first `count` of eight bytes.
fn first_bytes(count: usize) -> u64 {
    u64::MAX.checked_shr(64 - 8 * count.min(8) as u32).unwrap_or(0)
}

/// The place of four bytes in the table.
#[inline]
pub(super) fn hash(folded: u32) -> usize {
    (folded.wrapping_mul(0x9E37_79B1) >> (32 - BITS)) as usize
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
    let words: Vec<Range<usize>> = words.filter(|word| word.len() >= GRAM).collect();
    if words.iter().any(|word| word.len() > GRAM + 1) {
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
}
