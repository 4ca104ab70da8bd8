//! The known issues: those the binary carries, and folders of one's own.
//!
//! A signature is one `*.toml` file. Of two with the same id the one loaded later counts: the binary's own
//! first, then the folders in the order given, the files of a folder by path.

use super::check::Problem;
use super::entry::Entry;
use super::load::{self, Loaded};
use super::model::{RuntimeEntry, Signature};
use super::names::{FramePattern, folded};
use super::pack::{self, Pack};
use super::place::{key_at, line_at, line_of};
use super::runtime::{self, RuntimeFrames};
use crate::Error;
use crate::parse::Phrase;
use std::borrow::Cow;
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::Arc;

/// The files below `signatures/` as the binary was built, packed by the build script.
static EMBEDDED: &[u8] = include_bytes!(concat!(env!("OUT_DIR"), "/signatures.pack"));

/// The known issues, by id.
#[derive(Debug, Clone, Default)]
pub struct Database {
    /// By id in lower case.
    entries: BTreeMap<String, Entry>,
    runtime: RuntimeFrames,
    /// The runtime frames that the binary does not carry.
    frames: Vec<RuntimeEntry>,
}

impl Database {
    /// The signatures that the binary carries.
    ///
    /// # Errors
    ///
    /// As [`Database::load`].
    pub fn embedded() -> Result<Self, Vec<Error>> {
        Database::load(&[], true)
    }

    /// The signatures of `paths` (folders, files, packs), on top of the embedded ones if these are wanted.
    ///
    /// The embedded list of runtime frames is always in force: it is no known issue.
    ///
    /// # Errors
    ///
    /// Every file that cannot be read or does not load, and a database without any signature.
    pub fn load(paths: &[PathBuf], embedded: bool) -> Result<Self, Vec<Error>> {
        let (database, mut errors) = Database::load_readable(paths, embedded);
        if errors.is_empty() && database.entries.is_empty() {
            let paths: Vec<_> = paths.iter().map(|path| path.display().to_string()).collect();
            let message = match paths.as_slice() {
                [] => "the embedded ones are left out and no folder is named".to_owned(),
                paths => format!("no signature file (*.toml) in {}", paths.join(", ")),
            };
            errors.push(Error::NoSignatures(message));
        }
        if errors.is_empty() { Ok(database) } else { Err(errors) }
    }

    /// What loads of these, be it nothing, and why the rest does not.
    pub fn load_readable(paths: &[PathBuf], embedded: bool) -> (Self, Vec<Error>) {
        let mut database = Database::default();
        let mut errors = Vec::new();
        database.add_pack(Cow::Borrowed(EMBEDDED), embedded, false);
        for loaded in paths.iter().flat_map(|path| load::load(path)) {
            match loaded {
                Ok(loaded) => database.take(loaded),
                Err(error) => errors.push(error),
            }
        }
        (database, errors)
    }

    /// Adds one file: a signature, or a list of runtime frames.
    ///
    /// # Errors
    ///
    /// [`Error::Signature`] when it does not load; nothing is added then.
    pub fn add(&mut self, path: &Path, text: Cow<'static, str>) -> Result<(), Error> {
        load::file(path, text).map(|loaded| self.take(loaded))
    }

    fn take(&mut self, loaded: Loaded) {
        match loaded {
            Loaded::Signature(entry) => self.insert(*entry),
            Loaded::Frames(frames) => self.add_frames(frames, true),
            Loaded::Pack(bytes) => self.add_pack(Cow::Owned(bytes), true, true),
        }
    }

    fn insert(&mut self, entry: Entry) {
        self.entries.insert(key(&entry), entry);
    }

    /// Adds what is in a pack, the runtime frames always and the signatures if they are wanted, without reading more
    /// of it than its table. What is one's `own` goes into a pack made of this database.
    fn add_pack(&mut self, bytes: Cow<'static, [u8]>, signatures: bool, own: bool) {
        let Some((pack, rows, frames)) = Pack::open(bytes) else { return };
        let pack = Arc::new(pack);
        if signatures {
            // The rows stand by id: laid into each other at once, they cost a third of so many insertions.
            let packed = rows.into_iter().map(|row| Entry::packed(&pack, row));
            let mut packed: BTreeMap<_, _> = packed.map(|entry| (key(&entry), entry)).collect();
            self.entries.append(&mut packed);
        }
        self.add_frames(frames, own);
    }

