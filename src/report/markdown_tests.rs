//! What a reply says, and that nothing in it is obeyed by a renderer.

use super::*;
use crate::report::samples::{a_match, a_signature, an_unknown};
use pulldown_cmark::{Event, Options, Parser, Tag};

fn text(findings: &[Finding<'_>]) -> String {
    let (mut out, mut report) = (Vec::new(), Markdown::default());
    report.input(&mut out, "t/4711.txt".into(), Outcome::Read(findings)).unwrap();
    report.end(&mut out, &Summary { inputs: 1, ..Summary::default() }).unwrap();
    String::from_utf8(out).unwrap()
}

#[test]
fn a_match_is_a_reply() {
    assert_eq!(
        text(&[a_match(&a_signature())]),
        "\
## `t/4711.txt`

### ACME-17: Router stops in route\\_lookup

This is a known issue: all that tells it from others is there. <https://example.com/17>

**Why we think so**

- stack, lines 12-20: `ROUTER!route_lookup < route_next`

On `SERVER7`, `3/14/2004 10:15:00 AM`:

```text
ROUTER!route_lookup+0x25
ROUTER!route_next+0x307
```

**What fixes it**

Install service release 1.

| File | Fixed in | Product |
|---|---|---|
| Router.exe | 2.1.0.7 |  |
| Route.dll | 2.1.0.7 | Router 2 |

Whether this machine has the fix does not show in what was sent.

**What to do meanwhile**

None is known.

**If it is not this**, please send

- the versions of `Router.exe`, `Route.dll`
- all threads of the dump (`~*kv`) with symbols, and the loaded modules with their versions (`lmv`)
- the Application event log of the hour before the crash
"
    );
}

#[test]
fn an_unknown_crash_says_what_is_nearest_and_what_to_send() {
    let text = text(&[an_unknown(&a_signature())]);
    for part in [
        "### Unknown crash: `9 frames, top ROUTER!drop`",
        "```text\nROUTER!route_lookup+0x25\n",
        "**Nearest known issue**: ACME-17, Router stops in route\\_lookup <https://example.com/17>",
        "It differs: `route_lookup is not there`",
        "**Please send next**",
    ] {
        assert!(text.contains(part), "{part} is missing in {text}");
    }
}

#[test]
fn nothing_found_says_what_to_send() {
    assert!(text(&[]).starts_with("## No crash found\n\nRead: 1 input."), "{}", text(&[]));
}

#[test]
fn a_possible_match_beside_a_sure_one_takes_a_line() {
    let signature = a_signature();
    let Finding::Match(mut other) = a_match(&signature) else { panic!() };
    other.confidence = Confidence::Possible;
    let text = text(&[a_match(&signature), Finding::Match(other)]);
    assert!(text.contains("**Also seen**\n\n- lines 12-20: possible, ACME-17, "), "{text}");
}

const HOSTILE: &str = "a`` ```\n# H\n\n<script>x</script> [l](javascript:x) ![i](http://x) | ~~s~~ @all \u{1b}[2J\u{202e} **b** https://evil.example";

#[test]
fn no_renderer_obeys_what_stands_in_input_or_signature() {
    let mut signature = a_signature();
    for field in [&mut signature.title, &mut signature.id] {
        *field = HOSTILE.to_owned();
    }
    signature.resolution = Some(HOSTILE.to_owned());
    signature.workaround = Some(HOSTILE.to_owned());
    signature.cause = Some(HOSTILE.to_owned());
    signature.url = Some("javascript:alert(1)".to_owned());
    signature.fixed_in[0].file = HOSTILE.to_owned();
    let Finding::Match(mut found) = a_match(&signature) else { panic!() };
    found.because[0].found = HOSTILE.to_owned();
    found.because[0].differs = Some(HOSTILE.to_owned());
    found.crash.evidence = vec![HOSTILE.to_owned(), "`````".to_owned()];
    found.crash.computer = Some(HOSTILE.to_owned());
    let Finding::Unknown(mut crash) = an_unknown(&signature) else { panic!() };
    crash.summary = HOSTILE.to_owned();
    let (mut out, mut report) = (Vec::new(), Markdown::default());
    let findings = [Finding::Match(found), Finding::Unknown(crash)];
    report.input(&mut out, HOSTILE.into(), Outcome::Broken(&findings, HOSTILE)).unwrap();
    report.end(&mut out, &Summary::default()).unwrap();
    let text = String::from_utf8(out).unwrap();
    assert!(!text.contains(['\u{1b}', '\u{202e}']), "{text}");
    for event in Parser::new_ext(&text, Options::all()) {
        let obeyed = match &event {
            Event::Html(_) | Event::InlineHtml(_) | Event::FootnoteReference(_) => true,
            Event::InlineMath(_) | Event::DisplayMath(_) => true,
            Event::Start(Tag::Link { .. } | Tag::Image { .. } | Tag::Strikethrough | Tag::BlockQuote(_)) => {
                true
            }
            Event::Start(Tag::Heading { level, .. }) => *level as usize == 1,
            _ => false,
        };
        assert!(!obeyed, "{event:?} in {text}");
    }
}

#[test]
fn only_addresses_of_pages_become_links() {
    assert_eq!(link(Some("https://support.microsoft.com/kb/1")), " <https://support.microsoft.com/kb/1>");
    for url in ["javascript:alert(1)", "https://x/><script>", "data:text/html,x", "https://x y"] {
        assert_eq!(link(Some(url)), "");
    }
}
