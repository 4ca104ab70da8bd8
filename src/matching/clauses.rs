//! Whether a clause holds, on what piece of evidence, and what differs.
//!
//! A field that the clause names and the input does not give is not contradicted, but leaves no more than
//! `likely`; a mention in prose no more than `possible`.

use super::finding::{Confidence, Reason};
use super::stack::StackHeld;
use crate::evidence::{Bugcheck, Event, Fault, Kind, bugcheck_name, exception_name};
use crate::signature::names::{self, Pattern, fold, folded};
use crate::signature::{BugcheckClause, EventClause, ExceptionClause, FaultClause};
use smallvec::SmallVec;
use std::borrow::Cow;

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

/// What the clauses of a way were held against; most ways have one or two.
pub(super) type AllHeld = SmallVec<[Held; 2]>;

/// The clauses of a way that nothing was found for.
#[derive(Debug, Default)]
pub(super) struct Missing {
    pub(super) count: usize,
    /// In words, where those are wanted.
    pub(super) said: Vec<String>,
}

impl Missing {
    pub(super) fn add(&mut self, said: Option<String>) {
        self.count += 1;
        self.said.extend(said);
    }
}

/// Adds up the fields of a clause.
struct Fields {
    /// Say what differs, and what was found: words cost more than the comparing.
    said: bool,
    found: f64,
    of: f64,
    telling: bool,
    absent: bool,
    contradicted: bool,
    differs: Vec<String>,
}

impl Fields {
    /// `weight` is that of the code or id, which equals.
    fn new(said: bool, weight: f64) -> Self {
        let (telling, absent, contradicted) = (false, false, false);
        Fields { said, found: weight, of: weight, telling, absent, contradicted, differs: Vec::new() }
    }

    /// Compares a field; `telling` ones can carry a match. `equal` is `None` where the input does not give it.
    fn field(&mut self, weight: f64, telling: bool, equal: Option<bool>, differs: impl FnOnce() -> String) {
        self.of += weight;
        match equal {
            Some(true) => {
                self.found += weight;
                self.telling |= telling;
            }
            None => self.absent = true,
            Some(false) => {
                self.contradicted = true;
                if self.said {
                    self.differs.push(differs());
                }
            }
        }
    }

    fn held(self, clause: &'static str, found: impl FnOnce() -> String, lines: (u32, u32)) -> Held {
        let cap = match (self.contradicted, self.absent) {
            (true, _) => None,
            (false, true) => Some(Confidence::Likely),
            (false, false) => Some(Confidence::Exact),
        };
        let found = if self.said { found() } else { String::new() };
        let differs = (!self.differs.is_empty()).then(|| self.differs.join("; "));
        let reason = Reason { clause, found, differs, lines };
        Held { reason, cap, found: self.found, of: self.of, telling: self.telling, words: false, weak: false }
    }
}

/// What a field is, and what it should be.
fn other(what: &str, given: Option<&str>, wanted: &str) -> String {
    format!("{what} is {}, not {wanted}", given.unwrap_or_default())
}

fn same_text(wanted: &str, given: Option<&str>) -> Option<bool> {
    given.map(|given| folded(wanted) == folded(given))
}

/// A piece of evidence made ready for comparing.
#[derive(Debug, Default)]
pub(super) struct Compared<'e> {
    /// The message of an event, folded.
    pub(super) message: Option<Cow<'e, str>>,
    /// The ways that are listed under a phrase.
    pub(super) begins: &'e [usize],
    pub(super) process: Option<&'e str>,
    pub(super) module: Option<&'e str>,
    /// Outside: the evidence gives one; inside: it is a number.
    pub(super) address: Option<Option<u64>>,
}

impl<'e> Compared<'e> {
    /// Of a phrase under which these ways are listed.
    pub(super) fn phrase(begins: &'e [usize]) -> Self {
        Compared { begins, ..Compared::default() }
    }

    pub(super) fn of(kind: &'e Kind) -> Self {
        let module = |name: &'e Option<String>| name.as_deref().map(names::stem);
        let address = |text: &Option<String>| text.as_deref().map(names::address);
        match kind {
            Kind::Fault(fault) => Compared {
                process: module(&fault.process),
                module: module(&fault.module),
                address: address(&fault.address),
                ..Compared::default()
            },
            Kind::Exception(raised) => Compared { address: address(&raised.address), ..Compared::default() },
            Kind::Bugcheck(stop) => Compared { module: module(&stop.module), ..Compared::default() },
            Kind::Event(event) => {
                Compared { message: event.message.as_deref().map(fold), ..Compared::default() }
            }
            Kind::Stack(_) | Kind::Module(_) | Kind::Text(_) => Compared::default(),
        }
    }
}

