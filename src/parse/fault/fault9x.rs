//! Faults as Windows 3.x, 95, 98 and Me report them, and the Win16 subsystem of Windows NT.
//!
//! ```text
//! WINWORD caused an invalid page fault in module WINWORD.EXE at 0137:30440759.
//! DESKTOP caused a General Protection Fault in module TANDYRTL.DLL at
//! 0001:6641
//! IEXPLORE has caused an error in <unknown>
//! EXPLORER executed an invalid instruction in module KERNEL32.DLL at 0137:bff9d709.
//! MSPUB caused an exception in the Win16 Subsystem
//! A fatal exception 0E has occurred at 0028:C0003C72 in VXD VMM(01) + 00002C72.
//! ```
//!
//! The text wraps anywhere and may stand in a drawn box. Registers, bytes and stack words below it are no
//! evidence of their own. The title line of an article abbreviates what its body quotes, and is left out.

use crate::evidence::{Fault, Kind};
use crate::parse::flow::Flow;
use crate::parse::page::{Claim, Page, Pos};
use crate::parse::trigger::Trigger;
use crate::parse::words::{BLANK, PUNCTUATION, bare, is, is_file, is_placeholder, starts_with, words};
use crate::parse::{Dialect, hex, prose};

/// See the module docs.
pub(crate) const DIALECT: Dialect = Dialect {
    name: "Windows 9x fault",
    anchors: &["caused", "executed an i", "a fatal exception"],
    triggers: &[
        Trigger::sure("caused a"),
        Trigger::sure("executed an i"),
        Trigger::sure("a fatal exception"),
    ],
    read,
};

/// How far before the anchor the process name may begin, and how far after it the address may end.
const BEFORE: usize = 120;
const AFTER: usize = 300;

fn read(page: &Page<'_>, pos: Pos) -> Option<Claim> {
    let text = page.rest(pos);
    let verb = if starts_with(text, "a fatal") {
        None
    } else {
        Some(text.split_ascii_whitespace().next().map_or(0, str::len))
    };
    // Most hits are prose: look at a few words before anything else.
    let peek = Flow::ahead(page, pos, 100);
    if let Some(verb) = verb {
        describe(&peek.text, verb)?;
    }
    if prose::is_title(page, pos.line) || prose::is_reference(page, pos.line) {
        return None;
    }
    let flow = Flow::around(page, pos, BEFORE, AFTER);
    let (fault, from, to) = match verb {
        Some(verb) => caused(&flow, verb)?,
        None => fatal_exception(&flow)?,
    };
    Some(Claim::one(flow.span(from, to), Kind::Fault(fault)))
}

/// What happened, and where the words for it end.
struct What {
    description: String,
    exception: Option<u32>,
    end: usize,
}

/// Words that stand before `fault`, `error`, `instruction` or `exception`.
const ADJECTIVES: &[&str] = &[
    "general",
    "protection",
    "protect",
    "invalid",
    "page",
    "stack",
    "segment",
    "not",
    "present",
    "load",
    "unknown",
    "illegal",
    "divide",
    "floating-point",
    "gp",
    "privileged",
    "access",
    "memory",
    "overflow",
];

/// Reads `a general protection fault`, `an exception 6d007eH`, `an illegal instruction` from an offset on.
fn describe(text: &str, from: usize) -> Option<What> {
    let mut description = String::with_capacity(32);
    let mut rest = words(text, from).peekable();
    rest.next_if(|(_, word)| word.eq_ignore_ascii_case("a") || word.eq_ignore_ascii_case("an"));
    for (at, word) in rest.by_ref().take(6) {
        if !description.is_empty() {
            description.push(' ');
        }
        let start = description.len();
        description.push_str(bare(word));
        description.make_ascii_lowercase();
        let end = at + description.len() - start;
        match description.get(start..).unwrap_or("") {
            "fault" | "gpf" | "ipf" | "gp-fault" | "instruction" | "error" | "failure" | "exception" => {
                let mut what = What { description, exception: None, end };
                what.number(rest.next());
                return Some(what);
            }
            word if ADJECTIVES.contains(&word) => {}
            _ => return None,
        }
    }
    None
}

impl What {
    /// Takes in the number that may follow: `exception 01H`, `invalid page fault C0000005`.
    fn number(&mut self, next: Option<(usize, &str)>) {
        let Some((at, word)) = next else { return };
        let bare = word.trim_end_matches(PUNCTUATION);
        // `03H`, also with the letter O.
        let digits = bare.trim_end_matches(['h', 'H']).replace(['o', 'O'], "0");
        if !bare.starts_with(|c: char| c.is_ascii_digit() || c == 'C' || c == 'c')
            || hex::code(&digits).is_none()
        {
            return;
        }
        self.end = at + bare.len();
        if digits.len() >= 8 {
            self.exception = hex::code(&digits);
        } else if self.description == "exception" {
            self.description = format!("exception {bare}");
        }
    }
}

