//! Frames that say nothing of the component that failed, from `runtime-frames.toml`.
//!
//! The file stands beside the signatures and is data like them: a folder added with `--signatures` may hold
//! another one, which adds to the list.

use super::names::{FrameName, FramePattern, Pattern};
use serde::Deserialize;
use std::collections::HashMap;

/// Name of the file, in any signature folder.
pub(super) const FILE: &str = "runtime-frames.toml";

/// The list as its file has it.
#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct RuntimeFile {
    #[serde(default, rename = "frame")]
    pub(super) frames: Vec<RuntimeEntry>,
}

/// One entry of the list.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct RuntimeEntry {
    /// Frame, `*` for any run of characters.
    pub(super) frame: String,
    /// Why a crash there is not the crash of that module.
    pub(super) reason: String,
    #[serde(default)]
    pub(super) class: Standing,
}

/// How much a frame says of the component that failed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Standing {
    /// Heap, exception dispatch, waits, thread start: stands in any crash.
    #[default]
    Runtime,
    /// A library that everybody calls: tells only when no component of its own stands there.
    System,
    /// A component: what a crash is recognised by.
    #[serde(skip)]
    Own,
}

/// The frames of the runtime and of the system's libraries.
#[derive(Debug, Clone, Default)]
pub struct RuntimeFrames {
    by_module: HashMap<String, Vec<(FramePattern, Standing)>>,
    any_module: Vec<(FramePattern, Standing)>,
}

impl RuntimeFrames {
    pub(super) fn add(&mut self, pattern: FramePattern, class: Standing) {
        match pattern.module.as_ref().and_then(Pattern::exact) {
            Some(module) => self.by_module.entry(module.to_owned()).or_default().push((pattern, class)),
            None => self.any_module.push((pattern, class)),
        }
    }

    /// How much a frame says; a row that names nothing says nothing.
    pub(crate) fn standing(&self, frame: &FrameName) -> Standing {
        if frame.is_blank() {
            return Standing::Runtime;
        }
        let own = self.by_module.get(&frame.module).map_or(&[][..], Vec::as_slice);
        own.iter()
            .chain(&self.any_module)
            .filter(|(pattern, _)| pattern.holds(frame))
            .map(|(_, class)| *class)
            .min()
            .unwrap_or(Standing::Own)
    }
}
