//! The rules of the house, held by reading the sources.

#![allow(clippy::unwrap_used, reason = "a test that cannot read the sources fails")]

use std::fs;
use std::path::{Path, PathBuf};

/// Which room may import which. `error` is open to all; the binary may use the whole library.
const MAY_IMPORT: &[(&str, &[&str])] = &[
    ("error", &[]),
    ("evidence", &[]),
    ("source", &[]),
    ("signature", &["evidence", "parse"]),
    ("parse", &["source", "evidence"]),
    ("matching", &["evidence", "signature"]),
    ("redact", &["evidence", "matching"]),
    ("report", &["evidence", "matching"]),
];

/// Files of the binary, and the crate root that only declares the rooms.
const OUTSIDE: &[&str] = &["cli", "main", "lib"];

/// More than a person reads in one sitting.
const LONGEST_FILE: usize = 600;

struct Source {
    /// Relative to `src`, with `/`.
    path: String,
    text: String,
}

impl Source {
    /// `parse` for `parse/scan.rs`, `error` for `error.rs`.
    fn room(&self) -> &str {
        self.path.split(['/', '.']).next().unwrap_or_default()
    }

    /// The lines of the module's own documentation, without `//!`.
    fn module_docs(&self) -> Vec<&str> {
        self.text.lines().map_while(|line| line.strip_prefix("//!")).collect()
    }

    /// The code that is shipped: without comments, and without the tests at the end of the file.
    fn code(&self) -> String {
        let shipped = self.text.split("#[cfg(test)]\nmod ").next().unwrap_or_default();
        let lines = shipped.lines().filter(|line| !line.trim_start().starts_with("//"));
        lines.collect::<Vec<_>>().join("\n")
    }
}

fn sources() -> Vec<Source> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    let mut found = Vec::new();
    let mut folders = vec![root.clone()];
    while let Some(folder) = folders.pop() {
        let mut entries: Vec<PathBuf> =
            fs::read_dir(&folder).unwrap().map(|entry| entry.unwrap().path()).collect();
        entries.sort();
        for path in entries {
            if path.is_dir() {
                folders.push(path);
            } else if path.extension().is_some_and(|ending| ending == "rs") {
                let name = path.strip_prefix(&root).unwrap().to_string_lossy().replace('\\', "/");
                let text = fs::read_to_string(&path).unwrap().replace("\r\n", "\n");
                found.push(Source { path: name, text });
            }
        }
    }
    found
}

/// First segments of the paths that begin with `crate::`, those of a group too.
fn imports(code: &str) -> Vec<String> {
    let mut found = Vec::new();
    for (at, root) in code.match_indices("crate::") {
        let before = code[..at].chars().next_back();
        if before.is_some_and(|c| c.is_alphanumeric() || c == '_' || c == '$') {
            continue;
        }
        let rest = &code[at + root.len()..];
        match rest.strip_prefix('{') {
            Some(group) => found.extend(first_segments(group)),
            None => found.push(name(rest).to_owned()),
        }
    }
    found
}

/// First segments of the members of a `use` group, up to its closing brace.
fn first_segments(group: &str) -> Vec<String> {
    let mut depth = 0;
    let mut member = String::new();
    let mut found = Vec::new();
    for c in group.chars() {
        match c {
            '{' => depth += 1,
            '}' if depth == 0 => break,
            '}' => depth -= 1,
            ',' if depth == 0 => found.push(std::mem::take(&mut member)),
            _ if depth == 0 => member.push(c),
            _ => {}
        }
    }
    found.push(member);
    found.iter().map(|member| name(member.trim()).to_owned()).filter(|member| !member.is_empty()).collect()
}

/// The identifier that a text begins with.
fn name(text: &str) -> &str {
    let end = text.find(|c: char| !c.is_alphanumeric() && c != '_').unwrap_or(text.len());
    &text[..end]
}

#[test]
fn imports_are_found_in_every_spelling() {
    let code = "use crate::Error;\nuse crate::{evidence::{Frame, Stack}, parse::Parser,\n    Kind};\n\
                fn f() -> crate::report::Format { $crate::no::matter }\npub(crate) mod x;";
    assert_eq!(imports(code), ["Error", "evidence", "parse", "Kind", "report"]);
}

#[test]
fn rooms_import_what_the_table_allows() {
    let mut wrong = Vec::new();
    for source in sources().iter().filter(|source| !OUTSIDE.contains(&source.room())) {
        let Some((_, allowed)) = MAY_IMPORT.iter().find(|(room, _)| *room == source.room()) else {
            wrong.push(format!("src/{}: {} is in no table", source.path, source.room()));
            continue;
        };
        for import in imports(&source.code()) {
            let open = ["error", "Error", source.room()].contains(&import.as_str());
            if !open && !allowed.contains(&import.as_str()) {
                wrong.push(format!("src/{}: crate::{import}", source.path));
            }
        }
    }
    assert!(wrong.is_empty(), "imports that the rooms do not allow:\n{}", wrong.join("\n"));
}

#[test]
fn the_library_reaches_for_no_name_of_its_own_crate() {
    for source in sources().iter().filter(|source| !OUTSIDE.contains(&source.room())) {
        assert!(!source.code().contains("kbtriage::"), "src/{}: say crate::", source.path);
    }
}

#[test]
fn no_file_outgrows_its_reader() {
    for source in sources() {
        let lines = source.text.lines().count();
        assert!(lines <= LONGEST_FILE, "src/{}: {lines} lines, split it by topic", source.path);
    }
}

#[test]
fn every_file_says_what_it_owns() {
    for source in sources() {
        assert!(!source.module_docs().is_empty(), "src/{}: no module docs", source.path);
    }
}

/// Files of `parse` that define a dialect.
fn dialects() -> Vec<Source> {
    let defines = |source: &Source| source.room() == "parse" && source.code().contains(": Dialect =");
    sources().into_iter().filter(defines).collect()
}

#[test]
fn every_dialect_is_registered() {
    let all = sources();
    let registry = all.iter().find(|source| source.path == "parse/mod.rs").unwrap().code();
    let list = registry.split("const DIALECTS").nth(1).and_then(|rest| rest.split(';').next()).unwrap();
    for dialect in dialects() {
        let path = dialect.path.trim_end_matches("/mod.rs").trim_end_matches(".rs");
        let module = path.rsplit('/').next().unwrap();
        assert!(list.contains(&format!("{module}::")), "src/{}: not in DIALECTS", dialect.path);
    }
}

#[test]
fn every_dialect_shows_a_line_of_what_it_reads() {
    for dialect in dialects() {
        let docs = dialect.module_docs();
        let shown = docs.iter().any(|line| line.contains('`') || line.starts_with("     "));
        assert!(shown, "src/{}: the module docs show no line of the layout", dialect.path);
    }
}
