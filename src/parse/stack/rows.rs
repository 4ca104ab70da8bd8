//! The head of a stack row: the columns that stand before the symbol.
//!
//! `0ab1fcfc 00510cc7 cffa119e 07ad9838 0069578c` (k, kb, kv), `02 00000000`00b1f8e0 00000000`77e52236` (kn),
//! `00000000`0012f8e0 00000000`77e52236 : 00000000`00000000 ... :` (64-bit kb), `05 (Inline) --------`,
//! `807b2580 8071e500 :` (Alpha, MIPS). Mark-up, list marks, a logger's time stamp and line numbers may precede.

use crate::parse::text::{skip, start_of};
use crate::parse::{eights, hex};

/// The most columns of a row: frame pointer, return address and four arguments, with room for a fused row.
pub(crate) const MOST_COLUMNS: usize = 10;

/// What stands before the symbol of a row.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(crate) struct Head<'t> {
    /// Frame number, as printed in hexadecimal.
    pub(crate) number: Option<u32>,
    /// Number of address columns.
    pub(crate) columns: usize,
    /// The first two of them, as printed.
    pub(crate) first: Option<&'t str>,
    pub(crate) second: Option<&'t str>,
    /// An inline frame: dashes in place of addresses.
    pub(crate) inline: bool,
    /// Offset of the first column or number.
    pub(crate) start: usize,
    /// Offset of what follows the columns.
    pub(crate) len: usize,
}

impl Head<'_> {
    /// The same head, of a text that begins with its first column or number.
    pub(crate) fn at_its_start(self) -> Self {
        Head { start: 0, len: self.len - self.start, ..self }
    }

    /// Two addresses, a frame number and one, or an inline mark begin a row.
    pub(crate) fn begins_row(&self) -> bool {
        self.inline || self.columns + usize::from(self.number.is_some()) >= 2
    }
}

/// The head that `text` begins with: any number of columns, at least one of them or an inline mark.
pub(crate) fn head(text: &str) -> Option<Head<'_>> {
    let (mut rest, mut plain) = (text, plain_columns(text));
    // Behind one column a time may stand, and the digits are a date.
    if plain < 2 {
        rest = prefix(text);
        plain = plain_columns(rest);
    }
    let mut head = Head { start: text.len() - rest.len(), columns: plain, ..Head::default() };
    let mut left = rest;
    if plain > 0 {
        head.first = rest.get(..PLAIN - 1);
        head.second = rest.get(PLAIN..2 * PLAIN - 1).filter(|_| plain > 1);
        left = after_separator(rest.get(plain * PLAIN..)?);
    }
    let mut next = address(left);
    if next.is_none() && plain == 0 {
        if let Some((number, after)) = frame_number(left) {
            (head.number, left) = (Some(number), after);
        }
        if let Some(after) = inline_mark(left) {
            return Some(Head { inline: true, len: text.len() - after.len(), ..head });
        }
        next = address(left);
    }
    while let Some(column) = next.filter(|_| head.columns < MOST_COLUMNS) {
        match head.first {
            None => head.first = Some(column),
            // A last column with 0x among columns without is the symbol: a bare address.
            Some(first) if is_prefixed(first) != is_prefixed(column) => break,
            Some(_) => head.second = head.second.or(Some(column)),
        }
        head.columns += 1;
        left = after_separator(left.get(column.len()..)?);
        next = address(left);
    }
    head.len = text.len() - left.len();
    head.first.map(|_| head)
}

/// A column of eight digits, with the blank behind it.
const PLAIN: usize = 9;

/// Columns of eight digits with a blank behind each, as most rows have them.
pub(crate) struct Plain<'t> {
    /// How many there are.
    pub(crate) count: usize,
    pub(crate) first: &'t str,
    pub(crate) second: &'t str,
    /// What follows them.
    pub(crate) rest: &'t str,
}

/// The columns that `text` begins with, if these are enough for a row.
#[inline]
pub(crate) fn plain(text: &str) -> Option<Plain<'_>> {
    let count = Some(plain_columns(text)).filter(|count| *count >= 2)?;
    let (first, second) = (text.get(..PLAIN - 1)?, text.get(PLAIN..2 * PLAIN - 1)?);
    Some(Plain { count, first, second, rest: text.get(count * PLAIN..)? })
}

