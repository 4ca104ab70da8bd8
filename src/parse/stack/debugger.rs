//! Stacks whose rows begin with address columns: WinDbg, KD, NTSD, CDB and Dr. Watson.
//!
//! - k: `0184eef0 7615dff2 localspl!SplDriverEvent+0x21`
//! - kb, old: `0ab1fcfc 00510cc7 cffa119e 07ad9838 0069578c EMSMTA!otpmralt+0x25`
//! - kv: `0055406c 770692be 005540e4 76f49482 00081cd8 win32u!NtUserDispatchMessage+0xc (FPO: [1,0,0])`
//! - kn, 64 bit: `01 00000000`0a48fb50 00000001`40086783 GenBroker64+0x8a9fc`
//! - kb, 64 bit: `00000000`0012f8e0 00000000`77e52236 : 00000000`00000000 ... : mod!fn+0x1`
//! - Dr. Watson: `0060f76c 775871a0 0060f780 7758cb38 0060ff5c 00650067 user32!wvsprintfW`
//! - Alpha, MIPS: `807b2580 8071e500 : ntkrnlmp!DbgBreakPoint`
//! - inline: `05 (Inline) -------- dxgmms1!VidSchiReportHwHang`
//!
//! Rows may be wrapped, and many rows may stand on one line. Disassembly, register and memory dumps have
//! columns too; what they lack is a symbol right after at least two addresses. A raw stack (`dds`) has
//! even that, but its addresses advance by the size of a pointer.

use super::header::{self, Header};
use super::rows::{self, Head};
use super::{push, row_body, row_start, symbol, thread};
use crate::evidence::{Frame, Kind, Stack};
use crate::parse::page::{Claim, Page, Piece, Pos, Span};
use crate::parse::text::{begins_with, is_blank, trim};
use crate::parse::trigger::{self, Trigger};
use crate::parse::{Dialect, hex};

pub(crate) const DIALECT: Dialect = Dialect {
    name: "debugger",
    anchors: &["!", "+0x", "retaddr", "returnad", "return-ra", "frameptr", "child-sp", "childebp"],
    triggers: &[
        Trigger::checked("!", trigger::symbol),
        Trigger::checked("+", trigger::offset),
        Trigger::sure("retaddr"),
        Trigger::sure("returnad"),
        Trigger::sure("return-a"),
        Trigger::sure("frameptr"),
        Trigger::sure("child-sp"),
        Trigger::sure("childebp"),
    ],
    read,
};

/// The most rows of one stack: debuggers stop at 65,535, and recursion goes that deep.
const MOST_ROWS: usize = 65_536;

fn read(page: &Page<'_>, hit: Pos) -> Option<Claim> {
    let (start, header) = match header::at(page, hit) {
        Some(header) => match first_row_below(page, hit, &header) {
            Some(start) => (start, Some(header)),
            // A header without rows, read once for all of its words.
            None => {
                let end = Pos { line: header.line, at: header.end };
                return Some(Claim { pieces: Vec::new(), block: None, end });
            }
        },
        None => (row_start::of(page, hit)?, None),
    };
    let header = header.or_else(|| header::above(page, start));
    let rows = collect(page, start, header.as_ref())?;
    if !rows.are_stack(header.is_some()) {
        return rows.are_raw().then(|| Claim { pieces: Vec::new(), block: None, end: rows.end });
    }
    let span = Span { from: start, to: rows.end };
    let heading = thread::above(page, start.line);
    let kind = Kind::Stack(Stack {
        dialect: DIALECT.name,
        thread: heading.thread,
        faulting: heading.faulting,
        frames: rows.frames,
    });
    Some(Claim { pieces: vec![Piece { span, kind }], block: None, end: span.to })
}

