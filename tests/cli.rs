//! The program from outside: inputs, exit codes, what goes to which stream.

#![allow(clippy::unwrap_used, reason = "a test that cannot set up fails")]

mod desk;

use desk::{Desk, Ran, SIGNATURE, STRANGER, known};
use serde_json::Value;
use std::fs;

#[test]
fn standard_input_a_file_and_a_folder_are_read() {
    let desk = Desk::new();
    desk.put("tickets/a/one.txt", STRANGER);
    desk.put("tickets/two.txt", STRANGER);
    let piped = |arguments: &[&str]| {
        let mut command = desk.kbtriage(arguments);
        command.write_stdin(STRANGER);
        Ran::of(command)
    };
    for arguments in [&["parse"][..], &["parse", "-"], &["parse", "tickets/two.txt"]] {
        let ran = piped(arguments);
        assert_eq!(ran.code, Some(0), "{ran:?}");
        assert!(
            ran.out.contains("stack of 3 frames") && ran.out.contains("ROUTER!drop_packet+0x25"),
            "{ran:?}"
        );
    }
    let ran = desk.run(&["parse", "--format", "jsonl", "tickets"]);
    let inputs: Vec<_> = ran.objects().iter().map(|object| object["input"].clone()).collect();
    assert_eq!(
        inputs,
        ["tickets/a/one.txt", "tickets/two.txt"].map(|name| name.replace('/', std::path::MAIN_SEPARATOR_STR))
    );
}

#[test]
fn evidence_is_one_object_a_line_or_one_document() {
    let desk = Desk::new();
    desk.put("one.txt", STRANGER);
    desk.put("two.txt", "no crash here\n");
    let lines = desk.run(&["parse", "--format", "jsonl", "one.txt", "two.txt"]).objects();
    assert_eq!(lines[0]["schema"], 1);
    assert_eq!(lines[0]["evidence"][0]["lines"], serde_json::json!([3, 5]));
    assert_eq!(lines[1]["evidence"], serde_json::json!([]));
    let document = desk.run(&["parse", "--format", "json", "one.txt", "two.txt"]).out;
    assert_eq!(serde_json::from_str::<Value>(&document).unwrap(), Value::Array(lines));
}

