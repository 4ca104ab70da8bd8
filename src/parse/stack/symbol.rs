//! Symbols as debuggers print them: `Module!Function+0x25`.
//!
//! Read from the start of a text: `EMSMTA!otpmralt+0x25`, `vbscript+0x36ad`, `image00400000+0x12`,
//! `store!<nosymbols>`, `+0x12fab0`, `store!0x0000000000439929`, `<Unloaded_x.dll>+0x1c`, `<nosymbols>`, `0x77e52236`,
//! `RPCRT4!?Dispatch@RPC@@QAEJPAU_RPC_MESSAGE@@@Z+0x42`, ``STORE!Tlist<Hdr>::`scalar deleting destructor'+0xe``,
//! `app!std::vector<int,std::allocator<int> >::operator[]+0x1f`, `mod!fn - 0x194a0`.
//! Archives that took `<...>` for a tag have left `store!nosymbols`, which names no function either.
//! `msrpc.sys!long LRPC::Receive(void) + 0x72`: undecorated names with what they return.
//! A function ends at the first blank that is not inside brackets or backquotes; arguments are not part of it.

use super::joined::bracketed;
use crate::evidence::{Frame, SmolStr};
use crate::parse::text::short;
use crate::parse::{eights, hex};

/// A symbol, and how much of the text it took.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(crate) struct Symbol {
    pub(crate) module: Option<SmolStr>,
    pub(crate) function: Option<SmolStr>,
    /// `0x25`, `-0x194a0`.
    pub(crate) offset: Option<SmolStr>,
    /// The address of a symbol that is nothing but an address.
    pub(crate) address: Option<SmolStr>,
    /// Length in bytes.
    pub(crate) len: usize,
    /// The text ends inside the symbol: a paste has wrapped it, and the next line goes on.
    pub(crate) open: bool,
}

/// The longest symbol read; template names of a kilobyte exist.
const LONGEST: usize = 4_096;
/// The most brackets and quotes open at once. What opens more and closes none is no template.
const DEEPEST: usize = 32;

/// What Dr. Watson writes in place of a function, as it is and as people copy it.
const NOSYMBOLS: [&str; 3] = ["<nosymbols>", "<no symbols>", "(nosymbols)"];

/// The symbol that `text` begins with.
pub(crate) fn read(text: &str) -> Option<Symbol> {
    let text = text.get(..text.floor_char_boundary(LONGEST)).unwrap_or(text);
    let first = text.bytes().next()?;
    if first == b'<'
        && let Some(rest) = text.strip_prefix("<nosymbols>")
    {
        return Some(Symbol { len: text.len() - rest.len(), ..Symbol::default() });
    }
    if first == b'0' && (text.starts_with("0x") || text.starts_with("0X")) {
        let (len, _) = hex::word(text)?;
        return Some(Symbol { address: Some(text[..len].into()), len, ..Symbol::default() });
    }
    if first == b'+' && text.starts_with("+0x") {
        let mut symbol = Symbol::default();
        read_offset(text, &mut symbol);
        return symbol.offset.is_some().then_some(symbol);
    }
    if let Some(plain) = plain(text) {
        return Some(plain.into());
    }
    let module = module(text)?;
    let mut symbol = Symbol { module: Some(module.into()), len: module.len(), ..Symbol::default() };
    match text[symbol.len..].strip_prefix('!') {
        Some(rest) => {
            let returned = return_type(rest);
            symbol.len += 1 + returned;
            read_function(&rest[returned..], &mut symbol)?;
            if returned > 0 {
                // The argument list is part of an undecorated name: the offset stands behind it.
                let arguments = bracketed(&text[symbol.len..]).unwrap_or(0);
                symbol.len += arguments;
            }
        }
        // Without a function it takes an offset to be a symbol: `vbscript+0x36ad`.
        None if !text[symbol.len..].starts_with(['+', ' ']) => return None,
        None => {}
    }
    let bare = symbol.function.is_none() && !text[..symbol.len].contains('!');
    read_offset(&text[symbol.len..], &mut symbol);
    if bare && symbol.offset.is_some() && text.starts_with('_') {
        // `_except_handler3+0x4b`: C's underscore tells a function, in a program whose module has no name.
        symbol.function = symbol.module.take();
    }
    (symbol.function.is_some() || symbol.offset.is_some() || symbol.open || text[..symbol.len].contains('!'))
        .then_some(symbol)
}

