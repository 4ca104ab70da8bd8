//! Lints: what a signature file should not be like although it loads.
//!
//! [`LINTS`] is the list; each has a name by which a file can silence it (`[[allow]]`, with a reason).

use super::check::Problem;
use super::database::Database;
use super::entry::Entry;
use super::model::{Clauses, Expect, Standing, Status};
use super::names::FramePattern;
use super::place::Step::{self, Index, Key};
use super::twin::{self, Clones, TWIN};
use std::path::PathBuf;

/// A named rule for signature files.
#[derive(Debug)]
pub struct Lint {
    /// Name, as `[[allow]]` has it.
    pub name: &'static str,
    /// What it asks for, in a line.
    pub about: &'static str,
    check: fn(&Entry, &Around<'_>) -> Vec<Problem>,
}

/// Something a lint found.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LintFinding {
    /// Name of the lint.
    pub lint: &'static str,
    /// Id of the signature.
    pub signature: String,
    /// Its file.
    pub path: PathBuf,
    /// Line in that file, 1-based; `None` for a signature that the binary carries.
    pub line: Option<usize>,
    /// What is wrong.
    pub message: String,
}

/// Every lint.
pub const LINTS: &[Lint] = &[
    Lint { name: "file-name", about: "the file is named after the id", check: file_name },
    Lint { name: "missing-example", about: "a text that must be recognised", check: missing_example },
    Lint { name: "no-match", about: "at least one way to recognise it", check: no_match },
    Lint { name: "runtime-only", about: "a stack clause names a component's frame", check: runtime_only },
    Lint { name: "short-stack", about: "a stack clause has two frames or more", check: short_stack },
    Lint { name: "bare-event", about: "an event has telling words besides its id", check: bare_event },
    Lint { name: "bare-bugcheck", about: "a stop code has parameters or a module", check: bare_bugcheck },
    Lint { name: "bare-fault", about: "a fault has a module or an address", check: bare_fault },
    Lint { name: "bare-exception", about: "an exception has an address", check: bare_exception },
    Lint { name: "few-phrases", about: "text alone has three phrases or more", check: few_phrases },
    Lint { name: "not-a-version", about: "a fix has a version that is one", check: not_a_version },
    Lint { name: "empty-text", about: "a text that is given says something", check: empty_text },
    Lint { name: "not-a-link", about: "the url is a web address", check: not_a_link },
    Lint { name: "unfinished", about: "a reviewed signature has cause and resolution", check: unfinished },
    Lint {
        name: TWIN,
        about: "no other issue has the same evidence, or is named",
        check: |entry, around| twin::twins(entry, &around.clones),
    },
    Lint {
        name: "shadowed",
        about: "no other issue asks for the inner frames alone",
        check: |entry, around| twin::shadowed(entry, &around.clones),
    },
    Lint { name: UNKNOWN_LINT, about: "an allow names a lint that there is", check: unknown_lint },
    Lint { name: UNUSED_ALLOW, about: "an allow silences something", check: |_, _| Vec::new() },
];

const UNKNOWN_LINT: &str = "unknown-lint";
const UNUSED_ALLOW: &str = "unused-allow";

/// What a signature is held against.
struct Around<'db> {
    database: &'db Database,
    clones: Clones<'db>,
}

/// What the lints find in a database, by signature, line and lint.
pub fn lint(database: &Database) -> Vec<LintFinding> {
    let around = Around { database, clones: Clones::of(database) };
    let mut findings: Vec<LintFinding> =
        database.entries().flat_map(|entry| lint_entry(entry, &around)).collect();
    findings.sort_by(|a, b| (&a.signature, a.line, a.lint).cmp(&(&b.signature, b.line, b.lint)));
    findings
}

