//! Reads what a knowledge-base article says of itself: number, title, products, passages.
//!
//! ```text
//! DOCUMENT:Q276222  08-MAY-2002  [exchange]       the archive's text form, also without its line breaks
//! TITLE   :XCON: MTA Terminates
//! Article ID: 269588                              copies of the web form: below `Microsoft KB Archive/269588`,
//! Article ID : 924567                             at the end below `Article Info`, or before the title:
//! Article ID: 898782 - Last Review: October 25, 2007 - Revision: 4.3 A program stops
//! ```
//!
//! Headings stand on a line of their own, before a row of `=`, or glued to the next word (`CAUSEThis problem`).
//! A ticket has none of all this.

use super::Passages;
use std::path::Path;

/// Bytes of a title; more is no title.
const TITLE: usize = 200;
/// Bytes in which the list of products stands.
const PRODUCTS: usize = 3_000;
/// Characters of a passage that are shown.
const PASSAGE: usize = 700;

/// Bytes before and after a heading that are looked at.
const BESIDE: usize = 100;

/// Headings, as they stand in capitals.
const HEADINGS: &[&str] = &[
    "SYMPTOMS",
    "SYMPTOM",
    "CAUSE",
    "RESOLUTION",
    "WORKAROUND",
    "STATUS",
    "MORE INFORMATION",
    "SUMMARY",
    "REFERENCES",
    "APPLIES TO",
    "PROPERTIES",
    "KEYWORDS",
    "ARTICLE INFO",
];
/// What ends a passage without being a heading.
const ENDS: &[&str] = &["Additional query words", "\u{2191} Back to the top", "Keywords:", "Keywords  "];

/// What an article says of itself; all is missing in a ticket.
#[derive(Debug, Default, PartialEq)]
pub(super) struct Article {
    pub(super) number: Option<String>,
    pub(super) title: Option<String>,
    pub(super) products: Vec<String>,
    pub(super) passages: Passages,
}

impl Article {
    pub(super) fn read(text: &str) -> Self {
        let Some(number) = number(text) else { return Article::default() };
        let headings = headings(text);
        let passage = |name: &str| passage(text, &headings, name);
        let passages = Passages {
            cause: passage("CAUSE"),
            resolution: passage("RESOLUTION"),
            workaround: passage("WORKAROUND").or_else(|| workaround(text, &headings)),
        };
        Article {
            title: title(text, &headings),
            products: products(text, &headings),
            passages,
            number: Some(number),
        }
    }
}

/// The number in the article's own id line.
pub(super) fn number(text: &str) -> Option<String> {
    const LABELS: &[&str] =
        &["DOCUMENT:", "Microsoft KB Archive/", "Article ID", "This article was previously published under"];
    LABELS.iter().find_map(|label| {
        let lines = text
            .lines()
            .filter_map(|line| line.trim_start_matches(['\u{feff}', ' ', '\t']).strip_prefix(label));
        let mut numbers = lines.filter_map(|rest| digits(rest.trim_start_matches([' ', '\t', ':'])));
        numbers.next()
    })
}

/// `276222`, `Q276222`: five digits or six, with nothing glued to them.
fn digits(text: &str) -> Option<String> {
    let text = text.strip_prefix(['Q', 'q']).unwrap_or(text);
    let length = text.bytes().take_while(u8::is_ascii_digit).count();
    let ends = !text.get(length..).is_some_and(|rest| rest.starts_with(|c: char| c.is_alphanumeric()));
    ((5..=7).contains(&length) && ends).then(|| text.get(..length).map(str::to_owned)).flatten()
}

/// `acme-17.txt` is `ACME-17`, `Q276222.TXT` is `KB276222`.
pub(super) fn id_of_file(path: &Path) -> Option<String> {
    let stem = path.file_stem()?.to_string_lossy().to_uppercase();
    if let Some(number) = stem.strip_prefix('Q').and_then(|_| digits(&stem)) {
        return Some(format!("KB{number}"));
    }
    let words: Vec<&str> =
        stem.split(|c: char| !c.is_alphanumeric()).filter(|word| !word.is_empty()).collect();
    (!words.is_empty()).then(|| words.join("-"))
}

