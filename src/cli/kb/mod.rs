//! `kbtriage kb`: looks at the known issues, proves them, or drafts one.

mod draft;
mod find;
mod prove;
mod show;

use crate::cli::args::Kb;
use crate::cli::options::Options;
use crate::cli::{Exit, complain, known};
use anyhow::Context as _;
use kbtriage::Signature;
use kbtriage::report::{Format, visible};
use kbtriage::signature::{Entry, Heading, Status};
use serde::Serialize;
use std::io::{self, BufWriter, Write};

pub(super) fn run(options: &Options, command: Kb) -> anyhow::Result<Exit> {
    match command {
        Kb::List { product: None, module: None } => {
            let database = known::database(options)?;
            let entries = || database.entries();
            let widest = entries().map(|entry| entry.id().chars().count()).max().unwrap_or(0);
            list(options, widest, entries().map(Entry::heading))
        }
        Kb::List { product, module } => {
            let signatures = signatures(options)?;
            list_found(options, &find::listed(&signatures, product.as_deref(), module.as_deref()))
        }
        Kb::Search { words } => list_found(options, &find::searched(&signatures(options)?, &words)),
        Kb::Show { id } => {
            let signatures = signatures(options)?;
            match find::by_id(&signatures, &id) {
                Some(signature) => show::show(options, signature),
                None => {
                    let nearest = find::nearest(&signatures, &id).join(", ");
                    complain(&format!("no known issue {id}; nearest: {nearest}"));
                    Ok(Exit::Unreadable)
                }
            }
        }
        Kb::Draft(typed) => draft::run(options, typed),
        Kb::Lint => prove::run_lint(options, known::database(options)?),
        Kb::Test => prove::run_test(options, known::database(options)?),
        Kb::Compile { output } => {
            let database = known::database(options)?;
            std::fs::write(&output, database.pack()).with_context(|| output.display().to_string())?;
            options.note(&format!("{} known issues in {}", database.entries().count(), output.display()));
            Ok(Exit::Done)
        }
    }
}

fn signatures(options: &Options) -> anyhow::Result<Vec<&'static Signature>> {
    known::database(options).map(|database| database.signatures().collect())
}

fn list_found(options: &Options, signatures: &[&Signature]) -> anyhow::Result<Exit> {
    let widest = signatures.iter().map(|signature| signature.id.chars().count()).max().unwrap_or(0);
    let heading = |signature: &&Signature| {
        let Signature { id, title, products, status, url, .. } = (*signature).clone();
        Heading { id, title, products, status, url }
    };
    list(options, widest, signatures.iter().map(heading))
}

/// What `kb list` prints of a signature, as JSON.
#[derive(Serialize)]
struct Row<'s> {
    id: &'s str,
    title: &'s str,
    status: Status,
    products: &'s [String],
    url: Option<&'s str>,
}

/// Prints headings as they come: there may be very many. `widest` is the length of the longest id.
fn list(options: &Options, widest: usize, headings: impl Iterator<Item = Heading>) -> anyhow::Result<Exit> {
    let mut out = BufWriter::with_capacity(1 << 16, io::stdout().lock());
    match options.plain_format()? {
        Format::Table => {
            let mut count = 0;
            for Heading { id, title, status, .. } in headings {
                let draft = if status == Status::Draft { " (draft)" } else { "" };
                writeln!(out, "{:<widest$}  {}{draft}", visible(&id), visible(&title))?;
                count += 1;
            }
            options.note(&format!("{count} known issue{}", if count == 1 { "" } else { "s" }));
        }
        _ => {
            let rows: Vec<_> = headings.collect();
            objects(&mut out, options.format, &rows.iter().map(row).collect::<Vec<_>>())?;
        }
    }
    out.flush()?;
    Ok(Exit::Done)
}

fn row(heading: &Heading) -> Row<'_> {
    let Heading { id, title, status, products, url } = heading;
    Row { id, title, status: *status, products, url: url.as_deref() }
}

/// Writes objects as lines, or as one array.
fn objects<T: Serialize>(out: &mut dyn Write, format: Format, all: &[T]) -> anyhow::Result<()> {
    let mut lines = Vec::new();
    for object in all {
        lines.push(kbtriage::report::json_text(object).context("cannot print as JSON")?);
    }
    match format {
        Format::Json if lines.is_empty() => writeln!(out, "[]")?,
        Format::Json => writeln!(out, "[\n{}\n]", lines.join(",\n"))?,
        _ => lines.iter().try_for_each(|line| writeln!(out, "{line}"))?,
    }
    Ok(())
}
