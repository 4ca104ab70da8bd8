//! Stop codes: blue screens, what a debugger, an event or an error report says of them, and prose about them.
//!
//! ```text
//! *** STOP: 0x0000000A (0x0000015a,0x0000001c,0x00000000,0x80116bf4)
//! STOP: c000021a {Fatal System Error}
//! STOP 0000003b 00000000 00000000 00000000 00000000
//! STOP 0X0000000A [0X00000012, 0X00000002, 0X00000000, 0X8OEB4E5C
//! *** Address 8013e953 has base at 80100000 - ntoskrnl.exe
//! BugCheck 1E, {c0000005, 8010a611, 0, 738}
//! Bugcheck code 0000000a
//! Arguments 00000000 0000001c 00000000 00000000
//! The bugcheck was: 0x0000001e (0xc0000005, 0x8010a611, 0x00000000, 0x00000738).
//! *** Fatal System Error: 0x000000d1
//! 0x0000000a (0x00000003, 0x0000001c, 0x00000000, 0x00000003)      (the word STOP stands before)
//! Stop code: CRITICAL_PROCESS_DIED
//! you receive a STOP 0x1E or 0x50 error in Srv.sys
//! ```
//!
//! A stop code in prose is a stop code like any other; only reference lists and query words are left out.

use super::code::{self, Code};
use crate::evidence::{Bugcheck, Kind, bugcheck_code, bugcheck_name};
use crate::parse::flow::Flow;
use crate::parse::page::{Claim, Page, Pos, Span};
use crate::parse::text::{clip, find, first, is_blank};
use crate::parse::trigger::{self, Trigger};
use crate::parse::words::starts_with;
use crate::parse::{Dialect, hex, prose};

/// See the module docs.
pub(crate) const DIALECT: Dialect = Dialect {
    name: "blue screen",
    anchors: &[
        "stop",
        "bugcheck",
        "bug check",
        "bug-check",
        "trap 0x",
        "fatal system error:",
        "blue screen",
        "(0x",
        "( 0x",
        "(c00000",
    ],
    triggers: &[
        Trigger::checked("stop", trigger::stop),
        Trigger::sure("bugcheck"),
        Trigger::sure("bug check"),
        Trigger::sure("bug-check"),
        Trigger::sure("trap 0x"),
        Trigger::sure("fatal system error:"),
        Trigger::sure("blue screen"),
        Trigger::checked(", 0x", trigger::parameters),
        Trigger::checked(",0x0", trigger::parameters),
    ],
    read,
};

/// How far after the anchor the parameters and the module may stand.
const AHEAD: usize = 600;
const BEHIND: usize = 60;
/// The most of a line below a stop code that is looked at.
const ROW: usize = 200;

