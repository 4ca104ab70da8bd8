//! Event-log entries as Event Viewer copies them and as people write them down.
//!
//! Layouts, one observed line of each:
//!
//! ```text
//! Event ID: 9405                                   one field a line; the id before, between or after the others
//! Date: 7/6/00   Event ID:  168                    two columns
//! Event ID: 7026, Source: ELNK3, Type: Error       one line
//! Event ID = 9405:                                 the message on the next lines, without label
//! Event ID 9215A sockets error 10051 on a          the message glued to the id
//! Netlogon Event ID 5719:                          the source before the id
//! 1998-11-03 02:11  Event ID 9215  A sockets ...   a time stamp before the id
//! Event 1000, Application Error                    the title of Event Viewer's lower pane
//! Error: (01/16/2022 04:37:05 AM) (Source: Service Control Manager) (EventID: 7031) (User: )
//! The description for Event ID ( 9011 ) in Source ( Nbf ) could not be found.
//! ```
//!
//! An entry may stand in the middle of a line, where an article has lost its line breaks: it ends where the next entry
//! or a heading (`CAUSE =====`) begins. What names an event in a sentence is a mention (see
//! [`event_mention`](super::mention)).
//!
//! Limits: within a line, fields are sought [`BACK`] bytes before the id and an entry takes [`FORWARD`] bytes.

use super::entry::Entry;
use super::id::{self, Id};
use super::labels::{self, Field, first_label, labels, unmarked};
use super::{lead_in, mention, message, stamp};
use crate::evidence::{Event, Kind};
use crate::parse::page::{Claim, Page, Pos, Span};
use crate::parse::text::{is_blank, position};
use crate::parse::trigger::{self, Trigger};
use crate::parse::{Dialect, prose};
use smallvec::SmallVec;

/// Event Viewer's entries, and the mention of one.
pub(crate) const DIALECT: Dialect = Dialect {
    name: "event log",
    anchors: ANCHORS,
    triggers: &[
        Trigger::checked("event", trigger::event),
        Trigger::checked("ereignis", trigger::number),
        Trigger::checked("v\u{e9}nement", trigger::number),
        Trigger::checked("v\u{e8}nement", trigger::number),
        Trigger::checked("suceso", trigger::number),
        Trigger::checked("gebeurtenis", trigger::number),
        Trigger::checked("zdarze", trigger::number),
        Trigger::checked("обыти", trigger::number),
        Trigger::checked("події", trigger::number),
        Trigger::checked("事件", trigger::number),
        Trigger::checked("イベント", trigger::number),
        Trigger::checked("이벤트", trigger::number),
        Trigger::checked("událost", trigger::number),
        Trigger::checked("ndelse", trigger::number),
        Trigger::checked("tapahtum", trigger::number),
        Trigger::checked("olay kimli", trigger::number),
        Trigger::checked("esem\u{e9}ny", trigger::number),
    ],
    read,
};

/// `event` with the word `evento`, and its like in other languages.
const ANCHORS: &[&str] = &[
    "event",
    "ereignis",
    "v\u{e9}nement",
    "v\u{e8}nement",
    "suceso",
    "gebeurtenis",
    "zdarz",
    "обыти",
    "події",
    "事件",
    "イベント",
    "이벤트",
    "událost",
    "ndelse",
    "tapahtum",
    "olay kimli",
    "esem\u{e9}ny",
];

/// How far before the id its own line is searched for other fields.
const BACK: usize = 240;
/// The longest name of a source before an id, in bytes.
const LONGEST_SOURCE: usize = 80;
/// How far into a row is looked for what makes it one of an entry.
const NEAR: usize = 200;
/// The most bytes of one line that an entry takes.
const FORWARD: usize = 4_000;

fn read(page: &Page<'_>, hit: Pos) -> Option<Claim> {
    let id = id::at(page, hit);
    if id.is_none() && !mention::may_be_numbered(page, hit) || prose::is_reference(page, hit.line) {
        return None;
    }
    match id {
        Some(id) => read_entry(page, &id).or_else(|| mention::read(page, &id)),
        None => mention::numbered(page, hit),
    }
}

