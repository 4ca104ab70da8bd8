//! Dr. Watson logs: `drwtsn32.log` of Windows NT 3.51 to Server 2003, excerpts of it, and the 16-bit `drwatson.log`.
//!
//! An entry begins with its exception, in any language, and runs to the next one:
//!
//! ```text
//! Application exception occurred:
//!         App: exe\store.dbg (pid=301)
//!         When: 6/26/2000 @ 1:0:52.767
//!         Exception number: c0000005 (access violation)
//!
//! *----> Module List <----*
//! (00400000 - 0040b000) exe\DRWTSN32.dbg                            NT 4, 2000
//! (0000000000400000 - 000000000040b000: C:\WINNT\drwtsn32.exe       XP, 2003
//! *----> State Dump for Thread Id 0x1aa <----*
//! function: RtlFreeHeap
//! FAULT ->77f64b41 0b5e10           or      ebx,[esi+0x10]
//! FAULT-->  0x77f2421f  668b0 mov          cx,word ptr [edx]        NT 3.51
//! ```
//!
//! Windows 3.1 writes what happened as a sentence:
//!
//! ```text
//! Dr. Watson 0.80 Failure Report - Sat May 23 14:30:44 1992
//! Write had a 'Code Segment (Read)' fault at Display 2:1d70
//! ```
//!
//! The entry is a fault with the modules of its list, and one block; its stacks belong to the debugger dialect.
//! Which module failed a drwtsn32.log does not say, and it is not worked out from the module list.

use crate::evidence::{Exception, Fault, Kind, Module};
use crate::parse::page::{Claim, Page, Piece, Pos, Span};
use crate::parse::text::{clip, file_name, find, has};
use crate::parse::trigger::Trigger;
use crate::parse::{Dialect, hex};

/// Dr. Watson logs.
pub(crate) const DIALECT: Dialect = Dialect {
    name: "Dr. Watson",
    anchors: &[
        "exception occurred:",
        "exception number",
        "(pid=",
        "State Dump for Thread",
        "Module List <-",
        "FAULT ->",
        "FAULT->",
        "FAULT--",
        "Failure Report",
    ],
    triggers: &[
        Trigger::sure("exception occurred:"),
        Trigger::sure("exception number"),
        Trigger::sure("(pid="),
        Trigger::sure("state dump for thread"),
        Trigger::sure("module list <-"),
        Trigger::sure("FAULT ->"),
        Trigger::sure("FAULT->"),
        Trigger::sure("FAULT--"),
        Trigger::sure("failure report"),
    ],
    read,
};

/// The fields of an entry stand within this many lines of its beginning.
const HEADER: usize = 10;
/// What stands this many lines after the last line of an entry belongs to something else.
const GAP: usize = 60;

fn read(page: &Page<'_>, pos: Pos) -> Option<Claim> {
    let head = clip(page.rest(pos));
    if has(head, "failure report") {
        return sixteen_bit(page, pos);
    }
    let mut header = header(page, pos).or_else(|| headless(page, pos))?;
    let from = header.span.from;
    let entry = entry(page, header.span.to);
    if let (Kind::Fault(fault), Some((address, span))) = (&mut header.kind, entry.fault) {
        if *fault == Fault::default() {
            header.span = span;
        }
        fault.address.get_or_insert(address);
    }
    let says_nothing = matches!(&header.kind, Kind::Fault(fault) if *fault == Fault::default());
    let mut pieces = entry.modules;
    if !says_nothing {
        pieces.insert(0, Piece { span: header.span, kind: header.kind });
    }
    let block = Span { from: banner(page, from), to: entry.end };
    Some(Claim { pieces, block: Some(block), end: block.to })
}

/// The line `Microsoft (R) Windows NT (TM) Version 4.00 DrWtsn32` that may stand above an entry.
fn banner(page: &Page<'_>, from: Pos) -> Pos {
    (from.line.saturating_sub(6)..from.line)
        .rev()
        .find(|line| is_banner(clip(page.text(*line))))
        .map_or(from, |line| Pos { line, at: 0 })
}

fn is_banner(text: &str) -> bool {
    has(text, "microsoft (r)") && has(text, "drwtsn32")
}

