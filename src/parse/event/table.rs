//! Event-log entries as rows: exports with a header, saved logs without one, and PowerShell's lists.
//!
//! ```text
//! Level,Date and Time,Source,Event ID,Task Category              CSV and tab-separated exports; the message may come last
//! Error,1/16/2022 4:37:05 AM,Application Error,1000,(100),"Faulting application name: ..."
//! 11/7/96 4:32:01 PM DrWatson Information None 4097 N/A NT4      copied rows of Event Viewer, message on the next lines
//! 4/11/95 4:58:39 AM  1   0   1016    N/A DhcpServer  SRV2       dumpel: type, category and id as numbers
//! Warning Security  51                                           a row with one field or two a line
//! InstanceId         : 1000                                      Get-EventLog | fl, Get-WinEvent | fl
//! ```
//!
//! A record of a table may span [`RECORD`] lines, a list [`LIST`].

use super::labels::{self, Field};
use super::stamp::{Words, date_and_time};
use super::{id, message};
use crate::evidence::{Event, Kind};
use crate::parse::Dialect;
use crate::parse::page::{Claim, Page, Piece, Pos, Span};
use crate::parse::text::is_blank;
use crate::parse::trigger::{self, Trigger};

/// Exports with a header.
pub(crate) const TABLE: Dialect = Dialect {
    name: "event table",
    anchors: &[
        "event id",
        "eventid",
        "\"id\"",
        "instanceid",
        "ereignis-id",
        "ID do Evento",
        "Код события",
        "事件 ID",
        "Id. del evento",
    ],
    triggers: &[Trigger::sure("\"id\""), Trigger::sure("instanceid"), Trigger::sure("id do evento")],
    read: read_table,
};

/// Rows without a header.
pub(crate) const ROW: Dialect = Dialect {
    name: "event row",
    anchors: &["information", "warning", "error", "audit", "n/a"],
    triggers: &[
        Trigger::checked("information", trigger::level),
        Trigger::checked("warning", trigger::level),
        Trigger::checked("error", trigger::short_level),
        Trigger::sure("audit success"),
        Trigger::sure("audit failure"),
        Trigger::checked("n/a ", trigger::dated),
    ],
    read: read_row,
};

/// PowerShell's lists.
pub(crate) const LIST_OF_FIELDS: Dialect = Dialect {
    name: "event list",
    anchors: &["instanceid", "providername"],
    triggers: &[Trigger::sure("providername")],
    read: read_list,
};

const RECORD: usize = 80;
const LIST: usize = 80;
/// The most bytes before the level of a row.
const FIELDS: usize = 200;
/// The most bytes of a cell.
const CELL: usize = 4_000;

/// Reads all rows below the header that the anchor stands in.
fn read_table(page: &Page<'_>, hit: Pos) -> Option<Claim> {
    let header = page.text(hit.line);
    let (delimiter, columns) = [',', '\t', ';', '|'].into_iter().find_map(|delimiter| {
        let columns = columns(header, delimiter);
        columns.is_some().then_some((delimiter, columns?))
    })?;
    let mut pieces = Vec::new();
    let mut line = hit.line + 1;
    while let Some((cells, next)) = record(page, line, delimiter) {
        let Some(event) = event_of(&columns, &cells) else { break };
        pieces.push(Piece { span: page.lines_span(line, next - 1), kind: Kind::Event(event) });
        line = next;
    }
    (!pieces.is_empty()).then_some(Claim { pieces, block: None, end: Pos { line, at: 0 } })
}

/// The fields of a header's columns, if it is the header of an event table.
fn columns(header: &str, delimiter: char) -> Option<Vec<Option<Field>>> {
    if header.len() > 1_000 || header.matches(delimiter).count() < 3 {
        return None;
    }
    let columns: Vec<Option<Field>> = header
        .split(delimiter)
        .map(|cell| {
            let name = cell.trim().trim_matches(['"', '*']).trim();
            if name.eq_ignore_ascii_case("id") { Some(Field::Id) } else { labels::field(name) }
        })
        .collect();
    let known = columns.iter().flatten().filter(|field| **field != Field::Other).count();
    (known >= 3 && columns.contains(&Some(Field::Id))).then_some(columns)
}

