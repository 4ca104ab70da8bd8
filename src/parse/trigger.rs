//! The literals by which evidence shows in raw bytes, and what must stand around one.
//!
//! An anchor finds evidence on a line that is looked at; a trigger makes somebody look. So triggers are rare: `event` by
//! itself stands in every second line of some logs, `event` with a number after it does not. A check reads a fixed number
//! of bytes and may let through what turns out to be nothing.

use super::eights::{letters, letters_and_digits};
use super::glance::{Glance, may_tell};

/// Whether what stands around an offset of a text can be evidence.
pub(crate) type Check = fn(&[u8], usize) -> bool;

/// A literal and the check of its surroundings.
pub(crate) struct Trigger {
    /// One byte, or four at least; found without case.
    pub(crate) literal: &'static str,
    pub(crate) holds: Check,
}

impl Trigger {
    /// A literal that tells enough by itself.
    pub(crate) const fn sure(literal: &'static str) -> Self {
        Trigger { literal, holds: |_, _| true }
    }

    /// A literal that tells in some surroundings only.
    pub(crate) const fn checked(literal: &'static str, holds: Check) -> Self {
        Trigger { literal, holds }
    }

    /// The literal as it is spelt, and in upper case where that is something else to who searches: ASCII is found without
    /// case.
    pub(crate) fn spellings(&self) -> Vec<String> {
        let upper = self.literal.to_uppercase();
        let both = !self.literal.is_ascii() && upper != self.literal;
        [Some(self.literal.to_owned()), both.then_some(upper)].into_iter().flatten().collect()
    }
}

/// How far a check looks for a number behind a word: `Event Identifier: 9405`, and over a line end.
const NEAR: usize = 32;

/// At most `length` bytes from an offset on.
fn ahead(text: &[u8], at: usize, length: usize) -> &[u8] {
    let rest = text.get(at..).unwrap_or_default();
    rest.get(..length).unwrap_or(rest)
}

fn before(text: &[u8], at: usize) -> Option<u8> {
    at.checked_sub(1).and_then(|at| text.get(at)).copied()
}

/// `MODULE!function`: a name before the sign, the beginning of one after it.
pub(crate) fn symbol(text: &[u8], at: usize) -> bool {
    let name = |byte: u8| byte.is_ascii_alphanumeric() || !byte.is_ascii() || b"_>.-$)]".contains(&byte);
    let begins =
        |byte: &u8| byte.is_ascii_alphanumeric() || !byte.is_ascii() || b"_?@~<`$&(*. ".contains(byte);
    let after = text.get(at + 1);
    // `failed! The`: a sentence ends here. `ntdll! KiFastSystemCall` has a blank in copies of web pages.
    let sentence = after == Some(&b' ') && !ahead(text, at, 64).contains(&b'+');
    before(text, at).is_some_and(name) && after.is_some_and(begins) && !sentence
}

/// `+0x25`, `+ 0x25`
pub(crate) fn offset(text: &[u8], at: usize) -> bool {
    let rest = ahead(text, at + 1, 3);
    let digits = rest.strip_prefix(b" ").unwrap_or(rest);
    matches!(digits, [b'0', b'x' | b'X', ..])
}

/// A digit soon after.
pub(crate) fn number(text: &[u8], at: usize) -> bool {
    ahead(text, at, NEAR).iter().any(u8::is_ascii_digit)
}

