//! Where the message of an event-log entry begins and ends.
//!
//! It runs over the lines of its paragraph, and over further paragraphs as long as these are indented like the entry.
//! Without indentation a paragraph belongs to it where the label or the header was just read, or where it can be
//! nothing else (see [`goes_on`]). It ends at the next entry, a heading, a rule, `-or-`, the entry's XML, or after
//! [`LINES`] lines.

use super::labels::{Field, first_label, floor_boundary, labels, unmarked};
use super::stamp;
use super::viewer::source_name;
use crate::parse::page::{Page, Pos};
use crate::parse::text::{first, is_blank, split_once, start_of, trim};
use crate::parse::words::starts_with;

/// The most lines and bytes of a message that are kept.
const LINES: usize = 40;
const BYTES: usize = 4_000;
/// The most lines a message is followed over, so that what it quotes is known to be part of the entry.
const FOLLOWED: usize = 200;
/// How far into a line its first label is sought.
const LABELLED: usize = 80;
/// The most labelled lines that may stand before the id of an entry.
const HEADER: usize = 10;

/// The message that begins at `from`, and its end; `to` is where it must end on that line.
pub(crate) fn read(page: &Page<'_>, from: Pos, to: Option<usize>) -> Option<(String, Pos)> {
    let first = page.text(from.line);
    if let Some(to) = to {
        let text = words(unpadded(first.get(from.at..to)?));
        return finished(text, Pos { line: from.line, at: to });
    }
    let mut text = words(unpadded(page.rest(from)));
    let mut last = Pos { line: from.line, at: first.len() };
    let mut indent = indentation(first);
    let mut blank = 0;
    for line in from.line + 1..from.line + FOLLOWED {
        let raw = page.text(line);
        if line >= page.lines.len() {
            break;
        }
        if is_blank(raw) {
            blank += 1;
            continue;
        }
        let here = indentation(raw);
        let ended = blank > 2
            || blank > 0 && !text.is_empty() && (here < indent || here == 0 && !goes_on(&text, raw));
        if ended || ends_before(page, line) {
            break;
        }
        if text.is_empty() {
            if blank > 0 && here == 0 && is_prose(raw) {
                break;
            }
            indent = here.min(indent);
        }
        blank = 0;
        if line < from.line + LINES && text.len() < BYTES {
            if !text.is_empty() {
                text.push(' ');
            }
            add_words(&mut text, unpadded(raw));
        }
        last = Pos { line, at: raw.len() };
    }
    finished(text, last)
}

/// The unlabelled message below a header that ends on `line`; `labelled` when the header has a field with its label.
pub(crate) fn below(page: &Page<'_>, line: usize, labelled: bool) -> Option<(String, Pos)> {
    let header = indentation(page.text(line));
    let first = (line + 1..line + 4).find(|line| !is_blank(page.text(*line)))?;
    let after_blank = first > line + 1;
    let here = indentation(page.text(first));
    let outside = here < header || header == 0 && here == 0 && !labelled;
    let prose = here == 0 && is_prose(page.text(first));
    if after_blank && (prose || outside && !stands_by_itself(page, first)) {
        return announced(page, first);
    }
    if ends_before(page, first) || is_blank(unmarked(page.text(first))) {
        return None;
    }
    read(page, Pos { line: first, at: here }, None)
}

/// Whether a paragraph that stands outside its header can be the message all the same: it begins as one, and leads to
/// nothing.
fn stands_by_itself(page: &Page<'_>, first: usize) -> bool {
    let begins =
        page.text(first).trim_start().starts_with(|c: char| c.is_uppercase() || c == '(' || c == '[');
    let last = (first..first + LINES).find(|line| is_blank(page.text(line + 1)));
    begins
        && !is_prose(page.text(first))
        && last.is_some_and(|last| !page.text(last).trim_end().ends_with(':'))
}

/// Whether a paragraph without indentation goes on with a message: it lists values, or was announced.
///
/// `Error: Exception e0020002 occurred at Address 77f3cbcd.`, `[BASE IL TCP/IP DRVR 10 274] (12)`
fn goes_on(message: &str, next: &str) -> bool {
    let head = next.get(..floor_boundary(next, 60)).unwrap_or("");
    let value = split_once(head, ": ").is_some_and(|(name, value)| {
        let words = name.split_whitespace().count();
        name.starts_with(|c: char| c.is_uppercase()) && words <= 4 && !is_blank(value)
    });
    let listed = value || head.starts_with('[') || head.starts_with("For more information, see");
    (listed || message.ends_with(':')) && !is_prose(next)
}

