//! Turns evidence into ways to recognise it: a `[[match]]` a stack, stop or fault, one for all events.
//!
//! A clause says only what another machine would say too. What is left of a piece then may tell nothing any
//! more: that piece gives no clause, and a sentence about it instead.

use super::frames::{self, Decisive};
use super::words;
use crate::evidence::{Bugcheck, Event, Evidence, Exception, Fault, Kind};
use crate::signature::names::{FrameName, address, module};
use crate::signature::{
    BugcheckClause, Clauses, Database, EventClause, ExceptionClause, FaultClause, RuntimeFrames, Standing,
};

/// Stacks that give a way each; a log of all threads is not one issue a thread.
const STACKS: usize = 4;
/// Events that are asked for together.
const EVENTS: usize = 3;
/// How far apart those may stand, in lines, so that the matcher finds them together.
const EVENTS_REACH: u32 = 150;
/// Lines that are named of evidence left out.
const LINES: usize = 5;

/// A way to recognise the issue, and the evidence that it was made from.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Way {
    pub(super) clauses: Clauses,
    /// Index of each piece of evidence.
    pub(super) pieces: Vec<usize>,
}

/// All ways, stacks first; what gives none is told in `missing`.
pub(super) fn ways(evidence: &[Evidence], known: &Database, id: &str, missing: &mut Vec<String>) -> Vec<Way> {
    let mut notes = Notes::default();
    let ways = found(evidence, known, id, &mut notes);
    notes.tell(missing);
    if ways.is_empty() {
        missing.push("match: no evidence that tells this issue from others".to_owned());
    }
    ways
}

/// What a person should know of the ways.
#[derive(Debug, Default)]
struct Notes {
    /// Evidence that gives no clause: what it is, why, in which lines.
    left_out: Vec<(String, &'static str, Vec<u32>)>,
}

impl Notes {
    fn leave_out(&mut self, piece: &Evidence, why: &'static str) {
        let what = described(&piece.kind);
        let line = piece.place.lines.0;
        match self.left_out.iter_mut().find(|(other, reason, _)| *other == what && *reason == why) {
            Some((_, _, lines)) => lines.push(line),
            None => self.left_out.push((what, why, vec![line])),
        }
    }

