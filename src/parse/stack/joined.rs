//! Lines joined into one text, for what a paste has wrapped.
//!
//! A mail program cuts at column 72, a tracker at its own width: arguments, names and paths go on on the next
//! lines. [`Joined`] holds the text as it was before, and leads every offset in it back to its place.

use crate::parse::page::{Page, Pos};

/// Text from a position on, with as many following lines as were asked for.
pub(crate) struct Joined {
    pub(crate) text: String,
    /// Where each line's part begins in `text`, and the position it came from.
    parts: Vec<(usize, Pos)>,
    /// The line goes on beyond what was taken of it.
    cut: bool,
}

/// The most that is taken of one line: rows of template types reach four kilobytes, flattened pastes megabytes.
const WIDEST: usize = 6_144;

impl Joined {
    /// The rest of the line from `pos` on, without trailing blanks.
    pub(crate) fn new(page: &Page<'_>, pos: Pos) -> Self {
        let rest = page.rest(pos);
        let taken = &rest[..rest.floor_char_boundary(WIDEST)];
        Joined { text: taken.trim_end().to_owned(), parts: vec![(0, pos)], cut: taken.len() < rest.len() }
    }

    /// Appends the next line with `glue` between; whether there was one that is not blank.
    ///
    /// A quoted-printable soft break (`n=` at the line end) leaves no trace.
    pub(crate) fn append(&mut self, page: &Page<'_>, glue: &str) -> bool {
        let Some((_, last)) = self.parts.last() else { return false };
        let line = last.line + 1;
        let next = page.text(line);
        let trimmed = next.trim();
        if trimmed.is_empty() || self.cut || next.len() > WIDEST {
            return false;
        }
        let soft = self.text.ends_with('=');
        if soft {
            self.text.pop();
        } else {
            self.text.push_str(glue);
        }
        let at = next.len() - next.trim_start().len();
        self.parts.push((self.text.len(), Pos { line, at }));
        self.text.push_str(trimmed);
        true
    }

    /// The position that an offset into the text came from.
    pub(crate) fn pos(&self, offset: usize) -> Pos {
        let index = self.parts.partition_point(|(begin, _)| *begin <= offset).saturating_sub(1);
        // An offset right at a part's begin is the end of the part before, where there is one.
        let index = match self.parts.get(index) {
            Some((begin, _)) if *begin == offset && offset > 0 => index.saturating_sub(1),
            _ => index,
        };
        let Some((begin, pos)) = self.parts.get(index) else { return Pos { line: 0, at: 0 } };
        Pos { line: pos.line, at: pos.at + (offset - begin) }
    }
}

/// The longest bracketed text; argument lists of template types reach several kilobytes.
const LONGEST: usize = 32_768;

/// Length of the bracketed text that `text` begins with, closing bracket included; `None` when it never closes.
///
/// Knows `()`, `[]`, `{}`; angle brackets are not counted, since `operator<` has but one.
pub(crate) fn bracketed(text: &str) -> Option<usize> {
    let mut depth = 0_usize;
    for (at, byte) in text.bytes().enumerate().take(LONGEST) {
        match byte {
            b'(' | b'[' | b'{' => depth += 1,
            b')' | b']' | b'}' => {
                depth = depth.saturating_sub(1);
                if depth == 0 {
                    return Some(at + 1);
                }
            }
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
    }
}
