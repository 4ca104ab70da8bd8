//! The evidence of an input for people: what was found, where, and which crash it belongs to.
//!
//! A line a piece: its lines in the input, the crash it tells of, and what it is; under a stack its frames. Phrases that
//! text clauses wait for say nothing by themselves and are left out; the JSON formats have them.

use super::escape::{brief, visible};
use super::layout::{Style, Tone};
use super::summary::count;
use super::{Input, Outcome, Report};
use crate::evidence::{
    Bugcheck, Event, Evidence, Exception, Fault, Frame, Kind, Module, Stack, bugcheck_name, exception_name,
};
use std::io::{self, Write};

/// Columns before a frame, the words that stand furthest right.
const MARGIN: usize = 23;
/// Moves frames to the right of their stack.
const FRAME_INDENT: &str = "        ";

/// Writes a block an input, with an empty line between.
#[derive(Debug)]
pub(super) struct Listing {
    style: Style,
    begun: bool,
}

impl Listing {
    pub(super) fn new(style: Style) -> Self {
        Listing { style, begun: false }
    }

    /// One row: lines, crash, words.
    fn row(&self, out: &mut dyn Write, lines: &str, crash: &str, words: &str) -> io::Result<()> {
        let room = usize::from(self.style.width).saturating_sub(MARGIN).max(20);
        writeln!(out, "{lines:>13}  {crash:<6}{}", brief(words, room))
    }
}

impl Report<[Evidence]> for Listing {
    fn input(
        &mut self,
        out: &mut dyn Write,
        input: Input<'_>,
        outcome: Outcome<'_, [Evidence]>,
    ) -> io::Result<()> {
        let Some(found) = outcome.found() else { return Ok(()) };
        let found: Vec<_> = found.iter().filter(|piece| !matches!(piece.kind, Kind::Text(_))).collect();
        if std::mem::replace(&mut self.begun, true) {
            writeln!(out)?;
        }
        let input = if input.name == "-" { "standard input".into() } else { visible(input.name) };
        writeln!(out, "{}: {}", self.style.paint(Tone::Strong, &input), headline(&found))?;
        for piece in found {
            let (first, last) = piece.place.lines;
            let lines = if first == last { first.to_string() } else { format!("{first}-{last}") };
            let crash = piece.incident.map(|number| format!("#{number} ")).unwrap_or_default();
            self.row(out, &lines, &crash, &words(&piece.kind))?;
            if let Kind::Stack(stack) = &piece.kind {
                for frame in &stack.frames {
                    self.row(out, &frame.line.to_string(), FRAME_INDENT, &frame_words(frame))?;
                }
            }
        }
        Ok(())
    }
}

/// `2 crashes, 14 pieces of evidence`.
fn headline(found: &[&Evidence]) -> String {
    if found.is_empty() {
        return "no evidence".to_owned();
    }
    let crashes = found.iter().filter_map(|piece| piece.incident).max().unwrap_or(0) as usize;
    format!(
        "{}, {}",
        count(crashes, "crash", "crashes"),
        count(found.len(), "piece of evidence", "pieces of evidence")
    )
}

/// A piece in a line.
fn words(kind: &Kind) -> String {
    match kind {
        Kind::Stack(stack) => stack_words(stack),
        Kind::Event(event) => event_words(event),
        Kind::Bugcheck(check) => bugcheck_words(check),
        Kind::Fault(fault) => fault_words(fault),
        Kind::Exception(Exception { code, address }) => {
            let mut words = vec![format!("exception {}", exception_words(*code))];
            words.extend(address.as_ref().map(|address| format!("at {address}")));
            words.join(" ")
        }
        Kind::Module(Module { name, version, .. }) => {
            format!("module {name} {}", version.as_deref().unwrap_or("without a version"))
        }
        Kind::Text(phrase) => format!("text \"{phrase}\""),
    }
}

fn stack_words(stack: &Stack) -> String {
    let mut words = format!("stack of {}", count(stack.frames.len(), "frame", "frames"));
    if let Some(thread) = &stack.thread {
        words.push_str(&format!(", thread {thread}"));
    }
    words
}

fn frame_words(frame: &Frame) -> String {
    let mut words = frame.label();
    if let (Some(_), Some(offset)) = (&frame.function, &frame.offset) {
        let sign = if offset.starts_with('-') { "" } else { "+" };
        words.push_str(&format!("{sign}{offset}"));
    }
    if let Some(source) = &frame.source {
        words.push_str(&format!(" [{} @ {}]", source.file, source.line));
    }
    words
}