/// A symbol as nearly all are: `EMSMTA!otpmralt+0x25`, `mngbase!CNotifyQTarget::PutTailItem+0x70e`.
pub(super) struct Plain<'t> {
    pub(super) module: &'t str,
    pub(super) function: &'t str,
    pub(super) offset: &'t str,
    /// Length in bytes.
    pub(super) len: usize,
}

impl From<Plain<'_>> for Symbol {
    fn from(plain: Plain<'_>) -> Self {
        Symbol {
            module: Some(plain.module.into()),
            function: Some(plain.function.into()),
            offset: Some(plain.offset.into()),
            address: None,
            len: plain.len,
            open: false,
        }
    }
}

impl Plain<'_> {
    /// The frame on a line that has nothing else but an address, if that.
    #[inline(always)]
    pub(super) fn frame(&self, address: Option<SmolStr>, line: u32) -> Frame {
        Frame {
            module: Some(short(self.module)),
            function: Some(short(self.function)),
            offset: Some(short(self.offset)),
            address,
            source: None,
            line,
        }
    }
}

/// The symbol that `text` begins with, where nothing is to be told apart.
#[inline]
pub(super) fn plain(text: &str) -> Option<Plain<'_>> {
    let (module, rest) = text.split_at_checked(eights::name(text.as_bytes()))?;
    let rest = rest.strip_prefix('!').filter(|_| (1..=128).contains(&module.len()))?;
    let (function, rest) = rest.split_at_checked(plain_name(rest)?)?;
    let digits = eights::hex_digits(rest.as_bytes().strip_prefix(b"+0x")?);
    let (offset, rest) = rest.get("+".len()..)?.split_at_checked("0x".len() + digits)?;
    let goes_on = |next: &u8| next.is_ascii_alphanumeric() || matches!(next, b'_' | b'`');
    if !(1..=8).contains(&digits) || rest.as_bytes().first().is_some_and(goes_on) {
        return None;
    }
    // A digit first, and it may be an address that stands in place of the function.
    if function == "nosymbols" || function.as_bytes().first()?.is_ascii_digit() {
        return None;
    }
    Some(Plain { module, function, offset, len: text.len() - rest.len() })
}

/// Length of the plain name that `text` begins with: words with `::` between, none of them an operator.
#[inline]
pub(super) fn plain_name(text: &str) -> Option<usize> {
    let bytes = text.as_bytes();
    let mut end = 0;
    while end < LONGEST {
        let part = bytes.get(end..)?;
        let len = eights::name(part);
        if len == 0 || part.first() == Some(&b'o') && part.starts_with(b"operator") {
            return None;
        }
        end += len;
        match part.get(len..) {
            Some([b':', b':', ..]) => end += 2,
            _ => return Some(end),
        }
    }
    None
}

/// A module name at the start of `text`, `<Unloaded_x.dll>` included.
fn module(text: &str) -> Option<&str> {
    if text.starts_with('<') && text.starts_with("<Unloaded_") {
        return text.get(..=text.find('>')?);
    }
    let plus_in_name =
        |rest: &str| !rest.trim_start_matches('+').trim_start().starts_with(|c: char| c.is_ascii_digit());
    let plain = eights::name(text.as_bytes());
    // Nearly every module is nothing but letters, digits and underscores before the `!`.
    if (1..=128).contains(&plain) && text.as_bytes().get(plain) == Some(&b'!') {
        return text.get(..plain);
    }
    let end = text[plain..]
        .char_indices()
        .map(|(at, char)| (plain + at, char))
        .find(|(at, char)| match char {
            '_' | '.' | '-' | '~' | '$' => false,
            // `notepad++!Foo`, but not `vbscript+0x36ad`.
            '+' => !plus_in_name(&text[*at..]),
            char => !char.is_alphanumeric(),
        })
        .map_or(text.len(), |(at, _)| at);
    let name = &text[..end];
    let begins = name.starts_with(|c: char| c.is_alphanumeric() || c == '_' || c == '$');
    (begins && end <= 128).then_some(name)
}

