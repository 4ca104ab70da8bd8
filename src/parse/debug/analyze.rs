//! The output of the debuggers' `!analyze -v`, from Windows 2000 to Windows 11.
//!
//! ```text
//! DRIVER_IRQL_NOT_LESS_OR_EQUAL (d1)
//! Arguments:
//! Arg1: ffffcf81085c9000, memory referenced
//! BUGCHECK_CODE:  d1                                   since 2019; BUGCHECK_STR:  0xD1 before
//! BUGCHECK_P1: ffffcf81085c9000
//! FAULTING_IP:
//! ntdll!memcpy+c5
//! 00000000`775e7085 488b440af0      mov     rax,qword ptr [rdx+rcx-10h]
//! ExceptionAddress: 00007fff07664111 (ucrtbase!strlen+0x0000000000000031)
//!    ExceptionCode: c0000005 (Access violation)
//! EXCEPTION_CODE: (NTSTATUS) 0xc0000005 - The instruction at 0x%p referenced ...
//! PROCESS_NAME:  winlogon.exe
//! MODULE_NAME: ucrtbase
//! IMAGE_NAME:  ucrtbase.dll
//! IMAGE_VERSION:  10.0.17763.1
//! FAILURE_BUCKET_ID:  NULL_POINTER_READ_c0000005_ucrtbase.dll!strlen
//! ```
//!
//! A field may stand anywhere in a line, since a paste may have joined the lines, and the fields may be spread
//! over prose and code fences. The whole is one crash: a stop code for a kernel dump, a fault for a process.
//! The stack below `STACK_TEXT:`, and what `k` prints after it, belong to the debugger dialect.

use crate::evidence::{Bugcheck, Exception, Fault, Kind, Module, bugcheck_name};
use crate::parse::page::{Claim, Page, Piece, Pos, Span};
use crate::parse::text::{clip, find};
use crate::parse::trigger::Trigger;
use crate::parse::{Dialect, hex};
use std::collections::HashMap;

/// The output of `!analyze -v`.
pub(crate) const DIALECT: Dialect = Dialect {
    name: "!analyze",
    anchors: &[
        "Bugcheck Analysis",
        "Exception Analysis",
        "Arg1:",
        "BUGCHECK_STR:",
        "BUGCHECK_CODE:",
        "FAULTING_IP:",
        "ExceptionAddress:",
        "EXCEPTION_RECORD:",
        "EXCEPTION_CODE",
        "PROCESS_NAME:",
        "MODULE_NAME:",
        "IMAGE_NAME:",
        "BUCKET_ID:",
    ],
    triggers: &[
        Trigger::sure("bugcheck analysis"),
        Trigger::sure("exception analysis"),
        Trigger::sure("arg1:"),
        Trigger::sure("bugcheck_"),
        Trigger::sure("faulting_ip:"),
        Trigger::sure("exceptionaddress:"),
        Trigger::sure("exception_code"),
        Trigger::sure("exception_record"),
        Trigger::sure("process_name:"),
        Trigger::sure("module_name:"),
        Trigger::sure("image_name:"),
        Trigger::sure("bucket_id:"),
    ],
    read,
};

/// The fields that are read; of two with one name the first counts.
const FIELDS: &[&str] = &[
    "Arg1",
    "Arg2",
    "Arg3",
    "Arg4",
    "BUGCHECK_CODE",
    "BUGCHECK_STR",
    "BUGCHECK_P1",
    "BUGCHECK_P2",
    "BUGCHECK_P3",
    "BUGCHECK_P4",
    "FAULTING_IP",
    "ExceptionAddress",
    "ExceptionCode",
    "EXCEPTION_CODE",
    "EXCEPTION_CODE_STR",
    "ERROR_CODE",
    "PROCESS_NAME",
    "MODULE_NAME",
    "IMAGE_NAME",
    "IMAGE_VERSION",
    "DEBUG_FLR_IMAGE_TIMESTAMP",
    "FAILURE_BUCKET_ID",
    "BUCKET_ID",
    "DEFAULT_BUCKET_ID",
];

/// What stands this many lines after the last line of an analysis belongs to something else.
const GAP: usize = 60;
/// The heading `NAME (code)` stands at most this many lines above `Arg1:`; the description is between them.
const DESCRIPTION: usize = 25;
/// In a flattened analysis it stands at most this many bytes before.
const NEAR: usize = 1_500;
/// The most of one line that is read; more than a flattened analysis has.
const LINE: usize = 64 * 1024;

