//! Stacks of symbols without address columns before them.
//!
//! ```text
//! ntoskrnl.exe!memset+0x64a                          Process Explorer
//! ntdll!RtlAllocateHeap+0x00000808                   UMDH; newer ones write +948D8 and (d:\x\new.cpp, 12)
//! 00 nt!KeBugCheckEx                                 kc: frame numbers only
//! [0x0]   nt!Foo + 0x12   0xfffff80012345678         WinDbg's stack window
//! STORE!EcRpc+0xd42(0x00000000, 0x0040EC1E)          arguments, also over several lines
//! UE4Editor_Core!FDebug::Fail() [d:\x.cpp:461]       Unreal Engine, whose last rows may be `ntdll` alone
//! 0  xul.dll!mozilla::Foo(int) [Foo.cpp:abc : 12 + 0x5]   breakpad; the registers between rows are skipped
//! a!b+0x1 -> c!d+0x2 -> e!f+0x3                      on one line, with or without arrows
//! ```
//!
//! A symbol is easily something else (`Form1!Text1`, `pubs!authors`), so a stack needs two rows at least and
//! evidence: offsets, modules with extension, decorated or scoped names, frame numbers that count, a module of
//! the system among them, names that are all functions', or a heading. Rows must hold nothing but the frame.

use super::bare_row::{self, Row};
use super::heading;
use crate::evidence::{Frame, Kind, Stack};
use crate::parse::Dialect;
use crate::parse::page::{Claim, Page, Pos, Span};
use crate::parse::text::is_blank;

pub(crate) const DIALECT: Dialect =
    Dialect { name: "bare", anchors: &["!", "+0x", " + 0x"], triggers: &[], read };

/// The most rows of one stack.
const LONGEST: usize = 5_000;
/// The most lines skipped between two rows: warnings, registers of a minidump walker.
const SKIPPED: usize = 12;
/// How many address rows may stand above the first symbol.
const LOOK_BACK: usize = 4;

fn read(page: &Page<'_>, hit: Pos) -> Option<Claim> {
    let first = bare_row::start(page, hit)?;
    let run = run(page, first);
    if run.frames.is_empty() {
        return None;
    }
    let end = run.end.max(Pos { line: hit.line, at: hit.at + 1 });
    if !run.is_stack(page) {
        return Some(Claim { pieces: Vec::new(), block: None, end });
    }
    let thread = heading::thread(page, run.first.line);
    let span = Span { from: run.first, to: run.end };
    let stack = Stack { dialect: DIALECT.name, thread, faulting: false, frames: run.frames };
    Some(Claim::one(span, Kind::Stack(stack)))
}

/// Consecutive rows, and what speaks for a stack.
struct Run {
    frames: Vec<Frame>,
    first: Pos,
    end: Pos,
    /// Frames that look like nothing else.
    strong: usize,
    /// Frame numbers that count up from row to row.
    counted: usize,
    /// Frames of modules that every Windows has.
    system: usize,
    /// Frames whose function has the length and the letters of one, in a module that holds no other kind of name.
    functions: usize,
    /// Frames that share their line with prose or other frames.
    inline: bool,
    arrows: bool,
    /// A symbol that is code of another kind: `Form1!Ctrl1.Text`, `rs!name`.
    doubtful: usize,
}

impl Run {
    fn is_stack(&self, page: &Page<'_>) -> bool {
        let count = self.frames.len();
        if count < 2 || self.doubtful * 2 > count {
            return false;
        }
        if self.inline {
            return count >= 3 && (self.strong * 4 >= count * 3 || self.arrows && self.system > 0);
        }
        self.strong * 2 >= count
            || self.counted + 1 >= count && (self.strong + self.system > 0 || count >= 4)
            || count >= 3 && (self.system > 0 || self.functions == count)
            || count >= 3 && heading::announces_stack(page, self.first.line)
    }

    fn add(&mut self, page: &Page<'_>, row: Row) {
        self.strong += usize::from(row.strong);
        self.system += usize::from(row.system);
        self.doubtful += usize::from(row.doubtful);
        self.functions += usize::from(!row.doubtful && is_function_name(row.frame.function.as_deref()));
        self.arrows |= row.arrow;
        let mut frame = row.frame;
        frame.line = page.lines.get(row.from.line).map_or(0, |line| line.number);
        self.frames.push(frame);
        self.end = row.end;
    }
}

/// `DMODInitReceiveAlloc`, `receive_allocate_proc`; columns and controls (`authors`, `Text1`, `A1`) are plainer.
fn is_function_name(name: Option<&str>) -> bool {
    let Some(name) = name else { return false };
    let joined = name.contains('_') || name.chars().skip(1).any(char::is_uppercase);
    let ends_in_number = name.ends_with(|c: char| c.is_ascii_digit());
    name.len() >= 8 && joined && !ends_in_number
}