/// Whether a paragraph begins as people write about an event, rather than as the event does.
fn is_prose(paragraph: &str) -> bool {
    let head = paragraph.get(..floor_boundary(paragraph, 120)).unwrap_or("").trim().to_ascii_lowercase();
    let first = head.bytes().next();
    let begins = |start: &&str| {
        let rest = head.strip_prefix(*start);
        rest.is_some_and(|rest| !rest.starts_with(|c: char| c.is_alphanumeric()))
    };
    let spoken = head.split([' ', ',', '\'', '.']).any(|word| matches!(word, "i" | "we" | "our" | "my"));
    spoken || PROSE.iter().filter(|start| start.bytes().next() == first).any(begins) || head.ends_with('?')
}

/// How people begin to write about an event.
const PROSE: &[&str] = &[
    "this happens",
    "this occurs",
    "this error",
    "this event",
    "this problem",
    "this issue",
    "this behavior",
    "this article",
    "this message",
    "this can",
    "this may",
    "if",
    "these",
    "when",
    "after",
    "before",
    "in some",
    "in addition",
    "in this",
    "to resolve",
    "to work",
    "to fix",
    "please",
    "thanks",
    "thank",
    "hi",
    "hello",
    "note",
    "notes",
    "where",
    "and",
    "but",
    "also",
    "you",
    "the following event",
    "the following message",
    "the event",
    "explanation",
    "action",
    "user action",
    "the above",
    "both",
    "as a result",
    "what",
    "how",
    "why",
    "cause",
    "resolution",
    "workaround",
    "status",
    "summary",
    "symptoms",
    "environment",
    "expected",
    "actual",
    "steps",
    "update",
    "edit",
    "from",
    "to",
    "subject",
    "sent",
    "ticket",
    "customer",
    "reported by",
    "tried",
    "product",
    "version",
    "priority",
    "regards",
    "it seems",
    "seen",
    "attached",
];

/// The message below a header when a sentence comes before it: `The description is:`.
fn announced(page: &Page<'_>, line: usize) -> Option<(String, Pos)> {
    let text = page.text(line);
    let quoted = (line + 1..line + 3).find(|line| !is_blank(page.text(*line)))?;
    let announces = text.trim_end().ends_with(':') && text.to_ascii_lowercase().contains("description");
    let deeper = indentation(page.text(quoted)) > indentation(text);
    if !announces || !deeper || ends_before(page, quoted) {
        return None;
    }
    read(page, Pos { line: quoted, at: indentation(page.text(quoted)) }, None)
}

/// Whether labelled lines from `line` on lead to the id of an entry.
pub(crate) fn header_with_id(page: &Page<'_>, line: usize) -> bool {
    for line in line..line + HEADER {
        let text = page.text(line);
        let Some(first) = first_label(text) else { return false };
        if first.field == Field::Message {
            return false;
        }
        let id = |label: &super::labels::Label| {
            label.field == Field::Id && text.get(label.value..).is_some_and(starts_with_number)
        };
        if labels(text).any(|label| id(&label)) {
            return true;
        }
    }
    false
}

/// How lines begin that part a message from what follows: rules and mark-up, and behind bullets and in any case, words.
const RULES: &[&str] = &["===", "---", "```", "{{", "<Event", "- <Event"];
const DIVIDERS: &[&str] =
    &["or-", "and-", "or -", "event xml", "xml-", "event[", "additional query", "followed by", "then:"];

/// Whether a message ends before this line.
pub(super) fn ends_before(page: &Page<'_>, line: usize) -> bool {
    let text = trim(page.text(line));
    let bare = unmarked(text);
    start_of(text, RULES).is_some()
        || DIVIDERS.iter().any(|divider| starts_with(bare, divider))
        || is_heading(page, line)
        || begins_entry(page, line, bare)
}

/// `CAUSE` over a rule.
fn is_heading(page: &Page<'_>, line: usize) -> bool {
    let below = trim(page.text(line + 1));
    below.len() >= 3 && (below.bytes().all(|byte| byte == b'=') || below.bytes().all(|byte| byte == b'-'))
}

