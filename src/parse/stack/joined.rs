//! Lines joined into one text, for what a paste has wrapped.
//!
//! A mail program cuts at column 72, a tracker at its own width: arguments, names and paths go on on the next
//! lines. [`Joined`] holds the text as it was before, and leads every offset in it back to its place.

use crate::parse::eights;
use crate::parse::page::{Page, Pos};
use std::borrow::Cow;

/// The most text of one row; template names with their arguments reach several kilobytes.
const MOST: usize = 8_192;

/// Text from a position on, with as many following lines as were asked for.
pub(crate) struct Joined<'p> {
    pub(crate) text: Cow<'p, str>,
    first: Pos,
    /// Where each further line's part begins in `text`, and the position it came from.
    parts: Vec<(usize, Pos)>,
    /// The line goes on beyond what was taken of it.
    cut: bool,
}

impl<'p> Joined<'p> {
    /// The rest of the line from `pos` on, at most [`MOST`] bytes of it, without trailing blanks.
    pub(crate) fn new(page: &'p Page<'_>, pos: Pos) -> Self {
        let rest = page.rest(pos);
        let taken = rest.get(..rest.floor_char_boundary(MOST)).unwrap_or("");
        let cut = taken.len() < rest.len();
        Joined { text: Cow::Borrowed(taken.trim_end()), first: pos, parts: Vec::new(), cut }
    }

    /// Appends the next line with `glue` between; whether there was one that is not blank, and room for it.
    ///
    /// A quoted-printable soft break (`n=` at the line end) leaves no trace.
    pub(crate) fn append(&mut self, page: &Page<'_>, glue: &str) -> bool {
        let line = self.parts.last().map_or(self.first.line, |(_, last)| last.line) + 1;
        let next = page.text(line);
        if self.text.len() + next.len() > MOST {
            return false;
        }
        let trimmed = next.trim();
        if trimmed.is_empty() || self.cut {
            return false;
        }
        let text = self.text.to_mut();
        let soft = text.ends_with('=');
        if soft {
            text.pop();
        } else {
            text.push_str(glue);
        }
        let at = next.len() - next.trim_start().len();
        self.parts.push((text.len(), Pos { line, at }));
        text.push_str(trimmed);
        true
    }

    /// The position that an offset into the text came from.
    pub(crate) fn pos(&self, offset: usize) -> Pos {
        // An offset right at a part's begin is the end of the part before.
        let index = self.parts.partition_point(|(begin, _)| *begin < offset);
        let part = index.checked_sub(1).and_then(|index| self.parts.get(index));
        let (begin, pos) = part.copied().unwrap_or((0, self.first));
        Pos { line: pos.line, at: pos.at + (offset - begin) }
    }
}

/// The most brackets open at once. Text that opens more and closes none is no argument list.
const DEEPEST: usize = 40;

/// Length of the bracketed text that `text` begins with, closing bracket included; `None` when it never closes.
///
/// Knows `()`, `[]`, `{}`; angle brackets are not counted, since `operator<` has but one.
pub(crate) fn bracketed(text: &str) -> Option<usize> {
    let text = &text.as_bytes()[..text.len().min(MOST)];
    let (mut depth, mut at) = (0_usize, 0);
    while let Some(rest) = text.get(at..) {
        at += eights::no_brackets(rest);
        match text.get(at)? {
            b'(' | b'[' | b'{' => depth += 1,
            b')' | b']' | b'}' => depth = depth.saturating_sub(1),
            _ => {
                at += 1;
                continue;
            }
        }
        at += 1;
        match depth {
            0 => return Some(at),
            DEEPEST.. => return None,
            _ => {}
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn offsets_lead_back_to_their_lines() {
        let page = Page::new("> a!f(int x,\n>   int y) Line 3\n\nz");
        let mut joined = Joined::new(&page, Pos { line: 0, at: 0 });
        assert!(joined.append(&page, " "));
        assert_eq!(joined.text, "a!f(int x, int y) Line 3");
        let at = joined.text.find("Line").unwrap();
        assert_eq!(joined.pos(at), Pos { line: 1, at: page.text(1).find("Line").unwrap() });
        assert_eq!(joined.pos(5), Pos { line: 0, at: 5 });
        assert!(!joined.append(&page, " "));
    }

    #[test]
    fn a_soft_break_is_no_break() {
        let page = Page::new("n=\nt!Foo");
        let mut joined = Joined::new(&page, Pos { line: 0, at: 0 });
        joined.append(&page, " ");
        assert_eq!(joined.text, "nt!Foo");
    }

    #[test]
    fn brackets_nest() {
        assert_eq!(bracketed("(a, (b), [c]) d"), Some(13));
        assert_eq!(bracketed("(a"), None);
        assert_eq!(bracketed(&("(".repeat(DEEPEST) + &")".repeat(DEEPEST))), None);
    }
}
