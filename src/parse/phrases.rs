//! Finds the phrases that text clauses wait for: without case, blanks and line breaks collapsed to one blank.
//!
//! The longest word of each is looked for in the lines, and the others around it, on lines before and after as well. A
//! phrase that stands on a line several times is reported once there.

use super::page::{Page, Piece, Pos, Span};
use super::scan::each_match;
use super::text::same_letters;
use crate::evidence::Kind;
use aho_corasick::StartKind;
use aho_corasick::automaton::Automaton;
use aho_corasick::dfa::DFA;
use aho_corasick::nfa::contiguous::NFA;
use rustc_hash::FxHashMap;
use std::collections::{BTreeMap, BTreeSet};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, OnceLock};

/// The phrases of one parser.
#[derive(Debug, Clone)]
pub(crate) struct Phrases {
    phrases: Arc<[Phrase]>,
    longest: Arc<Words>,
}

/// The longest words of all phrases.
#[derive(Debug)]
struct Words {
    words: Vec<String>,
    /// The phrases of each.
    phrases: Vec<Vec<usize>>,
    sparse: NFA,
    /// The same, faster and larger: made when many lines have been gone over, where there are few words.
    dense: OnceLock<Option<DFA>>,
    /// Lines gone over so far, on all threads.
    lines: AtomicUsize,
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
        let longest = Arc::new(Words::new(of_word)?);
        (!phrases.is_empty()).then(|| Phrases { phrases: phrases.into(), longest })
    }

    /// Where the phrases stand on a page, in order.
    pub(crate) fn find(&self, page: &Page<'_>) -> Vec<Piece> {
        match self.longest.dense(page.lines.len()) {
            Some(automaton) => self.find_with(automaton, page),
            None => self.find_with(&self.longest.sparse, page),
        }
    }

    fn find_with(&self, automaton: &impl Automaton, page: &Page<'_>) -> Vec<Piece> {
        // The last line each phrase was reported on.
        let mut last: FxHashMap<usize, u32> = FxHashMap::default();
        let mut pieces = Vec::new();
        each_match(automaton, page, |word, place| {
            for number in self.longest.phrases.get(word).into_iter().flatten() {
                let Some(phrase) = self.phrases.get(*number) else { continue };
                let Some(span) = phrase.around(page, place) else { continue };
                let Some(begins) = page.lines.get(span.from.line).map(|line| line.number) else { continue };
                if last.insert(*number, begins) != Some(begins) {
                    pieces.push(Piece { span, kind: Kind::Text(phrase.spelled.clone()) });
                }
            }
        });
        pieces
    }
}

impl Words {
    /// Lines of which there are many, and words of which there are few.
    const MANY: usize = 2_000;
    const FEW: usize = 1_000;

    fn new(of_word: BTreeMap<String, Vec<usize>>) -> Option<Self> {
        let (words, phrases): (Vec<_>, Vec<_>) = of_word.into_iter().unzip();
        let sparse = NFA::builder().ascii_case_insensitive(true).build(&words).ok()?;
        Some(Words { words, phrases, sparse, dense: OnceLock::new(), lines: AtomicUsize::new(0) })
    }

    /// The dense automaton, when the lines to come make it worth its while.
    fn dense(&self, lines: usize) -> Option<&DFA> {
        let before = self.lines.fetch_add(lines, Ordering::Relaxed);
        if self.words.len() > Self::FEW || before.saturating_add(lines) < Self::MANY {
            return None;
        }
        let build = || {
            let mut builder = DFA::builder();
            builder.ascii_case_insensitive(true).start_kind(StartKind::Unanchored).build(&self.words).ok()
        };
        self.dense.get_or_init(build).as_ref()
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
    fn around(&self, page: &Page<'_>, Span { mut from, mut to }: Span) -> Option<Span> {
        let (before, after) = self.words.split_at(self.longest);
        for word in before.iter().rev() {
            let (start, text) = word_before(page, from)?;
            let whole = word.as_ptr() != before.first()?.as_ptr();
            let rest = text.len().checked_sub(word.len()).filter(|rest| *rest == 0 || !whole)?;
            text.get(rest..).filter(|end| same_letters(end, word))?;
            from = Pos { at: start.at + rest, ..start };
        }
        for word in after.iter().skip(1) {
            let (start, text) = word_after(page, to)?;
            let whole = word.as_ptr() != after.last()?.as_ptr();
            text.get(..word.len())
                .filter(|head| same_letters(head, word) && (!whole || text.len() == word.len()))?;
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
    fn lines_that_are_gone_over_side_by_side_keep_their_order() {
        let lines: Vec<String> = (0..11).map(|line| "x".repeat(97 * line % 50) + " queue").collect();
        let places: Vec<u32> =
            found(&["queue"], &lines.join("\n")).into_iter().map(|(_, (first, _))| first).collect();
        assert_eq!(places, (1..=11).collect::<Vec<_>>());
    }

    #[test]
    fn no_phrases_no_text() {
        assert_eq!(found(&[" "], "anything"), []);
    }
}
