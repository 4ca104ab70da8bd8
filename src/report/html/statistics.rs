//! What keeps breaking: known issues and unknown crashes by frequency, by machine and by time.

use super::tally::{Group, Kinds, Tally};
use super::{Kind, bars, day, finding};
use crate::matching::{Finding, Match, Unknown};
use crate::report::escape::{brief, visible};
use jiff::civil::Date;
use maud::{Markup, html};
use std::collections::BTreeMap;

/// Groups that are shown at once, and folded behind them.
const FIRST: usize = 20;
const FOLDED: usize = 1_000;
/// Characters of a title.
const TITLE: usize = 240;

/// Counts of all findings, those too that the page does not show.
#[derive(Default)]
pub(super) struct Statistics {
    pub(super) kinds: Kinds,
    pub(super) accepted: usize,
    issues: Tally<Issue>,
    crashes: Tally<Crash>,
    machines: Tally<()>,
    days: BTreeMap<Date, Kinds>,
    timed: usize,
    placed: usize,
}

/// A known issue, as the page tells of it.
struct Issue {
    /// What links lead to.
    number: usize,
    title: String,
    details: Markup,
}

/// Crashes of one key, as the page tells of them.
struct Crash {
    title: String,
    details: Markup,
}

impl Statistics {
    /// Counts a finding of the input of this number, and answers with the number of its known issue.
    pub(super) fn count(&mut self, found: &Finding<'_>, input: usize) -> Option<usize> {
        let kind = Kind::of(found);
        let crash = found.crash();
        self.kinds[kind as usize] += 1;
        self.accepted += usize::from(found.accepted().is_some());
        if let Some(computer) = &crash.computer {
            self.placed += 1;
            self.machines.add(&visible(computer), kind, input, |_| ());
        }
        if let Some(day) = crash.time.as_deref().and_then(day::parse) {
            self.timed += 1;
            self.days.entry(day).or_default()[kind as usize] += 1;
        }
        match found {
            Finding::Match(found) => {
                let issue = |number| Issue::of(found, number);
                self.issues.add(&found.signature.id, kind, input, issue).map(|issue| issue.number)
            }
            Finding::Unknown(found) => {
                self.crashes.add(&crash.key, kind, input, |_| Crash::of(found));
                None
            }
        }
    }

    pub(super) fn findings(&self) -> usize {
        self.kinds.iter().sum()
    }

    pub(super) fn known(&self) -> usize {
        self.findings() - self.unknown()
    }

    pub(super) fn unknown(&self) -> usize {
        self.kinds[Kind::Unknown as usize]
    }

    pub(super) fn possible(&self) -> usize {
        self.kinds[Kind::Possible as usize]
    }

    /// Known issues that were found, each once.
    pub(super) fn issues(&self) -> usize {
        self.issues.len()
    }

    /// Unknown crashes that look different.
    pub(super) fn crashes(&self) -> usize {
        self.crashes.len()
    }

    /// The known issues, the most frequent first.
    pub(super) fn issue_section(&self) -> Markup {
        html! {
            section aria-labelledby="issues" {
                h2 id="issues" { "Known issues" }
                (table("Issue", &self.issues, |id, issue| {
                    let id = visible(id);
                    html! {
                        details id={ "issue-" (issue.number) } {
                            summary { b { (id) } " " (issue.title) }
                            (issue.details)
                            p { (find(&format!("issue:{id}"), "Show its findings")) }
                        }
                    }
                }))
                @if self.known() == 0 { p class="note" { "None was found." } }
            }
        }
    }

    /// The crashes that nothing known explains, by key.
    pub(super) fn crash_section(&self) -> Markup {
        html! {
            section aria-labelledby="crashes" {
                h2 id="crashes" { "Unknown crashes" }
                (table("Crash", &self.crashes, |key, crash| html! {
                    details {
                        summary { (crash.title) }
                        (crash.details)
                        p { "Key " code { (key) } ". " (find(key, "Show its findings")) }
                    }
                }))
                @if self.unknown() == 0 { p class="note" { "None was found." } }
            }
        }
    }

    /// The findings by machine, where the evidence names one.
    pub(super) fn machine_section(&self) -> Markup {
        html! {
            section aria-labelledby="machines" {
                h2 id="machines" { "By machine" }
                (table("Machine", &self.machines, |name, ()| find(&format!("machine:{name}"), name)))
                (without(self.findings() - self.placed, self.findings(), "machine"))
            }
        }
    }

    /// The findings by time, where the evidence names a day.
    pub(super) fn time_section(&self) -> Markup {
        html! {
            section aria-labelledby="time" {
                h2 id="time" { "Over time" }
                @if let Some(chart) = bars::over_time(&self.days) { (chart) }
                (without(self.findings() - self.timed, self.findings(), "time that names a day"))
            }
        }
    }
}

impl Issue {
    fn of(found: &Match<'_>, number: usize) -> Self {
        Issue { number, title: brief(&found.signature.title, TITLE), details: finding::issue_details(found) }
    }
}

impl Crash {
    fn of(found: &Unknown<'_>) -> Self {
        let top = found.top.as_ref().unwrap_or(&found.summary);
        Crash { title: brief(top, TITLE), details: finding::crash_details(found) }
    }
}

/// Groups by frequency: the first of them, folded away those behind, and how much is left out.
fn table<V>(what: &str, tally: &Tally<V>, cell: impl Fn(&str, &V) -> Markup) -> Markup {
    let groups = tally.by_frequency();
    let most = groups.iter().map(|(_, group)| group.count()).max().unwrap_or_default();
    let (first, behind) = groups.split_at(FIRST.min(groups.len()));
    let (folded, rest) = behind.split_at(FOLDED.min(behind.len()));
    let left_out = tally.beyond + rest.iter().map(|(_, group)| group.count()).sum::<usize>();
    let rows = |groups: &[(&str, &Group<V>)]| {
        html! {
            table class="groups" {
                (head(what))
                tbody {
                    @for (key, group) in groups {
                        tr { td { (cell(key, &group.about)) } (counts(group, most)) }
                    }
                }
            }
        }
    };
    html! {
        @if !first.is_empty() { (rows(first)) }
        @if !folded.is_empty() { details class="more" { summary { (folded.len()) " more" } (rows(folded)) } }
        @if left_out > 0 { p class="note" { "And " (left_out) " findings of rarer ones." } }
    }
}

fn head(what: &str) -> Markup {
    html! {
        thead {
            tr {
                th scope="col" { (what) }
                th scope="col" class="bars" { span class="unseen" { "Bar" } }
                th scope="col" class="number" { "Findings" }
                th scope="col" class="number" { "Inputs" }
            }
        }
    }
}

fn counts<V>(group: &Group<V>, most: usize) -> Markup {
    html! {
        td class="bars" { (bars::bar(&group.kinds, most)) }
        td class="number" {
            (group.sure())
            @if group.possible() > 0 { " " small { "+ " (group.possible()) " possible" } }
        }
        td class="number" { (group.inputs) }
    }
}

/// A link to the findings that hold a text.
fn find(text: &str, label: &str) -> Markup {
    html! { a href="#findings" data-find=(text) { (label) } }
}

fn without(findings: usize, all: usize, what: &str) -> Markup {
    html! { @if findings > 0 { p class="note" { (findings) " of " (all) " findings show no " (what) "." } } }
}
