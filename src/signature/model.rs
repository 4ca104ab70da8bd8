//! A known issue as its file describes it.
//!
//! The fields mirror the TOML keys one to one; an unknown key is an error. Codes and addresses stay in the
//! spelling of the file until a database is built from them.

use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::de::value::{MapAccessDeserializer, SeqAccessDeserializer};
use serde::de::{Deserializer, MapAccess, SeqAccess, Visitor};
use serde::{Deserialize, Serialize};

// What a schema can say of strings that are checked when a database is built from them.
const NOT_BLANK: &str = r"\S";
const FRAME: &str = r"^\s*([^!\s][^!]*!(?!.*\+0x).*\S.*|[^!\s][^!]*)$";
const ADDRESS: &str = r"^\s*(.*:)?(0[xX])?`*0*([0-9a-fA-F]`*){1,16}\s*$";
const PARAMETER: &str = r"^(\*|\s*(.*:)?(0[xX])?`*0*([0-9a-fA-F]`*){1,16}\s*)$";

/// One known issue.
#[derive(Debug, Clone, PartialEq, Deserialize, Serialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(title = "A signature of kbtriage")]
pub struct Signature {
    /// `KB276222`, or an id of one's own (`ACME-17`). The file is named after it, in lower case.
    #[schemars(regex(pattern = NOT_BLANK))]
    pub id: String,
    /// The issue in a line.
    pub title: String,
    /// Products and versions it is known in.
    pub products: Vec<String>,
    /// Whether a person has read it.
    pub status: Status,
    /// The article.
    pub url: Option<String>,
    /// Why it happens. May be missing in a draft.
    pub cause: Option<String>,
    /// What solves it. May be missing in a draft.
    pub resolution: Option<String>,
    /// What to do meanwhile; left out when there is nothing.
    pub workaround: Option<String>,
    /// Files, or components, and the versions that carry the fix.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub fixed_in: Vec<Fix>,
    /// Ways to recognise it; any one is enough.
    #[serde(default, rename = "match")]
    pub matches: Vec<Clauses>,
    /// Texts that must, or must not, be recognised.
    #[serde(default, rename = "example", skip_serializing_if = "Vec::is_empty")]
    pub examples: Vec<Example>,
    /// Lints silenced for this file.
    #[serde(default, rename = "allow", skip_serializing_if = "Vec::is_empty")]
    pub allows: Vec<Allow>,
}

/// Whether a person has read a signature.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, Serialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum Status {
    /// Read and completed by a person.
    Reviewed,
    /// Extracted from an article or a ticket, not yet read.
    Draft,
}

/// A file (or component) and the version that carries the fix.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize, Serialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Fix {
    /// File name, or where the article names none, a component (`MTA`).
    pub file: String,
    /// First version that has the fix.
    pub version: String,
    /// Product or branch this version belongs to, where branches differ.
    pub product: Option<String>,
}

/// One way to recognise an issue: every clause that is present must hold.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Default, Deserialize, Serialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(transform = some_clause)]
pub struct Clauses {
    /// Frames, innermost first, that stand in this order; `Module!Function`, `*` for any run of characters.
    #[schemars(length(min = 1), inner(regex(pattern = FRAME)))]
    pub stack: Option<Vec<String>>,
    /// The first frame need not be the innermost one of the component.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub anywhere: bool,
    /// Events that must all have been logged: one table, or an array of tables.
    #[serde(default, deserialize_with = "one_or_many", skip_serializing_if = "Vec::is_empty")]
    #[schemars(schema_with = "one_or_many_schema")]
    pub event: Vec<EventClause>,
    /// A stop code.
    pub bugcheck: Option<BugcheckClause>,
    /// A fault.
    pub fault: Option<FaultClause>,
    /// An exception.
    pub exception: Option<ExceptionClause>,
    /// Phrases that all stand within 40 lines.
    #[schemars(length(min = 1), inner(regex(pattern = NOT_BLANK)))]
    pub text: Option<Vec<String>>,
}

impl Clauses {
    /// Whether it asks for nothing but phrases.
    pub fn is_text_alone(&self) -> bool {
        self.stack.is_none()
            && self.event.is_empty()
            && self.bugcheck.is_none()
            && self.fault.is_none()
            && self.exception.is_none()
    }
}

/// An event that must have been logged.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Default, Deserialize, Serialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct EventClause {
    /// Event id.
    pub id: u32,
    /// Source, compared without case.
    pub source: Option<String>,
    /// Words the message contains, without case, blanks collapsed; `*` stands for what was put in.
    pub message: Option<String>,
    /// Level or type, compared without case.
    pub level: Option<String>,
}

/// A stop code.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Default, Deserialize, Serialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct BugcheckClause {
    /// Stop code.
    #[serde(with = "hex_code")]
    #[schemars(schema_with = "hex_code::schema")]
    pub code: u32,
    /// Up to four parameters; `*` stands for any value.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    #[schemars(length(max = 4), inner(regex(pattern = PARAMETER)))]
    pub parameters: Vec<String>,
    /// Module named as the place of the stop, `*` for any run of characters.
    pub module: Option<String>,
}

/// A process that failed in a module.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Default, Deserialize, Serialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct FaultClause {
    /// Process, `*` for any run of characters.
    pub process: Option<String>,
    /// Module, `*` for any run of characters.
    pub module: Option<String>,
    /// Address, compared as a number (`0137:bff7b9a6`, `0x00012a3b`).
    #[schemars(regex(pattern = ADDRESS))]
    pub address: Option<String>,
    /// Exception code.
    #[serde(default, with = "hex_code::option", skip_serializing_if = "Option::is_none")]
    #[schemars(schema_with = "hex_code::schema")]
    pub exception: Option<u32>,
}

