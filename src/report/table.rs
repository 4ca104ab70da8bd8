//! Findings for people: the engineer who has a stopped server and a pasted stack.
//!
//! One match fits a terminal of 24 lines and 80 columns. What is long is cut, and `kb show` has the whole of it.

use super::escape::{brief, visible};
use super::layout::{Fields, Style, Tone};
use super::{Input, Outcome, Report};
use crate::matching::{Confidence, Finding, Match, Reason, Unknown, Verdict};
use std::io::{self, Write};

/// Lines of reasons after which the rest is only counted, as they wrap on 80 columns.
const REASON_LINES: usize = 6;
/// Characters shown of one reason, and of what differs.
const REASON: usize = 150;
/// Characters shown of the resolution: three lines.
const RESOLUTION: usize = 195;
/// Characters shown of the workaround: four lines.
const WORKAROUND: usize = 250;
/// Lines of fixes shown.
const FIXES: usize = 3;

/// Writes a block a finding, with an empty line between.
#[derive(Debug)]
pub(super) struct Table {
    style: Style,
    begun: bool,
}

impl Table {
    pub(super) fn new(style: Style) -> Self {
        Table { style, begun: false }
    }

    fn block(&mut self, out: &mut dyn Write, text: &str) -> io::Result<()> {
        if std::mem::replace(&mut self.begun, true) {
            out.write_all(b"\n")?;
        }
        out.write_all(text.as_bytes())
    }
}

impl Report<[Finding<'_>]> for Table {
    fn input(
        &mut self,
        out: &mut dyn Write,
        input: Input<'_>,
        outcome: Outcome<'_, [Finding<'_>]>,
    ) -> io::Result<()> {
        let Some(findings) = outcome.found() else { return Ok(()) };
        let sure = findings.iter().any(is_sure);
        for finding in findings {
            match finding {
                _ if finding.accepted().is_some() => {
                    self.block(out, &accepted(self.style, input.name, finding))?;
                }
                // Beside a real answer the others must not push it off the screen.
                Finding::Match(found) if sure && !is_sure(finding) => {
                    self.block(out, &aside(self.style, input.name, found))?;
                }
                Finding::Match(found) => self.block(out, &matched(self.style, input.name, found))?,
                Finding::Unknown(crash) => self.block(out, &unknown(self.style, input.name, crash))?,
            }
        }
        Ok(())
    }
}

fn is_sure(finding: &Finding<'_>) -> bool {
    matches!(finding, Finding::Match(found) if found.confidence >= Confidence::Likely)
}

fn matched(style: Style, input: &str, found: &Match<'_>) -> String {
    let signature = found.signature;
    let sureness = format!("{} match", found.confidence.name());
    let tone = if found.confidence == Confidence::Exact { Tone::Good } else { Tone::Warning };
    let mut text = format!("{} in {}\n", style.paint(tone, &sureness), place(input, found.lines));
    let mut fields = Fields::new(style);
    fields.add(&visible(&signature.id), &signature.title);
    fields.add_lines("why", reasons(&found.because));
    fields.add_lines("fixed in", fixes(found));
    let resolution = signature.resolution.as_deref().unwrap_or_default();
    if !resolution.is_empty() {
        fields.add("", &brief(resolution, RESOLUTION));
    }
    if !signature.fixed_in.is_empty() {
        fields.add("version", verdict(found.verdict));
    }
    let workaround = signature.workaround.as_deref().unwrap_or("none known");
    fields.add("workaround", &brief(workaround, WORKAROUND));
    fields.add("link", signature.url.as_deref().unwrap_or("none"));
    if resolution.chars().count() > RESOLUTION || workaround.chars().count() > WORKAROUND {
        fields.add("more", &format!("kbtriage kb show {}", signature.id));
    }
    text.push_str(&fields.into_text());
    text
}

/// A finding that a baseline accepts, in short.
fn accepted(style: Style, input: &str, finding: &Finding<'_>) -> String {
    let mut fields = Fields::new(style);
    match finding {
        Finding::Match(found) => fields.add(&visible(&found.signature.id), &found.signature.title),
        Finding::Unknown(crash) => fields.add("unknown", &brief(&crash.summary, 2 * REASON)),
    }
    let reason = finding.accepted().unwrap_or_default();
    fields.add("because", if reason.is_empty() { "no reason given" } else { reason });
    format!("accepted, in {}\n{}", place(input, finding.lines()), fields.into_text())
}

