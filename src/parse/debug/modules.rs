//! Lists of loaded modules and of the versions of installed files.
//!
//! ```text
//! start    end        module name                                      lm, lm kv, lmvm
//! 9a01a000 9a09a000   atikmpag T (no symbols)
//!     Image name: atikmpag.sys
//!     Timestamp:        Fri Dec  6 12:20:32 2013 (52A23190)
//!     File version:     8.14.1.6210
//! ModLoad: 00400000 0040b000   C:\tools\label.exe                      a debugger that starts
//! FileVersion     : 5.5.2654.22                                        Get-Item ... | Format-List
//! ProductVersion   FileVersion      FileName                           Get-Item ... VersionInfo
//! 10.0.19041.1     10.0.19041.1     C:\Windows\system32\ntdll.dll
//! ```
//!
//! These say what a machine has. A table of the files in a fix says what it should get, and is none (see
//! [`crate::parse::fix_table`]). Dr. Watson's rows are read with the entry they stand in; unloaded modules are left out.

use crate::evidence::{Kind, Module};
use crate::parse::page::{Claim, Page, Piece, Pos};
use crate::parse::text::{clip, file_name, find, has, is_blank};
use crate::parse::trigger::{self, Trigger};
use crate::parse::{Dialect, hex};
use nom::bytes::complete::take_while1;
use nom::character::complete::multispace0;
use nom::combinator::verify;
use nom::sequence::preceded;
use nom::{IResult, Parser as _};

/// Module lists.
pub(crate) const DIALECT: Dialect = Dialect {
    name: "module list",
    anchors: &["module name", "Image name:", "Image path:", "ModLoad:", "FileVersion"],
    triggers: &[
        Trigger::sure("module name"),
        Trigger::sure("image name:"),
        Trigger::checked("image path:", trigger::path),
        Trigger::sure("modload:"),
        Trigger::sure("fileversion"),
        Trigger::sure("(deferred)"),
        Trigger::sure(" symbols)"),
    ],
    read,
};

/// The lines of `lmv` below one module's row are no more than this.
const DETAILS: usize = 30;
/// Blank or strange lines that may stand between two rows of a list.
const GAP: usize = 3;

fn read(page: &Page<'_>, pos: Pos) -> Option<Claim> {
    let anchor = clip(page.rest(pos)).to_ascii_lowercase();
    let (pieces, end) = match anchor.as_bytes().first()? {
        b'm' if anchor.starts_with("modload") => loads(page, pos.line),
        b'm' => list(page, pos),
        b'i' => {
            let mut row = Row::default();
            let end = row.details(page, pos.line);
            (row.piece(page, pos.line, end).into_iter().collect(), end)
        }
        _ => version_info(page, pos),
    };
    let end = Pos { line: end, at: page.text(end).len() };
    (!pieces.is_empty() || end.line > pos.line).then_some(Claim { pieces, block: None, end })
}

/// The rows below `start    end        module name`, each with the details that follow it.
fn list(page: &Page<'_>, pos: Pos) -> (Vec<Piece>, usize) {
    let (mut pieces, mut end) = (Vec::new(), pos.line);
    if !has(clip(page.text(pos.line)), "start") {
        return (pieces, end);
    }
    let mut line = pos.line + 1;
    while line < page.lines.len() && line <= end + GAP && !has(clip(page.text(line)), "unloaded modules") {
        if let Some(mut row) = Row::new(clip(page.text(line))) {
            end = row.details(page, line + 1).max(line);
            pieces.extend(row.piece(page, line, end));
            line = end;
        }
        line += 1;
    }
    (pieces, end)
}

/// Rows `ModLoad: 00400000 0040b000   C:\tools\label.exe`.
fn loads(page: &Page<'_>, first: usize) -> (Vec<Piece>, usize) {
    let (mut pieces, mut end) = (Vec::new(), first);
    for line in first..page.lines.len() {
        let text = clip(page.text(line));
        let Some(at) = find(text, "ModLoad:") else { break };
        let row = text.get(at + "ModLoad:".len()..).and_then(Row::new);
        pieces.extend(row.and_then(|row| row.piece(page, line, line)));
        end = line;
    }
    (pieces, end)
}

/// One module as far as it is known.
#[derive(Default)]
struct Row {
    range: Option<(String, String)>,
    name: Option<String>,
    image: Option<String>,
    version: Option<String>,
    timestamp: Option<String>,
}

