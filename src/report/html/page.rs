//! The page around the findings: its head, its sections, its style and script.
//!
//! A policy in the head lets the browser run and apply nothing but this style and this script, known by their
//! digests, and load nothing at all.

use super::statistics::Statistics;
use super::{Html, Kind, SHOWN};
use crate::report::Summary;
use crate::report::escape::visible;
use crate::report::summary::{binary_bytes, count};
use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;
use maud::{DOCTYPE, Markup, PreEscaped, html};
use sha2::{Digest as _, Sha256};

const STYLE: &str = include_str!("page.css");
const SCRIPT: &str = include_str!("page.js");

/// Columns of the table of findings: how they sort, and their heading.
const COLUMNS: &[(&str, &str)] = &[
    ("kind", "Match"),
    ("issue", "Issue or crash"),
    ("where", "Where"),
    ("machine", "Machine"),
    ("time", "Time"),
];

pub(super) fn page(told: &Html, summary: &Summary) -> Markup {
    let statistics = &told.statistics;
    html! {
        (DOCTYPE)
        html lang="en" {
            (head())
            body {
                header { h1 { "Crash report" } (came_to(told, summary)) (not_read(told, summary)) }
                main {
                    @if statistics.findings() == 0 {
                        p class="nothing" { "No crash was found." }
                    } @else {
                        (statistics.issue_section())
                        div class="beside" { (statistics.machine_section()) (statistics.time_section()) }
                        (statistics.crash_section())
                        (findings(told))
                    }
                }
                script { (PreEscaped(SCRIPT)) }
            }
        }
    }
}

fn head() -> Markup {
    let policy = format!(
        "default-src 'none'; style-src '{}'; script-src '{}'; base-uri 'none'; form-action 'none'",
        digest(STYLE),
        digest(SCRIPT)
    );
    html! {
        head {
            meta charset="utf-8";
            meta http-equiv="Content-Security-Policy" content=(policy);
            meta name="viewport" content="width=device-width, initial-scale=1";
            meta name="color-scheme" content="light dark";
            meta name="referrer" content="no-referrer";
            title { "Crash report" }
            style { (PreEscaped(STYLE)) }
        }
    }
}

/// A text as the policy names it.
fn digest(text: &str) -> String {
    format!("sha256-{}", BASE64_STANDARD.encode(Sha256::digest(text)))
}

/// What the run came to, in figures.
fn came_to(told: &Html, summary: &Summary) -> Markup {
    let statistics = &told.statistics;
    let known = count(statistics.issues(), "issue", "issues");
    let known = match statistics.possible() {
        0 => known,
        possible => format!("{known}, {possible} findings only possible"),
    };
    let different = format!("{} different", statistics.crashes());
    let read = format!("{} in {:.1} s", binary_bytes(summary.bytes as f64), summary.time.as_secs_f64());
    html! {
        p {
            (summary.inputs_line())
            @if let Some(below) = told.below.as_deref().filter(|below| !matches!(*below, "" | "-")) {
                " in " code { (visible(below)) }
            }
        }
        ul class="figures" {
            (figure("known", statistics.known(), "matches of known issues", &known))
            (figure("unknown", statistics.unknown(), "unknown crashes", &different))
            @if statistics.accepted > 0 {
                (figure("accepted", statistics.accepted, "accepted", "of all these, by a baseline"))
            }
            (figure("inputs", summary.inputs, "inputs", &read))
        }
        @if statistics.findings() > 0 { (legend()) }
    }
}

/// Which colour of a bar says what.
fn legend() -> Markup {
    html! {
        p class="note legend" {
            "Bars: "
            @for kind in Kind::ALL {
                span {
                    svg viewBox="0 0 10 10" aria-hidden="true" { rect class=(kind.name()) width="10" height="10" {} }
                    (kind.name())
                }
                " "
            }
        }
    }
}

fn figure(class: &str, number: usize, what: &str, more: &str) -> Markup {
    html! { li class=(class) { b { (number) } " " span { (what) } " " small { (more) } } }
}

/// What was skipped, unreadable or redacted.
fn not_read(told: &Html, summary: &Summary) -> Markup {
    let unnamed = summary.errors.saturating_sub(told.unreadable.len());
    html! {
        @if !told.unreadable.is_empty() {
            details class="not-read" {
                summary {
                    (count(summary.errors, "input was not read to its end", "inputs were not read to their end"))
                }
                ul {
                    @for (input, reason) in &told.unreadable { li { b { (input) } ": " (reason) } }
                    @if unnamed > 0 { li { "and " (unnamed) " more" } }
                }
            }
        }
        @if summary.skipped > 0 {
            details class="not-read" {
                summary { (count(summary.skipped, "input was skipped", "inputs were skipped")) }
                ul { @for (reason, inputs) in &summary.reasons { li { (inputs) ": " (visible(reason)) } } }
            }
        }
        @if !summary.redacted.is_empty() {
            p class="note" {
                "Redacted: "
                @for (at, (kind, number)) in summary.redacted.iter().enumerate() {
                    @if at > 0 { ", " }
                    (number) " " (visible(kind))
                }
                "."
            }
        }
    }
}

/// Every finding, the most severe first, with what filters and sorts them.
fn findings(told: &Html) -> Markup {
    let beyond = told.findings - told.rows.len();
    html! {
        section aria-labelledby="findings" {
            h2 id="findings" { "Findings" }
            @if beyond > 0 {
                p class="note" {
                    "The " (SHOWN) " most severe are shown here; " (beyond) " more are counted above."
                }
            }
            (filter(&told.statistics))
            table class="findings" id="all" {
                thead {
                    tr { @for (name, heading) in COLUMNS { th scope="col" class=(name) { (heading) } } }
                }
                tbody { @for row in told.rows.values() { (row) } }
            }
        }
    }
}

/// Hidden until the script runs: without it, it would do nothing.
fn filter(statistics: &Statistics) -> Markup {
    html! {
        form class="filter" id="filter" role="search" aria-label="Filter findings" hidden {
            label {
                "Find "
                input type="search" id="words" placeholder="words, machine:NAME" autocomplete="off" spellcheck="false";
            }
            fieldset {
                legend class="unseen" { "Show" }
                @for kind in Kind::ALL {
                    label { input type="checkbox" name=(kind.name()) checked; " " (kind.name()) }
                }
                @if statistics.accepted > 0 {
                    label { input type="checkbox" name="accepted" checked; " accepted" }
                }
            }
            output id="shown" role="status" aria-live="polite" {}
        }
    }
}
