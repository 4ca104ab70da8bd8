//! One test a rule.

use super::*;
use crate::evidence::{Event, Module, Place, SourceLine, Stack};
use proptest::prelude::*;

fn redacted(text: &str) -> String {
    Redactor::new().text(text).into_owned()
}

fn check(cases: &[(&str, &str)]) {
    for (text, shown) in cases {
        assert_eq!(redacted(text), *shown);
    }
}

fn stays(texts: &[&str]) {
    for text in texts {
        assert_eq!(redacted(text), *text);
    }
}

#[test]
fn every_pattern_compiles() {
    assert!(marks::all_compiled());
}

#[test]
fn folders_of_users_lose_their_name() {
    check(&[
        (r"C:\Users\bob\x.log", r"C:\Users\<user-1>\x.log"),
        (r"C:\Documents and Settings\John Smith\Temp", r"C:\Documents and Settings\<user-1>\Temp"),
        (r"C:\WINNT\Profiles\bob", r"C:\WINNT\Profiles\<user-1>"),
        (r"c:\docume~1\bobsmi~1\locals~1", r"c:\docume~1\<user-1>\locals~1"),
        (r"C:\\Users\\bob\\x.log", r"C:\\Users\\<user-1>\\x.log"),
        (r"\\?\C:\Users\bob\x.log", r"\\?\C:\Users\<user-1>\x.log"),
        (r"\\SERVER7\C$\Users\bob\x.log", r"\\<computer-1>\C$\Users\<user-1>\x.log"),
        ("/home/bob/x.log", "/home/<user-1>/x.log"),
        ("file:///Users/bob/x.log", "file:///Users/<user-1>/x.log"),
        (r"see C:\Users\bob.", r"see C:\Users\<user-1>."),
        (r"C:\Users\bob and C:\Users\bob.CORP", r"C:\Users\<user-1> and C:\Users\<user-2>"),
        (
            r"domain CORP: C:\Users\bob\a, C:\Users\bob.CORP\a",
            r"domain <domain-1>: C:\Users\<user-1>\a, C:\Users\<user-1>\a",
        ),
    ]);
    stays(&[
        r"C:\Users\Public\x",
        r"C:\Documents and Settings\All Users\x",
        r"C:\Users\Default\ntuser.dat",
        r"D:\src\Users\UserManager.cpp",
        r"%USERPROFILE%\x",
        "http://intranet.microsoft.com/home/index.html",
    ]);
}

#[test]
fn servers_of_shares_are_computers_and_escaped_paths_are_not() {
    check(&[
        (r"\\SERVER7\maildata\P1", r"\\<computer-1>\maildata\P1"),
        (r"\\\\SERVER7\\maildata", r"\\\\<computer-1>\\maildata"),
        (r"on \\server7.corp.example.com.", r"on \\<computer-1>.<domain-1>."),
        (r"\\10.0.0.5\share", r"\\<ip-1>\share"),
    ]);
    stays(&[
        r"C:\\Program Files\\App\\x",
        r"\\Device\\HarddiskVolume1",
        r"\\.\pipe\x",
        r"\\?\C:\x",
        r"a\\b\\c",
    ]);
}

#[test]
fn labels_name_users_computers_and_domains() {
    check(&[
        (r"User: CORP\bob", r"User: <domain-1>\<user-1>"),
        ("User Name: John Smith", "User Name: <user-1>"),
        (
            "Reason: bad password User Name: bob Domain: CORP Logon Type: 3 Workstation Name: WKS-4",
            "Reason: bad password User Name: <user-1> Domain: <domain-1> Logon Type: 3 Workstation Name: <computer-1>",
        ),
        (
            r#"<Data Name="SubjectUserName">bob</Data><Computer>PC-1</Computer>"#,
            r#"<Data Name="SubjectUserName"><user-1></Data><Computer><computer-1></Computer>"#,
        ),
        ("Account Name: SERVER7$, Computer: SERVER7", "Account Name: <computer-1>$, Computer: <computer-1>"),
        (r"Caller Machine Name: \\SERVER7", r"Caller Machine Name: \\<computer-1>"),
        (r"running as CORP\svcmail now", r"running as <domain-1>\<user-1> now"),
        (r"user 'bob' is locked", "user '<user-1>' is locked"),
        ("on server EXCH-01 stopped", "on server <computer-1> stopped"),
        ("/o=Org/ou=Site/cn=Recipients/cn=bobs", "/o=Org/ou=Site/cn=Recipients/cn=<user-1>"),
        (
            "/cn=Configuration/cn=Servers/cn=SERVER7/cn=Microsoft MTA",
            "/cn=Configuration/cn=Servers/cn=<computer-1>/cn=Microsoft MTA",
        ),
    ]);
}