/// A heading: its name and the bytes that it takes.
#[derive(Debug)]
struct Heading {
    name: &'static str,
    start: usize,
    end: usize,
}

/// All headings, in order.
fn headings(text: &str) -> Vec<Heading> {
    // ASCII alone changes its case, so every byte stays where it was.
    let upper = text.to_ascii_uppercase();
    let mut found: Vec<Heading> = Vec::new();
    for name in HEADINGS {
        for (start, _) in upper.match_indices(name) {
            let end = start + name.len();
            if is_heading(text, start, end) {
                found.push(Heading { name, start, end });
            }
        }
    }
    found.sort_by_key(|heading| (heading.start, usize::MAX - heading.end));
    found.dedup_by(|later, earlier| later.start < earlier.end);
    found
}

fn is_heading(text: &str, start: usize, end: usize) -> bool {
    let (Some(before), Some(name), Some(after)) = (text.get(..start), text.get(start..end), text.get(end..))
    else {
        return false;
    };
    // A text without line breaks is one line: no more of it is looked at than decides.
    let before =
        before.get(before.ceil_char_boundary(before.len().saturating_sub(BESIDE))..).unwrap_or(before);
    let after = after.get(..after.floor_char_boundary(BESIDE)).unwrap_or(after);
    let line_before = before.rsplit('\n').next().unwrap_or("");
    let line_after = after.split('\n').next().unwrap_or("");
    let alone = line_before.trim_matches([' ', '\t', '=', '#', '*']).is_empty()
        && line_after.trim_matches([' ', '\t', '\r', ':', '=', '#', '*']).is_empty();
    let capitals = !name.bytes().any(|byte| byte.is_ascii_lowercase());
    let apart = !before.ends_with(|c: char| c.is_uppercase());
    let underlined = after.trim_start().starts_with("===") && apart;
    let mut next = after.chars();
    let glued = apart
        && next.next().is_some_and(char::is_uppercase)
        && next.next().is_some_and(|c| c.is_lowercase() || c == ' ');
    alone || capitals && (underlined || glued)
}

/// The text below a heading, in one line.
fn passage(text: &str, headings: &[Heading], name: &str) -> Option<String> {
    let index = headings.iter().position(|heading| heading.name == name)?;
    let from = headings.get(index)?.end;
    let to = headings.get(index + 1).map_or(text.len(), |next| next.start);
    shortened(text.get(from..to)?)
}

/// What begins with `To work around this problem`, up to the end of its paragraph.
fn workaround(text: &str, headings: &[Heading]) -> Option<String> {
    let start = text.find("To work around")?;
    let paragraph = text.get(start..)?.split("\n\n").next()?;
    let next = headings.iter().map(|heading| heading.start).find(|at| *at > start);
    shortened(text.get(start..next.unwrap_or(text.len()).min(start + paragraph.len()))?)
}

/// A passage without rules and line breaks, cut after [`PASSAGE`] characters.
fn shortened(text: &str) -> Option<String> {
    let end = ENDS.iter().filter_map(|end| text.find(end)).min().unwrap_or(text.len());
    let is_rule = |word: &&str| word.len() > 2 && word.bytes().all(|byte| matches!(byte, b'=' | b'-' | b'+'));
    let words = text.get(..end)?.split_whitespace().filter(|word| !is_rule(word));
    let mut short = String::new();
    for word in words {
        if short.len() + word.len() > PASSAGE {
            short.push_str(" ...");
            break;
        }
        if !short.is_empty() {
            short.push(' ');
        }
        short.push_str(word);
    }
    (!short.is_empty()).then_some(short)
}

/// The title, without the mark of the archive's section (`XCON: `).
fn title(text: &str, headings: &[Heading]) -> Option<String> {
    let title =
        labelled_title(text).or_else(|| reviewed_title(text)).or_else(|| first_line(text, headings))?;
    let title = title.trim();
    let plain = match title.split_once(": ") {
        Some((mark, rest))
            if (2..=8).contains(&mark.len()) && mark.bytes().all(|b| b.is_ascii_uppercase()) =>
        {
            rest
        }
        _ => title,
    };
    let words: Vec<&str> = plain.split_whitespace().collect();
    (!words.is_empty() && plain.len() <= TITLE).then(|| words.join(" "))
}

