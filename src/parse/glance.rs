//! A vectorised glance at what stands behind a word, many bytes at once: may a code, or one of few telling words, be there?
//!
//! Words such as `exception` stand on every second line of some logs; most have nothing behind them that tells.

use fearless_simd::prelude::*;
use fearless_simd::{Level, Simd, dispatch};
use std::ops::Range;

/// Which of the first 64 bytes of a text are of a kind, a bit each from the lowest on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Glance {
    pub(crate) digits: u64,
    pub(crate) dots: u64,
    pub(crate) colons: u64,
    pub(crate) line_ends: u64,
}

impl Glance {
    pub(crate) fn at(text: &[u8]) -> Self {
        let mut room = [0; 64];
        let bytes = text.first_chunk().unwrap_or_else(|| pad(text, &mut room));
        dispatch!(Level::new(), simd => glance(simd, bytes))
    }

    /// The words of at least seven digits and dots, from the first to behind the last byte of each; not those with colons.
    pub(crate) fn versions(self) -> impl Iterator<Item = Range<usize>> {
        let inside = self.digits | self.dots | self.colons;
        let mut starts = sevens(u128::from(inside)) as u64;
        std::iter::from_fn(move || {
            while starts != 0 {
                let start = starts.trailing_zeros();
                starts &= starts - 1;
                let length = (!(inside >> start)).trailing_zeros();
                let colons = self.colons >> start;
                if colons.trailing_zeros() >= length {
                    return Some(start as usize..(start + length) as usize);
                }
            }
            None
        })
    }
}

/// The first bit of each stretch of at least seven.
fn sevens(bits: u128) -> u128 {
    let two = bits & bits >> 1;
    let four = two & two >> 2;
    four & four >> 3 & !(bits << 1)
}

/// How far a glance for codes reaches, in bytes.
const FAR: usize = 128;

/// Whether a code of Windows or the beginning of `divide`, `violation` or `overflow` may stand in the first 128 bytes of a
/// text: at least seven hexadecimal digits of which the first is one of severe codes. Without case.
pub(crate) fn may_tell(text: &[u8]) -> bool {
    let mut room = [0; FAR + 2];
    let bytes = text.first_chunk().unwrap_or_else(|| pad(text, &mut room));
    dispatch!(Level::new(), simd => tells(simd, bytes))
}

/// So many first bytes of a text; where it has less, zeros behind them.
#[inline]
pub(super) fn chunk<const N: usize>(text: &[u8]) -> [u8; N] {
    text.first_chunk().copied().unwrap_or_else(|| *pad(text, &mut [0; N]))
}

#[cold]
fn pad<'r, const N: usize>(text: &[u8], room: &'r mut [u8; N]) -> &'r [u8; N] {
    room.iter_mut().zip(text).for_each(|(to, byte)| *to = *byte);
    room
}

#[inline(always)]
fn glance<S: Simd>(simd: S, bytes: &[u8; 64]) -> Glance {
    let mut glance = Glance { digits: 0, dots: 0, colons: 0, line_ends: 0 };
    for part in (0..bytes.len()).step_by(S::u8s::LEN) {
        let bytes = S::u8s::from_slice(simd, &bytes[part..part + S::u8s::LEN]);
        let is = |byte: u8| bytes.simd_eq(S::u8s::splat(simd, byte));
        let digits = bytes.simd_ge(S::u8s::splat(simd, b'0')) & bytes.simd_le(S::u8s::splat(simd, b'9'));
        glance.digits |= digits.to_bitmask() << part;
        glance.dots |= is(b'.').to_bitmask() << part;
        glance.colons |= is(b':').to_bitmask() << part;
        glance.line_ends |= is(b'\n').to_bitmask() << part;
    }
    glance
}

#[inline(always)]
fn tells<S: Simd>(simd: S, bytes: &[u8; FAR + 2]) -> bool {
    let mut digits = 0_u128;
    for part in (0..FAR).step_by(S::u8s::LEN) {
        let all = |byte: u8| S::u8s::splat(simd, byte);
        let small = |at: usize| S::u8s::from_slice(simd, &bytes[at..at + S::u8s::LEN]) | all(0x20);
        let (first, second, third) = (small(part), small(part + 1), small(part + 2));
        let begins = |[one, two, three]: [u8; 3]| {
            first.simd_eq(all(one)) & second.simd_eq(all(two)) & third.simd_eq(all(three))
        };
        if (begins(*b"div") | begins(*b"vio") | begins(*b"ove")).any_true() {
            return true;
        }
        let within = |low: u8, high: u8| first.simd_ge(all(low)) & first.simd_le(all(high));
        digits |= u128::from((within(b'0', b'9') | within(b'a', b'f')).to_bitmask()) << part;
    }
    let mut codes = sevens(digits);
    while codes != 0 {
        if matches!(bytes[codes.trailing_zeros() as usize] | 0x20, b'8' | b'4' | b'c' | b'e') {
            return true;
        }
        codes &= codes - 1;
    }
    false
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_tells_is_seen_wherever_it_stands() {
        for tells in ["0xc0000005", "E06D7363", "8000003", "Divide", "violation", "OVERFLOW"] {
            for before in 0..128 - tells.len() {
                let text = format!("{}{tells}", " ".repeat(before));
                assert!(may_tell(text.as_bytes()), "{text}");
                assert!(may_tell(format!("{text}{}", " ".repeat(128)).as_bytes()), "{text}");
            }
        }
    }

    #[test]
    fn what_tells_nothing_is_not() {
        for text in [
            "",
            "c00000",
            "0948501326963758",
            "java.net.NoRouteToHostException: 17:45:08,123 blk_00948501326963758",
        ] {
            assert!(!may_tell(text.as_bytes()), "{text}");
        }
    }

    #[test]
    fn every_byte_has_its_bit() {
        for byte in 0..=u8::MAX {
            for at in 0..64 {
                let mut text = [b' '; 70];
                text[at] = byte;
                let bit = |is: bool| u64::from(is) << at;
                let seen = Glance {
                    digits: bit(byte.is_ascii_digit()),
                    dots: bit(byte == b'.'),
                    colons: bit(byte == b':'),
                    line_ends: bit(byte == b'\n'),
                };
                assert_eq!((Glance::at(&text), Glance::at(&text[..at + 1])), (seen, seen), "{byte} at {at}");
            }
        }
    }

    #[test]
    fn versions_are_words_of_digits_and_dots() {
        let versions = |text: &str| Glance::at(text.as_bytes()).versions().collect::<Vec<_>>();
        assert_eq!(versions(" (5.5.2653.12), 1.2.3 and 10.0.19041 (17:45:08.123)"), [2..13, 26..36]);
        assert!(versions("10.10.34.12:8080").is_empty());
        assert_eq!(versions(&format!("{}5.5.2653.12", " ".repeat(57))), std::slice::from_ref(&(57..64)));
    }

    #[test]
    fn a_stretch_of_seven_is_one() {
        assert_eq!(sevens(0b111_1111_0111_1110), 1 << 8);
        assert_eq!(sevens(0b1_1111_1111), 1);
    }
}
