//! Finds the phrases that text clauses wait for: without case, blanks and line breaks collapsed to one blank.
//!
//! The word of each that tells most is looked for in the lines, and the others around it, on lines before and after as
//! well. A phrase that stands on a line several times is reported once there.

use super::literals::tells;
use super::page::{Page, Pos, Span};
use super::text::same_letters;
use crate::evidence::SmolStr;
use std::collections::{BTreeMap, BTreeSet};

/// The phrases of one parser.
#[derive(Debug, Default)]
pub(crate) struct Phrases {
    phrases: Vec<Phrase>,
    /// Their telling words, as they may be spelt.
    words: Vec<Word>,
}

#[derive(Debug)]
struct Word {
    text: String,
    /// The phrases it tells of.
    phrases: Vec<usize>,
}

#[derive(Debug)]
struct Phrase {
    /// As the clause spells it.
    spelled: SmolStr,
    words: Vec<String>,
    /// Which word is looked for.
    telling: usize,
}

impl Phrases {
    pub(crate) fn new(phrases: impl IntoIterator<Item = String>) -> Self {
        let phrases: Vec<Phrase> = phrases.into_iter().filter_map(Phrase::new).collect();
        let mut of_word: BTreeMap<String, Vec<usize>> = BTreeMap::new();
        for (number, phrase) in phrases.iter().enumerate() {
            for word in phrase.words.get(phrase.telling).into_iter().flat_map(|word| spellings(word)) {
                of_word.entry(word).or_default().push(number);
            }
        }
        let words = of_word.into_iter().map(|(text, phrases)| Word { text, phrases }).collect();
        Phrases { phrases, words }
    }

    /// The words to look for, by number.
    pub(crate) fn words(&self) -> impl Iterator<Item = &str> {
        self.words.iter().map(|word| word.text.as_str())
    }

    /// Where the phrases stand on a page whose telling words stand at `places`.
    pub(crate) fn around(&self, page: &Page<'_>, places: &[(Pos, usize)]) -> Vec<(Span, SmolStr)> {
        // The last line each phrase was reported on.
        let mut last = vec![0; self.phrases.len()];
        let mut found = Vec::with_capacity(places.len());
        for (from, word) in places {
            let Some(word) = self.words.get(*word) else { continue };
            let place = Span { from: *from, to: Pos { at: from.at + word.text.len(), ..*from } };
            for number in &word.phrases {
                let (Some(phrase), Some(last)) = (self.phrases.get(*number), last.get_mut(*number)) else {
                    continue;
                };
                let Some(span) = phrase.around(page, place) else { continue };
                let Some(begins) = page.lines.get(span.from.line).map(|line| line.number) else { continue };
                if std::mem::replace(last, begins) != begins {
                    found.push((span, phrase.spelled.clone()));
                }
            }
        }
        found
    }
}

impl Phrase {
    fn new(spelled: String) -> Option<Self> {
        let words: Vec<String> = spelled.split_whitespace().map(str::to_owned).collect();
        let telling = (0..words.len()).max_by_key(|index| words.get(*index).map(|word| tells(word)))?;
        Some(Phrase { spelled: spelled.into(), words, telling })
    }

    /// The whole phrase around its telling word, if it stands there. The first word may be the end of a longer one, and
    /// the last its beginning.
    fn around(&self, page: &Page<'_>, Span { mut from, mut to }: Span) -> Option<Span> {
        let (before, after) = self.words.split_at(self.telling);
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
            Kind::Text(phrase) => Some((phrase.into(), piece.place.lines)),
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
