//! What the !analyze dialect reads, one test a rule.

use crate::evidence::{Evidence, Kind};
use crate::parse::Parser;

fn parse(text: &str) -> Vec<Evidence> {
    Parser::default().parse(text)
}

fn kinds(text: &str) -> Vec<Kind> {
    parse(text).into_iter().map(|piece| piece.kind).collect()
}

const KERNEL: &str = "\
DRIVER_IRQL_NOT_LESS_OR_EQUAL (d1)
An attempt was made to touch memory that is not there.
Arguments:
Arg1: ffffcf81085c9000, memory referenced
Arg2: 0000000000000002, IRQL
Arg3: 0000000000000001, value 0 = read operation, 1 = write operation
Arg4: fffff8005fad3249, address which referenced memory

BUGCHECK_STR:  AV

PROCESS_NAME:  System

MODULE_NAME: netpack

IMAGE_NAME:  netpack.sys

IMAGE_VERSION:  6.3.9600.18146

FAILURE_BUCKET_ID:  AV_netpack!Copy
";

#[test]
fn a_kernel_analysis_is_one_stop_code_with_its_module() {
    let found = kinds(KERNEL);
    let Kind::Bugcheck(check) = &found[0] else { panic!("{found:?}") };
    assert_eq!(check.code, 0xd1);
    assert_eq!(check.parameters, [0xffff_cf81_085c_9000, 2, 1, 0xffff_f800_5fad_3249].map(Some));
    assert_eq!(check.module.as_deref(), Some("netpack.sys"));
    assert_eq!(check.bucket.as_deref(), Some("AV_netpack!Copy"));
    let Kind::Module(module) = &found[1] else { panic!("{found:?}") };
    assert_eq!(module.version.as_deref(), Some("6.3.9600.18146"));
    assert_eq!(found.len(), 2);
}

#[test]
fn a_stop_code_alone_is_read_from_its_fields() {
    for (text, code, parameters) in [
        (
            "BUGCHECK_CODE:  3b\nBUGCHECK_P1: c0000005\nBUGCHECK_P2: 1\nBUGCHECK_P3: 2\nBUGCHECK_P4: 0\n",
            0x3b,
            4,
        ),
        ("BUGCHECK_STR:  0x1E_c0000005_R\n\nPROCESS_NAME:  System\n", 0x1e, 0),
    ] {
        let found = kinds(text);
        let Kind::Bugcheck(check) = &found[0] else { panic!("{found:?}") };
        assert_eq!((check.code, check.parameters.len()), (code, parameters));
    }
}

#[test]
fn a_flattened_analysis_is_read_like_one_with_lines() {
    let flat = KERNEL.replace('\n', " ");
    assert_eq!(kinds(&flat), kinds(KERNEL));
    let spread = KERNEL.replace('\n', "\n\n");
    assert_eq!(kinds(&spread), kinds(KERNEL));
}

