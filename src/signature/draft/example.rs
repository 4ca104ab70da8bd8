//! Cuts out of a text what proves the ways to recognise it.
//!
//! The lines of a piece of evidence stand as they are. Of a text that has lost its line breaks only the piece
//! itself is taken; of a table or a report the lines around it too. What is cut out is read again: it must say
//! the same.

use super::ways::Way;
use crate::evidence::{Evidence, Kind};
use crate::parse::Parser;
use crate::signature::{Example, Expect};

/// Bytes beside a piece that whole lines may add; more is a text without line breaks.
const BESIDE: usize = 300;
/// Lines before and after a piece in which the rest of its table or report may stand, the nearest first: the
/// heading of a table, the `FAULT ->` of Dr. Watson.
const AROUND: &[(usize, usize)] = &[(0, 3), (3, 0), (3, 3), (8, 0), (0, 12), (8, 3), (0, 30), (8, 60)];

/// An example for each way, an equal text once; what could not be cut out is told in `missing`.
pub(super) fn examples(
    text: &str,
    evidence: &[Evidence],
    ways: &[Way],
    missing: &mut Vec<String>,
) -> Vec<Example> {
    let lines: Vec<&str> = text.lines().collect();
    let mut texts: Vec<String> = Vec::new();
    for way in ways {
        let pieces: Vec<&Evidence> = way.pieces.iter().filter_map(|at| evidence.get(*at)).collect();
        let Some(cut) = cuts(text, &lines, &pieces).into_iter().find(|cut| says_the_same(cut, &pieces))
        else {
            missing.push("example: the evidence of a match cannot be cut out of the text".to_owned());
            continue;
        };
        if !texts.contains(&cut) {
            texts.push(cut);
        }
    }
    texts.into_iter().map(|text| Example { expect: Expect::Match, text }).collect()
}

/// Ways to cut pieces out, the best first.
fn cuts(text: &str, lines: &[&str], pieces: &[&Evidence]) -> Vec<String> {
    let bytes = |piece: &&Evidence| text.get(piece.place.bytes.clone()).unwrap_or("").to_owned();
    let rows = |(first, last): (u32, u32), before: usize, after: usize| {
        let from = (first as usize).saturating_sub(1 + before);
        let to = (last as usize + after).min(lines.len());
        lines.get(from..to).unwrap_or(&[]).join("\n")
    };
    let whole = |piece: &&Evidence| {
        let rows = rows(piece.place.lines, 0, 0);
        if rows.len() > piece.place.bytes.len() + BESIDE { bytes(piece) } else { rows }
    };
    let around = |before, after| joined(pieces.iter().map(|piece| rows(piece.place.lines, before, after)));
    let first = pieces.iter().map(|piece| piece.place.lines.0).min().unwrap_or(1);
    let last = pieces.iter().map(|piece| piece.place.lines.1).max().unwrap_or(1);
    let mut cuts = vec![joined(pieces.iter().map(whole)), joined(pieces.iter().map(bytes))];
    cuts.extend(AROUND.iter().map(|(before, after)| around(*before, *after)));
    cuts.push(rows((first, last), 8, 60));
    cuts
}

/// The pieces below each other, each text once, and a line break at the end.
fn joined(pieces: impl Iterator<Item = String>) -> String {
    let mut texts: Vec<String> = Vec::new();
    for piece in pieces.map(|piece| piece.trim_end().to_owned()) {
        if !texts.contains(&piece) {
            texts.push(piece);
        }
    }
    texts.join("\n\n") + "\n"
}

/// Whether a text gives these pieces again, in one incident where they stood in one.
fn says_the_same(text: &str, pieces: &[&Evidence]) -> bool {
    let again = Parser::default().parse(text);
    let found = |piece: &&Evidence| again.iter().find(|found| same(&found.kind, &piece.kind));
    let found: Vec<&Evidence> = pieces.iter().filter_map(found).collect();
    let together = |pieces: &[&Evidence]| {
        pieces.windows(2).all(|pair| match pair {
            [one, other] => one.incident.is_some() && one.incident == other.incident,
            _ => true,
        })
    };
    found.len() == pieces.len() && (!together(pieces) || together(&found))
}

/// Whether two pieces say the same, wherever they stand.
fn same(a: &Kind, b: &Kind) -> bool {
    match (a, b) {
        (Kind::Stack(a), Kind::Stack(b)) => {
            a.frames.iter().map(|frame| frame.label()).eq(b.frames.iter().map(|frame| frame.label()))
        }
        (a, b) => a == b,
    }
}
