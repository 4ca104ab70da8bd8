//! Cuts a text into lines and takes off what mail, forums and trackers wrapped around them.
//!
//! Removed: carriage returns, `> ` and `| ` quoting, HTML tags and entities (`<br/>` and `&#x000a;` begin a new
//! line), zero-width characters. Replaced: no-break blanks, the full-width colon, and the multiplication sign
//! that blog software makes of the x in `0x`. Everything else stays, and every clean line knows
//! which bytes of the text it came from.
//!
//! A line of more than [`LONGEST`] bytes is cut at a blank into several with the same number: dialects read wrapped
//! text anyway, and none has to fear a line as long as the input.

use super::places;

/// The most bytes of one line. Whole articles flattened to a line have about 10,000.
const LONGEST: usize = 16_384;

/// As short as lines are on an average, and rather shorter: room for those of a text is cheaper than to move them.
const SHORT: usize = 40;

/// A clean line.
#[derive(Debug)]
pub(crate) struct Line<'t> {
    /// What it was made of, as it stands in the decoded text.
    raw: &'t str,
    /// Where that begins there.
    pub(super) start: usize,
    /// What came of it, if something had to be taken off or replaced.
    rewritten: Option<Box<Rewritten>>,
    /// Physical line, 1-based.
    pub(crate) number: u32,
}

/// A line that is other than it was in the decoded text.
#[derive(Debug)]
struct Rewritten {
    text: String,
    /// Offsets at which the distance between clean and decoded text changes: clean, decoded.
    shifts: Vec<(usize, usize)>,
}

impl Line<'_> {
    /// The text, without line end.
    pub(crate) fn text(&self) -> &str {
        self.rewritten.as_ref().map_or(self.raw, |rewritten| &rewritten.text)
    }

    /// Whether the decoded text holds the clean text from `start` to `end`.
    pub(super) fn is_as_it_came(&self) -> bool {
        self.rewritten.is_none()
    }

    /// Where its source ends in the decoded text.
    pub(super) fn end(&self) -> usize {
        self.start + self.raw.len()
    }

    /// The byte of the decoded text that a byte of the clean text came from.
    pub(crate) fn raw(&self, at: usize) -> usize {
        let shifts = self.rewritten.as_ref().map_or(&[][..], |rewritten| &rewritten.shifts);
        let index = shifts.partition_point(|(clean, _)| *clean <= at);
        let (clean, raw) = if index == 0 { (0, self.start) } else { shifts[index - 1] };
        (raw + (at - clean)).min(self.end())
    }
}

/// All lines of `text`, cleaned; so many stand before it.
pub(crate) fn clean(text: &str, before: u32) -> Vec<Line<'_>> {
    let start = if text.starts_with('\u{feff}') { '\u{feff}'.len_utf8() } else { 0 };
    let open = start < text.len() && !text.ends_with('\n');
    let lines = Vec::with_capacity(text.len() / SHORT + 1);
    let mut cleaner = Cleaner { text, ascii: text.is_ascii(), start, number: before, markup: false, lines };
    places::bytes(text.as_bytes(), *b"\n<&", |at| match text.as_bytes().get(at) {
        Some(b'\n') => cleaner.end(at),
        _ => cleaner.markup = true,
    });
    if open {
        cleaner.end(text.len());
    }
    cleaner.lines
}

/// Where to cut a line that is too long: at its last blank within bounds, else at a character.
fn cut(text: &str, start: usize) -> usize {
    let end = text.floor_char_boundary(start + LONGEST);
    let blank = memchr::memrchr(b' ', &text.as_bytes()[start..end]).map(|at| start + at + 1);
    blank.filter(|at| *at > start + LONGEST / 2).unwrap_or(end)
}

/// A text while its lines are cleaned.
struct Cleaner<'t> {
    text: &'t str,
    /// Nothing in it is beyond ASCII.
    ascii: bool,
    /// Where the physical line begins that is to be cleaned next, or what is left of one that is too long.
    start: usize,
    /// The physical lines before it.
    number: u32,
    /// A `<` or `&` stands in it.
    markup: bool,
    lines: Vec<Line<'t>>,
}

impl Cleaner<'_> {
    /// Cleans the physical line that ends at `end`.
    #[inline(always)]
    fn end(&mut self, end: usize) {
        self.number = self.number.saturating_add(1);
        while end - self.start > LONGEST {
            let cut = cut(self.text, self.start);
            self.line(self.start, cut);
            self.start = cut;
        }
        self.line(self.start, end);
        self.start = end + 1;
        self.markup = false;
    }

    /// Cleans a physical line, or the part of one, `text[start..end]`.
    #[inline(always)]
    fn line(&mut self, start: usize, end: usize) {
        let raw = &self.text[start..end];
        // As most lines neither end nor begin.
        let raw = if raw.as_bytes().last() == Some(&b'\r') { raw.trim_end_matches('\r') } else { raw };
        let (raw, start) = match raw.as_bytes().first() {
            Some(b' ' | b'\t' | b'>' | b'|') => {
                let quoting = quoting(raw);
                (&raw[quoting..], start + quoting)
            }
            _ => (raw, start),
        };
        let number = self.number;
        let marked = self.markup && memchr::memchr2(b'<', b'&', raw.as_bytes()).is_some();
        if marked || !self.ascii && !raw.is_ascii() {
            Rewriter::new(raw, start, number).run(&mut self.lines);
        } else {
            self.lines.push(Line { raw, start, rewritten: None, number });
        }
    }
}

