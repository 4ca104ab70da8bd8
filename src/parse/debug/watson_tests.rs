//! What the Dr. Watson dialect reads, one test a rule.

use crate::evidence::{Evidence, Fault, Kind};
use crate::parse::Parser;

fn parse(text: &str) -> Vec<Evidence> {
    Parser::default().parse(text)
}

fn faults(text: &str) -> Vec<Fault> {
    let fault = |piece: Evidence| if let Kind::Fault(fault) = piece.kind { Some(fault) } else { None };
    parse(text).into_iter().filter_map(fault).collect()
}

const ENTRY: &str = "Application exception occurred:\n        App: exe\\store.dbg (pid=301)\n        \
     When: 6/26/2000 @ 1:0:52.767\n        Exception number: c0000005 (access violation)\n";

#[test]
fn an_entry_is_a_fault_with_the_address_of_its_marked_instruction() {
    let text = format!("{ENTRY}\nfunction: RtlFreeHeap\nFAULT ->77f64b41 0b5e10   or   ebx,[esi+0x10]\n");
    let expected = Fault {
        process: Some("store.dbg".into()),
        address: Some("77f64b41".into()),
        description: Some("access violation".into()),
        exception: Some(0xc000_0005),
        ..Fault::default()
    };
    assert_eq!(faults(&text), [expected]);
    assert_eq!(parse(&text)[0].place.lines, (1, 4));
}

#[test]
fn addresses_of_alpha_and_of_windows_nt_3_51() {
    let alpha = format!("{ENTRY}FAULT ->0210acd0: a0600000 ldl     t2,0(v0)\n");
    assert_eq!(faults(&alpha)[0].address.as_deref(), Some("0210acd0"));
    let old = format!("{ENTRY}FAULT-->  0x77f2421f  668b0 mov   cx,word ptr [edx]\n");
    assert_eq!(faults(&old)[0].address.as_deref(), Some("0x77f2421f"));
}

#[test]
fn two_entries_are_two_incidents_however_near() {
    let found = parse(&format!("{ENTRY}\n{ENTRY}"));
    assert_eq!(found.iter().map(|piece| piece.incident).collect::<Vec<_>>(), [Some(1), Some(2)]);
}

#[test]
fn placeholders_name_no_process_and_paths_are_left_off() {
    let process = |app: &str| {
        let text = format!("Application exception occurred:\n{app}\nException number: c0000005\n");
        faults(&text)[0].process.clone()
    };
    assert_eq!(process("App:  (pid=344)"), None);
    assert_eq!(process("App: <path> snaservr.exe (pid=<process ID #>)").as_deref(), Some("snaservr.exe"));
    assert_eq!(process("App: exe\\snaexp.DBG <process ID>").as_deref(), Some("snaexp.DBG"));
    assert_eq!(process("App: exe\\snaservr.dbg (pid)").as_deref(), Some("snaservr.dbg"));
    let spaced = r"App: C:\Program Files (x86)\Tool Box\My Tool.exe (pid=9)";
    assert_eq!(process(spaced).as_deref(), Some("My Tool.exe"));
}

#[test]
fn a_wrapped_or_flattened_header_is_read() {
    let wrapped =
        "Application exception occurred:\n\nApp: exe\\a.dbg (<pid>) <date > Exception\nnumber: c0000005 (x)";
    let flat = "Dr. Watson says: Application exception occurred: App: a.dbg (pid=3) \
        When: 1/1/1997 @ 12:00:00.000 Exception number: c0000005 (x) and then the service stops.";
    for text in [wrapped, flat] {
        let fault = &faults(text)[0];
        assert_eq!((fault.process.as_deref(), fault.exception), (Some("a.dbg"), Some(0xc000_0005)), "{text}");
    }
}

#[test]
fn an_excerpt_may_begin_at_its_application() {
    let found =
        faults("App: emsmta.DBG (pid=373)\nWhen: 8/5/1996 @ 9:18:54.343\nException number: c0000005 (av)\n");
    assert_eq!(found.len(), 1);
    assert_eq!(found[0].process.as_deref(), Some("emsmta.DBG"));
}

