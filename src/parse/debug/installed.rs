//! Versions of installed files, as people write them into a ticket.
//!
//! ```text
//! Installed: Emsmta.exe 5.5.2653.12. Mail is piling up
//! store.exe version 5.5.2650.24 and mapi32.dll (5.5.2652.85)
//! ```
//!
//! A file name is followed by its version on the same line, with nothing but a word like `version` between
//! them. The same words name the files of a fix, which a machine need not have: under a heading of columns, in
//! a box, and near words of a fix they are none (see [`crate::parse::fix_table`]).

use super::modules::version_of;
use crate::evidence::{Kind, Module};
use crate::parse::Dialect;
use crate::parse::page::{Claim, Page, Piece, Pos, Span};
use crate::parse::text::{clip, has};

/// Versions of installed files in prose.
pub(crate) const DIALECT: Dialect =
    Dialect { name: "installed file", anchors: &[".exe", ".dll", ".sys"], read };

/// The longest file name.
const NAME: usize = 64;
/// Lines above that can say that these are the files of a fix, and how much of each is looked at.
const ABOVE: usize = 12;
const HEAD: usize = 200;
/// What may stand between a file and its version.
const JOINERS: &[&str] = &["file", "version", "ver.", "ver", "v.", "v", "is", "at", "=", "-"];
/// Words of a fix, or of a version that is wanted rather than there.
const WANTED: &[&str] = &[
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
    let begin = name_start(page.text(pos.line), pos.at)?;
    let text = clip(page.rest(Pos { at: begin, ..pos }));
    pair(text)?;
    let mut claim = Claim { pieces: Vec::new(), block: None, end: Pos { at: begin + text.len(), ..pos } };
    if is_of_a_fix(page, Pos { at: begin, ..pos }, text) {
        return Some(claim);
    }
    for (at, _) in text.match_indices('.') {
        let Some(start) = name_start(text, at) else { continue };
        let Some((name, version, length)) = text.get(start..).and_then(pair) else { continue };
        let module = Module { name: name.to_owned(), version: Some(version), ..Module::default() };
        let at = begin + start;
        let span = Span { from: Pos { at, ..pos }, to: Pos { at: at + length, ..pos } };
        claim.pieces.push(Piece { span, kind: Kind::Module(module) });
    }
    Some(claim)
}

/// Where the name begins whose ending stands at `at`.
fn name_start(text: &str, at: usize) -> Option<usize> {
    let before = text.as_bytes().get(at.saturating_sub(NAME)..at)?;
    let is_name = |byte: &&u8| byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'-' | b'~');
    let length = before.iter().rev().take_while(is_name).count();
    (length > 0).then(|| at - length)
}

/// The file and the version that `text` begins with, and how much of it they take.
fn pair(text: &str) -> Option<(&str, String, usize)> {
    let end = text.find('.')? + ".exe".len();
    let name = text.get(..end)?;
    let ending = name.get(end - ".exe".len()..)?;
    if !DIALECT.anchors.iter().any(|anchor| ending.eq_ignore_ascii_case(anchor)) {
        return None;
    }
    let mut rest = text.get(end..)?;
    if !rest.starts_with([' ', '\t', ':', ',', '(', '=']) {
        return None;
    }
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
    let ends = rest.get(word.len()..).is_some_and(|after| {
        let mut after = after.chars();
        let (first, second) = (after.next(), after.next());
        !first.is_some_and(char::is_alphanumeric)
            && !(first == Some(',') && second.is_some_and(|c| c.is_ascii_digit()))
    });
    // `ping.exe 10.0.0.5` is an address: a version is called one, or has a part that no address has.
    let named = text.get(end..text.len() - rest.len()).is_some_and(|between| has(between, "v"));
    let large =
        word.split('.').any(|part| part.len() > 3 || part.parse::<u16>().is_ok_and(|part| part > 255));
    let version = version_of(word).filter(|_| ends && (named || large))?;
    Some((name, version, text.len() - rest.len() + word.len()))
}

/// Whether the words around say that this is what a fix brings, or what is wanted.
fn is_of_a_fix(page: &Page<'_>, pos: Pos, text: &str) -> bool {
    let own = page.text(pos.line);
    let before = own.get(own.floor_char_boundary(pos.at.saturating_sub(HEAD))..pos.at).unwrap_or("");
    let wanted = |text: &str| text.contains('|') || WANTED.iter().any(|word| has(text, word));
    let head = |text: &str| text.get(..text.floor_char_boundary(HEAD)).unwrap_or("").to_owned();
    let above = pos.line.saturating_sub(ABOVE)..pos.line;
    wanted(before) || wanted(&head(text)) || above.into_iter().any(|line| wanted(&head(page.text(line))))
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
        let two = "store.exe is at 5.5.2650.24, mapi32.dll (5.5.2652.85)";
        assert_eq!(found(two), pairs(&[("store.exe", "5.5.2650.24"), ("mapi32.dll", "5.5.2652.85")]));
    }

    #[test]
    fn what_a_fix_brings_is_not_installed() {
        for text in [
            "Install the hotfix with Emsmta.exe 5.5.2654.22",
            "Emsmta.exe 5.5.2652.68 or later is required",
            "Store.exe incremented to version 5.5.2652.86",
            "| Emsmta.exe | 5.5.2654.22 |",
            "File name    Version\n---\nEmsmta.exe   5.5.2654.22\nX400om.dll   5.5.2654.22",
        ] {
            assert_eq!(found(text), [], "{text}");
        }
    }

    #[test]
    fn numbers_that_are_no_version_of_that_file() {
        for text in [
            "setup.exe 1.5",
            "ping.exe 10.0.0.5",
            "store.exe took 5.5.2650.24",
            "Exosal.dll 6.5.7652.570,144",
            "a.executable 1.2.3.4",
            ".exe 1.2.3.4",
            "x.exe 1.2.3.4b",
        ] {
            assert_eq!(found(text), [], "{text}");
        }
    }
}