/// The entry whose id stands at `id`, unless it stands in a sentence.
fn read_entry(page: &Page<'_>, id: &Id) -> Option<Claim> {
    if let Some(claim) = missing_description(page, id) {
        return Some(claim);
    }
    if !id.named && !id.separated && id.start.at > LONGEST_SOURCE {
        // `event 7` this far into a line stands in a sentence.
        return None;
    }
    let mut row = Row::around(page, id);
    if !row.is_entry(page, id) {
        return lead_in::read(page, id).map(|(message, end)| {
            let mut entry = Entry::new(page, id, &row);
            // What stands before the id are words of the sentence.
            entry.event.source = None;
            entry.event.message = Some(message);
            entry.last = end;
            entry.claim()
        });
    }
    row.stretch(page, id);
    let mut entry = Entry::new(page, id, &row);
    if fields_follow(page.text(id.end.line).get(id.end.at..row.to).unwrap_or("")) {
        entry.take_row(id.end.line, id.end.at, row.to);
    }
    if row.whole {
        entry.take_below();
    }
    entry.take_before(id, &row);
    entry.take_message(id, &row);
    Some(entry.claim())
}

/// What an entry's id stands in: a whole line, or its part of a line that holds more.
pub(crate) struct Row {
    /// Where the first field on the id's line begins.
    pub(crate) from: usize,
    /// Where the entry's part of the last line of the id ends.
    pub(crate) to: usize,
    /// The id's line holds nothing after the entry, as far as was looked.
    pub(crate) whole: bool,
    /// Nothing but a bullet or a time stamp stands before the entry on its line.
    pub(crate) begins_line: bool,
    /// The time stamp.
    pub(crate) time: Option<String>,
    /// A sentence or a heading ends before the entry.
    after_sentence: bool,
    /// What stands before the entry on its line is the name of a source.
    pub(crate) source: Option<String>,
}

impl Row {
    fn around(page: &Page<'_>, id: &Id) -> Row {
        let text = page.text(id.start.line);
        let from = header_start(text, 0, id.start.at);
        let lead = text.get(..from).unwrap_or("");
        let last = lead.trim_end_matches([' ', '\t', '"', '(', '*', '-', '[']);
        let time = stamp::before_entry(text).filter(|(_, end)| *end == from).map(|(time, _)| time);
        let begins_line = time.is_some() || is_bullet(lead);
        let mut row = Row {
            from,
            to: id.end.at,
            whole: false,
            begins_line,
            time,
            after_sentence: !begins_line && last.ends_with(['.', ':', ')', '!', '?', ']', '=', '>', '-']),
            source: if begins_line { None } else { source_name(lead) },
        };
        if row.may_be_entry(id) {
            row.to = row_end(page, id, NEAR);
            row.whole = row.to >= page.text(id.end.line).len().min(near(page, id));
        }
        row
    }

    /// Whether what stands before the id leaves it open that this is an entry.
    fn may_be_entry(&self, id: &Id) -> bool {
        self.begins_line || self.after_sentence || self.source.is_some() || id.separated
    }

    /// Follows the row of an entry to its end.
    fn stretch(&mut self, page: &Page<'_>, id: &Id) {
        if self.to == near(page, id) {
            self.to = row_end(page, id, FORWARD);
            self.whole = self.to == page.text(id.end.line).len();
        }
    }

    /// Whether an entry stands here rather than a sentence that names it.
    fn is_entry(&self, page: &Page<'_>, id: &Id) -> bool {
        if !self.may_be_entry(id) || prose::is_title(page, id.start.line) {
            return false;
        }
        let tail = page.text(id.end.line).get(id.end.at..self.to).unwrap_or("");
        let more = self.from < id.start.at || fields_follow(tail);
        let beside = self.whole && has_fields_beside(page, id);
        let tail = tail.trim_start();
        let titled = id.glued
            || titled_source(tail).is_some()
            || tail.starts_with(|c: char| c.is_uppercase() || "\"<%{'\u{201c}".contains(c));
        let punctuated = tail.starts_with([':', '-', '\u{2013}', '(', ';', ',', '=']) || tail.is_empty();
        let spoken = tail.starts_with(char::is_lowercase);
        if self.begins_line {
            let continued = self.time.is_none() && continues_sentence(page, id.start.line);
            return more
                || beside
                || (id.separated && !(continued && spoken))
                || (!continued && (titled || punctuated));
        }
        if self.source.is_some() {
            return more
                || beside
                || (id.named
                    && !spoken
                    && (id.separated || tail.starts_with([':', '-']) || tail.is_empty()))
                || tail.is_empty() && stands_alone(page, id);
        }
        if self.after_sentence {
            return more || id.named && !spoken && (id.separated || titled);
        }
        more && id.separated
    }
}

