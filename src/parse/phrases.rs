//! Finds the phrases that text clauses wait for: without case, blanks and line breaks collapsed to one blank.
//!
//! The longest word of each is looked for in the lines, and the others around it, on lines before and after as well. A
//! phrase that stands on a line several times is reported once there.

use super::page::{Page, Piece, Pos, Span};
use super::scan::each_match;
use crate::evidence::Kind;
use aho_corasick::nfa::contiguous::NFA;
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

/// The phrases of one parser.
#[derive(Debug, Clone)]
pub(crate) struct Phrases {
    phrases: Arc<[Phrase]>,
    /// The longest words.
    automaton: Arc<NFA>,
    /// The phrases of each.
    of_word: Arc<[Vec<usize>]>,
}

#[derive(Debug)]
struct Phrase {
    /// As the clause spells it.
    spelled: String,
    words: Vec<String>,
    /// Which word is looked for.
    longest: usize,
}

impl Phrases {
    /// `None` when there is nothing to look for, or too much for an automaton.
    pub(crate) fn new(phrases: impl IntoIterator<Item = String>) -> Option<Self> {
        let phrases: Vec<Phrase> = phrases.into_iter().filter_map(Phrase::new).collect();
        let mut of_word: BTreeMap<String, Vec<usize>> = BTreeMap::new();
        for (number, phrase) in phrases.iter().enumerate() {
            for word in spellings(phrase.words.get(phrase.longest)?) {
                of_word.entry(word).or_default().push(number);
            }
        }
        let automaton = NFA::builder().ascii_case_insensitive(true).build(of_word.keys()).ok()?;
        let of_word = of_word.into_values().collect();
        (!phrases.is_empty()).then(|| Phrases {
            phrases: phrases.into(),
            automaton: Arc::new(automaton),
            of_word,
        })
    }

    /// Where the phrases stand on a page, in order.
    pub(crate) fn find(&self, page: &Page<'_>) -> Vec<Piece> {
        // The last line each phrase was reported on.
        let mut last = vec![None; self.phrases.len()];
        let mut pieces = Vec::new();
        for (index, line) in page.lines.iter().enumerate() {
            each_match(&*self.automaton, line.text.as_bytes(), |word, begin, end| {
                for number in self.of_word.get(word).into_iter().flatten() {
                    let Some(phrase) = self.phrases.get(*number) else { continue };
                    let word = (Pos { line: index, at: begin }, Pos { line: index, at: end });
                    let Some(span) = phrase.around(page, word) else { continue };
                    let begins = page.lines.get(span.from.line).map(|line| line.number);
                    if last[*number] != begins {
                        last[*number] = begins;
                        pieces.push(Piece { span, kind: Kind::Text(phrase.spelled.clone()) });
                    }
                }
            });
        }
        pieces
    }
}

impl Phrase {
    fn new(spelled: String) -> Option<Self> {
        let words: Vec<String> = spelled.split_whitespace().map(str::to_owned).collect();
        let longest = (0..words.len()).max_by_key(|index| words.get(*index).map_or(0, String::len))?;
        Some(Phrase { spelled, words, longest })
    }

    /// The whole phrase around its longest word, if it stands there. The first word may be the end of a longer one, and
    /// the last its beginning.
    fn around(&self, page: &Page<'_>, (mut from, mut to): (Pos, Pos)) -> Option<Span> {
        let (before, after) = self.words.split_at(self.longest);
        for word in before.iter().rev() {
            let (start, text) = word_before(page, from)?;
            let whole = word.as_ptr() != before.first()?.as_ptr();
            let rest = text.len().checked_sub(word.len()).filter(|rest| *rest == 0 || !whole)?;
            text.get(rest..).filter(|end| same(end, word))?;
            from = Pos { at: start.at + rest, ..start };
        }
        for word in after.iter().skip(1) {
            let (start, text) = word_after(page, to)?;
            let whole = word.as_ptr() != after.last()?.as_ptr();
            text.get(..word.len()).filter(|head| same(head, word) && (!whole || text.len() == word.len()))?;
            to = Pos { at: start.at + word.len(), ..start };
        }
        Some(Span { from, to })
    }
}

