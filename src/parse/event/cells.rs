//! Rows of event tables that say themselves what their cells are: no header, or PowerShell's.
//!
//! ```text
//! Error  2/10/2024 8:29:48 AM  Application Error  1000  (100)                  copied from Event Viewer's list, tabs or blanks
//! Fehler,10.01.2017 06:41:19,Service Control Manager,7034,Keine,"Dienst ..."    a saved list whose header was left out
//! 7031,ERROR,Service Control Manager,Mon Feb 11 14:25:12 2013,No User,The ...   the number first
//!    ProviderName: Service Control Manager                                      Get-WinEvent
//! TimeCreated            Id LevelDisplayName Message
//! 8/13/2015 3:05:14 PM 7023 Error            The service terminated
//! ```

use super::stamp::{Words, date_and_time};
use super::table::{record, row_claim};
use crate::evidence::{Event, Kind};
use crate::parse::Dialect;
use crate::parse::page::{Claim, Page, Piece, Pos};
use crate::parse::text::{clip, find, same_letters};
use crate::parse::trigger::{self, Trigger};
use crate::parse::words::starts_with;

/// Rows without a header.
pub(crate) const ROW: Dialect = Dialect {
    name: "event cells",
    anchors: &[
        "error",
        "warning",
        "information",
        "critical",
        "fehler",
        "warnung",
        "informationen",
        "erreur",
        "avertissement",
        "errore",
        "avviso",
        "ошибка",
        "предупреждение",
        "сведения",
        "错误",
        "警告",
        "信息",
    ],
    triggers: &[
        Trigger::checked("critical", trigger::level),
        Trigger::checked("fehler", trigger::level),
        Trigger::checked("warnung", trigger::level),
        Trigger::checked("informationen", trigger::level),
        Trigger::checked("erreur", trigger::short_level),
        Trigger::checked("avertissement", trigger::level),
        Trigger::checked("avviso", trigger::level),
        Trigger::checked("ошибка", trigger::level),
        Trigger::checked("предупреждение", trigger::level),
        Trigger::checked("сведения", trigger::level),
        Trigger::checked("错误", trigger::level),
        Trigger::checked("警告", trigger::level),
        Trigger::checked("信息", trigger::level),
    ],
    read: read_row,
};

/// Get-WinEvent's table.
pub(crate) const POWERSHELL: Dialect = Dialect {
    name: "event columns",
    anchors: &["LevelDisplayName"],
    triggers: &[Trigger::sure("leveldisplayname")],
    read: read_powershell,
};

/// The most rows of one table.
const ROWS: usize = 5_000;
/// How far above its header the provider may stand.
const PROVIDER: usize = 3;

fn read_row(page: &Page<'_>, hit: Pos) -> Option<Claim> {
    let text = page.text(hit.line);
    let before = text.get(..hit.at)?;
    let rest = text.get(hit.at..)?;
    let level = rest.split([',', ';', '\t', '"', ' ']).next()?;
    if before.len() > 16 || level.len() == rest.len() {
        return None;
    }
    if !ROW.anchors.iter().any(|name| same_letters(name, level)) {
        return None;
    }
    let before = before.trim_matches([' ', '\t', '"', '>', '|', '`', '*', '-']);
    let (cells, last) = cells(page, hit, level.len())?;
    let number = |cell: Option<&String>| cell?.trim().parse::<u32>().ok().filter(|id| *id <= 0xFFFF);
    let cell = |at: usize| cells.get(at).map(|cell| cell.trim()).filter(|cell| !cell.is_empty());
    let (source, id, time, message) = if before.is_empty() {
        let (time, _) = date_and_time(cell(0)?).filter(|(_, end)| cell(0).map(str::len) == Some(*end))?;
        (cell(1)?, number(cells.get(2))?, time, cells.get(4))
    } else {
        // `7031,ERROR,Service Control Manager,Mon Feb 11 14:25:12 2013,No User,The service ...`
        let id = before.strip_suffix([',', ';']).map(|id| id.trim_matches('"'))?;
        let time =
            cell(1).filter(|time| time.contains(':') && time.contains(|c: char| c.is_ascii_digit()))?;
        (cell(0)?, number(Some(&id.to_owned()))?, time.to_owned(), cells.get(3))
    };
    if source.split_whitespace().count() > 6 || !source.contains(char::is_alphabetic) {
        return None;
    }
    let message = message.map(|text| text.split_whitespace().collect::<Vec<_>>().join(" "));
    let event = Event {
        id,
        source: Some(source.to_owned()),
        level: Some(level.to_owned()),
        time: Some(time),
        message: message.filter(|text| !text.is_empty()),
        ..Event::default()
    };
    Some(row_claim(page, hit.line, event, Some(page.lines_span(last, last).to)))
}

