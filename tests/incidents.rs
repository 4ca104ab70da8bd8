//! Which evidence tells of the same crash, on whole reports.

#![allow(clippy::unwrap_used, reason = "a test fails plainly")]

use kbtriage::{Kind, Parser};
use std::path::Path;

/// Number of incidents, and of stacks, in a fixture.
fn incidents(fixture: &str) -> (usize, usize) {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures").join(fixture);
    let evidence = Parser::default().parse(&std::fs::read_to_string(path).unwrap());
    let stacks = evidence.iter().filter(|piece| matches!(piece.kind, Kind::Stack(_))).count();
    (evidence.iter().filter_map(|piece| piece.incident).max().unwrap_or(0) as usize, stacks)
}

#[test]
fn three_crashes_of_ninety_threads_in_one_dr_watson_log_are_three() {
    assert_eq!(incidents("logs/drwtsn32-three-crashes.log"), (3, 90));
}

#[test]
fn an_analysis_and_the_stack_below_it_are_one() {
    assert_eq!(incidents("dumps/analyze-with-k.txt").0, 1);
}

#[test]
fn a_day_of_the_system_log_is_none() {
    assert_eq!(incidents("logs/system-log-day.txt"), (0, 0));
}
