//! The baseline: findings that people have accepted, so that a check fails on new ones only.
//!
//! An entry names an input and a known issue or an unknown crash in it. A crash is named by its
//! [key](kbtriage::matching::Crash), so that other addresses, other lines and another order of the inputs change nothing.
//!
//! ```toml
//! [[accepted]]
//! input = "tickets/4711.txt"       # as seen from the folder of the baseline
//! signature = "KB276222"           # or: crash = "91b6cd2e4f0a3375"
//! what = "MTA stops in otpmralt after a bad ECB index"
//! reason = "goes away with the next release"
//! expires = 2027-03-31             # the last day on which it is accepted
//! ```

use crate::cli::config::line_of;
use anyhow::{Context as _, bail};
use jiff::civil::Date;
use kbtriage::Finding;
use serde::{Deserialize, Serialize};
use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::io::ErrorKind;
use std::path::{Component, Path, PathBuf};

/// What stands above the entries.
const HEAD: &str = "# Findings that `kbtriage check` accepts. Give each a reason, and where you can a day on which that ends:\n\
                    # expires = 2027-03-31\n";
/// Characters kept of what an unknown crash is called.
const WHAT: usize = 200;

#[derive(Debug, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    #[serde(default)]
    accepted: Vec<Entry>,
}

/// An accepted finding.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Entry {
    input: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    signature: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    crash: Option<String>,
    #[serde(default)]
    what: String,
    #[serde(default)]
    reason: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    expires: Option<toml::value::Datetime>,
}

/// An input, and the issue or the crash in it.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
struct Key {
    input: String,
    issue: Issue,
}

#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
enum Issue {
    Signature(String),
    Crash(String),
}

/// Something that turned up.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Found {
    /// What it is called.
    what: String,
    /// The check may fail on it.
    counts: bool,
}

/// The accepted findings, and which of them turned up.
#[derive(Debug)]
pub(super) struct Baseline {
    path: PathBuf,
    /// The folder that inputs are seen from, absolute.
    folder: PathBuf,
    today: Date,
    entries: BTreeMap<Key, Entry>,
    /// What turned up.
    found: BTreeMap<Key, Found>,
    /// Inputs that were read to their end.
    read: BTreeSet<String>,
}

impl Baseline {
    /// Reads a baseline. One that is not there yet is empty where it is about to be written.
    pub(super) fn load(path: &Path, may_be_new: bool) -> anyhow::Result<Self> {
        let text = match fs::read_to_string(path) {
            Err(error) if error.kind() == ErrorKind::NotFound && may_be_new => String::new(),
            Err(error) if error.kind() == ErrorKind::NotFound => {
                bail!("{}: no such baseline; check --update-baseline writes one", path.display())
            }
            text => text.with_context(|| path.display().to_string())?,
        };
        let folder = path.parent().map(Path::to_owned).unwrap_or_default();
        let today = jiff::Timestamp::now().to_zoned(jiff::tz::TimeZone::UTC).date();
        Baseline::parse(path, &folder, &text, today)
    }

    fn parse(path: &Path, folder: &Path, text: &str, today: Date) -> anyhow::Result<Self> {
        let file: File = toml::from_str(text).map_err(|error| {
            anyhow::anyhow!("{}:{}: {}", path.display(), line_of(text, &error), error.message())
        })?;
        let mut entries = BTreeMap::new();
        for (number, entry) in file.accepted.into_iter().enumerate() {
            let wrong = |what: &str| anyhow::anyhow!("{}: entry {}: {what}", path.display(), number + 1);
            let issue = match (&entry.signature, &entry.crash) {
                (Some(signature), None) => Issue::Signature(signature.clone()),
                (None, Some(crash)) => Issue::Crash(crash.clone()),
                _ => return Err(wrong("give either signature or crash")),
            };
            if entry.expires.is_some() && entry.last_day().is_none() {
                return Err(wrong("expires is a day: 2027-03-31"));
            }
            entries.insert(Key { input: entry.input.clone(), issue }, entry);
        }
        Ok(Baseline {
            path: path.to_owned(),
            folder: std::path::absolute(if folder.as_os_str().is_empty() { Path::new(".") } else { folder })?,
            today,
            entries,
            found: BTreeMap::new(),
            read: BTreeSet::new(),
        })
    }

    /// Why a finding is accepted, where it is. It is noted as found; one that does not count gets no entry of its own.
    pub(super) fn accepts(&mut self, input: &str, finding: &Finding<'_>, counts: bool) -> Option<String> {
        let (issue, what) = match finding {
            Finding::Match(found) => {
                (Issue::Signature(found.signature.id.clone()), found.signature.title.clone())
            }
            Finding::Unknown(found) => (Issue::Crash(found.crash.key.clone()), found.summary.clone()),
        };
        let key = Key { input: self.seen_from_here(input), issue };
        let reason = self.entries.get(&key).filter(|entry| !entry.is_over(self.today));
        let reason = reason.map(|entry| entry.reason.clone());
        let found = self.found.entry(key).or_insert_with(|| Found { what: String::new(), counts });
        found.what = what.chars().take(WHAT).collect();
        found.counts |= counts;
        reason
    }