/// Whether an address is the one wanted, where there is one.
fn same_address(wanted: Option<u64>, given: Option<Option<u64>>) -> Option<bool> {
    given.map(|given| wanted.is_some() && wanted == given)
}

fn same_module(wanted: &Pattern, given: Option<&str>) -> Option<bool> {
    given.map(|given| wanted.holds_stem(given))
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
    pub(super) fn hold(
        &self,
        event: &Event,
        message: Option<&str>,
        lines: (u32, u32),
        said: bool,
    ) -> Option<Held> {
        let clause = &self.clause;
        if event.id != clause.id {
            return None;
        }
        let mut fields = Fields::new(said, 0.2);
        if let Some(wanted) = &self.message {
            let equal = message.map(|message| wanted.holds(message));
            fields.field(1.5, true, equal, String::new);
        }
        if let Some(source) = &clause.source {
            fields.field(0.3, false, same_text(source, event.source.as_deref()), String::new);
        }
        if let Some(level) = &clause.level {
            fields.field(0.1, false, same_text(level, event.level.as_deref()), String::new);
        }
        // Another message makes it another event, and no near miss.
        if fields.contradicted {
            return None;
        }
        let words = clause.message.as_deref().filter(|_| fields.telling);
        let found = || {
            let words = words.map(|text| format!("\"{text}\""));
            let found = [Some(event.id.to_string()), event.source.clone(), words];
            found.into_iter().flatten().collect::<Vec<_>>().join(" ")
        };
        let mut held = fields.held("event", found, lines);
        if event.mention {
            held.cap = held.cap.min(Some(Confidence::Possible));
        }
        if said {
            held.reason.differs = match held.cap {
                _ if event.mention => Some("only mentioned, the entry itself is not there".to_owned()),
                Some(Confidence::Likely) => {
                    Some("the entry does not say all that the signature names".to_owned())
                }
                _ => None,
            };
        }
        Some(held)
    }
}

/// A bugcheck clause made ready.
pub(super) struct BugcheckPattern {
    pub(super) code: u32,
    /// Place of each parameter that is asked for, as it is spelt, and its value.
    parameters: Vec<(usize, String, Option<u64>)>,
    module: Option<(String, Pattern)>,
}

impl BugcheckPattern {
    pub(super) fn new(clause: &BugcheckClause) -> Self {
        let asked = clause.parameters.iter().enumerate().filter(|(_, wanted)| *wanted != "*");
        BugcheckPattern {
            code: clause.code,
            parameters: asked
                .map(|(place, wanted)| (place, wanted.clone(), names::address(wanted)))
                .collect(),
            module: clause.module.as_deref().map(|name| (name.to_owned(), Pattern::module(name))),
        }
    }

    /// `None` for another code.
    pub(super) fn hold(
        &self,
        stop: &Bugcheck,
        compared: &Compared<'_>,
        lines: (u32, u32),
        said: bool,
    ) -> Option<Held> {
        if stop.code != self.code {
            return None;
        }
        let mut fields = Fields::new(said, 0.3);
        for (place, spelt, wanted) in &self.parameters {
            let given = stop.parameters.get(*place).copied().flatten();
            fields.field(0.8, true, given.map(|given| *wanted == Some(given)), || {
                let given = given.map(|given| format!("0x{given:08x}"));
                other(&format!("parameter {}", place + 1), given.as_deref(), spelt)
            });
        }
        if let Some((spelt, wanted)) = &self.module {
            fields.field(1.0, true, same_module(wanted, compared.module), || {
                other("module", stop.module.as_deref(), spelt)
            });
        }
        // Mostly other parameters: not a near miss, but another stop.
        if fields.contradicted && 2.0 * fields.found < fields.of {
            return None;
        }
        Some(fields.held("bugcheck", || bugcheck_text(stop), lines))
    }
}

/// A stop in one line: `0x0000000a IRQL_NOT_LESS_OR_EQUAL tcpip.sys`.
fn bugcheck_text(stop: &Bugcheck) -> String {
    let mut text = format!("0x{:08x}", stop.code);
    for part in
        [bugcheck_name(stop.code).or(stop.name.as_deref()), stop.module.as_deref()].into_iter().flatten()
    {
        text.push(' ');
        text.push_str(part);
    }
    text
}

/// A fault clause made ready.
pub(super) struct FaultPattern {
    clause: FaultClause,
    process: Option<Pattern>,
    module: Option<Pattern>,
    address: Option<u64>,
    /// The module is one of the runtime: it tells only with an address in it.
    common: bool,
}

