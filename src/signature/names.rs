//! Names as they are compared: modules, functions, and patterns over them.
//!
//! The same frame is printed as `EMSMTA!otpmralt`, `emsmta.exe!_otpmralt@12` and `EMSMTA!OTPMRALT`, the same
//! method as `?Dispatch@RPC@@QAEJXZ`, `RPC::Dispatch` and, by debuggers of the NT 4 days, `RPC__Dispatch`.

use super::undecorate::undecorate;
use crate::evidence::Frame;

/// Endings that say nothing of a module.
const EXTENSIONS: &[&str] = &["exe", "dll", "sys", "drv", "dbg"];
/// The kernel, by the names its builds go by.
const KERNELS: &[&str] = &["ntoskrnl", "ntkrnlmp", "ntkrnlpa", "ntkrpamp"];

/// A module name for comparing: no path, no extension, lower case, one name for the kernel.
pub(crate) fn module(name: &str) -> String {
    let path = trim(name);
    let file =
        memchr::memrchr2(b'\\', b'/', path.as_bytes()).and_then(|at| path.get(at + 1..)).unwrap_or(path);
    let mut key = file.to_ascii_lowercase();
    if let Some(stem) = memchr::memrchr(b'.', key.as_bytes()).filter(|stem| *stem > 0)
        && key.get(stem + 1..).is_some_and(|extension| EXTENSIONS.contains(&extension))
    {
        key.truncate(stem);
    }
    if key.starts_with("nt") && KERNELS.contains(&key.as_str()) { "nt".to_owned() } else { key }
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
    if name.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b':') {
        return name.to_ascii_lowercase();
    }
    let name = name.trim();
    let plain = match undecorate(name) {
        Some(plain) => plain,
        None => without_templates(c_name(name)),
    };
    let mut plain = plain;
    plain.retain(|char| !matches!(char, '`' | '\''));
    plain.make_ascii_lowercase();
    let scoped = plain.as_bytes().windows(2).any(|pair| pair == b"__");
    if scoped { plain.replace("__", "::") } else { plain }
}

/// The name inside `_name@12` (stdcall), `@name@8` (fastcall) and `_name`.
fn c_name(name: &str) -> &str {
    let bare = match name.rsplit_once('@') {
        Some((bare, bytes)) if !bytes.is_empty() && bytes.bytes().all(|byte| byte.is_ascii_digit()) => bare,
        _ => name,
    };
    let bare = bare.strip_prefix('@').unwrap_or(bare).trim_start_matches('_');
    if bare.is_empty() { name } else { bare }
}