/// `TITLE   :...`, to the end of the line or to the next label.
fn labelled_title(text: &str) -> Option<&str> {
    let start = text.find("TITLE").filter(|at| text.get(..*at).is_some_and(|head| head.len() < TITLE))?;
    let rest =
        text.get(start..)?.split('\n').next()?.strip_prefix("TITLE")?.trim_start().strip_prefix(':')?;
    rest.split("PRODUCT :").next()
}

/// What follows the revision: `Article ID: 898782 - Last Review: ... - Revision: 4.3 A program stops`.
fn reviewed_title(text: &str) -> Option<&str> {
    let line = text.lines().find(|line| line.starts_with("Article ID") && line.contains(" - Revision:"))?;
    line.split(" - Revision:").nth(1)?.trim_start().split_once(' ').map(|(_, title)| title)
}

/// The first line of the head that is no sentence and not the archive's own.
fn first_line<'t>(text: &'t str, headings: &[Heading]) -> Option<&'t str> {
    const NOT_A_TITLE: &[&str] = &[
        "Microsoft KB Archive",
        "From ",
        "Knowledge Base",
        "Article ",
        "Notice:",
        "View products",
        "This article",
        "Jump to",
    ];
    let head = text.get(..headings.first().map_or(0, |first| first.start))?;
    let mut lines = head.lines().map(str::trim).filter(|line| line.contains(' ') && !line.ends_with('.'));
    lines.find(|line| NOT_A_TITLE.iter().all(|start| !line.starts_with(start)))
}

/// The products, a version each.
fn products(text: &str, headings: &[Heading]) -> Vec<String> {
    let label = "applies to:";
    let lower = text.to_ascii_lowercase();
    let start = lower.find(label).map(|at| at + label.len());
    let start = start
        .or_else(|| headings.iter().find(|heading| heading.name == "APPLIES TO").map(|heading| heading.end));
    let Some(rest) = start.and_then(|start| text.get(start..)) else { return Vec::new() };
    let rest = rest.get(..rest.floor_char_boundary(PRODUCTS)).unwrap_or(rest);
    let end =
        ["\n---", " ---", "===", "\n\n\n", "This article was"].iter().filter_map(|end| rest.find(end)).min();
    let list = rest
        .get(..end.unwrap_or(rest.len()))
        .unwrap_or("")
        .replace('\u{2022}', " - ")
        .replace(['\n', '\r', '\t'], " ");
    let mut products = Vec::new();
    for item in list.split(" - ").map(str::trim).filter(|item| !item.is_empty()) {
        for product in versions(item) {
            if !products.contains(&product) {
                products.push(product);
            }
        }
    }
    products
}

/// `Microsoft Exchange Server, versions 5.5 SP3, 5.5 SP4` is `Exchange Server 5.5 SP3` and `Exchange Server 5.5 SP4`.
fn versions(item: &str) -> Vec<String> {
    let item: Vec<&str> = item.split_whitespace().collect();
    let item = item.join(" ");
    let item = item.strip_prefix("Microsoft ").unwrap_or(&item);
    let item = item.split(", on platform").next().unwrap_or(item).trim_end_matches([',', ';']);
    let split = item.split_once(" versions ").or_else(|| item.split_once(" version "));
    let Some((name, versions)) = split else { return vec![item.to_owned()] };
    let mut products: Vec<String> = Vec::new();
    for version in versions.split(',').map(str::trim).filter(|version| !version.is_empty()) {
        let begins = version.starts_with(|c: char| c.is_ascii_digit());
        match products.last_mut() {
            Some(last) if !begins => *last = format!("{last}, {version}"),
            _ => products.push(format!("{} {version}", name.trim_end_matches(','))),
        }
    }
    products
}

#[cfg(test)]
mod tests {
    use super::*;

    const ARCHIVE: &str = "\
DOCUMENT:Q900001  08-MAY-2002  [acme]
TITLE   :XACM: Gateway Stops in Flush
PRODUCT :Acme Gateway

The information in this article applies to:

 - Microsoft Acme Gateway, versions 2.0, 2.0 SP1,
   2.1
 - Microsoft Acme Console version 4.0, Terminal Edition
-----------------------------------------

SYMPTOMS
========

It stops.

CAUSE
=====

The cause of it is
a bad index.

WORKAROUND
==========

Turn it off.

Additional query words: stop
";

