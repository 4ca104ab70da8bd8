//! Goes over the inputs: read, analyse, report, and say what could not be read.
//!
//! A worker thread reads and analyses; the main thread writes. So an interrupt is answered at once, with a report
//! that is complete as far as it goes, even while the worker waits for standard input.

use super::options::{Options, complain};
use anyhow::Context as _;
use kbtriage::report::{Outcome, Report, Summary};
use kbtriage::source::{self, Content, Input, ReadOptions};
use std::io::{IsTerminal as _, Write};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::{Receiver, RecvTimeoutError, SyncSender, sync_channel};
use std::time::Duration;

/// Results that may wait to be written before the worker pauses.
const WAITING: usize = 16;
/// How long the main thread waits for a result before it looks whether it was interrupted.
const PATIENCE: Duration = Duration::from_millis(50);

/// Somebody pressed Ctrl-C.
static INTERRUPTED: AtomicBool = AtomicBool::new(false);

/// How a run ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Ended {
    pub(super) summary: Summary,
    pub(super) interrupted: bool,
}

/// What the main thread hears.
enum Message<T> {
    Input(String, Analysed<T>),
    Interrupted,
    Done,
}

/// [`Outcome`], owned.
enum Analysed<T> {
    Read(Vec<T>),
    Skipped(String),
    Failed(String),
}

impl<T> Analysed<T> {
    fn outcome(&self) -> Outcome<'_, [T]> {
        match self {
            Analysed::Read(found) => Outcome::Read(found),
            Analysed::Skipped(reason) => Outcome::Skipped(reason),
            Analysed::Failed(reason) => Outcome::Failed(reason),
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

/// Reads every input, hands its text to `analyse`, and writes the report. `count` sees every outcome.
pub(super) fn each<T: Send + 'static>(
    options: &Options,
    paths: Vec<PathBuf>,
    out: &mut dyn Write,
    report: &mut dyn Report<[T]>,
    analyse: impl Fn(&str) -> Vec<T> + Send + 'static,
    mut count: impl FnMut(&mut Summary, Outcome<'_, [T]>),
) -> anyhow::Result<Ended> {
    let messages = start(paths, analyse)?;
    let mut ended = Ended { summary: Summary::default(), interrupted: false };
    report.begin(out)?;
    loop {
        match next(&messages, out)? {
            Message::Input(input, analysed) => {
                let outcome = analysed.outcome();
                name_unread(options, &input, &outcome);
                count(&mut ended.summary, outcome);
                report.input(out, &input, outcome)?;
            }
            Message::Interrupted => {
                ended.interrupted = true;
                break;
            }
            Message::Done => break,
        }
    }
    report.end(out, &ended.summary)?;
    out.flush()?;
    Ok(ended)
}

/// The next message. What was written so far leaves before waiting for it.
fn next<T>(messages: &Receiver<Message<T>>, out: &mut dyn Write) -> anyhow::Result<Message<T>> {
    let mut flushed = false;
    while !INTERRUPTED.load(Ordering::Relaxed) {
        let patience = if flushed { PATIENCE } else { Duration::ZERO };
        match messages.recv_timeout(patience) {
            Ok(message) => return Ok(message),
            Err(RecvTimeoutError::Timeout) => out.flush()?,
            Err(RecvTimeoutError::Disconnected) => anyhow::bail!("the scan broke off before its end"),
        }
        flushed = true;
    }
    Ok(Message::Interrupted)
}

/// Starts the worker, and listens for an interrupt.
fn start<T: Send + 'static>(
    paths: Vec<PathBuf>,
    analyse: impl Fn(&str) -> Vec<T> + Send + 'static,
) -> anyhow::Result<Receiver<Message<T>>> {
    ctrlc::set_handler(|| INTERRUPTED.store(true, Ordering::Relaxed)).context("cannot listen for Ctrl-C")?;
    let (sender, messages) = sync_channel(WAITING);
    std::thread::Builder::new()
        .name("scan".to_owned())
        .spawn(move || work(&paths, &analyse, &sender))
        .context("cannot start the scan")?;
    Ok(messages)
}

fn work<T>(paths: &[PathBuf], analyse: &dyn Fn(&str) -> Vec<T>, sender: &SyncSender<Message<T>>) {
    let options = ReadOptions::default();
    for input in source::inputs(paths) {
        let (name, analysed) = match input {
            Ok(input) => (input.name().into_owned(), read(&input, &options, analyse)),
            Err(error) => failed(&error),
        };
        if sender.send(Message::Input(name, analysed)).is_err() {
            return;
        }
    }
    let _ = sender.send(Message::Done);
}

fn read<T>(input: &Input, options: &ReadOptions, analyse: &dyn Fn(&str) -> Vec<T>) -> Analysed<T> {
    match source::read(input, options) {
        Ok(Content::Text(text)) => Analysed::Read(analyse(&text)),
        Ok(Content::Skipped(reason)) => Analysed::Skipped(reason.to_string()),
        Err(error) => failed(&error).1,
    }
}

/// The input that an error names, and the reason without it: a report has the name beside it.
fn failed<T>(error: &kbtriage::Error) -> (String, Analysed<T>) {
    match error {
        kbtriage::Error::Read { path, source } => (name(path), Analysed::Failed(source.to_string())),
        other => ("?".to_owned(), Analysed::Failed(other.to_string())),
    }
}

fn name(path: &Path) -> String {
    path.to_string_lossy().into_owned()
}

/// Says on stderr what could not be read, and with -v what was skipped.
fn name_unread<T>(options: &Options, input: &str, outcome: &Outcome<'_, [T]>) {
    match outcome {
        Outcome::Read(_) => {}
        Outcome::Skipped(reason) => options.detail(&format!("{input}: skipped: {reason}")),
        Outcome::Failed(reason) => complain(&format!("{input}: {reason}")),
    }
}
