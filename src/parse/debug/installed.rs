//! Versions of installed files, as people write them into a ticket.
//!
//! ```text
//! Installed: Emsmta.exe 5.5.2653.12. Mail is piling up
//! store.exe version 5.5.2650.24 and mapi32.dll (5.5.2652.85)
//! ```
//!
//! A file name stands after other words of its line, and is followed by its version with nothing but a word
//! like `version` between them. The same words name the files of a fix, which a machine need not have: under a
//! heading of columns, in a box, and near words of a fix they are none (see [`crate::parse::fix_table`]).

use super::modules::version_of;
use crate::evidence::{Kind, Module};
use crate::parse::Dialect;
use crate::parse::page::{Claim, Page, Piece, Pos, Span};
use crate::parse::text::{clip, has};
use crate::parse::trigger::{self, Trigger};

/// Versions of installed files in prose.
pub(crate) const DIALECT: Dialect = Dialect {
    name: "installed file",
    anchors: &[".exe", ".dll", ".sys"],
    triggers: &[
        Trigger::checked(".exe", trigger::file),
        Trigger::checked(".dll", trigger::file),
        Trigger::checked(".sys", trigger::file),
    ],
    read,
};

/// The longest file name.
const NAME: usize = 64;
/// Lines above that can say that these are the files of a fix, and how much of each is looked at.
const ABOVE: usize = 12;
const HEAD: usize = 200;
/// What may stand between a file and its version.
const JOINERS: &[&str] = &["file", "version", "ver.", "ver", "v.", "v", "is", "at", "=", "-"];
/// `.exe`, and its kin.
const ENDING: usize = 4;
/// Words of an Application Error, whose fields another dialect reads.
const REPORT: &[&str] = &["fault", "application name"];
/// Words of a fix, or of a version that is wanted rather than there.
const OTHER: &[&str] = &[
    "fix",
    "file name",
    "filename",
    "attributes",
    "later",
    "newer",
    "increment",
    "update",
    "requires",
    "replace",
];

fn read(page: &Page<'_>, pos: Pos) -> Option<Claim> {
    if !parts(page.rest(pos).get(ENDING..)?) {
        return None;
    }
    let begin = name_start(page.text(pos.line), pos.at)?;
    let text = clip(page.rest(Pos { at: begin, ..pos }));
    pair(text, pos.at - begin)?;
    let mut claim = Claim { pieces: Vec::new(), block: None, end: Pos { at: begin + text.len(), ..pos } };
    if !is_prose(page, Pos { at: begin, ..pos }, text) {
        return Some(claim);
    }
    for (dot, _) in text.match_indices('.') {
        let Some((start, version, end)) = name_start(text, dot).and_then(|start| {
            let (version, length) = pair(text.get(start..)?, dot - start)?;
            Some((start, version, start + length))
        }) else {
            continue;
        };
        let name = text.get(start..dot + ENDING).unwrap_or("").to_owned();
        let module = Module { name, version: Some(version), ..Module::default() };
        let at = |at: usize| Pos { at: begin + at, ..pos };
        claim.pieces.push(Piece { span: Span { from: at(start), to: at(end) }, kind: Kind::Module(module) });
    }
    Some(claim)
}

/// Whether a text begins as what stands between a file and its version.
fn parts(text: &str) -> bool {
    text.bytes().next().is_some_and(|first| b" \t:,(=".contains(&first))
}

/// Where the name begins whose ending stands at `at`.
fn name_start(text: &str, at: usize) -> Option<usize> {
    let before = text.as_bytes().get(at.saturating_sub(NAME)..at)?;
    let is_name = |byte: &&u8| byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'-' | b'~' | b'.');
    let length = before.iter().rev().take_while(is_name).count();
    (length > 0).then(|| at - length)
}

/// The version of the file that `text` begins with, its ending at `dot`, and how much of it they take.
fn pair(text: &str, dot: usize) -> Option<(String, usize)> {
    let ending = text.get(dot..dot + ENDING)?;
    if !DIALECT.anchors.iter().any(|anchor| ending.eq_ignore_ascii_case(anchor)) {
        return None;
    }
    let after = text.get(dot + ENDING..)?;
    if !parts(after) {
        return None;
    }
    let mut rest = after;
    loop {
        rest = rest.trim_start_matches([' ', '\t', ':', ',', '(']);
        let word = rest.split([' ', '\t', ':']).next()?;
        if !JOINERS.iter().any(|joiner| word.eq_ignore_ascii_case(joiner)) {
            break;
        }
        rest = rest.get(word.len()..)?;
    }
    let digits = rest.bytes().take_while(|byte| byte.is_ascii_digit() || *byte == b'.').count();
    let word = rest.get(..digits)?.trim_end_matches('.');
    // `6.5.7652.570,144`: a version that has run into a size.
    let mut next = rest.get(word.len()..)?.chars();
    let ends = match (next.next(), next.next()) {
        (Some(','), Some(digit)) => !digit.is_ascii_digit(),
        (first, _) => !first.is_some_and(char::is_alphanumeric),
    };
    // `ping.exe 10.0.0.5` is an address: a version is called one, or has a part that no address has.
    let between = after.get(..after.len() - rest.len())?;
    let large = word.split('.').any(|part| part.parse().map_or(part.len() > 3, |part: u32| part > 255));
    let version = version_of(word).filter(|_| ends && (large || has(between, "v")))?;
    Some((version, text.len() - rest.len() + word.len()))
}

