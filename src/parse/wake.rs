//! Finds literals and phrases, however many there are and without case.
//!
//! There may be thousands of phrases: those of text clauses that ask for nothing else, so that no other evidence leads to
//! them. So the search must not cost more with each. Of every one four bytes are looked for: those that stand least often in
//! ordinary logs and are let through by the `sieve` anyway, or nearly. A text goes through the sieve, and what is left
//! is looked up in a table. Case is folded by a bit, so that a few other bytes pass too.

use super::rarity::Rarity;
use super::sieve::{Set, Sieve, Sifted, Sought};
use super::trigger::{Check, Trigger};
use std::ops::Range;

/// Bytes that are looked for together.
pub(super) const GRAM: usize = 4;
/// The bit that tells capitals from small letters.
pub(super) const CASE: u8 = 0x20;
/// Bytes around them that are compared at once, and how many of these stand before.
const WINDOW: usize = 16;
const BEFORE: usize = 4;
/// What takes the case off them.
const FOLD: u64 = u64::MAX / 0xFF * CASE as u64;
/// These bytes, or which of their bits count.
type Window = [u64; 2];
/// Hashes of four bytes: enough that a thousand phrases leave nearly all of them free.
const BITS: u32 = 16;
/// The same of those of which no more is known than whether they are looked for.
const FINE_BITS: u32 = 18;
/// What it costs to look at four bytes that turn up, to compare one more needle then, and to compare what stands beyond the
/// window, against having a place come through the sieve: as measured, a third of it, for three times as many places come
/// through as would if bytes knew nothing of each other.
const LOOK: f32 = 1.5;
const COMPARE: f32 = 1.0;
const BEYOND: f32 = 1.0;

/// The literals and phrases, by what is looked for of them.
#[derive(Debug, Clone)]
pub(crate) struct Wake {
    needles: Vec<Needle>,
    sieve: Sieve,
    /// The finer hashes of all four bytes that are looked for.
    sought: Set,
    /// By hash of four bytes, one more than the number of the first needle with it; 0 where there is none.
    table: Box<[u32]>,
}

/// A literal or phrase. Blanks in it stand for any blanks.
#[derive(Debug, Clone)]
struct Needle {
    /// What stands around the four bytes that are looked for, and which bits of that count.
    wanted: Window,
    mask: Window,
    check: Check,
    /// Where in its text the four bytes stand.
    at: usize,
    /// What the window does not compare.
    beyond: Option<Box<Beyond>>,
    /// One more than the number of the next needle with the same hash, or 0.
    next: u32,
}

/// What of a needle stands before and behind what a window compares.
#[derive(Debug, Clone)]
struct Beyond {
    /// How many bytes are compared before the four, and from there on.
    compared: [usize; 2],
    before: Box<[u8]>,
    behind: Box<[u8]>,
}

