//! Exceptions that a popup, a log line or an event tells of.
//!
//! ```text
//! MSVC.EXE - Application Error
//! The instruction at "0x0002a9a5" referenced memory at "0x00000008". The memory could not be "read".
//! Exception: Stack overflow in VB5.EXE
//! vfp.exe
//! Exception: access violation (0xc0000005), Address: 0x004025a0
//! The exception unknown software exception (0xc00000fd) occurred in the application at location 0x77f1d493.
//! Unhandled exception at 0x00411a3f in x.exe: 0xC0000005: Access violation reading location 0x00000000.
//! Unhandled exception in VB5.EXE (OLE32.DLL): 0xC0000005: Access Violation.
//! Exception c0000005 occurred at Address 761f62ab.
//! Access violation (0xc0000005) at Address 0x436fde reading from 0x31206.
//! Exception number: c0000005 (access violation)
//! Exception Info: exception code c0000005, exception address 000007FEF9A03C5C
//! (11c8.1b5c): Access violation - code c0000005 (first chance)
//! ```
//!
//! A message that names the process is a fault, as is the whole text of a dialog box without its title (`The instruction
//! at`, `occurred in the application at location`); else the code is an exception by itself. The words "access
//! violation" without a code, and statuses that a call returned, are neither. Labels within a report that another
//! dialect reads (`Exception code:` of an application error, a Dr. Watson entry) are left to it.

use crate::evidence::{Exception, Fault, Kind};
use crate::parse::flow::Flow;
use crate::parse::page::{Claim, Page, Pos};
use crate::parse::stop::code::Code;
use crate::parse::text::{clip, file_name, find, has};
use crate::parse::trigger::{self, Trigger};
use crate::parse::words::{is_file, is_placeholder, starts_with};
use crate::parse::{Dialect, prose};
use regex::{Captures, Regex};
use std::sync::{LazyLock, OnceLock};

/// See the module docs.
pub(crate) const DIALECT: Dialect = Dialect {
    name: "exception",
    anchors: &["instruction at", "exception", "access violation (", " - code ", "0xC0000005:", "code: 0x"],
    triggers: &[
        Trigger::sure("instruction at "),
        Trigger::checked("exception", trigger::code),
        Trigger::sure("access violation ("),
        Trigger::checked(" - code ", trigger::code),
        Trigger::checked("c000", trigger::status),
        Trigger::checked("code: 0x", trigger::code),
    ],
    read,
};

/// How far a message reaches, and how far before it the process may be named.
const AHEAD: usize = 240;
const BEFORE: usize = 120;
/// The longest title of a dialog box, with what a sentence says before it.
const TITLE: usize = 400;

fn read(page: &Page<'_>, pos: Pos) -> Option<Claim> {
    let flow = Flow::ahead(page, pos, AHEAD);
    let message =
        if starts_with(&flow.text, "instruction") { memory(&flow.text)? } else { coded(&flow.text)? };
    if prose::is_reference(page, pos.line)
        || prose::is_title(page, pos.line)
        || elsewhere(page, pos, &message)
    {
        return None;
    }
    let around = Flow::around(page, pos, BEFORE, 0);
    let before = around.text.as_str();
    let first_chance = ends_with(before, "first-chance ") || ends_with(before, "first chance ");
    let process = match (&message.process, message.popup) {
        (Some(_), _) if first_chance => None,
        (Some(process), _) => Some(process.clone()),
        (None, true) => image(before).or_else(|| titled(page, pos)),
        (None, false) => None,
    };
    // A quotation of the whole text, on lines of its own.
    let begins_line =
        page.text(pos.line).get(..pos.at).is_some_and(|lead| !lead.contains(|c: char| c.is_alphanumeric()));
    let whole = message.whole || begins_line && message.popup && message.address.is_some();
    let kind = match (process, message.code) {
        (None, Some(code)) if !whole => Kind::Exception(Exception { code, address: message.address }),
        (process, exception) => Kind::Fault(Fault {
            process,
            module: message.module,
            address: message.address,
            description: Some(message.description),
            exception,
            ..Fault::default()
        }),
    };
    Some(Claim::one(flow.span(0, message.end), kind))
}

