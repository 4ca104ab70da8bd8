//! Processes that failed: Windows 9x faults, application errors, error reports, exceptions.

pub(crate) mod app_error;
pub(crate) mod exception;
pub(crate) mod fault9x;
mod shortened;
pub(crate) mod wer;
