//! The gate: what a check fails on, what a baseline accepts, which setting counts.

#![allow(clippy::unwrap_used, reason = "a test that cannot set up fails")]

mod desk;

use desk::{Desk, Ran, STRANGER, known};

fn last(ran: &Ran) -> &str {
    ran.err.lines().last().unwrap_or_default()
}

#[test]
fn a_check_passes_on_monday_and_fails_on_tuesday_for_the_new_crash() {
    let desk = Desk::new();
    desk.put("tickets/1.txt", known());
    desk.put("tickets/2.txt", STRANGER);
    let check = ["check", "--baseline", "accepted.toml", "tickets"];
    let ran = desk.run(&[&check[..], &["--update-baseline"]].concat());
    assert_eq!(ran.code, Some(0), "{ran:?}");
    assert!(last(&ran).contains("0 kept, 2 added, 0 dropped"), "{ran:?}");

    let monday = desk.run(&check);
    assert_eq!(monday.code, Some(0), "{monday:?}");
    assert_eq!(
        last(&monday),
        "kbtriage: check passed: no new known issue, no new unknown crash, 2 accepted by the baseline"
    );

    desk.put("tickets/0.txt", STRANGER.replace("drop_packet", "send_packet"));
    let tuesday = desk.run(&check);
    assert_eq!(tuesday.code, Some(1), "{tuesday:?}");
    assert_eq!(
        last(&tuesday),
        "kbtriage: check failed: no new known issue, 1 new unknown crash, 2 accepted by the baseline"
    );
}

#[test]
fn a_baseline_survives_other_addresses_lines_and_order() {
    let desk = Desk::new();
    desk.put("tickets/1.txt", STRANGER);
    let check = ["check", "--baseline", "accepted.toml"];
    desk.run(&[&check[..], &["--update-baseline", "tickets"]].concat());
    desk.put("tickets/1.txt", format!("\n\n\nHello again.\n{}", STRANGER.replace("0ab1f", "77a1e")));
    desk.put("tickets/0.txt", "All is well.\n");
    for paths in [&["tickets"][..], &["tickets/1.txt", "tickets/0.txt"], &["./tickets/../tickets"]] {
        let ran = desk.run(&[&check[..], paths].concat());
        assert_eq!(ran.code, Some(0), "{paths:?} {ran:?}");
    }
}

#[test]
fn an_expired_entry_fails_and_an_unused_one_is_told() {
    let desk = Desk::new();
    desk.put("1.txt", known());
    desk.put("2.txt", "All is well.\n");
    desk.put(
        "accepted.toml",
        "[[accepted]]\ninput = '1.txt'\nsignature = 'ACME-17'\nreason = 'r'\nexpires = 2001-01-01\n\
         [[accepted]]\ninput = '2.txt'\nsignature = 'ACME-17'\nreason = 'r'\n",
    );
    let ran = desk.run(&["check", "--baseline", "accepted.toml", "1.txt", "2.txt"]);
    assert_eq!(ran.code, Some(1), "{ran:?}");
    assert!(ran.err.contains("ACME-17 in 1.txt: has expired on 2001-01-01"), "{ran:?}");
    assert!(ran.err.contains("ACME-17 in 2.txt: was not found any more"), "{ran:?}");
}

#[test]
fn a_baseline_that_cannot_be_used_is_a_usage_error() {
    let desk = Desk::new();
    desk.put("1.txt", known());
    desk.put("wrong.toml", "[[accepted]]\ninput = '1.txt'\nsignatur = 'ACME-17'\n");
    for (arguments, words) in [
        (&["--baseline", "gone.toml"][..], "gone.toml: no such baseline"),
        (&["--baseline", "wrong.toml"], "wrong.toml:3: unknown field `signatur`"),
        (&["--update-baseline"], "--baseline FILE"),
    ] {
        let ran = desk.run(&[&["check", "1.txt"], arguments].concat());
        assert!(ran.code == Some(2) && ran.err.contains(words), "{ran:?}");
    }
}

#[test]
fn the_command_line_counts_before_the_environment_the_file_and_the_default() {
    let desk = Desk::new();
    desk.put("1.txt", STRANGER);
    let run = |environment: Option<&str>, arguments: &[&str]| {
        let mut command = desk.kbtriage(&[&["check", "-v", "1.txt"], arguments].concat());
        command.env_remove("KBTRIAGE_FAIL_ON");
        if let Some(value) = environment {
            command.env("KBTRIAGE_FAIL_ON", value);
        }
        Ran::of(command)
    };
    let holds = |ran: Ran, code: i32, from: &str| {
        assert!(ran.code == Some(code) && ran.err.contains(&format!("fail-on = {from}")), "{ran:?}");
    };
    holds(run(None, &[]), 1, "any (default)");
    desk.put("kbtriage.toml", "[check]\nfail-on = 'known'\n");
    holds(run(None, &[]), 0, "known (settings file)");
    holds(run(Some("unknown"), &[]), 1, "unknown (environment)");
    holds(run(Some("unknown"), &["--fail-on", "never"]), 0, "never (command line)");
    holds(run(None, &["--no-config"]), 1, "any (default)");
}

#[test]
fn settings_are_found_from_the_working_directory_upwards_and_a_wrong_key_is_named() {
    let desk = Desk::new();
    let inner = desk.put("a/b/1.txt", STRANGER);
    desk.put("a/b/2.txt", known());
    desk.put("kbtriage.toml", "signatures = ['signatures']\n[check]\nfail-on = 'known'\n");
    for (ticket, code) in [("1.txt", 0), ("2.txt", 1)] {
        let mut command = assert_cmd::Command::new(env!("CARGO_BIN_EXE_kbtriage"));
        command.current_dir(inner.parent().unwrap()).args(["--no-embedded", "check", ticket]);
        let ran = Ran::of(command);
        assert_eq!(ran.code, Some(code), "{ran:?}");
    }
    desk.put("kbtriage.toml", "\n[check]\nfial-on = 'known'\n");
    let ran = desk.run(&["check", "a/b/1.txt"]);
    assert!(ran.code == Some(2) && ran.err.contains("kbtriage.toml:3: unknown field `fial-on`"), "{ran:?}");
}

#[test]
fn reports_go_into_files_beside_the_one_on_standard_output() {
    let desk = Desk::new();
    desk.put("1.txt", known());
    let ran = desk.run(&[
        "scan",
        "--output",
        "jsonl=a.jsonl",
        "--output",
        "markdown=a.md",
        "--format",
        "json",
        "1.txt",
    ]);
    assert_eq!(ran.code, Some(0), "{ran:?}");
    let read = |name: &str| std::fs::read_to_string(desk.folder.path().join(name)).unwrap();
    assert!(ran.out.starts_with('[') && read("a.jsonl").lines().count() == 2);
    assert!(read("a.md").contains("### ACME-17: "));
    for (output, words) in
        [("sarfi=x", "no format sarfi"), ("json=", "no file"), ("json=gone/x.json", "gone/x.json")]
    {
        let ran = desk.run(&["scan", "--output", output, "1.txt"]);
        assert!(ran.code == Some(2) && ran.err.contains(words), "{ran:?}");
    }
}
