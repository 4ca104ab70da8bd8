//! What keeps breaking: known issues and unknown crashes by frequency, by machine and by time.

use super::tally::{Group, Kinds, Tally};
use super::{Kind, bars, day, finding};
use crate::matching::{Finding, Match, Unknown};
use crate::report::escape::{brief, visible};
use jiff::civil::Date;
use maud::{Markup, html};
use std::collections::BTreeMap;

/// Unknown crashes and machines that are shown, the most frequent of them.
const CRASHES: usize = 100;
const MACHINES: usize = 25;
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
        let groups = self.issues.by_frequency();
        let most = most(&groups);
        html! {
            section aria-labelledby="issues" {
                h2 id="issues" { "Known issues" }
                @if groups.is_empty() { p class="note" { "None was found." } } @else {
                    table class="groups" {
                        (head("Issue"))
                        tbody {
                            @for (id, group) in &groups {
                                @let issue = &group.about;
                                @let id = visible(id);
                                tr id={ "issue-" (issue.number) } {
                                    td {
                                        details {
                                            summary { b { (id) } " " (issue.title) }
                                            (issue.details)
                                            p { (find(&id)) }
                                        }
                                    }
                                    (counts(group, most))
                                }
                            }
                        }
                    }
                }
            }
        }
    }

    /// The crashes that nothing known explains, by key.
    pub(super) fn crash_section(&self) -> Markup {
        let groups = self.crashes.by_frequency();
        let most = most(&groups);
        let shown = groups.get(..CRASHES).unwrap_or(&groups);
        let rest: usize = groups.iter().skip(CRASHES).map(|(_, group)| group.count()).sum();
        html! {
            section aria-labelledby="crashes" {
                h2 id="crashes" { "Unknown crashes" }
                @if groups.is_empty() { p class="note" { "None was found." } } @else {
                    table class="groups" {
                        (head("Crash"))
                        tbody {
                            @for (key, group) in shown {
                                tr {
                                    td {
                                        details {
                                            summary { (group.about.title) }
                                            (group.about.details)
                                            p { "Key " code { (key) } ". " (find(key)) }
                                        }
                                    }
                                    (counts(group, most))
                                }
                            }
                        }
                    }
                    (left_out(rest + self.crashes.beyond, "crashes that are rarer"))
                }
            }
        }
    }

    /// The findings by machine, where the evidence names one.
    pub(super) fn machine_section(&self) -> Markup {
        let groups = self.machines.by_frequency();
        let most = most(&groups);
        let shown = groups.get(..MACHINES).unwrap_or(&groups);
        let rest: usize = groups.iter().skip(MACHINES).map(|(_, group)| group.count()).sum();
        html! {
            section aria-labelledby="machines" {
                h2 id="machines" { "By machine" }
                @if !groups.is_empty() {
                    table class="groups" {
                        (head("Machine"))
                        tbody {
                            @for (machine, group) in shown {
                                tr { td { (find_as(machine, machine)) } (counts(group, most)) }
                            }
                        }
                    }
                    (left_out(rest + self.machines.beyond, "on other machines"))
                }
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
        Crash { title: brief(&found.summary, TITLE), details: finding::crash_details(found) }
    }
}

fn most<V>(groups: &[(&str, &Group<V>)]) -> usize {
    groups.first().map(|(_, group)| group.count()).unwrap_or_default()
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
        td class="number" { (group.count()) }
        td class="number" { (group.inputs) }
    }
}

/// A link to the findings that hold a text.
fn find(text: &str) -> Markup {
    find_as(text, "Show its findings")
}

fn find_as(text: &str, label: &str) -> Markup {
    html! { a href="#findings" data-find=(text) { (label) } }
}

fn left_out(findings: usize, what: &str) -> Markup {
    html! { @if findings > 0 { p class="note" { "And " (findings) " " (what) "." } } }
}

fn without(findings: usize, all: usize, what: &str) -> Markup {
    html! {
        @if all == 0 { p class="note" { "Nothing was found." } }
        @else if findings > 0 { p class="note" { (findings) " of " (all) " findings show no " (what) "." } }
    }
}
