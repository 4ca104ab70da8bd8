//! Options as resolved from what was typed, the environment and the terminal.

use super::args::{Common, Inputs, When};
use super::config::Config;
use anyhow::{Context as _, bail};
use clap::ArgMatches;
use clap::parser::ValueSource;
use kbtriage::report::{Format, Style, Summary, visible};
use kbtriage::source::{Globs, ReadOptions, WalkOptions};
use std::io::{IsTerminal, Write};
use std::path::PathBuf;

/// The narrowest that text is laid out for.
const NARROWEST: u16 = 60;

/// What every command works with.
#[derive(Debug)]
pub(crate) struct Options {
    /// Folders of signatures, in the order in which they are loaded.
    pub(crate) signatures: Vec<PathBuf>,
    /// Whether the built-in signatures are used.
    pub(crate) embedded: bool,
    pub(crate) format: Format,
    pub(crate) style: Style,
    pub(super) quiet: bool,
    verbose: bool,
    pub(super) config: Config,
    /// The command line as clap has taken it: it knows what was typed and what came from the environment.
    matches: ArgMatches,
}

impl Options {
    pub(crate) fn resolve(typed: Common, matches: ArgMatches) -> anyhow::Result<Self> {
        let config = if typed.no_config { Config::default() } else { Config::load(typed.config.as_deref())? };
        let from_environment = std::env::var_os("KBTRIAGE_SIGNATURES").unwrap_or_default();
        let from_environment =
            std::env::split_paths(&from_environment).filter(|path| !path.as_os_str().is_empty());
        let in_file = config.signatures.iter().cloned();
        let signatures: Vec<(PathBuf, Origin)> = (in_file.map(|path| (path, Origin::File)))
            .chain(from_environment.map(|path| (path, Origin::Environment)))
            .chain(typed.signatures.into_iter().map(|path| (path, Origin::CommandLine)))
            .collect();
        let options = Options {
            signatures: signatures.iter().map(|(path, _)| path.clone()).collect(),
            embedded: !typed.no_embedded,
            format: typed.format,
            style: Style { width: width(), color: color(typed.color) },
            quiet: typed.quiet,
            verbose: typed.verbose,
            config,
            matches,
        };
        if let Some(path) = &options.config.path {
            options.detail(&format!("settings from {}", path.display()));
        }
        for (path, origin) in signatures {
            options.say_origin("signatures", &path.display().to_string(), origin);
        }
        Ok(options)
    }

    /// A setting as the command line, the environment, the settings file or the default has it, in this order. `id` is the
    /// name of the option in the code.
    pub(crate) fn setting<T>(
        &self,
        id: &str,
        typed: Option<T>,
        in_file: Option<T>,
        default: T,
        shown: impl Fn(&T) -> String,
    ) -> T {
        let (value, origin) = match (typed, in_file) {
            (Some(value), _) => match self.matches.value_source(id) {
                Some(ValueSource::EnvVariable) => (value, Origin::Environment),
                _ => (value, Origin::CommandLine),
            },
            (None, Some(value)) => (value, Origin::File),
            (None, None) => (default, Origin::Default),
        };
        self.say_origin(&id.replace('_', "-"), &shown(&value), origin);
        value
    }

    fn say_origin(&self, name: &str, value: &str, origin: Origin) {
        let from = match origin {
            Origin::CommandLine => "command line",
            Origin::Environment => "environment",
            Origin::File => "settings file",
            Origin::Default => "default",
        };
        self.detail(&format!("{name} = {value} ({from})"));
    }

    /// The format, for a command that prints no findings.
    pub(crate) fn plain_format(&self) -> anyhow::Result<Format> {
        match self.format {
            Format::Table | Format::Json | Format::Jsonl => Ok(self.format),
            other => {
                bail!("{} is a format for findings; this command prints table, json and jsonl", other.name())
            }
        }
    }

    /// A line for people on stderr, unless they asked for quiet.
    pub(crate) fn note(&self, text: &str) {
        if !self.quiet {
            complain(text);
        }
    }

    /// What a scan came to, for people.
    pub(crate) fn summary(&self, summary: &Summary) {
        self.note(&summary.to_string());
        summary.details().iter().for_each(|line| self.note(line));
    }

    /// A line for people who asked for more.
    pub(crate) fn detail(&self, text: &str) {
        if self.verbose {
            complain(text);
        }
    }
}

/// Where a setting comes from.
#[derive(Debug, Clone, Copy)]
enum Origin {
    CommandLine,
    Environment,
    File,
    Default,
}

/// What to read, and how.
#[derive(Debug, Clone)]
pub(crate) struct Reading {
    pub(crate) paths: Vec<PathBuf>,
    pub(crate) walk: WalkOptions,
    pub(crate) read: ReadOptions,
    /// One at least.
    pub(crate) threads: usize,
}

impl Reading {
    pub(crate) fn resolve(options: &Options, typed: Inputs) -> anyhow::Result<Self> {
        let limits = &options.config.limits;
        let in_file = limits.max_filesize.map(Some);
        let max_filesize =
            options.setting("max_filesize", typed.max_filesize.map(Some), in_file, None, |size| {
                size.map_or("none".to_owned(), |size| size.to_string())
            });
        let cores = std::thread::available_parallelism().map_or(1, usize::from);
        let threads = options.setting(
            "threads",
            typed.threads.map(usize::from),
            limits.threads.map(usize::from),
            cores,
            ToString::to_string,
        );
        let walk = WalkOptions {
            globs: Globs::new(typed.glob).context("--glob")?,
            max_filesize,
            follow_links: typed.follow_links,
            skip_hidden: typed.skip_hidden,
            respect_ignore: typed.skip_ignored,
        };
        Ok(Reading {
            paths: typed.paths,
            walk,
            read: ReadOptions { encoding: typed.encoding, ..ReadOptions::default() },
            threads,
        })
    }
}

/// A line on stderr. When nobody can read it, nothing can be done about that.
pub(crate) fn complain(text: &str) {
    let _ = writeln!(std::io::stderr(), "kbtriage: {}", visible(text));
}

/// Columns of the terminal; 80 where output goes into a file or a pipe.
fn width() -> u16 {
    match comfy_table::Table::new().width() {
        Some(columns) => columns.max(NARROWEST),
        None => Style::default().width,
    }
}

fn color(when: When) -> bool {
    match when {
        When::Always => true,
        When::Never => false,
        When::Auto => std::io::stdout().is_terminal() && terminal_takes_color(is_set),
    }
}

fn is_set(name: &str) -> bool {
    let nothing = if name == "TERM" { "dumb" } else { "" };
    std::env::var_os(name).is_some_and(|value| !value.is_empty() && value != nothing)
}

/// `is_set` says which variables are there and not empty; a dumb TERM counts as none.
///
/// Elsewhere a terminal names itself in TERM. A Windows console obeys colours only where Windows Terminal,
/// ConEmu or a Unix-like shell stands around it; the old console would print them as rubbish.
fn terminal_takes_color(is_set: impl Fn(&str) -> bool) -> bool {
    let named = is_set("TERM") || (cfg!(windows) && (is_set("WT_SESSION") || is_set("ConEmuANSI")));
    named && !is_set("NO_COLOR")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_color_and_a_dumb_terminal_are_obeyed() {
        assert!(terminal_takes_color(|name| name == "TERM"));
        assert!(!terminal_takes_color(|name| name == "TERM" || name == "NO_COLOR"));
        assert!(!terminal_takes_color(|_| false));
    }
}
