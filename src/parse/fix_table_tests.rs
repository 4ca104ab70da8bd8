//! What the fix table reader reads, one test a layout, and its score on the labelled articles.

use super::fix_files;

fn pairs(text: &str) -> Vec<(String, String)> {
    fix_files(text)
}

fn pair(file: &str, version: &str) -> (String, String) {
    (file.to_owned(), version.to_owned())
}

#[test]
fn boxed_tables_also_flattened_and_rows_without_version() {
    let text = "+--+\n| File name    | Version     |\n+--+\n| Dcprods.cat  | N/A |\n+--+\n| Queue.exe | 5.5.26.2 |\n\
        +--+\n| Queue.exe | 5.5.26.2 |\n+--+\nMore text";
    for text in [text.to_owned(), text.replace('\n', " ")] {
        assert_eq!(pairs(&text), [pair("Queue.exe", "5.5.26.2")], "{text}");
    }
    assert_eq!(
        pairs("Component: Queue\n+--+\n| Queue.dll | 8.20.2.0 |\n+--+\n"),
        [pair("Queue.dll", "8.20.2.0")]
    );
}

#[test]
fn columns_in_any_order() {
    let text = "   Date      Time    Version      Size    File name     Platform\n   -----------\n   \
        9/16/2000 6:26:35 5.5.2654.3 2,621,440 Label.exe     i386\n   \
        9/22/2000 7:07:12 -          4,587,520 Q1jpnA.exe  Alpha\n   \
        11/27/00  10:50p   602,384   Other.dll    Alpha\n\nNOTE: Label.exe version 5.5.1 or later is needed.";
    assert_eq!(pairs(text), [pair("Label.exe", "5.5.2654.3")]);
    let remark = "Date  Version  Size  File name\n5/31/2001  5.0.1.3  501,520  A.dll (56-bit)\n5/31/2001  5.0.1.4  99  B.h\n";
    assert_eq!(pairs(remark), [pair("A.dll", "5.0.1.3"), pair("B.h", "5.0.1.4")]);
    let text = "File name   Version\n----\nSpool.exe   996.26\nDepot.dll   5.5.2522\n\nVersion 5.0\n File Name   Version\n\
        Depot.dll   5.0.1461.76\n";
    let expected =
        [pair("Spool.exe", "996.26"), pair("Depot.dll", "5.5.2522"), pair("Depot.dll", "5.0.1461.76")];
    assert_eq!(pairs(text), expected);
}

#[test]
fn lost_column_breaks() {
    let text = "File nameFile versionFile sizeDateTimePlatform\nLabel.dll6.5.7652.570,14406-Dec-200606:57x86\n\
        Queue.dll6.5.7652.53,375,10406-Dec-200606:12x86\n";
    assert_eq!(pairs(text), [pair("Label.dll", "6.5.7652.5"), pair("Queue.dll", "6.5.7652.5")]);
    let shared = "File nameFile versionFile size\nA.dll6.5.7233.361,320,960\nBb.dll6.5.7233.36100,352\n";
    assert_eq!(pairs(shared), [pair("A.dll", "6.5.7233.36"), pair("Bb.dll", "6.5.7233.36")]);
}

#[test]
fn lists_of_updates() {
    let text = " - Label.exe and Queue.dll incremented to version 5.5.2652.16\n - Depot.dll is incremented to version 5.5.1.";
    let expected =
        [pair("Label.exe", "5.5.2652.16"), pair("Queue.dll", "5.5.2652.16"), pair("Depot.dll", "5.5.1")];
    assert_eq!(pairs(text), expected);
}

#[test]
fn descriptions_and_remarks_are_no_fix() {
    assert!(pairs("Filename   Version   Description\nMsvcrt.dll   6.00.8337   run-time\n").is_empty());
    assert!(pairs("If the Store.exe program is version 5.5.2651.32 or later, the wizard stops.").is_empty());
}

/// Every labelled article that has fix files, and what was found in it.
#[test]
fn labelled_articles() {
    let Some(corpus) = std::env::var_os("KBTRIAGE_CORPUS").map(std::path::PathBuf::from) else {
        eprintln!("skipped: KBTRIAGE_CORPUS is not set");
        return;
    };
    let (mut right, mut total) = (0, 0);
    for kind in ["stack", "event", "stop", "fault"] {
        for label in std::fs::read_dir(corpus.join("gold").join(kind)).unwrap() {
            let label = std::fs::read_to_string(label.unwrap().path()).unwrap();
            let label: serde_json::Value = serde_json::from_str(&label).unwrap();
            let article = format!("{}.TXT", label["article"].as_str().unwrap());
            let text = |value: &serde_json::Value| value.as_str().unwrap().to_owned();
            let files = label["fix_files"].as_array().map_or(&[][..], Vec::as_slice);
            let mut wanted: Vec<_> =
                files.iter().map(|fix| (text(&fix["file"]), text(&fix["version"]))).collect();
            let body = std::fs::read(corpus.join("kb-articles").join(kind).join(&article)).unwrap();
            let mut found = pairs(&String::from_utf8_lossy(&body));
            wanted.sort();
            found.sort();
            if wanted.is_empty() && found.is_empty() {
                continue;
            }
            total += 1;
            right += usize::from(wanted == found);
            if wanted != found {
                eprintln!("{article}: {found:?}, not {wanted:?}");
            }
        }
    }
    assert!(right * 100 >= total * 97, "{right} of {total}");
}
