//! Tests of `viewer`, layout by layout.

use super::*;
use crate::parse::Parser;

fn events(text: &str) -> Vec<Event> {
    let found = Parser::default().parse(text).into_iter();
    found
        .filter_map(|piece| match piece.kind {
            Kind::Event(event) => Some(event),
            _ => None,
        })
        .collect()
}

/// Id, source and message of the only event.
fn event(text: &str) -> (u32, Option<String>, Option<String>) {
    let mut found = events(text);
    assert_eq!(found.len(), 1, "{found:?}");
    let event = found.remove(0);
    assert!(!event.mention);
    (event.id, event.source, event.message)
}

fn entry(id: u32, source: Option<&str>, message: Option<&str>) -> (u32, Option<String>, Option<String>) {
    (id, source.map(str::to_owned), message.map(str::to_owned))
}

#[test]
fn all_fields_of_a_copy() {
    let found = events(
        "Log Name:      Application\nSource:        Application Error\nDate:          1/2/2016 3:04:05 AM\nEvent ID:      1000\n\
         Task Category: (100)\nLevel:         Error\nKeywords:      Classic\nUser:          N/A\nComputer:      PC\nDescription:\nIt broke\n",
    );
    let expected = Event {
        id: 1000,
        source: Some("Application Error".to_owned()),
        message: Some("It broke".to_owned()),
        log: Some("Application".to_owned()),
        level: Some("Error".to_owned()),
        time: Some("1/2/2016 3:04:05 AM".to_owned()),
        computer: Some("PC".to_owned()),
        mention: false,
    };
    assert_eq!(found, [expected]);
}

#[test]
fn headers_in_columns_and_on_one_line() {
    let text = "Date:\t7/6/00\tEvent ID:\t168\nTime:\t3:00 PM\tSource:\tMTA\nCategory;\tNone\n\nIt broke.\n";
    assert_eq!(event(text), entry(168, Some("MTA"), Some("It broke.")));
    let text = "   Event ID: 7026, Source: Service Control Manager, Type: Error\n   Description: It broke.\n";
    assert_eq!(event(text), entry(7026, Some("Service Control Manager"), Some("It broke.")));
    let text = "Event ID 175    MSExchangeMTA    X400 Service\nIt broke.\n";
    assert_eq!(event(text), entry(175, Some("MSExchangeMTA"), Some("It broke.")));
}

#[test]
fn the_category_in_a_column_behind_the_source() {
    let text = "   Event ID: 5\n   Source: MSExchangeMTA  Field Engineering\n   Description: It broke\n";
    assert_eq!(event(text), entry(5, Some("MSExchangeMTA"), Some("It broke")));
}

#[test]
fn the_source_before_the_id() {
    let text = "   Netlogon Event ID 5719:\n   It broke.\n";
    assert_eq!(event(text), entry(5719, Some("Netlogon"), Some("It broke.")));
    assert_eq!(event("Source: XEvent ID: 5"), entry(5, Some("X"), None));
    let text = "It logs one of these:\n\n   NETLOGON Event 3210\n\n   It broke.\n";
    assert_eq!(event(text), entry(3210, Some("NETLOGON"), Some("It broke.")));
}

#[test]
fn a_source_in_front_and_one_with_a_label() {
    let text = "   MSExchangeMSMI Event ID 2380:\n   Source: MSMI\n   Description: It broke.\n";
    assert_eq!(event(text), entry(2380, Some("MSMI"), Some("It broke.")));
    let text = "Event ID: 1023\nMSExchangeIS Private\nType: Error\n\nDescription: It broke.\n";
    assert_eq!(event(text), entry(1023, Some("MSExchangeIS Private"), Some("It broke.")));
}

#[test]
fn a_time_stamp_before_the_id() {
    let found = events("1998-11-03 02:11  Event ID 9215  A sockets error came. [BASE 1] (12)\n");
    assert_eq!((found[0].id, found[0].mention), (9215, false));
    assert_eq!(found[0].time.as_deref(), Some("1998-11-03 02:11"));
    assert_eq!(found[0].message.as_deref(), Some("A sockets error came. [BASE 1] (12)"));
    let found = events("[2021-03-04 11:22:33] ERROR - Event ID: 7: It broke.\n");
    assert_eq!((found[0].id, found[0].message.as_deref()), (7, Some("It broke.")));
}

