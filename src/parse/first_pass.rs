//! The first pass over a text: which lines to look at.
//!
//! It runs over raw bytes, before lines are cut or cleaned, and has to be as fast as a search for literals: single bytes by
//! `memchr`, the triggers of the dialects by a packed search, the phrases by `wake`. What it finds need not be evidence;
//! what it does not find is never looked at, unless it stands near something that is.

use super::Dialect;
use super::trigger::{Check, Trigger};
use super::wake::{LONG, Wake};
use aho_corasick::{AhoCorasick, MatchKind, packed};
use std::ops::Range;

/// Literals that one packed search takes at full speed: of more, each step covers half as many bytes.
const PACKED: usize = 32;
/// Bytes that all searches go over one after the other: they stay in the processor's cache.
const PIECE: usize = 64 << 10;
/// Of several triggers on a line one is enough; on a line without end one in so many bytes.
const APART: usize = 4096;

/// Finds the triggers of the dialects, and the phrases that wake.
#[derive(Debug)]
pub(crate) struct FirstPass {
    /// Triggers of one byte; `!` and `+`.
    bytes: Vec<(u8, Check)>,
    groups: Vec<Group>,
    /// Long triggers, and the phrases.
    wake: Wake,
}

/// Literals searched together, and the check of each.
#[derive(Debug)]
struct Group {
    search: Search,
    checks: Vec<Check>,
}

#[derive(Debug)]
enum Search {
    Packed(packed::Searcher),
    /// Where the processor has no packed search.
    Automaton(AhoCorasick),
}

impl FirstPass {
    pub(crate) fn new<'p>(dialects: &[Dialect], phrases: impl IntoIterator<Item = &'p str>) -> Self {
        let triggers = || dialects.iter().flat_map(|dialect| dialect.triggers);
        let bytes = triggers().filter_map(|trigger| match trigger.literal.as_bytes() {
            [byte] => Some((*byte, trigger.holds)),
            _ => None,
        });
        let short = triggers().filter(|trigger| (2..LONG).contains(&trigger.literal.len()));
        let spelt: Vec<(String, Check)> = short.flat_map(spelt).collect();
        FirstPass {
            bytes: bytes.collect(),
            groups: spelt.chunks(PACKED).filter_map(Group::new).collect(),
            wake: Wake::new(triggers().filter(|trigger| trigger.literal.len() >= LONG), phrases),
        }
    }

    /// The offsets at which to look, in order, about one a line.
    pub(crate) fn find(&self, text: &str) -> Vec<usize> {
        let bytes = text.as_bytes();
        let mut found = Vec::new();
        for start in (0..bytes.len()).step_by(PIECE) {
            let piece = start..bytes.len().min(start + PIECE);
            self.single(bytes, piece.clone(), &mut found);
            for group in &self.groups {
                group.find(bytes, piece.clone(), &mut found);
            }
            self.wake.find(bytes, piece, &mut |at| found.push(text.floor_char_boundary(at)));
        }
        found.sort_unstable();
        thin_out(bytes, &mut found);
        found
    }

    fn single(&self, text: &[u8], piece: Range<usize>, found: &mut Vec<usize>) {
        let bytes = text.get(piece.clone()).unwrap_or_default();
        for pair in self.bytes.chunks(2) {
            let [(first, check), rest @ ..] = pair else { continue };
            let (second, other) = rest.first().unwrap_or(&pair[0]);
            let mut skip = 0;
            for at in memchr::memchr2_iter(*first, *second, bytes) {
                let at = piece.start + at;
                let check = if text[at] == *first { check } else { other };
                if at >= skip && check(text, at) {
                    found.push(at);
                    skip = next_line(text, at);
                }
            }
        }
    }
}

impl Group {
    fn new(spelt: &[(String, Check)]) -> Option<Self> {
        let literals = || spelt.iter().map(|(literal, _)| literal);
        let checks = spelt.iter().map(|(_, check)| *check).collect();
        let mut builder = packed::Config::new().match_kind(packed::MatchKind::LeftmostLongest).builder();
        let search = match builder.extend(literals()).build() {
            Some(packed) => Search::Packed(packed),
            None => Search::Automaton(
                AhoCorasick::builder().match_kind(MatchKind::LeftmostLongest).build(literals()).ok()?,
            ),
        };
        Some(Group { search, checks })
    }

    fn find(&self, text: &[u8], piece: Range<usize>, found: &mut Vec<usize>) {
        // One that begins in the piece may end behind it.
        let end = text.len().min(piece.end + LONG);
        let mut at = piece.start;
        while at < end
            && let Some((literal, place)) = self.next(text, at..end)
        {
            at = place + 1;
            if self.checks.get(literal).is_some_and(|holds| holds(text, place)) {
                found.push(place);
                at = next_line(text, place);
            }
        }
    }

    /// The first literal in a range, and where it begins.
    fn next(&self, text: &[u8], range: Range<usize>) -> Option<(usize, usize)> {
        match &self.search {
            Search::Packed(search) => {
                search.find_in(text, range.into()).map(|found| (found.pattern().as_usize(), found.start()))
            }
            Search::Automaton(search) => {
                let found = search.find(aho_corasick::Input::new(text).range(range))?;
                Some((found.pattern().as_usize(), found.start()))
            }
        }
    }
}

/// The spellings of a literal, each with its check.
fn spelt(trigger: &Trigger) -> Vec<(String, Check)> {
    trigger.spellings().into_iter().map(|literal| (literal, trigger.holds)).collect()
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
    fn the_short_triggers_fit_one_packed_search() {
        assert_eq!(FirstPass::new(crate::parse::DIALECTS, []).groups.len(), 1);
    }

    #[test]
    fn a_trigger_is_found_over_a_line_end() {
        let pass = FirstPass::new(crate::parse::DIALECTS, []);
        assert_eq!(pass.find("Syntax error or access\n   violation (0)\n").len(), 1);
    }

    #[test]
    fn triggers_on_the_border_of_two_pieces_are_found() {
        let pass = FirstPass::new(crate::parse::DIALECTS, ["local delivery"]);
        for evidence in [" STOP 0x0000001E ", " local delivery ", " a!b ", " return-address "] {
            for before in PIECE - evidence.len()..=PIECE {
                let text = format!("{}{evidence}\n", " ".repeat(before));
                assert_eq!(pass.find(&text).len(), 1, "{before} {evidence}");
            }
        }
    }
}
