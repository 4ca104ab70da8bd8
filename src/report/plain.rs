//! A finding in plain lines, for formats that carry text inside a layout of their own.
//!
//! Every line is safe for a terminal, and of bounded length.

use super::escape::{brief, visible};
use crate::matching::{Finding, Match, Unknown, Verdict};
use std::borrow::Cow;

/// Characters of a short piece (a title, a reason), and of prose.
const SHORT: usize = 300;
pub(super) const PROSE: usize = 4000;
/// Reasons that are told.
const REASONS: usize = 12;

/// How an input is called: `-` is nothing that a person or a tool would look for.
pub(super) fn input(name: &str) -> &str {
    if name == "-" { "standard input" } else { name }
}

/// The name of an input with `/` between folders, as other systems want it.
pub(super) fn slashed(name: &str) -> Cow<'_, str> {
    if cfg!(windows) { Cow::Owned(name.replace('\\', "/")) } else { Cow::Borrowed(name) }
}

/// An address that a browser may be sent to.
pub(super) fn web_address(url: &str) -> Option<&str> {
    let rest = url.strip_prefix("https://").or_else(|| url.strip_prefix("http://"))?;
    let plain = |c: char| c.is_ascii_alphanumeric() || "-._~/?#=&%+:,;@".contains(c);
    (!rest.is_empty() && rest.chars().all(plain)).then_some(url)
}

/// Why a finding is accepted.
pub(super) fn accepted(reason: &str) -> &str {
    if reason.trim().is_empty() { "no reason given" } else { reason }
}

/// `lines 12-20`
pub(super) fn lines((first, last): (u32, u32)) -> String {
    if first == last { format!("line {first}") } else { format!("lines {first}-{last}") }
}

/// What was found, in a line: `KB276222: MTA stops in otpmralt (exact match)`.
pub(super) fn headline(finding: &Finding<'_>) -> String {
    match finding {
        Finding::Match(found) => {
            let signature = found.signature;
            let (id, title) = (brief(&signature.id, SHORT), brief(&signature.title, SHORT));
            format!("{id}: {title} ({} match)", found.confidence.name())
        }
        Finding::Unknown(crash) => format!("unknown crash: {}", brief(&crash.summary, SHORT)),
    }
}

/// Why, what fixes it, and what to do meanwhile; of an unknown crash what comes nearest. A line each.
pub(super) fn details(finding: &Finding<'_>) -> Vec<String> {
    let mut said = match finding {
        Finding::Match(found) => matched(found),
        Finding::Unknown(crash) => unknown(crash),
    };
    let crash = finding.crash();
    for (label, known) in [("computer", &crash.computer), ("time", &crash.time)] {
        said.extend(known.as_deref().map(|known| format!("{label}: {}", brief(known, SHORT))));
    }
    if let Some(reason) = finding.accepted() {
        said.push(format!("accepted: {}", brief(accepted(reason), SHORT)));
    }
    said
}

fn matched(found: &Match<'_>) -> Vec<String> {
    let signature = found.signature;
    let mut said: Vec<String> = reasons(found).into_iter().map(|reason| format!("why: {reason}")).collect();
    let fixes = fixes(found);
    let none = if fixes.is_empty() { "no fixed version is known" } else { &fixes };
    said.push(format!("fixed in: {}", brief(none, PROSE)));
    if !fixes.is_empty() {
        said.push(format!("version: {}", verdict(found.verdict)));
    }
    said.extend(signature.resolution.as_deref().map(|text| format!("fix: {}", brief(text, PROSE))));
    let workaround = signature.workaround.as_deref().unwrap_or("none known");
    said.push(format!("workaround: {}", brief(workaround, PROSE)));
    said.extend(signature.url.as_deref().map(|url| format!("link: {}", visible(url))));
    said
}

fn unknown(crash: &Unknown<'_>) -> Vec<String> {
    let mut said = vec!["why: evidence of a crash that no known issue explains".to_owned()];
    if let Some(near) = &crash.nearest {
        let (id, title) = (brief(&near.signature.id, SHORT), brief(&near.signature.title, SHORT));
        said.push(format!("nearest: {id}: {title}"));
        said.push(format!("but: {}", brief(&near.differs, SHORT)));
    }
    said
}

/// The clauses that held, and what differed, a line each.
pub(super) fn reasons(found: &Match<'_>) -> Vec<String> {
    let mut said: Vec<String> = Vec::new();
    for reason in found.because.iter().take(REASONS) {
        let differs = reason.differs.as_deref().map(|differs| format!("; but {}", brief(differs, SHORT)));
        let (place, found) = (lines(reason.lines), brief(&reason.found, SHORT));
        said.push(format!("{}, {place}: {found}{}", reason.clause, differs.unwrap_or_default()));
    }
    let more = found.because.len().saturating_sub(REASONS);
    if more > 0 {
        said.push(format!("and {more} more"));
    }
    said
}

/// `Router.exe 2.1.0.7; Route.dll 2.1.0.7 (Router 2)`
pub(super) fn fixes(found: &Match<'_>) -> String {
    let fixes = found.signature.fixed_in.iter().map(|fix| {
        let product = fix.product.as_deref().map(|product| format!(" ({product})")).unwrap_or_default();
        format!("{} {}{product}", fix.file, fix.version)
    });
    fixes.collect::<Vec<_>>().join("; ")
}

/// What the versions in the input say of the fix.
pub(super) fn verdict(verdict: Verdict) -> &'static str {
    match verdict {
        Verdict::Affected => "affected: the input shows a file older than its fix",
        Verdict::Fixed => "fixed: the input shows the fix in place; a regression, or another problem",
        Verdict::Unknown => "unknown: the input does not show the versions of these files",
    }
}

/// The evidence of a crash in short, a line each.
pub(super) fn evidence<'f>(finding: &'f Finding<'_>) -> impl Iterator<Item = String> + 'f {
    finding.crash().evidence.iter().map(|line| brief(line, SHORT))
}
