//! Finds long literals and phrases, however many there are and without case.
//!
//! There may be thousands of phrases: those of text clauses that ask for nothing else, so that no other evidence leads to
//! them. So the search must not cost more with each. Of every phrase the longest word is looked for, as Wu and Manber
//! do: a table says of any four bytes how far the end of a word can at least be away (S. Wu, U. Manber, A fast algorithm
//! for multi-pattern searching, 1994). Case is folded by a bit, so that a few other bytes pass too.

use super::trigger::{Check, Trigger};

/// The least bytes of a literal that is looked for here: the shorter the shortest is, the slower is the search.
pub(crate) const LONG: usize = 8;
/// Places in the text that are gone on from at once.
const LANES: usize = 4;
/// Bytes that are looked up together.
const GRAM: usize = 4;
/// Places in the table.
const BITS: u32 = 15;
/// The bit that tells capitals from small letters.
const CASE: u8 = 0x20;

/// The literals and phrases, by what is looked for of them.
#[derive(Debug, Clone)]
pub(crate) struct Wake {
    needles: Vec<Needle>,
    /// Bytes of each that are looked for.
    length: usize,
    /// By hash of four bytes: how far to go on at least; 0 where a part that is looked for may end.
    shifts: Vec<u8>,
    /// By the same hash, one more than the number of the first needle whose part ends there.
    ends: Vec<u32>,
}

#[derive(Debug, Clone)]
struct Needle {
    text: String,
    /// Where the part that is looked for begins.
    at: usize,
    /// How long that part may be.
    room: usize,
    check: Check,
    /// One more than the number of the next needle whose part ends in the same four bytes.
    next: u32,
}

impl Wake {
    /// Looks for triggers and phrases. A phrase of less than four bytes wakes nobody.
    pub(crate) fn new<'n>(
        triggers: impl Iterator<Item = &'n Trigger>,
        phrases: impl IntoIterator<Item = &'n str>,
    ) -> Self {
        let mut length = usize::from(u8::MAX);
        let mut needles = Vec::new();
        for trigger in triggers {
            length = length.min(trigger.literal.len());
            let text = trigger.literal.to_owned();
            needles.push(Needle { room: text.len(), text, at: 0, check: trigger.holds, next: 0 });
        }
        for text in phrases.into_iter().map(collapsed) {
            if let Some((at, part)) = placed(&text) {
                length = length.min(part);
                needles.push(Needle { text, at, room: part, check: |_, _| true, next: 0 });
            }
        }
        let mut wake = Wake {
            needles: Vec::new(),
            length,
            shifts: vec![(length - GRAM + 1) as u8; 1 << BITS],
            ends: vec![0; 1 << BITS],
        };
        needles.into_iter().for_each(|needle| wake.add(needle));
        wake
    }

    fn add(&mut self, mut needle: Needle) {
        needle.at += rarest_end(needle.part(), self.length);
        let word = needle.text.as_bytes().get(needle.at..needle.at + self.length).unwrap_or_default();
        for (start, gram) in word.windows(GRAM).enumerate() {
            let Some(hash) = hash(gram, 0) else { continue };
            let left = self.length - GRAM - start;
            self.shifts[hash] = self.shifts[hash].min(left as u8);
            if left == 0 {
                needle.next = self.ends[hash];
                self.ends[hash] = self.needles.len() as u32 + 1;
            }
        }
        self.needles.push(needle);
    }

    /// Calls `found` with the offset of every place where one may stand.
    ///
    /// The text is gone over from several places at once: each step waits for the one before.
    pub(crate) fn find(&self, text: &[u8], found: &mut impl FnMut(usize)) {
        let first = self.length - GRAM;
        let lane = text.len() / LANES;
        let mut at: [usize; LANES] = std::array::from_fn(|number| number * lane + first);
        let mut end: [usize; LANES] = std::array::from_fn(|number| (number + 1) * lane + first);
        end[LANES - 1] = text.len();
        let behind = |at: &[usize; LANES]| at.iter().zip(&end).all(|(at, end)| at < end);
        'lanes: while behind(&at) {
            for at in &mut at {
                let Some(hash) = hash(text, *at) else { break 'lanes };
                *at += self.step(text, *at, hash, found);
            }
        }
        for (mut at, end) in at.into_iter().zip(end) {
            while at < end
                && let Some(hash) = hash(text, at)
            {
                at += self.step(text, at, hash, found);
            }
        }
    }

    /// How far to go on from the four bytes at `at`, whose hash is given.
    #[inline]
    fn step(&self, text: &[u8], at: usize, hash: usize, found: &mut impl FnMut(usize)) -> usize {
        let shift = self.shifts[hash];
        if shift == 0 {
            self.look(text, at + GRAM - self.length, hash, found);
        }
        usize::from(shift.max(1))
    }

    #[cold]
    fn look(&self, text: &[u8], start: usize, hash: usize, found: &mut impl FnMut(usize)) {
        let mut next = self.ends[hash];
        while let Some(needle) = next.checked_sub(1).and_then(|number| self.needles.get(number as usize)) {
            if needle.stands(text, start) {
                return found(start);
            }
            next = needle.next;
        }
    }
}