/// Whether a line begins another entry.
fn begins_entry(page: &Page<'_>, line: usize) -> bool {
    let text = clip(page.text(line));
    is_banner(text)
        || has(text, "application exception occurred:")
        || (has(text, "(pid=") && app_and_code(page, line).is_some())
        || has(text, "failure report")
}

/// The part of an entry that says what failed.
#[derive(Debug)]
struct Header {
    span: Span,
    kind: Kind,
}

/// Reads the fields from where the entry begins: at its first line, at `App:` or at `Exception number:`.
fn header(page: &Page<'_>, pos: Pos) -> Option<Header> {
    let head = clip(page.rest(pos));
    if starts(head, "(pid=") {
        // It follows a path; further on in a line it is another program's.
        return if pos.at < 400 { app_and_code(page, pos.line) } else { None };
    }
    let from = if starts(head, "exception number") {
        (pos.line.saturating_sub(4)..=pos.line)
            .find(|line| app(clip(page.text(*line))).is_some())
            .map_or(pos, |line| Pos { line, at: if line == pos.line { 0 } else { indent(page.text(line)) } })
    } else if starts(head, "exception occurred:") {
        // The words before it, `Application` here, are part of the entry.
        Pos { line: pos.line, at: start_of_phrase(page.text(pos.line), pos.at) }
    } else {
        return None;
    };
    let mut fields = Fields::default();
    for line in from.line..from.line + HEADER {
        let text = if line == from.line { clip(page.rest(from)) } else { clip(page.text(line)) };
        let next = is_banner(text) || has(text, "exception occurred:");
        if line > from.line && (next || text.contains("---->") || text.contains("FAULT")) {
            break;
        }
        let base = if line == from.line { from.at } else { 0 };
        fields.read(page, line, base, text);
        if fields.code.is_some() {
            break;
        }
    }
    fields.header(from)
}

/// What the fields of an entry have given so far.
#[derive(Default)]
struct Fields {
    process: Option<String>,
    has_process: bool,
    code: Option<(u32, Option<String>)>,
    to: Option<Pos>,
}

impl Fields {
    fn read(&mut self, page: &Page<'_>, line: usize, base: usize, text: &str) {
        if let (false, Some(process)) = (self.has_process, app(text)) {
            self.has_process = true;
            self.process = process;
            self.to = Some(Pos { line, at: base + text.len() });
        }
        let Some(at) = find(text, "number") else { return };
        let before = line.checked_sub(1).map_or("", |line| clip(page.text(line)));
        let labelled = ends(text.get(..at).unwrap_or(""), "exception") || ends(before, "exception");
        let value = text.get(at + "number".len()..).unwrap_or("").trim_start();
        let Some(value) = value.strip_prefix([':', '=']).filter(|_| labelled) else { return };
        if let Some((code, description, length)) = code(value) {
            self.code = Some((code, description));
            let at = base + text.len() - value.len() + length;
            self.to = Some(Pos { line, at });
        }
    }

    /// A fault if the process is named; a bare `Exception number: c0000005` is an exception.
    fn header(self, from: Pos) -> Option<Header> {
        let span = Span { from, to: self.to? };
        let (exception, description) = self.code.unzip();
        let kind = match exception {
            Some(code) if !self.has_process => Kind::Exception(Exception { code, address: None }),
            _ => Kind::Fault(Fault {
                process: self.process,
                exception,
                description: description.flatten(),
                ..Fault::default()
            }),
        };
        Some(Header { span, kind })
    }
}

/// `App: exe\store.dbg (pid=301)` in any language, if an exception code stands right below.
///
/// `Anwendung: ... (pid=301)`, `Wann: 12.3.2003 @ 17:45:22.093`, `Ausnahmenummer: c0000005 (Zugriffsverletzung)`.
fn app_and_code(page: &Page<'_>, line: usize) -> Option<Header> {
    let text = clip(page.text(line));
    let label = text.find(':').filter(|at| *at < 40)?;
    let process = process_name(text.get(label + 1..)?);
    let from = Pos { line, at: indent(text) };
    let mut known = app(text).is_some();
    for below in line + 1..line + 5 {
        let text = clip(page.text(below));
        // An unknown label is Dr. Watson's when the line `When: date @ time` follows, which keeps its layout.
        known |= text.contains(" @ ");
        let Some(at) = text.find(':').filter(|at| *at < 40) else { continue };
        let Some((code, description, length)) = code(text.get(at + 1..).unwrap_or("")) else { continue };
        let fault = Fault { process, exception: Some(code), description, ..Fault::default() };
        let span = Span { from, to: Pos { line: below, at: at + 1 + length } };
        return known.then_some(Header { span, kind: Kind::Fault(fault) });
    }
    None
}

