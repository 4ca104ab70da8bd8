//! Stop codes: blue screens, and what is left of them in lists, reports and prose.

pub(crate) mod bluescreen;
pub(crate) mod code;
pub(crate) mod report;