/// The cells behind the level that begins at `hit`, and the row's last line.
fn cells(page: &Page<'_>, hit: Pos, level: usize) -> Option<(Vec<String>, usize)> {
    let rest = page.rest(hit).get(level..)?;
    let rest = rest.strip_prefix('"').unwrap_or(rest);
    let delimiter = rest.chars().next()?;
    if delimiter != ' ' && !rest.starts_with("\t ") {
        let (cells, next) = record(page, hit.line, delimiter)?;
        let name = page.rest(hit).get(..level)?;
        let first =
            cells.iter().position(|cell| cell.trim_matches([' ', '>', '|', '`', '*', '-']) == name)?;
        return Some((cells.into_iter().skip(first + 1).collect(), next - 1));
    }
    // Blanks in place of the tabs: two or more part the cells; the source may stand one behind the time.
    let mut cells: Vec<String> =
        clip(rest).split("  ").map(|cell| cell.trim().to_owned()).filter(|cell| !cell.is_empty()).collect();
    let (_, end) = date_and_time(cells.first()?)?;
    let source = cells.first()?.get(end..)?.trim().to_owned();
    if !source.is_empty() {
        cells.first_mut()?.truncate(end);
        cells.insert(1, source);
    }
    Some((cells, hit.line))
}

/// Reads the rows below `TimeCreated  Id LevelDisplayName Message`.
fn read_powershell(page: &Page<'_>, hit: Pos) -> Option<Claim> {
    let header = page.text(hit.line);
    if !starts_with(header.trim_start(), "TimeCreated ") || !header.get(..hit.at)?.ends_with(" Id ") {
        return None;
    }
    let provider = (hit.line.saturating_sub(PROVIDER)..hit.line).rev().find_map(|line| {
        let text = clip(page.text(line));
        let at = find(text, "ProviderName:")? + "ProviderName:".len();
        Some(text.get(at..)?.trim().to_owned())
    });
    let mut pieces = Vec::new();
    let mut line = hit.line + 1;
    if page.text(line).trim_start().starts_with("---") {
        line += 1;
    }
    while pieces.len() < ROWS {
        let Some(event) = powershell_row(page.text(line), provider.as_deref()) else { break };
        pieces.push(Piece { span: page.lines_span(line, line), kind: Kind::Event(event) });
        line += 1;
    }
    (!pieces.is_empty()).then_some(Claim { pieces, block: None, end: Pos { line, at: 0 } })
}

fn powershell_row(text: &str, provider: Option<&str>) -> Option<Event> {
    let (time, at) = date_and_time(text)?;
    let mut words = Words { text, at };
    let id = words.next()?.1.parse::<u32>().ok().filter(|id| *id <= 0xFFFF)?;
    let level = words.next()?.1.to_owned();
    let message = text.get(words.at..)?.trim();
    Some(Event {
        id,
        source: provider.map(str::to_owned),
        level: Some(level),
        time: Some(time),
        message: (!message.is_empty()).then(|| message.to_owned()),
        ..Event::default()
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn events(text: &str) -> Vec<(u32, String, String)> {
        let pieces = crate::Parser::default().parse(text).into_iter();
        let events = pieces.filter_map(|piece| match piece.kind {
            Kind::Event(event) => Some(event),
            _ => None,
        });
        events
            .map(|event| (event.id, event.source.unwrap_or_default(), event.message.unwrap_or_default()))
            .collect()
    }

    fn one(text: &str, id: u32, source: &str, message: &str) {
        assert_eq!(events(text), [(id, source.to_owned(), message.to_owned())], "{text}");
    }

    #[test]
    fn the_level_first() {
        one("Error\t2/10/2024 8:29:48 AM\tApplication Error\t1000\t(100)\n", 1000, "Application Error", "");
        one(
            "Fehler,10.01.2017 06:41:19,Service Control Manager,7034,Keine,\"Dienst \"\"a b\"\"\nwurde beendet.\"\n",
            7034,
            "Service Control Manager",
            "Dienst \"a b\" wurde beendet.",
        );
        one(
            "Erreur  2015-10-02 17:35:49 .NET Runtime    1026    Aucun   Le processus",
            1026,
            ".NET Runtime",
            "Le processus",
        );
    }

    #[test]
    fn the_number_first() {
        one(
            "7031,ERROR,Service Control Manager,Mon Feb 11 14:25:12 2013,No User,The a service stopped.",
            7031,
            "Service Control Manager",
            "The a service stopped.",
        );
    }

    #[test]
    fn columns_of_powershell() {
        one(
            "   ProviderName: Service Control Manager\n\nTimeCreated              Id LevelDisplayName Message\n\
             -----------              -- ---------------- -------\n8/13/2015 3:05:14 PM   7023 Error            It ended\n\nnext",
            7023,
            "Service Control Manager",
            "It ended",
        );
    }

    #[test]
    fn lines_of_other_logs_are_no_rows() {
        let logs = "Error,12,foo,7,bar\nERROR 2020-01-02 10:00:00 worker 12 failed\n12,ERROR,main,retry,5,x\nError\tat line\t12\t5";
        assert_eq!(events(logs), []);
    }
}