/// Reads the sentence whose verb stands at the anchor and is `verb` bytes long.
fn caused(flow: &Flow, verb: usize) -> Option<(Fault, usize, usize)> {
    let mut what = describe(&flow.text, flow.anchor + verb)?;
    let mut end = what.end;
    let mut fault = Fault::default();
    let mut rest = words(&flow.text, end).peekable();
    let mut placed = false;
    if rest.next_if(|(at, word)| *at <= end + 1 && is(word, "in")).is_some() {
        rest.next_if(|(_, word)| is(word, "the"));
        let labelled = rest.next_if(|(_, word)| is(word, "module") || starts_with(word, "module.."));
        let (at, _) = rest.next_if(|_| true).or(labelled)?;
        let (name, name_end) = name(&flow.text, at);
        if labelled.is_none() && starts_with(flow.rest(at), "win16") | starts_with(flow.rest(at), "win 16") {
            what.description.push_str(" in the Win16 subsystem");
            end = at + 5;
            placed = true;
        } else if labelled.is_some() || is_file(name) || is_placeholder(name) {
            // `in module......(the module varies)`
            fault.module = (!is_placeholder(name) && !is(name, "module")).then(|| name.to_owned());
            end = name_end;
            placed = true;
        } else if at_address(&flow.text, name_end).is_some() {
            fault.module = Some(name.to_owned());
            end = name_end;
        }
    }
    // "caused an error" alone is prose about anything.
    if !placed && matches!(what.description.as_str(), "error" | "exception" | "failure" | "instruction") {
        return None;
    }
    if let Some((address, address_end)) = at_address(&flow.text, end) {
        fault.address = address;
        end = address_end;
        placed = true;
    }
    let (process, from) = process(flow);
    let named = process.is_some_and(|name| is_file(name) || !name.contains(|c: char| c.is_ascii_lowercase()));
    let sentence_ends = flow.rest(end).trim_start_matches(['"', '\'', ' ']).starts_with(['.', '('])
        || flow.rest(end).is_empty();
    if !(placed || named && sentence_ends) {
        return None;
    }
    fault.process = process.map(str::to_owned);
    fault.description = Some(what.description);
    fault.exception = what.exception;
    Some((fault, from, end))
}

/// The address after `at`, where one follows; a placeholder for it counts, without a value.
fn at_address(text: &str, from: usize) -> Option<(Option<String>, usize)> {
    let mut rest = words(text, from).peekable();
    let (at, word) = *rest.peek()?;
    // `in module <unknown> 00c7:4394f`
    let bare = word.trim_matches(PUNCTUATION);
    if bare.contains(':') && is_address(bare) {
        return Some((Some(bare.to_owned()), at + bare.len()));
    }
    // Nothing but the end of the module name may stand between.
    if !is(word, "at") || text.get(from..at)?.contains(['.', ';']) {
        return None;
    }
    rest.next();
    while rest
        .next_if(|(_, word)| ["memory", "address", "location"].iter().any(|label| is(word, label)))
        .is_some()
    {}
    let Some((at, word)) = rest.next() else { return Some((None, text.len())) };
    let bare = word.trim_matches(PUNCTUATION);
    let end = at + word.trim_end_matches(PUNCTUATION).len();
    // `0137: 00415900`
    if let (true, Some((low_at, low))) = (word.ends_with(':'), rest.next()) {
        let low = low.trim_end_matches(PUNCTUATION);
        let address = format!("{bare}:{low}");
        return Some(if is_address(&address) { (Some(address), low_at + low.len()) } else { (None, end) });
    }
    Some(((is_address(bare) && !word.contains("..")).then(|| bare.to_owned()), end))
}

/// `0137:bff7b9a6`, `0x77f648e2`; `0000;10001b50` as somebody typed it.
fn is_address(text: &str) -> bool {
    text.len() >= 4
        && text.contains(|c: char| c.is_ascii_digit())
        && text
            .trim_start_matches("0x")
            .bytes()
            .all(|b| b.is_ascii_hexdigit() || matches!(b, b':' | b';' | b'.' | b'`'))
}

/// The module name that stands at an offset, and its end. `<unknown module>` is one name.
fn name(text: &str, at: usize) -> (&str, usize) {
    let rest = text.get(at..).unwrap_or("");
    let quote = rest.len() - rest.trim_start_matches(['"', '\'', '[']).len();
    let rest = rest.get(quote..).unwrap_or("");
    let length =
        match rest.starts_with('<').then(|| rest.get(..60.min(rest.len())).and_then(|part| part.find('>'))) {
            Some(Some(close)) => close + 1,
            _ => {
                let word = rest.split_ascii_whitespace().next().unwrap_or("");
                word.trim_end_matches(PUNCTUATION).len()
            }
        };
    (rest.get(..length).unwrap_or(""), at + quote + length)
}