/// What a message says.
#[derive(Default)]
struct Message {
    /// `referenced memory`, `access violation`, `exception`.
    description: String,
    code: Option<u32>,
    address: Option<String>,
    process: Option<String>,
    module: Option<String>,
    /// A dialog box, which has the process in its title or in the line before.
    popup: bool,
    /// The whole text of a dialog box, a fault even where its title with the process is missing.
    whole: bool,
    /// `Exception code` and `Exception number`, which are also labels in larger reports.
    label: bool,
    end: usize,
}

/// Reads `instruction at "0x0002a9a5" referenced memory at "0x00000008"`.
fn memory(text: &str) -> Option<Message> {
    let middle = find(text, "referenced memory").or_else(|| find(text, "references memory"))?;
    let tail = text.get(middle..)?.split_whitespace().nth(3)?;
    let address = text.get("instruction at".len()..middle)?.trim_matches([' ', '"', '\'', '\t', ':']);
    // A format string in a listing.
    if address.contains('%') {
        return None;
    }
    Some(Message {
        description: "referenced memory".to_owned(),
        address: number(address).map(str::to_owned),
        popup: true,
        end: text.len() - text.get(middle..)?.len() + offset_of(text.get(middle..)?, tail) + tail.len(),
        ..Message::default()
    })
}

/// Layouts that begin at the anchor. Groups: `what`, `process`, `module`, `code`, `address`, as far as there are any.
static LAYOUTS: LazyLock<Vec<Layout>> = LazyLock::new(|| {
    const HEX: &str = r"(?<code>(?:[0oO][xX])?[0-9a-fA-F]{7,10})\b";
    const PLACE: &str = r#"(?:[\s,;:.)\]]*(?:(?:exception |occurred )?(?:in the application )?(?:at )?(?:address|location):?|address:?|at:?)[\s\["'(=]*(?<address>[<0-9a-fA-Fx`]+))"#;
    let layouts = [
        (
            "exception:",
            format!(r"^exception: ?(?<what>[a-z][a-z /-]{{3,40}}?) ?[\(\[]\s*{HEX}(?:{PLACE})?"),
            Shape::Popup,
        ),
        (
            "exception ",
            format!(
                r"^exception (?<what>[a-z][a-z /-]{{3,40}}?)? ?\(\s*{HEX}(?:{PLACE}|[\])]? (?:has )?occurred)"
            ),
            Shape::Popup,
        ),
        (
            "exception",
            format!(r"^exception[:\s\[]+{HEX} ?\((?<what>[a-z ]+)\)(?: in (?<module>[\w~.-]+))?(?:{PLACE})?"),
            Shape::Popup,
        ),
        (
            "exception",
            format!(
                r"^exception[:\s\[]+{HEX}\]?(?: has)?(?: occurred)?(?: at address[\s\[]*(?<address>[0-9a-fA-Fx`]+)| occurred)"
            ),
            Shape::Line,
        ),
        (
            "exception",
            format!(r"^exception:?(?: error)? (?:code|number)s?[\s:=]*{HEX}(?:{PLACE})?"),
            Shape::Label,
        ),
        ("exception:", format!(r"^exception:\s*{HEX}(?:{PLACE}|[\s)\].,]|$)"), Shape::Popup),
        ("exception ", format!(r"^exception (?:is|was) {HEX}{PLACE}"), Shape::Line),
        ("code: ", format!(r"^code: {HEX} flags: 0x[0-9a-f]+{PLACE}"), Shape::Line),
        ("exception generated was ", format!(r"^exception generated was {HEX}(?:{PLACE})?"), Shape::Line),
        (
            "exception",
            format!(
                r"^exception(?: thrown)?(?: at (?<address>[0-9a-fA-Fx`]+))?(?: \([\w.:, ]*\))? in (?<process>[\w~.<>-]+) ?(?:\(?(?<module>[\w~.-]+\.\w+)\)?)?[:\s]+{HEX}"
            ),
            Shape::Line,
        ),
        ("exception ", format!(r"^exception (?:detected|caught)[.:;( ]+code:? {HEX}"), Shape::Line),
        (
            // Without a code: `in VB5.EXE`, `<error number>, Address: <memory address>`.
            "exception:",
            format!(
                r"^exception: ?(?<what>access violation|stack overflow|\w+ instruction) ?(?:in (?<process>[\w~-]+\.exe)\b|[(<][a-z ]+[)>]{PLACE})"
            ),
            Shape::Codeless,
        ),
        (
            "access violation (",
            format!(r"^(?<what>access violation) \({HEX}\)(?: in (?<module>[\w~.-]+))?{PLACE}"),
            Shape::Line,
        ),
        (" - code ", format!(r"^ - code {HEX} \((?:first|second|!!! second) chance"), Shape::Line),
        ("0x", format!(r"^{HEX}: access violation"), Shape::Line),
    ];
    let layout = |(begins, pattern, shape)| Layout {
        begins,
        pattern: format!("(?i-u){pattern}"),
        regex: OnceLock::new(),
        shape,
    };
    layouts.into_iter().map(layout).collect()
});