#[test]
fn other_languages_are_read_by_their_layout() {
    let text = "Une exception s'est produite :\n   App : C:\\Outils\\essai.exe (pid=1364)\n   \
        Quand : 07/01/2004 @ 17:55:39.171\n   Numéro d'exception : c0000005 (violation d'accès)\n";
    let fault = &faults(text)[0];
    assert_eq!(fault.process.as_deref(), Some("essai.exe"));
    assert_eq!(fault.description.as_deref(), Some("violation d'accès"));
}

#[test]
fn module_rows_of_both_layouts() {
    let text = format!(
        "{ENTRY}*----> Module List <----*\n(77f00000 - 77f5e000) dll\\kernel32.dbg\n(00340000 - 00350000)\n\
         (0000000077e60000 - 0000000077f46000: C:\\WINDOWS\\system32\\ntdll.dll\n"
    );
    let module = |piece: &Evidence| match &piece.kind {
        Kind::Module(module) => Some((module.name.clone(), module.base.clone()?, module.end.clone()?)),
        _ => None,
    };
    let rows: Vec<_> = parse(&text).iter().filter_map(module).collect();
    let row = |name: &str, base: &str, end: &str| (name.to_owned(), base.to_owned(), end.to_owned());
    assert_eq!(
        rows,
        [
            row("kernel32.dbg", "0x77f00000", "0x77f5e000"),
            row("ntdll.dll", "0x0000000077e60000", "0x0000000077f46000"),
        ]
    );
}

#[test]
fn an_excerpt_without_header_is_a_fault_at_an_address() {
    let found =
        faults("State Dump for Thread Id 0x161\n\nfunction: f\nFAULT ->02054b0f 668b7904 mov di,[ecx+4]\n");
    assert_eq!(found, [Fault { address: Some("02054b0f".into()), ..Fault::default() }]);
    assert!(faults("State Dump for Thread Id 0x161\n\nnothing else\n").is_empty());
}

#[test]
fn sixteen_bit_reports_say_it_in_a_sentence() {
    let text = "Dr. Watson 0.80 Failure Report- Sat May 23 14:30:44 1992 Write had a 'Code\n\
        Segment (Read)' fault at Display 2:1d70 $tag$WRITE$Code\n";
    let fault = &faults(text)[0];
    assert_eq!(fault.process.as_deref(), Some("Write"));
    assert_eq!(fault.description.as_deref(), Some("Code Segment (Read)"));
    assert_eq!((fault.module.as_deref(), fault.address.as_deref()), (Some("Display"), Some("2:1d70")));
}

#[test]
fn program_logs_that_speak_of_application_exceptions_are_none() {
    for text in [
        "log.warn(\"Application exception occurred: {} - {}\", name);",
        "worker: started (pid=4711)\nchecksum: deadbeef\n",
        "the exception number is given below",
        "Take note of when the application exception occurred. App: look",
    ] {
        assert!(parse(text).is_empty(), "{text}");
    }
}

#[test]
fn a_log_of_three_crashes_and_ninety_threads_is_three_incidents() {
    let found = parse(include_str!("../../../fixtures/logs/drwtsn32-three-crashes.log"));
    let of = |piece: &&Evidence| matches!(piece.kind, Kind::Stack(_));
    assert_eq!(found.iter().filter(of).count(), 90);
    let addresses: Vec<_> = found
        .iter()
        .filter_map(|piece| {
            if let Kind::Fault(fault) = &piece.kind { Some((piece.incident, &fault.address)) } else { None }
        })
        .collect();
    assert_eq!(
        addresses.iter().map(|(incident, _)| *incident).collect::<Vec<_>>(),
        [Some(1), Some(2), Some(3)]
    );
    assert!(addresses.iter().all(|(_, address)| address.is_some()));
    assert_eq!(found.iter().filter_map(|piece| piece.incident).max(), Some(3));
    assert!(found.iter().all(|piece| piece.incident.is_some()));
}
