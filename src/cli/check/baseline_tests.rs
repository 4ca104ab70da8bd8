//! What a baseline accepts, keeps, drops and remarks.

use super::*;
use kbtriage::{Database, Matcher, Parser};

const KNOWN: &str = "0ab1fcfc 00510cc7 EMSMTA!otpmralt+0x25\n0ab1fd4c 004dfe5a EMSMTA!otpurert+0x307\n";
const UNKNOWN: &str = "0ab1fcfc 00510cc7 ROUTER!drop+0x25\n0ab1fd4c 004dfe5a ROUTER!next+0x307\n";

fn baseline(text: &str) -> anyhow::Result<Baseline> {
    Baseline::parse(Path::new("accepted.toml"), Path::new(""), text, Date::constant(2026, 11, 21))
}

/// Whether the finding of a text in an input is accepted, and why.
fn accepted(baseline: &mut Baseline, input: &str, text: &str) -> Option<String> {
    let database = Database::embedded().unwrap();
    let found = Matcher::new(&database).showing_crashes().findings(&Parser::default().parse(text));
    baseline.accepts(input, &found[0], true)
}

fn written(baseline: &Baseline) -> String {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("b.toml");
    let moved =
        Baseline { path: path.clone(), entries: baseline.entries.clone(), ..self::baseline("").unwrap() };
    let moved = Baseline { found: baseline.found.clone(), read: baseline.read.clone(), ..moved };
    moved.write().unwrap();
    fs::read_to_string(path).unwrap()
}

#[test]
fn what_it_names_is_accepted_and_nothing_else() {
    let text = "[[accepted]]\ninput = 't/1.txt'\nsignature = 'KB276222'\nreason = 'known'\n";
    let mut baseline = baseline(text).unwrap();
    assert_eq!(accepted(&mut baseline, "t/1.txt", KNOWN).as_deref(), Some("known"));
    assert_eq!(accepted(&mut baseline, "./t/x/../1.txt", KNOWN).as_deref(), Some("known"));
    assert_eq!(accepted(&mut baseline, "t/2.txt", KNOWN), None);
    assert_eq!(accepted(&mut baseline, "t/1.txt", UNKNOWN), None);
}

#[test]
fn an_unknown_crash_is_accepted_at_other_addresses_and_lines() {
    let mut first = baseline("").unwrap();
    accepted(&mut first, "t/1.txt", UNKNOWN);
    let mut next = baseline(&written(&first)).unwrap();
    let moved = format!("Again:\n\n{}", UNKNOWN.replace("0ab1", "77c2").replace("+0x25", "+0x31"));
    assert_eq!(accepted(&mut next, "t/1.txt", &moved).as_deref(), Some(""));
}

#[test]
fn an_entry_counts_until_its_last_day() {
    for (day, counts) in [("2026-11-20", false), ("2026-11-21", true)] {
        let text = format!("[[accepted]]\ninput = 'a'\nsignature = 'KB276222'\nexpires = {day}\n");
        let mut baseline = baseline(&text).unwrap();
        assert_eq!(accepted(&mut baseline, "a", KNOWN).is_some(), counts);
        let remarks = baseline.remarks();
        assert_eq!(remarks.iter().any(|remark| remark.contains("expired")), !counts, "{remarks:?}");
    }
}

#[test]
fn an_update_keeps_reasons_adds_what_is_new_and_drops_what_is_gone() {
    let text = "[[accepted]]\ninput = 'a'\nsignature = 'KB276222'\nreason = 'wait'\nexpires = 2027-01-31\n\
                [[accepted]]\ninput = 'b'\nsignature = 'KB276222'\n[[accepted]]\ninput = 'c'\ncrash = '00'\n";
    let mut baseline = baseline(text).unwrap();
    accepted(&mut baseline, "a", KNOWN);
    accepted(&mut baseline, "b", UNKNOWN);
    ["a", "b", "c"].iter().for_each(|input| baseline.was_read(input));
    assert_eq!(baseline.remarks().len(), 2);
    let file: File = toml::from_str(&written(&baseline)).unwrap();
    let names: Vec<_> =
        file.accepted.iter().map(|entry| (entry.input.as_str(), entry.reason.as_str())).collect();
    assert_eq!(names, [("a", "wait"), ("b", "")]);
    assert!(file.accepted[0].expires.is_some() && file.accepted[1].crash.is_some());
}

#[test]
fn an_input_that_was_not_read_keeps_its_entries() {
    let text = "[[accepted]]\ninput = 'Cargo.toml'\nsignature = 'KB1'\n[[accepted]]\ninput = 'gone'\nsignature = 'KB1'\n";
    let baseline = baseline(text).unwrap();
    assert!(written(&baseline).contains("Cargo.toml") && !written(&baseline).contains("gone"));
}

#[test]
fn what_the_check_does_not_fail_on_keeps_its_entry_but_gets_none() {
    let database = Database::embedded().unwrap();
    let found = Matcher::new(&database).showing_crashes().findings(&Parser::default().parse(KNOWN));
    for (text, stays) in [("", false), ("[[accepted]]\ninput = 'a'\nsignature = 'KB276222'\n", true)] {
        let mut baseline = baseline(text).unwrap();
        baseline.accepts("a", &found[0], false);
        baseline.was_read("a");
        assert_eq!(written(&baseline).contains("KB276222"), stays);
    }
}

#[test]
fn mistakes_are_named_with_their_place() {
    for (text, words) in [
        ("[[accepted]]\ninput = 'a'\n", "entry 1: give either signature or crash"),
        ("[[accepted]]\ninput = 'a'\nsignature = 'b'\nexpires = 10:00:00\n", "entry 1: expires is a day"),
        ("\n[[accepted]]\ninputs = 'a'\n", "accepted.toml:3: unknown field"),
    ] {
        let error = baseline(text).unwrap_err().to_string();
        assert!(error.contains(words), "{error}");
    }
}
