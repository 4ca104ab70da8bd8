//! A page for a browser: what keeps breaking, where and when, and every finding with its evidence.
//!
//! One file without any outside reference. What a finding says becomes HTML as it arrives, for that is smaller
//! than what it points to; `tally` counts all of them, and the page shows the [`SHOWN`] most severe. Text is
//! escaped by the templates (maud) and, where it comes from an input or a signature, goes through [`visible`].
//!
//! | file | what |
//! |---|---|
//! | `page` | the page, its head and its sections |
//! | `statistics` | known issues, unknown crashes, machines, days |
//! | `finding` | a finding and its evidence |
//! | `bars` | bars and the chart over time |
//! | `day` | the day that a time stamp names |
//! | `tally` | counts by key |
//! | `page.css`, `page.js` | how it looks; filter and sort |

mod bars;
mod day;
mod finding;
mod page;
mod statistics;
mod tally;

use super::escape::visible;
use super::{Input, Outcome, Report, Summary};
use crate::matching::{Confidence, Finding};
use maud::Markup;
use statistics::Statistics;
use std::collections::BTreeMap;
use std::io::{self, Write};

/// Findings that the page shows.
const SHOWN: usize = 10_000;
/// Unreadable inputs that it names.
const UNREADABLE: usize = 200;

/// What a finding is. The order is that of severity.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Kind {
    Exact,
    Likely,
    Unknown,
    Possible,
}

impl Kind {
    const ALL: [Kind; 4] = [Kind::Exact, Kind::Likely, Kind::Unknown, Kind::Possible];

    fn of(finding: &Finding<'_>) -> Self {
        match finding {
            Finding::Unknown(_) => Kind::Unknown,
            Finding::Match(found) => match found.confidence {
                Confidence::Exact => Kind::Exact,
                Confidence::Likely => Kind::Likely,
                Confidence::Possible => Kind::Possible,
            },
        }
    }

    /// Its name: on the page, in its classes and for its script.
    fn name(self) -> &'static str {
        match self {
            Kind::Exact => "exact",
            Kind::Likely => "likely",
            Kind::Unknown => "unknown",
            Kind::Possible => "possible",
        }
    }
}

/// Where a finding stands among all: what nobody has accepted first, then by kind, then as it came.
type Rank = (bool, Kind, usize);

/// Collects the page until the run has ended.
#[derive(Default)]
pub(super) struct Html {
    statistics: Statistics,
    rows: BTreeMap<Rank, Markup>,
    findings: usize,
    /// Inputs that have ended.
    inputs: usize,
    /// The folder of all inputs that were read, or the only one of them.
    below: Option<String>,
    /// Inputs that were not read to their end, and why.
    unreadable: Vec<(String, String)>,
}

impl Html {
    fn add(&mut self, input: &str, found: &Finding<'_>) {
        let issue = self.statistics.count(found, self.inputs);
        let rank = (found.accepted().is_some(), Kind::of(found), self.findings);
        self.findings += 1;
        if self.rows.len() == SHOWN {
            if self.rows.last_key_value().is_some_and(|(last, _)| *last < rank) {
                return;
            }
            self.rows.pop_last();
        }
        self.rows.insert(rank, finding::row(input, found, issue));
    }
}

impl Report<[Finding<'_>]> for Html {
    fn input(
        &mut self,
        _out: &mut dyn Write,
        input: Input<'_>,
        outcome: Outcome<'_, [Finding<'_>]>,
    ) -> io::Result<()> {
        if outcome.found().is_some() {
            self.below = Some(match self.below.take() {
                Some(below) => common_folder(below, input.name),
                None => input.name.to_owned(),
            });
        }
        for found in outcome.found().unwrap_or_default() {
            self.add(input.name, found);
        }
        if let Some(reason) = outcome.unread()
            && self.unreadable.len() < UNREADABLE
        {
            self.unreadable.push((visible(input.name).into_owned(), visible(&reason).into_owned()));
        }
        self.inputs += usize::from(!matches!(outcome, Outcome::Part(_)));
        Ok(())
    }

    fn end(&mut self, out: &mut dyn Write, summary: &Summary) -> io::Result<()> {
        out.write_all(page::page(self, summary).into_string().as_bytes())
    }
}

/// The folder, with its separator, that two paths have in common; empty where there is none.
fn common_folder(mut one: String, other: &str) -> String {
    if one != other {
        let same = one.char_indices().zip(other.chars()).take_while(|((_, one), other)| one == other);
        let separators = same.filter(|((_, one), _)| matches!(one, '/' | '\\'));
        let end = separators.last().map_or(0, |((at, _), _)| at + 1);
        one.truncate(end);
    }
    one
}

#[cfg(test)]
#[path = "html/tests.rs"]
mod tests;
