//! Call stacks, in every layout they are printed in.

pub(crate) mod bare;
pub(crate) mod bare_row;
pub(crate) mod clrstack;
pub(crate) mod debugger;
pub(crate) mod header;
pub(crate) mod heading;
pub(crate) mod joined;
pub(crate) mod managed;
pub(crate) mod managed_frame;
pub(crate) mod row_body;
pub(crate) mod row_start;
pub(crate) mod rows;
pub(crate) mod symbol;
pub(crate) mod tail;
pub(crate) mod thread;
pub(crate) mod tool;
pub(crate) mod visual_studio;

use crate::evidence::Frame;

/// As many rows as most stacks have.
const FEW_ROWS: usize = 16;

/// Adds a row to a stack; with the first comes room for the others.
#[inline(always)]
fn push(frames: &mut Vec<Frame>, frame: Frame) {
    if frames.is_empty() {
        frames.reserve(FEW_ROWS);
    }
    frames.push(frame);
}
