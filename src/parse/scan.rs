//! Finds the places where evidence can begin, and lets the dialects read there.

use super::Dialect;
use super::literals::Literals;
use super::page::{Claim, Page, Pos, Span};
use super::rarity::Rarity;
use crate::evidence::Kind;
use std::cell::Cell;
use std::collections::{BTreeMap, HashMap};
use std::mem::Discriminant;

/// What is looked for on a page: the anchors of dialects, where evidence can begin, and words of phrases.
#[derive(Debug)]
pub(crate) struct Marks {
    literals: Literals,
    /// Who waits for each literal.
    waiting: Vec<Waiting>,
    dialects: usize,
}

/// Who waits for a literal.
#[derive(Debug, Default)]
struct Waiting {
    /// It begins with the sign of a symbol.
    sign: bool,
    /// The dialects whose anchor it is.
    dialects: Vec<usize>,
    /// The number of the word that it is.
    word: Option<usize>,
}

/// Where they stand.
pub(crate) struct Places {
    /// Of the anchors by dialect, in order.
    pub(crate) anchors: Vec<Vec<Pos>>,
    /// Of the words, in order, with their numbers.
    pub(crate) words: Vec<(Pos, usize)>,
}

impl Marks {
    pub(crate) fn new<'w>(
        dialects: &[Dialect],
        words: impl Iterator<Item = &'w str>,
        rarity: &Rarity,
    ) -> Self {
        let mut waiting: BTreeMap<&str, Waiting> = BTreeMap::new();
        for (number, dialect) in dialects.iter().enumerate() {
            for anchor in dialect.anchors {
                waiting.entry(anchor).or_default().dialects.push(number);
            }
        }
        words.enumerate().for_each(|(number, word)| waiting.entry(word).or_default().word = Some(number));
        waiting.iter_mut().for_each(|(text, waiting)| waiting.sign = text.starts_with('!'));
        let literals = Literals::new(waiting.keys().copied(), rarity);
        Marks { literals, waiting: waiting.into_values().collect(), dialects: dialects.len() }
    }

    pub(crate) fn find(&self, page: &Page<'_>) -> Places {
        let mut places = Places { anchors: vec![Vec::new(); self.dialects], words: Vec::new() };
        self.literals.find(page, |number, pos| {
            let Some(waiting) = self.waiting.get(number) else { return };
            if let Some(word) = waiting.word {
                insert(&mut places.words, (pos, word));
            }
            if !waiting.sign || is_symbol_sign(page.text(pos.line).as_bytes(), pos.at) {
                waiting.dialects.iter().for_each(|dialect| insert(&mut places.anchors[*dialect], pos));
            }
        });
        places
    }
}

/// Takes in a place where it belongs, if it is not there yet: near the end, for only literals that overlap come out of order.
fn insert<T: Ord>(places: &mut Vec<T>, new: T) {
    if places.last().is_none_or(|last| *last < new) {
        return places.push(new);
    }
    let later = places.iter().rev().take_while(|place| **place > new).count();
    let at = places.len() - later;
    if places.get(at.wrapping_sub(1)) != Some(&new) {
        places.insert(at, new);
    }
}

/// Whether the `!` at an offset can stand inside a symbol: after a name, and not before another `!`. Prose has many that
/// cannot.
fn is_symbol_sign(bytes: &[u8], at: usize) -> bool {
    let sign = |byte: &u8| matches!(byte, b'_' | b'>' | b'.' | b'-' | b'$' | b')' | b']');
    let name = |byte: &u8| byte.is_ascii_alphanumeric() || !byte.is_ascii() || sign(byte);
    at.checked_sub(1).and_then(|before| bytes.get(before)).is_some_and(name)
        && bytes.get(at + 1) != Some(&b'!')
}

/// How many lines two rows of a stack may be apart.
const ROWS_APART: usize = 32;

