//! The report against the official schema, and what GitHub asks beyond it.

use super::*;
use crate::matching::{Confidence, Match, Unknown};
use crate::report::samples::{a_match, a_signature, an_unknown};
use serde_json::{Value, json};

/// The schema as OASIS publishes it; `tests/data/README.md` says where from.
const SCHEMA: &str = include_str!("../../../tests/data/sarif-schema-2.1.0.json");

type Told<'a> = (&'a str, Outcome<'a, [Finding<'a>]>);

/// The report, held against the schema.
fn report(inputs: &[Told<'_>]) -> Value {
    let report = written(inputs);
    let wrong: Vec<_> =
        schema().iter_errors(&report).map(|error| format!("{}: {error}", error.instance_path())).collect();
    assert!(wrong.is_empty(), "{wrong:#?}");
    report
}

fn written(inputs: &[Told<'_>]) -> Value {
    let mut out = Vec::new();
    let mut sarif = Sarif::within("/work");
    let mut summary = Summary::default();
    for (name, outcome) in inputs {
        summary.count(*outcome);
        sarif.input(&mut out, (*name).into(), *outcome).unwrap();
    }
    sarif.end(&mut out, &summary).unwrap();
    serde_json::from_slice(&out).unwrap()
}

fn schema() -> jsonschema::Validator {
    let mut schema: Value = serde_json::from_str(SCHEMA).unwrap();
    // As published, the pattern of a language is no regular expression: `]` stands alone in it.
    for holder in ["run", "toolComponent"] {
        schema["definitions"][holder]["properties"]["language"].as_object_mut().unwrap().remove("pattern");
    }
    jsonschema::options().should_validate_formats(true).build(&schema).unwrap()
}

fn results(report: &Value) -> &Vec<Value> {
    report["runs"][0]["results"].as_array().unwrap()
}

fn sure<'db>(finding: Finding<'db>, confidence: Confidence) -> Finding<'db> {
    match finding {
        Finding::Match(found) => Finding::Match(Match { confidence, ..found }),
        unknown @ Finding::Unknown(_) => unknown,
    }
}

#[test]
fn the_schema_refuses_what_is_no_sarif() {
    assert!(!schema().is_valid(&json!({"version": "2.1.0", "runs": [{"results": []}]})));
}

#[test]
fn a_finding_is_a_result_with_a_rule_and_a_place() {
    let signature = a_signature();
    let report = report(&[("./mail/a b.txt", Outcome::Read(&[a_match(&signature)]))]);
    let result = &results(&report)[0];
    assert_eq!(
        (&result["ruleId"], &result["ruleIndex"], &result["level"]),
        (&json!("ACME-17"), &json!(0), &json!("error"))
    );
    assert_eq!(
        result["locations"][0]["physicalLocation"],
        json!({
            "artifactLocation": {"uri": "mail/a%20b.txt", "uriBaseId": "%SRCROOT%"},
            "region": {"startLine": 12, "endLine": 20,
                       "snippet": {"text": "ROUTER!route_lookup+0x25\nROUTER!route_next+0x307"}},
        })
    );
    let text = result["message"]["text"].as_str().unwrap();
    for said in ["why: stack, lines 12-20", "fixed in: Router.exe 2.1.0.7", "workaround: none known"] {
        assert!(text.contains(said), "{text}");
    }
    let rule = &report["runs"][0]["tool"]["driver"]["rules"][0];
    assert_eq!(rule["id"], "ACME-17");
    assert_eq!(rule["helpUri"], "https://example.com/17");
    assert_eq!(rule["properties"]["tags"], json!(["crash", "known-issue", "Router 2"]));
    assert_eq!(
        rule["help"]["markdown"].as_str().unwrap().lines().last(),
        Some("**Article**: <https://example.com/17>")
    );
}

#[test]
fn the_level_says_how_sure_it_is() {
    let signature = a_signature();
    let findings = [
        an_unknown(&signature),
        sure(a_match(&signature), Confidence::Possible),
        sure(a_match(&signature), Confidence::Likely),
        a_match(&signature),
    ];
    let report = report(&[("-", Outcome::Read(&findings))]);
    let levels: Vec<_> = results(&report).iter().map(|result| result["level"].as_str().unwrap()).collect();
    assert_eq!(levels, ["error", "error", "warning", "note"]);
    let rules: Vec<_> = results(&report).iter().map(|result| &result["ruleIndex"]).collect();
    assert_eq!(rules, [0, 0, 1, 0]);
    let rules = report["runs"][0]["tool"]["driver"]["rules"].as_array().unwrap();
    assert_eq!((rules.len(), &rules[1]["id"]), (2, &json!("unknown-crash")));
}

#[test]
fn standard_input_is_a_place_too() {
    let signature = a_signature();
    let report = report(&[("-", Outcome::Read(&[an_unknown(&signature)]))]);
    let place = &results(&report)[0]["locations"][0]["physicalLocation"];
    assert_eq!(place["artifactLocation"], json!({"uri": "stdin"}));
    assert_eq!((&place["region"]["startLine"], &place["region"]["endLine"]), (&json!(3), &json!(11)));
}

