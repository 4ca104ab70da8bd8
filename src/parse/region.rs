//! Cuts a text that comes in blocks into the regions in which evidence may stand.
//!
//! A region reaches from some lines before a trigger to some lines after the last one that stands near it. What stands in
//! two regions is too far apart to belong together, so each can be parsed and matched by itself. Where regions begin and
//! end follows from the text alone, not from the sizes in which it was read.
//!
//! Memory is bounded: a region of more than [`LONGEST`] bytes is cut between two entries, and of a text without triggers
//! no more is kept than the lines before the next one.

use std::ops::Range;

/// Bytes of a block: what is gone over at once. A block ends with a line, unless no line ends in it.
pub const BLOCK: usize = 256 << 10;

/// Lines looked at before and after a trigger: an incident reaches 60 lines, an event's message in XML 100.
const BEFORE: usize = 64;
const AFTER: usize = 110;
/// The same where lines are long, in bytes.
const CONTEXT: usize = 128 << 10;
/// Lines between two triggers, and bytes, from which on nothing they lead to belongs together: events within 200 lines do.
const APART: u32 = 260;
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

/// A block of a text and where its triggers stand.
#[derive(Debug)]
pub struct Block {
    pub(super) text: String,
    /// Offsets in order.
    pub(super) triggers: Vec<usize>,
}

/// Takes the next block off a text of which `rest` is what was read and not yet taken.
///
/// `None` as long as `rest` holds less than [`BLOCK`] bytes and the text has not `ended`, and when nothing is left.
pub fn next_block(rest: &mut String, ended: bool) -> Option<String> {
    if rest.len() < BLOCK && !ended || rest.is_empty() {
        return None;
    }
    if rest.len() <= BLOCK && ended {
        return Some(std::mem::take(rest));
    }
    let most = rest.floor_char_boundary(BLOCK);
    let line = memchr::memrchr(b'\n', rest.get(..most)?.as_bytes()).map_or(most, |at| at + 1);
    // Room for the next one, or it would be copied each time it outgrows what it has.
    let mut left = String::with_capacity(BLOCK + BLOCK / 4);
    left.push_str(rest.get(line..)?);
    rest.truncate(line);
    Some(std::mem::replace(rest, left))
}

/// Where a trigger stands: offset in what is kept of the text, and line.
#[derive(Debug, Clone, Copy)]
struct Mark {
    at: usize,
    line: u32,
}

/// A region that may go on.
#[derive(Debug)]
struct Open {
    from: usize,
    /// Lines of the text before it.
    lines: u32,
    marks: Vec<Mark>,
}

/// Makes regions of blocks.
#[derive(Debug, Default)]
pub struct Regions {
    /// What is kept of the text.
    kept: String,
    /// Bytes and lines of the text before it.
    start: usize,
    lines: u32,
    /// Lines of what is kept.
    kept_lines: u32,
    /// Before this offset all is handed out.
    floor: usize,
    open: Option<Open>,
}

impl Regions {
    /// Takes in the next block; `ready` gets the regions that are complete.
    pub fn push(&mut self, block: Block, ready: &mut impl FnMut(Region)) {
        // What stands in front of a block is looked at only from a trigger at its beginning.
        let far = block.triggers.first().is_none_or(|first| *first >= CONTEXT);
        if self.open.is_none() && block.text.len() >= CONTEXT && far {
            self.forget(self.kept.len());
        }
        let base = self.kept.len();
        let mut last = Mark { at: base, line: self.lines + self.kept_lines };
        if self.kept.is_empty() {
            self.kept = block.text;
        } else {
            self.kept.push_str(&block.text);
        }
        for trigger in block.triggers {
            let at = base + trigger;
            last = Mark { at, line: last.line + self.lines_in(last.at..at) };
            self.mark(last, ready);
        }
        let end = Mark { at: self.kept.len(), line: last.line + self.lines_in(last.at..self.kept.len()) };
        self.kept_lines = end.line - self.lines;
        if self.open.as_ref().is_some_and(|open| open.is_over(end)) {
            self.close(ready);
        }
        let keep = match &self.open {
            Some(open) => open.from,
            None => self.back(end.at).max(self.floor),
        };
        self.forget(keep);
    }

    /// Hands out what is left when the text has ended.
    pub fn finish(mut self, ready: &mut impl FnMut(Region)) {
        self.close(ready);
    }

    fn mark(&mut self, mark: Mark, ready: &mut impl FnMut(Region)) {
        if self.open.as_ref().is_some_and(|open| open.is_over(mark)) {
            self.close(ready);
        }
        match &mut self.open {
            Some(open) => open.marks.push(mark),
            None => {
                let from = self.back(mark.at).max(self.floor);
                let lines = mark.line - self.lines_in(from..mark.at);
                self.open = Some(Open { from, lines, marks: vec![mark] });
            }
        }
        if self.open.as_ref().is_some_and(|open| mark.at - open.from > LONGEST) {
            self.cut(ready);
        }
    }

