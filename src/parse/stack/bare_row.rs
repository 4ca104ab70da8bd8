//! A row of a stack without address columns: lead, symbol, tail.

use super::joined::{Joined, bracketed};
use super::rows;
use super::symbol::{self, Symbol};
use crate::evidence::{Frame, SmolStr, SourceLine};
use crate::parse::page::{Page, Pos};
use crate::parse::text::{first, is_blank, position, skip, start_of};
use crate::parse::{eights, hex};

/// A row, and what speaks for and against it.
pub(crate) struct Row {
    pub(crate) frame: Frame,
    pub(crate) number: Option<u32>,
    /// It looks like nothing but a frame.
    pub(crate) strong: bool,
    /// The module is one that every Windows has.
    pub(crate) system: bool,
    /// It may well be something else.
    pub(crate) doubtful: bool,
    pub(crate) arrow: bool,
    /// Another symbol follows on the line, at `end`.
    pub(crate) more: bool,
    /// Other text follows on the line.
    pub(crate) prose_follows: bool,
    pub(crate) from: Pos,
    pub(crate) end: Pos,
}

/// The longest symbol and the longest lead looked at.
const MODULE: usize = 128;
/// The most lines a row may take beyond its first.
const WRAPPED: usize = 6;
/// A line this long may have been cut by the mail program.
const WIDE: usize = 62;

/// Modules that stand in most stacks, and in little else.
const SYSTEM: &[&str] = &[
    "nt",
    "ntdll",
    "ntoskrnl",
    "ntkrnlmp",
    "ntkrnlpa",
    "kernel32",
    "kernelbase",
    "user32",
    "gdi32",
    "win32k",
    "win32kfull",
    "win32kbase",
    "hal",
    "msvcrt",
    "ucrtbase",
    "rpcrt4",
    "ole32",
    "oleaut32",
    "combase",
    "advapi32",
    "shell32",
    "ndis",
    "tcpip",
    "ntfs",
    "fltmgr",
    "wow64",
    "wow64cpu",
    "clr",
    "mscorwks",
    "coreclr",
    "ws2_32",
    "comctl32",
    "mfc42",
    "sechost",
];

/// Where the row that holds the anchor at `hit` begins: its lead, or the symbol in the middle of a line.
pub(crate) fn start(page: &Page<'_>, hit: Pos) -> Option<Pos> {
    let text = page.text(hit.line);
    let before = text.get(..hit.at)?;
    let low = before.floor_char_boundary(before.len().saturating_sub(MODULE));
    let plain = before.bytes().rev().take_while(u8::is_ascii_alphanumeric).count();
    let module = before[low..before.len() - plain.min(before.len() - low)]
        .rfind(|c: char| !(c.is_alphanumeric() || "_.-+~$<>".contains(c)))
        .map_or(low, |at| low + at + before[low..][at..].chars().next().map_or(1, char::len_utf8));
    if module == hit.at {
        return None;
    }
    if is_lead(text.get(..module)?) {
        return Some(Pos { line: hit.line, at: text.len() - text.trim_start().len() });
    }
    (module == 0 || text[..module].ends_with([' ', '\t', '(', ':', '>', ',', '"', '\'', '`']))
        .then_some(Pos { line: hit.line, at: module })
}

/// Whether what stands before a symbol on its line is only mark-up and a frame number.
pub(crate) fn is_lead(before: &str) -> bool {
    before.len() <= 160 && lead(before).is_some_and(|(len, _)| is_blank(&before[len..]))
}

/// Length of mark-up and frame number at the start of `text`, and the number.
fn lead(text: &str) -> Option<(usize, Option<u32>)> {
    let name = eights::name(text.as_bytes());
    // Nearly every row is nothing but its symbol.
    if name > 3
        && text.starts_with(|c: char| c.is_ascii_alphabetic())
        && text.as_bytes().get(name) == Some(&b'!')
    {
        return Some((0, None));
    }
    let rest = rows::prefix(text);
    let rest =
        rest.strip_prefix("[Callstack]").unwrap_or(rest).trim_start_matches(|c: char| "|- \t".contains(c));
    let rest = rest.trim_start_matches(['"', '\'']);
    let rest = rest.strip_prefix("at ").unwrap_or(rest);
    let (len, number) = frame_number(rest).unwrap_or((0, None));
    let after = rest[len..].trim_start_matches([' ', '\t', '|', '*', '`']);
    Some((text.len() - after.len(), number))
}

