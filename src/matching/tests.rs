//! The rules of matching on hand-made evidence and signatures.

use super::*;
use crate::evidence::{Bugcheck, Event, Exception, Fault, Frame, Place, Stack};
use crate::signature::Fix;
use std::borrow::Cow;
use std::path::Path;

const RUNTIME: &str = r#"
[[frame]]
frame = "ntdll!*"
reason = "heap, exceptions, waits"
[[frame]]
frame = "kernel32!*"
reason = "thread start"
[[frame]]
frame = "user32!*"
reason = "called by all"
class = "system"
"#;

/// A database of signatures `A`, `B`, ... with these `[[match]]` tables.
fn database(matches: &[&str]) -> Database {
    let mut database = Database::default();
    database.add(Path::new("runtime-frames.toml"), Cow::Borrowed(RUNTIME)).unwrap();
    for (id, matches) in ('A'..).zip(matches) {
        let head = format!("id = \"{id}\"\ntitle = \"t\"\nproducts = []\nstatus = \"draft\"\n");
        let fix = "[[fixed_in]]\nfile = \"mta.exe\"\nversion = \"5.5.20.1\"\n";
        database.add(Path::new("x.toml"), Cow::Owned(format!("{head}{fix}{matches}\n"))).unwrap();
    }
    database
}

fn piece(line: u32, incident: Option<u32>, kind: Kind) -> Evidence {
    Evidence { place: Place { lines: (line, line), bytes: line as usize..line as usize + 1 }, incident, kind }
}

/// A stack of `Module!Function` frames in incident 1, one a line from line 1.
fn stack(frames: &[&str]) -> Evidence {
    let frame = |(line, label): (u32, &&str)| {
        let (module, function) = label.split_once('!').map_or((None, None), |(m, f)| (Some(m), Some(f)));
        Frame {
            module: module.map(Into::into),
            function: function.map(Into::into),
            address: Some("0x00510cc7".into()),
            line,
            ..Frame::default()
        }
    };
    let frames = (1..).zip(frames).map(frame).collect();
    piece(1, Some(1), Kind::Stack(Stack { dialect: "test", thread: None, faulting: false, frames }))
}

fn event(line: u32, id: u32, message: &str) -> Evidence {
    let message = Some(message.to_owned()).filter(|message| !message.is_empty());
    piece(line, None, Kind::Event(Event { id, message, ..Event::default() }))
}

fn text(line: u32, phrase: &str) -> Evidence {
    piece(line, None, Kind::Text(phrase.into()))
}

/// What is found: id, confidence and whether it is a match, in order. An unknown has the id `?`.
fn found(database: &Database, evidence: &[Evidence]) -> Vec<(String, Option<Confidence>)> {
    let findings = Matcher::new(database).findings(evidence);
    findings
        .iter()
        .map(|finding| match finding {
            Finding::Match(found) => (found.signature.id.clone(), Some(found.confidence)),
            Finding::Unknown(_) => ("?".to_owned(), None),
        })
        .collect()
}

/// Confidence of signature `A` on one stack.
fn on_stack(clause: &str, frames: &[&str]) -> Option<Confidence> {
    let database = database(&[&format!("[[match]]\n{clause}")]);
    found(&database, &[stack(frames)]).into_iter().find(|(id, _)| id == "A").and_then(|(_, sure)| sure)
}

const CLAUSE: &str = "stack = [\"mta!alt\", \"mta!urt\", \"mta!try\"]";

#[test]
fn frames_in_order_are_exact_and_others_may_lie_between() {
    assert_eq!(on_stack(CLAUSE, &["mta!alt", "mta!urt", "mta!try"]), Some(Confidence::Exact));
    assert_eq!(on_stack(CLAUSE, &["MTA.EXE!_alt@4", "x!y", "mta!urt", "mta!try"]), Some(Confidence::Exact));
    assert_eq!(on_stack(CLAUSE, &["mta!try", "mta!urt", "mta!alt"]), None);
}

