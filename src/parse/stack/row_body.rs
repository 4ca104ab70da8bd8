//! What follows the columns of a stack row: the symbol and its trailers, over as many lines as the paste made of it.
//!
//! Trailers: `(FPO: [2,0,4])`, `[omap]`, `(CONV: stdcall)`, `({...}, 0x12)`, arguments over several lines,
//! `[ sbnmruz.c @ 1245 ]`, `[d:\nt\x.cxx @ 123]`, `(Inline Function)`; with `kp` the offset follows the arguments.

use super::rows;
use super::symbol::{self, Symbol};
use crate::evidence::{Frame, SmolStr, SourceLine};
use crate::parse::page::{Page, Pos};
use crate::parse::text::{clip, is_blank, trim};
use crate::parse::{eights, hex};
use std::borrow::Cow;

/// The most lines one row may take: argument lists of `kP` have one line an argument.
const MOST_LINES: usize = 24;

/// From here on a line, its columns included, may have been cut by a line width of about 80.
const FULL_LINE: usize = 48;

/// A row without its columns.
#[derive(Debug)]
pub(crate) struct Body {
    /// Module, function, offset and source; address only where the symbol is one.
    pub(crate) frame: Frame,
    /// Where the row ends.
    pub(crate) end: Pos,
    /// A symbol or a bare address was printed.
    pub(crate) named: bool,
}

/// The body that begins at `from`, right after the columns. `missing` is how many columns the row still lacks.
pub(crate) fn read(page: &Page<'_>, from: Pos, missing: usize) -> Body {
    if let Some(symbol) = plain(page, from.line, page.rest(from)) {
        let end = Pos { at: from.at + symbol.len, ..from };
        return Body { frame: symbol.frame(None, 0), end, named: true };
    }
    let mut joined = Joined::new(page, from);
    let mut parsed = parse(&joined.text);
    while joined.lines < MOST_LINES {
        // A paste with a blank line after every line: the row goes on behind it.
        let skip = usize::from(trim(page.text(joined.next)).is_empty() && parsed.want != Want::Bracket);
        let next = clip(page.text(joined.next + skip));
        let Some(glue) = continues(&joined.text, &parsed, next, missing) else { break };
        joined.next += skip;
        joined.push(glue);
        parsed = parse(&joined.text);
    }
    if parsed.want == Want::Bracket {
        // Never closed. `(FPO: [Non-Fpo]` lacks no more than its bracket; a longer list is left out.
        parsed.used = if joined.lines <= 3 { joined.text.len() } else { parsed.symbol_end };
    }
    let symbol = parsed.symbol.unwrap_or_default();
    Body {
        named: symbol.module.is_some() || symbol.address.is_some() || symbol.len > 0,
        end: joined.pos(parsed.used),
        frame: Frame {
            module: symbol.module,
            function: symbol.function.map(collapsed),
            offset: symbol.offset,
            address: symbol.address,
            source: parsed.source,
            line: 0,
        },
    }
}

/// The symbol that is all of a body, as in most rows: `rest` is what `line` has of it.
#[inline]
pub(super) fn plain<'t>(page: &Page<'_>, line: usize, rest: &'t str) -> Option<symbol::Plain<'t>> {
    let symbol = symbol::plain(rest).filter(|symbol| symbol.len == rest.len())?;
    let below = trim(page.text(line + 1));
    let below = if below.is_empty() { trim(page.text(line + 2)) } else { below };
    // A trailer may follow, or the last digits of the offset.
    let goes_on =
        matches!(below.as_bytes(), [b'(' | b'[' | b'{' | b'F', ..]) || (1..=4).contains(&below.len());
    (!goes_on).then_some(symbol)
}

/// A name with one blank for every run of them.
fn collapsed(name: SmolStr) -> SmolStr {
    if eights::are_graphic(name.as_bytes()) {
        return name;
    }
    name.split_whitespace().collect::<Vec<_>>().join(" ").into()
}

/// Lines joined to one text, each byte of which knows where it came from.
struct Joined<'p, 't> {
    page: &'p Page<'t>,
    text: Cow<'p, str>,
    from: Pos,
    /// Offset in `text` of each further line, and where the part that begins there stands.
    parts: Vec<(usize, Pos)>,
    /// Index of the line after the last one joined.
    next: usize,
    lines: usize,
}

impl<'p, 't> Joined<'p, 't> {
    fn new(page: &'p Page<'t>, from: Pos) -> Self {
        Joined {
            page,
            text: Cow::Borrowed(page.rest(from)),
            from,
            parts: Vec::new(),
            next: from.line + 1,
            lines: 1,
        }
    }

