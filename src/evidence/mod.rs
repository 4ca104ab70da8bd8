//! What a crash left behind, as plain data.
//!
//! This is the narrow waist of the program: everything that reads input produces [`Evidence`], everything
//! that answers reads it. The types hold what the input says, as it says it, and nothing that was guessed;
//! what the input does not say is `None`.

mod codes;
mod event;
mod fault;
mod stack;

pub use codes::{bugcheck_code, bugcheck_name, exception_name};
pub use event::Event;
pub use fault::{Bugcheck, Exception, Fault, Module};
pub use smol_str::SmolStr;
pub use stack::{Frame, SourceLine, Stack};

use std::ops::Range;

/// Where in an input a piece of evidence stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Place {
    /// First and last physical line, 1-based, both included.
    pub lines: (u32, u32),
    /// Byte range in the decoded (UTF-8) text of the input.
    pub bytes: Range<usize>,
}

/// One piece of evidence and where it stands.
#[derive(Debug, Clone, PartialEq)]
pub struct Evidence {
    /// Where it stands.
    pub place: Place,
    /// The crash it tells of, numbered from 1 within an input; `None` for context that stands near no crash.
    pub incident: Option<u32>,
    /// What it is.
    pub kind: Kind,
}

/// What a piece of evidence is.
#[derive(Debug, Clone, PartialEq)]
pub enum Kind {
    /// A call stack.
    Stack(Stack),
    /// An event-log entry, or the mention of one.
    Event(Event),
    /// A stop code: a blue screen, or its trace in a dump or a log.
    Bugcheck(Bugcheck),
    /// A process that failed in a module.
    Fault(Fault),
    /// An exception code by itself.
    Exception(Exception),
    /// A loaded module or a file, with its version.
    Module(Module),
    /// A phrase that a text clause waits for, as the clause spells it.
    Text(SmolStr),
}

impl Evidence {
    /// Whether this piece says by itself that something crashed or hung, rather than being context.
    ///
    /// Of events only those that report a crash count (see [`Event::reports_crash`]).
    pub fn is_crash(&self) -> bool {
        match &self.kind {
            Kind::Stack(_) | Kind::Bugcheck(_) | Kind::Fault(_) | Kind::Exception(_) => true,
            Kind::Event(event) => event.reports_crash(),
            Kind::Module(_) | Kind::Text(_) => false,
        }
    }
}