/// `event`: a number follows, with no more than the words of a label between; or one stands before; or it is the title of
/// a column.
pub(crate) fn event(text: &[u8], at: usize) -> bool {
    let before = text.get(at.saturating_sub(24)..at).unwrap_or_default();
    let rest = ahead(text, at + 5, NEAR);
    let rest = rest.strip_prefix(b"os").or_else(|| rest.strip_prefix(b"o")).unwrap_or(rest);
    let rest = rest.strip_prefix(b"s").or_else(|| rest.strip_prefix(b"S")).unwrap_or(rest);
    // Most are no word of a sentence: `EventType`, `event.Async`.
    let goes_on = |byte: &u8| {
        matches!(byte, b' ' | b'\t' | b'\r' | b'\n' | b':' | b'#' | b'(' | b'"' | b'\'' | b'-' | b'*' | b'>')
            || matches!(byte, b'|' | b'_' | b'&' | b';' | b'i' | b'I' | b'c' | b'C' | b'n' | b'N')
    };
    if !rest.first().is_some_and(goes_on) && !matches!(before, [.., b'0'..=b'9', b' ']) {
        return false;
    }
    let code = before.last().is_some_and(|byte| b"._-$/\\@%".contains(byte));
    let id = after_id(rest);
    let glued = before.last().is_some_and(u8::is_ascii_alphanumeric);
    let label = !code && (id.is_some() || !glued) && is_numbered(rest, id);
    label || column(rest) || !code && counted(before, id.is_some())
}

/// What follows `ID`, `code` or `number`.
fn after_id(rest: &[u8]) -> Option<&[u8]> {
    let rest = trimmed(rest, b" \t-_&;");
    let words = [&b"identifier"[..], b"number", b"code", b"nbsp", b"ids", b"id", b"no"];
    words.iter().find_map(|word| {
        let (head, tail) = rest.split_at_checked(word.len())?;
        head.eq_ignore_ascii_case(word).then_some(tail)
    })
}

/// Whether a number follows a label, of which the rest behind `id` is given where it has that.
fn is_numbered(rest: &[u8], id: Option<&[u8]>) -> bool {
    let Some(id) = id else {
        // `event=2` belongs to a program.
        let value = trimmed(rest, b" \t:#(\"'-*\r\n>|");
        return value.len() < rest.len() && value.first().is_some_and(u8::is_ascii_digit);
    };
    // `Event ID is 374`, `Event ID&nbsp;5`, `<EventID Qualifiers='49152'>1000`.
    let digit = id.iter().position(u8::is_ascii_digit);
    let words = digit.and_then(|digit| id.get(..digit)).unwrap_or(id);
    digit.is_some() && words.iter().filter(|byte| byte.is_ascii_alphabetic()).count() <= 10
}

/// `a 9405 event`, `2110 and 9405 Event IDs`: what stands before the word ends in a number.
fn counted(before: &[u8], named: bool) -> bool {
    let Some(before) = before.strip_suffix(b" ") else { return false };
    let digits = before.iter().rev().take_while(|byte| byte.is_ascii_digit()).count();
    let words = before.get(..before.len() - digits).unwrap_or_default();
    let article = || {
        words.strip_suffix(b" ").is_some_and(|words| {
            words.ends_with(b"a") || words.ends_with(b"n") || words.ends_with(b"e") || words.ends_with(b"is")
        })
    };
    (3..=5).contains(&digits) && (named || article())
}

fn trimmed<'t>(text: &'t [u8], blanks: &[u8]) -> &'t [u8] {
    let from = text.iter().position(|byte| !blanks.contains(byte)).unwrap_or(text.len());
    text.get(from..).unwrap_or_default()
}

/// ` ID,Task Category`, `Id";"`: the title of a column ends.
fn column(rest: &[u8]) -> bool {
    let rest = rest.strip_prefix(b" ").unwrap_or(rest);
    let Some((id, after)) = rest.split_at_checked(2) else { return false };
    id.eq_ignore_ascii_case(b"id") && matches!(after.first(), Some(b',' | b'\t' | b';' | b'|' | b'"' | b' '))
}

/// A level in a row of an event list: `Error\t3/1/2004`, `Warning,12.03.2007`, `Information  3/1/2004`, or behind a date
/// `11/7/96 4:32:01 PM DrWatson Information None 4097`.
pub(crate) fn level(text: &[u8], at: usize) -> bool {
    let word = ahead(text, at, LEVEL + 1);
    // Beyond ASCII all are letters.
    let ends = |byte: &u8| byte.is_ascii() && !byte.is_ascii_alphabetic();
    word.iter().position(ends).is_some_and(|length| is_level(text, at, length))
}

