//! `kbtriage parse`: prints the evidence alone.

use super::Exit;
use super::args::Inputs;
use super::known;
use super::options::{Options, Reading};
use super::redaction::Redaction;
use super::run::{Analysis, Found, Outputs, each, nothing_to_read};
use super::scan;
use anyhow::Context as _;
use kbtriage::parse::{Block, Marked, Region};
use kbtriage::redact::{Names, Redactor};
use kbtriage::report::{Format, Report, Style};
use kbtriage::{Evidence, Parser};

pub(super) fn run(options: &Options, inputs: Inputs) -> anyhow::Result<Exit> {
    if nothing_to_read(&inputs.paths) {
        return Ok(Exit::Unreadable);
    }
    let mut redaction = Redaction::new(options, &inputs);
    let parser = Parser::new(known::phrases(options)?);
    let parsing = Parsing { parser, names: redaction.wanted() };
    let mut outputs = Outputs::new(report(options.format, options.style)?);
    for (format, path) in &inputs.output {
        outputs.add(report(*format, Style::default())?, path)?;
    }
    let reading = Reading::resolve(options, inputs)?;
    let ended = each(options, reading, &mut outputs, &mut redaction, parsing, |summary, redaction, said| {
        redaction.apply(summary, said, Redactor::evidence);
        summary.count_input(&said.outcome());
    })?;
    options.note(&ended.summary.inputs_line());
    ended.summary.redacted_line().iter().for_each(|line| options.note(line));
    Ok(scan::exit(&ended))
}

fn report(format: Format, style: Style) -> anyhow::Result<Box<dyn Report<[Evidence]>>> {
    let name = format.name();
    format
        .evidence(style)
        .with_context(|| format!("the format {name} is for findings; parse prints table, json and jsonl"))
}

/// From text to evidence.
struct Parsing {
    parser: Parser,
    names: bool,
}

impl Analysis for Parsing {
    type Found = Evidence;

    fn look(&self, block: Block) -> Marked {
        self.parser.look(block)
    }

    fn analyse(&self, region: &Region) -> Found<Evidence> {
        let found = self.parser.parse_region(region);
        let names = if self.names { Names::of(region.text(), &found) } else { Names::default() };
        Found { found, names }
    }

    fn crash(found: &mut Evidence) -> Option<&mut u32> {
        found.incident.as_mut()
    }

    fn arrange(_found: &mut [Evidence]) {
        // It comes in the order of the text.
    }
}
