//! The commands, as the runner takes them apart.

use super::*;
use crate::matching::{Confidence, Match};
use crate::report::samples::{a_match, a_signature, an_unknown};

type Told<'a> = (&'a str, Outcome<'a, [Finding<'a>]>);

fn text(inputs: &[Told<'_>]) -> String {
    let mut out = Vec::new();
    let mut github = Github::default();
    let mut summary = Summary::default();
    for (name, outcome) in inputs {
        summary.count(*outcome);
        github.input(&mut out, (*name).into(), *outcome).unwrap();
    }
    github.end(&mut out, &summary).unwrap();
    String::from_utf8(out).unwrap()
}

fn sure<'db>(finding: Finding<'db>, confidence: Confidence) -> Finding<'db> {
    match finding {
        Finding::Match(found) => Finding::Match(Match { confidence, ..found }),
        unknown @ Finding::Unknown(_) => unknown,
    }
}

/// How many lines begin with a command.
fn commands(text: &str, kind: &str) -> usize {
    text.lines().filter(|line| line.starts_with(&format!("::{kind} "))).count()
}

#[test]
fn a_finding_is_an_annotation_of_its_lines() {
    let signature = a_signature();
    let text = text(&[("mail/4711.txt", Outcome::Read(&[a_match(&signature)]))]);
    assert_eq!(
        text,
        "::error file=mail/4711.txt,line=12,endLine=20,title=ACME-17%3A Router stops in route_lookup (exact match)::\
         mail/4711.txt, lines 12-20%0A\
         why: stack, lines 12-20: ROUTER!route_lookup < route_next%0A\
         fixed in: Router.exe 2.1.0.7; Route.dll 2.1.0.7 (Router 2)%0A\
         version: unknown: the input does not show the versions of these files%0A\
         fix: Install service release 1.%0A\
         workaround: none known%0A\
         link: https://example.com/17%0A\
         computer: SERVER7%0A\
         time: 3/14/2004 10:15:00 AM\n\
         kbtriage: 1 input: 1 known issue, 0 unknown crashes\n"
    );
}

#[test]
fn standard_input_is_no_file() {
    let signature = a_signature();
    let text = text(&[("-", Outcome::Read(&[an_unknown(&signature)]))]);
    assert!(
        text.starts_with("::warning title=unknown crash%3A 9 frames%2C top ROUTER!drop::standard input, "),
        "{text}"
    );
}

#[test]
fn the_type_says_how_sure_it_is() {
    let signature = a_signature();
    let findings = [Confidence::Exact, Confidence::Likely, Confidence::Possible]
        .map(|confidence| sure(a_match(&signature), confidence));
    let text = text(&[
        ("a", Outcome::Read(&findings)),
        ("b", Outcome::Failed("no such file")),
        ("c", Outcome::Broken(&[an_unknown(&signature)], "ends early")),
        ("d", Outcome::Skipped("empty")),
    ]);
    let kinds = ["error", "warning", "notice"].map(|kind| commands(&text, kind));
    assert_eq!(kinds, [4, 1, 1], "{text}");
    assert!(text.contains("::error file=b,title=input not read::b: no such file\n"), "{text}");
    assert!(text.contains("::error file=c,title=input not read::c: read in part: ends early\n"), "{text}");
}

#[test]
fn at_most_ten_of_a_type_the_most_severe_first() {
    let signature = a_signature();
    let likely = vec![sure(a_match(&signature), Confidence::Likely); 30];
    let exact = [a_match(&signature)];
    let of = |number: usize| text(&[("a", Outcome::Part(&likely[..number])), ("z", Outcome::Read(&exact))]);
    let ten = of(9);
    assert_eq!((commands(&ten, "error"), ten.contains("more error")), (10, false), "{ten}");
    let cut = of(30);
    assert_eq!(commands(&cut, "error"), 10, "{cut}");
    assert!(cut.starts_with("::error file=z,"), "{cut}");
    let last = cut.lines().rev().nth(1).unwrap();
    assert!(last.starts_with("::error title=kbtriage") && last.contains("and 22 more errors: "), "{cut}");
}

#[test]
fn what_is_accepted_is_counted_only() {
    let signature = a_signature();
    let Finding::Match(found) = a_match(&signature) else { panic!() };
    let findings = [Finding::Match(Match { accepted: Some("known".into()), ..found })];
    assert_eq!(
        text(&[("a", Outcome::Read(&findings))]),
        "kbtriage: 1 input: 1 known issue, 0 unknown crashes; 1 of them accepted\n"
    );
}

#[test]
fn nothing_found_is_no_annotation() {
    assert_eq!(text(&[("a", Outcome::Read(&[]))]), "kbtriage: 1 input: no crash found\n");
}

#[test]
fn no_input_writes_a_command_of_its_own() {
    let hostile = "x\r\n::error::one %0A::error::two, three::four\u{1b}[31m\u{202e}\n##[add-path]here";
    let mut signature = a_signature();
    signature.id = hostile.to_owned();
    signature.title = hostile.to_owned();
    signature.workaround = Some(hostile.to_owned());
    let Finding::Match(mut found) = a_match(&signature) else { panic!() };
    found.because[0].found = hostile.to_owned();
    let text = text(&[(hostile, Outcome::Broken(&[Finding::Match(found)], hostile))]);
    assert_eq!(text.lines().count(), 3, "{text}");
    assert!(!text.contains(['\u{1b}', '\u{202e}', '\r']), "{text}");
    for line in text.lines().take(2) {
        // The runner takes what stands before the second `::` for properties.
        let (properties, message) = line.strip_prefix("::error ").unwrap().split_once("::").unwrap();
        let names: Vec<_> = properties.split(',').map(|pair| pair.split('=').next().unwrap()).collect();
        assert!(names == ["file", "line", "endLine", "title"] || names == ["file", "title"], "{names:?}");
        assert!(!message.contains("%0A::"), "{message}");
        assert!(message.contains("%250A::error::two"), "{message}");
    }
}
