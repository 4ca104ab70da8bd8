//! Call stacks as Visual Studio shows them, from version 6 to now, and tools that print the same rows.
//!
//! ```text
//! >    mono-2.0-sgen.dll!do_mono(int x) Line 5144    C
//!      ntdll.dll!_NtWaitForSingleObject@12()  + 0x15 bytes
//!      System.dll!System.Net.Sockets.Socket.Receive(byte[] buffer, int offset) + 0xc6 bytes
//!      [Inline Frame] mono.exe!invoke_main() Line 64    C++       an inlined frame: a frame like any other
//!      03b96789()    Unknown                                    an address without module
//!      nvoglv32.dll!0399f1e2()    Unknown                        an address in a module
//!      [External Code]                                           a remark, as is everything in brackets: no frame
//! USER32! 77e71ab7()                                         version 6
//! CHmtNode::ScRefreshNode(CHmtNode * const 0x00a53a70) line 4362 + 12 bytes
//! app.dll!Program.Main(string[] args) Line 12 (\src\Program.cs:12)     VS Code
//! f:\src\dbgmalloc.c (56): MSVCR100D.dll!malloc() + 0x15 bytes         Visual Leak Detector
//! ```
//!
//! `Line` is spelt in the language of the product. An offset beside a line counts from that line, not from the
//! function, and is left out. Rows go on over at most [`WRAPPED`] more lines.

use super::heading;
use super::joined::{Joined, bracketed};
use super::symbol::{self, Symbol};
use super::{push, tail};
use crate::evidence::{Frame, Kind, SourceLine, Stack};
use crate::parse::Dialect;
use crate::parse::page::{Claim, Page, Pos, Span};
use crate::parse::text::{clip, is_blank, position, short, skip, trim};
use crate::parse::trigger::{self, Trigger};
use crate::parse::{eights, hex};

pub(crate) const DIALECT: Dialect = Dialect {
    name: "visual-studio",
    anchors: &[
        ".dll!",
        ".exe!",
        ".sys!",
        ".ocx!",
        ".drv!",
        ".cpl!",
        ".node!",
        ".pyd!",
        ".ax!",
        ".xll!",
        ".arx!",
        ") line ",
        "()\tUnknown",
        ") Line ",
        "[External Code]",
        "[Inline Frame]",
        "! ",
        " bytes",
    ],
    triggers: &[
        Trigger::checked(") line ", trigger::number),
        Trigger::sure("()\tUnknown"),
        Trigger::sure("[External Code"),
    ],
    read,
};

/// The most lines a row may take beyond its first.
const WRAPPED: usize = 6;
/// The most rows of one stack.
const LONGEST: usize = 5_000;
/// How many rows without an anchor may stand above the first that has one.
const LOOK_BACK: usize = 40;
/// The longest module name.
const MODULE: usize = 160;
/// The longest source position before a row.
const SOURCE: usize = 300;
/// How far into its line the first anchor of a row may stand.
const LEAD: usize = 1_000;

fn read(page: &Page<'_>, hit: Pos) -> Option<Claim> {
    if !is_worth_it(page, hit) {
        return None;
    }
    let first = first_row(page, hit)?;
    let run = run(page, first);
    let end = run.end.max(Pos { line: hit.line, at: hit.at + 1 });
    if !run.is_stack() {
        // Read in vain: nothing up to here can begin another.
        return Some(Claim { pieces: Vec::new(), block: None, end });
    }
    let thread = heading::thread(page, first.line);
    let stack = Stack { dialect: DIALECT.name, thread, faulting: false, frames: run.frames };
    Some(Claim::one(Span { from: first, to: run.end }, Kind::Stack(stack)))
}

/// Two anchors are words of prose as well. An exclamation ends many a sentence, and only `USER32! 77e71ab7()`
/// needs that one; `bytes` must follow an offset.
fn is_worth_it(page: &Page<'_>, hit: Pos) -> bool {
    let rest = page.rest(hit);
    if let Some(after) = rest.strip_prefix("! ") {
        return hex::word(after).is_some_and(|(len, digits)| digits == 8 && after[len..].starts_with("()"));
    }
    if rest.starts_with(" bytes") {
        let before = page.text(hit.line).get(..hit.at).unwrap_or("");
        return before.trim_end_matches(|c: char| c.is_ascii_hexdigit() || c == 'x').ends_with("+ ");
    }
    true
}

