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
    /// By module and function, where both are exact.
    exact: FxHashMap<String, FxHashMap<String, Standing>>,
    /// The other patterns of a module.
    by_module: FxHashMap<String, Vec<(FramePattern, Standing)>>,
    /// Functions of any module.
    by_function: FxHashMap<String, Standing>,
    /// Beginnings of functions of any module, by their first letter.
    by_letter: FxHashMap<u8, Vec<(FramePattern, Standing)>>,
    others: Vec<(FramePattern, Standing)>,
}

impl RuntimeFrames {
    /// Adds a pattern, once: a folder may hold a copy of the list that the binary carries.
    pub(super) fn add(&mut self, pattern: FramePattern, class: Standing) {
        let least = |standing: &mut Standing| *standing = class.min(*standing);
        let own = match (pattern.module.as_ref().map(Pattern::exact), pattern.function.exact()) {
            (Some(Some(module)), Some(function)) if pattern.offset.is_none() => {
                let functions = self.exact.entry(module.to_owned()).or_default();
                least(functions.entry(function.to_owned()).or_insert(class));
                return;
            }
            (Some(Some(module)), _) => self.by_module.entry(module.to_owned()).or_default(),
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
    pub(crate) fn standing(&self, frame: &FrameName) -> Standing {
        if frame.is_blank() {
            return Standing::Runtime;
        }
        let own = self.by_module.get(&frame.module).into_iter();
        let letter = frame.function.bytes().next();
        let own = own.chain(letter.and_then(|letter| self.by_letter.get(&letter)));
        own.chain([&self.others])
            .flatten()
            .filter(|(pattern, _)| pattern.holds(frame))
            .map(|(_, class)| *class)
            .chain(self.by_function.get(&frame.function).copied())
            .chain(
                self.exact.get(&frame.module).and_then(|functions| functions.get(&frame.function)).copied(),
            )
            .min()
            .unwrap_or(Standing::Own)
    }
}
