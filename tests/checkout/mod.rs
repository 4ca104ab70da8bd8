//! The checkout of a CI job: tickets, the program on the path, and bash to run the job's shell in it.

#![allow(clippy::unwrap_used, reason = "a test that cannot set up fails")]
#![allow(dead_code, reason = "no test file uses all of it")]

use std::fs;
use std::os::unix::fs::{PermissionsExt, symlink};
use std::path::{Path, PathBuf};
use std::process::Command;
use tempfile::TempDir;

/// The repository with its action, fixtures and documents.
pub(crate) const HOME: &str = env!("CARGO_MANIFEST_DIR");
const PROGRAM: &str = env!("CARGO_BIN_EXE_kbtriage");

/// A folder to run shell in; `tickets` holds a known crash and a ticket without any.
pub(crate) struct Checkout {
    folder: TempDir,
}

/// What shell left behind.
#[derive(Debug)]
pub(crate) struct Ran {
    pub(crate) code: Option<i32>,
    pub(crate) out: String,
    pub(crate) err: String,
}

impl Checkout {
    /// With `kbtriage` on the path, and a `cargo` that installs nothing.
    pub(crate) fn new() -> Self {
        let checkout = Checkout { folder: TempDir::new().unwrap() };
        fs::create_dir_all(checkout.path("work/tickets")).unwrap();
        fs::create_dir_all(checkout.path("bin")).unwrap();
        checkout.ticket("mta-otpmralt.txt");
        checkout.ticket("no-crash.txt");
        symlink(PROGRAM, checkout.path("bin/kbtriage")).unwrap();
        checkout.program("cargo", "exit 0");
        checkout
    }

    /// What came in overnight: a crash that no baseline accepts.
    pub(crate) fn let_it_be_tuesday(&self) {
        self.ticket("unknown-crash.txt");
    }

    fn ticket(&self, name: &str) {
        let from = Path::new(HOME).join("fixtures/tickets").join(name);
        fs::copy(from, self.path("work/tickets").join(name)).unwrap();
    }

    /// A path beside the job's folder, which is `work`.
    pub(crate) fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    /// Puts a program of shell onto the path.
    pub(crate) fn program(&self, name: &str, shell: &str) {
        let path = self.path("bin").join(name);
        let _ = fs::remove_file(&path);
        fs::write(&path, format!("#!/bin/sh\n{shell}\n")).unwrap();
        fs::set_permissions(&path, fs::Permissions::from_mode(0o755)).unwrap();
    }

    /// Runs shell as CI does, up to the first command that fails.
    pub(crate) fn bash(&self, script: &str, environment: &[(&str, &str)]) -> Ran {
        let mut command = Command::new("bash");
        command.args(["--noprofile", "--norc", "-eo", "pipefail", "-c", script]);
        command.current_dir(self.path("work"));
        for (name, _) in std::env::vars_os() {
            let name_text = name.to_string_lossy();
            if ["KBTRIAGE_", "INPUT_", "GITHUB_"].iter().any(|start| name_text.starts_with(start)) {
                command.env_remove(&name);
            }
        }
        let inherited = std::env::var_os("PATH").unwrap_or_default();
        let path = [self.path("bin")].into_iter().chain(std::env::split_paths(&inherited));
        command.env("PATH", std::env::join_paths(path).unwrap());
        command.envs(environment.iter().copied());
        let output = command.output().unwrap();
        Ran {
            code: output.status.code(),
            out: String::from_utf8_lossy(&output.stdout).into_owned(),
            err: String::from_utf8_lossy(&output.stderr).into_owned(),
        }
    }

    pub(crate) fn read(&self, name: &str) -> String {
        fs::read_to_string(self.path(name)).unwrap_or_default()
    }
}