/// Words of C++ that stand before the name of a function.
const BEFORE_NAME: &[&str] = &[
    "virtual",
    "static",
    "public:",
    "private:",
    "protected:",
    "void",
    "bool",
    "char",
    "short",
    "int",
    "long",
    "unsigned",
    "signed",
    "const",
    "float",
    "double",
    "class",
    "struct",
    "enum",
    "wchar_t",
    "__int64",
    "*",
    "&",
    "__cdecl",
    "__stdcall",
    "__thiscall",
    "__fastcall",
];

/// Length of the return type and the like at the start of `rest`, if a function with arguments follows it.
fn return_type(rest: &str) -> usize {
    // All of them are plain words, but for the two that are signs, and the labels with their colon.
    if !matches!(rest.as_bytes().get(eights::name(rest.as_bytes())), Some(b' ' | b':' | b'*' | b'&')) {
        return 0;
    }
    let mut at = 0;
    while let Some((word, _)) = rest[at..].split_once(' ')
        && (BEFORE_NAME.contains(&word)
            || at > 0 && rest[..at].ends_with("class ")
            || rest[..at].ends_with("struct "))
    {
        at += word.len() + 1;
    }
    let (len, open) = if at > 0 { function(&rest[at..]) } else { return 0 };
    if len > 0 && !open && rest[at + len..].starts_with('(') { at } else { 0 }
}

/// What stands after the `!`.
fn read_function(rest: &str, symbol: &mut Symbol) -> Option<()> {
    if rest.is_empty() || rest == "=" {
        symbol.open = true;
    } else if rest.starts_with(|c: char| c.is_ascii_alphabetic()) {
        // What most names begin with, and nothing else does.
        plain_function(rest, symbol)?;
    } else if let Some(after) = rest.strip_prefix(" ?? ::") {
        // ``ntdll! ?? ::FNODOBFM::`string'+0x1234``: the linker's name for a part split off a function.
        let (len, open) = function(after);
        symbol.function = Some(rest[1..rest.len() - after.len() + len].into());
        symbol.len += rest.len() - after.len() + len;
        symbol.open = open;
    } else if let Some(after) = NOSYMBOLS.iter().find_map(|word| rest.strip_prefix(*word)) {
        symbol.len += rest.len() - after.len();
    } else if rest.starts_with("0x") {
        let (len, _) = hex::word(rest)?;
        symbol.address = Some(rest[..len].into());
        symbol.len += len;
    } else {
        plain_function(rest, symbol)?;
    }
    Some(())
}

/// A function, or the word that stands in its place.
fn plain_function(rest: &str, symbol: &mut Symbol) -> Option<()> {
    let (len, open) = function(rest);
    let name = rest.get(..len).filter(|name| !name.is_empty())?;
    symbol.len += len;
    if name != "nosymbols" {
        symbol.function = Some(name.into());
        symbol.open = open;
    }
    Some(())
}

/// The offset at the start of `rest`: `+0x25`, ` + 0x25`, `+00000bd7`, `-0x194a0`.
pub(crate) fn read_offset(rest: &str, symbol: &mut Symbol) {
    match rest.as_bytes() {
        // Nearly every offset.
        [b'+', b'0', b'x', ..] => {
            if let Some((len, 1..=8)) = hex::word(&rest[1..]) {
                symbol.offset = rest.get(1..=len).map(SmolStr::new);
                symbol.len += 1 + len;
                return;
            }
        }
        [b'+' | b'-', ..] | [b' ', b'+' | b'-', ..] => {}
        _ => return,
    }
    let trimmed = rest.trim_start_matches(' ');
    let blanks = rest.len() - trimmed.len();
    let Some(sign) = trimmed.chars().next().filter(|sign| blanks <= 1 && matches!(sign, '+' | '-')) else {
        return;
    };
    let digits = trimmed[1..].trim_start_matches(' ');
    let before = rest.len() - digits.len();
    if sign == '+' && blanks == 0 && matches!(digits, "" | "0" | "0x" | "=" | "0x=") {
        symbol.open = true;
        symbol.len += rest.trim_end_matches('=').len();
        return;
    }
    // `+0 xb`: a paste has put a blank into the prefix.
    if let Some(split) = digits.strip_prefix("0 x") {
        let count = split.bytes().take_while(u8::is_ascii_hexdigit).count();
        symbol.offset =
            split.get(..count).filter(|_| (1..=8).contains(&count)).map(|value| hex::concat(["0x", value]));
        symbol.len += if symbol.offset.is_some() { before + 3 + count } else { 0 };
        return;
    }
    let prefixed = digits.starts_with("0x") || digits.starts_with("0X");
    let Some((len, _)) = hex::word(digits).or_else(|| prefixed.then(|| loose_word(digits)).flatten()) else {
        return;
    };
    let len = len - fused_column(digits, len);
    // `mod!fn - added` is prose: without 0x an offset stands tight, and below zero it always has 0x.
    if !prefixed && (sign == '-' || before > 1) {
        return;
    }
    let value = digits.get(if prefixed { 2 } else { 0 }..len).unwrap_or("");
    symbol.offset = Some(hex::concat([if sign == '-' { "-0x" } else { "0x" }, value]));
    symbol.len += before + len;
}

