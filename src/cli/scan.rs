//! `kbtriage scan`: names the known issues in the inputs.

use super::Exit;
use super::args::Inputs;
use super::known::Triage;
use super::options::{Options, Reading};
use super::run::{Ended, each, nothing_to_read};
use kbtriage::report::Summary;
use std::io::BufWriter;

pub(super) fn run(options: &Options, inputs: Inputs) -> anyhow::Result<Exit> {
    if nothing_to_read(&inputs.paths) {
        return Ok(Exit::Unreadable);
    }
    let triage = Triage::load(options)?;
    let mut out = BufWriter::new(std::io::stdout().lock());
    let mut report = options.format.findings(options.style);
    let reading = Reading::resolve(inputs)?;
    let ended = each(options, reading, &mut out, report.as_mut(), triage, Summary::count)?;
    options.summary(&ended.summary);
    Ok(exit(&ended))
}

/// The exit code of a run that only reports.
pub(super) fn exit(ended: &Ended) -> Exit {
    if ended.interrupted {
        Exit::Interrupted
    } else if ended.summary.errors > 0 {
        Exit::Unreadable
    } else {
        Exit::Done
    }
}
