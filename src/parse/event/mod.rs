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
