//! What Windows writes into the Application log, and shows, when a program crashed or hung.
//!
//! ```text
//! Faulting application iexplore.exe, version 6.0.2900.2180, faulting module mshtml.dll, version 6.0.2900.2180,
//! fault address 0x0009a1c5.
//! Faulting application name: a.exe, version: 1.0.0.0, time stamp: 0x4549b133
//! Faulting module name: b.dll, version: 6.1.7601.17514, time stamp: 0x4ce7ba59
//! Exception code: 0xc0000005
//! Fault offset: 0x0001613f
//! Name der fehlerhaften Anwendung: a.exe, Version: 1.0.0.0, Zeitstempel: 0x4549b133      (and so on)
//! Hanging application a.exe, version 1.0.0.0, hang module hungapp, version 0.0.0.0, hang address 0x00000000.
//! The program a.exe version 1.0.0.0 stopped interacting with Windows and was closed.
//! Faulting module name: ntdll.dll, Exception code: 0xc0000409, Fault offset: 0x000c436f       (without the program)
//! <Data>a.exe</Data> <Data>1.0.0.0</Data> <Data>564b941c</Data> <Data>b.dll</Data> ...
//! ```
//!
//! Only the order of the fields is left to go by when the words are of another language: program, version, time
//! stamp, module, version, time stamp, exception code, offset. The oldest layout has no time stamps and no code.

use super::shortened;
use crate::evidence::{Fault, Kind, Module};
use crate::parse::flow::Flow;
use crate::parse::page::{Claim, Page, Piece, Pos, Span};
use crate::parse::text::{clip, find, first};
use crate::parse::trigger::{self, Trigger};
use crate::parse::words::{is_placeholder, starts_with};
use crate::parse::{Dialect, hex};

/// See the module docs.
pub(crate) const DIALECT: Dialect = Dialect {
    name: "application error",
    anchors: &[
        "faulting application",
        "faulting module name: ",
        "hanging application",
        ".exe, ",
        ".exe,\t",
        ".exe，",
        ".exe、",
        "<EventData",
        " stopped interacting with windows",
    ],
    triggers: &[
        Trigger::sure("faulting application"),
        Trigger::sure("faulting module"),
        Trigger::sure("hanging application"),
        Trigger::checked(".exe, ", trigger::number),
        Trigger::checked(".exe,\t", trigger::number),
        Trigger::sure(".exe，"),
        Trigger::sure(".exe、"),
        Trigger::sure("<EventData"),
        Trigger::sure("stopped interacting with"),
    ],
    read,
};

/// How far before the program name its label may begin, and how far the report may reach.
const BEFORE: usize = 200;
const AHEAD: usize = 900;

fn read(page: &Page<'_>, pos: Pos) -> Option<Claim> {
    let rest = page.rest(pos);
    if starts_with(rest, "<EventData") {
        return event_data(page, pos);
    }
    if starts_with(rest, " stopped interacting") {
        return stopped_interacting(page, pos);
    }
    if starts_with(rest, "faulting module name") {
        let (fault, end) = shortened::module_line(page, pos)?;
        return Some(Claim::one(Span { from: pos, to: end }, Kind::Fault(fault)));
    }
    let flow = Flow::around(page, pos, BEFORE, AHEAD);
    let labelled = starts_with(rest, "faulting") || starts_with(rest, "hanging");
    let from = if labelled { flow.anchor } else { name_start(&flow) };
    let mut flow = flow;
    let mut from = from;
    let report = Report::read(flow.rest(from), labelled).or_else(|| {
        // A paste with a blank line after every line.
        flow = Flow::double_spaced(page, flow.pos(from), AHEAD)?;
        from = 0;
        Report::read(flow.rest(0), labelled)
    });
    if labelled
        && report.as_ref().is_none_or(|report| report.fault.exception.is_none())
        && let Some((fault, end)) = shortened::read(page, pos)
    {
        let span = Span { from: pos, to: end };
        return Some(Claim { block: Some(report_block(page, span)), ..Claim::one(span, Kind::Fault(fault)) });
    }
    let report = report?;
    let span = flow.span(from, from + report.end);
    Some(Claim { block: Some(report_block(page, span)), ..Claim::one(span, Kind::Fault(report.fault)) })
}

