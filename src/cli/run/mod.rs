//! Goes over the inputs: read, analyse, report, and say what could not be read.
//!
//! Worker threads read and analyse, each an input at a time, and help each other with large ones; the main thread writes,
//! in the order of the inputs. So an interrupt is answered at once, with a report that is complete as far as it goes, even
//! while a worker waits for standard input; the others stop where they are and say what they have found.

mod answers;
mod outputs;
mod pool;
mod progress;
mod text;

pub(super) use outputs::{Outputs, new_file};
pub(super) use text::{Analysis, Found};

use super::options::{Options, Reading, complain};
use super::redaction::Redaction;
use answers::{Answers, MANY, Next, Place};
use anyhow::Context as _;
use kbtriage::Error;
use kbtriage::redact::Names;
use kbtriage::report::{self, Outcome, Summary};
use kbtriage::source::{self, Content, Input};
use pool::Pool;
use progress::Progress;
use std::io::IsTerminal as _;
use std::ops::ControlFlow;
use std::path::PathBuf;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

/// How long the main thread waits for an answer before it looks whether it was interrupted.
const PATIENCE: Duration = Duration::from_millis(50);
/// How long before that for many answers, until it takes those that are there, and what was written leaves.
const SHORT: Duration = Duration::from_millis(5);

/// How long workers have after an interrupt.
const GRACE: Duration = Duration::from_millis(500);

/// Somebody pressed Ctrl-C.
static INTERRUPTED: AtomicBool = AtomicBool::new(false);

fn interrupted() -> bool {
    INTERRUPTED.load(Ordering::Relaxed)
}

/// How a run ended.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Ended {
    pub(super) summary: Summary,
    pub(super) interrupted: bool,
}

/// What there is to say about an input or a member of it.
pub(super) struct Said<T> {
    pub(super) name: String,
    /// How long it took, from the one before on.
    time: Duration,
    /// Names that stand around what was found, where the analysis collects them.
    pub(super) names: Names,
    pub(super) analysed: Analysed<T>,
}

/// [`Outcome`], owned.
pub(super) enum Analysed<T> {
    Read(Vec<T>),
    Part(Vec<T>),
    Broken(Vec<T>, String),
    Skipped(String),
    Failed(String),
}

impl<T> Said<T> {
    pub(super) fn outcome(&self) -> Outcome<'_, [T]> {
        match &self.analysed {
            Analysed::Read(found) => Outcome::Read(found),
            Analysed::Part(found) => Outcome::Part(found),
            Analysed::Broken(found, reason) => Outcome::Broken(found, reason),
            Analysed::Skipped(reason) => Outcome::Skipped(reason),
            Analysed::Failed(reason) => Outcome::Failed(reason),
        }
    }

    /// What was found, to be looked at before it is reported.
    pub(super) fn found_mut(&mut self) -> &mut [T] {
        match &mut self.analysed {
            Analysed::Read(found) | Analysed::Part(found) | Analysed::Broken(found, _) => found,
            Analysed::Skipped(_) | Analysed::Failed(_) => &mut [],
        }
    }

    /// What was found, and why there is no more, to be changed.
    pub(super) fn parts_mut(&mut self) -> (&mut [T], Option<&mut String>) {
        match &mut self.analysed {
            Analysed::Read(found) | Analysed::Part(found) => (found, None),
            Analysed::Broken(found, reason) => (found, Some(reason)),
            Analysed::Skipped(reason) | Analysed::Failed(reason) => (&mut [], Some(reason)),
        }
    }
}

/// Whether a person would be left waiting: nothing to read was named, and standard input is a terminal.
pub(super) fn nothing_to_read(paths: &[PathBuf]) -> bool {
    let waits = paths.is_empty() && std::io::stdin().is_terminal();
    if waits {
        complain("nothing to read: name files or folders, pipe a crash in, or type - to paste one here");
        complain("for example: kbtriage ticket.txt   (kbtriage --help says more)");
    }
    waits
}

/// Takes every input through `analysis`, and writes the reports. `see` sees, counts and may change what is reported.
pub(super) fn each<A: Analysis>(
    options: &Options,
    reading: Reading,
    outputs: &mut Outputs<A::Found>,
    redaction: &mut Redaction,
    analysis: A,
    see: impl FnMut(&mut Summary, &mut Redaction, &mut Said<A::Found>),
) -> anyhow::Result<Ended> {
    let begun = Instant::now();
    let bytes = Arc::clone(&reading.read.progress);
    let progress = Progress::new(options, &reading);
    let answers = start(reading, analysis)?;
    let mut run = Run { options, outputs, redaction, progress, summary: Summary::default(), see };
    run.outputs.begin()?;
    // A name may be told in the last input and stand in the first: what is to be redacted waits until all is read.
    let mut held = Vec::new();
    while let Some(answers) = run.next(&answers)? {
        for mut said in answers {
            if run.redaction.learn(&mut said) {
                held.push(said);
            } else {
                run.report(said)?;
            }
        }
    }
    held.into_iter().try_for_each(|said| run.report(said))?;
    run.progress.end();
    let Run { outputs, mut summary, .. } = run;
    summary.bytes = bytes.load(Ordering::Relaxed);
    summary.time = begun.elapsed();
    outputs.end(&summary)?;
    Ok(Ended { summary, interrupted: interrupted() })
}

/// The side of a run that reports.
struct Run<'r, T, See> {
    options: &'r Options,
    outputs: &'r mut Outputs<T>,
    redaction: &'r mut Redaction,
    progress: Progress,
    summary: Summary,
    see: See,
}

