//! A stretch of text around an anchor with its line breaks taken out, for layouts that people wrap.
//!
//! A blank line, a rule and the border of a drawn box end the stretch; so do a number of bytes, which keeps a
//! read bounded on a line without end.

use super::page::{Page, Pos, Span};
use super::text::is_blank;
use smallvec::SmallVec;

/// Room for the bytes of a stretch, as most have them.
const ROOM: usize = 480;

/// The text around a place, lines joined with one blank, and where every part of it stands.
pub(crate) struct Flow {
    pub(crate) text: String,
    /// Where the anchor stands in [`Flow::text`].
    pub(crate) anchor: usize,
    /// Start of each part in the text, and its position on the page.
    parts: SmallVec<[(usize, Pos); 6]>,
}

impl Flow {
    /// An empty one that is to hold so many bytes at most.
    fn new(most: usize) -> Self {
        Flow { text: String::with_capacity(most.min(ROOM)), anchor: 0, parts: SmallVec::new() }
    }

    /// The text around `pos`: at most `back` bytes before it and `ahead` bytes from it on, within its paragraph.
    pub(crate) fn around(page: &Page<'_>, pos: Pos, back: usize, ahead: usize) -> Self {
        let mut before = SmallVec::<[_; 6]>::new();
        let mut left = back;
        let (mut line, mut end) = (pos.line, pos.at);
        loop {
            let text = page.text(line).get(..end).unwrap_or("");
            let from = boundary(text, text.len().saturating_sub(left));
            before.push((Pos { line, at: from }, text.get(from..).unwrap_or("")));
            left = left.saturating_sub(text.len() + 1);
            if left == 0 || line == 0 || ends(page.text(line - 1)) {
                break;
            }
            line -= 1;
            end = page.text(line).len();
        }
        let mut flow = Flow::new(back + ahead);
        for (pos, part) in before.into_iter().rev() {
            flow.add(pos, part);
        }
        flow.anchor = flow.text.len();
        flow.extend(page, pos, ahead);
        flow
    }

    /// The text from `pos` on, at most `ahead` bytes, within its paragraph.
    pub(crate) fn ahead(page: &Page<'_>, pos: Pos, ahead: usize) -> Self {
        let mut flow = Flow::new(ahead);
        flow.extend(page, pos, ahead);
        flow
    }

    /// The text from `pos` on where every second line is blank, at most `ahead` bytes.
    pub(crate) fn double_spaced(page: &Page<'_>, pos: Pos, ahead: usize) -> Option<Self> {
        let mut flow = Flow::new(ahead);
        let (mut line, mut at) = (pos.line, pos.at);
        while flow.text.len() < ahead && !ends(page.text(line)) && line < page.lines.len() {
            let text = page.text(line).get(at..).unwrap_or("");
            flow.add(Pos { line, at }, text.get(..boundary(text, ahead)).unwrap_or(""));
            if !is_blank(page.text(line + 1)) {
                break;
            }
            (line, at) = (line + 2, 0);
        }
        (flow.parts.len() > 2).then_some(flow)
    }

    fn extend(&mut self, page: &Page<'_>, pos: Pos, mut left: usize) {
        let (mut line, mut at) = (pos.line, pos.at);
        loop {
            let text = page.text(line).get(at..).unwrap_or("");
            let part = text.get(..boundary(text, left)).unwrap_or("");
            self.add(Pos { line, at }, part);
            left = left.saturating_sub(text.len() + 1);
            line += 1;
            at = 0;
            if left == 0 || line >= page.lines.len() || ends(page.text(line)) {
                break;
            }
        }
        self.trim_end();
    }

    /// Takes off blanks and the side of a box, which most lines do not end with.
    fn trim_end(&mut self) {
        if !self.text.bytes().next_back().is_some_and(|last| last.is_ascii_alphanumeric()) {
            self.text.truncate(self.text.trim_end_matches(SIDES).len());
        }
    }

    /// Adds a line, without its indentation and the sides of a box, or the rest of the line added last.
    fn add(&mut self, pos: Pos, part: &str) {
        let same_line = self.parts.last().is_some_and(|(_, last)| last.line == pos.line);
        let mut lead = 0;
        if !same_line && !self.text.is_empty() {
            self.trim_end();
            self.text.push(' ');
            let bare = part.bytes().next().is_some_and(|first| first.is_ascii_alphanumeric());
            lead = if bare { 0 } else { part.len() - part.trim_start_matches(SIDES).len() };
        }
        self.parts.push((self.text.len(), Pos { line: pos.line, at: pos.at + lead }));
        self.text.push_str(part.get(lead..).unwrap_or(""));
    }

    /// Where a byte of the text stands on the page.
    pub(crate) fn pos(&self, at: usize) -> Pos {
        let index = self.parts.partition_point(|(start, _)| *start <= at).saturating_sub(1);
        let (start, pos) = self.parts.get(index).copied().unwrap_or((0, Pos { line: 0, at: 0 }));
        Pos { line: pos.line, at: pos.at + at.saturating_sub(start) }
    }

    /// The span of a stretch of the text that is not empty.
    pub(crate) fn span(&self, from: usize, to: usize) -> Span {
        let last = self.pos(to.saturating_sub(1).max(from));
        Span { from: self.pos(from), to: Pos { line: last.line, at: last.at + 1 } }
    }

    /// The text from an offset on.
    pub(crate) fn rest(&self, at: usize) -> &str {
        self.text.get(at..).unwrap_or("")
    }
}

/// The last character boundary at or before `at`.
fn boundary(text: &str, at: usize) -> usize {
    (0..=at.min(text.len())).rev().find(|at| text.is_char_boundary(*at)).unwrap_or(0)
}

/// What stands left and right of the text in a drawn box.
const SIDES: [char; 4] = [' ', '\t', '|', '│'];

/// Whether a line parts two paragraphs: blank, or drawn. An endless line is neither.
fn ends(text: &str) -> bool {
    text.len() < 400
        && text.bytes().all(|byte| matches!(byte, b' ' | b'\t' | b'|' | b'-' | b'=' | b'+' | b'*' | b'_'))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn wrapped_lines_and_boxes_flow() {
        let page = Page::new("x\n\n | A caused  |\n | a fault     |\n |           |\n y");
        let flow = Flow::around(&page, Pos { line: 2, at: 3 }, 80, 80);
        assert_eq!(flow.text.trim_start(), "A caused a fault");
        let at = flow.text.find("fault").unwrap();
        assert_eq!(page.rest(flow.pos(at)).trim_end_matches(SIDES), "fault");
    }

    #[test]
    fn length_is_bounded() {
        let line = "ab".repeat(10_000);
        let page = Page::new(&line);
        let flow = Flow::around(&page, Pos { line: 0, at: 5_000 }, 10, 20);
        assert_eq!((flow.text.len(), flow.anchor), (30, 10));
    }
}
