//! `kbtriage completions`: a completion script for a shell.

use super::Exit;
use super::args::CommandLine;
use clap::CommandFactory as _;
use clap_complete::Shell;
use std::io::Write as _;

pub(super) fn run(shell: Shell) -> anyhow::Result<Exit> {
    let mut script = Vec::new();
    clap_complete::generate(shell, &mut CommandLine::command(), "kbtriage", &mut script);
    std::io::stdout().write_all(&script)?;
    Ok(Exit::Done)
}
