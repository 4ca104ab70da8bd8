//! Known issues: the model, loading them, and keeping them clean.

mod check;
mod database;
mod lint;
mod model;
pub(crate) mod names;
mod place;
mod runtime;
mod undecorate;

pub use database::{Database, Entry};
pub use lint::{LINTS, Lint, LintFinding, lint};
pub use model::{
    Allow, BugcheckClause, Clauses, EventClause, Example, ExceptionClause, Expect, FaultClause, Fix,
    Signature, Status,
};
pub use runtime::{RuntimeFrames, Standing};
