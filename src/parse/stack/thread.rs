//! Which thread a stack belongs to, from the heading above it.
//!
//! `State Dump for Thread Id 0x1aa` (Dr. Watson), `   2  Id: 570.598 Suspend: 1 Teb 7ffdc000` (`~*k`),
//! `0:003> kb` (the prompt), `THREAD 8a1b2c3d  Cid 0004.0008` (`!process`), `OS Thread Id: 0x1234 (3)` (`!clrstack`).

use crate::parse::page::Page;
use crate::parse::places;
use crate::parse::text::{clip, position, skip, start_of, trim};

/// How far above its stack a Dr. Watson heading stands: registers and disassembly lie between.
const DUMP_REACH: usize = 100;
/// How far a heading of the debugger stands above.
const HEADING_REACH: usize = 12;

/// What stands before the thread in the heading of a Dr. Watson entry.
const DUMP: &str = "State Dump for Thread Id ";
/// What stands in the headings that need not begin their line, and how it ends.
const WITHIN: [(&str, [u8; 2]); 2] = [("Thread ", *b"Id"), ("Suspen", *b"d:")];

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

/// The lines that may be headings, in order.
fn headings(page: &Page<'_>) -> Vec<usize> {
    let begins = page.lines.iter().enumerate().filter(|(_, line)| begins_heading(line.text()));
    let mut lines: Vec<_> = begins.map(|(line, _)| line).collect();
    for stretch in page.stretches() {
        let text = stretch.text.as_bytes();
        let mut within = Vec::new();
        places::pairs(text, WITHIN.map(|(_, end)| end), |at| {
            let before = text.get(..at).unwrap_or_default();
            if WITHIN.iter().any(|(begin, end)| {
                before.ends_with(begin.as_bytes()) && text.get(at..).is_some_and(|rest| rest.starts_with(end))
            }) {
                within.push(at);
            }
        });
        lines.extend(stretch.lines_of(within.into_iter()));
        let brackets = stretch.lines_of(memchr::memchr_iter(b'>', text));
        lines.extend(brackets.filter(|line| begins_prompt(page.text(*line))));
    }
    lines.sort_unstable();
    lines.dedup();
    lines
}

/// Whether a line is one of the headings that begin it.
fn begins_heading(text: &str) -> bool {
    let is_heading = |text| start_of(text, &["STACK_TEXT:", "THREAD ", "FAULT ->", "FAULT-->"]).is_some();
    match text.as_bytes() {
        [b'F' | b'T' | b'S', ..] => is_heading(text),
        [b'!'..=b'~', ..] | [] => false,
        _ => is_heading(text.trim_start()),
    }
}

/// Whether a line begins as a prompt does: `0:003>`.
fn begins_prompt(text: &str) -> bool {
    let rest = skip(text.trim_start(), |byte| matches!(byte, b'0'..=b'9' | b':' | b'|'));
    rest.trim_start().starts_with('>')
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
