//! Shows the crash that a finding tells of, in short, and gives it a key by which it is known again.

use super::clauses::{exception_text, fault_text};
use super::finding::{Match, Unknown};
use super::stack::Rows;
use super::unknown::{faulting_stack, stop_text};
use crate::evidence::{Event, Evidence, Frame, Kind, Stack};
use crate::signature::{Fix, RuntimeFrames, names};
use std::collections::BTreeMap;

/// Lines that a crash is shown in.
const LINES: usize = 24;
/// Frames shown of a stack.
const FRAMES: usize = 12;
/// Frames that tell one crash from another: farther out stand those that call everything.
const KEY_FRAMES: usize = 5;
/// Files whose version is shown.
const FILES: usize = 8;

/// What the crash looks like that a finding tells of.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Crash {
    /// The same crash has the same key, whatever its addresses and wherever it stands: 16 hexadecimal digits.
    pub key: String,
    /// Computer on which it happened, as printed.
    pub computer: Option<String>,
    /// Date and time at which it happened, as printed.
    pub time: Option<String>,
    /// The evidence in short, a line each; the frames of the stack that failed, innermost first.
    pub evidence: Vec<String>,
    /// Versions seen of the files that carry the fix.
    pub files: Vec<SeenFile>,
}

/// A file whose version the input shows.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SeenFile {
    /// Name as printed.
    pub file: String,
    /// Version as printed.
    pub version: String,
}

/// The crashes of an input.
pub(super) struct Crashes<'e> {
    evidence: &'e [Evidence],
    incidents: BTreeMap<u32, Vec<&'e Evidence>>,
    runtime: &'e RuntimeFrames,
}

impl<'e> Crashes<'e> {
    pub(super) fn of(evidence: &'e [Evidence], runtime: &'e RuntimeFrames) -> Self {
        let mut incidents: BTreeMap<u32, Vec<&Evidence>> = BTreeMap::new();
        for piece in evidence {
            if let Some(incident) = piece.incident {
                incidents.entry(incident).or_default().push(piece);
            }
        }
        Crashes { evidence, incidents, runtime }
    }

    /// The crash of a match; where that is none, the events that matched.
    pub(super) fn of_match(&self, found: &Match<'_>) -> Crash {
        let pieces = match found.incident {
            Some(incident) => self.pieces(incident).to_vec(),
            None => self.within(found.lines),
        };
        let files = seen(&pieces, &found.signature.fixed_in);
        Crash { files, ..self.show(&pieces, &found.signature.id) }
    }

    pub(super) fn of_unknown(&self, found: &Unknown<'_>) -> Crash {
        self.show(self.pieces(found.incident), &found.summary)
    }

    fn pieces(&self, incident: u32) -> &[&'e Evidence] {
        self.incidents.get(&incident).map_or(&[], Vec::as_slice)
    }

