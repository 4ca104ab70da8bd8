//! The report, read back by a reader of XML that is not the writer's.

use super::*;
use crate::matching::Confidence;
use crate::report::samples::{a_match, a_signature, an_unknown};
use roxmltree::{Document, Node};

type Told<'a> = (&'a str, Outcome<'a, [Finding<'a>]>);

fn xml(inputs: &[Told<'_>]) -> String {
    let mut out = Vec::new();
    let mut junit = Junit::default();
    let mut summary = Summary::default();
    for (name, outcome) in inputs {
        summary.count(*outcome);
        let input = Input { name, time: Duration::from_millis(250) };
        junit.input(&mut out, input, *outcome).unwrap();
    }
    junit.end(&mut out, &summary).unwrap();
    String::from_utf8(out).unwrap()
}

fn named<'a, 'x>(node: Node<'a, 'x>, name: &'static str) -> Vec<Node<'a, 'x>> {
    node.descendants().filter(|node| node.has_tag_name(name)).collect()
}

/// Name and classname of the only test case, the name of what stands in it, its type, message and text.
fn only_case(inputs: &[Told<'_>]) -> [String; 6] {
    let xml = xml(inputs);
    let document = Document::parse(&xml).unwrap();
    let cases = named(document.root(), "testcase");
    assert_eq!(cases.len(), 1, "{xml}");
    let said = cases[0].children().find(Node::is_element);
    let attribute = |name| said.and_then(|node| node.attribute(name)).unwrap_or_default();
    [
        cases[0].attribute("name").unwrap(),
        cases[0].attribute("classname").unwrap(),
        said.map_or("", |node| node.tag_name().name()),
        attribute("type"),
        attribute("message"),
        said.and_then(|node| node.text()).unwrap_or_default(),
    ]
    .map(str::to_owned)
}

fn accepted<'db>(finding: Finding<'db>, reason: &str) -> Finding<'db> {
    match finding {
        Finding::Match(found) => {
            Finding::Match(crate::matching::Match { accepted: Some(reason.into()), ..found })
        }
        Finding::Unknown(crash) => {
            Finding::Unknown(crate::matching::Unknown { accepted: Some(reason.into()), ..crash })
        }
    }
}

#[test]
fn all_that_an_input_shows_is_one_failure() {
    let signature = a_signature();
    let findings = [an_unknown(&signature), a_match(&signature)];
    let [name, class, kind, ty, message, text] = only_case(&[("mail/4711.txt", Outcome::Read(&findings))]);
    assert_eq!((name.as_str(), class.as_str()), ("mail/4711.txt", "mail"));
    assert_eq!((kind.as_str(), ty.as_str()), ("failure", "known"));
    assert_eq!(message, "ACME-17: Router stops in route_lookup (exact match), and 1 more");
    assert_eq!(
        text,
        "\
ACME-17: Router stops in route_lookup (exact match), lines 12-20
  why: stack, lines 12-20: ROUTER!route_lookup < route_next
  fixed in: Router.exe 2.1.0.7; Route.dll 2.1.0.7 (Router 2)
  version: unknown: the input does not show the versions of these files
  fix: Install service release 1.
  workaround: none known
  link: https://example.com/17
  computer: SERVER7
  time: 3/14/2004 10:15:00 AM
    ROUTER!route_lookup+0x25
    ROUTER!route_next+0x307

unknown crash: 9 frames, top ROUTER!drop, lines 3-11
  why: evidence of a crash that no known issue explains
  nearest: ACME-17: Router stops in route_lookup
  but: route_lookup is not there
  computer: SERVER7
  time: 3/14/2004 10:15:00 AM
    ROUTER!route_lookup+0x25
    ROUTER!route_next+0x307
"
    );
}

#[test]
fn an_unknown_crash_alone_is_a_failure_of_its_own_type() {
    let signature = a_signature();
    let [_, class, kind, ty, ..] = only_case(&[("4711.txt", Outcome::Read(&[an_unknown(&signature)]))]);
    assert_eq!([class, kind, ty], ["kbtriage", "failure", "unknown"]);
}

#[test]
fn what_is_accepted_or_only_possible_passes_and_is_told() {
    let signature = a_signature();
    let Finding::Match(mut other) = a_match(&signature) else { panic!() };
    other.confidence = Confidence::Possible;
    let findings = [accepted(an_unknown(&signature), "a lab machine"), Finding::Match(other)];
    let [.., kind, _, _, text] = only_case(&[("4711.txt", Outcome::Read(&findings))]);
    assert_eq!(kind, "system-out");
    assert!(text.starts_with("ACME-17: Router stops in route_lookup (possible match)"), "{text}");
    assert!(text.contains("\n  accepted: a lab machine\n"), "{text}");
}

#[test]
fn what_is_accepted_beside_a_failure_is_not_part_of_it() {
    let signature = a_signature();
    let findings = [accepted(a_match(&signature), ""), an_unknown(&signature)];
    let xml = xml(&[("4711.txt", Outcome::Read(&findings))]);
    let document = Document::parse(&xml).unwrap();
    let failure = named(document.root(), "failure")[0];
    assert_eq!(failure.attribute("message"), Some("unknown crash: 9 frames, top ROUTER!drop"));
    let output = named(document.root(), "system-out")[0].text().unwrap();
    assert!(output.contains("accepted: no reason given"), "{output}");
}

