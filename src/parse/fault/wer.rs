//! Problem signatures of Windows Error Reporting, in every layout they are printed in.
//!
//! ```text
//! Problem signature:                                  Fault bucket 1234, type 5
//!   Problem Event Name:   APPCRASH                    Event Name: APPCRASH
//!   Application Name:     acad.exe                    Response: Not available
//!   Application Version:  23.0.54.0                   Problem signature:
//!   ...                                               P1: acad.exe
//! EventType clr20r3, P1 devenv.exe, P2 9.0.30729.1, P3 488f2b50, P4 system, ...
//! Problem signature 01: acad.exe
//! Sig[0].Name=Application Name
//! Sig[0].Value=acad.exe
//! ```
//!
//! The labels may be of any language: the name of the event says which parameter is what.

use super::app_error::with_program;
use crate::evidence::{Bugcheck, Fault, Kind, bugcheck_name};
use crate::parse::flow::Flow;
use crate::parse::page::{Claim, Page, Pos, Span};
use crate::parse::text::{clip, find, is_blank};
use crate::parse::trigger::{self, Trigger};
use crate::parse::words::is_placeholder;
use crate::parse::{Dialect, hex};

/// See the module docs.
pub(crate) const DIALECT: Dialect = Dialect {
    name: "error report",
    anchors: &["APPCRASH", "BEX", "CLR20r3", "AppHang", "InPageError", "BlueScreen", "AppTermFailure"],
    triggers: &[
        Trigger::sure("appcrash"),
        Trigger::checked(" BEX", trigger::number),
        Trigger::checked("\tBEX", trigger::number),
        Trigger::checked("\nBEX", trigger::number),
        Trigger::sure("clr20r3"),
        Trigger::sure("apphang"),
        Trigger::sure("inpageerror"),
        Trigger::sure("bluescreen"),
        Trigger::sure("apptermfailure"),
    ],
    read,
};

/// The most lines a signature may take, and how far before it the bucket may stand.
const LINES: usize = 40;
const BUCKET: usize = 4;

fn read(page: &Page<'_>, pos: Pos) -> Option<Claim> {
    let event = event_name(page, pos)?;
    let numbered = numbered(page, pos);
    let (parameters, end) = if numbered.0.len() >= 3 { numbered } else { labelled(page, pos)? };
    let first = (pos.line.saturating_sub(BUCKET)..=pos.line).find(|line| bucket(page.text(*line)).is_some());
    let from = first.map_or(Pos { line: pos.line, at: 0 }, |line| Pos { line, at: 0 });
    let values: Vec<&str> = parameters.iter().map(String::as_str).collect();
    let kind = if event.eq_ignore_ascii_case("BlueScreen") {
        Kind::Bugcheck(stop(&values)?)
    } else {
        let mut fault = fault(event, &values)?;
        fault.bucket = first.and_then(|line| bucket(page.text(line)));
        Kind::Fault(fault)
    };
    let span = Span { from, to: end };
    Some(with_program(Claim { block: Some(span), ..Claim::one(span, kind) }))
}

/// The event name at the anchor, when it is the value of a label and no word of prose.
fn event_name<'p>(page: &'p Page<'_>, pos: Pos) -> Option<&'p str> {
    let before = page.text(pos.line).get(..pos.at)?.trim_end();
    // `Event Name: APPCRASH`, `EventType clr20r3`, `Problemereignisname:\tAPPCRASH`; `MoAppCrash` begins earlier.
    let before = before.strip_suffix("Mo").unwrap_or(before).trim_end();
    let labelled = before.ends_with([':', '：', '=', '>'])
        || before.ends_with("EventType")
        || before.ends_with("Event Name");
    let rest = page.rest(pos);
    let length = rest.find(|c: char| !c.is_ascii_alphanumeric()).unwrap_or(rest.len());
    labelled.then(|| rest.get(..length)).flatten()
}

/// `Fault bucket 1234567, type 5`; an empty bucket is none.
fn bucket(text: &str) -> Option<String> {
    let text = clip(text);
    let at = find(text, "fault bucket")? + "fault bucket".len();
    let rest = text.get(at..)?.trim_start_matches([' ', ':']);
    let value = rest.split([',', ' ']).next().unwrap_or("");
    (!value.is_empty()
        && value.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'_' || byte == b'-'))
    .then(|| value.to_owned())
}

/// Parameters behind `P1`..`P10`, `Problem signature 01`.. or `Sig[0].Value`, and where the last one ends.
fn numbered(page: &Page<'_>, pos: Pos) -> (Vec<String>, Pos) {
    let mut values: Vec<String> = Vec::new();
    let mut end = pos;
    for line in pos.line..(pos.line + LINES).min(page.lines.len()) {
        let skip = if line == pos.line { pos.at } else { 0 };
        let text = clip(page.text(line).get(skip..).unwrap_or(""));
        let mut at = 0;
        while let Some((start, length)) = text.get(at..).and_then(|rest| parameter(rest, values.len() + 1)) {
            let value =
                text.get(at + start..at + start + length).unwrap_or("").trim().trim_end_matches([',', '.']);
            values.push(value.to_owned());
            at += start + length;
            end = Pos { line, at: skip + at };
            if values.len() == 10 {
                return (values, end);
            }
        }
    }
    (values, end)
}