#[test]
fn the_title_of_the_lower_pane() {
    assert_eq!(event("\"Event 41, Kernel-Power\"\nIt went off.\n").1.as_deref(), Some("Kernel-Power"));
    let found = events("Event 1000 Application Error\nIt broke.\nEvent 1026 .NET Runtime\nIt threw.\n");
    let sources: Vec<_> = found.iter().map(|event| (event.id, event.source.as_deref())).collect();
    assert_eq!(sources, [(1000, Some("Application Error")), (1026, Some(".NET Runtime"))]);
    assert_eq!(event("Event 1000, which says:\n").1, None);
}

#[test]
fn a_message_glued_to_the_id() {
    let text = "   Event ID 9215A sockets error\n   came.\n";
    assert_eq!(event(text), entry(9215, None, Some("A sockets error came.")));
}

#[test]
fn entries_of_a_flattened_article_end_at_the_next_one_and_at_headings() {
    let found = events(
        "SYMPTOMS ======== The MTA logs: Event ID: 9202 A sockets error. Control block index: 2. [BASE 8] (12) Event ID 9405 It \
         may stop. CAUSE ===== The net is slow.",
    );
    let messages: Vec<_> =
        found.iter().map(|event| (event.id, event.message.as_deref().unwrap_or(""))).collect();
    assert_eq!(
        messages,
        [(9202, "A sockets error. Control block index: 2. [BASE 8] (12)"), (9405, "It may stop.")]
    );
}

#[test]
fn entries_of_farbar_scan_logs() {
    let found = events(
        "Error: (01/16/2022 04:37:05 AM) (Source: Disk) (EventID: 7) (User: )\nDescription: Bad block.\n",
    );
    assert_eq!(
        (found[0].id, found[0].source.as_deref(), found[0].level.as_deref()),
        (7, Some("Disk"), Some("Error"))
    );
    assert_eq!(
        (found[0].time.as_deref(), found[0].message.as_deref()),
        (Some("01/16/2022 04:37:05 AM"), Some("Bad block."))
    );
}

#[test]
fn members_of_a_json_export() {
    let found = events(
        "{\n  \"EventID\":  472,\n  \"color\":  \"#5A2D01\",\n  \"Source\":  \"ESENT\",\n  \"Count\": 1\n}\n",
    );
    assert_eq!((found[0].id, found[0].source.as_deref()), (472, Some("ESENT")));
}

#[test]
fn wevtutil_counts_its_entries() {
    let text = "Event[0]:\n  Source: Disk\n  Event ID: 7\n  Description: \nBad block.\n\nEvent[1]:\n  Source: Ntfs\n  Event ID: 55\n";
    let found: Vec<_> = events(text).into_iter().map(|event| (event.id, event.source)).collect();
    assert_eq!(found, [(7, Some("Disk".to_owned())), (55, Some("Ntfs".to_owned()))]);
}

#[test]
fn labels_of_other_languages() {
    for text in [
        "Quelle: Disk\nEreignis-ID: 7\nBeschreibung:\nx\n",
        "Источник: Disk\nКод события: 7\nОписание:\nx\n",
        "来源: Disk\n事件 ID: 7\n描述:\nx\n",
        "Origen: Disk\nId. del evento: 7\nDescripción:\nx\n",
        "Origem: Disk\nID do Evento: 7\nDescrição:\nx\n",
        "Źródło: Disk\nIdentyfikator zdarzenia: 7\nOpis:\nx\n",
        "Source : Disk\nID de l’événement : 7\nDescription :\nx\n",
    ] {
        assert_eq!(event(text), entry(7, Some("Disk"), Some("x")), "{text}");
    }
}

#[test]
fn the_sentence_for_a_missing_description_is_an_entry() {
    let text = "The description for Event ID ( 13 ) in Source ( Nbf ) could not be found.";
    assert_eq!(event(text), entry(13, Some("Nbf"), Some(text)));
    let text = "The description for Event ID 1000 from source Application Error cannot be found.";
    assert_eq!(event(text), entry(1000, Some("Application Error"), Some(text)));
}

#[test]
fn a_crash_event_is_a_block() {
    let found = Parser::default().parse("Event ID: 1026\nSource: .NET Runtime\nDescription: x\n");
    assert_eq!(found.first().and_then(|piece| piece.incident), Some(1));
    let found = Parser::default().parse("Event ID: 7036\nSource: Service Control Manager\nDescription: x\n");
    assert_eq!(found.first().and_then(|piece| piece.incident), None);
}