/// An exception.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Default, Deserialize, Serialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct ExceptionClause {
    /// Exception code.
    #[serde(with = "hex_code")]
    #[schemars(schema_with = "hex_code::schema")]
    pub code: u32,
    /// Address at which it was raised, compared as a number.
    #[schemars(regex(pattern = ADDRESS))]
    pub address: Option<String>,
}

/// A text that must, or must not, be recognised as this issue.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize, Serialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Example {
    /// What is expected of it.
    pub expect: Expect,
    /// The text, as a ticket would have it.
    pub text: String,
}

/// What is expected of an example.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, Serialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Expect {
    /// This issue comes first.
    Match,
    /// This issue does not match as `likely` or better.
    NoMatch,
}

/// A lint silenced in a signature, and why.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize, Serialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Allow {
    /// Name of the lint.
    pub lint: String,
    /// Why it does not apply here.
    pub reason: String,
}

/// A list of runtime frames as its file has it.
#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RuntimeFile {
    /// The frames.
    #[serde(default, rename = "frame")]
    pub frames: Vec<RuntimeEntry>,
}

/// One entry of that list.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RuntimeEntry {
    /// Frame, `*` for any run of characters.
    pub frame: String,
    /// Why a crash there is not the crash of that module.
    pub reason: String,
    /// How much it says.
    #[serde(default)]
    pub class: Standing,
}

/// How much a frame says of the component that failed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Standing {
    /// Heap, exception dispatch, waits, thread start: stands in any crash.
    #[default]
    Runtime,
    /// A library that everybody calls: tells only when no component of its own stands there.
    System,
    /// A component: what a crash is recognised by.
    #[serde(skip)]
    Own,
}

/// Reads one event table, or an array of them.
///
/// A visitor rather than an untagged enum: that would hide which key is wrong.
fn one_or_many<'de, D: Deserializer<'de>>(from: D) -> Result<Vec<EventClause>, D::Error> {
    struct Events;

    impl<'de> Visitor<'de> for Events {
        type Value = Vec<EventClause>;

        fn expecting(&self, to: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
            to.write_str("an event table, or an array of them")
        }

        fn visit_map<A: MapAccess<'de>>(self, map: A) -> Result<Self::Value, A::Error> {
            EventClause::deserialize(MapAccessDeserializer::new(map)).map(|event| vec![event])
        }

        fn visit_seq<A: SeqAccess<'de>>(self, seq: A) -> Result<Self::Value, A::Error> {
            Vec::deserialize(SeqAccessDeserializer::new(seq))
        }
    }

    from.deserialize_any(Events)
}

/// What [`one_or_many`] reads.
fn one_or_many_schema(generator: &mut SchemaGenerator) -> Schema {
    let one = generator.subschema_for::<EventClause>();
    json_schema!({"anyOf": [one, {"type": "array", "items": one}]})
}

/// Says that one clause at least is there, and `anywhere` only beside a stack.
fn some_clause(schema: &mut Schema) {
    let clauses = ["stack", "bugcheck", "fault", "exception", "text"];
    let mut some: Vec<Schema> = clauses.iter().map(|clause| json_schema!({"required": [clause]})).collect();
    some.push(json_schema!({"required": ["event"], "properties": {"event": {"minItems": 1}}}));
    schema.insert("anyOf".to_owned(), some.into());
    let anywhere = json_schema!({"required": ["anywhere"], "properties": {"anywhere": {"const": true}}});
    schema.insert("if".to_owned(), anywhere.into());
    schema.insert("then".to_owned(), json_schema!({"required": ["stack"]}).into());
}

/// Codes as `"0x0000000a"` or as a TOML integer.
mod hex_code {
    use schemars::{Schema, SchemaGenerator, json_schema};
    use serde::de::{Deserializer, Error, Unexpected, Visitor};
    use serde::ser::Serializer;

    struct Code;

    impl Visitor<'_> for Code {
        type Value = u32;

        fn expecting(&self, to: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
            to.write_str("a code of up to 32 bits, such as \"0x0000000a\"")
        }

        fn visit_i64<E: Error>(self, value: i64) -> Result<u32, E> {
            u32::try_from(value).map_err(|_| E::invalid_value(Unexpected::Signed(value), &self))
        }

        fn visit_str<E: Error>(self, value: &str) -> Result<u32, E> {
            let digits = value.strip_prefix("0x").or_else(|| value.strip_prefix("0X")).unwrap_or(value);
            u32::from_str_radix(digits, 16).map_err(|_| E::invalid_value(Unexpected::Str(value), &self))
        }
    }

    pub(super) fn schema(_: &mut SchemaGenerator) -> Schema {
        json_schema!({"anyOf": [
            {"type": "string", "pattern": "^(0[xX])?0*[0-9a-fA-F]{1,8}$"},
            {"type": "integer", "minimum": 0, "maximum": u32::MAX},
        ]})
    }

    pub(super) fn serialize<S: Serializer>(code: &u32, to: S) -> Result<S::Ok, S::Error> {
        to.serialize_str(&format!("0x{code:08x}"))
    }

    pub(super) fn deserialize<'de, D: Deserializer<'de>>(from: D) -> Result<u32, D::Error> {
        from.deserialize_any(Code)
    }

    pub(super) mod option {
        use serde::{Deserializer, Serializer};

        pub(in super::super) fn serialize<S: Serializer>(
            code: &Option<u32>,
            to: S,
        ) -> Result<S::Ok, S::Error> {
            match code {
                Some(code) => super::serialize(code, to),
                None => to.serialize_none(),
            }
        }

        pub(in super::super) fn deserialize<'de, D: Deserializer<'de>>(
            from: D,
        ) -> Result<Option<u32>, D::Error> {
            super::deserialize(from).map(Some)
        }
    }
}
