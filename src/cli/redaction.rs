//! Redacts what was found before it is counted and reported, where that is asked for.

use super::args::Inputs;
use super::options::Options;
use super::run::Said;
use kbtriage::redact::Redactor;
use kbtriage::report::Summary;

/// Redacts the results of a run, in the order in which they are reported.
pub(super) struct Redaction {
    redactor: Option<Redactor>,
    /// The last input, as it is called and as it is shown: the parts of one input go by one name.
    last: (String, String),
}

impl Redaction {
    pub(super) fn new(options: &Options, inputs: &Inputs) -> Self {
        let wanted = options.setting("redact", inputs.redact, options.config.redact, false, bool::to_string);
        Redaction { redactor: wanted.then(Redactor::new), last: Default::default() }
    }

    /// Whether there is anything to do: whoever looks at inputs need not collect names otherwise.
    pub(super) fn wanted(&self) -> bool {
        self.redactor.is_some()
    }

    /// A line for people that may name inputs.
    pub(super) fn text(&mut self, line: &str) -> String {
        self.redactor.as_mut().map_or_else(|| line.to_owned(), |redactor| redactor.text(line).into_owned())
    }

    /// Learns the names that an input tells, and says whether there is something to redact.
    pub(super) fn learn<T>(&mut self, said: &mut Said<T>) -> bool {
        let Some(redactor) = &mut self.redactor else { return false };
        redactor.learn(std::mem::take(&mut said.names));
        true
    }

    /// Redacts what is said of an input, `each` what was found in it.
    pub(super) fn apply<T>(
        &mut self,
        summary: &mut Summary,
        said: &mut Said<T>,
        each: impl Fn(&mut Redactor, &mut T),
    ) {
        let Some(redactor) = &mut self.redactor else { return };
        if self.last.0 != said.name {
            let shown = redactor.text(&said.name).into_owned();
            self.last = (std::mem::take(&mut said.name), shown);
        }
        said.name.clone_from(&self.last.1);
        let (found, reason) = said.parts_mut();
        found.iter_mut().for_each(|found| each(redactor, found));
        if let Some(reason) = reason {
            redactor.put_text(reason);
        }
        summary.redacted = redactor.counts();
    }
}