fn lint_entry(entry: &Entry, around: &Around<'_>) -> Vec<LintFinding> {
    let finding = |lint, problem: Problem| LintFinding {
        lint,
        signature: entry.signature().id.clone(),
        path: entry.path().to_owned(),
        line: entry.line_of(&problem.path),
        message: problem.message,
    };
    let mut findings = Vec::new();
    let mut used = vec![false; entry.signature().allows.len()];
    for lint in LINTS {
        let problems = (lint.check)(entry, around);
        let allow = entry.signature().allows.iter().position(|allow| allow.lint == lint.name);
        match allow.and_then(|index| used.get_mut(index)) {
            // It silences those that it names, and `kb test` asks it as well. A twin that it names may stand in
            // a folder that is not loaded.
            Some(used) if lint.name == TWIN => {
                *used = problems.is_empty() || entry.signature().names_a_twin(around.database);
                findings.extend(problems.into_iter().map(|problem| finding(lint.name, problem)));
            }
            Some(used) => *used = !problems.is_empty(),
            None => findings.extend(problems.into_iter().map(|problem| finding(lint.name, problem))),
        }
    }
    for (index, allow) in entry.signature().allows.iter().enumerate() {
        let known = LINTS.iter().any(|lint| lint.name == allow.lint);
        if known && !used.get(index).is_some_and(|used| *used) {
            let at = [Key("allow"), Index(index)];
            let message = format!("`{}` is allowed but finds nothing here, or is allowed twice", allow.lint);
            findings.push(finding(UNUSED_ALLOW, Problem::new(&at, message)));
        }
    }
    findings
}

/// What `check` says of each `[[match]]`.
fn each_match(entry: &Entry, check: impl Fn(&Clauses) -> Option<(Vec<Step>, String)>) -> Vec<Problem> {
    let matches = entry.signature().matches.iter().enumerate();
    matches
        .filter_map(|(index, clauses)| {
            let (path, message) = check(clauses)?;
            Some(Problem { path: [vec![Key("match"), Index(index)], path].concat(), message })
        })
        .collect()
}

/// A problem with one key of a `[[match]]`.
fn at(key: &'static str, message: &str) -> Option<(Vec<Step>, String)> {
    Some((vec![Key(key)], message.to_owned()))
}

fn one(found: bool, path: &[Step], message: impl Into<String>) -> Vec<Problem> {
    if found { vec![Problem::new(path, message)] } else { Vec::new() }
}

fn file_name(entry: &Entry, _: &Around<'_>) -> Vec<Problem> {
    let wanted = format!("{}.toml", entry.signature().id.to_ascii_lowercase());
    let named = entry.path().file_name().is_some_and(|name| *name == *wanted);
    one(!named, &[Key("id")], format!("the file of {} is named {wanted}", entry.signature().id))
}

fn missing_example(entry: &Entry, _: &Around<'_>) -> Vec<Problem> {
    let none = !entry.signature().examples.iter().any(|example| example.expect == Expect::Match);
    one(none, &[Key("example")], "no example with expect = \"match\"")
}

fn no_match(entry: &Entry, _: &Around<'_>) -> Vec<Problem> {
    one(entry.signature().matches.is_empty(), &[], "no [[match]]: nothing can be recognised by it")
}

fn runtime_only(entry: &Entry, around: &Around<'_>) -> Vec<Problem> {
    each_match(entry, |clauses| {
        let frames = clauses.stack.as_ref()?;
        let tells = frames.iter().filter_map(|frame| FramePattern::read(frame).ok()).any(|pattern| {
            let open = pattern.module.is_none() && pattern.function.holds("");
            !open && around.database.runtime().standing(pattern.as_name()) > Standing::Runtime
        });
        if tells { None } else { at("stack", "only frames of the runtime, which stand in any crash") }
    })
}

fn short_stack(entry: &Entry, _: &Around<'_>) -> Vec<Problem> {
    each_match(entry, |clauses| match clauses.stack.as_deref() {
        Some([_]) => at("stack", "one frame alone is never more than possible"),
        _ => None,
    })
}

fn bare_event(entry: &Entry, _: &Around<'_>) -> Vec<Problem> {
    each_match(entry, |clauses| {
        let bare = clauses.event.iter().all(|event| event.message.is_none());
        let alone = clauses.stack.is_none() && clauses.bugcheck.is_none() && clauses.fault.is_none();
        if bare && alone && !clauses.event.is_empty() {
            at("event", "no event names words of its message, and an id alone tells nothing")
        } else {
            None
        }
    })
}

fn bare_bugcheck(entry: &Entry, _: &Around<'_>) -> Vec<Problem> {
    each_match(entry, |clauses| {
        let bugcheck = clauses.bugcheck.as_ref()?;
        let bare = bugcheck.module.is_none() && bugcheck.parameters.iter().all(|parameter| parameter == "*");
        if bare && clauses.stack.is_none() {
            at("bugcheck", "neither parameters nor module nor a stack: a stop code alone tells nothing")
        } else {
            None
        }
    })
}

