//! What Visual Studio prints after a function: line, offset, source, language.
//!
//! ` Line 5144 + 0x1e bytes`, ` + 0xc6 bytes`, ` line 2262 + 6 bytes`, ` Zeile 12`, ` 行 12`, `\tC++`, ` (c:\x.cpp:12)`.

use crate::evidence::{SmolStr, SourceLine};
use crate::parse::hex;
use crate::parse::text::{skip, start_of};
use smol_str::format_smolstr;

/// The parts of a tail.
#[derive(Debug, Default, PartialEq)]
pub(crate) struct Tail {
    /// A line number stands there.
    pub(crate) line: bool,
    /// `bytes` follows the offset.
    pub(crate) bytes: bool,
    pub(crate) offset: Option<SmolStr>,
    pub(crate) source: Option<SourceLine>,
}

/// `Line`, in the languages Visual Studio comes in.
const LINE: &[&str] = &[
    "Line",
    "line",
    "Zeile",
    "Ligne",
    "ligne",
    "Línea",
    "línea",
    "Riga",
    "riga",
    "Linha",
    "linha",
    "行号",
    "行",
    "строка",
    "Строка",
    "Wiersz",
    "wiersz",
    "줄",
    "řádek",
    "Řádek",
    "Satır",
    "satır",
];
/// The languages of code, as the last column says them.
const LANGUAGES: &[&str] = &[
    "C++",
    "C#",
    "C",
    "Unknown",
    "Unbekannt",
    "Inconnu",
    "Desconocido",
    "Desconhecido",
    "Sconosciuto",
    "Неизвестно",
    "未知",
    "不明",
    "Basic",
    "F#",
    "Native",
    "Managed",
    "JScript",
    "Script",
    "Assembler",
    "x64",
    "x86",
    "Rust",
    "MSIL",
];

/// The tail at the start of `text`, and its length.
pub(crate) fn read(text: &str) -> (usize, Tail) {
    let mut tail = Tail::default();
    // Another symbol, or nothing.
    if text.is_empty() || may_begin_name(text) {
        return (0, tail);
    }
    let mut at = 0;
    if let Some(len) = line_number(text) {
        at = len;
        tail.line = true;
    }
    if let Some((len, offset, bytes)) = offset(&text[at..]) {
        at += len;
        tail.offset = Some(offset);
        tail.bytes = bytes;
    }
    if let Some((len, source)) = source(&text[at..]) {
        at += len;
        tail.source = Some(source);
    }
    (at, tail)
}

/// Whether a text begins with a small letter, and no word of the tail does with the same; names of modules do.
fn may_begin_name(text: &str) -> bool {
    matches!(text.as_bytes(), [b'b'..=b'k' | b'm'..=b'q' | b't'..=b'v' | b'x'..=b'z', ..])
}

/// Length of ` Line 12`.
pub(crate) fn line_number(text: &str) -> Option<usize> {
    let rest = skip(text, |byte| matches!(byte, b' ' | b'\t' | b','));
    let number = skip(rest.get(start_of(rest, LINE)?.len()..)?, |byte| matches!(byte, b' ' | b':'));
    let digits = number.bytes().take_while(u8::is_ascii_digit).count();
    (digits > 0).then(|| text.len() - number.len() + digits)
}

/// Length, offset and whether the word for bytes follows: ` + 0x1e bytes`, ` + 6 bytes` (decimal).
fn offset(text: &str) -> Option<(usize, SmolStr, bool)> {
    let rest = skip(text, |byte| matches!(byte, b' ' | b'\t')).strip_prefix('+')?.trim_start_matches(' ');
    let (len, _) = hex::word(rest)?;
    let after = &rest[len..];
    let word = after.trim_start_matches(' ');
    let unit = start_of(word, &["bytes", "Bytes", "byte", "octets", "байт", "字节", "バイト", "bajtów"]);
    let digits = rest[..len].strip_prefix("0x");
    let value = match digits {
        Some(digits) => hex::concat(["0x", digits]),
        None => format_smolstr!("0x{:x}", rest[..len].parse::<u64>().ok().filter(|_| unit.is_some())?),
    };
    let end = unit.map_or(after.len(), |unit| word.len() - unit.len());
    Some((text.len() - end, value, unit.is_some()))
}

/// Whether the text ends inside an offset: ` + 826`, and `bytes` stands on the next line.
pub(crate) fn is_cut(text: &str) -> bool {
    text.strip_prefix('+')
        .is_some_and(|rest| rest.trim().bytes().all(|byte| byte.is_ascii_digit()) && rest.len() < 12)
}

/// ` (c:\src\x.cpp:12)`, ` [c:\src\x.cpp:12]`, ` at c:\src\x.cpp:12`.
fn source(text: &str) -> Option<(usize, SourceLine)> {
    let rest = skip(text, |byte| byte == b' ');
    let (inner, end) = if let Some(inner) = rest.strip_prefix(['(', '[']) {
        let close = inner.find([')', ']']).filter(|close| *close < 400)?;
        (&inner[..close], inner.len() - close - 1)
    } else {
        (rest.strip_prefix("at ")?, 0)
    };
    let (file, line) = inner.rsplit_once(':')?;
    let line = line.trim().parse().ok()?;
    (file.contains(['\\', '/', '.']) && file.len() > 2)
        .then(|| (text.len() - end, SourceLine { file: file.trim().into(), line }))
}

/// Length of the language that `text` begins with, if nothing else follows it in its column.
pub(crate) fn language(text: &str) -> Option<usize> {
    let word = start_of(text, LANGUAGES)?;
    let after = &text[word.len()..];
    (after.is_empty() || after.starts_with(['\t', ' ', '|', '*', '`'])).then_some(word.len())
}

/// The end of the columns after the language: `Symbols loaded.`; a further frame on the line is none.
pub(crate) fn columns(text: &str, at: usize) -> usize {
    let rest = &text[at..];
    if next_frame(rest) { at } else { text.len() }
}

/// Whether another frame stands further on in `text`.
pub(crate) fn next_frame(text: &str) -> bool {
    let word = text.trim_start().split([' ', '\t', '(']).next().unwrap_or("");
    word.contains('!') && !word.starts_with('!')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tails() {
        for text in [" Line 2257 + 0x1e bytes", " line 2262 + 6 bytes", " Zeile 12 + 0x5 Bytes", " 行 12"] {
            let (len, tail) = read(text);
            assert_eq!((len, tail.line), (text.len(), true), "{text}");
        }
        assert_eq!(read("  + 0x15 bytes").1.offset.as_deref(), Some("0x15"));
        assert_eq!(read(" + 123 bytes").1.offset.as_deref(), Some("0x7b"));
        assert_eq!(read(" and so on"), (0, Tail::default()));
        let source = read(r" Line 12 (\src\Program.cs:12)").1.source.unwrap();
        assert_eq!((source.file.as_str(), source.line), (r"\src\Program.cs", 12));
    }

    #[test]
    fn languages() {
        assert_eq!(language("C++\tSymbols loaded."), Some(3));
        assert_eq!(language("C"), Some(1));
        assert_eq!(language("Code"), None);
    }
}
