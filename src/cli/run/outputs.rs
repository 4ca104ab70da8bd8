//! Where reports go: one to standard output, and any number into files, all from one run.

use anyhow::Context as _;
use kbtriage::report::{Input, Outcome, Report, Summary};
use std::fs::{self, File};
use std::io::{self, BufWriter, ErrorKind, Write};
use std::path::{Path, PathBuf};
use tempfile::NamedTempFile;

/// Bytes of a report that go to standard output at once.
const BUFFER: usize = 64 << 10;

/// Reports, and where each goes.
pub(in crate::cli) struct Outputs<T> {
    outputs: Vec<Output<T>>,
    /// A reader of standard output who leaves (`| head`) ends that report only.
    goes_on: bool,
}

struct Output<T> {
    report: Box<dyn Report<[T]>>,
    to: Target,
}

enum Target {
    Stdout(BufWriter<io::StdoutLock<'static>>),
    /// A file that has its name only once the report is whole: a run that breaks off leaves the old one.
    File(PathBuf, BufWriter<NamedTempFile>),
    /// A pipe or a device.
    Device(BufWriter<File>),
}

impl<T> Outputs<T> {
    /// A report to standard output.
    pub(in crate::cli) fn new(report: Box<dyn Report<[T]>>) -> Self {
        let to = Target::Stdout(BufWriter::with_capacity(BUFFER, io::stdout().lock()));
        Outputs { outputs: vec![Output { report, to }], goes_on: false }
    }

    /// The same, for a run that has more to say than its report: to its files, or by its exit code.
    pub(in crate::cli) fn going_on(self) -> Self {
        Outputs { goes_on: true, ..self }
    }

    /// Adds a report into a file. That it can be written shows at once, not after an hour of reading.
    pub(in crate::cli) fn add(&mut self, report: Box<dyn Report<[T]>>, path: &Path) -> anyhow::Result<()> {
        let to = Target::open(path).with_context(|| format!("--output {}", path.display()))?;
        self.outputs.push(Output { report, to });
        self.goes_on = true;
        Ok(())
    }

    pub(super) fn begin(&mut self) -> anyhow::Result<()> {
        self.each(|report, out| report.begin(out))
    }

    pub(super) fn input(&mut self, input: Input<'_>, outcome: Outcome<'_, [T]>) -> anyhow::Result<()> {
        self.each(|report, out| report.input(out, input, outcome))
    }

    /// Ends every report, and gives the files their names.
    pub(super) fn end(&mut self, summary: &Summary) -> anyhow::Result<()> {
        self.each(|report, out| {
            report.end(out, summary)?;
            out.flush()
        })?;
        for output in self.outputs.drain(..) {
            output.to.close()?;
        }
        Ok(())
    }

    /// What was written so far leaves.
    pub(super) fn flush(&mut self) -> anyhow::Result<()> {
        self.each(|_, out| out.flush())
    }

    fn each(
        &mut self,
        mut write: impl FnMut(&mut dyn Report<[T]>, &mut dyn Write) -> io::Result<()>,
    ) -> anyhow::Result<()> {
        for Output { report, to } in &mut self.outputs {
            match (write(report.as_mut(), to.writer()), &to) {
                (Err(error), Target::Stdout(_)) if error.kind() == ErrorKind::BrokenPipe && self.goes_on => {}
                (written, Target::File(path, _)) => {
                    written.with_context(|| path.display().to_string())?;
                }
                (written, _) => written?,
            }
        }
        Ok(())
    }
}

/// A file in a folder that has no name of its own yet, with the rights that the system gives any new one.
pub(in crate::cli) fn new_file(folder: &Path) -> io::Result<NamedTempFile> {
    let mut builder = tempfile::Builder::new();
    #[cfg(unix)]
    builder.permissions(std::os::unix::fs::PermissionsExt::from_mode(0o666));
    builder.prefix(".kbtriage-").tempfile_in(folder)
}

impl Target {
    fn open(path: &Path) -> io::Result<Self> {
        if fs::metadata(path).is_ok_and(|found| !found.is_file()) {
            return File::options().write(true).open(path).map(|file| Target::Device(BufWriter::new(file)));
        }
        let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty());
        let file = new_file(folder.unwrap_or(Path::new(".")))?;
        Ok(Target::File(path.to_owned(), BufWriter::new(file)))
    }

    fn writer(&mut self) -> &mut dyn Write {
        match self {
            Target::Stdout(out) => out,
            Target::File(_, file) => file,
            Target::Device(file) => file,
        }
    }

    fn close(self) -> anyhow::Result<()> {
        let Target::File(path, file) = self else { return Ok(()) };
        let named = || path.display().to_string();
        let file = file.into_inner().map_err(io::IntoInnerError::into_error).with_context(named)?;
        file.persist(&path).with_context(named)?;
        Ok(())
    }
}
