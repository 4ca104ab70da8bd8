//! Holds a stack clause against a stack.
//!
//! The telling frames of a clause are those of the highest standing in it: a component's own frames, or the
//! system's where it names no component. They are sought in order, innermost first, others may lie between.
//! Stacks of the same crash differ: a frame lost or renamed by optimisation, one added by a hook, the bottom
//! cut off. Stacks of another crash under the same callers differ too, in several of the innermost frames at
//! once; so what decides is how near to the top the first telling frames stand.

use super::finding::Confidence;
use crate::evidence::{Frame, Stack};
use crate::signature::names::{FrameName, FramePattern, NamePlace, WholeName};
use crate::signature::{Clauses, RuntimeFrames, Standing};
use memchr::memmem::Finder;
use smallvec::{SmallVec, smallvec};
use std::cell::OnceCell;

/// Rows of a stack that are looked at; what overflows a stack repeats itself long before.
const ROWS: usize = 1_024;
/// Frames of a clause, and rows it names, that need no memory of their own: those of nearly every one.
const FEW: usize = 6;
/// Room for what is said of the frames found: that of nearly every one.
const TEXT: usize = 128;
/// Telling frames that may stand above the first one when all else holds, and a clause of so many telling
/// frames that allows it: in two frames the innermost is all that tells one issue from another.
const ADDED_ON_TOP: usize = 2;
const LONG: usize = 3;
/// Telling frames that may stand above the second one when the first is lost or renamed.
const RENAMED_ON_TOP: usize = 1;

/// A row of a stack, with its names for comparing.
pub(super) struct Row<'e> {
    pub(super) frame: &'e Frame,
    name: NamePlace,
    standing: OnceCell<Standing>,
}

/// The rows of a stack, innermost first.
pub(super) struct Rows<'e> {
    runtime: &'e RuntimeFrames,
    pub(super) all: Vec<Row<'e>>,
    /// The name of each in short, and its module.
    pub(super) keys: Vec<u64>,
    pub(super) modules: Vec<u64>,
    /// A bit for each key, so that most frames that stand in no row are seen at once.
    bits: u64,
    names: String,
}

/// The bit of a key.
fn bit(key: u64) -> u64 {
    1 << (key >> 58)
}

impl Row<'_> {
    /// Whether the row names nothing: an address alone.
    pub(super) fn is_blank(&self) -> bool {
        self.name.is_blank()
    }
}

impl<'e> Rows<'e> {
    /// No rows yet.
    pub(super) fn new(runtime: &'e RuntimeFrames) -> Self {
        Rows {
            runtime,
            all: Vec::new(),
            keys: Vec::new(),
            modules: Vec::new(),
            bits: 0,
            names: String::new(),
        }
    }

    pub(super) fn of(stack: &'e Stack, runtime: &'e RuntimeFrames) -> Self {
        let mut rows = Rows::new(runtime);
        rows.take(stack);
        rows
    }

    /// Takes in a stack, in the room of the one before.
    pub(super) fn take(&mut self, stack: &'e Stack) {
        self.all.clear();
        self.keys.clear();
        self.modules.clear();
        self.bits = 0;
        self.names.clear();
        let row = |frame| {
            let name = NamePlace::push(frame, &mut self.names);
            Row { frame, name, standing: OnceCell::new() }
        };
        self.all.extend(stack.frames.iter().take(ROWS).map(row));
        self.names.make_ascii_lowercase();
        self.keys.reserve(self.all.len());
        self.modules.extend(self.all.iter().map(|row| {
            let (module, key) = row.name.keys(&self.names);
            self.keys.push(key);
            self.bits |= bit(key);
            module
        }));
    }

    /// How much a row says; most are never asked.
    pub(super) fn standing(&self, row: &Row<'_>) -> Standing {
        *row.standing.get_or_init(|| self.runtime.standing(self.name(row)))
    }

    /// Whether the names of any rows may hold a text.
    pub(super) fn may_hold(&self, text: &Finder<'_>) -> bool {
        text.find(self.names.as_bytes()).is_some()
    }

    pub(super) fn name(&self, row: &Row<'_>) -> FrameName<'_> {
        row.name.of(&self.names)
    }

    /// The rows that tell one crash from another, innermost first: those with a name that are not the runtime's.
    pub(super) fn telling(&self) -> impl Iterator<Item = &Row<'e>> {
        let above_runtime = self.all.iter().any(|row| self.standing(row) > Standing::Runtime);
        let tells = move |row: &&Row<'_>| self.standing(row) > Standing::Runtime || !above_runtime;
        self.all.iter().filter(|row| !row.is_blank()).filter(tells)
    }
}

