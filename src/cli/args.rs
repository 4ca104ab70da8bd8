//! The command line as it is typed: clap types and nothing else.

use clap::builder::{PossibleValuesParser, TypedValueParser};
use clap::{Args, Parser, Subcommand, ValueEnum, ValueHint};
use kbtriage::Confidence;
use kbtriage::report::Format;
use kbtriage::source::Encoding;
use std::path::PathBuf;

/// Heading of the options that say what is read.
const READING: &str = "Reading";
/// Heading of the options that say when a check fails.
const GATE: &str = "Gate";
/// Heading of the options that say how it is reported.
const REPORTING: &str = "Reporting";

/// Paste a crash, get the known issue, the fix version and the workaround.
///
/// Reads call stacks, event-log entries, Dr. Watson logs, blue screens and application faults from files,
/// folders or standard input, and names the known issue each crash belongs to.
#[derive(Debug, Parser)]
#[command(name = "kbtriage", version, disable_help_subcommand = true, max_term_width = 100)]
#[command(override_usage = "kbtriage [OPTIONS] [PATH]...\n       kbtriage [OPTIONS] <COMMAND>")]
#[command(
    after_help = "Exit codes: 0 done, 1 found (check, kb lint, kb test), 2 usage error or an input or \
    signature that could not be read, 130 interrupted.\n\
    A file named like a command: ./check"
)]
pub(crate) struct CommandLine {
    #[command(subcommand)]
    pub(crate) command: Option<Command>,
    #[command(flatten)]
    pub(crate) inputs: Inputs,
    #[command(flatten)]
    pub(crate) common: Common,
}

/// What every command takes.
#[derive(Debug, Args)]
#[command(next_help_heading = "Everywhere")]
pub(crate) struct Common {
    /// Folder, file or pack of signatures to add; a later id replaces an earlier one (also KBTRIAGE_SIGNATURES)
    #[arg(long, global = true, value_name = "PATH", value_hint = ValueHint::AnyPath)]
    pub(crate) signatures: Vec<PathBuf>,
    /// Leave the built-in signatures out
    #[arg(long, global = true)]
    pub(crate) no_embedded: bool,
    /// How to print results
    #[arg(long, global = true, value_name = "FORMAT", default_value = "table", value_parser = format_parser())]
    pub(crate) format: Format,
    /// When to use colours
    #[arg(long, global = true, value_name = "WHEN", value_enum, default_value_t = When::Auto)]
    pub(crate) color: When,
    /// Settings file; otherwise kbtriage.toml in the working directory or the nearest folder above
    #[arg(long, global = true, value_name = "FILE", value_hint = ValueHint::FilePath, env = "KBTRIAGE_CONFIG")]
    pub(crate) config: Option<PathBuf>,
    /// Look for no settings file
    #[arg(long, global = true, conflicts_with = "config")]
    pub(crate) no_config: bool,
    /// Say nothing but results and errors
    #[arg(short, long, global = true, conflicts_with = "verbose")]
    pub(crate) quiet: bool,
    /// Name skipped inputs too, and say what was loaded and which setting comes from where
    #[arg(short, long, global = true)]
    pub(crate) verbose: bool,
}

