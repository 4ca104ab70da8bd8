//! `kbtriage kb show`: all that is known of one issue.

use crate::cli::Exit;
use crate::cli::options::Options;
use kbtriage::Signature;
use kbtriage::report::{Fields, Format, json_text, visible};
use kbtriage::signature::{Clauses, EventClause, Status};
use std::io::{self, Write};

pub(super) fn show(options: &Options, signature: &Signature) -> anyhow::Result<Exit> {
    let text = match options.plain_format()? {
        Format::Table => text(options, signature),
        _ => json_text(signature)? + "\n",
    };
    io::stdout().write_all(text.as_bytes())?;
    Ok(Exit::Done)
}

fn text(options: &Options, signature: &Signature) -> String {
    let unknown = "not known";
    let mut fields = Fields::new(options.style);
    fields.add(&visible(&signature.id), &signature.title);
    fields.add_lines("products", &signature.products);
    if signature.status == Status::Draft {
        fields.add("status", "draft: extracted, not yet read by a person");
    }
    fields.add("cause", signature.cause.as_deref().unwrap_or(unknown));
    fields.add("resolution", signature.resolution.as_deref().unwrap_or(unknown));
    if !signature.fixed_in.is_empty() {
        fields.add_lines(
            "fixed in",
            signature.fixed_in.iter().map(|fix| match &fix.product {
                Some(product) => format!("{} {} ({product})", fix.file, fix.version),
                None => format!("{} {}", fix.file, fix.version),
            }),
        );
    }
    fields.add("workaround", signature.workaround.as_deref().unwrap_or("none known"));
    fields.add("link", signature.url.as_deref().unwrap_or("none"));
    for (index, clauses) in signature.matches.iter().enumerate() {
        fields.add_lines(if index == 0 { "known by" } else { "or by" }, clause_lines(clauses));
    }
    fields.into_text()
}

/// One way to recognise an issue, a line a clause.
fn clause_lines(clauses: &Clauses) -> Vec<String> {
    let mut lines = Vec::new();
    if let Some(frames) = &clauses.stack {
        let place = if clauses.anywhere { " (anywhere)" } else { "" };
        lines.push(format!("stack {}{place}", frames.join(" < ")));
    }
    lines.extend(clauses.event.iter().map(event_line));
    if let Some(check) = &clauses.bugcheck {
        lines.push(format!("stop 0x{:08x} {}", check.code, check.parameters.join(", ")));
        lines.extend(check.module.as_ref().map(|module| format!("in {module}")));
    }
    if let Some(fault) = &clauses.fault {
        let exception = fault.exception.map(|code| format!("0x{code:08x}"));
        lines.push(labelled(
            "fault",
            &[("of", &fault.process), ("in", &fault.module), ("at", &fault.address), ("with", &exception)],
        ));
    }
    if let Some(exception) = &clauses.exception {
        lines.push(labelled(&format!("exception 0x{:08x}", exception.code), &[("at", &exception.address)]));
    }
    if let Some(phrases) = &clauses.text {
        lines.push(format!("text \"{}\"", phrases.join("\", \"")));
    }
    lines
}

fn event_line(event: &EventClause) -> String {
    let mut line =
        labelled(&format!("event {}", event.id), &[("from", &event.source), ("level", &event.level)]);
    if let Some(message) = &event.message {
        line.push_str(&format!(" \"{message}\""));
    }
    line
}

fn labelled(what: &str, fields: &[(&str, &Option<String>)]) -> String {
    let mut line = what.to_owned();
    for (label, value) in fields {
        if let Some(value) = value {
            line.push_str(&format!(" {label} {value}"));
        }
    }
    line
}
