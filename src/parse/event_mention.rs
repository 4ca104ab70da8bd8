//! Events that a sentence or a title names: `events 116 and 117 are logged`, `Event IDs 1, 2, and 3`, `a 9405 event`.
//!
//! A range (`Events 1283 through 1305`) gives the two ids that are printed. A number before the word counts only with an
//! article (`an 1026 event`), since `57 events were found` counts entries.

use super::event_id::{self, Id};
use super::page::{Claim, Page, Piece, Pos, Span};
use crate::evidence::{Event, Kind};

/// The most ids that one sentence lists.
const LISTED: usize = 24;

/// The mention that begins with `id`, and the ids listed after it.
pub(super) fn read(page: &Page<'_>, id: &Id) -> Option<Claim> {
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
            at = event_id::next_line(page, at.line);
            continue;
        }
        at.at += skipped;
        if joined && text.starts_with(|c: char| c.is_ascii_digit()) {
            let (value, length, glued) = event_id::read_number(text)?;
            let to = Pos { line: at.line, at: at.at + length };
            // `event ID 9405, 3 times`: a small number counts something.
            return (!glued && value > 9 && length <= 5).then_some((at, to, value));
        }
        let joint = JOINTS
            .iter()
            .find(|joint| text.get(..joint.len()).is_some_and(|head| head.eq_ignore_ascii_case(joint)))?;
        joined = true;
        at.at += joint.len();
    }
    None
}

/// What stands between the ids of a list.
const JOINTS: &[&str] = &[
    ",",
    "/",
    "&",
    "and ",
    "or ",
    "through ",
    "to ",
    "event ids ",
    "event id ",
    "events ",
    "event ",
    "id ",
    "ids ",
];