/// How many columns of eight digits, a blank behind each, a text begins with.
fn plain_columns(text: &str) -> usize {
    let (columns, _) = text.as_bytes().as_chunks::<PLAIN>();
    let is_plain = |[digits @ .., gap]: &&[u8; PLAIN]| *gap == b' ' && eights::are_hex_digits(digits);
    columns.iter().take(MOST_COLUMNS).take_while(is_plain).count()
}

fn is_prefixed(column: &str) -> bool {
    matches!(column.as_bytes(), [b'0', b'x', ..])
}

/// What mail, Markdown, a listing or a logger put before a row.
pub(crate) fn prefix(text: &str) -> &str {
    // What most rows begin with, and no mark does.
    if text.bytes().next().is_some_and(|byte| byte.is_ascii_alphanumeric()) {
        return time_stamp(text).unwrap_or(text);
    }
    let rest = skip(text, |byte| matches!(byte, b' ' | b'\t' | b'*' | b'|' | b'`'));
    let bullets = rest.starts_with('•');
    let rest = if bullets { rest.trim_start_matches([' ', '\t', '*', '|', '`', '•']) } else { rest };
    // A comment in a program.
    let rest = rest.strip_prefix("//").map_or(rest, |rest| rest.trim_start_matches([' ', '\t']));
    let rest = ["- ", "+ ", ". "].iter().find_map(|mark| rest.strip_prefix(mark)).unwrap_or(rest);
    let rest = skip(rest, |byte| matches!(byte, b' ' | b'\t' | b'*' | b'|' | b'`'));
    time_stamp(rest).unwrap_or(rest)
}

/// What follows a logger's time stamp: `2021-03-04 11:22:33.123 `, `[11:22:33] `, `11:22:33,123 INFO `.
fn time_stamp(text: &str) -> Option<&str> {
    let body = text.strip_prefix('[').unwrap_or(text);
    let part =
        |byte: &u8| matches!(byte, b'0'..=b'9' | b'-' | b'/' | b':' | b'.' | b',' | b'T' | b'Z' | b'+');
    let stamp = body.bytes().take_while(part).count();
    let mut end = stamp;
    let colons = |text: &str| text.bytes().filter(|byte| *byte == b':').count();
    if colons(&body[..stamp]) < 2 {
        // A date, then the time.
        if stamp < 6 {
            return None;
        }
        let time = body[stamp..].strip_prefix(' ')?;
        let length = time.bytes().take_while(|byte| byte.is_ascii_digit() || b":.,Z".contains(byte)).count();
        if !(6..=stamp.max(6) + 4).contains(&stamp) || colons(&time[..length]) < 2 {
            return None;
        }
        end += 1 + length;
    }
    let rest = body[end..].trim_start_matches(']').trim_start();
    let rest = rest.strip_prefix('[').and_then(|level| level.split_once(']')).map_or(rest, |(_, rest)| rest);
    let rest = rest.trim_start();
    let word = rest.bytes().take_while(u8::is_ascii_uppercase).count();
    let level = ["INFO", "DEBUG", "ERROR", "WARN", "WARNING", "TRACE", "FATAL"].contains(&&rest[..word]);
    Some(rest[if level { word } else { 0 }..].trim_start_matches([' ', '\t', '-', ':', '|', ']']))
}

/// `02 `, `1f:`, `[0x3]`, `#4 `: a frame number before something else. A listing's own number may stand before it.
fn frame_number(text: &str) -> Option<(u32, &str)> {
    let (first, rest) = number(text)?;
    let own = number(rest).filter(|(_, rest)| address(rest).is_some());
    let (digits, rest) = own.unwrap_or((first, rest));
    Some((u32::from_str_radix(digits, 16).unwrap_or(0), rest))
}

/// The digits of `[0x3] ` or `02: `, and what follows.
fn number(text: &str) -> Option<(&str, &str)> {
    let mark = start_of(text, &["[0x", "[", "#"]).unwrap_or("");
    let body = text.get(mark.len()..)?;
    let count = body.bytes().take(4).take_while(u8::is_ascii_hexdigit).count();
    let (digits, rest) = body.split_at_checked(count).filter(|_| (1..4).contains(&count))?;
    let rest = rest.strip_prefix(']').unwrap_or(rest);
    let rest = rest.strip_prefix([':', '.', ')']).unwrap_or(rest);
    let left = rest.trim_start_matches(is_gap);
    (left.len() < rest.len()).then_some((digits, left))
}