fn read(page: &Page<'_>, pos: Pos) -> Option<Claim> {
    let glued = page.text(pos.line).get(..pos.at)?.ends_with(|c: char| c.is_ascii_alphanumeric() || c == '_');
    // The name of the full stop, in tables of characters; `the second parameter of the stop code is 0x...`.
    let follows = |words: &str| {
        let before = pos.at.checked_sub(words.len()).and_then(|at| page.text(pos.line).get(at..pos.at));
        before.is_some_and(|before| before.eq_ignore_ascii_case(words))
    };
    if ["full ", "parameter of the ", "word of the "].into_iter().any(follows) {
        return None;
    }
    let peek = Flow::ahead(page, pos, 80);
    let bracket = peek.text.starts_with('(');
    if glued && !bracket {
        return None;
    }
    // Most hits are prose: look at a few words before anything else.
    let start = if bracket {
        code_before(page, pos, &peek)
    } else {
        code_after(&peek.text).or_else(|| code_before_word(page, pos, &peek.text))
    };
    if start.is_none() && !bracket && !prose::is_reference(page, pos.line) {
        return named(&peek);
    }
    let start = start?;
    if prose::is_reference(page, pos.line) {
        return None;
    }
    let (flow, first) = match start {
        Start::After(_) => {
            let flow = Flow::ahead(page, pos, AHEAD);
            let first = code_after(&flow.text)?;
            let Start::After(first) = first else { return None };
            (flow, first)
        }
        Start::Before(code_at) => (Flow::ahead(page, code_at, AHEAD), 0),
    };
    let mut found = code::read(&flow.text, first)?;
    if found.parameters.is_empty() {
        found.parameters = parameters_below(page, &flow).unwrap_or_default();
    }
    let mut claim: Option<Claim> = None;
    let details = Details::read(page, &flow, &found);
    for (index, code) in found.codes.iter().enumerate() {
        let check = Bugcheck {
            code: code.value,
            name: bugcheck_name(code.value).map(str::to_owned).or_else(|| details.name_of(code)),
            parameters: if index == 0 { found.parameters.clone() } else { Vec::new() },
            module: details.module.clone(),
            bucket: None,
        };
        let from = if index == 0 { 0 } else { code.from };
        let to = if index == 0 { code.to.max(found.parameters_end) } else { code.to };
        let one = Claim::one(flow.span(from, to), Kind::Bugcheck(check));
        match &mut claim {
            Some(claim) => {
                claim.end = claim.end.max(one.end);
                claim.pieces.extend(one.pieces);
            }
            None => claim = Some(Claim { block: screen(page, flow.span(from, to)), ..one }),
        }
    }
    claim
}

/// Reads a stop code that is given by its name alone: `Stop code: CRITICAL_PROCESS_DIED`, also with blanks.
fn named(flow: &Flow) -> Option<Claim> {
    let after = flow.text.get("stop".len()..).filter(|_| starts_with(&flow.text, "stop"))?;
    let label =
        [" code:", " error:", " code", " error", ":"].iter().find(|label| starts_with(after, label))?;
    let rest = after.get(label.len()..)?.trim_start_matches(code::JOINERS);
    let from = flow.text.len() - rest.len();
    let capital = |c: &char| c.is_ascii_uppercase() || c.is_ascii_digit() || matches!(c, '_' | ' ');
    let name: String = rest.chars().take_while(capital).collect();
    let words: Vec<&str> = name.split([' ', '_']).filter(|word| !word.is_empty()).collect();
    let (code, count) = (2..=words.len())
        .rev()
        .find_map(|count| Some((bugcheck_code(&words.get(..count)?.join("_"))?, count)))?;
    let name = words.get(..count)?.join("_");
    let check = Bugcheck { code, name: Some(name.clone()), ..Bugcheck::default() };
    Some(Claim::one(flow.span(0, from + name.len()), Kind::Bugcheck(check)))
}

/// Four bare numbers in the paragraph below one that announces parameters: `... with the following parameters:`.
fn parameters_below(page: &Page<'_>, flow: &Flow) -> Option<Vec<Option<u64>>> {
    let text = &flow.text;
    if !text.ends_with(':') || !text.contains("parameters") {
        return None;
    }
    let last = flow.pos(text.len() - 1).line;
    let line = (last + 1..last + 3).find(|line| !is_blank(page.text(*line)))?;
    let below = Flow::ahead(page, Pos { line, at: 0 }, 120);
    let start = below.text.len() - below.text.trim_start_matches([' ', '\t', '(', '"']).len();
    code::bare(&below.text, start).map(|parameters| parameters.values)
}

/// The report around a stop code: the list of loaded drivers and the stack words that a blue screen of Windows NT
/// shows below it.
fn screen(page: &Page<'_>, span: Span) -> Option<Span> {
    let head = (span.to.line + 1..span.to.line + 12)
        .find(|line| first(page.text(*line), ROW).contains("DateStmp"))?;
    let row = |line: &usize| {
        page.text(*line)
            .split_ascii_whitespace()
            .next()
            .is_some_and(|word| hex::word(word).is_some_and(|(_, digits)| digits == 8))
    };
    let last = (head + 1..head + 200)
        .take_while(|line| {
            row(line) || is_blank(page.text(*line)) || first(page.text(*line), ROW).contains("Address")
        })
        .filter(row)
        .last()?;
    Some(Span { from: span.from, to: page.lines_span(last, last).to })
}

