//! A finding as a row of the page: what, where, and folded away why, the evidence and what to do.

use super::Kind;
use crate::matching::{Crash, Finding, Match, Reason, Unknown};
use crate::report::escape::{brief, visible};
use crate::report::plain::{lines, verdict};
use maud::{Markup, html};

/// Characters of a line of evidence or a reason, of a title, and of prose.
const LINE: usize = 300;
const TITLE: usize = 240;
const PROSE: usize = 2000;
/// Reasons and fixes that a finding tells of.
const REASONS: usize = 12;
const FIXES: usize = 8;
/// Fixes that an issue tells of.
const ALL_FIXES: usize = 200;

/// A row of the table of findings. `issue` is the number of the known issue on this page.
pub(super) fn row(input: &str, found: &Finding<'_>, issue: Option<usize>) -> Markup {
    let crash = found.crash();
    let day = crash.time.as_deref().and_then(super::day::parse);
    let kind = Kind::of(found).name();
    html! {
        tr data-kind=(kind) data-accepted[found.accepted().is_some()] data-day=[day] {
            td class="kind" {
                span class={ "badge " (kind) } { (kind) }
                @if found.accepted().is_some() { " " span class="badge accepted" { "accepted" } }
            }
            td class="issue" {
                details {
                    summary { (title(found)) }
                    @if let Some(why) = found.accepted() {
                        p { b { "Accepted: " } (brief(if why.is_empty() { "no reason given" } else { why }, PROSE)) }
                    }
                    @match found {
                        Finding::Match(found) => (match_details(found, issue)),
                        Finding::Unknown(found) => {
                            (crash_details(found))
                            p class="note" { "Key " code { (visible(&crash.key)) } }
                        }
                    }
                }
            }
            td class="where" { (place(input)) " " span class="note" { (lines(found.lines())) } }
            td class="machine" { @if let Some(computer) = &crash.computer { (brief(computer, TITLE)) } }
            td class="time" { @if let Some(time) = &crash.time { (brief(time, TITLE)) } }
        }
    }
}

fn title(found: &Finding<'_>) -> Markup {
    match found {
        Finding::Match(found) => html! {
            b { (visible(&found.signature.id)) } " " (brief(&found.signature.title, TITLE))
        },
        Finding::Unknown(found) => html! { (brief(&found.summary, TITLE)) },
    }
}

fn place(input: &str) -> String {
    if input == "-" { "standard input".to_owned() } else { visible(input).into_owned() }
}

fn match_details(found: &Match<'_>, issue: Option<usize>) -> Markup {
    let signature = found.signature;
    html! {
        dl {
            dt { "Why" }
            @for reason in found.because.iter().take(REASONS) { (because(reason)) }
            @if found.because.len() > REASONS { dd { "and " (found.because.len() - REASONS) " more" } }
            (evidence(&found.crash))
            @if !signature.fixed_in.is_empty() {
                dt { "Version" }
                dd {
                    (verdict(found.verdict))
                    @for seen in &found.crash.files {
                        br; "seen: " (brief(&seen.file, TITLE)) " " (brief(&seen.version, TITLE))
                    }
                }
            }
            (fixes(found, FIXES))
            (workaround(found))
            dt { "Link" }
            dd {
                (link(signature.url.as_deref()))
                @if let Some(number) = issue { " " a href={ "#issue-" (number) } { "All about this issue" } }
            }
        }
    }
}

fn because(reason: &Reason) -> Markup {
    html! {
        dd {
            (reason.clause) ", " (lines(reason.lines)) ": " (brief(&reason.found, LINE))
            @if let Some(differs) = &reason.differs { br; i { "but " (brief(differs, LINE)) } }
        }
    }
}

/// The evidence of an unknown crash and the known issue that came closest.
pub(super) fn crash_details(found: &Unknown<'_>) -> Markup {
    html! {
        dl {
            (evidence(&found.crash))
            @if let Some(nearest) = &found.nearest {
                dt { "Nearest" }
                dd {
                    b { (visible(&nearest.signature.id)) } " " (brief(&nearest.signature.title, TITLE))
                    br; i { "but " (brief(&nearest.differs, LINE)) }
                    br; (link(nearest.signature.url.as_deref()))
                }
            }
        }
    }
}

fn evidence(crash: &Crash) -> Markup {
    let lines: Vec<_> = crash.evidence.iter().map(|line| brief(line, LINE)).collect();
    html! {
        @if !lines.is_empty() { dt { "Evidence" } dd { pre { (lines.join("\n")) } } }
    }
}

