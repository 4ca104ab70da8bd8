//! The fields of an event-log entry, gathered around its id.
//!
//! A header may be cut by a blank line, repeat the id, name the source without a label, or have lost a separator:
//!
//! ```text
//! Event ID: 137, Source: MSExchangeSA, Unexpected error.    the message behind the source
//! Event ID 175    MSExchangeMTA    X400 Service             columns
//! Event  2335     Source    MSExchangeMSMI
//! Source SRV                                                no separator
//! ```
//!
//! Limits: a header is sought [`HEADER`] lines above and below the id.

use super::id::{self, Id};
use super::labels::{self, Field, Label, bare_label, first_label, labels, labels_behind, trimmed};
use super::message;
use super::viewer::{Row, fields_follow, titled_source};
use crate::evidence::{Event, Kind};
use crate::parse::page::{Claim, Page, Piece, Pos, Span};
use crate::parse::text::{is_blank, position, split_once, trim};

/// The most lines a header has, above and below the id.
const HEADER: usize = 14;

/// The most bytes of level and time before the fields of an entry on one line.
const LEAD: usize = 80;

/// Levels as Event Viewer prints them.
const LEVELS: &[&str] = &["Error", "Warning", "Information", "Critical"];

/// An entry while its fields are gathered.
pub(crate) struct Entry<'p, 't> {
    page: &'p Page<'t>,
    pub(crate) event: Event,
    time: Option<String>,
    /// The source stood before the id, where a labelled one goes before it: `MSExchangeMSMI Event ID 2380:`.
    source_in_front: bool,
    /// Fields taken so far, beside the id.
    fields: usize,
    /// Where the value of a message label begins.
    message: Option<Pos>,
    /// The line on which the id stands.
    id_line: usize,
    first: Pos,
    pub(crate) last: Pos,
}

impl<'p, 't> Entry<'p, 't> {
    pub(crate) fn new(page: &'p Page<'t>, id: &Id, row: &Row) -> Self {
        let at = if row.time.is_some() { 0 } else { row.from };
        let first = Pos { line: id.start.line, at };
        let event =
            Event { id: id.value, source: row.source.clone(), time: row.time.clone(), ..Event::default() };
        let source_in_front = event.source.is_some();
        let id_line = id.end.line;
        Entry {
            page,
            event,
            time: None,
            source_in_front,
            fields: 0,
            message: None,
            id_line,
            first,
            last: id.end,
        }
    }

