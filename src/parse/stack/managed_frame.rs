//! One frame of a .NET or Mono stack: `at Type.Method(args) in file:line n`.

use super::joined::{Joined, bracketed};
use super::rows;
use crate::evidence::{Frame, SmolStr, SourceLine};
use crate::parse::page::{Page, Pos};
use crate::parse::text::{short, skip, start_of};
use crate::parse::{eights, hex};

/// `at`, in the languages of .NET.
const AT: &[&str] = &[
    "at", "bei", "à", "em", "в", "w", "en", "in", "場所", "在", "위치:", "vid", "ved", "v", "konum:", "bij",
    "於",
];
/// The most lines a row may take beyond its first.
const WRAPPED: usize = 5;
/// The longest file name of a source position.
const PATH: usize = 400;
/// The longest name of a method.
const LONGEST: usize = 1_024;
/// What stands in the brackets of Java and JavaScript.
const FOREIGN: &[&str] = &[
    ".java",
    ".kt",
    ".scala",
    ".groovy",
    ".clj",
    ".js",
    ".ts",
    "Native Method",
    "Unknown Source",
    "://",
    "<anonymous>",
    "native)",
    "eval at",
    "<generated>",
];

/// A frame, and where it ends.
pub(crate) struct Read {
    pub(crate) frame: Frame,
    /// It names its source or an offset as only Mono does: enough by itself.
    pub(crate) sourced: bool,
    pub(crate) end: Pos,
}

/// The word that a frame at the start of `text` begins with.
pub(crate) fn keyword(text: &str) -> Option<&'static str> {
    AT.iter().copied().find(|word| text.strip_prefix(*word).is_some_and(|rest| rest.starts_with(' ')))
}

/// Whether what stands before a frame on its line is only mark-up.
pub(crate) fn is_lead(before: &str) -> bool {
    rows::prefix(before).chars().all(|c| c.is_whitespace() || "|*-`\"'>•#".contains(c))
}

/// `text` without a remark in dashes that it begins with: `--- End of inner exception stack trace ---`.
pub(crate) fn skip_remark(text: &str) -> &str {
    let text = text.trim_start();
    let Some(inner) = text.strip_prefix("---") else {
        // `Server stack trace:`, `Exception rethrown at [0]:` of a remote call.
        let remote = text.starts_with("Exception rethrown at [") || text.starts_with("Server stack trace:");
        return if remote { "" } else { text };
    };
    match inner.find("---") {
        Some(end) if (1..200).contains(&end) => inner[end..].trim_start_matches(['-', ' ']),
        _ => text,
    }
}

/// The frame at `pos`, which begins with `word`; `within` a stack a method need not name its type.
pub(crate) fn read(page: &Page<'_>, pos: Pos, word: &str, within: bool) -> Option<Read> {
    let text = page.rest(pos).trim_end();
    if let Some(frame) = plain(text, word) {
        return Some(Read { frame, sourced: true, end: Pos { at: pos.at + text.len(), ..pos } });
    }
    let mut joined = Joined::new(page, pos);
    for _ in 0..=WRAPPED {
        match parse(&joined.text, word, within) {
            Parsed::No => return None,
            Parsed::More(glue) => {
                if !joined.append(page, glue) {
                    return None;
                }
            }
            Parsed::Frame { frame, sourced, len } => {
                return Some(Read { frame, sourced, end: joined.pos(len) });
            }
        }
    }
    None
}

/// The frame of a row as most with a source are: `at A.B.C(String name) in C:\x\file.cs:line 12`.
fn plain(text: &str, word: &str) -> Option<Frame> {
    let rest = text.strip_prefix(word)?.strip_prefix(' ').filter(|_| text.len() < PATH)?;
    let (name, rest) = rest.split_at_checked(dotted(rest)?)?;
    let len = bracketed(rest).filter(|_| rest.starts_with('('))?;
    let (arguments, rest) = rest.split_at_checked(len)?;
    let file = rest.strip_prefix(" in ")?;
    let colon = 2 + memchr::memchr(b':', file.as_bytes().get(2..)?)?;
    let rooted = matches!(file.as_bytes(), [b'A'..=b'Z' | b'a'..=b'z', b':', b'\\', ..]);
    let line = file.get(colon + 1..)?.strip_prefix("line ").filter(|_| rooted)?;
    if !line.bytes().all(|byte| byte.is_ascii_digit()) || !is_arguments(arguments.get(1..len - 1)?, false) {
        return None;
    }
    let source = SourceLine { file: file.get(..colon)?.into(), line: line.parse().ok()? };
    Some(Frame { function: Some(name.into()), source: Some(source), ..Frame::default() })
}