/// The first row at or after the end of a header.
fn first_row_below(page: &Page<'_>, hit: Pos, header: &Header) -> Option<Pos> {
    let same = page.rest(Pos { line: hit.line, at: header.end });
    if let Some((at, _)) = row_in(same) {
        return Some(Pos { line: hit.line, at: header.end + at });
    }
    for line in header.line + 1..header.line + 6 {
        let text = page.text(line);
        if let Some((at, _)) = row_in(text) {
            return Some(Pos { line, at });
        }
        // Blank lines, the rest of a wrapped header, a warning, an elision; anything else ends the search.
        let text = trim(text);
        let passable =
            text.is_empty() || is_remark(text) || header::WORDS.iter().any(|word| begins_with(text, word));
        if !passable && line > header.line + 1 {
            return None;
        }
    }
    None
}

/// Offset of a row that a line consists of, or that follows a remark on it, and its head.
fn row_in(text: &str) -> Option<(usize, Head<'_>)> {
    let after_remark = remark_len(text);
    let head = rows::head(&text[after_remark..])?;
    head.begins_row().then(|| (after_remark + head.start, head.at_its_start()))
}

/// The rows of a stack, and what tells whether they are one.
struct Rows<'p> {
    frames: Vec<Frame>,
    /// Where the last one ends.
    end: Pos,
    /// One of them has a symbol.
    named: bool,
    /// One of them has arguments.
    wide: bool,
    /// All of them have two columns.
    narrow: bool,
    /// The first column of the last one.
    pointer: Option<&'p str>,
    /// How often, while narrow, the first column advances, and how often by the size of a pointer.
    steps: usize,
    raw_steps: usize,
}

/// Rows from `start` on, as far as they go.
fn collect<'p>(page: &'p Page<'_>, start: Pos, header: Option<&Header>) -> Option<Rows<'p>> {
    let mut rows = Rows {
        frames: Vec::new(),
        end: start,
        named: false,
        wide: false,
        narrow: true,
        pointer: None,
        steps: 0,
        raw_steps: 0,
    };
    let return_first = header.is_some_and(|header| header.return_first);
    let mut width = header.and_then(|header| header.width);
    let mut last_number = None;
    let mut next = Some((start, None));
    let mut plain = rows::plain(page.rest(start));
    while let Some((from, head)) = next.filter(|_| rows.frames.len() < MOST_ROWS) {
        if let Some(columns) = plain.take()
            && let Some(symbol) = row_body::plain(page, from.line, columns.rest)
        {
            // The row is nothing but plain columns and a symbol with its offset, as most are.
            let address = if return_first { columns.first } else { columns.second };
            let line = page.lines.get(from.line).map_or(0, |line| line.number);
            let end = Pos { at: page.text(from.line).len(), ..from };
            let frame = symbol.frame(Some(hex::address(address)), line);
            rows.add(frame, columns.count, Some(columns.first), end);
            last_number = None;
            width = width.or(Some(columns.count).filter(|columns| *columns > 2));
            let below = Pos { line: from.line + 1, at: 0 };
            plain = rows::plain(page.text(below.line));
            if plain.is_some() {
                next = Some((below, None));
                continue;
            }
        } else {
            let Some(head) = head.or_else(|| rows::head(page.rest(from))) else { break };
            // Numbering that begins anew is another stack.
            if head.number == Some(0) && last_number > Some(0) {
                break;
            }
            let Some((frame, end)) = read_row(page, from, &head, width, header) else { break };
            rows.add(frame, head.columns, head.first, end);
            last_number = head.number;
            width = width.or(Some(head.columns).filter(|columns| *columns > 2));
        }
        next = next_row(page, rows.end, width).map(|(from, head)| (from, Some(head)));
        plain = next.as_ref().and_then(|(from, _)| rows::plain(page.rest(*from)));
    }
    (!rows.frames.is_empty()).then_some(rows)
}

