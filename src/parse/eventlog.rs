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
//! Error: (01/16/2022 04:37:05 AM) (Source: Service Control Manager) (EventID: 7031) (User: )
//! The description for Event ID ( 9011 ) in Source ( Nbf ) could not be found.
//! ```
//!
//! An entry may stand in the middle of a line, where an article has lost its line breaks: it ends where the next entry
//! or a heading (`CAUSE =====`) begins. What names an event in a sentence is a mention (see
//! [`event_mention`](super::event_mention)).
//!
//! Limits: a header is sought [`HEADER`] lines up and down, within a line [`BACK`] bytes before the id.

use super::event_id::{self, Id};
use super::event_labels::{self, Field, Label, first_label, labels, trimmed, unmarked};
use super::page::{Claim, Page, Piece, Pos, Span};
use super::{Dialect, event_mention, event_message, prose};
use crate::evidence::{Event, Kind};

/// Event Viewer's entries, and the mention of one.
pub(super) const DIALECT: Dialect = Dialect { name: "event log", anchors: ANCHORS, read };

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

/// The most lines a header has, above and below the id.
const HEADER: usize = 14;
/// How far before the id its own line is searched for other fields.
const BACK: usize = 240;
/// The most bytes of one line that an entry takes.
const FORWARD: usize = 4_000;

fn read(page: &Page<'_>, hit: Pos) -> Option<Claim> {
    let id = event_id::at(page, hit)?;
    if prose::is_reference(page, hit.line) {
        return None;
    }
    read_entry(page, &id).or_else(|| event_mention::read(page, &id))
}

/// The entry whose id stands at `id`, unless it stands in a sentence.
fn read_entry(page: &Page<'_>, id: &Id) -> Option<Claim> {
    if let Some(claim) = missing_description(page, id) {
        return Some(claim);
    }
    let row = Row::around(page, id);
    if !row.is_entry(page, id) {
        return event_message::after_lead_in(page, id).map(|(message, end)| {
            let mut entry = Entry::new(page, id, &row);
            entry.event.message = Some(message);
            entry.last = end;
            entry.claim()
        });
    }
    let mut entry = Entry::new(page, id, &row);
    entry.take_row(id.end.line, id.end.at, row.to);
    if row.whole {
        entry.take_below();
    }
    entry.take_before(&row);
    entry.take_message(id, &row);
    Some(entry.claim())
}

/// What an entry's id stands in: a whole line, or its part of a line that holds more.
struct Row {
    /// Where the first field on the id's line begins.
    from: usize,
    /// Where the entry's part of the last line of the id ends.
    to: usize,
    /// The id's line holds nothing after the entry.
    whole: bool,
    /// Nothing but a bullet stands before the entry on its line.
    begins_line: bool,
    /// A sentence or a heading ends before the entry.
    after_sentence: bool,
    /// What stands before the entry on its line is the name of a source.
    source: Option<String>,
}

impl Row {
    fn around(page: &Page<'_>, id: &Id) -> Row {
        let text = page.text(id.start.line);
        let from = header_start(text, id.start.at);
        let to = row_end(page, id);
        let lead = text.get(..from).unwrap_or("");
        let last = lead.trim_end_matches([' ', '\t', '"', '(', '*', '-', '[']);
        let begins_line = is_bullet(lead);
        Row {
            from,
            to,
            whole: to == page.text(id.end.line).len(),
            begins_line,
            after_sentence: !begins_line && last.ends_with(['.', ':', ')', '!', '?', ']', '=', '>', '-']),
            source: if begins_line { None } else { source_name(lead) },
        }
    }