/// Where the program name begins whose extension stands at the anchor: behind the label's colon, else the last word.
fn name_start(flow: &Flow) -> usize {
    let line = flow.pos(flow.anchor).line;
    let before = flow.text.get(..flow.anchor).unwrap_or("");
    let word = after(before, |c| c == ' ').unwrap_or(0);
    let Some(start) = after(before, |c| matches!(c, ':' | '：' | '\t' | '>' | '"' | '«' | '“')) else {
        return word;
    };
    let name = before.get(start..).unwrap_or("");
    let start = start + (name.len() - name.trim_start().len());
    // A drive's colon, or a colon far away.
    let far = name.starts_with('\\') || name.len() > 60 || flow.pos(start).line != line;
    if far { word } else { start }
}

/// The offset behind the last character that is as wanted.
fn after(text: &str, wanted: impl Fn(char) -> bool) -> Option<usize> {
    text.char_indices().rfind(|(_, c)| wanted(*c)).map(|(at, c)| at + c.len_utf8())
}

/// The report with the lines that still belong to it: process id, paths, report id.
fn report_block(page: &Page<'_>, span: Span) -> Span {
    let last =
        (span.to.line + 1..span.to.line + 12).take_while(|line| clip(page.text(*line)).contains(':')).last();
    last.map_or(span, |last| Span { from: span.from, to: page.lines_span(last, last).to })
}

/// A crash or hang, and where what was said of it ends.
struct Report {
    fault: Fault,
    end: usize,
}

impl Report {
    /// Reads the fields in their order, whatever the words between them.
    fn read(text: &str, labelled: bool) -> Option<Self> {
        let hang = starts_with(text, "hanging");
        let mut fields = Fields::new(text, labelled);
        let process = fields.name()?;
        let mut end = fields.at;
        let process_version = fields.version();
        let stamp = fields.hex();
        let module = fields.name();
        // The module stands in the same report only when something of both was printed.
        if module.is_none() || process_version.is_none() && stamp.is_none() {
            return None;
        }
        end = end.max(fields.at);
        let module_version = fields.version();
        let mut numbers = Vec::new();
        while numbers.len() < 3 {
            let Some(number) = fields.hex() else { break };
            numbers.push(number);
        }
        end = end.max(fields.at);
        let (code, address) = match (stamp, numbers.as_slice()) {
            (Some(_), [_, code, address, ..]) => (hex::code(code), Some(*address)),
            (Some(_), [_, code]) => (hex::code(code), None),
            (None, [address, ..]) => (None, Some(*address)),
            _ => (None, None),
        };
        if code.is_none() && address.is_none() {
            return None;
        }
        let known = |name: &str| (!is_placeholder(name)).then(|| name.to_owned());
        let fault = Fault {
            process: known(process),
            process_version: process_version.map(str::to_owned),
            module: module.and_then(faulting_module),
            module_version: module_version.map(str::to_owned),
            address: address.map(str::to_owned),
            description: Some(if hang { "hang" } else { "application error" }.to_owned()),
            exception: code,
            bucket: None,
        };
        Some(Report { fault, end })
    }
}

/// Walks over the fields of a report.
struct Fields<'t> {
    text: &'t str,
    at: usize,
    /// The words that stand before a name are known, not just their place.
    labelled: bool,
}

impl<'t> Fields<'t> {
    fn new(text: &'t str, labelled: bool) -> Self {
        Fields { text, at: 0, labelled }
    }

