//! `kbtriage scan`: names the known issues in the inputs.

use super::Exit;
use super::args::Inputs;
use super::known::Triage;
use super::options::{Options, Reading};
use super::redaction::Redaction;
use super::run::{Ended, Outputs, each, nothing_to_read};
use kbtriage::Finding;
use kbtriage::redact::Redactor;
use kbtriage::report::{Format, Style};

pub(super) fn run(options: &Options, inputs: Inputs) -> anyhow::Result<Exit> {
    if nothing_to_read(&inputs.paths) {
        return Ok(Exit::Unreadable);
    }
    let mut redaction = Redaction::new(options, &inputs);
    let triage = Triage::load(options)?.showing_crashes(show_crashes(options, &inputs));
    let triage = triage.collecting_names(redaction.wanted());
    let mut outputs = outputs(options, &inputs)?;
    let reading = Reading::resolve(options, inputs)?;
    let ended = each(options, reading, &mut outputs, &mut redaction, triage, |summary, redaction, said| {
        redaction.apply(summary, said, Redactor::finding);
        summary.count(said.outcome());
    })?;
    options.summary(&ended.summary);
    Ok(exit(&ended))
}

/// The reports of findings that were asked for.
pub(super) fn outputs(options: &Options, inputs: &Inputs) -> anyhow::Result<Outputs<Finding<'static>>> {
    let mut outputs = Outputs::new(options.format.findings(options.style));
    for (format, path) in &inputs.output {
        outputs.add(format.findings(Style::default()), path)?;
    }
    Ok(outputs)
}

/// Whether a report that was asked for shows crashes.
pub(super) fn show_crashes(options: &Options, inputs: &Inputs) -> bool {
    let also = inputs.output.iter().map(|(format, _)| *format);
    also.chain([options.format]).any(Format::shows_crashes)
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
