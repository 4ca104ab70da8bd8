//! Where in a signature file something stands.

use toml::de::{DeTable, DeValue};

/// One step of the way to a value.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Step {
    /// A key of a table.
    Key(&'static str),
    /// An entry of an array. A table where an array could stand is its only entry.
    Index(usize),
}

/// Line of the value that `path` leads to, or of the innermost one on the way that is there; 1-based.
pub(super) fn line_of(text: &str, path: &[Step]) -> usize {
    let Ok(table) = DeTable::parse(text) else { return 1 };
    let mut offset = 0;
    let mut table = Some(table.get_ref());
    let mut value: Option<&DeValue<'_>> = None;
    for step in path {
        let found = match *step {
            Step::Key(key) => {
                let entry = table.and_then(|table| table.iter().find(|(name, _)| name.get_ref() == key));
                entry.map(|(name, value)| (name.span().start, value.get_ref()))
            }
            Step::Index(index) => match value {
                Some(DeValue::Array(array)) => {
                    array.get(index).map(|entry| (entry.span().start, entry.get_ref()))
                }
                other => other.map(|value| (offset, value)),
            },
        };
        let Some((start, found)) = found else { break };
        (offset, value) = (start, Some(found));
        table = found.as_table();
    }
    line_at(text, offset)
}

/// Line of a byte, 1-based.
pub(super) fn line_at(text: &str, offset: usize) -> usize {
    let before = text.as_bytes().get(..offset).unwrap_or(text.as_bytes());
    1 + memchr::memchr_iter(b'\n', before).count()
}

/// The key whose value stands at a byte: `title` for the 5 in `title = 5`.
pub(super) fn key_at(text: &str, offset: usize) -> Option<&str> {
    let before = text.get(..offset)?;
    let (before, _) = before.rsplit_once('=')?;
    let before = before.trim_end();
    let key =
        before.rsplit(|char: char| !char.is_ascii_alphanumeric() && char != '_' && char != '-').next()?;
    (!key.is_empty()).then_some(key)
}

#[cfg(test)]
mod tests {
    use super::*;
    use Step::{Index, Key};

    const TEXT: &str =
        "id = \"A\"\n\n[[match]]\nstack = [\n  \"a\",\n  \"b\",\n]\n\n[[match]]\nevent = { id = 1 }\n";

    #[test]
    fn a_path_leads_to_a_line() {
        assert_eq!(line_of(TEXT, &[Key("id")]), 1);
        assert_eq!(line_of(TEXT, &[Key("match"), Index(0)]), 3);
        assert_eq!(line_of(TEXT, &[Key("match"), Index(0), Key("stack"), Index(1)]), 6);
        assert_eq!(line_of(TEXT, &[Key("match"), Index(1), Key("event"), Index(0), Key("id")]), 10);
    }

    #[test]
    fn what_is_missing_is_placed_where_it_would_stand() {
        assert_eq!(line_of(TEXT, &[Key("match"), Index(1), Key("text")]), 9);
        assert_eq!(line_of(TEXT, &[Key("url")]), 1);
        assert_eq!(line_of("no toml", &[Key("url")]), 1);
    }

    #[test]
    fn the_key_before_a_value() {
        assert_eq!(key_at("title = 5", 8), Some("title"));
        assert_eq!(key_at("event = { id = \"x\" }", 15), Some("id"));
        assert_eq!(key_at("5", 0), None);
    }
}