/// `Event ID 9224`, `Event 1324: ...`, or labelled lines that lead to an id.
fn begins_entry(page: &Page<'_>, line: usize, bare: &str) -> bool {
    let text = page.text(line);
    let stamped = stamp::before_entry(text).map(|(_, end)| end);
    let at = stamped.unwrap_or(text.len() - unmarked(text).len());
    let named = super::id::english(page, Pos { line, at }).is_some_and(|id| {
        let tail = page.rest(id.end).trim_start();
        let titled = super::viewer::titled_source(tail).is_some();
        id.named || id.separated || tail.is_empty() || tail.starts_with([':', '-', '"']) || titled
    });
    // `MSExchangeMTAEvent ID: 9405`, `Netlogon Event ID: 5719`
    let label = labels(first(text, LABELLED + at)).next();
    let prefixed = label.is_some_and(|label| {
        let before = text.get(..label.start).unwrap_or("");
        label.field == Field::Id
            && before.len() <= 40
            && before.split_whitespace().count() == 1
            && text.get(label.value..).is_some_and(starts_with_number)
    });
    named
        || stamped.is_some_and(|end| end < text.len())
        || prefixed
        || has_source_in_front(page, line)
        || label.is_some() && header_with_id(page, line)
        || (bare.starts_with("Error: (") && bare.contains("(EventID:"))
}

/// `MSExchangeMSMI Event ID 10003:`, `MSExchangeMTAEvent ID 1277`: a heading that names source and id.
fn has_source_in_front(page: &Page<'_>, line: usize) -> bool {
    let head = first(page.text(line), 80);
    let named = |at: &usize| head.get(at + "event".len()..).is_some_and(|rest| starts_with(rest, " id"));
    let Some(at) = super::id::events(head).find(named) else { return false };
    let source = head.get(..at).and_then(source_name);
    source.is_some_and(|source| !source.is_empty())
        && super::id::english(page, Pos { line, at }).is_some_and(|id| {
            let tail = page.rest(id.end).trim_start();
            id.separated || tail.is_empty() || tail.starts_with([':', '-'])
        })
}

fn starts_with_number(value: &str) -> bool {
    value.trim_start_matches([' ', '\t', '*', '(', '<']).starts_with(|c: char| c.is_ascii_digit())
}

pub(super) fn indentation(text: &str) -> usize {
    text.len() - text.trim_start().len()
}

/// A line without the line-break mark of Markdown and emphasis.
fn unpadded(line: &str) -> &str {
    line.trim_end_matches([' ', '\t', '\\']).trim_start_matches(['*', ' ', '\t'])
}

/// The words of a text with one blank between them.
pub(super) fn words(text: &str) -> String {
    let mut words = String::with_capacity(text.len());
    add_words(&mut words, text);
    words
}

/// Adds the words of another text, with one blank between them.
fn add_words(words: &mut String, text: &str) {
    let text = trim(text);
    // As most have them already.
    if is_single_spaced(text.as_bytes()) {
        words.push_str(text);
        return;
    }
    for (index, word) in text.split_whitespace().enumerate() {
        if index > 0 {
            words.push(' ');
        }
        words.push_str(word);
    }
}

/// Whether a text is of ASCII, without control characters, and never has two blanks together.
fn is_single_spaced(text: &[u8]) -> bool {
    let printable = text.iter().fold(0, |odd, byte| odd | u8::from(!matches!(byte, b' '..=b'~'))) == 0;
    // Of two such bytes only blanks have no more bits together than a blank.
    let pairs = text.iter().zip(text.get(1..).unwrap_or_default());
    printable && pairs.fold(0, |blanks, (one, next)| blanks | u8::from(one | next == b' ')) == 0
}

/// The text without quotation marks around the whole, cut to [`BYTES`].
fn finished(text: String, end: Pos) -> Option<(String, Pos)> {
    let bare = text.trim_start_matches(['"', '\u{201c}']).trim_end_matches(['"', '\u{201d}']);
    let text = if bare.contains('"') { text.trim() } else { bare.trim() };
    let text = text.get(..floor_boundary(text, BYTES)).unwrap_or("");
    (!text.is_empty()).then(|| (text.to_owned(), end))
}

#[cfg(test)]
mod tests {
    use crate::parse::event::tests::{message, messages};

    #[test]
    fn the_label_may_be_followed_by_a_blank_line() {
        let text =
            "   Event ID: 5\n   Source: x\n\n   Description:\n\n   It broke\n   twice.\n\nCAUSE\n=====\n";
        assert_eq!(message(text).as_deref(), Some("It broke twice."));
    }

    #[test]
    fn further_paragraphs_belong_to_it_while_they_are_indented() {
        let text = "   Event ID: 5\n   Description: One.\n\n   Two.\n\nThis article says more.\n";
        assert_eq!(message(text).as_deref(), Some("One. Two."));
    }