/// What follows `(Inline) --------` or `(Inline Function) --------`--------`, whose dashes typography may have joined.
fn inline_mark(text: &str) -> Option<&str> {
    let (_, rest) = start_of(text, &["(Inline"]).and_then(|mark| text.get(mark.len()..))?.split_once(')')?;
    let dashes = rest.trim_start_matches(is_gap);
    Some(dashes.trim_start_matches(['-', '–', '—', '`', ' ', ':', '|', '\t']))
}

/// A column: 8 to 16 hexadecimal digits, alone.
#[inline]
fn address(text: &str) -> Option<&str> {
    match text.as_bytes().split_first_chunk() {
        // Nearly every column.
        Some((eight, [b' ', ..])) if eights::are_hex_digits(eight) => text.get(..eight.len()),
        Some((eight, _)) if eight.starts_with(b"0") || eights::are_hex_digits(eight) => wide_address(text),
        _ => None,
    }
}

/// A column that is none of eight digits and a blank.
fn wide_address(text: &str) -> Option<&str> {
    let (len, _) = hex::word(text).filter(|(_, digits)| (8..=16).contains(digits))?;
    let (column, rest) = text.split_at_checked(len)?;
    matches!(rest.as_bytes().first(), None | Some(b' ' | b'\t' | b'|' | b'*' | b':')).then_some(column)
}

/// What follows the gap between two columns: blanks, a colon, a table's bar, arguments elided to dots.
fn after_separator(text: &str) -> &str {
    let mut rest = text;
    loop {
        let gap = rest.bytes().take_while(|byte| matches!(byte, b' ' | b'\t' | b'|' | b'*' | b':')).count();
        let after = rest.get(gap..).unwrap_or("");
        // What most gaps end with, and no dots begin with.
        if after.bytes().next().is_none_or(|byte| byte.is_ascii_alphanumeric()) {
            return after;
        }
        match start_of(after, &["...", "…"]) {
            Some(dots) => rest = after.get(dots.len()..).unwrap_or(""),
            None => return after,
        }
    }
}

fn is_gap(c: char) -> bool {
    matches!(c, ' ' | '\t' | '|' | '*')
}

#[cfg(test)]
mod tests {
    use super::*;

    fn columns(text: &str) -> (Option<u32>, usize, &str) {
        let head = head(text).unwrap_or_else(|| panic!("{text}: no head"));
        (head.number, head.columns, &text[head.len..])
    }

    #[test]
    fn layouts() {
        assert_eq!(columns("0ab1fcfc 00510cc7 cffa119e a!b"), (None, 3, "a!b"));
        assert_eq!(columns("  02 00000000`00b1f8e0 00000000`77e52236 a!b"), (Some(2), 2, "a!b"));
        assert_eq!(
            columns("00000000`0012f8e0 00000000`77e52236 : 00000000`00000000 : a!b"),
            (None, 3, "a!b")
        );
        assert_eq!(columns("807b2580 8071e500 : nt!x"), (None, 2, "nt!x"));
        assert_eq!(columns("0e (Inline) -------- a!b"), (Some(14), 0, "a!b"));
        assert_eq!(columns("06 (Inline) ——– a!b"), (Some(6), 0, "a!b"));
        assert_eq!(columns("(Inline Function) --------`-------- : a!b"), (None, 0, "a!b"));
        assert_eq!(columns("02ffffec  00000000  00000000 0x77f04f3e"), (None, 3, "0x77f04f3e"));
    }

    #[test]
    fn marks_and_stamps_before_a_row_are_skipped() {
        assert_eq!(columns("- **0184eef0 0184ef0c** a!b").1, 2);
        assert_eq!(columns("| 00 | 0184eef0 | 0184ef0c | a!b").0, Some(0));
        assert_eq!(columns("2021-03-04 11:22:33.123 INFO 0184eef0 0184ef0c a!b").1, 2);
        // Eight digits that are a date and no column.
        assert_eq!(columns("20210304 11:22:33 0184eef0 0184ef0c a!b").1, 2);
        assert_eq!(columns("[11:22:33] 0184eef0 0184ef0c a!b").1, 2);
        assert_eq!(columns("2021-03-04 11:22:33.123 [12] ERROR 0184eef0 0184ef0c a!b").1, 2);
        assert_eq!(columns("12: 03 0184eef0 0184ef0c a!b").0, Some(3));
        assert_eq!(columns("    // 03 0184eef0 0184ef0c a!b").0, Some(3));
    }

    #[test]
    fn other_text_has_no_head() {
        for text in ["", "The face added", "mov eax", "0x12", "12", "2021-03-04", "deadbeef,1"] {
            assert_eq!(head(text), None, "{text}");
        }
    }
}
