//! Stacks of the .NET runtime and of Mono.
//!
//! ```text
//!    at System.IO.File.Open(String path, FileMode mode) in C:\x\file.cs:line 12
//!    bei System.IO.File.Open(String path) in C:\x\file.cs:Zeile 12.           as does every language .NET speaks
//!   at System.Foo.Bar (System.String path) [0x00012] in /path/file.cs:12      Mono
//!   at (wrapper managed-to-native) System.Foo:Bar (intptr)                    Mono, a call into native code
//! Pilha: em A.B.C(System.String) em A.B.D()                                   flattened, as event XML has it
//! --- End of inner exception stack trace ---                                  a remark: no frame
//! ```
//!
//! Java, JavaScript and Python write `at` too; their frames name a file in the brackets (`Bar.java:12`,
//! `file.js:1:2`), or nothing that could be an argument list, and are no evidence of a Windows crash.

use super::heading;
use super::managed_frame::{self, Read};
use super::{push, rows};
use crate::evidence::{Frame, Kind, Stack};
use crate::parse::Dialect;
use crate::parse::page::{Claim, Page, Pos, Span};
use crate::parse::text::{is_blank, position};
use crate::parse::trigger::{self, Trigger};

pub(crate) const DIALECT: Dialect = Dialect {
    name: "managed",
    anchors: &[
        "at ", " bei ", " à ", " em ", " в ", " w ", " en ", "   in ", "場所 ", "在 ", "위치: ", " vid ",
        " ved ", "   v ", " konum: ", " bij ", "於 ",
    ],
    triggers: &[
        Trigger::checked(" at ", trigger::managed),
        Trigger::checked("\tat ", trigger::managed),
        Trigger::checked("\nat ", trigger::managed),
        Trigger::checked(">at ", trigger::managed),
        Trigger::checked(" bei ", trigger::managed),
        Trigger::checked(" à ", trigger::managed),
        Trigger::checked(" em ", trigger::managed),
        Trigger::checked(" в ", trigger::managed),
        Trigger::checked("   w ", trigger::managed),
        Trigger::checked(" en ", trigger::managed),
        Trigger::checked("   in ", trigger::managed),
        Trigger::checked("場所 ", trigger::managed),
        Trigger::checked("在 ", trigger::managed),
        Trigger::checked("위치: ", trigger::managed),
        Trigger::checked(" vid ", trigger::managed),
        Trigger::checked(" ved ", trigger::managed),
        Trigger::checked("   v ", trigger::managed),
        Trigger::checked(" konum: ", trigger::managed),
        Trigger::checked(" bij ", trigger::managed),
        Trigger::checked("於 ", trigger::managed),
    ],
    read,
};

/// The most rows of one stack; a stack overflow repeats its frames ten thousand times.
const LONGEST: usize = 20_000;
/// The most lines skipped between two rows.
const SKIPPED: usize = 3;

fn read(page: &Page<'_>, hit: Pos) -> Option<Claim> {
    let text = page.text(hit.line);
    let blanks = page.rest(hit).len() - page.rest(hit).trim_start().len();
    let first = Pos { at: hit.at + blanks, ..hit };
    let before = text.get(..first.at)?;
    let starts_line = managed_frame::is_lead(before);
    if !starts_line && !before.ends_with([' ', '\t', '>', ':', '"', '\'', '|']) {
        return None;
    }
    let word = managed_frame::keyword(page.rest(first))?;
    let run = run(page, first, word)?;
    // A frame in prose is a mention; a flattened stack has several.
    let enough = match run.frames.len() {
        1 => starts_line && (run.sourced || after_exception(page, first.line)),
        2 => starts_line || run.sourced || after_exception(page, first.line + 1),
        _ => true,
    };
    if !enough {
        return Some(Claim { pieces: Vec::new(), block: None, end: run.end });
    }
    let thread = heading::thread(page, first.line);
    let stack = Stack { dialect: DIALECT.name, thread, faulting: false, frames: run.frames };
    Some(Claim::one(Span { from: first, to: run.end }, Kind::Stack(stack)))
}

/// Whether the lines above, or the line's own beginning, name an exception.
fn after_exception(page: &Page<'_>, line: usize) -> bool {
    (line.saturating_sub(3)..=line).any(|line| {
        let text = page.text(line);
        ["Exception", "exception", "Error:", "Stack", "Unhandled"]
            .iter()
            .any(|word| position(text, word).is_some())
    })
}

