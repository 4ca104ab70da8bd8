//! Which thread a stack belongs to, from the heading above it.
//!
//! `State Dump for Thread Id 0x1aa` (Dr. Watson), `   2  Id: 570.598 Suspend: 1 Teb 7ffdc000` (`~*k`),
//! `0:003> kb` (the prompt), `THREAD 8a1b2c3d  Cid 0004.0008` (`!process`), `OS Thread Id: 0x1234 (3)` (`!clrstack`).

use crate::parse::page::Page;
use crate::parse::text::{clip, position, trim};

/// How far above its stack a Dr. Watson heading stands: registers and disassembly lie between.
const DUMP_REACH: usize = 100;
/// How far a heading of the debugger stands above.
const HEADING_REACH: usize = 12;

/// What stands before the thread in the heading of a Dr. Watson entry.
const DUMP: &str = "State Dump for Thread Id ";
/// Pairs of letters that are looked at together.
const PAIRS: usize = 64;

/// What the lines above a stack say of it.
#[derive(Debug, Default, PartialEq, Eq)]
pub(crate) struct Heading {
    pub(crate) thread: Option<String>,
    /// The failing instruction is marked, or the stack is that of an analysis: this is the thread that failed.
    pub(crate) faulting: bool,
}

/// The heading of a stack that begins on `line`.
pub(crate) fn above(page: &Page<'_>, line: usize) -> Heading {
    let mut heading = Heading::default();
    let headings = page.headings(|| headings(page));
    let above = headings.get(..headings.partition_point(|at| *at < line)).unwrap_or_default();
    for at in above.iter().rev().take_while(|at| *at + DUMP_REACH >= line) {
        let text = trim(clip(page.text(*at)));
        if heading.ends_at_dump(text) {
            break;
        }
        // Farther above only those can stand.
        if at + HEADING_REACH < line || position(text, "Stack Back Trace").is_some() {
            continue;
        }
        heading.faulting |= text.starts_with("STACK_TEXT:");
        heading.thread = thread_id(text);
        if heading.thread.is_some() {
            break;
        }
    }
    heading
}

/// The lines that may be headings, sought by pairs of letters that tell one.
fn headings(page: &Page<'_>) -> Vec<usize> {
    let mut lines = Vec::new();
    for stretch in page.stretches() {
        let text = stretch.text.as_bytes();
        let mut line = 0;
        for from in (0..text.len()).step_by(PAIRS) {
            let (some, next) = (part(text, from), part(text, from + 1));
            // Without a branch for each, as nearly all of them say no.
            if some.iter().zip(next).fold(false, |any, (one, next)| any | tells(*one, *next)) {
                let at =
                    (from..from + PAIRS).filter(|at| begins_heading(text.get(*at..).unwrap_or_default()));
                lines.extend(at.filter_map(|at| stretch.pos(&mut line, at, at + 1)).map(|pos| pos.line));
            }
        }
    }
    lines.dedup();
    lines
}

/// As much of a text as is looked at together.
fn part(text: &[u8], from: usize) -> &[u8] {
    text.get(from..text.len().min(from + PAIRS)).unwrap_or_default()
}

/// Whether two letters may tell a heading, see [`begins_heading`].
#[inline]
fn tells(one: u8, next: u8) -> bool {
    let words = (one == b'S') & ((next == b't') | (next == b'u') | (next == b' ') | (next == b'T'));
    words | (one == b'T') & (next == b'H') | (next == b'>') & may_precede_bracket(one)
}

/// Whether what tells a heading begins here: `State Dump`, `Suspend:`, `OS Thread Id:`, `STACK_TEXT:`, `THREAD`, the angle
/// bracket of a prompt, the arrow of a fault.
fn begins_heading(text: &[u8]) -> bool {
    match text {
        [b'S', b't', b'a', b't', ..] | [b'S', b'u', b's', ..] | [b'S', b' ', b'T', ..] => true,
        [b'S', b'T', b'A', ..] | [b'T', b'H', b'R', ..] => true,
        [before, b'>', ..] => may_precede_bracket(*before),
        _ => false,
    }
}

/// A number, a blank or a dash.
fn may_precede_bracket(byte: u8) -> bool {
    (byte <= b'9') | (byte > b'~')
}

impl Heading {
    /// Takes in a line of a Dr. Watson entry: the mark of the failing instruction, or the thread, which ends the search.
    fn ends_at_dump(&mut self, text: &str) -> bool {
        self.thread = after(text, DUMP).map(str::to_owned);
        self.faulting |= self.thread.is_none() && is_fault(text);
        self.thread.is_some()
    }
}

fn is_fault(text: &str) -> bool {
    text.starts_with('F') && (text.starts_with("FAULT ->") || text.starts_with("FAULT-->"))
}

/// The first word after a label.
fn after<'t>(text: &'t str, label: &str) -> Option<&'t str> {
    position(text, label).and_then(|at| text[at + label.len()..].split_whitespace().next())
}

/// The thread that a heading of a debugger names.
fn thread_id(text: &str) -> Option<String> {
    if position(text, "Suspend:").is_some()
        && let Some(id) = after(text, "Id: ").or_else(|| after(text, "id: "))
    {
        return Some(id.to_owned());
    }
    if let Some(id) = after(text, "OS Thread Id: ") {
        return Some(id.to_owned());
    }
    if text.starts_with("THREAD ")
        && let Some(id) = after(text, "Cid ").or_else(|| after(text, "Cid: "))
    {
        return Some(id.to_owned());
    }
    prompt(text)
}

/// `0:003> kb`: the thread is the number before the angle bracket.
fn prompt(text: &str) -> Option<String> {
    let (before, _) = text.split_once('>')?;
    let (system, thread) = before.trim().rsplit_once(':')?;
    let number = !thread.is_empty() && thread.len() <= 4 && thread.bytes().all(|byte| byte.is_ascii_digit());
    let plain = system.bytes().all(|byte| byte.is_ascii_digit() || byte == b':' || byte == b'|');
    (number && plain)
        .then(|| thread.trim_start_matches('0').to_owned())
        .map(|id| if id.is_empty() { "0".to_owned() } else { id })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_marked_instruction_makes_it_the_thread_that_failed() {
        let page = Page::new(
            "State Dump for Thread Id 0x1a\n\nfunction: f\n        77f0 8b    mov\n\n*----> Stack Back Trace <----*\nx\n\
             State Dump for Thread Id 0x1b\n\nFAULT ->77f0 8b    mov\n\n*----> Stack Back Trace <----*\nx\n\
             0:003> kb\nx",
        );
        let heading = |thread: &str, faulting| Heading { thread: Some(thread.to_owned()), faulting };
        assert_eq!(above(&page, 6), heading("0x1a", false));
        assert_eq!(above(&page, 12), heading("0x1b", true));
        assert_eq!(above(&page, 14), heading("3", false));
    }
}