/// The row at a place, and where it ends.
fn read_row(
    page: &Page<'_>,
    from: Pos,
    head: &Head<'_>,
    width: Option<usize>,
    header: Option<&Header>,
) -> Option<(Frame, Pos)> {
    let missing = width.map_or(0, |width| width.saturating_sub(head.columns));
    let body = row_body::read(page, Pos { line: from.line, at: from.at + head.len }, missing);
    // Columns alone are a row only where another row follows.
    if !body.named
        && (head.columns < 2
            || !is_blank(page.rest(Pos { line: from.line, at: from.at + head.len }))
            || !row_follows(page, from.line))
    {
        return None;
    }
    let address = if header.is_some_and(|header| header.return_first) { head.first } else { head.second };
    let mut frame = body.frame;
    frame.line = page.lines.get(from.line)?.number;
    if let Some(address) = address.or(head.first) {
        frame.address = Some(hex::address(address));
    }
    let end = if body.named { body.end } else { Pos { line: from.line, at: page.text(from.line).len() } };
    Some((frame, end))
}

fn row_follows(page: &Page<'_>, line: usize) -> bool {
    let next = page.text(line + 1);
    rows::head(next).is_some_and(|head| head.begins_row() && symbol_follows(&next[head.len..]))
}

fn symbol_follows(rest: &str) -> bool {
    symbol::read(rest.trim_start()).is_some()
}

/// Where the next row begins after the end of one, and its head.
fn next_row<'p>(page: &'p Page<'_>, end: Pos, width: Option<usize>) -> Option<(Pos, Head<'p>)> {
    let rest = page.rest(end);
    if !is_blank(rest) {
        let after = remark_len(rest);
        let left = &rest[after..];
        if let Some(head) = rows::head(left) {
            // Two rows fused on one line; or the columns of the next row, cut by the line end.
            let tail = is_blank(&left[head.len..]);
            let cut = tail
                && width.is_some_and(|width| head.columns < width)
                && rows::head(page.text(end.line + 1)).is_some();
            if cut || (head.begins_row() && (tail || symbol_follows(&left[head.len..]))) {
                let at = end.at + after + head.start;
                return Some((Pos { line: end.line, at }, head.at_its_start()));
            }
        }
        if !is_row_tail(left) {
            return None;
        }
    }
    let mut blank = 0;
    for line in end.line + 1..end.line + 8 {
        let text = page.text(line);
        if let Some((at, head)) = row_in(text) {
            return Some((Pos { line, at }, head));
        }
        if text.trim_matches([' ', '\t', '*', '`', '|']).is_empty() {
            blank += 1;
        } else if !is_remark(text) {
            return None;
        }
        if blank > 1 || line >= page.lines.len() {
            return None;
        }
    }
    None
}

/// What may follow a symbol on its line without being part of it.
fn is_row_tail(rest: &str) -> bool {
    is_blank(trim(rest).trim_matches(['*', '`', '|', '\\', ';', ',', '"', '\'']))
        || rest.trim_start().starts_with("//")
}

/// Lines between rows that are no rows: warnings, elisions.
fn is_remark(text: &str) -> bool {
    let text = trim(text);
    ["warning:", "*** ", "following frames", "(fpo:"].iter().any(|start| begins_with(text, start))
        || (text.len() <= 6 && !text.is_empty() && text.chars().all(|c| matches!(c, '.' | '…')))
}

/// Length of a remark that a row or a header shares its line with:
/// `WARNING: Frame IP not in any known module. Following frames may be wrong.`
fn remark_len(text: &str) -> usize {
    // What nearly every line begins with, and no remark does.
    if text.bytes().next().is_none_or(|byte| byte.is_ascii_hexdigit()) {
        return 0;
    }
    let trimmed = text.trim_start();
    if !trimmed.starts_with("WARNING:") {
        return 0;
    }
    let end =
        ["may be wrong.", "may be wrong"].iter().find_map(|end| trimmed.find(end).map(|at| at + end.len()));
    end.map_or(0, |end| text.len() - trimmed.len() + end)
}

