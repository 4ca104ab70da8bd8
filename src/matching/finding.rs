//! What matching has to say about an input.

use super::crash::Crash;
use crate::signature::Signature;
use std::cmp::Ordering;

/// One answer: a known issue, or a crash that nothing explains.
#[derive(Debug, Clone)]
pub enum Finding<'db> {
    /// A signature that matched.
    Match(Match<'db>),
    /// A crash that no signature matched as `likely` or better.
    Unknown(Unknown<'db>),
}

impl Finding<'_> {
    /// What the crash looks like.
    pub fn crash(&self) -> &Crash {
        match self {
            Finding::Match(found) => &found.crash,
            Finding::Unknown(found) => &found.crash,
        }
    }

    /// Why a person has accepted this finding, where a baseline names it.
    pub fn accepted(&self) -> Option<&str> {
        match self {
            Finding::Match(found) => found.accepted.as_deref(),
            Finding::Unknown(found) => found.accepted.as_deref(),
        }
    }

    /// The place for that.
    pub fn accepted_mut(&mut self) -> &mut Option<String> {
        match self {
            Finding::Match(found) => &mut found.accepted,
            Finding::Unknown(found) => &mut found.accepted,
        }
    }

    /// First and last line of the evidence, 1-based.
    pub fn lines(&self) -> (u32, u32) {
        match self {
            Finding::Match(found) => found.lines,
            Finding::Unknown(found) => found.lines,
        }
    }

    /// Which of two findings of an input is told first: the surest match, and crashes that nothing explains last, in
    /// the order of the input.
    pub fn rank(&self, other: &Self) -> Ordering {
        match (self, other) {
            (Finding::Match(one), Finding::Match(other)) => one.rank(other),
            (Finding::Match(_), Finding::Unknown(_)) => Ordering::Less,
            (Finding::Unknown(_), Finding::Match(_)) => Ordering::Greater,
            (Finding::Unknown(one), Finding::Unknown(other)) => one.incident.cmp(&other.incident),
        }
    }
}

/// A signature that matched, why, and how sure that is.
#[derive(Debug, Clone)]
pub struct Match<'db> {
    /// The signature.
    pub signature: &'db Signature,
    /// First and last line of the evidence that spoke for it.
    pub lines: (u32, u32),
    /// The crash it explains; `None` for events that stand near no crash.
    pub incident: Option<u32>,
    /// How sure.
    pub confidence: Confidence,
    /// 0 to 1: how much of what the signature names was found, weighed by how telling it is.
    pub score: f64,
    /// The clauses that held, in the order of the signature, and what kept the others from holding fully.
    pub because: Vec<Reason>,
    /// Whether the versions seen are older than the fix.
    pub verdict: Verdict,
    /// What the crash looks like, where the matcher was asked for it.
    pub crash: Crash,
    /// Why a person has accepted this finding, where a baseline names it.
    pub accepted: Option<String>,
}

impl Match<'_> {
    /// Which of two matches of an input is told first: the surest.
    pub fn rank(&self, other: &Self) -> Ordering {
        let rank = other.confidence.cmp(&self.confidence).then(other.score.total_cmp(&self.score));
        rank.then(self.lines.cmp(&other.lines)).then_with(|| self.signature.id.cmp(&other.signature.id))
    }
}

/// One clause of a signature, and the evidence it was held against.
#[derive(Debug, Clone, PartialEq)]
pub struct Reason {
    /// The clause: `stack`, `event`, `bugcheck`, `fault`, `exception` or `text`.
    pub clause: &'static str,
    /// What was found, in one line: `EMSMTA!otpmralt < otpurert < otpmrtry`.
    pub found: String,
    /// What the clause asked for and the input did not show, or showed otherwise.
    pub differs: Option<String>,
    /// First and last line of the evidence.
    pub lines: (u32, u32),
}

/// How sure a match is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Confidence {
    /// Worth a look.
    Possible,
    /// Strong, but not all of it.
    Likely,
    /// Every clause holds on what the input positively says.
    Exact,
}

impl Confidence {
    /// The word for it: `exact`, `likely` or `possible`.
    pub fn name(self) -> &'static str {
        match self {
            Confidence::Possible => "possible",
            Confidence::Likely => "likely",
            Confidence::Exact => "exact",
        }
    }

    /// The confidence of this name.
    pub fn named(name: &str) -> Option<Self> {
        let all = [Confidence::Exact, Confidence::Likely, Confidence::Possible];
        all.into_iter().find(|confidence| confidence.name() == name)
    }
}

/// What the file versions in the input say of the fix.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Verdict {
    /// A file is older than its fix.
    Affected,
    /// Every file seen is as new as its fix or newer: a regression, or another problem.
    Fixed,
    /// No version of a fixed file was seen.
    Unknown,
}

impl Verdict {
    /// The word for it: `affected`, `fixed` or `unknown`.
    pub fn name(self) -> &'static str {
        match self {
            Verdict::Affected => "affected",
            Verdict::Fixed => "fixed",
            Verdict::Unknown => "unknown",
        }
    }
}

/// A crash that nothing known explains.
#[derive(Debug, Clone)]
pub struct Unknown<'db> {
    /// First and last line of its evidence.
    pub lines: (u32, u32),
    /// The crash.
    pub incident: u32,
    /// The crash in a few words: `9 frames, top EMSMTA!foo`, `stop 0x0000000a IRQL_NOT_LESS_OR_EQUAL`.
    pub summary: String,
    /// The innermost frame that is not the runtime's, or what else names the crash best.
    pub top: Option<String>,
    /// The known issue that came closest.
    pub nearest: Option<Nearest<'db>>,
    /// What the crash looks like, where the matcher was asked for it.
    pub crash: Crash,
    /// Why a person has accepted this finding, where a baseline names it.
    pub accepted: Option<String>,
}

/// A known issue that came close to an unknown crash without matching it.
#[derive(Debug, Clone)]
pub struct Nearest<'db> {
    /// The signature.
    pub signature: &'db Signature,
    /// As [`Match::score`].
    pub score: f64,
    /// What differed, in one line.
    pub differs: String,
}
