//! How far the scan has come, on a terminal.

use crate::cli::options::{Options, Reading};
use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};
use kbtriage::report::Summary;
use kbtriage::source::{self, Input};
use std::io::IsTerminal as _;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};

/// A scan that is done sooner shows no bar.
const SOON: Duration = Duration::from_millis(400);
/// Between two drawings.
const OFTEN: Duration = Duration::from_millis(100);

/// A bar on standard error, if that is a terminal and nobody asked for quiet.
pub(super) struct Progress {
    bar: ProgressBar,
    wanted: bool,
    begun: Instant,
    drawn: Instant,
    bytes: Arc<AtomicU64>,
    /// Bytes of all inputs, 0 until they are known.
    total: Arc<AtomicU64>,
    files: usize,
    matches: usize,
}

impl Progress {
    pub(super) fn new(options: &Options, reading: &Reading) -> Self {
        let wanted = !options.quiet && std::io::stderr().is_terminal();
        let progress = Progress {
            bar: ProgressBar::hidden(),
            wanted,
            begun: Instant::now(),
            drawn: Instant::now(),
            bytes: Arc::clone(&reading.read.progress),
            total: Arc::default(),
            files: 0,
            matches: 0,
        };
        if wanted {
            progress.measure(reading.clone());
        }
        progress
    }

    /// Adds up in a thread of its own how much there is to read. An unknown total only costs the time left.
    fn measure(&self, reading: Reading) {
        let total = Arc::clone(&self.total);
        let _ = std::thread::Builder::new().name("measure".to_owned()).spawn(move || {
            let mut bytes = 0;
            for input in source::inputs(&reading.paths, &reading.walk).flatten() {
                match input {
                    Input::File(path) => bytes += path.metadata().map_or(0, |file| file.len()),
                    Input::Stdin => return,
                    Input::Passed(..) => {}
                }
            }
            total.store(bytes, Ordering::Relaxed);
        });
    }

    /// Draws anew.
    pub(super) fn tick(&mut self) {
        if !self.wanted || self.begun.elapsed() < SOON {
            return;
        }
        self.drawn = Instant::now();
        if self.bar.is_hidden() {
            self.bar = ProgressBar::with_draw_target(None, ProgressDrawTarget::stderr());
            self.style("{binary_bytes} read, {binary_bytes_per_sec}, {msg}");
        }
        let total = self.total.load(Ordering::Relaxed);
        if total > 0 && self.bar.length() != Some(total) {
            self.bar.set_length(total);
            self.style("{wide_bar} {binary_bytes} of {binary_total_bytes}, {binary_bytes_per_sec}, {eta} left, {msg}");
        }
        self.bar.set_position(self.bytes.load(Ordering::Relaxed));
        self.bar.set_message(format!("{} files, {} matches", self.files, self.matches));
    }

    fn style(&self, template: &str) {
        if let Ok(style) = ProgressStyle::with_template(template) {
            self.bar.set_style(style);
        }
    }

    pub(super) fn found(&mut self, summary: &Summary) {
        (self.files, self.matches) = (summary.inputs, summary.matches);
        if self.wanted && self.drawn.elapsed() > OFTEN {
            self.tick();
        }
    }

    /// Takes the bar away while something else is written.
    pub(super) fn pause<T>(&self, write: impl FnOnce() -> T) -> T {
        if self.bar.is_hidden() { write() } else { self.bar.suspend(write) }
    }

    pub(super) fn end(&self) {
        self.bar.finish_and_clear();
    }
}