    fn archive() -> Article {
        Article::read(ARCHIVE)
    }

    #[test]
    fn the_archives_text_form() {
        let article = archive();
        assert_eq!(article.number.as_deref(), Some("900001"));
        assert_eq!(article.title.as_deref(), Some("Gateway Stops in Flush"));
        assert_eq!(
            article.products,
            [
                "Acme Gateway 2.0",
                "Acme Gateway 2.0 SP1",
                "Acme Gateway 2.1",
                "Acme Console 4.0, Terminal Edition"
            ]
        );
        assert_eq!(article.passages.cause.as_deref(), Some("The cause of it is a bad index."));
        assert_eq!(article.passages.workaround.as_deref(), Some("Turn it off."));
        assert_eq!(article.passages.resolution, None);
    }

    #[test]
    fn line_breaks_may_be_lost() {
        let flat: Vec<&str> = ARCHIVE.split_whitespace().collect();
        assert_eq!(Article::read(&flat.join(" ")), archive());
    }

    #[test]
    fn the_number_stands_in_every_layout() {
        for (line, number) in [
            ("Microsoft KB Archive/269588\n\nFrom", "269588"),
            ("Article ID: 269588", "269588"),
            ("x\n\nArticle ID : 924567\nRevision : 5", "924567"),
            ("Article ID: 898782 - Last Review: October 25, 2007", "898782"),
            ("This article was previously published under Q269588", "269588"),
            ("\u{feff}DOCUMENT:Q99999 29-MAR-1999", "99999"),
        ] {
            assert_eq!(super::number(line).as_deref(), Some(number), "{line}");
        }
        for line in ["see Article ID: 269588", "Article ID: 12", "DOCUMENT:Q276222abc", ""] {
            assert_eq!(super::number(line), None, "{line}");
        }
    }

    #[test]
    fn the_id_of_a_ticket_is_the_name_of_its_file() {
        for (path, id) in [
            ("tickets/acme-17.txt", "ACME-17"),
            ("acme_17 b.log", "ACME-17-B"),
            ("Q276222.TXT", "KB276222"),
            ("queue.txt", "QUEUE"),
        ] {
            assert_eq!(id_of_file(Path::new(path)).as_deref(), Some(id));
        }
        assert_eq!(id_of_file(Path::new("-")), None);
    }

    #[test]
    fn the_web_form_without_breaks_between_heading_and_text() {
        let text = "Article ID: 900002 - Last Review: May 1, 2007 - Revision: 4.3 A gateway stops\n\
                    On This PageSYMPTOMSWhen you use it, it stops. CAUSEThis problem occurs. RESOLUTIONUpdate it. STATUSKnown";
        let article = Article::read(text);
        assert_eq!(article.title.as_deref(), Some("A gateway stops"));
        assert_eq!(article.passages.cause.as_deref(), Some("This problem occurs."));
        assert_eq!(article.passages.resolution.as_deref(), Some("Update it."));
    }

    #[test]
    fn the_web_form_with_its_number_at_the_end() {
        let text = "Notice: this is an archive.\n\nA gateway stops, or a console\n\nView products that this applies to.\n\n\
                    Cause\n\nA bad index.\n\n\u{2191} Back to the top\n\nTo work around it, wait.\n\nArticle Info\nArticle ID : 900003\n";
        let article = Article::read(text);
        assert_eq!(article.title.as_deref(), Some("A gateway stops, or a console"));
        assert_eq!(article.passages.cause.as_deref(), Some("A bad index."));
        assert_eq!(article.passages.workaround.as_deref(), Some("To work around it, wait."));
    }

    #[test]
    fn products_as_bullets() {
        let text = "Article ID: 900004\n\nAPPLIES TO\n\n  \u{2022} Microsoft Acme Gateway 5.5 Standard Edition\n\n\n\nThis";
        assert_eq!(Article::read(text).products, ["Acme Gateway 5.5 Standard Edition"]);
    }

    #[test]
    fn a_ticket_has_no_article() {
        let ticket = "Hello,\nCAUSE\nunknown. Article ID is missing, it applies to: all\n";
        assert_eq!(Article::read(ticket), Article::default());
    }
}
