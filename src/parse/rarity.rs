//! How rare bytes are in ordinary logs: each time those that are looked for turn up costs `wake` a look.

use super::sieve::{KINDS, Pair, kind};
use super::wake::{CASE, folded, hash};

/// Lines of the kinds that logs are full of. None of them is of a real system.
const ORDINARY: &[u8] = include_bytes!("ordinary.log");
/// Hashes of four bytes: several times what the sample has.
const BITS: u32 = 16;
/// How much more often four bytes follow each other than bytes that know nothing of each other would.
const BOUND: f32 = 10.0;
/// How often four letters stand in some log or other, though in none of the sample: its programs have their own words.
const WORD: f32 = 1e-5;

/// What is known of ordinary logs, in shares of all their places.
pub(super) struct Rarity {
    /// Of each byte without case.
    bytes: [f32; 256],
    /// Of bytes by kind and lower half: of those of a kind, whose lower half is in the first eight values or in the others, a
    /// bit each.
    halves: Box<[[[f32; 256]; 2]; KINDS]>,
    /// Of four bytes without case, by their hash: those that share it are taken together.
    grams: Box<[f32; 1 << BITS]>,
}

impl Rarity {
    pub(super) fn new() -> Self {
        let one = 1.0 / ORDINARY.len() as f32;
        let mut rarity = Rarity {
            bytes: [0.0; 256],
            halves: Box::new([[[0.0; 256]; 2]; KINDS]),
            grams: Box::new([0.0; 1 << BITS]),
        };
        for byte in ORDINARY {
            rarity.bytes[usize::from(byte | CASE)] += one;
            let lower = usize::from(byte & 0x0F);
            rarity.halves[kind(*byte)][lower / 8][1 << (lower % 8)] += one;
        }
        for sums in rarity.halves.iter_mut().flatten() {
            // A set has what its lowest value has, and what the others have.
            for set in 1..256_usize {
                sums[set] = sums[set & set.wrapping_neg()] + sums[set & (set - 1)];
            }
        }
        let grams = (0..ORDINARY.len()).filter_map(|at| folded(ORDINARY, at));
        grams.for_each(|gram| rarity.grams[hash::<BITS>(gram)] += one);
        rarity
    }

    /// About how often up to four bytes stand in a log, without case.
    pub(super) fn of_gram(&self, gram: &[u8]) -> f32 {
        let seen = folded(gram, 0).map(|gram| self.grams[hash::<BITS>(gram)]);
        let unseen: f32 = gram.iter().map(|byte| self.bytes[usize::from(byte | CASE)]).product();
        let word = if gram.iter().all(u8::is_ascii_alphabetic) { WORD } else { 0.0 };
        seen.unwrap_or_default() + BOUND * unseen + word
    }

    /// How often two such bytes would follow each other if they knew nothing of each other.
    pub(super) fn of_pair(&self, pair: Pair) -> f32 {
        let shares = pair.lowers.map(|lower| {
            let [low, high] = lower.to_le_bytes().map(usize::from);
            self.halves.each_ref().map(|[first, second]| first[low] + second[high])
        });
        pair.each_kinds().map(|[one, other]| shares[0][one] * shares[1][other]).sum()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_of_every_log_are_more_frequent_than_others() {
        let rarity = Rarity::new();
        let share = |gram: &[u8; 4]| rarity.of_gram(gram);
        assert!(share(b"info") > share(b"chil"));
        assert!(share(b"INFO") == share(b"info"));
        assert!(share(b"chil") > share(b"onez"), "of letters that are frequent");
        assert!(share(b"onez") > share(b"qxjz"));
    }

    #[test]
    fn a_pair_has_all_bytes_of_its_kinds_and_halves() {
        let rarity = Rarity::new();
        let of_pair = |lowers, kinds| rarity.of_pair(Pair { lowers, kinds });
        let all = of_pair([u16::MAX; 2], u16::MAX);
        assert!((all - 1.0).abs() < 0.001);
        let counted = ORDINARY.iter().filter(|byte| byte.is_ascii_digit()).count() as f32;
        let digit = counted / ORDINARY.len() as f32;
        assert!((of_pair([0x03FF; 2], 1 << 0b0011) - digit * digit).abs() < 0.001);
        assert_eq!(of_pair([0; 2], u16::MAX), 0.0);
    }
}
