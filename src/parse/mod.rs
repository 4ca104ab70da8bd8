//! Finds crash evidence in text.
//!
//! [`Parser::parse`] goes over a text once: `lines` takes quoting and mark-up off, `scan` finds the places
//! where a dialect's anchors stand, each dialect reads from there as far as its layout goes, and `incidents`
//! says which pieces tell of the same crash. One file a dialect; `DIALECTS` lists them.
//!
//! A dialect that meets something malformed keeps what it has and stops; it never invents.

mod debug;
mod eights;
mod event;
mod fault;
mod first_pass;
mod fix_table;
mod flow;
mod glance;
mod hex;
mod incidents;
mod lines;
mod literals;
mod page;
mod phrases;
mod places;
mod prose;
mod rarity;
mod region;
mod scan;
mod sieve;
mod stack;
mod stop;
mod text;
mod trigger;
mod wake;
mod words;

pub(crate) use fix_table::fix_files;
pub use region::{BLOCK, Block, Marked, Region, Regions, next_block};

use crate::evidence::Evidence;
use first_pass::FirstPass;
use page::{Claim, Page, Pos};
use phrases::Phrases;
use rarity::Rarity;
use scan::Marks;
use std::sync::Arc;
use trigger::Trigger;

/// A layout in which crash evidence is written down.
pub(crate) struct Dialect {
    /// Name in the field's words; stacks carry it.
    pub(crate) name: &'static str,
    /// Literals that can begin evidence, compared without ASCII case. Telling ones: each hit costs a `read`.
    pub(crate) anchors: &'static [&'static str],
    /// Literals that make somebody look: rarer than the anchors, and one of them near all evidence of this layout that
    /// no other dialect's triggers lead to.
    pub(crate) triggers: &'static [Trigger],
    /// Reads the evidence that the anchor at a position belongs to; `None` when there is none after all.
    ///
    /// May look back a few lines (a header, a label on the line before). Must look at no more than a bounded
    /// number of lines beyond what it claims, so that a scan stays linear in the input.
    pub(crate) read: fn(&Page<'_>, Pos) -> Option<Claim>,
}

/// Every dialect. Where two claim the same place for the same kind of evidence, the earlier one has it.
pub(crate) const DIALECTS: &[Dialect] = &[
    stack::clrstack::DIALECT,
    stack::debugger::DIALECT,
    event::xml::DIALECT,
    event::table::TABLE,
    event::table::ROW,
    event::cells::ROW,
    event::cells::POWERSHELL,
    event::table::LIST_OF_FIELDS,
    event::viewer::DIALECT,
    fault::fault9x::DIALECT,
    stop::report::DIALECT,
    stop::bluescreen::DIALECT,
    debug::watson::DIALECT,
    debug::analyze::DIALECT,
    fault::app_error::DIALECT,
    fault::wer::DIALECT,
    fault::exception::DIALECT,
    stack::visual_studio::DIALECT,
    debug::modules::DIALECT,
    debug::installed::DIALECT,
    stack::managed::DIALECT,
    stack::tool::DIALECT,
    stack::bare::DIALECT,
];

/// Those that read nothing but stacks, whose rows any of them may take for its own.
const ONLY_STACKS: &[&str] = &["visual-studio", "managed", "tool", "bare"];

impl Dialect {
    fn reads_only_stacks(&self) -> bool {
        ONLY_STACKS.contains(&self.name)
    }
}

/// A phrase to look for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Phrase {
    /// As it is to be reported.
    pub text: String,
    /// Nothing else need stand near it.
    pub leads: bool,
}

impl From<&str> for Phrase {
    /// A phrase that leads.
    fn from(text: &str) -> Self {
        Phrase { text: text.to_owned(), leads: true }
    }
}

/// Finds the crash evidence in a text.
///
/// A text as a whole goes through [`Parser::parse`]. One that comes piece by piece is cut into blocks ([`next_block`]),
/// each is gone over ([`Parser::look`]), [`Regions`] says where evidence may stand, and [`Parser::parse_region`] reads it
/// there: blocks and regions in any order and on any thread.
#[derive(Debug, Clone)]
pub struct Parser {
    first_pass: Arc<FirstPass>,
    marks: Arc<Marks>,
    phrases: Arc<Phrases>,
}

impl Default for Parser {
    fn default() -> Self {
        Parser::new([])
    }
}

impl Parser {
    /// A parser that also reports where these phrases stand (without case, blanks collapsed): those that lead
    /// wherever they do, the others near evidence.
    pub fn new(phrases: impl IntoIterator<Item = Phrase>) -> Self {
        let phrases: Vec<Phrase> = phrases.into_iter().collect();
        let leading = phrases.iter().filter(|phrase| phrase.leads).map(|phrase| phrase.text.as_str());
        let rarity = Rarity::new();
        let first_pass = Arc::new(FirstPass::new(DIALECTS, leading, &rarity));
        let phrases = Arc::new(Phrases::new(phrases.into_iter().map(|phrase| phrase.text)));
        let marks = Arc::new(Marks::new(DIALECTS, phrases.words(), &rarity));
        Parser { first_pass, marks, phrases }
    }

    /// All evidence in `text`, in the order in which it stands there.
    pub fn parse(&self, text: &str) -> Vec<Evidence> {
        let mut regions = Regions::default();
        let mut found = Vec::new();
        let mut take = |region| append(&mut found, self.parse_region(&region));
        let (mut rest, mut text) = (String::new(), text);
        while !text.is_empty() {
            let (next, later) = text.split_at(text.floor_char_boundary(BLOCK));
            (rest, text) = (rest + next, later);
            while let Some(block) = next_block(&mut rest, text.is_empty()) {
                regions.push(self.look(block), &mut take);
            }
        }
        regions.finish(&mut take);
        found
    }

    /// Goes over a block and marks where evidence may stand.
    pub fn look(&self, block: Block) -> Marked {
        let Block { mut text, length } = block;
        let triggers = self.first_pass.find(&text, length);
        text.truncate(length);
        Marked { text, triggers }
    }

    /// The evidence in a region, where it stands in the whole text. Incidents are numbered from 1.
    pub fn parse_region(&self, region: &Region) -> Vec<Evidence> {
        let page = Page::part(&region.text, region.lines, region.start);
        let places = self.marks.find(&page);
        let claims = scan::claims(&page, places.anchors, DIALECTS);
        let phrases = self.phrases.around(&page, &places.words);
        incidents::number(&page, claims, phrases)
    }
}

/// Appends the evidence of the next region, its incidents numbered on.
fn append(found: &mut Vec<Evidence>, next: Vec<Evidence>) {
    let last = found.iter().filter_map(|piece| piece.incident).max().unwrap_or(0);
    found.extend(next.into_iter().map(|mut piece| {
        piece.incident = piece.incident.map(|incident| incident + last);
        piece
    }));
}