/// A layout of which the expression is built when the first text begins like it: that takes longer than to read a ticket.
struct Layout {
    begins: &'static str,
    pattern: String,
    regex: OnceLock<Option<Regex>>,
    shape: Shape,
}

impl Layout {
    fn captures<'t>(&self, text: &'t str) -> Option<Captures<'t>> {
        if !starts_with(text, self.begins) {
            return None;
        }
        self.regex.get_or_init(|| Regex::new(&self.pattern).ok()).as_ref()?.captures(text)
    }
}

/// How far a layout is from the report it belongs to.
#[derive(Clone, Copy, PartialEq)]
enum Shape {
    /// A dialog box.
    Popup,
    /// A dialog box that names no code.
    Codeless,
    /// A line of a log or an event.
    Line,
    /// A label with a value.
    Label,
}

/// Whether a text has as many hexadecimal digits in a row as the shortest code. Of other text only every seventh byte is
/// looked at.
fn holds_code(text: &str) -> bool {
    const SHORTEST: usize = 7;
    let mut rest = text.as_bytes();
    while let Some((part, after)) = rest.split_at_checked(SHORTEST) {
        let digits = part.iter().rev().take_while(|byte| byte.is_ascii_hexdigit()).count();
        let more = after.iter().take(SHORTEST - digits).take_while(|byte| byte.is_ascii_hexdigit()).count();
        if digits > 0 && digits + more >= SHORTEST {
            return true;
        }
        rest = after;
    }
    false
}

fn coded(text: &str) -> Option<Message> {
    // `The exception Breakpoint ... (0x80000003) occurred in the application`: any sentence before the code.
    let with_code = holds_code(text);
    let (found, shape) = LAYOUTS
        .iter()
        .filter(|layout| with_code || layout.shape == Shape::Codeless)
        .find_map(|layout| Some((layout.captures(text)?, layout.shape)))?;
    let group = |name: &str| found.name(name).map(|group| group.as_str().trim());
    let code = match found.name("code") {
        // `Oxc0000005`: the letter for the digit.
        Some(code) => {
            let letter = code.as_str().starts_with(['o', 'O']);
            Some(Code::at(text, code.start() + usize::from(letter))?.value)
        }
        None => None,
    };
    let named = |name: &str| group(name).filter(|name| !is_placeholder(name)).map(str::to_owned);
    Some(Message {
        description: group("what").unwrap_or("exception").to_ascii_lowercase(),
        code,
        address: group("address").and_then(number).map(str::to_owned),
        process: named("process").filter(|name| !ends_with(name, ".dll")),
        module: named("module").or_else(|| named("process").filter(|name| ends_with(name, ".dll"))),
        popup: matches!(shape, Shape::Popup | Shape::Codeless),
        whole: has(found.get(0)?.as_str(), "occurred in the application"),
        label: shape == Shape::Label,
        end: found.get(0)?.end(),
    })
}