/// Where the value of the parameter with this number begins in a line, and its length.
fn parameter(text: &str, number: usize) -> Option<(usize, usize)> {
    let labels = [format!("P{number}"), format!("{number:02}"), format!("Sig[{}].Value", number - 1)];
    for label in &labels {
        let Some(found) = text.find(label.as_str()) else { continue };
        let boundary =
            text.get(..found).is_some_and(|before| !before.ends_with(|c: char| c.is_ascii_alphanumeric()));
        let rest = text.get(found + label.len()..)?;
        let numeral = label.starts_with(|c: char| c.is_ascii_digit());
        let separated = rest.starts_with([':', '=', '：']) || (rest.starts_with(' ') && !numeral);
        if !boundary || !separated || (numeral && found == 0) {
            continue;
        }
        let start =
            found + label.len() + (rest.len() - rest.trim_start_matches([':', '=', '：', ' ', '\t']).len());
        let rest = text.get(start..)?;
        let next = format!("P{}", number + 1);
        let length =
            rest.find(&format!(", {next}")).or_else(|| rest.find(&format!(" {next}:"))).unwrap_or(rest.len());
        return Some((start, length));
    }
    None
}

/// Parameters in the order of their labelled lines behind the event name; a paste may be double-spaced.
fn labelled(page: &Page<'_>, pos: Pos) -> Option<(Vec<String>, Pos)> {
    let mut values = Vec::new();
    let mut end = pos;
    let step = if is_blank(page.text(pos.line + 1)) { 2 } else { 1 };
    for line in (pos.line + step..pos.line + 12 * step).step_by(step) {
        let text = clip(page.text(line));
        let Some((label, value)) = text.split_once([':', '：']) else { break };
        if is_blank(label) || is_blank(value) || values.len() == 9 {
            break;
        }
        values.push(value.trim().to_owned());
        end = Pos { line, at: text.len() };
    }
    if values.len() >= 3 { Some((values, end)) } else { flattened(page, pos) }
}

/// The labels of a signature in English, for one whose line breaks are lost.
const LABELS: &[&str] = &[
    "Application Name:",
    "Application Version:",
    "Application Timestamp:",
    "Fault Module Name:",
    "Fault Module Version:",
    "Fault Module Timestamp:",
    "Exception Code:",
    "Exception Offset:",
    "Exception Data:",
    "OS Version:",
];

fn flattened(page: &Page<'_>, pos: Pos) -> Option<(Vec<String>, Pos)> {
    let flow = Flow::ahead(page, pos, 700);
    let mut places: Vec<(usize, usize)> =
        LABELS.iter().filter_map(|label| flow.text.find(label).map(|at| (at, at + label.len()))).collect();
    places.sort_unstable();
    let mut values = Vec::new();
    let mut end = 0;
    for pair in places.windows(2) {
        let [(_, start), (next, _)] = pair else { continue };
        values.push(flow.text.get(*start..*next)?.trim().to_owned());
        end = *next;
    }
    (values.len() >= 3).then(|| (values, flow.pos(end)))
}

/// The fault that the parameters of an event tell of.
fn fault(event: &str, values: &[&str]) -> Option<Fault> {
    let text = |index: usize| {
        values
            .get(index)
            .map(|value| value.trim())
            .filter(|value| !value.is_empty() && !value.eq_ignore_ascii_case("NIL"))
    };
    let owned = |index: usize| text(index).map(str::to_owned);
    let name = |index: usize| text(index).filter(|name| !is_placeholder(name)).map(str::to_owned);
    let code = |index: usize| text(index).and_then(hex::code);
    let upper = event.to_ascii_uppercase();
    let shift = usize::from(upper == "APPCRASH" && text(1).is_some_and(|value| value.starts_with("praid:")));
    let mut fault = Fault {
        process: name(0),
        process_version: owned(1 + shift),
        description: Some(event.to_owned()),
        ..Fault::default()
    };
    if upper == "APPCRASH" || upper.starts_with("BEX") {
        let (code_at, offset_at) = if upper.starts_with("BEX") { (7, 6) } else { (6, 7) };
        fault.module = name(3 + shift);
        fault.module_version = owned(4 + shift);
        fault.exception = code(code_at + shift);
        fault.address =
            text(offset_at + shift).filter(|value| hex::value(value).is_some()).map(str::to_owned);
    } else if upper == "CLR20R3" {
        fault.module = name(3);
        fault.module_version = owned(4);
    } else if upper == "INPAGEERROR" {
        fault.exception = code(3);
    }
    fault.process.is_some().then_some(fault)
}

/// The stop code that a `BlueScreen` signature holds: the code and its parameters.
fn stop(values: &[&str]) -> Option<Bugcheck> {
    let code = hex::code(values.first()?)?;
    let parameters: Vec<_> = values.iter().skip(1).take(4).map(|value| hex::value(value)).collect();
    let parameters = if parameters.len() == 4 { parameters } else { Vec::new() };
    Some(Bugcheck { code, name: bugcheck_name(code).map(str::to_owned), parameters, ..Bugcheck::default() })
}

