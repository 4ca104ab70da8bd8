//! One JSON object a line, for other programs. Findings end with the summary: its absence means a broken run.

use super::{Input, Outcome, Report, Summary, evidence, findings};
use crate::evidence::Evidence;
use crate::matching::Finding;
use std::io::{self, Write};

/// Writes the lines.
#[derive(Debug, Default)]
pub(super) struct Jsonl {
    evidence: evidence::Parts,
}

impl Report<[Finding<'_>]> for Jsonl {
    fn input(
        &mut self,
        out: &mut dyn Write,
        input: Input<'_>,
        outcome: Outcome<'_, [Finding<'_>]>,
    ) -> io::Result<()> {
        findings::lines(input.name, outcome).try_for_each(|mut line| {
            line.push('\n');
            out.write_all(line.as_bytes())
        })
    }

    fn end(&mut self, out: &mut dyn Write, summary: &Summary) -> io::Result<()> {
        writeln!(out, "{}", findings::summary_line(summary))
    }
}

impl Report<[Evidence]> for Jsonl {
    fn input(
        &mut self,
        out: &mut dyn Write,
        input: Input<'_>,
        outcome: Outcome<'_, [Evidence]>,
    ) -> io::Result<()> {
        let Some(text) = self.evidence.next(input.name, outcome) else { return Ok(()) };
        out.write_all(text.as_bytes())?;
        if self.evidence.ended() { out.write_all(b"\n") } else { Ok(()) }
    }
}
