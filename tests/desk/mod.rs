//! A folder with one signature and some tickets, and the program run in it.

#![allow(clippy::unwrap_used, reason = "a test that cannot set up fails")]
#![allow(dead_code, reason = "no test file uses all of it")]

use assert_cmd::Command;
use serde_json::Value;
use std::fs;
use std::path::PathBuf;
use tempfile::TempDir;

/// A ticket whose crash nothing known explains.
pub(crate) const STRANGER: &str = "\
Hello, our mail router died again this morning:

0ab1fcfc 00510cc7 cffa119e 07ad9838 0069578c ROUTER!drop_packet+0x25
0ab1fd4c 004dfe5a 00000034 08564d01 0786a290 ROUTER!route_next+0x307
0ab1fe04 004e0e46 0786a290 00000000 00000000 ROUTER!route_main+0x11a
";

/// The ticket with the crash that the signature knows.
pub(crate) fn known() -> String {
    STRANGER.replace("drop_packet", "route_lookup")
}

pub(crate) const SIGNATURE: &str = r#"
id = "ACME-17"
title = "Router stops in route_lookup"
products = ["Acme Router 2"]
status = "reviewed"
url = "https://example.com/17"
cause = "An index is not checked."
resolution = "Install service release 1."
workaround = "Turn route caching off."

[[fixed_in]]
file = "Router.exe"
version = "2.1.0.7"

[[match]]
stack = ["ROUTER!route_lookup", "ROUTER!route_next"]

[[example]]
expect = "match"
text = """
0ab1fcfc 00510cc7 cffa119e 07ad9838 0069578c ROUTER!route_lookup+0x25
0ab1fd4c 004dfe5a 00000034 08564d01 0786a290 ROUTER!route_next+0x307
0ab1fe04 004e0e46 0786a290 00000000 00000000 ROUTER!route_main+0x11a
"""
"#;

/// A folder with one signature, and room for inputs.
pub(crate) struct Desk {
    pub(crate) folder: TempDir,
}

impl Desk {
    pub(crate) fn new() -> Self {
        let desk = Desk { folder: TempDir::new().unwrap() };
        desk.put("signatures/acme-17.toml", SIGNATURE);
        desk
    }

    pub(crate) fn put(&self, name: &str, content: impl AsRef<[u8]>) -> PathBuf {
        let path = self.folder.path().join(name);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(&path, content).unwrap();
        path
    }

    /// The program, in this folder, knowing the one signature only.
    pub(crate) fn kbtriage(&self, arguments: &[&str]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_kbtriage"));
        command
            .current_dir(self.folder.path())
            .env_remove("KBTRIAGE_SIGNATURES")
            .args(["--no-embedded", "--signatures", "signatures"])
            .args(arguments);
        command
    }

    pub(crate) fn run(&self, arguments: &[&str]) -> Ran {
        Ran::of(self.kbtriage(arguments))
    }
}

/// What a run left behind.
#[derive(Debug)]
pub(crate) struct Ran {
    pub(crate) code: Option<i32>,
    pub(crate) out: String,
    pub(crate) err: String,
}

impl Ran {
    pub(crate) fn of(mut command: Command) -> Self {
        let output = command.output().unwrap();
        Ran {
            code: output.status.code(),
            out: String::from_utf8(output.stdout).unwrap(),
            err: String::from_utf8(output.stderr).unwrap(),
        }
    }

    pub(crate) fn objects(&self) -> Vec<Value> {
        self.out.lines().map(|line| serde_json::from_str(line).unwrap()).collect()
    }
}