    /// Whether the entry has this field already, so that a second one begins another entry.
    fn has(&self, field: Field) -> bool {
        match field {
            Field::Id => true,
            Field::Source => self.event.source.is_some() && !self.source_in_front,
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
    pub(crate) fn take_row(&mut self, line: usize, from: usize, to: usize) {
        let Some(text) = self.page.text(line).get(from..to) else { return };
        self.take_labels(line, from, text, labels(text));
    }

    /// Takes the fields with these labels in a text that begins at `from` on a line.
    fn take_labels(&mut self, line: usize, from: usize, text: &str, labels: impl Iterator<Item = Label>) {
        let to = from + text.len();
        let mut labels = labels.peekable();
        while let Some(label) = labels.next() {
            let until = labels.peek().map_or(text.len(), |next| next.start);
            if label.field == Field::Message {
                self.message.get_or_insert(Pos { line, at: from + label.value });
                self.last = self.last.max(Pos { line, at: to });
                return;
            }
            if label.field != Field::Id {
                let value = text.get(label.value..until).map_or("", trimmed);
                let value =
                    if value.is_empty() && until == text.len() { self.wrapped_value(line) } else { value };
                let last = until == text.len() && self.message.is_none() && !value.ends_with(':');
                if label.field == Field::Source && last && source_length(value) + 2 < value.len() {
                    // `Source: Perflib, The library file ...`: the message follows.
                    let begin = text.get(label.value..).and_then(|rest| rest.find(value)).unwrap_or(0);
                    let at = from + label.value + begin + source_length(value);
                    let rest = self.page.text(line).get(at..to).unwrap_or("");
                    let skipped = rest.len() - rest.trim_start_matches([',', '.', ' ', ';']).len();
                    self.message = Some(Pos { line, at: at + skipped });
                }
                self.set(label.field, value);
                self.last = self.last.max(Pos { line, at: from + until });
            }
        }
    }

    /// The value of a label that stands alone on its line, `Source:`, with the value on the next.
    fn wrapped_value(&self, line: usize) -> &'p str {
        let below = trim(self.page.text(line + 1));
        let short = below.len() <= 48 && !below.ends_with(['.', ':']);
        if short && labels(below).next().is_none() { trimmed(below) } else { "" }
    }

    fn set(&mut self, field: Field, value: &str) {
        if value.is_empty() || value.len() > 200 || self.has(field) {
            return;
        }
        let value = if field == Field::Source { without_category(value) } else { value };
        self.fields += 1;
        let words = || message::words(value);
        match field {
            Field::Source => {
                let mut source = words();
                source.truncate(source_length(&source));
                self.event.source = Some(source).filter(|name| !name.is_empty());
                self.source_in_front = false;
            }
            Field::Log => self.event.log = Some(words()),
            Field::Level => self.event.level = Some(words()),
            Field::Date => self.event.time = Some(words()),
            Field::Time => self.time = Some(words()),
            Field::Computer => self.event.computer = Some(words()),
            Field::Id | Field::Message | Field::Other => {}
        }
    }

    /// Takes the fields on the lines after the id, to the message's label or the end of the header.
    pub(crate) fn take_below(&mut self) {
        let first = self.last.line + 1;
        let mut after_blank = false;
        for line in first..first + HEADER {
            let text = self.page.text(line);
            if self.message.is_some() || (is_blank(text) && after_blank) {
                return;
            }
            if is_blank(text) {
                after_blank = true;
                continue;
            }
            match first_label(text) {
                Some(label) if self.is_own(&label, line, after_blank) => {
                    let all = std::iter::once(label).chain(labels_behind(text, label.value));
                    self.take_labels(line, 0, text, all);
                }
                None if bare_label(text).is_some_and(|label| !self.has(label.field)) => self.take_bare(line),
                None if self.is_value_of_label_above(line) || is_json_member(text) => {}
                None if self.is_bare_source(line) => {
                    self.set(Field::Source, text.trim());
                    self.last = Pos { line, at: text.len() };
                }
                _ => return,
            }
            after_blank = false;
        }
    }

    fn is_own(&self, label: &Label, line: usize, after_blank: bool) -> bool {
        let text = self.page.text(line);
        let id = || text.get(label.value..).and_then(|value| id::read_number(value.trim()));
        let repeated = label.field == Field::Id
            && line > self.id_line + 1
            && id().is_some_and(|(value, _, _)| value == self.event.id);
        (repeated || !self.has(label.field)) && !(after_blank && message::header_with_id(self.page, line))
    }

    /// Takes a line such as `Source SRV`.
    fn take_bare(&mut self, line: usize) {
        let text = self.page.text(line);
        if let Some(label) = bare_label(text) {
            self.set(label.field, text.get(label.value..).map_or("", trimmed));
            self.last = Pos { line, at: text.len() };
        }
    }

    /// Whether the line below the id is a source without label, and a labelled field follows: `MSExchangeIS Private`.
    fn is_bare_source(&self, line: usize) -> bool {
        let next = first_label(self.page.text(line + 1));
        line == self.id_line + 1
            && self.event.source.is_none()
            && is_product(self.page.text(line).trim())
            && next.is_some_and(|label| !matches!(label.field, Field::Id | Field::Source))
    }

    /// Whether the line above holds a label only.
    fn is_value_of_label_above(&self, line: usize) -> bool {
        let above = self.page.text(line - 1);
        first_label(above)
            .is_some_and(|label| above.get(label.value..).is_some_and(|value| trimmed(value).is_empty()))
            && !self.wrapped_value(line - 1).is_empty()
    }

    /// Takes the fields before the id: on its line and on the lines above.
    pub(crate) fn take_before(&mut self, id: &Id, row: &Row) {
        let line = self.first.line;
        self.take_row(line, row.from, id.start.at);
        self.take_level_and_time(line, row.from);
        if !row.begins_line {
            return;
        }
        let mut first = line;
        for above in (line.saturating_sub(HEADER)..line).rev() {
            let text = self.page.text(above);
            if labels(text).any(|label| label.field == Field::Id) {
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

    /// `Error: (01/16/2022 04:37:05 AM) ` at the beginning of the line.
    fn take_level_and_time(&mut self, line: usize, to: usize) {
        let lead = self.page.text(line).get(..to.min(LEAD)).unwrap_or("");
        let Some((level, time)) = lead.split_once(": (") else { return };
        if LEVELS.contains(&level.trim()) {
            self.set(Field::Level, level.trim());
            self.set(Field::Date, time.split(')').next().unwrap_or(""));
            self.first.at = 0;
        }
    }

    /// Finds the message: after its label, behind the id, or below the header.
    pub(crate) fn take_message(&mut self, id: &Id, row: &Row) {
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
        let titled = self.message.is_none() && row.whole && row.begins_line && self.take_title(id, row);
        let found = match self.message {
            Some(at) => message::read(page, at, cut.filter(|_| at.line == id.end.line)),
            None if titled => message::below(page, self.last.line, true),
            None if !tail.is_empty() && !fields_follow(tail) => {
                if self.event.source.is_none() && self.take_columns(tail, id.end.line) {
                    message::below(page, self.last.line, true)
                } else if self.last.line > id.end.line {
                    // Fields follow on the next lines: the tail is a remark, and the message stands below them.
                    message::below(page, self.last.line, true)
                } else {
                    message::read(page, tail_at, cut)
                }
            }
            None if row.whole => message::below(page, self.last.line, id.separated || self.fields > 0),
            None => None,
        };
        if let Some((message, end)) = found {
            self.event.message = Some(message);
            self.last = self.last.max(end);
            self.take_source_above_message();
        }
    }

    /// `Event 1000, Application Error`: the source is all that follows the id on its line.
    fn take_title(&mut self, id: &Id, row: &Row) -> bool {
        let tail = self.page.text(id.end.line).get(id.end.at..row.to).unwrap_or("");
        let Some(source) = titled_source(tail).filter(|_| self.event.source.is_none()) else { return false };
        self.set(Field::Source, source);
        true
    }

    /// `MSExchangeCCMC` alone on the line between id and message.
    fn take_source_above_message(&mut self) {
        let page = self.page;
        let line = trim(page.text(self.id_line + 1));
        let begins = self.event.message.as_deref().and_then(|message| message.strip_prefix(line));
        let Some(rest) = begins.filter(|rest| rest.starts_with(' ') && is_product(line)) else { return };
        if self.event.source.is_none() && self.message.is_none() {
            let rest = rest.trim_start().to_owned();
            let level = LEVELS
                .iter()
                .find(|level| rest.strip_prefix(**level).is_some_and(|rest| rest.starts_with(' ')));
            if let Some(level) = level {
                self.set(Field::Level, level);
            }
            let message = rest.get(level.map_or(0, |level| level.len())..).unwrap_or(&rest);
            self.event.source = Some(line.to_owned());
            self.event.message = Some(message.trim_start().to_owned());
        }
    }

    /// `Event ID 175    MSExchangeMTA    X400 Service`, `Event  2335   Source   MSExchangeMSMI`, `Event 3089 Warning`: what
    /// stands in columns after the id.
    fn take_columns(&mut self, tail: &str, line: usize) -> bool {
        if LEVELS.contains(&tail.trim()) {
            self.set(Field::Level, tail.trim());
            return true;
        }
        let cells: Vec<&str> = tail.split(['\t']).flat_map(|cell| cell.split("   ")).map(str::trim).collect();
        let mut cells = cells.into_iter().filter(|cell| !cell.is_empty());
        let (Some(first), Some(second)) = (cells.next(), cells.next()) else { return false };
        let labelled = labels::field(first) == Some(Field::Source);
        let source = if labelled { second } else { first };
        if source.split_whitespace().count() > 4 || is_blank(self.page.text(line + 1)) {
            return false;
        }
        self.set(Field::Source, source);
        true
    }

    pub(crate) fn claim(mut self) -> Claim {
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

/// `"color":  "#136B13",`: a field of an exported entry that Event Viewer does not have.
fn is_json_member(text: &str) -> bool {
    let text = text.trim();
    text.starts_with('"') && text.ends_with(',') && text.contains("\":")
}

/// Length of a source without what follows it: `Perflib, The library file`, `IPXRIP logs with the following`.
fn source_length(value: &str) -> usize {
    // Most are a word, and each of these has a blank.
    let marks = [", ", ". ", " \"", "; ", " logs with ", " with the "];
    let marks = if value.contains(' ') { &marks[..] } else { &[] };
    let end = marks.iter().filter_map(|mark| position(value, mark)).filter(|end| *end > 3).min();
    value.get(..end.unwrap_or(value.len())).map_or(0, |name| name.trim_end_matches(['.', ',', ' ']).len())
}

/// The product before a column with the category: `MSExchangeMTA  Field Engineering`.
fn without_category(value: &str) -> &str {
    split_once(value, "  ").map(|(name, _)| name).filter(|name| is_product(name)).unwrap_or(value)
}

/// `MSExchangeCCMC`, `MSExchangeIS Private`: one word with capitals inside it, or it and another.
fn is_product(line: &str) -> bool {
    let mut words = line.split(' ');
    let name = words.next().unwrap_or("");
    let inner = name.chars().skip(1).filter(|c| c.is_uppercase()).count();
    inner >= 2
        && name.chars().all(char::is_alphanumeric)
        && name.chars().any(char::is_lowercase)
        && words.count() <= 1
}
