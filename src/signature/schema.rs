//! The layout of a signature file as JSON Schema, for editors.

use super::model::Signature;
use schemars::Schema;
use schemars::generate::SchemaSettings;
use schemars::transform::{RecursiveTransform, Transform};
use serde_json::Value;

/// Describes a signature file as it loads.
pub fn signature_schema() -> Schema {
    let settings = SchemaSettings::draft2020_12().for_deserialize();
    let mut schema = settings.into_generator().into_root_schema_for::<Signature>();
    RecursiveTransform(without_null).transform(&mut schema);
    schema
}

/// TOML has no null: what is not known is left out.
fn without_null(schema: &mut Schema) {
    let is_null = |value: &Value| value == "null" || value.get("type").is_some_and(|kind| kind == "null");
    for key in ["type", "anyOf"] {
        let Some(Value::Array(ways)) = schema.get_mut(key) else { continue };
        ways.retain(|way| !is_null(way));
        if let [Value::String(_)] = ways.as_slice() {
            let only = ways.remove(0);
            schema.insert(key.to_owned(), only);
        } else if let [Value::Object(only)] = ways.as_mut_slice() {
            let only = std::mem::take(only);
            schema.remove(key);
            only.into_iter().for_each(|(key, value)| {
                schema.insert(key, value);
            });
        }
    }
    if schema.get("default").is_some_and(Value::is_null) {
        schema.remove("default");
    }
}