/// `00 `, `[0x3] `, `#4 `, `1. `, `2) `, `5: `, `K 3 `, `frame 2: `.
fn frame_number(text: &str) -> Option<(usize, Option<u32>)> {
    let mark = start_of(text, &["[0x", "[", "#", "K ", "U ", "frame ", "Frame ", "0x"]).unwrap_or("");
    let body = &text[mark.len()..];
    let digits = body.bytes().take(4).take_while(u8::is_ascii_hexdigit).count();
    let after = &body[digits..];
    let closed = after.trim_start_matches([']', ')', '.', ':', ',']);
    let gap = closed.len() - closed.trim_start_matches([' ', '\t', '|', ':']).len();
    // `dd nt!Foo` is a command: letters alone, without a mark, are no number.
    let plain = body.len() == text.len() && !body[..digits].bytes().any(|byte| byte.is_ascii_digit());
    let ended = gap > 0 || closed.is_empty() || closed.len() < after.len();
    if !(1..=3).contains(&digits) || plain || !ended {
        return None;
    }
    let number = u32::from_str_radix(&body[..digits], 16).ok();
    Some((text.len() - closed.len() + gap, number))
}

/// The row at a position, which is a line's first character, or that of a symbol further on.
pub(crate) fn read(page: &Page<'_>, pos: Pos) -> Option<Row> {
    let (skip, number) = lead(page.rest(pos))?;
    let from = Pos { at: pos.at + skip, ..pos };
    let mut joined = Joined::new(page, from);
    let mut symbol = symbol(&joined.text)?;
    for _ in 0..2 {
        if !is_cut(page, &joined, &symbol) || !joined.append(page, "") {
            break;
        }
        symbol = self::symbol(&joined.text)?;
    }
    if symbol.open {
        return None;
    }
    let mut tail = read_tail(&joined.text, symbol.len);
    for _ in 0..WRAPPED {
        if tail.is_some() || !joined.append(page, " ") {
            break;
        }
        tail = read_tail(&joined.text, symbol.len);
    }
    let tail = tail?;
    let module = symbol.module.as_deref().unwrap_or("");
    let (stem, extension) = module.rsplit_once('.').unwrap_or((module, ""));
    let system = SYSTEM.iter().any(|name| name.eq_ignore_ascii_case(stem));
    let function = symbol.function.as_deref().unwrap_or("");
    let has_extension =
        ["dll", "exe", "sys", "ocx", "drv"].iter().any(|known| known.eq_ignore_ascii_case(extension));
    let strong = symbol.offset.is_some()
        || has_extension
        || position(function, "::").is_some()
        || function.starts_with('?')
        || symbol.address.is_some()
        || tail.source.is_some();
    let first = function.bytes().next().unwrap_or(b'_');
    let doubtful = !strong && !system && (function.contains('.') || first.is_ascii_digit());
    let frame = Frame {
        module: symbol.module,
        function: symbol.function,
        offset: symbol.offset,
        address: symbol.address.or(tail.address),
        source: tail.source,
        line: 0,
    };
    Some(Row {
        doubtful,
        frame,
        number,
        strong,
        system,
        arrow: tail.arrow,
        more: tail.more,
        prose_follows: tail.prose,
        from,
        end: joined.pos(tail.len),
    })
}

/// The symbol at the start of `text`; also an address alone, and the name of a system module alone on its line.
fn symbol(text: &str) -> Option<Symbol> {
    if let Some(mut symbol) = symbol::read(text) {
        spaced_offset(text, &mut symbol);
        let known = symbol.module.is_some() || symbol.function.is_some();
        let digits = symbol.address.as_deref().map_or(0, str::len);
        return (known || digits >= 8 && symbol.len == text.len()).then_some(symbol);
    }
    let name = text.trim_end();
    ["ntdll", "kernel32", "KERNELBASE", "kernelbase", "KERNEL32", "user32", "<unknown>", "???"]
        .contains(&name)
        .then(|| Symbol {
            module: name.starts_with(char::is_alphanumeric).then(|| name.into()),
            len: text.len(),
            ..Symbol::default()
        })
}

/// `nt!KiSwapContext + 4b`: an offset without 0x may stand apart where it ends the line.
fn spaced_offset(text: &str, symbol: &mut Symbol) {
    let Some(digits) = text[symbol.len..].strip_prefix(" + ").map(str::trim_end) else { return };
    if symbol.offset.is_none()
        && digits.len() <= 5
        && hex::word(digits).is_some_and(|(len, _)| len == digits.len())
    {
        symbol.offset = Some(hex::concat(["0x", digits]));
        symbol.len = text.len();
    }
}

