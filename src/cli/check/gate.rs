//! What a check fails on.

use crate::cli::Exit;
use crate::cli::args::FailOn;
use kbtriage::{Confidence, Finding};
use std::collections::BTreeMap;

/// Issues that the last line names.
const NAMED: usize = 3;

/// Counts what the check may fail on.
#[derive(Debug)]
pub(super) struct Gate {
    fail_on: FailOn,
    min: Confidence,
    /// How often which known issue was found.
    known: BTreeMap<String, usize>,
    unknown: usize,
    accepted: usize,
}

impl Gate {
    pub(super) fn new(fail_on: FailOn, min: Confidence) -> Self {
        Gate { fail_on, min, known: BTreeMap::new(), unknown: 0, accepted: 0 }
    }

    /// Whether the check may fail on such a finding.
    pub(super) fn counts(&self, finding: &Finding<'_>) -> bool {
        match finding {
            Finding::Match(found) => found.confidence >= self.min,
            Finding::Unknown(_) => true,
        }
    }

    pub(super) fn see(&mut self, finding: &Finding<'_>) {
        if !self.counts(finding) {
            return;
        }
        match finding {
            _ if finding.accepted().is_some() => self.accepted += 1,
            Finding::Match(found) => *self.known.entry(found.signature.id.clone()).or_default() += 1,
            Finding::Unknown(_) => self.unknown += 1,
        }
    }

    pub(super) fn fails(&self) -> bool {
        let (known, unknown) = (!self.known.is_empty(), self.unknown > 0);
        match self.fail_on {
            FailOn::Known => known,
            FailOn::Unknown => unknown,
            FailOn::Any => known || unknown,
            FailOn::Never => false,
        }
    }

    /// The last line: passed or failed, and why.
    pub(super) fn verdict(&self, exit: Exit, unreadable: usize) -> String {
        let found = self.found();
        let told = match self.fail_on {
            FailOn::Never => "it never fails on what it finds",
            FailOn::Known => "it fails on known issues",
            FailOn::Unknown => "it fails on unknown crashes",
            FailOn::Any => "it fails on any",
        };
        match exit {
            Exit::Done if self.known.is_empty() && self.unknown == 0 => format!("check passed: {found}"),
            Exit::Done => format!("check passed: {found}; {told}"),
            Exit::Found => format!("check failed: {found}"),
            Exit::Unreadable => {
                let inputs = if unreadable == 1 { "1 input" } else { &format!("{unreadable} inputs") };
                format!("check failed: {inputs} could not be read; {found}")
            }
            Exit::Interrupted => format!("check interrupted: {found} so far"),
        }
    }

    /// `2 known issues (KB276222 twice), 1 unknown crash, 3 accepted`
    fn found(&self) -> String {
        let number = |count: usize, one: &str, many: &str| match count {
            0 => format!("no {one}"),
            1 => format!("1 {one}"),
            _ => format!("{count} {many}"),
        };
        let new = if self.accepted > 0 { "new " } else { "" };
        let mut issues: Vec<_> = self.known.iter().collect();
        issues.sort_by_key(|(_, count)| std::cmp::Reverse(**count));
        let known: usize = self.known.values().sum();
        let mut text = number(known, &format!("{new}known issue"), &format!("{new}known issues"));
        if known > 0 {
            let mut ids: Vec<_> = issues.iter().take(NAMED).map(|(id, _)| id.as_str()).collect();
            ids.extend((issues.len() > NAMED).then_some("..."));
            text.push_str(&format!(" ({})", ids.join(", ")));
        }
        let unknown = number(self.unknown, &format!("{new}unknown crash"), &format!("{new}unknown crashes"));
        text.push_str(&format!(", {unknown}"));
        if self.accepted > 0 {
            text.push_str(&format!(", {} accepted by the baseline", self.accepted));
        }
        if self.min != Confidence::Likely {
            text.push_str(&format!(" (known issues from {} on)", self.min.name()));
        }
        text
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn gate(fail_on: FailOn, known: usize, unknown: usize) -> Gate {
        let mut gate = Gate::new(fail_on, Confidence::Likely);
        gate.known.extend((known > 0).then(|| ("KB1".to_owned(), known)));
        Gate { unknown, ..gate }
    }

    #[test]
    fn fails_on_what_it_was_told_to() {
        let fails = |fail_on, known, unknown| gate(fail_on, known, unknown).fails();
        assert!(fails(FailOn::Known, 1, 0) && !fails(FailOn::Known, 0, 1));
        assert!(fails(FailOn::Unknown, 0, 1) && !fails(FailOn::Unknown, 1, 0));
        assert!(fails(FailOn::Any, 1, 0) && fails(FailOn::Any, 0, 1) && !fails(FailOn::Any, 0, 0));
        assert!(!fails(FailOn::Never, 1, 1));
    }

    #[test]
    fn the_last_line_says_why() {
        assert_eq!(
            gate(FailOn::Any, 2, 1).verdict(Exit::Found, 0),
            "check failed: 2 known issues (KB1), 1 unknown crash"
        );
        assert_eq!(
            gate(FailOn::Known, 0, 1).verdict(Exit::Done, 0),
            "check passed: no known issue, 1 unknown crash; it fails on known issues"
        );
        let accepted = Gate { accepted: 4, ..gate(FailOn::Any, 0, 0) };
        assert_eq!(
            accepted.verdict(Exit::Done, 0),
            "check passed: no new known issue, no new unknown crash, 4 accepted by the baseline"
        );
        assert_eq!(
            gate(FailOn::Any, 0, 0).verdict(Exit::Unreadable, 1),
            "check failed: 1 input could not be read; no known issue, no unknown crash"
        );
    }
}
