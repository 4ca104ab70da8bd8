//! Chooses the words of an event's message that are the same on every machine.
//!
//! The longest run of plain words, without numbers, names and inserts. Of a long one the beginning says what
//! failed and the end how: `An unexpected error has occurred which may cause the MTA to terminate. Error: Failed
//! to find socket, result=14` gives `An unexpected error has occurred * Error: Failed to find socket`.

use crate::evidence::exception_name;
use crate::signature::names::folded;

/// Fewer words stand in other messages too.
const FEWEST: usize = 4;
/// More words add nothing; half of them from each end.
const MOST: usize = 10;
/// Words of a message that are looked at: what follows is advice, or the text around it.
const LOOKED_AT: usize = 60;

/// What Event Viewer says when it does not know the source, and where it points for more.
const AROUND: &[(&str, &str)] = &[
    ("the description for event", "insertion string(s):"),
    ("the description for event", "part of the event:"),
    ("for more information, see", ""),
    ("for more information, click", ""),
];

/// The telling words; `None` when every run is shorter than [`FEWEST`].
pub(super) fn telling(message: &str) -> Option<String> {
    let message = without_frame(message);
    let mut quoted = false;
    let words: Vec<(&str, bool)> = message
        .split_whitespace()
        .take(LOOKED_AT)
        .map(|word| (word, !is_quoted(word, &mut quoted) && is_plain(word)))
        .collect();
    // Backwards, because of equal ones the last is the longest.
    let longest = words.split(|(_, plain)| !plain).rev().max_by_key(|run| run.len())?;
    let run: Vec<&str> = longest.iter().map(|(word, _)| *word).collect();
    let text = match (run.get(..MOST / 2), run.get(run.len().saturating_sub(MOST / 2)..)) {
        (Some(head), Some(tail)) if run.len() > MOST => format!("{} * {}", head.join(" "), tail.join(" ")),
        _ => run.join(" "),
    };
    let text = text.trim_end_matches(['.', ',', ':', ';']).to_owned();
    (run.len() >= FEWEST).then_some(text)
}

/// The message without the words that Event Viewer puts around it.
fn without_frame(message: &str) -> &str {
    let mut message = message;
    for (begin, end) in AROUND {
        // Lower-casing ASCII alone keeps every byte where it was.
        let lower = message.to_ascii_lowercase();
        let Some(from) = lower.find(begin) else { continue };
        message = match lower.get(from..).and_then(|rest| rest.find(end)) {
            Some(at) if !end.is_empty() => message.get(from + at + end.len()..).unwrap_or(""),
            Some(_) => message.get(..from).unwrap_or(""),
            None => message,
        };
    }
    message
}

/// Whether a word stands in double quotes, or in single ones that enclose words; `open` says whether a quote is.
fn is_quoted(word: &str, open: &mut bool) -> bool {
    let was_open = *open;
    let marks = word.chars().filter(|char| matches!(char, '"' | '\u{201c}' | '\u{201d}')).count();
    if marks % 2 == 1 {
        *open = !*open;
    }
    was_open || marks > 0 || word.starts_with(['\'', '`', '\u{2018}'])
}

/// Whether a message only tells that something crashed: it names the exception.
pub(super) fn names_exception(message: &str) -> bool {
    message.split_whitespace().take(LOOKED_AT).any(|word| is_exception(bare(word)))
}

/// `c0000005`, `0xe0020002`.
fn is_exception(word: &str) -> bool {
    let digits = word.strip_prefix("0x").unwrap_or(word);
    let code = u32::from_str_radix(digits, 16).ok().filter(|_| digits.len() == 8);
    // 0xe....... are those that programs raise themselves.
    code.is_some_and(|code| code >> 28 == 0xe || exception_name(code).is_some())
}

/// A word without the punctuation of a sentence.
fn bare(word: &str) -> &str {
    word.trim_start_matches('(').trim_end_matches(['.', ',', ':', ';', '!', '?', ')', '('])
}

/// Whether a word is the same on every machine: letters, or the code of an exception.
fn is_plain(word: &str) -> bool {
    let bare = bare(word);
    let inner = |char: char| char.is_alphabetic() || matches!(char, '\'' | '\u{2019}' | '-');
    let shouted = bare.len() > 1 && bare.chars().all(|char| matches!(char, 'X' | 'x'));
    let single = bare.chars().count() == 1 && !matches!(bare, "a" | "A" | "I");
    let named = !bare.is_empty() && bare.chars().all(inner) && !shouted && !single && !is_compound(bare);
    named || is_exception(bare)
}

/// `ServerName`, `PUB1`-like names that stand for something of one site: a capital after a small letter.
fn is_compound(word: &str) -> bool {
    let small_then_capital = |(a, b): (char, char)| a.is_lowercase() && b.is_uppercase();
    word.chars().zip(word.chars().skip(1)).any(small_then_capital) && folded(word).ends_with("name")
}

#[cfg(test)]
mod tests {
    use super::telling;

    #[test]
    fn the_longest_run_of_plain_words_is_telling() {
        let message = "A sockets error 10060 on an accept() call was detected. Index: 203. [BASE 8] (12)";
        assert_eq!(telling(message).as_deref(), Some("on an accept() call was detected. Index"));
        let long = "one two three four five six seven eight nine ten eleven twelve".replace("one", "One");
        assert_eq!(telling(&long).as_deref(), Some("One two three four five * eight nine ten eleven twelve"));
    }

    #[test]
    fn names_numbers_paths_and_placeholders_end_a_run() {
        for insert in [
            "10060",
            "C:\\temp",
            "\"two words\"",
            "%1",
            "<server>",
            "a@b.c",
            "XXXX",
            "'x",
            "[x]",
            "ServerName",
        ] {
            let message = format!("The public store of {insert} is full");
            assert_eq!(telling(&message).as_deref(), Some("The public store of"), "{insert}");
        }
    }

    #[test]
    fn the_code_of_an_exception_is_the_same_everywhere() {
        let message = "Error: Exception e0020002 occurred at Address 77f3cbcd. (16)";
        assert_eq!(telling(message).as_deref(), Some("Error: Exception e0020002 occurred at Address"));
        assert!(super::names_exception(message) && super::names_exception("Exception c0000005, at"));
        assert!(!super::names_exception("Control block index: 203. [BASE 8] (12) 00000005"));
    }

    #[test]
    fn short_messages_tell_nothing() {
        assert_eq!(telling("Creating dump file C:\\snadump.log for snaservr"), None);
        assert_eq!(telling(""), None);
    }

    #[test]
    fn what_event_viewer_says_around_a_message_tells_nothing() {
        let message = "The description for Event ID ( 7 ) in Source ( Acme ) could not be found. It contains \
                       the following insertion string(s): the queue was lost.";
        assert_eq!(telling(message).as_deref(), Some("the queue was lost"));
        let message =
            "The queue was lost. For more information, see Help and Support Center at once or twice";
        assert_eq!(telling(message).as_deref(), Some("The queue was lost"));
    }
}
