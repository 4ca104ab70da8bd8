//! Whether a clause holds, on what piece of evidence, and what differs.
//!
//! A field that the clause names and the input does not give is not contradicted, but leaves no more than
//! `likely`; a mention in prose no more than `possible`.

use super::finding::{Confidence, Reason};
use super::stack::StackHeld;
use crate::evidence::{Bugcheck, Event, Exception, Fault, bugcheck_name, exception_name};
use crate::signature::names::{self, Pattern, folded};
use crate::signature::{BugcheckClause, EventClause, ExceptionClause, FaultClause};

/// A clause and what it was held against.
#[derive(Debug, Clone)]
pub(super) struct Held {
    pub(super) reason: Reason,
    /// The most that may be said; `None` when the evidence contradicts the clause.
    pub(super) cap: Option<Confidence>,
    /// Weight of what was found, and of all that the clause names.
    pub(super) found: f64,
    pub(super) of: f64,
    /// Whether a telling field holds: frames, message, parameters, address, module.
    pub(super) telling: bool,
    /// Words of the text, which tell beside clauses that hold in every field.
    pub(super) words: bool,
    /// Alone it is never more than possible.
    pub(super) weak: bool,
}

/// Adds up the fields of a clause.
struct Fields {
    found: f64,
    of: f64,
    telling: bool,
    absent: bool,
    differs: Vec<String>,
}

/// How a field compares.
enum Field {
    Equal,
    /// The input does not give it.
    Absent,
    /// The input says otherwise, in these words.
    Differs(String),
}

impl Fields {
    fn new() -> Self {
        Fields { found: 0.0, of: 0.0, telling: false, absent: false, differs: Vec::new() }
    }

    /// Compares a field; `telling` ones can carry a match.
    fn field(&mut self, weight: f64, telling: bool, field: Field) {
        self.of += weight;
        match field {
            Field::Equal => {
                self.found += weight;
                self.telling |= telling;
            }
            Field::Absent => self.absent = true,
            Field::Differs(text) => self.differs.push(text),
        }
    }

    fn held(self, clause: &'static str, found: String, lines: (u32, u32)) -> Held {
        let cap = match (self.differs.is_empty(), self.absent) {
            (false, _) => None,
            (true, true) => Some(Confidence::Likely),
            (true, false) => Some(Confidence::Exact),
        };
        let differs = (!self.differs.is_empty()).then(|| self.differs.join("; "));
        let reason = Reason { clause, found, differs, lines };
        Held { reason, cap, found: self.found, of: self.of, telling: self.telling, words: false, weak: false }
    }
}

/// Compares a field that a clause names with what the input gives.
fn compare(wanted: &str, given: Option<&str>, equal: fn(&str, &str) -> bool, what: &str) -> Field {
    match given {
        None => Field::Absent,
        Some(given) if equal(wanted, given) => Field::Equal,
        Some(given) => Field::Differs(format!("{what} is {given}, not {wanted}")),
    }
}

fn same_text(wanted: &str, given: &str) -> bool {
    folded(wanted) == folded(given)
}

fn same_module(wanted: &str, given: &str) -> bool {
    Pattern::module(wanted).holds(&names::module(given))
}

fn same_address(wanted: &str, given: &str) -> bool {
    names::address(wanted).is_some() && names::address(wanted) == names::address(given)
}

/// A stack clause that was held against a stack.
pub(super) fn stack(held: StackHeld) -> Held {
    let reason = Reason { clause: "stack", found: held.text, differs: held.differs, lines: held.lines };
    Held {
        reason,
        cap: held.cap,
        found: held.found,
        of: held.of,
        telling: true,
        words: false,
        weak: held.weak,
    }
}

/// An event clause made ready.
pub(super) struct EventPattern {
    pub(super) clause: EventClause,
    message: Option<Pattern>,
}

impl EventPattern {
    pub(super) fn new(clause: &EventClause) -> Self {
        let message = clause.message.as_deref().map(|words| Pattern::new(&format!("*{}*", folded(words))));
        EventPattern { clause: clause.clone(), message }
    }

    /// `message` is the event's, folded. `None` for another event.
    pub(super) fn hold(&self, event: &Event, message: Option<&str>, lines: (u32, u32)) -> Option<Held> {
        let clause = &self.clause;
        if event.id != clause.id {
            return None;
        }
        let mut fields = Fields::new();
        fields.found = 0.2;
        fields.of = 0.2;
        if let Some(wanted) = &self.message {
            let field = match message {
                None => Field::Absent,
                Some(message) if wanted.holds(message) => Field::Equal,
                Some(_) => return None,
            };
            fields.field(1.5, true, field);
        }
        if let Some(source) = &clause.source {
            fields.field(0.3, false, compare(source, event.source.as_deref(), same_text, "source"));
        }
        if let Some(level) = &clause.level {
            fields.field(0.1, false, compare(level, event.level.as_deref(), same_text, "level"));
        }
        if !fields.differs.is_empty() {
            return None;
        }
        let said = clause.message.as_deref().filter(|_| fields.telling);
        let found =
            [Some(format!("{}", event.id)), event.source.clone(), said.map(|text| format!("\"{text}\""))];
        let found: Vec<_> = found.into_iter().flatten().collect();
        let mut held = fields.held("event", found.join(" "), lines);
        if event.mention {
            held.cap = held.cap.min(Some(Confidence::Possible));
            held.reason.differs = Some("only mentioned, the entry itself is not there".to_owned());
        } else if held.cap == Some(Confidence::Likely) {
            held.reason.differs = Some("the entry does not say all that the signature names".to_owned());
        }
        Some(held)
    }
}