const USER: &str = "\
FAULTING_IP:
codec!Decode+c5
00000000`775e7085 488b440af0      mov     rax,qword ptr [rdx+rcx-10h]

EXCEPTION_RECORD:  (.exr -1)
ExceptionAddress: 00000000775e7085 (codec!Decode+0x00000000000000c5)
   ExceptionCode: c0000005 (Access violation)

PROCESS_NAME:  player.exe

ERROR_CODE: (NTSTATUS) 0xc0000005 - The instruction at 0x%p referenced memory at 0x%p.

IMAGE_NAME:  codec.dll
IMAGE_VERSION:  2.1.0.7

FAILURE_BUCKET_ID:  INVALID_POINTER_READ_c0000005_codec.dll!Decode
";

#[test]
fn a_process_analysis_is_one_fault() {
    let found = kinds(USER);
    let [Kind::Fault(fault)] = found.as_slice() else { panic!("{found:?}") };
    assert_eq!(fault.process.as_deref(), Some("player.exe"));
    assert_eq!(
        (fault.module.as_deref(), fault.module_version.as_deref()),
        (Some("codec.dll"), Some("2.1.0.7"))
    );
    assert_eq!((fault.exception, fault.address.as_deref()), (Some(0xc000_0005), Some("00000000775e7085")));
    assert_eq!(fault.description.as_deref(), Some("Access violation"));
}

#[test]
fn the_exception_address_falls_back_on_the_faulting_ip() {
    let text = "FAULTING_IP: \ncodec!Decode+7 [c:\\src\\codec.c @ 23]\n77d680f7 8b4808          mov     ecx,dword ptr [eax+8]\n\n\
        EXCEPTION_CODE: (NTSTATUS) 0xc0000005 - text\n";
    let found = kinds(text);
    let [Kind::Fault(fault)] = found.as_slice() else { panic!("{found:?}") };
    assert_eq!(fault.address.as_deref(), Some("77d680f7"));
}

#[test]
fn an_exception_behind_a_stop_code_is_told_with_it() {
    let text =
        KERNEL.replace("PROCESS_NAME", "EXCEPTION_CODE: (NTSTATUS) 0xc0000094 - division\n\nPROCESS_NAME");
    let codes: Vec<_> = kinds(&text)
        .into_iter()
        .filter_map(|kind| if let Kind::Exception(exception) = kind { Some(exception.code) } else { None })
        .collect();
    assert_eq!(codes, [0xc000_0094]);
}

#[test]
fn two_dumps_are_two_crashes_and_a_second_look_is_none() {
    let other = KERNEL.replace("Arg1: ffffcf81085c9000", "Arg1: ffffcf8108000000");
    let twice =
        format!("Bugcheck Analysis\n{KERNEL}\nLoading Dump File [C:\\b.dmp]\nBugcheck Analysis\n{other}");
    assert_eq!(parse(&twice).iter().filter_map(|piece| piece.incident).max(), Some(2));
    let look = KERNEL.lines().take(7).collect::<Vec<_>>().join("\n");
    let again = format!("Bugcheck Analysis\n{look}\n1: kd> !analyze -v\nBugcheck Analysis\n{KERNEL}");
    assert_eq!(kinds(&again), kinds(KERNEL));
}

#[test]
fn a_heading_without_its_arguments_tells_by_the_name_of_its_code() {
    let text =
        "PAGE_FAULT_IN_NONPAGED_AREA (50)\nBad memory.\n\nIMAGE_NAME:  netpack.sys\n\nPROCESS_NAME:  a.exe\n";
    assert!(matches!(kinds(text).as_slice(), [Kind::Bugcheck(check)] if check.code == 0x50));
    assert!(kinds(&text.replace("NONPAGED_AREA", "SOME_AREA")).is_empty());
}

#[test]
fn a_bucket_that_blames_a_module_is_a_fault() {
    let text = "IMAGE_NAME:  codec.dll\n\nFAILURE_BUCKET_ID:  AV_codec.dll!f\n\nIMAGE_VERSION:  2.1.0.7\n";
    assert!(
        matches!(kinds(text).as_slice(), [Kind::Fault(fault)] if fault.module_version.as_deref() == Some("2.1.0.7"))
    );
}

#[test]
fn names_of_modules_and_processes_alone_are_no_crash() {
    assert!(kinds("MODULE_NAME: nt\n\nIMAGE_NAME:  ntkrnlmp.exe\n").is_empty());
    assert!(kinds("set PROCESS_NAME: build and IMAGE_NAME: base\n").is_empty());
}

#[test]
fn an_analysis_with_its_stack_and_its_driver_is_one_incident() {
    let found = parse(include_str!("../../../fixtures/dumps/analyze-with-k.txt"));
    assert!(found.iter().all(|piece| piece.incident == Some(1)), "{found:#?}");
    let stacks = found.iter().filter(|piece| matches!(piece.kind, Kind::Stack(_))).count();
    assert_eq!(stacks, 2);
}
