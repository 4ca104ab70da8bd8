//! Frames that say nothing of the component that failed, from `runtime-frames.toml`.
//!
//! The file stands beside the signatures and is data like them: a folder added with `--signatures` may hold
//! another one, which adds to the list.

use super::model::Standing;
use super::names::{FrameName, FramePattern, Pattern};
use rustc_hash::FxHashMap;

/// Name of the file, in any signature folder.
pub(super) const FILE: &str = "runtime-frames.toml";

/// The frames of the runtime and of the system's libraries.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct RuntimeFrames {
    by_module: FxHashMap<String, Frames>,
    /// Functions of any module.
    by_function: FxHashMap<String, Standing>,
    /// Beginnings of functions of any module, by their first letter.
    by_letter: FxHashMap<u8, Vec<(FramePattern, Standing)>>,
    others: Vec<(FramePattern, Standing)>,
}

/// The frames of one module.
#[derive(Debug, Clone, Default, PartialEq)]
struct Frames {
    /// By function, where that is exact.
    exact: FxHashMap<String, Standing>,
    others: Vec<(FramePattern, Standing)>,
}

impl RuntimeFrames {
    /// Adds a pattern, once: a folder may hold a copy of the list that the binary carries.
    pub(super) fn add(&mut self, pattern: FramePattern, class: Standing) {
        let least = |standing: &mut Standing| *standing = class.min(*standing);
        let own = match (pattern.module.as_ref().map(Pattern::exact), pattern.function.exact()) {
            (Some(Some(module)), Some(function)) if pattern.offset.is_none() => {
                let frames = self.by_module.entry(module.to_owned()).or_default();
                least(frames.exact.entry(function.to_owned()).or_insert(class));
                return;
            }
            (Some(Some(module)), _) => &mut self.by_module.entry(module.to_owned()).or_default().others,
            (None, Some(function)) => {
                least(self.by_function.entry(function.to_owned()).or_insert(class));
                return;
            }
            (None, None) => match pattern.function.first_letter() {
                Some(letter) => self.by_letter.entry(letter).or_default(),
                None => &mut self.others,
            },
            _ => &mut self.others,
        };
        if !own.contains(&(pattern.clone(), class)) {
            own.push((pattern, class));
        }
    }

    /// How much a frame says; a row that names nothing says nothing.
    pub(crate) fn standing(&self, frame: FrameName<'_>) -> Standing {
        if frame.is_blank() {
            return Standing::Runtime;
        }
        let own = self.by_module.get(frame.module);
        let letter = frame.function.bytes().next().and_then(|letter| self.by_letter.get(&letter));
        let patterns = [own.map(|own| &own.others), letter, Some(&self.others)].into_iter().flatten().flatten();
        let patterns = patterns.filter(|(pattern, _)| pattern.holds(&frame)).map(|(_, class)| class);
        let exact = [own.and_then(|own| own.exact.get(frame.function)), self.by_function.get(frame.function)];
        patterns.chain(exact.into_iter().flatten()).min().copied().unwrap_or(Standing::Own)
    }
}