    /// Pieces of no incident that stand within lines.
    fn within(&self, (first, last): (u32, u32)) -> Vec<&'e Evidence> {
        let from = self.evidence.partition_point(|piece| piece.place.lines.0 < first);
        let pieces = self.evidence.get(from..).unwrap_or_default().iter();
        let within = pieces.take_while(|piece| piece.place.lines.0 <= last);
        within.filter(|piece| piece.incident.is_none() && piece.place.lines.1 <= last).collect()
    }

    /// The crash that pieces tell of. Where nothing in them makes a key, as in prose, `named` does.
    fn show(&self, pieces: &[&Evidence], named: &str) -> Crash {
        let stack = faulting_stack(pieces);
        let mut words = Vec::new();
        let mut lines = Vec::new();
        for piece in pieces {
            let said = match &piece.kind {
                Kind::Bugcheck(stop) => stop_text(stop),
                Kind::Fault(fault) => format!("fault: {}", fault_text(fault)),
                Kind::Exception(raised) => {
                    format!("exception {}", exception_text(raised.code, raised.address.as_deref()))
                }
                Kind::Event(event) => event_text(event),
                Kind::Stack(_) | Kind::Module(_) | Kind::Text(_) => continue,
            };
            words.extend(key_words(&piece.kind));
            if lines.len() < LINES - FRAMES && !lines.contains(&said) {
                lines.push(said);
            }
        }
        if let Some(stack) = stack {
            let told = self.frame_words(stack);
            words = if told.is_empty() { words } else { told };
            lines.extend(frame_lines(stack));
        }
        if words.is_empty() {
            words.push(named.to_owned());
        }
        words.sort_unstable();
        words.dedup();
        let event = |field: fn(&Event) -> Option<&String>| {
            let mut fields = pieces.iter().filter_map(|piece| match &piece.kind {
                Kind::Event(event) => field(event),
                _ => None,
            });
            fields.next().cloned()
        };
        Crash {
            key: format!("{:016x}", fingerprint(&words)),
            computer: event(|event| event.computer.as_ref()),
            time: event(|event| event.time.as_ref()),
            evidence: lines,
            files: Vec::new(),
        }
    }

    /// What tells a stack from others: its innermost frames that are not the runtime's.
    fn frame_words(&self, stack: &Stack) -> Vec<String> {
        let rows = Rows::of(stack, self.runtime);
        let told = rows.telling().take(KEY_FRAMES).enumerate();
        told.map(|(depth, row)| format!("{depth} {}", frame_word(row.frame))).collect()
    }
}

/// `emsmta!otpmralt`; of a frame without a function the module alone, for offsets change with every build.
fn frame_word(frame: &Frame) -> String {
    let module = frame.module.as_deref().map(names::module).unwrap_or_default();
    let function = frame.function.as_deref().unwrap_or_default();
    format!("{module}!{}", function.to_lowercase())
}

/// What tells a piece from others of its kind, addresses and times left out.
fn key_words(kind: &Kind) -> Option<String> {
    let module = |name: &Option<String>| name.as_deref().map(names::module).unwrap_or_default();
    match kind {
        Kind::Bugcheck(stop) => Some(format!("stop {:08x} {}", stop.code, module(&stop.module))),
        Kind::Fault(fault) => Some(format!("fault {} {}", module(&fault.process), module(&fault.module))),
        Kind::Exception(raised) => Some(format!("exception {:08x}", raised.code)),
        Kind::Event(event) if !event.mention => {
            Some(format!("event {} {}", event.id, event.source.as_deref().unwrap_or_default().to_lowercase()))
        }
        Kind::Event(_) | Kind::Stack(_) | Kind::Module(_) | Kind::Text(_) => None,
    }
}

/// FNV-1a over words: the same on every machine and in every version.
pub(crate) fn fingerprint<S: AsRef<str>>(words: &[S]) -> u64 {
    let bytes = words.iter().flat_map(|word| word.as_ref().bytes().chain([0]));
    bytes.fold(0xcbf2_9ce4_8422_2325, |hash, byte| {
        (hash ^ u64::from(byte)).wrapping_mul(0x0000_0100_0000_01b3)
    })
}

fn event_text(event: &Event) -> String {
    let source = event.source.as_deref().map(|source| format!(" {source}")).unwrap_or_default();
    let message = event.message.as_deref().map(|message| format!(": {message}")).unwrap_or_default();
    format!("event {}{source}{message}", event.id)
}

fn frame_lines(stack: &Stack) -> Vec<String> {
    let line = |frame: &Frame| match (&frame.function, &frame.offset) {
        (Some(_), Some(offset)) if offset.starts_with('-') => format!("{}{offset}", frame.label()),
        (Some(_), Some(offset)) => format!("{}+{offset}", frame.label()),
        _ => frame.label(),
    };
    let mut lines: Vec<String> = stack.frames.iter().take(FRAMES - 1).map(line).collect();
    match stack.frames.get(FRAMES - 1..) {
        Some([last]) => lines.push(line(last)),
        Some(more) if !more.is_empty() => lines.push(format!("and {} more frames", more.len())),
        _ => {}
    }
    lines
}