/// The innermost frame that is not the runtime's, else the innermost that names anything, else the innermost.
pub(super) fn top<'e>(stack: &'e Stack, runtime: &RuntimeFrames) -> Option<&'e Frame> {
    let mut names = String::new();
    let mut named = None;
    for frame in stack.frames.iter().take(ROWS) {
        names.clear();
        let place = NamePlace::push(frame, &mut names);
        names.make_ascii_lowercase();
        if runtime.standing(place.of(&names)) > Standing::Runtime {
            return Some(frame);
        }
        named = named.or((!place.is_blank()).then_some(frame));
    }
    named.or(stack.frames.first())
}

/// Rows, and the clause frames that hold them.
type Pairs = SmallVec<[(usize, usize); FEW]>;

/// What is asked first of a frame of a clause.
struct Asked {
    /// The name, when it is one.
    name: Option<WholeName>,
    /// How telling it is, see [`weigh`](StackClause::weigh).
    weight: f64,
    standing: Standing,
    /// How many telling frames stand before it.
    place: usize,
}

/// A stack clause made ready.
pub(super) struct StackClause<'db> {
    frames: Vec<FramePattern>,
    asked: Vec<Asked>,
    /// The frames as the signature spells them.
    labels: &'db [String],
    /// The weight of all frames.
    of: f64,
    /// Index of each telling frame.
    telling: Vec<usize>,
    /// Standing of the telling frames.
    level: Standing,
    pub(super) anywhere: bool,
}

/// What a clause found in a stack.
pub(super) struct StackHeld {
    /// The most that may be said; `None` when this is another crash that shares some frames.
    pub(super) cap: Option<Confidence>,
    /// Weight of the frames found, and of all.
    pub(super) found: f64,
    pub(super) of: f64,
    /// Only one frame that tells: never more than possible when nothing else speaks for it.
    pub(super) weak: bool,
    /// A frame too many on top or one too few inside: it may be another crash under the same callers.
    pub(super) deviates: Deviation,
    pub(super) text: String,
    pub(super) differs: Option<String>,
    pub(super) lines: (u32, u32),
}

/// How a stack differs from a clause, beyond being cut off.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Deviation {
    None,
    Inside,
    OnTop,
}

/// The telling frames of a clause that stand in a stack: places of the first and the last among all telling ones, how many,
/// and the rows of those two.
struct Held {
    first: usize,
    last: usize,
    count: usize,
    begins: usize,
    ends: usize,
}

impl<'db> StackClause<'db> {
    /// `None` when the clauses have no stack.
    pub(super) fn new(clauses: &'db Clauses, runtime: &RuntimeFrames) -> Option<Self> {
        let labels = clauses.stack.as_deref()?;
        let frames: Vec<_> = labels.iter().filter_map(|label| FramePattern::read(label).ok()).collect();
        let standing: Vec<_> = frames.iter().map(|frame| runtime.standing(frame.as_name())).collect();
        let level = standing.iter().copied().max()?;
        let telling: Vec<usize> =
            (0..frames.len()).filter(|index| standing.get(*index) == Some(&level)).collect();
        let mut place = 0;
        let asked = frames.iter().zip(standing).map(|(frame, standing)| {
            let tells = standing == level;
            let asked =
                Asked { name: frame.whole_name(), weight: if tells { 1.0 } else { 0.1 }, standing, place };
            place += usize::from(tells);
            asked
        });
        let asked: Vec<Asked> = asked.collect();
        let of = asked.iter().map(|asked| asked.weight).sum();
        Some(StackClause { frames, asked, labels, of, telling, level, anywhere: clauses.anywhere })
    }

    /// The frames that tell one crash from another.
    pub(super) fn telling(&self) -> impl Iterator<Item = &FramePattern> {
        self.telling.iter().filter_map(|index| self.frames.get(*index))
    }

    /// Weighs the frames: one that many signatures name tells less, and so does one farther out.
    pub(super) fn weigh(&mut self, named_by: impl Fn(&FramePattern) -> usize) {
        let mut depth = 1.0;
        for (asked, frame) in self.asked.iter_mut().zip(&self.frames) {
            asked.weight *= depth / (1.0 + (named_by(frame).max(1) as f64).ln());
            depth *= 0.9;
        }
        self.of = self.asked.iter().map(|asked| asked.weight).sum();
    }