    /// The next name of a program or module, which ends at a comma.
    fn name(&mut self) -> Option<&'t str> {
        let start = if self.labelled { self.behind_label()? } else { self.before_comma()? };
        self.until_comma(start)
    }

    /// Where the name begins behind the English label.
    fn behind_label(&self) -> Option<usize> {
        let labels =
            if self.at == 0 { ["application name:", "application"] } else { ["module name:", "module"] };
        let near = first(self.text.get(self.at..)?, 180);
        labels
            .iter()
            .find_map(|label| find(near, label).filter(|at| *at < 160).map(|at| self.at + at + label.len()))
    }

    /// Where the name begins that stands before the next comma: behind a colon, else the last word.
    ///
    /// `, Zeitstempel: 0x4549b133 Name des fehlerhaften Moduls: b.dll,` or `, fehlgeschlagenes Modul b.dll,`
    fn before_comma(&self) -> Option<usize> {
        if self.at == 0 {
            return Some(0);
        }
        let rest = self.text.get(self.at..)?;
        let lead = rest.len() - rest.trim_start_matches(is_comma).len();
        let rest = rest.get(lead..)?;
        let head = rest.get(..rest.find(is_comma)?)?;
        let start = after(head, |c| matches!(c, ':' | '：')).or_else(|| after(head.trim_end(), |c| c == ' '));
        Some(self.at + lead + start.unwrap_or(0))
    }

    fn until_comma(&mut self, start: usize) -> Option<&'t str> {
        let rest = self.text.get(start..)?;
        let length = rest.find(is_comma)?;
        let name = rest.get(..length)?.trim();
        // A path in place of the name, or a sentence, is none.
        if name.is_empty() || name.len() > 120 {
            return None;
        }
        self.at = start + length;
        Some(name)
    }

    /// `version: 6.1.7601.17514`, `Version 6.0.2900.2180`, within a few words.
    fn version(&mut self) -> Option<&'t str> {
        self.token(|word| {
            word.split('.').count() >= 3 && word.bytes().all(|byte| byte.is_ascii_digit() || byte == b'.')
        })
    }

    /// `time stamp: 0x4ce7ba59`, `Exception code: c0000005`, `fault address 0x0009a1c5`, within a few words.
    fn hex(&mut self) -> Option<&'t str> {
        self.token(|word| {
            let digits = word.strip_prefix("0x").or_else(|| word.strip_prefix("0X"));
            let number = digits.unwrap_or(word);
            let long = number.len() >= if digits.is_some() { 1 } else { 8 };
            long && number.len() <= 16 && number.bytes().all(|byte| byte.is_ascii_hexdigit())
        })
    }

    /// The next word that is as wanted; what stands before it may only be a label.
    fn token(&mut self, wanted: impl Fn(&str) -> bool) -> Option<&'t str> {
        let rest = self.text.get(self.at..)?;
        let mut at = 0;
        for word in rest.split([' ', '\t', ',', '，', '、', ':', '：', ';', '(', ')']).take(12) {
            let bare = word.trim_end_matches('.');
            if !bare.is_empty() && wanted(bare) {
                self.at += at + bare.len();
                return Some(bare);
            }
            if bare.contains('.') && bare.bytes().any(|byte| byte.is_ascii_alphanumeric()) {
                return None;
            }
            at += word.len();
            at += rest.get(at..).and_then(|text| text.chars().next()).map_or(0, char::len_utf8);
        }
        None
    }
}

/// The module as printed. Windows itself writes `unknown` where the fault lies in no module.
pub(super) fn faulting_module(name: &str) -> Option<String> {
    (name.eq_ignore_ascii_case("unknown") || !is_placeholder(name)).then(|| name.to_owned())
}

fn is_comma(c: char) -> bool {
    matches!(c, ',' | '，' | '、')
}

/// Reads `The program a.exe version 1.0.0.0 stopped interacting with Windows and was closed.`
fn stopped_interacting(page: &Page<'_>, pos: Pos) -> Option<Claim> {
    let flow = Flow::around(page, pos, BEFORE, 60);
    let before = flow.text.get(..flow.anchor)?;
    let (head, version) = before.rsplit_once(" version ")?;
    let from = head
        .rfind("program ")
        .map_or_else(|| head.rfind(' ').map_or(0, |at| at + 1), |at| at + "program ".len());
    let fault = Fault {
        process: Some(head.get(from..)?.to_owned()),
        process_version: Some(version.trim().to_owned()),
        description: Some("hang".to_owned()),
        ..Fault::default()
    };
    Some(with_program(Claim::one(flow.span(from, flow.anchor), Kind::Fault(fault))))
}

