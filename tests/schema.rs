//! The printed schemas, held against real output and the shipped signatures by a validator that is not ours.

#![allow(clippy::unwrap_used, reason = "a test that cannot set up fails")]

use assert_cmd::Command;
use jsonschema::Validator;
use serde_json::{Value, json};
use std::fs;
use std::path::{Path, PathBuf};

fn kbtriage(arguments: &[&str]) -> String {
    let mut command = Command::new(env!("CARGO_BIN_EXE_kbtriage"));
    let output = command
        .current_dir(env!("CARGO_MANIFEST_DIR"))
        .env_remove("KBTRIAGE_SIGNATURES")
        .args(arguments)
        .output()
        .unwrap();
    String::from_utf8(output.stdout).unwrap()
}

fn schema(of: &str) -> Value {
    serde_json::from_str(&kbtriage(&["schema", of])).unwrap()
}

fn validator(of: &str) -> Validator {
    let schema = schema(of);
    jsonschema::draft202012::meta::validate(&schema).unwrap();
    jsonschema::draft202012::new(&schema).unwrap()
}

fn objects(lines: &str) -> Vec<Value> {
    lines.lines().map(|line| serde_json::from_str(line).unwrap()).collect()
}

/// Fails with everything that the validator has against a value.
fn hold(validator: &Validator, name: &str, value: &Value) {
    let faults: Vec<_> =
        validator.iter_errors(value).map(|fault| format!("{} at {}", fault, fault.instance_path())).collect();
    assert!(faults.is_empty(), "{name}: {faults:#?}");
}

/// Every way to damage an object by one key: it is gone, its value is of another type, there is one more.
fn damaged(whole: &Value) -> Vec<(String, Value)> {
    let mut all = vec![("more".to_owned(), {
        let mut more = whole.clone();
        more["more"] = json!(1);
        more
    })];
    for key in whole.as_object().unwrap().keys() {
        let mut without = whole.clone();
        without.as_object_mut().unwrap().remove(key);
        all.push((format!("{key} gone"), without));
        let mut other = whole.clone();
        other[key] = json!({"no": "such"});
        all.push((format!("{key} of another type"), other));
    }
    all
}

/// The TOML files below a folder that hold a signature.
fn signature_files(folder: &Path) -> Vec<PathBuf> {
    let entries = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path());
    let below = |path: PathBuf| if path.is_dir() { signature_files(&path) } else { vec![path] };
    let is_signature = |path: &PathBuf| {
        path.extension().is_some_and(|end| end == "toml") && !path.ends_with("runtime-frames.toml")
    };
    entries.flat_map(below).filter(is_signature).collect()
}

#[test]
fn every_line_of_a_scan_is_as_its_schema_says() {
    let validator = validator("findings");
    let lines = objects(&kbtriage(&["scan", "fixtures", "tests", "no-such-file", "--format", "jsonl"]));
    lines.iter().for_each(|line| hold(&validator, "scan", line));
    for kind in ["match", "unknown", "error", "summary"] {
        let line = lines.iter().find(|line| line["type"] == kind).unwrap();
        for (what, line) in damaged(line) {
            assert!(!validator.is_valid(&line), "{kind} with {what} is accepted");
        }
    }
}

#[test]
fn an_accepted_finding_is_as_the_schema_says() {
    let folder = tempfile::tempdir().unwrap();
    let baseline = folder.path().join("accepted.toml");
    let baseline = baseline.to_str().unwrap();
    let check = ["check", "fixtures/tickets", "--format", "jsonl", "--baseline", baseline];
    kbtriage(&[&check[..], &["--update-baseline"]].concat());
    let lines = objects(&kbtriage(&check));
    let accepted: Vec<_> = lines.iter().filter(|line| line["accepted"].is_string()).collect();
    assert!(["match", "unknown"].iter().all(|kind| accepted.iter().any(|line| line["type"] == *kind)));
    let validator = validator("findings");
    accepted.iter().for_each(|line| hold(&validator, "accepted", line));
}

#[test]
fn a_skipped_input_is_as_the_schema_says() {
    let folder = tempfile::tempdir().unwrap();
    fs::write(folder.path().join("empty.txt"), "").unwrap();
    let lines = objects(&kbtriage(&["scan", folder.path().to_str().unwrap(), "--format", "jsonl"]));
    assert_eq!(lines[0]["type"], "skipped");
    hold(&validator("findings"), "skipped", &lines[0]);
}

#[test]
fn every_line_of_a_parse_is_as_its_schema_says() {
    let validator = validator("evidence");
    let lines = objects(&kbtriage(&["parse", "fixtures", "--format", "jsonl"]));
    lines.iter().for_each(|line| hold(&validator, "parse", line));
    for kind in ["stack", "event", "bugcheck", "fault", "exception", "module", "text"] {
        let is_kind = |piece: &&Value| piece["kind"] == kind;
        let pieces = lines.iter().flat_map(|line| line["evidence"].as_array().unwrap());
        let piece = pieces.clone().find(is_kind).unwrap_or_else(|| panic!("no {kind} in the fixtures"));
        for (what, piece) in damaged(piece) {
            let line = json!({"schema": 1, "input": "-", "evidence": [piece]});
            assert!(!validator.is_valid(&line), "{kind} with {what} is accepted");
        }
    }
    for (what, line) in damaged(&lines[0]) {
        assert!(!validator.is_valid(&line), "a line with {what} is accepted");
    }
}

