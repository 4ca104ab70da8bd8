//! Threads that share the pieces of large inputs.
//!
//! A task computes something and waits for nothing, so whoever waits for one can do others meanwhile: there is no deadlock
//! and no idle core as long as there is a task. While every thread reads an input of its own, each does its own tasks at
//! once: what was just read is still in its core's cache.

use std::collections::VecDeque;
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};

type Task = Box<dyn FnOnce() + Send>;

/// Tasks that wait for a thread.
pub(super) struct Pool {
    /// Sources of tasks: threads that help when they bring none any more.
    sources: usize,
    waiting: Mutex<Waiting>,
    changed: Condvar,
}

#[derive(Default)]
struct Waiting {
    tasks: VecDeque<Task>,
    /// Sources that may still bring tasks.
    open: usize,
}

/// The result of a task, once it is there.
pub(super) struct Pending<T>(Arc<Mutex<Option<T>>>);

impl<T> Pending<T> {
    /// Whether it is there.
    pub(super) fn is_done(&self) -> bool {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).is_some()
    }
}

impl Pool {
    /// A pool that gets tasks from so many sources; each says when it is [`done`](Pool::done).
    pub(super) fn new(sources: usize) -> Self {
        let waiting = Waiting { tasks: VecDeque::new(), open: sources };
        Pool { sources, waiting: Mutex::new(waiting), changed: Condvar::new() }
    }

    /// Lets some thread compute `work`; this one, if no other helps.
    pub(super) fn submit<T: Send + 'static>(
        self: &Arc<Self>,
        work: impl FnOnce() -> T + Send + 'static,
    ) -> Pending<T> {
        if self.lock().open == self.sources {
            return Pending(Arc::new(Mutex::new(Some(work()))));
        }
        let result = Arc::new(Mutex::new(None));
        let (pool, to) = (Arc::clone(self), Arc::clone(&result));
        let task = move || {
            let done = work();
            *to.lock().unwrap_or_else(PoisonError::into_inner) = Some(done);
            // Under the lock, or whoever looks right now would miss it.
            drop(pool.lock());
            pool.changed.notify_all();
        };
        self.lock().tasks.push_back(Box::new(task));
        self.changed.notify_all();
        Pending(result)
    }

    /// The result of a task; does others until it is there.
    pub(super) fn finish<T>(&self, pending: Pending<T>) -> T {
        let take = || pending.0.lock().unwrap_or_else(PoisonError::into_inner).take();
        let mut waiting = self.lock();
        loop {
            if let Some(result) = take() {
                return result;
            }
            waiting = self.step(waiting);
        }
    }

    /// Does tasks until all sources are done.
    pub(super) fn help(&self) {
        let mut waiting = self.lock();
        while waiting.open > 0 || !waiting.tasks.is_empty() {
            waiting = self.step(waiting);
        }
    }

    /// A source brings no more tasks.
    pub(super) fn done(&self) {
        self.lock().open -= 1;
        self.changed.notify_all();
    }

    /// Does a task, or waits until something has changed.
    fn step<'w>(&'w self, mut waiting: MutexGuard<'w, Waiting>) -> MutexGuard<'w, Waiting> {
        match waiting.tasks.pop_front() {
            Some(task) => {
                drop(waiting);
                task();
                self.lock()
            }
            None => self.changed.wait(waiting).unwrap_or_else(PoisonError::into_inner),
        }
    }

    fn lock(&self) -> MutexGuard<'_, Waiting> {
        self.waiting.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn results_come_in_the_order_asked_for_on_any_number_of_threads() {
        for threads in [0, 1, 7] {
            let pool = Arc::new(Pool::new(1 + threads));
            let helpers: Vec<_> = (0..threads)
                .map(|_| {
                    pool.done();
                    let pool = Arc::clone(&pool);
                    std::thread::spawn(move || pool.help())
                })
                .collect();
            let pending: Vec<_> = (0..200_u32).map(|number| pool.submit(move || number * 2)).collect();
            let results: Vec<u32> = pending.into_iter().map(|pending| pool.finish(pending)).collect();
            assert_eq!(results, (0..200).map(|number| number * 2).collect::<Vec<_>>());
            pool.done();
            helpers.into_iter().for_each(|helper| helper.join().unwrap());
        }
    }
}
