//! Stacks of SOS, the debugger's extension for .NET: `!clrstack`, `!dumpstack`, the table of `!pe`.
//!
//! ```text
//!         Child SP               IP Call Site
//! 000000000012e0a8 00007ff8a1b2c3d4 [HelperMethodFrame: 000000000012e0a8]
//! 000000000012e1f0 000007fe8c9d0abd MyApp.Program.Main(System.String[]) [c:\src\Program.cs @ 12]
//! ESP       EIP                                                .NET 1 and 2
//! 0x0012f3d4  0x00cb0123 [DEFAULT] Void MyApp.Program.Main()
//! SP       IP       Function                                   !pe
//! 0012F3D4 00CB0123 app!Ns.Type.Method()+0x1
//! ChildEBP RetAddr  Caller, Callee                             !dumpstack
//! 0012f3d4 7c90e514 (MethodDesc 0x9a2c2c +0x12 Ns.Type.Method()), calling mscorwks!Foo+0x12
//! ```
//!
//! The header is what makes these columns a stack. A marker of the runtime (`[GCFrame: ...]`) is a frame without a
//! symbol, unless a method follows it.

use super::joined::bracketed;
use super::symbol;
use super::thread;
use crate::evidence::{Frame, Kind, SmolStr, SourceLine, Stack};
use crate::parse::page::{Claim, Page, Pos, Span};
use crate::parse::trigger::Trigger;
use crate::parse::{Dialect, hex};

pub(crate) const DIALECT: Dialect = Dialect {
    name: "clrstack",
    anchors: &["Child SP ", "Child-SP ", "ESP  ", "SP  ", "Caller, Callee"],
    triggers: &[
        Trigger::sure("child sp "),
        Trigger::sure("child-sp "),
        Trigger::sure("ESP  "),
        Trigger::sure("caller, callee"),
    ],
    read,
};

/// The most rows of one stack.
const LONGEST: usize = 20_000;
/// The most lines between two rows: parameters and locals, as `!clrstack -a` prints them.
const BETWEEN: usize = 40;

fn read(page: &Page<'_>, hit: Pos) -> Option<Claim> {
    if !is_header(page.text(hit.line)) {
        return None;
    }
    let mut frames = Vec::new();
    let mut first = None;
    let mut last = hit.line;
    while let Some((line, mut frame)) = next_row(page, last + 1).filter(|_| frames.len() < LONGEST) {
        frame.line = page.lines.get(line).map_or(0, |line| line.number);
        first = first.or(Some(line));
        last = line;
        frames.push(frame);
    }
    let first = first?;
    let span = Span {
        from: Pos { line: first, at: page.text(first).len() - page.text(first).trim_start().len() },
        to: Pos { line: last, at: page.text(last).trim_end().len() },
    };
    let heading = thread::above(page, hit.line);
    let stack = Stack { dialect: DIALECT.name, thread: heading.thread, faulting: heading.faulting, frames };
    Some(Claim::one(span, Kind::Stack(stack)))
}

/// `Child SP  IP  Call Site`, `ESP  EIP`, `SP  IP  Function`, `ChildEBP RetAddr  Caller, Callee`.
fn is_header(text: &str) -> bool {
    let words: Vec<&str> = text.split_whitespace().take(8).collect();
    match words.as_slice() {
        ["Child", "SP", "IP", ..] | ["Child-SP", "IP", ..] => true,
        ["ESP", "EIP"] | ["ESP/REG", "Object", ..] => words.len() == 2,
        ["SP", "IP", "Function", ..] | ["SP", "IP", "Method", ..] => true,
        ["ESP", "EIP", "Function" | "Method" | "Call", ..] => true,
        [_, _, "Caller,", "Callee", ..] | ["Child-SP", "RetAddr", ":", "Caller,", ..] => true,
        _ => false,
    }
}

/// The next row from `line` on.
fn next_row(page: &Page<'_>, line: usize) -> Option<(usize, Frame)> {
    for at in line..line + BETWEEN {
        let text = page.lines.get(at).map(|line| line.text().trim())?;
        if let Some(frame) = row(text) {
            return Some((at, frame));
        }
        let between = text.is_empty()
            || text.contains(" = ")
            || ["PARAMETERS:", "LOCALS:", "<no data>", "WARNING", "***", "====="]
                .iter()
                .any(|word| text.starts_with(word));
        if !between || is_header(text) {
            return None;
        }
    }
    None
}

/// Two addresses, then a method, a native symbol or a marker.
fn row(text: &str) -> Option<Frame> {
    let (len, _) = address(text)?;
    let rest = text[len..].trim_start();
    let (len, _) = address(rest)?;
    let frame = Frame { address: Some(prefixed(&rest[..len])), ..Frame::default() };
    let mut what = rest[len..].trim_start_matches([' ', '\t', ':']);
    let mut marked = false;
    // `[HelperMethodFrame: 0012f3d4] Ns.Type.Method()`, `[DEFAULT] [hasThis] Void Ns.Type.Method()`.
    while what.starts_with('[') {
        what = what[bracketed(what)?..].trim_start();
        marked = true;
    }
    if let Some(inner) = what.strip_prefix("(MethodDesc ") {
        // `+0x12` in .NET 1, `+ 0x12` in .NET Core.
        let (_, rest) = inner.split_once(' ')?;
        let (offset, name) = rest.strip_prefix('+')?.trim_start().split_once(' ')?;
        let digits = offset.trim_start_matches("0x");
        return Some(Frame { function: method(name), offset: Some(hex::concat(["0x", digits])), ..frame });
    }
    if let Some(symbol) = symbol::read(what).filter(|symbol| symbol.function.is_some()) {
        let mut symbol = symbol;
        if what[symbol.len..].starts_with('(') {
            let after = symbol.len + bracketed(&what[symbol.len..])?;
            symbol::read_offset(&what[after..], &mut symbol);
        }
        return Some(Frame {
            module: symbol.module,
            function: symbol.function,
            offset: symbol.offset,
            ..frame
        });
    }
    let function = method(what);
    if function.is_none() && !marked {
        return None;
    }
    Some(Frame { function, source: source(what), ..frame })
}