/// Where the fields before an id on its line begin, at `from` at the earliest; they follow each other closely.
fn header_start(text: &str, from: usize, id: usize) -> usize {
    let earliest = labels::floor_boundary(text, id.saturating_sub(BACK)).max(from);
    let earliest =
        text.get(earliest..id).and_then(|head| head.rfind("Event ID")).map_or(earliest, |at| earliest + at);
    let Some(head) = text.get(earliest..id) else { return id };
    let mut next = head.len();
    for label in labels(head).collect::<SmallVec<[_; 8]>>().iter().rev() {
        match label.field {
            Field::Id => return id,
            Field::Message => break,
            _ if next.saturating_sub(label.value) > 64 => break,
            _ if head.get(label.value..next).is_some_and(|value| value.contains(". ")) => break,
            _ => next = label.start,
        }
    }
    earliest + next
}

/// How far a row is looked at before it is known to be one of an entry.
fn near(page: &Page<'_>, id: &Id) -> usize {
    labels::floor_boundary(page.text(id.end.line), id.end.at + NEAR)
}

/// Where the part of a line ends that belongs to an entry: at the next entry, a heading or a rule, or `most` bytes on.
fn row_end(page: &Page<'_>, id: &Id, most: usize) -> usize {
    let text = page.text(id.end.line);
    let limit = labels::floor_boundary(text, id.end.at + most);
    let mut end = limit;
    let mut from = id.end.at;
    for at in id::events(text.get(from..limit).unwrap_or("")).map(|at| id.end.at + at) {
        let gap = from;
        from = at + "event".len();
        let hit = Pos { line: id.end.line, at };
        let Some(next) = id::english(page, hit).filter(|next| next.named || next.separated) else {
            continue;
        };
        let start = header_start(text, gap, at);
        let before = text.get(id.end.at..start).unwrap_or("").trim_end_matches([' ', '(', '"', '-', '*']);
        if start < at || next.separated || before.ends_with(['.', ')', ']', ':', ';', '?', '!']) {
            end = start;
            break;
        }
    }
    let rest = text.get(id.end.at..end).unwrap_or("");
    let rule =
        ["====", "----", "Additional query words"].iter().filter_map(|rule| position(rest, rule)).min();
    rule.map_or(end, |rule| id.end.at + before_heading(rest, rule))
}

/// Where the all-capitals heading begins that stands before a rule: `RESOLUTION ==========`.
fn before_heading(text: &str, rule: usize) -> usize {
    let mut start = rule;
    while let Some(head) = text.get(..start).map(str::trim_end) {
        let word = head.rsplit(char::is_whitespace).next().unwrap_or("");
        if word.is_empty() || !word.chars().all(|c| c.is_uppercase()) {
            break;
        }
        start = head.len() - word.len();
    }
    start
}

/// `  - `, `2. `, `b) `, `[`: what may stand before an entry that begins its line.
fn is_bullet(lead: &str) -> bool {
    let rest = unmarked(lead);
    let rest = rest
        .strip_prefix(|c: char| c.is_ascii_alphanumeric())
        .map_or(rest, |rest| if rest.starts_with(['.', ')', ':']) { unmarked(&rest[1..]) } else { lead });
    is_blank(rest)
}

/// `Netlogon`, `MSExchangeIS Private`: up to four words that name a source and no sentence.
pub(crate) fn source_name(lead: &str) -> Option<String> {
    if lead.len() > LONGEST_SOURCE {
        return None;
    }
    let lead = unmarked(lead).trim_end_matches([' ', ':', ',', '-', '\t', '(']);
    let words: Vec<&str> = lead.split_whitespace().collect();
    let named = lead.starts_with(|c: char| c.is_alphanumeric() && !c.is_lowercase())
        && words.len() <= 4
        && !lead.contains([':', ',', '"', '.', '('])
        && !words.iter().any(|word| word.starts_with(char::is_lowercase))
        && !words.iter().any(|word| SPOKEN.contains(&word.to_lowercase().as_str()));
    named.then(|| words.join(" "))
}

/// The source in the title of Event Viewer's lower pane, `Event 41, Kernel-Power`; people leave out the comma of one
/// that is known from every machine.
pub(crate) fn titled_source(tail: &str) -> Option<&str> {
    let name = tail.trim_matches([' ', '\t', ',', '"', '*', ':', '\u{201c}', '\u{201d}']);
    let known =
        ["Application Error", "Application Hang", ".NET Runtime", "Windows Error Reporting", "BugCheck"];
    let named = |word: &str| word.starts_with(|c: char| c.is_uppercase() || c == '.') && !word.ends_with('.');
    let comma = tail.trim_start().starts_with(',')
        && name.len() <= LONGEST_SOURCE
        && !name.contains([',', '"', ':', '('])
        && (1..=4).contains(&name.split_whitespace().count())
        && name.split_whitespace().all(named);
    (comma || known.contains(&name)).then_some(name)
}

