//! Finds the phrases that text clauses wait for: without case, blanks and line breaks collapsed to one blank.
//!
//! A phrase that stands on a line several times is reported once there.

use super::page::{Page, Piece, Pos, Span};
use crate::evidence::Kind;
use aho_corasick::{AhoCorasick, AhoCorasickBuilder};
use std::sync::Arc;

/// The phrases of one parser.
#[derive(Debug, Clone)]
pub(crate) struct Phrases {
    /// As the clauses spell them.
    spelled: Arc<[String]>,
    automaton: AhoCorasick,
}

impl Phrases {
    /// `None` when there is nothing to look for, or too much for an automaton.
    pub(crate) fn new(phrases: impl IntoIterator<Item = String>) -> Option<Self> {
        let spelled: Arc<[String]> = phrases.into_iter().filter(|phrase| !phrase.trim().is_empty()).collect();
        let folded = spelled.iter().map(|phrase| Folded::of(std::iter::once(phrase.as_str())).text);
        let automaton = AhoCorasickBuilder::new().build(folded).ok()?;
        (!spelled.is_empty()).then_some(Phrases { spelled, automaton })
    }

    /// Where the phrases stand on a page, in order.
    pub(crate) fn find(&self, page: &Page<'_>) -> Vec<Piece> {
        let folded = Folded::of(page.lines.iter().map(|line| line.text.as_ref()));
        // The last line each phrase was reported on.
        let mut last = vec![None; self.spelled.len()];
        let mut pieces = Vec::new();
        for found in self.automaton.find_overlapping_iter(&folded.text) {
            let phrase = found.pattern().as_usize();
            let from = folded.pos(found.start());
            let to = folded.pos(found.end() - 1);
            let number = page.lines.get(from.line).map(|line| line.number);
            if last[phrase] != number {
                last[phrase] = number;
                let to = Pos { at: to.at + 1, ..to };
                pieces
                    .push(Piece { span: Span { from, to }, kind: Kind::Text(self.spelled[phrase].clone()) });
            }
        }
        pieces
    }
}

/// Text in lower case with every run of blanks and line ends as one blank.
struct Folded {
    text: String,
    /// Where each word begins: offset in `text`, position on the page.
    words: Vec<(usize, Pos)>,
}

impl Folded {
    fn of<'t>(lines: impl Iterator<Item = &'t str>) -> Self {
        let mut folded = Folded { text: String::new(), words: Vec::new() };
        for (line, text) in lines.enumerate() {
            for word in text.split_whitespace() {
                if !folded.text.is_empty() {
                    folded.text.push(' ');
                }
                let at = word.as_ptr() as usize - text.as_ptr() as usize;
                folded.words.push((folded.text.len(), Pos { line, at }));
                folded.text.extend(word.chars().flat_map(char::to_lowercase));
            }
        }
        folded
    }

    /// The position on the page of a byte of `text`; right to the byte within words that keep their length in lower case.
    fn pos(&self, at: usize) -> Pos {
        let index = self.words.partition_point(|(start, _)| *start <= at).saturating_sub(1);
        self.words
            .get(index)
            .map_or(Pos { line: 0, at: 0 }, |(start, pos)| Pos { at: pos.at + (at - start), ..*pos })
    }
}

#[cfg(test)]
mod tests {
    use crate::Parser;
    use crate::evidence::Kind;
    use crate::parse::Phrase;

    #[test]
    fn phrases_are_found_across_line_breaks_and_quoting() {
        let parser = Parser::new(["Local  delivery queue", "OpenMsgStore"].map(Phrase::from));
        let found = parser.parse("> in the LOCAL delivery\r\n>   Queue, openmsgstore() and openmsgstore");
        let places: Vec<_> = found.iter().map(|piece| (piece.kind.clone(), piece.place.lines)).collect();
        let text = |phrase: &str| Kind::Text(phrase.to_owned());
        assert_eq!(places, [(text("Local  delivery queue"), (1, 2)), (text("OpenMsgStore"), (2, 2))]);
    }

    #[test]
    fn no_phrases_no_text() {
        assert_eq!(Parser::new([Phrase::from(" ")]).parse("anything"), []);
    }
}
