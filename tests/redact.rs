//! `--redact` from outside: no name or address of the fixtures stands in any output of any format, and what a reader
//! needs does.

#![allow(clippy::unwrap_used, reason = "a test fails plainly")]

use assert_cmd::Command;
use kbtriage::report::{Format, Style};
use std::fs;
use std::path::{Path, PathBuf};
use tempfile::TempDir;

/// Names and addresses in `fixtures/redact`, as they are and as parts of others, without case.
const ORIGINALS: &[&str] = &[
    "bertram",
    "quentin",
    "pellworth",
    "mirabel",
    "haligon",
    "torvane",
    "vexlaro",
    "10.77.31.8",
    "2001:db8",
    "1004336348",
];

/// The fixtures, in a folder whose names tell of a person too.
struct Run {
    folder: TempDir,
}

impl Run {
    fn new() -> Self {
        let folder = TempDir::new().unwrap();
        let inputs = folder.path().join("home/qbertram");
        fs::create_dir_all(&inputs).unwrap();
        let fixtures = Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures/redact");
        for entry in fs::read_dir(fixtures).unwrap() {
            let entry = entry.unwrap();
            fs::copy(entry.path(), inputs.join(entry.file_name())).unwrap();
        }
        fs::write(inputs.join("mpellworth.png"), b"\x89PNG\r\n\x1a\n").unwrap();
        fs::write(inputs.join("torvane-12-old.gz"), b"\x1f\x8b\x08broken").unwrap();
        Run { folder }
    }

    /// Standard output, standard error.
    fn kbtriage(&self, arguments: &[&str]) -> (String, String) {
        let mut command = Command::cargo_bin("kbtriage").unwrap();
        command.current_dir(self.folder.path()).args(arguments).arg("home/qbertram");
        let output = command.output().unwrap();
        (String::from_utf8(output.stdout).unwrap(), String::from_utf8(output.stderr).unwrap())
    }

    fn written(&self, name: &str) -> String {
        fs::read_to_string(self.folder.path().join(name)).unwrap()
    }
}

fn assert_redacted(text: &str, of: &str) {
    let text = text.to_lowercase();
    for original in ORIGINALS {
        assert!(!text.contains(original), "{original} stands in {of}:\n{text}");
    }
}

/// What a format may write instead of `<`.
fn unescaped(text: &str) -> String {
    text.replace("&lt;", "<").replace("&gt;", ">").replace("%3C", "<").replace("%3E", ">").replace('\\', "")
}

#[test]
fn no_original_stands_in_any_output_of_any_format() {
    for format in Format::ALL {
        let name = format.name();
        let run = Run::new();
        let output = format!("{name}=report.out");
        let arguments = ["scan", "--redact", "-v", "--format", name, "--output", &output];
        let (stdout, stderr) = run.kbtriage(&arguments);
        let written = run.written("report.out");
        assert!(!stdout.is_empty() && !stderr.is_empty() && !written.is_empty(), "{name}");
        for (text, of) in [(&stdout, "stdout"), (&stderr, "stderr"), (&written, "the file")] {
            assert_redacted(text, &format!("{of} of {name}"));
        }
        let (stdout, stderr) = run.kbtriage(&["check", "--redact", "--format", name]);
        assert_redacted(&(stdout + &stderr), &format!("check --format {name}"));
    }
}

#[test]
fn no_original_stands_in_the_evidence() {
    let formats = Format::ALL.iter().filter(|format| format.evidence(Style::default()).is_some());
    let mut tried = 0;
    for format in formats {
        let (stdout, stderr) = Run::new().kbtriage(&["parse", "--redact", "-v", "--format", format.name()]);
        assert!(!stdout.is_empty());
        assert_redacted(&(stdout + &stderr), &format!("parse --format {}", format.name()));
        tried += 1;
    }
    assert!(tried >= 3);
}

#[test]
fn without_the_option_everything_stands_as_it_was() {
    let (stdout, _) = Run::new().kbtriage(&["parse", "--format", "jsonl"]);
    for original in ORIGINALS {
        assert!(stdout.to_lowercase().contains(original), "the fixtures show no {original}");
    }
}

#[test]
fn frames_ids_codes_and_versions_stay() {
    let (evidence, _) = Run::new().kbtriage(&["parse", "--redact", "--format", "jsonl"]);
    for kept in [
        r#""module":"EMSMTA","function":"otpmralt","offset":"0x25""#,
        r#""function":"route_drop""#,
        r#""id":9405,"source":"MSExchangeMTA""#,
        r#""id":1000,"source":"Application Error""#,
        "5.5.2653.12",
        "2.1.0.5",
        "2.1.0.7",
        "0xc0000005",
        "0x00012a3b",
        "Failed to find socket",
    ] {
        assert!(evidence.contains(kept), "no {kept} in {evidence}");
    }
    for format in Format::ALL {
        let (report, _) = Run::new().kbtriage(&["scan", "--redact", "--format", format.name()]);
        assert!(report.contains("KB276222"), "{report}");
    }
    let (report, _) = Run::new().kbtriage(&["scan", "--redact", "--format", "jsonl"]);
    assert!(report.contains("EMSMTA!otpmralt < otpurert < otpmrtry"), "{report}");
}