#[test]
fn the_runtimes_frames_on_top_do_not_matter() {
    let frames =
        ["ntdll!RtlDispatchException", "", "mta!alt", "mta!urt", "mta!try", "kernel32!BaseThreadStart"];
    assert_eq!(on_stack(CLAUSE, &frames), Some(Confidence::Exact));
}

#[test]
fn one_frame_lost_added_or_renamed_is_likely() {
    for frames in [
        &["mta!alt", "mta!urt", "mta!main"][..],
        &["mta!alt", "mta!try", "mta!main"],
        &["mta!urt", "mta!try", "mta!main"],
        &["mta!other", "mta!urt", "mta!try"],
        &["hook!enter", "mta!alt", "mta!urt", "mta!try"],
    ] {
        assert_eq!(on_stack(CLAUSE, frames), Some(Confidence::Likely), "{frames:?}");
    }
}

#[test]
fn a_stack_cut_off_at_the_bottom_is_likely() {
    let clause = "stack = [\"m!a\", \"m!b\", \"m!c\", \"m!d\", \"m!e\", \"m!f\"]";
    assert_eq!(on_stack(clause, &["m!a", "m!b"]), Some(Confidence::Likely));
    assert_eq!(on_stack(clause, &["m!a", "m!b", "m!x", "m!y"]), Some(Confidence::Possible));
    assert_eq!(on_stack(clause, &["m!b"]), Some(Confidence::Possible), "the first one lost as well");
    assert_eq!(on_stack(clause, &["m!x", "m!b"]), None);
}

#[test]
fn another_crash_under_the_same_callers_is_none() {
    let clause = "stack = [\"m!a\", \"m!b\", \"m!c\", \"m!d\", \"m!e\", \"m!f\"]";
    assert_eq!(on_stack(clause, &["m!x", "m!y", "m!z", "m!d", "m!e", "m!f"]), None);
    assert_eq!(on_stack("stack = [\"m!a\", \"m!e\"]", &["m!x", "m!y", "m!z", "m!e"]), None);
    assert_eq!(on_stack(CLAUSE, &["mta!x", "mta!y", "mta!z"]), None);
}

#[test]
fn a_system_library_tells_only_where_nothing_else_does() {
    let clause = "stack = [\"user32!wvsprintf\", \"user32!wsprintf\", \"mon!trace\"]";
    assert_eq!(on_stack(clause, &["user32!wvsprintf", "user32!wsprintf", "mon!other"]), None);
    let clause = "stack = [\"user32!wvsprintf\", \"user32!wsprintf\"]";
    assert_eq!(on_stack(clause, &["user32!wvsprintf", "user32!wsprintf", "mon!a"]), Some(Confidence::Exact));
}

#[test]
fn one_frame_alone_is_possible_and_with_words_likely() {
    assert_eq!(on_stack("stack = [\"m!*Open*\"]", &["m!HrOpen", "m!b"]), Some(Confidence::Possible));
    assert_eq!(on_stack("stack = [\"m!*Open*\"]", &["m!b", "m!HrOpen"]), Some(Confidence::Possible));
    let anywhere = "stack = [\"m!*Open*\"]\nanywhere = true";
    assert_eq!(on_stack(anywhere, &["m!a", "m!b", "m!c", "m!d", "m!HrOpen"]), Some(Confidence::Possible));
    let database = database(&[&format!("[[match]]\n{anywhere}\ntext = [\"memory\"]")]);
    let mut words = text(5, "memory");
    words.incident = Some(1);
    assert_eq!(
        found(&database, &[stack(&["m!HrOpen"]), words]),
        [("A".to_owned(), Some(Confidence::Likely))]
    );
}

#[test]
fn a_short_clause_tolerates_no_frame_on_top() {
    let clause = "stack = [\"m!a\", \"m!b\"]";
    assert_eq!(on_stack(clause, &["ntdll!RtlFreeHeap", "m!a", "m!b"]), Some(Confidence::Exact));
    assert_eq!(on_stack(clause, &["m!x", "m!a", "m!b"]), Some(Confidence::Possible));
}

