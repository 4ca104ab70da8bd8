//! Words of a sentence, and what they can be: file names and the placeholders that stand for one.

/// What may cling to a word.
pub(crate) const PUNCTUATION: [char; 12] = ['.', ',', ';', ':', '"', '\'', ')', '!', '?', ']', '(', '*'];
/// What parts words.
pub(crate) const BLANK: [char; 2] = [' ', '\t'];

/// Words with their offsets, from an offset on.
pub(crate) fn words(text: &str, from: usize) -> impl Iterator<Item = (usize, &str)> {
    let blank = |byte: &u8| matches!(byte, b' ' | b'\t');
    let mut at = from;
    std::iter::from_fn(move || {
        let rest = text.as_bytes().get(at..)?;
        let start = at + rest.iter().position(|byte| !blank(byte))?;
        let rest = text.as_bytes().get(start..)?;
        at = start + rest.iter().position(blank).unwrap_or(rest.len());
        Some((start, text.get(start..at)?))
    })
}

/// A word without the punctuation behind it.
pub(crate) fn bare(word: &str) -> &str {
    // As most are.
    if word.bytes().next_back().is_some_and(|last| last.is_ascii_alphanumeric()) {
        return word;
    }
    word.trim_end_matches(PUNCTUATION)
}

/// Whether a word is the wanted one, without case and the punctuation behind it.
pub(crate) fn is(word: &str, wanted: &str) -> bool {
    bare(word).eq_ignore_ascii_case(wanted)
}

/// Whether a text starts so, without case.
pub(crate) fn starts_with(text: &str, start: &str) -> bool {
    // Most texts differ in the first letter.
    let first = |text: &str| text.bytes().next().map(|byte| byte.to_ascii_lowercase());
    first(text) == first(start)
        && text.get(..start.len()).is_some_and(|head| head.eq_ignore_ascii_case(start))
}

/// `GDI.EXE`, `~GLC1164.TMP`: a name with an extension.
pub(crate) fn is_file(name: &str) -> bool {
    name.rsplit_once('.').is_some_and(|(stem, extension)| {
        !stem.is_empty()
            && (2..=4).contains(&extension.len())
            && extension.starts_with(|c: char| c.is_ascii_alphabetic())
            && extension.bytes().all(|byte| byte.is_ascii_alphanumeric())
    })
}

/// `<unknown>`, `Unknown`, `xxxx`, `%2`: what stands where nobody knew, or filled in, the name.
pub(crate) fn is_placeholder(name: &str) -> bool {
    name.is_empty()
        || name.starts_with(['<', '%', '[', '(', '?'])
        || name.eq_ignore_ascii_case("unknown")
        || starts_with(name, "unknown@")
        || name.bytes().all(|byte| matches!(byte, b'x' | b'X' | b'.' | b'?' | b'*' | b'_'))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn files_and_placeholders() {
        assert!(is_file("~GLC1164.TMP") && is_file("User.exe"));
        assert!(!is_file("v1.0") && !is_file(".exe") && !is_file("word"));
        assert!(is_placeholder("<unknown>") && is_placeholder("xxxx") && is_placeholder("%2"));
        assert!(!is_placeholder("x.dll"));
    }

    #[test]
    fn words_know_where_they_stand() {
        assert_eq!(words("a  bc", 1).collect::<Vec<_>>(), [(3, "bc")]);
    }
}
