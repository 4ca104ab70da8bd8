//! Events that a sentence or a title names: `events 116 and 117 are logged`, `Event IDs 1, 2, and 3`, `a 9405 event`.
//!
//! A range (`Events 1283 through 1305`) gives the two ids that are printed. A number before the word counts only where
//! it says id (`2110 and 9405 Event IDs`) or with an article (`an 1026 event`), since `57 events were found` counts
//! entries.

use super::id::{self, Id};
use crate::evidence::{Event, Kind};
use crate::parse::page::{Claim, Page, Piece, Pos, Span};

/// The most ids that one sentence lists.
const LISTED: usize = 24;

/// The mention that begins with `id`, and the ids listed after it.
pub(crate) fn read(page: &Page<'_>, id: &Id) -> Option<Claim> {
    // `event=2` and `event 0` are no ids of the event log.
    if !id.named && (id.separated || id.value == 0 || is_count(page, id)) {
        return None;
    }
    let mut pieces = vec![mention(id.value, Span { from: id.start, to: id.end })];
    let mut end = id.end;
    while pieces.len() < LISTED {
        let Some((from, to, value)) = next_listed(page, end) else { break };
        pieces.push(mention(value, Span { from, to }));
        end = to;
    }
    Some(Claim { pieces, block: None, end })
}

/// Whether a number stands right before the word at `hit`; most events in prose have none.
pub(crate) fn may_be_numbered(page: &Page<'_>, hit: Pos) -> bool {
    let before = page.text(hit.line).get(..hit.at);
    before.is_some_and(|before| {
        before.strip_suffix(' ').is_some_and(|number| number.ends_with(|c: char| c.is_ascii_digit()))
    })
}

/// The ids before the word at `hit`: `a 9405 event`, `2110 and 9405 Event IDs`.
pub(crate) fn numbered(page: &Page<'_>, hit: Pos) -> Option<Claim> {
    let after = id::strip_word(page.rest(hit), "event")?;
    let plural = id::strip_word(after, "s").unwrap_or(after);
    let (named, rest) = id::id_word(plural).map_or((false, after), |rest| (true, rest));
    if rest.starts_with(|c: char| c.is_alphanumeric() || c == '_') {
        return None;
    }
    let end = Pos { at: page.text(hit.line).len() - rest.len(), ..hit };
    let mut before = page.text(hit.line).get(..hit.at)?;
    let mut pieces = Vec::new();
    while let Some((head, id)) = id_before(before, named).filter(|_| pieces.len() < LISTED) {
        let to = if pieces.is_empty() { end } else { Pos { at: before.trim_end().len(), ..hit } };
        pieces.push(mention(id, Span { from: Pos { at: head.len(), ..hit }, to }));
        before = head.trim_end();
        before = [" and", " or", ","].iter().find_map(|joint| before.strip_suffix(joint)).unwrap_or(before);
    }
    let article = before.trim_end().rsplit([' ', '\t', '(', '"']).next().unwrap_or("");
    let article = ["a", "an", "the", "this"].iter().any(|word| article.eq_ignore_ascii_case(word));
    pieces.reverse();
    (named || article && !pieces.is_empty()).then_some(Claim { pieces, block: None, end })
}

/// The id that a text ends with, and what stands before it. Without the word `id` a year is none.
fn id_before(text: &str, named: bool) -> Option<(&str, u32)> {
    let text = text.trim_end();
    let digits = text.bytes().rev().take(6).take_while(u8::is_ascii_digit).count();
    let (head, digits) = text.split_at_checked(text.len() - digits)?;
    let value = digits.parse().ok().filter(|value| named || !(1900..=2030).contains(value))?;
    ((3..=5).contains(&digits.len()) && (head.is_empty() || head.ends_with([' ', '(', '"', '\t'])))
        .then_some((head, value))
}

fn mention(id: u32, span: Span) -> Piece {
    Piece { span, kind: Kind::Event(Event { id, mention: true, ..Event::default() }) }
}

/// `event 1 of 3`, `Event 5%`: a number that is no id.
fn is_count(page: &Page<'_>, id: &Id) -> bool {
    let tail = page.rest(id.end).trim_start();
    tail.starts_with("of ") || tail.starts_with('%') || id.value < 2 && !tail.is_empty()
}