/// Reads the event data of Windows Error Reporting 1001: bucket, type, event name, response, cab id, parameters.
pub(crate) fn positional(bucket: &str, rest: &[&str]) -> Option<Fault> {
    let [event, _, _, parameters @ ..] = rest else { return None };
    let anchors = DIALECT.anchors.iter();
    let known = anchors
        .clone()
        .any(|anchor| event.get(..anchor.len()).is_some_and(|head| head.eq_ignore_ascii_case(anchor)));
    let mut fault = if known { fault(event, parameters)? } else { return None };
    fault.bucket = (!bucket.is_empty()).then(|| bucket.to_owned());
    Some(fault)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::parse::Parser;

    fn fault(text: &str) -> Fault {
        let mut pieces = Parser::default().parse(text).into_iter();
        let fault =
            pieces.find_map(|piece| if let Kind::Fault(fault) = piece.kind { Some(fault) } else { None });
        fault.unwrap_or_else(|| panic!("no fault in {text}"))
    }

    fn check(text: &str) {
        let fault = fault(text);
        let fields =
            [fault.process, fault.process_version, fault.module, fault.module_version, fault.address];
        let fields = fields.map(Option::unwrap_or_default);
        assert_eq!(fields, ["a.exe", "1.0.0.0", "b.dll", "6.1.7601.1", "0001613f"], "{text}");
        assert_eq!(fault.exception, Some(0xc000_0005), "{text}");
    }

    const VALUES: [&str; 8] =
        ["a.exe", "1.0.0.0", "440acd95", "b.dll", "6.1.7601.1", "4ce7ba59", "c0000005", "0001613f"];

    fn list(label: impl Fn(usize) -> String, between: &str) -> String {
        let values = VALUES.iter().enumerate();
        values.map(|(index, value)| format!("{}{value}", label(index + 1))).collect::<Vec<_>>().join(between)
    }

    #[test]
    fn every_layout() {
        check(&format!(
            "Event Name: APPCRASH\nResponse: None\nCab Id: 0\n\nProblem signature:\n{}",
            list(|n| format!("P{n}: "), "\n")
        ));
        check(&format!("EventType APPCRASH, {}, P9 NIL, P10 NIL.", list(|n| format!("P{n} "), ", ")));
        check(&format!(
            "Problem Event Name: APPCRASH\n{}",
            list(|n| format!("Problem signature {n:02}:\t"), "\n")
        ));
        check(&format!(
            "EventType=APPCRASH\n{}",
            list(|n| format!("Sig[{}].Name=x\nSig[{}].Value=", n - 1, n - 1), "\n")
        ));
        check(&format!(
            "  Problemereignisname:\tAPPCRASH\n{}",
            list(|n| format!("  Feld {}:\t", (64 + n as u8) as char), "\n")
        ));
        let labels =
            LABELS.iter().zip(VALUES).map(|(label, value)| format!("{label} {value}")).collect::<Vec<_>>();
        check(&format!("Problem Event Name: APPCRASH {} OS Version: 6.1", labels.join(" ")));
    }

    #[test]
    fn a_double_spaced_signature_is_read_whole() {
        let fields = "Application Name: a.exe\n\nVersion: 1.0.0.0\n\nStamp: 4f0c8ce1\n\nModule: b.dll\n\nVersion: 2.0.0.0\n\nStamp: 0\n\nCode: c0000005\n\nOffset: 10\n";
        let fault = fault(&format!("Problem Event Name: APPCRASH\n\n{fields}"));
        assert_eq!((fault.module.as_deref(), fault.exception), (Some("b.dll"), Some(0xc000_0005)));
    }

    #[test]
    fn the_bucket_above_is_kept() {
        let text = format!(
            "Fault bucket 123456, type 5\nEvent Name: APPCRASH\n{}",
            list(|n| format!("P{n}: "), "\n")
        );
        assert_eq!(fault(&text).bucket.as_deref(), Some("123456"));
    }

    #[test]
    fn overruns_have_offset_and_code_swapped() {
        let text = "Problem Event Name: BEX\nP1: a.exe\nP2: 1.0.0.0\nP3: 0\nP4: StackHash_0a9e\nP5: 0.0.0.0\nP6: 0\nP7: 00000010\nP8: c0000005";
        let fault = fault(text);
        assert_eq!((fault.exception, fault.address.as_deref()), (Some(0xc000_0005), Some("00000010")));
    }

    #[test]
    fn blue_screens_are_stop_codes() {
        let text = "Event Name: BlueScreen\nP1: 3b\nP2: c0000005\nP3: 1\nP4: 2\nP5: 0";
        let found = Parser::default().parse(text);
        assert!(
            matches!(&found[0].kind, Kind::Bugcheck(check) if check.code == 0x3b && check.parameters.len() == 4)
        );
    }

    #[test]
    fn words_of_prose_are_none() {
        assert!(Parser::default().parse("an APPCRASH with BEX in the log: see below").is_empty());
    }
}