#[test]
fn one_machine_has_one_placeholder_throughout() {
    let (evidence, said) = Run::new().kbtriage(&["parse", "--redact", "--format", "jsonl"]);
    let computers: Vec<&str> =
        evidence.split("\"computer\":\"").skip(1).filter_map(|rest| rest.split('"').next()).collect();
    assert_eq!(computers, ["<computer-1>", "<computer-1>", "<computer-2>.<domain-1>"]);
    for told in [
        "of <user-2> on <computer-2> told <computer-1> and <ip-1> that <email-2>",
        "Peer <computer-1>.<domain-1> (<ip-1>, <ip-2>)",
        r"cn=<user-2> as <user-1>",
        r"<domain-2>\\<user-2> from \\\\<computer-2>\\tools for <computer-1>",
    ] {
        assert!(evidence.contains(told), "no {told} in {evidence}");
    }
    assert!(
        said.contains("redacted 2 users, 2 computers, 2 domains, 2 e-mail addresses, 2 IP addresses, 1 SID"),
        "{said}"
    );
}

#[test]
fn placeholders_are_the_same_in_every_format() {
    let known = |text: &str| {
        let mut found: Vec<String> = Vec::new();
        for part in unescaped(text).split('<').skip(1) {
            let name = part.split('>').next().unwrap_or_default();
            let (kind, number) = name.split_once('-').unwrap_or_default();
            if ["user", "computer", "domain"].contains(&kind) && number.parse::<u32>().is_ok() {
                found.push(name.to_owned());
            }
        }
        found.sort();
        found.dedup();
        found
    };
    let run = Run::new();
    let outputs: Vec<String> =
        Format::ALL.iter().map(|format| format!("--output={0}=out.{0}", format.name())).collect();
    let mut arguments = vec!["scan", "--redact"];
    arguments.extend(outputs.iter().map(String::as_str));
    run.kbtriage(&arguments);
    for format in [Format::Table, Format::Jsonl, Format::Markdown] {
        let alone = Run::new().kbtriage(&["scan", "--redact", "--format", format.name()]).0;
        let together = run.written(&format!("out.{}", format.name()));
        assert!(!known(&alone).is_empty(), "{alone}");
        assert_eq!(known(&alone), known(&together), "{}", format.name());
    }
}

#[test]
fn a_name_that_a_later_input_tells_is_gone_from_an_earlier_one() {
    let folder = TempDir::new().unwrap();
    let event = "Event Type: Error\nEvent Source: MSExchangeMTA\nEvent ID: 9405\n";
    let early = format!("{event}Description:\nAn unexpected error: peer Haligon17 went away.\n");
    let late = format!("{event}Computer: HALIGON17\nDescription:\nAn unexpected error.\n");
    fs::write(folder.path().join("a.txt"), early).unwrap();
    fs::write(folder.path().join("b.txt"), late).unwrap();
    let mut command = Command::cargo_bin("kbtriage").unwrap();
    let output =
        command.args(["parse", "--redact", "--format", "jsonl"]).arg(folder.path()).output().unwrap();
    let evidence = String::from_utf8(output.stdout).unwrap();
    assert_redacted(&evidence, "the evidence");
    assert!(evidence.contains("peer <computer-1> went away"), "{evidence}");
}

#[test]
fn the_number_of_threads_changes_nothing() {
    for format in ["jsonl", "markdown"] {
        let one = Run::new().kbtriage(&["scan", "--redact", "-j1", "--format", format]);
        let eight = Run::new().kbtriage(&["scan", "--redact", "-j8", "--format", format]);
        assert_eq!(one.0, eight.0);
    }
}

#[test]
fn paths_lose_the_user_at_their_root() {
    let folder = TempDir::new().unwrap();
    let inputs = Path::new("/home/qbertram/none.txt");
    let mut command = Command::cargo_bin("kbtriage").unwrap();
    let output = command.current_dir(folder.path()).args(["scan", "--redact"]).arg(inputs).output().unwrap();
    let said = String::from_utf8(output.stderr).unwrap();
    assert_redacted(&said, "stderr");
    assert!(said.contains("/home/<user-1>/none.txt"), "{said}");
}

#[test]
fn a_project_can_redact_and_a_person_can_say_no() {
    let run = Run::new();
    let settings: PathBuf = run.folder.path().join("kbtriage.toml");
    fs::write(settings, "redact = true\n").unwrap();
    assert_redacted(&run.kbtriage(&["parse"]).0, "parse");
    let (stdout, _) = run.kbtriage(&["parse", "--redact=false", "--format", "jsonl"]);
    assert!(stdout.contains("HALIGON7"), "{stdout}");
}
