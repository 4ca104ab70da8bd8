//! What debuggers print about a whole crash: Dr. Watson logs, `!analyze`, module lists.

pub(crate) mod analyze;
pub(crate) mod installed;
pub(crate) mod modules;
pub(crate) mod watson;