/// Whether the line end cut the symbol: it is open, or the line is wide and the next one is a mere remainder.
fn is_cut(page: &Page<'_>, joined: &Joined, symbol: &Symbol) -> bool {
    if symbol.open {
        return true;
    }
    if symbol.len < joined.text.len() {
        // A soft break leaves an equals sign at the line end.
        return joined.text.ends_with('=') && symbol.len + 1 == joined.text.len();
    }
    let end = joined.pos(symbol.len);
    let next = page.text(end.line + 1).trim();
    if page.text(end.line).len() < WIDE || next.is_empty() || next.contains([' ', '!', '\t']) {
        return false;
    }
    let digits = next.len() <= 8 && next.bytes().all(|byte| byte.is_ascii_hexdigit());
    match &symbol.offset {
        Some(_) => digits,
        None => next.starts_with("+0x") || next.contains("@") || next.contains("+0x"),
    }
}

/// What follows a symbol on its line.
struct Tail {
    len: usize,
    address: Option<SmolStr>,
    source: Option<SourceLine>,
    arrow: bool,
    more: bool,
    prose: bool,
}

/// Reads the tail from `at`; `None` when the text ends inside brackets.
fn read_tail(text: &str, at: usize) -> Option<Tail> {
    let mut tail = Tail { len: at, address: None, source: None, arrow: false, more: false, prose: false };
    let mut rest = &text[at..];
    loop {
        let trimmed = skip(rest, |byte| matches!(byte, b' ' | b'\t' | b'|' | b'*' | b'`' | b'"' | b'\''));
        if trimmed.is_empty() {
            tail.len = text.len();
            return Some(tail);
        }
        if trimmed.starts_with(['(', '[', '{']) {
            let Some(len) = bracketed(trimmed) else {
                // `(FPO: [EBP 0x000000ff`: a log cuts its lines at 80 columns.
                if trimmed.starts_with("(FPO") || trimmed.len() > 2_000 {
                    tail.len = text.len();
                    return Some(tail);
                }
                return None;
            };
            if tail.source.is_none() {
                tail.source = source(&trimmed[1..len - 1]);
            }
            rest = &trimmed[len..];
            // `Foo() + 0x12`: the offset after the arguments is told by `offset_after_arguments`.
            continue;
        }
        if let Some((len, digits)) = hex::word(trimmed)
            && digits >= 8
            && trimmed.starts_with("0x")
        {
            tail.address = Some(trimmed[..len].into());
            rest = trimmed[len..].trim_start_matches([',', ' ', '\t']);
            if rest.contains(['\\', '/']) && !rest.contains('!') {
                rest = "";
            }
            continue;
        }
        let arrows = ["->", "=>", "<-", "<=", "→", "←", ",", ";", "<", ">", "/"];
        let arrow = arrows.iter().find(|arrow| trimmed.starts_with(**arrow)).map_or("", |arrow| *arrow);
        let after = trimmed[arrow.len()..].trim_start();
        let blank = trimmed.len() < rest.len() || !arrow.is_empty();
        let begin = text.len() - after.len();
        if blank && looks_like_symbol(after) {
            tail.arrow = !arrow.is_empty() && !matches!(arrow, "," | ";");
            (tail.more, tail.len) = (true, begin);
        } else if after.is_empty()
            || ["//", "<-", "--", "#", "==", ";"].iter().any(|mark| trimmed.starts_with(mark))
        {
            // The remark of a person, or the arrow to the next line.
            tail.arrow = !arrow.is_empty();
            tail.len = text.len();
        } else {
            tail.prose = true;
            tail.len = text.len() - rest.len();
        }
        return Some(tail);
    }
}

/// Whether a symbol with function or offset begins `text`.
fn looks_like_symbol(text: &str) -> bool {
    let word = first(text, 512);
    let word = memchr::memchr2(b' ', b'\t', word.as_bytes()).map_or(word, |end| &word[..end]);
    (word.contains('!') || word.contains("+0x")) && symbol::read(word).is_some()
}

/// `c:\x\y.cpp:12`, `c:\x\y.cpp @ 12`, `c:\x\y.cpp, 12`, `Foo.cpp:abc : 12 + 0x5`.
fn source(inner: &str) -> Option<SourceLine> {
    let inner = inner.split(" + 0x").next().unwrap_or(inner);
    let at = inner.rfind([':', '@', ','])?;
    let line = inner[at + 1..].trim().parse().ok()?;
    let file = inner[..at].trim();
    (file.contains(['\\', '/', '.']) && !file.contains(['(', ',']))
        .then(|| SourceLine { file: file.into(), line })
}

/// Lines that stand between the rows of a stack and are none.
pub(crate) fn is_remark(text: &str) -> bool {
    let text = text.trim_start_matches([' ', '\t', '*']);
    let register = text.get(..3).is_some_and(|name| name.bytes().all(|byte| byte.is_ascii_alphanumeric()))
        && text.get(3..).is_some_and(|rest| rest.trim_start().starts_with("= 0x"));
    register
        || ["WARNING: ", "ERROR: ", "[Frames below", "Found by: ", "Frames below", "*** WARNING"]
            .iter()
            .any(|remark| text.starts_with(remark))
}
