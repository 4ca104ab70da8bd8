//! Stacks of tools that print module and function in columns of their own, or the module last.
//!
//! ```text
//! 0  FLTMGR.SYS  FltpPerformPreCallbacks + 0x324  0xfffff88001234567  C:\Windows\System32\drivers\FLTMGR.SYS
//! K 1    ntoskrnl.exe    NtCreateFile + 0x77    0xfffff80312345678    C:\...        Process Monitor, K and U for the mode
//! 0  xul.dll  mozilla::dom::Foo::Bar(int)  dom/base/Foo.cpp:123             Mozilla's crash reports
//! NtWaitForSingleObject()+0x14, ntdll.dll, 0x00007FFD12345678               the module after the function
//! 0x00007FFD12345678 (UnityPlayer) UnityMain                                Unity
//! * 00007FF812345678 Module(KERNELBASE+0000000000008F69) (RaiseException+0x68)   SQL Server's error log
//! ```

use super::heading;
use super::joined::bracketed;
use super::symbol;
use crate::evidence::{Frame, Kind, SourceLine, Stack};
use crate::parse::page::{Claim, Page, Pos, Span};
use crate::parse::trigger::Trigger;
use crate::parse::{Dialect, hex};

pub(crate) const DIALECT: Dialect = Dialect {
    name: "tool",
    anchors: &[
        ".dll ",
        ".dll\t",
        ".exe ",
        ".exe\t",
        ".sys ",
        ".sys\t",
        "()+0x",
        ")+0x",
        " Module(",
        "0x00007ff",
        ") ntdll",
    ],
    triggers: &[Trigger::sure(" Module("), Trigger::sure("0x00007ff"), Trigger::sure(") ntdll")],
    read,
};

/// The most rows of one stack.
const LONGEST: usize = 5_000;
/// The widest row looked at.
const WIDEST: usize = 2_000;

fn read(page: &Page<'_>, hit: Pos) -> Option<Claim> {
    let mut line = hit.line;
    let mut next = Some(row(page.text(line)).filter(|row| row.number.is_none_or(|number| number < 2))?);
    let mut frames: Vec<Frame> = Vec::new();
    let mut number: Option<u32> = None;
    while let Some(row) = next.filter(|_| frames.len() < LONGEST) {
        if !frames.is_empty() && row.number != number.map(|number| number + 1) {
            break;
        }
        number = row.number;
        let printed = page.lines.get(line).map_or(0, |line| line.number);
        frames.push(Frame { line: printed, ..row.frame });
        line += 1;
        next = self::row(page.text(line));
    }
    let span = page.lines_span(hit.line, line - 1);
    let from = Pos { at: page.text(hit.line).len() - page.text(hit.line).trim_start().len(), ..span.from };
    if frames.len() < 2 || frames.iter().all(|frame| frame.function.is_none() && frame.offset.is_none()) {
        return Some(Claim {
            pieces: Vec::new(),
            block: None,
            end: span.to.max(Pos { at: hit.at + 1, ..hit }),
        });
    }
    let thread = heading::thread(page, hit.line);
    let stack = Stack { dialect: DIALECT.name, thread, faulting: false, frames };
    Some(Claim::one(Span { from, to: span.to }, Kind::Stack(stack)))
}

struct Row {
    frame: Frame,
    number: Option<u32>,
}

fn row(text: &str) -> Option<Row> {
    if text.len() > WIDEST {
        return None;
    }
    let text = text.trim_matches([' ', '\t', '|', '`', '"']);
    let unnumbered = |frame| Row { frame, number: None };
    columns(text).or_else(|| {
        module_last(text).or_else(|| module_in_brackets(text)).or_else(|| sql_server(text)).map(unnumbered)
    })
}

/// `0  FLTMGR.SYS  FltpPerformPreCallbacks + 0x324  0xfffff880...  path`.
fn columns(text: &str) -> Option<Row> {
    let mode = text.strip_prefix("K ").or_else(|| text.strip_prefix("U ")).or_else(|| text.strip_prefix('#'));
    let body = mode.unwrap_or(text).trim_start();
    let digits = body.bytes().take(5).take_while(u8::is_ascii_digit).count();
    let number = body[..digits].parse().ok().filter(|_| digits < 5)?;
    let (module, rest) = cell(strip_gap(&body[digits..])?)?;
    if module == "<unknown>" {
        let address = rest.split_whitespace().next().filter(|word| word.starts_with("0x"))?;
        return Some(Row {
            frame: Frame { address: Some(address.into()), ..Frame::default() },
            number: Some(number),
        });
    }
    let frame = Frame { module: Some(module.into()), ..Frame::default() };
    is_module(module).then_some(())?;
    let frame = location(strip_gap(rest).unwrap_or(""), frame)?;
    Some(Row { frame, number: Some(number) })
}

