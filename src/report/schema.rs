//! The layout of findings and evidence as JSON Schema, made from the types that print them.

use super::{evidence, findings};
use schemars::generate::SchemaSettings;
use schemars::{JsonSchema, Schema};

/// Describes one line of `scan --format jsonl`.
pub fn findings_schema() -> Schema {
    schema::<findings::Line<'_>>()
}

/// Describes one line of `parse --format jsonl`.
pub fn evidence_schema() -> Schema {
    schema::<evidence::Document<'_>>()
}

fn schema<T: JsonSchema>() -> Schema {
    SchemaSettings::draft2020_12().for_serialize().into_generator().into_root_schema_for::<T>()
}
