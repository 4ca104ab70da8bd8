//! Chooses the decisive frames of a stack: the innermost ones of the component that failed.
//!
//! The runtime underneath stands in any crash, and the outer callers stand in other crashes of the same
//! component. In between a few frames tell one issue from the others: [`USUAL`] of them, [`MOST`] where a known
//! issue names the same ones.

use crate::evidence::{Frame, Stack};
use crate::signature::names::{FrameName, FramePattern, NamePlace};
use crate::signature::{Database, RuntimeFrames, Signature, Standing};

/// Frames of a clause: stacks that were cut or lost a frame still hold enough of them.
const USUAL: usize = 5;
/// Frames of a clause that [`USUAL`] do not tell from another one.
const MOST: usize = 6;
/// Rows of a stack that are looked at; what overflows a stack repeats itself long before.
const ROWS: usize = 1_024;

/// The frames that a stack is recognised by.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Decisive {
    /// As signatures spell them, innermost first.
    pub(super) frames: Vec<String>,
    /// Only one of them is the component's: it is never more than a possibility by itself.
    pub(super) single: bool,
}

struct Row {
    label: String,
    names: String,
    place: NamePlace,
    standing: Standing,
}

impl Row {
    fn name(&self) -> FrameName<'_> {
        self.place.of(&self.names)
    }
}

/// `None` when only the runtime stands in the stack.
pub(super) fn decisive(stack: &Stack, known: &Database, id: &str) -> Option<Decisive> {
    let with_symbol = |frame: &&Frame| frame.function.is_some();
    let frames = stack.frames.iter().take(ROWS);
    let mut rows = telling(frames.clone().filter(with_symbol), known.runtime());
    if rows.is_empty() {
        // A component without symbols: the offsets into its module are all there is.
        rows = telling(frames.filter(|frame| frame.function.is_none()), known.runtime());
    }
    let own = rows.iter().filter(|row| row.standing == Standing::Own).count();
    if own > 1 {
        rows.retain(|row| row.standing == Standing::Own);
    }
    let single = own == 1 || rows.len() == 1;
    let others = || known.signatures().filter(|other| !other.id.eq_ignore_ascii_case(id));
    rows.truncate(MOST);
    let usual = rows.get(..USUAL).unwrap_or(&rows);
    if !others().any(|other| is_twin(other, usual)) {
        rows.truncate(USUAL);
    }
    let frames: Vec<String> = rows.into_iter().map(|row| row.label).collect();
    (!frames.is_empty()).then_some(Decisive { frames, single })
}

/// The frames that are not the runtime's, each once where it repeats itself.
fn telling<'f>(frames: impl Iterator<Item = &'f Frame>, runtime: &RuntimeFrames) -> Vec<Row> {
    let mut rows: Vec<Row> = Vec::new();
    for frame in frames {
        let mut names = String::new();
        let place = NamePlace::push(frame, &mut names);
        names.make_ascii_lowercase();
        let name = place.of(&names);
        let label = label(frame);
        let standing = runtime.standing(name);
        let again = rows.last().is_some_and(|last| last.name() == name);
        let readable = FramePattern::read(&label).is_ok_and(|pattern| pattern.holds(&name));
        if standing > Standing::Runtime && readable && !again {
            rows.push(Row { label, names, place, standing });
        }
    }
    rows
}

/// A frame as signatures spell it. An offset into a module is hexadecimal there.
fn label(frame: &Frame) -> String {
    match (&frame.module, &frame.function, &frame.offset) {
        (Some(module), None, Some(offset)) if !offset.starts_with("0x") => format!("{module}+0x{offset}"),
        _ => frame.label(),
    }
}