/// Whether the label stands in a report that another dialect reads as a whole.
fn elsewhere(page: &Page<'_>, pos: Pos, message: &Message) -> bool {
    // .NET Runtime 1026 says so of a native crash; its `Application:` begins no other report.
    let dotnet = page.text(pos.line).get(..pos.at).is_some_and(|before| ends_with(before, "info: "));
    message.label
        && !dotnet
        && (pos.line.saturating_sub(9)..=pos.line + 2).any(|line| {
            let text = clip(page.text(line));
            text.trim_start().starts_with("Fault")
                || [
                    "App:",
                    "Application:",
                    "Faulting",
                    "P7",
                    "EventType",
                    "Problem Event",
                    "ExceptionAddress",
                ]
                .iter()
                .any(|label| text.contains(label))
        })
}

/// The process in the title of the dialog box, a few lines above: `MSVC.EXE - Application Error`.
fn titled(page: &Page<'_>, pos: Pos) -> Option<String> {
    let first = pos.line.saturating_sub(6);
    let mut lines = (first..pos.line)
        .rev()
        .map(|line| page.text(line))
        .filter(|text| text.contains(|c: char| c.is_ascii_alphanumeric()))
        .take(4)
        .filter(|text| text.len() <= TITLE);
    while let Some(text) = lines.next() {
        let is_title = has(text, "application error") || has(text, "app. error");
        let alone = text.split_whitespace().count() == 1;
        if is_title || alone {
            // Dr. Watson's box may name it without ending: `error log is being generated.`, `WINWORD`.
            let boxed = alone && lines.next().is_some_and(|above| has(above, "generated."));
            let name = Some(text.trim()).filter(|name| boxed && !is_placeholder(name));
            return image(text).or_else(|| name.map(str::to_owned));
        }
    }
    None
}

/// The last program named in a text: `WINWORD.EXE`.
fn image(text: &str) -> Option<String> {
    text.split([' ', '\t', '"', '\'', '(', ')', ','])
        .map(|word| word.trim_matches(['.', ':', ';', '-', '|', '*', '\\', '<', '>']))
        .rfind(|word| is_file(word) && [".exe", ".dbg", ".dll"].iter().any(|ending| ends_with(word, ending)))
        .map(|word| file_name(word).to_owned())
}

/// A printed address, if it is one: `0x0002a9a5`, `x77f648e2`, `77f3cbcd`.
fn number(text: &str) -> Option<&str> {
    let text = text.trim_end_matches(['.', ',', '"', '\'']);
    let digits = text.strip_prefix('0').unwrap_or(text).trim_start_matches(['x', 'X']);
    let digits = if digits.len() + 2 < text.len() { text } else { digits };
    let plain = text.len() >= 3 && digits.bytes().all(|byte| byte.is_ascii_hexdigit() || byte == b'`');
    (plain && text.contains(|c: char| c.is_ascii_digit())).then_some(text)
}

fn ends_with(text: &str, end: &str) -> bool {
    text.len()
        .checked_sub(end.len())
        .and_then(|at| text.get(at..))
        .is_some_and(|tail| tail.eq_ignore_ascii_case(end))
}