#[test]
fn a_components_frame_above_the_systems_is_the_place_of_another_crash() {
    let clause = "stack = [\"user32!a\", \"user32!b\", \"user32!c\"]";
    assert_eq!(on_stack(clause, &["user32!x", "user32!a", "user32!b", "user32!c"]), Some(Confidence::Likely));
    let below = ["m!x", "user32!a", "user32!b", "user32!c"];
    assert_eq!(on_stack(clause, &below), Some(Confidence::Possible));
}

#[test]
fn one_frame_of_a_component_over_the_systems_is_a_place() {
    let clause = "stack = [\"m!a\", \"user32!b\"]";
    assert_eq!(on_stack(clause, &["ntdll!x", "m!a", "user32!b"]), Some(Confidence::Exact));
    assert_eq!(on_stack(clause, &["m!a", "user32!c"]), Some(Confidence::Possible));
    assert_eq!(
        on_stack("stack = [\"m!a\", \"kernel32!b\"]", &["m!a", "kernel32!b"]),
        Some(Confidence::Possible)
    );
    let clause = "stack = [\"ntdll!a\", \"kernel32!b\", \"m!c\"]";
    assert_eq!(on_stack(clause, &["ntdll!a", "kernel32!b", "m!c"]), Some(Confidence::Exact));
}

#[test]
fn an_issue_that_holds_exactly_explains_a_near_one_away() {
    let ours = "[[match]]\nstack = [\"m!x\", \"m!a\", \"m!b\"]";
    let theirs = "[[match]]\nstack = [\"m!a\", \"m!b\", \"m!c\"]";
    let frames = [stack(&["m!x", "m!a", "m!b", "m!c"])];
    let sure = |matches: &[&str]| found(&database(matches), &frames);
    assert_eq!(sure(&[theirs]), [("A".to_owned(), Some(Confidence::Likely))]);
    let both = [("A".to_owned(), Some(Confidence::Exact)), ("B".to_owned(), Some(Confidence::Possible))];
    assert_eq!(sure(&[ours, theirs]), both);
}

#[test]
fn a_frame_that_repeats_counts_from_the_innermost() {
    assert_eq!(
        on_stack("stack = [\"m!a\", \"m!b\"]", &["m!a", "m!a", "m!a", "m!b"]),
        Some(Confidence::Exact)
    );
}

#[test]
fn an_event_needs_its_words() {
    let database =
        database(&["[[match]]\nevent = { id = 9405, source = \"MTA\", message = \"no  Socket\" }"]);
    let mut full = event(1, 9405, "Error: No socket, result=14");
    let sure = |evidence: &Evidence| {
        found(&database, std::slice::from_ref(evidence)).first().and_then(|first| first.1)
    };
    assert_eq!(sure(&full), Some(Confidence::Likely), "the source is not given");
    if let Kind::Event(event) = &mut full.kind {
        event.source = Some("mta".to_owned());
    }
    assert_eq!(sure(&full), Some(Confidence::Exact));
    if let Kind::Event(event) = &mut full.kind {
        event.mention = true;
    }
    assert_eq!(sure(&full), Some(Confidence::Possible));
    if let Kind::Event(event) = &mut full.kind {
        event.source = Some("other".to_owned());
    }
    assert_eq!(sure(&full), None);
    assert_eq!(sure(&event(1, 9405, "Error: queue")), None);
    assert_eq!(sure(&event(1, 9405, "")), None, "an id alone tells nothing");
}

#[test]
fn a_star_in_a_message_stands_for_what_was_put_in() {
    let database = database(&["[[match]]\nevent = { id = 1, message = \"error * at address*[drvr 10]\" }"]);
    let sure = |message| found(&database, &[event(1, 1, message)]).len();
    assert_eq!(sure("An Error c0000005 at Address 77f3cbcd. [DRVR 10] (16)"), 1);
    assert_eq!(sure("An Error c0000005 at Address 77f3cbcd. [DRVR 11] (16)"), 0);
}