    /// Holds the clause against a stack; `None` when no telling frame stands in it.
    pub(super) fn hold(&self, rows: &Rows<'_>, said: bool) -> Option<StackHeld> {
        let pairs = self.align(rows);
        let held = self.held(&pairs)?;
        // Whether there are more makes no difference.
        let more = ADDED_ON_TOP + 1;
        let on_top = rows.all.iter().take(held.begins).filter(|row| rows.standing(row) >= self.level);
        let above = on_top.take(more).count();
        let complete = pairs.len() == self.frames.len();
        let (mut found, mut lines) = (0.0, (u32::MAX, 0));
        for (at, index) in &pairs {
            found += self.asked.get(*index).map_or(0.0, |asked| asked.weight);
            let line = rows.all.get(*at).map_or(0, |row| row.frame.line);
            lines = (lines.0.min(line), lines.1.max(line));
        }
        let deviates = match () {
            () if self.anywhere => Deviation::None,
            () if above > 0 || held.first > 0 => Deviation::OnTop,
            () if held.count == self.telling.len() || self.is_cut(&held, rows) => Deviation::None,
            () => Deviation::Inside,
        };
        let said_of = |pairs: &Pairs| found_text(pairs.iter().filter_map(|(at, _)| rows.all.get(*at)));
        Some(StackHeld {
            cap: self.grade(&held, complete, above, rows),
            found: found * if above > 0 && !self.anywhere { 0.9 } else { 1.0 },
            of: self.of,
            weak: self.telling.len() == 1 && !(self.is_founded() && complete && above == 0),
            deviates,
            text: if said { said_of(&pairs) } else { String::new() },
            differs: if said { self.differs(&pairs, held.begins, above, rows) } else { None },
            lines,
        })
    }

    /// Which telling frames are among those found.
    fn held(&self, pairs: &[(usize, usize)]) -> Option<Held> {
        let telling = |(at, index): &(usize, usize)| {
            self.asked
                .get(*index)
                .filter(|asked| asked.standing == self.level)
                .map(|asked| (asked.place, *at))
        };
        let mut held = pairs.iter().filter_map(telling);
        let (first, begins) = held.next()?;
        let begun = Held { first, last: first, count: 1, begins, ends: begins };
        let next = |held: Held, (last, ends)| Held { last, ends, count: held.count + 1, ..held };
        Some(held.fold(begun, next))
    }

    /// The rows and clause frames that go together, in the order of the clause.
    fn pairs(&self, rows: &Rows<'_>) -> Pairs {
        let mut pairs = Pairs::new();
        for (index, (Asked { name, .. }, frame)) in self.asked.iter().zip(&self.frames).enumerate() {
            let Some(name) = name else {
                let held = rows.all.iter().enumerate().filter(|(_, row)| frame.holds(&rows.name(row)));
                pairs.extend(held.map(|(at, _)| (at, index)));
                continue;
            };
            if rows.bits & bit(name.key) != 0 {
                let same = rows.keys.iter().zip(&rows.all).enumerate();
                let same = same.filter(|(_, (key, row))| **key == name.key && row.name.is(name, &rows.names));
                pairs.extend(same.map(|(at, _)| (at, index)));
            }
        }
        pairs
    }

    /// The rows and clause frames of the heaviest selection that keeps the order, the innermost of equal ones.
    fn align(&self, rows: &Rows<'_>) -> Pairs {
        let mut pairs = self.pairs(rows);
        // Mostly there is nothing to select.
        if !pairs.is_sorted_by(|one, next| one.0 < next.0 && one.1 < next.1) {
            pairs.sort_unstable();
            pairs = self.heaviest(&pairs);
        }
        pairs
    }

    /// Of these pairs those of the heaviest selection that keeps the order.
    fn heaviest(&self, pairs: &[(usize, usize)]) -> Pairs {
        let named: SmallVec<[&[(usize, usize)]; FEW]> =
            pairs.chunk_by(|one, other| one.0 == other.0).collect();
        let width = named.len() + 1;
        let mut best: SmallVec<[f64; FEW * FEW]> = smallvec![0.0; (self.frames.len() + 1) * width];
        let mut holds: SmallVec<[bool; FEW * FEW]> = smallvec![false; self.frames.len() * width];
        for (row, pairs) in named.iter().enumerate() {
            pairs.iter().for_each(|(_, index)| holds[index * width + row] = true);
        }
        for index in (0..self.frames.len()).rev() {
            for row in (0..named.len()).rev() {
                let skip = best[(index + 1) * width + row].max(best[index * width + row + 1]);
                let take = self.asked[index].weight + best[(index + 1) * width + row + 1];
                best[index * width + row] = if holds[index * width + row] { skip.max(take) } else { skip };
            }
        }
        let mut heaviest = Pairs::new();
        let (mut index, mut row) = (0, 0);
        while index < self.frames.len() && row < named.len() {
            let here = best[index * width + row];
            let take = self.asked[index].weight + best[(index + 1) * width + row + 1];
            if holds[index * width + row] && take >= here {
                heaviest.extend(named[row].first().map(|(at, _)| (*at, index)));
                (index, row) = (index + 1, row + 1);
            } else if best[index * width + row + 1] >= here {
                row += 1;
            } else {
                index += 1;
            }
        }
        heaviest
    }

