//! The time stamp before an entry: of a row that Event Viewer copied, of a logger, of a person who noted it.
//!
//! ```text
//! 11/7/96 4:32:01 PM DrWatson Information None 4097
//! 1998-11-03 02:11  Event ID 9215  A sockets error
//! [2021-03-04T11:22:33Z] ERROR Event ID 9405: An unexpected error
//! ```

/// Words of a text and where they begin.
pub(crate) struct Words<'t> {
    pub(crate) text: &'t str,
    pub(crate) at: usize,
}

impl<'t> Iterator for Words<'t> {
    type Item = (usize, &'t str);

    fn next(&mut self) -> Option<Self::Item> {
        let rest = self.text.get(self.at..)?;
        let word = rest.trim_start();
        let start = self.at + rest.len() - word.len();
        let word = word.split(char::is_whitespace).next().filter(|word| !word.is_empty())?;
        self.at = start + word.len();
        Some((start, word))
    }
}

/// The most bytes of a time stamp with what surrounds it.
const LONGEST: usize = 64;

/// The date and time a row begins with, and where they end: `11/7/96 4:32:01 PM`, `2016-09-28 04:30:30`.
pub(crate) fn date_and_time(text: &str) -> Option<(String, usize)> {
    let mut words = Words { text, at: 0 };
    let (start, date) = words.next()?;
    if date.bytes().filter(|byte| PARTING.contains(byte)).count() < 2 {
        return None;
    }
    if let Some((day, time)) = date.split_once('T').filter(|(day, time)| is_date(day) && is_time(time)) {
        return Some((format!("{day} {time}"), start + date.len()));
    }
    let (_, time) = words.next()?;
    if !is_date(date.trim_end_matches(',')) || !is_time(time) {
        return None;
    }
    let mut end = words.at;
    if let Some((_, "AM" | "PM" | "am" | "pm")) = words.next() {
        end = words.at;
    }
    let whole = text.get(start..end)?.split_whitespace().collect::<Vec<_>>().join(" ");
    Some((whole, end))
}

/// What parts day, month and year.
const PARTING: &[u8] = b"/-.";

fn is_date(word: &str) -> bool {
    let digits = |part: &&[u8]| !part.is_empty() && part.iter().all(u8::is_ascii_digit);
    word.as_bytes().split(|byte| PARTING.contains(byte)).filter(digits).count() == 3
}

fn is_time(word: &str) -> bool {
    word.contains(':') && word.starts_with(|c: char| c.is_ascii_digit())
}

/// Words with which a logger says how grave a line is.
const GRAVITY: &[&str] = &["error", "warning", "warn", "info", "information", "critical", "fatal", "debug"];

/// The date and time that stand before an entry, and where it begins: past brackets, dashes and a logger's level.
pub(crate) fn before_entry(text: &str) -> Option<(String, usize)> {
    if !may_begin_with_date(text.as_bytes()) {
        return None;
    }
    let text = text.get(..text.floor_char_boundary(LONGEST))?;
    let inner = text.trim_start_matches([' ', '\t', '[', '(', '-', '*']);
    let lead = text.len() - inner.len();
    let (time, end) = date_and_time(inner)?;
    let closes = |c: char| matches!(c, ' ' | '\t' | ']' | ')' | '-' | ':' | '|' | ',' | '[');
    let rest = inner.get(end..)?.trim_start_matches(closes);
    let word = rest.split(|c: char| !c.is_ascii_alphabetic()).next().unwrap_or("");
    let rest = match GRAVITY.iter().any(|level| level.eq_ignore_ascii_case(word)) {
        true => rest.get(word.len()..)?.trim_start_matches(closes),
        false => rest,
    };
    let time = time.trim_end_matches([']', ')', ',']).to_owned();
    (lead < text.len()).then_some((time, text.len() - rest.len()))
}

/// Whether the first word of a text has the parts of a date; that of most lines does not.
fn may_begin_with_date(text: &[u8]) -> bool {
    let lead = |byte: &&u8| matches!(byte, 0..=b' ' | b'[' | b'(' | b'-' | b'*');
    let word = text.iter().take(LONGEST).skip_while(lead).take_while(|byte| !matches!(byte, b' ' | b'\t'));
    word.filter(|byte| PARTING.contains(byte)).count() >= 2
}

#[cfg(test)]
mod tests {
    use super::*;

    fn stamp(text: &str) -> Option<(String, &str)> {
        before_entry(text).map(|(time, end)| (time, &text[end..]))
    }

    #[test]
    fn stamps_of_loggers_and_people() {
        assert_eq!(stamp("1998-11-03 02:11  Event"), Some(("1998-11-03 02:11".to_owned(), "Event")));
        assert_eq!(stamp("11/7/96 4:32 PM - x"), Some(("11/7/96 4:32 PM".to_owned(), "x")));
        assert_eq!(stamp("[2021-03-04T11:22:33Z] ERROR x"), Some(("2021-03-04 11:22:33Z".to_owned(), "x")));
        assert_eq!(stamp("[2021-03-04 11:22:33] [WARN] x"), Some(("2021-03-04 11:22:33".to_owned(), "x")));
    }

    #[test]
    fn what_is_no_stamp() {
        for text in ["10:30 Event", "version 5.5.2654 Event", "1998-11-03", "5.5.2654 02 x"] {
            assert_eq!(stamp(text), None, "{text}");
        }
    }
}
