//! Stop codes, application faults, exceptions and modules.

/// A stop code with its parameters.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Bugcheck {
    /// Stop code.
    pub code: u32,
    /// Symbolic name: the canonical one where the code is known, else as printed.
    pub name: Option<String>,
    /// No parameters, or four; a placeholder that nobody filled in is `None`.
    pub parameters: Vec<Option<u64>>,
    /// Module named as the place of the stop.
    pub module: Option<String>,
    /// Failure bucket that a debugger put it in.
    pub bucket: Option<String>,
}

/// A process that failed in a module.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Fault {
    /// Process as printed.
    pub process: Option<String>,
    /// Version of the process image.
    pub process_version: Option<String>,
    /// Module as printed.
    pub module: Option<String>,
    /// Version of that module.
    pub module_version: Option<String>,
    /// Address or offset as printed: `0137:bff7b9a6`, `0x77f648e2`, `00012a3b`.
    pub address: Option<String>,
    /// What happened, in the words of the input: `invalid page fault`.
    pub description: Option<String>,
    /// Exception code.
    pub exception: Option<u32>,
    /// Failure bucket (Windows Error Reporting).
    pub bucket: Option<String>,
}

/// An exception code that stands by itself.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Exception {
    /// Exception code, an NTSTATUS mostly.
    pub code: u32,
    /// Address at which it was raised, as printed.
    pub address: Option<String>,
}

/// A loaded module or a file on disk.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Module {
    /// Name as printed.
    pub name: String,
    /// File version.
    pub version: Option<String>,
    /// Link time stamp as printed.
    pub timestamp: Option<String>,
    /// Start address, `0x` and the digits printed.
    pub base: Option<String>,
    /// End address, `0x` and the digits printed.
    pub end: Option<String>,
}