/// Where a code was found.
enum Start {
    /// At this offset behind the anchor.
    After(usize),
    /// At this position before the anchor.
    Before(Pos),
}

/// Words that may stand between `STOP` and the code.
const FILLERS: &[&str] = &[
    "stop",
    "error",
    "errors",
    "err",
    "code",
    "codes",
    "message",
    "messages",
    "msg",
    "screen",
    "event",
    "exception",
    "bugcheck",
    "with",
    "the",
    "of",
    "a",
    "an",
    "is",
    "was",
    "number",
    "value",
    "type",
    "in",
    "trap",
    "or",
    "blue",
    "system",
    "following",
    "to",
    "appear",
    "appears",
    "that",
    "check",
    "occurs",
    "kernel",
    "referencing",
    "reads",
    "as",
    "status",
    "text",
];

/// The code that follows the anchor word within a few words, and its offset.
fn code_after(text: &str) -> Option<Start> {
    let mut at = text.bytes().take_while(|byte| byte.is_ascii_alphabetic()).count();
    let word = text.get(..at)?;
    if !["stop", "bugcheck", "bug", "trap", "fatal", "blue"]
        .iter()
        .any(|known| word.eq_ignore_ascii_case(known))
    {
        return None;
    }
    let telling = text.get(..at).is_some_and(|word| word.chars().all(|c| c.is_ascii_uppercase()));
    for step in 0..6 {
        let rest = text.get(at..)?;
        let skipped = rest.len() - rest.trim_start_matches(code::JOINERS).len();
        let end_of_sentence = rest.get(..skipped)?.contains(". ");
        at += skipped;
        let rest = text.get(at..)?;
        if let Some(code) = Code::at(text, at)
            && !end_of_sentence
            && (code.prefixed || code.plausible_bare(text, step == 0, telling))
        {
            return Some(Start::After(at));
        }
        let word = rest.split([' ', ':', ',', '(', '"', ')', '.']).next().unwrap_or("");
        if word.is_empty()
            || !(is_name(word) || FILLERS.iter().any(|filler| word.eq_ignore_ascii_case(filler)))
        {
            return None;
        }
        at += word.len();
    }
    None
}

/// `0x0000000A Blue Screen STOP`: the code stands right before the word.
fn code_before_word(page: &Page<'_>, pos: Pos, text: &str) -> Option<Start> {
    let upper = text.get(..4).is_some_and(|word| word == "STOP");
    let before = page.text(pos.line).get(..pos.at)?;
    let before = before.trim_end_matches(code::JOINERS);
    let near = before.get(before.len().saturating_sub(BEHIND)..)?;
    let at = before.len() - near.len() + near.rfind(code::JOINERS).map_or(0, |at| at + 1);
    let code = Code::at(before, at)?;
    (code.prefixed && code.to == before.len() && (upper || text.len() > 4) && code.is_stop_code())
        .then_some(Start::Before(Pos { line: pos.line, at }))
}

/// `0x0000000A (0x..., ...)`: the code stands right before the bracket, four parameters in it.
///
/// Without the word STOP on the same or an earlier line of the page the code must be a documented one of eight digits.
fn code_before(page: &Page<'_>, pos: Pos, peek: &Flow) -> Option<Start> {
    let parameters = code::bracketed(&peek.text, 0)?;
    if parameters.values.len() != 4 {
        return None;
    }
    let before = page.text(pos.line).get(..pos.at)?.trim_end_matches([' ', ':', '\t']);
    let tail = before.get(before.len().saturating_sub(BEHIND)..).unwrap_or(before);
    let at =
        before.len() - tail.len() + tail.rfind([' ', '\t', ':', '"', '\'', '*', '(']).map_or(0, |at| at + 1);
    let code = Code::at(before, at)?;
    (code.to == before.len() && code.prefixed && code.digits >= 8 && code.is_stop_code())
        .then_some(Start::Before(Pos { line: pos.line, at }))
}

