//! A reply that can be pasted into a ticket: what it is, why we think so, what fixes it, what to do meanwhile, and what to
//! collect if it is something else.
//!
//! What comes out of an input stands in code only, where Markdown obeys nothing; prose of a signature is escaped.

use super::escape::visible;
use super::plain::lines;
use super::{Input, Outcome, Report, Summary, plain};
use crate::matching::{Confidence, Crash, Finding, Match, Reason, Unknown, Verdict};
use std::fmt::Write as _;
use std::io::{self, Write};

/// Known issues that are told in full for one input, and crashes that nothing explains; the rest is listed.
const FULL: usize = 10;
/// Characters of one line of quoted evidence.
const QUOTED: usize = 300;

/// Writes a section an input.
#[derive(Debug, Default)]
pub(super) struct Markdown {
    /// The last input written, which may go on.
    last: Option<String>,
    /// Findings of it that were told in full.
    told: usize,
    findings: usize,
    unread: Vec<(String, String)>,
}

impl Report<[Finding<'_>]> for Markdown {
    fn input(
        &mut self,
        out: &mut dyn Write,
        input: Input<'_>,
        outcome: Outcome<'_, [Finding<'_>]>,
    ) -> io::Result<()> {
        if let Outcome::Failed(reason) | Outcome::Broken(_, reason) = outcome {
            self.unread.push((input.name.to_owned(), reason.to_owned()));
        }
        let findings = outcome.found().unwrap_or_default();
        if findings.is_empty() {
            return Ok(());
        }
        self.findings += findings.len();
        if self.last.as_deref() != Some(input.name) {
            let gap = if self.last.is_some() { "\n" } else { "" };
            writeln!(out, "{gap}## {}", name(input.name))?;
            self.last = Some(input.name.to_owned());
            self.told = 0;
        }
        let sure = findings.iter().any(is_sure);
        let (full, listed): (Vec<_>, Vec<_>) = findings.iter().partition(|finding| {
            let aside = sure && matches!(finding, Finding::Match(_)) && !is_sure(finding);
            let full = !aside && finding.accepted().is_none() && self.told < FULL;
            self.told += usize::from(full);
            full
        });
        for finding in full {
            let text = match finding {
                Finding::Match(found) => matched(found),
                Finding::Unknown(crash) => unknown(crash),
            };
            out.write_all(text.as_bytes())?;
        }
        out.write_all(also(&listed).as_bytes())
    }

    fn end(&mut self, out: &mut dyn Write, summary: &Summary) -> io::Result<()> {
        if self.findings == 0 {
            writeln!(out, "## No crash found\n\nRead: {}. {NOTHING}", summary.inputs_line())?;
        }
        if !self.unread.is_empty() {
            writeln!(out, "\n## Not read, or not to the end\n")?;
        }
        for (input, reason) in &self.unread {
            writeln!(out, "- {}: {}", name(input), code(reason))?;
        }
        Ok(())
    }
}

/// What to send where nothing was found.
const NOTHING: &str = "No call stack, stop code, fault or event of a crash stands in it.\n\n\
    Please send one of these:\n\n\
    - the Application and System event logs around the time of the failure, as text with the full message of each event\n\
    - the memory dump's `!analyze -v` and `~*kv` as printed by WinDbg or CDB\n\
    - for a stop of the whole system: the stop code with its four parameters";

fn is_sure(finding: &Finding<'_>) -> bool {
    matches!(finding, Finding::Match(found) if found.confidence >= Confidence::Likely)
}

fn matched(found: &Match<'_>) -> String {
    let signature = found.signature;
    let mut text = format!("\n### {}: {}\n\n", escaped(&signature.id), escaped(&signature.title));
    let sure = match found.confidence {
        Confidence::Exact => "This is a known issue: all that tells it from others is there.",
        Confidence::Likely => {
            "This is most likely a known issue: nearly all that tells it from others is there."
        }
        Confidence::Possible => "This may be a known issue; look at what speaks for it before relying on it.",
    };
    let _ = writeln!(text, "{sure}{}", link(signature.url.as_deref()));
    if let Some(cause) = &signature.cause {
        let _ = writeln!(text, "\n{}", escaped(cause));
    }
    text.push_str("\n**Why we think so**\n\n");
    for reason in &found.because {
        text.push_str(&why(reason));
    }
    text.push_str(&quoted(&found.crash));
    text.push_str("\n**What fixes it**\n\n");
    text.push_str(&fix(found));
    let workaround = signature.workaround.as_deref().map_or("None is known.".into(), escaped);
    let _ = writeln!(text, "\n**What to do meanwhile**\n\n{workaround}");
    let _ = write!(text, "\n**If it is not this**, please send\n\n{}", wanted(found));
    text
}

