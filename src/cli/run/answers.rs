//! What the workers have to say about the inputs, on its way to the thread that writes it, in the order of the inputs.
//!
//! To wake a thread costs as much as to read a small ticket. So the writer is woken for many inputs at once, and looks by
//! itself after a moment; only one that has waited in vain is woken for the first.

use std::collections::VecDeque;
use std::sync::{Condvar, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

/// Inputs that workers may be ahead of what is written, and answers to one input that may wait.
const AHEAD: usize = 1024;
const WAITING: usize = 4;
/// Complete inputs that are worth waking the writer for.
pub(super) const MANY: usize = 128;

/// Answers that wait to be written.
pub(super) struct Answers<T> {
    state: Mutex<State<T>>,
    /// There is something to write.
    ready: Condvar,
    /// There is room for more.
    room: Condvar,
}

struct State<T> {
    /// What is said about the inputs that were begun and not yet written.
    inputs: VecDeque<Input<T>>,
    /// Inputs before them, and complete ones among them.
    written: usize,
    complete: usize,
    /// Workers that may begin more.
    workers: usize,
    /// Complete inputs that the writer waits for.
    wanted: usize,
    /// A worker waits for room.
    crowded: bool,
}

struct Input<T> {
    said: Vec<T>,
    complete: bool,
}

/// What there is to write.
#[derive(Debug, PartialEq)]
pub(super) enum Next<T> {
    Some(Vec<T>),
    /// Nothing yet.
    Nothing,
    /// Nothing more.
    End,
}

/// An input that is being answered.
#[derive(Debug, Clone, Copy)]
pub(super) struct Place(usize);

impl<T> Answers<T> {
    /// Answers of so many workers.
    pub(super) fn new(workers: usize) -> Self {
        let state =
            State { inputs: VecDeque::new(), written: 0, complete: 0, workers, wanted: MANY, crowded: false };
        Answers { state: Mutex::new(state), ready: Condvar::new(), room: Condvar::new() }
    }

    /// Begins the next input, once there is room for it.
    pub(super) fn begin(&self) -> Place {
        let mut state = self.with_room(|state| state.inputs.len() < AHEAD);
        state.inputs.push_back(Input { said: Vec::new(), complete: false });
        Place(state.written + state.inputs.len() - 1)
    }

    /// Says something about an input, once there is room for it.
    pub(super) fn say(&self, place: Place, said: T) {
        let mut state =
            self.with_room(|state| state.input(place).is_none_or(|input| input.said.len() < WAITING));
        if let Some(input) = state.input(place) {
            input.said.push(said);
        }
        self.wake(&state);
    }

    /// All is said about an input.
    pub(super) fn end(&self, place: Place) {
        let mut state = self.lock();
        if let Some(input) = state.input(place) {
            input.complete = true;
            state.complete += 1;
        }
        self.wake(&state);
    }

    /// A worker begins no more inputs.
    pub(super) fn done(&self) {
        let mut state = self.lock();
        state.workers -= 1;
        self.wake(&state);
    }

    /// Waits until `wanted` inputs are complete, or so long, and takes what can be written.
    pub(super) fn next(&self, wanted: usize, patience: Duration) -> Next<T> {
        let mut state = self.lock();
        state.wanted = wanted;
        let waited = self.ready.wait_timeout_while(state, patience, |state| !state.is_ready());
        let (mut state, _) = waited.unwrap_or_else(PoisonError::into_inner);
        let mut said = Vec::new();
        while state.inputs.front().is_some_and(|input| input.complete) {
            said.extend(state.inputs.pop_front().into_iter().flat_map(|input| input.said));
            state.written += 1;
            state.complete -= 1;
        }
        if let Some(input) = state.inputs.front_mut() {
            said.append(&mut input.said);
        }
        let crowded = std::mem::take(&mut state.crowded);
        let ended = state.workers == 0 && state.inputs.is_empty();
        drop(state);
        if crowded {
            self.room.notify_all();
        }
        match said.is_empty() {
            false => Next::Some(said),
            true if ended => Next::End,
            true => Next::Nothing,
        }
    }

    /// Waits until there is room.
    fn with_room(&self, mut room: impl FnMut(&mut State<T>) -> bool) -> MutexGuard<'_, State<T>> {
        let mut state = self.lock();
        while !room(&mut state) {
            state.crowded = true;
            self.wake(&state);
            state = self.room.wait(state).unwrap_or_else(PoisonError::into_inner);
        }
        state
    }

    fn wake(&self, state: &State<T>) {
        if state.is_ready() {
            self.ready.notify_one();
        }
    }

    fn lock(&self) -> MutexGuard<'_, State<T>> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl<T> State<T> {
    fn input(&mut self, Place(number): Place) -> Option<&mut Input<T>> {
        self.inputs.get_mut(number.checked_sub(self.written)?)
    }

    /// Whether there is enough to write, or nothing to wait for.
    fn is_ready(&self) -> bool {
        let Some(first) = self.inputs.front() else { return self.workers == 0 };
        let hurry = self.wanted == 1 || self.crowded || self.workers == 0;
        let many = first.complete && self.complete >= self.wanted;
        many || hurry && (first.complete || !first.said.is_empty())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::sync::Arc;

    const LONG: Duration = Duration::from_secs(60);

    #[test]
    fn answers_come_in_the_order_in_which_inputs_were_begun() {
        let answers = Answers::new(1);
        let (one, other) = (answers.begin(), answers.begin());
        answers.say(other, "c");
        answers.end(other);
        assert_eq!(answers.next(1, Duration::ZERO), Next::Nothing);
        answers.say(one, "a");
        assert_eq!(answers.next(1, LONG), Next::Some(vec!["a"]));
        answers.say(one, "b");
        answers.end(one);
        assert_eq!(answers.next(1, LONG), Next::Some(vec!["b", "c"]));
        answers.done();
        assert_eq!(answers.next(1, LONG), Next::End);
    }

    #[test]
    fn workers_wait_for_room_and_the_writer_for_them() {
        const INPUTS: usize = 3 * AHEAD;
        let answers = Arc::new(Answers::new(1));
        let worker = Arc::clone(&answers);
        let worker = std::thread::spawn(move || {
            for number in 0..INPUTS {
                let place = worker.begin();
                (0..2 * WAITING).for_each(|part| worker.say(place, (number, part)));
                worker.end(place);
            }
            worker.done();
        });
        let mut all = Vec::new();
        loop {
            match answers.next(MANY, LONG) {
                Next::Some(said) => all.extend(said),
                Next::Nothing => panic!("nobody was woken"),
                Next::End => break,
            }
        }
        worker.join().unwrap();
        let expected = (0..INPUTS).flat_map(|number| (0..2 * WAITING).map(move |part| (number, part)));
        assert!(all.into_iter().eq(expected));
    }
}