impl Row {
    /// `9a01a000 9a09a000   atikmpag T (no symbols)`: two addresses and a name, or a path.
    fn new(text: &str) -> Option<Row> {
        let (name, (base, end)) = (address, address).parse(text).ok()?;
        let name = name.trim();
        let name = if name.contains(['\\', '/']) && !name.contains('(') {
            file_name(name)
        } else {
            name.split_whitespace().next()?
        };
        Some(Row {
            range: Some((hex::address(base).into(), hex::address(end).into())),
            name: Some(name.to_owned()),
            ..Row::default()
        })
    }

    /// Reads `Image name: ...` and its neighbours from `first` on; returns the last line of them.
    fn details(&mut self, page: &Page<'_>, first: usize) -> usize {
        let mut last = first.saturating_sub(1);
        for line in first..first + DETAILS {
            let text = clip(page.text(line));
            let Some((label, value)) = text.split_once(':') else {
                // Without a label only `Browse all global symbols  functions  data` belongs to the details.
                if text.trim_start().starts_with("Browse ") {
                    continue;
                } else {
                    break;
                };
            };
            let value = || Some(value.trim().to_owned()).filter(|value| !value.is_empty());
            let slot = match label.trim() {
                "Image name" if self.image.is_some() => break,
                "Image name" => &mut self.image,
                "File version" => &mut self.version,
                "Timestamp" => &mut self.timestamp,
                label if label.len() > 30 || label.starts_with(|c: char| c.is_ascii_digit()) => break,
                _ => &mut None,
            };
            *slot = slot.take().or_else(value);
            last = line;
        }
        last
    }

    fn piece(self, page: &Page<'_>, first: usize, last: usize) -> Option<Piece> {
        let (base, end) = self.range.unzip();
        let version = self.version.and_then(|version| version.split_whitespace().next().map(str::to_owned));
        let name = self.image.or(self.name)?;
        let module = Module { name, version, timestamp: self.timestamp, base, end };
        Some(Piece { span: page.lines_span(first, last), kind: Kind::Module(module) })
    }
}

/// An address of eight digits at least, and the blanks before it.
fn address(text: &str) -> IResult<&str, &str> {
    let digits = take_while1(|c: char| c.is_ascii_alphanumeric() || c == '`');
    let is_address =
        |word: &&str| hex::word(word).is_some_and(|(end, digits)| end == word.len() && digits >= 8);
    preceded(multispace0, verify(digits, is_address)).parse(text)
}

/// What PowerShell prints of `(Get-Item ...).VersionInfo`: a table, or a list of properties.
fn version_info(page: &Page<'_>, pos: Pos) -> (Vec<Piece>, usize) {
    let head = clip(page.text(pos.line));
    if head.contains("ProductVersion") && head.contains("FileName") {
        return version_table(page, pos.line);
    }
    let mut pieces = Vec::new();
    if let Some(version) = property(head, "FileVersion").and_then(|value| version_of(&value)) {
        // `FileName`, or `File` of the list's own layout, stands a few lines above or below.
        let near = pos.line.saturating_sub(6)..pos.line + 6;
        let file = |line: &usize| {
            let text = clip(page.text(*line));
            ["FileName", "File"].iter().find_map(|label| property(text, label))
        };
        let blank = |line: usize| is_blank(page.text(line));
        let above = near.clone().filter(|line| *line < pos.line).rev().take_while(|line| !blank(*line));
        let below = near.filter(|line| *line > pos.line).take_while(|line| !blank(*line));
        if let Some(path) = above.chain(below).find_map(|line| file(&line)) {
            let module =
                Module { name: file_name(&path).to_owned(), version: Some(version), ..Module::default() };
            pieces.push(Piece { span: page.lines_span(pos.line, pos.line), kind: Kind::Module(module) });
        }
    }
    (pieces, pos.line)
}

/// Rows `ProductVersion   FileVersion   FileName`, the file version in the second column.
fn version_table(page: &Page<'_>, header: usize) -> (Vec<Piece>, usize) {
    let (mut pieces, mut end) = (Vec::new(), header);
    for line in header + 1..page.lines.len() {
        let text = clip(page.text(line)).trim();
        if text.starts_with("---") {
            continue;
        }
        let versions: Vec<_> = text.split_whitespace().filter_map(version_of).take(2).collect();
        // A drive or a share begins the path.
        let drive = text.find(":\\").and_then(|at| at.checked_sub(1));
        let path = drive.or(text.find("\\\\")).and_then(|at| text.get(at..));
        let (Some(version), Some(path)) = (versions.last(), path) else { break };
        let module =
            Module { name: file_name(path).to_owned(), version: Some(version.clone()), ..Module::default() };
        pieces.push(Piece { span: page.lines_span(line, line), kind: Kind::Module(module) });
        end = line;
    }
    (pieces, end)
}