impl Needle {
    /// The part that may be looked for.
    fn part(&self) -> &[u8] {
        self.text.as_bytes().get(self.at..self.at + self.room).unwrap_or_default()
    }

    /// Whether the needle may stand where its part begins at `start`. What the text does not hold any more counts as held.
    fn stands(&self, text: &[u8], start: usize) -> bool {
        let (before, after) = self.text.as_bytes().split_at(self.at);
        let (left, right) = text.split_at(start.min(text.len()));
        same(after.iter(), right.iter())
            && same(before.iter().rev(), left.iter().rev())
            && (self.check)(text, start.saturating_sub(self.at))
    }
}

/// Whether a text goes on like a phrase: case and the kind and number of blanks, line ends and quoting apart.
fn same<'a>(phrase: impl Iterator<Item = &'a u8>, text: impl Iterator<Item = &'a u8>) -> bool {
    let gap = |byte: u8| byte.is_ascii_whitespace() || matches!(byte, b'>' | b'|');
    let mut text = text.peekable();
    for wanted in phrase {
        let Some(found) = text.next() else { return true };
        if *wanted == b' ' {
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

/// The place in the table of the four bytes at `at`.
#[inline]
fn hash(text: &[u8], at: usize) -> Option<usize> {
    let gram = text.get(at..at + GRAM)?.first_chunk::<GRAM>()?;
    let folded = u32::from_le_bytes(*gram) | u32::from_le_bytes([CASE; GRAM]);
    Some((folded.wrapping_mul(0x9E37_79B1) >> (32 - BITS)) as usize)
}

/// Where in a part the stretch of `length` bytes begins whose last four bytes are the rarest: each time they turn up costs
/// a look.
fn rarest_end(part: &[u8], length: usize) -> usize {
    const COMMON: &[u8] = b"etaoinsrhldcumfpgwybvkxjqz";
    let rank = |byte: &u8| COMMON.iter().position(|common| *common == (byte | CASE)).unwrap_or(COMMON.len());
    let starts = 0..=part.len().saturating_sub(length);
    let rarity = |start: &usize| {
        let end = part.get(start + length - GRAM..start + length).unwrap_or_default();
        end.iter().map(rank).sum::<usize>()
    };
    starts.max_by_key(rarity).unwrap_or(0)
}

fn collapsed(phrase: &str) -> String {
    phrase.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// Where the part of a phrase that is looked for begins, and how long it may be: its longest word, or where all are short
/// the whole phrase, which is then not found across a line end.
fn placed(phrase: &str) -> Option<(usize, usize)> {
    const SHORT: usize = 6;
    let words = phrase.split(' ').map(|word| (word.as_ptr() as usize - phrase.as_ptr() as usize, word.len()));
    let longest = words.max_by_key(|(_, length)| *length)?;
    let part = if longest.1 >= SHORT { longest } else { (0, phrase.len()) };
    (part.1 >= GRAM).then_some(part)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn found(phrases: &[&str], text: &str) -> Vec<usize> {
        let mut found = Vec::new();
        Wake::new(std::iter::empty(), phrases.iter().copied())
            .find(text.as_bytes(), &mut |at: usize| found.push(at));
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
        assert_eq!(found(&["Local  delivery queue"], "a LOCAL\r\n> > Delivery  queue"), [13]);
        assert!(found(&["Local delivery queue"], "remote delivery queue").is_empty());
        assert_eq!(found(&["événement perdu"], "ÉVÉNEMENT PERDU").len(), 1);
    }

    #[test]
    fn what_the_text_does_not_hold_any_more_is_taken_for_the_phrase() {
        assert_eq!(found(&["local delivery queue"], "delivery"), [0]);
    }

    #[test]
    fn phrases_that_are_too_short_wake_nobody() {
        assert!(found(&["MTA", ""], "MTA").is_empty());
    }
}
