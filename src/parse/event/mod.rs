//! Event-log entries, and the mention of them.

pub(crate) mod cells;
pub(crate) mod entry;
pub(crate) mod id;
pub(crate) mod labels;
pub(crate) mod lead_in;
pub(crate) mod mention;
pub(crate) mod message;
mod stamp;
pub(crate) mod table;
pub(crate) mod viewer;
pub(crate) mod xml;

#[cfg(test)]
pub(crate) mod tests {
    //! What the tests of several layouts ask for.

    use crate::evidence::Kind;

    /// The id and the message of every event in a text.
    pub(crate) fn messages(text: &str) -> Vec<(u32, Option<String>)> {
        let found = crate::parse::Parser::default().parse(text).into_iter();
        found
            .filter_map(|piece| match piece.kind {
                Kind::Event(event) => Some((event.id, event.message)),
                _ => None,
            })
            .collect()
    }

    /// The message of the first.
    pub(crate) fn message(text: &str) -> Option<String> {
        messages(text).into_iter().next().and_then(|(_, message)| message)
    }
}