/// The first row of the stack that the row at `hit` belongs to.
fn first_row(page: &Page<'_>, hit: Pos) -> Option<Pos> {
    let covers = |line: usize| {
        let pos = indented(page, line);
        row(page, pos).filter(|row| row.end.line >= hit.line).map(|_| pos)
    };
    // A row that goes on was wrapped, so its lines are short.
    let lines = (hit.line.saturating_sub(WRAPPED)..hit.line).rev();
    let lines = lines.take_while(|line| page.text(*line).len() < LEAD);
    let Some(mut first) = std::iter::once(hit.line).chain(lines).filter(|_| hit.at < LEAD).find_map(covers)
    else {
        // On a flattened line the first frame follows prose.
        return in_line(page, hit);
    };
    for _ in 0..LOOK_BACK {
        // No row goes on over a blank line.
        let filled =
            |back: &usize| first.line.checked_sub(*back).is_some_and(|line| !is_blank(page.text(line)));
        let Some(before) = (1..=WRAPPED + 1).take_while(filled).find_map(|back| {
            let pos = indented(page, first.line.checked_sub(back)?);
            let fills_lines = |row: &Row| row.end.line + 1 == first.line && is_blank(page.rest(row.end));
            row(page, pos).filter(fills_lines).map(|_| pos)
        }) else {
            break;
        };
        first = before;
    }
    Some(first)
}

fn indented(page: &Page<'_>, line: usize) -> Pos {
    let text = page.text(line);
    Pos { line, at: text.len() - text.trim_start().len() }
}

/// A frame in the middle of a line: from the word that holds the anchor on.
fn in_line(page: &Page<'_>, hit: Pos) -> Option<Pos> {
    let before = page.text(hit.line).get(..hit.at)?;
    let low = before.floor_char_boundary(before.len().saturating_sub(MODULE));
    let at = before[low..].rfind([' ', '\t', '>', '(', ':']).map_or(low, |at| low + at + 1);
    let pos = Pos { line: hit.line, at };
    row(page, pos).filter(|row| row.frame.is_some()).map(|_| pos)
}

/// Consecutive rows.
struct Run {
    frames: Vec<Frame>,
    /// Rows that only Visual Studio prints.
    telling: usize,
    /// A row with line and language: enough by itself.
    complete: bool,
    end: Pos,
}

impl Run {
    fn is_stack(&self) -> bool {
        match self.frames.len() {
            0 => false,
            1 => self.complete,
            _ => self.telling > 0,
        }
    }
}

fn run(page: &Page<'_>, first: Pos) -> Run {
    let mut run = Run { frames: Vec::new(), telling: 0, complete: false, end: first };
    let mut pos = first;
    let mut double_spaced = false;
    while run.frames.len() < LONGEST
        && let Some(row) = row(page, pos)
    {
        run.telling += usize::from(row.telling);
        run.complete |= row.complete;
        let is_frame = row.frame.is_some();
        if let Some(mut frame) = row.frame {
            frame.line = page.lines.get(pos.line).map_or(0, |line| line.number);
            push(&mut run.frames, frame);
        }
        if is_frame || !run.frames.is_empty() {
            run.end = row.end;
        }
        if let Some((last, source)) = run.frames.last_mut().zip(source_below(page, run.end)) {
            last.source = last.source.take().or(Some(source));
            run.end = Pos { line: run.end.line + 1, at: page.text(run.end.line + 1).len() };
            pos = indented(page, run.end.line + 1);
            continue;
        }
        let rest = page.rest(row.end);
        if !is_blank(rest) {
            pos = Pos { at: row.end.at + rest.len() - rest.trim_start().len(), ..row.end };
            continue;
        }
        pos = indented(page, row.end.line + 1);
        if page.rest(pos).is_empty() && (double_spaced || run.frames.len() == 1) {
            pos = indented(page, pos.line + 1);
            double_spaced = true;
        }
    }
    run
}

/// `at c:\src\a.c(201)` on the line below a row: its source, as newer versions copy it.
fn source_below(page: &Page<'_>, end: Pos) -> Option<SourceLine> {
    let text = clip(page.text(end.line + 1)).trim().strip_prefix("at ")?;
    let (file, number) = text.strip_suffix(')')?.rsplit_once('(')?;
    let rooted = file.get(1..3) == Some(":\\") || file.starts_with(['/', '\\']);
    (rooted && is_blank(page.rest(end)))
        .then_some(SourceLine { file: file.into(), line: number.parse().ok()? })
}

