//! `kbtriage schema`: the JSON Schema of what is printed and of what is read.

use super::Exit;
use super::args::Layout;
use kbtriage::report::{evidence_schema, findings_schema};
use kbtriage::signature::signature_schema;
use std::io::Write as _;

pub(super) fn run(layout: Layout) -> anyhow::Result<Exit> {
    let schema = match layout {
        Layout::Findings => findings_schema(),
        Layout::Evidence => evidence_schema(),
        Layout::Signature => signature_schema(),
    };
    writeln!(std::io::stdout(), "{:#}", schema.as_value())?;
    Ok(Exit::Done)
}
