//! `kbtriage check`: the gate for CI. The exit code says whether something was found.

use super::Exit;
use super::args::{Check, FailOn};
use super::known::Triage;
use super::options::{Options, Reading};
use super::run::{each, nothing_to_read};
use super::scan;
use kbtriage::{Confidence, Finding};

pub(super) fn run(options: &Options, check: Check) -> anyhow::Result<Exit> {
    if nothing_to_read(&check.inputs.paths) {
        return Ok(Exit::Unreadable);
    }
    let triage = Triage::load(options)?.showing_crashes(scan::show_crashes(options, &check.inputs));
    let mut outputs = scan::outputs(options, &check.inputs)?.going_on();
    let mut gate = Gate { fail_on: check.fail_on, min: check.min_confidence, known: 0, unknown: 0 };
    let reading = Reading::resolve(check.inputs)?;
    let ended = each(options, reading, &mut outputs, triage, |summary, said| {
        summary.count(said.outcome());
        said.outcome().found().into_iter().flatten().for_each(|finding| gate.see(finding));
    })?;
    options.summary(&ended.summary);
    let exit = match scan::exit(&ended) {
        Exit::Done if gate.fails() => Exit::Found,
        exit => exit,
    };
    options.note(&gate.verdict(exit, ended.summary.errors));
    Ok(exit)
}

/// Counts what the check may fail on.
struct Gate {
    fail_on: FailOn,
    min: Confidence,
    known: usize,
    unknown: usize,
}

impl Gate {
    fn see(&mut self, finding: &Finding<'_>) {
        match finding {
            Finding::Match(found) => self.known += usize::from(found.confidence >= self.min),
            Finding::Unknown(_) => self.unknown += 1,
        }
    }

    fn fails(&self) -> bool {
        match self.fail_on {
            FailOn::Known => self.known > 0,
            FailOn::Unknown => self.unknown > 0,
            FailOn::Any => self.known + self.unknown > 0,
            FailOn::Never => false,
        }
    }

    /// The last line: passed or failed, and why.
    fn verdict(&self, exit: Exit, unreadable: usize) -> String {
        let found = format!("known issues {}, unknown crashes {}", self.known, self.unknown);
        match exit {
            Exit::Done => format!("check passed: {found}"),
            Exit::Found => format!("check failed: {found}"),
            Exit::Unreadable => format!("check failed: unreadable inputs {unreadable}, {found}"),
            Exit::Interrupted => format!("check interrupted: {found} so far"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn fails_on_what_it_was_told_to() {
        let gate =
            |fail_on, known, unknown| Gate { fail_on, min: Confidence::Likely, known, unknown }.fails();
        assert!(gate(FailOn::Known, 1, 0) && !gate(FailOn::Known, 0, 1));
        assert!(gate(FailOn::Unknown, 0, 1) && !gate(FailOn::Unknown, 1, 0));
        assert!(gate(FailOn::Any, 1, 0) && gate(FailOn::Any, 0, 1) && !gate(FailOn::Any, 0, 0));
        assert!(!gate(FailOn::Never, 1, 1));
    }
}
