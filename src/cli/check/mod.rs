//! `kbtriage check`: the gate for CI. The exit code says whether something was found that nobody has accepted.

mod baseline;
mod gate;

use super::Exit;
use super::args::{Check, FailOn};
use super::known::Triage;
use super::options::{Options, Reading};
use super::redaction::Redaction;
use super::run::{each, nothing_to_read};
use super::scan;
use baseline::Baseline;
use clap::ValueEnum as _;
use gate::Gate;
use kbtriage::Confidence;
use kbtriage::redact::Redactor;
use kbtriage::report::Outcome;
use std::path::PathBuf;

/// Remarks on a baseline that are told one by one.
const REMARKS: usize = 10;

pub(super) fn run(options: &Options, check: Check) -> anyhow::Result<Exit> {
    if nothing_to_read(&check.inputs.paths) {
        return Ok(Exit::Unreadable);
    }
    let mut redaction = Redaction::new(options, &check.inputs);
    let mut gate = gate(options, &check);
    let mut baseline = baseline(options, &check)?;
    let shown = baseline.is_some() || scan::show_crashes(options, &check.inputs);
    let triage = Triage::load(options)?.showing_crashes(shown).collecting_names(redaction.wanted());
    let mut outputs = scan::outputs(options, &check.inputs)?.going_on();
    let reading = Reading::resolve(options, check.inputs)?;
    let ended = each(options, reading, &mut outputs, &mut redaction, triage, |summary, redaction, said| {
        let name = said.name.clone();
        for finding in said.found_mut() {
            if let Some(baseline) = &mut baseline {
                *finding.accepted_mut() = baseline.accepts(&name, finding, gate.counts(finding));
            }
            gate.see(finding);
        }
        if let (Some(baseline), Outcome::Read(_)) = (&mut baseline, said.outcome()) {
            baseline.was_read(&name);
        }
        // The baseline knows inputs by their own names.
        redaction.apply(summary, said, Redactor::finding);
        summary.count(said.outcome());
    })?;
    options.summary(&ended.summary);
    let exit = scan::exit(&ended);
    if let Some(baseline) = baseline.filter(|_| exit != Exit::Interrupted) {
        if check.update_baseline {
            options.note(&baseline.write()?);
            return Ok(exit);
        }
        let remarks: Vec<_> = baseline.remarks().iter().map(|remark| redaction.text(remark)).collect();
        tell(options, &remarks);
    }
    let exit = if exit == Exit::Done && gate.fails() { Exit::Found } else { exit };
    options.note(&gate.verdict(exit, ended.summary.errors));
    Ok(exit)
}

fn gate(options: &Options, check: &Check) -> Gate {
    let config = &options.config.check;
    let word =
        |what: &FailOn| what.to_possible_value().map(|value| value.get_name().to_owned()).unwrap_or_default();
    Gate::new(
        options.setting("fail_on", check.fail_on, config.fail_on, FailOn::Any, word),
        options.setting(
            "min_confidence",
            check.min_confidence,
            config.min_confidence,
            Confidence::Likely,
            |least| least.name().to_owned(),
        ),
    )
}

fn baseline(options: &Options, check: &Check) -> anyhow::Result<Option<Baseline>> {
    let typed = check.baseline.clone().map(Some);
    let in_file = options.config.check.baseline.clone().map(Some);
    let shown =
        |path: &Option<PathBuf>| path.as_ref().map_or("none".to_owned(), |path| path.display().to_string());
    let path = options.setting("baseline", typed, in_file, None, shown);
    if path.is_none() && check.update_baseline {
        anyhow::bail!("--update-baseline: name the file with --baseline FILE, or in kbtriage.toml");
    }
    path.map(|path| Baseline::load(&path, check.update_baseline)).transpose()
}

fn tell(options: &Options, remarks: &[String]) {
    remarks.iter().take(REMARKS).for_each(|remark| options.note(remark));
    if remarks.len() > REMARKS {
        options.note(&format!("and {} more such entries of the baseline", remarks.len() - REMARKS));
    }
}
