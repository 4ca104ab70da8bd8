//! A vectorised glance at what stands behind a word, many bytes at once: may a code, or one of few telling words, be there?
//!
//! Words such as `exception` stand on every second line of some logs; most have nothing behind them that tells.

use fearless_simd::prelude::*;
use fearless_simd::{Level, Simd, dispatch};

/// Bytes that are looked at.
const LENGTH: usize = 128;

/// Whether a code of Windows or the beginning of `divide`, `violation` or `overflow` may stand in the first 128 bytes of a
/// text: at least seven hexadecimal digits of which the first is one of severe codes. Without case.
pub(crate) fn may_tell(text: &[u8]) -> bool {
    let mut padded = [0; LENGTH];
    let bytes = text.first_chunk().unwrap_or_else(|| {
        padded.iter_mut().zip(text).for_each(|(to, byte)| *to = *byte);
        &padded
    });
    dispatch!(Level::new(), simd => holds(simd, bytes))
}

#[inline(always)]
fn holds<S: Simd>(simd: S, bytes: &[u8; LENGTH]) -> bool {
    let [mut digits, mut severe, mut c, mut d, mut e, mut i, mut o, mut v] = [0_u128; 8];
    for part in (0..LENGTH).step_by(S::u8s::LEN) {
        let small = S::u8s::from_slice(simd, &bytes[part..part + S::u8s::LEN]) | S::u8s::splat(simd, 0x20);
        let is = |byte: u8| small.simd_eq(S::u8s::splat(simd, byte));
        let within = |low: u8, high: u8| {
            small.simd_ge(S::u8s::splat(simd, low)) & small.simd_le(S::u8s::splat(simd, high))
        };
        let mark = |marks: &mut u128, found: u64| *marks |= u128::from(found) << part;
        mark(&mut digits, (within(b'0', b'9') | within(b'a', b'f')).to_bitmask());
        mark(&mut severe, (is(b'8') | is(b'4')).to_bitmask());
        let letters = [&mut c, &mut d, &mut e, &mut i, &mut o, &mut v];
        letters.into_iter().zip(b"cdeiov").for_each(|(marks, letter)| mark(marks, is(*letter).to_bitmask()));
    }
    let two = digits & digits >> 1;
    let four = two & two >> 2;
    let seven = four & four >> 3;
    let codes = (severe | c | e) & seven & !(digits << 1);
    let divide = d & i >> 1 & v >> 2;
    let violation = v & i >> 1 & o >> 2;
    let overflow = o & v >> 1 & e >> 2;
    codes | divide | violation | overflow != 0
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_tells_is_seen_wherever_it_stands() {
        for tells in ["0xc0000005", "E06D7363", "8000003", "Divide", "violation", "OVERFLOW"] {
            for before in 0..LENGTH - tells.len() {
                let text = format!("{}{tells}", " ".repeat(before));
                assert!(may_tell(text.as_bytes()), "{text}");
                assert!(may_tell(format!("{text}{}", " ".repeat(LENGTH)).as_bytes()), "{text}");
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
}
