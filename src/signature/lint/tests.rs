//! Every lint on a file that has the fault and on one that has not.

use super::*;
use std::borrow::Cow;
use std::collections::BTreeSet;
use std::path::Path;

const HEAD: &str = r#"
id = "ACME-1"
title = "Saving fails"
products = ["ACME"]
status = "draft"
"#;
const MATCH: &str = "\n[[match]]\nstack = [\"acme!Save\", \"acme!Menu\"]\n";
const EXAMPLE: &str = "\n[[example]]\nexpect = \"match\"\ntext = \"acme!Save\"\n";

fn lints_of(path: &str, text: &str) -> Vec<LintFinding> {
    let mut database = Database::default();
    let runtime = "[[frame]]\nframe = \"ntdll!*\"\nreason = \"r\"\n\
                   [[frame]]\nframe = \"user32!*\"\nreason = \"r\"\nclass = \"system\"\n";
    database.add(Path::new("runtime-frames.toml"), Cow::Borrowed(runtime)).unwrap();
    let other = |id: &str, frames: &str| {
        Cow::Owned(format!("{HEAD}\n[[match]]\nstack = {frames}\n{EXAMPLE}").replace("ACME-1", id))
    };
    let others = [("ACME-8", "[\"acme!Open\", \"acme!Menu\"]"), ("ACME-9", "[\"acme!Print\"]")];
    for (id, frames) in others {
        database.add(Path::new(&format!("{}.toml", id.to_lowercase())), other(id, frames)).unwrap();
    }
    database.add(Path::new(path), Cow::Owned(text.to_owned())).unwrap();
    let others = others.map(|(id, _)| id);
    lint(&database).into_iter().filter(|finding| !others.contains(&finding.signature.as_str())).collect()
}

fn names(text: &str) -> Vec<&'static str> {
    lints_of("acme-1.toml", text).iter().map(|finding| finding.lint).collect()
}

fn with_match(clauses: &str) -> String {
    format!("{HEAD}\n[[match]]\n{clauses}\n{EXAMPLE}")
}

/// Lint, text that it finds fault with, text that it does not. The file is `acme-1.toml`.
fn cases() -> Vec<(&'static str, String, String)> {
    let clean = format!("{HEAD}{MATCH}{EXAMPLE}");
    let head = |line: &str| format!("{HEAD}{line}\n{MATCH}{EXAMPLE}");
    let tail = |text: &str| format!("{clean}\n{text}\n");
    let clause = |bad: &str, good: &str| (with_match(bad), with_match(good));
    let mut cases = vec![
        ("file-name", clean.replace("ACME-1", "ACME-2"), clean.clone()),
        ("missing-example", clean.replace("\"match\"", "\"no-match\""), clean.clone()),
        ("no-match", format!("{HEAD}{EXAMPLE}"), clean.clone()),
        (
            "not-a-version",
            tail("[[fixed_in]]\nfile = \"a.dll\"\nversion = \"N/A\""),
            tail("[[fixed_in]]\nfile = \"MTA\"\nversion = \"994.2\""),
        ),
        ("empty-text", head("workaround = \" \""), head("workaround = \"Restart it.\"")),
        ("not-a-link", head("url = \"see the wiki\""), head("url = \"https://example.org/1\"")),
        (
            "unfinished",
            clean.replace("\"draft\"", "\"reviewed\""),
            head("cause = \"c\"\nresolution = \"r\"").replace("\"draft\"", "\"reviewed\""),
        ),
        (
            "twin",
            with_match("stack = [\"ACME.EXE!_Open@4\", \"acme!Menu\"]"),
            format!(
                "{}\n[[allow]]\nlint = \"twin\"\nreason = \"ACME-8 tells of it too.\"\n",
                with_match("stack = [\"acme!Open\", \"acme!Menu\"]")
            ),
        ),
        ("shadowed", with_match("stack = [\"acme!Print\", \"acme!Menu\"]"), clean.clone()),
        ("unknown-lint", tail("[[allow]]\nlint = \"shrt-stack\"\nreason = \"r\""), clean.clone()),
        (
            "unused-allow",
            tail("[[allow]]\nlint = \"short-stack\"\nreason = \"r\""),
            format!(
                "{}\n[[allow]]\nlint = \"short-stack\"\nreason = \"r\"\n",
                with_match("stack = [\"acme!Save\"]")
            ),
        ),
    ];
    let clauses = [
        (
            "runtime-only",
            "stack = [\"ntdll!RtlFreeHeap\", \"*!*\"]",
            "stack = [\"ntdll!RtlFreeHeap\", \"user32!wvsprintfW\"]",
        ),
        ("short-stack", "stack = [\"acme!Save\"]", "stack = [\"acme!Save\", \"acme!Menu\"]"),
        (
            "bare-event",
            "event = { id = 7, source = \"acme\" }",
            "event = [{ id = 7 }, { id = 8, message = \"lost\" }]",
        ),
        (
            "bare-bugcheck",
            "bugcheck = { code = \"0xa\", parameters = [\"*\"] }",
            "bugcheck = { code = \"0xa\", module = \"acme.sys\" }",
        ),
        ("bare-fault", "fault = { process = \"acme.exe\" }", "fault = { module = \"acme.dll\" }"),
        (
            "bare-exception",
            "exception = { code = \"0xc0000005\" }",
            "exception = { code = \"0xc0000005\", address = \"77f3cbcd\" }",
        ),
        ("few-phrases", "text = [\"a\", \"b\"]", "text = [\"a\", \"b\", \"c\"]"),
    ];
    for (lint, bad, good) in clauses {
        let (bad, good) = clause(bad, good);
        cases.push((lint, bad, good));
    }
    cases
}