/// Length of the mail quoting a line begins with: `> `, `>> `, `| `, `> | `.
fn quoting(raw: &str) -> usize {
    let mut length = 0;
    loop {
        let rest = &raw.as_bytes()[length..];
        let blanks = rest.iter().take_while(|byte| matches!(byte, b' ' | b'\t')).count();
        match rest.get(blanks) {
            Some(b'>' | b'|') => {
                length += blanks + 1;
                // One blank belongs to the mark; the others are the author's indentation.
                length += usize::from(raw[length..].starts_with(' '));
            }
            _ => return length,
        }
    }
}

/// Rewrites one line that holds mark-up or other than ASCII characters.
struct Rewriter<'t> {
    raw: &'t str,
    /// Where `raw` begins in the decoded text.
    base: usize,
    number: u32,
    clean: String,
    shifts: Vec<(usize, usize)>,
    /// Where the current clean line began in `raw`.
    from: usize,
}

/// What stands at a `<` or `&`.
enum Markup {
    /// Text to put in its place.
    Text(&'static str),
    /// One character to put in its place.
    Char(char),
    /// A line break.
    Break,
}

/// Tags that end a line.
const BREAKING: &[&str] =
    &["br", "p", "div", "li", "tr", "hr", "pre", "blockquote", "h1", "h2", "h3", "h4", "h5"];
/// Tags that leave no trace.
const SILENT: &[&str] = &[
    "b", "i", "u", "a", "em", "strong", "span", "font", "tt", "code", "kbd", "samp", "small", "table",
    "tbody", "thead", "ul", "ol", "body", "html",
];

impl<'t> Rewriter<'t> {
    fn new(raw: &'t str, base: usize, number: u32) -> Self {
        Rewriter { raw, base, number, clean: String::with_capacity(raw.len()), shifts: Vec::new(), from: 0 }
    }

    fn run(mut self, lines: &mut Vec<Line<'t>>) {
        let mut at = 0;
        let telling = |char: char| matches!(char, '<' | '&') || !char.is_ascii();
        while let Some(next) = self.raw[at..].find(telling).map(|skipped| at + skipped) {
            self.clean.push_str(&self.raw[at..next]);
            at = next;
            let Some(char) = self.raw[at..].chars().next() else { break };
            let found = match char {
                '<' => tag(self.raw, at),
                '&' => entity(&self.raw[at..]),
                _ => replacement(self.raw, at, char).map(|text| (char.len_utf8(), Markup::Text(text))),
            };
            let Some((length, markup)) = found else {
                self.clean.push(char);
                at += char.len_utf8();
                continue;
            };
            at += length;
            match markup {
                Markup::Text(text) => self.clean.push_str(text),
                Markup::Char(char) => self.clean.push(char),
                Markup::Break => self.flush(at, lines),
            }
            self.shifts.push((self.clean.len(), self.base + at));
        }
        self.clean.push_str(&self.raw[at..]);
        if !self.clean.is_empty() || self.from == 0 {
            self.flush(self.raw.len(), lines);
        }
    }

