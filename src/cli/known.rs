//! The known issues, as the options say where they are.

use super::options::{Options, complain};
use super::run::{Analysis, Found};
use kbtriage::parse::{Block, Marked, Phrase, Region};
use kbtriage::redact::Names;
use kbtriage::{Database, Error, Finding, Matcher, Parser};
use std::path::Path;

/// Loads the database, and names every file that does not load.
///
/// It lives as long as the process: a worker that is left behind on an interrupt still reads it.
pub(super) fn database(options: &Options) -> anyhow::Result<&'static Database> {
    let database = Database::load(&options.signatures, options.embedded).map_err(named)?;
    // Counting the signatures themselves would read the prose of them all.
    options.detail(&format!("{} known issues loaded", database.entries().count()));
    Ok(Box::leak(Box::new(database)))
}

/// The phrases that signatures wait for; without signatures there are none, which is no error here.
pub(super) fn phrases(options: &Options) -> anyhow::Result<Vec<Phrase>> {
    match Database::load(&options.signatures, options.embedded) {
        Ok(database) => Ok(database.phrases()),
        Err(errors) if matches!(errors.as_slice(), [Error::NoSignatures(_)]) => Ok(Vec::new()),
        Err(errors) => Err(named(errors)),
    }
}

/// What can be read of the known issues, for a command that can do without the rest.
///
/// `kb draft x.txt > mine/x.toml` finds an empty file in its folder: the shell has made it already.
pub(super) fn readable(options: &Options) -> Database {
    let (database, errors) = Database::load_readable(&options.signatures, options.embedded);
    let is_new = |path: &Path| path.metadata().is_ok_and(|file| file.len() == 0);
    for error in errors {
        match error {
            Error::Signature { ref path, .. } if is_new(path) => {}
            error => options.note(&error.to_string()),
        }
    }
    database
}

/// Names all errors but the last, which is left for the end of the program to name.
fn named(mut errors: Vec<Error>) -> anyhow::Error {
    let last = errors.pop();
    errors.iter().for_each(|error| complain(&error.to_string()));
    last.map_or_else(|| anyhow::anyhow!("the signatures do not load"), anyhow::Error::from)
}

/// From text to findings.
pub(super) struct Triage {
    parser: Parser,
    matcher: Matcher<'static>,
    names: bool,
}

impl Triage {
    pub(super) fn load(options: &Options) -> anyhow::Result<Self> {
        database(options).map(Triage::new)
    }

    pub(super) fn new(database: &'static Database) -> Self {
        // Each takes its time at the start: on two cores that of the longer one.
        let (parser, matcher) = std::thread::scope(|scope| {
            let matcher = scope.spawn(|| Matcher::new(database));
            let parser = Parser::new(database.phrases());
            (parser, matcher.join().unwrap_or_else(|panic| std::panic::resume_unwind(panic)))
        });
        Triage { parser, matcher, names: false }
    }

    /// The same, whose findings show their crash where that is wanted.
    pub(super) fn showing_crashes(self, wanted: bool) -> Self {
        let matcher = if wanted { self.matcher.showing_crashes() } else { self.matcher };
        Triage { matcher, ..self }
    }

    /// The same, which collects names too where that is wanted. Then crashes are shown in any case, or the numbers of
    /// placeholders would depend on the formats that were asked for.
    pub(super) fn collecting_names(self, wanted: bool) -> Self {
        Triage { names: wanted, ..if wanted { self.showing_crashes(true) } else { self } }
    }

    /// What a text shows that is at hand as a whole.
    pub(super) fn findings(&self, text: &str) -> Vec<Finding<'static>> {
        self.matcher.findings(&self.parser.parse(text))
    }
}

impl Analysis for Triage {
    type Found = Finding<'static>;

    fn look(&self, block: Block) -> Marked {
        self.parser.look(block)
    }

    fn analyse(&self, region: &Region) -> Found<Finding<'static>> {
        let evidence = self.parser.parse_region(region);
        let names = if self.names { Names::of(region.text(), &evidence) } else { Names::default() };
        Found { found: self.matcher.findings(&evidence), names }
    }

    fn crash<'f>(found: &'f mut Finding<'static>) -> Option<&'f mut u32> {
        match found {
            Finding::Match(found) => found.incident.as_mut(),
            Finding::Unknown(crash) => Some(&mut crash.incident),
        }
    }

    fn arrange(found: &mut [Finding<'static>]) {
        found.sort_by(Finding::rank);
    }
}