/// Versions of the files of a fix that pieces show.
fn seen(pieces: &[&Evidence], fixes: &[Fix]) -> Vec<SeenFile> {
    let wanted: Vec<String> = fixes.iter().map(|fix| names::module(&fix.file)).collect();
    let mut seen: Vec<SeenFile> = Vec::new();
    let mut see = |file: &Option<String>, version: &Option<String>| {
        if let (Some(file), Some(version)) = (file, version)
            && seen.len() < FILES
            && wanted.contains(&names::module(file))
        {
            let new = SeenFile { file: file.clone(), version: version.clone() };
            if !seen.contains(&new) {
                seen.push(new);
            }
        }
    };
    for piece in pieces {
        match &piece.kind {
            Kind::Module(module) => see(&Some(module.name.clone()), &module.version),
            Kind::Fault(fault) => {
                see(&fault.process, &fault.process_version);
                see(&fault.module, &fault.module_version);
            }
            _ => {}
        }
    }
    seen
}

#[cfg(test)]
mod tests {
    use crate::signature::Database;
    use crate::{Finding, Matcher, Parser};

    const STACK: &str = "\
0ab1fcfc 00510cc7 cffa119e 07ad9838 0069578c ROUTER!drop_packet+0x25
0ab1fd4c 004dfe5a 00000034 08564d01 0786a290 ROUTER!route_next+0x307
0ab1fd60 00411a3d 08564d01 0786a290 00000010 ROUTER!route_main+0x1c
";

    fn crash(text: &str) -> super::Crash {
        let database = Database::embedded().unwrap();
        let found =
            Matcher::new(&database).showing_crashes().findings(&Parser::new(database.phrases()).parse(text));
        found[0].crash().clone()
    }

    #[test]
    fn other_addresses_offsets_and_lines_keep_the_key() {
        let moved = STACK.replace("0ab1", "1cd2").replace("00510cc7", "00610cc7").replace("+0x307", "+0x311");
        let lower = format!("Reported by phone:\n\n{}", STACK.replace("ROUTER", "router.exe"));
        assert_eq!(crash(STACK).key, crash(&moved).key);
        assert_eq!(crash(STACK).key, crash(&lower).key);
        assert_ne!(crash(STACK).key, crash(&STACK.replace("drop_packet", "send_packet")).key);
    }

    #[test]
    fn a_crash_shows_its_frames() {
        let shown = crash(STACK);
        assert_eq!(
            shown.evidence,
            ["ROUTER!drop_packet+0x25", "ROUTER!route_next+0x307", "ROUTER!route_main+0x1c"]
        );
    }

    #[test]
    fn an_event_tells_machine_and_time() {
        let text = "Event Type: Error\nEvent Source: Application Error\nEvent ID: 1000\nDate: 3/14/2004\n\
                    Time: 10:15:00 AM\nComputer: SERVER7\nDescription:\nFaulting application router.exe, \
                    version 2.1.0.5, faulting module route.dll, version 2.1.0.5, fault address 0x00012a3b.\n";
        let shown = crash(text);
        assert_eq!(shown.computer.as_deref(), Some("SERVER7"));
        assert!(shown.time.as_deref().is_some_and(|time| time.contains("3/14/2004")), "{shown:?}");
        let elsewhere =
            text.replace("SERVER7", "SERVER8").replace("10:15", "11:20").replace("12a3b", "12a4b");
        assert_eq!(crash(&elsewhere).key, shown.key);
    }

    #[test]
    fn what_matches_by_its_words_alone_has_the_key_of_its_issue() {
        let prose = crash("Our MAPI program calls OpenMsgStore for every mailbox and has a leak.");
        assert_eq!(prose.key, format!("{:016x}", super::fingerprint(&["KB898782"])));
    }

    #[test]
    fn what_is_not_asked_for_is_not_made() {
        let database = Database::embedded().unwrap();
        let found = Matcher::new(&database).findings(&Parser::default().parse(STACK));
        assert!(matches!(&found[0], Finding::Unknown(crash) if crash.crash == super::Crash::default()));
    }
}
