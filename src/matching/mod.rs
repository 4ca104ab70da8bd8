//! Holds evidence against the signature database and says which known issues it shows.
//!
//! Knows no file format and prints nothing.

mod finding;

pub use finding::{Confidence, Finding, Match, Nearest, Reason, Unknown, Verdict};
