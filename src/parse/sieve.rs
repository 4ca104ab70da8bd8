//! A coarse, vectorised look at every place of a text: may one of many sequences of four bytes begin there?
//!
//! The sequences stand in groups, each a bit of a byte. For each of the four places of a sequence two tables of sixteen bytes
//! tell which groups have one with such a lower and such an upper half of the byte there. What both tables have for all four
//! bytes are the groups one of whose sequences may begin: the lookup by half bytes of the Teddy algorithm of Hyperscan.
//! It lets through more than the sequences; so which group takes one follows from how much more.

use super::rarity::Rarity;
use super::wake::{CASE, GRAM};
use fearless_simd::prelude::*;
use fearless_simd::{Level, Simd, dispatch, u8x16};
use smallvec::SmallVec;

/// Groups: a bit each, in so many bytes.
const GROUPS: usize = 8 * BYTES;
const BYTES: usize = 4;
/// Places that are looked at together: what was found at them is a bit each.
pub(super) const WORD: usize = 64;
/// Places that are handed over together, at most.
const AT_ONCE: usize = 1024;
/// Places that a word has, mostly.
const FEW: usize = 4;

/// Lower and upper half of a byte, and for each value the groups that have it.
type Halves = [[u8; 16]; 2];

/// Sequences of four bytes, found without case.
#[derive(Debug, Clone)]
pub(super) struct Sieve {
    masks: [[Halves; GRAM]; BYTES],
    groups: [Group; GROUPS],
}

/// What one group lets through at each of the four places.
#[derive(Debug, Clone, Copy, Default)]
struct Group {
    places: [Class; GRAM],
    /// The share of all bytes of a text that it lets through at each.
    shares: [f32; GRAM],
}

/// Bytes by their halves: a bit for each value of the lower one, and of the upper one.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(super) struct Class {
    pub(super) lower: u16,
    pub(super) upper: u16,
}

/// A sequence that may be looked for: one of several, of which one is enough.
#[derive(Debug)]
pub(super) struct Sought<'g> {
    pub(super) at: usize,
    /// Four bytes. One of less goes on with any.
    pub(super) gram: &'g [u8],
    /// What it costs wherever it turns up, against having a place come through the sieve.
    pub(super) cost: f32,
}

/// Several of them: as many as a name or a phrase has.
pub(super) type AllSought<'g> = SmallVec<[Sought<'g>; 32]>;

impl Sieve {
    pub(super) fn new() -> Self {
        Sieve { masks: Default::default(), groups: Default::default() }
    }

    /// Takes in the sequence that costs least, and says where it is.
    pub(super) fn take_cheapest(&mut self, mut sought: AllSought<'_>, rarity: &Rarity) -> Option<usize> {
        sought.sort_unstable_by(|one, other| one.cost.total_cmp(&other.cost).then(one.at.cmp(&other.at)));
        let mut cheapest: Option<(&Sought, usize, f32)> = None;
        for sought in &sought {
            // This and what follows cost at least as much.
            if cheapest.is_some_and(|(.., cost)| sought.cost >= cost) {
                break;
            }
            let (group, growth) = self.place(sought.gram, rarity);
            let cost = sought.cost + growth;
            if cheapest.is_none_or(|(.., least)| cost < least) {
                cheapest = Some((sought, group, cost));
            }
        }
        let (sought, group, _) = cheapest?;
        self.add(sought.gram, group, rarity);
        Some(sought.at)
    }

    /// The group in which a sequence costs least, and the share of all places of a text at which the sieve then lets through
    /// more than it does.
    fn place(&self, gram: &[u8], rarity: &Rarity) -> (usize, f32) {
        let classes = classes(gram);
        if let Some(group) = self.groups.iter().position(|held| held.has(&classes)) {
            return (group, 0.0);
        }
        let growth = |held: &Group| held.with(&classes, rarity).share() - held.share();
        let groups = self.groups.iter().map(growth).enumerate();
        groups.min_by(|(_, one), (_, other)| one.total_cmp(other)).unwrap_or_default()
    }

