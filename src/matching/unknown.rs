//! Says in a few words what a crash is that nothing known explains.

use super::clauses::{exception_text, fault_text};
use super::stack::top;
use crate::evidence::{Bugcheck, Evidence, Frame, Kind, Stack, bugcheck_name};
use crate::signature::RuntimeFrames;

/// A crash in a few words, and what names it best.
pub(super) struct Summary {
    /// `9 frames, top EMSMTA!foo`
    pub(super) text: String,
    /// `EMSMTA!foo`
    pub(super) top: Option<String>,
}

/// Sums up the pieces of one incident.
pub(super) fn summary(pieces: &[&Evidence], runtime: &RuntimeFrames) -> Summary {
    let mut parts = Vec::new();
    let mut tops = Vec::new();
    let stop = pieces.iter().find_map(|piece| match &piece.kind {
        Kind::Bugcheck(stop) => Some(stop),
        _ => None,
    });
    if let Some(stop) = stop {
        parts.push(stop_text(stop));
    }
    if let Some(stack) = faulting_stack(pieces) {
        let label = top(stack, runtime).map(Frame::label);
        let frames = stack.frames.len();
        let named = label.as_deref().map(|label| format!(", top {label}")).unwrap_or_default();
        parts.push(format!("{frames} frame{}{named}", if frames == 1 { "" } else { "s" }));
        tops.extend(label);
    }
    if parts.is_empty() {
        let other = pieces.iter().find_map(|piece| match &piece.kind {
            Kind::Fault(fault) => Some((format!("fault: {}", fault_text(fault)), fault.module.clone())),
            _ => None,
        });
        let other = other.or_else(|| {
            pieces.iter().find_map(|piece| match &piece.kind {
                Kind::Exception(raised) => Some((
                    format!("exception {}", exception_text(raised.code, raised.address.as_deref())),
                    None,
                )),
                Kind::Event(event) if event.reports_crash() => {
                    let source = event.source.as_deref().unwrap_or("");
                    Some((format!("event {} {source}", event.id), None))
                }
                _ => None,
            })
        });
        if let Some((text, module)) = other {
            tops.push(module.unwrap_or_else(|| text.clone()));
            parts.push(text);
        }
    }
    tops.extend(stop.map(stop_text));
    Summary { text: parts.join(", "), top: tops.into_iter().next() }
}

/// `stop 0x0000000a IRQL_NOT_LESS_OR_EQUAL`
pub(super) fn stop_text(stop: &Bugcheck) -> String {
    let name = bugcheck_name(stop.code).or(stop.name.as_deref());
    let module = stop.module.as_deref().map(|module| format!(" in {module}")).unwrap_or_default();
    match name {
        Some(name) => format!("stop 0x{:08x} {name}{module}", stop.code),
        None => format!("stop 0x{:08x}{module}", stop.code),
    }
}

/// The stack that failed: the one the input marks, else of several threads the one that begins soonest after a fault or
/// exception, else the first.
pub(super) fn faulting_stack<'e>(pieces: &[&'e Evidence]) -> Option<&'e Stack> {
    let mut raised: Option<u32> = None;
    let mut nearest: Option<(u32, &Stack)> = None;
    for piece in pieces {
        let (first, last) = piece.place.lines;
        match &piece.kind {
            Kind::Fault(_) | Kind::Exception(_) => raised = Some(last),
            Kind::Stack(stack) if stack.faulting => return Some(stack),
            Kind::Stack(stack) => {
                let distance = raised.map_or(u32::MAX, |line| first.saturating_sub(line));
                if nearest.is_none_or(|(best, _)| distance < best) {
                    nearest = Some((distance, stack));
                }
            }
            _ => {}
        }
    }
    nearest.map(|(_, stack)| stack)
}
