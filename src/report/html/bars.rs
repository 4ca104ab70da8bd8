//! Bars that say how many findings of which kind there are, as inline SVG.

use super::Kind;
use super::tally::Kinds;
use jiff::ToSpan as _;
use jiff::civil::Date;
use maud::{Markup, html};
use std::collections::BTreeMap;

/// Steps of time that a chart shows before it takes longer ones.
const STEPS: i32 = 120;
/// Width of a step, of its bar, and the length of the longest bar, in units of the drawing.
const STEP: usize = 10;
const BAR: usize = 8;
const FULL: f64 = 100.0;

/// A bar that lies, a piece a kind; `most` findings take its full length.
pub(super) fn bar(kinds: &Kinds, most: usize) -> Markup {
    html! {
        svg class="bar" viewBox="0 0 100 10" preserveAspectRatio="none" aria-hidden="true" {
            @for (kind, from, length) in pieces(kinds, most) {
                rect class=(kind.name()) x=(tenths(from)) width=(tenths(length)) height="10" {}
            }
        }
    }
}

/// The kinds there are, where the piece of each begins and how long it is, of [`FULL`].
fn pieces(kinds: &Kinds, most: usize) -> impl Iterator<Item = (Kind, f64, f64)> {
    let mut end = 0.0;
    let there = Kind::ALL.into_iter().zip(*kinds).filter(|(_, count)| *count > 0);
    there.map(move |(kind, count)| {
        let length = FULL * count as f64 / most.max(1) as f64;
        end += length;
        (kind, end - length, length)
    })
}

fn tenths(number: f64) -> String {
    format!("{number:.1}")
}

/// What a bar says in words: `5: 3 exact, 2 unknown`.
fn words(kinds: &Kinds) -> String {
    let each = Kind::ALL.into_iter().zip(kinds).filter(|(_, count)| **count > 0);
    let each: Vec<_> = each.map(|(kind, count)| format!("{count} {}", kind.name())).collect();
    format!("{}: {}", kinds.iter().sum::<usize>(), each.join(", "))
}

/// A step of the time axis.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Unit {
    Day,
    Month,
    Year,
}

impl Unit {
    /// The shortest that shows these days within [`STEPS`].
    fn between(first: Date, last: Date) -> Self {
        let days = last.duration_since(first).as_hours() / 24;
        match days {
            _ if days < i64::from(STEPS) => Unit::Day,
            _ if days < i64::from(STEPS) * 30 => Unit::Month,
            _ => Unit::Year,
        }
    }

    fn name(self) -> &'static str {
        match self {
            Unit::Day => "day",
            Unit::Month => "month",
            Unit::Year => "year",
        }
    }

    fn start(self, date: Date) -> Date {
        match self {
            Unit::Day => date,
            Unit::Month => date.first_of_month(),
            Unit::Year => date.first_of_year(),
        }
    }

    fn after(self, date: Date) -> Date {
        let span = match self {
            Unit::Day => 1.day(),
            Unit::Month => 1.month(),
            Unit::Year => 1.year(),
        };
        date.saturating_add(span)
    }

    fn label(self, date: Date) -> String {
        match self {
            Unit::Day => date.to_string(),
            Unit::Month => format!("{}-{:02}", date.year(), date.month()),
            Unit::Year => date.year().to_string(),
        }
    }
}

/// The steps from the first to the last, those without a finding too.
fn steps(days: &BTreeMap<Date, Kinds>) -> Option<(Unit, Vec<(String, Kinds)>)> {
    let (first, last) = (*days.first_key_value()?.0, *days.last_key_value()?.0);
    let unit = Unit::between(first, last);
    let mut steps: BTreeMap<Date, Kinds> = BTreeMap::new();
    let mut at = unit.start(first);
    while at <= last && steps.insert(at, Kinds::default()).is_none() {
        at = unit.after(at);
    }
    for (day, kinds) in days {
        let step = steps.entry(unit.start(*day)).or_default();
        step.iter_mut().zip(kinds).for_each(|(sum, count)| *sum += count);
    }
    Some((unit, steps.into_iter().map(|(date, kinds)| (unit.label(date), kinds)).collect()))
}

/// The chart over time, and the same as a table.
pub(super) fn over_time(days: &BTreeMap<Date, Kinds>) -> Option<Markup> {
    let (unit, steps) = steps(days)?;
    let sum = |kinds: &Kinds| kinds.iter().sum::<usize>();
    let most = steps.iter().map(|(_, kinds)| sum(kinds)).max().unwrap_or_default();
    let (first, last) = (&steps.first()?.0, &steps.last()?.0);
    Some(html! {
        p class="note" { "A bar a " (unit.name()) "; the highest is " (most) "." }
        svg class="chart" viewBox={ "0 0 " (steps.len().max(12) * STEP) " 100" } preserveAspectRatio="none"
            role="img" aria-label={ "Findings from " (first) " to " (last) } {
            @for (at, (label, kinds)) in steps.iter().enumerate().filter(|(_, (_, kinds))| sum(kinds) > 0) {
                g {
                    title { (label) ", " (words(kinds)) }
                    @for (kind, from, length) in pieces(kinds, most) {
                        rect class=(kind.name()) x=(at * STEP + 1) width=(BAR)
                            y=(tenths(FULL - from - length)) height=(tenths(length)) {}
                    }
                }
            }
        }
        div class="axis" {
            span { (first) }
            @if last != first { span { (last) } }
        }
        details {
            summary { "The same in numbers" }
            table class="numbers" {
                thead { tr { th scope="col" { (unit.name()) } th scope="col" class="number" { "findings" } } }
                tbody {
                    @for (label, kinds) in steps.iter().filter(|(_, kinds)| sum(kinds) > 0) {
                        tr { th scope="row" { (label) } td class="number" { (words(kinds)) } }
                    }
                }
            }
        }
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use jiff::civil::date;

    #[test]
    fn a_bar_has_a_piece_for_each_kind_there_is() {
        let text = bar(&[3, 0, 1, 0], 8).into_string();
        assert!(text.contains(r#"<rect class="exact" x="0.0" width="37.5""#), "{text}");
        assert!(text.contains(r#"<rect class="unknown" x="37.5" width="12.5""#), "{text}");
        assert_eq!(text.matches("<rect").count(), 2);
    }

    #[test]
    fn the_longer_the_time_the_longer_the_steps() {
        let labels = |last| {
            let days = BTreeMap::from([(date(2004, 3, 14), [1, 0, 0, 0]), (last, [1, 0, 0, 0])]);
            steps(&days).unwrap().1.into_iter().map(|(label, _)| label).collect::<Vec<_>>()
        };
        assert_eq!(labels(date(2004, 3, 16)), ["2004-03-14", "2004-03-15", "2004-03-16"]);
        assert_eq!(labels(date(2004, 9, 1)).first().map(String::as_str), Some("2004-03"));
        assert_eq!(labels(date(2016, 1, 1)).len(), 13);
    }
}