/// Whether somebody tells what they have: words stand before, and none of a fix or of a report's own fields.
fn is_prose(page: &Page<'_>, pos: Pos, text: &str) -> bool {
    let own = page.text(pos.line);
    let before = own.get(own.floor_char_boundary(pos.at.saturating_sub(HEAD))..pos.at).unwrap_or("");
    let head = |text: &str| text.get(..text.floor_char_boundary(HEAD)).unwrap_or("").to_owned();
    let other = |text: &str| text.contains(['|', '<']) || OTHER.iter().any(|word| has(text, word));
    let mut above = pos.line.saturating_sub(ABOVE)..pos.line;
    before.contains(char::is_alphabetic)
        && !REPORT.iter().any(|word| has(before, word) || has(&head(text), word))
        && !other(before)
        && !other(&head(text))
        && !above.any(|line| OTHER.iter().any(|word| has(&head(page.text(line)), word)))
}

#[cfg(test)]
mod tests {
    use crate::Parser;
    use crate::evidence::Kind;

    fn found(text: &str) -> Vec<(String, String)> {
        let module = |kind| if let Kind::Module(module) = kind { Some(module) } else { None };
        let modules = Parser::default().parse(text).into_iter().filter_map(|piece| module(piece.kind));
        modules.map(|module| (module.name, module.version.unwrap_or_default())).collect()
    }

    fn pairs(pairs: &[(&str, &str)]) -> Vec<(String, String)> {
        pairs.iter().map(|(name, version)| ((*name).to_owned(), (*version).to_owned())).collect()
    }

    #[test]
    fn a_file_and_its_version_in_prose() {
        let emsmta = pairs(&[("Emsmta.exe", "5.5.2653.12")]);
        for text in [
            "Installed: Emsmta.exe 5.5.2653.12. Mail is piling up.",
            "We run Emsmta.exe version 5.5.2653.12 here",
            "C:\\exchsrvr\\bin\\Emsmta.exe: 5.5.2653.12",
            "the old one (Emsmta.exe, v. 5.5.2653.12)",
        ] {
            assert_eq!(found(text), emsmta, "{text}");
        }
        let two = "here store.exe is at 5.5.2650.24, mapi32.dll (5.5.2652.85)";
        assert_eq!(found(two), pairs(&[("store.exe", "5.5.2650.24"), ("mapi32.dll", "5.5.2652.85")]));
    }

    #[test]
    fn what_a_fix_brings_is_not_installed() {
        for text in [
            "Install the hotfix with Emsmta.exe 5.5.2654.22",
            "Emsmta.exe 5.5.2652.68 or later is required",
            "Store.exe incremented to version 5.5.2652.86",
            "| Emsmta.exe | 5.5.2654.22 |",
            "We have got:\n   Emsmta.exe   5.5.2654.22\n",
            "File name    Version\n---\nEmsmta.exe   5.5.2654.22\nX400om.dll   5.5.2654.22",
        ] {
            assert_eq!(found(text), [], "{text}");
        }
    }

    #[test]
    fn the_fields_of_an_application_error_are_read_with_it() {
        assert_eq!(found("Faulting module name: Windows.UI.Xaml.dll, version: 10.0.15063.608"), []);
        let dotted = pairs(&[("Windows.UI.Xaml.dll", "10.0.15063.608")]);
        assert_eq!(found("it has Windows.UI.Xaml.dll 10.0.15063.608"), dotted);
    }

    #[test]
    fn numbers_that_are_no_version_of_that_file() {
        for text in [
            "run setup.exe 1.5",
            "run ping.exe 10.0.0.5",
            "here store.exe took 5.5.2650.24",
            "here Exosal.dll 6.5.7652.570,144",
            "the a.executable 1.2.3.4",
            "an .exe 1.2.3.444",
            "the x.exe 1.2.3.444b",
        ] {
            assert_eq!(found(text), [], "{text}");
        }
    }
}