/// What stands around a stop code: its name as printed, and the module named as the place of the stop.
struct Details {
    name: Option<String>,
    module: Option<String>,
}

impl Details {
    fn read(page: &Page<'_>, flow: &Flow, found: &code::Found) -> Self {
        let rest = flow.rest(found.end());
        let next_stop = rest.find("STOP").unwrap_or(rest.len());
        let rest = rest.get(..next_stop).unwrap_or(rest);
        let name = rest
            .split(|c: char| !c.is_ascii_alphanumeric() && c != '_')
            .find(|word| is_name(word))
            .map(str::to_owned);
        let module =
            based_module(rest).or_else(|| sentence_module(rest)).or_else(|| below(page, flow, found.end()));
        Details { name, module }
    }
}

impl Details {
    /// The printed name, where it can be one of this code: a status used as a stop code has a status for a name.
    fn name_of(&self, code: &Code) -> Option<String> {
        self.name.clone().filter(|name| code.value < 0xC000_0000 || name.starts_with("STATUS_"))
    }
}

/// `KMODE_EXCEPTION_NOT_HANDLED`.
fn is_name(word: &str) -> bool {
    word.len() > 6
        && word.contains('_')
        && !word.starts_with('_')
        && word.bytes().all(|byte| byte.is_ascii_uppercase() || byte.is_ascii_digit() || byte == b'_')
}

/// `Address 8013e953 has base at 80100000 - ntoskrnl.exe`, or `*** x.sys - Address ... base at ..., DateStamp ...`.
fn based_module(text: &str) -> Option<String> {
    let text = clip(text);
    let base = find(text, "base at ")?;
    let behind =
        text.get(base..)?.split_once('-').and_then(|(_, rest)| image(rest.split_whitespace().next()?));
    behind.or_else(|| {
        let head = text.get(..base)?.rsplit_once('-')?.0;
        image(head.split_whitespace().next_back()?)
    })
}

/// The line with the module may stand in a paragraph of its own, a few lines below.
fn below(page: &Page<'_>, flow: &Flow, end: usize) -> Option<String> {
    let line = flow.pos(end.saturating_sub(1)).line;
    (line + 1..line + 6).find_map(|line| based_module(first(page.text(line), ROW)))
}

/// `... in Tcpip.sys`, ` - win32k.sys`, ` driver scsiport.sys`, within the sentence.
fn sentence_module(rest: &str) -> Option<String> {
    let sentence = rest.get(..rest.find(". ").unwrap_or(rest.len()))?;
    let (mut before, mut last) = ("", "");
    for word in sentence.split([' ', '\t', '"', '(', ')', ',']).filter(|word| !word.is_empty()).take(24) {
        let article = last.eq_ignore_ascii_case("the");
        let lead = if article { before } else { last };
        let lead = LEADS.iter().any(|known| lead.eq_ignore_ascii_case(known));
        if let (true, Some(name)) = (lead, image(word)) {
            return Some(name);
        }
        before = last;
        last = word;
    }
    None
}

/// Words that stand before the image in which it stopped.
const LEADS: &[&str] = &["in", "-", "driver", "module", "failed:"];