/// A clause that held, and what differed.
fn why(reason: &Reason) -> String {
    let mut text = format!("- {}, {}: {}", reason.clause, lines(reason.lines), code(&reason.found));
    if let Some(differs) = &reason.differs {
        let _ = write!(text, "; but {}", code(differs));
    }
    text + "\n"
}

fn fix(found: &Match<'_>) -> String {
    let signature = found.signature;
    let mut text = String::new();
    if let Some(resolution) = &signature.resolution {
        let _ = writeln!(text, "{}", escaped(resolution));
    }
    if signature.fixed_in.is_empty() {
        if text.is_empty() {
            text.push_str("No fix is known.\n");
        }
        return text;
    }
    if !text.is_empty() {
        text.push('\n');
    }
    text.push_str(&fixed_files(found));
    let seen: Vec<String> =
        found.crash.files.iter().map(|seen| code(&format!("{} {}", seen.file, seen.version))).collect();
    let seen = if seen.is_empty() { String::new() } else { format!(" (seen here: {})", seen.join(", ")) };
    let verdict = match found.verdict {
        Verdict::Affected => "**This machine does not have the fix**: a file is older than that",
        Verdict::Fixed => {
            "**This machine has the fix already**: it is a regression, or another problem with the same face"
        }
        Verdict::Unknown => "Whether this machine has the fix does not show in what was sent",
    };
    let _ = writeln!(text, "\n{verdict}{seen}.");
    text
}

/// The files of a fix as a table.
fn fixed_files(found: &Match<'_>) -> String {
    let fixes = &found.signature.fixed_in;
    let products = fixes.iter().any(|fix| fix.product.is_some());
    let mut text = "| File | Fixed in |".to_owned() + if products { " Product |" } else { "" };
    text.push_str("\n|---|---|");
    text.push_str(if products { "---|\n" } else { "\n" });
    for fix in fixes {
        let _ = write!(text, "| {} | {} |", escaped(&fix.file), escaped(&fix.version));
        if products {
            let _ = write!(text, " {} |", fix.product.as_deref().map(escaped).unwrap_or_default());
        }
        text.push('\n');
    }
    text
}

/// What to collect to be sure of a match, or to find what it is instead.
fn wanted(found: &Match<'_>) -> String {
    let mut text = String::new();
    if found.verdict == Verdict::Unknown && !found.signature.fixed_in.is_empty() {
        let mut files: Vec<_> = found.signature.fixed_in.iter().map(|fix| code(&fix.file)).collect();
        files.dedup();
        let _ = writeln!(text, "- the versions of {}", files.join(", "));
    }
    let has = |clause: &str| found.because.iter().any(|reason| reason.clause == clause);
    text.push_str(collect(has("stack"), has("bugcheck"), has("event")));
    text
}

/// What tells most about a crash of which a stack, a stop code or an event is known.
fn collect(stack: bool, stop: bool, event: bool) -> &'static str {
    match (stack, stop, event) {
        (true, false, _) => {
            "- all threads of the dump (`~*kv`) with symbols, and the loaded modules with their versions (`lmv`)\n\
             - the Application event log of the hour before the crash\n"
        }
        (_, true, _) => {
            "- `!analyze -v` of the memory dump (`%SystemRoot%\\MEMORY.DMP`), and the loaded drivers with their versions (`lmv`)\n\
             - the System event log of the hour before the stop, and what was installed or changed last\n"
        }
        (false, false, true) => {
            "- the full text and data of these events, and those around them in the Application and System logs\n\
             - a dump of the process at the moment of the failure, with `!analyze -v` and `~*kv`\n"
        }
        (false, false, false) => {
            "- a dump of the process at the moment of the failure, with `!analyze -v` and `~*kv`\n\
             - the Application event log of the hour before\n"
        }
    }
}

