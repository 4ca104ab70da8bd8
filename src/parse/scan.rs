//! Finds the places where evidence can begin, and lets the dialects read there.

use super::Dialect;
use super::page::{Claim, Page, Pos, Span};
use crate::evidence::Kind;
use aho_corasick::{AhoCorasick, AhoCorasickBuilder, AhoCorasickKind};
use std::collections::BTreeMap;
use std::mem::Discriminant;

/// Where evidence can begin, for a list of dialects.
pub(crate) struct Anchors {
    automaton: AhoCorasick,
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
        let automaton = AhoCorasickBuilder::new()
            .ascii_case_insensitive(true)
            .kind(Some(AhoCorasickKind::DFA))
            .build(patterns)
            .expect("anchors build");
        Anchors { automaton, dialect }
    }

    /// Hits of every dialect, each in order.
    fn hits(&self, page: &Page<'_>, dialects: usize) -> Vec<Vec<Pos>> {
        let mut hits = vec![Vec::new(); dialects];
        for (line, text) in page.lines.iter().enumerate() {
            let bytes = text.text.as_bytes();
            for found in self.automaton.find_overlapping_iter(bytes) {
                if bytes[found.start()] == b'!' && !is_symbol_sign(bytes, found.start()) {
                    continue;
                }
                hits[self.dialect[found.pattern().as_usize()]].push(Pos { line, at: found.start() });
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

/// What every dialect claims, in the order of the dialects; evidence that an earlier dialect already has is left out.
pub(crate) fn claims(page: &Page<'_>, anchors: &Anchors, dialects: &[Dialect]) -> Vec<Claim> {
    let mut taken = Taken::default();
    let mut all = Vec::new();
    for (dialect, hits) in dialects.iter().zip(anchors.hits(page, dialects.len())) {
        let first = all.len();
        let mut end = Pos { line: 0, at: 0 };
        for hit in hits {
            if hit < end {
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
struct Taken(std::collections::HashMap<Discriminant<Kind>, BTreeMap<Pos, Pos>>);

impl Taken {
    fn is_free(&self, kind: &Kind, span: Span) -> bool {
        let Some(spans) = self.0.get(&std::mem::discriminant(kind)) else { return true };
        let before = spans.range(..span.to).next_back();
        before.is_none_or(|(_, to)| *to <= span.from)
    }

    fn take(&mut self, kind: &Kind, span: Span) {
        let spans = self.0.entry(std::mem::discriminant(kind)).or_default();
        let to = spans.entry(span.from).or_insert(span.to);
        *to = (*to).max(span.to);
    }
}
