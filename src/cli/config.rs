//! `kbtriage.toml`: what a project sets once for everybody who works on it.
//!
//! It is looked for in the working directory and in the folders above, as Cargo and Git do; the first one counts. Paths in
//! it are relative to it.

use super::args::{FailOn, size};
use anyhow::{Context as _, bail};
use clap::ValueEnum as _;
use kbtriage::Confidence;
use serde::de::{Deserializer, Error};
use serde::{Deserialize, de};
use std::fs;
use std::path::{Path, PathBuf};

/// The name of the file.
const NAME: &str = "kbtriage.toml";
/// A settings file of more bytes is none.
const LARGEST: u64 = 1 << 20;

/// The settings of a project.
#[derive(Debug, Clone, Default, PartialEq, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case", default)]
pub(crate) struct Config {
    /// The file they come from.
    #[serde(skip)]
    pub(crate) path: Option<PathBuf>,
    pub(crate) signatures: Vec<PathBuf>,
    pub(crate) redact: Option<bool>,
    pub(crate) check: Gate,
    pub(crate) limits: Limits,
}

/// Settings of `kbtriage check`.
#[derive(Debug, Clone, Default, PartialEq, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case", default)]
pub(crate) struct Gate {
    #[serde(deserialize_with = "fail_on")]
    pub(crate) fail_on: Option<FailOn>,
    #[serde(deserialize_with = "min_confidence")]
    pub(crate) min_confidence: Option<Confidence>,
    pub(crate) baseline: Option<PathBuf>,
}

/// How much is read, and by how many.
#[derive(Debug, Clone, Default, PartialEq, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case", default)]
pub(crate) struct Limits {
    #[serde(deserialize_with = "bytes")]
    pub(crate) max_filesize: Option<u64>,
    #[serde(deserialize_with = "threads")]
    pub(crate) threads: Option<u16>,
}

impl Config {
    /// The settings in a file, or in the one that is found from the working directory upwards.
    pub(crate) fn load(named: Option<&Path>) -> anyhow::Result<Self> {
        let found = match named {
            Some(path) => Some(path.to_owned()),
            None => std::env::current_dir().ok().and_then(|folder| find(&folder)),
        };
        found.map_or_else(|| Ok(Config::default()), |path| Config::read(&path))
    }

    fn read(path: &Path) -> anyhow::Result<Self> {
        let named = || path.display().to_string();
        if fs::metadata(path).with_context(named)?.len() > LARGEST {
            bail!("{}: too large for a settings file", path.display());
        }
        let text = fs::read_to_string(path).with_context(named)?;
        let mut config = Config::parse(&text)
            .map_err(|(line, message)| anyhow::anyhow!("{}:{line}: {message}", path.display()))?;
        let folder = path.parent().unwrap_or(Path::new(""));
        for path in config.signatures.iter_mut().chain(&mut config.check.baseline) {
            *path = folder.join(&path);
        }
        config.path = Some(path.to_owned());
        Ok(config)
    }

    /// The settings in a text, or the line of a mistake, 1-based, and what it is.
    fn parse(text: &str) -> Result<Self, (usize, String)> {
        toml::from_str(text)
            .map_err(|error: toml::de::Error| (line_of(text, &error), error.message().replace('\n', ": ")))
    }
}

/// The line of a mistake in a text, 1-based.
pub(super) fn line_of(text: &str, mistake: &toml::de::Error) -> usize {
    let before = mistake.span().and_then(|span| text.get(..span.start)).unwrap_or_default();
    1 + before.matches('\n').count()
}

/// The settings file of the nearest folder that has one.
fn find(folder: &Path) -> Option<PathBuf> {
    folder.ancestors().map(|folder| folder.join(NAME)).find(|path| path.is_file())
}

fn fail_on<'de, D: Deserializer<'de>>(from: D) -> Result<Option<FailOn>, D::Error> {
    let word = String::deserialize(from)?;
    let wrong = |_| Error::custom(format!("{word} is none of known, unknown, any, never"));
    FailOn::from_str(&word, false).map(Some).map_err(wrong)
}

