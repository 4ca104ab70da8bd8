//! Drafts from articles and tickets: they load, lint clean, and say what is missing.

use super::*;
use crate::signature::{Expect, lint};
use std::borrow::Cow;

const TICKET: &str = "\
The gateway service fell over. From WinDbg:

0:004> kb
ChildEBP RetAddr  Args to Child
00f4e1bc 6b0112d4 00000001 00303d48 45544147 acmegate!CSession::Flush+0x4a
00f4e1d8 6b010f02 00f4e2a0 00000000 00000000 acmegate!CSession::OnTimer+0x91
00f4e200 6b0100cc 00f4e2a0 00000000 00000000 acmegate!TimerThread+0x2c
00f4ffec 00000000 6b0100a0 0014d2e8 00000000 KERNEL32!BaseThreadStart+0x51

Thank you!
";

fn known() -> Database {
    Database::embedded().unwrap()
}

/// The draft of a text, read from its TOML; nothing of it may be found fault with.
fn drafted(text: &str) -> (Signature, Vec<String>) {
    let draft = draft(text, "ACME-17", &known());
    let mut database = known();
    let toml = draft.to_toml();
    database.add(Path::new("acme-17.toml"), Cow::Owned(toml.clone())).unwrap();
    assert_eq!(lint(&database), [], "{toml}");
    let signature = database.get("ACME-17").unwrap().clone();
    assert_eq!(signature, draft.signature);
    (signature, draft.missing)
}

#[test]
fn a_ticket_gives_its_stack_and_asks_for_the_rest() {
    let (signature, missing) = drafted(TICKET);
    assert_eq!(signature.title, "acmegate fails in CSession::Flush");
    let stack = signature.matches[0].stack.as_ref().unwrap();
    assert_eq!(*stack, ["acmegate!CSession::Flush", "acmegate!CSession::OnTimer", "acmegate!TimerThread"]);
    let example = &signature.examples[0];
    assert_eq!(example.expect, Expect::Match);
    assert!(example.text.contains("acmegate!TimerThread+0x2c") && !example.text.contains("Thank you"));
    for key in ["title", "products", "fixed_in", "cause", "resolution"] {
        assert!(missing.iter().any(|said| said.starts_with(key)), "{key}: {missing:?}");
    }
}

#[test]
fn an_issue_that_shows_the_same_is_named_as_a_twin() {
    let mut database = known();
    let theirs = "id = \"GATE-1\"\ntitle = \"t\"\nproducts = []\nstatus = \"draft\"\n\n[[match]]\n\
                  stack = [\"acmegate!CSession::Flush\", \"acmegate!CSession::OnTimer\"]\n\n\
                  [[example]]\nexpect = \"match\"\ntext = \"x\"\n";
    database.add(Path::new("gate-1.toml"), Cow::Borrowed(theirs)).unwrap();
    let draft = draft(TICKET, "ACME-17", &database);
    assert!(draft.missing.iter().any(|said| said.starts_with("match: GATE-1")), "{:?}", draft.missing);
    assert!(draft.to_toml().contains("lint = \"twin\"\nreason = \"GATE-1 shows the same.\""));
    database.add(Path::new("acme-17.toml"), Cow::Owned(draft.to_toml())).unwrap();
    assert_eq!(lint(&database), [], "neither the draft nor the issue that it was drafted beside");
}

#[test]
fn a_single_frame_is_backed_by_its_exception() {
    let text = "Exception: access violation (0xc0000005), Address: 0x00401000\n\n\
                0ab1fcfc 00510cc7 cffa119e 07ad9838 0069578c acme!lonely+0x25\n\
                0ab1fd4c 004dfe5a 00000034 08564d01 0786a290 KERNEL32!BaseThreadStart+0x51\n";
    let (signature, _) = drafted(text);
    assert_eq!(signature.matches[0].exception.as_ref().map(|exception| exception.code), Some(0xc000_0005));
    assert_eq!(signature.matches[1].exception, None);
    assert_eq!(signature.allows[0].lint, "short-stack");
}

#[test]
fn events_are_asked_for_together_and_mentions_not_at_all() {
    let text = "Event ID: 7001\nSource: AcmeGate\nDescription: The session 12 was closed before its time.\n\n\
                Event ID: 7002\nSource: AcmeGate\nDescription: No timer was left for the queue \"OUT\".\n\n\
                Sometimes event 7003 is logged as well.\n";
    let (signature, _) = drafted(text);
    let [clauses] = signature.matches.as_slice() else { panic!("{:?}", signature.matches) };
    let said: Vec<_> =
        clauses.event.iter().map(|event| (event.id, event.message.as_deref().unwrap())).collect();
    assert_eq!(said, [(7001, "was closed before its time"), (7002, "No timer was left for the queue")]);
}

