//! The files that an article names as its fix, with their versions.
//!
//! This is what a vendor ships, not what a machine has, so it is no evidence; drafting a signature needs it.
//!
//! ```text
//! | File name  | Version     |                                        boxed
//! | Mapi32.dll | 5.5.2652.85 |
//! Date      Time    Version      Size    File name     Platform       columns, in any order
//! 9/16/2000 6:26:35 5.5.2654.3 2,621,440 Store.exe     i386
//! File nameFile versionFile sizeDateTimePlatform                      column breaks lost
//! Exosal.dll6.5.7652.570,14406-Dec-200606:57x86                       6.5.7652.5, 70,144 bytes
//! Isinteg.exe incremented to version 5.5.2652.86                      a list of updates
//! ```
//!
//! A table ends at the first word that no column has. Rows without a version (`N/A`, `-`, date and size only),
//! tables that describe files, and remarks (`5.5.2652.68 or later`) give nothing.

use super::lines;
use regex::Regex;
use std::sync::LazyLock;

/// A run of column names; the table follows.
static HEADER: LazyLock<Option<Regex>> = LazyLock::new(|| {
    Regex::new(
        r"(?i-u)(?:(?:file ?name|file ?version|current version|version#?|file ?size|size|file ?date|date|file ?time|time|platform|description|cpu|name)[ \t\n|]*){2,}",
    )
    .ok()
});

/// File and version of every fix in an article, in its order, an equal pair once.
pub(crate) fn fix_files(text: &str) -> Vec<(String, String)> {
    let text = lines::clean(text, 0).iter().map(lines::Line::text).collect::<Vec<_>>().join("\n");
    let mut files: Vec<(String, String)> = Vec::new();
    let mut add = |file: String, version: String| {
        if !files.contains(&(file.clone(), version.clone())) {
            files.push((file, version));
        }
    };
    for header in HEADER.iter().flat_map(|header| header.find_iter(&text)) {
        let Some(order) = column_order(header.as_str()) else { continue };
        for (file, version) in rows(text.get(header.end()..).unwrap_or(""), order) {
            add(file, version);
        }
    }
    for (file, version) in text.lines().filter_map(boxed_pair) {
        add(file, version);
    }
    for (at, mark) in text.match_indices("incremented to version") {
        for (file, version) in increment(&text, at, at + mark.len()) {
            add(file, version);
        }
    }
    files
}

/// `| Msoutl32.dll | 8.20.2588.0 |`: a box of two needs no header. Cleaning took the first bar for quoting.
fn boxed_pair(line: &str) -> Option<(String, String)> {
    let mut cells = line.split('|').map(str::trim).filter(|cell| !cell.is_empty());
    let (file, version) = (cells.next()?, cells.next()?);
    let pair = is_file(file) && is_version(version) && cells.next().is_none();
    pair.then(|| (file.to_owned(), version.to_owned()))
}

/// Which of the two columns comes first.
#[derive(Clone, Copy, PartialEq)]
enum Order {
    FileFirst,
    VersionFirst,
}

/// The order of the columns, if the table has a file and a version and describes nothing else.
fn column_order(header: &str) -> Option<Order> {
    let header = header.to_ascii_lowercase();
    if header.contains("description") {
        return None;
    }
    let version = header.find("version")?;
    let file = header.find("name")?;
    Some(if file < version { Order::FileFirst } else { Order::VersionFirst })
}

/// What a word of a table is.
enum Cell<'t> {
    File(&'t str),
    Version(&'t str),
    /// A file with version and size, whose breaks the paste has lost.
    Glued(Glued<'t>),
    /// There is no version in this row.
    NoVersion,
    /// A date, a size, a platform, a rule.
    Other,
}

/// `Exosal.dll6.5.7652.570,144...`: the last part of the version runs into the size.
struct Glued<'t> {
    file: &'t str,
    /// `6.5.7652.`
    start: &'t str,
    /// `570`: the last part and the size up to its first comma.
    digits: &'t str,
    /// The size has more than one comma.
    large: bool,
}

/// The rows of the table that `text` begins with.
fn rows(text: &str, order: Order) -> Vec<(String, String)> {
    let mut found = Vec::new();
    let mut glued = Vec::new();
    let (mut file, mut version) = (None, None);
    let words = text.split([' ', '\t', '\n', '|']).filter(|word| !word.is_empty());
    for cell in words.map_while(cell) {
        match cell {
            Cell::File(name) => file = Some(name),
            Cell::Version(number) => version = Some(number),
            Cell::Glued(row) => glued.push(row),
            Cell::NoVersion => (file, version) = (None, None),
            Cell::Other => continue,
        }
        // A name in the other column's place belongs to another row.
        match (order, file, version) {
            (_, Some(name), Some(number)) => {
                found.push((name.to_owned(), number.to_owned()));
                (file, version) = (None, None);
            }
            (Order::FileFirst, None, Some(_)) => version = None,
            (Order::VersionFirst, Some(_), None) => file = None,
            _ => {}
        }
    }
    found.extend(unglue(&glued));
    found
}

/// What a word is; `None` where no table has it.
fn cell(word: &str) -> Option<Cell<'_>> {
    const COLUMNS: &[&str] = &[
        "x86", "x64", "ia64", "amd64", "i386", "intel", "alpha", "mips", "ppc", "am", "pm", "a.m.", "p.m.",
        "shp", "sp1", "sp2", "sp3", "sp4", "jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep",
        "oct", "nov", "dec",
    ];
    let is_rule = word.bytes().all(|byte| matches!(byte, b'-' | b'+' | b'=' | b'_' | b'.'));
    if word.eq_ignore_ascii_case("n/a") || word == "-" {
        return Some(Cell::NoVersion);
    }
    let is_remark = word.starts_with('(') && word.ends_with(')');
    if is_rule || is_remark || COLUMNS.contains(&word.to_ascii_lowercase().as_str()) {
        return Some(Cell::Other);
    }
    if is_version(word) {
        return Some(Cell::Version(word));
    }
    if is_file(word) {
        return Some(Cell::File(word));
    }
    if let Some(row) = glued(word) {
        return Some(Cell::Glued(row));
    }
    let number = word.starts_with(|c: char| c.is_ascii_digit());
    let plain = word.bytes().all(|byte| byte.is_ascii_alphanumeric() || b",/-:".contains(&byte));
    (number && plain).then_some(Cell::Other)
}

