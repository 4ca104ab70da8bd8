//! Says which pieces of evidence tell of the same crash.
//!
//! Pieces inside one report block (a Dr. Watson entry, an `!analyze` output, a crash event with its stack) share
//! an incident. Evidence outside of blocks belongs to the crash evidence within [`REACH`] lines, over at most
//! [`LONGEST`] lines. Two blocks are two crashes, unless they stand near each other and name the same one: an entry
//! pasted as text and as XML, an Application Error and the report Windows filed about it. Context (other events,
//! modules, phrases) never begins an incident.

use super::page::{Claim, Page, Span};
use super::text::same_letters;
use crate::evidence::{Evidence, Kind, Place, SmolStr};
use smallvec::{SmallVec, smallvec};
use std::cmp::Reverse;
use std::ops::Range;

/// How far evidence may stand from the crash evidence it belongs to, in lines.
const REACH: u32 = 60;
/// The most lines evidence outside of blocks may add up to.
const LONGEST: u32 = 2_000;

/// Places all evidence in order and numbers the incidents from 1.
pub(crate) fn number(page: &Page<'_>, claims: Vec<Claim>, phrases: Vec<(Span, SmolStr)>) -> Vec<Evidence> {
    let blocks = blocks(page, &claims);
    let mut all = in_order(page, claims, phrases);
    let reports = reports(&all, &blocks);
    let crashes = crashes(&all, &reports);
    for (report, crash) in reports.iter().zip(&crashes.of_report) {
        for index in &report.pieces {
            all[*index].incident = Some(crashes.all[*crash].number);
        }
    }
    number_context(&mut all, &crashes.all, &blocks);
    all
}

/// Everything in the order of the text; at one place what is claimed comes first.
fn in_order(page: &Page<'_>, mut claims: Vec<Claim>, phrases: Vec<(Span, SmolStr)>) -> Vec<Evidence> {
    let bytes = |place: &Place| (place.bytes.start, place.bytes.end);
    // While places are sorted, what is claimed stays where it is: it is much larger.
    let pieces = claims.iter_mut().flat_map(|claim| &mut claim.pieces);
    let mut claimed: Vec<_> = pieces.map(|piece| (page.place(piece.span), &mut piece.kind)).collect();
    claimed.sort_by_key(|(place, _)| bytes(place));
    // Phrases come nearly in order: one begins at most a few words before the word that tells of it.
    let phrases = phrases.into_iter().map(|(span, phrase)| (page.place(span), phrase));
    let mut phrases: Vec<_> = phrases.collect();
    phrases.sort_by_key(|(place, _)| bytes(place));
    let mut all = Vec::with_capacity(claimed.len() + phrases.len());
    let text = |(place, phrase)| Evidence { place, incident: None, kind: Kind::Text(phrase) };
    let mut phrases = phrases.into_iter().peekable();
    for (place, kind) in claimed {
        let before = |(other, _): &(Place, SmolStr)| bytes(other) < bytes(&place);
        all.extend(std::iter::from_fn(|| phrases.next_if(before)).map(text));
        let kind = std::mem::replace(kind, Kind::Text(SmolStr::default()));
        all.push(Evidence { place, incident: None, kind });
    }
    all.extend(phrases.map(text));
    all
}

/// The blocks in order; one inside another, or overlapping it, is part of it.
fn blocks(page: &Page<'_>, claims: &[Claim]) -> Vec<Range<usize>> {
    let mut blocks: Vec<_> =
        claims.iter().filter_map(|claim| claim.block).map(|span| page.place(span).bytes).collect();
    blocks.sort_by_key(|bytes| (bytes.start, Reverse(bytes.end)));
    let mut merged: Vec<Range<usize>> = Vec::new();
    for bytes in blocks {
        match merged.last_mut() {
            Some(last) if bytes.start < last.end => last.end = last.end.max(bytes.end),
            _ => merged.push(bytes),
        }
    }
    merged
}

/// Blocks that are gone through in the order of the text.
struct Through<'b> {
    blocks: &'b [Range<usize>],
    /// Index of the first that begins further on.
    next: usize,
}

impl<'b> Through<'b> {
    fn new(blocks: &'b [Range<usize>]) -> Self {
        Through { blocks, next: 0 }
    }

    /// Index of the block in which a piece begins, none of which lies before the one asked for last.
    fn at(&mut self, piece: &Evidence) -> Option<usize> {
        let byte = piece.place.bytes.start;
        while self.blocks.get(self.next).is_some_and(|block| block.start <= byte) {
            self.next += 1;
        }
        let index = self.next.checked_sub(1)?;
        self.blocks.get(index).is_some_and(|block| byte < block.end).then_some(index)
    }
}