/// Length of the plain name of a method that `text` begins with: words with a full stop between.
fn dotted(text: &str) -> Option<usize> {
    let bytes = text.as_bytes();
    let mut end = eights::name(bytes);
    let begins = end > 0 && !bytes.first()?.is_ascii_digit();
    let mut parts = 1;
    while bytes.get(end) == Some(&b'.') {
        let part = eights::name(bytes.get(end + 1..)?);
        if part == 0 {
            return None;
        }
        end += 1 + part;
        parts += 1;
    }
    (begins && parts > 1).then_some(end)
}

enum Parsed {
    No,
    More(&'static str),
    Frame { frame: Frame, sourced: bool, len: usize },
}

fn parse(text: &str, word: &str, within: bool) -> Parsed {
    let Some(rest) = text.strip_prefix(word) else { return Parsed::No };
    let mut at = text.len() - rest.trim_start().len();
    if let Some(after) = text[at..].strip_prefix("<unknown>") {
        let rest = after.trim_start();
        let len = rest.strip_prefix("<0x").and_then(|rest| rest.find('>')).map_or(0, |end| end + 4);
        let len = text.len() - rest.len() + len;
        return Parsed::Frame { frame: Frame::default(), sourced: true, len };
    }
    let wrapper = text[at..].starts_with("(wrapper ");
    if wrapper {
        let Some(len) = bracketed(&text[at..]) else { return Parsed::No };
        at = text.len() - text[at + len..].trim_start().len();
    }
    let name = method(&text[at..]);
    let module = module(name);
    let function = name.get(module.map_or(0, |module| module.len() + 1)..).unwrap_or(name);
    if !is_method(function, wrapper || within) {
        return Parsed::No;
    }
    at += name.len();
    if at == text.len() {
        return Parsed::More("");
    }
    let spaced = text[at..].starts_with(" (");
    at += usize::from(spaced);
    if !text[at..].starts_with('(') {
        return Parsed::No;
    }
    let Some(len) = bracketed(&text[at..]) else { return Parsed::More(" ") };
    let arguments = &text[at + 1..at + len - 1];
    if !is_arguments(arguments, wrapper) {
        return Parsed::No;
    }
    at += len;
    let (offset_len, offset) = native_offset(&text[at..]);
    at += offset_len;
    let (len, source) = match source(&text[at..]) {
        Some(found) => found,
        // A path cut by the line end.
        None if offset.is_none()
            && text[at..].starts_with(" in ")
            && text[at..].len() < PATH
            && is_path(&text[at + 4..]) =>
        {
            return Parsed::More("");
        }
        None => (0, None),
    };
    at += len;
    let frame = Frame { module: module.map(short), function: Some(short(function)), ..Frame::default() };
    let sourced = source.is_some() || offset.is_some() || len > 0;
    Parsed::Frame { frame: Frame { offset, source, ..frame }, sourced, len: at }
}

/// The method that `text` begins with: up to the arguments.
fn method(text: &str) -> &str {
    let mut depth = 0_usize;
    let mut at = 0;
    while let Some(rest) = text.get(at..).filter(|_| at < LONGEST) {
        at += eights::name(rest.as_bytes());
        let Some(c) = text[at..].chars().next() else { break };
        let ends = match c {
            '[' | '<' => {
                depth += 1;
                false
            }
            ']' | '>' => {
                depth = depth.saturating_sub(1);
                false
            }
            '(' => true,
            ' ' | ',' => depth == 0 && at > 0,
            '.' | ':' => false,
            c => !(c.is_alphanumeric() || "_`+/|@$!-&*=?{}".contains(c)),
        };
        if ends {
            return &text[..at];
        }
        at += c.len_utf8();
    }
    text
}

/// The module of `mscorlib!System.IO.File.Open`.
fn module(name: &str) -> Option<&str> {
    let (module, _) = name.split_once('!')?;
    (!module.is_empty() && module.chars().all(|c| c.is_alphanumeric() || "._-".contains(c))).then_some(module)
}

/// Whether `name` is that of a method: type and method with a full stop between.
fn is_method(name: &str, typeless: bool) -> bool {
    let begins = name.starts_with(|c: char| c.is_alphabetic() || "_<$".contains(c));
    begins && (typeless || name.trim_end_matches('.').contains(['.', ':']))
}

/// Whether this is a list of argument types and names, and no source position of Java or JavaScript.
fn is_arguments(text: &str, wrapper: bool) -> bool {
    let text = text.trim();
    // Nearly every list: `String path, FileMode mode`. The words of others have one of three letters.
    let native = |byte: u8| matches!(byte, b'N' | b'U' | b'v');
    if text.bytes().all(|byte| byte.is_ascii_alphanumeric() && !native(byte) || matches!(byte, b' ' | b',')) {
        return true;
    }
    let begins = |three: &[u8]| {
        matches!(
            three,
            [b'.', b'j' | b'k' | b's' | b'g' | b'c' | b't', _]
                | [b'N' | b'n', b'a', b't']
                | [b'U', b'n', b'k']
                | [b':', b'/', b'/']
                | [b'<', b'a' | b'g', _]
                | [b'e', b'v', b'a']
        )
    };
    let mut places = text.as_bytes().windows(3).enumerate().filter(|(_, three)| begins(three));
    let foreign = places.any(|(at, _)| start_of(&text[at..], FOREIGN).is_some())
        || text == "native"
        || text.contains('\\')
        || text.contains('/')
            && !text.contains('`')
            && !text.contains('+')
            && !wrapper
            && !text.contains(' ');
    // `(file:12)`, `(a.rb:1:2)`.
    let position = text
        .rsplit_once(':')
        .is_some_and(|(_, line)| !line.is_empty() && line.bytes().all(|byte| byte.is_ascii_digit()));
    !foreign && !position
}

/// Mono's offsets: ` [0x00012]`, ` <0x0001f>`, ` <0x7f12 + 0x0001f>`; .NET's ` + 0x12`, `+0x12`.
fn native_offset(text: &str) -> (usize, Option<SmolStr>) {
    let rest = skip(text, |byte| byte == b' ');
    if let Some(inner) = rest.strip_prefix(['[', '<']) {
        let Some(end) = inner.find([']', '>']).filter(|end| *end < 60) else { return (0, None) };
        let value = inner[..end].rsplit(" + ").next().unwrap_or("").trim();
        if !value.starts_with("0x") {
            return (0, None);
        }
        return (text.len() - rest.len() + end + 2, Some(value.into()));
    }
    let Some(sign) = rest.strip_prefix('+') else { return (0, None) };
    let digits = sign.trim_start();
    match hex::word(digits) {
        Some((len, _)) => {
            let value = digits[..len].trim_start_matches("0x");
            let unit = digits[len..].strip_prefix(" bytes").map_or(0, |_| " bytes".len());
            (text.len() - digits.len() + len + unit, Some(hex::concat(["0x", value])))
        }
        None => (0, None),
    }
}

/// ` in C:\x\file.cs:line 12`, ` in <hash>:0`, ` 位置 C:\x.cs:行号 12`: length, and the position if the file is known.
fn source(text: &str) -> Option<(usize, Option<SourceLine>)> {
    let rest = skip(text, |byte| byte == b' ');
    let (word, file_at) = rest.split_once(' ')?;
    if word.is_empty() || word.chars().count() > 6 || !word.chars().all(|c| c.is_alphabetic() || c == ':') {
        return None;
    }
    let file_at = file_at.trim_start();
    let window = &file_at[..file_at.floor_char_boundary(PATH)];
    // Another colon than that of the drive; the line number may have a word before it.
    for (colon, _) in window.match_indices(':').filter(|(at, _)| *at > 1) {
        let after = &window[colon + 1..];
        let number = after.trim_start_matches(|c: char| c.is_alphabetic() || c == ' ');
        let word_len = after.len() - number.len();
        let digits = number.bytes().take_while(u8::is_ascii_digit).count();
        if digits == 0 || word_len > 20 {
            continue;
        }
        let file = &window[..colon];
        let mut end = colon + 1 + word_len + digits;
        if window[end..].starts_with('.') {
            end += 1;
        }
        let len = text.len() - file_at.len() + end;
        if file.starts_with('<') {
            return Some((len, None));
        }
        let rooted = file.starts_with(['/', '\\']) || file.as_bytes().get(1) == Some(&b':');
        // `at A.B() in c:\x.cs:line 3` is the next frame, and no file.
        if !is_path(file) || !rooted && file.contains('(') {
            return None;
        }
        let line = number[..digits].parse().ok()?;
        return Some((len, Some(SourceLine { file: file.into(), line })));
    }
    None
}

fn is_path(text: &str) -> bool {
    memchr::memchr2(b'\\', b'/', text.as_bytes()).is_some()
        || [".cs", ".vb", ".fs", ".cpp", ".h", ".xaml"].iter().any(|end| text.ends_with(end))
}
