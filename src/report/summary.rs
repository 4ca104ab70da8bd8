//! What a run came to.

use super::Outcome;
use crate::matching::{Confidence, Finding};
use std::cmp::Reverse;
use std::collections::BTreeMap;
use std::fmt;
use std::time::Duration;

/// Counts over all inputs of a run.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Summary {
    /// Inputs that were looked at, those skipped and those unreadable included.
    pub inputs: usize,
    /// Matches reported, of any confidence.
    pub matches: usize,
    /// Of those, the ones that are only worth a look.
    pub possible: usize,
    /// Crashes that nothing known explains.
    pub unknown: usize,
    /// Inputs with nothing to read in them.
    pub skipped: usize,
    /// Inputs that could not be read, or not to their end.
    pub errors: usize,
    /// Of those, the ones that were read in part.
    pub partly: usize,
    /// Bytes read.
    pub bytes: u64,
    /// How long the run took.
    pub time: Duration,
    /// How many inputs were skipped for which reason.
    pub reasons: BTreeMap<String, usize>,
    /// Of the matches and unknown crashes, those that a baseline accepts.
    pub accepted: usize,
    /// How many different names and addresses of which kind were redacted: `user`, `computer`.
    pub redacted: BTreeMap<String, usize>,
    /// How often which known issue was found, and its title.
    pub issues: BTreeMap<String, (usize, String)>,
}

/// What is redacted, by the word in its placeholder, and how people count it.
const REDACTED: &[(&str, &str, &str)] = &[
    ("user", "user", "users"),
    ("computer", "computer", "computers"),
    ("domain", "domain", "domains"),
    ("email", "e-mail address", "e-mail addresses"),
    ("ip", "IP address", "IP addresses"),
    ("sid", "SID", "SIDs"),
];

/// Issues that [`Summary::details`] names.
const NAMED: usize = 10;

impl Summary {
    /// Counts one input and its findings.
    pub fn count(&mut self, outcome: Outcome<'_, [Finding<'_>]>) {
        self.count_input(&outcome);
        for finding in outcome.found().unwrap_or_default() {
            self.accepted += usize::from(finding.accepted().is_some());
            match finding {
                Finding::Match(found) => {
                    self.matches += 1;
                    let signature = found.signature;
                    match self.issues.get_mut(&signature.id) {
                        Some((count, _)) => *count += 1,
                        None => {
                            self.issues.insert(signature.id.clone(), (1, signature.title.clone()));
                        }
                    }
                    self.possible += usize::from(found.confidence == Confidence::Possible);
                }
                Finding::Unknown(_) => self.unknown += 1,
            }
        }
    }

    /// Counts one input, whatever was found in it.
    pub fn count_input<T: ?Sized>(&mut self, outcome: &Outcome<'_, T>) {
        match outcome {
            // The last part counts.
            Outcome::Part(_) => return,
            Outcome::Read(_) => {}
            Outcome::Skipped(reason) => {
                self.skipped += 1;
                *self.reasons.entry((*reason).to_owned()).or_default() += 1;
            }
            Outcome::Failed(_) => self.errors += 1,
            Outcome::Broken(..) => {
                self.errors += 1;
                self.partly += 1;
            }
        }
        self.inputs += 1;
    }

    /// The inputs, and those of them that gave nothing to read: `3 inputs, 1 skipped`.
    pub fn inputs_line(&self) -> String {
        let mut line = count(self.inputs, "input", "inputs");
        if self.skipped > 0 {
            line.push_str(&format!(", {} skipped", self.skipped));
        }
        if self.errors > 0 {
            line.push_str(&format!(", {} unreadable", self.errors));
        }
        if self.partly > 0 {
            line.push_str(&format!(" ({} read in part)", self.partly));
        }
        line
    }

    /// What was redacted: `redacted 3 users, 2 computers, 1 IP address`.
    pub fn redacted_line(&self) -> Option<String> {
        let counts = REDACTED.iter().filter_map(|(kind, one, many)| {
            let number = self.redacted.get(*kind).filter(|number| **number > 0)?;
            Some(count(*number, one, many))
        });
        let counts = counts.collect::<Vec<_>>().join(", ");
        (!counts.is_empty()).then(|| format!("redacted {counts}"))
    }

    /// What a run over several inputs came to, a line each: what was read in which time, what was skipped and why, and
    /// the known issues by how often they were found.
    pub fn details(&self) -> Vec<String> {
        let redacted = self.redacted_line();
        if self.inputs < 2 {
            return redacted.into_iter().collect();
        }
        let seconds = self.time.as_secs_f64();
        let rate = if seconds > 0.0 { self.bytes as f64 / seconds } else { 0.0 };
        let mut lines = vec![format!(
            "read {} in {seconds:.1} s, {} a second",
            binary_bytes(self.bytes as f64),
            binary_bytes(rate)
        )];
        lines.extend(self.reasons.iter().map(|(reason, inputs)| format!("skipped {inputs}: {reason}")));
        lines.extend(redacted);
        let mut issues: Vec<_> = self.issues.iter().collect();
        issues.sort_by_key(|(_, (count, _))| Reverse(*count));
        let named = issues.iter().take(NAMED);
        lines.extend(named.map(|(id, (count, title))| format!("{count:>6} x {id}  {title}")));
        if issues.len() > NAMED {
            lines.push(format!("and {} more known issues", issues.len() - NAMED));
        }
        lines
    }
}

impl fmt::Display for Summary {
    fn fmt(&self, to: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(to, "{}: ", self.inputs_line())?;
        if self.matches + self.unknown == 0 {
            return to.write_str("no crash found");
        }
        write!(to, "{}", count(self.matches, "known issue", "known issues"))?;
        if self.possible > 0 {
            write!(to, " ({} only possible)", self.possible)?;
        }
        write!(to, ", {}", count(self.unknown, "unknown crash", "unknown crashes"))?;
        if self.accepted > 0 {
            write!(to, "; {} of them accepted", self.accepted)?;
        }
        Ok(())
    }
}

/// A number of bytes as people read it: `1.5 MiB`.
pub(super) fn binary_bytes(bytes: f64) -> String {
    let units = [("GiB", 30), ("MiB", 20), ("KiB", 10)];
    let unit = units.into_iter().find(|(_, shift)| bytes >= f64::from(1_u32 << shift));
    unit.map_or_else(
        || format!("{bytes:.0} bytes"),
        |(unit, shift)| format!("{:.1} {unit}", bytes / f64::from(1_u32 << shift)),
    )
}

/// A number and its noun.
pub(crate) fn count(number: usize, one: &str, many: &str) -> String {
    format!("{number} {}", if number == 1 { one } else { many })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn says_what_was_found_and_what_was_not_read() {
        let mut summary = Summary::default();
        summary.count(Outcome::Skipped("empty"));
        summary.count(Outcome::Read(&[]));
        assert_eq!(summary.to_string(), "2 inputs, 1 skipped: no crash found");
        let summary = Summary { inputs: 1, matches: 2, possible: 1, ..Summary::default() };
        assert_eq!(summary.to_string(), "1 input: 2 known issues (1 only possible), 0 unknown crashes");
    }
}
