//! Crash triage: from a pasted crash to the known issue, the version that fixes it and the workaround.
//!
//! Data goes one way: [`source`] reads bytes, [`parse`] finds the crash evidence in them, [`evidence`] is what
//! it finds, [`matching`] holds that against the known issues of [`signature`], [`report`] says the result, and [`redact`]
//! makes it fit to share before.
//!
//! ```
//! use kbtriage::{Kind, Parser};
//!
//! let paste = "0ab1fcfc 00510cc7 cffa119e 07ad9838 0069578c EMSMTA!otpmralt+0x25\n\
//!              0ab1fd4c 004dfe5a 00000034 08564d01 0786a290 EMSMTA!otpurert+0x307\n";
//! let found = Parser::default().parse(paste);
//! let Kind::Stack(stack) = &found[0].kind else { panic!("no stack") };
//! assert_eq!(stack.frames[0].function.as_deref(), Some("otpmralt"));
//! ```

#![forbid(unsafe_code)]

pub mod error;
pub mod evidence;
pub mod matching;
pub mod parse;
pub mod redact;
pub mod report;
pub mod signature;
pub mod source;

pub use error::Error;
pub use evidence::{Evidence, Kind};
pub use matching::{Confidence, Finding, Matcher};
pub use parse::Parser;
pub use signature::{Database, Signature};
