//! Small readings of a line that several dialects share.

use crate::evidence::SmolStr;

/// The most of a line that is looked at from one place; a line may be as long as the input.
const LOOK: usize = 2_000;

/// The beginning of a text, as far as one look goes.
pub(crate) fn clip(text: &str) -> &str {
    first(text, LOOK)
}

/// The first `most` bytes of a text, or a few less where a character would be cut.
pub(crate) fn first(text: &str, most: usize) -> &str {
    text.get(..text.floor_char_boundary(most)).unwrap_or("")
}

/// Whether two texts are the same without case.
pub(crate) fn same_letters(one: &str, other: &str) -> bool {
    one.eq_ignore_ascii_case(other)
        || !(one.is_ascii() && other.is_ascii()) && one.to_lowercase() == other.to_lowercase()
}

/// What `str::trim` gives; most texts have nothing to take off.
pub(crate) fn trim(text: &str) -> &str {
    match text.as_bytes() {
        [] => text,
        [first, .., last] if first.is_ascii_graphic() && last.is_ascii_graphic() => text,
        _ => text.trim(),
    }
}

/// Whether a text is empty or nothing but blanks; most begin with something else.
#[inline]
pub(crate) fn is_blank(text: &str) -> bool {
    !text.bytes().find(|byte| *byte != b' ').is_some_and(|byte| byte.is_ascii_graphic())
        && text.trim_start().is_empty()
}

/// What `str::split_once` gives. For the short text of a line this is cheaper: see [`position`].
pub(crate) fn split_once<'t>(text: &'t str, needle: &str) -> Option<(&'t str, &'t str)> {
    let at = position(text, needle)?;
    Some((text.get(..at)?, text.get(at + needle.len()..)?))
}

/// What `str::trim_start_matches` gives for characters of ASCII, a byte at a time.
#[inline]
pub(crate) fn skip(text: &str, skipped: impl Fn(u8) -> bool) -> &str {
    let count = text.bytes().take_while(|byte| byte.is_ascii() && skipped(*byte)).count();
    text.get(count..).unwrap_or("")
}

/// Whether a text begins with a word, without ASCII case.
pub(crate) fn begins_with(text: &str, word: &str) -> bool {
    text.as_bytes().get(..word.len()).is_some_and(|begin| begin.eq_ignore_ascii_case(word.as_bytes()))
}

/// Which of some words a text begins with. Most texts differ from most words in the first letter.
pub(crate) fn start_of<'s>(text: &str, words: &[&'s str]) -> Option<&'s str> {
    let first = text.as_bytes().first()?;
    let mut alike = words.iter().copied().filter(|word| word.as_bytes().first() == Some(first));
    alike.find(|word| text.starts_with(word))
}

/// Where `needle` stands in `text`. For the short text of a line this is cheaper than `str::find`, which prepares a search.
pub(crate) fn position(text: &str, needle: &str) -> Option<usize> {
    let needle = needle.as_bytes();
    let mut begins = memchr::memchr_iter(*needle.first()?, text.as_bytes());
    begins.find(|at| text.as_bytes().get(*at..).is_some_and(|rest| rest.starts_with(needle)))
}

/// Where `needle` stands in `text`, without ASCII case.
pub(crate) fn find(text: &str, needle: &str) -> Option<usize> {
    let first = *needle.as_bytes().first()?;
    let begins =
        memchr::memchr2_iter(first.to_ascii_lowercase(), first.to_ascii_uppercase(), text.as_bytes());
    let here = |at: &usize| {
        let window = text.as_bytes().get(*at..*at + needle.len());
        window.is_some_and(|window| window.eq_ignore_ascii_case(needle.as_bytes()))
    };
    begins.into_iter().find(here)
}

/// Whether `needle` stands in `text`, without ASCII case.
pub(crate) fn has(text: &str, needle: &str) -> bool {
    find(text, needle).is_some()
}

/// A text as evidence holds it: in place, as nearly all are.
#[inline]
pub(crate) fn short(text: &str) -> SmolStr {
    if text.len() <= SmolStr::INLINE_CAP { SmolStr::new_inline(text) } else { SmolStr::new(text) }
}

/// The last part of a path: `store.exe` of `C:\exchsrvr\bin\store.exe`.
pub(crate) fn file_name(path: &str) -> &str {
    path.rsplit(['\\', '/']).next().unwrap_or(path)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn finding_ignores_case_and_keeps_boundaries() {
        assert_eq!(find("Ünd FAULT ->", "fault"), Some(5));
        assert_eq!(find("x", "longer"), None);
        assert_eq!(skip("\t é x", |byte| byte == b' ' || byte == b'\t'), "é x");
        assert!(begins_with("Thread é", "thread ") && !begins_with("é", "thread"));
        assert_eq!(clip(&"é".repeat(3_000)).len(), LOOK);
        assert!(["", "  ", " \t\u{a0}"].into_iter().all(is_blank));
        assert!(["x", "  x", "\tx", "é"].into_iter().all(|text| !is_blank(text)));
    }

    #[test]
    fn file_names() {
        assert_eq!(file_name(r"obj\i386\tn5250.exe"), "tn5250.exe");
        assert_eq!(file_name("store.dbg"), "store.dbg");
    }
}
