//! Cuts a text that comes in blocks into the regions in which evidence may stand.
//!
//! A region reaches from some lines before a trigger to some lines after the last one that stands near it. What stands in
//! two regions is too far apart to belong together, so each can be parsed and matched by itself. Where regions begin and
//! end follows from the text alone, not from the sizes in which it was read.
//!
//! Memory is bounded: a region of more than [`LONGEST`] bytes is cut between two entries, and of a text without triggers
//! no more is kept than the lines before the next one.

use super::places;
use std::ops::Range;

/// Bytes of a block: what is gone over at once, and what stands behind that. What is gone over ends with a line, unless no
/// line ends in it.
pub const BLOCK: usize = 256 << 10;
/// Bytes that stand behind what is gone over: the checks of triggers look no further ahead.
const BEHIND: usize = 512;

/// Lines looked at before and after a trigger: an incident reaches 60 lines, an event's message in XML 100.
const BEFORE: usize = 64;
const AFTER: usize = 110;
/// The same where lines are long, in bytes.
const CONTEXT: usize = 128 << 10;
/// Lines between two triggers, and bytes, from which on nothing they lead to belongs together: events within 200 lines do.
const APART: usize = 260;
const APART_BYTES: usize = 2 * CONTEXT;
/// The most bytes of a region.
const LONGEST: usize = 512 << 10;

/// A stretch of a text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Region {
    pub(super) text: String,
    /// Lines of the text before it.
    pub(super) lines: u32,
    /// Bytes of the text before it.
    pub(super) start: usize,
}

impl Region {
    /// Its text.
    pub fn text(&self) -> &str {
        &self.text
    }
}

/// A block of a text, with the beginning of the next one: a trigger at its end may need it.
#[derive(Debug, Clone)]
pub struct Block {
    pub(super) text: String,
    /// Bytes of the block itself.
    pub(super) length: usize,
}

/// A block of a text and where its triggers stand.
#[derive(Debug)]
pub struct Marked {
    pub(super) text: String,
    /// Offsets in order.
    pub(super) triggers: Vec<usize>,
}

/// Takes the next block off a text of which `rest` is what was read and not yet taken.
///
/// `None` as long as `rest` holds less than [`BLOCK`] bytes and the text has not `ended`, and when nothing is left.
pub fn next_block(rest: &mut String, ended: bool) -> Option<Block> {
    if rest.len() < BLOCK && !ended || rest.is_empty() {
        return None;
    }
    if rest.len() <= BLOCK && ended {
        return Some(Block { length: rest.len(), text: std::mem::take(rest) });
    }
    let most = rest.floor_char_boundary(BLOCK - BEHIND);
    let length = memchr::memrchr(b'\n', rest.get(..most)?.as_bytes()).map_or(most, |at| at + 1);
    let mut text = take_off(rest, length, BLOCK + BLOCK / 4);
    text.push_str(rest.get(..rest.floor_char_boundary(BEHIND))?);
    Some(Block { text, length })
}

/// Takes the beginning of a text off, up to an offset. What is left gets room for so many bytes, or it would be copied each
/// time that it outgrows what it has.
fn take_off(text: &mut String, to: usize, room: usize) -> String {
    let mut left = String::with_capacity(room);
    left.push_str(text.get(to..).unwrap_or_default());
    text.truncate(to);
    std::mem::replace(text, left)
}

/// A region that may go on.
#[derive(Debug)]
struct Open {
    from: usize,
    /// Lines of the text before it.
    lines: u32,
    /// Where its triggers stand.
    marks: Vec<usize>,
}

/// Makes regions of blocks. All offsets are those of the text.
#[derive(Debug, Default)]
pub struct Regions {
    /// What is kept of the text.
    kept: String,
    /// Where that begins.
    start: usize,
    /// Before this offset all is handed out.
    floor: usize,
    /// An offset, no further than the next region can begin, and the lines before it.
    counted: (usize, u32),
    open: Option<Open>,
}