#[test]
fn events_stand_within_200_lines() {
    let database =
        database(&["[[match]]\nevent = [{ id = 1, message = \"one\" }, { id = 2, message = \"two\" }]"]);
    let ids = |apart: u32| found(&database, &[event(1, 2, "two"), event(1 + apart, 1, "one")]).len();
    assert_eq!((ids(200), ids(201)), (1, 0));
}

#[test]
fn an_issue_is_reported_once_a_stretch_of_events() {
    let database = database(&["[[match]]\nevent = { id = 1, message = \"one\" }"]);
    let log: Vec<_> = [1, 100, 250, 900].into_iter().map(|line| event(line, 1, "one")).collect();
    assert_eq!(found(&database, &log).len(), 2);
}

#[test]
fn an_issue_is_reported_once_an_incident() {
    let database = database(&[&format!("[[match]]\n{CLAUSE}")]);
    let frames = ["mta!alt", "mta!urt", "mta!try"];
    let mut second = stack(&frames[..2]);
    second.place.lines = (9, 9);
    assert_eq!(found(&database, &[second.clone(), stack(&frames)]).len(), 1);
    second.incident = Some(2);
    assert_eq!(found(&database, &[stack(&frames), second]).len(), 2);
}

#[test]
fn phrases_stand_within_40_lines_and_are_never_exact() {
    let three = database(&["[[match]]\ntext = [\"alpha\", \"beta\", \"gamma\"]"]);
    let near = [text(1, "alpha"), text(20, "beta"), text(40, "gamma")];
    assert_eq!(found(&three, &near), [("A".to_owned(), Some(Confidence::Likely))]);
    let far = [text(1, "alpha"), text(20, "beta"), text(41, "gamma")];
    assert_eq!(found(&three, &far), []);
    let two = database(&["[[match]]\ntext = [\"alpha\", \"beta\"]"]);
    assert_eq!(found(&two, &near[..2]), [("A".to_owned(), Some(Confidence::Possible))]);
}

#[test]
fn a_stop_code_alone_is_no_match_and_other_parameters_are_another_stop() {
    let database =
        database(&["[[match]]\nbugcheck = { code = 10, parameters = [\"*\", \"2\"], module = \"x.sys\" }"]);
    let stop = |parameters: Vec<Option<u64>>, module: Option<&str>| {
        let module = module.map(str::to_owned);
        let stop = Bugcheck { code: 10, parameters, module, ..Bugcheck::default() };
        found(&database, &[piece(1, Some(1), Kind::Bugcheck(stop))])
            .into_iter()
            .next()
            .and_then(|first| first.1)
    };
    let all = vec![Some(1), Some(2), Some(3), Some(4)];
    assert_eq!(stop(all.clone(), Some("X.SYS")), Some(Confidence::Exact));
    assert_eq!(stop(all.clone(), None), Some(Confidence::Likely), "the module is not given");
    assert_eq!(stop(vec![Some(1), Some(3), Some(3), Some(4)], Some("x.sys")), None);
    assert_eq!(stop(vec![None; 4], None), None);
    assert_eq!(stop(vec![], None), None);
}

#[test]
fn a_fault_compares_addresses_as_numbers() {
    let database = database(&[
        "[[match]]\nfault = { process = \"mta.exe\", module = \"m.dll\", address = \"0x12a3b\" }",
    ]);
    let fault = |module: &str, address: Option<&str>| {
        let fault = Fault {
            process: Some("MTA".into()),
            module: Some(module.into()),
            address: address.map(str::to_owned),
            ..Fault::default()
        };
        found(&database, &[piece(1, Some(1), Kind::Fault(fault))])
            .into_iter()
            .next()
            .and_then(|first| first.1)
    };
    assert_eq!(fault("M.DLL", Some("0137:00012A3B")), Some(Confidence::Exact));
    assert_eq!(fault("m.dll", None), Some(Confidence::Likely));
    assert_eq!(fault("m.dll", Some("12a3c")), None);
    assert_eq!(fault("n.dll", Some("12a3b")), None);
}

