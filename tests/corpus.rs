//! The corpus of real articles, pastes and logs, where `KBTRIAGE_CORPUS` says it is; without it these tests skip.
//!
//! What is found where nothing should be is listed here, each with the reason why a person would see it too.

#![allow(clippy::unwrap_used, clippy::print_stderr, reason = "a test fails plainly and says when it skips")]

use kbtriage::source::{self, ReadOptions, WalkOptions};
use kbtriage::{Confidence, Database, Evidence, Finding, Kind, Matcher, Parser};
use std::collections::BTreeSet;
use std::path::PathBuf;

/// Folders of the corpus, or `None` where it is absent.
fn corpus(folders: &[&str]) -> Option<Vec<PathBuf>> {
    let Some(root) = std::env::var_os("KBTRIAGE_CORPUS").map(PathBuf::from) else {
        eprintln!("skipped: KBTRIAGE_CORPUS is not set");
        return None;
    };
    Some(folders.iter().map(|folder| root.join(folder)).collect())
}

/// Calls `see` with the name (without ending) and the text of every file.
fn each(folders: &[PathBuf], mut see: impl FnMut(&str, &str)) {
    for input in source::inputs(folders, &WalkOptions::default()) {
        let input = input.unwrap();
        if let Ok(text) = source::read_whole(&input, &ReadOptions::default()) {
            let path = PathBuf::from(input.name().into_owned());
            see(&path.file_stem().unwrap().to_string_lossy(), &text);
        }
    }
}

#[test]
fn the_five_seeds_give_their_own_article_first() {
    let Some(folders) = corpus(&["seeds"]) else { return };
    let database = Database::embedded().unwrap();
    let (parser, matcher) = (Parser::new(database.phrases()), Matcher::new(&database));
    let mut first = BTreeSet::new();
    each(&folders, |name, text| {
        if let Some(Finding::Match(found)) = matcher.findings(&parser.parse(text)).first() {
            first.insert((name.get(..3).unwrap().to_owned(), found.signature.id.clone()));
        }
    });
    let wanted = [
        ("000", "KB269588"),
        ("001", "KB898782"),
        ("002", "KB276222"),
        ("003", "KB924567"),
        ("004", "KB152941"),
    ];
    assert_eq!(first, wanted.map(|(seed, id)| (seed.to_owned(), id.to_owned())).into());
}

/// Articles and logs without crash evidence: what is found there all the same.
const SEEN_BY_A_PERSON_TOO: &[(&str, &str, &str)] = &[
    ("Q189243", "stack", "a call stack of Visual C++ 6, twenty rows of it"),
    ("Q216869", "fault", "two application error dialogs of msdev.exe, quoted whole"),
    ("Q255121", "fault", "a fatal exception 0E in a VxD, quoted whole"),
];

#[test]
fn negatives_hold_no_stack_stop_or_fault_but_those_a_person_sees() {
    let Some(folders) = corpus(&["negatives", "logs"]) else { return };
    let parser = Parser::default();
    let mut found = BTreeSet::new();
    each(&folders, |name, text| {
        found.extend(parser.parse(text).iter().filter_map(kind).map(|kind| (name.to_owned(), kind)));
    });
    let wanted = SEEN_BY_A_PERSON_TOO.iter().map(|(name, kind, _)| ((*name).to_owned(), *kind)).collect();
    assert_eq!(found, wanted);
}

fn kind(piece: &Evidence) -> Option<&'static str> {
    match piece.kind {
        Kind::Stack(_) => Some("stack"),
        Kind::Bugcheck(_) => Some("stop"),
        Kind::Fault(_) => Some("fault"),
        Kind::Exception(_) => Some("exception"),
        _ => None,
    }
}

/// Articles that another article's signature matches, and why both are right.
const NEAR_TWINS: &[(&str, &str)] = &[
    ("Q149215", "KB156735: the same stack fault at 00c7:4394f; it refers to that article"),
    ("Q160452", "KB195166: the same event 3006 with return code 122, which came back as a regression"),
    ("Q166828", "KB162205 and KB162837: it prints both stops and refers to both articles"),
    ("Q173282", "KB156735: the same stack fault at 00c7:4394f; it refers to that article"),
    ("Q175141", "KB162205: the same stop; it refers to that article"),
    ("Q178344", "KB186205: the same stack to the byte, fixed by a service pack there and a hotfix here"),
    ("Q186205", "KB178344: the same stack to the byte, fixed by a service pack here and a hotfix there"),
    ("Q186674", "KB185945: the same stop with the same parameters"),
    ("Q216108", "KB156655: the same article for Terminal Server Edition"),
    ("Q229033", "KB185945: the same stop with the same parameters"),
    ("Q234981", "KB242983: the same stop and null pointer, with a hotfix of its own"),
    ("Q263020", "KB163807: the same address in MSO97 and the same cause"),
];

#[test]
fn other_articles_are_matched_only_where_they_are_twins() {
    let Some(folders) = corpus(&["kb-articles"]) else { return };
    let database = Database::embedded().unwrap();
    let (parser, matcher) = (Parser::new(database.phrases()), Matcher::new(&database));
    let mut strange = BTreeSet::new();
    each(&folders, |name, text| {
        let own = name.replacen('Q', "KB", 1);
        let sure = |finding: &Finding<'_>| match finding {
            Finding::Match(found) => found.confidence >= Confidence::Likely && found.signature.id != own,
            Finding::Unknown(_) => false,
        };
        if matcher.findings(&parser.parse(text)).iter().any(sure) {
            strange.insert(name.to_owned());
        }
    });
    assert_eq!(strange, NEAR_TWINS.iter().map(|(name, _)| (*name).to_owned()).collect());
}

#[test]
fn no_known_issue_is_seen_where_nothing_crashed() {
    let Some(folders) = corpus(&["negatives", "logs"]) else { return };
    let database = Database::embedded().unwrap();
    let (parser, matcher) = (Parser::new(database.phrases()), Matcher::new(&database));
    each(&folders, |name, text| {
        let sure = |finding: &Finding<'_>| matches!(finding, Finding::Match(found) if found.confidence >= Confidence::Likely);
        assert!(!matcher.findings(&parser.parse(text)).iter().any(sure), "{name}");
    });
}
