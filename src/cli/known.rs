//! The known issues, as the options say where they are.

use super::options::{Options, complain};
use kbtriage::{Database, Finding, Matcher, Parser};

/// Loads the database, and names every file that does not load.
///
/// It lives as long as the process: a worker that is left behind on an interrupt still reads it.
pub(super) fn database(options: &Options) -> anyhow::Result<&'static Database> {
    let database = Database::load(&options.signatures, options.embedded).map_err(|mut errors| {
        let last = errors.pop();
        errors.iter().for_each(|error| complain(&error.to_string()));
        last.map_or_else(|| anyhow::anyhow!("the signatures do not load"), anyhow::Error::from)
    })?;
    options.detail(&format!("{} known issues loaded", database.signatures().count()));
    Ok(Box::leak(Box::new(database)))
}

/// From text to findings.
pub(super) struct Triage {
    parser: Parser,
    matcher: Matcher<'static>,
}

impl Triage {
    pub(super) fn load(options: &Options) -> anyhow::Result<Self> {
        let database = database(options)?;
        Ok(Triage { parser: Parser::new(database.phrases()), matcher: Matcher::new(database) })
    }

    pub(super) fn findings(&self, text: &str) -> Vec<Finding<'static>> {
        self.matcher.findings(&self.parser.parse(text))
    }
}