    fn add(&mut self, gram: &[u8], number: usize, rarity: &Rarity) {
        let group = &mut self.groups[number];
        *group = group.with(&classes(gram), rarity);
        for (halves, class) in self.masks[number / 8].iter_mut().zip(group.places) {
            for (table, values) in halves.iter_mut().zip([class.lower, class.upper]) {
                let groups = table.iter_mut().enumerate().filter(|(value, _)| values >> value & 1 == 1);
                groups.for_each(|(_, groups)| *groups |= 1 << (number % 8));
            }
        }
    }

    /// The places of a text at which one may begin, in order: of as many words as are full, fit in, and have the three bytes
    /// behind them that sequences at their last places go on with. How many bytes these are.
    pub(super) fn sift(&self, text: &[u8], places: &mut Sifted) -> usize {
        places.count = 0;
        dispatch!(Level::new(), simd => sift(simd, &self.masks, text, places))
    }
}

/// The places of a text that came through, as offsets.
#[derive(Debug)]
pub(super) struct Sifted {
    /// What lies behind the count means nothing.
    offsets: [u32; AT_ONCE + WORD],
    count: usize,
}

impl Sifted {
    pub(super) fn new() -> Self {
        Sifted { offsets: [0; AT_ONCE + WORD], count: 0 }
    }

    pub(super) fn iter(&self) -> impl Iterator<Item = usize> {
        self.offsets.iter().take(self.count).map(|offset| *offset as usize)
    }

    /// Leaves those that `holds`. Without a branch: which ones do cannot be foretold.
    #[inline]
    pub(super) fn retain(&mut self, holds: impl Fn(usize) -> bool) {
        let mut count = 0;
        for number in 0..self.count.min(self.offsets.len()) {
            let offset = self.offsets[number];
            self.offsets[count.min(number)] = offset;
            count += usize::from(holds(offset as usize));
        }
        self.count = count;
    }

    /// Takes in the set bits of a word, which begins at an offset.
    #[inline(always)]
    fn push(&mut self, start: u32, mut word: u64) {
        let count = self.count + word.count_ones() as usize;
        // Most words have few: how many cannot be foretold, so the first are taken in whether they are there or not.
        while let Some(next) = self.offsets.get_mut(self.count..self.count + FEW) {
            for next in next {
                *next = start + word.trailing_zeros();
                word &= word.wrapping_sub(1);
            }
            self.count += FEW;
            if word == 0 {
                break;
            }
        }
        self.count = count;
    }
}

#[inline(always)]
fn sift<S: Simd>(simd: S, masks: &[[Halves; GRAM]; BYTES], text: &[u8], places: &mut Sifted) -> usize {
    let (low, none) = (S::u8s::splat(simd, 0x0F), S::u8s::splat(simd, 0));
    let mut tables = [[[none; 2]; GRAM]; BYTES];
    for byte in 0..BYTES {
        for place in 0..GRAM {
            for half in 0..2 {
                let table = u8x16::from_slice(simd, &masks[byte][place][half]);
                tables[byte][place][half] = S::u8s::block_splat(table);
            }
        }
    }
    let mut done = 0;
    while places.count + WORD <= AT_ONCE
        && let Some(text) = text.get(done..done + WORD + GRAM - 1)
    {
        let mut word = 0;
        for part in (0..WORD).step_by(S::u8s::LEN) {
            let mut groups = [S::u8s::splat(simd, 0xFF); BYTES];
            for place in 0..GRAM {
                let bytes = S::u8s::from_slice(simd, &text[part + place..part + place + S::u8s::LEN]);
                let (lower, upper) = (bytes & low, bytes >> 4);
                for byte in 0..BYTES {
                    let [of_lower, of_upper] = tables[byte][place];
                    groups[byte] = groups[byte]
                        & of_lower.swizzle_dyn_within_blocks(lower)
                        & of_upper.swizzle_dyn_within_blocks(upper);
                }
            }
            let mut any = none;
            for group in groups {
                any |= group;
            }
            word |= (!any.simd_eq(none)).to_bitmask() << part;
        }
        places.push(done as u32, word);
        done += WORD;
    }
    done
}

