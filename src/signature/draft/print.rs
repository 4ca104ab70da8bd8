//! Writes a drafted signature as its file.
//!
//! By hand, so that it reads as one written by hand: short tables in a line, frames below each other, the text
//! of an example as it stands. Whatever a text holds, the file holds no control character.

use super::Passages;
use crate::signature::{Clauses, EventClause, Signature};

/// Columns of a comment.
const WIDTH: usize = 100;

/// The file, with what is left to write as comments.
pub(super) fn toml(signature: &Signature, passages: &Passages) -> String {
    let mut file = String::new();
    let mut line = |text: String| {
        file.push_str(&text);
        file.push('\n');
    };
    line(format!("id = {}", string(&signature.id)));
    line(format!("title = {}", string(&signature.title)));
    let products: Vec<String> = signature.products.iter().map(|product| string(product)).collect();
    let hint = if products.is_empty() { " # product and version" } else { "" };
    line(format!("products = [{}]{hint}", products.join(", ")));
    line("status = \"draft\" # \"reviewed\" when a person has read it all".to_owned());
    if let Some(url) = &signature.url {
        line(format!("url = {}", string(url)));
    }
    line(String::new());
    for (key, passage, asks) in [
        ("cause", &passages.cause, "why it happens"),
        ("resolution", &passages.resolution, "what solves it"),
        ("workaround", &passages.workaround, "what to do meanwhile; leave it out when there is nothing"),
    ] {
        match passage {
            Some(passage) => line(comment(&format!("{key} (rewrite in your own words): {passage}"))),
            None => line(comment(&format!("{key}: {asks}"))),
        }
        line(format!("# {key} = \"\""));
    }
    for fix in &signature.fixed_in {
        line(format!("\n[[fixed_in]]\nfile = {}\nversion = {}", string(&fix.file), string(&fix.version)));
    }
    for clauses in &signature.matches {
        line(format!("\n[[match]]\n{}", clause_lines(clauses).join("\n")));
    }
    for example in &signature.examples {
        line(format!("\n[[example]]\nexpect = \"match\"\ntext = {}", block(&example.text)));
    }
    for allow in &signature.allows {
        line(format!("\n[[allow]]\nlint = {}\nreason = {}", string(&allow.lint), string(&allow.reason)));
    }
    file
}

fn clause_lines(clauses: &Clauses) -> Vec<String> {
    let mut lines = Vec::new();
    if let Some(frames) = &clauses.stack {
        lines.push("stack = [".to_owned());
        lines.extend(frames.iter().map(|frame| format!("    {},", string(frame))));
        lines.push("]".to_owned());
    }
    match clauses.event.as_slice() {
        [] => {}
        [event] => lines.push(format!("event = {}", event_table(event))),
        events => {
            lines.push("event = [".to_owned());
            lines.extend(events.iter().map(|event| format!("    {},", event_table(event))));
            lines.push("]".to_owned());
        }
    }
    if let Some(stop) = &clauses.bugcheck {
        let parameters: Vec<String> = stop.parameters.iter().map(|value| string(value)).collect();
        let parameters = (!parameters.is_empty()).then(|| format!("[{}]", parameters.join(", ")));
        let module = stop.module.as_deref().map(string);
        let code = Some(format!("\"0x{:08x}\"", stop.code));
        let fields = [("code", code), ("parameters", parameters), ("module", module)];
        lines.push(format!("bugcheck = {}", table(&fields)));
    }
    if let Some(fault) = &clauses.fault {
        let text = |value: &Option<String>| value.as_deref().map(string);
        let exception = fault.exception.map(|code| format!("\"0x{code:08x}\""));
        let fields = [
            ("process", text(&fault.process)),
            ("module", text(&fault.module)),
            ("address", text(&fault.address)),
            ("exception", exception),
        ];
        lines.push(format!("fault = {}", table(&fields)));
    }
    if let Some(exception) = &clauses.exception {
        let code = Some(format!("\"0x{:08x}\"", exception.code));
        let address = exception.address.as_deref().map(string);
        lines.push(format!("exception = {}", table(&[("code", code), ("address", address)])));
    }
    lines
}

