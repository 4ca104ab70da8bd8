//! Drafts a signature from an article, or from a ticket that somebody has solved.
//!
//! `article` reads what an article says of itself, `ways` turns the evidence in a text into clauses (`frames`
//! chooses those of a stack, `words` those of a message), `example` cuts out the text that proves them, `print`
//! writes the file. What only a person can say (cause, resolution, workaround) stays open; what the text does
//! not give is told and not guessed.

mod article;
mod example;
mod frames;
mod print;
mod ways;
mod words;

use super::database::Database;
use super::model::{Allow, BugcheckClause, Clauses, Fix, Signature, Status};
use super::twin::{self, TWIN};
use crate::evidence::bugcheck_name;
use crate::parse::{Parser, fix_files};
use article::Article;
use std::path::Path;

/// A signature as far as a text gives one.
#[derive(Debug, Clone)]
pub struct Draft {
    /// The signature. It loads and lints clean as it is.
    pub signature: Signature,
    /// What could not be found or was left out, a sentence each.
    pub missing: Vec<String>,
    passages: Passages,
}

/// What the article says where the signature waits for a person's own words.
#[derive(Debug, Clone, Default, PartialEq)]
struct Passages {
    cause: Option<String>,
    resolution: Option<String>,
    workaround: Option<String>,
}

/// The id that a text asks for: the number of its article, else the name of its file (`acme-17.txt`: `ACME-17`).
pub fn draft_id(text: &str, path: &Path) -> Option<String> {
    article::number(text).map(|number| format!("KB{number}")).or_else(|| article::id_of_file(path))
}

/// Drafts the signature `id` from a text, so that it differs from what is `known`.
pub fn draft(text: &str, id: &str, known: &Database) -> Draft {
    let article = Article::read(text);
    let evidence = Parser::default().parse(text);
    let mut missing = Vec::new();
    let found = ways::ways(&evidence, known, id, &mut missing);
    let examples = example::examples(text, &evidence, &found, &mut missing);
    let matches: Vec<Clauses> = found.into_iter().map(|way| way.clauses).collect();
    let twins = twin::same_evidence(&matches, known, id);
    let fixed_in: Vec<Fix> =
        fix_files(text).into_iter().map(|(file, version)| Fix { file, version, product: None }).collect();

    let gaps = [
        (article.title.is_none(), "title: the text has none, this one is made from the evidence"),
        (article.products.is_empty(), "products: the text names none"),
        (fixed_in.is_empty(), "fixed_in: the text names no file with its version"),
        (article.passages.cause.is_none(), "cause: the text has no such passage"),
        (article.passages.resolution.is_none(), "resolution: the text has no such passage"),
    ];
    missing.extend(gaps.into_iter().filter(|(gap, _)| *gap).map(|(_, said)| said.to_owned()));
    if let Some(entry) = known.entries().find(|entry| entry.signature().id.eq_ignore_ascii_case(id)) {
        missing.push(format!("id: {} is known already: {}", entry.signature().id, entry.path().display()));
    }

    missing.extend(twins.iter().map(|twin| format!("match: {twin} shows the same: is this that issue?")));

    let signature = Signature {
        id: id.to_owned(),
        title: article.title.unwrap_or_else(|| title(&matches)),
        products: article.products,
        status: Status::Draft,
        url: article.number.map(|number| format!("https://support.microsoft.com/kb/{number}")),
        cause: None,
        resolution: None,
        workaround: None,
        fixed_in,
        allows: allows(&matches, examples.is_empty(), &twins),
        matches,
        examples,
    };
    Draft { signature, missing, passages: article.passages }
}

impl Draft {
    /// The signature file, with what is left to write as comments.
    pub fn to_toml(&self) -> String {
        print::toml(&self.signature, &self.passages)
    }
}

/// Lints that the draft cannot satisfy, and why.
fn allows(matches: &[Clauses], no_example: bool, twins: &[String]) -> Vec<Allow> {
    let single = |clauses: &Clauses| clauses.stack.as_ref().is_some_and(|stack| stack.len() == 1);
    let same = format!("{} shows the same.", twins.join(", "));
    let cases = [
        ("no-match", matches.is_empty(), "The text shows no evidence that tells this issue from others."),
        ("missing-example", no_example, "The text shows no evidence that could be an example."),
        ("short-stack", matches.iter().any(single), "The text shows no other frame of the component."),
        (TWIN, !twins.is_empty(), same.as_str()),
    ];
    let cases = cases.into_iter().filter(|(_, applies, _)| *applies);
    cases.map(|(lint, _, reason)| Allow { lint: lint.to_owned(), reason: reason.to_owned() }).collect()
}

/// A title from the evidence, for a text without one.
fn title(matches: &[Clauses]) -> String {
    let Some(first) = matches.first() else { return "Not named yet".to_owned() };
    if let Some(top) = first.stack.as_ref().and_then(|stack| stack.first()) {
        return match top.split_once('!') {
            Some((module, function)) => format!("{module} fails in {function}"),
            None => format!("Failure in {top}"),
        };
    }
    if let Some(stop) = &first.bugcheck {
        return stop_title(stop);
    }
    if let Some(fault) = &first.fault {
        let (process, module) = (fault.process.as_deref(), fault.module.as_deref());
        let place = module.or(fault.address.as_deref()).unwrap_or("an unknown place");
        return format!("{} fails in {place}", process.unwrap_or("A program"));
    }
    if let Some(event) = first.event.first() {
        let from = event.source.as_ref().map(|source| format!(" from {source}")).unwrap_or_default();
        return format!("Event {}{from}", event.id);
    }
    match &first.exception {
        Some(exception) => format!("Exception 0x{:08x}", exception.code),
        None => "Not named yet".to_owned(),
    }
}

fn stop_title(stop: &BugcheckClause) -> String {
    let name = bugcheck_name(stop.code).map(|name| format!(" {name}")).unwrap_or_default();
    let place = stop.module.as_ref().map(|module| format!(" in {module}")).unwrap_or_default();
    format!("Stop 0x{:08x}{name}{place}", stop.code)
}

#[cfg(test)]
mod tests;