impl Regions {
    /// Takes in the next block; `ready` gets the regions that are complete.
    pub fn push(&mut self, block: Marked, ready: &mut impl FnMut(Region)) {
        // What stands in front of a block is looked at only from a trigger at its beginning.
        let far = block.triggers.first().is_none_or(|first| *first >= CONTEXT);
        if self.open.is_none() && block.text.len() >= CONTEXT && far {
            self.forget(self.end());
        }
        let base = self.end();
        if self.kept.is_empty() {
            self.kept = block.text;
        } else {
            self.kept.push_str(&block.text);
        }
        block.triggers.into_iter().for_each(|trigger| self.mark(base + trigger, ready));
        if self.is_over(self.end()) {
            self.close(ready);
        }
        let keep = match &self.open {
            Some(open) => open.from,
            None => self.back(self.end()).max(self.floor),
        };
        self.forget(keep);
    }

    /// Hands out what is left when the text has ended.
    pub fn finish(mut self, ready: &mut impl FnMut(Region)) {
        self.close(ready);
    }

    fn mark(&mut self, at: usize, ready: &mut impl FnMut(Region)) {
        if self.is_over(at) {
            self.close(ready);
        }
        match &mut self.open {
            Some(open) => open.marks.push(at),
            None => {
                let from = self.back(at).max(self.floor);
                self.open = Some(Open { from, lines: self.count(from), marks: vec![at] });
            }
        }
        if self.open.as_ref().is_some_and(|open| at - open.from > LONGEST) {
            self.cut(ready);
        }
    }

    /// Whether there is an open region that has ended long before a place.
    fn is_over(&self, place: usize) -> bool {
        self.open.as_ref().and_then(|open| open.marks.last()).is_some_and(|last| {
            let bytes = place - last;
            bytes > APART_BYTES || bytes > APART && self.lines_in(*last..place) > APART
        })
    }

    fn close(&mut self, ready: &mut impl FnMut(Region)) {
        let Some(open) = self.open.take() else { return };
        let last = open.marks.last().map_or(open.from, |at| *at);
        self.hand_out(open.from..self.forward(last), open.lines, ready);
    }

    /// Cuts an open region that has grown too long.
    fn cut(&mut self, ready: &mut impl FnMut(Region)) {
        let Some(mut open) = self.open.take() else { return };
        let cut = self.best_cut(&open);
        self.hand_out(open.from..cut, open.lines, ready);
        open.lines = self.count(cut);
        open.from = cut;
        open.marks.retain(|at| *at >= cut);
        self.open = Some(open);
    }

    /// Where the widest gap between two triggers of the second half has its last blank line: an entry ends there. Without
    /// one, the line of the last trigger.
    fn best_cut(&self, open: &Open) -> usize {
        let half = open.from + LONGEST / 2;
        let first = open.marks.partition_point(|at| *at < half);
        let marks = open.marks.get(first..).unwrap_or_default();
        // Between two lines of which one follows the other there is no blank one.
        let mut best = (2, None);
        for (pair, lines) in marks.windows(2).zip(self.lines_between(marks)) {
            if let [one, other] = *pair
                && lines >= best.0
                && let Some(cut) = self.blank_line(one..other)
            {
                best = (lines, Some(cut));
            }
        }
        best.1.unwrap_or_else(|| {
            let last = open.marks.last().map_or(half, |at| *at);
            let line = memchr::memrchr(b'\n', self.part(open.from..last));
            line.map_or(self.start + self.kept.floor_char_boundary(last - self.start), |line| {
                open.from + line + 1
            })
        })
    }

    /// How many lines end between each offset and the next.
    fn lines_between(&self, offsets: &[usize]) -> Vec<usize> {
        let mut lines = vec![0; offsets.len()];
        let (Some(&from), Some(&to)) = (offsets.first(), offsets.last()) else { return lines };
        let mut gap = 0;
        places::bytes(self.part(from..to), [b'\n'], |end| {
            while offsets.get(gap + 1).is_some_and(|next| *next <= from + end) {
                gap += 1;
            }
            if let Some(lines) = lines.get_mut(gap) {
                *lines += 1;
            }
        });
        lines
    }