#[test]
fn fingerprints_stay_when_lines_move_and_number_repeats() {
    let signature = a_signature();
    let moved = |by: u32| {
        let Finding::Unknown(crash) = an_unknown(&signature) else { panic!() };
        Finding::Unknown(Unknown { lines: (3 + by, 11 + by), incident: 2 + by, ..crash })
    };
    let prints = |inputs: &[Told<'_>]| -> Vec<String> {
        let report = report(inputs);
        let print = |result: &Value| {
            let prints = &result["partialFingerprints"];
            assert_eq!(prints["kbtriage/v1"], prints["primaryLocationLineHash"]);
            prints["kbtriage/v1"].as_str().unwrap().to_owned()
        };
        results(&report).iter().map(print).collect()
    };
    let one = prints(&[("a", Outcome::Read(&[moved(0)]))]);
    assert_eq!(one, prints(&[("/work/a", Outcome::Read(&[moved(40)]))]));
    assert_ne!(one, prints(&[("b", Outcome::Read(&[moved(0)]))]));
    let known = prints(&[("a", Outcome::Read(&[a_match(&signature)]))]);
    assert_ne!(one, known);
    let twice = prints(&[("a", Outcome::Part(&[moved(0)])), ("a", Outcome::Read(&[moved(7)]))]);
    assert_eq!(twice, [one[0].clone(), one[0].replace(":1", ":2")]);
}

#[test]
fn what_a_baseline_accepts_is_suppressed_and_last() {
    let signature = a_signature();
    let Finding::Match(found) = a_match(&signature) else { panic!() };
    let accepted = Finding::Match(Match { accepted: Some("a lab machine".into()), ..found });
    let report = report(&[("a", Outcome::Read(&[accepted, an_unknown(&signature)]))]);
    assert_eq!(results(&report)[0].get("suppressions"), None);
    assert_eq!(
        results(&report)[1]["suppressions"],
        json!([{"kind": "external", "status": "accepted", "justification": "a lab machine"}])
    );
}

#[test]
fn what_was_not_read_is_a_notification() {
    let signature = a_signature();
    let report = report(&[
        ("gone", Outcome::Failed("no such file")),
        ("cut.gz", Outcome::Broken(&[an_unknown(&signature)], "ends early")),
        ("x.png", Outcome::Skipped("a picture")),
    ]);
    let invocation = &report["runs"][0]["invocations"][0];
    assert_eq!(invocation["executionSuccessful"], false);
    let said = invocation["toolExecutionNotifications"].as_array().unwrap();
    let texts: Vec<_> = said.iter().map(|said| said["message"]["text"].as_str().unwrap()).collect();
    assert_eq!(texts, ["gone: no such file", "cut.gz: read in part: ends early"]);
    assert_eq!(said[1]["locations"][0]["physicalLocation"]["artifactLocation"]["uri"], "cut.gz");
    assert_eq!(results(&report).len(), 1);
}

#[test]
fn nothing_found_is_a_run_without_results() {
    let report = report(&[("clean.txt", Outcome::Read(&[]))]);
    assert_eq!(report["runs"][0]["results"], json!([]));
    assert_eq!(report["runs"][0]["invocations"][0]["executionSuccessful"], true);
}

#[test]
fn beyond_the_limits_the_most_severe_stay_and_the_rest_is_counted() {
    let signature = a_signature();
    let mut findings = vec![an_unknown(&signature); RESULTS + 10];
    findings.push(a_match(&signature));
    let report = written(&[("a", Outcome::Read(&findings))]);
    assert_eq!(results(&report).len(), RESULTS);
    assert_eq!(results(&report)[0]["ruleId"], "ACME-17");
    let said = &report["runs"][0]["invocations"][0]["toolExecutionNotifications"][0];
    assert_eq!(
        said["message"]["text"],
        "11 less severe findings are left out: code scanning keeps 5000 results"
    );
}

#[test]
fn large_results_stay_within_the_size_that_github_takes() {
    let signature = a_signature();
    let Finding::Unknown(mut crash) = an_unknown(&signature) else { panic!() };
    crash.crash.evidence = vec!["x".repeat(300); 24];
    let findings = vec![Finding::Unknown(crash); RESULTS];
    let report = written(&[("a", Outcome::Read(&findings))]);
    assert!((1000..RESULTS).contains(&results(&report).len()));
    assert!(report.to_string().len() < TEXT + (4 << 20));
}

#[test]
fn hostile_text_is_shown_and_makes_no_link() {
    let hostile = "\u{1b}[31m\u{202e}\"]]>\r\n%0A::error::[here](https://evil.example)`<script>\u{0}{0}";
    let mut signature = a_signature();
    signature.title = hostile.to_owned();
    signature.cause = Some(hostile.to_owned());
    signature.workaround = Some(hostile.to_owned());
    signature.url = Some("javascript:alert(1)".to_owned());
    let Finding::Match(mut found) = a_match(&signature) else { panic!() };
    found.because[0].found = hostile.to_owned();
    found.crash.evidence = vec![hostile.to_owned()];
    found.lines = (0, 0);
    let report = report(&[(hostile, Outcome::Broken(&[Finding::Match(found)], hostile))]);
    let result = &results(&report)[0];
    let message = result["message"]["text"].as_str().unwrap();
    assert!(message.contains(r"\u{1b}[31m\u{202e}") && !message.contains("]("), "{message}");
    assert!(!report.to_string().contains(['\u{1b}', '\u{202e}', '\u{0}']));
    assert!(!report.to_string().contains(r"\u0000") && !report.to_string().contains(r"\u001b"));
    let rule = &report["runs"][0]["tool"]["driver"]["rules"][0];
    assert_eq!(rule.get("helpUri"), None);
    let markdown = rule["help"]["markdown"].as_str().unwrap();
    assert!(!markdown.contains("[here]") && !markdown.contains("<script>"), "{markdown}");
    assert_eq!(result["locations"][0]["physicalLocation"]["region"]["startLine"], 1);
}