/// `Error`, `Errore`: a word of ASCII, and no part of one.
pub(crate) fn short_level(text: &[u8], at: usize) -> bool {
    let begins = before(text, at).is_none_or(|byte| !byte.is_ascii_alphanumeric());
    begins && {
        let length = letters(ahead(text, at, 8));
        length <= 6 && is_level(text, at, length)
    }
}

/// Whether what follows a word of so many bytes makes it a level.
fn is_level(text: &[u8], at: usize, length: usize) -> bool {
    let rest = text.get(at + length..).unwrap_or_default();
    match rest {
        [b'\t' | b',' | b';' | b'"' | b'|', ..] | [b' ', b' ', ..] => has_digit(rest),
        [b' ', ..] => has_digit(rest) && dated(text, at),
        _ => false,
    }
}

/// Whether a digit stands in the next forty bytes of a line.
fn has_digit(line: &[u8]) -> bool {
    let Glance { digits, line_ends, .. } = Glance::at(line);
    let end = line_ends.trailing_zeros().min(40);
    digits & ((1 << end) - 1) != 0
}

/// The longest name of a level, in bytes: `предупреждение`.
const LEVEL: usize = 28;

/// A date stands before, on the line or not far above it: `11/7/96`, `3.12.2004`.
pub(crate) fn dated(text: &[u8], at: usize) -> bool {
    let before = text.get(at.saturating_sub(80)..at).unwrap_or_default();
    memchr::memchr2_iter(b'/', b'.', before).any(|sign| {
        let (head, tail) = before.split_at(sign);
        let first = head.iter().rev().take_while(|byte| byte.is_ascii_digit()).take(3).count();
        let begins = head.iter().rev().nth(first).is_none_or(|byte| !matches!(byte, b'/' | b'.'));
        matches!(first, 1 | 2) && begins && goes_on_as_date(tail)
    })
}

/// `/7/96`: what follows the first number of a date.
fn goes_on_as_date(text: &[u8]) -> bool {
    let end = text.iter().position(|byte| !byte.is_ascii_digit() && !matches!(byte, b'/' | b'.'));
    let date = text.get(..end.unwrap_or(text.len())).unwrap_or_default();
    let mut parts = date.split(|byte| matches!(byte, b'/' | b'.')).map(<[u8]>::len);
    let date = (parts.next(), parts.next(), parts.next(), parts.next());
    matches!(date, (Some(0), Some(1 | 2), Some(2 | 4), None))
}

/// `Emsmta.exe 5.5.2653.12`, `mapi32.dll (5.5.2652.85)`, or a row that a number and a module begin: `0 xul.dll Foo`.
pub(crate) fn file(text: &[u8], at: usize) -> bool {
    let rest = text.get(at + 4..).unwrap_or_default();
    // `executor`, `DllRegisterServer`
    if rest.first().is_some_and(u8::is_ascii_alphabetic) {
        return false;
    }
    let mut versions = Glance::at(rest).versions();
    versions.any(|word| word.end <= 40 && rest.get(word).is_some_and(is_version))
        || matches!(rest.first(), Some(b' ' | b'\t')) && is_row(text, at)
}

/// Whether a number and blanks begin the line on which a name ends.
fn is_row(text: &[u8], at: usize) -> bool {
    let before = text.get(at.saturating_sub(48)..at).unwrap_or_default();
    let line = memchr::memrchr(b'\n', before).and_then(|end| before.get(end + 1..)).unwrap_or(before);
    let line = line.trim_ascii_start();
    let digits = line.iter().take_while(|byte| byte.is_ascii_digit()).count();
    line.len() < 40 && matches!(digits, 1..=3) && matches!(line.get(digits), Some(b' ' | b'\t'))
}