impl FaultPattern {
    pub(super) fn new(clause: &FaultClause, common: bool) -> Self {
        FaultPattern {
            clause: clause.clone(),
            process: clause.process.as_deref().map(Pattern::module),
            module: clause.module.as_deref().map(Pattern::module),
            address: clause.address.as_deref().and_then(names::address),
            common,
        }
    }

    /// Whether a telling field holds, be it that others do not.
    pub(super) fn tells(&self, compared: &Compared<'_>) -> bool {
        let module = self.module.as_ref().filter(|_| !self.common);
        let address = self.clause.address.as_ref();
        address.is_some_and(|_| same_address(self.address, compared.address) == Some(true))
            || module.is_some_and(|module| same_module(module, compared.module) == Some(true))
    }

    /// Whether every field holds.
    pub(super) fn holds(&self, fault: &Fault, compared: &Compared<'_>) -> bool {
        let module = |wanted: &Option<Pattern>, given| {
            wanted.as_ref().is_none_or(|wanted| same_module(wanted, given) == Some(true))
        };
        self.clause.exception.is_none_or(|code| fault.exception == Some(code))
            && self
                .clause
                .address
                .as_ref()
                .is_none_or(|_| same_address(self.address, compared.address) == Some(true))
            && module(&self.module, compared.module)
            && module(&self.process, compared.process)
    }

    pub(super) fn hold(&self, fault: &Fault, compared: &Compared<'_>, lines: (u32, u32), said: bool) -> Held {
        let mut fields = Fields::new(said, 0.0);
        let clause = &self.clause;
        let differs = |what, given: &Option<String>, wanted: &Option<String>| {
            other(what, given.as_deref(), wanted.as_deref().unwrap_or_default())
        };
        if let Some(process) = &self.process {
            fields.field(0.5, false, same_module(process, compared.process), || {
                differs("process", &fault.process, &clause.process)
            });
        }
        if let Some(module) = &self.module {
            let weight = if self.common { 0.2 } else { 1.0 };
            fields.field(weight, !self.common, same_module(module, compared.module), || {
                differs("module", &fault.module, &clause.module)
            });
        }
        if clause.address.is_some() {
            fields.field(1.5, true, same_address(self.address, compared.address), || {
                differs("address", &fault.address, &clause.address)
            });
        }
        if let Some(code) = clause.exception {
            fields.field(0.2, false, fault.exception.map(|given| given == code), || {
                let given = fault.exception.map(|code| format!("0x{code:08x}"));
                other("exception", given.as_deref(), &format!("0x{code:08x}"))
            });
        }
        fields.held("fault", || fault_text(fault), lines)
    }
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

/// Holds an exception clause against the exception of a code, or of a fault that names one; `None` for another code.
pub(super) fn exception(
    clause: &ExceptionClause,
    (code, address): (u32, Option<&str>),
    compared: &Compared<'_>,
    lines: (u32, u32),
    said: bool,
) -> Option<Held> {
    if code != clause.code {
        return None;
    }
    let mut fields = Fields::new(said, 0.2);
    if let Some(wanted) = &clause.address {
        fields.field(1.2, true, same_address(names::address(wanted), compared.address), || {
            other("address", address, wanted)
        });
    }
    Some(fields.held("exception", || exception_text(code, address), lines))
}

/// An exception in one line: `0xc0000005 STATUS_ACCESS_VIOLATION at 761f62ab`.
pub(super) fn exception_text(code: u32, address: Option<&str>) -> String {
    let mut text = format!("0x{code:08x}");
    if let Some(name) = exception_name(code) {
        text = format!("{text} {name}");
    }
    match address {
        Some(address) => format!("{text} at {address}"),
        None => text,
    }
}

/// A text clause whose phrases all stand within reach. `alone` when nothing else is asked for.
pub(super) fn text(phrases: &[String], alone: bool, lines: (u32, u32), said: bool) -> Held {
    let phrases_said = if said { phrases } else { &[] };
    let quoted: Vec<_> = phrases_said.iter().map(|phrase| format!("\"{phrase}\"")).collect();
    let reason = Reason { clause: "text", found: quoted.join(", "), differs: None, lines };
    let weight = 0.45 * phrases.len() as f64;
    let cap = if alone && phrases.len() < 3 { Confidence::Possible } else { Confidence::Likely };
    Held { reason, cap: Some(cap), found: weight, of: weight, telling: alone, words: true, weak: false }
}
