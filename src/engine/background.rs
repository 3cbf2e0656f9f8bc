//! Work that takes seconds to minutes: done on a thread of its own, shown as far as it has come, stopped when told to.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use super::worker::LatestWorker;

/// What the work calls with how far it is and what it has so far; it stops where the answer is no.
pub type GoOn<'a, T> = &'a mut dyn FnMut(f64, Option<&T>) -> bool;

/// A piece of work: a pure function of its task. `None` if it was stopped, or if there is nothing to compute; an error is
/// what the user reads.
pub type Work<K, T> = fn(&K, GoOn<'_, T>) -> Result<Option<T>, String>;

/// One piece of work with its latest result.
pub struct Background<K, T> {
    worker: LatestWorker<K, Answer<T>>,
    asked: Option<K>,
    stop: Arc<AtomicBool>,
    fraction: f64,
    value: Option<Arc<T>>,
    fault: Option<String>,
    finished: bool,
}

struct Answer<T> {
    fraction: f64,
    value: Option<Arc<T>>,
    fault: Option<String>,
    finished: bool,
}

/// Seconds of the first frame that may be spent waiting for work that is done at once.
const PATIENCE_SECS: f64 = 0.002;
/// Progress by less than this is not told.
const NOTICEABLE: f64 = 0.01;

impl<K, T> Background<K, T>
where
    K: Clone + PartialEq + Send + 'static,
    T: Clone + Send + Sync + 'static,
{
    /// Starts the thread, which calls `wake` when there is something new.
    pub fn new(name: &str, work: Work<K, T>, wake: impl Fn() + Send + Sync + 'static) -> Self {
        let stop = Arc::new(AtomicBool::new(false));
        let stopped = Arc::clone(&stop);
        let worker = LatestWorker::new(name, wake, move |task: K, job| {
            let mut told = -1.0;
            let mut latest: Option<Arc<T>> = None;
            let result = work(&task, &mut |fraction, value| {
                if fraction >= told + NOTICEABLE {
                    told = fraction;
                    latest = value.cloned().map(Arc::new).or(latest.take());
                    job.publish(Answer { fraction, value: latest.clone(), fault: None, finished: false });
                }
                !job.is_stale() && !stopped.load(Ordering::Relaxed)
            });
            if job.is_stale() {
                return;
            }
            let finished = !stopped.load(Ordering::Relaxed);
            let (value, fault) = match result {
                Ok(value) => (value.map(Arc::new).or(latest), None),
                Err(fault) => (None, Some(fault)),
            };
            job.publish(Answer { fraction: if finished { 1.0 } else { told.max(0.0) }, value, fault, finished });
        });
        Self { worker, asked: None, stop, fraction: 0.0, value: None, fault: None, finished: false }
    }

    /// Starts anew if `task` is not the one in hand, and takes in what there is.
    pub fn follow(&mut self, task: &K) {
        // What is there in a moment is waited for, so that small work shows no half-drawn frame; later frames wait for nothing.
        let mut patience_secs = 0.0;
        if self.asked.as_ref() != Some(task) {
            self.asked = Some(task.clone());
            self.value = None;
            self.start(task.clone());
            patience_secs = PATIENCE_SECS;
        }
        if let Some(answer) = self.worker.take_within(patience_secs) {
            self.fraction = answer.fraction;
            self.value = answer.value;
            self.fault = answer.fault;
            self.finished = answer.finished;
        }
    }

    fn start(&mut self, task: K) {
        self.stop.store(false, Ordering::Relaxed);
        (self.fraction, self.fault, self.finished) = (0.0, None, false);
        self.worker.submit(task);
    }

    /// Stops the work; what is there stays.
    pub fn stop(&mut self) {
        self.stop.store(true, Ordering::Relaxed);
    }

    /// Begins again after a stop.
    pub fn resume(&mut self) {
        if let Some(task) = self.asked.clone() {
            self.start(task);
        }
    }

    /// The task in hand, or done.
    pub fn task(&self) -> Option<&K> {
        self.asked.as_ref()
    }

    /// Forgets which task was in hand: the next one is begun even if it is the same. For work that failed for a reason
    /// that is no part of the task and is gone.
    pub fn forget(&mut self) {
        self.asked = None;
    }

    /// What there is so far.
    pub fn value(&self) -> Option<&Arc<T>> {
        self.value.as_ref()
    }

    /// Why there is nothing.
    pub fn fault(&self) -> Option<&str> {
        self.fault.as_deref()
    }

    /// How far it is, from 0 to 1.
    pub fn fraction(&self) -> f64 {
        self.fraction
    }

    /// Whether the work is under way.
    pub fn is_busy(&self) -> bool {
        self.worker.is_busy()
    }

    /// Whether it came to its end.
    pub fn is_finished(&self) -> bool {
        self.finished
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn count(to: &u64, go_on: GoOn<'_, u64>) -> Result<Option<u64>, String> {
        for i in 0..*to {
            if !go_on(i as f64 / *to as f64, Some(&i)) {
                return Ok(None);
            }
            std::thread::yield_now();
        }
        Ok(Some(*to))
    }

    fn settle(background: &mut Background<u64, u64>, task: u64) {
        background.follow(&task);
        while background.is_busy() {
            background.follow(&task);
            std::thread::yield_now();
        }
        background.follow(&task);
    }

    #[test]
    fn work_ends_is_stopped_and_resumes() {
        let mut background = Background::new("counting", count, || ());
        settle(&mut background, 50);
        assert_eq!((background.value().map(|v| **v), background.is_finished()), (Some(50), true));
        // Far more than can be done before the stop.
        background.follow(&u64::MAX);
        background.stop();
        settle(&mut background, u64::MAX);
        assert!(!background.is_finished());
        background.resume();
        assert!(background.is_busy());
        settle(&mut background, 7);
        assert_eq!((background.value().map(|v| **v), background.is_finished()), (Some(7), true));
    }
}