/// `5.5.2653.12`, and no address.
fn is_version(word: &[u8]) -> bool {
    let parts = || word.split(|byte| *byte == b'.').filter(|part| !part.is_empty());
    parts().count() >= 3 && parts().any(|part| part.len() > 3 || part.len() == 3 && *part > b"255"[..])
}

/// `stop`: with a code behind it, or the words that introduce one.
pub(crate) fn stop(text: &[u8], at: usize) -> bool {
    let rest = ahead(text, at + 4, 44);
    let goes_on = rest.first().is_some_and(u8::is_ascii_alphabetic);
    if goes_on || before(text, at).is_some_and(|byte| byte.is_ascii_alphanumeric()) {
        return false;
    }
    // `OxOOOOOOOA` is a number to whoever typed it.
    let code = rest.iter().position(|byte| byte.is_ascii_digit() || *byte == b'O');
    let between = code.and_then(|code| rest.get(..code)).unwrap_or(rest);
    let letters = between.iter().filter(|byte| byte.is_ascii_alphabetic()).count();
    let introduced = rest.get(..5).is_some_and(|word| word.eq_ignore_ascii_case(b" code"));
    let near = code.is_some_and(|code| !between.contains(&b'\n') || rest.get(code + 1) == Some(&b'x'));
    introduced || near && letters <= 24
}

/// `exception`: with a code in the same sentence, or with the name of a hardware one.
pub(crate) fn code(text: &[u8], at: usize) -> bool {
    let rest = ahead(text, at, 120);
    // `objc_exception_throw`, `3 alignment exceptions`, and the first row of a Java stack below.
    let other = before(text, at) == Some(b'_')
        || rest.get(9) == Some(&b's')
        || rest.get(9..).is_some_and(|rest| rest.starts_with(b"\n\tat "));
    let tells = |word: &[u8]| match word.first().map(u8::to_ascii_lowercase) {
        Some(b'd') => word.eq_ignore_ascii_case(b"divide"),
        Some(b'v') => word.eq_ignore_ascii_case(b"violation"),
        Some(b'o') => word.eq_ignore_ascii_case(b"overflow") || is_code(word),
        Some(b'0' | b'c' | b'e' | b'8' | b'4') => is_code(word),
        _ => false,
    };
    !other && text.get(at..).is_some_and(may_tell) && words(rest).any(tells)
}

/// The words of letters and digits.
fn words(mut text: &[u8]) -> impl Iterator<Item = &[u8]> {
    std::iter::from_fn(move || {
        let (word, rest) = text.split_at_checked(letters_and_digits(text)).filter(|_| !text.is_empty())?;
        text = rest.get(1..).unwrap_or_default();
        Some(word)
    })
}

/// `0xc0000005`, `E06D7363`, `80000003`: what Windows and compilers raise.
fn is_code(word: &[u8]) -> bool {
    let digits = match word {
        [b'0' | b'O', b'x' | b'X', digits @ ..] => digits,
        digits => digits,
    };
    let severe = matches!(digits.first(), Some(b'c' | b'C' | b'e' | b'E' | b'8' | b'4'));
    let whole = (7..=9).contains(&digits.len()) && digits.iter().all(u8::is_ascii_hexdigit);
    let round =
        || digits.get(1..5).is_some_and(|digits| digits == b"0000") || digits.get(1..4) == Some(b"06");
    severe && whole && (round() || digits.iter().any(|byte| byte.is_ascii_alphabetic()))
}

/// `c0000005`: a code of eight digits.
pub(crate) fn status(text: &[u8], at: usize) -> bool {
    let digits = ahead(text, at, 9).iter().take_while(|byte| byte.is_ascii_hexdigit()).count();
    digits == 8
        && before(text, at).is_none_or(|byte| matches!(byte, b'x' | b'X') || !byte.is_ascii_alphanumeric())
}

