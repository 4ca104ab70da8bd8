//! Tests of `app_error`, layout by layout.

use super::*;
use crate::parse::Parser;

fn faults(text: &str) -> Vec<Fault> {
    let pieces = Parser::default().parse(text).into_iter();
    pieces.filter_map(|piece| if let Kind::Fault(fault) = piece.kind { Some(fault) } else { None }).collect()
}

/// Process and version, module and version, code, address.
fn row(fault: &Fault) -> [String; 6] {
    let show = |field: &Option<String>| field.clone().unwrap_or_default();
    [
        show(&fault.process),
        show(&fault.process_version),
        show(&fault.module),
        show(&fault.module_version),
        fault.exception.map(|code| format!("{code:x}")).unwrap_or_default(),
        show(&fault.address),
    ]
}

fn one(text: &str, expected: [&str; 6]) {
    let rows: Vec<_> = faults(text).iter().map(row).collect();
    assert_eq!(rows, [expected.map(str::to_owned)], "{text}");
}

const NEW: [&str; 6] = ["my app.exe", "1.0.2.0", "b.dll", "6.1.7601.17514", "c0000005", "0x0001613f"];

#[test]
fn new_layout_in_several_languages() {
    let layouts = [
        [
            "Faulting application name",
            "version",
            "time stamp",
            "Faulting module name",
            "Exception code",
            "Fault offset",
        ],
        [
            "Name der fehlerhaften Anwendung",
            "Version",
            "Zeitstempel",
            "Name des fehlerhaften Moduls",
            "Ausnahmecode",
            "Fehleroffset",
        ],
        [
            "Имя сбойного приложения",
            "версия",
            "метка времени",
            "Имя сбойного модуля",
            "Код исключения",
            "Смещение ошибки",
        ],
        [
            "Nombre de la aplicación con errores",
            "versión",
            "marca de tiempo",
            "Nombre del módulo con errores",
            "Código de excepción",
            "Desplazamiento de errores",
        ],
    ];
    for [app, version, stamp, module, code, offset] in layouts {
        let text = format!(
            "{app}: my app.exe, {version}: 1.0.2.0, {stamp}: 0x4549b133\n\
             {module}: b.dll, {version}: 6.1.7601.17514, {stamp}: 0x4ce7ba59\n\
             {code}: 0xc0000005\n{offset}: 0x0001613f\nID: 0x2748\n"
        );
        one(&text, NEW);
        one(&text.replace('\n', " "), NEW);
        one(&text.replace(", ", "，"), NEW);
    }
}

#[test]
fn a_double_spaced_report() {
    one(
        "Nom de l’application défaillante a.exe, version : 1.0.0.0, horodatage : 0x4549b133\n\nNom du module défaillant : \
         b.dll, version : 2.0.0.1, horodatage : 0x4ce7ba59\n\nCode d’exception : 0xc0000005\n\nDécalage d’erreur : 0x0001613f\n\nFin",
        ["a.exe", "1.0.0.0", "b.dll", "2.0.0.1", "c0000005", "0x0001613f"],
    );
}

#[test]
fn old_layouts() {
    let expected = ["a.exe", "6.0.2900.2180", "b.dll", "6.0.2900.2181", "", "0x0009a1c5"];
    one(
        "Faulting application a.exe, version 6.0.2900.2180, faulting module b.dll, version\n6.0.2900.2181, fault address 0x0009a1c5.",
        expected,
    );
    one(
        "Fehlgeschlagene Anwendung a.exe, Version 6.0.2900.2180, fehlgeschlagenes Modul b.dll, Version 6.0.2900.2181, Fehleradresse 0x0009a1c5.",
        expected,
    );
    one(
        "Faulting application a.exe, version 6.0.2900.2180, time stamp 0x4549b133, faulting module unknown, version 0.0.0.0, time stamp 0x00000000, exception code 0xc0000005, fault offset 0x7c911234, process id 0x88c",
        ["a.exe", "6.0.2900.2180", "unknown", "0.0.0.0", "c0000005", "0x7c911234"],
    );
}

#[test]
fn the_version_of_a_program_that_hung_is_kept_as_that_of_a_module() {
    let text = "The program a.exe version 1.0.0.7 stopped interacting with Windows and was closed.";
    let modules = Parser::default().parse(text).into_iter().filter_map(|piece| match piece.kind {
        Kind::Module(module) => Some((module.name, module.version)),
        _ => None,
    });
    assert_eq!(modules.collect::<Vec<_>>(), [("a.exe".to_owned(), Some("1.0.0.7".to_owned()))]);
}

#[test]
fn hangs() {
    let text = "Hanging application a.exe, version 1.0.0.0, hang module hungapp, version 0.0.0.0, hang address 0x00000000.";
    one(text, ["a.exe", "1.0.0.0", "hungapp", "0.0.0.0", "", "0x00000000"]);
    let text = "The program my app.exe version 1.0.0.0 stopped interacting with Windows and was closed.";
    one(text, ["my app.exe", "1.0.0.0", "", "", "", ""]);
}

#[test]
fn event_data_in_elements_and_in_one() {
    let values = [
        "a.exe",
        "1.0.0.0",
        "564b941c",
        "b.dll",
        "6.3.9600.17415",
        "54504ade",
        "e0434352",
        "00014598",
        "814",
    ];
    let expected = ["a.exe", "1.0.0.0", "b.dll", "6.3.9600.17415", "e0434352", "00014598"];
    one(&format!("<EventData>\n<Data>{}</Data>\n</EventData>", values.join("</Data>\n<Data>")), expected);
    one(&format!("<EventData><Data>{}</Data></EventData>", values.join(", ")), expected);
    assert_eq!(faults("<EventData><Data>a</Data><Data>b</Data></EventData>"), []);
}

#[test]
fn file_lists_are_none() {
    assert_eq!(
        faults("replace setup.exe, version 5.5.2654.22, and b.dll, version 5.5.2654.22, on all servers"),
        []
    );
    assert_eq!(faults("run winmsd.exe, then note the address 0x0009a1c5, or call 0x00000001"), []);
}
