//! Where bytes stand that are common: to begin a search for each costs more than to look at many at once.

use fearless_simd::prelude::*;
use fearless_simd::{Level, Simd, dispatch};

/// Calls `found` with where each of some bytes stands, in order.
pub(super) fn bytes<const N: usize>(text: &[u8], bytes: [u8; N], mut found: impl FnMut(usize)) {
    dispatch!(Level::new(), simd => each_byte(simd, text, bytes, &mut found));
}

#[inline(always)]
fn each_byte<S: Simd, const N: usize>(simd: S, text: &[u8], bytes: [u8; N], found: &mut impl FnMut(usize)) {
    let sought = bytes.map(|byte| S::u8s::splat(simd, byte));
    let mut parts = text.chunks_exact(S::u8s::LEN);
    let mut start = 0;
    for part in parts.by_ref() {
        let part = S::u8s::from_slice(simd, part);
        let places = sought.iter().fold(0, |places, byte| places | part.simd_eq(*byte).to_bitmask());
        each_bit(start, places, found);
        start += S::u8s::LEN;
    }
    let rest = parts.remainder().iter().enumerate().filter(|(_, byte)| bytes.contains(byte));
    rest.for_each(|(at, _)| found(start + at));
}

/// Calls `found` with where bits are set of which the lowest stands for `start`.
#[inline(always)]
fn each_bit(start: usize, mut bits: u64, found: &mut impl FnMut(usize)) {
    while bits != 0 {
        found(start + bits.trailing_zeros() as usize);
        bits &= bits - 1;
    }
}

/// How often a byte stands in a text.
pub(super) fn count(text: &[u8], byte: u8) -> usize {
    dispatch!(Level::new(), simd => count_byte(simd, text, byte))
}

#[inline(always)]
fn count_byte<S: Simd>(simd: S, text: &[u8], byte: u8) -> usize {
    let sought = S::u8s::splat(simd, byte);
    let mut parts = text.chunks_exact(S::u8s::LEN);
    let places = parts.by_ref().map(|part| S::u8s::from_slice(simd, part).simd_eq(sought).to_bitmask());
    let count: u32 = places.map(u64::count_ones).sum();
    count as usize + parts.remainder().iter().filter(|other| **other == byte).count()
}

/// Calls `found` with where each of some pairs of bytes stands, in order.
pub(super) fn pairs(text: &[u8], pairs: [[u8; 2]; 2], mut found: impl FnMut(usize)) {
    dispatch!(Level::new(), simd => each_pair(simd, text, pairs, &mut found));
}

#[inline(always)]
fn each_pair<S: Simd>(simd: S, text: &[u8], pairs: [[u8; 2]; 2], found: &mut impl FnMut(usize)) {
    let splat = |byte| S::u8s::splat(simd, byte);
    let [[one, other], [first, second]] = pairs.map(|pair| pair.map(splat));
    let after = text.get(1..).unwrap_or_default();
    let mut start = 0;
    for (part, next) in text.chunks_exact(S::u8s::LEN).zip(after.chunks_exact(S::u8s::LEN)) {
        let (part, next) = (S::u8s::from_slice(simd, part), S::u8s::from_slice(simd, next));
        let either = part.simd_eq(one) & next.simd_eq(other) | part.simd_eq(first) & next.simd_eq(second);
        each_bit(start, either.to_bitmask(), found);
        start += S::u8s::LEN;
    }
    let rest = text.get(start..).unwrap_or_default().windows(2).enumerate();
    rest.filter(|(_, window)| pairs.iter().any(|pair| pair == window)).for_each(|(at, _)| found(start + at));
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_place_is_found_wherever_vectors_end() {
        for length in [0, 1, 2, 63, 64, 65, 200] {
            for at in 0..length {
                let mut text = vec![b'.'; length];
                text[at] = b'\n';
                let mut ends = Vec::new();
                bytes(&text, *b"\n<", |end| ends.push(end));
                assert_eq!(ends, [at], "{length}");
                assert_eq!((count(&text, b'\n'), count(&text, b'.')), (1, length - 1));
                let mut marks = Vec::new();
                pairs(&text, [*b"\n.", *b"xy"], |mark| marks.push(mark));
                assert_eq!(marks, if at + 1 < length { vec![at] } else { vec![] }, "{length}");
            }
        }
    }
}