/// One record from `line` on, its quoted cells over several lines, and the line after it.
pub(super) fn record(page: &Page<'_>, line: usize, delimiter: char) -> Option<(Vec<String>, usize)> {
    if is_blank(page.text(line)) {
        return None;
    }
    let mut cells = vec![String::new()];
    let mut quoted = false;
    for current in line..(line + RECORD).min(page.lines.len()) {
        let mut chars = page.text(current).chars().peekable();
        while let Some(char) = chars.next() {
            let cell = cells.last_mut()?;
            match char {
                '"' if quoted && chars.peek() == Some(&'"') => {
                    chars.next();
                    cell.push('"');
                }
                '"' if quoted => quoted = false,
                '"' if is_blank(cell) => quoted = true,
                _ if char == delimiter && !quoted => cells.push(String::new()),
                _ if cell.len() < CELL => cell.push(char),
                _ => {}
            }
        }
        if !quoted {
            return Some((cells, current + 1));
        }
        cells.last_mut()?.push(' ');
    }
    // A quote that never closes: the record is its first line.
    let cells = page.text(line).split(delimiter).map(|cell| cell.trim_matches('"').to_owned()).collect();
    Some((cells, line + 1))
}

/// The event of a record. A cell beyond the header is the message: Event Viewer gives that column no name.
fn event_of(columns: &[Option<Field>], cells: &[String]) -> Option<Event> {
    let mut event = Event::default();
    let mut id = None;
    let mut time = None;
    for (index, cell) in cells.iter().enumerate() {
        let cell = cell.split_whitespace().collect::<Vec<_>>().join(" ");
        let field = match columns.get(index) {
            Some(field) => *field,
            None => Some(Field::Message),
        };
        match field {
            Some(Field::Id) if id.is_none() => id = id::read_number(&cell).map(|(id, ..)| id),
            Some(field) if !cell.is_empty() => set(&mut event, &mut time, field, cell),
            _ => {}
        }
    }
    event.id = id?;
    join_time(&mut event, time);
    Some(event)
}

fn set(event: &mut Event, time: &mut Option<String>, field: Field, value: String) {
    let slot = match field {
        Field::Source => &mut event.source,
        Field::Message => &mut event.message,
        Field::Log => &mut event.log,
        Field::Level => &mut event.level,
        Field::Date => &mut event.time,
        Field::Time => time,
        Field::Computer => &mut event.computer,
        Field::Id | Field::Other => return,
    };
    slot.get_or_insert(value);
}

fn join_time(event: &mut Event, time: Option<String>) {
    if let Some(time) = time {
        event.time = Some(event.time.take().map_or(time.clone(), |date| format!("{date} {time}")));
    }
}

/// A row that begins with date and time, or whose date and source stand on the two lines above.
fn read_row(page: &Page<'_>, hit: Pos) -> Option<Claim> {
    let text = page.text(hit.line);
    let indent = text.len() - text.trim_start().len();
    if hit.at > FIELDS {
        return None;
    }
    if text.get(indent..)?.starts_with(|c: char| c.is_ascii_digit()) {
        return row_of_words(page, hit).or_else(|| row_of_numbers(page, hit.line));
    }
    if hit.at == indent { row_over_lines(page, hit) } else { None }
}

const LEVELS: &[&str] =
    &["Information", "Warning", "Error", "Success Audit", "Failure Audit", "Audit Success", "Audit Failure"];

/// The level that stands at `hit` as a word by itself.
fn level_at(text: &str, hit: usize) -> Option<&'static str> {
    LEVELS.iter().copied().find(|level| {
        let start = if level.ends_with("Audit") { hit.checked_sub("Success ".len()) } else { Some(hit) };
        start.and_then(|start| text.get(start..)).is_some_and(|rest| {
            rest.get(..level.len()).is_some_and(|head| head.eq_ignore_ascii_case(level))
                && rest
                    .get(level.len()..)
                    .is_some_and(|rest| rest.is_empty() || rest.starts_with([' ', '\t']))
        })
    })
}