/// `5.5.2652.85`, `996.26`.
fn is_version(word: &str) -> bool {
    let parts = word.split('.');
    word.contains('.')
        && parts.clone().all(|part| !part.is_empty() && part.bytes().all(|byte| byte.is_ascii_digit()))
}

/// `Emsmta.exe`, `P2.xv2`: a name and an ending of up to four characters that begins with a letter.
fn is_file(word: &str) -> bool {
    let Some((name, ending)) = word.rsplit_once('.') else { return false };
    let letter = ending.starts_with(|c: char| c.is_ascii_alphabetic());
    !name.is_empty()
        && letter
        && (1..=4).contains(&ending.len())
        && ending.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'_')
        && name.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"._-~$#&@!{}()".contains(&byte))
}

/// Takes a row apart that begins with a file and its version without a blank between them.
fn glued(word: &str) -> Option<Glued<'_>> {
    let dot = word.find('.')?;
    let ending = word.get(dot + 1..)?.bytes().take_while(u8::is_ascii_alphabetic).count();
    let (file, rest) = word.split_at_checked(dot + 1 + ending).filter(|(file, _)| is_file(file))?;
    let third = rest.match_indices('.').nth(2)?.0;
    let (start, tail) = rest.split_at_checked(third + 1)?;
    let digits = tail.get(..tail.bytes().take_while(u8::is_ascii_digit).count())?;
    let size = tail.get(digits.len()..)?;
    let commas =
        size.bytes().take_while(|byte| byte.is_ascii_digit() || *byte == b',').filter(|byte| *byte == b',');
    is_version(start.trim_end_matches('.')).then_some(Glued {
        file,
        start,
        digits,
        large: commas.count() > 1,
    })
}

/// Separates versions from sizes: a size begins with one to three digits, the first no zero, and the files of
/// one fix mostly share their version.
fn unglue(rows: &[Glued<'_>]) -> Vec<(String, String)> {
    let fits = |row: &Glued<'_>, last: &str| {
        let size = row.digits.strip_prefix(last).unwrap_or("");
        !last.is_empty() && (1..=3).contains(&size.len()) && !size.starts_with('0')
    };
    let candidates = |row: &Glued<'_>| -> Vec<String> {
        let lasts = (1..row.digits.len()).filter_map(|end| row.digits.get(..end));
        let mut lasts: Vec<String> = lasts.filter(|last| fits(row, last)).map(str::to_owned).collect();
        if row.large {
            // A size of megabytes mostly begins with one digit, one of kilobytes with more.
            lasts.reverse();
        }
        lasts
    };
    let shared =
        |last: &String, start: &str| rows.iter().filter(|row| row.start == start && fits(row, last)).count();
    let version = |row: &Glued<'_>| {
        let lasts = candidates(row);
        let most = lasts.iter().map(|last| shared(last, row.start)).max()?;
        let last = lasts.iter().find(|last| shared(last, row.start) == most)?;
        Some((row.file.to_owned(), format!("{}{last}", row.start)))
    };
    rows.iter().filter_map(version).collect()
}

/// `Emsmta.exe and X400om.dll are incremented to version 5.5.2652.16`.
fn increment(text: &str, from: usize, to: usize) -> Vec<(String, String)> {
    let version = text
        .get(to..)
        .and_then(|rest| rest.split_whitespace().next())
        .unwrap_or("")
        .trim_end_matches(['.', ',']);
    if !is_version(version) {
        return Vec::new();
    }
    let before =
        text.get(..from).unwrap_or("").split_whitespace().rev().map(|word| word.trim_end_matches(','));
    let mut files: Vec<_> = before
        .take_while(|word| is_file(word) || ["and", "is", "are", "was", "were", "added"].contains(word))
        .filter(|word| is_file(word))
        .map(|file| (file.to_owned(), version.to_owned()))
        .collect();
    files.reverse();
    files
}

#[cfg(test)]
#[path = "fix_table_tests.rs"]
mod tests;