/// A match that is only worth a look, in short.
fn aside(style: Style, input: &str, found: &Match<'_>) -> String {
    let mut fields = Fields::new(style);
    fields.add(&visible(&found.signature.id), &found.signature.title);
    format!("possible match too, in {}\n{}", place(input, found.lines), fields.into_text())
}

fn unknown(style: Style, input: &str, crash: &Unknown<'_>) -> String {
    let mut text = format!(
        "{} in {}\n{}, no known issue\n",
        style.paint(Tone::Notice, "unknown crash"),
        place(input, crash.lines),
        brief(&crash.summary, 2 * REASON),
    );
    if let Some(nearest) = &crash.nearest {
        let mut fields = Fields::new(style);
        fields.add("nearest", &format!("{}: {}", nearest.signature.id, nearest.signature.title));
        fields.add("but", &brief(&nearest.differs, 2 * REASON));
        text.push_str(&fields.into_text());
    }
    text
}

/// Where a finding stands: `tickets/4711.txt, lines 12-20`.
fn place(input: &str, lines: (u32, u32)) -> String {
    let input = if input == "-" { "standard input".into() } else { visible(input) };
    format!("{input}, {}", line_range(lines))
}

pub(super) fn line_range((first, last): (u32, u32)) -> String {
    if first == last { format!("line {first}") } else { format!("lines {first}-{last}") }
}

fn reasons(because: &[Reason]) -> Vec<String> {
    let mut lines: Vec<String> = Vec::new();
    for (shown, reason) in because.iter().enumerate() {
        let used: usize = lines.iter().map(|line| line.len().div_ceil(66)).sum();
        if used >= REASON_LINES {
            lines.push(format!("and {} more", because.len() - shown));
            break;
        }
        let found = brief(&reason.found, REASON);
        lines.push(format!("{}, {}: {found}", reason.clause, line_range(reason.lines)));
        lines.extend(reason.differs.as_ref().map(|differs| format!("but {}", brief(differs, REASON))));
    }
    lines
}

/// The files that carry the fix, those of one version and product on one line.
fn fixes(found: &Match<'_>) -> Vec<String> {
    let mut groups: Vec<(&str, Option<&str>, Vec<&str>)> = Vec::new();
    for fix in &found.signature.fixed_in {
        let (version, product) = (fix.version.as_str(), fix.product.as_deref());
        match groups.iter_mut().find(|group| (group.0, group.1) == (version, product)) {
            Some(group) => group.2.push(&fix.file),
            None => groups.push((version, product, vec![&fix.file])),
        }
    }
    let hidden = groups.len().saturating_sub(FIXES);
    let mut lines: Vec<_> = groups
        .into_iter()
        .take(FIXES)
        .map(|(version, product, files)| {
            let product = product.map(|product| format!(" ({product})")).unwrap_or_default();
            format!("{version}{product}: {}", brief(&files.join(", "), 2 * REASON))
        })
        .collect();
    if hidden > 0 {
        lines.push(format!("and {hidden} more: kbtriage kb show {}", found.signature.id));
    }
    if lines.is_empty() {
        lines.push("no fixed version is known".to_owned());
    }
    lines
}