/// `(0x0000000A, 0x`, of which the comma stands here: a number in parentheses stands before it.
pub(crate) fn parameters(text: &[u8], at: usize) -> bool {
    let before = text.get(at.saturating_sub(24)..at).unwrap_or_default();
    let inside = before.rsplit(|byte| *byte == b'(').next().unwrap_or_default();
    inside.len() < before.len()
        && inside.iter().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b' ' | b'`'))
}

/// The word before a managed frame: a dotted name with parentheses follows, and no Java source.
pub(crate) fn managed(text: &[u8], at: usize) -> bool {
    let rest = ahead(text, at + usize::from(text.get(at) == Some(&b'>')), 400).trim_ascii_start();
    let Some(word) = memchr::memchr(b' ', rest) else { return false };
    let name = rest.get(word..).unwrap_or_default().trim_ascii_start();
    let end = memchr::memchr3(b'(', b' ', b'\n', name).unwrap_or(name.len());
    let (name, rest) = name.split_at(end);
    let java = || {
        let inside = rest.get(..120).unwrap_or(rest);
        let inside = inside.split(|byte| *byte == b')').next().unwrap_or_default();
        let sources = [&b".java"[..], b"Native Method", b"Unknown Source", b".scala", b"<generated>"];
        let begins = |byte: &u8| matches!(byte, b'.' | b'N' | b'U' | b'<');
        let mut begun = inside.iter().enumerate().filter(|(_, byte)| begins(byte));
        begun.any(|(at, _)| sources.iter().any(|source| inside[at..].starts_with(source)))
    };
    name.contains(&b'.') && rest.iter().take(2).any(|byte| *byte == b'(') && !java()
}

/// A path of Windows stands on the line.
pub(crate) fn path(text: &[u8], at: usize) -> bool {
    ahead(text, at, 64).split(|byte| *byte == b'\n').next().is_some_and(|line| line.contains(&b'\\'))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Whether a check lets through the place of `word` in `text`.
    fn holds(check: Check, text: &str, word: &str) -> bool {
        check(text.as_bytes(), text.find(word).unwrap())
    }

    #[test]
    fn a_file_counts_with_its_version_or_as_the_module_of_a_row() {
        for text in [
            "Emsmta.exe 5.5.2653.12",
            "mapi32.exe (5.5.2652.85)",
            "Date\n  0 xul.exe Foo",
            "12\tfirefox.exe\tmain",
        ] {
            assert!(holds(file, text, ".exe"), "{text}");
        }
        for text in [
            "chrome.exe - www.example.com:443",
            "a.exe 10.0.0.1:80 1.2.30",
            "see 0 or more of xul.exe",
            "a.exe",
        ] {
            assert!(!holds(file, text, ".exe"), "{text}");
        }
    }

    #[test]
    fn an_exception_counts_with_a_code_or_the_name_of_one() {
        for text in [
            "exception 0xc0000005",
            "Exception: E06D7363",
            "exception access violation",
            "exception (80000003)",
        ] {
            assert!(code(text.as_bytes(), 0), "{text}");
        }
        for text in [
            "exceptions c0000005",
            "exception\n\tat c0000005",
            "exception in 12345678",
            "exception of decade",
        ] {
            assert!(!code(text.as_bytes(), 0), "{text}");
        }
    }

    #[test]
    fn a_level_of_one_word_wants_a_date_before_it() {
        assert!(holds(level, "11/7/96 4:32:01 PM DrWatson Information None 4097", "Information"));
        assert!(holds(level, "3.12.2004 Information None 4097", "Information"));
        assert!(holds(level, "Information\t3/1/2004", "Information"));
        for text in ["Information about 4097", "1/2/3/2004 Information 5", "10.0.3.1 Information 5"] {
            assert!(!holds(level, text, "Information"), "{text}");
        }
    }
}