#[test]
fn parts_of_an_input_are_one_test_case() {
    let signature = a_signature();
    let findings = [an_unknown(&signature)];
    let parts =
        [("-", Outcome::Part(&findings[..])), ("-", Outcome::Part(&[])), ("-", Outcome::Read(&findings))];
    let [name, _, _, _, message, _] = only_case(&parts);
    assert_eq!(name, "standard input");
    assert_eq!(message, "unknown crash: 9 frames, top ROUTER!drop, and 1 more");
    assert!(xml(&parts).contains(r#" time="0.750""#));
}

#[test]
fn what_was_not_read_is_skipped_or_an_error() {
    let signature = a_signature();
    let [_, class, kind, _, message, _] = only_case(&[("logs.zip!x.png", Outcome::Skipped("a picture"))]);
    assert_eq!([class, kind, message], ["logs.zip", "skipped", "a picture"]);
    let [.., kind, ty, message, _] = only_case(&[("gone", Outcome::Failed("no such file"))]);
    assert_eq!([kind, ty, message], ["error", "unreadable", "no such file"]);
    let [.., kind, _, message, text] =
        only_case(&[("cut.gz", Outcome::Broken(&[an_unknown(&signature)], "ends early"))]);
    assert_eq!(kind, "error");
    assert_eq!(message, "read in part: ends early; found: unknown crash: 9 frames, top ROUTER!drop");
    assert!(text.contains("nearest: ACME-17"), "{text}");
}

#[test]
fn an_interrupted_input_is_an_error() {
    let [.., kind, _, message, _] = only_case(&[("big.log", Outcome::Part(&[]))]);
    assert_eq!((kind.as_str(), message.as_str()), ("error", "read in part: the run was interrupted"));
}

#[test]
fn the_suite_counts() {
    let signature = a_signature();
    let findings = [a_match(&signature), an_unknown(&signature)];
    let xml = xml(&[
        ("a", Outcome::Read(&findings)),
        ("b", Outcome::Read(&[])),
        ("c", Outcome::Skipped("empty")),
        ("d", Outcome::Failed("no such file")),
    ]);
    let document = Document::parse(&xml).unwrap();
    let suite = named(document.root(), "testsuite")[0];
    let counts = ["tests", "failures", "errors", "skipped"].map(|name| suite.attribute(name).unwrap());
    assert_eq!(counts, ["4", "1", "1", "1"]);
    let property = |name| {
        let properties = named(suite, "property");
        let found = properties.iter().find(|property| property.attribute("name") == Some(name)).unwrap();
        found.attribute("value").unwrap().to_owned()
    };
    assert_eq!(property("version"), env!("CARGO_PKG_VERSION"));
    assert_eq!([property("known_issues"), property("unknown_crashes"), property("inputs")], ["1", "1", "4"]);
}

#[test]
fn a_scan_without_inputs_is_a_suite_without_tests() {
    let xml = xml(&[]);
    let document = Document::parse(&xml).unwrap();
    assert_eq!(named(document.root(), "testsuite")[0].attribute("tests"), Some("0"));
}

#[test]
fn text_that_xml_cannot_hold_is_shown() {
    let hostile = "]]></failure>\"'&<!--\u{0}\u{1b}[31m\u{202e}\u{fffe}\u{ffff}\u{85}\n%0A::error::x";
    let mut signature = a_signature();
    signature.title = hostile.to_owned();
    signature.workaround = Some(hostile.to_owned());
    let Finding::Match(mut found) = a_match(&signature) else { panic!() };
    found.because[0].found = hostile.to_owned();
    found.crash.evidence = vec![hostile.to_owned()];
    let [name, _, kind, _, message, text] = only_case(&[(hostile, Outcome::Read(&[Finding::Match(found)]))]);
    let shown = r#"]]></failure>"'&<!--\u{0}\u{1b}[31m\u{202e}\u{fffe}\u{ffff}\u{85} %0A::error::x"#;
    assert_eq!((name.as_str(), kind.as_str()), (shown, "failure"));
    assert!(message.contains(shown), "{message}");
    assert_eq!(text.matches(shown).count(), 4, "{text}");
}

#[test]
fn of_many_findings_the_most_severe_are_told() {
    let signature = a_signature();
    let mut findings = vec![an_unknown(&signature); 5000];
    findings.push(a_match(&signature));
    let [.., ty, message, text] = only_case(&[("4711.txt", Outcome::Read(&findings))]);
    assert_eq!(ty, "known");
    assert!(message.ends_with(", and 5000 more"), "{message}");
    assert!(text.ends_with("\nand 4981 more findings\n"), "{text}");
}

#[test]
fn passed_inputs_beyond_the_bound_are_counted() {
    let mut inputs = vec![("clean.txt", Outcome::Read(&[][..])); CASES + 3];
    let signature = a_signature();
    let findings = [an_unknown(&signature)];
    inputs.push(("last.txt", Outcome::Read(&findings)));
    let xml = xml(&inputs);
    assert!(xml.contains(r#"<property name="inputs_left_out" value="3"/>"#));
    assert!(xml.contains(r#"<testcase name="last.txt""#));
}
