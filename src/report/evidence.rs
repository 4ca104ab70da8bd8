//! The evidence of one input as JSON, schema 1.
//!
//! This is a view of its own: the internal types may change, these keys may not. Keys of what the input does
//! not say are there, with the value null.

use super::{Outcome, escape};
use crate::evidence::{self as model, Evidence, Kind, bugcheck_name, exception_name};
use serde::Serialize;

/// Number of the layout.
const SCHEMA: u32 = 1;

#[derive(Serialize)]
struct Document<'e> {
    schema: u32,
    input: &'e str,
    evidence: Vec<Piece<'e>>,
}

#[derive(Serialize)]
struct Piece<'e> {
    #[serde(flatten)]
    kind: View<'e>,
    lines: [u32; 2],
    bytes: [usize; 2],
    incident: Option<u32>,
}

#[derive(Serialize)]
#[serde(tag = "kind", rename_all = "lowercase")]
enum View<'e> {
    Stack {
        dialect: &'e str,
        thread: Option<&'e str>,
        frames: Vec<Frame<'e>>,
    },
    Event {
        id: u32,
        source: Option<&'e str>,
        message: Option<&'e str>,
        log: Option<&'e str>,
        level: Option<&'e str>,
        time: Option<&'e str>,
        computer: Option<&'e str>,
        mention: bool,
    },
    Bugcheck {
        code: String,
        name: Option<&'e str>,
        parameters: Vec<Option<String>>,
        module: Option<&'e str>,
        bucket: Option<&'e str>,
    },
    Fault {
        process: Option<&'e str>,
        process_version: Option<&'e str>,
        module: Option<&'e str>,
        module_version: Option<&'e str>,
        address: Option<&'e str>,
        description: Option<&'e str>,
        exception: Option<String>,
        bucket: Option<&'e str>,
    },
    Exception {
        code: String,
        name: Option<&'e str>,
        address: Option<&'e str>,
    },
    Module {
        name: &'e str,
        version: Option<&'e str>,
        timestamp: Option<&'e str>,
        base: Option<&'e str>,
        end: Option<&'e str>,
    },
    Text {
        phrase: &'e str,
    },
}

#[derive(Serialize)]
struct Frame<'e> {
    module: Option<&'e str>,
    function: Option<&'e str>,
    offset: Option<&'e str>,
    address: Option<&'e str>,
    source: Option<Source<'e>>,
    line: u32,
}

#[derive(Serialize)]
struct Source<'e> {
    file: &'e str,
    line: u32,
}

/// Prints the evidence of inputs that comes in parts, each input as one line of JSON without the line end.
#[derive(Debug, Default)]
pub(super) struct Parts {
    /// The last input printed has more to come.
    open: bool,
}

impl Parts {
    /// The next part of an input's line; `None` where there is nothing to say of it.
    pub(super) fn next(&mut self, input: &str, outcome: Outcome<'_, [Evidence]>) -> Option<String> {
        let found = outcome.found()?;
        let line = evidence_line(input, found);
        // `{"schema":1,"input":"...","evidence":[` and `]}` stand around the pieces.
        let (before, pieces) = line.split_at_checked(evidence_line(input, &[]).len() - "]}".len())?;
        let pieces = pieces.strip_suffix("]}")?;
        let joint = match (self.open, pieces.is_empty()) {
            (false, _) => before,
            (true, false) => ",",
            (true, true) => "",
        };
        self.open = matches!(outcome, Outcome::Part(_));
        Some([joint, pieces, if self.open { "" } else { "]}" }].concat())
    }

    /// Whether the line has ended.
    pub(super) fn ended(&self) -> bool {
        !self.open
    }
}

/// The evidence of one input as one line of JSON, without the line end.
pub fn evidence_line(input: &str, evidence: &[Evidence]) -> String {
    let document = Document { schema: SCHEMA, input, evidence: evidence.iter().map(piece).collect() };
    escape::json_text(&document).unwrap_or_default()
}

fn piece(evidence: &Evidence) -> Piece<'_> {
    let (first, last) = evidence.place.lines;
    Piece {
        kind: view(&evidence.kind),
        lines: [first, last],
        bytes: [evidence.place.bytes.start, evidence.place.bytes.end],
        incident: evidence.incident,
    }
}

fn view(kind: &Kind) -> View<'_> {
    match kind {
        Kind::Stack(stack) => View::Stack {
            dialect: stack.dialect,
            thread: stack.thread.as_deref(),
            frames: stack.frames.iter().map(frame).collect(),
        },
        Kind::Event(event) => View::Event {
            id: event.id,
            source: event.source.as_deref(),
            message: event.message.as_deref(),
            log: event.log.as_deref(),
            level: event.level.as_deref(),
            time: event.time.as_deref(),
            computer: event.computer.as_deref(),
            mention: event.mention,
        },
        Kind::Bugcheck(check) => View::Bugcheck {
            code: code(check.code),
            name: bugcheck_name(check.code).or(check.name.as_deref()),
            parameters: check
                .parameters
                .iter()
                .map(|value| value.map(|value| format!("0x{value:08x}")))
                .collect(),
            module: check.module.as_deref(),
            bucket: check.bucket.as_deref(),
        },
        Kind::Fault(fault) => View::Fault {
            process: fault.process.as_deref(),
            process_version: fault.process_version.as_deref(),
            module: fault.module.as_deref(),
            module_version: fault.module_version.as_deref(),
            address: fault.address.as_deref(),
            description: fault.description.as_deref(),
            exception: fault.exception.map(code),
            bucket: fault.bucket.as_deref(),
        },
        Kind::Exception(exception) => View::Exception {
            code: code(exception.code),
            name: exception_name(exception.code),
            address: exception.address.as_deref(),
        },
        Kind::Module(module) => View::Module {
            name: &module.name,
            version: module.version.as_deref(),
            timestamp: module.timestamp.as_deref(),
            base: module.base.as_deref(),
            end: module.end.as_deref(),
        },
        Kind::Text(phrase) => View::Text { phrase },
    }
}

fn frame(frame: &model::Frame) -> Frame<'_> {
    Frame {
        module: frame.module.as_deref(),
        function: frame.function.as_deref(),
        offset: frame.offset.as_deref(),
        address: frame.address.as_deref(),
        source: frame.source.as_ref().map(|source| Source { file: &source.file, line: source.line }),
        line: frame.line,
    }
}

/// A code as `0x` and eight digits.
fn code(code: u32) -> String {
    format!("0x{code:08x}")
}
