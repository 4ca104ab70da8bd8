//! `kbtriage parse`: prints the evidence alone.

use super::Exit;
use super::args::Inputs;
use super::known;
use super::options::{Options, Reading};
use super::run::{Analysis, each, nothing_to_read};
use super::scan;
use kbtriage::parse::{Block, Region};
use kbtriage::report::Summary;
use kbtriage::{Evidence, Parser};
use std::io::BufWriter;

pub(super) fn run(options: &Options, inputs: Inputs) -> anyhow::Result<Exit> {
    if nothing_to_read(&inputs.paths) {
        return Ok(Exit::Unreadable);
    }
    let parsing = Parsing(Parser::new(known::phrases(options)?));
    let mut out = BufWriter::new(std::io::stdout().lock());
    let mut report = options.format.evidence(options.style);
    let reading = Reading::resolve(inputs)?;
    let ended =
        each(options, reading, &mut out, report.as_mut(), parsing, |summary: &mut Summary, outcome| {
            summary.count_input(&outcome);
        })?;
    options.note(&ended.summary.inputs_line());
    Ok(scan::exit(&ended))
}

/// From text to evidence.
struct Parsing(Parser);

impl Analysis for Parsing {
    type Found = Evidence;

    fn look(&self, block: String) -> Block {
        self.0.look(block)
    }

    fn analyse(&self, region: &Region) -> Vec<Evidence> {
        self.0.parse_region(region)
    }

    fn crash(found: &mut Evidence) -> Option<&mut u32> {
        found.incident.as_mut()
    }

    fn arrange(_found: &mut [Evidence]) {
        // It comes in the order of the text.
    }
}
