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
    by_letter: Vec<Vec<(Pattern, Standing)>>,
    others: Vec<(FramePattern, Standing)>,
}

/// The frames of one module.
#[derive(Debug, Clone, Default, PartialEq)]
struct Frames {
    /// By function, where that is exact.
    exact: FxHashMap<String, Standing>,
    /// Other functions.
    open: Vec<(Pattern, Standing)>,
}

impl RuntimeFrames {
    /// Adds a pattern, once: a folder may hold a copy of the list that the binary carries.
    pub(super) fn add(&mut self, pattern: FramePattern, class: Standing) {
        let FramePattern { module, function, offset } = &pattern;
        let open = match (module.as_ref().map(Pattern::exact), offset) {
            (Some(Some(module)), None) => {
                let frames = self.by_module.entry(module.to_owned()).or_default();
                match function.exact() {
                    Some(function) => return least(&mut frames.exact, function, class),
                    None => &mut frames.open,
                }
            }
            (None, None) => match (function.exact(), function.first_letter()) {
                (Some(function), _) => return least(&mut self.by_function, function, class),
                (None, Some(letter)) => {
                    let letter = usize::from(letter);
                    self.by_letter.resize_with(self.by_letter.len().max(letter + 1), Vec::new);
                    &mut self.by_letter[letter]
                }
                (None, None) => return once(&mut self.others, (pattern, class)),
            },
            _ => return once(&mut self.others, (pattern, class)),
        };
        once(open, (pattern.function, class));
    }

    /// How much a frame says; a row that names nothing says nothing.
    pub(crate) fn standing(&self, frame: FrameName<'_>) -> Standing {
        if frame.is_blank() {
            return Standing::Runtime;
        }
        let FrameName { module, function, .. } = frame;
        let own = self.by_module.get(module);
        let letter = function.bytes().next().and_then(|letter| self.by_letter.get(usize::from(letter)));
        let open = own.map(|own| &own.open).into_iter().chain(letter).flatten();
        let open = open.filter(|(pattern, _)| pattern.holds(function)).map(|(_, class)| *class);
        let exact = own.and_then(|own| own.exact.get(function)).copied();
        let exact = exact.into_iter().chain(self.by_function.get(function).copied());
        let others = self.others.iter().filter(|(pattern, _)| pattern.holds(&frame)).map(|(_, class)| *class);
        open.chain(exact).chain(others).min().unwrap_or(Standing::Own)
    }
}

fn least(of: &mut FxHashMap<String, Standing>, function: &str, class: Standing) {
    let standing = of.entry(function.to_owned()).or_insert(class);
    *standing = class.min(*standing);
}

fn once<T: PartialEq>(list: &mut Vec<T>, item: T) {
    if !list.contains(&item) {
        list.push(item);
    }
}