/// A kernel image: `Tcpip.sys`, `hal.dll`, `ntoskrnl.exe`.
fn image(word: &str) -> Option<String> {
    let word = word.trim_end_matches(['.', ',', ';', ')', '"', '\'', '*']);
    let (stem, extension) = word.rsplit_once('.')?;
    let known = ["sys", "dll", "exe"].iter().any(|known| extension.eq_ignore_ascii_case(known));
    (known && !stem.is_empty() && !stem.contains(['\\', '/', '<'])).then(|| word.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::parse::Parser;

    fn checks(text: &str) -> Vec<Bugcheck> {
        let pieces = Parser::default().parse(text).into_iter();
        pieces
            .filter_map(|piece| if let Kind::Bugcheck(check) = piece.kind { Some(check) } else { None })
            .collect()
    }

    fn codes(text: &str) -> Vec<u32> {
        checks(text).iter().map(|check| check.code).collect()
    }

    #[test]
    fn codes_in_all_spellings() {
        for text in [
            "*** STOP: 0x0000000A",
            "STOP 0xA",
            "a STOP message (0x0A)",
            "STOP x0A",
            "Stop 0A in Tcpip.sys",
            "STOP A (0x1, 0x2, 0x3, 0x4)",
            "STOP 0000000A",
            "STOP OxOOOOOOOA",
            "a \"Stop\n0xA\" error",
            "Bugcheck code 0000000a",
            "BugCheck A, {f90c6ae0, 2, 1, 26}",
            "Fatal System Error: 0x0000000a",
            "Stop code: IRQL_NOT_LESS_OR_EQUAL (0xA)",
            "0x0000000A Blue Screen",
            "Stop code: IRQL_NOT_LESS_OR_EQUAL",
            "Stop code: IRQL NOT LESS OR EQUAL What failed: x.sys",
            "0x0000000a (0x00000003, 0x0000001c, 0x00000000, 0x00000003)",
        ] {
            assert_eq!(codes(text), [0xA], "{text}");
        }
    }

    #[test]
    fn counts_verbs_and_references_are_no_codes() {
        for text in [
            "Stop 24 services",
            "Setup stops with 0xc0020410",
            "the computer may stop. 0x1E is",
            "nt!KeBugCheckEx+0x19",
            "Q123456 STOP 0x0000000A in a driver",
            "Additional query words: STOP 0xA",
            "Stop a service",
            "0x2e ;Full Stop\n0x2f ;Solidus",
            "The second DWORD of the stop code is 0xC0000005.",
        ] {
            assert_eq!(codes(text), [0; 0], "{text}");
        }
    }

    #[test]
    fn lists_name_several() {
        assert_eq!(codes("STOP 0x7F or 0x77. \"STOP 0xA\" and \"STOP 0x1E\""), [0x7F, 0x77, 0xA, 0x1E]);
    }

    #[test]
    fn the_module_of_the_stop() {
        let module = |text: &str| checks(text).remove(0).module;
        assert_eq!(module("STOP 0xA in the Tcpip.sys file").as_deref(), Some("Tcpip.sys"));
        assert_eq!(
            module("STOP: 0x0000001E\nNAME Address 8013e953 has base at 80100000 - x.sys.").as_deref(),
            Some("x.sys")
        );
        let below = "STOP: 0x0000003B\n\n***  x.sys - Address F80002A8 base at F8000200, DateStamp 4ce7951a";
        assert_eq!(module(below).as_deref(), Some("x.sys"));
        assert_eq!(module("STOP 0xA when you run Setup.exe"), None);
    }

    #[test]
    fn parameters_in_the_next_paragraph() {
        let text =
            "a \"Stop 0xA\" error with these parameters:\n\n  0x0000001d 0x00000002 0x00000001 0xf0a0c26e";
        assert_eq!(checks(text).remove(0).parameters.len(), 4);
    }

    #[test]
    fn unknown_codes_keep_the_printed_name() {
        let check = checks("STOP: 0x000001FE (0x1, 0x2, 0x3, 0x4)\nSOME_NEW_FAILURE").remove(0);
        assert_eq!(check.name.as_deref(), Some("SOME_NEW_FAILURE"));
    }
}