/// Files and folders.
#[derive(Debug, Args)]
pub(crate) struct Inputs {
    /// Files and folders to read; - or nothing is standard input
    #[arg(value_name = "PATH", value_hint = ValueHint::AnyPath)]
    pub(crate) paths: Vec<PathBuf>,
    /// Of folders read only files that match GLOB, or with ! in front only others; may be given several times
    #[arg(short, long, value_name = "GLOB", help_heading = READING)]
    pub(crate) glob: Vec<String>,
    /// Of folders pass over files of more bytes: 500K, 10M, 2G
    #[arg(long, value_name = "SIZE", value_parser = size, env = "KBTRIAGE_MAX_FILESIZE", help_heading = READING)]
    pub(crate) max_filesize: Option<u64>,
    /// Follow links to folders
    #[arg(short = 'L', long, help_heading = READING)]
    pub(crate) follow_links: bool,
    /// Pass over hidden files and folders
    #[arg(long, help_heading = READING)]
    pub(crate) skip_hidden: bool,
    /// Pass over what .gitignore and .ignore name
    #[arg(long, help_heading = READING)]
    pub(crate) skip_ignored: bool,
    /// Encoding of texts without a byte order mark, such as windows-1251 or shift_jis
    #[arg(short = 'E', long, value_name = "LABEL", value_parser = encoding, help_heading = READING)]
    pub(crate) encoding: Option<&'static Encoding>,
    /// Threads to work with; one for each core by default
    #[arg(short = 'j', long, value_name = "NUMBER", value_parser = clap::value_parser!(u16).range(1..), env = "KBTRIAGE_THREADS", help_heading = READING)]
    pub(crate) threads: Option<u16>,
    /// Write another report into a file too: sarif=scan.sarif; may be given several times
    #[arg(long, value_name = "FORMAT=PATH", value_parser = output, help_heading = REPORTING)]
    pub(crate) output: Vec<(Format, PathBuf)>,
    /// Replace names of people, computers and domains, addresses and SIDs by placeholders: <user-1>
    #[arg(long, value_name = "BOOL", num_args = 0..=1, require_equals = true, default_missing_value = "true",
          env = "KBTRIAGE_REDACT", help_heading = REPORTING)]
    pub(crate) redact: Option<bool>,
}

#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    /// Name the known issues in the inputs (the default)
    Scan(Inputs),
    /// Gate for CI: the exit code says whether something was found
    Check(Check),
    /// Print the evidence alone
    Parse(Inputs),
    /// Look at the known issues, or prove them
    #[command(subcommand)]
    Kb(Kb),
    /// Print a completion script
    Completions {
        /// Shell to complete in
        shell: clap_complete::Shell,
    },
    /// Print the manual page
    Man,
    /// Print the JSON Schema of findings, of evidence, or of a signature file
    Schema {
        /// What the schema describes
        #[arg(value_name = "LAYOUT", value_enum)]
        layout: Layout,
    },
}

#[derive(Debug, Args)]
pub(crate) struct Check {
    #[command(flatten)]
    pub(crate) inputs: Inputs,
    /// What makes the check fail [default: any]
    #[arg(long, value_name = "WHAT", value_enum, env = "KBTRIAGE_FAIL_ON", help_heading = GATE)]
    pub(crate) fail_on: Option<FailOn>,
    /// Known issues count from this confidence on [default: likely]
    #[arg(long, value_name = "CONFIDENCE", value_parser = confidence_parser(), env = "KBTRIAGE_MIN_CONFIDENCE", help_heading = GATE)]
    pub(crate) min_confidence: Option<Confidence>,
    /// File of accepted findings: only others make the check fail
    #[arg(long, value_name = "FILE", value_hint = ValueHint::FilePath, env = "KBTRIAGE_BASELINE", help_heading = GATE)]
    pub(crate) baseline: Option<PathBuf>,
    /// Write what is found now into the baseline, keep its reasons, drop what is gone
    #[arg(long, help_heading = GATE)]
    pub(crate) update_baseline: bool,
}

#[derive(Debug, Subcommand)]
pub(crate) enum Kb {
    /// List the known issues
    List {
        /// Only those of a product whose name contains this
        #[arg(long)]
        product: Option<String>,
        /// Only those that name this module or file
        #[arg(long)]
        module: Option<String>,
    },
    /// Show one known issue
    Show {
        /// Its id; the number alone is enough: 276222
        id: String,
    },
    /// List the known issues that contain all these words
    Search {
        #[arg(required = true)]
        words: Vec<String>,
    },
    /// Draft a signature from an article or a solved ticket
    Draft(Draft),
    /// Look for mistakes in the signatures
    Lint,
    /// Prove every example of the signatures
    Test,
    /// Pack the signatures into one file that loads at once, for --signatures
    Compile {
        /// The pack to write
        #[arg(short, long, value_name = "FILE", value_hint = ValueHint::FilePath)]
        output: PathBuf,
    },
}

