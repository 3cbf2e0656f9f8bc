//! A thread that always works on the latest request: what keeps a window answering while something is computed.
//!
//! A request that has not been started when the next one comes is dropped. A result may be published before the work is
//! done (a preview), and each result replaces the one before it.

use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

/// A thread with one slot for its request and one for its result.
pub struct LatestWorker<Request, Output> {
    shared: Arc<Shared<Request, Output>>,
}

struct Shared<Request, Output> {
    slots: Mutex<Slots<Request, Output>>,
    changed: Condvar,
    wake: Box<dyn Fn() + Send + Sync>,
}

struct Slots<Request, Output> {
    request: Option<Request>,
    output: Option<Output>,
    working: bool,
    closed: bool,
}

/// What a piece of work knows of the outside.
pub struct Job<'a, Request, Output> {
    shared: &'a Shared<Request, Output>,
    started: Instant,
}

impl<Request: Send + 'static, Output: Send + 'static> LatestWorker<Request, Output> {
    /// Starts a thread called `name` that calls `work` for the latest request, again and again, and `wake` after every
    /// result.
    pub fn new(
        name: &str,
        wake: impl Fn() + Send + Sync + 'static,
        mut work: impl FnMut(Request, &Job<'_, Request, Output>) + Send + 'static,
    ) -> Self {
        let slots = Slots { request: None, output: None, working: false, closed: false };
        let shared = Arc::new(Shared { slots: Mutex::new(slots), changed: Condvar::new(), wake: Box::new(wake) });
        let inside = Arc::clone(&shared);
        let spawned = std::thread::Builder::new().name(name.to_owned()).spawn(move || {
            while let Some(request) = inside.next_request() {
                let rest = Rest(&inside);
                work(request, &Job { shared: &inside, started: now() });
                drop(rest);
            }
        });
        if let Err(error) = spawned {
            tracing::error!("the system gave no thread for {name}: {error}");
            shared.lock().closed = true;
        }
        Self { shared }
    }

    /// Asks for `request` in place of any that has not been started.
    pub fn submit(&self, request: Request) {
        let mut slots = self.shared.lock();
        if !slots.closed {
            slots.request = Some(request);
            drop(slots);
            self.shared.changed.notify_all();
        }
    }

    /// The latest result, if there is one that has not been taken.
    pub fn take(&self) -> Option<Output> {
        self.shared.lock().output.take()
    }

    /// The latest result, waiting for it up to `patience_secs` while work is under way.
    pub fn take_within(&self, patience_secs: f64) -> Option<Output> {
        let patience = Duration::from_secs_f64(patience_secs.clamp(0.0, 60.0));
        let waiting = |slots: &mut Slots<Request, Output>| slots.output.is_none() && slots.is_busy();
        let guard = self.shared.lock();
        let (mut slots, _) =
            self.shared.changed.wait_timeout_while(guard, patience, waiting).unwrap_or_else(PoisonError::into_inner);
        slots.output.take()
    }

    /// Whether a request is waiting or being worked on.
    pub fn is_busy(&self) -> bool {
        self.shared.lock().is_busy()
    }
}

impl<Request, Output> Drop for LatestWorker<Request, Output> {
    /// Tells the thread to end. It does so after the work in hand, which nobody waits for.
    fn drop(&mut self) {
        self.shared.lock().closed = true;
        self.shared.changed.notify_all();
    }
}

impl<Request, Output> Slots<Request, Output> {
    fn is_busy(&self) -> bool {
        !self.closed && (self.request.is_some() || self.working)
    }
}

impl<Request, Output> Shared<Request, Output> {
    /// The slots stay usable after a panic: each of them is replaced as a whole.
    fn lock(&self) -> MutexGuard<'_, Slots<Request, Output>> {
        self.slots.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Waits for a request; `None` once the worker is dropped.
    fn next_request(&self) -> Option<Request> {
        let waiting = |slots: &mut Slots<Request, Output>| slots.request.is_none() && !slots.closed;
        let mut slots = self.changed.wait_while(self.lock(), waiting).unwrap_or_else(PoisonError::into_inner);
        if slots.closed {
            return None;
        }
        slots.working = true;
        slots.request.take()
    }
}

/// Notes the end of a piece of work, also if it panicked.
struct Rest<'a, Request, Output>(&'a Shared<Request, Output>);

