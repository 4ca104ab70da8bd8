//! What a signature file may not say although its keys and types are right.

use super::model::{BugcheckClause, Clauses, Signature};
use super::names::{FramePattern, address};
use super::place::Step::{self, Index, Key};

/// Something wrong in a signature file, and the way to it.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Problem {
    pub(super) path: Vec<Step>,
    pub(super) message: String,
}

impl Problem {
    pub(super) fn new(path: &[Step], message: impl Into<String>) -> Self {
        Problem { path: path.to_vec(), message: message.into() }
    }
}

/// The first problem that keeps a signature from being matched at all.
pub(super) fn problem(signature: &Signature) -> Option<Problem> {
    if signature.id.trim().is_empty() {
        return Some(Problem::new(&[Key("id")], "`id` is empty"));
    }
    let mut clauses = signature.matches.iter().enumerate();
    clauses.find_map(|(index, clauses)| clauses_problem(&[Key("match"), Index(index)], clauses))
}

fn clauses_problem(at: &[Step], clauses: &Clauses) -> Option<Problem> {
    let below = |steps: &[Step]| [at, steps].concat();
    if is_empty(clauses) {
        return Some(Problem::new(
            at,
            "`match` has no clause: stack, event, bugcheck, fault, exception or text",
        ));
    }
    if let Some(frames) = &clauses.stack {
        if frames.is_empty() {
            return Some(Problem::new(&below(&[Key("stack")]), "`stack` has no frame"));
        }
        for (index, frame) in frames.iter().enumerate() {
            if let Err(wrong) = FramePattern::read(frame) {
                let path = below(&[Key("stack"), Index(index)]);
                return Some(Problem::new(&path, format!("`stack` has {frame:?}: {wrong}")));
            }
        }
    } else if clauses.anywhere {
        return Some(Problem::new(&below(&[Key("anywhere")]), "`anywhere` without a `stack`"));
    }
    if let Some(phrases) = &clauses.text
        && (phrases.is_empty() || phrases.iter().any(|phrase| phrase.trim().is_empty()))
    {
        return Some(Problem::new(&below(&[Key("text")]), "`text` has an empty phrase, or none"));
    }
    if let Some(bugcheck) = &clauses.bugcheck
        && let Some(message) = parameters_problem(bugcheck)
    {
        return Some(Problem::new(&below(&[Key("bugcheck"), Key("parameters")]), message));
    }
    let addresses = [
        ("fault", clauses.fault.as_ref().and_then(|fault| fault.address.as_deref())),
        ("exception", clauses.exception.as_ref().and_then(|exception| exception.address.as_deref())),
    ];
    addresses.into_iter().find_map(|(clause, text)| {
        let text = text.filter(|text| address(text).is_none())?;
        let path = below(&[Key(clause), Key("address")]);
        Some(Problem::new(&path, format!("`address` is {text:?}, which is no hexadecimal address")))
    })
}

fn is_empty(clauses: &Clauses) -> bool {
    clauses.stack.is_none()
        && clauses.event.is_empty()
        && clauses.bugcheck.is_none()
        && clauses.fault.is_none()
        && clauses.exception.is_none()
        && clauses.text.is_none()
}

fn parameters_problem(bugcheck: &BugcheckClause) -> Option<String> {
    if bugcheck.parameters.len() > 4 {
        return Some("`parameters` has more than four".to_owned());
    }
    let wrong = bugcheck.parameters.iter().find(|text| *text != "*" && address(text).is_none())?;
    Some(format!("`parameters` has {wrong:?}, which is neither hexadecimal nor \"*\""))
}