#[derive(Debug, Args)]
pub(crate) struct Draft {
    /// Article or ticket; - is standard input
    #[arg(value_hint = ValueHint::FilePath)]
    pub(crate) file: PathBuf,
    /// Id of the issue; otherwise the article's number, or the name of the file: acme-17.txt is ACME-17
    #[arg(long)]
    pub(crate) id: Option<String>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum Layout {
    /// A line of scan --format jsonl
    Findings,
    /// A line of parse --format jsonl
    Evidence,
    /// A signature file
    Signature,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum When {
    Auto,
    Always,
    Never,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum FailOn {
    /// A known issue
    Known,
    /// A crash that nothing known explains
    Unknown,
    /// Either
    Any,
    /// Nothing: report only
    Never,
}

/// A number of bytes: `1000`, `500K`, `10M`, `2G`.
pub(super) fn size(typed: &str) -> Result<u64, String> {
    let (number, unit) = typed.split_at(typed.trim_end_matches(|c: char| c.is_ascii_alphabetic()).len());
    let shift = match unit.to_ascii_uppercase().as_str() {
        "" | "B" => 0,
        "K" => 10,
        "M" => 20,
        "G" => 30,
        _ => return Err("a number of bytes, with K, M or G behind it".to_owned()),
    };
    let number: u64 = number.parse().map_err(|_| "a number of bytes, with K, M or G behind it".to_owned())?;
    number.checked_mul(1 << shift).ok_or_else(|| "more than any file has".to_owned())
}

/// A format and a file: `html=report.html`.
fn output(typed: &str) -> Result<(Format, PathBuf), String> {
    let names = || Format::ALL.iter().map(|format| format.name()).collect::<Vec<_>>().join(", ");
    let (name, path) = typed.split_once('=').ok_or("a format and a file: html=report.html")?;
    let format = Format::named(name).ok_or_else(|| format!("no format {name}; there are {}", names()))?;
    match path {
        "" => Err("no file named behind =".to_owned()),
        "-" => Err(format!("standard output has the report of --format; say --format {name}")),
        path => Ok((format, path.into())),
    }
}

fn encoding(label: &str) -> Result<&'static Encoding, String> {
    Encoding::for_label(label.as_bytes()).ok_or_else(|| "no encoding of this name is known".to_owned())
}

fn format_parser() -> impl TypedValueParser<Value = Format> {
    PossibleValuesParser::new(Format::ALL.iter().map(|format| format.name()))
        .try_map(|name| Format::named(&name).ok_or("no such format"))
}

fn confidence_parser() -> impl TypedValueParser<Value = Confidence> {
    PossibleValuesParser::new(["exact", "likely", "possible"])
        .try_map(|name| Confidence::named(&name).ok_or("no such confidence"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use clap::CommandFactory;

    fn typed(line: &str) -> CommandLine {
        CommandLine::try_parse_from(line.split(' ')).unwrap()
    }

    #[test]
    fn clap_finds_no_fault() {
        CommandLine::command().debug_assert();
    }

    #[test]
    fn scan_is_the_default() {
        let line = typed("kbtriage --format json a.txt b.txt");
        assert!(line.command.is_none());
        assert_eq!(line.inputs.paths, [PathBuf::from("a.txt"), "b.txt".into()]);
        assert_eq!(line.common.format, Format::Json);
        assert!(matches!(typed("kbtriage --format json scan a").command, Some(Command::Scan(_))));
    }

    #[test]
    fn a_file_may_be_named_like_a_command() {
        assert_eq!(typed("kbtriage ./check").inputs.paths, [PathBuf::from("./check")]);
        assert_eq!(typed("kbtriage -- check").inputs.paths, [PathBuf::from("check")]);
        assert_eq!(typed("kbtriage a check").inputs.paths, [PathBuf::from("a"), "check".into()]);
    }

    #[test]
    fn an_output_needs_a_format_and_a_file() {
        assert_eq!(output("html=a=b.html").unwrap(), (Format::Html, PathBuf::from("a=b.html")));
        for wrong in ["html", "html=", "html=-", "pdf=a.pdf"] {
            assert!(output(wrong).is_err(), "{wrong}");
        }
    }

    #[test]
    fn options_stand_before_or_after_a_command() {
        for line in ["kbtriage --color never kb list", "kbtriage kb list --color never"] {
            let line = typed(line);
            assert_eq!(line.common.color, When::Never);
            assert!(matches!(line.command, Some(Command::Kb(Kb::List { .. }))));
        }
    }
}
