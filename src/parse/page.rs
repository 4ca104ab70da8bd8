//! A text as dialects see it: clean lines, positions in them, and what was claimed where.

use super::lines::{self, Line};
use crate::evidence::{Kind, Place};
use std::cell::OnceCell;

/// A text cut into clean lines.
pub(crate) struct Page<'t> {
    text: &'t str,
    /// Where it begins in the input.
    start: usize,
    /// Lines in order. A physical line holding HTML breaks gives several, with the same number.
    pub(crate) lines: Vec<Line<'t>>,
    /// Lines that every stack below looks back for; `stack::thread` knows which they are.
    headings: OnceCell<Vec<usize>>,
}

/// A position: index into [`Page::lines`] and byte offset into that line's clean text.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Pos {
    pub(crate) line: usize,
    pub(crate) at: usize,
}

/// A stretch of a page, `to` not included.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Span {
    pub(crate) from: Pos,
    pub(crate) to: Pos,
}

/// Lines whose text can be gone over as one.
pub(crate) struct Stretch<'p, 't> {
    pub(crate) text: &'p str,
    /// Index of the first line.
    first: usize,
    lines: &'p [Line<'t>],
}

/// A piece of evidence before it has an incident.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Piece {
    pub(crate) span: Span,
    pub(crate) kind: Kind,
}

/// What a dialect found at one place.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Claim {
    /// The evidence, in any order. May be empty: a claim can also just mark a block.
    pub(crate) pieces: Vec<Piece>,
    /// The report block that all evidence inside it belongs to: a Dr. Watson entry, an `!analyze` output, a
    /// crash event with what it quotes. Evidence of other dialects inside the span is of the same incident.
    pub(crate) block: Option<Span>,
    /// The dialect has read up to here; its anchors before this point are not tried again.
    pub(crate) end: Pos,
}

impl<'t> Page<'t> {
    /// A whole input.
    #[cfg(test)]
    pub(crate) fn new(text: &'t str) -> Self {
        Page::part(text, 0, 0)
    }

    /// A part of an input that has so many lines and bytes before it.
    pub(crate) fn part(text: &'t str, lines: u32, start: usize) -> Self {
        Page { text, start, lines: lines::clean(text, lines), headings: OnceCell::new() }
    }

    /// The clean text in as few stretches as it can be gone over in: lines that stand in the text as they are, one after
    /// the other, with what was taken off between them, and each other line by itself.
    pub(crate) fn stretches(&self) -> impl Iterator<Item = Stretch<'_, 't>> {
        let as_they_came = |one: &Line<'_>, next: &Line<'_>| one.is_as_it_came() && next.is_as_it_came();
        self.lines.chunk_by(as_they_came).scan(0, |next, lines| {
            let first = *next;
            *next += lines.len();
            let text = match lines {
                [begin, .., end] => self.text.get(begin.start..end.end()).unwrap_or(""),
                [line] => line.text(),
                [] => "",
            };
            Some(Stretch { text, first, lines })
        })
    }

    /// Clean text of a line; empty beyond the end.
    pub(crate) fn text(&self, line: usize) -> &str {
        self.lines.get(line).map_or("", Line::text)
    }

    /// The lines that are headings of stacks below, in order; sought once for all of them.
    pub(crate) fn headings(&self, seek: impl FnOnce() -> Vec<usize>) -> &[usize] {
        self.headings.get_or_init(seek)
    }

    /// The rest of the line from a position on.
    pub(crate) fn rest(&self, pos: Pos) -> &str {
        self.text(pos.line).get(pos.at..).unwrap_or("")
    }

    /// The span from one byte offset to another within a line.
    #[cfg(test)]
    pub(crate) fn span(&self, line: usize, from: usize, to: usize) -> Span {
        Span { from: Pos { line, at: from }, to: Pos { line, at: to } }
    }

    /// The span of whole lines, `last` included.
    pub(crate) fn lines_span(&self, first: usize, last: usize) -> Span {
        Span { from: Pos { line: first, at: 0 }, to: Pos { line: last, at: self.text(last).len() } }
    }

    /// Physical lines and decoded bytes of a span, in the whole input.
    pub(crate) fn place(&self, span: Span) -> Place {
        let number = |line: usize| self.lines.get(line).map_or(1, |line| line.number);
        // A span that ends before the first byte of a line ends on the line before.
        let last =
            if span.to.at == 0 && span.to.line > span.from.line { span.to.line - 1 } else { span.to.line };
        let byte = |pos: Pos| self.start + self.lines.get(pos.line).map_or(0, |line| line.raw(pos.at));
        let start = byte(span.from);
        Place { lines: (number(span.from.line), number(last)), bytes: start..byte(span.to).max(start) }
    }
}

impl Stretch<'_, '_> {
    /// The lines in which bytes of the text stand, given in order.
    pub(crate) fn lines_of(&self, bytes: impl Iterator<Item = usize>) -> impl Iterator<Item = usize> {
        let mut line = 0;
        bytes.filter_map(move |at| self.pos(&mut line, at, at + 1)).map(|pos| pos.line)
    }

    /// Where a part of the text stands, if it is part of a line; `line` says where to begin looking, and then where it is.
    pub(crate) fn pos(&self, line: &mut usize, from: usize, to: usize) -> Option<Pos> {
        let start = self.lines.first()?.start;
        while self.lines.get(*line + 1).is_some_and(|next| next.start <= start + from) {
            *line += 1;
        }
        let own = self.lines.get(*line)?;
        let before = own.start - start;
        let at = from.checked_sub(before)?;
        (to - before <= own.text().len()).then_some(Pos { line: self.first + *line, at })
    }
}

impl Claim {
    /// A claim of one piece.
    pub(crate) fn one(span: Span, kind: Kind) -> Self {
        Claim { pieces: vec![Piece { span, kind }], block: None, end: span.to }
    }
}