/// An excerpt without its header: the marked instruction still says where the process failed.
fn headless(page: &Page<'_>, pos: Pos) -> Option<Header> {
    let head = clip(page.rest(pos));
    let to = Pos { line: pos.line, at: pos.at + head.len() };
    let span = Span { from: pos, to };
    if starts(head, "fault") {
        let address = Some(fault_address(clip(page.text(pos.line)))?);
        return Some(Header { span, kind: Kind::Fault(Fault { address, ..Fault::default() }) });
    }
    let section = starts(head, "state dump") || starts(head, "module list");
    section.then(|| Header { span, kind: Kind::Fault(Fault::default()) })
}

/// The value of `App:` in a line: the process, `None` inside where the name is left out.
fn app(text: &str) -> Option<Option<String>> {
    ["App:", "Application:"].iter().find_map(|label| {
        let at = find(text, label)?;
        let alone = !text.get(..at)?.ends_with(|c: char| c.is_alphanumeric());
        alone.then(|| process_name(text.get(at + label.len()..).unwrap_or("")))
    })
}

/// `store.dbg` of `exe\store.dbg (pid=301) When: ...`.
fn process_name(value: &str) -> Option<String> {
    let marks = ["(pid", "(<", " <p", " When:", " *"];
    let end = marks.iter().filter_map(|mark| find(value, mark)).filter(|at| *at > 0).min();
    let name = file_name(value.get(..end.unwrap_or(value.len()))?.trim());
    let name = name.rsplit([']', '>']).next().unwrap_or(name);
    let name = name.split('(').next().unwrap_or(name).trim();
    (!name.is_empty()).then(|| name.to_owned())
}

/// `c0000005 (access violation)`: the code, the words, and the length of both.
fn code(value: &str) -> Option<(u32, Option<String>, usize)> {
    let start = indent(value);
    let rest = value.get(start..)?;
    let (length, digits) = hex::word(rest)?;
    let code = hex::code(rest.get(..length)?).filter(|_| digits == 8)?;
    let after = rest.get(length..)?;
    let words = after.trim_start().strip_prefix('(').and_then(|words| words.split_once(')'));
    match words {
        Some((words, tail)) => Some((code, Some(words.trim().to_owned()), value.len() - tail.len())),
        None => Some((code, None, start + length)),
    }
}

/// The address in `FAULT ->77f64b41 0b5e10 or ebx,[esi+0x10]`.
fn fault_address(text: &str) -> Option<String> {
    let at = find(text, "FAULT")?;
    let rest = text.get(at + "FAULT".len()..)?.trim_start();
    let rest = rest.strip_prefix("-->").or_else(|| rest.strip_prefix("->"))?.trim_start();
    let (length, digits) = hex::word(rest)?;
    (digits >= 6).then(|| rest.get(..length).unwrap_or("").to_owned())
}

/// The body of an entry.
struct Body {
    modules: Vec<Piece>,
    /// The address of the marked instruction, and its line.
    fault: Option<(String, Span)>,
    end: Pos,
}

/// Follows an entry from the end of its header to the last line that looks like Dr. Watson's.
fn entry(page: &Page<'_>, from: Pos) -> Body {
    let mut body = Body { modules: Vec::new(), fault: None, end: from };
    let mut line = from.line + 1;
    while line < page.lines.len() && line <= body.end.line + GAP {
        let text = clip(page.text(line));
        if begins_entry(page, line) {
            break;
        }
        if let Some(module) = module_row(text) {
            body.modules.push(Piece { span: page.lines_span(line, line), kind: Kind::Module(module) });
        }
        if body.fault.is_none() {
            body.fault = fault_address(text).map(|address| (address, page.lines_span(line, line)));
        }
        if belongs(text) {
            body.end = Pos { line, at: page.text(line).len() };
        }
        line += 1;
    }
    body
}