#[test]
fn people_have_their_names_before_an_address_or_behind_a_label() {
    check(&[
        ("From: Jane Roesler <jroe@example.com>", "From: <user-1> <<email-1>>"),
        ("\"Roesler, Jane M. Kovar\" <jroe@example.com>; Kovar", "\"<user-1>\" <<email-1>>; <user-1>"),
        (
            "Reported by: Jane Roesler\nRoesler called, so did jane.",
            "Reported by: <user-1>\n<user-1> called, so did <user-1>.",
        ),
    ]);
    stays(&["From: Exchange Server", "To: Contact Microsoft Support", "Engineer: see below"]);
}

#[test]
fn accounts_of_the_system_stay() {
    stays(&[
        r"User: NT AUTHORITY\SYSTEM",
        "User: N/A",
        "User Name: SYSTEM",
        r"Account: BUILTIN\Administrators",
        "User Name: Administrator",
        r"logon as LOCAL SERVICE",
        r"as NT SERVICE\MSSQLSERVER",
        "Computer Name: localhost",
        "Client User Name = <user name> LU Name",
    ]);
}

#[test]
fn prose_is_no_label() {
    stays(&[
        "the domain controller on the server Windows2000 and on server SP4",
        "user mode, account name and domain name of the computer",
        r"HKLM\SYSTEM\CurrentControlSet\Services by WINNT\explorer.exe",
        "System.Web.UI.Page.Render() in System.Web.Services and ASP.NET",
        "command.com and win.com",
        "see http://support.microsoft.com/kb/276222",
        "Domain 1: 0014c1a8, Domain: 71ee2a18",
    ]);
}

#[test]
fn addresses_are_replaced_and_versions_stay() {
    check(&[
        ("from 192.168.4.17:25, then 192.168.4.17", "from <ip-1>:25, then <ip-1>"),
        ("[2001:db8::7:1] is 2001:DB8:0:0:0:0:7:1", "[<ip-1>] is <ip-1>"),
        ("mail to bob.smith@example.com failed", "mail to <email-1> failed"),
        ("SMTP:Bob@example.com; smtp:bob@EXAMPLE.COM", "SMTP:<email-1>; smtp:<email-1>"),
        ("of S-1-5-21-1004336348-1177238915-682003330-1004.", "of <sid-1>."),
    ]);
    stays(&[
        "EMSMTA.EXE 5.5.2653.12, version 2.1.0.5, router.dll 2.1.0.5",
        "127.0.0.1 and ::1 and 0.0.0.0 and 255.255.255.0",
        "at 10:15:00 std::abc dead::beef 0137:bff7b9a6 00:0c:29:3e:11:02",
        "S-1-5-18 and S-1-5-32-544",
        "1.3.6.1.4.1.311",
        "?Dispatch@RPC_MESSAGE@@QAEJ",
    ]);
}

fn evidence(kind: Piece) -> Evidence {
    Evidence { place: Place { lines: (1, 1), bytes: 0..0 }, incident: None, kind }
}

fn stack(frames: Vec<Frame>) -> Evidence {
    evidence(Piece::Stack(Stack { dialect: "debugger", thread: None, faulting: false, frames }))
}

fn frame(module: &str, function: &str) -> Frame {
    Frame { module: Some(module.into()), function: Some(function.into()), ..Frame::default() }
}

#[test]
fn a_version_that_the_evidence_names_is_no_address() {
    let module =
        Module { name: "route.dll".to_owned(), version: Some("10.1.0.7".to_owned()), ..Module::default() };
    let mut redactor = Redactor::new();
    redactor.learn(Names::of("", &[evidence(Piece::Module(module))]));
    assert_eq!(redactor.text("10.1.0.7 or 10.1.0.8"), "10.1.0.7 or <ip-1>");
}

#[test]
fn one_machine_is_one_however_it_is_called() {
    let mut redactor = Redactor::new();
    let text = "Computer: SERVER7; server7 is server7.corp.example.com and SERVER7.CORP.EXAMPLE.COM";
    assert_eq!(
        redactor.text(text),
        "Computer: <computer-1>; <computer-1> is <computer-1>.<domain-1> and <computer-1>.<domain-1>"
    );
    assert_eq!(redactor.text("domain CORP, server7"), "domain <domain-1>, <computer-1>");
    assert_eq!(redactor.text("ftp.corp.example.org"), "<computer-2>.<domain-2>", "another domain");
}

#[test]
fn names_once_known_are_replaced_as_whole_words() {
    let mut redactor = Redactor::new();
    let _ = redactor.text(r"User: CORP\bob, Computer: SERVER7");
    for (text, shown) in [
        ("Bob's mailbox, BOB_backup, bobbin", "<user-1>'s mailbox, <user-1>_backup, bobbin"),
        ("bob-laptop.log", "<user-1>-laptop.log"),
        (r"CORP\alice and alice", r"<domain-1>\<user-2> and <user-2>"),
        ("IUSR_SERVER7", "IUSR_<computer-1>"),
        ("SERVER70 and XSERVER7", "SERVER70 and XSERVER7"),
    ] {
        assert_eq!(redactor.text(text), shown);
    }
}

