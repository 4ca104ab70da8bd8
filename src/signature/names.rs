//! Names as they are compared: modules, functions, and patterns over them.
//!
//! The same frame is printed as `EMSMTA!otpmralt`, `emsmta.exe!_otpmralt@12` and `EMSMTA!OTPMRALT`, the same
//! method as `?Dispatch@RPC@@QAEJXZ`, `RPC::Dispatch` and, by debuggers of the NT 4 days, `RPC__Dispatch`.

use super::undecorate::undecorate;
use crate::evidence::{Frame, SmolStr};
use rustc_hash::FxHasher;
use smallvec::SmallVec;
use std::borrow::Cow;
use std::hash::Hasher as _;

/// Endings that say nothing of a module.
const EXTENSIONS: &[&str] = &["exe", "dll", "sys", "drv", "dbg"];
/// The kernel, by the names its builds go by.
const KERNELS: &[&str] = &["ntoskrnl", "ntkrnlmp", "ntkrnlpa", "ntkrpamp"];

/// A module name for comparing: no path, no extension, lower case, one name for the kernel.
pub(crate) fn module(name: &str) -> String {
    stem(name).to_ascii_lowercase()
}

/// What is compared of a module name, in the case in which it is printed.
pub(crate) fn stem(name: &str) -> &str {
    // Most names are one word.
    let stem = if kinds(name) & !SCORE == LETTER { name } else { file_stem(trim(name)) };
    let may_be_kernel = stem.starts_with(['n', 'N']);
    if may_be_kernel && KERNELS.iter().any(|kernel| stem.eq_ignore_ascii_case(kernel)) { "nt" } else { stem }
}

/// A file name without its path and an ending that says nothing.
fn file_stem(path: &str) -> &str {
    let (mut begin, mut dot) = (0, None);
    for (at, byte) in path.bytes().enumerate().rev() {
        match byte {
            b'.' if dot.is_none() => dot = Some(at),
            b'\\' | b'/' => {
                begin = at + 1;
                break;
            }
            _ => {}
        }
    }
    let ends = |dot: &usize| {
        let extension = path.get(dot + 1..).unwrap_or_default();
        *dot > begin && EXTENSIONS.iter().any(|known| extension.eq_ignore_ascii_case(known))
    };
    path.get(begin..dot.filter(ends).unwrap_or(path.len())).unwrap_or(path)
}

/// `name` without blanks around it; most names have none.
fn trim(name: &str) -> &str {
    match name.as_bytes() {
        [first, .., last] if first.is_ascii_graphic() && last.is_ascii_graphic() => name,
        _ => name.trim(),
    }
}

/// A function name for comparing: undecorated, without template arguments, lower case.
pub(crate) fn function(name: &str) -> String {
    let mut function = String::with_capacity(name.len());
    push_function(name, &mut function);
    function.make_ascii_lowercase();
    function
}

/// Appends what [`function`] makes of a name, but for its case.
fn push_function(name: &str, to: &mut String) {
    if is_plain(name) {
        return to.push_str(name);
    }
    let bare = c_name(name);
    if is_plain(bare) {
        return to.push_str(bare);
    }
    let name = name.trim();
    let mut plain = undecorate(name).map_or_else(|| without_templates(c_name(name)), Cow::Owned);
    if plain.contains(['`', '\'']) {
        plain = Cow::Owned(plain.replace(['`', '\''], ""));
    }
    if plain.as_bytes().windows(2).any(|pair| pair == b"__") {
        plain = Cow::Owned(plain.replace("__", "::"));
    }
    to.push_str(&plain);
}

/// What a byte is to a name.
const LETTER: u8 = 0;
const SCORE: u8 = 1;
const JOINT: u8 = 2;
const OTHER: u8 = 4;
const KINDS: [u8; 256] = {
    let mut kinds = [OTHER; 256];
    let mut byte = 0;
    while byte < kinds.len() {
        kinds[byte] = match byte as u8 {
            b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' => LETTER,
            b'_' => SCORE,
            b':' | b'.' | b'~' => JOINT,
            _ => OTHER,
        };
        byte += 1;
    }
    kinds
};

/// The kinds of all bytes of a name.
fn kinds(name: &str) -> u8 {
    name.bytes().fold(LETTER, |kinds, byte| kinds | KINDS[usize::from(byte)])
}