    fn tell(self, missing: &mut Vec<String>) {
        for (what, why, lines) in self.left_out {
            let more = if lines.len() > LINES { ", ..." } else { "" };
            let lines: Vec<String> = lines.iter().take(LINES).map(u32::to_string).collect();
            missing.push(format!("match: {what} {why}, left out (line {}{more})", lines.join(", ")));
        }
    }
}

/// The ways, and those that others make needless taken out.
fn found(evidence: &[Evidence], known: &Database, id: &str, notes: &mut Notes) -> Vec<Way> {
    let mut ways = Vec::new();
    stacks(evidence, known, id, &mut ways, notes);
    for (at, piece) in evidence.iter().enumerate() {
        let clauses = match &piece.kind {
            Kind::Bugcheck(stop) => bugcheck(stop).map(|stop| Clauses { bugcheck: Some(stop), ..empty() }),
            Kind::Fault(found) => {
                fault(found, known.runtime()).map(|fault| Clauses { fault: Some(fault), ..empty() })
            }
            _ => continue,
        };
        match clauses {
            Some(clauses) => add(&mut ways, clauses, vec![at]),
            None => notes.leave_out(piece, "tells nothing by itself"),
        }
    }
    drop_vague_stops(&mut ways);
    events(evidence, &mut ways, notes);
    if ways.is_empty() {
        exceptions(evidence, &mut ways);
    }
    ways
}

fn empty() -> Clauses {
    Clauses::default()
}

/// Adds a way unless there is an equal one.
fn add(ways: &mut Vec<Way>, clauses: Clauses, pieces: Vec<usize>) {
    if ways.iter().all(|way| way.clauses != clauses) {
        ways.push(Way { clauses, pieces });
    }
}

fn stacks(evidence: &[Evidence], known: &Database, id: &str, ways: &mut Vec<Way>, notes: &mut Notes) {
    for (at, piece) in evidence.iter().enumerate() {
        let Kind::Stack(stack) = &piece.kind else { continue };
        let Some(Decisive { frames, single }) = frames::decisive(stack, known, id) else {
            notes.leave_out(piece, "names only the runtime");
            continue;
        };
        if ways.len() >= STACKS {
            notes.leave_out(piece, "is one of many");
            continue;
        }
        let clauses = Clauses { stack: Some(frames), ..empty() };
        if single && let Some((partner, clauses)) = backed(evidence, at, &clauses) {
            add(ways, clauses, vec![at, partner]);
        }
        add(ways, clauses, vec![at]);
    }
}

/// A stack with one telling frame, backed by what else its incident says.
fn backed(evidence: &[Evidence], at: usize, clauses: &Clauses) -> Option<(usize, Clauses)> {
    let incident = evidence.get(at)?.incident;
    let same = evidence.iter().enumerate().filter(|(_, piece)| piece.incident == incident);
    let mut partners = same.filter_map(|(partner, piece)| {
        let clauses = clauses.clone();
        let clauses = match &piece.kind {
            Kind::Bugcheck(stop) => {
                let stop = BugcheckClause { code: stop.code, ..BugcheckClause::default() };
                Clauses { bugcheck: Some(stop), ..clauses }
            }
            Kind::Exception(Exception { code, .. }) | Kind::Fault(Fault { exception: Some(code), .. }) => {
                Clauses { exception: Some(ExceptionClause { code: *code, address: None }), ..clauses }
            }
            Kind::Fault(fault) => {
                let process = Some(fault.process.clone()?);
                Clauses { fault: Some(FaultClause { process, ..FaultClause::default() }), ..clauses }
            }
            _ => return None,
        };
        Some((partner, clauses))
    });
    partners.next()
}

/// Stop codes by which parameter, from 0, holds the address of the instruction that failed.
const FAILING_INSTRUCTION: &[(u32, usize)] =
    &[(0x0a, 3), (0xd1, 3), (0x1e, 1), (0x7e, 1), (0x8e, 1), (0x50, 2), (0x3b, 1)];
/// File systems, whose first parameter is a place in their source.
const PLACE_IN_SOURCE: std::ops::RangeInclusive<u32> = 0x22..=0x27;

/// A stop with a module, or a place that is the same wherever these files run.
fn bugcheck(stop: &Bugcheck) -> Option<BugcheckClause> {
    let code = stop.code & 0x0fff_ffff;
    let place = match FAILING_INSTRUCTION.iter().find(|(known, _)| *known == code) {
        Some((_, index)) => Some(*index),
        None => PLACE_IN_SOURCE.contains(&code).then_some(0),
    };
    let value = place.and_then(|index| stop.parameters.get(index).copied().flatten());
    // Addresses of 64-bit systems are shuffled with every start; small numbers are placeholders.
    let tells = value.is_some_and(|value| (0x1_0000..=0xffff_ffff).contains(&value));
    let clause = |index: usize, value: Option<u64>| match value {
        Some(value) if Some(index) == place || is_constant(value) => format!("0x{value:08x}"),
        _ => "*".to_owned(),
    };
    let parameters = stop.parameters.iter().enumerate().map(|(index, value)| clause(index, *value));
    let parameters = if tells { parameters.collect() } else { Vec::new() };
    let module = stop.module.clone();
    (tells || module.is_some()).then_some(BugcheckClause { code: stop.code, parameters, module })
}

/// Drops stops that name a module alone where another one of the same code names the place in it.
fn drop_vague_stops(ways: &mut Vec<Way>) {
    let placed: Vec<u32> = ways
        .iter()
        .filter_map(|way| way.clauses.bugcheck.as_ref())
        .filter(|stop| !stop.parameters.is_empty())
        .map(|stop| stop.code)
        .collect();
    ways.retain(|way| {
        let stop = way.clauses.bugcheck.as_ref();
        way.clauses.stack.is_some()
            || stop.is_none_or(|stop| !stop.parameters.is_empty() || !placed.contains(&stop.code))
    });
}

/// A small number or a status: no address, and so the same on every machine.
fn is_constant(value: u64) -> bool {
    value < 0x1000
        || (0xc000_0000..0xc000_1000).contains(&value)
        || (0x8000_0000..0x8000_0100).contains(&value)
}

/// A fault with a telling place: an address, or the module of a component within another's process.
fn fault(fault: &Fault, runtime: &RuntimeFrames) -> Option<FaultClause> {
    let place = fault.address.clone().filter(|text| address(text).is_some_and(|value| value != 0));
    let standing = fault.module.as_ref().map(|name| {
        let module = module(name);
        runtime.standing(FrameName { module: &module, ..FrameName::default() })
    });
    // What a program raises by itself (0xe0434352 of .NET) fails where the runtime raises it, whatever is wrong.
    let raised = fault.exception.is_some_and(|code| code >> 28 == 0xe);
    if raised && standing == Some(Standing::Runtime) {
        return None;
    }
    let other = match (&fault.process, &fault.module) {
        (Some(process), Some(name)) => module(process) != module(name) && standing == Some(Standing::Own),
        _ => false,
    };
    let named = fault.process.is_some() || fault.module.is_some();
    (named && (place.is_some() || other)).then(|| FaultClause {
        process: fault.process.clone(),
        module: fault.module.clone(),
        address: place,
        exception: fault.exception,
    })
}

/// The events with telling words, all together.
fn events(evidence: &[Evidence], ways: &mut Vec<Way>, notes: &mut Notes) {
    let mut chosen: Vec<(EventClause, usize)> = Vec::new();
    let mut first_line = None;
    let crash_is_known = ways.iter().any(|way| way.clauses.stack.is_some());
    for (at, piece) in evidence.iter().enumerate() {
        let Kind::Event(event) = &piece.kind else { continue };
        if event.mention || event.reports_crash() {
            continue;
        }
        if crash_is_known && event.message.as_deref().is_some_and(words::names_exception) {
            notes.leave_out(piece, "tells only that it crashed");
            continue;
        }
        let Some(clause) = event_clause(event) else {
            notes.leave_out(piece, "has no words that tell");
            continue;
        };
        if chosen.iter().any(|(other, _)| *other == clause) {
            continue;
        }
        let first = *first_line.get_or_insert(piece.place.lines.0);
        if chosen.len() < EVENTS && piece.place.lines.1.saturating_sub(first) <= EVENTS_REACH {
            chosen.push((clause, at));
        } else {
            notes.leave_out(piece, "stands beside enough others");
        }
    }
    let (event, pieces): (Vec<_>, Vec<_>) = chosen.into_iter().unzip();
    if !event.is_empty() {
        add(ways, Clauses { event, ..empty() }, pieces);
    }
}

fn event_clause(event: &Event) -> Option<EventClause> {
    let message = words::telling(event.message.as_deref()?)?;
    Some(EventClause { id: event.id, source: event.source.clone(), message: Some(message), level: None })
}

/// Exceptions with an address outside the system's libraries, where nothing better is there.
fn exceptions(evidence: &[Evidence], ways: &mut Vec<Way>) {
    // Where Windows NT loads its own libraries; what raises exceptions stands there.
    let system = 0x7500_0000..=0x7fff_ffff;
    for (at, piece) in evidence.iter().enumerate() {
        let Kind::Exception(Exception { code, address: Some(place) }) = &piece.kind else { continue };
        if address(place).is_some_and(|value| value >= 0x1_0000 && !system.contains(&value)) {
            let exception = ExceptionClause { code: *code, address: Some(place.clone()) };
            add(ways, Clauses { exception: Some(exception), ..empty() }, vec![at]);
        }
    }
}

/// A piece of evidence in a few words.
fn described(kind: &Kind) -> String {
    match kind {
        Kind::Stack(_) => "the stack".to_owned(),
        Kind::Event(event) => format!("event {}", event.id),
        Kind::Bugcheck(stop) => format!("stop 0x{:08x}", stop.code),
        Kind::Fault(_) => "the fault".to_owned(),
        Kind::Exception(exception) => format!("exception 0x{:08x}", exception.code),
        Kind::Module(module) => format!("module {}", module.name),
        Kind::Text(phrase) => format!("\"{phrase}\""),
    }
}