impl Wake {
    /// Looks for triggers and phrases. A phrase of less than four bytes wakes nobody.
    pub(crate) fn new<'n>(
        triggers: impl Iterator<Item = &'n Trigger>,
        phrases: impl IntoIterator<Item = &'n str>,
        rarity: &Rarity,
    ) -> Self {
        let triggers =
            triggers.flat_map(|trigger| trigger.spellings().into_iter().map(|text| (text, trigger.holds)));
        let phrases = phrases.into_iter().map(|phrase| (collapsed(phrase), (|_, _| true) as Check));
        let mut needles: Vec<(String, Check)> = triggers.chain(phrases).collect();
        // Those that leave little choice come first: the others find much of what they need in the sieve.
        needles.sort_by_key(|(text, _)| text.len());
        let mut wake = Wake {
            needles: Vec::new(),
            sieve: Sieve::new(),
            sought: Set::new(1 << FINE_BITS),
            table: vec![0; 1 << BITS].into(),
        };
        needles.into_iter().for_each(|(text, check)| wake.add(text, check, rarity));
        wake
    }

    fn add(&mut self, text: String, check: Check, rarity: &Rarity) {
        let Some(at) = self.cheapest(&text, rarity) else { return };
        let text = text.as_bytes();
        let (wanted, _) = window_at_an_end(text, at);
        let (mask, compared) = around(text, at);
        let (before, rest) = text.split_at(at - compared[0]);
        let (_, behind) = rest.split_at(compared.iter().sum());
        let beyond = Beyond { compared, before: before.into(), behind: behind.into() };
        let beyond = (before.len() + behind.len() > 0).then(|| Box::new(beyond));
        let gram = gram(wanted);
        self.sought.insert(hash::<FINE_BITS>(gram));
        let first = &mut self.table[hash::<BITS>(gram)];
        self.needles.push(Needle { wanted, mask, check, at, beyond, next: *first });
        *first = self.needles.len() as u32;
    }

    /// Where in a text the four bytes stand that cost least to look for. The sieve takes them in.
    fn cheapest(&mut self, text: &str, rarity: &Rarity) -> Option<usize> {
        let starts = parts(text).into_iter().flat_map(|part| part.start..(part.end + 1).saturating_sub(GRAM));
        let sought = starts.filter_map(|at| {
            let gram = text.as_bytes().get(at..)?.first_chunk()?;
            // Many needles for the same bytes cost dear where a log is full of these after all.
            let look = match self.having(*gram) {
                0 => LOOK,
                several => COMPARE * several as f32,
            };
            let (_, compared) = around(text.as_bytes(), at);
            let beyond = if compared.iter().sum::<usize>() < text.len() { BEYOND } else { 0.0 };
            Some(Sought { at, gram, cost: (look + beyond) * rarity.of_gram(gram) })
        });
        let sought = sought.collect();
        self.sieve.take_cheapest(sought, rarity)
    }

    /// Of how many needles four bytes with the hash of these are looked for already.
    fn having(&self, bytes: [u8; GRAM]) -> usize {
        let needle = |number: u32| self.needles.get((number as usize).wrapping_sub(1));
        let first = needle(self.table[hash::<BITS>(fold(bytes))]);
        std::iter::successors(first, |last| needle(last.next)).count()
    }

    /// Calls `found` with the offset of every place in a range where one may stand.
    pub(crate) fn find(&self, text: &[u8], range: Range<usize>, found: &mut impl FnMut(usize)) {
        let mut places = Sifted::new();
        let mut at = range.start;
        while let Some(rest) = text.get(at..text.len().min(range.end + GRAM - 1)) {
            let done = self.sieve.sift(rest, &mut places);
            if done == 0 {
                break;
            }
            places.retain(|place| {
                folded(rest, place).is_some_and(|gram| self.sought.has(hash::<FINE_BITS>(gram)))
            });
            places.iter().for_each(|place| self.look(text, at + place, found));
            at += done;
        }
        (at..range.end).for_each(|at| self.look(text, at, found));
    }

    /// Whether a needle may stand around the four bytes at `at`.
    fn look(&self, text: &[u8], at: usize, found: &mut impl FnMut(usize)) {
        let stands = match window(text, at) {
            Some(window) => self.stands(text, at, window, [u64::MAX; 2]),
            None => {
                let (window, held) = window_at_an_end(text, at);
                self.stands(text, at, window, held)
            }
        };
        if stands {
            found(at);
        }
    }

    /// Whether one may stand where this window is, of which these bits are held.
    #[inline(always)]
    fn stands(&self, text: &[u8], at: usize, window: Window, held: Window) -> bool {
        let mut next = self.table[hash::<BITS>(gram(window))];
        while let Some(needle) = self.needles.get((next as usize).wrapping_sub(1)) {
            let differs = |half: usize| (window[half] ^ needle.wanted[half]) & needle.mask[half] & held[half];
            if differs(0) | differs(1) == 0
                && needle.beyond.as_ref().is_none_or(|beyond| beyond.stands(text, at))
                && (needle.check)(text, at.saturating_sub(needle.at))
            {
                return true;
            }
            next = needle.next;
        }
        false
    }
}