/// What every dialect claims, in the order of the dialects; evidence that an earlier dialect already has is left out, and
/// the rows of a stack that one has are not read again by those who read nothing else.
pub(crate) fn claims(page: &Page<'_>, anchors: Vec<Vec<Pos>>, dialects: &[Dialect]) -> Vec<Claim> {
    let mut taken = Taken::default();
    let mut all = Vec::new();
    for (dialect, hits) in dialects.iter().zip(anchors) {
        let first = all.len();
        let only_stacks = dialect.reads_only_stacks();
        let mut end = Pos { line: 0, at: 0 };
        for (number, &hit) in hits.iter().enumerate() {
            if hit < end {
                continue;
            }
            if only_stacks && let Some(to) = taken.end_of_stack(hit) {
                let later = hits.get(number..).unwrap_or_default();
                let beyond = later.iter().copied().find(|hit| *hit >= to);
                // From the last line rows may go on beyond the stack, if there are any.
                let goes_on = beyond
                    .is_some_and(|hit| hit.line - to.line <= ROWS_APART && taken.end_of_stack(hit).is_none());
                end = if goes_on { Pos { line: to.line, at: 0 } } else { to };
                if hit < end {
                    continue;
                }
            }
            if let Some(mut claim) = (dialect.read)(page, hit) {
                claim.pieces.retain(|piece| piece.span.from >= end && taken.is_free(&piece.kind, piece.span));
                end = end.max(claim.end);
                all.push(claim);
            }
        }
        taken.take(&all[first..]);
    }
    all
}

/// The spans that earlier dialects claimed, by kind of evidence.
#[derive(Default)]
struct Taken {
    stacks: Spans,
    others: HashMap<Discriminant<Kind>, Spans>,
}

/// Spans in order, no two of which begin at one place.
#[derive(Default)]
struct Spans {
    all: Vec<Span>,
    /// Where was looked last.
    near: Cell<usize>,
}

impl Taken {
    fn is_free(&self, kind: &Kind, span: Span) -> bool {
        let spans = match kind {
            Kind::Stack(_) => Some(&self.stacks),
            _ => self.others.get(&std::mem::discriminant(kind)),
        };
        let before = spans.and_then(|spans| spans.last(|taken| taken.from < span.to));
        before.is_none_or(|taken| taken.to <= span.from)
    }

    /// The end of the stack that a place lies in.
    fn end_of_stack(&self, at: Pos) -> Option<Pos> {
        self.stacks.last(|taken| taken.from <= at).map(|taken| taken.to).filter(|to| at < *to)
    }

    /// Takes in what a dialect claims.
    fn take(&mut self, claims: &[Claim]) {
        for piece in claims.iter().flat_map(|claim| &claim.pieces) {
            let spans = match &piece.kind {
                Kind::Stack(_) => &mut self.stacks,
                kind => self.others.entry(std::mem::discriminant(kind)).or_default(),
            };
            spans.all.push(piece.span);
        }
        self.others.values_mut().chain([&mut self.stacks]).for_each(Spans::sort);
    }
}

/// How many spans beyond the last place the next is sought before all are.
const NEAR: usize = 8;

impl Spans {
    /// The last of those that come first and for which something holds. Dialects ask in the order of the text.
    fn last(&self, holds: impl Fn(&Span) -> bool) -> Option<&Span> {
        let held = |index: usize| self.all.get(index).is_some_and(&holds);
        let near = Some(self.near.get()).filter(|near| near.checked_sub(1).is_none_or(held));
        let end = near.and_then(|near| (near..near + NEAR).find(|index| !held(*index)));
        let end = end.unwrap_or_else(|| self.all.partition_point(&holds));
        self.near.set(end);
        self.all.get(end.checked_sub(1)?)
    }

    fn sort(&mut self) {
        self.all.sort_by_key(|span| span.from);
        self.all.dedup_by(|next, span| {
            let same = next.from == span.from;
            span.to = if same { span.to.max(next.to) } else { span.to };
            same
        });
        self.near.set(0);
    }
}