#[test]
fn an_event_that_names_the_exception_tells_no_more_than_the_stack() {
    let event = "Event ID: 7001\nSource: AcmeGate\nDescription: The gateway has stopped after \
                 exception c0000005 at once.\n\n";
    let (signature, missing) = drafted(&format!("{event}{TICKET}"));
    assert!(signature.matches.iter().all(|clauses| clauses.event.is_empty()));
    assert!(missing.iter().any(|said| said.contains("event 7001 tells only")), "{missing:?}");
    let (signature, _) = drafted(event);
    let message = signature.matches[0].event[0].message.as_deref();
    assert_eq!(message, Some("The gateway has stopped after exception c0000005 at once"));
}

#[test]
fn the_example_of_a_text_without_line_breaks_is_the_evidence_alone() {
    let flat: Vec<&str> = TICKET.split_whitespace().collect();
    let (signature, _) = drafted(&format!("{} {}", "So it went on. ".repeat(40), flat.join(" ")));
    let [example] = signature.examples.as_slice() else { panic!("{:?}", signature.examples) };
    assert!(example.text.starts_with("ChildEBP") || example.text.starts_with("00f4e1bc"), "{}", example.text);
    assert!(!example.text.contains("Thank you"));
}

#[test]
fn the_example_of_a_row_has_the_heading_of_its_table() {
    let text = "Message,Source,Event ID,Level\nNo timer was left for the queue,AcmeGate,7002,Error\n";
    let (signature, missing) = drafted(text);
    let [example] = signature.examples.as_slice() else { panic!("{missing:?}") };
    assert!(example.text.starts_with("Message,"), "{}", example.text);
}

#[test]
fn a_stop_needs_a_place() {
    let (signature, _) = drafted("*** STOP: 0x0000000A (0x00000010,0x00000002,0x00000000,0x801337f4)\n");
    let stop = signature.matches[0].bugcheck.as_ref().unwrap();
    assert_eq!(stop.parameters, ["0x00000010", "0x00000002", "0x00000000", "0x801337f4"]);
    let (signature, missing) =
        drafted("*** STOP: 0x0000000A (0xe1082008,0x00000002,0x00000000,0x00000000)\n");
    assert!(signature.matches.is_empty());
    assert!(missing.iter().any(|said| said.contains("stop 0x0000000a")), "{missing:?}");
}

#[test]
fn a_fault_needs_a_place_that_is_not_the_runtimes_own() {
    let fault = |module: &str, code: &str| {
        format!(
            "Faulting application name: acme.exe, version: 1.0.0.0, time stamp: 0x5153\n\
             Faulting module name: {module}, version: 6.3.9600.1, time stamp: 0x5450\n\
             Exception code: {code}\nFault offset: 0x00014598\n"
        )
    };
    let (signature, _) = drafted(&fault("acmecore.dll", "0xc0000005"));
    let clause = signature.matches[0].fault.as_ref().unwrap();
    assert_eq!(
        (clause.module.as_deref(), clause.address.as_deref()),
        (Some("acmecore.dll"), Some("0x00014598"))
    );
    let (signature, missing) = drafted(&fault("KERNELBASE.dll", "0xe0434352"));
    assert!(signature.matches.is_empty());
    assert!(missing.iter().any(|said| said.starts_with("match: the fault tells nothing")), "{missing:?}");
}

#[test]
fn a_text_without_evidence_gives_a_draft_that_says_so() {
    let (signature, missing) = drafted("Nothing happened.\n");
    assert_eq!(signature.title, "Not named yet");
    assert!(signature.matches.is_empty() && signature.examples.is_empty());
    assert!(missing.iter().any(|said| said.starts_with("match: no evidence")), "{missing:?}");
}

#[test]
fn an_article_keeps_its_passages_as_comments() {
    let article = "DOCUMENT:Q900001  08-MAY-2002  [acme]\nTITLE   :XACM: Gateway Stops\n\nCAUSE\n=====\n\nA bad index.\n";
    let toml = draft(article, "KB900001", &known()).to_toml();
    assert!(toml.contains("# cause (rewrite in your own words): A bad index.\n# cause = \"\"\n"), "{toml}");
    assert!(toml.contains("url = \"https://support.microsoft.com/kb/900001\""), "{toml}");
    assert_eq!(draft_id(article, Path::new("x.txt")).as_deref(), Some("KB900001"));
}
