//! `kbtriage parse`: prints the evidence alone.

use super::Exit;
use super::args::Inputs;
use super::known;
use super::options::Options;
use super::run::{each, nothing_to_read};
use super::scan;
use kbtriage::report::Summary;
use kbtriage::{Evidence, Parser};
use std::io::BufWriter;

pub(super) fn run(options: &Options, inputs: Inputs) -> anyhow::Result<Exit> {
    if nothing_to_read(&inputs.paths) {
        return Ok(Exit::Unreadable);
    }
    let parser = Parser::new(known::phrases(options)?);
    let mut out = BufWriter::new(std::io::stdout().lock());
    let mut report = options.format.evidence(options.style);
    let ended = each(
        options,
        inputs.paths,
        &mut out,
        report.as_mut(),
        move |text| -> Vec<Evidence> { parser.parse(text) },
        |summary: &mut Summary, outcome| summary.count_input(&outcome),
    )?;
    options.note(&ended.summary.inputs_line());
    Ok(scan::exit(&ended))
}