/// Length of a column glued to an offset, where the paste has lost the beginning of a row: `0x38001545f0 062effec`.
fn fused_column(digits: &str, len: usize) -> usize {
    const COLUMN: usize = 8;
    if len <= 2 + COLUMN || !digits.starts_with("0x") {
        return 0;
    }
    let next = digits[len..].trim_start_matches(' ');
    let column = hex::word(next).is_some_and(|(_, count)| count == COLUMN && !next.starts_with("0x"));
    if column { COLUMN } else { 0 }
}

/// `0x51In addition`: a lost line break glued the next word on; the number ends with its last digit.
fn loose_word(digits: &str) -> Option<(usize, usize)> {
    let count = digits[2..].bytes().take_while(u8::is_ascii_hexdigit).count();
    (1..=16).contains(&count).then_some((2 + count, count))
}

/// Operators by length, for `operator` names.
const OPERATORS: &[&str] = &[
    "<=>", "->*", "<<=", ">>=", "()", "[]", "->", "<<", ">>", "++", "--", "+=", "-=", "*=", "/=", "%=", "^=",
    "&=", "|=", "==", "!=", "<=", ">=", "&&", "||", "+", "-", "*", "/", "%", "^", "&", "|", "~", "!", "=",
    "<", ">", ",",
];

/// Length of the function name at the start of `text`, and whether the text ends inside it.
pub(crate) fn function(text: &str) -> (usize, bool) {
    // Nearly every name.
    if let Some(len) = plain_name(text)
        && (text[len..].starts_with('+')
            || text[len..].starts_with('(') && !text[len..].starts_with("(anonymous"))
    {
        return (len, false);
    }
    let mut depth = Depth::default();
    let mut at = 0;
    loop {
        if let Some(after) = text[at..].strip_prefix("operator")
            && !text[..at].ends_with(|c: char| c.is_alphanumeric() || c == '_')
        {
            at += "operator".len() + operator(after);
            continue;
        }
        // Letters, digits and underscores belong to any name.
        at += eights::name(&text.as_bytes()[at..]);
        let rest = &text[at..];
        let Some(char) = rest.chars().next() else { break };
        if char == ' ' && is_inside_decorated(&text[..at], &rest[1..]) {
            at += 1;
            continue;
        }
        if !depth.takes(char, rest, &text[..at]) || depth.open() > DEEPEST {
            break;
        }
        at += char.len_utf8();
    }
    let name = &text[..at];
    if at == text.len() {
        let open = depth.is_open() || name.ends_with("::") || name.ends_with('=');
        return (name.trim_end_matches('=').len(), open);
    }
    if depth.is_open() {
        // Never closed: take the plain name.
        let plain =
            text.find(|c: char| c.is_whitespace() || matches!(c, '<' | '`' | '+' | '(')).unwrap_or(at);
        return (plain.min(at), false);
    }
    // The full stop or comma of a sentence, but not the quote that ends a part of the name.
    let quoted = || memchr::memrchr(b'\'', name.as_bytes()).map_or(0, |at| at + 1);
    let len = match name.as_bytes().last() {
        Some(b'.' | b':') => name.trim_end_matches(['.', ':', '\'']).len().max(quoted()),
        _ => name.len(),
    };
    (len, false)
}

/// Whether a blank stands inside a decorated name: its end, `@Z`, comes with the next word.
fn is_inside_decorated(name: &str, after: &str) -> bool {
    let word = after.get(..after.floor_char_boundary(160)).unwrap_or(after);
    let word = word.split([' ', '+', '(']).next().unwrap_or("");
    name.starts_with('?') && !name.ends_with('Z') && word.ends_with("@Z") && !word.contains('!')
}