fn read(page: &Page<'_>, pos: Pos) -> Option<Claim> {
    let mut analysis = Analysis::default();
    let from = begin(page, pos);
    let (end, looked) = analysis.collect(page, from);
    let mut pieces = Vec::new();
    // Also where nothing was found this is read, so that no other anchor reads it again.
    let Some((first, last)) = analysis.extent else {
        return Some(Claim { pieces, block: None, end: looked });
    };
    let span = Span { from: first, to: last };
    let kinds = if analysis.is_kernel() { analysis.stop() } else { analysis.fault().into_iter().collect() };
    pieces.extend(kinds.into_iter().map(|kind| Piece { span, kind }));
    let block = (!pieces.is_empty()).then_some(Span { from, to: end });
    Some(Claim { pieces, block, end })
}

/// Where the analysis that an anchor belongs to begins: at the heading above its arguments, if there is one.
fn begin(page: &Page<'_>, pos: Pos) -> Pos {
    let above = pos.line.saturating_sub(DESCRIPTION)..pos.line;
    if !clip(page.rest(pos)).starts_with("Arg1:") {
        let named = |line: usize| heading_line(clip(page.text(line))).filter(Heading::is_known);
        return above
            .rev()
            .find_map(|line| named(line).map(|heading| Pos { line, at: heading.at }))
            .unwrap_or(pos);
    }
    let before = page.text(pos.line).get(..pos.at).unwrap_or("");
    let from = (before.len().saturating_sub(NEAR)..=before.len())
        .find(|at| before.is_char_boundary(*at))
        .unwrap_or(0);
    if let Some(heading) = before.get(from..).and_then(heading) {
        return Pos { line: pos.line, at: from + heading.at };
    }
    above
        .rev()
        .find_map(|line| heading(clip(page.text(line))).map(|heading| Pos { line, at: heading.at }))
        .unwrap_or(pos)
}

/// What an analysis says, as printed.
#[derive(Default)]
struct Analysis {
    heading: Option<Heading>,
    fields: HashMap<&'static str, String>,
    /// From the first field to the last.
    extent: Option<(Pos, Pos)>,
}

impl Analysis {
    /// Reads fields from the line of `from` to the last that looks like a debugger's; returns where that ends, and
    /// how far was looked.
    fn collect(&mut self, page: &Page<'_>, from: Pos) -> (Pos, Pos) {
        let mut end = from;
        let mut line = from.line;
        while line < page.lines.len() && line <= end.line + GAP {
            let base = if line == from.line { from.at } else { 0 };
            let text = limited(page.rest(Pos { line, at: base }));
            if line > from.line && self.is_over(text) {
                break;
            }
            let found = self.read_line(page, line, base, text);
            if found || line == from.line || looks_debugged(text) {
                end = Pos { line, at: base + text.len() };
            }
            line += 1;
        }
        (end, end.max(Pos { line, at: 0 }))
    }

    /// Whether a line begins another analysis: another dump, or another stop code.
    fn is_over(&self, text: &str) -> bool {
        let complete = self.get("FAILURE_BUCKET_ID").or(self.get("BUCKET_ID")).is_some();
        let other_code = || {
            let known = self.heading.as_ref().filter(|_| self.fields.contains_key("Arg1"));
            known.is_some_and(|known| heading_line(text).is_some_and(|other| other.code != known.code))
        };
        text.starts_with("Loading Dump File [")
            || (complete && (text.contains("Bugcheck Analysis") || text.contains("Exception Analysis")))
            || other_code()
    }

    /// Takes the fields of a line; whether it had any.
    fn read_line(&mut self, page: &Page<'_>, line: usize, base: usize, text: &str) -> bool {
        let labels = labels(text);
        if self.heading.is_none() {
            let before = labels.first().map_or(text.len(), |(start, _, _)| *start);
            self.heading = text.get(..before).and_then(heading);
            if self.heading.is_some() {
                self.extend(line, base, base + before);
            }
        }
        for (index, (start, name, value_at)) in labels.iter().enumerate() {
            let end = labels.get(index + 1).map_or(text.len(), |(next, _, _)| *next);
            let Some(name) = FIELDS.iter().find(|field| field == &name) else { continue };
            let mut value = text.get(*value_at..end).unwrap_or("").trim().to_owned();
            if value.is_empty() && *name == "FAULTING_IP" {
                value = (line + 1..line + 4).map(|next| clip(page.text(next))).collect::<Vec<_>>().join("\n");
            }
            if !value.is_empty() {
                self.fields.entry(name).or_insert(value);
                self.extend(line, base + start, base + end);
            }
        }
        !labels.is_empty()
    }

    fn extend(&mut self, line: usize, from: usize, to: usize) {
        let (from, to) = (Pos { line, at: from }, Pos { line, at: to });
        self.extent = Some(self.extent.map_or((from, to), |(first, last)| (first.min(from), last.max(to))));
    }