/// Whether only its case has to be folded, as of most names of functions.
fn is_plain(name: &str) -> bool {
    match kinds(name) & !JOINT {
        LETTER => true,
        SCORE => !name.starts_with('_') && !name.as_bytes().windows(2).any(|pair| pair == b"__"),
        _ => false,
    }
}

/// The name inside `_name@12` (stdcall), `@name@8` (fastcall) and `_name`.
fn c_name(name: &str) -> &str {
    let digits = name.bytes().rev().take_while(u8::is_ascii_digit).count();
    let sized = name.get(..name.len() - digits).filter(|_| digits > 0);
    let bare = sized.and_then(|sized| sized.strip_suffix('@')).unwrap_or(name);
    let bare = bare.strip_prefix('@').unwrap_or(bare);
    let scores = bare.bytes().take_while(|byte| *byte == b'_').count();
    bare.get(scores..).filter(|bare| !bare.is_empty()).unwrap_or(name)
}

/// The name without `<...>`.
fn without_templates(name: &str) -> Cow<'_, str> {
    if !name.contains('<') || name.contains("operator") || name.starts_with('<') {
        return Cow::Borrowed(name);
    }
    let mut depth = 0_usize;
    let mut plain = String::with_capacity(name.len());
    for char in name.chars() {
        match char {
            '<' => depth += 1,
            '>' => depth = depth.saturating_sub(1),
            _ if depth == 0 => plain.push(char),
            _ => {}
        }
    }
    Cow::Owned(plain)
}

/// Text for comparing: lower case, every run of blanks one blank.
pub(crate) fn folded(text: &str) -> String {
    fold(text).into_owned()
}

/// The same, without a copy of what is folded already.
pub(crate) fn fold(text: &str) -> Cow<'_, str> {
    if is_spaced(text) {
        let upper = text.bytes().any(|byte| byte.is_ascii_uppercase());
        return if upper { Cow::Owned(text.to_ascii_lowercase()) } else { Cow::Borrowed(text) };
    }
    let mut folded = String::with_capacity(text.len());
    for word in text.split_whitespace() {
        if !folded.is_empty() {
            folded.push(' ');
        }
        if word.is_ascii() {
            let begin = folded.len();
            folded.push_str(word);
            folded.get_mut(begin..).map(str::make_ascii_lowercase);
            continue;
        }
        folded.extend(word.chars().flat_map(char::to_lowercase));
    }
    Cow::Owned(folded)
}

/// Whether only its case has to be folded: it has single blanks, and nothing but ASCII between them.
fn is_spaced(text: &str) -> bool {
    let mut blank = true;
    let spaced = text.bytes().all(|byte| {
        let spaced = byte.is_ascii_graphic() || (byte == b' ' && !blank);
        blank = byte == b' ';
        spaced
    });
    spaced && !blank
}

/// A printed address as a number; of `0137:bff7b9a6` the offset.
pub(crate) fn address(text: &str) -> Option<u64> {
    let offset = text.trim().rsplit(':').next()?;
    let digits = offset.strip_prefix("0x").or_else(|| offset.strip_prefix("0X")).unwrap_or(offset);
    let mut value: Option<u64> = None;
    for byte in digits.bytes().filter(|byte| *byte != b'`') {
        let digit = char::from(byte).to_digit(16)?;
        value = Some(value.unwrap_or(0).checked_mul(16)?.checked_add(u64::from(digit))?);
    }
    value
}

/// A frame's names for comparing.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(crate) struct FrameName<'n> {
    /// Empty when the frame has none.
    pub(crate) module: &'n str,
    /// Empty when the frame has none.
    pub(crate) function: &'n str,
    /// Offset into the module, for a frame without function.
    pub(crate) offset: Option<u64>,
}

impl FrameName<'_> {
    /// Whether the row names nothing: an address alone.
    pub(crate) fn is_blank(&self) -> bool {
        self.module.is_empty() && self.function.is_empty()
    }

    /// The name in short: two that are the same have the same key.
    pub(crate) fn key(&self) -> u64 {
        keys(self.module, self.function).1
    }

    /// The same of its module.
    pub(crate) fn module_key(&self) -> u64 {
        module_key(self.module)
    }
}

/// A module for comparing in short: two that are the same have the same key.
pub(crate) fn module_key(module: &str) -> u64 {
    keys(module, "").0
}

/// The keys of a module, and of that and a function.
fn keys(module: impl AsRef<[u8]>, function: impl AsRef<[u8]>) -> (u64, u64) {
    let mut hasher = FxHasher::default();
    hasher.write(module.as_ref());
    let key = hasher.finish();
    hasher.write(function.as_ref());
    (key, hasher.finish())
}