impl Beyond {
    /// Whether this may stand around what was compared, around `at`. What the text does not hold any more counts as held.
    fn stands(&self, text: &[u8], at: usize) -> bool {
        let [before, from] = self.compared;
        let left = |place: usize| text.get(at.checked_sub(before + 1 + place)?).copied();
        let right = |place: usize| text.get(at + from + place).copied();
        same(self.behind.iter(), right) && same(self.before.iter().rev(), left)
    }
}

/// Whether a text goes on like a phrase: case and the kind and number of blanks, line ends and quoting apart.
#[inline]
fn same<'p>(phrase: impl Iterator<Item = &'p u8>, text: impl Fn(usize) -> Option<u8>) -> bool {
    let gap = |byte: u8| byte.is_ascii_whitespace() || matches!(byte, b'>' | b'|');
    let (mut place, mut in_gap) = (0, false);
    for wanted in phrase {
        let blank = *wanted == b' ';
        if blank && in_gap {
            continue;
        }
        in_gap = blank;
        let Some(found) = text(place) else { return true };
        place += 1;
        if blank {
            if !gap(found) {
                return false;
            }
            while text(place).is_some_and(gap) {
                place += 1;
            }
        } else if wanted | CASE != found | CASE {
            return false;
        }
    }
    true
}

/// Four bytes without case.
#[inline]
pub(super) fn fold(gram: [u8; GRAM]) -> u32 {
    u32::from_le_bytes(gram) | u32::from_le_bytes([CASE; GRAM])
}

/// The four bytes at `at`, without case.
#[inline]
pub(super) fn folded(text: &[u8], at: usize) -> Option<u32> {
    text.get(at..)?.first_chunk().copied().map(fold)
}

/// The four bytes before `at` and the twelve from there on, without case; `None` where the text has less.
#[inline]
fn window(text: &[u8], at: usize) -> Option<Window> {
    let bytes = text.get(at.checked_sub(BEFORE)?..)?.first_chunk()?;
    Some(halves(bytes).map(|half| half | FOLD))
}

/// The same of what there is, and the bits that are held.
#[cold]
fn window_at_an_end(text: &[u8], at: usize) -> (Window, Window) {
    let byte = |place: usize| text.get((at + place).checked_sub(BEFORE)?);
    let (mut bytes, mut held) = ([0; WINDOW], [0; WINDOW]);
    for (place, byte) in (0..WINDOW).filter_map(|place| Some((place, byte(place)?))) {
        (bytes[place], held[place]) = (*byte, 0xFF);
    }
    (halves(&bytes).map(|half| half | FOLD), halves(&held))
}

#[inline]
fn halves(bytes: &[u8; WINDOW]) -> Window {
    let whole = u128::from_le_bytes(*bytes);
    [whole as u64, (whole >> 64) as u64]
}

/// Which bits of the window around what is looked for of a needle count, and how many of its bytes these are before `at` and
/// from there on. A blank can be any number of them, so what stands beyond it can stand farther off.
fn around(needle: &[u8], at: usize) -> (Window, [usize; 2]) {
    let (left, right) = needle.split_at(at);
    let solid = |byte: &&u8| **byte != b' ';
    let before = left.iter().rev().take(BEFORE).take_while(solid).count();
    let behind = right.iter().skip(GRAM).take_while(solid).count();
    let after = (GRAM + behind).min(WINDOW - BEFORE);
    let counts = BEFORE - before..BEFORE + after;
    let bytes = std::array::from_fn(|place| if counts.contains(&place) { 0xFF } else { 0 });
    (halves(&bytes), [before, after])
}

/// The four bytes that a window is around.
#[inline]
fn gram(window: Window) -> u32 {
    (window[0] >> (8 * BEFORE)) as u32
}

/// A hash of four bytes, of so many bits.
#[inline]
pub(super) fn hash<const BITS: u32>(gram: u32) -> usize {
    (gram.wrapping_mul(0x9E37_79B1) >> (u32::BITS - BITS)) as usize
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
        Wake::new(std::iter::empty(), phrases.iter().copied(), &Rarity::new()).find(
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
