//! The commands. Each resolves what was typed, lets the library work, and says how it ended.

mod args;
mod check;
mod completions;
mod kb;
mod known;
mod options;
mod parse;
mod run;
mod scan;

pub(crate) use options::complain;

use args::{Command, CommandLine};
use clap::Parser as _;
use options::Options;
use std::process::ExitCode;

/// How the program ends.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Exit {
    /// All was done.
    Done,
    /// Something was found that the command looks for.
    Found,
    /// A usage error, or an input or a signature that could not be read.
    Unreadable,
    /// Ctrl-C.
    Interrupted,
}

impl From<Exit> for ExitCode {
    fn from(exit: Exit) -> ExitCode {
        ExitCode::from(match exit {
            Exit::Done => 0,
            Exit::Found => 1,
            Exit::Unreadable => 2,
            Exit::Interrupted => 130,
        })
    }
}

/// Does what the command line says.
pub(crate) fn run() -> anyhow::Result<Exit> {
    let line = match CommandLine::try_parse() {
        Ok(line) => line,
        // Help and version are such errors too, and end well.
        Err(error) => {
            error.print()?;
            return Ok(if error.use_stderr() { Exit::Unreadable } else { Exit::Done });
        }
    };
    let options = Options::resolve(line.common);
    match line.command {
        None => scan::run(&options, line.inputs),
        Some(_) if !line.inputs.paths.is_empty() => {
            anyhow::bail!("a path stands before the command; a file named like a command is ./NAME")
        }
        Some(Command::Scan(inputs)) => scan::run(&options, inputs),
        Some(Command::Check(check)) => check::run(&options, check),
        Some(Command::Parse(inputs)) => parse::run(&options, inputs),
        Some(Command::Kb(command)) => kb::run(&options, command),
        Some(Command::Completions { shell }) => completions::run(shell),
    }
}