/// `11/7/96 4:32:01 PM DrWatson Information None 4097 N/A JOHNDOE-NT4`, message behind or below.
fn row_of_words(page: &Page<'_>, hit: Pos) -> Option<Claim> {
    let text = page.text(hit.line);
    let level = level_at(text, hit.at)?;
    let level_start = if level.ends_with("Audit") { hit.at.checked_sub("Success ".len())? } else { hit.at };
    let (time, after_time) = date_and_time(text)?;
    let source = text.get(after_time..level_start)?.trim();
    if source.is_empty() || source.split_whitespace().count() > 4 || source.contains([':', '[', '=']) {
        return None;
    }
    let (id, after_id) = id_after(text, level_start + level.len())?;
    // User and computer come next; the computer may have been wrapped to the next line.
    let mut words = Words { text, at: after_id };
    let user = words.next()?;
    let computer = words.next().map(|(_, word)| word.to_owned());
    let from = Pos { line: hit.line, at: if computer.is_some() { words.at } else { user.0 + user.1.len() } };
    let message = message::read(page, from, None);
    let event = Event {
        id,
        source: Some(source.to_owned()),
        level: Some(level.to_owned()),
        time: Some(time),
        computer,
        message: message.as_ref().map(|(message, _)| message.clone()),
        ..Event::default()
    };
    Some(row_claim(page, hit.line, event, message.map(|(_, end)| end)))
}

/// `Warning Security  51` below a line with the source and one with date and time.
fn row_over_lines(page: &Page<'_>, hit: Pos) -> Option<Claim> {
    let text = page.text(hit.line);
    let level = level_at(text, hit.at)?;
    let source = page.text(hit.line.checked_sub(1)?).trim();
    let first = hit.line.checked_sub(2)?;
    let (time, end) = date_and_time(page.text(first))?;
    let alone = is_blank(page.text(first).get(end..)?);
    if !alone || source.is_empty() || source.split_whitespace().count() > 4 {
        return None;
    }
    let (id, after_id) = id_after(text, hit.at + level.len())?;
    if !is_blank(text.get(after_id..)?) {
        return None;
    }
    // The user has a line of its own; the computer stands before the message.
    let below = page.text(hit.line + 2);
    let mut words = Words { text: below, at: 0 };
    let computer = words.next().map(|(_, word)| word.to_owned());
    let message = message::read(page, Pos { line: hit.line + 2, at: words.at }, None);
    let event = Event {
        id,
        source: Some(source.to_owned()),
        level: Some(level.to_owned()),
        time: Some(time),
        computer,
        message: message.as_ref().map(|(message, _)| message.clone()),
        ..Event::default()
    };
    Some(row_claim(page, first, event, message.map(|(_, end)| end)))
}

/// `4/11/95 4:58:39 AM  1   0   1016    N/A DhcpServer  SRV2  %%20013`: dumpel, user and source in either order.
fn row_of_numbers(page: &Page<'_>, line: usize) -> Option<Claim> {
    let text = page.text(line);
    let (time, at) = date_and_time(text)?;
    let mut words = Words { text, at };
    let level = match words.next()?.1 {
        "1" => "Error",
        "2" => "Warning",
        "0" | "4" => "Information",
        "8" => "Success Audit",
        "16" => "Failure Audit",
        _ => return None,
    };
    words.next()?.1.parse::<u32>().ok()?;
    let id = words.next()?.1.parse::<u32>().ok()? & 0xFFFF;
    let (first, second) = (words.next()?.1, words.next()?.1);
    let source = if first == "N/A" { second } else { first };
    let computer = words.next()?.1.to_owned();
    let message = message::read(page, Pos { line, at: words.at }, Some(text.len()));
    let event = Event {
        id,
        source: Some(source.to_owned()),
        level: Some(level.to_owned()),
        time: Some(time),
        computer: Some(computer),
        message: message.map(|(message, _)| message),
        ..Event::default()
    };
    Some(row_claim(page, line, event, None))
}

