//! One file an output format: takes findings or evidence, returns text.

mod evidence;

pub use evidence::evidence_line;