impl<'p> Rows<'p> {
    #[inline(always)]
    fn add(&mut self, frame: Frame, columns: usize, pointer: Option<&'p str>, end: Pos) {
        self.named |= frame.module.is_some() || frame.function.is_some();
        self.wide |= columns >= 4;
        self.narrow &= columns == 2;
        if self.narrow
            && let Some((this, next)) = self.pointer.zip(pointer)
            && let Some(step) = step(this, next)
        {
            self.steps += 1;
            self.raw_steps += usize::from(step == if this.len() > 8 { 8 } else { 4 });
        }
        self.pointer = pointer;
        push(&mut self.frames, frame);
        self.end = end;
    }

    /// Whether they are a call stack.
    fn are_stack(&self, header: bool) -> bool {
        self.named && (header || (self.frames.len() > 1 || self.wide) && !self.are_raw())
    }

    /// Whether the first column advances by the size of a pointer: `dds`, `dps`, `dqs` print memory, not frames. They have no
    /// header either, whereas a stack may begin `0012f0a0 7c90e9ab ntdll!KiFastSystemCallRet`, `0012f0a4 ...`.
    fn are_raw(&self) -> bool {
        self.narrow && self.raw_steps * 2 > self.steps
    }
}

/// How far one column is above another.
fn step(this: &str, next: &str) -> Option<u64> {
    hex::value(next)?.checked_sub(hex::value(this)?)
}

#[cfg(test)]
mod tests {
    use crate::Parser;
    use crate::evidence::{Kind, Stack};

    fn stacks(text: &str) -> Vec<Stack> {
        let stack = |kind| match kind {
            Kind::Stack(stack) if stack.dialect == "debugger" => Some(stack),
            _ => None,
        };
        Parser::default().parse(text).into_iter().filter_map(|piece| stack(piece.kind)).collect()
    }

    /// The frames of the only stack, as `Module!Function+0x1`.
    fn frames(text: &str) -> Vec<String> {
        let stacks = stacks(text);
        assert_eq!(stacks.len(), 1, "{text}");
        let label = |frame: &crate::evidence::Frame| {
            let offset = frame.offset.as_deref().filter(|_| frame.function.is_some());
            frame.label() + &offset.map(|offset| format!("+{offset}")).unwrap_or_default()
        };
        stacks[0].frames.iter().map(label).collect()
    }

    #[test]
    fn every_layout_gives_the_same_frames() {
        for text in [
            "ChildEBP RetAddr\n0ab1fcfc 00510cc7 A!f+0x25\n0ab1fd4c 004dfe5a B!g+0x7",
            "0ab1fcfc 00510cc7 cffa119e 07ad9838 0069578c A!f+0x25 (FPO: [2,0,4])\n0ab1fd4c 004dfe5a 00000001 00000002 00000003 B!g+0x7",
            " # Child-SP          RetAddr           Call Site\n00 00000000`0ab1fcfc 00000000`00510cc7 A!f+0x25\n01 00000000`0ab1fd4c 00000000`004dfe5a B!g+0x7",
            "00000000`0ab1fcfc 00000000`00510cc7 : 00000000`00000000 00000000`00000001 : A!f+0x25\n00000000`0ab1fd4c 00000000`004dfe5a : 00000000`00000000 00000000`00000001 : B!g+0x7",
            "Callee-SP Return-RA  Call Site\n\n 807b2580 8071e500 : A!f+0x25\n 807b2590 806ddccc : B!g+0x7",
            "ChildEBP RetAddr\n0ab1fcfc 00510cc7 A!f(char * a = 0x00000001 \"x\", int b = 0n5)+0x25 [d:\\x y\\f.cxx @ 12]\n0ab1fd4c 004dfe5a B!g+0x7",
        ] {
            assert_eq!(frames(text), ["A!f+0x25", "B!g+0x7"], "{text}");
        }
    }

    #[test]
    fn a_flattened_stack_between_prose_ends_with_its_last_symbol() {
        let text = "like this: FramePtr RetAddr Param1 Param2 Param3 Function Name 0ab1fcfc 00510cc7 cffa119e 07ad9838 \
                    0069578c A!f+0x25 0ab1fd4c 004dfe5a 00000034 08564d01 0786a290 B!g+0x51 In addition, the MTA stops";
        assert_eq!(frames(text), ["A!f+0x25", "B!g+0x51"]);
    }

