//! The evidence of one input as JSON, schema 1.
//!
//! This is a view of its own: the internal types may change, these keys may not. Keys of what the input does
//! not say are there, with the value null.

use super::{Outcome, escape};
use crate::evidence::{self as model, Evidence, Kind, bugcheck_name, exception_name};
use schemars::JsonSchema;
use serde::Serialize;

/// Number of the layout.
const SCHEMA: u32 = 1;

/// One line of `kbtriage parse --format jsonl`: the evidence of one input.
#[derive(Serialize, JsonSchema)]
#[schemars(deny_unknown_fields, title = "A line of kbtriage parse --format jsonl")]
pub(super) struct Document<'e> {
    /// Number of this layout.
    #[schemars(extend("const" = SCHEMA))]
    schema: u32,
    /// The path as it was given; `-` for standard input.
    input: &'e str,
    /// What was found, in the order of the input.
    evidence: Vec<Piece<'e>>,
}

/// A piece of evidence.
#[derive(Serialize, JsonSchema)]
#[schemars(deny_unknown_fields)]
pub(super) struct Piece<'e> {
    #[serde(flatten)]
    kind: View<'e>,
    /// First and last line in the input, from 1.
    lines: [u32; 2],
    /// Where it begins and ends in the decoded text; the end is the first byte behind it.
    bytes: [usize; 2],
    /// Number of the crash that it tells of.
    incident: Option<u32>,
}

/// What a piece says, told apart by its kind. Null is what the input does not say.
#[derive(Serialize, JsonSchema)]
#[serde(tag = "kind", rename_all = "lowercase")]
enum View<'e> {
    /// A call stack.
    Stack {
        /// Layout it was printed in.
        dialect: &'e str,
        /// Thread it belongs to.
        thread: Option<&'e str>,
        /// Frames, innermost first.
        frames: Vec<Frame<'e>>,
    },
    /// An event-log entry.
    Event {
        /// Event id.
        id: u32,
        /// Who logged it.
        source: Option<&'e str>,
        /// What it says.
        message: Option<&'e str>,
        /// The log it stands in.
        log: Option<&'e str>,
        /// Level or type.
        level: Option<&'e str>,
        /// When, as printed.
        time: Option<&'e str>,
        /// On which computer.
        computer: Option<&'e str>,
        /// Whether prose merely mentions it.
        mention: bool,
    },
    /// A stop code.
    Bugcheck {
        /// `0x` and eight digits.
        #[schemars(regex(pattern = "^0x[0-9a-f]{8}$"))]
        code: String,
        /// Its documented name.
        name: Option<&'e str>,
        /// None or four, `0x` and hexadecimal digits; null for a placeholder.
        parameters: Vec<Option<String>>,
        /// Module named as the place of the stop.
        module: Option<&'e str>,
        /// Failure bucket.
        bucket: Option<&'e str>,
    },
    /// A process that failed in a module.
    Fault {
        /// Process.
        process: Option<&'e str>,
        /// Version of its file.
        process_version: Option<&'e str>,
        /// Module in which it failed.
        module: Option<&'e str>,
        /// Version of that file.
        module_version: Option<&'e str>,
        /// Where in the module, as printed.
        address: Option<&'e str>,
        /// `invalid page fault`, say.
        description: Option<&'e str>,
        /// Exception code, `0x` and eight digits.
        #[schemars(regex(pattern = "^0x[0-9a-f]{8}$"))]
        exception: Option<String>,
        /// Failure bucket.
        bucket: Option<&'e str>,
    },
    /// An exception.
    Exception {
        /// `0x` and eight digits.
        #[schemars(regex(pattern = "^0x[0-9a-f]{8}$"))]
        code: String,
        /// Its documented name.
        name: Option<&'e str>,
        /// Where it was raised, as printed.
        address: Option<&'e str>,
    },
    /// A loaded module.
    Module {
        /// File name, or name of the module.
        name: &'e str,
        /// Version of its file.
        version: Option<&'e str>,
        /// When it was linked, as printed.
        timestamp: Option<&'e str>,
        /// Address at which it begins.
        base: Option<&'e str>,
        /// Address at which it ends.
        end: Option<&'e str>,
    },
    /// A phrase that a text clause waits for.
    Text {
        /// The phrase.
        phrase: &'e str,
    },
}

/// A frame of a call stack.
#[derive(Serialize, JsonSchema)]
#[schemars(deny_unknown_fields)]
pub(super) struct Frame<'e> {
    /// Module.
    module: Option<&'e str>,
    /// Function, as printed.
    function: Option<&'e str>,
    /// Offset into the function, or without one into the module.
    offset: Option<&'e str>,
    /// Address, as printed.
    address: Option<&'e str>,
    /// Line of the source.
    source: Option<Source<'e>>,
    /// Line of the input, from 1.
    line: u32,
}

/// A line of a source file.
#[derive(Serialize, JsonSchema)]
#[schemars(deny_unknown_fields)]
pub(super) struct Source<'e> {
    /// File, as printed.
    file: &'e str,
    /// Line in it.
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
