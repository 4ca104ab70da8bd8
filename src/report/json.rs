//! One JSON document: an array of the objects that the line format prints, one on a line, the summary last.

use super::{Input, Outcome, Report, Summary, evidence, findings};
use crate::evidence::Evidence;
use crate::matching::Finding;
use std::io::{self, Write};

/// Writes the array; knows whether a comma is due.
#[derive(Debug, Default)]
pub(super) struct Json {
    begun: bool,
    evidence: evidence::Parts,
}

impl Json {
    fn item(&mut self, out: &mut dyn Write, line: &str) -> io::Result<()> {
        let before = if self.begun { ",\n" } else { "[\n" };
        self.begun = true;
        write!(out, "{before}{line}")
    }

    fn close(&mut self, out: &mut dyn Write) -> io::Result<()> {
        out.write_all(if self.begun { b"\n]\n" } else { b"[]\n" })
    }
}

impl Report<[Finding<'_>]> for Json {
    fn input(
        &mut self,
        out: &mut dyn Write,
        input: Input<'_>,
        outcome: Outcome<'_, [Finding<'_>]>,
    ) -> io::Result<()> {
        findings::lines(input.name, outcome).try_for_each(|line| self.item(out, &line))
    }

    fn end(&mut self, out: &mut dyn Write, summary: &Summary) -> io::Result<()> {
        self.item(out, &findings::summary_line(summary))?;
        self.close(out)
    }
}

impl Report<[Evidence]> for Json {
    fn input(
        &mut self,
        out: &mut dyn Write,
        input: Input<'_>,
        outcome: Outcome<'_, [Evidence]>,
    ) -> io::Result<()> {
        let begins = self.evidence.ended();
        let Some(text) = self.evidence.next(input.name, outcome) else { return Ok(()) };
        if begins { self.item(out, &text) } else { out.write_all(text.as_bytes()) }
    }

    fn end(&mut self, out: &mut dyn Write, _summary: &Summary) -> io::Result<()> {
        self.close(out)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn is_one_document_whatever_the_number_of_inputs() {
        for inputs in 0..3 {
            let mut out = Vec::new();
            let mut json = Json::default();
            for _ in 0..inputs {
                Report::<[Evidence]>::input(&mut json, &mut out, "-".into(), Outcome::Read(&[])).unwrap();
            }
            Report::<[Evidence]>::end(&mut json, &mut out, &Summary::default()).unwrap();
            let value: serde_json::Value = serde_json::from_slice(&out).unwrap();
            assert_eq!(value.as_array().unwrap().len(), inputs);
        }
    }
}