    #[test]
    fn wrapped_names_arguments_and_offsets_are_joined() {
        let text = "FramePtr  RetAddr   Param1   Param2   Param3   Function Name\n\
            0184fb0c  77f26bc3  00000409 00000001 00030002\nKERNEL32!CompareStringW+0x105\n\
            0184fb81  02025925  002dff00 0184fbdc 002dfcc4\nMAD!CRecip::Sc+0x306(0x002DFF00, 0x0184FBDC,\n0x002DFCC4)\n\
            0184fb90  02025925  002dff00 0184fbdc 002dfcc4\nRPCRT4!?DealWith@LRPC@@QAEXPAT_MESSAGE\n@@0@Z+\n0xc019\n\
            06dbffb8  77f04f3f  00000001 00000000 00000000 l\nocalspl!PortThread (FPO: Non-FPO\n[1,140,3])\n";
        assert_eq!(
            frames(text),
            [
                "KERNEL32!CompareStringW+0x105",
                "MAD!CRecip::Sc+0x306",
                "RPCRT4!?DealWith@LRPC@@QAEXPAT_MESSAGE@@0@Z+0xc019",
                "localspl!PortThread"
            ]
        );
    }

    #[test]
    fn rows_without_a_symbol_are_frames() {
        let text = "ChildEBP RetAddr\n024dff1c 01ffaf06 0x024dff54\n024dff50 01fee05a S!d<nosymbols>\n\
                    024dff60 01fee05a S!<nosymbols>\n024dff78 01fee05a vbscript+0x36ad";
        let stack = &stacks(text)[0];
        let parts: Vec<_> =
            stack.frames.iter().map(|frame| (frame.module.as_deref(), frame.function.is_some())).collect();
        assert_eq!(
            (parts[0], parts[2], parts[3]),
            ((None, false), (Some("S"), false), (Some("vbscript"), false))
        );
    }

    #[test]
    fn two_frames_fused_on_one_row_are_two() {
        let text = "ChildEBP RetAddr WARNING: Frame IP not in any known module. Following frames may be wrong.\n\
                    0184e434 7c830b10 0×184e5bf 0184e51c 7c81f832 ntdll!RtlGet+0×15b\n0184e5f8 7c83b1dd ntdll!RtlAlloc+0xc6a";
        assert_eq!(frames(text), ["0x7c830b10", "ntdll!RtlGet+0x15b", "ntdll!RtlAlloc+0xc6a"]);
    }

    #[test]
    fn decorated_names_cut_before_their_last_letters_go_on() {
        let text = "FramePtr  RetAddr   Param1   Param2   Param3   Function Name\n\
            0184fb0c  77f26bc3  00000409 00000001 00030002\n\nR!?A@W@@AAEJPAU_M@@IPAJ@\nZ+0 xb(UKNOWN FPO TYPE)\n\
            0184fb81  02025925  002dff00 0184fbdc 002dfcc4\nR!?B@W@@QAEJPAPAV_C\n @@PAV W_B@@@Z+0x6(UKNOWN FPO\nTYPE)\n\
            0184fb90  02025925  002dff00 0184fbdc 002dfcc4 R!f+0x38001545f0 062effec\nR!g+0x2\n";
        assert_eq!(
            frames(text),
            ["R!?A@W@@AAEJPAU_M@@IPAJ@Z+0xb", "R!?B@W@@QAEJPAPAV_C@@PAV W_B@@@Z+0x6", "R!f+0x38", "R!g+0x2"]
        );
    }