fn min_confidence<'de, D: Deserializer<'de>>(from: D) -> Result<Option<Confidence>, D::Error> {
    let word = String::deserialize(from)?;
    let wrong = || Error::custom(format!("{word} is none of exact, likely, possible"));
    Confidence::named(&word).map(Some).ok_or_else(wrong)
}

fn threads<'de, D: Deserializer<'de>>(from: D) -> Result<Option<u16>, D::Error> {
    match u16::deserialize(from)? {
        0 => Err(Error::custom("there must be one thread at least")),
        threads => Ok(Some(threads)),
    }
}

/// Bytes as a number, or as on the command line: `"10M"`.
fn bytes<'de, D: Deserializer<'de>>(from: D) -> Result<Option<u64>, D::Error> {
    struct Bytes;
    impl de::Visitor<'_> for Bytes {
        type Value = u64;

        fn expecting(&self, to: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
            to.write_str("a number of bytes, or a text such as \"10M\"")
        }

        fn visit_i64<E: Error>(self, number: i64) -> Result<u64, E> {
            u64::try_from(number).map_err(|_| E::custom("a size below zero"))
        }

        fn visit_str<E: Error>(self, text: &str) -> Result<u64, E> {
            size(text).map_err(E::custom)
        }
    }
    from.deserialize_any(Bytes).map(Some)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_setting_is_read() {
        let config = Config::parse(
            "signatures = ['mine']\nredact = true\n[check]\nfail-on = 'known'\nmin-confidence = 'exact'\n\
             baseline = 'accepted.toml'\n[limits]\nmax-filesize = '10M'\nthreads = 3\n",
        )
        .unwrap();
        assert_eq!(config.signatures, [PathBuf::from("mine")]);
        assert_eq!(config.check.fail_on, Some(FailOn::Known));
        assert_eq!(config.check.min_confidence, Some(Confidence::Exact));
        assert_eq!((config.limits.max_filesize, config.limits.threads), (Some(10 << 20), Some(3)));
        assert_eq!(Config::parse("limits.max-filesize = 5").unwrap().limits.max_filesize, Some(5));
    }

    #[test]
    fn a_wrong_key_or_value_is_named_with_its_line() {
        for (text, line, word) in [
            ("\n[check]\nfale-on = 'any'\n", 3, "fale-on"),
            ("[check]\n\nfail-on = 'sometimes'\n", 3, "sometimes"),
            ("redact = 'yes'\n", 1, "boolean"),
            ("[limits]\nthreads = 0\n", 2, "one thread"),
            ("[limits]\nmax-filesize = '10 apples'\n", 2, "bytes"),
            ("redact = true\n[checks]\n", 2, "checks"),
        ] {
            let (found, message) = Config::parse(text).unwrap_err();
            assert!(found == line && message.contains(word), "{text}: {found}: {message}");
        }
    }

    #[test]
    fn the_nearest_file_counts() {
        let root = tempfile::tempdir().unwrap();
        let inner = root.path().join("a/b");
        fs::create_dir_all(&inner).unwrap();
        assert_eq!(find(&inner).filter(|path| path.starts_with(root.path())), None);
        fs::write(root.path().join(NAME), "").unwrap();
        assert_eq!(find(&inner), Some(root.path().join(NAME)));
        fs::write(root.path().join("a").join(NAME), "").unwrap();
        assert_eq!(find(&inner), Some(root.path().join("a").join(NAME)));
    }

    #[test]
    fn paths_are_relative_to_the_file() {
        let root = tempfile::tempdir().unwrap();
        let path = root.path().join(NAME);
        fs::write(&path, "signatures = ['mine']\ncheck.baseline = 'accepted.toml'\n").unwrap();
        let config = Config::load(Some(&path)).unwrap();
        assert_eq!(config.signatures, [root.path().join("mine")]);
        assert_eq!(config.check.baseline, Some(root.path().join("accepted.toml")));
    }
}
