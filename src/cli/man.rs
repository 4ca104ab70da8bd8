//! `kbtriage man`: the manual page, made from the definition of the command line.
//!
//! One page names everything. What every command takes stands once, under OPTIONS; a command's own part under
//! COMMANDS says only what it adds. What no definition knows (exit status, environment, files, examples) is in
//! `man.roff`.

use super::Exit;
use super::args::CommandLine;
use clap::{Arg, Command, CommandFactory as _};
use clap_mangen::Man;
use std::io::{self, Write};

/// The sections that the definition of the command line does not have.
const SECTIONS: &str = include_str!("man.roff");

pub(super) fn run() -> anyhow::Result<Exit> {
    io::stdout().write_all(&page()?)?;
    Ok(Exit::Done)
}

fn page() -> io::Result<Vec<u8>> {
    let mut program = CommandLine::command();
    program.build();
    let man = Man::new(program.clone());
    let mut page = Vec::new();
    // `Man::render_title` leaves an empty date out, and what follows takes its place.
    let version = program.get_version().unwrap_or_default();
    writeln!(page, ".TH KBTRIAGE 1 \"\" \"kbtriage {version}\" \"Crash triage\"")?;
    man.render_name_section(&mut page)?;
    man.render_synopsis_section(&mut page)?;
    man.render_description_section(&mut page)?;
    man.render_options_section(&mut page)?;
    writeln!(page, ".SH COMMANDS")?;
    writeln!(page, "Each says what it takes besides the options above.")?;
    for command in program.get_subcommands() {
        describe(&mut page, &program, command)?;
    }
    page.write_all(SECTIONS.as_bytes())?;
    Ok(page)
}

/// A command, or each of the commands below it: how it is called, what it does, and its own options.
fn describe(page: &mut Vec<u8>, program: &Command, command: &Command) -> io::Result<()> {
    if command.has_subcommands() {
        return command.get_subcommands().try_for_each(|below| describe(page, program, below));
    }
    let own = command.clone().mut_args(|argument| {
        let hidden = !argument.is_positional() && takes(program, &argument);
        argument.hide(hidden)
    });
    writeln!(page, ".SS {}", command.get_bin_name().unwrap_or_else(|| command.get_name()))?;
    let man = Man::new(own);
    page.extend(body(|out| man.render_synopsis_section(out))?);
    writeln!(page, ".PP")?;
    page.extend(body(|out| man.render_description_section(out))?);
    page.extend(body(|out| man.render_options_section(out))?);
    Ok(())
}

/// Whether a command takes this very argument, not just one of its name.
fn takes(command: &Command, argument: &Arg) -> bool {
    let same = |other: &Arg| other.get_id() == argument.get_id() && other.get_help() == argument.get_help();
    argument.get_id() == "help" || argument.is_global_set() || command.get_arguments().any(same)
}

/// What is rendered, without its section headings and without the definitions that a page begins with.
fn body(render: impl Fn(&mut dyn Write) -> io::Result<()>) -> io::Result<Vec<u8>> {
    let mut section = Vec::new();
    render(&mut section)?;
    let is_text =
        |line: &&[u8]| ![".SH", ".ie", ".el"].iter().any(|start| line.starts_with(start.as_bytes()));
    let lines = section.split(|byte| *byte == b'\n').map(<[u8]>::trim_ascii_end);
    let lines = lines.filter(|line| !line.is_empty()).filter(is_text);
    Ok(lines.flat_map(|line| line.iter().chain(b"\n")).copied().collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The page as its reader sees it: without escapes and changes of font.
    fn text() -> String {
        let page = String::from_utf8(page().unwrap()).unwrap();
        let plain = |page: String, escape: &str| page.replace(escape, "");
        ["\\fB", "\\fI", "\\fR"].into_iter().fold(page, plain).replace("\\-", "-")
    }

    fn sections(text: &str, start: &str) -> Vec<String> {
        text.lines().filter_map(|line| line.strip_prefix(start)).map(str::to_owned).collect()
    }

    /// What follows a command's heading, up to the next.
    fn part<'t>(text: &'t str, heading: &str) -> &'t str {
        let (_, rest) = text.split_once(&format!("\n{heading}\n")).unwrap();
        rest.split("\n.S").next().unwrap()
    }

    #[test]
    fn has_the_sections_of_a_manual_page() {
        let text = text();
        let sections = sections(&text, ".SH ");
        let expected =
            ["NAME", "SYNOPSIS", "DESCRIPTION", "OPTIONS", "READING", "REPORTING", "EVERYWHERE", "COMMANDS"];
        assert_eq!(sections[..8], expected);
        assert_eq!(sections[8..], ["EXIT STATUS", "ENVIRONMENT", "FILES", "EXAMPLES"]);
        assert!(text.starts_with(".TH KBTRIAGE 1 \"\" \"kbtriage "));
    }

    #[test]
    fn names_every_option_of_every_command() {
        let text = text();
        let mut program = CommandLine::command();
        program.build();
        let general = text.split(".SH COMMANDS").next().unwrap();
        let mut waiting: Vec<&Command> = vec![&program];
        let mut seen = 0;
        while let Some(command) = waiting.pop() {
            waiting.extend(command.get_subcommands());
            if command.has_subcommands() && command.get_name() != "kbtriage" {
                continue;
            }
            let name = command.get_bin_name().unwrap_or("kbtriage");
            let own = if name == "kbtriage" { "" } else { part(&text, &format!(".SS {name}")) };
            for argument in command.get_arguments() {
                let Some(long) = argument.get_long() else { continue };
                let named = |part: &str| {
                    part.lines()
                        .any(|line| line.split([' ', ',', '[']).any(|word| word == format!("--{long}")))
                };
                assert!(named(own) || named(general), "{name} --{long}");
                seen += 1;
            }
        }
        assert!(seen > 50, "only {seen} options");
    }

    #[test]
    fn names_every_variable_of_the_environment() {
        let text = text();
        let (_, section) = text.split_once(".SH ENVIRONMENT\n").unwrap();
        let section = section.split("\n.SH").next().unwrap();
        let mut program = CommandLine::command();
        program.build();
        let commands = program.get_subcommands().chain([&program]);
        let variables = commands.flat_map(Command::get_arguments).filter_map(Arg::get_env);
        for variable in variables.chain(["KBTRIAGE_SIGNATURES".as_ref()]) {
            let name = variable.to_str().unwrap();
            assert!(section.split_whitespace().any(|word| word == name), "{name}");
        }
    }

    #[test]
    fn an_option_that_means_something_else_in_a_command_stands_there() {
        assert!(part(&text(), ".SS kbtriage kb compile").contains("The pack to write"));
        assert!(!part(&text(), ".SS kbtriage scan").contains("--output"));
    }
}