fn event_words(event: &Event) -> String {
    let mut words = vec![format!("event {}", event.id)];
    words.extend(event.source.clone());
    words.extend(event.level.as_ref().map(|level| format!("({level})")));
    words.extend(event.mention.then(|| "(mentioned)".to_owned()));
    words.extend(event.time.clone());
    words.extend(event.message.as_ref().map(|message| format!("\"{message}\"")));
    words.join(" ")
}

fn bugcheck_words(check: &Bugcheck) -> String {
    let mut words = vec![format!("stop 0x{:08x}", check.code)];
    words.extend(bugcheck_name(check.code).or(check.name.as_deref()).map(str::to_owned));
    if !check.parameters.is_empty() {
        let parameters: Vec<_> = check
            .parameters
            .iter()
            .map(|value| value.map_or("?".to_owned(), |value| format!("{value:#x}")))
            .collect();
        words.push(format!("({})", parameters.join(", ")));
    }
    words.extend(check.module.as_ref().map(|module| format!("in {module}")));
    words.join(" ")
}

fn fault_words(fault: &Fault) -> String {
    let named = |name: &Option<String>, version: &Option<String>| {
        name.as_ref().map(|name| match version {
            Some(version) => format!("{name} {version}"),
            None => name.clone(),
        })
    };
    let mut words = vec!["fault".to_owned()];
    words.extend(named(&fault.process, &fault.process_version).map(|process| format!("of {process}")));
    words.extend(named(&fault.module, &fault.module_version).map(|module| format!("in {module}")));
    words.extend(fault.address.as_ref().map(|address| format!("at {address}")));
    words.extend(fault.exception.map(exception_words));
    words.extend(fault.description.as_ref().map(|description| format!("({description})")));
    words.join(" ")
}

fn exception_words(code: u32) -> String {
    match exception_name(code) {
        Some(name) => format!("0x{code:08x} {name}"),
        None => format!("0x{code:08x}"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::evidence::Place;

    fn piece(lines: (u32, u32), incident: Option<u32>, kind: Kind) -> Evidence {
        Evidence { place: Place { lines, bytes: 0..0 }, incident, kind }
    }

    fn text(found: &[Evidence]) -> String {
        let mut out = Vec::new();
        Listing::new(Style::default()).input(&mut out, "-".into(), Outcome::Read(found)).unwrap();
        String::from_utf8(out).unwrap()
    }

    #[test]
    fn a_stack_shows_its_frames_and_their_lines() {
        let frame = |line, function: &str| Frame {
            module: Some("ROUTER".into()),
            function: Some(function.into()),
            offset: Some("0x25".into()),
            line,
            ..Frame::default()
        };
        let frames = vec![frame(12, "route_lookup"), frame(13, "route_next")];
        let stack = Stack { dialect: "debugger", thread: Some("0x1aa".to_owned()), faulting: false, frames };
        assert_eq!(
            text(&[piece((12, 13), Some(1), Kind::Stack(stack))]),
            "\
standard input: 1 crash, 1 piece of evidence
        12-13  #1    stack of 2 frames, thread 0x1aa
           12          ROUTER!route_lookup+0x25
           13          ROUTER!route_next+0x25
"
        );
    }

    #[test]
    fn codes_have_their_names() {
        let check = Bugcheck { code: 0xA, parameters: vec![Some(0x12), None], ..Bugcheck::default() };
        let fault =
            Fault { process: Some("a.exe".to_owned()), exception: Some(0xC000_0005), ..Fault::default() };
        assert_eq!(bugcheck_words(&check), "stop 0x0000000a IRQL_NOT_LESS_OR_EQUAL (0x12, ?)");
        assert_eq!(fault_words(&fault), "fault of a.exe 0xc0000005 STATUS_ACCESS_VIOLATION");
    }

    #[test]
    fn a_long_or_hostile_message_stays_on_its_line() {
        let event = Event { id: 9405, message: Some("\u{1b}[31m x".repeat(100)), ..Event::default() };
        let text = text(&[piece((3, 3), None, Kind::Event(event))]);
        assert!(text.lines().all(|line| line.chars().count() <= 80), "{text}");
        assert!(!text.contains('\u{1b}'));
    }

    #[test]
    fn an_input_without_evidence_says_so() {
        assert_eq!(text(&[]), "standard input: no evidence\n");
    }
}
