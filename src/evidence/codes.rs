//! Names of stop codes and exception codes.
//!
//! The names are data beside the code: `bugchecks.tsv` has the stop codes of `bugcodes.h` (taken from the
//! constants of the `windows-sys` crate, under the name that Microsoft's bug check reference gives them),
//! `ntstatus.tsv` the NTSTATUS and RPC codes of `ntstatus.h` and `winerror.h` (from `minidump-common`) and what
//! compilers and runtimes raise. One row a name, sorted by code; of several names for a code the first is the
//! documented one, the others are what older and newer systems print.

use std::sync::LazyLock;

type Names = LazyLock<Vec<(u32, &'static str)>>;

static BUGCHECKS: Names = LazyLock::new(|| rows(include_str!("bugchecks.tsv")));
static EXCEPTIONS: Names = LazyLock::new(|| rows(include_str!("ntstatus.tsv")));

/// Set in the stop code of a small memory dump: 0x1000008E is a 0x8E.
const SMALL_DUMP: u32 = 0x1000_0000;

/// The documented name of a stop code, `IRQL_NOT_LESS_OR_EQUAL` for 0xA.
///
/// A small memory dump marks the code (0x1000008E). Some of these have a name of their own, ending in `_M`; the
/// others go by the name of the plain code, as in the debugger. Hard errors stop the system with their NTSTATUS
/// (0xC0000135), and have its name.
///
/// ```
/// use kbtriage::evidence::bugcheck_name;
///
/// assert_eq!(bugcheck_name(0xA), Some("IRQL_NOT_LESS_OR_EQUAL"));
/// assert_eq!(bugcheck_name(0x1000_007E), Some("SYSTEM_THREAD_EXCEPTION_NOT_HANDLED_M"));
/// ```
pub fn bugcheck_name(code: u32) -> Option<&'static str> {
    let hard_error = || (code >= 0xC000_0000).then(|| exception_name(code)).flatten();
    let unmarked = || (code >> 28 == 1).then(|| find(&BUGCHECKS, code & !SMALL_DUMP)).flatten();
    find(&BUGCHECKS, code).or_else(unmarked).or_else(hard_error)
}

/// The stop code that goes by a name, in whatever case it is written.
///
/// ```
/// assert_eq!(kbtriage::evidence::bugcheck_code("irql_not_less_or_equal"), Some(0xA));
/// ```
pub fn bugcheck_code(name: &str) -> Option<u32> {
    BUGCHECKS.iter().find(|(_, known)| known.eq_ignore_ascii_case(name)).map(|(code, _)| *code)
}

/// The documented name of an exception code, `STATUS_ACCESS_VIOLATION` for 0xC0000005.
///
/// ```
/// assert_eq!(kbtriage::evidence::exception_name(0xE06D_7363), Some("CPP_EXCEPTION"));
/// ```
pub fn exception_name(code: u32) -> Option<&'static str> {
    find(&EXCEPTIONS, code)
}

fn rows(table: &'static str) -> Vec<(u32, &'static str)> {
    table.lines().filter_map(row).collect()
}

/// `0000000a`, a tab, `IRQL_NOT_LESS_OR_EQUAL`.
fn row(line: &'static str) -> Option<(u32, &'static str)> {
    let (code, name) = line.split_once('\t')?;
    Some((u32::from_str_radix(code, 16).ok()?, name))
}

/// The first name of a code.
fn find(names: &[(u32, &'static str)], code: u32) -> Option<&'static str> {
    let first = names.partition_point(|(known, _)| *known < code);
    names.get(first).filter(|(known, _)| *known == code).map(|(_, name)| *name)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_row_is_read_and_rows_are_sorted_by_code() {
        for (table, names) in
            [(include_str!("bugchecks.tsv"), &*BUGCHECKS), (include_str!("ntstatus.tsv"), &*EXCEPTIONS)]
        {
            assert_eq!(table.lines().count(), names.len());
            assert!(names.is_sorted_by_key(|(code, _)| *code));
            for (_, name) in names {
                assert!(name.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'_'), "{name}");
            }
        }
    }

    #[test]
    fn stop_codes_have_their_documented_names() {
        for (code, name) in [
            (0x1E, "KMODE_EXCEPTION_NOT_HANDLED"),
            (0x50, "PAGE_FAULT_IN_NONPAGED_AREA"),
            (0x7B, "INACCESSIBLE_BOOT_DEVICE"),
            (0xC2, "BAD_POOL_CALLER"),
            (0x124, "WHEA_UNCORRECTABLE_ERROR"),
            (0xC000_021A, "WINLOGON_FATAL_ERROR"),
            (0xDEAD_DEAD, "MANUALLY_INITIATED_CRASH1"),
        ] {
            assert_eq!(bugcheck_name(code), Some(name));
        }
        assert_eq!(bugcheck_name(0), None);
        assert_eq!(bugcheck_name(0x9088), None);
    }

    #[test]
    fn of_two_names_the_documented_one_comes_first_and_both_lead_to_the_code() {
        assert_eq!(bugcheck_name(0x116), Some("VIDEO_TDR_FAILURE"));
        assert_eq!(bugcheck_code("VIDEO_TDR_ERROR"), Some(0x116));
        assert_eq!(bugcheck_name(0x58), Some("FTDISK_INTERNAL_ERROR"));
        assert_eq!(bugcheck_code("VOLMGRX_INTERNAL_ERROR"), Some(0x58));
    }

    #[test]
    fn the_mark_of_a_small_dump_keeps_the_name() {
        assert_eq!(bugcheck_name(0x1000_0050), Some("PAGE_FAULT_IN_NONPAGED_AREA_M"));
        assert_eq!(bugcheck_name(0x1000_00D1), Some("DRIVER_IRQL_NOT_LESS_OR_EQUAL"));
        assert_eq!(bugcheck_code("Kernel_Mode_Exception_Not_Handled_M"), Some(0x1000_008E));
    }

    #[test]
    fn a_hard_error_stop_has_the_name_of_its_status() {
        assert_eq!(bugcheck_name(0xC000_0135), Some("STATUS_DLL_NOT_FOUND"));
        assert_eq!(bugcheck_name(0x103), Some("MUP_FILE_SYSTEM"), "not STATUS_PENDING");
        assert_eq!(bugcheck_name(0x8000_0003), None);
    }

    #[test]
    fn exceptions_of_windows_compilers_and_runtimes_have_names() {
        for (code, name) in [
            (0xC000_0005, "STATUS_ACCESS_VIOLATION"),
            (0xC000_0409, "STATUS_STACK_BUFFER_OVERRUN"),
            (0xC000_027B, "STATUS_STOWED_EXCEPTION"),
            (0x8000_0003, "STATUS_BREAKPOINT"),
            (0x4001_0005, "DBG_CONTROL_C"),
            (0x0000_06BA, "RPC_S_SERVER_UNAVAILABLE"),
            (0x406D_1388, "MS_VC_EXCEPTION"),
            (0xC06D_007E, "DELAYLOAD_MOD_NOT_FOUND"),
            (0xC06D_007F, "DELAYLOAD_PROC_NOT_FOUND"),
            (0xE043_4352, "CLR_EXCEPTION"),
            (0xE043_4F4D, "CLR_EXCEPTION"),
        ] {
            assert_eq!(exception_name(code), Some(name));
        }
        assert_eq!(exception_name(0xE002_0002), None);
    }
}
