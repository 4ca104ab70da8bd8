//! `kb compile`, and signatures from folders, single files and packs.

#![allow(clippy::unwrap_used, reason = "a test that cannot set up fails")]

use assert_cmd::Command;
use std::fs;
use std::path::Path;
use tempfile::TempDir;

fn signature(id: &str, title: &str) -> String {
    format!(
        "id = \"{id}\"\ntitle = \"{title}\"\nproducts = [\"Router 2\"]\nstatus = \"reviewed\"\n\
         cause = \"c\"\nresolution = \"r\"\n\n[[match]]\nstack = [\"ROUTER!lookup\", \"ROUTER!next\"]\n\n\
         [[example]]\nexpect = \"match\"\ntext = \"\"\"\n\
         0ab1fcfc 00510cc7 cffa119e ROUTER!lookup+0x25\n0ab1fd4c 004dfe5a 00000034 ROUTER!next+0x307\n\"\"\"\n"
    )
}

/// Status, standard output and standard error of a run without the built-in signatures.
fn run(folder: &Path, arguments: &[&str]) -> (Option<i32>, String, String) {
    let mut command = Command::cargo_bin("kbtriage").unwrap();
    let output = command.current_dir(folder).arg("--no-embedded").args(arguments).output().unwrap();
    let text = |bytes| String::from_utf8(bytes).unwrap();
    (output.status.code(), text(output.stdout), text(output.stderr))
}

fn desk() -> TempDir {
    let folder = TempDir::new().unwrap();
    fs::create_dir(folder.path().join("mine")).unwrap();
    for number in 1..=9 {
        let text = signature(&format!("ACME-{number}"), &format!("Title {number}"));
        fs::write(folder.path().join(format!("mine/acme-{number}.toml")), text).unwrap();
    }
    fs::write(
        folder.path().join("mine/runtime-frames.toml"),
        "[[frame]]\nframe = \"ROUTER!log*\"\nreason = \"logging\"\n",
    )
    .unwrap();
    folder
}

const STACK: &str = "0ab1fcfc 00510cc7 cffa119e ROUTER!log_crash+0x25\n\
                     0ab1fcfc 00510cc7 cffa119e ROUTER!lookup+0x25\n\
                     0ab1fd4c 004dfe5a 00000034 ROUTER!next+0x307\n";

#[test]
fn a_pack_says_what_its_folder_says() {
    let folder = desk();
    let at = folder.path();
    fs::write(at.join("ticket.txt"), STACK).unwrap();
    let (code, _, said) = run(at, &["kb", "compile", "--signatures", "mine", "-o", "mine.pack"]);
    assert_eq!((code, said.as_str()), (Some(0), "kbtriage: 9 known issues in mine.pack\n"));
    for command in [
        &["kb", "list"][..],
        &["kb", "list", "--format", "jsonl"],
        &["kb", "list", "--module", "router"],
        &["kb", "show", "ACME-3"],
        &["kb", "test"],
        &["scan", "ticket.txt"],
        &["scan", "ticket.txt", "--format", "jsonl"],
    ] {
        let of = |path| run(at, &[command, &["--signatures", path]].concat());
        assert_eq!(of("mine"), of("mine.pack"), "{command:?}");
    }
    let (_, out, _) = run(at, &["scan", "ticket.txt", "--signatures", "mine.pack"]);
    assert!(out.contains("exact match"), "the pack has the folder's runtime frames: {out}");
}

#[test]
fn the_later_of_two_with_the_same_id_counts_whatever_they_stand_in() {
    let folder = desk();
    let at = folder.path();
    run(at, &["kb", "compile", "--signatures", "mine", "-o", "mine.pack"]);
    fs::write(at.join("acme-2.toml"), signature("ACME-2", "Newer")).unwrap();
    let titles = |paths: &[&str]| {
        let paths = paths.iter().flat_map(|path| ["--signatures", path]);
        run(at, &["kb", "list"].into_iter().chain(paths).collect::<Vec<_>>()).1
    };
    assert!(titles(&["mine.pack", "acme-2.toml"]).contains("ACME-2  Newer"));
    assert!(titles(&["acme-2.toml", "mine.pack"]).contains("ACME-2  Title 2"));
    assert!(titles(&["acme-2.toml", "mine"]).contains("ACME-2  Title 2"));
}

#[test]
fn a_damaged_pack_or_one_of_another_version_is_an_error_that_says_what_to_do() {
    let folder = desk();
    let at = folder.path();
    run(at, &["kb", "compile", "--signatures", "mine", "-o", "mine.pack"]);
    let pack = fs::read(at.join("mine.pack")).unwrap();
    let other = [b"kbtriage pack 1\n", &pack[16..]].concat();
    for (bytes, reason) in [
        (pack[..pack.len() - 1].to_vec(), "a damaged pack"),
        (pack[..20].to_vec(), "a damaged pack"),
        (pack[..15].to_vec(), "a pack of another version"),
        (other, "a pack of another version"),
    ] {
        fs::write(at.join("bad.pack"), bytes).unwrap();
        let (code, out, said) = run(at, &["kb", "list", "--signatures", "bad.pack"]);
        assert_eq!((code, out.as_str()), (Some(2), ""));
        assert!(
            said.contains("bad.pack: ") && said.contains(reason) && said.contains("kb compile"),
            "{said}"
        );
    }
}