impl<Request, Output> Drop for Rest<'_, Request, Output> {
    fn drop(&mut self) {
        let mut slots = self.0.lock();
        slots.working = false;
        // A panic ends the thread: nobody would answer another request.
        slots.closed |= std::thread::panicking();
        drop(slots);
        self.0.changed.notify_all();
        (self.0.wake)();
    }
}

impl<Request, Output> Job<'_, Request, Output> {
    /// Whether the work in hand has been overtaken by a newer request or is no longer wanted at all.
    pub fn is_stale(&self) -> bool {
        let slots = self.shared.lock();
        slots.closed || slots.request.is_some()
    }

    /// Puts `output` in the place of the latest result.
    pub fn publish(&self, output: Output) {
        self.shared.lock().output = Some(output);
        self.shared.changed.notify_all();
        (self.shared.wake)();
    }

    /// Seconds since the work in hand was begun.
    pub fn elapsed_secs(&self) -> f64 {
        now().duration_since(self.started).as_secs_f64()
    }
}

/// The result of `work` and the seconds it took.
pub fn timed<T>(work: impl FnOnce() -> T) -> (T, f64) {
    let started = now();
    let result = work();
    (result, now().duration_since(started).as_secs_f64())
}

#[expect(clippy::disallowed_methods, reason = "engine timing: how long work took, never what it computes")]
fn now() -> Instant {
    Instant::now()
}

#[cfg(test)]
mod tests {
    use std::sync::mpsc;

    use super::*;

    /// Long enough that a test only waits for it when something is broken.
    const FOREVER_SECS: f64 = 30.0;

    #[test]
    fn requests_overtaken_before_they_start_are_dropped() {
        let (started, wait_started) = mpsc::channel();
        let (go, wait_go) = mpsc::channel::<()>();
        let worker = LatestWorker::new(
            "test",
            || (),
            move |request: u32, job: &Job<'_, u32, u32>| {
                started.send(request).unwrap();
                wait_go.recv().unwrap();
                job.publish(request * 10);
            },
        );
        worker.submit(1);
        assert_eq!(wait_started.recv().unwrap(), 1);
        worker.submit(2);
        worker.submit(3);
        assert!(worker.is_busy());
        go.send(()).unwrap();
        assert_eq!(wait_started.recv().unwrap(), 3, "request 2 was overtaken");
        go.send(()).unwrap();
        while worker.is_busy() {
            std::thread::yield_now();
        }
        assert_eq!(worker.take(), Some(30));
        assert_eq!(worker.take(), None);
    }

    #[test]
    fn work_in_hand_learns_that_it_is_stale() {
        let (started, wait_started) = mpsc::channel();
        let worker = LatestWorker::new(
            "test",
            || (),
            move |request: u32, job: &Job<'_, u32, u32>| {
                started.send(()).unwrap();
                while request == 1 && !job.is_stale() {
                    std::thread::yield_now();
                }
                if request == 2 {
                    job.publish(request);
                }
            },
        );
        worker.submit(1);
        wait_started.recv().unwrap();
        worker.submit(2);
        assert_eq!(worker.take_within(FOREVER_SECS), Some(2));
    }

    #[test]
    fn a_preview_can_be_taken_while_the_work_goes_on() {
        let (go, wait_go) = mpsc::channel::<()>();
        let worker = LatestWorker::new(
            "test",
            || (),
            move |(): (), job: &Job<'_, (), &str>| {
                job.publish("preview");
                wait_go.recv().unwrap();
                job.publish("final");
            },
        );
        worker.submit(());
        assert_eq!(worker.take_within(FOREVER_SECS), Some("preview"));
        assert!(worker.is_busy());
        assert_eq!(worker.take_within(0.0), None);
        go.send(()).unwrap();
        assert_eq!(worker.take_within(FOREVER_SECS), Some("final"));
    }

    #[test]
    fn a_panic_in_the_work_leaves_the_worker_idle() {
        let worker = LatestWorker::new("test", || (), |(): (), _: &Job<'_, (), ()>| panic!("planted"));
        worker.submit(());
        assert_eq!(worker.take_within(FOREVER_SECS), None);
        assert!(!worker.is_busy());
    }
}