    /// The end of the last blank line in a range.
    fn blank_line(&self, range: Range<usize>) -> Option<usize> {
        let text = self.part(range.clone());
        let mut ends = memchr::memrchr_iter(b'\n', text);
        let mut below = ends.next()?;
        for end in ends {
            if text[end + 1..below].iter().all(u8::is_ascii_whitespace) {
                return Some(range.start + below + 1);
            }
            below = end;
        }
        None
    }

    /// Hands a region out. Of it and of what follows the longer stays where it is.
    fn hand_out(&mut self, range: Range<usize>, lines: u32, ready: &mut impl FnMut(Region)) {
        self.floor = range.end;
        let (from, to) = (range.start - self.start, range.end - self.start);
        let text = if to - from < self.kept.len() - to {
            self.kept.get(from..to).unwrap_or_default().to_owned()
        } else {
            self.count(range.end);
            self.start = range.end;
            let mut text = take_off(&mut self.kept, to, LONGEST + BLOCK);
            text.drain(..from);
            text
        };
        ready(Region { text, lines, start: range.start });
    }

    /// Forgets what stands before an offset.
    fn forget(&mut self, keep: usize) {
        self.count(keep);
        self.kept.drain(..keep - self.start);
        self.start = keep;
    }

    /// Where what is kept of the text ends.
    fn end(&self) -> usize {
        self.start + self.kept.len()
    }

    fn part(&self, range: Range<usize>) -> &[u8] {
        self.kept.as_bytes().get(range.start - self.start..range.end - self.start).unwrap_or_default()
    }

    /// The lines before an offset; none further back is asked for later.
    fn count(&mut self, to: usize) -> u32 {
        let (from, lines) = self.counted;
        let more = u32::try_from(self.lines_in(from..to)).unwrap_or(u32::MAX);
        self.counted = (to, lines.saturating_add(more));
        self.counted.1
    }

    fn lines_in(&self, range: Range<usize>) -> usize {
        places::count(self.part(range), b'\n')
    }

    /// Where the lines begin that are looked at before an offset.
    fn back(&self, at: usize) -> usize {
        let low = self.start + self.kept.floor_char_boundary((at - self.start).saturating_sub(CONTEXT));
        let text = self.part(low..at);
        let line = memchr::memrchr_iter(b'\n', text).nth(BEFORE);
        // Where the bytes run out first, the first whole line in them.
        let line = line.or_else(|| memchr::memchr(b'\n', text).filter(|_| low > self.start));
        line.map_or(low, |line| low + line + 1)
    }

