//! The page as a whole.

use super::*;
use crate::report::samples::{a_match, a_signature, an_unknown};

const HOSTILE: &str = "\"'></script><script>alert(1)</script>&<img src=x onerror=alert(1)>\u{1b}[2J\u{202e}";

fn page(inputs: &[(&str, Outcome<'_, [Finding<'_>]>)]) -> String {
    let mut html = Html::default();
    let mut summary = Summary::default();
    let mut out = Vec::new();
    for (name, outcome) in inputs {
        summary.count(*outcome);
        html.input(&mut out, (*name).into(), *outcome).unwrap();
    }
    html.end(&mut out, &summary).unwrap();
    String::from_utf8(out).unwrap()
}

fn rows(page: &str) -> usize {
    page.matches("<tr data-kind=").count()
}

#[test]
fn a_folder_without_a_crash_says_so() {
    let page = page(&[("empty.txt", Outcome::Skipped("empty")), ("a.txt", Outcome::Read(&[]))]);
    assert!(page.contains("No crash was found."), "{page}");
    assert!(page.contains("2 inputs, 1 skipped") && page.contains("1: empty"), "{page}");
}

#[test]
fn what_was_not_read_is_named_with_the_reason() {
    let page =
        page(&[("gone.txt", Outcome::Failed("no such file")), ("a.gz", Outcome::Broken(&[], "cut off"))]);
    assert!(page.contains("2 inputs were not read to their end"), "{page}");
    assert!(page.contains("<b>gone.txt</b>: no such file"), "{page}");
    assert!(page.contains("<b>a.gz</b>: read in part: cut off"), "{page}");
}

#[test]
fn the_folder_of_all_inputs_is_named() {
    let below =
        |names: &[&str]| names.iter().map(|name| (*name).to_owned()).reduce(|a, b| common_folder(a, &b));
    assert_eq!(below(&["t/a/1.txt", "t/a/2.txt", "t/ab.txt"]).as_deref(), Some("t/"));
    assert_eq!(below(&[r"C:\logs\é1", r"C:\logs\é2"]).as_deref(), Some(r"C:\logs\"));
    assert_eq!(below(&["a/1", "b/1"]).as_deref(), Some(""));
    assert!(
        page(&[("t/a.txt", Outcome::Read(&[])), ("t/b", Outcome::Read(&[]))]).contains("<code>t/</code>")
    );
}

#[test]
fn what_was_redacted_is_counted() {
    let summary = Summary { redacted: BTreeMap::from([("user".to_owned(), 3)]), ..Summary::default() };
    let text = page::page(&Html::default(), &summary).into_string();
    assert!(text.contains("Redacted: 3 user."), "{text}");
}

#[test]
fn the_most_severe_stands_first_and_the_accepted_last() {
    let signature = a_signature();
    let found = |confidence, accepted: Option<&str>| {
        let Finding::Match(mut found) = a_match(&signature) else { panic!() };
        (found.confidence, found.accepted) = (confidence, accepted.map(str::to_owned));
        Finding::Match(found)
    };
    let findings = [
        found(Confidence::Exact, Some("known")),
        found(Confidence::Possible, None),
        an_unknown(&signature),
        found(Confidence::Likely, None),
        found(Confidence::Exact, None),
    ];
    let page = page(&[("a.txt", Outcome::Read(&findings))]);
    let kinds: Vec<_> = page.split("<tr data-kind=\"").skip(1).map(|row| row.split('"').next()).collect();
    assert_eq!(kinds, ["exact", "likely", "unknown", "possible", "exact"].map(Some));
}

#[test]
fn too_many_findings_keep_the_most_severe_and_count_the_rest() {
    let signature = a_signature();
    let unknown = vec![an_unknown(&signature); SHOWN + 7];
    let known = [a_match(&signature)];
    let page = page(&[("u.txt", Outcome::Read(&unknown)), ("k.txt", Outcome::Read(&known))]);
    assert_eq!(rows(&page), SHOWN);
    assert_eq!(page.matches("data-kind=\"exact\"").count(), 1);
    assert!(page.contains("8 more are counted above"));
    assert!(page.contains(&format!("<b>{}</b> <span>unknown crashes</span>", SHOWN + 7)));
}

#[test]
fn findings_without_machine_or_day_are_counted() {
    let signature = a_signature();
    let Finding::Unknown(mut nowhere) = an_unknown(&signature) else { panic!() };
    (nowhere.crash.computer, nowhere.crash.time) = (None, Some("yesterday".to_owned()));
    let page = page(&[("a", Outcome::Read(&[a_match(&signature), Finding::Unknown(nowhere)]))]);
    assert!(page.contains("1 of 2 findings show no machine."), "{page}");
    assert!(page.contains("1 of 2 findings show no time that names a day."), "{page}");
}

#[test]
fn the_parts_of_one_input_are_one_input() {
    let signature = a_signature();
    let found = [a_match(&signature)];
    let page =
        page(&[("a", Outcome::Part(&found)), ("a", Outcome::Read(&found)), ("b", Outcome::Read(&found))]);
    assert!(page.contains(r#"<td class="number">3</td><td class="number">2</td>"#), "{page}");
}

#[test]
fn nothing_hostile_leaves_as_itself() {
    let mut signature = a_signature();
    for text in
        [&mut signature.id, &mut signature.title, &mut signature.products[0], &mut signature.fixed_in[0].file]
    {
        *text = HOSTILE.to_owned();
    }
    for text in
        [&mut signature.url, &mut signature.cause, &mut signature.resolution, &mut signature.workaround]
    {
        *text = Some(HOSTILE.to_owned());
    }
    let Finding::Match(mut known) = a_match(&signature) else { panic!() };
    (known.because[0].found, known.because[0].differs) = (HOSTILE.to_owned(), Some(HOSTILE.to_owned()));
    let Finding::Unknown(mut unknown) = an_unknown(&signature) else { panic!() };
    (unknown.summary, unknown.top) = (HOSTILE.to_owned(), Some(HOSTILE.to_owned()));
    for crash in [&mut known.crash, &mut unknown.crash] {
        (crash.computer, crash.time) = (Some(HOSTILE.to_owned()), Some(HOSTILE.to_owned()));
        crash.evidence = vec![HOSTILE.to_owned()];
    }
    let findings = [Finding::Match(known), Finding::Unknown(unknown)];
    let page = page(&[(HOSTILE, Outcome::Read(&findings)), (HOSTILE, Outcome::Failed(HOSTILE))]);
    assert!(!page.contains("<script>alert") && !page.contains("<img"), "{page}");
    assert!(!page.contains(['\u{1b}', '\u{202e}']));
    // One script, of our own.
    assert_eq!(page.matches("</script").count(), 1);
    // Inside of an attribute a quotation mark would end it.
    assert!(page.contains(r#"data-find="issue:&quot;'&gt;"#), "{page}");
}

#[test]
fn nothing_is_loaded_from_elsewhere() {
    let page = page(&[("a", Outcome::Read(&[a_match(&a_signature())]))]);
    for part in ["src=", "<link", "@import", "url(", "fetch(", "style=\"", "onclick"] {
        assert!(!page.contains(part), "{part}");
    }
    assert!(page.contains("default-src 'none'; style-src 'sha256-"));
}