    fn push(&mut self, glue: &str) {
        let line = clip(self.page.text(self.next));
        let text = self.text.to_mut();
        let kept = text.trim_end_matches([' ', '\t']);
        let kept = if glue.is_empty() { kept.trim_end_matches('=') } else { kept };
        text.truncate(kept.len());
        text.push_str(glue);
        let trimmed = line.trim_start();
        self.parts.push((text.len(), Pos { line: self.next, at: line.len() - trimmed.len() }));
        text.push_str(trimmed);
        self.next += 1;
        self.lines += 1;
    }

    fn pos(&self, at: usize) -> Pos {
        // The end of a part, not the start of the next one.
        let index = self.parts.partition_point(|(start, _)| *start < at);
        let part = index.checked_sub(1).and_then(|index| self.parts.get(index));
        let (start, pos) = part.copied().unwrap_or((0, self.from));
        Pos { line: pos.line, at: (pos.at + (at - start)).min(self.page.text(pos.line).len()) }
    }
}

/// What a row still lacks at the end of its text.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Want {
    /// Complete.
    Nothing,
    /// The columns have been read, the symbol has not begun.
    Symbol,
    /// The text ends inside the name or offset.
    Name,
    /// A bracket is open.
    Bracket,
}

struct Parsed {
    symbol: Option<Symbol>,
    source: Option<SourceLine>,
    /// Offset of the end of symbol and closed trailers.
    used: usize,
    /// Offset of the end of the symbol alone.
    symbol_end: usize,
    want: Want,
}

fn parse(text: &str) -> Parsed {
    let mut parsed = Parsed { symbol: None, source: None, used: 0, symbol_end: 0, want: Want::Symbol };
    let mut at = 0;
    let symbol = symbol::plain(text).map(Symbol::from).or_else(|| {
        at = text.len() - skip_columns(text).len();
        symbol::read(&text[at..])
    });
    if text[at..].is_empty() {
        return parsed;
    }
    let Some(mut symbol) = symbol else {
        parsed.want = if is_fragment(&text[at..]) { Want::Symbol } else { Want::Nothing };
        return parsed;
    };
    at += symbol.len;
    parsed.symbol_end = at;
    parsed.want = if symbol.open { Want::Name } else { Want::Nothing };
    while parsed.want == Want::Nothing {
        match trailer(&text[at..]) {
            Trailer::Bracket { len, source } => {
                at += len;
                parsed.source = parsed.source.or(source);
                if symbol.offset.is_none() {
                    let mut after = Symbol::default();
                    symbol::read_offset(&text[at..], &mut after);
                    at += after.len;
                    symbol.offset = after.offset;
                    parsed.want = if after.open { Want::Name } else { Want::Nothing };
                }
            }
            Trailer::Open => parsed.want = Want::Bracket,
            Trailer::None => break,
        }
    }
    parsed.used = at;
    parsed.symbol = Some(symbol);
    parsed
}

/// Skips blanks, colons and columns that a line break had cut off.
fn skip_columns(text: &str) -> &str {
    let blank = |c: char| c.is_whitespace() || matches!(c, ':' | '|' | '*' | '`');
    let mut rest = text.trim_start_matches(blank);
    while let Some((len, _)) = hex::word(rest).filter(|(_, digits)| (8..=16).contains(digits)) {
        if rest.starts_with("0x") || !rest[len..].starts_with(blank) {
            break;
        }
        rest = rest[len..].trim_start_matches(blank);
    }
    rest
}

/// A module name cut after a few letters: `l` before `ocalspl!PortThread`, `n=` before `t!KiSystemServiceHandler` where
/// mail cut the line.
pub(super) fn is_fragment(text: &str) -> bool {
    let text = text.trim_end().trim_end_matches('=');
    text.len() <= 24 && text.chars().all(|c| c.is_alphanumeric() || matches!(c, '_' | '.'))
}

enum Trailer {
    None,
    /// A closed bracket.
    Bracket {
        len: usize,
        source: Option<SourceLine>,
    },
    /// A bracket that does not close within the text.
    Open,
}

fn trailer(rest: &str) -> Trailer {
    let trimmed = rest.trim_start();
    trailer_after(rest.len() - trimmed.len(), trimmed)
}