    /// Takes note of an input that was read to its end: what it does not show any more is gone.
    pub(super) fn was_read(&mut self, input: &str) {
        let input = self.seen_from_here(input);
        self.read.insert(input);
    }

    /// What people should know: entries that have expired, and entries that nothing needs any more.
    pub(super) fn remarks(&self) -> Vec<String> {
        let mut remarks = Vec::new();
        for (key, entry) in &self.entries {
            let name = format!("{}: {} in {}", self.path.display(), key.issue.name(), key.input);
            if let Some(day) = entry.last_day().filter(|_| entry.is_over(self.today)) {
                remarks.push(format!("{name}: has expired on {day}"));
            }
            if self.is_gone(key) {
                remarks.push(format!("{name}: was not found any more; --update-baseline drops it"));
            }
        }
        remarks
    }

    /// Whether the input of an entry was read and did not show it, or is not there any more.
    fn is_gone(&self, key: &Key) -> bool {
        let is_there = || self.folder.join(outermost(&key.input)).exists();
        !self.found.contains_key(key) && (self.read.contains(&key.input) || key.input != "-" && !is_there())
    }

    /// Writes the baseline: what was found is in it, with the reason it had; what is gone is not. Says what changed.
    pub(super) fn write(&self) -> anyhow::Result<String> {
        let kept = self.entries.iter().filter(|(key, _)| !self.is_gone(key));
        let mut entries: BTreeMap<&Key, Entry> = kept.map(|(key, entry)| (key, entry.clone())).collect();
        let (kept, dropped) = (entries.len(), self.entries.len() - entries.len());
        for (key, found) in &self.found {
            if found.counts {
                entries.entry(key).or_insert_with(|| Entry::new(key)).what.clone_from(&found.what);
            }
        }
        let added = entries.len() - kept;
        let file = File { accepted: entries.into_values().collect() };
        let text = format!("{HEAD}\n{}", toml::to_string_pretty(&file)?);
        replace(&self.path, &text).with_context(|| self.path.display().to_string())?;
        Ok(format!("{} written: {kept} kept, {added} added, {dropped} dropped", self.path.display()))
    }

    /// An input as the baseline names it: as seen from its folder, with `/`.
    fn seen_from_here(&self, input: &str) -> String {
        if input == "-" {
            return input.to_owned();
        }
        let path = std::path::absolute(input).unwrap_or_else(|_| PathBuf::from(input));
        let path = without_parents(&path);
        let seen = path.strip_prefix(without_parents(&self.folder)).unwrap_or(&path);
        seen.to_string_lossy().replace('\\', "/")
    }
}

impl Entry {
    /// One that nobody has given a reason yet.
    fn new(key: &Key) -> Self {
        let (signature, crash) = match &key.issue {
            Issue::Signature(id) => (Some(id.clone()), None),
            Issue::Crash(key) => (None, Some(key.clone())),
        };
        let input = key.input.clone();
        Entry { input, signature, crash, what: String::new(), reason: String::new(), expires: None }
    }

    /// The last day on which it is accepted.
    fn last_day(&self) -> Option<Date> {
        let toml::value::Date { year, month, day } = self.expires?.date?;
        Date::new(year.try_into().ok()?, month.try_into().ok()?, day.try_into().ok()?).ok()
    }

    fn is_over(&self, today: Date) -> bool {
        self.last_day().is_some_and(|day| day < today)
    }
}

impl Issue {
    fn name(&self) -> String {
        match self {
            Issue::Signature(id) => id.clone(),
            Issue::Crash(key) => format!("crash {key}"),
        }
    }
}

/// The file on disk of an input: `logs.zip` of `logs.zip!mail/app.log`.
fn outermost(input: &str) -> &str {
    input.split('!').next().unwrap_or(input)
}

/// A path without `..`, as it is written: links are not followed.
fn without_parents(path: &Path) -> PathBuf {
    let mut plain = PathBuf::new();
    for part in path.components() {
        if part == Component::ParentDir {
            plain.pop();
        } else {
            plain.push(part);
        }
    }
    plain
}

/// Writes a file at once: nobody ever finds half of it.
fn replace(path: &Path, text: &str) -> anyhow::Result<()> {
    let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
    let new = crate::cli::run::new_file(folder)?;
    fs::write(new.path(), text)?;
    new.persist(path)?;
    Ok(())
}

#[cfg(test)]
#[path = "baseline_tests.rs"]
mod tests;