/// The process before the verb, if it is named, and where the sentence begins.
///
/// A name may be several words (`Visual FoxPro`, `Baseball 2000`): words with a capital or a digit belong to it.
fn process(flow: &Flow) -> (Option<&str>, usize) {
    let before = flow.text.get(..flow.anchor).unwrap_or("");
    let mut end = before.trim_end().len();
    if end
        .checked_sub(4)
        .and_then(|at| before.get(at..end))
        .is_some_and(|tail| tail.eq_ignore_ascii_case(" has"))
    {
        end = before.get(..end - 4).map_or(0, |head| head.trim_end().len());
    }
    let text = before.get(..end).unwrap_or("");
    let mut from = if text.ends_with('>') {
        text.rfind('<').unwrap_or(end)
    } else {
        text.rfind(BLANK).map_or(0, |at| at + 1)
    };
    let opened = text.get(from..).is_some_and(|word| word.starts_with(['"', '\'']));
    for _ in 0..if opened { 0 } else { 3 } {
        let head = text.get(..from).unwrap_or("").trim_end_matches(BLANK);
        let word_at = head.rfind(BLANK).map_or(0, |at| at + 1);
        let word = head.get(word_at..).unwrap_or("");
        let wrapped = flow.pos(word_at).line != flow.pos(from).line;
        let quoted = word.starts_with(['"', '\'']);
        let begins_name = word
            .trim_start_matches(['"', '\''])
            .starts_with(|c: char| c.is_ascii_uppercase() || c.is_ascii_digit());
        let file_already = text.get(from..).is_some_and(|name| name.contains('.')) && word.contains('.');
        if wrapped
            || !begins_name
            || file_already
            || word.ends_with(PUNCTUATION)
            || word.ends_with('-')
            || is_heading(word)
        {
            break;
        }
        from = word_at;
        if quoted {
            break;
        }
    }
    let name = text.get(from..).unwrap_or("");
    // `[ASCII 147]MSDEV`: a quotation mark that did not survive.
    let name = name.rsplit(']').next().unwrap_or(name);
    from = text.len() - name.len();
    let trimmed = name.trim_start_matches(['"', '\'', '(', '*', '[', '-', '.', ' ']);
    from += name.len() - trimmed.len();
    let name = trimmed.trim_end_matches(PUNCTUATION);
    (
        (!name.is_empty() && !is_placeholder(name) && !is_pronoun(name) && !is_heading(name)).then_some(name),
        from,
    )
}

/// Words of the dialog's title or of the sentence that leads to it.
fn is_heading(word: &str) -> bool {
    [
        "error",
        "errors",
        "message",
        "messages",
        "msg",
        "err",
        "details",
        "when",
        "if",
        "this",
        "the",
        "in",
        "application",
    ]
    .iter()
    .any(|heading| is(word, heading))
}

fn is_pronoun(name: &str) -> bool {
    [
        "it",
        "that",
        "this",
        "which",
        "program",
        "application",
        "and",
        "be",
        "was",
        "is",
        "has",
        "have",
        "problem",
        "setup",
    ]
    .iter()
    .any(|pronoun| {
        name.eq_ignore_ascii_case(pronoun)
            && !name.contains(|c: char| c.is_ascii_uppercase() && name.len() > 4)
    })
}

