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
        let Ok(begin) = self.automaton.start_state(Anchored::No) else { return hits };
        for (line, text) in page.lines.iter().enumerate() {
            let bytes = text.text.as_bytes();
            let mut state = begin;
            for (last, byte) in bytes.iter().enumerate() {
                state = self.automaton.next_state(Anchored::No, state, *byte);
                if !self.automaton.is_special(state) || !self.automaton.is_match(state) {
                    continue;
                }
                for index in 0..self.automaton.match_len(state) {
                    let pattern = self.automaton.match_pattern(state, index);
                    let at = last + 1 - self.automaton.pattern_len(pattern);
                    if bytes[at] != b'!' || is_symbol_sign(bytes, at) {
                        hits[self.dialect[pattern.as_usize()]].push(Pos { line, at });
                    }
                }
            }
        }
        for list in &mut hits {
            list.sort_unstable();
            list.dedup();
        }
        hits
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
        let mut end = Pos { line: 0, at: 0 };
        for hit in hits {
            if hit < end || dialect.reads_only_stacks() && taken.is_inside_stack(hit) {
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

    /// Whether a place lies in a stack, above its last line: from that one on, rows may go on beyond the stack.
    fn is_inside_stack(&self, at: Pos) -> bool {
        let before = self.stacks.range(..=at).next_back();
        before.is_some_and(|(_, to)| at.line < to.line)
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