#[test]
fn words_beside_a_fault_tell_and_make_up_for_nothing_that_is_absent() {
    let database = database(&[
        "[[match]]\nfault = { process = \"mta.*\", exception = \"0x80000003\" }\ntext = [\"subdomain\"]",
        "[[match]]\nbugcheck = { code = 10, parameters = [\"*\", \"2\"] }\ntext = [\"subdomain\"]",
    ]);
    let mut words = text(5, "subdomain");
    words.incident = Some(1);
    let sure = |kind: Kind| found(&database, &[piece(1, Some(1), kind), words.clone()]);
    let fault = Fault { process: Some("mta.dbg".into()), exception: Some(0x8000_0003), ..Fault::default() };
    assert_eq!(sure(Kind::Fault(fault.clone())), [("A".to_owned(), Some(Confidence::Likely))]);
    assert_eq!(sure(Kind::Fault(Fault { exception: None, ..fault }))[0].0, "?");
    let stop = |parameters| Kind::Bugcheck(Bugcheck { code: 10, parameters, ..Bugcheck::default() });
    assert_eq!(sure(stop(vec![])), [("?".to_owned(), None)]);
    assert_eq!(sure(stop(vec![None; 4])), [("?".to_owned(), None)]);
    assert_eq!(sure(stop([1, 2, 3, 4].map(Some).to_vec())), [("B".to_owned(), Some(Confidence::Likely))]);
}

#[test]
fn a_clause_that_is_not_there_leaves_a_possibility() {
    let database = database(&[&format!("[[match]]\n{CLAUSE}\nevent = {{ id = 1, message = \"one\" }}")]);
    let frames = stack(&["mta!alt", "mta!urt", "mta!try"]);
    assert_eq!(
        found(&database, std::slice::from_ref(&frames))[0],
        ("A".to_owned(), Some(Confidence::Possible))
    );
    let mut one = event(9, 1, "one");
    one.incident = Some(1);
    assert_eq!(found(&database, &[frames, one]), [("A".to_owned(), Some(Confidence::Exact))]);
}

#[test]
fn more_evidence_ranks_higher_and_what_cannot_be_told_apart_is_reported_as_both() {
    let short = "[[match]]\nstack = [\"mta!alt\", \"mta!urt\"]";
    let long = format!("[[match]]\n{CLAUSE}");
    let both = database(&[short, &long, &long]);
    let ids = found(&both, &[stack(&["mta!alt", "mta!urt", "mta!try"])]);
    assert_eq!(ids.iter().map(|(id, _)| id.as_str()).collect::<Vec<_>>(), ["B", "C", "A"]);
}

#[test]
fn other_ways_that_hold_are_named_too() {
    let database =
        database(&[&format!("[[match]]\n{CLAUSE}\n[[match]]\nevent = {{ id = 1, message = \"one\" }}")]);
    let mut one = event(9, 1, "one");
    one.incident = Some(1);
    let evidence = [stack(&["mta!alt", "mta!urt", "mta!try"]), one];
    let findings = Matcher::new(&database).findings(&evidence);
    let [Finding::Match(found)] = findings.as_slice() else { panic!("{findings:?}") };
    let because: Vec<_> = found.because.iter().map(|reason| (reason.clause, reason.found.as_str())).collect();
    assert_eq!(because, [("stack", "mta!alt < urt < try"), ("event", "1 \"one\"")]);
    assert_eq!((found.lines, found.incident, found.verdict), ((1, 9), Some(1), Verdict::Unknown));
}

#[test]
fn an_unknown_crash_is_named_with_what_came_nearest() {
    let database = database(&[&format!("[[match]]\n{CLAUSE}")]);
    let evidence = [stack(&["ntdll!RtlFreeHeap", "mta!x", "mta!y", "mta!z", "mta!urt", "mta!try"])];
    let findings = Matcher::new(&database).findings(&evidence);
    let [Finding::Unknown(unknown)] = findings.as_slice() else { panic!("{findings:?}") };
    assert_eq!(unknown.summary, "6 frames, top mta!x");
    assert_eq!(unknown.top.as_deref(), Some("mta!x"));
    let nearest = unknown.nearest.as_ref().unwrap();
    assert_eq!(
        (nearest.signature.id.as_str(), nearest.differs.as_str()),
        ("A", "innermost is mta!x, not mta!alt")
    );
}