/// The first word of a row and what follows it; a table's tab lets a module name hold blanks.
fn cell(text: &str) -> Option<(&str, &str)> {
    let end = text.find(['\t', ' ', '|'])?;
    Some((&text[..end], &text[end..]))
}

/// What follows blanks, tabs and bars, of which there must be some.
fn strip_gap(text: &str) -> Option<&str> {
    let rest = text.trim_start_matches([' ', '\t', '|', ',', ':', '.', ')']);
    (rest.len() < text.len()).then_some(rest)
}

fn is_module(name: &str) -> bool {
    name.rsplit_once('.').is_some_and(|(stem, extension)| {
        !stem.is_empty()
            && ["dll", "exe", "sys", "drv", "ocx", "pdb", "node", "pyd"]
                .iter()
                .any(|known| known.eq_ignore_ascii_case(extension))
            && !stem.contains(['\\', '/', ':', '"', '\'', '=', '('])
    })
}

/// Function, offset, address and source after the module.
fn location(text: &str, mut frame: Frame) -> Option<Frame> {
    let module = frame.module.clone().unwrap_or_default();
    let mut rest = text;
    // Without symbols the module stands in place of the function: `fltmgr.sys + 0x56c7`, `xul.dll@0x12ab`.
    if let Some(after) = text
        .get(..module.len())
        .filter(|name| name.eq_ignore_ascii_case(&module))
        .and(text.get(module.len()..))
    {
        rest = after.strip_prefix('!').map_or(after, |function| function);
        if let Some(offset) = rest.strip_prefix('@') {
            let (len, _) = hex::word(offset)?;
            frame.offset = Some(offset[..len].into());
            return Some(frame);
        }
    }
    if let Some((len, _)) = hex::word(rest).filter(|_| rest.starts_with("0x")) {
        frame.address = Some(rest[..len].into());
        return Some(frame);
    }
    let (len, _) = symbol::function(rest);
    if len > 0 {
        frame.function = Some(rest[..len].into());
        rest = &rest[len..];
    }
    rest = rest.strip_prefix(' ').filter(|rest| rest.starts_with('(')).unwrap_or(rest);
    if rest.starts_with('(') {
        rest = &rest[bracketed(rest)?..];
        rest = rest.strip_prefix(" const").unwrap_or(rest);
    }
    let mut found = symbol::Symbol::default();
    symbol::read_offset(rest, &mut found);
    frame.offset = found.offset;
    rest = strip_gap(rest.get(found.len..)?).unwrap_or("");
    if let Some((len, digits)) = hex::word(rest).filter(|_| rest.starts_with("0x"))
        && digits >= 6
    {
        frame.address = Some(rest[..len].into());
    } else if let Some((file, line)) = rest.split_whitespace().next().and_then(|word| word.rsplit_once(':')) {
        frame.source = line.parse().ok().map(|line| SourceLine { file: file.into(), line });
    }
    // A sentence that begins with a number and a file: prose after one word, and nothing of a frame.
    let told = frame.offset.is_some() || frame.address.is_some() || frame.source.is_some() || rest.is_empty();
    (told && (frame.function.is_some() || frame.offset.is_some())).then_some(frame)
}

/// `NtWaitForSingleObject()+0x14, ntdll.dll, 0x00007FFD12345678`.
fn module_last(text: &str) -> Option<Frame> {
    let (len, open) = symbol::function(text);
    if len == 0 || open {
        return None;
    }
    let mut rest = &text[len..];
    if rest.starts_with('(') {
        rest = &rest[bracketed(rest)?..];
    }
    let mut found = symbol::Symbol::default();
    symbol::read_offset(rest, &mut found);
    rest = rest.get(found.len..)?.strip_prefix(',')?.trim_start();
    let module = rest.split([',', ' ']).next().filter(|name| is_module(name))?;
    let address = rest[module.len()..].trim_start_matches([',', ' ']);
    let address = hex::word(address).filter(|(_, digits)| *digits >= 8).map(|(len, _)| address[..len].into());
    found.offset.as_ref()?;
    Some(Frame {
        module: Some(module.into()),
        function: Some(text[..len].into()),
        offset: found.offset,
        address,
        ..Frame::default()
    })
}

/// `0x00007FFD12345678 (UnityPlayer) UnityMain`, `0x00007FFD12345678 (Game) `.
fn module_in_brackets(text: &str) -> Option<Frame> {
    let (len, digits) = hex::word(text).filter(|(_, digits)| text.starts_with("0x") && *digits >= 8)?;
    let rest = text[len..].strip_prefix(" (")?;
    let (module, rest) = rest.split_once(')')?;
    let plain = !module.is_empty() && module.len() < 80 && !module.contains(['(', ',', '=', ':']);
    let rest = rest.trim();
    let (function_len, _) = symbol::function(rest);
    let function = &rest[..function_len];
    let alone = rest[function_len..].is_empty() || rest[function_len..].starts_with(['(', ' ', '<', '[']);
    (plain && alone && digits <= 16 && !module.contains(' ')).then(|| Frame {
        module: Some(module.into()),
        // Where it knows no name it prints `(function-name not available)`.
        function: (!function.is_empty()).then(|| function.into()),
        address: Some(text[..len].into()),
        ..Frame::default()
    })
}