fn run(page: &Page<'_>, first: Pos) -> Run {
    let mut run = Run {
        frames: Vec::new(),
        first,
        end: first,
        strong: 0,
        counted: 0,
        system: 0,
        functions: 0,
        inline: !page.text(first.line).get(..first.at).is_some_and(bare_row::is_lead),
        arrows: false,
        doubtful: 0,
    };
    let mut number = None;
    let mut next = Some(first);
    let mut double_spaced = false;
    while let Some(pos) = next.filter(|_| run.frames.len() < LONGEST) {
        let Some(row) = bare_row::read(page, pos) else { break };
        // A row that begins to count anew begins a new stack.
        let counts = matches!((number, row.number), (Some(before), Some(now)) if counts_on(before, now));
        if !run.frames.is_empty() && row.number.is_some() && !counts && number.is_some() {
            break;
        }
        if row.prose_follows && !(run.inline && row.strong && run.frames.len() >= 2) {
            break;
        }
        run.counted += usize::from(counts);
        number = row.number;
        let (end, more, last) = (row.end, row.more, row.prose_follows);
        run.add(page, row);
        if last {
            break;
        }
        next = if more {
            run.inline |= run.frames.len() == 1 && !is_blank(page.text(first.line));
            Some(end)
        } else {
            following(page, end.line + 1, run.frames.len() == 1, &mut double_spaced, number.is_some())
        };
    }
    if !run.frames.is_empty() {
        prepend_addresses(page, &mut run);
    }
    run
}

/// Whether the number `now` follows `before`, both read as hexadecimal: Process Hacker counts 9, 10, and WinDbg 9, a.
fn counts_on(before: u32, now: u32) -> bool {
    now == before + 1 || before & 0xF == 9 && now == before + 7
}

/// The next row's position: blank lines only where they stand between all rows, remarks are skipped.
fn following(
    page: &Page<'_>,
    line: usize,
    second: bool,
    double_spaced: &mut bool,
    counted: bool,
) -> Option<Pos> {
    let mut line = line;
    if is_blank(page.text(line)) && (second || *double_spaced || counted) {
        *double_spaced |= second;
        line += 1;
    }
    for skipped in line..line + SKIPPED {
        let text = page.text(skipped);
        if !bare_row::is_remark(text) {
            let at = text.len() - text.trim_start().len();
            return (!is_blank(text)).then_some(Pos { line: skipped, at });
        }
    }
    None
}

