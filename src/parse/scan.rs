//! Finds the places where evidence can begin, and lets the dialects read there.

use super::Dialect;
use super::page::{Claim, Page, Pos, Span};
use crate::evidence::Kind;
use aho_corasick::automaton::{Automaton, StateID};
use aho_corasick::dfa::DFA;
use aho_corasick::{Anchored, StartKind};
use std::collections::{BTreeMap, HashMap};
use std::mem::Discriminant;

/// Where evidence can begin, for a list of dialects.
pub(crate) struct Anchors {
    automaton: DFA,
    /// The dialect of each pattern.
    dialect: Vec<usize>,
}

impl Anchors {
    pub(crate) fn new(dialects: &[Dialect]) -> Self {
        let (patterns, dialect): (Vec<_>, Vec<_>) = dialects
            .iter()
            .enumerate()
            .flat_map(|(index, dialect)| dialect.anchors.iter().map(move |anchor| (*anchor, index)))
            .unzip();
        #[expect(clippy::expect_used, reason = "the patterns are constants, and far from the size limit")]
        let automaton = DFA::builder()
            .ascii_case_insensitive(true)
            .start_kind(StartKind::Unanchored)
            .build(patterns)
            .expect("anchors build");
        Anchors { automaton, dialect }
    }

    /// Hits of every dialect, each in order.
    fn hits(&self, page: &Page<'_>, dialects: usize) -> Vec<Vec<Pos>> {
        let mut hits = vec![Vec::new(); dialects];
        each_match(&self.automaton, page, |pattern, Span { from, .. }| {
            let bytes = page.text(from.line).as_bytes();
            if bytes.get(from.at) != Some(&b'!') || is_symbol_sign(bytes, from.at) {
                insert(&mut hits[self.dialect[pattern]], from);
            }
        });
        hits
    }
}

/// Puts a hit in its place, once. Hits come in the order of their ends, so that is one of the last.
fn insert(hits: &mut Vec<Pos>, hit: Pos) {
    match hits.iter().rposition(|earlier| *earlier <= hit) {
        Some(place) if hits[place] == hit => {}
        Some(place) => hits.insert(place + 1, hit),
        None => hits.insert(0, hit),
    }
}

/// Lines that an automaton goes over side by side.
const LANES: usize = 4;

/// Calls `found` with every match in the lines of a page, overlapping ones as well: number of the pattern, and where it
/// stands. They come line by line, in the order of their ends.
///
/// Each step of an automaton waits for the one before; those of several lines do not wait for each other.
pub(crate) fn each_match(automaton: &impl Automaton, page: &Page<'_>, mut found: impl FnMut(usize, Span)) {
    let Ok(start) = automaton.start_state(Anchored::No) else { return };
    let mut matches: [Vec<(usize, StateID)>; LANES] = Default::default();
    for (group, lines) in page.lines.chunks(LANES).enumerate() {
        let bytes: [&[u8]; LANES] =
            std::array::from_fn(|lane| lines.get(lane).map_or(&[][..], |line| line.text.as_bytes()));
        let longest = bytes.iter().map(|bytes| bytes.len()).max().unwrap_or(0);
        let mut states = [start; LANES];
        for at in 0..longest {
            for lane in 0..LANES {
                let Some(byte) = bytes[lane].get(at) else { continue };
                let state = automaton.next_state(Anchored::No, states[lane], *byte);
                states[lane] = state;
                if automaton.is_special(state) && automaton.is_match(state) {
                    matches[lane].push((at + 1, state));
                }
            }
        }
        for (lane, matches) in matches.iter_mut().enumerate() {
            let pos = |at: usize| Pos { line: group * LANES + lane, at };
            for (end, state) in matches.drain(..) {
                for index in 0..automaton.match_len(state) {
                    let pattern = automaton.match_pattern(state, index);
                    let begin = end - automaton.pattern_len(pattern);
                    found(pattern.as_usize(), Span { from: pos(begin), to: pos(end) });
                }
            }
        }
    }
}

/// Whether the `!` at an offset can stand inside a symbol: after a name, and not before another `!`. Prose has many that
/// cannot.
fn is_symbol_sign(bytes: &[u8], at: usize) -> bool {
    let name = |byte: &u8| byte.is_ascii_alphanumeric() || !byte.is_ascii() || b"_>.-$)]".contains(byte);
    at.checked_sub(1).and_then(|before| bytes.get(before)).is_some_and(name)
        && bytes.get(at + 1) != Some(&b'!')
}

/// What every dialect claims, in the order of the dialects; evidence that an earlier dialect already has is left out, and
/// the rows of a stack that one has are not read again by those who read nothing else.
pub(crate) fn claims(page: &Page<'_>, anchors: &Anchors, dialects: &[Dialect]) -> Vec<Claim> {
    let mut taken = Taken::default();
    let mut all = Vec::new();
    for (dialect, hits) in dialects.iter().zip(anchors.hits(page, dialects.len())) {
        let first = all.len();
        let only_stacks = dialect.reads_only_stacks();
        let mut end = Pos { line: 0, at: 0 };
        for hit in hits {
            if hit < end {
                continue;
            }
            if only_stacks && let Some(last) = taken.last_line_of_stack(hit) {
                end = last;
                continue;
            }
            if let Some(mut claim) = (dialect.read)(page, hit) {
                claim.pieces.retain(|piece| piece.span.from >= end && taken.is_free(&piece.kind, piece.span));
                end = end.max(claim.end);
                all.push(claim);
            }
        }
        for piece in all[first..].iter().flat_map(|claim| &claim.pieces) {
            taken.take(&piece.kind, piece.span);
        }
    }
    all
}

/// The spans that earlier dialects claimed, by kind of evidence.
#[derive(Default)]
struct Taken {
    stacks: BTreeMap<Pos, Pos>,
    others: HashMap<Discriminant<Kind>, BTreeMap<Pos, Pos>>,
}

impl Taken {
    fn is_free(&self, kind: &Kind, span: Span) -> bool {
        let spans = match kind {
            Kind::Stack(_) => Some(&self.stacks),
            _ => self.others.get(&std::mem::discriminant(kind)),
        };
        let before = spans.and_then(|spans| spans.range(..span.to).next_back());
        before.is_none_or(|(_, to)| *to <= span.from)
    }

    /// The beginning of the last line of the stack that a place lies in, if it lies above that: from there rows may go
    /// on beyond the stack.
    fn last_line_of_stack(&self, at: Pos) -> Option<Pos> {
        let (_, to) = self.stacks.range(..=at).next_back()?;
        (at.line < to.line).then_some(Pos { line: to.line, at: 0 })
    }

    fn take(&mut self, kind: &Kind, span: Span) {
        let spans = match kind {
            Kind::Stack(_) => &mut self.stacks,
            _ => self.others.entry(std::mem::discriminant(kind)).or_default(),
        };
        let to = spans.entry(span.from).or_insert(span.to);
        *to = (*to).max(span.to);
    }
}
