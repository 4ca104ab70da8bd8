//! Makes text from inputs and signatures harmless for a terminal.
//!
//! A log may hold escape sequences, control characters and characters that turn the reading direction round or
//! take no room at all. A person must see that they are there; the terminal must not obey them.

use std::borrow::Cow;
use std::fmt::Write as _;

/// Whether a terminal would obey a character instead of showing it, or a reader would not see it.
fn is_active(ch: char) -> bool {
    ch.is_control()
        || matches!(ch,
            '\u{ad}' | '\u{61c}' | '\u{180e}'
            | '\u{200b}'..='\u{200f}' // zero width, left-to-right and right-to-left marks
            | '\u{2028}'..='\u{202e}' // line and paragraph separators, embeddings, overrides
            | '\u{2060}'..='\u{206f}' // word joiner, isolates, deprecated format characters
            | '\u{feff}' | '\u{fff9}'..='\u{fffb}'
            | '\u{fffe}' | '\u{ffff}' // no characters at all; XML cannot hold them
            | '\u{e0000}'..='\u{e007f}' // tags
        )
}

/// Whether no character is active.
fn is_harmless(text: &str) -> bool {
    // Without an early end, so that many bytes are looked at at once.
    let printed = text.bytes().fold(true, |printed, byte| printed & matches!(byte, b' '..=b'~'));
    printed || !text.chars().any(is_active)
}

/// The text on one line, with every active character as a visible escape (`\u{1b}`). Blanks and line breaks
/// collapse to one blank.
pub fn visible(text: &str) -> Cow<'_, str> {
    if is_harmless(text) && !text.contains("  ") {
        return Cow::Borrowed(text);
    }
    let mut out = String::with_capacity(text.len());
    for ch in text.chars() {
        match ch {
            ' ' | '\t' | '\n' | '\r' if out.ends_with(' ') => {}
            ' ' | '\t' | '\n' | '\r' => out.push(' '),
            _ if is_active(ch) => out.extend(ch.escape_unicode()),
            _ => out.push(ch),
        }
    }
    Cow::Owned(out)
}

/// The name of a file, with every active character as a visible escape; blanks stay, for it is looked up by its name.
pub(super) fn file_name(name: &str) -> String {
    let mut out = String::with_capacity(name.len());
    for ch in name.chars() {
        if is_active(ch) { out.extend(ch.escape_unicode()) } else { out.push(ch) }
    }
    out
}

/// [`visible`], and no longer than `most` characters.
pub(super) fn brief(text: &str, most: usize) -> String {
    // A little more than is shown, so that a megabyte of blanks is not carried along.
    let head: String = text.trim_start().chars().take(most.saturating_mul(2)).collect();
    let text = visible(head.trim_end());
    if text.chars().count() <= most {
        return text.into_owned();
    }
    let mut short: String = text.chars().take(most.saturating_sub(3)).collect();
    // Between words, where that costs little.
    match short.rfind(' ') {
        Some(blank) if blank + 20 > short.len() => short.truncate(blank),
        _ => {}
    }
    short.push_str("...");
    short
}

/// A value as JSON on one line, with every active character in a string as `\u` escape.
pub fn json_text<T: serde::Serialize>(value: &T) -> serde_json::Result<String> {
    serde_json::to_string(value).map(json)
}

/// JSON text with every active character in a string as `\u` escape: the same value, harmless to look at.
pub(super) fn json(text: String) -> String {
    if is_harmless(&text) {
        return text;
    }
    let mut out = String::with_capacity(text.len() + 16);
    for ch in text.chars() {
        if is_active(ch) {
            let mut units = [0; 2];
            for unit in ch.encode_utf16(&mut units) {
                let _ = write!(out, "\\u{unit:04x}");
            }
        } else {
            out.push(ch);
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn escape_sequences_and_direction_marks_become_visible() {
        assert_eq!(visible("\u{1b}[31mred"), "\\u{1b}[31mred");
        assert_eq!(visible("exe\u{202e}gpj"), "exe\\u{202e}gpj");
        assert_eq!(visible("bell\u{7} c1\u{9b}"), "bell\\u{7} c1\\u{9b}");
    }

    #[test]
    fn other_scripts_stay_as_they_are() {
        assert_eq!(visible("Ошибка 错误"), "Ошибка 错误");
    }

    #[test]
    fn line_breaks_collapse() {
        assert_eq!(visible("a\r\n  b\tc"), "a b c");
    }

    #[test]
    fn the_name_of_a_file_keeps_its_blanks() {
        assert_eq!(file_name("a  b\n\u{202e}.txt"), r"a  b\u{a}\u{202e}.txt");
    }

    #[test]
    fn a_long_text_is_cut_where_characters_end() {
        assert_eq!(brief("ééééééé", 6), "ééé...");
        assert_eq!(brief("short", 6), "short");
        assert_eq!(brief("cut between words", 10), "cut...");
    }

    #[test]
    fn json_keeps_its_value() {
        let value = "\u{7f}\u{202e}\u{e0041}ok";
        let text = json(serde_json::to_string(value).unwrap());
        assert_eq!(text, r#""\u007f\u202e\udb40\udc41ok""#);
        assert_eq!(serde_json::from_str::<String>(&text).unwrap(), value);
    }
}