/// Rows above the first symbol that are nothing but an address: `0x00000000`, the callee of a wild jump.
fn prepend_addresses(page: &Page<'_>, run: &mut Run) {
    for _ in 0..LOOK_BACK {
        let Some(line) = run.first.line.checked_sub(1).filter(|_| !run.inline) else { return };
        let text = page.text(line);
        let pos = Pos { line, at: text.len() - text.trim_start().len() };
        let Some(row) = bare_row::read(page, pos).filter(|row| row.frame.address.is_some() && !row.more)
        else {
            return;
        };
        let mut frame = row.frame;
        frame.line = page.lines.get(line).map_or(0, |line| line.number);
        run.frames.insert(0, frame);
        run.first = pos;
    }
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
                Kind::Stack(stack) if stack.dialect == "bare" => {
                    Some(stack.frames.iter().map(Frame::label).collect())
                }
                _ => None,
            })
            .collect()
    }

    #[test]
    fn three_functions_without_offset_are_a_stack_and_three_columns_are_not() {
        let text = "it died in\n\n   snadmod!InitReceiveAlloc\n   wappc32!receive_allocate_proc\n   wappc32!ps_verb_router\n\nHelp";
        assert_eq!(stacks(text).len(), 1);
        assert!(stacks("   pubs!authors\n   pubs!titles\n   pubs!titleauthor\n").is_empty());
        assert!(stacks("   Form1!Text1\n   Form1!CommandButton2\n   Form1!Label3\n").is_empty());
    }

    #[test]
    fn process_explorer() {
        let text = "hangs:\n\nntoskrnl.exe!memset+0x64a\nmono.exe+0x1474\nntdll.dll!LdrInit+0xe\n\nAnd so on";
        assert_eq!(stacks(text), [["ntoskrnl.exe!memset", "mono.exe+0x1474", "ntdll.dll!LdrInit"]]);
    }

    #[test]
    fn frame_numbers_only() {
        let text = " # Call Site\n00 nt!KeBugCheckEx\n01 nt!KiDispatch\n02 foo!Bar\n\n00 nt!A\n01 foo!B\n";
        assert_eq!(stacks(text).len(), 2);
        assert_eq!(stacks("[0x0]   nt!Foo + 0x12   0xfffff80012345678   0xfffff80012345678\n[0x1]   nt!Bar + 0x3   0x1234567812345678   0x1234567812345678").len(), 1);
    }

    #[test]
    fn numbers_may_count_in_tens() {
        let rows: Vec<String> = (0..12).map(|row| format!("{row}, ntoskrnl.exe!Wait+0x{row}")).collect();
        assert_eq!(stacks(&rows.join("\n"))[0].len(), 12);
        assert_eq!(stacks("nt!KiSwapContext + 76\nnt!KiSwapThread + 3c8\nnt!KiServiceLinkage\n")[0].len(), 3);
    }

    #[test]
    fn umdh() {
        let text = "+ 10 ( 20 - 10) 1 allocs BackTrace1\n\n\tntdll! ?? ::FNODOBFM::`string'+948D8\n\
                    \tapp!operator new+1F (d:\\x\\new.cpp, 12)\n\tapp!main+2C\n";
        assert_eq!(stacks(text), [["ntdll!?? ::FNODOBFM::`string'", "app!operator new", "app!main"]]);
    }

    #[test]
    fn arguments_and_wrapped_names() {
        let text = "Function Name\n STORE!Ec+0x1e1(0x08C785AC, 0x00566467,\n 0x00000006)\n\
                    RPCRT4!?DispatchToStubWorker@RPC_INTERFACE@@AAEJPAU_RPC_MESSAGE@@IPAJ@Z+0xb\n0\n\
                    RPCRT4!?DispatchPacket@OSF_SCONNECTION@@QAEHPAUrpcconn_common@@IPAVOSF_ADDR\nESS@@@Z+0x91\n\
                     KERNEL32!Base+0x51\n";
        assert_eq!(
            stacks(text),
            [[
                "STORE!Ec",
                "RPCRT4!?DispatchToStubWorker@RPC_INTERFACE@@AAEJPAU_RPC_MESSAGE@@IPAJ@Z",
                "RPCRT4!?DispatchPacket@OSF_SCONNECTION@@QAEHPAUrpcconn_common@@IPAVOSF_ADDRESS@@@Z",
                "KERNEL32!Base"
            ]]
        );
    }

    #[test]
    fn one_line_arrows_bullets_and_tables() {
        assert_eq!(stacks("it ends in a!b+0x1 c!d+0x2 e!f+0x3 and more")[0].len(), 3);
        assert_eq!(stacks("nt!b -> foo!d -> foo!f -> foo!g")[0].len(), 4);
        assert_eq!(stacks("- a!b+0x1\n- c!d+0x2\n")[0].len(), 2);
        assert_eq!(stacks("| 0 | a!b+0x1 |\n| 1 | c!d+0x2 |\n")[0].len(), 2);
        assert_eq!(stacks("1. a!b+0x1\n2. c!d+0x2\n")[0].len(), 2);
    }

    #[test]
    fn unreal_and_breakpad() {
        let text = "UE4Editor_Core!FDebug::Fail() [d:\\a\\x.cpp:461]\nUE4Editor!Main() [d:\\y.cpp:3]\nkernel32\nntdll";
        assert_eq!(stacks(text)[0].len(), 4);
        let text = "Thread 0 (crashed)\n 0  xul.dll!mozilla::Foo(int) [Foo.cpp:abc : 12 + 0x5]\n    \
                    eip = 0x01   esp = 0x02\n    Found by: given as instruction pointer in context\n 1  ntdll.dll + 0x1234\n";
        assert_eq!(stacks(text), [["xul.dll!mozilla::Foo", "ntdll.dll+0x1234"]]);
    }

    #[test]
    fn other_texts_are_no_stacks() {
        for text in [
            "Form1!Ctrl1.Text = \"x\"\nForm1!Ctrl2.Text = \"y\"",
            "pubs!authors\npubs!titles\npubs!sales",
            "rs!au_lname\nrs!au_fname",
            "=Sheet1!A1\n=Sheet1!B2",
            "f730972e e81d250000 call ibmsync!READ_PORT_UCHAR\nf7309733 8ad8 mov bl,al",
            "It fails in ntdll!RtlFreeHeap+0x12 when the heap is damaged.",
            "The call stack ends in either:\n\n   win32k!HMMark\n\n   win32k!HMAlloc\n\nIt",
            "dd nt!MmSpecialPoolTag\ndd nt!MmEnableKStackPool",
            "kernel32!CreateFileW, kernel32!ReadFile, kernel32!CloseHandle are hooked",
            "mov eax,[ebx+0x10]\nmov ecx,[ebx+0x14]",
        ] {
            assert!(stacks(text).is_empty(), "{text}");
        }
    }
}
