//! `kbtriage kb draft`: prints a signature drafted from an article or a solved ticket.

use crate::cli::args::Draft;
use crate::cli::options::Options;
use crate::cli::{Exit, known};
use anyhow::Context as _;
use kbtriage::signature::{draft, draft_id};
use kbtriage::source::{Input, ReadOptions, read_whole};
use std::io::{self, Write};
use std::path::Path;

pub(super) fn run(options: &Options, typed: Draft) -> anyhow::Result<Exit> {
    let input = if typed.file == Path::new("-") { Input::Stdin } else { Input::File(typed.file) };
    let text = read_whole(&input, &ReadOptions::default())?;
    let id = typed.id.or_else(|| draft_id(&text, input.path()));
    let id = id.context("the text has no article number: name the issue with --id")?;
    let draft = draft(&text, &id, &known::readable(options));
    io::stdout().write_all(draft.to_toml().as_bytes())?;
    for missing in &draft.missing {
        options.note(missing);
    }
    Ok(Exit::Done)
}