/// The name without `<...>`.
fn without_templates(name: &str) -> String {
    if !name.contains('<') || name.contains("operator") || name.starts_with('<') {
        return name.to_owned();
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
    plain
}

/// Text for comparing: lower case, every run of blanks one blank.
pub(crate) fn folded(text: &str) -> String {
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
    folded
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
#[derive(Debug, Clone, PartialEq, Eq, Hash, Default)]
pub(crate) struct FrameName {
    /// Empty when the frame has none.
    pub(crate) module: String,
    /// Empty when the frame has none.
    pub(crate) function: String,
    /// Offset into the module, for a frame without function.
    pub(crate) offset: Option<u64>,
}

impl FrameName {
    pub(crate) fn of(frame: &Frame) -> Self {
        FrameName {
            module: frame.module.as_deref().map(module).unwrap_or_default(),
            function: frame.function.as_deref().map(function).unwrap_or_default(),
            offset: match frame.function {
                None => frame.offset.as_deref().and_then(address),
                Some(_) => None,
            },
        }
    }

    /// Whether the row names nothing: an address alone.
    pub(crate) fn is_blank(&self) -> bool {
        self.module.is_empty() && self.function.is_empty()
    }
}

/// A name in which `*` stands for any run of characters.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub(crate) enum Pattern {
    /// No `*` in it.
    Exact(String),
    /// The pieces between the `*`.
    Glob(Vec<String>),
}

impl Pattern {
    /// A pattern over names for comparing; the caller has brought `name` into that form.
    pub(crate) fn new(name: &str) -> Self {
        if name.contains('*') {
            Pattern::Glob(name.split('*').map(str::to_owned).collect())
        } else {
            Pattern::Exact(name.to_owned())
        }
    }

    /// A pattern over modules; `tn3servr.*` is `tn3servr`, since endings do not count.
    pub(crate) fn module(name: &str) -> Self {
        Pattern::new(&module(name.trim().strip_suffix(".*").unwrap_or(name)))
    }

    pub(crate) fn holds(&self, name: &str) -> bool {
        match self {
            Pattern::Exact(exact) => exact == name,
            Pattern::Glob(pieces) => glob(pieces, name),
        }
    }

    /// What every name begins with that it holds.
    pub(crate) fn first_letter(&self) -> Option<u8> {
        match self {
            Pattern::Exact(exact) => exact.bytes().next(),
            Pattern::Glob(pieces) => pieces.first()?.bytes().next(),
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

/// Whether the pieces stand in `name` in order, the first at its beginning and the last at its end.
fn glob(pieces: &[String], name: &str) -> bool {
    let [first, middle @ .., last] = pieces else { return false };
    // Most names begin with another letter.
    let begins = |letter: u8| name.as_bytes().first() == Some(&letter) && name.starts_with(first.as_str());
    if !first.bytes().next().is_none_or(begins) {
        return false;
    }
    let mut rest = name.get(first.len()..).unwrap_or("");
    for piece in middle {
        let Some(at) = memchr::memmem::find(rest.as_bytes(), piece.as_bytes()) else { return false };
        rest = rest.get(at + piece.len()..).unwrap_or("");
    }
    last.is_empty() || rest.ends_with(last.as_str())
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

    pub(crate) fn holds(&self, frame: &FrameName) -> bool {
        !frame.is_blank()
            && self.module.as_ref().is_none_or(|module| module.holds(&frame.module))
            && self.function.holds(&frame.function)
            && self.offset.is_none_or(|offset| frame.offset == Some(offset))
    }

    /// The names it was written with, as if it were a frame itself.
    pub(crate) fn as_name(&self) -> FrameName {
        let text = |pattern: &Pattern| match pattern {
            Pattern::Exact(exact) => exact.clone(),
            Pattern::Glob(pieces) => pieces.join("*"),
        };
        FrameName {
            module: self.module.as_ref().map(text).unwrap_or_default(),
            function: text(&self.function),
            offset: self.offset,
        }
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
        let frame = |module: &str, function: &str| FrameName {
            module: super::module(module),
            function: super::function(function),
            offset: None,
        };
        let pattern = FramePattern::read("ntdll!Rtl*Heap*").unwrap();
        assert!(pattern.holds(&frame("NTDLL.DLL", "RtlFreeHeap")));
        assert!(!pattern.holds(&frame("EXCHMEM", "RtlFreeHeap")));
        assert!(FramePattern::read("*!memcpy").unwrap().holds(&frame("store", "_memcpy")));
        assert!(FramePattern::read("System.IO.File.Open").unwrap().holds(&frame("", "System.IO.File.Open")));
        assert!(FramePattern::read("store!*").unwrap().holds(&frame("store", "")));
        assert!(Pattern::module("tn3servr.*").holds(&module("tn3servr.dbg")));
        let bare = FramePattern::read("vbscript+0x36ad").unwrap();
        assert!(bare.holds(&FrameName { offset: Some(0x36ad), ..frame("vbscript", "") }));
        assert!(!bare.holds(&FrameName { offset: Some(0x36ae), ..frame("vbscript", "") }));
        assert!(FramePattern::read("*!*").unwrap().holds(&frame("a", "b")));
        assert!(!FramePattern::read("*!*").unwrap().holds(&FrameName::default()));
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