    /// Where the lines end that are looked at after an offset.
    fn forward(&self, at: usize) -> usize {
        let high = self.kept.ceil_char_boundary((at - self.start + CONTEXT).min(self.kept.len()));
        let high = self.start + high;
        let text = self.part(at..high);
        let line = memchr::memchr_iter(b'\n', text).nth(AFTER);
        let line = line.or_else(|| memchr::memrchr(b'\n', text).filter(|_| high < self.end()));
        line.map_or(high, |line| at + line + 1)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Parser;
    use crate::evidence::{Evidence, Kind};

    const STACK: &str = "0ab1fcfc 00510cc7 EMSMTA!otpmralt+0x25\n0ab1fd4c 004dfe5a EMSMTA!otpurert+0x307\n";

    /// Lines of a log that holds no evidence, so many bytes or a few more.
    fn chatter(bytes: usize) -> String {
        "10:15:00 worker 7 took a job from the queue\n".repeat(bytes / 44 + 1)
    }

    fn stacks(found: &[Evidence]) -> Vec<(u32, u32, usize)> {
        let stacks = found.iter().filter_map(|piece| match &piece.kind {
            Kind::Stack(stack) => Some((piece.place.lines.0, stack.frames[0].line, stack.frames.len())),
            _ => None,
        });
        stacks.collect()
    }

    #[test]
    fn evidence_across_the_end_of_a_block_is_found_whole() {
        for shift in (0..2 * STACK.len()).step_by(5) {
            let mut text = chatter(BLOCK - 44 * 5);
            text.truncate(BLOCK - shift);
            text.push('\n');
            let line = text.lines().count() as u32 + 1;
            text.push_str(STACK);
            text.push_str(&chatter(5_000));
            let found = Parser::default().parse(&text);
            assert_eq!(stacks(&found), [(line, line, 2)], "{shift}");
            assert_eq!(&text[found[0].place.bytes.clone()], STACK.trim_end(), "{shift}");
        }
    }

    #[test]
    fn the_last_word_of_a_block_is_looked_at_with_what_follows_it() {
        let mut text = "10:15:00 worker 7 ended with an exception\n".repeat(4 * BLOCK / 42);
        text.push_str(&chatter(BEHIND));
        let (parser, mut regions, mut found) = (Parser::default(), Regions::default(), 0);
        let mut ready = |_| found += 1;
        while let Some(block) = next_block(&mut text, true) {
            regions.push(parser.look(block), &mut ready);
        }
        regions.finish(&mut ready);
        assert_eq!(found, 0, "no code follows any");
    }

    #[test]
    fn what_stands_in_front_of_a_block_is_looked_at() {
        let text = chatter(2 * CONTEXT);
        let lines = text.lines().count() as u32;
        let mut starts = Vec::new();
        let mut regions = Regions::default();
        let mut ready = |region: Region| starts.push(region.lines);
        for triggers in [vec![], vec![10]] {
            regions.push(Marked { text: text.clone(), triggers }, &mut ready);
        }
        regions.finish(&mut ready);
        assert_eq!(starts, [lines - BEFORE as u32]);
    }

    #[test]
    fn every_stack_of_a_long_text_is_found_once() {
        for apart in [3_000, 40_000, 300_000] {
            let text = format!("{}{STACK}\n", chatter(apart)).repeat(1_500_000 / apart);
            let found = Parser::default().parse(&text);
            let starts: Vec<u32> = stacks(&found).iter().map(|stack| stack.0).collect();
            let lines = text.lines().enumerate().filter(|(_, line)| line.contains("otpmralt"));
            assert_eq!(starts, lines.map(|(index, _)| index as u32 + 1).collect::<Vec<_>>());
            let last = found.iter().filter_map(|piece| piece.incident).max();
            assert_eq!(last, Some(found.len() as u32), "a crash each");
        }
    }

    #[test]
    fn dense_evidence_is_cut_between_two_entries() {
        let text = format!("{STACK}\nAnother one:\n").repeat(20_000);
        let found = Parser::default().parse(&text);
        assert!(stacks(&found).iter().all(|stack| stack.2 == 2));
        assert_eq!(found.len(), 20_000);
    }

    #[test]
    fn a_line_without_end_is_gone_through() {
        let text = format!("{} {}", "x ".repeat(BLOCK), STACK.replace('\n', " ")).repeat(2);
        let found = Parser::default().parse(&text);
        assert_eq!(stacks(&found), [(1, 1, 2), (1, 1, 2)]);
    }

    #[test]
    fn blocks_do_not_depend_on_how_much_was_read_at_once() {
        let text = chatter(3 * BLOCK);
        let cut = |size: usize| {
            let (mut rest, mut blocks) = (String::new(), Vec::new());
            for (number, piece) in text.as_bytes().chunks(size).enumerate() {
                rest.push_str(str::from_utf8(piece).unwrap());
                let ended = (number + 1) * size >= text.len();
                blocks.extend(std::iter::from_fn(|| next_block(&mut rest, ended)).map(|block| block.length));
            }
            blocks
        };
        assert_eq!(cut(1_000), cut(usize::MAX / 2));
        assert_eq!(cut(BLOCK), cut(BLOCK + 1));
    }
}