fn event_table(event: &EventClause) -> String {
    let text = |value: &Option<String>| value.as_deref().map(string);
    table(&[
        ("id", Some(event.id.to_string())),
        ("source", text(&event.source)),
        ("message", text(&event.message)),
    ])
}

/// The fields that are there, as an inline table.
fn table(fields: &[(&str, Option<String>)]) -> String {
    let fields: Vec<String> = fields
        .iter()
        .filter_map(|(key, value)| value.as_ref().map(|value| format!("{key} = {value}")))
        .collect();
    format!("{{ {} }}", fields.join(", "))
}

/// Whether a character may stand as it is: nothing that a terminal obeys or that nobody sees.
fn is_plain(char: char) -> bool {
    char.is_ascii_graphic()
        || char == ' '
        || char.is_alphanumeric()
        || ('\u{a1}'..='\u{ff}').contains(&char) && char != '\u{ad}'
        || ('\u{2010}'..='\u{2027}').contains(&char)
}

/// A string on one line.
fn string(text: &str) -> String {
    format!("\"{}\"", escaped(text))
}

fn escaped(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    for char in text.chars() {
        match char {
            '"' | '\\' => escaped.extend(['\\', char]),
            '\t' => escaped.push_str("\\t"),
            char if is_plain(char) => escaped.push(char),
            char => escaped.push_str(&format!("\\U{:08X}", u32::from(char))),
        }
    }
    escaped
}

/// A string of several lines: as it stands where that can be, else with escapes.
fn block(text: &str) -> String {
    let plain = text.chars().all(|char| is_plain(char) || matches!(char, '\n' | '\t'));
    if plain && !text.contains("'''") {
        return format!("'''\n{text}'''");
    }
    let lines: Vec<String> = text.split('\n').map(escaped).collect();
    format!("\"\"\"\n{}\"\"\"", lines.join("\n"))
}

/// A comment over as many lines as it takes.
fn comment(text: &str) -> String {
    let mut lines = vec![String::from("#")];
    for word in text.split_whitespace() {
        let word: String = word.chars().map(|char| if is_plain(char) { char } else { ' ' }).collect();
        match lines.last_mut() {
            Some(line) if line.chars().count() + word.chars().count() < WIDTH => {
                line.push(' ');
                line.push_str(&word);
            }
            _ => lines.push(format!("#   {word}")),
        }
    }
    lines.join("\n")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read_back(value: &str) -> String {
        let table: toml::Table = toml::from_str(&format!("text = {value}\n")).unwrap();
        table["text"].as_str().unwrap().to_owned()
    }

    #[test]
    fn strings_are_read_back_as_they_were() {
        for text in
            ["C:\\exchsrvr \"x\"", "tab\there", "\u{1b}[2J\u{202e}\0", "Müller – «x»", "a''' \"\"\" b"]
        {
            assert_eq!(read_back(&string(text)), text);
            assert_eq!(read_back(&block(&format!("{text}\n"))), format!("{text}\n"));
            assert!(!string(text).contains(['\u{1b}', '\u{202e}']));
        }
    }

    #[test]
    fn an_example_of_plain_lines_stands_as_it_is() {
        assert_eq!(block("C:\\a\n\tb\n"), "'''\nC:\\a\n\tb\n'''");
    }

    #[test]
    fn a_comment_stays_one_whatever_it_holds() {
        let comment = comment(&format!("one\ntwo\u{7}\u{2028}x {}", "word ".repeat(60)));
        assert!(comment.lines().all(|line| line.starts_with('#') && line.chars().count() <= WIDTH + 4));
        assert!(!comment.contains(['\u{7}', '\u{2028}']));
    }
}