    fn close(&mut self, ready: &mut impl FnMut(Region)) {
        let Some(open) = self.open.take() else { return };
        let last = open.marks.last().map_or(open.from, |mark| mark.at);
        self.hand_out(open.from..self.forward(last), open.lines, ready);
    }

    /// Cuts an open region that has grown too long.
    fn cut(&mut self, ready: &mut impl FnMut(Region)) {
        let Some(mut open) = self.open.take() else { return };
        let cut = self.best_cut(&open);
        self.hand_out(open.from..cut, open.lines, ready);
        open.lines += self.lines_in(open.from..cut);
        open.from = cut;
        open.marks.retain(|mark| mark.at >= cut);
        self.open = Some(open);
    }

    /// Where the widest gap between two triggers of the second half has its last blank line: an entry ends there. Without
    /// one, the line of the last trigger.
    fn best_cut(&self, open: &Open) -> usize {
        let half = open.from + LONGEST / 2;
        let first = open.marks.partition_point(|mark| mark.at < half);
        let late = open.marks.get(first..).unwrap_or_default();
        let gaps = late.windows(2).filter_map(|pair| match pair {
            // Between two lines of which one follows the other there is no blank one.
            [one, other] if other.line - one.line > 1 => {
                Some((other.line - one.line, self.blank_line(one.at..other.at)?))
            }
            _ => None,
        });
        let last = open.marks.last().map_or(half, |mark| mark.at);
        let begins = |at: usize| memchr::memrchr(b'\n', &self.kept.as_bytes()[open.from..at]);
        gaps.max_by_key(|(lines, _)| *lines)
            .map_or_else(|| begins(last).map_or(last, |line| open.from + line + 1), |(_, cut)| cut)
    }

    /// The end of the last blank line in a range.
    fn blank_line(&self, range: Range<usize>) -> Option<usize> {
        let text = self.kept.as_bytes().get(range.clone())?;
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

    fn hand_out(&mut self, range: Range<usize>, lines: u32, ready: &mut impl FnMut(Region)) {
        self.floor = range.end;
        let text = self.kept.get(range.clone()).unwrap_or_default().to_owned();
        ready(Region { text, lines, start: self.start + range.start });
    }

    /// Forgets what stands before an offset.
    fn forget(&mut self, keep: usize) {
        let left = self.lines_in(keep..self.kept.len());
        self.lines += self.kept_lines - left;
        self.kept_lines = left;
        self.start += keep;
        self.kept.drain(..keep);
        self.floor = self.floor.saturating_sub(keep);
        if let Some(open) = &mut self.open {
            open.from -= keep;
            open.marks.iter_mut().for_each(|mark| mark.at -= keep);
        }
    }

    fn lines_in(&self, range: Range<usize>) -> u32 {
        self.kept.as_bytes().get(range).map_or(0, count_lines)
    }

    /// Where the lines begin that are looked at before an offset.
    fn back(&self, at: usize) -> usize {
        let low = self.kept.floor_char_boundary(at.saturating_sub(CONTEXT));
        let text = &self.kept.as_bytes()[low..at];
        let line = memchr::memrchr_iter(b'\n', text).nth(BEFORE);
        // Where the bytes run out first, the first whole line in them.
        let line = line.or_else(|| memchr::memchr(b'\n', text).filter(|_| low > 0));
        line.map_or(low, |line| low + line + 1)
    }

    /// Where the lines end that are looked at after an offset.
    fn forward(&self, at: usize) -> usize {
        let high = self.kept.ceil_char_boundary((at + CONTEXT).min(self.kept.len()));
        let text = &self.kept.as_bytes()[at..high];
        let line = memchr::memchr_iter(b'\n', text).nth(AFTER);
        let line = line.or_else(|| memchr::memrchr(b'\n', text).filter(|_| high < self.kept.len()));
        line.map_or(high, |line| at + line + 1)
    }
}

impl Open {
    /// Whether the region has ended long before a place.
    fn is_over(&self, place: Mark) -> bool {
        self.marks
            .last()
            .is_some_and(|last| place.line - last.line > APART || place.at - last.at > APART_BYTES)
    }
}

fn count_lines(text: &[u8]) -> u32 {
    u32::try_from(memchr::memchr_iter(b'\n', text).count()).unwrap_or(u32::MAX)
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
    fn what_stands_in_front_of_a_block_is_looked_at() {
        let text = chatter(2 * CONTEXT);
        let lines = count_lines(text.as_bytes());
        let mut starts = Vec::new();
        let mut regions = Regions::default();
        let mut ready = |region: Region| starts.push(region.lines);
        for triggers in [vec![], vec![10]] {
            regions.push(Block { text: text.clone(), triggers }, &mut ready);
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
                blocks.extend(std::iter::from_fn(|| next_block(&mut rest, ended)).map(|block| block.len()));
            }
            blocks
        };
        assert_eq!(cut(1_000), cut(usize::MAX / 2));
        assert_eq!(cut(BLOCK), cut(BLOCK + 1));
    }
}
