//! The id of an event: the label, what separates it from the number, and the number.
//!
//! `Event ID: 9405`, `Event ID 9405`, `Event ID = 9405:`, `Eventid: 22`, `event id= 283`, `Event ID:1008`, `Event - 7`,
//! `The Event ID is 374`, `Event ID (5)`, `Events 1283`, `Event ID 9215A sockets error` (the message is glued to it), and
//! the label alone at the end of a line with the number on the next.
//!
//! No id: a GUID (`Event ID: 9b2d9262-e59a-...`), a placeholder (`Event ID: %1`), a time (`event 12:30`).

use super::labels::{self, Field};
use crate::parse::page::{Page, Pos};

/// An event id in a text.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Id {
    /// Where the label begins.
    pub(crate) start: Pos,
    /// Where the number begins and ends.
    pub(crate) number: Pos,
    pub(crate) end: Pos,
    /// Event Viewer's number: the low word.
    pub(crate) value: u32,
    /// The label says `id`: not just `event`.
    pub(crate) named: bool,
    /// `:`, `=` or the like stands between label and number.
    pub(crate) separated: bool,
    /// The first word of the message is glued to the number.
    pub(crate) glued: bool,
}

/// The id whose label holds the anchor at `hit`.
pub(crate) fn at(page: &Page<'_>, hit: Pos) -> Option<Id> {
    let spelt = page.rest(hit);
    let is_english = strip_word(spelt, "event").is_some_and(|rest| !rest.starts_with(['o', 'O']));
    if is_english { english(page, hit) } else { labelled(page, hit) }
}

/// Where the word `event` stands in a text. Its second letter is rarer than its first.
pub(crate) fn events(text: &str) -> impl Iterator<Item = usize> {
    let letters = memchr::memchr2_iter(b'v', b'V', text.as_bytes());
    let word = |at: &usize| text.get(*at..).is_some_and(|rest| strip_word(rest, "event").is_some());
    letters.filter_map(|at| at.checked_sub(1)).filter(word)
}

/// `event id 5`, `Events 7`, `EventID: 5`: the word `event` stands at `hit`.
pub(crate) fn english(page: &Page<'_>, hit: Pos) -> Option<Id> {
    let text = page.text(hit.line);
    let rest = text.get(hit.at..)?;
    let after_event = strip_word(rest, "event")?;
    let after_event = strip_word(after_event, "s").unwrap_or(after_event);
    let after_id = id_word(after_event);
    let before = text[..hit.at].chars().next_back();
    let code = matches!(before, Some('.' | '_' | '-' | '$' | '<' | '/' | '\\' | '@' | '%'));
    let glued_before = before.is_some_and(char::is_alphanumeric);
    // `Event[0]:` counts the entries that wevtutil prints.
    let counted = after_event.starts_with('[');
    if code || counted || (glued_before && (after_id.is_none() || !rest.starts_with('E'))) {
        return None;
    }
    let after_label = after_id.unwrap_or(after_event);
    let (value, separated) = separator(after_label);
    let number_at = text.len() - value.len();
    let broken = value.is_empty() && after_id.is_some();
    let number = if broken { next_line(page, hit.line) } else { Pos { line: hit.line, at: number_at } };
    let (id, length, glued) = read_number(page.rest(number))?;
    // `Event9` is an identifier, and `Events 5.5` no id.
    if after_id.is_none() && !separated && (after_event.len() == value.len() || glued) {
        return None;
    }
    // `eventId = 5;` and `EventID = 5,` belong to a program.
    let tail = page.rest(number).get(length..).unwrap_or("");
    let assigned = after_label.trim_start().starts_with('=');
    if assigned && (tail.trim_end() == ";" || tail.trim_end() == ",") {
        return None;
    }
    Some(Id {
        start: hit,
        number,
        end: Pos { line: number.line, at: number.at + length },
        value: id,
        named: after_id.is_some(),
        separated,
        glued,
    })
}

/// A label of another language around the anchor.
fn labelled(page: &Page<'_>, hit: Pos) -> Option<Id> {
    const REACH: usize = 48;
    let text = page.text(hit.line);
    let from = labels::floor_boundary(text, hit.at.saturating_sub(REACH));
    let to = labels::floor_boundary(text, hit.at + REACH);
    let window = text.get(from..to)?;
    let label = labels::labels(window).find(|label| {
        label.field == Field::Id && from + label.start <= hit.at && hit.at < from + label.value
    })?;
    let after = text.get(from + label.value..)?;
    let value = after.trim_start_matches([' ', '\t', '*']);
    let number = if value.is_empty() {
        next_line(page, hit.line)
    } else {
        Pos { line: hit.line, at: text.len() - value.len() }
    };
    let (id, length, glued) = read_number(page.rest(number))?;
    let end = Pos { line: number.line, at: number.at + length };
    let start = Pos { line: hit.line, at: from + label.start };
    Some(Id { start, number, end, value: id, named: true, separated: true, glued })
}

/// `text` after `word`, compared without case.
pub(crate) fn strip_word<'t>(text: &'t str, word: &str) -> Option<&'t str> {
    let head = text.get(..word.len())?;
    head.eq_ignore_ascii_case(word).then(|| &text[word.len()..])
}

