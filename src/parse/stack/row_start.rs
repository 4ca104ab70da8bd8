//! Finds where the row begins that a symbol stands in, by walking back over its columns.
//!
//! The columns may stand on lines above: `0184fb0c  77f26bc3  00000409 00000001 00030002` and, on the next line,
//! `KERNEL32!CompareStringW+0x105`. Rows above that have an address in place of a symbol belong to the stack too.

use super::{row_body, rows};
use crate::parse::hex;
use crate::parse::page::{Page, Pos};
use crate::parse::text::is_blank;

/// How far before the sign of a symbol its name and columns may begin, in bytes.
const LONGEST_HEAD: usize = 256;
/// How many lines a row without symbol is looked for above the first symbol.
const LOOK_BACK: usize = 64;

/// The row whose symbol a hit lies in: walks back over the columns, which may stand on lines above.
pub(crate) fn of(page: &Page<'_>, hit: Pos) -> Option<Pos> {
    let text = page.text(hit.line);
    if !is_symbol_sign(text, hit.at) {
        return None;
    }
    let before = text.get(..hit.at)?;
    let nearest = text.floor_char_boundary(hit.at.saturating_sub(LONGEST_HEAD));
    let near = &before.as_bytes()[nearest..];
    // A name is short.
    let symbol = match near.iter().rposition(|byte| matches!(byte, b' ' | b'\t' | b'|' | b':')) {
        Some(at) => nearest + at + 1,
        None if nearest == 0 => 0,
        // A word this long is no name of a module.
        None => return None,
    };
    let mut start = columns_before(text, symbol);
    let mut line = hit.line;
    // A wrapped row: nothing but columns, or nothing at all, stands before the symbol.
    let lead = &text[..symbol];
    let mut alone =
        is_blank(lead) || is_blank(rows::prefix(lead)) || start.is_some_and(|start| is_blank(&text[..start]));
    for _ in 0..2 {
        let columns = start.and_then(|at| rows::head(&page.text(line)[at..]));
        if columns.is_some_and(|head| head.begins_row()) || !alone || line == 0 {
            break;
        }
        let above = page.text(line - 1);
        let Some(at) = columns_before(above, end_of_columns(above)) else { break };
        (line, start, alone) = (line - 1, Some(at), is_blank(&above[..at]));
    }
    let mut start = Pos { line, at: start? };
    let head = rows::head(page.rest(start))?;
    if !head.begins_row() {
        return None;
    }
    // Rows above that have an address in place of a symbol.
    for _ in 0..LOOK_BACK {
        let Some(above) = start.line.checked_sub(1).filter(|_| is_blank(&page.text(start.line)[..start.at]))
        else {
            break;
        };
        let text = page.text(above);
        let Some(head) = rows::head(text).filter(|head| head.columns >= 2) else { break };
        let rest = text[head.len..].trim();
        if !(rest.starts_with("0x") && hex::word(rest).is_some_and(|(len, _)| len == rest.len())) {
            break;
        }
        start = Pos { line: above, at: head.start };
    }
    Some(start)
}

/// Whether the `!` or `+0x` at an offset stands inside a symbol: after a name, and `!` before one.
fn is_symbol_sign(text: &str, at: usize) -> bool {
    let (before, after) = (text[..at].chars().next_back(), text[at + 1..].chars().next());
    let name = |c: char| c.is_alphanumeric() || matches!(c, '_' | '>' | '.' | '-' | '$' | ')');
    let begins = |c: char| c.is_alphanumeric() || "_?@~<`$(".contains(c);
    before.is_some_and(name) && after.is_none_or(begins)
}

/// End of the columns of a line whose row goes on below: the first letters of the module may follow them.
fn end_of_columns(text: &str) -> usize {
    let text = text.trim_end();
    let last = text.bytes().rposition(|byte| matches!(byte, b' ' | b'\t' | b'|')).map_or(0, |at| at + 1);
    let fragment = hex::word(&text[last..]).is_none() && row_body::is_fragment(&text[last..]);
    if fragment { last } else { text.len() }
}

/// Start of the columns, and the frame number before them, that end at `end`.
fn columns_before(text: &str, end: usize) -> Option<usize> {
    let mut start = None;
    let mut rest = text.get(..end)?.trim_end_matches([' ', '\t', ':', '|', '*', '.']);
    if rest.is_empty() {
        return None;
    }
    // An inline row: `05 (Inline) --------`.
    let nearest = rest.floor_char_boundary(rest.len().saturating_sub(40));
    let near = &rest.as_bytes()[nearest..];
    let mut brackets = memchr::memrchr_iter(b'(', near);
    if let Some(at) = brackets.find(|at| near[*at..].starts_with(b"(Inline")) {
        rest = rest[..nearest + at].trim_end();
        start = Some(nearest + at);
    }
    for _ in 0..rows::MOST_COLUMNS {
        let nearest = rest.floor_char_boundary(rest.len().saturating_sub(24));
        let at = nearest + last_gap(&rest[nearest..]).map_or(0, |at| at + 1);
        let word = &rest[at..];
        // A word that goes on beyond the look has too many digits to be a column.
        match hex::word(word.trim_end_matches(':')).filter(|_| at == 0 || at > nearest) {
            Some((_, digits)) if (8..=16).contains(&digits) => start = Some(at),
            Some((_, 1..=3)) if start.is_some() => return Some(at),
            _ => break,
        }
        rest = rest[..at].trim_end_matches([' ', '\t', ':', '|', '*']);
    }
    start
}

/// Where the last blank or bar of a table stands.
fn last_gap(text: &str) -> Option<usize> {
    text.bytes().rposition(|byte| matches!(byte, b' ' | b'\t' | b'|' | b'*'))
}
