//! Runs of letters and digits, looked at by eights: names and addresses are most of what evidence consists of.

/// A number whose bytes are all 1.
const EACH: u64 = 0x0101_0101_0101_0101;

/// How many hexadecimal digits a text begins with.
pub(crate) fn hex_digits(text: &[u8]) -> usize {
    run(text, |bytes| within(bytes, b'0', b'9') | within(bytes | EACH * 0x20, b'a', b'f'))
}

/// How many letters, digits and underscores of ASCII a text begins with.
pub(crate) fn name(text: &[u8]) -> usize {
    run(text, |bytes| {
        within(bytes, b'0', b'9') | within(bytes | EACH * 0x20, b'a', b'z') | within(bytes, b'_', b'_')
    })
}

/// How many bytes a text begins with that are of a class; no class has the zero.
fn run(text: &[u8], class: impl Fn(u64) -> u64) -> usize {
    let (eights, rest) = text.as_chunks();
    let leading =
        |eight: &[u8; 8]| (!class(u64::from_le_bytes(*eight)) & (EACH << 7)).trailing_zeros() as usize / 8;
    for (index, eight) in eights.iter().enumerate() {
        let some = leading(eight);
        if some < 8 {
            return index * 8 + some;
        }
    }
    let mut last = [0; 8];
    last.iter_mut().zip(rest).for_each(|(to, from)| *to = *from);
    eights.len() * 8 + leading(&last)
}

/// Says in the highest bit of each byte whether it lies within bounds; only a byte that is none of ASCII disturbs those
/// after it.
fn within(bytes: u64, low: u8, high: u8) -> u64 {
    let from = bytes.wrapping_add(EACH * u64::from(0x80 - low));
    let beyond = bytes.wrapping_add(EACH * u64::from(0x7f - high));
    from & !beyond & !bytes
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
            }
        }
    }
}
