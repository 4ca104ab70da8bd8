//! A coarse, vectorised look at every place of a text: may one of many sequences of four bytes begin there?
//!
//! The sequences stand in groups, each a bit of a byte. For each of the four places of a sequence a table of sixteen bytes
//! tells which groups have one with such a lower half of the byte there, and for each two places another which have one with
//! such kinds of bytes there. What all tables have are the groups one of whose sequences may begin: the lookup by half bytes
//! of the Teddy algorithm of Hyperscan, but that two upper halves are looked up together, for without case two bits of each
//! tell nearly all. It lets through more than the sequences; so which group takes one follows from how much more.

use super::rarity::Rarity;
use super::wake::GRAM;
use fearless_simd::prelude::*;
use fearless_simd::{Level, Simd, dispatch, u8x16};
use smallvec::SmallVec;
use std::ops::{BitAnd, BitOr, Shr};

/// Groups: a bit each, in so many bytes.
const GROUPS: usize = 8 * BYTES;
const BYTES: usize = 4;
/// Places of a sequence, two and two.
const PAIRS: usize = GRAM / 2;
/// Kinds of bytes, as `kind` numbers them, and a byte of each.
pub(super) const KINDS: usize = 4;
const EACH_KIND: [u8; KINDS] = *b" 0ap";
/// Places that are looked at together: what was found at them is a bit each.
pub(super) const WORD: usize = 64;
/// Places that are handed over together, at most.
const AT_ONCE: usize = 1024;
/// Places that a word has, mostly.
const FEW: usize = 3;

/// Of two places the lower half of the one, that of the other, and the kinds of both; for each value the groups that have it.
type Tables = [[u8; 16]; 3];

/// Sequences of four bytes, found without case.
#[derive(Debug, Clone)]
pub(super) struct Sieve {
    masks: [[Tables; PAIRS]; BYTES],
    groups: [Group; GROUPS],
}

/// What one group lets through at each two of the four places.
#[derive(Debug, Clone, Copy, Default)]
struct Group {
    pairs: [Pair; PAIRS],
    /// The share of all places of a text at which it lets through each.
    shares: [f32; PAIRS],
}

/// Two bytes that follow each other: a bit for each value of the lower half of the one, of that of the other, and of the
/// kinds of both.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(super) struct Pair {
    pub(super) lowers: [u16; 2],
    pub(super) kinds: u16,
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
        let pairs = pairs(gram);
        if let Some(group) = self.groups.iter().position(|held| held.has(&pairs)) {
            return (group, 0.0);
        }
        let growth = |held: &Group| held.with(&pairs, rarity).share() - held.share();
        let groups = self.groups.iter().map(growth).enumerate();
        groups.min_by(|(_, one), (_, other)| one.total_cmp(other)).unwrap_or_default()
    }

    fn add(&mut self, gram: &[u8], number: usize, rarity: &Rarity) {
        let group = &mut self.groups[number];
        *group = group.with(&pairs(gram), rarity);
        for (tables, Pair { lowers: [one, other], kinds }) in
            self.masks[number / 8].iter_mut().zip(group.pairs)
        {
            for (table, values) in tables.iter_mut().zip([one, other, kinds]) {
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
fn sift<S: Simd>(simd: S, masks: &[[Tables; PAIRS]; BYTES], text: &[u8], places: &mut Sifted) -> usize {
    let none = S::u8s::splat(simd, 0);
    let mut tables = [[[none; 3]; PAIRS]; BYTES];
    let each = tables.as_flattened_mut().as_flattened_mut().iter_mut();
    for (table, mask) in each.zip(masks.as_flattened().as_flattened()) {
        *table = S::u8s::block_splat(u8x16::from_slice(simd, mask));
    }
    let mut done = 0;
    while places.count + WORD <= AT_ONCE
        && let Some(text) = text.get(done..done + WORD + GRAM - 1)
    {
        let mut word = 0;
        for part in (0..WORD).step_by(S::u8s::LEN) {
            let mut groups = [S::u8s::splat(simd, 0xFF); BYTES];
            for pair in 0..PAIRS {
                let bytes = |at: usize| S::u8s::from_slice(simd, &text[part + at..part + at + S::u8s::LEN]);
                let (one, other) = (bytes(2 * pair), bytes(2 * pair + 1));
                let values = [one & 0x0F, other & 0x0F, both_kinds(one, other)];
                for (groups, tables) in groups.iter_mut().zip(&tables) {
                    for (table, value) in tables[pair].iter().zip(values) {
                        *groups &= table.swizzle_dyn_within_blocks(value);
                    }
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

/// What lets through one sequence at each two places, in either case.
fn pairs(gram: &[u8]) -> [Pair; PAIRS] {
    std::array::from_fn(|pair| {
        let [one, other] = [0, 1].map(|at| gram.get(2 * pair + at));
        let lower = |byte: Option<&u8>| byte.map_or(u16::MAX, |byte| 1 << (byte & 0x0F));
        let mut held = Pair { lowers: [lower(one), lower(other)], kinds: 0 };
        for one in one.map_or(&EACH_KIND[..], std::slice::from_ref) {
            for other in other.map_or(&EACH_KIND[..], std::slice::from_ref) {
                held.kinds |= 1 << both_kinds(*one, *other);
            }
        }
        held
    })
}

impl Pair {
    fn or(self, other: Pair) -> Pair {
        let lowers = std::array::from_fn(|place| self.lowers[place] | other.lowers[place]);
        Pair { lowers, kinds: self.kinds | other.kinds }
    }

    /// The kinds of the one and of the other that it has.
    pub(super) fn each_kinds(self) -> impl Iterator<Item = [usize; 2]> {
        let mut left = self.kinds;
        std::iter::from_fn(move || {
            let value = left.trailing_zeros() as usize;
            left = (left != 0).then(|| left & (left - 1))?;
            Some([value >> 2 & 0b10 | value >> 1 & 0b01, value >> 1 & 0b10 | value & 0b01])
        })
    }
}

/// The kind of a byte, by two bits that case leaves alone: blanks and signs, digits, letters up to `o`, those from `p` on.
pub(super) fn kind(byte: u8) -> usize {
    usize::from(byte >> 5 & 0b10 | byte >> 4 & 0b01)
}

/// The kinds of two bytes, or of two vectors of them, as half a byte: each bit of the one before that of the other.
#[inline(always)]
fn both_kinds<B>(one: B, other: B) -> B
where
    B: Shr<u32, Output = B> + BitAnd<u8, Output = B> + BitOr<Output = B>,
{
    one >> 3 & 0b1010 | other >> 4 & 0b0101
}

impl Group {
    /// The share of all places of a text at which it lets something through.
    fn share(&self) -> f32 {
        self.shares.iter().product()
    }

    fn has(&self, pairs: &[Pair; PAIRS]) -> bool {
        self.pairs.iter().zip(pairs).all(|(held, pair)| held.or(*pair) == *held)
    }

    fn with(mut self, pairs: &[Pair; PAIRS], rarity: &Rarity) -> Self {
        for ((held, share), pair) in self.pairs.iter_mut().zip(&mut self.shares).zip(pairs) {
            let joined = held.or(*pair);
            if joined != *held {
                (*held, *share) = (joined, rarity.of_pair(joined));
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