    /// Ends the clean line at `at` of the raw one.
    fn flush(&mut self, at: usize, lines: &mut Vec<Line<'t>>) {
        let shifts = std::mem::take(&mut self.shifts);
        let clean = std::mem::take(&mut self.clean);
        let whole = shifts.is_empty() && clean.len() == self.raw.len();
        lines.push(Line {
            raw: &self.raw[self.from..at],
            start: self.base + self.from,
            rewritten: (!whole).then(|| Box::new(Rewritten { text: clean, shifts })),
            number: self.number,
        });
        self.from = at;
    }
}

/// The HTML tag at `raw[at..]`, if it is one a page has and no template argument or `<nosymbols>`.
fn tag(raw: &str, at: usize) -> Option<(usize, Markup)> {
    let rest = &raw.as_bytes()[at + 1..];
    let closing = rest.first() == Some(&b'/');
    let name_at = usize::from(closing);
    let name_len = rest[name_at..].iter().take(11).take_while(|byte| byte.is_ascii_alphanumeric()).count();
    let name = &raw[at + 1 + name_at..][..name_len];
    let after = at + 1 + name_at + name_len;
    // A tag is no longer than this; an unclosed one is text.
    let close = raw.as_bytes()[after..].iter().take(300).position(|byte| *byte == b'>' || *byte == b'<')?;
    let (attributes, end) = (&raw.as_bytes()[after..after + close], after + close);
    if raw.as_bytes()[end] != b'>' || !matches!(attributes.first(), None | Some(b' ' | b'/' | b'\t')) {
        return None;
    }
    let length = end + 1 - at;
    let is_one = |names: &[&str]| names.iter().any(|one| one.eq_ignore_ascii_case(name));
    if is_one(&["td", "th"]) {
        return Some((length, Markup::Text("\t")));
    }
    // `List<p>::First` is a template: a one-letter tag right after a name counts only when it has attributes.
    let after_name =
        at > 0 && (raw.as_bytes()[at - 1].is_ascii_alphanumeric() || raw.as_bytes()[at - 1] == b'_');
    let template =
        name_len == 1 && !closing && after_name && attributes.is_empty() && raw[end..].starts_with(">:");
    if is_one(BREAKING) && !template {
        Some((length, Markup::Break))
    } else if is_one(SILENT) && !template {
        Some((length, Markup::Text("")))
    } else {
        None
    }
}

/// The HTML entity that `rest` begins with.
fn entity(rest: &str) -> Option<(usize, Markup)> {
    let end = rest.as_bytes().iter().take(10).position(|byte| *byte == b';')?;
    let markup = match &rest[1..end] {
        "lt" => Markup::Char('<'),
        "gt" => Markup::Char('>'),
        "amp" => Markup::Char('&'),
        "quot" => Markup::Char('"'),
        "apos" => Markup::Char('\''),
        "nbsp" => Markup::Char(' '),
        number => {
            let digits = number.strip_prefix('#')?;
            let code = match digits.strip_prefix(['x', 'X']) {
                Some(hex) => u32::from_str_radix(hex, 16).ok()?,
                None => digits.parse().ok()?,
            };
            match char::from_u32(code)? {
                '\n' => Markup::Break,
                '\r' => Markup::Text(""),
                '\u{a0}' => Markup::Char(' '),
                char => Markup::Char(char),
            }
        }
    };
    Some((end + 1, markup))
}

/// What to write for a character that typography put in; `None` keeps it.
fn replacement(raw: &str, at: usize, char: char) -> Option<&'static str> {
    match char {
        '\u{a0}' | '\u{2007}' | '\u{202f}' | '\u{3000}' => Some(" "),
        '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2060}' | '\u{feff}' => Some(""),
        '\u{ff1a}' => Some(":"),
        // `0×184e5bf`, as blog software typesets 0x184e5bf.
        '×' if raw[..at].ends_with('0') => Some("x"),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn texts(text: &str) -> Vec<String> {
        clean(text, 0).iter().map(|line| line.text().to_owned()).collect()
    }

    #[test]
    fn quoting_and_line_ends_come_off() {
        assert_eq!(texts("> a\r\n>> b\n> |  c\nd | e"), ["a", "b", " c", "d | e"]);
    }

    #[test]
    fn lines_of_every_length_are_cut_where_they_end() {
        for length in 0..100 {
            let text = format!("{}\n{}\n\nx", "a".repeat(length), "b".repeat(100 - length));
            assert_eq!(texts(&text), text.split('\n').collect::<Vec<_>>());
        }
    }

    #[test]
    fn html_breaks_make_lines_and_entities_are_decoded() {
        assert_eq!(texts("one<br/>two &lt;x&gt;<b>!</b>"), ["one", "two <x>!"]);
        assert_eq!(texts("a&#x000d;&#x000a;b"), ["a", "b"]);
    }

    #[test]
    fn names_in_angle_brackets_are_no_tags() {
        let text = "ntdll!<nosymbols> <Unloaded_x.dll>+0x1 List<p>::First std::vector<int>";
        assert_eq!(texts(text), [text]);
    }

    #[test]
    fn a_line_that_is_too_long_is_cut_at_a_blank() {
        let text = "0123456 ".repeat(LONGEST / 4);
        let lines = clean(&text, 0);
        assert_eq!(lines.iter().map(|line| line.number).max(), Some(1));
        assert!(lines.iter().all(|line| line.text().len() <= LONGEST && line.text().starts_with("0123456 ")));
        assert_eq!(lines.iter().map(|line| line.text().len()).sum::<usize>(), text.len());
    }

    #[test]
    fn clean_bytes_lead_back_to_raw_bytes() {
        let text = "x\n> a &amp; b×\u{a0}c";
        let lines = clean(text, 0);
        let line = &lines[1];
        let at = line.text().find('c').unwrap();
        assert_eq!(&text[line.raw(at)..], "c");
        assert_eq!(line.raw(0), 4);
    }
}