/// Length of what follows the keyword `operator` and belongs to the name.
fn operator(after: &str) -> usize {
    if let Some(operator) = OPERATORS.iter().find(|operator| after.starts_with(**operator)) {
        // `operator++0x18` is `operator+` at offset 0x18.
        let glued = operator.ends_with('+') && after[operator.len()..].starts_with("0x");
        return operator.len() - usize::from(glued);
    }
    // `operator new`, `operator delete[]`, `operator unsigned int`.
    let word =
        after.strip_prefix(' ').map_or(0, |word| word.bytes().take_while(u8::is_ascii_alphanumeric).count());
    match word {
        0 => 0,
        word if after[1 + word..].starts_with("[]") => word + 3,
        word => word + 1,
    }
}

/// Open brackets and quotes of a name.
#[derive(Default)]
struct Depth {
    angle: usize,
    square: usize,
    curly: usize,
    round: usize,
    backquote: usize,
}

impl Depth {
    fn open(&self) -> usize {
        self.angle + self.square + self.curly + self.round + self.backquote
    }

    fn is_open(&self) -> bool {
        self.open() > 0
    }

    /// Whether the character that `rest` begins with, after `before`, still belongs to the name.
    fn takes(&mut self, char: char, rest: &str, before: &str) -> bool {
        let inside = self.is_open();
        match char {
            '<' => self.angle += 1,
            '>' if self.angle > 0 && !before.ends_with('-') => self.angle -= 1,
            '`' if rest[1..].starts_with(|c: char| c.is_ascii_digit()) && !inside => {}
            '`' => self.backquote += 1,
            '\'' if self.backquote > 0 => self.backquote -= 1,
            // ``List`1[[System.Object]]``
            '[' if inside || before.ends_with(|c: char| c.is_ascii_digit()) && before.contains('`') => {
                self.square += 1
            }
            ']' if self.square > 0 => self.square -= 1,
            // `core::ops::{{closure}}`, `{lambda}`
            '{' if inside || before.ends_with("::") || before.is_empty() || before.ends_with('{') => {
                self.curly += 1
            }
            '}' if self.curly > 0 => self.curly -= 1,
            '(' if inside || rest.starts_with("(anonymous") => self.round += 1,
            ')' if self.round > 0 => self.round -= 1,
            // `a!List<b!c`: another symbol begins, and the bracket never closes.
            '!' if before.ends_with(|c: char| c.is_alphanumeric() || matches!(c, '_' | '$' | '.')) => {
                return false;
            }
            '|' if !inside => {
                return before.ends_with(char::is_alphanumeric) && rest[1..].starts_with(char::is_numeric);
            }
            ':' if !inside => {
                return rest.starts_with("::") || before.ends_with(':') && !before.ends_with("::");
            }
            '_' | '$' | '@' | '?' | '~' | '.' | '#' | '%' | '=' => return char != '=' || rest.len() == 1,
            char if char.is_alphanumeric() => {}
            _ => return inside,
        }
        true
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parts(text: &str) -> (Option<SmolStr>, Option<SmolStr>, Option<SmolStr>, usize, bool) {
        let symbol = read(text).unwrap_or_else(|| panic!("{text} is no symbol"));
        (symbol.module, symbol.function, symbol.offset, symbol.len, symbol.open)
    }

    fn check(text: &str, module: &str, function: &str, offset: &str) {
        let some = |text: &str| (!text.is_empty()).then(|| text.into());
        let (m, f, o, ..) = parts(text);
        assert_eq!((m, f, o), (some(module), some(function), some(offset)), "{text}");
    }

    #[test]
    fn a_return_type_is_no_part_of_the_name() {
        let text = "msrpc.sys!long __cdecl A::Send(void *) + 0x72";
        let symbol = read(text).unwrap();
        assert_eq!(
            (symbol.function.as_deref(), symbol.offset.as_deref(), symbol.len),
            (Some("A::Send"), Some("0x72"), text.len())
        );
        assert_eq!(read("db!long table").unwrap().function.as_deref(), Some("long"));
    }

    #[test]
    fn plain_symbols() {
        check("EMSMTA!otpmralt+0x25 0ab1fd4c", "EMSMTA", "otpmralt", "0x25");
        check("ntdll!RtlFreeHeap (FPO: [2,0,4])", "ntdll", "RtlFreeHeap", "");
        check("vbscript+0x36ad", "vbscript", "", "0x36ad");
        check("<Unloaded_x.dll>+0x1c", "<Unloaded_x.dll>", "", "0x1c");
        check("store!<nosymbols>", "store", "", "");
        check("netapi32!nosymbols", "netapi32", "", "");
        check("netapi32!nosymbols+0x12", "netapi32", "", "0x12");
        check("drax!<no symbols>", "drax", "", "");
        check("store!(nosymbols) ", "store", "", "");
        check("_except_handler3+0x4b(...)", "", "_except_handler3", "0x4b");
        check("store!0x0000000000439929", "store", "", "");
        check("0x77e52236", "", "", "");
        check("+0x12fab0", "", "", "0x12fab0");
        check("ntdll!Foo - 0x194a0", "ntdll", "Foo", "-0x194a0");
        check("MAD!CString::strcmpi+0xf(0x00177008)", "MAD", "CString::strcmpi", "0xf");
        check("KERNEL32!BaseThreadStart+0x51In addition", "KERNEL32", "BaseThreadStart", "0x51");
    }

    #[test]
    fn names_with_brackets_and_blanks() {
        check(
            "S!Tlist<Hdr>::`scalar deleting destructor'+0xe",
            "S",
            "Tlist<Hdr>::`scalar deleting destructor'",
            "0xe",
        );
        check("Q!std::_Atomic_int::operator+++0x18 [c:\\x @ 3]", "Q", "std::_Atomic_int::operator++", "0x18");
        check("Q!QVariant::operator!=+0x1d", "Q", "QVariant::operator!=", "0x1d");
        check("M!operator new+0xe", "M", "operator new", "0xe");
        check(
            "u!f<HWND__ *,wchar_t const * const &>+0x22",
            "u",
            "f<HWND__ *,wchar_t const * const &>",
            "0x22",
        );
        check("n! ?? ::FNODOBFM::`string'+0x1f", "n", "?? ::FNODOBFM::`string'", "0x1f");
        check("c!core::ptr::{{closure}}+0x3", "c", "core::ptr::{{closure}}", "0x3");
        check("Q!`anonymous namespace'::construct+0x44", "Q", "`anonymous namespace'::construct", "0x44");
    }

    #[test]
    fn decorated_names() {
        check("RPCRT4!?Dispatch@RPC@@QAEJPAU_M@@@Z+0x42", "RPCRT4", "?Dispatch@RPC@@QAEJPAU_M@@@Z", "0x42");
        check("COMCTL32!_chkstk+0x25", "COMCTL32", "_chkstk", "0x25");
        check("K!_KiUserCallbackDispatcher@12()", "K", "_KiUserCallbackDispatcher@12", "");
    }

    #[test]
    fn blanks_and_columns_that_a_paste_has_put_in() {
        check("R!?A@W@@QAEJPAV W_B@@@Z+0x6(UKNOWN FPO TYPE)", "R", "?A@W@@QAEJPAV W_B@@@Z", "0x6");
        check("R!?A@W@@QAEJ@Z+0 xb(UKNOWN", "R", "?A@W@@QAEJ@Z", "0xb");
        check("R!?A@W@@QAEJXZ and ?B@W@@QAEJ@Z", "R", "?A@W@@QAEJXZ", "");
        check("R!f+0x38001545f0 062effec", "R", "f", "0x38");
        check("R!f+0x38001545f0 and", "R", "f", "0x38001545f0");
    }

    #[test]
    fn a_symbol_cut_by_the_line_end_is_open() {
        for text in ["COMCTL32!", "STORE!CAttachList::", "R!?D@L@@0@Z+", "S!T<Hdr", "n!Foo+0x", "n="] {
            assert!(text == "n=" || parts(text).4, "{text}");
        }
        assert!(!parts("NTDLL!RtlFreeHeap").4);
    }

    #[test]
    fn prose_is_no_symbol() {
        for text in
            ["The queue grows", "Warning! Do not", "call ibmsync!READ", "!analyze", "(deferred)", "a+b"]
        {
            assert_eq!(read(text).map(|symbol| symbol.function), None, "{text}");
        }
    }
}