/// A word in the ways in which its letters beyond ASCII are written: small, capital, or a capital first.
fn spellings(word: &str) -> BTreeSet<String> {
    let small = word.to_lowercase();
    let first = small.chars().next().map_or(0, char::len_utf8);
    let (first, rest) = small.split_at(first);
    let folded = [small.clone(), word.to_uppercase(), first.to_uppercase() + rest];
    folded.into_iter().map(|word| word.to_ascii_lowercase()).collect()
}

fn same(found: &str, word: &str) -> bool {
    found.eq_ignore_ascii_case(word) || found.to_lowercase() == word.to_lowercase()
}

/// Blank lines that a phrase may go on over.
const BLANK_LINES: usize = 3;

/// The word that begins behind the blanks at `to`, and where.
fn word_after<'p>(page: &'p Page<'_>, to: Pos) -> Option<(Pos, &'p str)> {
    let rest = page.rest(to);
    // A word that has not ended is no place for the next.
    if rest.starts_with(|c: char| !c.is_whitespace()) {
        return None;
    }
    (0..=BLANK_LINES).find_map(|down| {
        let line = to.line + down;
        let text = page.text(line);
        let at = if down == 0 { to.at } else { 0 };
        let rest = text.get(at..)?;
        let word = rest.split_whitespace().next()?;
        Some((Pos { line, at: at + (rest.len() - rest.trim_start().len()) }, word))
    })
}

/// The word that ends before the blanks at `from`, and where it begins.
fn word_before<'p>(page: &'p Page<'_>, from: Pos) -> Option<(Pos, &'p str)> {
    let head = page.text(from.line).get(..from.at)?;
    if head.ends_with(|c: char| !c.is_whitespace()) {
        return None;
    }
    (0..=BLANK_LINES).find_map(|up| {
        let line = from.line.checked_sub(up)?;
        let text = page.text(line);
        let head = if up == 0 { text.get(..from.at)? } else { text }.trim_end();
        let word = head.split_whitespace().next_back()?;
        Some((Pos { line, at: head.len() - word.len() }, word))
    })
}

#[cfg(test)]
mod tests {
    use crate::Parser;
    use crate::evidence::Kind;
    use crate::parse::Phrase;

    fn found(phrases: &[&str], text: &str) -> Vec<(String, (u32, u32))> {
        let parser = Parser::new(phrases.iter().copied().map(Phrase::from));
        let places = parser.parse(text).into_iter().filter_map(|piece| match piece.kind {
            Kind::Text(phrase) => Some((phrase, piece.place.lines)),
            _ => None,
        });
        places.collect()
    }

    #[test]
    fn phrases_are_found_across_line_breaks_and_quoting() {
        assert_eq!(
            found(
                &["Local  delivery queue", "OpenMsgStore"],
                "> in the LOCAL delivery\r\n>   Queue, openmsgstore() and openmsgstore"
            ),
            [("Local  delivery queue".to_owned(), (1, 2)), ("OpenMsgStore".to_owned(), (2, 2))]
        );
    }

    #[test]
    fn first_and_last_word_may_be_part_of_one_and_the_others_not() {
        assert_eq!(found(&["local delivery queue"], "nonlocal delivery queues").len(), 1);
        assert_eq!(found(&["a local delivery"], "a nonlocal delivery"), []);
        assert_eq!(found(&["local delivery queue"], "local delivery-queue"), []);
        for text in ["un ÉVÉNEMENT\nPerdu", "Événement perdu", "événement PERDU"] {
            assert_eq!(found(&["événement perdu"], text).len(), 1);
        }
    }

    #[test]
    fn no_phrases_no_text() {
        assert_eq!(found(&[" "], "anything"), []);
    }
}