/// Holds a bugcheck clause against a stop; `None` for another code.
pub(super) fn bugcheck(clause: &BugcheckClause, stop: &Bugcheck, lines: (u32, u32)) -> Option<Held> {
    if stop.code != clause.code {
        return None;
    }
    let mut fields = Fields::new();
    fields.found = 0.3;
    fields.of = 0.3;
    for (index, wanted) in clause.parameters.iter().enumerate().filter(|(_, wanted)| *wanted != "*") {
        let given = stop.parameters.get(index).copied().flatten().map(|given| format!("0x{given:08x}"));
        let what = format!("parameter {}", index + 1);
        fields.field(0.8, true, compare(wanted, given.as_deref(), same_address, &what));
    }
    if let Some(module) = &clause.module {
        fields.field(1.0, true, compare(module, stop.module.as_deref(), same_module, "module"));
    }
    // Mostly other parameters: not a near miss, but another stop.
    if !fields.differs.is_empty() && 2.0 * fields.found < fields.of {
        return None;
    }
    let mut found = format!("0x{:08x}", stop.code);
    for part in
        [bugcheck_name(stop.code).or(stop.name.as_deref()), stop.module.as_deref()].into_iter().flatten()
    {
        found.push(' ');
        found.push_str(part);
    }
    Some(fields.held("bugcheck", found, lines))
}

/// Holds a fault clause against a fault. A module of the runtime tells only with an address in it.
pub(super) fn fault(clause: &FaultClause, fault: &Fault, common: bool, lines: (u32, u32)) -> Held {
    let mut fields = Fields::new();
    if let Some(process) = &clause.process {
        fields.field(0.5, false, compare(process, fault.process.as_deref(), same_module, "process"));
    }
    if let Some(module) = &clause.module {
        let weight = if common { 0.2 } else { 1.0 };
        fields.field(weight, !common, compare(module, fault.module.as_deref(), same_module, "module"));
    }
    if let Some(address) = &clause.address {
        fields.field(1.5, true, compare(address, fault.address.as_deref(), same_address, "address"));
    }
    if let Some(code) = clause.exception {
        let given = fault.exception.map(|code| format!("0x{code:08x}"));
        fields.field(0.2, false, compare(&format!("0x{code:08x}"), given.as_deref(), same_text, "exception"));
    }
    fields.held("fault", fault_text(fault), lines)
}

/// A fault in one line: `store.exe in ntdll.dll at 0x77f648e2`.
pub(super) fn fault_text(fault: &Fault) -> String {
    let parts = [
        fault.process.clone(),
        fault.module.as_ref().map(|module| format!("in {module}")),
        fault.address.as_ref().map(|address| format!("at {address}")),
    ];
    parts.into_iter().flatten().collect::<Vec<_>>().join(" ")
}

/// Holds an exception clause against an exception; `None` for another code.
pub(super) fn exception(clause: &ExceptionClause, raised: &Exception, lines: (u32, u32)) -> Option<Held> {
    if raised.code != clause.code {
        return None;
    }
    let mut fields = Fields::new();
    fields.found = 0.2;
    fields.of = 0.2;
    if let Some(address) = &clause.address {
        fields.field(1.2, true, compare(address, raised.address.as_deref(), same_address, "address"));
    }
    Some(fields.held("exception", exception_text(raised), lines))
}

/// An exception in one line: `0xc0000005 STATUS_ACCESS_VIOLATION at 761f62ab`.
pub(super) fn exception_text(raised: &Exception) -> String {
    let mut text = format!("0x{:08x}", raised.code);
    if let Some(name) = exception_name(raised.code) {
        text = format!("{text} {name}");
    }
    match &raised.address {
        Some(address) => format!("{text} at {address}"),
        None => text,
    }
}

/// A text clause whose phrases all stand within reach. `alone` when nothing else is asked for.
pub(super) fn text(phrases: &[String], alone: bool, lines: (u32, u32)) -> Held {
    let quoted: Vec<_> = phrases.iter().map(|phrase| format!("\"{phrase}\"")).collect();
    let reason = Reason { clause: "text", found: quoted.join(", "), differs: None, lines };
    let weight = 0.45 * phrases.len() as f64;
    let cap = if alone && phrases.len() < 3 { Confidence::Possible } else { Confidence::Likely };
    Held { reason, cap: Some(cap), found: weight, of: weight, telling: alone, words: true, weak: false }
}
