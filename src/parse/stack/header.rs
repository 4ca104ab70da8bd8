//! Header rows of stacks: what the columns below them mean.
//!
//! `ChildEBP RetAddr  Args to Child`, `FramePtr  RetAddr   Param1   Param2   Param3   Function Name`,
//! `ReturnAd Param#1  Param#2  Param#3  Param#4  Function Name`, ` # Child-SP          RetAddr           Call Site`,
//! `Callee-SP Return-RA  Call Site`.

use crate::parse::page::{Page, Pos};
use crate::parse::text::{first, has, position, start_of};

/// A header row: what the columns mean.
pub(crate) struct Header {
    pub(crate) line: usize,
    /// Offset of the end of its words.
    pub(crate) end: usize,
    /// Number of address columns, where the header says it.
    pub(crate) width: Option<usize>,
    /// The first column is the return address, there being no frame pointer.
    pub(crate) return_first: bool,
}

/// What headers are made of; the first seven begin one.
pub(crate) const WORDS: &[&str] = &[
    "frameptr",
    "retaddr",
    "returnad",
    "return-ra",
    "child-sp",
    "childebp",
    "callee-sp",
    "args to child",
    "call site",
    "function name",
    "param#",
    "param1",
    "param2",
    "param3",
    "param4",
    "function",
    "memory",
    "stackptr",
];

/// The header that a hit lies in.
pub(crate) fn at(page: &Page<'_>, hit: Pos) -> Option<Header> {
    // `!` and `+0x` are no header words.
    page.rest(hit)
        .starts_with(|c: char| c.is_ascii_alphabetic())
        .then(|| on_line(page, hit.line, hit.at))
        .flatten()
}

/// The header on a line, its words looked for from `from` on.
fn on_line(page: &Page<'_>, line: usize, from: usize) -> Option<Header> {
    let text = page.text(line).get(from..)?;
    let head = first(text, 160);
    if !["ret", "ptr", "child", "callee"].iter().any(|part| has(head, part)) {
        return None;
    }
    let lower = head.to_ascii_lowercase();
    let begin = match start_of(&lower, &WORDS[..7]) {
        Some(_) => 0,
        None => WORDS[..7].iter().filter_map(|word| position(&lower, word)).min()?,
    };
    let mut end = begin;
    let (mut parameters, mut returns, mut pointers, mut arguments) = (0, false, false, false);
    // The words of a header follow one another; the next thing is a row, or the end of the line.
    loop {
        let rest = lower[end..].trim_start_matches([' ', '\t', ':', '|', '-']);
        let Some(word) = start_of(rest, WORDS) else { break };
        end = lower.len() - rest.len() + word.len();
        end += lower[end..].bytes().take_while(u8::is_ascii_digit).count();
        parameters += usize::from(word.starts_with("param"));
        returns |= word.starts_with("ret");
        pointers |= matches!(word, "frameptr" | "child-sp" | "childebp" | "callee-sp");
        arguments |= word == "args to child";
    }
    let words = &lower[begin..end];
    (returns || words.starts_with("frameptr") || words.starts_with("child")).then_some(Header {
        line,
        end: from + end,
        width: (parameters > 0 && !arguments).then_some(parameters + 1 + usize::from(pointers)),
        return_first: returns && !pointers,
    })
}

/// The header on one of the few lines above a row.
pub(crate) fn above(page: &Page<'_>, start: Pos) -> Option<Header> {
    (start.line.saturating_sub(3)..start.line).rev().find_map(|line| on_line(page, line, 0))
}
