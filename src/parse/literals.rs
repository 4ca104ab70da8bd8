//! Finds literals in the clean lines of a page, however many there are and without ASCII case.
//!
//! There may be thousands of them. Of every one the three rarest bytes go into a table, and the three bytes at every place
//! of the text are looked up there: no look-up waits for another, and a thousand literals more cost next to nothing. Of a
//! literal of less than three bytes, such as the `!` of a symbol, the first is looked for by itself.

use super::page::{Page, Pos};
use super::wake::{CASE, folded};
use rustc_hash::FxHashMap;

/// Bytes that are looked up together.
const GRAM: usize = 3;
/// Places that are looked up before one asks which of them are known.
const AT_ONCE: usize = 16;
/// Places in the table: a thousand literals leave it nearly empty.
const BITS: u32 = 17;
const PLACES: usize = 1 << BITS;
/// The bits of four bytes that count.
const COUNTS: u32 = u32::MAX >> 8;
/// Bytes of logs and stacks, the most common first.
const COMMON: &[u8] = b" e0ta1cdonibr2sf3lx4756m89pu.-hg,:=wvyk/\"(j)q*z";

/// Literals, by what is looked for of them.
#[derive(Debug)]
pub(crate) struct Literals {
    /// Single bytes that are looked for, in both cases.
    bytes: Vec<u8>,
    by_byte: FxHashMap<u8, Vec<Literal>>,
    /// By hash of three bytes: whether they are looked for.
    table: Box<[bool; PLACES]>,
    by_gram: FxHashMap<u32, Vec<Literal>>,
}

#[derive(Debug, Clone)]
struct Literal {
    number: usize,
    /// In lower case.
    text: Box<[u8]>,
    /// Where in it stands what is looked for.
    at: usize,
}

impl Literals {
    pub(crate) fn new<'l>(texts: impl IntoIterator<Item = &'l str>) -> Self {
        let mut literals = Literals {
            bytes: Vec::new(),
            by_byte: FxHashMap::default(),
            table: Box::new([false; PLACES]),
            by_gram: FxHashMap::default(),
        };
        for (number, text) in texts.into_iter().enumerate() {
            literals.add(number, text.as_bytes());
        }
        literals.bytes = literals.by_byte.keys().copied().collect();
        literals.bytes.sort_unstable();
        literals
    }

    fn add(&mut self, number: usize, text: &[u8]) {
        let at = rarest(text);
        let literal = Literal { number, text: text.to_ascii_lowercase().into(), at: at.unwrap_or(0) };
        if let Some(gram) = at.and_then(|at| folded(&[text, &[0]].concat(), at)) {
            self.table[place(gram)] = true;
            self.by_gram.entry(gram & COUNTS).or_default().push(literal);
        } else if let Some(byte) = text.first() {
            if byte.is_ascii_alphabetic() {
                self.by_byte.entry(byte.to_ascii_uppercase()).or_default().push(literal.clone());
            }
            self.by_byte.entry(byte.to_ascii_lowercase()).or_default().push(literal);
        }
    }

    /// Calls `found` with the number of a literal and every place at which it stands in a line.
    pub(crate) fn find(&self, page: &Page<'_>, mut found: impl FnMut(usize, Pos)) {
        for stretch in page.stretches() {
            let text = stretch.text.as_bytes();
            let mut look = |literals: Option<&Vec<Literal>>, at: usize, line: &mut usize| {
                for literal in literals.map_or(&[][..], Vec::as_slice) {
                    let around = literal.around(text, at);
                    if let Some(pos) = around.and_then(|(from, to)| stretch.pos(line, from, to)) {
                        found(literal.number, pos);
                    }
                }
            };
            for pair in self.bytes.chunks(2) {
                let ([one, .., other] | [one @ other]) = pair else { continue };
                let mut line = 0;
                for at in memchr::memchr2_iter(*one, *other, text) {
                    look(text.get(at).and_then(|byte| self.by_byte.get(byte)), at, &mut line);
                }
            }
            let mut line = 0;
            self.grams(text, |at, gram| look(self.by_gram.get(&(gram & COUNTS)), at, &mut line));
        }
    }

    /// Calls `found` with where three bytes stand that may be looked for, and with these.
    fn grams(&self, text: &[u8], mut found: impl FnMut(usize, u32)) {
        let mut at = 0;
        while let Some(group) = text.get(at..).and_then(<[u8]>::first_chunk::<{ AT_ONCE + GRAM }>) {
            let known = |at: usize| folded(group, at).is_some_and(|gram| self.table[place(gram)]);
            // No branch a place: which it is nobody can foretell.
            let mut places = (0..AT_ONCE).rev().fold(0, |all, at| all << 1 | u32::from(known(at)));
            while places != 0 {
                let at = at + places.trailing_zeros() as usize;
                folded(text, at).into_iter().for_each(|gram| found(at, gram));
                places &= places - 1;
            }
            at += AT_ONCE;
        }
        // The last places have no fourth byte behind them.
        let rest = text.get(at..).unwrap_or_default();
        let mut last = [0; AT_ONCE + 2 * GRAM];
        last.iter_mut().zip(rest).for_each(|(to, byte)| *to = *byte);
        for before in 0..rest.len() {
            let known = folded(&last, before).filter(|gram| self.table[place(*gram)]);
            known.into_iter().for_each(|gram| found(at + before, gram));
        }
    }
}