/// A row: a frame, or a remark in brackets.
struct Row {
    frame: Option<Frame>,
    telling: bool,
    complete: bool,
    end: Pos,
}

/// The row at a position, wrapped lines joined.
fn row(page: &Page<'_>, pos: Pos) -> Option<Row> {
    let text = page.rest(pos).trim_end();
    if let Some(frame) = plain(text) {
        let end = Pos { at: pos.at + text.len(), ..pos };
        return Some(Row { frame: Some(frame), telling: true, complete: true, end });
    }
    let mut joined = Joined::new(page, pos);
    let mut wrapped = 0;
    loop {
        match parse(&joined.text) {
            Parsed::No => return None,
            Parsed::More(glue) if wrapped < WRAPPED && joined.append(page, glue) => wrapped += 1,
            Parsed::More(_) => return None,
            Parsed::Row { bare_end: true, .. }
                if wrapped < WRAPPED && goes_on(page, pos.line + wrapped + 1) =>
            {
                joined.append(page, " ");
                wrapped += 1;
            }
            Parsed::Row { frame, telling, complete, len, .. } => {
                return Some(Row { frame, telling, complete, end: joined.pos(len) });
            }
        }
    }
}

/// Whether a line is nothing but the end of a wrapped row: `line 2325`, `+ 0x15 bytes`.
fn goes_on(page: &Page<'_>, line: usize) -> bool {
    let text = trim(page.text(line));
    let (len, tail) = tail::read(text);
    len > 0 && (tail.line || tail.offset.is_some())
}

/// The frame of a row as most are: module with extension, function, arguments, line, language.
fn plain(text: &str) -> Option<Frame> {
    let row = skip(text, |byte| matches!(byte, b' ' | b'\t' | b'>'));
    let bytes = row.as_bytes();
    let stem = eights::name(bytes);
    let extension =
        bytes.get(stem + 1..)?.iter().take(6).take_while(|byte| byte.is_ascii_alphanumeric()).count();
    let bang = stem + 1 + extension;
    let is_module = bytes.first()?.is_ascii_alphabetic()
        && bytes.get(stem) == Some(&b'.')
        && (2..=5).contains(&extension)
        && bytes.get(bang) == Some(&b'!')
        && bang < MODULE;
    if !is_module || text.len() > LEAD {
        return None;
    }
    let after = row.get(bang + 1..)?;
    let (function, arguments) = after.split_at_checked(symbol::plain_name(after)?)?;
    // An address in place of the function, or a namespace without a name.
    if hex::word(after).is_some() || !arguments.starts_with('(') || arguments.starts_with("(anonymous") {
        return None;
    }
    let rest = skip(arguments.get(bracketed(arguments)?..)?, |byte| byte == b' ').strip_prefix("Line ")?;
    let digits = rest.bytes().take_while(u8::is_ascii_digit).count();
    let language = rest.get(digits..)?.strip_prefix('\t').filter(|_| digits > 0)?;
    (tail::language(language)? == language.len()).then(|| Frame {
        module: row.get(..bang).map(short),
        function: Some(short(function)),
        ..Frame::default()
    })
}