#[test]
fn every_lint_finds_its_fault_and_nothing_else() {
    for (lint, bad, good) in cases() {
        assert_eq!(names(&bad), [lint], "{lint} on {bad}");
        assert_eq!(names(&good), [""; 0], "{lint} on {good}");
    }
}

#[test]
fn every_lint_has_a_case() {
    let cases: BTreeSet<_> = cases().into_iter().map(|(lint, ..)| lint).collect();
    let lints: BTreeSet<_> = LINTS.iter().map(|lint| lint.name).collect();
    assert_eq!(cases, lints);
    assert_eq!(lints.len(), LINTS.len(), "names are unique");
}

#[test]
fn every_lint_can_be_silenced() {
    for (lint, bad, _) in
        cases().into_iter().filter(|(lint, ..)| !lint.contains("-allow") && *lint != "unknown-lint")
    {
        let silenced = format!("{bad}\n[[allow]]\nlint = \"{lint}\"\nreason = \"ACME-8\"\n");
        assert_eq!(names(&silenced), [""; 0], "{lint}");
    }
}

#[test]
fn a_twin_that_there_is_not_is_no_silence() {
    let twin = |id: &str| {
        let clauses = with_match("stack = [\"acme!Open\", \"acme!Menu\"]");
        format!("{clauses}\n[[allow]]\nlint = \"twin\"\nreason = \"As {id}.\"\n")
    };
    assert_eq!(names(&twin("ACME-8")), [""; 0]);
    assert_eq!(names(&twin("ACME-7")), ["twin", "unused-allow"]);
}

#[test]
fn a_silence_needs_a_reason() {
    let text = format!(
        "{}\n[[allow]]\nlint = \"short-stack\"\nreason = \"\"\n",
        with_match("stack = [\"acme!Save\"]")
    );
    assert_eq!(names(&text), ["empty-text"]);
}

#[test]
fn a_finding_names_file_and_line() {
    let found = lints_of("x/acme-1.toml", &with_match("stack = [\"acme!Save\"]"));
    assert_eq!((found[0].path.as_path(), found[0].line), (Path::new("x/acme-1.toml"), Some(8)));
}

#[test]
fn the_shipped_signatures_are_clean() {
    assert_eq!(lint(&Database::embedded().unwrap()), []);
}
