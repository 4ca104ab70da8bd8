//! The way of a new known issue, from a solved ticket to the next one recognised.

#![allow(clippy::unwrap_used, reason = "a test that cannot set up fails")]

use assert_cmd::Command;
use serde_json::Value;
use std::fs;
use std::path::{Path, PathBuf};
use tempfile::TempDir;

/// The same crash on another machine: addresses, offsets and case differ, and a frame is lost.
const NEXT: &str = "\
Our gateway died as well, out of the blue:

 # ChildEBP RetAddr
00 0133f6bc 600112da ACMEGATE!CSession::Flush+0x4f
01 0133f6d8 60010f09 ACMEGATE!CSession::OnTimer+0x88
02 0133ffec 00000000 kernel32!BaseThreadStart+0x34
";

fn ticket() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures/tickets/unknown-crash.txt")
}

/// A folder of one's own, with the signatures in it.
struct Desk {
    folder: TempDir,
}

impl Desk {
    fn new() -> Self {
        let folder = TempDir::new().unwrap();
        fs::create_dir(folder.path().join("signatures")).unwrap();
        Desk { folder }
    }

    fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    fn kbtriage(&self, arguments: &[&str]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_kbtriage"));
        command.current_dir(self.folder.path()).env("KBTRIAGE_SIGNATURES", "signatures").args(arguments);
        command
    }
}

fn text(bytes: &[u8]) -> String {
    String::from_utf8(bytes.to_vec()).unwrap()
}

#[test]
fn from_a_solved_ticket_to_the_next_one_recognised() {
    let desk = Desk::new();
    let file = desk.path("signatures/acme-17.toml");
    // The shell makes the file before the program runs.
    fs::write(&file, "").unwrap();
    let ticket = ticket();
    let done = desk.kbtriage(&["kb", "draft", "--id", "ACME-17"]).arg(&ticket).assert().success();
    let said = text(&done.get_output().stderr);
    assert!(said.contains("cause:") && !said.contains("acme-17.toml"), "{said}");

    let draft = text(&done.get_output().stdout);
    fs::write(&file, &draft).unwrap();
    desk.kbtriage(&["kb", "lint"]).assert().success();

    let mut filled = draft.clone();
    for (placeholder, line) in [
        ("products = [] # product and version", "products = [\"Acme Gateway 2.1\"]"),
        ("# cause = \"\"", "cause = \"A timer fires on a session that is closed already.\""),
        ("# resolution = \"\"", "resolution = \"Install Acme Gateway 2.1.4.\""),
    ] {
        assert!(filled.contains(placeholder), "{draft}");
        filled = filled.replace(placeholder, line);
    }
    fs::write(&file, &filled).unwrap();
    desk.kbtriage(&["kb", "lint"]).assert().success();
    desk.kbtriage(&["kb", "test"]).assert().success();

    fs::write(desk.path("acme-18.txt"), NEXT).unwrap();
    let done = desk.kbtriage(&["scan", "--format", "jsonl", "acme-18.txt"]).assert().success();
    let out = text(&done.get_output().stdout);
    let first: Value = serde_json::from_str(out.lines().next().unwrap()).unwrap();
    assert_eq!((&first["signature"], &first["confidence"]), (&"ACME-17".into(), &"likely".into()), "{out}");
}

#[test]
fn the_id_is_the_name_of_the_ticket() {
    let desk = Desk::new();
    fs::write(desk.path("acme-18.txt"), NEXT).unwrap();
    let done = desk.kbtriage(&["kb", "draft", "acme-18.txt"]).assert().success();
    assert!(text(&done.get_output().stdout).starts_with("id = \"ACME-18\"\n"));
}

#[test]
fn standard_input_needs_an_id() {
    let desk = Desk::new();
    let done = desk.kbtriage(&["kb", "draft", "-"]).write_stdin(NEXT).assert().code(2);
    assert!(text(&done.get_output().stderr).contains("--id"));
    let done = desk.kbtriage(&["kb", "draft", "-", "--id", "ACME-9"]).write_stdin(NEXT).assert().success();
    assert!(text(&done.get_output().stdout).contains("\"ACMEGATE!CSession::OnTimer\""));
}

#[test]
fn a_file_that_cannot_be_read_is_named() {
    let desk = Desk::new();
    let done = desk.kbtriage(&["kb", "draft", "gone.txt"]).assert().code(2);
    assert!(text(&done.get_output().stderr).contains("gone.txt"));
    fs::write(desk.path("empty.txt"), "").unwrap();
    let done = desk.kbtriage(&["kb", "draft", "empty.txt"]).assert().code(2);
    assert!(text(&done.get_output().stderr).contains("empty.txt: empty"));
}

#[test]
fn a_broken_signature_does_not_keep_one_from_drafting() {
    let desk = Desk::new();
    fs::write(desk.path("signatures/broken.toml"), "nonsense").unwrap();
    let done = desk.kbtriage(&["kb", "draft", "--id", "ACME-17"]).arg(ticket()).assert().success();
    assert!(text(&done.get_output().stderr).contains("broken.toml:1: "));
}
