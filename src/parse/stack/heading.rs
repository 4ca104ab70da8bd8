//! Headings of stacks: what a line above a stack says of it.

use crate::parse::page::Page;
use crate::parse::text::{begins_with, trim};

/// How far above a stack its heading may stand, in lines that are not blank.
const REACH: usize = 3;

/// The thread that a line directly above `first` names: `OS Thread Id: 0x1234 (0)`, `Thread 3 (crashed)`, a row of
/// Visual Studio's threads window (`Unflagged  >  5180  40  Worker Thread ...`).
pub(crate) fn thread(page: &Page<'_>, first: usize) -> Option<String> {
    above(page, first).find_map(thread_in)
}

fn thread_in(text: &str) -> Option<String> {
    if ["unflagged", "flagged", "not flagged"].iter().any(|word| begins_with(text, word)) {
        return text.split_whitespace().find(|word| is_number(word)).map(str::to_owned);
    }
    let label =
        ["os thread id", "thread id", "thread", "tid"].iter().find(|label| begins_with(text, label))?;
    let rest = text.get(label.len()..)?.trim_start_matches([' ', ':', '=', '#', '[', '\t']);
    let id = rest.split([' ', ',', ';', ']', ':', '\t', '(']).next()?;
    (is_number(id) && text.len() < 100).then(|| id.to_owned())
}

fn is_number(word: &str) -> bool {
    let digits = word.strip_prefix("0x").unwrap_or(word);
    !digits.is_empty()
        && digits.len() <= 16
        && digits.bytes().all(|byte| byte.is_ascii_hexdigit())
        && (digits.len() < word.len() || digits.bytes().all(|byte| byte.is_ascii_digit()))
}

/// Whether a line above `first` announces a stack: `Function Name`, `the following call stack:`, `BackTrace00B53`.
pub(crate) fn announces_stack(page: &Page<'_>, first: usize) -> bool {
    above(page, first).any(|text| {
        let lower = text.to_ascii_lowercase();
        // `Stack overflow`, `a stack of tables` announce nothing: the word stands for the heading.
        ["call stack", "callstack", "stack trace", "stacktrace", "stack-trace", "back trace", "backtrace"]
            .iter()
            .any(|word| lower.contains(word))
            || ["function name", "call site", "callsite", "stack:", "trace:", "stack is", "stack back"]
                .iter()
                .any(|word| lower.contains(word))
    })
}

/// The nearest lines above `first` that are not blank, nearest first.
fn above<'p>(page: &'p Page<'_>, first: usize) -> impl Iterator<Item = &'p str> {
    let from = first.saturating_sub(2 * REACH);
    (from..first).rev().map(|line| trim(page.text(line))).filter(|text| !text.is_empty()).take(REACH)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn threads() {
        let of = |text: &str| thread(&Page::new(text), text.lines().count());
        assert_eq!(of("OS Thread Id: 0x1234 (0)\nESP       EIP").as_deref(), Some("0x1234"));
        assert_eq!(of("Unflagged\t>\t6500\t39\tWorker Thread").as_deref(), Some("6500"));
        assert_eq!(of("Thread 3 (crashed)").as_deref(), Some("3"));
        assert_eq!(of("Threads are many"), None);
        assert_eq!(of("Thread pool is empty"), None);
    }

    #[test]
    fn announcements() {
        let of = |text: &str| announces_stack(&Page::new(text), text.lines().count());
        assert!(of("the following call stack:\n\n"));
        assert!(of("Function Name\n-------------"));
        assert!(!of("the following tables:"));
    }
}
