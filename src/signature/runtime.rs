//! Frames that say nothing of the component that failed, from `runtime-frames.toml`.
//!
//! The file stands beside the signatures and is data like them: a folder added with `--signatures` may hold
//! another one, which adds to the list.

use super::model::Standing;
use super::names::{FrameName, FramePattern, Pattern};
use crate::evidence::SmolStr;
use rustc_hash::FxHashMap;

/// Name of the file, in any signature folder.
pub(super) const FILE: &str = "runtime-frames.toml";

/// The frames of the runtime and of the system's libraries.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct RuntimeFrames {
    by_module: FxHashMap<SmolStr, Frames>,
    /// Functions of any module.
    by_function: FxHashMap<SmolStr, Standing>,
    /// Beginnings of functions of any module, and of modules, by their first letter.
    function_begins: Letters<Pattern>,
    module_begins: Letters<FramePattern>,
    others: Vec<(FramePattern, Standing)>,
}

/// The frames of one module.
#[derive(Debug, Clone, Default, PartialEq)]
struct Frames {
    /// By function, where that is exact.
    exact: FxHashMap<SmolStr, Standing>,
    /// Other functions.
    open: Vec<(Pattern, Standing)>,
}

impl RuntimeFrames {
    /// Adds a pattern, once: a folder may hold a copy of the list that the binary carries.
    pub(super) fn add(&mut self, pattern: FramePattern, class: Standing) {
        let FramePattern { module, function, offset } = &pattern;
        match (module.as_ref().map(|module| (module.exact(), module.first_letter())), function.first_letter())
        {
            (Some((Some(module), _)), _) if offset.is_none() => {
                let frames = self.by_module.entry(module.into()).or_default();
                match function.exact() {
                    Some(function) => least(&mut frames.exact, function, class),
                    None => once(&mut frames.open, (function.clone(), class)),
                }
            }
            (Some((_, Some(letter))), _) => once(self.module_begins.of_mut(letter), (pattern, class)),
            (None, letter) => match (function.exact(), letter) {
                (Some(function), _) => least(&mut self.by_function, function, class),
                (None, Some(letter)) => once(self.function_begins.of_mut(letter), (pattern.function, class)),
                (None, None) => once(&mut self.others, (pattern, class)),
            },
            _ => once(&mut self.others, (pattern, class)),
        }
    }

    /// How much a frame says; a row that names nothing says nothing.
    pub(crate) fn standing(&self, frame: FrameName<'_>) -> Standing {
        let FrameName { module, function, .. } = frame;
        if frame.is_blank() {
            return Standing::Runtime;
        }
        let mut least = self.by_function.get(function).copied().unwrap_or(Standing::Own);
        if let Some(own) = self.by_module.get(module) {
            least = own.exact.get(function).copied().unwrap_or(least).min(least);
            least = of_those(&own.open, least, |pattern| pattern.holds(function));
        }
        least = of_those(self.function_begins.of(function), least, |pattern| pattern.holds(function));
        least = of_those(self.module_begins.of(module), least, |pattern| pattern.holds(&frame));
        of_those(&self.others, least, |pattern| pattern.holds(&frame))
    }
}

/// The least of a standing and those of patterns that hold.
fn of_those<P>(list: &[(P, Standing)], standing: Standing, holds: impl Fn(&P) -> bool) -> Standing {
    let mut least = standing;
    for (pattern, class) in list {
        if *class < least && holds(pattern) {
            least = *class;
        }
    }
    least
}

/// Patterns by the letter that all they hold begins with.
#[derive(Debug, Clone, PartialEq)]
struct Letters<P>(Vec<Vec<(P, Standing)>>);

impl<P> Default for Letters<P> {
    fn default() -> Self {
        Letters(Vec::new())
    }
}

impl<P> Letters<P> {
    fn of(&self, name: &str) -> &[(P, Standing)] {
        let letter = name.bytes().next().map_or(0, usize::from);
        self.0.get(letter).map_or(&[], Vec::as_slice)
    }

    fn of_mut(&mut self, letter: u8) -> &mut Vec<(P, Standing)> {
        let letter = usize::from(letter);
        self.0.resize_with(self.0.len().max(letter + 1), Vec::new);
        &mut self.0[letter]
    }
}

fn least(of: &mut FxHashMap<SmolStr, Standing>, function: &str, class: Standing) {
    let standing = of.entry(function.into()).or_insert(class);
    *standing = class.min(*standing);
}

fn once<T: PartialEq>(list: &mut Vec<T>, item: T) {
    if !list.contains(&item) {
        list.push(item);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_least_of_all_that_is_said_of_a_frame_counts() {
        let mut runtime = RuntimeFrames::default();
        let list = [
            ("user32!*", Standing::System),
            ("user32!WaitMessage", Standing::Runtime),
            ("msvcr*!*", Standing::Runtime),
            ("*!memcpy", Standing::Runtime),
            ("*!memcpy", Standing::System),
            ("*!Rtl*Heap*", Standing::Runtime),
            ("*!*Alloc", Standing::System),
            ("acme+0x25", Standing::System),
        ];
        for (frame, class) in list {
            runtime.add(FramePattern::read(frame).unwrap(), class);
        }
        for (module, function, offset, expected) in [
            ("user32", "getmessage", None, Standing::System),
            ("user32", "waitmessage", None, Standing::Runtime),
            ("msvcrt", "puts", None, Standing::Runtime),
            ("store", "memcpy", None, Standing::Runtime),
            ("store", "rtlfreeheap", None, Standing::Runtime),
            ("store", "poolalloc", None, Standing::System),
            ("acme", "", Some(0x25), Standing::System),
            ("acme", "", Some(0x26), Standing::Own),
            ("store", "ecopen", None, Standing::Own),
            ("", "", None, Standing::Runtime),
        ] {
            let name = FrameName { module, function, offset };
            assert_eq!(runtime.standing(name), expected, "{name:?}");
        }
    }
}