enum Parsed {
    No,
    /// The text ends inside a row: the next line belongs to it, after this glue.
    More(&'static str),
    Row {
        frame: Option<Frame>,
        telling: bool,
        complete: bool,
        bare_end: bool,
        len: usize,
    },
}

fn parse(text: &str) -> Parsed {
    let marks = marks_len(text);
    let mut at = marks;
    if let Some(inner) = text[at..].strip_prefix('[') {
        let Some(close) = inner.find(']').filter(|close| *close < 200) else { return Parsed::No };
        let after = at + close + 2;
        let rest = text[after..].trim_start();
        let word = &inner[..close];
        // `[0x3]` is a frame number; `[Completed] a.dll!f()` is a frame, `[External Code]` a remark.
        if word.contains(|c: char| c.is_ascii_digit()) && !word.contains(' ')
            || !rest.contains('!') && !word.contains([' ', '内', '外'])
        {
            return Parsed::No;
        }
        if !rest.contains('!') && (rest.is_empty() || tail::language(rest).is_some()) {
            return Parsed::Row {
                frame: None,
                telling: true,
                complete: false,
                bare_end: false,
                len: text.len(),
            };
        }
        at = text.len() - rest.len();
    }
    let (path_len, source) = leading_source(&text[at..]);
    let inline = at > marks;
    at += listed(&text[at..]);
    at += path_len;
    let Some(name) = name(&text[at..]) else { return Parsed::No };
    at += name.symbol.len;
    if name.symbol.open {
        return Parsed::More("");
    }
    finish(text, at, name, source, inline)
}

/// Length of the marks before a row: of the current frame, of a list or a table.
fn marks_len(text: &str) -> usize {
    if text.starts_with(|c: char| c.is_ascii_alphanumeric()) {
        return 0;
    }
    text.len() - text.trim_start_matches([' ', '\t', '>', '=', '*', '/', '|', '`', '•', '→', '➔', '⇨']).len()
}

/// Reads what follows the function: arguments, line, offset, language.
fn finish(text: &str, mut at: usize, name: Name, source: Option<SourceLine>, inline: bool) -> Parsed {
    let mut arguments = "";
    if text[at..].starts_with('(') {
        let Some(len) = arguments_len(&text[at..]) else { return Parsed::More(" ") };
        arguments = &text[at + 1..at + len - 1];
        at += len;
        at += if text[at..].starts_with(" const") { " const".len() } else { 0 };
    } else if name.module_less && name.symbol.address.is_none() {
        return Parsed::No;
    }
    let mut symbol = name.symbol;
    let before = symbol.len;
    symbol::read_offset(&text[at..], &mut symbol);
    let tight = symbol.len > before && !text[at + (symbol.len - before)..].starts_with(" bytes");
    if tight {
        at += symbol.len - before;
    } else {
        symbol.offset = None;
    }
    let (len, tail) = tail::read(&text[at..]);
    at += len;
    let rest = skip(&text[at..], |byte| matches!(byte, b' ' | b'\t' | b'|'));
    if tail::is_cut(rest) {
        return Parsed::More(" ");
    }
    let language = tail::language(rest);
    // A table's further columns may follow the language; on one line the next frame does.
    if let Some(word) = language {
        at = text.len() - rest.len() + word;
        at = tail::columns(text, at);
    }
    let ended = is_blank(&text[at..]);
    let telling =
        tail.line || tail.bytes || language.is_some() || (name.has_extension && arguments.contains(' '));
    if name.module_less && !telling && ended && symbol.function.is_some() {
        // `line 2325` may stand on the next line.
        return Parsed::More(" ");
    }
    // `00000000()`: a call through a null pointer, and no more is known.
    let nowhere = ended && symbol.address.is_some() && text.ends_with("()");
    if (name.module_less && !telling && !nowhere)
        || (!name.has_extension && !telling && !name.spaced && !nowhere)
        || (!ended && !telling && !tail::next_frame(&text[at..]))
    {
        return Parsed::No;
    }
    let line_end = if ended { text.len() } else { at };
    let frame = Frame {
        module: symbol.module,
        function: symbol.function,
        offset: if tail.line { None } else { tail.offset.or(symbol.offset) },
        address: symbol.address,
        source: tail.source.or(source),
        line: 0,
    };
    Parsed::Row {
        frame: Some(frame),
        telling: telling || inline || name.spaced,
        complete: tail.line && language.is_some(),
        bare_end: ended && !tail.line && !tail.bytes && language.is_none(),
        len: line_end,
    }
}

/// Length of a number that a person or a forum put before a row: `0: `, `1. `, `#2 `.
fn listed(text: &str) -> usize {
    let body = text.strip_prefix('#').unwrap_or(text);
    let digits = body.bytes().take(4).take_while(u8::is_ascii_digit).count();
    if !(1..4).contains(&digits) {
        return 0;
    }
    let after = body[digits..].trim_start_matches([':', '.', ')']);
    let rest = after.trim_start();
    let bang =
        rest.split([' ', '\t', '(']).next().is_some_and(|word| word.contains(".") && word.contains('!'));
    // `#013:user32.dll!f()`: behind both marks no blank is needed.
    let apart = rest.len() < after.len() || body.len() < text.len() && after.len() < body.len() - digits;
    if apart && bang { text.len() - rest.len() } else { 0 }
}

/// Length of the arguments, brackets included. Older versions print values, and a string may hold any bracket:
/// `Foo(const char * s=0x00123456 "hello (world")  Line 12`.
fn arguments_len(text: &str) -> Option<usize> {
    let counted = bracketed(text);
    let plausible = |len: usize| {
        let rest = text[len..].trim_start();
        let rest = rest.strip_prefix("const").unwrap_or(rest);
        rest.is_empty()
            || !rest.starts_with(|c: char| c.is_alphanumeric())
            || tail::line_number(&text[len..]).is_some()
            || tail::read(&text[len..]).0 > 0
            || tail::language(rest).is_some()
            || tail::next_frame(rest)
    };
    match counted {
        Some(len) if plausible(len) => Some(len),
        _ => [") Line ", ")  Line ", ")  + 0x", ") + 0x", ")\t"]
            .iter()
            .find_map(|end| text.rfind(end))
            .map(|at| at + 1)
            .or(counted),
    }
}

/// `f:\src\dbgmalloc.c (56): `, `(File and line number not available): `: the source of a leak detector's row.
fn leading_source(text: &str) -> (usize, Option<SourceLine>) {
    let near = &text[..text.floor_char_boundary(SOURCE)];
    // It stands before the symbol.
    let near = &near[..memchr::memchr(b'!', near.as_bytes()).unwrap_or(near.len())];
    let Some(end) = position(near, "): ") else { return (0, None) };
    let Some(open) = text[..end].rfind('(') else { return (0, None) };
    let (file, number) = (text[..open].trim(), &text[open + 1..end]);
    match number.parse() {
        Ok(line) if file.contains(['\\', '/', '.']) => {
            (end + 3, Some(SourceLine { file: file.into(), line }))
        }
        _ if number.starts_with("File and line") => (end + 3, None),
        _ => (0, None),
    }
}

/// Module and function of a row.
struct Name {
    symbol: Symbol,
    has_extension: bool,
    /// `USER32! 77e71ab7()`: version 6 writes a blank.
    spaced: bool,
    module_less: bool,
}

fn name(text: &str) -> Option<Name> {
    let bang = memchr::memchr(b'!', &text.as_bytes()[..text.len().min(MODULE)]);
    if let Some(bang) = bang
        && let Some(extension) = module_kind(&text[..bang])
    {
        let after = &text[bang + 1..];
        let blanks = after.len() - after.trim_start_matches(' ').len();
        if blanks <= 1 {
            let mut symbol = function_or_address(&after[blanks..], !extension && blanks == 0)?;
            symbol.module = Some(text[..bang].into());
            symbol.len += bang + 1 + blanks;
            return Some(Name { symbol, has_extension: extension, spaced: blanks == 1, module_less: false });
        }
    }
    let symbol = function_or_address(text, false)?;
    // A row that is nothing but an address, or a function with its arguments.
    Some(Name { symbol, has_extension: false, spaced: false, module_less: true })
}

/// Whether `module` can be a module: `Some(true)` when it has an extension, and may then hold blanks.
fn module_kind(module: &str) -> Option<bool> {
    let allowed = |c: char| c.is_alphanumeric() || "_.-+~$#&()[] ".contains(c);
    let first = module.starts_with(|c: char| c.is_alphanumeric() || c == '_' || c == '$');
    if !first || !module[eights::name(module.as_bytes())..].chars().all(allowed) {
        return None;
    }
    let dot = module.bytes().rposition(|byte| byte == b'.');
    let extension = dot.map_or("", |at| &module[at + 1..]);
    let known = (2..=5).contains(&extension.len())
        && extension.bytes().all(|byte| byte.is_ascii_alphanumeric())
        && module.matches(' ').count() <= 6;
    if known { Some(true) } else { (!module.contains([' ', '(', ')', '['])).then_some(false) }
}

/// A function name, or the address that stands in its place.
fn function_or_address(text: &str, plain: bool) -> Option<Symbol> {
    if !plain
        && let Some((len, digits)) = hex::word(text)
        && matches!(digits, 8 | 16)
        && (text[len..].starts_with("()") || tail::language(text[len..].trim_start()).is_some())
    {
        return Some(Symbol { address: Some(text[..len].into()), len, ..Symbol::default() });
    }
    let (mut len, mut open) = symbol::function(text);
    // Names over 1,024 characters are cut off, inside their brackets: `InterfaceList<struct IUnk()    Unknown`.
    if (open || text[len..].starts_with('<'))
        && let Some(cut) = text.find("()\t").or_else(|| text.strip_suffix("()").map(str::len))
    {
        (len, open) = (cut, false);
    }
    (len > 0 || open).then(|| Symbol { function: Some(text[..len].into()), len, open, ..Symbol::default() })
}

#[cfg(test)]
#[path = "visual_studio_tests.rs"]
mod tests;