    fn get(&self, field: &str) -> Option<&str> {
        self.fields.get(field).map(String::as_str)
    }

    /// The stop code: of the heading, of BUGCHECK_CODE, or what BUGCHECK_STR begins with (`0x1E_c0000005_R`).
    fn code(&self) -> Option<u32> {
        // A heading whose arguments were cut off tells by the name that belongs to the code.
        let heading =
            self.heading.as_ref().filter(|heading| self.fields.contains_key("Arg1") || heading.is_known());
        let code = || self.get("BUGCHECK_CODE").and_then(first_number);
        let string = || {
            let digits = self.get("BUGCHECK_STR")?.strip_prefix("0x")?;
            let end = digits.find(|c: char| !c.is_ascii_hexdigit()).unwrap_or(digits.len());
            hex::value(digits.get(..end)?)
        };
        let code = heading.map(|heading| u64::from(heading.code)).or_else(code).or_else(string)?;
        u32::try_from(code).ok()
    }

    fn is_kernel(&self) -> bool {
        self.code().is_some()
    }

    /// The stop code with the exception behind it and the version of the module that is blamed.
    fn stop(&self) -> Vec<Kind> {
        let Some(code) = self.code() else { return Vec::new() };
        let printed = self.heading.as_ref().and_then(|heading| heading.name.clone());
        let mut kinds = vec![Kind::Bugcheck(Bugcheck {
            code,
            name: bugcheck_name(code).map(str::to_owned).or(printed),
            parameters: self.parameters(),
            module: self.module(),
            bucket: self.bucket(),
        })];
        if let Some(code) = self.exception() {
            kinds.push(Kind::Exception(Exception { code, address: self.address() }));
        }
        if let (Some(name), Some(version)) = (self.module(), self.version()) {
            let timestamp = self.get("DEBUG_FLR_IMAGE_TIMESTAMP").map(str::to_owned);
            kinds.push(Kind::Module(Module { name, version: Some(version), timestamp, ..Module::default() }));
        }
        kinds
    }

    /// All four parameters, or none.
    fn parameters(&self) -> Vec<Option<u64>> {
        let value = |names: [&str; 2]| names.iter().find_map(|name| self.get(name)).and_then(first_number);
        let all = [
            ["Arg1", "BUGCHECK_P1"],
            ["Arg2", "BUGCHECK_P2"],
            ["Arg3", "BUGCHECK_P3"],
            ["Arg4", "BUGCHECK_P4"],
        ]
        .map(value);
        if all.iter().all(Option::is_none) { Vec::new() } else { all.to_vec() }
    }

    /// A process that failed: its exception or at least its bucket is known.
    fn fault(&self) -> Option<Kind> {
        let exception = self.exception();
        let description = self.get("ExceptionCode").and_then(in_brackets);
        let fault = Fault {
            process: self.get("PROCESS_NAME").map(str::to_owned),
            module: self.module(),
            module_version: self.version(),
            address: self.address(),
            description,
            exception,
            bucket: self.bucket(),
            ..Fault::default()
        };
        let blamed = || self.get("FAILURE_BUCKET_ID").is_some() && fault.module.is_some();
        let failed = exception.is_some() || (fault.bucket.is_some() && fault.process.is_some()) || blamed();
        failed.then_some(Kind::Fault(fault))
    }

    fn exception(&self) -> Option<u32> {
        ["ExceptionCode", "EXCEPTION_CODE", "EXCEPTION_CODE_STR", "ERROR_CODE"]
            .iter()
            .filter_map(|name| self.get(name).and_then(exception_code))
            .next()
    }

    fn address(&self) -> Option<String> {
        let printed = |field| self.get(field).and_then(address);
        printed("ExceptionAddress").or_else(|| printed("FAULTING_IP")).map(str::to_owned)
    }

    fn module(&self) -> Option<String> {
        let known = |name: &&str| !name.starts_with("Unknown_") && !name.starts_with("unknown_");
        let image = self.get("IMAGE_NAME").filter(known).or(self.get("MODULE_NAME").filter(known))?;
        image.split_whitespace().next().map(str::to_owned)
    }

    fn version(&self) -> Option<String> {
        self.get("IMAGE_VERSION").and_then(|version| version.split_whitespace().next()).map(str::to_owned)
    }

    fn bucket(&self) -> Option<String> {
        let bucket =
            self.get("FAILURE_BUCKET_ID").or(self.get("BUCKET_ID")).or(self.get("DEFAULT_BUCKET_ID"))?;
        bucket.split_whitespace().next().map(str::to_owned)
    }
}