/// `text` after `id`, `ID's`, ` IDs`, `-ID`, ` code`, ` number`; what follows must not be a letter.
pub(crate) fn id_word(text: &str) -> Option<&str> {
    let text = text.trim_start_matches([' ', '\t', '-', '_']);
    let rest = ["ids", "id's", "id(s)", "id", "code", "number", "no."].into_iter().find_map(|word| {
        strip_word(text, word).filter(|rest| !rest.starts_with(|c: char| c.is_ascii_alphabetic()))
    })?;
    Some(
        ["number", "code", "no.", "of"]
            .into_iter()
            .find_map(|word| strip_word(rest.trim_start(), word))
            .unwrap_or(rest),
    )
}

/// Skips what stands between label and number; whether it was more than blanks and brackets.
fn separator(text: &str) -> (&str, bool) {
    let mut rest = text.trim_start_matches([' ', '\t', '*', '_', '`', '"']);
    let mut separated = false;
    if let Some(after) = ["is ", "was ", "are "].iter().find_map(|word| strip_word(rest, word)) {
        rest = after;
    } else if rest.starts_with([':', '=', '-', '#', ';', '\u{2013}', '\u{2014}']) {
        separated = true;
        rest = rest
            .trim_start_matches([':', '=', '-', '#', ';', ' ', '\t', '\u{2013}', '\u{2014}', '*', '_', '`']);
    }
    (rest.trim_start_matches([' ', '\t', '(', '[', '#', '"', '\'', '*', '<']), separated)
}

/// The first text on the next line.
pub(crate) fn next_line(page: &Page<'_>, line: usize) -> Pos {
    let text = page.text(line + 1);
    Pos { line: line + 1, at: text.len() - text.trim_start().len() }
}

/// An id, its length, and whether a word is glued to it.
pub(crate) fn read_number(text: &str) -> Option<(u32, usize, bool)> {
    let hex = text.get(..2).is_some_and(|head| head.eq_ignore_ascii_case("0x"));
    let length = if hex {
        2 + text.bytes().skip(2).take_while(u8::is_ascii_hexdigit).count()
    } else {
        text.bytes().take_while(u8::is_ascii_digit).count()
    };
    let value = if hex {
        crate::parse::hex::code(text.get(..length)?)?
    } else {
        text.get(..length).filter(|digits| digits.len() <= 10)?.parse().ok()?
    };
    let mut after = text.get(length..)?.chars();
    let (first, second) = (after.next(), after.next());
    let glued = match first {
        // `9215A sockets error`, `9405An unexpected error`.
        Some(c) if c.is_uppercase() => {
            if hex || second.is_some_and(|c| c.is_ascii_digit() || c == '-') {
                return None;
            }
            true
        }
        Some(c) if c.is_alphanumeric() && c.is_ascii() || c == '_' || c == '%' => return None,
        // A path, unless the backslash is Markdown's line break.
        Some('\\') if second.is_some() => return None,
        Some('.' | ':') if second.is_some_and(|c| c.is_ascii_digit()) => return None,
        // The first group of a GUID.
        Some('-') if length == 8 && second.is_some_and(|c| c.is_ascii_hexdigit()) => return None,
        _ => false,
    };
    let low_word = if value > 0xFFFF { value & 0xFFFF } else { value };
    Some((low_word, length, glued))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn id(text: &str) -> Option<(u32, bool, bool)> {
        let page = Page::new(text);
        let hit = text.to_lowercase().find("event")?;
        at(&page, Pos { line: 0, at: hit }).map(|id| (id.value, id.separated, id.glued))
    }

    #[test]
    fn labels_and_separators() {
        for text in [
            "Event ID: 9405",
            "Event ID = 9405:",
            "Eventid: 9405",
            "event id= 9405",
            "Event ID:9405",
            "Event - 9405",
            "EventID\t:\t9405 ",
            "**Event ID:** 9405",
            "ID do Evento: 9405",
        ] {
            assert_eq!(id(text), Some((9405, true, false)), "{text}");
        }
        for text in [
            "Event ID 9405",
            "events 9405 and",
            "The Event ID is 9405,",
            "event ID (9405)",
            "event IDs are 9405 and",
            "Event IDs 9405",
            "Event ID\n  9405",
        ] {
            assert_eq!(id(text), Some((9405, false, false)), "{text}");
        }
    }

    #[test]
    fn the_message_may_be_glued_to_the_number() {
        assert_eq!(id("Event ID 9215A sockets error"), Some((9215, false, true)));
    }

    #[test]
    fn what_is_no_id() {
        for text in [
            "Event ID: 9b2d9262-e59a-4fae-a7da-c18098b0a6e5",
            "Event ID: 98098206-9262-e59a",
            "Event ID: %1",
            "Event ID: 0x%9",
            "event 12:30",
            "Event9",
            "eventId = 5;",
            "x.EventID = 5",
            "Event Type: 5",
            "RectEvent 9",
            "event 5.5",
            "Event[0]:",
            "EventIdentifier=5",
        ] {
            assert_eq!(id(text), None, "{text}");
        }
    }

    #[test]
    fn full_identifiers_are_cut_to_the_low_word() {
        assert_eq!(
            id("Event ID: 3221487625"),
            Some((9, true, false)).map(|_| (3221487625u32 & 0xFFFF, true, false))
        );
        assert_eq!(id("Event ID: 0xC0001B58"), Some((7000, true, false)));
    }
}