/// The next id of a list: `, 2`, ` and 3`, `/2447`, ` through 1305`, `, and Event ID 59`.
fn next_listed(page: &Page<'_>, after: Pos) -> Option<(Pos, Pos, u32)> {
    let mut at = after;
    let mut joined = false;
    for _ in 0..6 {
        let rest = page.rest(at);
        let text = rest.trim_start();
        let skipped = rest.len() - text.len();
        if text.is_empty() {
            if at.line > after.line {
                return None;
            }
            at = id::next_line(page, at.line);
            continue;
        }
        at.at += skipped;
        if joined && text.starts_with(|c: char| c.is_ascii_digit()) {
            let (value, length, glued) = id::read_number(text)?;
            let to = Pos { line: at.line, at: at.at + length };
            // `event ID 9405, 3 times`: a small number counts something.
            return (!glued && value > 9 && length <= 5).then_some((at, to, value));
        }
        // `Event IDs 4014 4032 4057`
        if let Some((value, length, false)) = id::read_number(text)
            && (3..=5).contains(&length)
            && at.line == after.line
        {
            return Some((at, Pos { line: at.line, at: at.at + length }, value));
        }
        let joint = JOINTS.iter().find(|joint| is_joint(text, joint))?;
        joined = true;
        at.at += joint.len();
    }
    None
}

/// What stands between the ids of a list.
const JOINTS: &[&str] = &[",", "/", "&", "and", "or", "through", "to", "events", "event", "ids", "id"];

/// Whether `text` begins with a joint, as a word by itself if it is one.
fn is_joint(text: &str, joint: &str) -> bool {
    let Some((head, rest)) = text.split_at_checked(joint.len()) else { return false };
    let word = joint.starts_with(char::is_alphabetic);
    head.eq_ignore_ascii_case(joint) && !(word && rest.starts_with(char::is_alphanumeric))
}

#[cfg(test)]
mod tests {
    use crate::evidence::Kind;

    fn mentions(text: &str) -> Vec<u32> {
        let found = crate::Parser::default().parse(text).into_iter();
        found
            .filter_map(|piece| match piece.kind {
                Kind::Event(event) => {
                    assert!(event.mention, "{event:?}");
                    Some(event.id)
                }
                _ => None,
            })
            .collect()
    }

    #[test]
    fn lists_and_ranges_in_sentences() {
        assert_eq!(mentions("In addition, events 116 and 117 are logged."), [116, 117]);
        assert_eq!(mentions("It logs Event IDs 14, 22, and 33."), [14, 22, 33]);
        assert_eq!(mentions("It logs Events 1283 through 1305 in the log."), [1283, 1305]);
        assert_eq!(mentions("You may see Event ID 14005 and Event ID 59 there."), [14005, 59]);
        assert_eq!(mentions("The service fails with Event IDs 4014 4032 4057"), [4014, 4032, 4057]);
        assert_eq!(mentions("the archive holds Event ID 12006 and Event\nID 4117 then"), [12006, 4117]);
    }

    #[test]
    fn a_number_before_the_word() {
        assert_eq!(mentions("The MTA stops before logging a 9405 event: it ends."), [9405]);
        assert_eq!(mentions("It fails with 2110 and 9405 Event IDs there."), [2110, 9405]);
        assert_eq!(mentions("Watch for the 9037 Event ID."), [9037]);
        assert_eq!(mentions("The 1998 event drew 2000 people; three 1026 events came."), [0u32; 0]);
    }

    #[test]
    fn what_counts_something_is_no_id() {
        assert_eq!(mentions("It logs event ID 9405, 3 times."), [9405]);
        assert_eq!(mentions("Reported 57 events for server X."), [0u32; 0]);
        assert_eq!(mentions("call(event=2, state)"), [0u32; 0]);
        assert_eq!(mentions("this is event 1 of 5"), [0u32; 0]);
    }

    #[test]
    fn reference_lists_are_no_mentions() {
        assert_eq!(mentions("   Q244976 XADM: Event ID 1197 and 1005 When Starting\n"), [0u32; 0]);
        assert_eq!(mentions("Q142869Event ID 3210 Appears\n"), [0u32; 0]);
        assert_eq!(mentions("   ARTICLE-ID: Q137505\n   TITLE : Adapter Causes Event ID 7000\n"), [0u32; 0]);
        assert_eq!(mentions("Additional query words: event id 290\n"), [0u32; 0]);
    }

    #[test]
    fn a_title_mentions() {
        assert_eq!(mentions("TITLE   :Err Msg: Event ID 7022: The Service Hung"), [7022]);
    }
}
