//! Names of stop codes and exception codes.

/// The documented name of a stop code, `IRQL_NOT_LESS_OR_EQUAL` for 0xA.
///
/// ```
/// assert_eq!(kbtriage::evidence::bugcheck_name(0xA), Some("IRQL_NOT_LESS_OR_EQUAL"));
/// ```
pub fn bugcheck_name(code: u32) -> Option<&'static str> {
    (code == 0xA).then_some("IRQL_NOT_LESS_OR_EQUAL")
}

/// The documented name of an exception code, `STATUS_ACCESS_VIOLATION` for 0xC0000005.
pub fn exception_name(code: u32) -> Option<&'static str> {
    (code == 0xC000_0005).then_some("STATUS_ACCESS_VIOLATION")
}