#[test]
fn unknown_crashes_without_a_stack_are_named_by_what_they_are() {
    let database = database(&[]);
    let summary = |kind: Kind| match Matcher::new(&database).findings(&[piece(3, Some(1), kind)]).as_slice() {
        [Finding::Unknown(unknown)] => (unknown.summary.clone(), unknown.top.clone().unwrap_or_default()),
        other => panic!("{other:?}"),
    };
    let stop = Bugcheck { code: 10, ..Bugcheck::default() };
    let named = "stop 0x0000000a IRQL_NOT_LESS_OR_EQUAL".to_owned();
    assert_eq!(summary(Kind::Bugcheck(stop)), (named.clone(), named));
    let raised = Exception { code: 0xc000_0005, address: None };
    assert_eq!(summary(Kind::Exception(raised)).0, "exception 0xc0000005 STATUS_ACCESS_VIOLATION");
    let fault = Fault { module: Some("m.dll".into()), address: Some("0x1".into()), ..Fault::default() };
    assert_eq!(summary(Kind::Fault(fault)), ("fault: in m.dll at 0x1".to_owned(), "m.dll".to_owned()));
    let crash = Event { id: 1000, source: Some("Application Error".into()), ..Event::default() };
    assert_eq!(summary(Kind::Event(crash)).0, "event 1000 Application Error");
}

#[test]
fn plain_events_are_no_crash() {
    assert_eq!(found(&database(&[]), &[event(1, 7036, "The service entered the running state.")]), []);
}

#[test]
fn of_several_threads_the_one_after_the_fault_names_the_crash() {
    let at = |line, mut evidence: Evidence| {
        evidence.place.lines = (line, line);
        evidence
    };
    let evidence = [
        at(1, stack(&["mta!wait"])),
        at(20, stack(&["mta!idle"])),
        piece(40, Some(1), Kind::Fault(Fault::default())),
        at(45, stack(&["mta!crash"])),
        at(60, stack(&["mta!loop"])),
    ];
    let database = database(&[]);
    let findings = Matcher::new(&database).findings(&evidence);
    let [Finding::Unknown(unknown)] = findings.as_slice() else { panic!("{findings:?}") };
    assert_eq!((unknown.summary.as_str(), unknown.lines), ("1 frame, top mta!crash", (1, 60)));
}

#[test]
fn versions_seen_in_the_incident_give_the_verdict() {
    let database = database(&[&format!("[[match]]\n{CLAUSE}")]);
    let module = crate::evidence::Module {
        name: "MTA".into(),
        version: Some("5.5.19.7".into()),
        ..crate::evidence::Module::default()
    };
    let evidence = [stack(&["mta!alt", "mta!urt", "mta!try"]), piece(9, Some(1), Kind::Module(module))];
    let findings = Matcher::new(&database).findings(&evidence);
    let [Finding::Match(found)] = findings.as_slice() else { panic!("{findings:?}") };
    assert_eq!(found.verdict, Verdict::Affected);
    assert_eq!(
        found.signature.fixed_in,
        [Fix { file: "mta.exe".into(), version: "5.5.20.1".into(), product: None }]
    );
}

#[test]
fn thousands_of_equal_events_on_one_line_cost_no_square() {
    let database =
        database(&["[[match]]\nevent = [{ id = 1, message = \"one\" }, { id = 1, message = \"one two\" }]"]);
    let evidence: Vec<_> = (0..5_000).map(|_| event(1, 1, "one")).collect();
    let begun = std::time::Instant::now();
    assert_eq!(found(&database, &evidence), []);
    assert!(begun.elapsed().as_secs() < 10);
}
