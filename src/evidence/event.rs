//! Event-log entries.

/// An event-log entry, or the mention of one in prose.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Event {
    /// Event id as Event Viewer shows it (the low word of the full identifier).
    pub id: u32,
    /// Source (provider) as printed.
    pub source: Option<String>,
    /// Message, blanks and line breaks collapsed to one blank.
    pub message: Option<String>,
    /// Log: `System`, `Application`, ...
    pub log: Option<String>,
    /// Level or type as printed: `Error`, `Warning`, ...
    pub level: Option<String>,
    /// Date and time as printed.
    pub time: Option<String>,
    /// Computer as printed.
    pub computer: Option<String>,
    /// Prose names the event ("event 9405 is logged"); nobody pasted the entry itself.
    pub mention: bool,
}

/// Events that by themselves report a crash or hang: source in lower case, id.
const CRASH_EVENTS: &[(&str, u32)] = &[
    ("application error", 1000),
    ("application error", 1001),
    ("windows error reporting", 1001),
    ("application hang", 1002),
    (".net runtime", 1026),
    ("drwatson", 4097),
    ("bugcheck", 1001),
    ("microsoft-windows-wer-systemerrorreporting", 1001),
    ("save dump", 1001),
];

impl Event {
    /// Whether this is one of the entries that Windows writes when a program or the system has crashed or hung.
    pub fn reports_crash(&self) -> bool {
        let Some(source) = &self.source else { return false };
        !self.mention
            && CRASH_EVENTS.iter().any(|(name, id)| *id == self.id && source.eq_ignore_ascii_case(name))
    }
}