fn limited(text: &str) -> &str {
    let mut end = text.len().min(LINE);
    while !text.is_char_boundary(end) {
        end -= 1;
    }
    text.get(..end).unwrap_or("")
}

/// The labels of a line: where each begins, its name, and where its value begins.
fn labels(text: &str) -> Vec<(usize, &str, usize)> {
    let word = |colon: usize| {
        let start = text.as_bytes()[..colon].iter().rposition(|byte| !is_word(*byte)).map_or(0, |at| at + 1);
        let name = text.get(start..colon)?;
        let cased =
            name.len() >= 4 && name.bytes().all(|byte| !byte.is_ascii_lowercase()) && name.contains('_');
        let scoped = text.as_bytes().get(colon + 1) == Some(&b':');
        (!scoped && (cased || FIELDS.contains(&name))).then_some((start, name, colon + 1))
    };
    // A word is no longer than this, so a line of words without blanks costs no more than another.
    memchr::memchr_iter(b':', text.as_bytes())
        .filter(|colon| word_is_short(text, *colon))
        .filter_map(word)
        .collect()
}

fn is_word(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || byte == b'_'
}

fn word_is_short(text: &str, colon: usize) -> bool {
    text.as_bytes()[..colon].iter().rev().take(48).any(|byte| !is_word(*byte)) || colon < 48
}

/// `DRIVER_IRQL_NOT_LESS_OR_EQUAL (d1)`, or `Unknown bugcheck code (fe)`.
#[derive(Debug)]
struct Heading {
    code: u32,
    name: Option<String>,
    /// Where it begins in the text.
    at: usize,
}

impl Heading {
    /// The name is that of the code: no other words in capitals before a number.
    fn is_known(&self) -> bool {
        self.name.is_some() && self.name.as_deref() == bugcheck_name(self.code)
    }
}

/// The first heading in a text.
fn heading(text: &str) -> Option<Heading> {
    let mut from = 0;
    while let Some(space) = text.get(from..)?.find(" (") {
        let end = from + space;
        from = end + 2;
        let inside = text.get(from..)?;
        let close = inside.bytes().take(10).position(|byte| byte == b')');
        let Some(code) = close.and_then(|close| inside.get(..close)).and_then(hex::code) else { continue };
        let before = text.get(..end)?;
        let name = before.split_whitespace().next_back().unwrap_or("");
        if name.contains('_') && name.bytes().all(|byte| is_word(byte) && !byte.is_ascii_lowercase()) {
            return Some(Heading { code, name: Some(name.to_owned()), at: end - name.len() });
        }
        if let Some(before) = before.strip_suffix("Unknown bugcheck code") {
            return Some(Heading { code, name: None, at: before.len() });
        }
    }
    None
}

/// A heading that has a line to itself.
fn heading_line(text: &str) -> Option<Heading> {
    let text = text.trim_end();
    heading(text).filter(|_| text.ends_with(')') && text.len() < 120)
}

/// The first number of a value: `8975d500, Optional internal pointer`, `0x1e`.
fn first_number(value: &str) -> Option<u64> {
    let word = value.split([' ', ',', '\t']).find(|word| !word.is_empty())?;
    hex::value(word)
}

/// `c0000005 (Access violation)`, `(NTSTATUS) 0xc0000005 - ...`, `(Win32) 0x10db17 (1104663) - ...`.
fn exception_code(value: &str) -> Option<u32> {
    let value = if value.starts_with('(') { value.split_once(')')?.1 } else { value };
    first_number(value.trim_start()).and_then(|code| u32::try_from(code).ok())
}

fn in_brackets(value: &str) -> Option<String> {
    let inside = value.split_once('(')?.1.split_once(')')?.0;
    (!inside.is_empty()).then(|| inside.to_owned())
}

/// The first word that is an address.
fn address(text: &str) -> Option<&str> {
    let is_address =
        |word: &&str| hex::word(word).is_some_and(|(end, digits)| end == word.len() && digits >= 8);
    text.split_whitespace().find(is_address)
}

/// Whether a line is one of a debugger: a prompt, or a row that begins with an address.
fn looks_debugged(text: &str) -> bool {
    let text = clip(text);
    let trimmed = text.trim_start();
    let row = |text: &str| hex::word(text).is_some_and(|(_, digits)| digits >= 8);
    let numbered = || trimmed.split_once(' ').is_some_and(|(_, rest)| row(rest.trim_start()));
    row(trimmed) || numbered() || find(text, "kd> ").is_some_and(|at| at < 20) || text.contains(":000> ")
}

#[cfg(test)]
#[path = "analyze_tests.rs"]
mod tests;