/// The trailer that a text begins with, after some blanks.
fn trailer_after(blanks: usize, trimmed: &str) -> Trailer {
    let known = match trimmed.as_bytes().first() {
        Some(b'(') => blanks == 0 || is_list(&trimmed[1..]) || is_path_line(&trimmed[1..]),
        Some(b'{') => true,
        Some(b'[') => is_square_trailer(&trimmed[1..]),
        // BOINC leaves the bracket out: `FPO: [2,0,4]`.
        Some(b'F') if trimmed.starts_with("FPO: [") => {
            let close = trimmed.find(']').filter(|close| *close < 40);
            return close.map_or(Trailer::None, |at| Trailer::Bracket { len: blanks + at + 1, source: None });
        }
        _ => false,
    };
    if !known {
        return Trailer::None;
    }
    match closing(trimmed) {
        Some(len) => Trailer::Bracket { len: blanks + len, source: source(&trimmed[1..len - 1]) },
        None => Trailer::Open,
    }
}

/// Whether a parenthesis after a blank belongs to the row, rather than to prose that follows it.
fn is_list(inside: &str) -> bool {
    let inside = inside.trim_start();
    [
        "FPO",
        "CONV",
        "0x",
        "...",
        "{",
        "T)",
        "Inline",
        "No FPO",
        "TrapFrame",
        "[",
        "Non-",
        "Unk",
        "void)",
        ")",
        "TaskGate",
    ]
    .iter()
    .any(|word| inside.starts_with(word))
        || inside.is_empty()
        || hex::word(inside).is_some()
}

/// `[omap]`, `[EBP 0x..]`, and source positions.
fn is_square_trailer(inside: &str) -> bool {
    let head = inside.get(..inside.floor_char_boundary(600)).unwrap_or(inside);
    let until = head.find(']').map_or(head, |end| &head[..end]);
    let inside = until.trim_start();
    ["omap", "EBP", "Inline", "Stdcall", "Cdecl", "Fastcall"].iter().any(|word| inside.starts_with(word))
        || until.contains(" @ ")
        || (inside.as_bytes().get(1) == Some(&b':') && inside.as_bytes().get(2) == Some(&b'\\'))
        || inside.starts_with("\\\\")
        || is_digit_list(inside)
        // `[` at the line end, or a path that the line end cuts.
        || !head.contains(']') && (inside.is_empty() || !inside.contains(' ') && inside.contains(['.', '\\']))
}

/// `[2,0,4]`
fn is_digit_list(inside: &str) -> bool {
    !inside.is_empty() && inside.bytes().all(|byte| byte.is_ascii_digit() || byte == b',')
}

/// The longest bracket of a trailer, in bytes: some flags, or a path and a line.
const BRACKET: usize = 512;

/// Length of the bracket that `text` begins with, its closing half included. Only brackets of its own kind count:
/// `(FPO: [EBP 0x60da1c70 [1,0,4])` has lost another.
fn closing(text: &str) -> Option<usize> {
    let open = text.bytes().next()?;
    let close = match open {
        b'(' => b')',
        b'[' => b']',
        _ => b'}',
    };
    let mut depth = 0_usize;
    for (at, byte) in text.bytes().take(BRACKET).enumerate() {
        if byte == open {
            depth += 1;
        } else if byte == close {
            depth -= 1;
            if depth == 0 {
                return Some(at + 1);
            }
        }
    }
    None
}

/// Whether a bracket that holds a source as BOINC prints it opened before `rest`.
fn is_path_line(rest: &str) -> bool {
    let near = clip(rest);
    near.find(')').is_some_and(|end| path_line(&near[..end]).is_some())
}

/// `c:\src\api.c:75`
fn path_line(inside: &str) -> Option<SourceLine> {
    let (file, line) = inside.rsplit_once(':')?;
    let rooted = file.get(1..3) == Some(":\\");
    rooted.then_some(SourceLine { file: file.into(), line: line.parse().ok()? })
}

/// `d:\nt\x.cxx @ 123`, ` sbnmruz.c @ 1245 `, `c:\src\api.c:75`.
fn source(inside: &str) -> Option<SourceLine> {
    let Some((file, rest)) = inside.split_once(" @ ") else { return path_line(inside) };
    let digits: String = rest.trim_start().chars().take_while(char::is_ascii_digit).collect();
    Some(SourceLine { file: file.trim().into(), line: digits.parse().ok()? })
}

impl Parsed {
    /// Whether the text ends with an offset: then nothing is lacking but perhaps a trailer.
    fn is_whole(&self, text: &str) -> bool {
        let symbol = self.symbol.as_ref().filter(|_| self.want == Want::Nothing && self.used == text.len());
        symbol.is_some_and(|symbol| symbol.function.is_some() && symbol.offset.is_some())
    }
}

fn begins_with_column(text: &str) -> bool {
    text.as_bytes().first_chunk().is_some_and(eights::are_hex_digits)
}