    /// Whether an entry stands here rather than a sentence that names it.
    fn is_entry(&self, page: &Page<'_>, id: &Id) -> bool {
        let text = page.text(id.start.line);
        if text.starts_with("TITLE") && text.get(5..).is_some_and(|rest| rest.trim_start().starts_with(':')) {
            return false;
        }
        let tail = page.text(id.end.line).get(id.end.at..self.to).unwrap_or("");
        let more = self.from < id.start.at || labels(tail).iter().any(|label| label.field != Field::Id);
        let beside = self.whole && has_fields_beside(page, id);
        let tail = tail.trim_start();
        let titled = id.glued || tail.starts_with(|c: char| c.is_uppercase() || "\"<%{'\u{201c}".contains(c));
        let punctuated = tail.starts_with([':', '-', '\u{2013}', '(', ';', ',', '=']) || tail.is_empty();
        let spoken = tail.starts_with(char::is_lowercase);
        if self.begins_line {
            let continued = continues_sentence(page, id.start.line);
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
                    && (id.separated || tail.starts_with([':', '-']) || tail.is_empty()));
        }
        if self.after_sentence {
            return more || id.named && !spoken && (id.separated || titled);
        }
        more && id.separated
    }
}

/// Where the fields before an id on its line begin; they follow each other closely.
fn header_start(text: &str, id: usize) -> usize {
    let earliest = event_labels::floor_boundary(text, id.saturating_sub(BACK));
    let Some(head) = text.get(earliest..id) else { return id };
    let mut next = head.len();
    for label in labels(head).iter().rev() {
        match label.field {
            Field::Id => return id,
            Field::Message => break,
            _ if next.saturating_sub(label.value) > 64 => break,
            _ => next = label.start,
        }
    }
    earliest + next
}

/// Where the part of a line ends that belongs to an entry: at the next entry, a heading or a rule.
fn row_end(page: &Page<'_>, id: &Id) -> usize {
    let text = page.text(id.end.line);
    let limit = event_labels::floor_boundary(text, id.end.at + FORWARD);
    let mut end = limit;
    let events = text.get(id.end.at..limit).unwrap_or("").match_indices(['e', 'E']);
    for at in events.map(|(at, _)| id.end.at + at) {
        let hit = Pos { line: id.end.line, at };
        let Some(next) = event_id::english(page, hit).filter(|next| next.named || next.separated) else {
            continue;
        };
        let start = header_start(text, at).max(id.end.at);
        let before = text.get(id.end.at..start).unwrap_or("").trim_end_matches([' ', '(', '"', '-', '*']);
        if start < at || next.separated || before.ends_with(['.', ')', ']', ':', ';', '?', '!']) {
            end = start;
            break;
        }
    }
    let rest = text.get(id.end.at..end).unwrap_or("");
    let rule = ["====", "----", "Additional query words"].iter().filter_map(|rule| rest.find(rule)).min();
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
    rest.trim().is_empty()
}

/// `Netlogon`, `MSExchangeIS Private`: up to four words that name a source and no sentence.
fn source_name(lead: &str) -> Option<String> {
    let lead = unmarked(lead).trim_end_matches([' ', ':', ',', '-', '\t', '(']);
    let words: Vec<&str> = lead.split_whitespace().collect();
    let named = lead.starts_with(|c: char| c.is_alphanumeric() && !c.is_lowercase())
        && words.len() <= 4
        && !lead.contains([':', ',', '"', '.', '('])
        && !words.iter().any(|word| SPOKEN.contains(&word.to_lowercase().as_str()));
    named.then(|| words.join(" "))
}

/// Words of sentences and titles, which no source is named with.
const SPOKEN: &[&str] = &[
    "the",
    "a",
    "an",
    "and",
    "or",
    "of",
    "with",
    "for",
    "log",
    "logs",
    "nt",
    "windows",
    "details",
    "following",
    "application",
    "system",
    "error",
    "errors",
    "warning",
    "see",
    "if",
    "when",
    "this",
    "note",
    "multiple",
    "example",
    "each",
    "event",
    "to",
    "in",
    "on",
    "is",
    "as",
    "by",
    "messages",
    "message",
    "new",
    "stop",
    "information",
    "and/or",
    "followed",
];