/// Words of sentences and titles, which no source is named with.
#[rustfmt::skip]
const SPOKEN: &[&str] = &[
    "the", "a", "an", "and", "or", "of", "with", "for", "log", "logs", "nt", "windows", "details",
    "following", "application", "system", "error", "errors", "warning", "see", "if", "when", "this", "note",
    "multiple", "example", "each", "event", "to", "in", "on", "is", "as", "by", "messages", "message",
    "new", "stop", "information", "followed", "also",
];

/// Whether the next field follows an id on its line, rather than a message that has words like labels in it.
pub(crate) fn fields_follow(tail: &str) -> bool {
    labels(tail).next().is_some_and(|label| {
        let between = tail.get(..label.start).unwrap_or("");
        label.field != Field::Id && between.split_whitespace().count() <= 5 && !between.contains(". ")
    })
}

/// Whether the line above runs on into this one as a wrapped sentence does.
fn continues_sentence(page: &Page<'_>, line: usize) -> bool {
    let Some(above) = line.checked_sub(1).map(|above| page.text(above).trim()) else { return false };
    above.len() >= 50
        && !above.ends_with(['.', ':', ';', '!', '?', ')', ']', '"', '-', '='])
        && first_label(above).is_none()
}

/// `NETLOGON Event 3210`, indented, between blank lines, with a paragraph below at the same depth.
fn stands_alone(page: &Page<'_>, id: &Id) -> bool {
    let indentation = |line: usize| page.text(line).len() - page.text(line).trim_start().len();
    let (line, blank) = (id.start.line, |line: usize| is_blank(page.text(line)));
    line == id.end.line
        && indentation(line) > 0
        && line.checked_sub(1).is_some_and(blank)
        && blank(line + 1)
        && !blank(line + 2)
        && indentation(line + 2) == indentation(line)
}

/// Whether the line above or below the id holds another field of an entry.
fn has_fields_beside(page: &Page<'_>, id: &Id) -> bool {
    let is_field = |line: usize| {
        first_label(page.text(line)).is_some_and(|label| !matches!(label.field, Field::Id | Field::Other))
    };
    is_field(id.end.line + 1) || (id.start.line > 0 && is_field(id.start.line - 1))
}

/// `The description for Event ID ( 0 ) in Source ( SNA Server ) could not be found.` Event Viewer writes this for the
/// message of a source that is not installed; pasted by itself it is all there is of the entry.
fn missing_description(page: &Page<'_>, id: &Id) -> Option<Claim> {
    const LEAD: &str = "the description for ";
    let head = page.text(id.start.line).get(..id.start.at)?;
    let lead =
        head.get(head.len().checked_sub(LEAD.len())?..).filter(|lead| lead.eq_ignore_ascii_case(LEAD))?;
    let tail = beginning(page.rest(id.end)).trim_start_matches([')', ' ']).to_ascii_lowercase();
    if !(tail.is_empty()
        || ["in source", "in", "from source", "from"].iter().any(|word| tail.starts_with(word)))
    {
        return None;
    }
    let from = Pos { line: id.start.line, at: id.start.at - lead.len() };
    let rest = page.rest(id.end);
    let begin = format!("{} {}", beginning(rest), beginning(page.text(id.end.line + 1).trim_start()));
    let after = begin.find("ource").and_then(|at| begin.get(at + "ource".len()..))?;
    let source = match after.trim_start().strip_prefix('(') {
        Some(bracketed) => bracketed.split(')').next(),
        None => after.split(" cannot").next().and_then(|source| source.split(" could").next()),
    };
    let source =
        source.map(str::trim).filter(|source| !source.is_empty() && source.len() <= 80).map(str::to_owned);
    let (message, end) = message::read(page, from, None)?;
    let event = Event { id: id.value, source, message: Some(message), ..Event::default() };
    Some(Claim::one(Span { from, to: end }, Kind::Event(event)))
}

/// The first part of a text, enough for a sentence.
fn beginning(text: &str) -> &str {
    text.get(..labels::floor_boundary(text, 160)).unwrap_or("")
}

#[cfg(test)]
#[path = "viewer_tests.rs"]
mod tests;