#[test]
fn one_bad_input_is_named_and_the_others_are_reported() {
    let desk = Desk::new();
    desk.put("one.txt", STRANGER);
    desk.put("empty.txt", "");
    desk.put("picture.txt", b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR\0\0");
    let ran = desk.run(&["scan", "--format", "jsonl", "gone.txt", "empty.txt", "picture.txt", "one.txt"]);
    assert_eq!(ran.code, Some(2), "{ran:?}");
    let objects = ran.objects();
    let of = |kind: &str| objects.iter().filter(|object| object["type"] == kind).count();
    assert_eq!((of("error"), of("skipped"), of("summary")), (1, 2, 1), "{ran:?}");
    let summary = objects.last().unwrap();
    assert_eq!(summary["type"], "summary");
    assert_eq!(
        (&summary["inputs"], &summary["skipped"], &summary["errors"]),
        (&4.into(), &2.into(), &1.into())
    );
    assert!(ran.err.contains("kbtriage: gone.txt: "), "{ran:?}");
    assert!(!ran.err.contains("empty.txt"), "{ran:?}");
}

#[test]
fn skipped_inputs_change_no_exit_code_and_are_named_on_request() {
    let desk = Desk::new();
    desk.put("empty.txt", "");
    let ran = desk.run(&["-v", "empty.txt"]);
    assert_eq!(ran.code, Some(0), "{ran:?}");
    assert!(ran.err.contains("empty.txt: skipped: empty"), "{ran:?}");
    assert!(ran.err.contains("1 input, 1 skipped: no crash found"), "{ran:?}");
    assert_eq!(desk.run(&["-q", "empty.txt"]).err, "");
}

#[test]
fn a_broken_signature_is_named_with_its_line_and_key() {
    let desk = Desk::new();
    desk.put(
        "signatures/acme-18.toml",
        SIGNATURE.replace("ACME-17", "ACME-18").replace("cause =", "couse ="),
    );
    desk.put("one.txt", STRANGER);
    for arguments in [&["one.txt"][..], &["check", "one.txt"], &["kb", "list"], &["kb", "lint"]] {
        let ran = desk.run(arguments);
        assert_eq!(ran.code, Some(2), "{arguments:?} {ran:?}");
        assert!(ran.err.contains("acme-18.toml:7") && ran.err.contains("couse"), "{ran:?}");
    }
}

#[test]
fn an_empty_database_is_an_error_and_no_clean_result() {
    let desk = Desk::new();
    fs::remove_dir_all(desk.folder.path().join("signatures")).unwrap();
    fs::create_dir(desk.folder.path().join("signatures")).unwrap();
    desk.put("one.txt", STRANGER);
    for arguments in [&["one.txt"][..], &["check", "one.txt"]] {
        let ran = desk.run(arguments);
        assert_eq!((ran.code, ran.out.as_str()), (Some(2), ""), "{ran:?}");
        assert!(ran.err.contains("no signatures"), "{ran:?}");
    }
}

#[test]
fn signatures_come_from_the_environment_too() {
    let desk = Desk::new();
    desk.put("more/acme-18.toml", SIGNATURE.replace("ACME-17", "ACME-18"));
    desk.put("most/acme-19.toml", SIGNATURE.replace("ACME-17", "ACME-19"));
    let mut command = desk.kbtriage(&["kb", "list"]);
    command.env("KBTRIAGE_SIGNATURES", std::env::join_paths(["more", "most"]).unwrap());
    let ids: Vec<_> = Ran::of(command).out.lines().map(|line| line[..7].to_owned()).collect();
    assert_eq!(ids, ["ACME-17", "ACME-18", "ACME-19"]);
}

#[test]
fn usage_errors_are_2_and_help_is_0() {
    let desk = Desk::new();
    for arguments in [
        &["--formt", "json"][..],
        &["--format", "yaml", "one.txt"],
        &["check", "--fail-on", "everything"],
        &["kb"],
        &["kb", "show"],
        &["completions", "klingon"],
        &["-q", "-v", "one.txt"],
    ] {
        let ran = desk.run(arguments);
        assert_eq!((ran.code, ran.out.as_str()), (Some(2), ""), "{arguments:?} {ran:?}");
    }
    for arguments in [&["--help"][..], &["--version"], &["check", "--help"]] {
        assert_eq!(desk.run(arguments).code, Some(0), "{arguments:?}");
    }
}

#[test]
fn a_file_named_like_a_command_is_a_file() {
    let desk = Desk::new();
    desk.put("check", STRANGER);
    for arguments in [&["--format", "jsonl", "./check"][..], &["--format", "jsonl", "--", "check"]] {
        let ran = desk.run(arguments);
        assert_eq!((ran.code, &ran.objects().last().unwrap()["inputs"]), (Some(0), &1.into()), "{ran:?}");
    }
}

#[test]
fn colour_is_for_terminals_or_on_request() {
    let desk = Desk::new();
    desk.put("one.txt", STRANGER);
    let plain = desk.run(&["parse", "one.txt"]).out;
    let never = desk.run(&["parse", "--color", "never", "one.txt"]).out;
    let always = desk.run(&["parse", "--color", "always", "one.txt"]).out;
    assert!(!plain.contains('\u{1b}') && always.contains('\u{1b}'));
    assert_eq!(plain, never);
    let mut command = desk.kbtriage(&["parse", "one.txt"]);
    command.env("NO_COLOR", "1");
    assert_eq!(Ran::of(command).out, plain);
}

#[test]
fn nothing_hostile_reaches_a_stream_as_itself() {
    let desk = Desk::new();
    let hostile = STRANGER.replace("drop_packet", "drop\u{1b}[2J\u{202e}packet");
    desk.put("one.txt", &hostile);
    for arguments in [
        &["parse", "one.txt"][..],
        &["parse", "--format", "jsonl", "one.txt"],
        &["scan", "one.txt"],
        &["scan", "--format", "jsonl", "one.txt"],
        &["scan", "no\u{1b}[2J\u{202e}file.txt"],
    ] {
        let ran = desk.run(arguments);
        let active = ['\u{1b}', '\u{202e}', '\u{7}'];
        assert!(!ran.out.contains(active) && !ran.err.contains(active), "{ran:?}");
    }
}

#[test]
fn a_reader_that_leaves_ends_the_run_quietly() {
    let desk = Desk::new();
    for number in 0..50 {
        desk.put(&format!("tickets/{number}.txt"), STRANGER.repeat(200));
    }
    let mut child = std::process::Command::new(env!("CARGO_BIN_EXE_kbtriage"))
        .current_dir(desk.folder.path())
        .args(["parse", "--format", "jsonl", "tickets"])
        .stdout(std::process::Stdio::piped())
        .stderr(std::process::Stdio::piped())
        .spawn()
        .unwrap();
    drop(child.stdout.take());
    let output = child.wait_with_output().unwrap();
    assert_eq!(output.status.code(), Some(0));
    assert_eq!(String::from_utf8_lossy(&output.stderr), "");
}

#[cfg(unix)]
#[test]
fn an_interrupt_ends_with_the_summary_and_130() {
    use std::io::{BufRead, BufReader, Read};
    let desk = Desk::new();
    let mut child = std::process::Command::new(env!("CARGO_BIN_EXE_kbtriage"))
        .current_dir(desk.folder.path())
        .args(["--no-embedded", "--signatures", "signatures", "--format", "jsonl", "gone.txt", "-"])
        .stdin(std::process::Stdio::piped())
        .stdout(std::process::Stdio::piped())
        .stderr(std::process::Stdio::piped())
        .spawn()
        .unwrap();
    let mut out = BufReader::new(child.stdout.take().unwrap());
    let mut first = String::new();
    out.read_line(&mut first).unwrap();
    assert!(first.contains("gone.txt"), "{first}");
    let sent = std::process::Command::new("kill").args(["-INT", &child.id().to_string()]).status();
    assert!(sent.unwrap().success());
    let mut rest = String::new();
    out.read_to_string(&mut rest).unwrap();
    assert!(rest.starts_with(r#"{"type":"summary","inputs":1,"#), "{rest}");
    assert_eq!(child.wait().unwrap().code(), Some(130));
}

#[cfg(unix)]
#[test]
fn what_was_found_before_an_interrupt_is_reported() {
    use std::io::Write;
    let desk = Desk::new();
    let mut child = std::process::Command::new(env!("CARGO_BIN_EXE_kbtriage"))
        .current_dir(desk.folder.path())
        .args(["--no-embedded", "--signatures", "signatures", "--format", "jsonl", "-"])
        .stdin(std::process::Stdio::piped())
        .stdout(std::process::Stdio::piped())
        .stderr(std::process::Stdio::piped())
        .spawn()
        .unwrap();
    let mut log = child.stdin.take().unwrap();
    log.write_all(known().as_bytes()).unwrap();
    // A log without end, which is still being read when the interrupt comes.
    let filler = "nothing of note\n".repeat(1 << 16);
    (0..8).for_each(|_| log.write_all(filler.as_bytes()).unwrap());
    let sent = std::process::Command::new("kill").args(["-INT", &child.id().to_string()]).status();
    assert!(sent.unwrap().success());
    let endless = std::thread::spawn(move || while log.write_all(filler.as_bytes()).is_ok() {});
    let ran = child.wait_with_output().unwrap();
    endless.join().unwrap();
    assert_eq!(ran.status.code(), Some(130));
    let (out, said) = (String::from_utf8(ran.stdout).unwrap(), String::from_utf8(ran.stderr).unwrap());
    assert!(out.contains(r#""signature":"ACME-17""#), "{out}");
    assert!(said.contains("read in part: interrupted"), "{said}");
}

#[test]
fn known_issues_are_listed() {
    let desk = Desk::new();
    let ran = desk.run(&["kb", "list"]);
    assert_eq!((ran.code, ran.out.as_str()), (Some(0), "ACME-17  Router stops in route_lookup\n"));
    let object = &desk.run(&["kb", "list", "--format", "jsonl"]).objects()[0];
    assert_eq!(
        (&object["id"], &object["status"], &object["products"]),
        (&"ACME-17".into(), &"reviewed".into(), &serde_json::json!(["Acme Router 2"]))
    );
    for (arguments, found) in [
        (&["--product", "router"][..], 1),
        (&["--product", "exchange"], 0),
        (&["--module", "router.exe"], 1),
        (&["--product", "acme", "--module", "ROUTER"], 1),
    ] {
        let ran = desk.run(&[&["kb", "list"], arguments].concat());
        assert_eq!(ran.out.lines().count(), found, "{arguments:?}");
    }
    assert_eq!(desk.run(&["kb", "search", "route", "caching"]).out.lines().count(), 1);
    assert_eq!(desk.run(&["kb", "search", "nowhere"]).out, "");
}

#[test]
fn a_known_issue_is_shown_by_its_id_in_any_case() {
    let desk = Desk::new();
    desk.put("signatures/kb276222.toml", SIGNATURE.replace("ACME-17", "KB276222"));
    for id in ["KB276222", "kb276222", "276222"] {
        let ran = desk.run(&["kb", "show", id]);
        assert_eq!(ran.code, Some(0), "{ran:?}");
        for part in ["KB276222", "Router.exe 2.1.0.7", "Turn route caching off.", "https://example.com/17"] {
            assert!(ran.out.contains(part), "{part}: {ran:?}");
        }
    }
    let ran = desk.run(&["kb", "show", "276223"]);
    assert_eq!((ran.code, ran.out.as_str()), (Some(2), ""), "{ran:?}");
    assert!(ran.err.contains("KB276222"), "{ran:?}");
    let object = &desk.run(&["kb", "show", "--format", "json", "acme-17"]).objects()[0];
    assert_eq!(object["id"], "ACME-17");
}

#[test]
fn completions_know_the_commands() {
    let desk = Desk::new();
    for shell in ["bash", "zsh", "fish", "powershell"] {
        let ran = desk.run(&["completions", shell]);
        assert!(ran.code == Some(0) && ran.out.contains("fail-on"), "{shell}");
    }
}

#[test]
fn a_known_crash_gets_its_answer() {
    let desk = Desk::new();
    desk.put("known.txt", known());
    let ran = desk.run(&["known.txt"]);
    assert_eq!(ran.code, Some(0), "{ran:?}");
    for part in [
        "exact match in known.txt, lines 3-4",
        "ACME-17     Router stops in route_lookup",
        "ROUTER!route_lookup",
        "2.1.0.7: Router.exe",
        "Turn route caching off.",
        "https://example.com/17",
    ] {
        assert!(ran.out.contains(part), "{part}: {}", ran.out);
    }
    assert!(ran.out.lines().count() <= 24 && ran.out.lines().all(|line| line.chars().count() <= 80));
    assert!(ran.err.contains("1 input: 1 known issue, 0 unknown crashes"), "{ran:?}");
}

#[test]
fn an_unknown_crash_is_said_to_be_unknown() {
    let desk = Desk::new();
    desk.put("one.txt", STRANGER);
    let ran = desk.run(&["one.txt"]);
    assert_eq!(ran.code, Some(0), "{ran:?}");
    assert!(ran.out.contains("3 frames, top ROUTER!drop_packet, no known issue"), "{ran:?}");
}

#[test]
fn findings_follow_the_contract_and_the_summary_is_last() {
    let desk = Desk::new();
    desk.put("known.txt", known());
    desk.put("strange.txt", STRANGER);
    let objects = desk.run(&["--format", "jsonl", "known.txt", "strange.txt"]).objects();
    let types: Vec<_> = objects.iter().map(|object| object["type"].as_str().unwrap()).collect();
    assert_eq!(types, ["match", "unknown", "summary"]);
    assert_eq!(objects[0]["signature"], "ACME-17");
    assert_eq!(objects[0]["confidence"], "exact");
    assert_eq!(objects[0]["lines"], serde_json::json!([3, 4]));
    assert_eq!(objects[0]["because"][0]["clause"], "stack");
    assert_eq!(objects[0]["fixed_in"], serde_json::json!([{"file": "Router.exe", "version": "2.1.0.7"}]));
    assert_eq!(objects[1]["top"], "ROUTER!drop_packet");
    assert_eq!((&objects[2]["matches"], &objects[2]["unknown"]), (&1.into(), &1.into()));
}

#[test]
fn check_fails_on_what_it_is_told_to() {
    let desk = Desk::new();
    desk.put("known.txt", known());
    desk.put("strange.txt", STRANGER);
    desk.put("calm.txt", "All is well.\n");
    for (arguments, code) in [
        (&["calm.txt"][..], 0),
        (&["known.txt"], 1),
        (&["strange.txt"], 1),
        (&["--fail-on", "known", "strange.txt"], 0),
        (&["--fail-on", "known", "known.txt"], 1),
        (&["--fail-on", "unknown", "known.txt"], 0),
        (&["--fail-on", "unknown", "strange.txt"], 1),
        (&["--fail-on", "never", "known.txt", "strange.txt"], 0),
        (&["--min-confidence", "exact", "known.txt"], 1),
        (&["known.txt", "gone.txt"], 2),
        (&["--fail-on", "never", "gone.txt"], 2),
    ] {
        let ran = desk.run(&[&["check"], arguments].concat());
        assert_eq!(ran.code, Some(code), "{arguments:?} {ran:?}");
        let verdict = if code == 0 { "check passed" } else { "check failed" };
        assert!(ran.err.lines().last().unwrap().contains(verdict), "{ran:?}");
    }
}

#[test]
fn the_examples_of_a_signature_are_proved() {
    let desk = Desk::new();
    assert_eq!(desk.run(&["kb", "lint"]).code, Some(0));
    assert_eq!(desk.run(&["kb", "test"]).code, Some(0));
    desk.put("signatures/acme-17.toml", SIGNATURE.replace(r#"expect = "match""#, r#"expect = "no-match""#));
    for command in ["lint", "test"] {
        let ran = desk.run(&["kb", command]);
        assert_eq!(ran.code, Some(1), "{ran:?}");
        assert!(ran.out.contains("acme-17.toml"), "{ran:?}");
    }
}
