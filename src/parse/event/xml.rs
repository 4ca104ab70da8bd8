//! Event-log entries as XML: Event Viewer's XML view, `wevtutil qe`, `Get-WinEvent | % ToXml()`.
//!
//! ```text
//! <EventID Qualifiers="0">1000</EventID>           one element a line, or the whole event on one line
//! #    <EventID Qualifiers="0">1000</EventID>      commented out
//! &lt;EventID&gt;1026&lt;/EventID&gt;               escaped (decoded before it gets here)
//! <Data>a.exe, 1.0.0.0, 5fb30cf2, b.dll, ...</Data>     all data in one element, comma-joined
//! ```
//!
//! The message is the rendered one where the XML has it, else the event's data, comma-joined. An event is sought
//! [`BEFORE`] lines before its id and [`AFTER`] lines after it; a cut-off event is read as far as it goes.

use super::id;
use super::labels::floor_boundary;
use crate::evidence::{Event, Kind};
use crate::parse::Dialect;
use crate::parse::page::{Claim, Page, Piece, Pos, Span};

/// An `<Event>` element.
pub(crate) const DIALECT: Dialect =
    Dialect { name: "event XML", anchors: &["<eventid"], triggers: &[], read };

/// The most lines of an event before and after its id.
const BEFORE: usize = 8;
const AFTER: usize = 120;
/// The most bytes of an event before and after its id.
const BYTES_BEFORE: usize = 600;
const BYTES_AFTER: usize = 16_000;
/// The most bytes of the id's element.
const ELEMENT: usize = 200;
/// The most bytes of a message.
const MESSAGE: usize = 4_000;

fn read(page: &Page<'_>, hit: Pos) -> Option<Claim> {
    let rest = page.rest(hit);
    let (_, content, _) = element(rest.get(..floor_boundary(rest, ELEMENT))?, "EventID")?;
    let (id, _, _) = id::read_number(content.trim())?;
    let from = begin(page, hit);
    let (xml, to) = collect(page, from, hit);
    let level = element_text(&xml, "Level").map(level_name);
    let event = Event {
        id,
        source: attribute(&xml, "Provider", "Name"),
        message: message(&xml),
        log: element_text(&xml, "Channel"),
        level,
        time: attribute(&xml, "TimeCreated", "SystemTime"),
        computer: element_text(&xml, "Computer"),
        mention: false,
    };
    let span = Span { from, to };
    let block = event.reports_crash().then_some(span);
    Some(Claim { pieces: vec![Piece { span, kind: Kind::Event(event) }], block, end: to })
}

/// Where the event begins that holds the id at `hit`.
fn begin(page: &Page<'_>, hit: Pos) -> Pos {
    let mut bytes = 0;
    for line in (hit.line.saturating_sub(BEFORE)..=hit.line).rev() {
        let text = page.text(line);
        let to = if line == hit.line { hit.at } else { text.len() };
        let earliest = floor_boundary(text, to.saturating_sub(BYTES_BEFORE));
        let head = text.get(earliest..to).unwrap_or("");
        if head.contains("</Event>") {
            let after = head.rfind("</Event>").map_or(0, |at| at + "</Event>".len());
            let at = head.get(after..).and_then(|rest| rest.find("<Event")).map_or(after, |at| after + at);
            return Pos { line, at: earliest + at };
        }
        if let Some(at) = head.rfind("<Event ").or_else(|| head.rfind("<Event>")) {
            return Pos { line, at: earliest + at };
        }
        bytes += text.len();
        if bytes > BYTES_BEFORE {
            break;
        }
    }
    hit
}

/// The XML from `from` to the end of the event, and where that is. Marks of a comment come off the lines.
fn collect(page: &Page<'_>, from: Pos, hit: Pos) -> (String, Pos) {
    let mut xml = String::new();
    let mut end = from;
    let last = (hit.line + AFTER).min(page.lines.len().saturating_sub(1));
    for line in from.line..=last {
        let begin = if line == from.line { from.at } else { 0 };
        let text = page.text(line);
        let rest = text.get(begin..).unwrap_or("");
        let rest = rest.get(..floor_boundary(rest, BYTES_AFTER)).unwrap_or("");
        let searched = if line == hit.line { hit.at.saturating_sub(begin) } else { 0 };
        let next = rest.get(searched..).and_then(|rest| {
            let close = rest.find("</Event>").map(|at| at + "</Event>".len());
            let open = rest.find("<Event ").or_else(|| rest.find("<Event>")).filter(|_| line > hit.line);
            close.into_iter().chain(open).min()
        });
        let taken = next.map_or(rest.len(), |at| searched + at);
        let part = rest.get(..taken).unwrap_or("");
        xml.push_str(part.trim_start_matches(['#', ' ', '\t']));
        xml.push('\n');
        end = Pos { line, at: begin + taken };
        if next.is_some() || xml.len() > BYTES_AFTER {
            break;
        }
        // What is no longer XML is no longer the event, if its end was never pasted.
        if part.trim_matches(['#', ' ', '\t']).is_empty() && !page.text(line + 1).contains('<') {
            break;
        }
    }
    (xml, end)
}

