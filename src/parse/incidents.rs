//! Says which pieces of evidence tell of the same crash.
//!
//! Pieces inside one report block (a Dr. Watson entry, an `!analyze` output, a crash event with its stack) share
//! an incident; so does what stands within [`REACH`] lines of the same crash evidence, over at most [`LONGEST`]
//! lines. Context (other events, modules, phrases) never begins an incident.

use super::page::{Claim, Page, Piece};
use crate::evidence::Evidence;

/// How far evidence may stand from the crash evidence it belongs to, in lines.
const REACH: u32 = 60;
/// The most lines one incident may span.
const LONGEST: u32 = 2_000;

/// Places all claimed evidence in order and numbers the incidents from 1.
pub(crate) fn number(page: &Page<'_>, claims: Vec<Claim>, phrases: Vec<Piece>) -> Vec<Evidence> {
    let blocks = merged_blocks(page, &claims);
    let mut all: Vec<Evidence> = claims
        .into_iter()
        .flat_map(|claim| claim.pieces)
        .chain(phrases)
        .map(|piece| Evidence { place: page.place(piece.span), incident: None, kind: piece.kind })
        .collect();
    all.sort_by_key(|piece| (piece.place.bytes.start, piece.place.bytes.end));
    let crashes = number_crashes(&mut all, &blocks);
    number_context(&mut all, &crashes, &blocks);
    all
}

/// A stretch of bytes and lines that is one report.
struct Block {
    bytes: std::ops::Range<usize>,
}

/// The blocks in order; one inside another, or overlapping it, is part of it.
fn merged_blocks(page: &Page<'_>, claims: &[Claim]) -> Vec<Block> {
    let mut blocks: Vec<_> =
        claims.iter().filter_map(|claim| claim.block).map(|span| page.place(span).bytes).collect();
    blocks.sort_by_key(|bytes| (bytes.start, std::cmp::Reverse(bytes.end)));
    let mut merged: Vec<Block> = Vec::new();
    for bytes in blocks {
        match merged.last_mut() {
            Some(last) if bytes.start < last.bytes.end => last.bytes.end = last.bytes.end.max(bytes.end),
            _ => merged.push(Block { bytes }),
        }
    }
    merged
}

/// Index of the block a byte lies in.
fn block_at(blocks: &[Block], byte: usize) -> Option<usize> {
    let index = blocks.partition_point(|block| block.bytes.start <= byte).checked_sub(1)?;
    (byte < blocks[index].bytes.end).then_some(index)
}

/// A numbered incident: its lines so far and its block, if it has one.
struct Crash {
    number: u32,
    lines: (u32, u32),
    block: Option<usize>,
}

fn number_crashes(all: &mut [Evidence], blocks: &[Block]) -> Vec<Crash> {
    let mut crashes: Vec<Crash> = Vec::new();
    for piece in all.iter_mut().filter(|piece| piece.is_crash()) {
        let block = block_at(blocks, piece.place.bytes.start);
        let (first, last) = piece.place.lines;
        let joins = crashes.last().is_some_and(|crash| {
            let same_block = block.is_some() && block == crash.block;
            let one_is_loose = block.is_none() || crash.block.is_none();
            let near =
                first <= crash.lines.1.saturating_add(REACH) && last.saturating_sub(crash.lines.0) < LONGEST;
            same_block || (one_is_loose && near)
        });
        match crashes.last_mut() {
            Some(crash) if joins => {
                crash.lines.1 = crash.lines.1.max(last);
                crash.block = crash.block.or(block);
            }
            _ => crashes.push(Crash { number: crashes.len() as u32 + 1, lines: (first, last), block }),
        }
        piece.incident = crashes.last().map(|crash| crash.number);
    }
    crashes
}

/// Context joins the crash of its block, else the nearest one within reach.
fn number_context(all: &mut [Evidence], crashes: &[Crash], blocks: &[Block]) {
    for piece in all.iter_mut().filter(|piece| piece.incident.is_none()) {
        let block = block_at(blocks, piece.place.bytes.start);
        let (first, last) = piece.place.lines;
        let next = crashes.partition_point(|crash| crash.lines.0 <= first);
        let around = &crashes[next.saturating_sub(1)..(next + 1).min(crashes.len())];
        let distance =
            |crash: &Crash| first.saturating_sub(crash.lines.1).max(crash.lines.0.saturating_sub(last));
        let own = around.iter().find(|crash| block.is_some() && crash.block == block);
        let near = around.iter().filter(|crash| distance(crash) <= REACH).min_by_key(|crash| distance(crash));
        piece.incident = own.or(near).map(|crash| crash.number);
    }
}
