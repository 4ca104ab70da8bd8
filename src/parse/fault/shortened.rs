//! An Application Error that somebody has shortened: one labelled field a line, some left out or moved.
//!
//! ```text
//! Faulting application name: a.exe
//! Exception code: 0xc0000005      (access violation)
//! Fault offset: 0x00000000
//! Faulting module name: unknown, version 0.0.0.0
//! ```
//!
//! The order of the fields says nothing here, so the labels have to be the English ones.

use super::app_error::faulting_module;
use crate::evidence::Fault;
use crate::parse::hex;
use crate::parse::page::{Page, Pos};
use crate::parse::text::{clip, find};
use crate::parse::words::{is_placeholder, starts_with};

/// The most lines of a report.
const LINES: usize = 14;

/// The fault whose first label stands at `pos`, and where its last field ends. It must name program and code.
pub(super) fn read(page: &Page<'_>, pos: Pos) -> Option<(Fault, Pos)> {
    let mut fault = Fault { description: Some("application error".to_owned()), ..Fault::default() };
    let mut end = pos;
    for line in pos.line..pos.line + LINES {
        let skip = if line == pos.line { pos.at } else { 0 };
        let text = clip(page.text(line).get(skip..).unwrap_or(""));
        let trimmed = text.trim_start();
        let Some((label, value)) = trimmed.split_once(':').filter(|_| !trimmed.starts_with("```")) else {
            break;
        };
        let value = value.trim();
        if is(label, &["faulting application name", "faulting application"]) {
            if fault.process.is_some() {
                break;
            }
            (fault.process, fault.process_version) = name_and_version(value);
        } else if is(label, &["faulting module name", "faulting module", "fault module name"]) {
            (fault.module, fault.module_version) = name_and_version(value);
            fault.module = value.split(',').next().and_then(|name| faulting_module(name.trim()));
        } else if is(label, &["exception code"]) {
            fault.exception = value.split([' ', ',', '(']).next().and_then(hex::code);
        } else if is(label, &["fault offset", "exception offset"]) {
            fault.address = value
                .split([' ', ',', '('])
                .next()
                .filter(|word| hex::value(word).is_some())
                .map(str::to_owned);
        } else {
            continue;
        }
        end = Pos { line, at: skip + text.len() };
    }
    (fault.process.is_some() && fault.exception.is_some()).then_some((fault, end))
}

/// A crash on one line that leaves out the program:
///
/// ```text
/// Faulting module name: ntdll.dll,  Exception code: 0xc0000409 (fail-fast),  Fault offset: 0x000c436f
/// ```
pub(super) fn module_line(page: &Page<'_>, pos: Pos) -> Option<(Fault, Pos)> {
    let text = clip(page.rest(pos));
    let value = |label: &str| {
        let at = find(text, label)? + label.len();
        text.get(at..)?.trim_start().split([' ', ',', ';', '(', '\t']).next()
    };
    let (module, module_version) = name_and_version(text.split_once(':')?.1);
    let fault = Fault {
        module: value("name:").and_then(faulting_module).or(module),
        module_version,
        exception: Some(value("exception code:").and_then(hex::code)?),
        address: value("fault offset:").filter(|word| hex::value(word).is_some()).map(str::to_owned),
        description: Some("application error".to_owned()),
        ..Fault::default()
    };
    Some((fault, Pos { line: pos.line, at: pos.at + text.len() }))
}

fn is(label: &str, known: &[&str]) -> bool {
    known.iter().any(|known| label.trim().len() == known.len() && starts_with(label.trim(), known))
}

/// `a.exe, version: 1.0.0.0, time stamp: 0x4549b133`, or the name alone.
fn name_and_version(value: &str) -> (Option<String>, Option<String>) {
    let (name, rest) = value.split_once(',').unwrap_or((value, ""));
    let name = name.trim();
    let version = rest.split([' ', ',', ':']).find(|word| word.split('.').count() >= 3);
    let name = (!is_placeholder(name) && name.len() <= 120).then(|| name.to_owned());
    (name, version.map(str::to_owned))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn fault(text: &str) -> Option<Fault> {
        read(&Page::new(text), Pos { line: 0, at: 0 }).map(|(fault, _)| fault)
    }

    #[test]
    fn fields_left_out_and_moved() {
        let found = fault(
            "Faulting application name: a.exe\nException code: 0xc0000005   (access violation)\nFault offset: 0x10\nFaulting module name: b.dll, version 1.2.3.4\n",
        )
        .unwrap();
        assert_eq!((found.process.as_deref(), found.exception), (Some("a.exe"), Some(0xc000_0005)));
        assert_eq!(
            (found.module.as_deref(), found.module_version.as_deref()),
            (Some("b.dll"), Some("1.2.3.4"))
        );
        assert_eq!(found.address.as_deref(), Some("0x10"));
    }

    #[test]
    fn a_line_without_the_program() {
        let page =
            Page::new("Faulting module name: unknown,  Exception code: 0xc0000005 (AV), Fault offset: 0x42");
        let (fault, _) = module_line(&page, Pos { line: 0, at: 0 }).unwrap();
        assert_eq!(
            (fault.module.as_deref(), fault.exception, fault.address.as_deref()),
            (Some("unknown"), Some(0xc000_0005), Some("0x42"))
        );
        let alone = Page::new("Faulting module name: unknown during startup is a native crash");
        assert_eq!(module_line(&alone, Pos { line: 0, at: 0 }), None);
    }

    #[test]
    fn without_a_code_it_is_none() {
        assert_eq!(fault("Faulting application name: a.exe\nFaulting module name: b.dll\n"), None);
        assert_eq!(
            fault("Faulting application name: IaaSBcdrExtension.exe then it could be the antivirus\n"),
            None
        );
    }
}