/// Where the names of a frame stand in a text that holds those of many.
#[derive(Debug, Clone, Copy)]
pub(crate) struct NamePlace {
    begin: usize,
    function: usize,
    end: usize,
    offset: Option<u64>,
}

impl NamePlace {
    /// Appends the names of a frame, as they are compared but for their case: that is folded of all at once.
    pub(crate) fn push(frame: &Frame, names: &mut String) -> Self {
        let begin = names.len();
        if let Some(module) = &frame.module {
            names.push_str(stem(module));
        }
        let function = names.len();
        let mut offset = None;
        match &frame.function {
            Some(function) => push_function(function, names),
            None => offset = frame.offset.as_deref().and_then(address),
        }
        NamePlace { begin, function, end: names.len(), offset }
    }

    pub(crate) fn is_blank(&self) -> bool {
        self.begin == self.end
    }

    /// Whether the names that stand there are this one.
    pub(crate) fn is(&self, name: &WholeName, names: &str) -> bool {
        self.function - self.begin == name.module
            && names.get(self.begin..self.end) == Some(name.text.as_str())
    }

    /// The keys of the module and of the whole name that stand there.
    pub(crate) fn keys(&self, names: &str) -> (u64, u64) {
        let names = |from, to| names.as_bytes().get(from..to).unwrap_or_default();
        keys(names(self.begin, self.function), names(self.function, self.end))
    }

    /// The names that stand there, where their case is folded.
    pub(crate) fn of<'n>(&self, names: &'n str) -> FrameName<'n> {
        FrameName {
            module: names.get(self.begin..self.function).unwrap_or_default(),
            function: names.get(self.function..self.end).unwrap_or_default(),
            offset: self.offset,
        }
    }
}

/// A name in which `*` stands for any run of characters.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub(crate) enum Pattern {
    /// No `*` in it.
    Exact(SmolStr),
    Glob(Box<Glob>),
}

/// A pattern with a `*`.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub(crate) struct Glob {
    text: String,
    /// What stands between the `*`, in place where one looks for it, and how long all of it is.
    pieces: SmallVec<[SmolStr; 3]>,
    length: usize,
}

impl Pattern {
    /// A pattern over names for comparing; the caller has brought `name` into that form.
    pub(crate) fn new(name: &str) -> Self {
        if name.contains('*') {
            let pieces: SmallVec<[SmolStr; 3]> = name.split('*').map(SmolStr::from).collect();
            let length = pieces.iter().map(|piece| piece.len()).sum();
            Pattern::Glob(Box::new(Glob { text: name.to_owned(), pieces, length }))
        } else {
            Pattern::Exact(name.into())
        }
    }

    /// A pattern over modules; `tn3servr.*` is `tn3servr`, since endings do not count.
    pub(crate) fn module(name: &str) -> Self {
        Pattern::new(&module(name.trim().strip_suffix(".*").unwrap_or(name)))
    }

    #[inline]
    pub(crate) fn holds(&self, name: &str) -> bool {
        match self {
            Pattern::Exact(exact) => exact == name,
            Pattern::Glob(glob) => glob.holds(name),
        }
    }

    /// The same of the [`stem`] of a module, in whatever case.
    pub(crate) fn holds_stem(&self, stem: &str) -> bool {
        match self {
            Pattern::Exact(exact) => exact.eq_ignore_ascii_case(stem),
            Pattern::Glob(glob) => glob.holds(&stem.to_ascii_lowercase()),
        }
    }

    /// As it was written.
    fn text(&self) -> &str {
        match self {
            Pattern::Exact(exact) => exact,
            Pattern::Glob(glob) => &glob.text,
        }
    }

    /// What every name begins with that it holds.
    pub(crate) fn first_letter(&self) -> Option<u8> {
        self.text().bytes().next().filter(|letter| *letter != b'*')
    }

    /// The longest text that stands in every name it holds.
    pub(crate) fn longest(&self) -> &str {
        match self {
            Pattern::Exact(exact) => exact,
            Pattern::Glob(glob) => {
                glob.pieces.iter().max_by_key(|piece| piece.len()).map_or("", SmolStr::as_str)
            }
        }
    }

    /// The name, when there is only one.
    pub(crate) fn exact(&self) -> Option<&str> {
        match self {
            Pattern::Exact(exact) => Some(exact),
            Pattern::Glob(_) => None,
        }
    }
}