/// An address column of 8 or more digits.
fn address(text: &str) -> Option<(usize, usize)> {
    hex::word(text).filter(|(len, digits)| (8..=16).contains(digits) && text[*len..].starts_with([' ', '\t']))
}

fn prefixed(digits: &str) -> SmolStr {
    if digits.starts_with("0x") { digits.into() } else { hex::concat(["0x", digits]) }
}

/// The method in `Void Ns.Type.Method(System.String)`, without return type and arguments.
fn method(text: &str) -> Option<SmolStr> {
    let end = text.find('(')?;
    // Blanks inside generic brackets belong to the name.
    let mut depth = 0_usize;
    let begin = text[..end].char_indices().rev().find(|(_, char)| {
        match char {
            ']' | '>' => depth += 1,
            '[' | '<' => depth = depth.saturating_sub(1),
            _ => {}
        }
        *char == ' ' && depth == 0
    });
    let name = &text[begin.map_or(0, |(at, _)| at + 1)..end];
    (!name.is_empty()).then(|| name.into())
}

/// `[c:\src\Program.cs @ 12]` at the end of a row.
fn source(text: &str) -> Option<SourceLine> {
    let inner = text.trim_end().strip_suffix(']')?;
    let (file, line) = inner.get(inner.rfind(" [")? + 2..)?.rsplit_once('@')?;
    Some(SourceLine { file: file.trim().into(), line: line.trim().parse().ok()? })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::parse::Parser;

    fn stacks(text: &str) -> Vec<Stack> {
        let stack = |kind| match kind {
            Kind::Stack(stack) => Some(stack),
            _ => None,
        };
        Parser::default().parse(text).into_iter().filter_map(|piece| stack(piece.kind)).collect()
    }

    fn labels(text: &str) -> Vec<String> {
        let stacks = stacks(text);
        assert_eq!(stacks.len(), 1, "{text}");
        stacks[0].frames.iter().map(Frame::label).collect()
    }

    #[test]
    fn clrstack() {
        let text = "OS Thread Id: 0x1234 (0)\n        Child SP               IP Call Site\n\
                    000000000012e0a8 00007ff8a1b2c3d4 [HelperMethodFrame: 000000000012e0a8] \n\
                    000000000012e1f0 000007fe8c9d0abd A.Program.Main(System.String[]) [c:\\src\\P.cs @ 12]\n\ntext";
        assert_eq!(labels(text), ["0x00007ff8a1b2c3d4", "A.Program.Main"]);
        let stack = &stacks(text)[0];
        assert_eq!(stack.thread.as_deref(), Some("0x1234"));
        assert_eq!(stack.frames[1].source.as_ref().unwrap().line, 12);
    }

    #[test]
    fn with_parameters_and_locals() {
        let text = "ESP       EIP     \n0012f3d4 7c90e514 A.B.C(Int32)\n    PARAMETERS:\n        x (0x0012f3d8) = 0x00000001\n\n\
                    0012f400 00cb0123 A.B.D(System.Collections.Generic.List`1<System.String, X>)\n";
        assert_eq!(labels(text), ["A.B.C", "A.B.D"]);
    }

    #[test]
    fn the_first_runtimes_print_signatures() {
        let text = "ESP         EIP       \n0x0012f3d4  0x77f75a58 [FRAME: ECallMethodFrame] [DEFAULT] Void A.Thread.Sleep(I4)\n\
                    0x0012f3e4  0x77f75a59 [DEFAULT] Void A.Program.Main()\n";
        assert_eq!(labels(text), ["A.Thread.Sleep", "A.Program.Main"]);
    }

    #[test]
    fn tables_of_exceptions_and_dumpstack() {
        let text = "StackTrace (generated):\n    SP       IP       Function\n    0012F3D4 00CB0123 app!Ns.T.M()+0x1\n    \
                    0012F3E4 00CB0124 app_ni!Ns.T.Main(System.String[])+0x61\n\nStackTraceString: <none>";
        assert_eq!(labels(text), ["app!Ns.T.M", "app_ni!Ns.T.Main"]);
        assert_eq!(stacks(text)[0].frames[1].offset.as_deref(), Some("0x61"));
        let text = "ChildEBP RetAddr  Caller, Callee\n0012f3d4 7c90e514 (MethodDesc 0x9a2c2c +0x12 Ns.T.M(System.String)), calling w!F+0x12\n\
                    0012f3f4 7c90e516 mscorwks!CallDescrWorker+0x33, calling mscorwks!Foo\n";
        assert_eq!(labels(text), ["Ns.T.M", "mscorwks!CallDescrWorker"]);
        let text = "Child-SP         RetAddr          Caller, Callee\n\
                    00007FB9EFD54770 00007fb9952e7413 (MethodDesc 00007fb9954d11b8 + 0x73 Ns.T.M()), calling w!F\n";
        assert_eq!(labels(text), ["Ns.T.M"]);
    }

    #[test]
    fn a_table_without_rows_is_none() {
        assert!(stacks("Child SP  IP  Call Site\nnothing here").is_empty());
    }
}
