//! Finds literals in the clean lines of a page, however many there are and without ASCII case.
//!
//! There may be thousands of them. A text goes through a `sieve` of four bytes of each, and what is left is looked up by
//! these, by three of a literal that has no more, or by the first of one such as the `!` of a symbol: a thousand literals
//! more cost next to nothing.

use super::glance::chunk;
use super::page::{Page, Pos};
use super::rarity::Rarity;
use super::sieve::{Set, Sieve, Sifted, Sought, WORD};
use super::wake::{CASE, GRAM, fold, folded, hash};

/// Places in the table, for literals of less than three bytes, of three, and of more: a thousand leave it nearly empty.
const BITS: u32 = 13;
const HASHES: usize = 1 << BITS;
const BYTES: usize = 256;
const PLACES: usize = BYTES + 2 * HASHES;
const KEYS: usize = 3;
/// Bytes by which words are compared.
const TELLING: usize = 3;
/// Bytes that are compared at once.
const HEAD: usize = 16;
/// Bytes of logs and stacks, the most common first.
const COMMON: &[u8] = b" e0ta1cdonibr2sf3lx4756m89pu.-hg,:=wvyk/\"(j)q*z";

/// Literals, by what is looked for of them.
#[derive(Debug)]
pub(crate) struct Literals {
    literals: Vec<Literal>,
    sieve: Sieve,
    /// Where the table holds something.
    taken: Set,
    /// One more than the number of the first literal that is looked up there; 0 where there is none.
    table: Box<[u32; PLACES]>,
}

#[derive(Debug)]
struct Literal {
    number: usize,
    length: usize,
    /// Where in it stands what is looked for.
    at: usize,
    /// Its first bytes in lower case, which of their bits tell the case of letters, and which count.
    head: u128,
    case: u128,
    counts: u128,
    /// The bytes behind these, in lower case.
    rest: Box<[u8]>,
    /// One more than the number of the next literal that is looked up at the same place, or 0.
    next: u32,
}

impl Literals {
    pub(crate) fn new<'l>(texts: impl IntoIterator<Item = &'l str>, rarity: &Rarity) -> Self {
        let mut literals = Literals {
            literals: Vec::new(),
            sieve: Sieve::new(),
            taken: Set::new(PLACES),
            table: Box::new([0; PLACES]),
        };
        let mut texts: Vec<(usize, &str)> = texts.into_iter().enumerate().collect();
        // Those that leave little choice come first: the others find much of what they need in the sieve.
        texts.sort_by_key(|(_, text)| text.len());
        for (number, text) in texts {
            literals.add(number, text.to_ascii_lowercase().as_bytes(), rarity);
        }
        literals
    }

    /// Takes in a text in lower case.
    fn add(&mut self, number: usize, text: &[u8], rarity: &Rarity) {
        let gram = |at: usize| text.get(at..text.len().min(at + GRAM)).unwrap_or_default();
        let sought = (0..text.len().saturating_sub(GRAM - 1).max(1)).filter(|_| !text.is_empty());
        let sought = sought.map(|at| Sought { at, gram: gram(at), cost: rarity.of_gram(gram(at)) });
        let Some(at) = self.sieve.take_cheapest(sought.collect(), rarity) else { return };
        let [byte, three, four] = keys(fold(chunk(gram(at))));
        let first = match gram(at).len() {
            GRAM => four,
            3 => three,
            _ => byte,
        };
        self.taken.insert(first);
        let next = std::mem::replace(&mut self.table[first], self.literals.len() as u32 + 1);
        self.literals.push(Literal { next, ..Literal::new(number, text, at) });
    }

    /// Calls `found` with the number of a literal and every place at which it stands in a line.
    pub(crate) fn find(&self, page: &Page<'_>, mut found: impl FnMut(usize, Pos)) {
        let mut places = Sifted::new();
        for stretch in page.stretches() {
            let text = stretch.text.as_bytes();
            let mut line = 0;
            self.each_gram(text, &mut places, |at, firsts| {
                for first in firsts {
                    let mut next = first;
                    while let Some(literal) = self.literals.get((next as usize).wrapping_sub(1)) {
                        next = literal.next;
                        let from = at.checked_sub(literal.at).filter(|from| literal.stands(text, *from));
                        let pos = from.and_then(|from| stretch.pos(&mut line, from, from + literal.length));
                        pos.into_iter().for_each(|pos| found(literal.number, pos));
                    }
                }
            });
        }
    }

    /// Calls `found` with where literals may stand, and with what the table holds of them.
    fn each_gram(&self, text: &[u8], places: &mut Sifted, mut found: impl FnMut(usize, [u32; KEYS])) {
        let mut sift = |text: &[u8], start: usize| {
            let done = self.sieve.sift(text, places);
            let at = |place: usize| keys(folded(text, place).unwrap_or_default());
            places.retain(|place| at(place).iter().fold(false, |any, key| any | self.taken.has(*key)));
            places.iter().for_each(|place| found(start + place, at(place).map(|key| self.table[key])));
            done
        };
        let mut at = 0;
        while let Some(done) = text.get(at..).map(|rest| sift(rest, at)).filter(|done| *done > 0) {
            at += done;
        }
        // The last places have too little behind them.
        sift(&chunk::<{ 2 * WORD + GRAM }>(text.get(at..).unwrap_or_default()), at);
    }
}