/// `* 00007FF812345678 Module(KERNELBASE+0000000000008F69) (RaiseException+0x68)`, after a time and a session's name.
fn sql_server(text: &str) -> Option<Frame> {
    let (before, rest) = text.split_once(" Module(")?;
    let (module, rest) = rest.split_once(')')?;
    let (module, within) = module.rsplit_once('+')?;
    let address = before.trim_end().rsplit(' ').next().filter(|word| hex::word(word).is_some())?;
    let function = rest.trim().strip_prefix('(').and_then(|name| name.strip_suffix(')'));
    let (name, offset) = match function {
        Some(function) => {
            let (name, offset) = function.rsplit_once('+').unwrap_or((function, ""));
            (Some(name.into()), offset)
        }
        None => (None, within),
    };
    let value = offset.trim_start_matches("0x");
    let value = Some(value.trim_start_matches('0')).filter(|value| !value.is_empty()).unwrap_or("0");
    Some(Frame {
        module: Some(module.into()),
        function: name,
        offset: (!offset.is_empty()).then(|| hex::concat(["0x", value])),
        address: Some(address.into()),
        ..Frame::default()
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::parse::Parser;

    fn labels(text: &str) -> Vec<String> {
        let found = Parser::default().parse(text);
        let stacks: Vec<_> = found
            .iter()
            .filter_map(|piece| match &piece.kind {
                Kind::Stack(stack) => Some(stack),
                _ => None,
            })
            .collect();
        assert!(stacks.len() < 2, "{text}");
        stacks.first().map_or(Vec::new(), |stack| stack.frames.iter().map(Frame::label).collect())
    }

    #[test]
    fn process_monitor() {
        let text = "Frame\tModule\tLocation\tAddress\tPath\n0\tFLTMGR.SYS\tFltpPre + 0x324\t0xfffff88001234567\tC:\\Windows\\FLTMGR.SYS\n\
                    1\tntoskrnl.exe\tntoskrnl.exe + 0x77\t0xfffff80312345678\tC:\\a b\\ntoskrnl.exe\n2\t<unknown>\t0x7ffd1234\t0x7ffd1234\t\n";
        assert_eq!(labels(text), ["FLTMGR.SYS!FltpPre", "ntoskrnl.exe+0x77", "0x7ffd1234"]);
        let text = "K 0  FLTMGR.SYS  FltpPre + 0x324  0xfffff88001234567  C:\\x.sys\nU 1  a.dll  b + 0x2  0x12345678  C:\\a.dll";
        assert_eq!(labels(text), ["FLTMGR.SYS!FltpPre", "a.dll!b"]);
    }

    #[test]
    fn mozilla() {
        let text = "0 xul.dll mozilla::dom::Foo::Bar(int, char const*) dom/base/Foo.cpp:123\n1 ntdll.dll KiFast\n2 xul.dll xul.dll@0x12ab";
        assert_eq!(labels(text), ["xul.dll!mozilla::dom::Foo::Bar", "ntdll.dll!KiFast", "xul.dll+0x12ab"]);
    }

    #[test]
    fn module_after_the_function() {
        let text =
            "NtWait()+0x14, ntdll.dll, 0x00007FFD12345678\nWaitEx()+0x9e, KERNELBASE.dll, 0x00007FFD12345679";
        assert_eq!(labels(text), ["ntdll.dll!NtWait", "KERNELBASE.dll!WaitEx"]);
    }

    #[test]
    fn unity_and_sql_server() {
        let text = "0x00007FFD12345678 (UnityPlayer) UnityMain\n0x00007FFD12345679 (Game) (function-name not available)\n0x00007FFD12345679 (ntdll) RtlUser";
        assert_eq!(labels(text).len(), 3);
        let text = "2004-01-01 10:00:00.12 spid51 * 0087A2A1 Module(sqlservr+0047A2A1) (CDmpDump::Dump+0000012)\n\
                    2004-01-01 10:00:00.12 spid51 * 0087A2A2 Module(sqlservr+0047A2A2)";
        assert_eq!(labels(text), ["sqlservr!CDmpDump::Dump", "sqlservr+0x47A2A2"]);
    }

    #[test]
    fn lists_of_files_are_none() {
        for text in [
            "1 setup.exe runs the program and then\n2 helper.dll is loaded by it",
            "0 a.dll 5.0.2195.1 1999-12-07\n1 b.dll 5.0.2195.2 1999-12-08",
            "1. a.dll\n2. b.dll",
            "Copy a.dll, b.dll, c.dll",
        ] {
            assert!(labels(text).is_empty(), "{text}");
        }
    }
}