    /// Whether a single component's frame has company that makes it a place: a frame of the system's
    /// libraries, or two frames of the runtime.
    fn is_founded(&self) -> bool {
        let company = self.asked.iter().map(|asked| asked.standing).filter(|standing| *standing < self.level);
        let system = company.clone().any(|standing| standing == Standing::System);
        system || company.count() >= 2
    }

    /// Whether the stack ends where the clause would go on: cut off, not contradicted.
    fn is_cut(&self, held: &Held, rows: &Rows<'_>) -> bool {
        let after = held.count - usize::from(held.first != 1);
        let mut rest = rows.all.iter().skip(held.ends + 1);
        held.last == after && rest.all(|row| rows.standing(row) < self.level)
    }

    /// How much the frames found allow to say; `above` telling frames stand over the first one found.
    fn grade(&self, held: &Held, complete: bool, above: usize, rows: &Rows<'_>) -> Option<Confidence> {
        let missing = self.telling.len() - held.count;
        if self.anywhere {
            return match (missing, complete) {
                (0, true) => Some(Confidence::Exact),
                (0, false) => Some(Confidence::Likely),
                _ => None,
            };
        }
        let (first_holds, second_holds) = (held.first == 0, held.first == 1);
        let cut = || self.is_cut(held, rows);
        let mut on_top = rows.all.iter().take(held.begins);
        let mut no_more_added = || {
            let may_be = self.telling.len() >= LONG && !on_top.any(|row| rows.standing(row) > self.level);
            above <= if may_be { ADDED_ON_TOP } else { 0 }
        };
        let few_missing = missing <= (self.telling.len() / 3).max(1);
        let enough = held.count >= 2 || self.telling.len() == 1;
        match () {
            () if complete && above == 0 => Some(Confidence::Exact),
            () if first_holds && enough && no_more_added() && (few_missing || cut()) => {
                Some(Confidence::Likely)
            }
            () if second_holds && above <= RENAMED_ON_TOP && held.count >= 2 && missing == 1 => {
                Some(Confidence::Likely)
            }
            () if first_holds && (above == 0 || 2 * held.count > self.telling.len()) => {
                Some(Confidence::Possible)
            }
            () if second_holds && above == 0 && cut() => Some(Confidence::Possible),
            () => None,
        }
    }

    /// What kept the clause from holding fully.
    fn differs(
        &self,
        pairs: &[(usize, usize)],
        first: usize,
        above: usize,
        rows: &Rows<'_>,
    ) -> Option<String> {
        let lost = |index: &usize| pairs.iter().all(|(_, found)| found != index);
        let label = |index: usize| self.labels.get(index).map_or("", String::as_str);
        let mut on_top = rows.all.iter().take(first);
        let top = on_top.find(|row| rows.standing(row) >= self.level).map(|row| row.frame.label());
        let wanted = self.telling.first().copied().unwrap_or(0);
        let mut said = String::with_capacity(TEXT);
        let mut renamed = None;
        match top {
            Some(top) if lost(&wanted) => {
                renamed = Some(wanted);
                said.extend(["innermost is ", &top, ", not ", label(wanted)]);
            }
            Some(top) if above > 0 && !self.anywhere => {
                said.extend([&top, " stands above ", label(wanted)]);
            }
            _ => {}
        }
        let missing = (0..self.frames.len()).filter(lost).filter(|index| Some(*index) != renamed);
        for (count, index) in missing.enumerate() {
            said.push_str(match (count, said.is_empty()) {
                (0, true) => "without ",
                (0, false) => "; without ",
                _ => ", ",
            });
            said.push_str(label(index));
        }
        (!said.is_empty()).then_some(said)
    }
}

/// The frames found, innermost first: `EMSMTA!otpmralt < otpurert < otpmrtry`.
fn found_text<'r>(rows: impl Iterator<Item = &'r Row<'r>>) -> String {
    let mut text = String::with_capacity(TEXT);
    let mut module = None;
    for row in rows {
        if !text.is_empty() {
            text.push_str(" < ");
        }
        match (&row.frame.module, &row.frame.function) {
            (Some(own), Some(function)) => {
                if module != Some(own) {
                    text.push_str(own);
                    text.push('!');
                }
                text.push_str(function);
            }
            _ => text.push_str(&row.frame.label()),
        }
        module = row.frame.module.as_ref();
    }
    text
}