fn unknown(found: &Unknown<'_>) -> String {
    let mut text = format!("\n### Unknown crash: {}\n\n", code(&found.summary));
    let _ = writeln!(text, "No known issue explains it ({}).", lines(found.lines));
    text.push_str(&quoted(&found.crash));
    if let Some(near) = &found.nearest {
        let title = escaped(&near.signature.title);
        let _ = writeln!(
            text,
            "\n**Nearest known issue**: {}, {title}{}\n\nIt differs: {}",
            escaped(&near.signature.id),
            link(near.signature.url.as_deref()),
            code(&near.differs)
        );
    }
    let shows = |word: &str| found.crash.evidence.iter().any(|line| line.starts_with(word));
    let stack = found.crash.evidence.iter().any(|line| line.contains('!') && !line.starts_with("event "));
    let _ = write!(text, "\n**Please send next**\n\n{}", collect(stack, shows("stop "), shows("event ")));
    text
}

/// The evidence of a crash as a block of code.
fn quoted(crash: &Crash) -> String {
    if crash.evidence.is_empty() {
        return String::new();
    }
    let cut = |line: &String| visible(line).chars().take(QUOTED).collect::<String>();
    let body: String = crash.evidence.iter().map(|line| cut(line) + "\n").collect();
    let place = [&crash.computer, &crash.time].into_iter().flatten().map(|word| code(word));
    let place = place.collect::<Vec<_>>().join(", ");
    let place = if place.is_empty() { String::new() } else { format!("\nOn {place}:\n") };
    let fence = "`".repeat(longest_ticks(&body).max(2) + 1);
    format!("{place}\n{fence}text\n{body}{fence}\n")
}

/// What is told in a line each: possible matches beside a sure one, accepted findings, and more than anybody reads.
fn also(listed: &[&Finding<'_>]) -> String {
    let mut text = String::new();
    for finding in listed {
        if text.is_empty() {
            text.push_str("\n**Also seen**\n\n");
        }
        let place = lines(finding.lines());
        let _ = match finding {
            Finding::Match(found) => {
                let (signature, sure) = (found.signature, found.confidence.name());
                let (id, title) = (escaped(&signature.id), escaped(&signature.title));
                write!(text, "- {place}: {sure}, {id}, {title}{}", link(signature.url.as_deref()))
            }
            Finding::Unknown(crash) => write!(text, "- {place}: unknown crash, {}", code(&crash.summary)),
        };
        if let Some(reason) = finding.accepted() {
            let _ = write!(
                text,
                "; accepted: {}",
                if reason.is_empty() { "no reason given".into() } else { code(reason) }
            );
        }
        text.push('\n');
    }
    text
}

fn name(input: &str) -> String {
    if input == "-" { "What was pasted".to_owned() } else { code(input) }
}

/// A link, where the address is one that a browser may be sent to.
fn link(url: Option<&str>) -> String {
    url.and_then(plain::web_address).map(|url| format!(" <{url}>")).unwrap_or_default()
}

/// Text in which Markdown and HTML obey nothing.
pub(super) fn escaped(text: &str) -> String {
    let mut out = String::with_capacity(text.len() + 16);
    let text = visible(text.trim());
    let mut rest = text.chars().peekable();
    while let Some(c) = rest.next() {
        let ends = rest.peek().is_none_or(|next| *next == ' ');
        match c {
            // No backslash holds this one in every renderer.
            '<' => out.push_str("&lt;"),
            '&' => out.push_str("&amp;"),
            '\\' | '`' | '*' | '_' | '[' | ']' | '|' | '#' | '~' | '!' | '>' | '@' | '$' => {
                out.push('\\');
                out.push(c);
            }
            // A number or a dash at the beginning makes a list.
            '-' | '+' | '=' if out.is_empty() => {
                out.push('\\');
                out.push(c);
            }
            '.' | ')' if ends && !out.is_empty() && out.bytes().all(|byte| byte.is_ascii_digit()) => {
                out.push('\\');
                out.push(c);
            }
            _ => out.push(c),
        }
    }
    out
}

/// Text as a span of code.
fn code(text: &str) -> String {
    let text: String = visible(text.trim()).chars().take(QUOTED).collect();
    if text.is_empty() {
        return "(empty)".to_owned();
    }
    // In a table or a list a bar still ends a cell.
    let ticks = "`".repeat(longest_ticks(&text) + 1);
    let pad = if text.starts_with('`') || text.ends_with('`') { " " } else { "" };
    format!("{ticks}{pad}{text}{pad}{ticks}")
}

fn longest_ticks(text: &str) -> usize {
    text.split(|c| c != '`').map(str::len).max().unwrap_or(0)
}

#[cfg(test)]
#[path = "markdown_tests.rs"]
mod tests;