    fn add_frames(&mut self, frames: Vec<RuntimeEntry>, own: bool) {
        for frame in &frames {
            if let Ok(pattern) = FramePattern::read(&frame.frame) {
                self.runtime.add(pattern, frame.class);
            }
        }
        if own {
            self.frames.extend(frames);
        }
    }

    /// The signatures and one's own runtime frames in one file that loads without being read as a whole.
    pub fn pack(&self) -> Vec<u8> {
        let path = |entry: &Entry| entry.path().to_string_lossy().into_owned();
        let signatures: Vec<_> =
            self.entries().map(|entry| (path(entry), entry.signature().clone())).collect();
        pack::write(&signatures, &self.frames)
    }

    /// The signature with this id, in any case.
    pub fn get(&self, id: &str) -> Option<&Signature> {
        self.entries.get(&id.to_ascii_lowercase()).map(Entry::signature)
    }

    /// All signatures, by id.
    pub fn signatures(&self) -> impl Iterator<Item = &Signature> {
        self.entries.values().map(Entry::signature)
    }

    /// All signatures with their files, by id.
    pub fn entries(&self) -> impl Iterator<Item = &Entry> {
        self.entries.values()
    }

    /// The phrases that text clauses wait for, each once, for [`Parser::new`](crate::Parser::new).
    ///
    /// Of a clause that asks for nothing but phrases the longest has to lead to it.
    pub fn phrases(&self) -> Vec<Phrase> {
        let mut found: BTreeMap<String, Phrase> = BTreeMap::new();
        for clauses in self.entries().flat_map(Entry::clauses) {
            let texts = clauses.text.as_deref().unwrap_or_default();
            let leads = texts.iter().max_by_key(|text| text.len()).filter(|_| clauses.is_text_alone());
            for text in texts {
                let phrase = found.entry(folded(text));
                let phrase = phrase.or_insert_with(|| Phrase { text: text.clone(), leads: false });
                phrase.leads |= leads == Some(text);
            }
        }
        found.into_values().collect()
    }

    /// The frames that say nothing of the component that failed.
    pub fn runtime(&self) -> &RuntimeFrames {
        &self.runtime
    }
}

/// What an entry is found by.
fn key(entry: &Entry) -> String {
    entry.id().to_ascii_lowercase()
}

pub(super) fn is_runtime_list(path: &Path) -> bool {
    path.file_name().is_some_and(|name| name == runtime::FILE)
}

pub(super) fn read<T: serde::de::DeserializeOwned>(path: &Path, text: &str) -> Result<T, Error> {
    toml::from_str(text).map_err(|error| {
        let offset = error.span().map_or(0, |span| span.start);
        let message = error.message();
        let names_key = ["unknown", "missing", "duplicate"].iter().any(|word| message.starts_with(word));
        // A file that is no TOML has no key to name.
        let message = match key_at(text, offset) {
            Some(key) if !names_key && toml::de::DeTable::parse(text).is_ok() => {
                format!("`{key}`: {message}")
            }
            _ => message.to_owned(),
        };
        Error::Signature { path: path.to_owned(), line: line_at(text, offset), message }
    })
}