impl Glob {
    /// Whether the pieces stand in `name` in order, the first at its beginning and the last at its end.
    fn holds(&self, name: &str) -> bool {
        let [first, middle @ .., last] = self.pieces.as_slice() else { return false };
        if name.len() < self.length {
            return false;
        }
        // Most names begin with another letter.
        let begins =
            |letter: u8| name.as_bytes().first() == Some(&letter) && name.starts_with(first.as_str());
        if !first.bytes().next().is_none_or(begins) {
            return false;
        }
        let mut rest = name.as_bytes().get(first.len()..).unwrap_or_default();
        for piece in middle {
            let Some(at) = find(rest, piece.as_bytes()) else { return false };
            rest = rest.get(at + piece.len()..).unwrap_or_default();
        }
        rest.ends_with(last.as_bytes())
    }
}

/// Where a piece stands first. Names are too short for a search that has to be prepared.
fn find(name: &[u8], piece: &[u8]) -> Option<usize> {
    let Some(first) = piece.first() else { return Some(0) };
    name.windows(piece.len()).position(|window| window.first() == Some(first) && window == piece)
}

/// A name of a frame, in one text as those of many frames are.
#[derive(Debug, Clone)]
pub(crate) struct WholeName {
    /// Its [key](FrameName::key).
    pub(crate) key: u64,
    /// How long its module is.
    module: usize,
    text: SmolStr,
}

/// A frame of a signature: `EMSMTA!otpmralt`, `ntdll!Rtl*Heap*`, `vbscript+0x36ad`, `System.IO.File.Open`.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub(crate) struct FramePattern {
    /// `None`: any module, or none.
    pub(crate) module: Option<Pattern>,
    pub(crate) function: Pattern,
    pub(crate) offset: Option<u64>,
}

