//! What a run came to.

use super::Outcome;
use crate::matching::{Confidence, Finding};
use std::fmt;

/// Counts over all inputs of a run.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
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
    /// Inputs that could not be read.
    pub errors: usize,
}

impl Summary {
    /// Counts one input and its findings.
    pub fn count(&mut self, outcome: Outcome<'_, [Finding<'_>]>) {
        self.count_input(&outcome);
        let Outcome::Read(findings) = outcome else { return };
        for finding in findings {
            match finding {
                Finding::Match(found) => {
                    self.matches += 1;
                    self.possible += usize::from(found.confidence == Confidence::Possible);
                }
                Finding::Unknown(_) => self.unknown += 1,
            }
        }
    }

    /// Counts one input, whatever was found in it.
    pub fn count_input<T: ?Sized>(&mut self, outcome: &Outcome<'_, T>) {
        self.inputs += 1;
        match outcome {
            Outcome::Read(_) => {}
            Outcome::Skipped(_) => self.skipped += 1,
            Outcome::Failed(_) => self.errors += 1,
        }
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
        line
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
        write!(to, ", {}", count(self.unknown, "unknown crash", "unknown crashes"))
    }
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