pub(super) fn row_claim(page: &Page<'_>, first: usize, event: Event, end: Option<Pos>) -> Claim {
    let whole = page.lines_span(first, first);
    let span = Span { from: whole.from, to: end.unwrap_or(whole.to).max(whole.to) };
    let block = event.reports_crash().then_some(span);
    Claim { pieces: vec![Piece { span, kind: Kind::Event(event) }], block, end: span.to }
}

/// The id after a level and a category of up to four words, and where it ends.
fn id_after(text: &str, at: usize) -> Option<(u32, usize)> {
    let mut words = Words { text, at };
    for _ in 0..5 {
        let (start, word) = words.next()?;
        let category = word.trim_matches(['(', ')']);
        if word == category
            && let Ok(id) = word.parse::<u32>()
        {
            return (id <= 0xFFFF).then_some((id, start + word.len()));
        }
    }
    None
}

/// `Key : value` lines around the anchor, to the next blank line.
fn read_list(page: &Page<'_>, hit: Pos) -> Option<Claim> {
    let indent = hit.at;
    let (key, _) = page.rest(hit).split_once(':')?;
    if !is_blank(page.text(hit.line).get(..indent)?) || !is_key(key) {
        return None;
    }
    let above =
        (hit.line.saturating_sub(LIST)..hit.line).rev().take_while(|line| !is_blank(page.text(*line)));
    let begin = above.last().unwrap_or(hit.line);
    let (mut first, mut last) = (begin, begin);
    let mut fields: Vec<(String, String)> = Vec::new();
    for line in begin..(begin + LIST).min(page.lines.len()) {
        let text = page.text(line);
        if is_blank(text) || (is_fence(text) && !fields.is_empty()) {
            break;
        }
        last = line;
        // A list in a code block may be indented as a whole.
        let row = text.get(indent..).filter(|_| text.get(..indent).is_some_and(is_blank));
        match row.and_then(|row| row.split_once(':')) {
            Some((key, value)) if is_key(key) => {
                fields.push((key.trim().to_owned(), value.trim().to_owned()))
            }
            _ => match fields.last_mut() {
                Some((_, value)) => {
                    value.push(' ');
                    value.push_str(text.trim());
                }
                // A sentence or a fence right above the list.
                None => first = line + 1,
            },
        }
    }
    let span = page.lines_span(first, last);
    let Some(event) = event_of_list(fields) else {
        // Read once: it is a list, but of something else.
        return Some(Claim { pieces: Vec::new(), block: None, end: span.to });
    };
    let block = event.reports_crash().then_some(span);
    Some(Claim { pieces: vec![Piece { span, kind: Kind::Event(event) }], block, end: span.to })
}

/// The line that opens or closes a code block.
fn is_fence(text: &str) -> bool {
    text.trim_start().starts_with("```") || text.trim_start().starts_with("~~~")
}

/// PowerShell's names are one word at the beginning of the line.
fn is_key(key: &str) -> bool {
    !key.starts_with([' ', '\t'])
        && !is_blank(key)
        && key.trim().bytes().all(|byte| byte.is_ascii_alphanumeric())
}

