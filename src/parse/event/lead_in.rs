//! The message of an event that a sentence names: it is quoted below, on lines of its own.
//!
//! ```text
//! Write an event. The Event ID is 374, and the Description is:
//! Event ID 1003 may be logged in the System log, with the following detail:
//! The following error is logged with Event ID 705:
//! ```
//!
//! The sentence has [`LINES`] lines at most; the quotation is indented deeper, or stands in the same item of a list.

use super::id::{self, Id};
use super::labels::{first_label, floor_boundary, unmarked};
use super::message::{self, ends_before, indentation};
use crate::parse::page::{Page, Pos};
use crate::parse::prose;
use crate::parse::text::{clip, is_blank};

/// The most lines of the sentence, and the most bytes that it takes from the id on.
const LINES: usize = 4;
const SENTENCE: usize = 400;
/// Words of a sentence that leads to a message, the first [`PLAIN`] of them without naming the event.
#[rustfmt::skip]
const ANNOUNCING: &[&str] = &[
    "description", "message", "text", "reads", "states", "logged", "recorded", "reported", "detail", "appear",
    "generated", "written", "following error", "following event", "following warning",
];
const PLAIN: usize = 5;

/// The message below the sentence with the id, and its end.
pub(crate) fn read(page: &Page<'_>, id: &Id) -> Option<(String, Pos)> {
    let (rest, line) = sentence_after(page, id)?;
    let announced = |words: &[&str], text: &str| words.iter().any(|word| text.contains(word));
    let announces = match rest.rsplit_once(". ") {
        // The id has a sentence of its own: the next one must say that it leads to the text.
        Some((_, last)) => announced(&ANNOUNCING[..PLAIN], last),
        None => announced(ANNOUNCING, &rest) || announced(ANNOUNCING, &sentence_before(page, id)),
    };
    let first = line + 2;
    let quoted = page.text(first);
    // In the item of a list, sentence and quotation stand at one depth.
    let following = rest.contains("following") || rest.contains("similar");
    let outer = indentation(page.text(line));
    let deeper = indentation(quoted) > outer || outer > 0 && indentation(quoted) == outer && following;
    let quotes = announces && deeper && !is_other(quoted) && !ends_before(page, first);
    if !quotes || prose::is_reference(page, first) {
        return None;
    }
    message::read(page, Pos { line: first, at: indentation(quoted) }, None)
}

/// What follows the id up to the colon and the blank line, in lower case, and the line of the colon.
fn sentence_after(page: &Page<'_>, id: &Id) -> Option<(String, usize)> {
    let mut sentence = String::new();
    for line in id.end.line..id.end.line + LINES {
        let from = Pos { line, at: if line == id.end.line { id.end.at } else { 0 } };
        let part = clip(page.rest(from));
        if names_event(page, from, part) {
            // `Before the event 9405, an event 2245 may be logged:` is about the other one.
            return None;
        }
        sentence.push_str(&part.trim().to_ascii_lowercase());
        if sentence.len() > SENTENCE {
            return None;
        }
        if is_blank(page.text(line + 1)) {
            return sentence.ends_with(':').then_some((sentence, line));
        }
        sentence.push(' ');
    }
    None
}

/// What stands before the id in its sentence, on its line, in lower case.
fn sentence_before(page: &Page<'_>, id: &Id) -> String {
    let text = page.text(id.start.line);
    let from = floor_boundary(text, id.start.at.saturating_sub(SENTENCE));
    let before = text.get(from..id.start.at).unwrap_or("");
    before.rsplit_once(". ").map_or(before, |(_, sentence)| sentence).to_ascii_lowercase()
}

/// Whether an event with an id is named in a part of a line.
fn names_event(page: &Page<'_>, from: Pos, part: &str) -> bool {
    let named = |at: &usize| id::english(page, Pos { at: from.at + at, ..from }).is_some();
    memchr::memchr2_iter(b'e', b'E', part.as_bytes()).any(|at| named(&at))
}

/// What may be quoted below such a sentence and is no message: a list, a setting, a file's name, a labelled field.
fn is_other(quoted: &str) -> bool {
    let text = quoted.trim();
    let listed = unmarked(text).starts_with(|c: char| c.is_ascii_digit()) || text.starts_with(['-', '*']);
    let setting = text.split_whitespace().next().is_none_or(|word| word.contains('='));
    let file = !text.contains(' ') && text.trim_end_matches('.').contains('.');
    let missing = text.starts_with("The description for Event ID");
    listed || setting || file || missing || first_label(text).is_some()
}

#[cfg(test)]
mod tests {
    use crate::parse::event::tests::{message, messages};

    #[test]
    fn the_sentence_with_the_id_may_lead_to_it() {
        let text = "Event ID 1003 may be logged, and is visible in Event Viewer\nwith the following detail:\n\n   It got \
                    no lease.\n";
        assert_eq!(message(text).as_deref(), Some("It got no lease."));
        let text = "Also, event 7 may be logged. The following error is logged with Event ID 8:\n\n   Logon has failed.\n";
        assert_eq!(messages(text), [(7, None), (8, Some("Logon has failed.".to_owned()))]);
    }

    #[test]
    fn lists_files_and_references_are_no_messages() {
        for text in [
            "Event ID 1003 may be logged. To work around this, type:\n\n   net stop dhcp\n",
            "Event ID 1003 is logged. For more, see:\n\n   Q99999 DHCP: Event ID 1003 Is Logged\n",
            "In Event ID 1003 the name of the file appears as follows:\n\n   DUMP.DMP\n",
            "Event ID 1003 may be logged if these are true:\n\n - It is full.\n",
        ] {
            assert_eq!(messages(text), [(1003, None)], "{text}");
        }
        let text = "Event ID 5 appears. The description is:\n\n   The description for Event ID (5) in Source (Nbf) could not be \
                    found.\n";
        assert_eq!(messages(text).len(), 2);
    }

    #[test]
    fn of_two_events_in_a_sentence_the_last_has_the_message() {
        let text = "Before the event 9405, an event 2245 may be logged:\n\n   ds_read failed\n";
        assert_eq!(messages(text), [(9405, None), (2245, Some("ds_read failed".to_owned()))]);
    }

    #[test]
    fn in_a_list_the_announced_message_is_no_deeper() {
        let text = " - The log holds event ID 9. Its description is similar to the following\n   description:\n\n   It broke.\n";
        assert_eq!(message(text).as_deref(), Some("It broke."));
        let text = " - The log holds event ID 9. The text\n   is similar to the following description:\n\n   It broke.\n";
        assert_eq!(message(text).as_deref(), Some("It broke."));
    }
}