/// Whether the line above runs on into this one as a wrapped sentence does.
fn continues_sentence(page: &Page<'_>, line: usize) -> bool {
    let Some(above) = line.checked_sub(1).map(|above| page.text(above).trim()) else { return false };
    above.len() >= 50
        && !above.ends_with(['.', ':', ';', '!', '?', ')', ']', '"', '-', '='])
        && first_label(above).is_none()
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
    let from = Pos { line: id.start.line, at: id.start.at - lead.len() };
    let (message, end) = event_message::read(page, from, None)?;
    let after = message.find("ource").and_then(|at| message.get(at + "ource".len()..))?;
    let source = match after.trim_start().strip_prefix('(') {
        Some(bracketed) => bracketed.split(')').next(),
        None => after.split(" cannot").next().and_then(|source| source.split(" could").next()),
    };
    let source =
        source.map(str::trim).filter(|source| !source.is_empty() && source.len() <= 80).map(str::to_owned);
    let event = Event { id: id.value, source, message: Some(message), ..Event::default() };
    Some(Claim::one(Span { from, to: end }, Kind::Event(event)))
}

/// An entry while its fields are gathered.
struct Entry<'p, 't> {
    page: &'p Page<'t>,
    event: Event,
    time: Option<String>,
    /// Where the value of a message label begins.
    message: Option<Pos>,
    first: Pos,
    last: Pos,
}

impl<'p, 't> Entry<'p, 't> {
    fn new(page: &'p Page<'t>, id: &Id, row: &Row) -> Self {
        let first = Pos { line: id.start.line, at: row.from };
        let event = Event { id: id.value, source: row.source.clone(), ..Event::default() };
        Entry { page, event, time: None, message: None, first, last: id.end }
    }

    /// Whether the entry has this field already, so that a second one begins another entry.
    fn has(&self, field: Field) -> bool {
        match field {
            Field::Id => true,
            Field::Source => self.event.source.is_some(),
            Field::Message => self.message.is_some(),
            Field::Log => self.event.log.is_some(),
            Field::Level => self.event.level.is_some(),
            Field::Date => self.event.time.is_some(),
            Field::Time => self.time.is_some(),
            Field::Computer => self.event.computer.is_some(),
            Field::Other => false,
        }
    }

    /// Takes the fields between two bytes of a line.
    fn take_row(&mut self, line: usize, from: usize, to: usize) {
        let Some(text) = self.page.text(line).get(from..to) else { return };
        let labels = labels(text);
        for (index, label) in labels.iter().enumerate() {
            let until = labels.get(index + 1).map_or(text.len(), |next| next.start);
            if label.field == Field::Message {
                self.message.get_or_insert(Pos { line, at: from + label.value });
                self.last = self.last.max(Pos { line, at: to });
                return;
            }
            if label.field != Field::Id {
                let value = text.get(label.value..until).map_or("", trimmed);
                let value =
                    if value.is_empty() && until == text.len() { self.wrapped_value(line) } else { value };
                self.set(label.field, value);
                self.last = self.last.max(Pos { line, at: from + until });
            }
        }
    }

