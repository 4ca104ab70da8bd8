//! Runs of letters and digits, looked at by eights: names and addresses are most of what evidence consists of.

/// A number whose bytes are all 1.
const EACH: u64 = 0x0101_0101_0101_0101;
/// The highest bit of each byte.
const HIGHEST: u64 = EACH << 7;

/// Whether all of eight bytes are hexadecimal digits, as in the columns of 32-bit stacks.
#[inline]
pub(crate) fn are_hex_digits(eight: &[u8; 8]) -> bool {
    let bytes = u64::from_le_bytes(*eight);
    hex(bytes) & !bytes & HIGHEST == HIGHEST
}

/// How many hexadecimal digits a text begins with.
pub(crate) fn hex_digits(text: &[u8]) -> usize {
    run(text, hex)
}

/// How many letters and digits of ASCII a text begins with.
pub(crate) fn letters_and_digits(text: &[u8]) -> usize {
    run(text, |bytes| within(bytes, b'0', b'9') | within(lower(bytes), b'a', b'z'))
}

/// How many letters, digits and underscores of ASCII a text begins with.
pub(crate) fn name(text: &[u8]) -> usize {
    run(text, |bytes| {
        within(bytes, b'0', b'9') | within(lower(bytes), b'a', b'z') | within(bytes, b'_', b'_')
    })
}

/// How many letters of ASCII a text begins with.
pub(crate) fn letters(text: &[u8]) -> usize {
    run(text, |bytes| within(lower(bytes), b'a', b'z'))
}

/// Whether a text is of ASCII and holds neither blanks nor control characters.
pub(crate) fn are_graphic(text: &[u8]) -> bool {
    run(text, |bytes| within(bytes, b'!', b'~')) == text.len()
}

/// How many bytes of ASCII a text begins with that are no brackets, nor what differs from them in a bit.
pub(crate) fn no_brackets(text: &[u8]) -> usize {
    run(text, |bytes| !(within(lower(bytes), b'(', b')') | within(lower(bytes), b'{', b'}'))).min(text.len())
}

/// How many bytes a text begins with that are of a class; where that has the zero, some more.
#[inline]
fn run(text: &[u8], class: impl Fn(u64) -> u64) -> usize {
    let leading = |bytes: u64| ((!class(bytes) | bytes) & HIGHEST).trailing_zeros() as usize / 8;
    let (eights, rest) = text.as_chunks();
    let mut count = 0;
    for eight in eights {
        let some = leading(u64::from_le_bytes(*eight));
        count += some;
        if some < 8 {
            return count;
        }
    }
    if rest.is_empty() {
        return count;
    }
    let last = match text.last_chunk() {
        Some(eight) => u64::from_le_bytes(*eight) >> (64 - 8 * rest.len()),
        None => rest.iter().rev().fold(0, |bytes, byte| bytes << 8 | u64::from(*byte)),
    };
    count + leading(last)
}

/// Letters of ASCII as small ones, and what is no letter as none.
#[inline]
fn lower(bytes: u64) -> u64 {
    bytes | (EACH << 5)
}

#[inline]
fn hex(bytes: u64) -> u64 {
    within(bytes, b'0', b'9') | within(lower(bytes), b'a', b'f')
}

/// Says in the highest bit of each byte of ASCII whether it lies within bounds. Any other byte gets no answer, and
/// disturbs those after it.
#[inline]
fn within(bytes: u64, low: u8, high: u8) -> u64 {
    let from = bytes.wrapping_add(EACH * u64::from(0x80 - low));
    let beyond = bytes.wrapping_add(EACH * u64::from(0x7f - high));
    from & !beyond
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_byte_ends_a_run_of_what_it_is_none_of() {
        for byte in 0..=u8::MAX {
            for at in [0, 3, 7, 8, 13] {
                let mut text = *b"0123456789abcDEF";
                text[at] = byte;
                let digits = if byte.is_ascii_hexdigit() { text.len() } else { at };
                let letters = if byte.is_ascii_alphanumeric() || byte == b'_' { text.len() } else { at };
                assert_eq!((hex_digits(&text), name(&text)), (digits, letters), "{byte} at {at}");
                assert_eq!(hex_digits(&text[..15]), digits.min(15), "{byte} at {at}");
                assert_eq!(text.first_chunk().is_some_and(are_hex_digits), digits >= 8, "{byte} at {at}");
                assert!(b"()[]{}".contains(&byte) <= (no_brackets(&text) == at), "{byte} at {at}");
                assert_eq!(no_brackets(&b"01234567=, ab"[..at]), at);
                assert_eq!(are_graphic(&text), byte.is_ascii_graphic(), "{byte} at {at}");
            }
        }
    }
}