pub(super) fn located(path: &Path, text: &str, problem: Problem) -> Error {
    let line = line_of(text, &problem.path);
    Error::Signature { path: path.to_owned(), line, message: problem.message }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::fs;

    const GOOD: &str =
        "id = \"ACME-1\"\ntitle = \"t\"\nproducts = [\"p\"]\nstatus = \"draft\"\n\n[[match]]\n";

    fn load(text: &str) -> Result<Database, Error> {
        let mut database = Database::default();
        database.add(Path::new("acme-1.toml"), Cow::Owned(text.to_owned()))?;
        Ok(database)
    }

    fn error(text: &str) -> String {
        load(text).unwrap_err().to_string()
    }

    #[test]
    fn the_binary_carries_what_the_folder_holds() {
        let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("signatures");
        let (embedded, loaded) = (Database::embedded().unwrap(), Database::load(&[folder], false).unwrap());
        assert!(embedded.signatures().eq(loaded.signatures()));
        assert_eq!(embedded.runtime(), loaded.runtime());
        let clauses = |database: &Database| -> Vec<_> {
            database.entries().map(|entry| (entry.id().to_owned(), entry.clauses().to_vec())).collect()
        };
        assert_eq!(clauses(&embedded), clauses(&loaded));
        assert_eq!(embedded.get("kb276222").unwrap().id, "KB276222");
    }

    #[test]
    fn an_unknown_key_is_named_with_its_line() {
        let text = format!("{GOOD}stak = [\"a!b\"]\n");
        let said = error(&text);
        assert!(said.starts_with("acme-1.toml:7: ") && said.contains("`stak`"), "{said}");
    }

    #[test]
    fn a_wrong_type_is_named_with_its_key_and_line() {
        let said = error("id = \"A\"\ntitle = 5\nproducts = []\nstatus = \"draft\"\n");
        assert!(said.starts_with("acme-1.toml:2: `title`"), "{said}");
        let said = error(&format!("{GOOD}event = {{ id = \"x\" }}\n"));
        assert!(said.starts_with("acme-1.toml:7: `id`"), "{said}");
        let said = error(&format!("{GOOD}stack = [\n\"a!b\",\n5]\n"));
        assert!(said.starts_with("acme-1.toml:9: `stack`"), "{said}");
    }

    #[test]
    fn a_bad_code_is_named_with_its_key_and_line() {
        for clause in ["bugcheck = { code = \"0xzz\" }", "exception = { code = -1 }"] {
            let said = error(&format!("{GOOD}{clause}\n"));
            assert!(said.starts_with("acme-1.toml:7: `code`"), "{said}");
        }
    }

    #[test]
    fn a_missing_key_and_broken_toml_are_named() {
        let said = error("id = \"A\"\n");
        assert!(said.contains("`title`"), "{said}");
        let said = error("id = \"A\"\ntitle = \"unclosed\nstatus = 1\n");
        assert!(said.starts_with("acme-1.toml:2: "), "{said}");
    }

    #[test]
    fn clauses_that_can_mean_nothing_are_refused() {
        let cases = [
            ("", 6, "no clause"),
            ("stack = []", 7, "`stack` has no frame"),
            ("stack = [\"a!b\", \"a!\"]", 7, "`stack` has \"a!\""),
            ("anywhere = true\ntext = [\"a\"]", 7, "`anywhere`"),
            ("text = [\" \"]", 7, "`text`"),
            (
                "bugcheck = { code = 10, parameters = [\"0\", \"0\", \"0\", \"0\", \"0\"] }",
                7,
                "more than four",
            ),
            ("bugcheck = { code = 10, parameters = [\"%1\"] }", 7, "`parameters` has \"%1\""),
            ("fault = { module = \"a\", address = \"here\" }", 7, "`address`"),
            ("\n[match.exception]\ncode = 10\naddress = \"here\"", 10, "`address`"),
        ];
        for (clause, line, message) in cases {
            let said = error(&format!("{GOOD}{clause}\n"));
            assert!(said.starts_with(&format!("acme-1.toml:{line}: ")) && said.contains(message), "{said}");
        }
    }

    #[test]
    fn notepads_mark_and_line_ends_are_no_error() {
        let text = format!("\u{feff}{GOOD}stack = [\"a!b\"]\n").replace('\n', "\r\n");
        assert!(load(&text).unwrap().get("acme-1").is_some());
    }

    #[test]
    fn folders_are_walked_and_every_broken_file_is_named() {
        let folder = tempfile::tempdir().unwrap();
        let write = |name: &str, text: &[u8]| {
            let path = folder.path().join(name);
            fs::create_dir_all(path.parent().unwrap()).unwrap();
            fs::write(path, text).unwrap();
        };
        let good = format!("{GOOD}stack = [\"a!b\", \"a!c\"]\n");
        write("deep/er/acme-1.toml", good.as_bytes());
        write("README.md", b"no signature");
        let folders = [folder.path().to_owned()];
        assert_eq!(Database::load(&folders, false).unwrap().signatures().count(), 1);
        assert!(Database::load(&folders, true).unwrap().get("KB276222").is_some());

        write("bad-1.toml", b"id = 1\n");
        write("bad-2.TOML", b"nonsense");
        write("bad-3.toml", b"id = \"\xff\"\n");
        let errors = Database::load(&[folders[0].clone(), folder.path().join("gone")], false).unwrap_err();
        let said: Vec<String> = errors.iter().map(ToString::to_string).collect();
        assert_eq!(said.len(), 4, "{said:?}");
        for (said, name) in said.iter().zip(["bad-1.toml:1: ", "bad-2.TOML:1: ", "bad-3.toml: ", "gone: "]) {
            assert!(said.contains(name), "{said}");
        }
    }

    #[test]
    fn a_later_id_replaces_an_earlier_one() {
        let folder = tempfile::tempdir().unwrap();
        let text =
            format!("{GOOD}stack = [\"a!b\"]\n").replace("ACME-1", "kb276222").replace("\"t\"", "\"mine\"");
        fs::write(folder.path().join("kb276222.toml"), text).unwrap();
        let database = Database::load(&[folder.path().to_owned()], true).unwrap();
        assert_eq!(database.get("KB276222").unwrap().title, "mine");
    }

    #[test]
    fn no_signature_at_all_is_an_error() {
        let folder = tempfile::tempdir().unwrap();
        for folders in [vec![], vec![folder.path().to_owned()]] {
            let errors = Database::load(&folders, false).unwrap_err();
            assert!(matches!(errors.as_slice(), [Error::NoSignatures(_)]), "{errors:?}");
        }
    }

    #[test]
    fn the_embedded_runtime_frames_are_always_in_force() {
        let folder = tempfile::tempdir().unwrap();
        fs::write(folder.path().join("acme-1.toml"), format!("{GOOD}stack = [\"a!b\"]\n")).unwrap();
        let database = Database::load(&[folder.path().to_owned()], false).unwrap();
        assert_eq!(database.signatures().count(), 1);
        let frame = FramePattern::read("ntdll!RtlFreeHeap").unwrap();
        assert_eq!(database.runtime().standing(frame.as_name()), crate::signature::Standing::Runtime);
    }

    #[test]
    fn a_folder_can_add_runtime_frames() {
        let mut database = Database::default();
        let add = |database: &mut Database, text: &str| {
            database.add(Path::new("x/runtime-frames.toml"), Cow::Owned(text.to_owned()))
        };
        add(&mut database, "[[frame]]\nframe = \"acme!Log*\"\nreason = \"logging\"\n").unwrap();
        let frame = FramePattern::read("ACME!LogCrash").unwrap();
        assert_eq!(database.runtime().standing(frame.as_name()), crate::signature::Standing::Runtime);
        let said =
            add(&mut database, "[[frame]]\nframe = \"acme!\"\nreason = \"x\"\n").unwrap_err().to_string();
        assert!(said.contains("runtime-frames.toml:1: `frame`"), "{said}");
    }

    #[test]
    fn phrases_are_listed_once() {
        let mut database = load(&format!("{GOOD}text = [\"Local  queue\", \"b\"]\n")).unwrap();
        let text = format!("{GOOD}text = [\"local queue\"]\n").replace("ACME-1", "ACME-2");
        database.add(Path::new("acme-2.toml"), Cow::Owned(text)).unwrap();
        let phrases: Vec<String> = database.phrases().into_iter().map(|phrase| phrase.text).collect();
        assert_eq!(phrases, ["b", "Local  queue"]);
    }
}