impl Literal {
    /// One of a text in lower case, of which is looked for what stands at `at`.
    fn new(number: usize, text: &[u8], at: usize) -> Self {
        let (head, rest) = text.split_at(text.len().min(HEAD));
        let bits = |of: fn(u8) -> u8| {
            let mut bytes = [0; HEAD];
            bytes.iter_mut().zip(head).for_each(|(bits, byte)| *bits = of(*byte));
            u128::from_le_bytes(bytes)
        };
        Literal {
            number,
            length: text.len(),
            at,
            head: bits(|byte| byte),
            case: bits(|byte| if byte.is_ascii_lowercase() { CASE } else { 0 }),
            counts: bits(|_| u8::MAX),
            rest: rest.into(),
            next: 0,
        }
    }

    /// Whether it stands in a text from an offset on.
    #[inline]
    fn stands(&self, text: &[u8], from: usize) -> bool {
        let Some(text) = text.get(from..) else { return false };
        ((u128::from_le_bytes(chunk(text)) | self.case) ^ self.head) & self.counts == 0
            && text
                .get(HEAD.min(self.length)..self.length)
                .is_some_and(|rest| rest.eq_ignore_ascii_case(&self.rest))
    }
}

/// Where in the table four bytes are looked up: by the first of them, by three, and by all.
#[inline]
fn keys(gram: u32) -> [usize; KEYS] {
    [gram as usize % BYTES, BYTES + hash::<BITS>(gram << 8), BYTES + HASHES + hash::<BITS>(gram)]
}

/// How rare some bytes are, about.
fn rarity(bytes: &[u8]) -> usize {
    let rank = |byte: &u8| COMMON.iter().position(|common| *common == byte | CASE).unwrap_or(COMMON.len());
    bytes.iter().map(rank).sum()
}

/// How well a word can be looked for: by how rare its rarest bytes are.
pub(crate) fn tells(word: &str) -> usize {
    word.as_bytes().windows(TELLING).map(rarity).max().unwrap_or(0)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn found(literals: &[&str], text: &str) -> Vec<(usize, Pos)> {
        let mut found = Vec::new();
        let page = Page::new(text);
        Literals::new(literals.iter().copied(), &Rarity::new())
            .find(&page, |number, pos| found.push((number, pos)));
        found.sort_unstable();
        found
    }

    #[test]
    fn a_literal_is_found_wherever_it_stands() {
        for literal in
            ["!", "x", "->", "+0x", "at ", "Description:", "Faulting application name:", "v\u{e9}nement"]
        {
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