#[test]
fn symbols_modules_and_common_words_are_not_broken() {
    let mut redactor = Redactor::new();
    let _ = redactor.text(r"C:\Users\bob\x, C:\Users\test\x, Computer: ROUTER1, domain ACME");
    for text in [
        "EMSMTA!bob < bob!otpmralt+0x25",
        "bob::Mailbox::open and bob+0x36ad",
        "bob.exe, ROUTER1.DLL, bob.cpp",
        "Acme.Billing.Invoice.Save()",
        "test of the day",
    ] {
        assert_eq!(redactor.text(text), text);
    }
}

#[test]
fn a_module_of_the_input_is_no_name() {
    let mut redactor = Redactor::new();
    redactor.learn(Names::of("", &[stack(vec![frame("MAILGATE.EXE", "drop_packet")])]));
    assert_eq!(redactor.text("Computer: mailgate. MAILGATE stops"), "Computer: <computer-1>. MAILGATE stops");
}

#[test]
fn names_around_a_crash_are_known_before_it_is_reported() {
    let text = "User Name: bob\nComputer Name: SERVER7\n";
    let mut redactor = Redactor::new();
    redactor.learn(Names::of(text, &[]));
    assert_eq!(redactor.text("bob left SERVER7"), "<user-1> left <computer-1>");
    assert_eq!(redactor.counts(), BTreeMap::from([("computer".to_owned(), 1), ("user".to_owned(), 1)]));
}

#[test]
fn numbers_follow_what_is_shown_and_not_what_is_known() {
    let mut redactor = Redactor::new();
    redactor.learn(Names::of(r"C:\Users\alice\x C:\Users\bob\x", &[]));
    assert_eq!(redactor.text("bob, then alice"), "<user-1>, then <user-2>");
}

#[test]
fn evidence_keeps_frames_sources_and_ids() {
    let event = Event {
        id: 1000,
        source: Some("bob".to_owned()),
        computer: Some("SERVER7".to_owned()),
        message: Some(r"bob lost SERVER7 at C:\Users\bob\x.log".to_owned()),
        ..Event::default()
    };
    let source = SourceLine { file: r"c:\users\bob\src\bob.cpp".into(), line: 12 };
    let frames = vec![Frame { source: Some(source), ..frame("bob", "server7") }, frame("ROUTER", "bob")];
    let mut found = [evidence(Piece::Event(event.clone())), stack(frames)];
    let mut redactor = Redactor::new();
    found.iter_mut().for_each(|piece| redactor.evidence(piece));
    let redacted = Event {
        computer: Some("<computer-1>".to_owned()),
        message: Some(r"<user-1> lost <computer-1> at C:\Users\<user-1>\x.log".to_owned()),
        ..event
    };
    assert_eq!(found[0].kind, Piece::Event(redacted));
    let Piece::Stack(stack) = &found[1].kind else { panic!("no stack") };
    assert_eq!(stack.frames.iter().map(Frame::label).collect::<Vec<_>>(), ["bob!server7", "ROUTER!bob"]);
    let file = stack.frames[0].source.as_ref().map(|source| source.file.as_str());
    assert_eq!(file, Some(r"c:\users\<user-1>\src\bob.cpp"));
}

fn piece() -> impl Strategy<Value = String> {
    let told = [
        r"C:\Users\bob\",
        r"User: CORP\bob",
        "bob",
        "Computer: ",
        "SERVER7",
        "server7.corp.example.com",
        "domain ",
        "CORP",
        "bob@corp.example.com",
        "10.0.0.1",
        "::1",
        "2001:db8::1",
        "S-1-5-21-1-2-3-4",
        r"\\SERVER7\x",
        r"\",
        "<",
        ">",
        "<user-1>",
        "-1",
        "!",
        "::",
        " ",
        ".",
        ",",
        "\n",
        "é",
        "user-1",
        "/home/bob/",
        "User Name: John Smith",
        "\"",
        "as ",
    ];
    proptest::sample::select(told.to_vec()).prop_map(str::to_owned)
}

proptest! {
    #[test]
    fn redacting_twice_changes_nothing(pieces in proptest::collection::vec(piece(), 0..24)) {
        let once = redacted(&pieces.join(" "));
        prop_assert_eq!(redacted(&once), once);
    }

    #[test]
    fn no_text_makes_it_panic(text in "\\PC{0,80}") {
        let _ = redacted(&text);
    }
}