    #[test]
    fn elided_arguments_and_soft_breaks_are_read_over() {
        let text = "ChildEBP RetAddr  Args to Child\n0012f0a0 7c90e9ab ... ntdll!KiFastSystemCallRet\n\
                    0012f0a4 7c8094e2 ... ntdll!ZwWait+0xc";
        assert_eq!(frames(text), ["ntdll!KiFastSystemCallRet", "ntdll!ZwWait+0xc"]);
        let text = "fffff880`0372f9b8 fffff800`02c9a1e9 : 00000000`0000000a 00000000`00000018 : n=\nt!KiBug+0x69\n\
                    fffff880`0372f9c0 fffff800`02c98e60 : 00000000`00000000 00000000`00000000 : nt!KiSystem+0x7c";
        assert_eq!(frames(text), ["nt!KiBug+0x69", "nt!KiSystem+0x7c"]);
    }

    #[test]
    fn columns_on_the_line_above_are_no_offsets_into_this_one() {
        for text in [
            "0ab1fcfc 0051\u{fffd}0cc7\n\u{e9}\u{e9} a!b+0x1",
            "000@0001\u{fffd}400ae888  00007ffb`f27e`010 A!b",
        ] {
            stacks(text);
        }
    }

    #[test]
    fn plain_rows_and_others_take_turns() {
        let text = "ChildEBP RetAddr\n009fdd0c 71a32520 C!f+0x25\n009fdd1c 71a32520 C!g+0x2\n(FPO: [2,0,4])\n\
                    009fdd2c 71a32520 C!h::i+0x2\n\n009fdd3c 71a32520 C!j<k>+0x2\n009fdd4c 71a32520 C!l+0x\n2f\n\
                    009fdd5c 71a32520 C!nosymbols+0x3\n009fdd6c 71a32520 C!m+0x4";
        assert_eq!(
            frames(text),
            ["C!f+0x25", "C!g+0x2", "C!h::i+0x2", "C!j<k>+0x2", "C!l+0x2f", "C+0x3", "C!m+0x4"]
        );
        assert_eq!(stacks(text)[0].frames[0].address.as_deref(), Some("0x71a32520"));
    }

    #[test]
    fn numbering_that_begins_anew_is_another_stack() {
        let text = "00 0ab1fcfc 00510cc7 A!f\n01 0ab1fd4c 004dfe5a B!g\n00 0cb1fcfc 00510cc7 C!f\n01 0cb1fd4c 004dfe5a D!g";
        assert_eq!(stacks(text).len(), 2);
    }

    #[test]
    fn threads_come_from_the_heading_above() {
        let text = "   2  Id: 570.598   Suspend: 1 Teb 7ffdc000 Unfrozen\nChildEBP RetAddr\n009fdd0c 71a32520 C!f+0x25";
        assert_eq!(stacks(text)[0].thread.as_deref(), Some("570.598"));
        assert_eq!(
            stacks("0:003> kb\nChildEBP RetAddr\n009fdd0c 71a32520 C!f+0x25")[0].thread.as_deref(),
            Some("3")
        );
        let text = "  1: kd> k\n  0:003 > kb\nChildEBP RetAddr\n009fdd0c 71a32520 C!f+0x25 (FPO: [2,0,4])\n009fdd1c 71a32520 C!g+0x2";
        assert_eq!((stacks(text)[0].thread.as_deref(), stacks(text)[0].frames.len()), (Some("3"), 2));
    }

    #[test]
    fn disassembly_and_memory_are_no_stack() {
        for text in [
            "f730972e e81d250000 call ibmsync!READ_PORT_UCHAR (f730bc50)\nf7309733 8b442410 mov eax,nt!x",
            "0184eef4 7615dff2 localspl!SplDriverEvent+0x21\n0184eef8 7615dff6 localspl!Spl+0x25\n0184eefc 7615dffa a!b+0x2",
            "77e70000 77f6b000 KERNEL32 (deferred)\n77f70000 77f8b000 NTDLL (deferred)",
            "0000000a 00000010 00000002 00000000\n0000000b 00000010 00000002 00000000",
            "See nt!KeBugCheckEx and Warning! Nothing",
        ] {
            assert_eq!(stacks(text), [], "{text}");
        }
    }
}
