//! The first pass over a text: which lines to look at.
//!
//! It runs over raw bytes, before lines are cut or cleaned: single bytes by `places`, longer triggers of the dialects and
//! the phrases by `wake`. What it finds need not be evidence; what it does not find is never looked at, unless it stands
//! near something that is.

use super::Dialect;
use super::places;
use super::rarity::Rarity;
use super::trigger::Check;
use super::wake::Wake;
use std::ops::Range;

/// Bytes that all searches go over one after the other: they stay in the processor's cache.
const PIECE: usize = 64 << 10;
/// Of several triggers on a line one is enough; on a line without end one in so many bytes.
const APART: usize = 4096;

/// Finds the triggers of the dialects, and the phrases that wake.
#[derive(Debug)]
pub(crate) struct FirstPass {
    /// Triggers of one byte; `!` and `+`.
    bytes: Vec<(u8, Check)>,
    wake: Wake,
}

impl FirstPass {
    pub(crate) fn new<'p>(
        dialects: &[Dialect],
        phrases: impl IntoIterator<Item = &'p str>,
        rarity: &Rarity,
    ) -> Self {
        let triggers = || dialects.iter().flat_map(|dialect| dialect.triggers);
        let bytes = triggers().filter_map(|trigger| match trigger.literal.as_bytes() {
            [byte] => Some((*byte, trigger.holds)),
            _ => None,
        });
        FirstPass {
            bytes: bytes.collect(),
            wake: Wake::new(triggers().filter(|trigger| trigger.literal.len() > 1), phrases, rarity),
        }
    }

    /// The offsets at which to look in so many bytes of a text, in order, about one a line.
    pub(crate) fn find(&self, text: &str, length: usize) -> Vec<usize> {
        let bytes = text.as_bytes();
        let mut found = Vec::new();
        for start in (0..length).step_by(PIECE) {
            let piece = start..length.min(start + PIECE);
            let before = found.len();
            self.single(bytes, piece.clone(), &mut found);
            self.wake.find(bytes, piece, &mut |at| found.push(text.floor_char_boundary(at)));
            // Two that are in order, one behind the other: that is what a stable sort makes use of.
            found[before..].sort();
        }
        thin_out(bytes, &mut found);
        found
    }

    fn single(&self, text: &[u8], piece: Range<usize>, found: &mut Vec<usize>) {
        let bytes = text.get(piece.clone()).unwrap_or_default();
        for pair in self.bytes.chunks(2) {
            let [(first, check), rest @ ..] = pair else { continue };
            let (second, other) = rest.first().unwrap_or(&pair[0]);
            let mut skip = 0;
            places::bytes(bytes, [*first, *second], |at| {
                let at = piece.start + at;
                let check = if text[at] == *first { check } else { other };
                if at >= skip && check(text, at) {
                    found.push(at);
                    skip = next_line(text, at);
                }
            });
        }
    }
}

/// Where the line of an offset ends, or so far into a line without end that another trigger counts.
fn next_line(text: &[u8], at: usize) -> usize {
    let line = text.get(at..).unwrap_or_default();
    let line = line.get(..APART).unwrap_or(line);
    at + memchr::memchr(b'\n', line).unwrap_or(line.len()).max(1)
}

/// Leaves one trigger a line.
fn thin_out(text: &[u8], found: &mut Vec<usize>) {
    let mut skip = 0;
    found.retain(|at| {
        let keeps = *at >= skip;
        if keeps {
            skip = next_line(text, *at);
        }
        keeps
    });
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_trigger_is_found_over_a_line_end() {
        let pass = FirstPass::new(crate::parse::DIALECTS, [], &Rarity::new());
        let text = "Syntax error or access\n   violation (0)\n";
        assert_eq!(pass.find(text, text.len()).len(), 1);
    }

    #[test]
    fn triggers_on_the_border_of_two_pieces_are_found() {
        let pass = FirstPass::new(crate::parse::DIALECTS, ["local delivery"], &Rarity::new());
        for evidence in [" STOP 0x0000001E ", " local delivery ", " a!b ", " return-address "] {
            for before in PIECE - evidence.len()..=PIECE {
                let text = format!("{}{evidence}\n", " ".repeat(before));
                assert_eq!(pass.find(&text, text.len()).len(), 1, "{before} {evidence}");
            }
        }
    }
}