struct Run {
    frames: Vec<Frame>,
    /// A row names source file and line, or what only Mono prints.
    sourced: bool,
    end: Pos,
}

/// The frames from `first` on; each begins with the same word.
fn run(page: &Page<'_>, first: Pos, word: &str) -> Option<Run> {
    let mut run = Run { frames: Vec::new(), sourced: false, end: first };
    let mut pos = first;
    while run.frames.len() < LONGEST
        && let Some(read) = managed_frame::read(page, pos, word, !run.frames.is_empty())
    {
        let Read { mut frame, sourced, end } = read;
        frame.line = page.lines.get(pos.line).map_or(0, |line| line.number);
        run.sourced |= sourced;
        push(&mut run.frames, frame);
        run.end = end;
        let Some(next) = following(page, pos, end, word) else { break };
        pos = next;
    }
    (!run.frames.is_empty()).then_some(run)
}

/// Where the next frame's word stands: on the same line, or on one of the next.
///
/// A logger puts a time or a tag before every line: then the word stands where it stood before, at `pos`.
fn following(page: &Page<'_>, pos: Pos, end: Pos, word: &str) -> Option<Pos> {
    let rest = page.rest(end);
    let trimmed = managed_frame::skip_remark(rest);
    if !trimmed.is_empty() {
        return trimmed
            .strip_prefix(word)
            .is_some_and(|after| after.starts_with(' '))
            .then(|| Pos { at: end.at + rest.len() - trimmed.len(), ..end });
    }
    let mut blank = false;
    for line in end.line + 1..=end.line + 1 + SKIPPED {
        let text = page.text(line);
        let same_column = text.get(pos.at..).is_some_and(|rest| managed_frame::keyword(rest) == Some(word));
        if same_column {
            return Some(Pos { line, at: pos.at });
        }
        let body =
            rows::prefix(text).trim_start_matches(|c: char| c.is_whitespace() || "|*-`\"'>".contains(c));
        let at = text.len() - body.len();
        if body.starts_with(word) && body[word.len()..].starts_with(' ') {
            return Some(Pos { line, at });
        }
        let remark = managed_frame::skip_remark(text.trim_start());
        if remark.len() < text.trim_start().len() {
            let at = text.len() - remark.len();
            if remark.starts_with(word) {
                return Some(Pos { line, at });
            }
            continue;
        }
        // One blank line: a double-spaced paste.
        if !is_blank(text) || blank {
            return None;
        }
        blank = true;
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::parse::Parser;

    fn stacks(text: &str) -> Vec<Vec<String>> {
        Parser::default()
            .parse(text)
            .iter()
            .filter_map(|piece| match &piece.kind {
                Kind::Stack(stack) => Some(stack.frames.iter().map(Frame::label).collect()),
                _ => None,
            })
            .collect()
    }

    #[test]
    fn frames_with_and_without_source() {
        let text = "System.IO.IOException: no\n   at System.IO.File.Open(String path, FileMode mode)\n   \
                    at A.Program.Main(String[] args) in C:\\my code\\file.cs:line 12\n";
        assert_eq!(stacks(text), [["System.IO.File.Open", "A.Program.Main"]]);
        let found = Parser::default().parse(text);
        let Kind::Stack(stack) = &found[0].kind else { panic!() };
        let source = stack.frames[1].source.as_ref().unwrap();
        assert_eq!((source.file.as_str(), source.line), ("C:\\my code\\file.cs", 12));
    }

    #[test]
    fn constructors_in_braces() {
        let text = "Exception Info: System.X\nat A.B.Load(UInt16*)\nat <Module>.CInit.{ctor}(CInit*, Void ())\nat <Module>.?A0x7.Go()\n";
        assert_eq!(stacks(text), [["A.B.Load", "<Module>.CInit.{ctor}", "<Module>.?A0x7.Go"]]);
    }

    #[test]
    fn other_languages() {
        for text in [
            "   bei A.B.C(String x) in C:\\x.cs:Zeile 12.\n   bei A.B.D()",
            "   à A.B.C(String x) dans C:\\x.cs:ligne 12\n   à A.B.D()",
            "   em A.B.C(String x) na C:\\x.cs:linha 12\n   em A.B.D()",
            "   в A.B.C(String x) в C:\\x.cs:строка 12\n   в A.B.D()",
            "   w A.B.C(String x) w C:\\x.cs:wiersz 12\n   w A.B.D()",
            "   en A.B.C(String x) en C:\\x.cs:línea 12\n   en A.B.D()",
            "   in A.B.C(String x) in C:\\x.cs:riga 12\n   in A.B.D()",
            "   場所 A.B.C(String x) 場所 C:\\x.cs:行 12\n   場所 A.B.D()",
            "   在 A.B.C(String x) 位置 C:\\x.cs:行号 12\n   在 A.B.D()",
        ] {
            assert_eq!(stacks(text), [["A.B.C", "A.B.D"]], "{text}");
        }
    }

    #[test]
    fn mono() {
        let text = "  at System.Foo.Bar (System.String path) [0x00012] in <ab12>:0 \n  \
                    at (wrapper managed-to-native) System.Foo:Baz (intptr)\n  at <unknown> <0xffffffff>\n  \
                    at A.B.C () <0x0001f>\n";
        assert_eq!(stacks(text), [["System.Foo.Bar", "System.Foo:Baz", "?", "A.B.C"]]);
    }

    #[test]
    fn inner_exceptions_are_one_stack() {
        let text = "   at A.B.C()\n   --- End of inner exception stack trace ---\n   at A.B.D()\n\
                    --- End of stack trace from previous location where exception was thrown ---\n   at A.B.E()\n";
        assert_eq!(stacks(text)[0].len(), 3);
    }

    #[test]
    fn a_logger_before_every_line() {
        let text = "2021-01-01 10:00:00.123 ERROR    at A.B.C(String x)\n2021-01-01 10:00:00.123 ERROR    at A.B.D()";
        assert_eq!(stacks(text), [["A.B.C", "A.B.D"]]);
        let text = "I/Mono( 1234):   at A.B.C (System.String x) [0x00000] in <x>:0\nI/Mono( 1234):   at A.B.D () [0x00000] in <x>:0";
        assert_eq!(stacks(text), [["A.B.C", "A.B.D"]]);
    }

    #[test]
    fn functions_without_type_stand_between_others() {
        let text = "   at A.B.C()\n   at lambda_method(Closure , Object )\n   at A.B.D()\n   at _Main()";
        assert_eq!(stacks(text), [["A.B.C", "lambda_method", "A.B.D", "_Main"]]);
    }

    #[test]
    fn flattened() {
        let text = "Stack: at A.B.C(System.String) at A.B.D() in c:\\x y\\z.cs:line 3 at A.B.E() and so on";
        assert_eq!(stacks(text), [["A.B.C", "A.B.D", "A.B.E"]]);
    }

    #[test]
    fn wrapped_arguments_and_names() {
        let text = "   at A.B.C(String first,\nString second)\n   at System.Windows.Forms.\nControl.WndProc(Message& m)\n   at A.D()";
        assert_eq!(stacks(text), [["A.B.C", "System.Windows.Forms.Control.WndProc", "A.D"]]);
    }

    #[test]
    fn names_of_the_compiler_and_generics() {
        let text = "   at A.<>c__DisplayClass1_0.<Main>b__0(Int32 x)\n   at System.Collections.Generic.List`1.get_Item(Int32 i)\n   \
                    at A.B.<Run>d__3`1.MoveNext()\n   at A..ctor()\n   at A.F[T](T x)\n   at A.G[[System.__Canon, mscorlib]](System.__Canon)";
        assert_eq!(
            stacks(text)[0],
            [
                "A.<>c__DisplayClass1_0.<Main>b__0",
                "System.Collections.Generic.List`1.get_Item",
                "A.B.<Run>d__3`1.MoveNext",
                "A..ctor",
                "A.F[T]",
                "A.G[[System.__Canon, mscorlib]]"
            ]
        );
    }

    #[test]
    fn other_runtimes_and_prose_are_none() {
        for text in [
            "\tat com.foo.Bar.baz(Bar.java:12)\n\tat com.foo.Bar.main(Native Method)\n\tat a.b.C(Unknown Source)",
            "    at foo (file.js:1:2)\n    at Object.<anonymous> (/x/y.js:3:4)\n    at new Foo (http://a/b.js:1:2)",
            "    at Foo.bar (C:\\x\\y.js:3:4)\n    at Module._compile (module.js:652:30)",
            "Look at Foo.Bar() and at Foo.Baz() first",
            "at the end (of the line)\nat last (again)",
        ] {
            assert!(stacks(text).is_empty(), "{text}");
        }
    }
}