/// What the versions seen say of the fix.
pub(super) fn verdict(verdict: Verdict) -> &'static str {
    match verdict {
        Verdict::Affected => "affected: the input shows a file older than its fix",
        Verdict::Fixed => "fixed: the input shows the fix in place; a regression, or another problem",
        Verdict::Unknown => "unknown: the input does not show the versions of these files",
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::samples::{a_match, a_signature, an_unknown};

    fn text(style: Style, findings: &[Finding<'_>]) -> String {
        let mut out = Vec::new();
        Table::new(style).input(&mut out, "4711.txt".into(), Outcome::Read(findings)).unwrap();
        String::from_utf8(out).unwrap()
    }

    #[test]
    fn a_match_says_what_why_and_what_to_do() {
        assert_eq!(
            text(Style::default(), &[a_match(&a_signature())]),
            "\
exact match in 4711.txt, lines 12-20
  ACME-17     Router stops in route_lookup
  why         stack, lines 12-20: ROUTER!route_lookup < route_next
  fixed in    2.1.0.7: Router.exe
              2.1.0.7 (Router 2): Route.dll
              Install service release 1.
  version     unknown: the input does not show the versions of these files
  workaround  none known
  link        https://example.com/17
"
        );
    }

    #[test]
    fn an_unknown_crash_is_named_with_the_nearest_issue() {
        assert_eq!(
            text(Style::default(), &[an_unknown(&a_signature())]),
            "\
unknown crash in 4711.txt, lines 3-11
9 frames, top ROUTER!drop, no known issue
  nearest  ACME-17: Router stops in route_lookup
  but      route_lookup is not there
"
        );
    }

    #[test]
    fn a_possible_match_beside_a_sure_one_takes_two_lines() {
        let signature = a_signature();
        let Finding::Match(mut other) = a_match(&signature) else { panic!() };
        other.confidence = Confidence::Possible;
        let text = text(Style::default(), &[a_match(&signature), Finding::Match(other)]);
        assert!(
            text.ends_with(
                "\n\npossible match too, in 4711.txt, lines 12-20\n  ACME-17  Router stops in route_lookup\n"
            ),
            "{text}"
        );
    }

    #[test]
    fn what_a_baseline_accepts_is_told_in_short() {
        let signature = a_signature();
        let Finding::Match(mut found) = a_match(&signature) else { panic!() };
        found.accepted = Some("goes away with release 3".to_owned());
        assert_eq!(
            text(Style::default(), &[Finding::Match(found)]),
            "accepted, in 4711.txt, lines 12-20\n  ACME-17  Router stops in route_lookup\n  \
             because  goes away with release 3\n"
        );
    }

    #[test]
    fn a_crowded_match_fits_a_screen() {
        let mut signature = a_signature();
        signature.workaround = Some("word ".repeat(500));
        signature.resolution = Some("word ".repeat(500));
        signature.fixed_in =
            (0..40).map(|n| crate::signature::Fix { version: format!("1.{n}"), ..fix() }).collect();
        let Finding::Match(mut found) = a_match(&signature) else { panic!() };
        found.because = vec![Reason { found: "M!f < ".repeat(20), ..found.because[0].clone() }; 30];
        let text = text(Style::default(), &[Finding::Match(found)]);
        assert!(text.lines().count() <= 24, "{text}");
        assert!(text.lines().all(|line| line.chars().count() <= 80), "{text}");
    }

    fn fix() -> crate::signature::Fix {
        crate::signature::Fix { file: "Router.exe".to_owned(), version: String::new(), product: None }
    }

    #[test]
    fn nothing_from_input_or_signature_reaches_the_terminal_as_itself() {
        let mut signature = a_signature();
        signature.title = "\u{1b}]0;x\u{7}".to_owned();
        signature.workaround = Some("a\u{202e}b".to_owned());
        let Finding::Match(mut found) = a_match(&signature) else { panic!() };
        found.because[0].found = "\u{9b}2J".to_owned();
        let text = text(Style::default(), &[Finding::Match(found)]);
        assert!(text.contains(r"\u{1b}]0;x\u{7}") && text.contains(r"a\u{202e}b"), "{text}");
        assert!(!text.contains(['\u{1b}', '\u{7}', '\u{9b}', '\u{202e}']), "{text}");
    }

    #[test]
    fn colour_adds_nothing_but_escapes() {
        let signature = a_signature();
        let plain = text(Style::default(), &[a_match(&signature)]);
        let coloured = text(Style { width: 80, color: true }, &[a_match(&signature)]);
        let stripped =
            regex::Regex::new("\u{1b}\\[[0-9;]*m").unwrap().replace_all(&coloured, "").into_owned();
        assert_ne!(coloured, plain);
        let words = |text: &str| text.split_whitespace().map(str::to_owned).collect::<Vec<_>>();
        assert_eq!(words(&stripped), words(&plain));
    }
}