fn bare_fault(entry: &Entry, _: &Around<'_>) -> Vec<Problem> {
    each_match(entry, |clauses| {
        let fault = clauses.fault.as_ref()?;
        let bare = fault.module.is_none() && fault.address.is_none();
        if bare && clauses.stack.is_none() {
            at("fault", "neither module nor address nor a stack: that a process failed tells nothing")
        } else {
            None
        }
    })
}

fn bare_exception(entry: &Entry, _: &Around<'_>) -> Vec<Problem> {
    each_match(entry, |clauses| {
        let exception = clauses.exception.as_ref()?;
        let others = clauses.stack.is_some() || clauses.fault.is_some() || clauses.bugcheck.is_some();
        if exception.address.is_none() && !others && clauses.event.is_empty() {
            at("exception", "no address and no other clause: an exception code alone tells nothing")
        } else {
            None
        }
    })
}

fn few_phrases(entry: &Entry, _: &Around<'_>) -> Vec<Problem> {
    each_match(entry, |clauses| {
        let phrases = clauses.text.as_ref()?;
        let alone = Clauses { text: None, ..clauses.clone() } == Clauses::default();
        if alone && phrases.len() < 3 {
            at("text", "fewer than three phrases and nothing else")
        } else {
            None
        }
    })
}

fn not_a_version(entry: &Entry, _: &Around<'_>) -> Vec<Problem> {
    let fixes = entry.signature().fixed_in.iter().enumerate();
    fixes
        .filter(|(_, fix)| !is_version(&fix.version))
        .map(|(index, fix)| {
            let message =
                format!("{:?} is no version: two numbers or more, such as 5.5.2654.22", fix.version);
            Problem::new(&[Key("fixed_in"), Index(index), Key("version")], message)
        })
        .collect()
}

fn is_version(text: &str) -> bool {
    text.split('.').count() >= 2
        && text.split('.').all(|part| !part.is_empty() && part.bytes().all(|byte| byte.is_ascii_digit()))
}

fn empty_text(entry: &Entry, _: &Around<'_>) -> Vec<Problem> {
    let signature = entry.signature();
    let texts = [
        ("title", Some(&signature.title)),
        ("cause", signature.cause.as_ref()),
        ("resolution", signature.resolution.as_ref()),
        ("workaround", signature.workaround.as_ref()),
    ];
    let empty = texts.into_iter().filter(|(_, text)| text.is_some_and(|text| text.trim().is_empty()));
    let mut problems: Vec<_> = empty
        .map(|(key, _)| {
            Problem::new(&[Key(key)], format!("`{key}` is empty: leave it out when there is none"))
        })
        .collect();
    for (index, allow) in signature.allows.iter().enumerate() {
        if allow.reason.trim().is_empty() {
            let at = [Key("allow"), Index(index), Key("reason")];
            problems.push(Problem::new(&at, "`reason` is empty: say why the lint does not apply"));
        }
    }
    problems
}

fn not_a_link(entry: &Entry, _: &Around<'_>) -> Vec<Problem> {
    let Some(url) = &entry.signature().url else { return Vec::new() };
    let host = url.strip_prefix("https://").or_else(|| url.strip_prefix("http://")).unwrap_or("");
    let good = host.starts_with(|c: char| c.is_ascii_alphanumeric())
        && !url.contains(|c: char| c.is_whitespace() || c.is_control());
    one(!good, &[Key("url")], format!("{url:?} is no web address"))
}

fn unfinished(entry: &Entry, _: &Around<'_>) -> Vec<Problem> {
    let signature = entry.signature();
    let missing = [("cause", &signature.cause), ("resolution", &signature.resolution)];
    let missing: Vec<_> = missing.iter().filter(|(_, text)| text.is_none()).map(|(key, _)| *key).collect();
    let found = signature.status == Status::Reviewed && !missing.is_empty();
    one(found, &[Key("status")], format!("reviewed, but without {}", missing.join(" and ")))
}

fn unknown_lint(entry: &Entry, _: &Around<'_>) -> Vec<Problem> {
    let allows = entry.signature().allows.iter().enumerate();
    allows
        .filter(|(_, allow)| LINTS.iter().all(|lint| lint.name != allow.lint))
        .map(|(index, allow)| {
            let at = [Key("allow"), Index(index), Key("lint")];
            Problem::new(&at, format!("there is no lint {:?}", allow.lint))
        })
        .collect()
}

#[cfg(test)]
mod tests;