/// The claim, and the version of the program that hung: no module is blamed, so this is what a fix is told by.
pub(super) fn with_program(mut claim: Claim) -> Claim {
    let program = claim.pieces.first().and_then(|piece| match &piece.kind {
        Kind::Fault(Fault { process: Some(name), process_version: Some(version), module: None, .. }) => {
            let module = Module { name: name.clone(), version: Some(version.clone()), ..Module::default() };
            Some(Piece { span: piece.span, kind: Kind::Module(module) })
        }
        _ => None,
    });
    claim.pieces.extend(program);
    claim
}

/// The most values and lines of one event's data.
const VALUES: usize = 24;
const LINES: usize = 60;

/// Reads the `<Data>` values of an Application Error, Application Hang or Windows Error Reporting event.
fn event_data(page: &Page<'_>, pos: Pos) -> Option<Claim> {
    let (values, end) = data_values(page, pos);
    let values: Vec<&str> = match values.as_slice() {
        [one] => one.split(',').map(str::trim).collect(),
        many => many.iter().map(String::as_str).collect(),
    };
    let fault = match values.as_slice() {
        [process, version, stamp, module, module_version, _, code, address, ..]
            if is_version(version) && hex::value(stamp).is_some() && is_version(module_version) =>
        {
            Fault {
                process: Some((*process).to_owned()),
                process_version: Some((*version).to_owned()),
                module: faulting_module(module),
                module_version: Some((*module_version).to_owned()),
                address: hex::value(address).map(|_| (*address).to_owned()),
                description: Some("application error".to_owned()),
                exception: Some(hex::code(code)?),
                bucket: None,
            }
        }
        [process, version, ..] if is_version(version) && is_hang(page, pos) => Fault {
            process: Some((*process).to_owned()),
            process_version: Some((*version).to_owned()),
            description: Some("hang".to_owned()),
            ..Fault::default()
        },
        [bucket, _, rest @ ..] => super::wer::positional(bucket, rest)?,
        _ => return None,
    };
    Some(with_program(Claim::one(Span { from: pos, to: end }, Kind::Fault(fault))))
}

fn is_version(text: &str) -> bool {
    text.split('.').count() >= 3 && text.bytes().all(|byte| byte.is_ascii_digit() || byte == b'.')
}

/// Whether the event is one of Application Hang.
fn is_hang(page: &Page<'_>, pos: Pos) -> bool {
    (pos.line.saturating_sub(30)..=pos.line)
        .any(|line| clip(page.text(line)).contains("\"Application Hang\""))
}

/// The values of `<Data>` elements from a position to the end of the event data, and where that is.
fn data_values(page: &Page<'_>, pos: Pos) -> (Vec<String>, Pos) {
    let mut values = Vec::new();
    let mut end = pos;
    for line in pos.line..(pos.line + LINES).min(page.lines.len()) {
        let skip = if line == pos.line { pos.at } else { 0 };
        let text = clip(page.text(line).get(skip..).unwrap_or(""));
        let mut at = 0;
        while let Some(open) = text.get(at..).and_then(|rest| rest.find("<Data")) {
            let Some(close) = text.get(at + open..).and_then(|rest| rest.find('>')) else { break };
            let start = at + open + close + 1;
            let empty = text.get(..start).is_some_and(|text| text.ends_with("/>"));
            let rest = text.get(start..).unwrap_or("");
            let length = if empty { 0 } else { rest.find('<').unwrap_or(rest.len()) };
            // The closing tag of `<EventData>` begins with `</`; `<DataX` is another element.
            values.push(rest.get(..length).unwrap_or("").trim().to_owned());
            at = start + length;
            end = Pos { line, at: skip + at };
            if values.len() == VALUES {
                return (values, end);
            }
        }
        if text.contains("</EventData") {
            break;
        }
    }
    (values, end)
}

#[cfg(test)]
#[path = "app_error_tests.rs"]
mod tests;
