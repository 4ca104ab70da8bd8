//! Known issues: the model, loading them, and keeping them clean.

mod check;
mod database;
mod draft;
mod entry;
mod lint;
mod load;
mod model;
pub(crate) mod names;
mod pack;
mod place;
mod runtime;
mod schema;
mod twin;
mod undecorate;

pub use database::Database;
pub use draft::{Draft, draft, draft_id};
pub use entry::Entry;
pub use lint::{LINTS, Lint, LintFinding, lint};
pub use model::{
    Allow, BugcheckClause, Clauses, EventClause, Example, ExceptionClause, Expect, FaultClause, Fix,
    RuntimeEntry, RuntimeFile, Signature, Standing, Status,
};
pub use pack::Heading;
pub use runtime::RuntimeFrames;
pub use schema::signature_schema;
