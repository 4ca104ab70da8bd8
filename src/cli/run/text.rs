//! Takes one text through: blocks, regions, results in the order of the text.

use super::interrupted;
use super::pool::{Pending, Pool};
use kbtriage::parse::{BLOCK, Block, Marked, Region, Regions, next_block};
use kbtriage::redact::Names;
use kbtriage::source::Text;
use std::collections::VecDeque;
use std::io;
use std::sync::Arc;

/// What is to be done with the regions of a text.
pub(in crate::cli) trait Analysis: Send + Sync + 'static {
    /// What there is to say about a region.
    type Found: Send + 'static;

    /// Marks where evidence may stand in a block.
    fn look(&self, block: Block) -> Marked;
    /// What is found in a region, its crashes numbered from 1.
    fn analyse(&self, region: &Region) -> Found<Self::Found>;
    /// The number of the crash that a result tells of.
    fn crash(found: &mut Self::Found) -> Option<&mut u32>;
    /// Puts the results of several regions in order.
    fn arrange(found: &mut [Self::Found]);
}

/// What was found, and the names that stand around it where they are wanted.
pub(in crate::cli) struct Found<T> {
    pub(in crate::cli) found: Vec<T>,
    pub(in crate::cli) names: Names,
}

impl<T> Default for Found<T> {
    fn default() -> Self {
        Found { found: Vec::new(), names: Names::default() }
    }
}

/// Blocks and regions of one text that may be under way at once; with their evidence a few MiB each.
const UNDER_WAY: usize = 4;
/// Results of one text that are handed out together: those of nearly every text.
const TOGETHER: usize = 10_000;

/// Reads a text to its end and hands its results out: `more` gets them whenever there are very many, the rest is returned.
///
/// With them comes what kept the text from being read to its end.
pub(super) fn through<A: Analysis>(
    analysis: &Arc<A>,
    pool: &Arc<Pool>,
    mut text: Text<'_>,
    more: &mut dyn FnMut(Found<A::Found>),
) -> (Found<A::Found>, io::Result<()>) {
    let mut line = Line {
        analysis,
        pool,
        regions: Regions::default(),
        blocks: VecDeque::new(),
        parsed: VecDeque::new(),
        found: Found::default(),
        crashes: 0,
        more,
    };
    let (mut rest, mut begun) = (String::new(), false);
    let mut result = Ok(true);
    while let Ok(true) = result {
        result =
            if interrupted() { Err(io::Error::other("interrupted")) } else { text.fill(&mut rest, BLOCK) };
        let ended = !matches!(result, Ok(true));
        while let Some(block) = next_block(&mut rest, ended) {
            // A text of one block is not worth another thread.
            if ended && !begun && rest.is_empty() {
                line.whole(block);
            } else {
                line.add(block);
            }
            begun = true;
        }
    }
    (line.finish(), result.map(|_| ()))
}

/// Whether the oldest is to be taken: it is there, or too many are under way.
fn is_due<T>(pending: &VecDeque<Pending<T>>) -> bool {
    pending.len() > UNDER_WAY || pending.front().is_some_and(Pending::is_done)
}

/// A text on its way through.
struct Line<'a, A: Analysis> {
    analysis: &'a Arc<A>,
    pool: &'a Arc<Pool>,
    regions: Regions,
    blocks: VecDeque<Pending<Marked>>,
    parsed: VecDeque<Pending<Found<A::Found>>>,
    found: Found<A::Found>,
    /// Crashes so far.
    crashes: u32,
    more: &'a mut dyn FnMut(Found<A::Found>),
}

impl<A: Analysis> Line<'_, A> {
    /// Takes a text that is one block, on this thread.
    fn whole(&mut self, block: Block) {
        let mut regions = Vec::new();
        let mut ready = |region| regions.push(region);
        let mut cut = Regions::default();
        cut.push(self.analysis.look(block), &mut ready);
        cut.finish(&mut ready);
        for region in regions {
            let found = self.analysis.analyse(&region);
            self.take(found);
        }
    }

    fn add(&mut self, block: Block) {
        let analysis = Arc::clone(self.analysis);
        self.blocks.push_back(self.pool.submit(move || analysis.look(block)));
        while is_due(&self.blocks) {
            self.cut();
        }
    }

    /// Takes the oldest block; its regions go on.
    fn cut(&mut self) {
        let Some(block) = self.blocks.pop_front() else { return };
        let block = self.pool.finish(block);
        let mut ready = Vec::new();
        self.regions.push(block, &mut |region| ready.push(region));
        ready.into_iter().for_each(|region| self.parse(region));
    }

    fn parse(&mut self, region: Region) {
        let analysis = Arc::clone(self.analysis);
        self.parsed.push_back(self.pool.submit(move || analysis.analyse(&region)));
        while is_due(&self.parsed) {
            self.collect();
        }
    }

    /// Takes what was found in the oldest region.
    fn collect(&mut self) {
        if let Some(parsed) = self.parsed.pop_front() {
            let found = self.pool.finish(parsed);
            self.take(found);
        }
    }

    fn take(&mut self, Found { found, names }: Found<A::Found>) {
        self.found.names.extend(names);
        let before = self.crashes;
        for mut next in found {
            if let Some(crash) = A::crash(&mut next) {
                *crash += before;
                self.crashes = self.crashes.max(*crash);
            }
            self.found.found.push(next);
        }
        if self.found.found.len() >= TOGETHER {
            A::arrange(&mut self.found.found);
            (self.more)(std::mem::take(&mut self.found));
        }
    }

    fn finish(mut self) -> Found<A::Found> {
        while !self.blocks.is_empty() {
            self.cut();
        }
        let mut ready = Vec::new();
        std::mem::take(&mut self.regions).finish(&mut |region| ready.push(region));
        ready.into_iter().for_each(|region| self.parse(region));
        while !self.parsed.is_empty() {
            self.collect();
        }
        A::arrange(&mut self.found.found);
        self.found
    }
}