#[test]
fn every_shipped_signature_is_as_the_schema_says() {
    let validator = validator("signature");
    let files = signature_files(&Path::new(env!("CARGO_MANIFEST_DIR")).join("signatures"));
    assert!(files.len() > 700, "signatures are missing");
    for path in files {
        let value: Value = toml::from_str(&fs::read_to_string(&path).unwrap()).unwrap();
        hold(&validator, &path.display().to_string(), &value);
    }
}

/// A signature with one thing in its match clause, and whether it loads.
const SIGNATURES: &[(&str, bool)] = &[
    (r#"stack = ["ROUTER!route", "ROUTER!*", "router+0x12ab"]"#, true),
    ("stack = []", false),
    (r#"stack = ["!"]"#, false),
    (r#"stack = ["ROUTER!"]"#, false),
    (r#"stack = ["ROUTER!route+0x12"]"#, false),
    (r#"stack = [" "]"#, false),
    (r#"stack = "ROUTER!route""#, false),
    (
        r#"stack = ["ROUTER!route"]
        anywhere = true"#,
        true,
    ),
    (
        r#"text = ["one"]
        anywhere = true"#,
        false,
    ),
    ("", false),
    ("event = []", false),
    ("event = { id = 9405 }", true),
    ("event = [{ id = 9405 }, { id = 9406, source = \"MSExchangeMTA\" }]", true),
    ("event = { id = \"9405\" }", false),
    ("event = { id = -1 }", false),
    ("event = { source = \"MSExchangeMTA\" }", false),
    ("event = { id = 9405, sauce = \"MSExchangeMTA\" }", false),
    ("bugcheck = { code = \"0x0000000a\", parameters = [\"*\", \"0x2\", \"0\", \"80123456\"] }", true),
    ("bugcheck = { code = 10 }", true),
    ("bugcheck = { code = \"ten\" }", false),
    ("bugcheck = { code = 4294967296 }", false),
    ("bugcheck = { code = \"0x123456789\" }", false),
    ("bugcheck = { code = 10, parameters = [\"1\", \"2\", \"3\", \"4\", \"5\"] }", false),
    ("bugcheck = { code = 10, parameters = [\"any\"] }", false),
    ("fault = { module = \"router\", address = \"0137:bff7b9a6\", exception = \"0xc0000005\" }", true),
    ("fault = { module = \"router\", address = \"fffff800`00001234\" }", true),
    ("fault = { module = \"router\", address = \"there\" }", false),
    ("exception = { address = \"0x1\" }", false),
    ("exception = { code = \"c0000005\" }", true),
    ("text = [\"one\", \" \"]", false),
    ("text = []", false),
    ("stuck = [\"ROUTER!route\"]", false),
];

#[test]
fn the_schema_takes_what_loads_and_refuses_what_does_not() {
    let validator = validator("signature");
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("acme-17.toml");
    for (clauses, loads) in SIGNATURES {
        let text = format!(
            "id = \"ACME-17\"\ntitle = \"Router stops\"\nproducts = [\"Router\"]\nstatus = \"draft\"\n\
             [[match]]\n{clauses}\n"
        );
        let value: Value = toml::from_str(&text).unwrap();
        assert_eq!(validator.is_valid(&value), *loads, "schema: {clauses}");
        fs::write(&path, &text).unwrap();
        let listed = kbtriage(&["kb", "list", "--no-embedded", "--signatures", path.to_str().unwrap()]);
        assert_eq!(!listed.is_empty(), *loads, "kbtriage: {clauses}");
    }
}

#[test]
fn a_signature_damaged_by_a_key_is_refused() {
    let validator = validator("signature");
    let whole = json!({"id": "ACME-17", "title": "Router stops", "products": ["Router"], "status": "draft"});
    hold(&validator, "whole", &whole);
    for (what, damaged) in damaged(&whole) {
        assert!(!validator.is_valid(&damaged), "{what} is accepted");
    }
}

#[test]
fn a_schema_says_what_it_describes() {
    for of in ["findings", "evidence", "signature"] {
        let schema = schema(of);
        assert_eq!(schema["$schema"], "https://json-schema.org/draft/2020-12/schema");
        assert!(schema["title"].is_string() && schema["description"].is_string(), "{of}");
    }
    assert_eq!(schema("findings")["title"], "A line of kbtriage scan --format jsonl");
    assert_eq!(schema("findings")["oneOf"].as_array().unwrap().len(), 5);
}
