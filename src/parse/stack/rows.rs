//! The head of a stack row: the columns that stand before the symbol.
//!
//! `0ab1fcfc 00510cc7 cffa119e 07ad9838 0069578c` (k, kb, kv), `02 00000000`00b1f8e0 00000000`77e52236` (kn),
//! `00000000`0012f8e0 00000000`77e52236 : 00000000`00000000 ... :` (64-bit kb), `05 (Inline) --------`,
//! `807b2580 8071e500 :` (Alpha, MIPS). Mark-up, list marks, a logger's time stamp and line numbers may precede.

use crate::parse::hex;
use nom::branch::alt;
use nom::bytes::complete::{tag, take_while, take_while_m_n, take_while1};
use nom::character::complete::char;
use nom::combinator::{opt, peek, recognize, verify};
use nom::multi::many0_count;
use nom::sequence::{delimited, preceded, terminated};
use nom::{IResult, Parser};

/// The most columns of a row: frame pointer, return address and four arguments, with room for a fused row.
pub(crate) const MOST_COLUMNS: usize = 10;

/// What stands before the symbol of a row.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(crate) struct Head<'t> {
    /// Frame number, as printed in hexadecimal.
    pub(crate) number: Option<u32>,
    /// Address columns, as printed.
    pub(crate) columns: Vec<&'t str>,
    /// An inline frame: dashes in place of addresses.
    pub(crate) inline: bool,
    /// Offset of the first column or number.
    pub(crate) start: usize,
    /// Offset of what follows the columns.
    pub(crate) len: usize,
}

impl Head<'_> {
    /// Two addresses, a frame number and one, or an inline mark begin a row.
    pub(crate) fn begins_row(&self) -> bool {
        self.inline || self.columns.len() + usize::from(self.number.is_some()) >= 2
    }
}

/// The head that `text` begins with: any number of columns, at least one of them or an inline mark.
pub(crate) fn head(text: &str) -> Option<Head<'_>> {
    let start = text.len() - prefix(text).len();
    let rest = &text[start..];
    let (after_number, number) = opt(frame_number).parse(rest).ok()?;
    if let Ok((after, _)) = inline_mark(after_number) {
        return Some(Head {
            number,
            columns: Vec::new(),
            inline: true,
            start,
            len: text.len() - after.len(),
        });
    }
    let mut columns: Vec<&str> = Vec::new();
    let mut left = after_number;
    while let Ok((after, column)) = address(left)
        && columns.len() < MOST_COLUMNS
    {
        // A last column with 0x among columns without is the symbol: a bare address.
        if columns.first().is_some_and(|first| first.starts_with("0x") != column.starts_with("0x")) {
            break;
        }
        columns.push(column);
        left = separator(after).map_or(after, |(after, ())| after);
    }
    (!columns.is_empty()).then(|| Head {
        number,
        columns,
        inline: false,
        start,
        len: text.len() - left.len(),
    })
}

/// What mail, Markdown, a listing or a logger put before a row.
pub(crate) fn prefix(text: &str) -> &str {
    let rest = text.trim_start_matches([' ', '\t', '*', '|', '`', '•']);
    // A comment in a program.
    let rest = rest.strip_prefix("//").map_or(rest, |rest| rest.trim_start_matches([' ', '\t']));
    let rest = ["- ", "+ ", ". "].iter().find_map(|mark| rest.strip_prefix(mark)).unwrap_or(rest);
    let rest = rest.trim_start_matches([' ', '\t', '*', '|', '`']);
    time_stamp(rest).unwrap_or(rest)
}

/// What follows a logger's time stamp: `2021-03-04 11:22:33.123 `, `[11:22:33] `, `11:22:33,123 INFO `.
fn time_stamp(text: &str) -> Option<&str> {
    let body = text.strip_prefix('[').unwrap_or(text);
    let stamp = body.bytes().take_while(|byte| byte.is_ascii_digit() || b"-/:.,TZ+".contains(byte)).count();
    let mut end = stamp;
    if body[..stamp].matches(':').count() < 2 {
        // A date, then the time.
        let time = body[stamp..].strip_prefix(' ')?;
        let length = time.bytes().take_while(|byte| byte.is_ascii_digit() || b":.,Z".contains(byte)).count();
        if !(6..=stamp.max(6) + 4).contains(&stamp) || time[..length].matches(':').count() < 2 {
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
fn frame_number(text: &str) -> IResult<&str, u32> {
    let number = || {
        delimited(
            opt(alt((tag("[0x"), tag("["), tag("#")))),
            verify(take_while_m_n(1, 4, |c: char| c.is_ascii_hexdigit()), |digits: &str| digits.len() < 4),
            (opt(char(']')), opt(alt((char(':'), char('.'), char(')')))), take_while1(is_gap)),
        )
    };
    let (rest, first) = number().parse(text)?;
    let (rest, digits) = match terminated(number(), peek(address)).parse(rest) {
        Ok((rest, second)) => (rest, second),
        Err(_) => (rest, first),
    };
    Ok((rest, u32::from_str_radix(digits, 16).unwrap_or(0)))
}

/// `(Inline) --------`, `(Inline Function) --------`--------`, with dashes that typography may have joined.
fn inline_mark(text: &str) -> IResult<&str, ()> {
    let (rest, _) = (tag("(Inline"), take_while(|c| c != ')'), char(')'), take_while(is_gap)).parse(text)?;
    let (rest, _) =
        take_while(|c| matches!(c, '-' | '–' | '—' | '`' | ' ' | ':' | '|' | '\t')).parse(rest)?;
    Ok((rest, ()))
}

/// A column: 8 to 16 hexadecimal digits, alone.
fn address(text: &str) -> IResult<&str, &str> {
    let (len, _) = hex::word(text).filter(|(_, digits)| (8..=16).contains(digits)).ok_or_else(no_match)?;
    let rest = &text[len..];
    if rest.is_empty() || rest.starts_with(|c: char| is_gap(c) || c == ':') {
        Ok((rest, &text[..len]))
    } else {
        Err(no_match())
    }
}

/// What stands between two columns: blanks, a colon, a table's bar, arguments elided to dots.
fn separator(text: &str) -> IResult<&str, ()> {
    let gap = take_while1(is_gap);
    let dots = alt((tag("..."), tag("…")));
    let (rest, _) = recognize(many0_count(alt((gap, recognize(char(':')), preceded(opt(char(' ')), dots)))))
        .parse(text)?;
    Ok((rest, ()))
}

fn is_gap(c: char) -> bool {
    matches!(c, ' ' | '\t' | '|' | '*')
}

fn no_match<'t>() -> nom::Err<nom::error::Error<&'t str>> {
    nom::Err::Error(nom::error::Error::new("", nom::error::ErrorKind::HexDigit))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn columns(text: &str) -> (Option<u32>, usize, &str) {
        let head = head(text).unwrap_or_else(|| panic!("{text}: no head"));
        (head.number, head.columns.len(), &text[head.len..])
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
