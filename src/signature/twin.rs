//! Issues that the evidence cannot tell from another.
//!
//! Two articles may tell of one crash: the same stack, the same event. Both are reported then, and one of them
//! says so, with the id of the other in the reason; of a shipped issue and one's own it is one's own:
//!
//! ```toml
//! [[allow]]
//! lint = "twin"
//! reason = "KB186205 tells of the same stack."
//! ```

use super::check::Problem;
use super::database::Database;
use super::entry::Entry;
use super::model::{Clauses, EventClause, Signature};
use super::names::{FramePattern, folded};
use super::place::Step::{Index, Key};
use std::collections::HashMap;

/// Name of the lint.
pub(super) const TWIN: &str = "twin";

impl Signature {
    /// Whether it says that the evidence cannot tell it from the issue of this id.
    fn is_twin_of(&self, id: &str) -> bool {
        self.twin_words().any(|word| word.eq_ignore_ascii_case(id))
    }

    /// Whether one of the two says that the evidence cannot tell them apart.
    pub fn is_twin(&self, other: &Signature) -> bool {
        self.is_twin_of(&other.id) || other.is_twin_of(&self.id)
    }

    /// The words of the reasons why it has twins.
    fn twin_words(&self) -> impl Iterator<Item = &str> {
        let reasons = self.allows.iter().filter(|allow| allow.lint == TWIN);
        reasons.flat_map(|allow| allow.reason.split(|c: char| !c.is_alphanumeric() && c != '-' && c != '_'))
    }

    /// Whether it names a twin that there is.
    pub(super) fn names_a_twin(&self, database: &Database) -> bool {
        self.twin_words().any(|word| database.get(word).is_some_and(|other| other.id != self.id))
    }
}

/// Who asks for which evidence.
pub(super) struct Clones<'db>(HashMap<Clauses, Vec<&'db Entry>>);

impl<'db> Clones<'db> {
    pub(super) fn of(database: &'db Database) -> Self {
        let mut clones = Clones(HashMap::new());
        for entry in database.entries() {
            for clauses in entry.clauses() {
                clones.0.entry(compared(clauses)).or_default().push(entry);
            }
        }
        clones
    }

    /// The other issues that ask for just this evidence, but for named twins.
    fn others(&self, entry: &Entry, clauses: &Clauses) -> impl Iterator<Item = &'db str> {
        let entries = self.0.get(clauses).map_or(&[][..], Vec::as_slice).iter();
        let others = entries.filter(|other| other.id() != entry.id());
        others.filter(|other| !entry.signature().is_twin(other.signature())).map(|other| other.id())
    }
}

/// The ids of known issues, but for `id`, of which one way asks for the same evidence as one of these, or for more
/// or fewer frames of the same stack.
pub(super) fn same_evidence(matches: &[Clauses], known: &Database, id: &str) -> Vec<String> {
    let matches: Vec<Clauses> = matches.iter().map(compared).collect();
    let frames = |clauses: &Clauses| clauses.stack.clone().unwrap_or_default();
    let same = |one: &Clauses, other: &Clauses| {
        let (short, long) = (frames(one), frames(other));
        let begins = short.iter().zip(&long).all(|(one, other)| one == other);
        let stack = || Clauses { stack: one.stack.clone(), ..other.clone() } == *one;
        begins && short.is_empty() == long.is_empty() && stack()
    };
    let others = known.entries().filter(|entry| !entry.id().eq_ignore_ascii_case(id));
    let is_same = |entry: &&Entry| {
        entry.clauses().iter().map(compared).any(|theirs| matches.iter().any(|ours| same(ours, &theirs)))
    };
    others.filter(is_same).map(|entry| entry.id().to_owned()).collect()
}

/// Another issue with the same evidence that is not named.
pub(super) fn twins(entry: &Entry, clones: &Clones<'_>) -> Vec<Problem> {
    let mut problems = Vec::new();
    for (index, clauses) in entry.clauses().iter().enumerate() {
        let clauses = compared(clauses);
        for other in clones.others(entry, &clauses) {
            let message = format!("{other} is recognised by the same evidence: tell them apart, or name it");
            problems.push(Problem::new(&[Key("match"), Index(index)], message));
        }
    }
    problems
}

/// A stack that another issue already asks for the inner frames of.
pub(super) fn shadowed(entry: &Entry, clones: &Clones<'_>) -> Vec<Problem> {
    let mut problems = Vec::new();
    for (index, clauses) in entry.clauses().iter().enumerate() {
        let mut shorter = compared(clauses);
        while shorter.stack.as_mut().and_then(Vec::pop).is_some() {
            for other in clones.others(entry, &shorter) {
                let message = format!("{other} asks for the inner frames alone, and matches as well");
                problems.push(Problem::new(&[Key("match"), Index(index), Key("stack")], message));
            }
        }
    }
    problems
}

/// Clauses as they are compared: names as matching sees them, text without case.
fn compared(clauses: &Clauses) -> Clauses {
    let frame = |frame: &String| match FramePattern::read(frame) {
        Ok(pattern) => format!("{:?}", pattern.as_name()),
        Err(_) => frame.clone(),
    };
    let text = |text: &Option<String>| text.as_deref().map(folded);
    let mut clauses = clauses.clone();
    clauses.stack = clauses.stack.map(|frames| frames.iter().map(frame).collect());
    clauses.text = clauses.text.map(|phrases| phrases.iter().map(|phrase| folded(phrase)).collect());
    for EventClause { source, message, level, .. } in &mut clauses.event {
        (*source, *message, *level) = (text(source), text(message), text(level));
    }
    clauses
}