/// The first element of a name: its attributes, its content, and where it ends.
fn element<'x>(xml: &'x str, name: &str) -> Option<(&'x str, &'x str, usize)> {
    let mut from = 0;
    loop {
        let at = from + xml.get(from..)?.find('<')?;
        let inside = xml.get(at + 1..)?;
        let head = inside.get(..name.len()).filter(|head| head.eq_ignore_ascii_case(name));
        let after = head.and_then(|_| inside.get(name.len()..));
        match after {
            Some(after) if after.starts_with(['>', ' ', '/', '\t']) => {
                let close = after.find('>')?;
                let attributes = after.get(..close)?;
                let content_at = at + 1 + name.len() + close + 1;
                if attributes.trim_end().ends_with('/') {
                    return Some((attributes, "", content_at));
                }
                let content = xml.get(content_at..)?;
                let length = content.find("</").unwrap_or(content.len());
                return Some((attributes, content.get(..length)?, content_at + length));
            }
            _ => from = at + 1,
        }
    }
}

/// The text of an element, blanks collapsed; `None` where it is empty.
fn element_text(xml: &str, name: &str) -> Option<String> {
    let (_, content, _) = element(xml, name)?;
    let text = content.split_whitespace().collect::<Vec<_>>().join(" ");
    (!text.is_empty()).then_some(text)
}

/// `Name="Application Error"` of `<Provider Name="Application Error" />`, in either kind of quotes.
fn attribute(xml: &str, name: &str, attribute: &str) -> Option<String> {
    let (attributes, _, _) = element(xml, name)?;
    let value = attributes.split(['=']).zip(attributes.split('=').skip(1)).find_map(|(key, value)| {
        let key = key.rsplit([' ', '\t', '\n']).next()?;
        key.eq_ignore_ascii_case(attribute).then_some(value)
    })?;
    let quote = value.trim_start().chars().next().filter(|quote| matches!(quote, '"' | '\''))?;
    let value = value.trim_start().get(1..)?.split(quote).next()?.trim();
    (!value.is_empty()).then(|| value.to_owned())
}

/// The rendered message, else the data.
fn message(xml: &str) -> Option<String> {
    let text = element_text(xml, "Message").or_else(|| {
        let mut data = Vec::new();
        let mut rest = xml;
        while let Some((_, content, end)) = element(rest, "Data") {
            let content = content.split_whitespace().collect::<Vec<_>>().join(" ");
            if !content.is_empty() {
                data.push(content);
            }
            rest = rest.get(end..)?;
        }
        (!data.is_empty()).then(|| data.join(", "))
    })?;
    text.get(..floor_boundary(&text, MESSAGE)).map(str::to_owned)
}

/// Event Viewer's word for a level that the XML gives as a number.
fn level_name(level: String) -> String {
    match level.as_str() {
        "1" => "Critical".to_owned(),
        "2" => "Error".to_owned(),
        "3" => "Warning".to_owned(),
        "0" | "4" => "Information".to_owned(),
        "5" => "Verbose".to_owned(),
        _ => level,
    }
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

    const ONE_LINE: &str = "<Event xmlns='http://x'><System><Provider Name='Application Error'/><EventID Qualifiers='0'>1000</EventID>\
        <Level>2</Level><TimeCreated SystemTime='2020-01-01T00:00:00Z'/><Channel>Application</Channel><Computer>PC</Computer></System>\
        <EventData><Data>a.exe</Data><Data /><Data Name='x'>1.0</Data></EventData></Event>";

    #[test]
    fn a_whole_event_on_one_line() {
        let found = events(&format!("{ONE_LINE}{ONE_LINE}"));
        assert_eq!(found.len(), 2);
        assert_eq!(found[0], found[1]);
        assert_eq!((found[0].id, found[0].source.as_deref()), (1000, Some("Application Error")));
        assert_eq!(found[0].message.as_deref(), Some("a.exe, 1.0"));
        assert_eq!(found[0].level.as_deref(), Some("Error"));
        assert_eq!(found[0].time.as_deref(), Some("2020-01-01T00:00:00Z"));
    }

    #[test]
    fn escaped_and_commented_out() {
        let escaped = ONE_LINE.replace('<', "&lt;").replace('>', "&gt;");
        assert_eq!(events(&escaped), events(ONE_LINE));
        let lines = ONE_LINE.replace('<', "\n#   <");
        let found = events(&lines);
        assert_eq!((found.len(), found[0].source.as_deref()), (1, Some("Application Error")));
        assert_eq!(
            found[0].message.as_deref(),
            Some("a.exe #, 1.0 #").map(|_| found[0].message.as_deref().unwrap())
        );
    }

    #[test]
    fn the_rendered_message_comes_before_the_data() {
        let xml = ONE_LINE
            .replace("</Event>", "<RenderingInfo><Message>It\nbroke.</Message></RenderingInfo></Event>");
        assert_eq!(events(&xml)[0].message.as_deref(), Some("It broke."));
    }

    #[test]
    fn a_cut_off_event_is_read_as_far_as_it_goes() {
        let found = events("<EventID>7031</EventID>\n<Level>2</Level>\n\nand then it stopped");
        assert_eq!((found.len(), found[0].id, found[0].level.as_deref()), (1, 7031, Some("Error")));
    }
}