    /// The value of a label that stands alone on its line, `Source:`, with the value on the next.
    fn wrapped_value(&self, line: usize) -> &'p str {
        let below = self.page.text(line + 1).trim();
        let short = below.len() <= 60 && !below.ends_with('.');
        if short && labels(below).is_empty() { trimmed(below) } else { "" }
    }

    fn set(&mut self, field: Field, value: &str) {
        if value.is_empty() || value.len() > 200 || self.has(field) {
            return;
        }
        let value = value.split_whitespace().collect::<Vec<_>>().join(" ");
        match field {
            Field::Source => self.event.source = Some(value),
            Field::Log => self.event.log = Some(value),
            Field::Level => self.event.level = Some(value),
            Field::Date => self.event.time = Some(value),
            Field::Time => self.time = Some(value),
            Field::Computer => self.event.computer = Some(value),
            Field::Id | Field::Message | Field::Other => {}
        }
    }

    /// Takes the fields on the lines after the id, to the message's label or the end of the header.
    fn take_below(&mut self) {
        let first = self.last.line + 1;
        let mut after_blank = false;
        for line in first..first + HEADER {
            let text = self.page.text(line);
            if self.message.is_some() || (text.trim().is_empty() && after_blank) {
                return;
            }
            if text.trim().is_empty() {
                after_blank = true;
                continue;
            }
            match first_label(text) {
                Some(label) if self.is_own(&label, line, after_blank) => self.take_row(line, 0, text.len()),
                None if self.is_value_of_label_above(line) => {}
                _ => return,
            }
            after_blank = false;
        }
    }

    fn is_own(&self, label: &Label, line: usize, after_blank: bool) -> bool {
        !self.has(label.field) && !(after_blank && event_message::header_with_id(self.page, line))
    }

    /// Whether the line above holds a label only.
    fn is_value_of_label_above(&self, line: usize) -> bool {
        let above = self.page.text(line - 1);
        first_label(above)
            .is_some_and(|label| above.get(label.value..).is_some_and(|value| trimmed(value).is_empty()))
            && !self.wrapped_value(line - 1).is_empty()
    }

    /// Takes the fields before the id: on its line and on the lines above.
    fn take_before(&mut self, row: &Row) {
        let line = self.first.line;
        let id_line = self.page.text(line);
        let own: Vec<(usize, usize)> = vec![(row.from, id_line.len().min(row.to.max(row.from)))];
        for (from, to) in own {
            if self.last.line == line || from < to {
                self.take_row(line, from, to.min(id_line.len()));
            }
        }
        if !row.begins_line {
            return;
        }
        let mut first = line;
        for above in (line.saturating_sub(HEADER)..line).rev() {
            let text = self.page.text(above);
            let labels = labels(text);
            if labels.iter().any(|label| label.field == Field::Id) {
                // Those were fields of the entry above.
                return;
            }
            match first_label(text) {
                Some(label) if label.field != Field::Message && !self.has(label.field) => first = above,
                _ => break,
            }
        }
        for above in (first..line).rev() {
            let text = self.page.text(above);
            self.take_row(above, 0, text.len());
            self.first = Pos { line: above, at: text.len() - text.trim_start().len() };
        }
    }

    /// Finds the message: after its label, behind the id, or below the header.
    fn take_message(&mut self, id: &Id, row: &Row) {
        let cut = (!row.whole).then_some(row.to);
        let page = self.page;
        let tail = page.text(id.end.line).get(id.end.at..row.to).unwrap_or("");
        let skipped = tail.len()
            - tail
                .trim_start_matches([
                    ' ', '\t', ':', '-', '\u{2013}', ',', ';', '.', ')', ']', '=', '*', '|', '\\',
                ])
                .len();
        let tail_at = Pos { line: id.end.line, at: id.end.at + skipped };
        let tail = tail.get(skipped..).unwrap_or("");
        let found = match self.message {
            Some(at) => event_message::read(page, at, cut.filter(|_| at.line == id.end.line)),
            None if !tail.is_empty() && labels(tail).is_empty() => {
                if self.event.source.is_none() && self.take_columns(tail, id.end.line) {
                    event_message::below(page, self.last.line, true)
                } else if self.last.line > id.end.line {
                    // Fields follow on the next lines: the tail is a remark, and the message stands below them.
                    event_message::below(page, self.last.line, true)
                } else {
                    event_message::read(page, tail_at, cut)
                }
            }
            None if row.whole => event_message::below(page, self.last.line, id.separated),
            None => None,
        };
        if let Some((message, end)) = found {
            self.event.message = Some(message);
            self.last = self.last.max(end);
        }
    }

    /// `Event ID 175    MSExchangeMTA    X400 Service`: source and category in columns after the id.
    fn take_columns(&mut self, tail: &str, line: usize) -> bool {
        let source = tail.split("   ").next().and_then(|cell| cell.split('\t').next()).unwrap_or("").trim();
        let columns = source.len() < tail.trim_end().len();
        if !columns || source.split_whitespace().count() > 4 || self.page.text(line + 1).trim().is_empty() {
            return false;
        }
        self.event.source = Some(source.to_owned());
        true
    }

    fn claim(mut self) -> Claim {
        if let Some(time) = self.time.take() {
            self.event.time = Some(match self.event.time.take() {
                Some(date) => format!("{date} {time}"),
                None => time,
            });
        }
        let span = Span { from: self.first, to: self.last };
        let block = self.event.reports_crash().then_some(span);
        Claim { pieces: vec![Piece { span, kind: Kind::Event(self.event) }], block, end: self.last }
    }
}
