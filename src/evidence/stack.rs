//! Call stacks and their frames.

use super::SmolStr;

/// A call stack, innermost frame first.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Stack {
    /// The layout it was printed in: the name of the dialect that read it.
    pub dialect: &'static str,
    /// The thread it belongs to, as printed (`0x1aa`, `3`, `0  Id: 1234.5678`).
    pub thread: Option<String>,
    /// The input marks this thread as the one that failed: `FAULT ->` or `STACK_TEXT:` stands above the stack.
    pub faulting: bool,
    /// Frames, innermost first, as printed: nothing is dropped, repeated rows included.
    pub frames: Vec<Frame>,
}

/// One row of a call stack.
///
/// A row without a symbol is still a frame: then module and function are `None`. Short text is held in place, without memory
/// of its own.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Frame {
    /// Module as printed, case and extension kept (`EMSMTA`, `System.dll`).
    pub module: Option<SmolStr>,
    /// Function as printed, without arguments and offset; a name wrapped over lines is joined.
    pub function: Option<SmolStr>,
    /// Offset into the function or module: `0x25`, `-0x194a0`.
    pub offset: Option<SmolStr>,
    /// The return address column where the row has one, else the only address: `0x` and the digits printed.
    pub address: Option<SmolStr>,
    /// Source position.
    pub source: Option<SourceLine>,
    /// Physical line of the input on which the frame begins, 1-based.
    pub line: u32,
}

/// A source file and line as a debugger printed them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SourceLine {
    /// Path as printed.
    pub file: SmolStr,
    /// Line in that file, 1-based.
    pub line: u32,
}

impl Frame {
    /// The frame as people write it: `EMSMTA!otpmralt`, `vbscript+0x36ad`, `0x77e52236`.
    pub fn label(&self) -> String {
        match (&self.module, &self.function, &self.offset) {
            (Some(module), Some(function), _) => [module, "!", function].concat(),
            (None, Some(function), _) => function.to_string(),
            (Some(module), None, Some(offset)) => [module, "+", offset].concat(),
            (Some(module), None, None) => module.to_string(),
            (None, None, _) => self.address.as_deref().unwrap_or("?").to_owned(),
        }
    }
}