/// The crash evidence of one block, or one piece outside of blocks.
struct Report {
    block: Option<usize>,
    lines: (u32, u32),
    /// Indices into the evidence.
    pieces: SmallVec<[usize; 4]>,
    /// How many of them are stacks.
    stacks: usize,
}

impl Report {
    /// What says which crash it is. Of several stacks none does: threads that wait look alike in all reports.
    fn telling<'e>(&self, all: &'e [Evidence]) -> impl DoubleEndedIterator<Item = &'e Kind> {
        let kinds = self.pieces.iter().filter_map(|index| all.get(*index)).map(|piece| &piece.kind);
        kinds.filter(|kind| match kind {
            Kind::Stack(_) => self.stacks == 1,
            Kind::Fault(fault) => {
                fault.process.is_some() && fault.module.is_some() && fault.address.is_some()
            }
            Kind::Bugcheck(check) => !check.parameters.is_empty(),
            _ => false,
        })
    }
}

fn reports(all: &[Evidence], blocks: &[Range<usize>]) -> Vec<Report> {
    let mut reports: Vec<Report> = Vec::new();
    let mut blocks = Through::new(blocks);
    for (index, piece) in all.iter().enumerate().filter(|(_, piece)| piece.is_crash()) {
        let block = blocks.at(piece);
        match reports.last_mut() {
            Some(report) if block.is_some() && report.block == block => {
                report.lines.1 = report.lines.1.max(piece.place.lines.1);
                report.pieces.push(index);
                report.stacks += usize::from(is_stack(piece));
            }
            _ => reports.push(Report {
                block,
                lines: piece.place.lines,
                pieces: smallvec![index],
                stacks: usize::from(is_stack(piece)),
            }),
        }
    }
    reports
}

fn is_stack(piece: &Evidence) -> bool {
    matches!(piece.kind, Kind::Stack(_))
}

/// Whether two pieces are the same crash told twice: the stack; process, module and address of a fault; a stop with its
/// parameters. A code alone tells nothing.
fn same(one: &Kind, other: &Kind) -> bool {
    match (one, other) {
        (Kind::Stack(one), Kind::Stack(other)) => {
            let mut frames = one.frames.iter().zip(&other.frames);
            one.frames.len() == other.frames.len()
                && frames.all(|(one, other)| same_letters(&one.label(), &other.label()))
        }
        (Kind::Fault(one), Kind::Fault(other)) => {
            let fields = [
                (&one.process, &other.process),
                (&one.module, &other.module),
                (&one.address, &other.address),
            ];
            fields.into_iter().all(|(one, other)| {
                one.as_deref().zip(other.as_deref()).is_some_and(|(one, other)| same_letters(one, other))
            })
        }
        (Kind::Bugcheck(one), Kind::Bugcheck(other)) => {
            one.code == other.code && one.parameters == other.parameters
        }
        _ => false,
    }
}

/// A numbered incident.
struct Crash<'r> {
    number: u32,
    lines: (u32, u32),
    blocks: Vec<usize>,
    reports: Vec<&'r Report>,
}

struct Crashes<'r> {
    all: Vec<Crash<'r>>,
    /// Index into `all` for every report.
    of_report: Vec<usize>,
}

fn crashes<'r>(all: &[Evidence], reports: &'r [Report]) -> Crashes<'r> {
    let mut crashes = Crashes { all: Vec::new(), of_report: Vec::new() };
    for report in reports {
        match crashes.all.last_mut().filter(|crash| joins(all, crash, report)) {
            Some(crash) => {
                crash.lines.1 = crash.lines.1.max(report.lines.1);
                crash.blocks.extend(report.block);
                crash.reports.push(report);
            }
            None => crashes.all.push(Crash {
                number: crashes.all.len() as u32 + 1,
                lines: report.lines,
                blocks: report.block.into_iter().collect(),
                reports: vec![report],
            }),
        }
        crashes.of_report.push(crashes.all.len() - 1);
    }
    crashes
}

/// Whether a report tells of the same crash as what came before it.
fn joins(all: &[Evidence], crash: &Crash<'_>, report: &Report) -> bool {
    let (first, last) = report.lines;
    let near = first <= crash.lines.1.saturating_add(REACH) && last.saturating_sub(crash.lines.0) < LONGEST;
    let outside = report.block.is_none() || crash.blocks.is_empty();
    // The last few are enough: the same crash told twice stands side by side.
    let known = || crash.reports.iter().rev().flat_map(|report| report.telling(all).rev()).take(64);
    let told = || report.telling(all).take(8).any(|kind| known().any(|known| same(known, kind)));
    near && (outside || told())
}