/// Where a part of a text begins in it.
fn offset_of(text: &str, part: &str) -> usize {
    (part.as_ptr() as usize).saturating_sub(text.as_ptr() as usize)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::parse::Parser;

    fn codes(text: &str) -> Vec<(u32, String)> {
        let mut codes = Vec::new();
        for piece in Parser::default().parse(text) {
            match piece.kind {
                Kind::Exception(e) => codes.push((e.code, e.address.unwrap_or_default())),
                Kind::Fault(f) => {
                    codes.push((f.exception.unwrap_or_default(), f.address.unwrap_or_default()))
                }
                _ => {}
            }
        }
        codes
    }

    fn fault(text: &str) -> Fault {
        let mut pieces = Parser::default().parse(text).into_iter();
        pieces.find_map(|piece| if let Kind::Fault(fault) = piece.kind { Some(fault) } else { None }).unwrap()
    }

    #[test]
    fn every_layout_builds() {
        assert!(super::LAYOUTS.iter().all(|layout| regex::Regex::new(&layout.pattern).is_ok()));
    }

    #[test]
    fn layouts() {
        let av = 0xc000_0005;
        for (text, code, address) in [
            ("Exception: access violation (0xc0000005), Address: 0x004025a0", av, "0x004025a0"),
            ("Exception: access violation (0xC0000005, Address 0x0216fa9)", av, "0x0216fa9"),
            ("Exception: c0000005(access violation) in Kernel32.dll", av, ""),
            (
                "Exception e0020002 occurred at Address 77f3cbcd. [BASE TCP/IP DRVR 10] (16)",
                0xe002_0002,
                "77f3cbcd",
            ),
            ("Access violation (0xc0000005) at Address 0x436fde reading from 0x31206.", av, "0x436fde"),
            ("Fatal error: Exception code=C0000005", av, ""),
            (
                "Application: mmc.exe\nException Info: exception code c0000005, exception address 00007FFF00DB34BD\nStack:",
                av,
                "00007FFF00DB34BD",
            ),
            (
                "an \"Invalid Page Fault\" error.\n\nOle exception error: Exception code c0000005. It is corrupt.",
                av,
                "",
            ),
            (
                "An exception occurred. Code: 0xc0000005 Flags: 0x00000000 Address: 0x00402674",
                av,
                "0x00402674",
            ),
            ("(Exception: C0000005)", av, ""),
            ("Exception number: c0000005 (access violation)", av, ""),
            ("exception code c0000005, exception address 7C812AFB", av, "7C812AFB"),
            ("(11c8.1b5c): Access violation - code c0000005 (first chance)", av, ""),
            ("Unhandled exception at 0x00411a3f in x.exe: 0xC0000005: Access violation", av, "0x00411a3f"),
            (
                "The exception unknown software exception (0xc00000fd) occurred in the application at location 0x77f1d493.",
                0xc000_00fd,
                "0x77f1d493",
            ),
        ] {
            assert_eq!(codes(text), [(code, address.to_owned())], "{text}");
        }
    }

    #[test]
    fn every_layout_compiles() {
        assert_eq!(LAYOUTS.len(), 15);
    }

    #[test]
    fn the_process_makes_it_a_fault() {
        let one = fault(
            "ABC.EXE - Application Error\n\nThe instruction at \"0x0002a9a5\" referenced memory at\n\"0x8\".",
        );
        assert_eq!(
            (one.process.as_deref(), one.address.as_deref(), one.description.as_deref()),
            (Some("ABC.EXE"), Some("0x0002a9a5"), Some("referenced memory"))
        );
        let two =
            fault("being generated.\nABC.exe\nException: access violation (0xc0000005), Address: <address>");
        assert_eq!((two.process.as_deref(), two.exception), (Some("ABC.exe"), Some(0xc000_0005)));
        let overflow = fault("Exception: Stack overflow in ABC.EXE");
        assert_eq!((overflow.process.as_deref(), overflow.exception), (Some("ABC.EXE"), None));
        let three = fault("Unhandled exception in ABC.EXE (DEF.DLL): 0xC0000005: Access Violation.");
        assert_eq!((three.process.as_deref(), three.module.as_deref()), (Some("ABC.EXE"), Some("DEF.DLL")));
    }

    #[test]
    fn a_dialog_box_without_its_title_is_a_fault() {
        let one = fault(
            "The exception unknown software exception (0xc00000fd) occurred in the\n application at location <address>.",
        );
        assert_eq!((one.process, one.address, one.exception), (None, None, Some(0xc000_00fd)));
        let two = fault("   Exception: Divide By Zero (Oxc0000094), Address 0x0faf74c1\n");
        assert_eq!((two.address.as_deref(), two.exception), (Some("0x0faf74c1"), Some(0xc000_0094)));
        let three = fault(
            "log is being\ngenerated.\n\nABC\n\nException: access violation <number>, Address: <memory\naddress>",
        );
        assert_eq!((three.process.as_deref(), three.address), (Some("ABC"), None));
    }

    #[test]
    fn prose_and_statuses_are_none() {
        for text in [
            "may cause exception 0xc0000005 in the store",
            "an access violation occurs (error 5)",
            "with a status of 0xc0000005 (0x77f7d40f 0x187fd70)",
            "MOV EAX, 0xc000000d",
        ] {
            assert_eq!(codes(text), [], "{text}");
        }
    }
}
