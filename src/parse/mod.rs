//! Finds crash evidence in text.
//!
//! [`Parser::parse`] goes over a text once: `lines` takes quoting and mark-up off, `scan` finds the places
//! where a dialect's anchors stand, each dialect reads from there as far as its layout goes, and `incidents`
//! says which pieces tell of the same crash. One file a dialect; `DIALECTS` lists them.
//!
//! A dialect that meets something malformed keeps what it has and stops; it never invents.

mod debug;
mod event;
mod fault;
mod fix_table;
mod flow;
mod hex;
mod incidents;
mod lines;
mod page;
mod phrases;
mod prose;
mod scan;
mod stack;
mod stop;
mod text;
mod words;

pub(crate) use fix_table::fix_files;

use crate::evidence::Evidence;
use page::{Claim, Page, Pos};
use phrases::Phrases;
use scan::Anchors;
use std::sync::LazyLock;

/// A layout in which crash evidence is written down.
pub(crate) struct Dialect {
    /// Name in the field's words; stacks carry it.
    pub(crate) name: &'static str,
    /// Literals that can begin evidence, compared without ASCII case. Telling ones: each hit costs a `read`.
    pub(crate) anchors: &'static [&'static str],
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

static ANCHORS: LazyLock<Anchors> = LazyLock::new(|| Anchors::new(DIALECTS));

/// Finds the crash evidence in a text.
#[derive(Debug, Clone, Default)]
pub struct Parser {
    phrases: Option<Phrases>,
}

impl Parser {
    /// A parser that also reports where these phrases stand (without case, blanks collapsed).
    pub fn new(phrases: impl IntoIterator<Item = String>) -> Self {
        Parser { phrases: Phrases::new(phrases) }
    }

    /// All evidence in `text`, in the order in which it stands there.
    pub fn parse(&self, text: &str) -> Vec<Evidence> {
        let page = Page::new(text);
        let claims = scan::claims(&page, &ANCHORS, DIALECTS);
        let phrases = self.phrases.as_ref().map(|phrases| phrases.find(&page)).unwrap_or_default();
        incidents::number(&page, claims, phrases)
    }
}