/// Whether `next` continues the row, and what to put between.
fn continues(text: &str, parsed: &Parsed, next: &str, missing: usize) -> Option<&'static str> {
    let next = trim(next);
    if next.is_empty() || parsed.is_whole(text) && begins_with_column(next) {
        return None;
    }
    let glue = match parsed.want {
        Want::Bracket => Some(" "),
        Want::Symbol => {
            let cut = text.trim_start_matches([' ', '\t', ':']).trim_end();
            let symbol = symbol::read(skip_columns(next));
            // `l` and `ocalspl!PortThread`
            let whole = symbol.is_some() || is_fragment(skip_columns(next)) && next.len() <= 8;
            let columns_only = skip_columns(next).is_empty() && missing > 0;
            (whole || columns_only).then_some(if cut.is_empty() || hex::word(cut).is_some() {
                " "
            } else {
                ""
            })
        }
        Want::Name => name_goes_on(text, next),
        Want::Nothing => extends(text, parsed, next),
    }?;
    let another = rows::head(next).filter(|head| head.begins_row());
    let columns_it_lacks =
        |head: &rows::Head<'_>| parsed.want == Want::Symbol && missing > 0 && head.columns <= missing;
    another.is_none_or(|head| columns_it_lacks(&head)).then_some(glue)
}

/// Whether a name or offset that the line end has cut goes on in `next`.
fn name_goes_on(text: &str, next: &str) -> Option<&'static str> {
    let text = text.trim_end();
    if text.ends_with('+') || text.ends_with("+0") || text.ends_with("0x") {
        let digits = next.strip_prefix("0x").or_else(|| next.strip_prefix('x')).unwrap_or(next);
        return digits.starts_with(|c: char| c.is_ascii_hexdigit()).then_some("");
    }
    let (first, rest) = next.split_at(next.find(char::is_whitespace).unwrap_or(next.len()));
    let names = first.contains(['!', '+', '(', '<', '>', '@', ':', '\'']) || is_blank(rest);
    let trailed = rest.trim_start().starts_with(['(', '[', '{', '+']) || first.ends_with(',');
    // Inside a quoted or templated name a blank may be part of it.
    let word_cut = text.ends_with(char::is_alphanumeric) && text.contains('`');
    (names || trailed || word_cut).then_some(if word_cut { " " } else { "" })
}

/// Whether `next` belongs to a row that could have ended here.
fn extends(text: &str, parsed: &Parsed, next: &str) -> Option<&'static str> {
    if !is_blank(&text[parsed.used..]) {
        return None;
    }
    let symbol = parsed.symbol.as_ref()?;
    if !matches!(trailer_after(1, next), Trailer::None) {
        return Some(" ");
    }
    // `+0x5` and, alone on the next line of a full one, `1`.
    let digits = next.len() <= 4 && next.bytes().all(|byte| byte.is_ascii_hexdigit());
    if digits && symbol.offset.is_some() && text.len() + 24 > FULL_LINE {
        return Some("");
    }
    let function = symbol.function.as_deref()?;
    if symbol.offset.is_some() || parsed.used > parsed.symbol_end {
        return None;
    }
    let first = next.split_whitespace().next().unwrap_or_default();
    let alone = first.len() == next.len();
    let name = symbol::function(first).0;
    let offset = &first[name..];
    let offset_only = name == 0 && first.starts_with("+0x");
    let scope = first.starts_with("::");
    // A decorated name goes on: its pieces hold @, ? or end in Z.
    let decorated =
        function.starts_with('?') && !function.ends_with("@Z") && alone && first.contains(['@', '+'])
            || function.starts_with('?') && !function.contains("@@") && alone
            || function.starts_with('?') && !function.ends_with('Z') && first.starts_with('@')
            || function.starts_with('?') && function.ends_with('@') && first.starts_with('Z');
    // A plain name cut anywhere: the rest stands alone on its line, with the offset.
    let plain = name > 0 && offset.starts_with("+0x") && !first.contains('!');
    (offset_only || scope || decorated || plain).then_some("")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_bracket_that_does_not_close_is_not_sought_to_the_end_of_a_long_line() {
        let path = |length: usize| format!("[{} @ 7]", "x".repeat(length));
        assert_eq!(closing(&path(300)), Some(306));
        assert_eq!(closing(&path(BRACKET)), None);
        assert_eq!(closing(&"(FPO: ".repeat(1000)), None);
    }

    #[test]
    fn the_trailers_of_boinc() {
        let page = Page::new("sample!foobar+0x0 (c:\\src\\api.c:75) FPO: [1,0,0] \n");
        let body = read(&page, Pos { line: 0, at: 0 }, 0);
        assert_eq!(
            body.frame.source.map(|source| (source.file, source.line)),
            Some(("c:\\src\\api.c".into(), 75))
        );
        assert_eq!(page.rest(body.end), " ");
    }
}
