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

/// The thread of a stack that begins on `line`.
pub(crate) fn above(page: &Page<'_>, line: usize) -> Option<String> {
    for back in 1..=DUMP_REACH.min(line) {
        let text = clip(page.text(line - back)).trim();
        if let Some(id) = after(text, "State Dump for Thread Id ") {
            return Some(id.to_owned());
        }
        if text.contains("Stack Back Trace") || back > HEADING_REACH {
            continue;
        }
        if let Some(id) = heading(text) {
            return Some(id);
        }
    }
    None
}

/// The first word after a label.
fn after<'t>(text: &'t str, label: &str) -> Option<&'t str> {
    text.find(label).and_then(|at| text[at + label.len()..].split_whitespace().next())
}

fn heading(text: &str) -> Option<String> {
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