fn event_of_list(fields: Vec<(String, String)>) -> Option<Event> {
    let number = |name: &str| {
        let (_, value) = fields.iter().find(|(key, _)| key.eq_ignore_ascii_case(name))?;
        id::read_number(value).map(|(id, ..)| id)
    };
    let mut event = Event {
        id: number("EventID").or_else(|| number("Id")).or_else(|| number("InstanceId"))?,
        ..Event::default()
    };
    let mut time = None;
    for (key, value) in fields {
        if let Some(field) = labels::field(&key)
            && !value.is_empty()
        {
            let value = value.split_whitespace().collect::<Vec<_>>().join(" ");
            set(&mut event, &mut time, field, value.get(..labels::floor_boundary(&value, CELL))?.to_owned());
        }
    }
    join_time(&mut event, time);
    event.source.is_some().then_some(event)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn events(text: &str) -> Vec<Event> {
        crate::Parser::default()
            .parse(text)
            .into_iter()
            .filter_map(|piece| match piece.kind {
                Kind::Event(event) => Some(event),
                _ => None,
            })
            .collect()
    }

    #[test]
    fn an_export_with_a_header_whose_message_has_no_column() {
        let found = events(
            "Level,Date and Time,Source,Event ID,Task Category\n\
             Error,1/16/2022 4:37:05 AM,Application Error,1000,(100),\"Faulting \"\"a.exe\"\",\nversion: 1\"\n\
             Information,1/16/2022 4:37:06 AM,Service Control Manager,7036,None,The service stopped.\n\nnot a row",
        );
        assert_eq!(found.len(), 2);
        assert_eq!((found[0].id, found[0].source.as_deref()), (1000, Some("Application Error")));
        assert_eq!(found[0].message.as_deref(), Some("Faulting \"a.exe\", version: 1"));
        assert_eq!((found[1].id, found[1].level.as_deref()), (7036, Some("Information")));
    }

    #[test]
    fn tab_separated_and_powershell_csv() {
        let found = events(
            "Date\tTime\tSource\tType\tEvent ID\tComputer\n1/2/2001\t3:00\tDrWatson\tError\t4097\tPC\n",
        );
        assert_eq!((found[0].id, found[0].time.as_deref()), (4097, Some("1/2/2001 3:00")));
        let found = events(
            "\"Message\",\"Id\",\"ProviderName\",\"LevelDisplayName\"\n\"It broke\",\"1026\",\".NET Runtime\",\"Error\"\n",
        );
        assert_eq!(
            (found[0].id, found[0].source.as_deref(), found[0].message.as_deref()),
            (1026, Some(".NET Runtime"), Some("It broke"))
        );
    }

    #[test]
    fn rows_without_header() {
        let found = events(
            "   11/7/96 4:32:01 PM DrWatson Information None 4097 N/A NT4\n   The application failed\n   at an address\n",
        );
        assert_eq!(
            (found[0].id, found[0].source.as_deref(), found[0].computer.as_deref()),
            (4097, Some("DrWatson"), Some("NT4"))
        );
        assert_eq!(found[0].message.as_deref(), Some("The application failed at an address"));
        let found = events("4/11/95 4:58:39 AM  1   0   1016    N/A DhcpServer  SRV2  %%20013");
        assert_eq!(
            (found[0].id, found[0].source.as_deref(), found[0].message.as_deref()),
            (1016, Some("DhcpServer"), Some("%%20013"))
        );
        let found = events(
            "   3/7/97 8:23:42 PM\n   MSExchangeMTA\n   Warning Security  51\n   N/A\n   <srv> An unknown MTA\n   came.\n",
        );
        assert_eq!(
            (found[0].id, found[0].source.as_deref(), found[0].message.as_deref()),
            (51, Some("MSExchangeMTA"), Some("An unknown MTA came."))
        );
    }

    #[test]
    fn lines_of_other_logs_are_no_rows() {
        assert_eq!(
            events("2016-09-28 04:30:30, Error CBS Failed with 5 x y\n17/06/09 20:10:40 INFO a: Error 5"),
            []
        );
    }

    #[test]
    fn lists_of_powershell() {
        let found = events(
            "Index              : 7\nEntryType          : Error\nInstanceId         : 1000\nMessage            : Faulting a\n                     version 1\n\
             Source             : Application Error\nTimeGenerated      : 1/1/2020 3:00:00 AM\n\nIndex : 8\n",
        );
        assert_eq!(
            (found.len(), found[0].id, found[0].message.as_deref()),
            (1, 1000, Some("Faulting a version 1"))
        );
        let found = events(
            "TimeCreated  : 1/1/2020\nProviderName : .NET Runtime\nId           : 1026\nMessage      : Application: x\n",
        );
        assert_eq!((found.len(), found[0].id, found[0].source.as_deref()), (1, 1026, Some(".NET Runtime")));
    }

    #[test]
    fn a_list_in_a_code_block() {
        let found = events(
            "```text\n  Id           : 1026\n  ProviderName : .NET Runtime\n  Message      : It threw\n                 twice\n```\n",
        );
        assert_eq!((found.len(), found[0].id, found[0].source.as_deref()), (1, 1026, Some(".NET Runtime")));
        assert_eq!(found[0].message.as_deref(), Some("It threw twice"));
    }
}