/// Whether a stack that holds these rows holds a clause of the other signature from its innermost frame on.
fn is_twin(other: &Signature, rows: &[Row]) -> bool {
    let clauses = other.matches.iter().filter_map(|clauses| clauses.stack.as_ref());
    clauses.into_iter().any(|frames| {
        let mut patterns = frames.iter().filter_map(|frame| FramePattern::read(frame).ok());
        let holds = |(pattern, row): (FramePattern, &Row)| pattern.holds(&row.name());
        let enough = frames.len() >= rows.len().min(2);
        enough && patterns.by_ref().zip(rows).all(holds)
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::borrow::Cow;
    use std::path::Path;

    fn known(signatures: &[(&str, &str)]) -> Database {
        let mut database = Database::default();
        let runtime = "[[frame]]\nframe = \"ntdll!*\"\nreason = \"r\"\n\
                       [[frame]]\nframe = \"user32!*\"\nreason = \"r\"\nclass = \"system\"\n";
        database.add(Path::new("runtime-frames.toml"), Cow::Borrowed(runtime)).unwrap();
        for (id, stack) in signatures {
            let text = format!(
                "id = \"{id}\"\ntitle = \"t\"\nproducts = []\nstatus = \"draft\"\n[[match]]\nstack = {stack}\n"
            );
            database.add(Path::new("x.toml"), Cow::Owned(text)).unwrap();
        }
        database
    }

    fn stack(frames: &str) -> Stack {
        let frame = |label: &str| match label.split_once('!') {
            Some((module, function)) => {
                Frame { module: Some(module.into()), function: Some(function.into()), ..Frame::default() }
            }
            None => Frame {
                module: label.split_once('+').map(|(module, _)| module.into()),
                offset: label.split_once('+').map(|(_, offset)| offset.into()),
                ..Frame::default()
            },
        };
        Stack {
            dialect: "test",
            thread: None,
            faulting: false,
            frames: frames.split(' ').map(frame).collect(),
        }
    }

    fn chosen(frames: &str) -> Option<String> {
        decisive(&stack(frames), &known(&[]), "ACME-1").map(|decisive| decisive.frames.join(" "))
    }

    #[test]
    fn the_innermost_frames_of_the_component_are_decisive() {
        let frames = "ntdll!RtlFreeHeap acme!a 0x1 acme!b user32!call acme!c acme!d acme!e acme!f acme!g";
        assert_eq!(chosen(frames).as_deref(), Some("acme!a acme!b acme!c acme!d acme!e"));
    }

    #[test]
    fn the_systems_frames_tell_where_the_component_has_but_one() {
        assert_eq!(chosen("ntdll!x user32!a acme!b ntdll!c").as_deref(), Some("user32!a acme!b"));
        assert!(decisive(&stack("user32!a acme!b"), &known(&[]), "A").unwrap().single);
        assert!(!decisive(&stack("user32!a user32!b"), &known(&[]), "A").unwrap().single);
        assert_eq!(chosen("ntdll!x ntdll!y"), None);
    }

    #[test]
    fn a_repeated_frame_is_named_once() {
        assert_eq!(chosen("acme!a acme!a acme!a acme!b").as_deref(), Some("acme!a acme!b"));
    }

    #[test]
    fn offsets_into_a_module_count_where_no_frame_has_a_name() {
        assert_eq!(chosen("ntdll!x acme+0x12 acme+0x34").as_deref(), Some("acme+0x12 acme+0x34"));
        assert_eq!(chosen("acme+0x12 acme!b acme!c").as_deref(), Some("acme!b acme!c"));
    }

    #[test]
    fn a_sixth_frame_tells_two_issues_apart() {
        let database =
            known(&[("ACME-2", r#"["acme!a", "acme!b", "acme!c", "acme!d", "acme!e", "acme!x"]"#)]);
        let stack = stack("acme!a acme!b acme!c acme!d acme!e acme!f acme!g");
        assert_eq!(decisive(&stack, &database, "ACME-1").unwrap().frames.len(), 6);
        assert_eq!(decisive(&stack, &database, "acme-2").unwrap().frames.len(), 5, "not told from itself");
    }
}
