//! Hexadecimal numbers as debuggers and event logs print them.

use super::eights;
use crate::evidence::SmolStr;
use smol_str::SmolStrBuilder;

/// Length of the hexadecimal word that `text` begins with, and its digits' count, if a word boundary follows.
///
/// Reads `0ab1fcfc`, `0x0ab1fcfc`, `00000000`00b1f8e0` (a backquote splits 64-bit values).
pub(crate) fn word(text: &str) -> Option<(usize, usize)> {
    let bytes = text.as_bytes();
    let count = |from: usize| bytes.get(from..).map_or(0, eights::hex_digits);
    let prefix = if matches!(bytes, [b'0', b'x' | b'X', ..]) { 2 } else { 0 };
    let mut digits = count(prefix);
    let mut end = prefix + digits;
    if digits == 8 && bytes.get(end) == Some(&b'`') {
        let more = count(end + 1);
        digits += more;
        end += if more > 0 { more + 1 } else { 0 };
    }
    let bounded = bytes.get(end).is_none_or(|byte| !byte.is_ascii_alphanumeric() && *byte != b'_');
    (digits > 0 && bounded).then_some((end, digits))
}

/// Value of a printed number, with or without `0x`, backquotes ignored. `None` when it is none or has over 64 bits.
pub(crate) fn value(text: &str) -> Option<u64> {
    let text = text.trim();
    let digits = text.strip_prefix("0x").or_else(|| text.strip_prefix("0X")).unwrap_or(text);
    let mut value: u64 = 0;
    let mut any = false;
    for byte in digits.bytes().filter(|byte| *byte != b'`') {
        let digit = (byte as char).to_digit(16)?;
        value = value.checked_mul(16)?.checked_add(u64::from(digit))?;
        any = true;
    }
    any.then_some(value)
}

/// An address column as evidence has it: `0x` and the digits, without the backquote.
pub(crate) fn address(column: &str) -> SmolStr {
    let digits = column.strip_prefix("0x").unwrap_or(column);
    if let Some(address) = digits.as_bytes().try_into().ok().and_then(eight_digits) {
        return address;
    }
    match digits.split_at_checked(8).and_then(|(high, low)| Some((high, low.strip_prefix('`')?))) {
        Some((high, low)) => concat(["0x", high, low]),
        None => concat(["0x", digits]),
    }
}

/// The address of nearly every column.
#[inline]
fn eight_digits(digits: &[u8; 8]) -> Option<SmolStr> {
    // As many bytes as are known at once to be a text.
    let mut text = *b"0x00000000      ";
    text[2..10].copy_from_slice(digits);
    str::from_utf8(&text).ok()?.get(..10).map(SmolStr::new_inline)
}

/// Some texts as one, without memory of its own where it is short.
pub(crate) fn concat<const N: usize>(parts: [&str; N]) -> SmolStr {
    let mut whole = SmolStrBuilder::new();
    parts.into_iter().for_each(|part| whole.push_str(part));
    whole.finish()
}

/// A 32-bit code, see [`value`].
pub(crate) fn code(text: &str) -> Option<u32> {
    value(text).and_then(|value| u32::try_from(value).ok())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_has_one_prefix_and_no_backquote() {
        for column in ["00000000`00b1f8e0", "0x00000000`00b1f8e0", "0x0000000000b1f8e0"] {
            assert_eq!(address(column), "0x0000000000b1f8e0");
        }
    }

    #[test]
    fn words_end_at_a_boundary() {
        assert_eq!(word("0ab1fcfc 0051"), Some((8, 8)));
        assert_eq!(word("00000000`00b1f8e0:"), Some((17, 16)));
        assert_eq!(word("0x25)"), Some((4, 2)));
        assert_eq!(word("face-lift"), Some((4, 4)));
        assert_eq!(word("added"), Some((5, 5)));
        assert_eq!(word("deadline"), None);
        assert_eq!(word("0x"), None);
        assert_eq!(word("aF09`"), Some((4, 4)));
        assert_eq!(word("12345678g"), None);
        assert_eq!(word("123456é8"), Some((6, 6)));
    }

    #[test]
    fn values() {
        assert_eq!(value("00000000`00b1f8e0"), Some(0xb1f8e0));
        assert_eq!(value("0x"), None);
        assert_eq!(value("11112222333344445"), None);
        assert_eq!(code("0xC0000005"), Some(0xc000_0005));
    }
}