impl FramePattern {
    /// Reads a frame as signatures spell it; the error says what is wrong with it.
    pub(crate) fn read(text: &str) -> Result<Self, &'static str> {
        let text = text.trim();
        let (module_name, function_name) = match text.split_once('!') {
            Some((module, function)) => (Some(module), function),
            None => (None, text),
        };
        if let Some((bare, offset)) = function_name.rsplit_once("+0x") {
            // Offsets into functions differ with every build; those into a module without symbols are all there is.
            let offset = address(offset).ok_or("an offset is hexadecimal")?;
            if module_name.is_some() {
                return Err("a frame is Module!Function, without an offset");
            }
            let module = Some(Pattern::module(bare));
            return Ok(FramePattern { module, function: Pattern::new("*"), offset: Some(offset) });
        }
        if function_name.is_empty() || module_name.is_some_and(str::is_empty) {
            return Err("a frame is Module!Function; * stands for any name");
        }
        let module = module_name.filter(|name| *name != "*").map(Pattern::module);
        Ok(FramePattern { module, function: Pattern::new(&function(function_name)), offset: None })
    }

    pub(crate) fn holds(&self, frame: &FrameName<'_>) -> bool {
        !frame.is_blank()
            && self.function.holds(frame.function)
            && self.module.as_ref().is_none_or(|module| module.holds(frame.module))
            && self.offset.is_none_or(|offset| frame.offset == Some(offset))
    }

    /// The names it was written with, as if it were a frame itself.
    pub(crate) fn as_name(&self) -> FrameName<'_> {
        FrameName {
            module: self.module.as_ref().map(Pattern::text).unwrap_or_default(),
            function: self.function.text(),
            offset: self.offset,
        }
    }

    /// The one name that it holds, if it is one.
    pub(crate) fn whole_name(&self) -> Option<WholeName> {
        let (module, function) = (self.module.as_ref()?.exact()?, self.function.exact()?);
        let text = SmolStr::from([module, function].concat());
        self.key().filter(|_| !text.is_empty()).map(|key| WholeName { key, module: module.len(), text })
    }

    /// The [key](FrameName::key) of the one name that it holds, if it is one.
    pub(crate) fn key(&self) -> Option<u64> {
        let (module, function) = (self.module.as_ref()?.exact()?, self.function.exact()?);
        Some(FrameName { module, function, offset: None }.key())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn modules_compare_without_case_path_and_extension() {
        for name in ["EMSMTA", "emsmta.exe", r"C:\exchsrvr\bin\Emsmta.EXE"] {
            assert_eq!(module(name), "emsmta");
        }
        assert_eq!(module("System.dll"), "system");
        assert_eq!(module("mscorlib.ni.dll"), "mscorlib.ni");
        assert_eq!(module(".dll"), ".dll");
    }

    #[test]
    fn the_kernel_has_one_name() {
        for name in ["nt", "ntoskrnl.exe", "NTKRNLMP", "ntkrnlpa", "ntkrpamp.exe"] {
            assert_eq!(module(name), "nt");
        }
    }

    #[test]
    fn functions_compare_undecorated_and_without_case() {
        assert_eq!(function("?Dispatch@RPC@@QAEJXZ"), function("RPC::dispatch"));
        assert_eq!(function("_NtWaitForSingleObject@12"), function("NtWaitForSingleObject"));
        assert_eq!(function("@ExReleaseFastMutex@4"), function("ExReleaseFastMutex"));
        assert_eq!(function("__CxxThrowException@8"), function("CxxThrowException"));
        assert_eq!(function("CINETemtr__hrEmit"), function("CINETemtr::hrEmit"));
        assert_eq!(
            function("Tlist<CmnHdr>::`scalar deleting destructor'"),
            function("??_G?$Tlist@VCmnHdr@@@@QAEPAXI@Z")
        );
        assert_eq!(function("_"), "_");
        assert_eq!(function("operator<"), "operator<");
    }

    #[test]
    fn a_star_is_any_run_of_characters() {
        let pattern = Pattern::new("rtl*heap*");
        assert!(pattern.holds("rtlallocateheap") && pattern.holds("rtlheap") && !pattern.holds("rtlfree"));
        assert!(Pattern::new("*").holds("") && Pattern::new("a*").holds("a"));
        assert!(!Pattern::new("ab*ba").holds("aba"), "the pieces may not overlap");
    }

    #[test]
    fn frame_patterns() {
        let holds = |pattern: &str, module: &str, function: &str, offset| {
            let (module, function) = (super::module(module), super::function(function));
            let name = FrameName { module: &module, function: &function, offset };
            FramePattern::read(pattern).unwrap().holds(&name)
        };
        assert!(holds("ntdll!Rtl*Heap*", "NTDLL.DLL", "RtlFreeHeap", None));
        assert!(!holds("ntdll!Rtl*Heap*", "EXCHMEM", "RtlFreeHeap", None));
        assert!(holds("*!memcpy", "store", "_memcpy", None));
        assert!(holds("System.IO.File.Open", "", "System.IO.File.Open", None));
        assert!(holds("store!*", "store", "", None));
        assert!(holds("vbscript+0x36ad", "vbscript", "", Some(0x36ad)));
        assert!(!holds("vbscript+0x36ad", "vbscript", "", Some(0x36ae)));
        assert!(holds("*!*", "a", "b", None));
        assert!(!holds("*!*", "", "", None));
        let pattern = Pattern::module("TN3servr.*");
        assert!(pattern.holds(&module("tn3servr.dbg")) && pattern.holds_stem(stem("Tn3Servr.dbg")));
    }

    #[test]
    fn names_of_many_frames_stand_in_one_text() {
        let frame = |module: &str, function: Option<&str>| Frame {
            module: Some(module.into()),
            function: function.map(Into::into),
            offset: Some("0x25".into()),
            ..Frame::default()
        };
        let mut names = String::new();
        let places = [frame("NTDLL.dll", Some("_RtlFreeHeap@12")), frame("vbscript", None)]
            .map(|frame| NamePlace::push(&frame, &mut names));
        names.make_ascii_lowercase();
        let expected = [("ntdll", "rtlfreeheap", None), ("vbscript", "", Some(0x25))];
        for (place, (module, function, offset)) in places.iter().zip(expected) {
            assert_eq!(place.of(&names), FrameName { module, function, offset });
        }
    }

    #[test]
    fn frames_that_are_none_are_refused() {
        for text in ["", "EMSMTA!", "!otpmralt", "EMSMTA!otpmralt+0x25", "vbscript+0xzz"] {
            assert!(FramePattern::read(text).is_err(), "{text}");
        }
    }

    #[test]
    fn addresses_are_numbers() {
        assert_eq!(address("0137:bff7b9a6"), Some(0xbff7_b9a6));
        assert_eq!(address("0x00012a3b"), Some(0x12a3b));
        assert_eq!(address("fffff800`0262c3d0"), Some(0xffff_f800_0262_c3d0));
        assert_eq!(address("%9"), None);
    }

    #[test]
    fn text_folds() {
        assert_eq!(folded("  Failed to\r\n find  Socket "), "failed to find socket");
    }
}