/// Reads `a fatal exception 0E has occurred at 0028:C0003C72 in VXD VMM(01) + 00002C72`.
fn fatal_exception(flow: &Flow) -> Option<(Fault, usize, usize)> {
    let from = flow.anchor;
    let mut rest = words(&flow.text, from).skip(3);
    let (_, number) = rest.next()?;
    // `0D`, also with the letter O; `<XY>`.
    let digits = number.trim_end_matches(['h', 'H']).replace(['o', 'O'], "0");
    if hex::code(&digits).is_none() && !is_placeholder(number) {
        return None;
    }
    let tail: Vec<_> = rest.take(8).collect();
    if !tail.first().is_some_and(|(_, word)| is(word, "has")) {
        return None;
    }
    let mut end = tail.get(1).map(|(at, word)| at + word.len())?;
    let mut fault = Fault { description: Some(format!("fatal exception {number}")), ..Fault::default() };
    let mut placed = false;
    for pair in tail.windows(2) {
        let (Some((_, label)), Some((at, value))) = (pair.first(), pair.get(1)) else { continue };
        let bare = value.trim_end_matches(PUNCTUATION);
        if is(label, "at") && (bare.contains(':') || is_placeholder(bare)) {
            fault.address = is_address(bare).then(|| bare.to_owned());
            placed = true;
            end = at + bare.len();
        } else if is(label, "vxd") {
            let driver = bare.split(['(', '+']).next().unwrap_or(bare);
            fault.module = (!is_placeholder(driver)).then(|| driver.to_owned());
            end = at + bare.len();
        }
    }
    (placed || fault.module.is_some()).then_some((fault, from, end))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::parse::Parser;

    fn faults(text: &str) -> Vec<[String; 4]> {
        let show = |field: &Option<String>| field.clone().unwrap_or_default();
        Parser::default()
            .parse(text)
            .iter()
            .filter_map(|piece| match &piece.kind {
                Kind::Fault(f) => Some([&f.process, &f.module, &f.address, &f.description].map(show)),
                _ => None,
            })
            .collect()
    }

    fn one(text: &str, expected: [&str; 4]) {
        assert_eq!(faults(text), [expected.map(str::to_owned)], "{text}");
    }

    #[test]
    fn plain() {
        one(
            "ABC caused an invalid page fault in module DEF.DLL at 0137:bff7b9a6.",
            ["ABC", "DEF.DLL", "0137:bff7b9a6", "invalid page fault"],
        );
        one(
            "ABC.EXE caused a General Protection Fault in MSACM.DRV",
            ["ABC.EXE", "MSACM.DRV", "", "general protection fault"],
        );
    }

    #[test]
    fn wrapped_and_boxed() {
        one(
            "ABC caused a stack fault in\nmodule D.EXE at\n0002:021F",
            ["ABC", "D.EXE", "0002:021F", "stack fault"],
        );
        one(
            " |  ABC caused a segment not present fault in  |\n |  module D.DRV at 0002:021F.  |\n |   |",
            ["ABC", "D.DRV", "0002:021F", "segment not present fault"],
        );
    }

    #[test]
    fn placeholders_are_empty() {
        one(
            "ABC caused an invalid page fault in module <unknown> at <address>.",
            ["ABC", "", "", "invalid page fault"],
        );
        one(
            "<program> caused an invalid page fault in module A.DLL at 0137:address",
            ["", "A.DLL", "", "invalid page fault"],
        );
        one("ABC caused a GPF in A.EXE at xxxx:yyyy", ["ABC", "A.EXE", "", "gpf"]);
    }

    #[test]
    fn names_of_several_words() {
        one(
            "\"Visual FoxPro caused a stack fault in module VFP.EXE\"",
            ["Visual FoxPro", "VFP.EXE", "", "stack fault"],
        );
        one(
            "Application Error MYAPP caused a divide error in module M.EXE",
            ["MYAPP", "M.EXE", "", "divide error"],
        );
        one("- Error: ABC has caused an error in <unknown>", ["ABC", "", "", "error"]);
    }

    #[test]
    fn numbered_exceptions_and_instructions() {
        one(
            "ABC caused an exception 6d007eH in module K.DLL at 015f:bff7",
            ["ABC", "K.DLL", "015f:bff7", "exception 6d007eH"],
        );
        one(
            "ABC executed an invalid instruction in module K.DLL",
            ["ABC", "K.DLL", "", "invalid instruction"],
        );
        one(
            "ABC caused an exception in the Win16 Subsystem.",
            ["ABC", "", "", "exception in the Win16 subsystem"],
        );
    }

    #[test]
    fn a_quotation_mark_begins_the_name_and_dots_stand_for_one() {
        one("NOTE: A \"ABC caused a stack fault in module X.DLL\"", ["ABC", "X.DLL", "", "stack fault"]);
        one(
            "ABC caused an invalid page fault in module......(the module specified\nwill vary)",
            ["ABC", "", "", "invalid page fault"],
        );
    }

    #[test]
    fn virtual_device_drivers() {
        one(
            "A fatal exception 0E has occurred at 0028:C0003C72 in VXD VMM(01) +\n00002C72.",
            ["", "VMM", "0028:C0003C72", "fatal exception 0E"],
        );
        one("A fatal exception OD has occurred at <memory address>", ["", "", "", "fatal exception OD"]);
    }

    #[test]
    fn prose_is_no_fault() {
        for text in [
            "This caused an error in the list. The printer caused a general protection fault.",
            "a full disk caused an exception; it caused a failure in the setup",
            "DISK caused a delay in module A.DLL",
            "TITLE   :ABC Caused an Invalid Page Fault in Module A.DLL",
        ] {
            assert_eq!(faults(text), Vec::<[String; 4]>::new(), "{text}");
        }
    }
}
