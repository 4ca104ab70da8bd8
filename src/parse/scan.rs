//! Finds the places where evidence can begin, and lets the dialects read there.

use super::Dialect;
use super::page::{Claim, Page, Pos, Span};
use crate::evidence::Kind;
use aho_corasick::automaton::Automaton;
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
        for (line, text) in page.lines.iter().enumerate() {
            let bytes = text.text.as_bytes();
            each_match(&self.automaton, bytes, |pattern, at, _| {
                if bytes.get(at) != Some(&b'!') || is_symbol_sign(bytes, at) {
                    insert(&mut hits[self.dialect[pattern]], Pos { line, at });
                }
            });
        }
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

/// Calls `found` with every match, overlapping ones as well: number of the pattern, beginning and end.
///
/// Does what `find_overlapping_iter` does, in a third of the time where lines are short.
pub(crate) fn each_match(
    automaton: &impl Automaton,
    bytes: &[u8],
    mut found: impl FnMut(usize, usize, usize),
) {
    let Ok(mut state) = automaton.start_state(Anchored::No) else { return };
    for (last, byte) in bytes.iter().enumerate() {
        state = automaton.next_state(Anchored::No, state, *byte);
        if !automaton.is_special(state) || !automaton.is_match(state) {
            continue;
        }
        for index in 0..automaton.match_len(state) {
            let pattern = automaton.match_pattern(state, index);
            found(pattern.as_usize(), last + 1 - automaton.pattern_len(pattern), last + 1);
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