/// The value of `label` in `FileVersion       : 5.5.2654.22`, if the line is that property.
fn property(text: &str, label: &str) -> Option<String> {
    let rest = text.trim_start().strip_prefix(label)?.trim_start().strip_prefix(':')?.trim();
    (!rest.is_empty()).then(|| rest.to_owned())
}

/// The version that a value begins with: `10.0.19041.1 (WinBuild.160101.0800)`.
pub(super) fn version_of(value: &str) -> Option<String> {
    let word = value.split_whitespace().next()?;
    let parts: Vec<_> = word.split('.').collect();
    let number = |part: &&str| !part.is_empty() && part.bytes().all(|byte| byte.is_ascii_digit());
    ((3..=4).contains(&parts.len()) && parts.iter().all(number)).then(|| word.to_owned())
}

#[cfg(test)]
mod tests {
    use crate::Parser;
    use crate::evidence::{Kind, Module};

    fn modules(text: &str) -> Vec<Module> {
        let module = |kind| if let Kind::Module(module) = kind { Some(module) } else { None };
        Parser::default().parse(text).into_iter().filter_map(|piece| module(piece.kind)).collect()
    }

    fn named(name: &str, version: Option<&str>) -> Module {
        Module { name: name.into(), version: version.map(Into::into), ..Module::default() }
    }

    #[test]
    fn rows_of_lm_with_and_without_details() {
        let text = "0:000> lm\nstart    end        module name\n00400000 0040b000   label      (deferred)\n\
            77f80000 77ffa000   ntdll      (pdb symbols)  c:\\sym\\ntdll.pdb\n\nUnloaded modules:\n75000000 75010000   x.dll\n";
        let found = modules(text);
        assert_eq!(found.iter().map(|module| module.name.as_str()).collect::<Vec<_>>(), ["label", "ntdll"]);
        assert_eq!(found[0].base.as_deref(), Some("0x00400000"));
        assert_eq!(found[0].end.as_deref(), Some("0x0040b000"));
        let text = "start             end                 module name\n\
            fffff80a`a5c30000 fffff80a`a5c3d000   lblspool T (no symbols)\n    \
            Loaded symbol image file: lblspool.sys\n    Image path: \\SystemRoot\\drivers\\lblspool.sys\n    \
            Image name: lblspool.sys\n    Browse all global symbols  functions  data\n    \
            Timestamp:        Mon Sep  3 14:42:57 2018 (5B8D2C11)\n    CheckSum:         00012B8F\n    \
            File version:     4.2.0.118\n    Product version:  9.9.9.9\n\
            fffff80a`b5c30000 fffff80a`b5c3d000   other   (deferred)\n";
        let found = modules(text);
        assert_eq!(
            (found[0].name.as_str(), found[0].version.as_deref()),
            ("lblspool.sys", Some("4.2.0.118"))
        );
        assert!(found[0].timestamp.as_deref().is_some_and(|time| time.starts_with("Mon Sep")));
        assert_eq!((found[1].name.as_str(), found.len()), ("other", 2));
    }

    #[test]
    fn details_without_their_row() {
        let found = modules(
            "    Image name: netpack.sys\n    Timestamp:  Fri Dec  6 12:20:32 2013\n    File version: 1.2.3.4\n",
        );
        assert_eq!((found[0].name.as_str(), found[0].version.as_deref()), ("netpack.sys", Some("1.2.3.4")));
    }

    #[test]
    fn modules_as_they_load() {
        let found = modules(
            "ModLoad: 00400000 0040b000   C:\\My Tools\\label.exe\nModLoad: 77f80000 77ffa000   ntdll.dll\n",
        );
        assert_eq!(
            found.iter().map(|module| module.name.as_str()).collect::<Vec<_>>(),
            ["label.exe", "ntdll.dll"]
        );
    }

    #[test]
    fn versions_that_powershell_prints() {
        let table = "ProductVersion   FileVersion      FileName\n--------------   -----------      --------\n\
            10.0.1.2         10.0.1.3 (Win)   C:\\Program Files\\Label\\label.dll\n";
        assert_eq!(modules(table), [named("label.dll", Some("10.0.1.3"))]);
        let list = "FileName         : C:\\label\\queue.exe\nProductVersion   : 1.0\nFileVersion      : 5.5.2654.22\n";
        assert_eq!(modules(list), [named("queue.exe", Some("5.5.2654.22"))]);
    }

    #[test]
    fn the_files_of_a_fix_are_not_installed() {
        let table =
            "   File name    File version    Size\n   ------\n   Store.exe    5.5.2654.3   2,621,440\n";
        assert!(modules(table).is_empty());
        assert!(modules("the module name of the start page is home\nconst FileVersion = 3;\n").is_empty());
    }
}