/// What is known of an issue.
pub(super) fn issue_details(found: &Match<'_>) -> Markup {
    let signature = found.signature;
    html! {
        dl {
            @if !signature.products.is_empty() {
                dt { "Products" } dd { (brief(&signature.products.join(", "), PROSE)) }
            }
            @if let Some(cause) = &signature.cause { dt { "Cause" } dd { (brief(cause, PROSE)) } }
            (fixes(found, ALL_FIXES))
            (workaround(found))
            dt { "Link" }
            dd { (link(signature.url.as_deref())) }
        }
    }
}

fn fixes(found: &Match<'_>, most: usize) -> Markup {
    let signature = found.signature;
    let fixes = &signature.fixed_in;
    html! {
        dt { "Fix" }
        @if let Some(resolution) = &signature.resolution { dd { (brief(resolution, PROSE)) } }
        @for fix in fixes.iter().take(most) {
            dd {
                (brief(&fix.file, TITLE)) " " (brief(&fix.version, TITLE))
                @if let Some(product) = &fix.product { " (" (brief(product, TITLE)) ")" }
            }
        }
        @if fixes.len() > most { dd { "and " (fixes.len() - most) " more files" } }
        @if fixes.is_empty() && signature.resolution.is_none() { dd { "no fixed version is known" } }
    }
}

fn workaround(found: &Match<'_>) -> Markup {
    let known = found.signature.workaround.as_deref();
    html! {
        dt { "Workaround" }
        dd { (brief(known.unwrap_or("none known"), PROSE)) }
    }
}

/// A link where the address is one of the web; others are text, for a browser would run `javascript:`.
fn link(url: Option<&str>) -> Markup {
    let Some(url) = url else { return html! { "none" } };
    let shown = brief(url, LINE);
    html! {
        @if is_web(url) { a href=(url) rel="noopener noreferrer" { (shown) } } @else { (shown) }
    }
}

fn is_web(url: &str) -> bool {
    let begins = |scheme: &str| url.get(..scheme.len()).is_some_and(|head| head.eq_ignore_ascii_case(scheme));
    (begins("https://") || begins("http://")) && visible(url) == url && !url.contains(char::is_whitespace)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::samples::{a_match, a_signature, an_unknown};

    fn text(found: &Finding<'_>) -> String {
        row("t/4711.txt", found, Some(3)).into_string()
    }

    #[test]
    fn a_match_says_why_and_what_to_do() {
        let text = text(&a_match(&a_signature()));
        for part in [
            r#"data-kind="exact""#,
            r#"data-day="2004-03-14""#,
            "<summary><b>ACME-17</b> Router stops in route_lookup</summary>",
            "stack, lines 12-20: ROUTER!route_lookup &lt; route_next",
            "<pre>ROUTER!route_lookup+0x25\nROUTER!route_next+0x307</pre>",
            "Route.dll 2.1.0.7 (Router 2)",
            r#"<a href="https://example.com/17" rel="noopener noreferrer">"#,
            r##"<a href="#issue-3">"##,
            "SERVER7",
        ] {
            assert!(text.contains(part), "{part} is not in {text}");
        }
    }

    #[test]
    fn an_unknown_crash_names_the_nearest_issue_and_its_key() {
        let text = text(&an_unknown(&a_signature()));
        for part in ["9 frames, top ROUTER!drop", "route_lookup is not there", "0123456789abcdef"] {
            assert!(text.contains(part), "{part} is not in {text}");
        }
    }

    #[test]
    fn only_addresses_of_the_web_become_links() {
        for (url, linked) in [
            ("https://example.com/?a=1&b=2", true),
            ("HTTP://example.com", true),
            ("javascript:alert(1)", false),
            ("https:javascript", false),
            (" https://example.com", false),
            ("data:text/html,x", false),
            ("https://example.com/\u{202e}gpj", false),
        ] {
            assert_eq!(link(Some(url)).into_string().contains("<a "), linked, "{url}");
        }
    }

    #[test]
    fn why_a_finding_was_accepted_is_said() {
        let signature = a_signature();
        let Finding::Match(mut found) = a_match(&signature) else { panic!() };
        found.accepted = Some("fixed with <SP5>".to_owned());
        let text = text(&Finding::Match(found));
        assert!(text.contains("data-accepted") && text.contains("fixed with &lt;SP5&gt;"), "{text}");
    }
}
