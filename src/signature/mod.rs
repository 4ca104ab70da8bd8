//! Known issues: the model, loading them, and keeping them clean.

mod model;

pub use model::{
    Allow, BugcheckClause, Clauses, EventClause, Example, ExceptionClause, Expect, FaultClause, Fix,
    Signature, Status,
};