/// Numbers below a bound, a bit each.
#[derive(Debug, Clone)]
pub(super) struct Set(Box<[u64]>);

impl Set {
    pub(super) fn new(bound: usize) -> Self {
        Set(vec![0; bound.div_ceil(WORD)].into())
    }

    pub(super) fn insert(&mut self, number: usize) {
        self.0[number / WORD] |= 1 << (number % WORD);
    }

    #[inline]
    pub(super) fn has(&self, number: usize) -> bool {
        self.0[number / WORD] >> (number % WORD) & 1 == 1
    }
}

/// What lets through one sequence at each place, in either case.
fn classes(gram: &[u8]) -> [Class; GRAM] {
    let class =
        |byte: &u8| Class { lower: 1 << (byte & 0x0F), upper: 1 << (byte >> 4) | 1 << ((byte ^ CASE) >> 4) };
    let any = Class { lower: u16::MAX, upper: u16::MAX };
    std::array::from_fn(|at| gram.get(at).map_or(any, class))
}

impl Class {
    fn or(self, other: Class) -> Class {
        Class { lower: self.lower | other.lower, upper: self.upper | other.upper }
    }
}

impl Group {
    /// The share of all places of a text at which it lets something through.
    fn share(&self) -> f32 {
        self.shares.iter().product()
    }

    fn has(&self, classes: &[Class; GRAM]) -> bool {
        self.places.iter().zip(classes).all(|(held, class)| held.or(*class) == *held)
    }

    fn with(mut self, classes: &[Class; GRAM], rarity: &Rarity) -> Self {
        for ((held, share), class) in self.places.iter_mut().zip(&mut self.shares).zip(classes) {
            let joined = held.or(*class);
            if joined != *held {
                (*held, *share) = (joined, rarity.of_class(joined));
            }
        }
        self
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The places of `text` that come through a sieve of these.
    fn through(grams: &[&[u8; GRAM]], text: &str) -> Vec<usize> {
        let (mut sieve, rarity) = (Sieve::new(), Rarity::new());
        for gram in grams {
            let sought = Sought { at: 0, gram: *gram, cost: 0.0 };
            sieve.take_cheapest([sought].into_iter().collect(), &rarity);
        }
        let (mut places, mut found, mut at) = (Sifted::new(), Vec::new(), 0);
        while let done @ 1.. = sieve.sift(&text.as_bytes()[at..], &mut places) {
            found.extend(places.iter().map(|place| at + place));
            at += done;
        }
        found
    }

    #[test]
    fn one_sequence_is_found_at_every_place_and_in_either_case() {
        for before in 0..2 * WORD {
            for gram in ["stop", "STOP", "sToP"] {
                let text = format!("{}{gram}{}", " ".repeat(before), " ".repeat(2 * WORD));
                assert_eq!(through(&[b"stop"], &text), [before], "{gram}");
            }
        }
    }

    #[test]
    fn all_sequences_come_through_however_many() {
        let grams: Vec<[u8; GRAM]> = (0..4_000_u32)
            .map(|n| n.wrapping_mul(0x9E37_79B1).to_le_bytes().map(|byte| byte & 0x7F))
            .collect();
        let grams: Vec<&[u8; GRAM]> = grams.iter().collect();
        for gram in grams.iter().step_by(97) {
            let text = [&gram[..], &[b' '; 2 * WORD]].concat();
            assert_eq!(through(&grams, &String::from_utf8(text).unwrap()).first(), Some(&0), "{gram:?}");
        }
    }

    #[test]
    fn letters_beyond_ascii_come_through() {
        let text = format!("Журнал событий {}", "x".repeat(WORD));
        let gram: &[u8; GRAM] = "со".as_bytes().try_into().unwrap();
        assert_eq!(through(&[gram], &text), [text.find("со").unwrap()]);
    }

    #[test]
    fn the_end_of_a_text_is_left_to_others() {
        assert!(through(&[b"stop"], &"stop".repeat(16)).is_empty());
        assert_eq!(through(&[b"stop"], &format!("{}sto", "stop".repeat(16))).len(), 16);
    }
}