impl Literal {
    /// Where the literal begins and ends, if it stands where what is looked for of it stands at `at`.
    #[inline]
    fn around(&self, text: &[u8], at: usize) -> Option<(usize, usize)> {
        let from = at.checked_sub(self.at)?;
        let to = from + self.text.len();
        let mut pairs = self.text.iter().zip(text.get(from..to)?);
        pairs.all(|(own, other)| *own == other.to_ascii_lowercase()).then_some((from, to))
    }
}

/// The place of three bytes in the table. Of a fourth the multiplication leaves nothing.
#[inline]
fn place(gram: u32) -> usize {
    (gram.wrapping_mul(0x9E37_79B1 << 8) >> (u32::BITS - BITS)) as usize
}

/// Where in a literal its three rarest bytes stand; none in a shorter one.
fn rarest(text: &[u8]) -> Option<usize> {
    (0..(text.len() + 1).saturating_sub(GRAM)).max_by_key(|at| text.get(*at..at + GRAM).map(rarity))
}

/// How rare some bytes are, about.
fn rarity(bytes: &[u8]) -> usize {
    let rank = |byte: &u8| COMMON.iter().position(|common| *common == byte | CASE).unwrap_or(COMMON.len());
    bytes.iter().map(rank).sum()
}

/// How well a word can be looked for: by how rare its rarest bytes are.
pub(crate) fn tells(word: &str) -> usize {
    let text = word.as_bytes();
    rarest(text).and_then(|at| text.get(at..at + GRAM)).map_or(0, rarity)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn found(literals: &[&str], text: &str) -> Vec<(usize, Pos)> {
        let mut found = Vec::new();
        let page = Page::new(text);
        Literals::new(literals.iter().copied()).find(&page, |number, pos| found.push((number, pos)));
        found.sort_unstable();
        found
    }

    #[test]
    fn a_literal_is_found_wherever_it_stands() {
        for literal in ["!", "x", "+0x", "at ", "Description:", "v\u{e9}nement"] {
            for before in 0..40 {
                for after in 0..40 {
                    let text = format!("{}{literal}{}", "-".repeat(before), "-".repeat(after));
                    assert_eq!(found(&[literal], &text), [(0, Pos { line: 0, at: before })], "{text}");
                }
            }
        }
    }

    #[test]
    fn case_does_not_matter_and_literals_may_overlap() {
        let at = |at: usize| Pos { line: 0, at };
        assert_eq!(
            found(&["Exception", "on c", "X"], "eXCEPTION Code"),
            [(0, at(0)), (1, at(7)), (2, at(1))]
        );
    }

    #[test]
    fn places_are_those_of_clean_lines() {
        let text = "> stop\r\n> <b>stop</b> &amp; stop\nst\nop\n| | stop";
        let at = |line: usize, at: usize| (0, Pos { line, at });
        assert_eq!(found(&["stop"], text), [at(0, 0), at(1, 0), at(1, 7), at(4, 0)]);
        assert_eq!(found(&[" stop"], "> stop\n>  stop"), [at(1, 0)], "the mark's blank is none of the line");
    }

    #[test]
    fn a_line_that_was_cut_holds_nothing_across_the_cut() {
        let text = format!("{}stop {}", "x".repeat(16_382), "x".repeat(100));
        assert_eq!(found(&["stop"], &text), []);
    }
}
