//! Which thread a stack belongs to, from the heading above it.
//!
//! `State Dump for Thread Id 0x1aa` (Dr. Watson), `   2  Id: 570.598 Suspend: 1 Teb 7ffdc000` (`~*k`),
//! `0:003> kb` (the prompt), `THREAD 8a1b2c3d  Cid 0004.0008` (`!process`), `OS Thread Id: 0x1234 (3)` (`!clrstack`).

use crate::parse::page::Page;
use crate::parse::text::clip;

/// How far above its stack a Dr. Watson heading stands: registers and disassembly lie between.
const DUMP_REACH: usize = 100;
/// How far a heading of the debugger stands above.
const HEADING_REACH: usize = 12;

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
    for back in 1..=DUMP_REACH.min(line) {
        let text = clip(page.text(line - back)).trim();
        // So far above only these can stand, and most lines are far from it.
        if back > HEADING_REACH && !text.starts_with('F') && !names_dump(text) {
            continue;
        }
        if let Some(id) = after(text, "State Dump for Thread Id ") {
            heading.thread = Some(id.to_owned());
            return heading;
        }
        heading.faulting |= text.starts_with("FAULT ->") || text.starts_with("FAULT-->");
        if text.contains("Stack Back Trace") || back > HEADING_REACH {
            continue;
        }
        heading.faulting |= text.starts_with("STACK_TEXT:");
        if let Some(id) = thread_id(text) {
            heading.thread = Some(id);
            return heading;
        }
    }
    heading
}

/// Whether `State Dump` or `Stack Back Trace` stands on a line.
fn names_dump(text: &str) -> bool {
    let starts = memchr::memchr_iter(b'S', text.as_bytes());
    starts
        .filter_map(|at| text.get(at..))
        .any(|rest| rest.starts_with("State D") || rest.starts_with("Stack B"))
}

/// The first word after a label.
fn after<'t>(text: &'t str, label: &str) -> Option<&'t str> {
    text.find(label).and_then(|at| text[at + label.len()..].split_whitespace().next())
}

/// The thread that a heading of a debugger names.
fn thread_id(text: &str) -> Option<String> {
    if text.contains("Suspend:")
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
