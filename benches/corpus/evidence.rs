//! Entries that tell of crashes, as debuggers, Event Viewer and Windows print them: half of known frames, half of others.

use super::random::Random;
use kbtriage::Database;
use std::collections::BTreeSet;
use std::io;

/// Every `Module!Function` that a stack clause names.
pub(crate) fn names() -> io::Result<Vec<String>> {
    let database = Database::embedded().map_err(|errors| io::Error::other(format!("{errors:?}")))?;
    let clauses = database.entries().flat_map(|entry| entry.clauses());
    let frames = clauses.flat_map(|clauses| clauses.stack.iter().flatten());
    let names: BTreeSet<&String> =
        frames.filter(|frame| frame.contains('!') && !frame.contains('*')).collect();
    Ok(names.into_iter().cloned().collect())
}

fn frame(random: &mut Random, names: &[String]) -> String {
    if random.below(2) == 0 {
        return names[random.below(names.len())].clone();
    }
    let module =
        random.one(&["ROUTER", "acmegate", "store", "inetinfo", "w3wp", "MSVCRT", "kernel32", "ntdll"]);
    let verb = random.one(&["Open", "Close", "Flush", "Lookup", "Dispatch", "Alloc", "Release"]);
    let noun = random.one(&["Session", "Message", "Folder", "Handle", "Buffer", "Table", "Connection"]);
    format!("{module}!{verb}{noun}{}", random.below(40))
}

/// `ChildEBP RetAddr Args to Child` and its rows, or those of Exchange's debugger extension.
pub(crate) fn debugger_stack(random: &mut Random, names: &[String]) -> String {
    let (header, columns) = if random.below(2) == 0 {
        ("ChildEBP RetAddr  Args to Child", 5)
    } else {
        ("FramePtr ReturnAd Param#1  Param#2  Param#3  Param#4  Function Name", 6)
    };
    let mut text = format!("{header}\n");
    for _ in 0..5 + random.below(15) {
        for _ in 0..columns {
            text.push_str(&random.hex());
            text.push(' ');
        }
        let name = frame(random, names);
        text.push_str(&format!("{name}+0x{:x}\n", random.below(4096)));
    }
    text
}

fn visual_studio_stack(random: &mut Random, names: &[String]) -> String {
    let mut text = String::new();
    for row in 0..4 + random.below(8) {
        let mark = if row == 0 { '>' } else { ' ' };
        let name = frame(random, names).replacen('!', ".dll!", 1);
        let line = random.below(900) + 1;
        text.push_str(&format!("{mark}\t{name}(void * handle=0x{})  Line {line}\tC++\n", random.hex()));
    }
    text
}

fn managed_stack(random: &mut Random) -> String {
    let mut text =
        "Unhandled Exception: System.NullReferenceException: Object reference not set.\n".to_owned();
    for _ in 0..3 + random.below(8) {
        let class = random.one(&["Session", "Importer", "Ledger", "Worker"]);
        let method = random.one(&["Open", "Run", "Read", "Post"]);
        let line = random.below(900) + 1;
        text.push_str(&format!(
            "   at Acme.{class}.{method}(String name) in C:\\src\\{class}.cs:line {line}\n"
        ));
    }
    text
}

fn event(random: &mut Random) -> String {
    let source = random.one(&["MSExchangeMTA", "MSExchangeIS", "W3SVC", "Service Control Manager", "NTDS"]);
    let what = random.one(&["queue", "link", "service", "database", "connection"]);
    format!(
        "Event ID: {}\nSource: {source}\nType: Error\nCategory: None\nDescription: The {what} S{} failed with error 0x{}.\n",
        random.below(12_000) + 1,
        random.below(99),
        random.hex(),
    )
}

/// One entry.
pub(crate) fn piece(random: &mut Random, names: &[String]) -> String {
    let process = random.one(&["STORE", "EXPLORER", "OUTLOOK", "WINWORD"]);
    let module = random.one(&["KERNEL32.DLL", "MAPI32.DLL", "MSO97.DLL", "COMCTL32.DLL"]);
    match random.below(9) {
        0..=2 => debugger_stack(random, names),
        3 => visual_studio_stack(random, names),
        4 => managed_stack(random),
        5 | 6 => event(random),
        7 => format!("{process} caused an invalid page fault in module {module} at 0137:{}.\n", random.hex()),
        _ if random.below(2) == 0 => {
            let parameters = [random.hex(), random.hex(), random.hex(), random.hex()].join(", 0x");
            format!("*** STOP: 0x0000{:04X} (0x{parameters})\n", random.below(0x100))
        }
        _ => format!(
            "Faulting application {process}.exe, version 6.5.{}.1, faulting module {module}, version 5.2.3790.{}, fault address 0x{}.\n",
            1000 + random.below(9000),
            random.below(9999),
            random.hex(),
        ),
    }
}