/// Context joins the crash of its block, else the nearest one within reach.
fn number_context(all: &mut [Evidence], crashes: &[Crash<'_>], blocks: &[Range<usize>]) {
    let (mut blocks, mut next) = (Through::new(blocks), 0);
    for piece in all.iter_mut().filter(|piece| piece.incident.is_none()) {
        let block = blocks.at(piece);
        let (first, last) = piece.place.lines;
        while crashes.get(next).is_some_and(|crash| crash.lines.0 <= first) {
            next += 1;
        }
        let around = &crashes[next.saturating_sub(1)..(next + 1).min(crashes.len())];
        let distance =
            |crash: &Crash<'_>| first.saturating_sub(crash.lines.1).max(crash.lines.0.saturating_sub(last));
        let own = around.iter().find(|crash| block.is_some_and(|block| crash.blocks.contains(&block)));
        let near = around.iter().filter(|crash| distance(crash) <= REACH).min_by_key(|crash| distance(crash));
        piece.incident = own.or(near).map(|crash| crash.number);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::evidence::{Event, Exception, Fault};

    fn page(lines: usize) -> Page<'static> {
        Page::new(Box::leak("x\n".repeat(lines).into_boxed_str()))
    }

    /// A claim of one piece on a line, with a block over some lines.
    fn claim(page: &Page<'_>, line: usize, kind: Kind, block: Option<(usize, usize)>) -> Claim {
        let block = block.map(|(first, last)| page.lines_span(first, last));
        Claim { block, ..Claim::one(page.span(line, 0, 1), kind) }
    }

    fn exception() -> Kind {
        Kind::Exception(Exception { code: 0xC000_0005, address: None })
    }

    fn fault(process: &str) -> Kind {
        let some = |text: &str| Some(text.to_owned());
        Kind::Fault(Fault {
            process: some(process),
            module: some("m"),
            address: some("1"),
            ..Fault::default()
        })
    }

    fn incidents(page: &Page<'_>, claims: Vec<Claim>) -> Vec<Option<u32>> {
        number(page, claims, Vec::new()).iter().map(|piece| piece.incident).collect()
    }

    #[test]
    fn loose_evidence_within_reach_is_one_crash() {
        let page = page(400);
        let claims = [10, 60, 200].map(|line| claim(&page, line, exception(), None));
        assert_eq!(incidents(&page, claims.into()), [Some(1), Some(1), Some(2)]);
    }

    #[test]
    fn two_blocks_are_two_crashes_however_near() {
        let page = page(100);
        let claims = vec![
            claim(&page, 1, fault("a"), Some((0, 9))),
            claim(&page, 5, exception(), None),
            claim(&page, 11, fault("b"), Some((10, 19))),
            claim(&page, 25, exception(), None),
        ];
        assert_eq!(incidents(&page, claims), [Some(1), Some(1), Some(2), Some(2)]);
    }

    #[test]
    fn the_same_crash_told_twice_is_one() {
        let page = page(100);
        let claims =
            vec![claim(&page, 1, fault("a"), Some((0, 9))), claim(&page, 11, fault("A"), Some((10, 19)))];
        assert_eq!(incidents(&page, claims), [Some(1), Some(1)]);
    }

    #[test]
    fn a_block_is_one_crash_however_long() {
        let page = page(3_000);
        let mut claims = vec![claim(&page, 1, fault("a"), Some((0, 2_990)))];
        claims.extend((1..30).map(|thread| claim(&page, thread * 99, exception(), None)));
        assert!(incidents(&page, claims).iter().all(|incident| *incident == Some(1)));
    }

    #[test]
    fn context_begins_no_incident() {
        let page = page(300);
        let event = || Kind::Event(Event { id: 7, ..Event::default() });
        let claims = vec![
            claim(&page, 1, event(), None),
            claim(&page, 100, exception(), None),
            claim(&page, 150, event(), None),
            claim(&page, 250, event(), None),
        ];
        assert_eq!(incidents(&page, claims), [None, Some(1), Some(1), None]);
    }

    #[test]
    fn evidence_stands_in_the_order_of_the_text() {
        let page = page(9);
        let claims = vec![claim(&page, 5, exception(), None), claim(&page, 2, fault("a"), None)];
        let lines: Vec<_> =
            number(&page, claims, Vec::new()).iter().map(|piece| piece.place.lines.0).collect();
        assert_eq!(lines, [3, 6]);
    }
}
