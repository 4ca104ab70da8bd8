//! The commands. Each resolves what was typed, lets the library work, and says how it ended.

mod args;
mod check;
mod completions;
mod config;
mod kb;
mod known;
mod man;
mod options;
mod parse;
mod redaction;
mod run;
mod scan;
mod schema;

pub(crate) use options::complain;

use args::{Command, CommandLine};
use clap::{CommandFactory as _, FromArgMatches as _};
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
    let parsed = CommandLine::command().try_get_matches();
    let parsed = parsed.and_then(|matches| Ok((CommandLine::from_arg_matches(&matches)?, matches)));
    let (line, matches) = match parsed {
        Ok(parsed) => parsed,
        // Help and version are such errors too, and end well.
        Err(error) => {
            error.print()?;
            return Ok(if error.use_stderr() { Exit::Unreadable } else { Exit::Done });
        }
    };
    // Options of a command stand in its own matches.
    let innermost =
        std::iter::successors(Some(&matches), |matches| matches.subcommand().map(|(_, inner)| inner));
    let options = Options::resolve(line.common, innermost.last().cloned().unwrap_or_default())?;
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
        Some(Command::Schema { layout }) => schema::run(layout),
        Some(Command::Man) => man::run(),
    }
}