    #[test]
    fn a_message_without_label_stands_below_the_header() {
        assert_eq!(message("   Event ID: 5\n   Source: x\n\n   It broke.\n").as_deref(), Some("It broke."));
        assert_eq!(message("   Event ID: 5\n   Source: x\n\nThis happens when it breaks.\n"), None);
        assert_eq!(message("   Event ID = 9405:\n   It broke.\n").as_deref(), Some("It broke."));
    }

    #[test]
    fn a_sentence_may_announce_it() {
        let text =
            "1. Write an event. The Event ID is 374, and the Description is:\n\n      The job failed.\n";
        assert_eq!(message(text).as_deref(), Some("The job failed."));
        let text =
            "   Event ID: 24\n   Source: EDB\n\nThe description may be similar to:\n\n   Page time error\n";
        assert_eq!(message(text).as_deref(), Some("Page time error"));
    }

    #[test]
    fn a_paragraph_without_indentation_after_label_or_header() {
        let text = "Event ID: 5\nSource: x\nDescription:\n\nIt broke.\n\nError: 17. [BASE 1] (2)\n\nWe restarted it.\n";
        assert_eq!(message(text).as_deref(), Some("It broke. Error: 17. [BASE 1] (2)"));
        assert_eq!(
            message("Event ID 5\nSource: x\n\nIt broke.\n\nIt is late.\n").as_deref(),
            Some("It broke.")
        );
        let text = "Event ID: 5\nSource: x\n\nThe error was:\n\nAccess is denied.\n\nThanks for any help\n";
        assert_eq!(message(text).as_deref(), Some("The error was: Access is denied."));
    }

    #[test]
    fn a_paragraph_outside_its_header_that_begins_as_a_message() {
        for text in [
            "Event ID 23:\n\nConnection X using Link Service Y failed.\n",
            "   Event ID: 23\n   Source: SNA\n\nConnection X using Link Service Y failed.\n",
        ] {
            assert_eq!(message(text).as_deref(), Some("Connection X using Link Service Y failed."), "{text}");
        }
        for text in [
            "Event ID 23\n\nThis can occur when a line fails.\n",
            "   Event ID: 23\n   Source: SNA\n\nA log entry is created as well:\n\n   x\n",
            "   Event ID: 23\n   Source: SNA\n\nIf the log is full, nothing is written.\n",
        ] {
            assert_eq!(message(text), None, "{text}");
        }
    }

    #[test]
    fn what_people_write_below_an_entry_is_no_message() {
        assert_eq!(message("Event ID: 5\nSource: x\n\nWe see this every night.\n"), None);
        assert_eq!(message("Event ID: 5\nDescription:\n\nPlease help.\n"), None);
        let text = "Event ID: 5\nDescription: One\n\nTicket: 77\n";
        assert_eq!(message(text).as_deref(), Some("One"));
    }

    #[test]
    fn a_heading_with_the_source_in_front_ends_it() {
        for heading in ["MSExchangeMSMI Event ID 6:", "MSExchangeMSMIEvent ID 6", "MSExchangeMSMI Event ID 6"]
        {
            let text = format!("   Netlogon Event ID 5:\n   One\n\n   {heading}\n   Two\n");
            let two = [(5, Some("One".to_owned())), (6, Some("Two".to_owned()))];
            assert_eq!(messages(&text), two, "{heading}");
        }
    }

    #[test]
    fn a_time_stamp_ends_it() {
        let text = "1998-11-03 02:11  Event ID 5  One\n1998-11-03 02:12  The server was restarted.\n";
        assert_eq!(messages(text), [(5, Some("One".to_owned()))]);
    }

    #[test]
    fn the_next_entry_and_the_xml_end_it() {
        let text = "Event Type: Error\nEvent ID: 5\nDescription:\nOne\nEvent Type: Error\nEvent ID: 6\nDescription:\nTwo\n\
                    Event Xml:\n<Event xmlns=\"x\">\n";
        assert_eq!(messages(text), [(5, Some("One".to_owned())), (6, Some("Two".to_owned()))]);
        let text = "   Event ID: 5\n   Description: One\n\n   -or-\n\n   Event ID: 6\n   Description: Two\n";
        assert_eq!(messages(text), [(5, Some("One".to_owned())), (6, Some("Two".to_owned()))]);
    }

    #[test]
    fn quotation_marks_around_it_are_no_part_of_it() {
        assert_eq!(message("Event ID 54 \"Conversion failed\"").as_deref(), Some("Conversion failed"));
    }
}