/// Whether a line looks like one of Dr. Watson's.
fn belongs(text: &str) -> bool {
    let trimmed = text.trim_start();
    let leading_hex = hex::word(trimmed).is_some_and(|(_, digits)| digits >= 8);
    let task = || trimmed.starts_with(|c: char| c.is_ascii_digit()) && has(trimmed, ".exe");
    leading_hex || text.contains("---") || module_row(text).is_some() || task() || marked(text)
}

fn marked(text: &str) -> bool {
    ["state dump for", "function:", "fault ->", "fault-->", "eax=", "frameptr", "childebp", "stack frame "]
        .iter()
        .any(|mark| has(text, mark))
        || ["(regs)", "(info)", "(stack)", "(tasks)"].iter().any(|mark| text.contains(mark))
}

/// `(77f00000 - 77f5e000) dll\kernel32.dbg`, `(0000000077e60000 - 0000000077f46000: C:\WINDOWS\system32\kernel32.dll`.
fn module_row(text: &str) -> Option<Module> {
    let rest = text.trim_start().strip_prefix('(')?;
    let (base, _) = hex::word(rest).filter(|(_, digits)| *digits >= 8)?;
    let after = rest.get(base..)?.trim_start().strip_prefix('-')?.trim_start();
    let (end, _) = hex::word(after).filter(|(_, digits)| *digits >= 8)?;
    let path = after.get(end..)?.trim_start().trim_start_matches([')', ':', ' ']).trim();
    let name = file_name(path);
    (!name.is_empty()).then(|| Module {
        name: name.to_owned(),
        base: rest.get(..base).map(|digits| format!("0x{digits}")),
        end: after.get(..end).map(|digits| format!("0x{digits}")),
        ..Module::default()
    })
}

/// The report of 16-bit Windows, where a paste may have joined its lines.
fn sixteen_bit(page: &Page<'_>, pos: Pos) -> Option<Claim> {
    let mut sentence = String::new();
    let mut found = None;
    for line in pos.line..pos.line + 4 {
        sentence.push_str(if line == pos.line { clip(page.rest(pos)) } else { clip(page.text(line)) }.trim());
        sentence.push(' ');
        found = sentence_fault(&sentence).map(|fault| (fault, line));
        if found.is_some() {
            break;
        }
    }
    let (fault, last) = found?;
    let span = Span { from: pos, to: Pos { line: last, at: page.text(last).len() } };
    let end = entry(page, span.to).end;
    let pieces = vec![Piece { span, kind: Kind::Fault(fault) }];
    Some(Claim { pieces, block: Some(Span { from: pos, to: end }), end })
}

/// `Write had a 'Code Segment (Read)' fault at Display 2:1d70`.
fn sentence_fault(sentence: &str) -> Option<Fault> {
    let (before, rest) = sentence.split_once(" had a '")?;
    let process = before.split_whitespace().next_back()?;
    let (description, place) = rest.split_once("' fault at ")?;
    // The address ends the sentence; with it not yet there, the next line has it.
    let mut words = place.split_whitespace();
    let (module, address) = (words.next()?, words.next()?);
    Some(Fault {
        process: Some(process.to_owned()),
        module: Some(module.to_owned()),
        address: Some(address.trim_end_matches(['.', ',']).to_owned()),
        description: Some(description.to_owned()),
        ..Fault::default()
    })
}

fn starts(text: &str, prefix: &str) -> bool {
    text.get(..prefix.len()).is_some_and(|head| head.eq_ignore_ascii_case(prefix))
}

fn ends(text: &str, suffix: &str) -> bool {
    let text = text.trim_end();
    text.len()
        .checked_sub(suffix.len())
        .and_then(|at| text.get(at..))
        .is_some_and(|tail| tail.eq_ignore_ascii_case(suffix))
}

fn indent(text: &str) -> usize {
    text.len() - text.trim_start().len()
}

/// Where the word before `at` begins.
fn start_of_phrase(text: &str, at: usize) -> usize {
    let before = text.get(..at).unwrap_or("").trim_end();
    if ends(before, "application") { before.len() - "application".len() } else { at }
}

#[cfg(test)]
#[path = "watson_tests.rs"]
mod tests;