impl<T, See: FnMut(&mut Summary, &mut Redaction, &mut Said<T>)> Run<'_, T, See> {
    fn report(&mut self, mut said: Said<T>) -> anyhow::Result<()> {
        (self.see)(&mut self.summary, self.redaction, &mut said);
        let outcome = said.outcome();
        self.progress.pause(|| {
            name_unread(self.options, &said.name, &outcome);
            self.outputs.input(report::Input { name: &said.name, time: said.time }, outcome)
        })?;
        self.progress.found(&self.summary);
        Ok(())
    }

    /// What there is to report next, `None` after the last. What was written so far leaves before waiting for it. After an
    /// interrupt the workers say what they have, but for one that waits for more to read.
    fn next(&mut self, answers: &Answers<Said<T>>) -> anyhow::Result<Option<Vec<Said<T>>>> {
        let (mut wanted, mut patience) = (MANY, SHORT);
        loop {
            let interrupted = interrupted();
            if interrupted {
                (wanted, patience) = (1, GRACE);
            }
            match answers.next(wanted, patience) {
                Next::Some(said) => return Ok(Some(said)),
                Next::End => return Ok(None),
                Next::Nothing if interrupted => return Ok(None),
                Next::Nothing if patience == SHORT => self.outputs.flush()?,
                Next::Nothing => {}
            }
            self.progress.tick();
            (wanted, patience) = (1, PATIENCE);
        }
    }
}

/// What the workers share.
struct Work<A: Analysis> {
    analysis: Arc<A>,
    pool: Arc<Pool>,
    read: source::ReadOptions,
    /// The inputs that nobody has taken.
    inputs: Mutex<Inputs>,
    answers: Arc<Answers<Said<A::Found>>>,
}

type Inputs = Box<dyn Iterator<Item = Result<Input, Error>> + Send>;

/// Starts the workers, and listens for an interrupt.
fn start<A: Analysis>(reading: Reading, analysis: A) -> anyhow::Result<Arc<Answers<Said<A::Found>>>> {
    ctrlc::set_handler(|| INTERRUPTED.store(true, Ordering::Relaxed)).context("cannot listen for Ctrl-C")?;
    let Reading { paths, walk, read, threads } = reading;
    let answers = Arc::new(Answers::new(threads));
    let work = Arc::new(Work {
        analysis: Arc::new(analysis),
        pool: Arc::new(Pool::new(threads)),
        read,
        inputs: Mutex::new(Box::new(source::inputs(&paths, &walk))),
        answers: Arc::clone(&answers),
    });
    for _ in 0..threads {
        let work = Arc::clone(&work);
        std::thread::Builder::new()
            .name("scan".to_owned())
            .spawn(move || work.run())
            .context("cannot start the scan")?;
    }
    Ok(answers)
}

impl<A: Analysis> Work<A> {
    /// Takes inputs as long as there are some, then helps those who still have one.
    fn run(&self) {
        while let Some((input, place)) = self.take() {
            match input {
                Ok(input) => self.through(&input, place),
                Err(error) => {
                    let (name, analysed) = failed(&error);
                    let said = Said { name, time: Duration::ZERO, names: Names::default(), analysed };
                    self.answers.say(place, said);
                }
            }
            self.answers.end(place);
        }
        self.answers.done();
        self.pool.done();
        self.pool.help();
    }

    /// The next input, and where to say what comes of it.
    fn take(&self) -> Option<(Result<Input, Error>, Place)> {
        if interrupted() {
            return None;
        }
        let mut inputs = self.inputs.lock().unwrap_or_else(PoisonError::into_inner);
        let input = inputs.next()?;
        Some((input, self.answers.begin()))
    }

    fn through(&self, input: &Input, place: Place) {
        let mut begun = Instant::now();
        source::read(input, &self.read, &mut |name, content| {
            let mut say = |analysed, names| {
                let time = std::mem::replace(&mut begun, Instant::now()).elapsed();
                self.answers.say(place, Said { name: name.to_owned(), time, names, analysed });
            };
            match content {
                Ok(Content::Text(text)) => {
                    let mut more = |found: Found<_>| say(Analysed::Part(found.found), found.names);
                    let through = text::through(&self.analysis, &self.pool, text, &mut more);
                    match through {
                        (all, Ok(())) => say(Analysed::Read(all.found), all.names),
                        (all, Err(error)) => say(Analysed::Broken(all.found, error.to_string()), all.names),
                    }
                }
                Ok(Content::Skipped(reason)) => say(Analysed::Skipped(reason.to_string()), Names::default()),
                Err(error) => say(failed(&error).1, Names::default()),
            }
            if interrupted() { ControlFlow::Break(()) } else { ControlFlow::Continue(()) }
        });
    }
}

/// The input that an error names, and the reason without it: a report has the name beside it.
fn failed<T>(error: &Error) -> (String, Analysed<T>) {
    match error {
        Error::Read { path, source } => {
            (path.to_string_lossy().into_owned(), Analysed::Failed(source.to_string()))
        }
        other => ("?".to_owned(), Analysed::Failed(other.to_string())),
    }
}

/// Says on stderr what could not be read, and with -v what was skipped.
fn name_unread<T>(options: &Options, input: &str, outcome: &Outcome<'_, [T]>) {
    if let Outcome::Skipped(reason) = outcome {
        options.detail(&format!("{input}: skipped: {reason}"));
    }
    if let Some(reason) = outcome.unread() {
        complain(&format!("{input}: {reason}"));
    }
}
