//! How much work goes into one submission: enough to keep the device busy, never so much that it stalls the window or,
//! after seconds, loses the device.

use std::time::Duration;

/// What a submission should take; the limit is 50 ms.
const TARGET: Duration = Duration::from_millis(20);
const LEAST: u64 = 1 << 16;
const MOST: u64 = 1 << 36;

/// Work per submission, learned from how long earlier submissions of the same kernel took.
#[derive(Debug, Clone, Copy)]
pub(super) struct Pace {
    budget: u64,
}

impl Pace {
    /// A first guess that the slowest device finishes in time.
    pub(super) fn new() -> Self {
        Self { budget: 1 << 19 }
    }

    /// Units of work that fit into one submission.
    pub(super) fn budget(&self) -> u64 {
        self.budget
    }

    /// Learns that `work` units took `elapsed`.
    pub(super) fn observe(&mut self, work: u64, elapsed: Duration) {
        let fitting = work as f64 * TARGET.as_secs_f64() / elapsed.as_secs_f64().max(1e-6);
        let fitting = (fitting as u64).clamp(self.budget / 4, self.budget.saturating_mul(4));
        // A submission much smaller than the budget says nothing of what a full one would take, unless it was slow itself.
        if elapsed > TARGET || work >= self.budget / 2 {
            self.budget = fitting.clamp(LEAST, MOST);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn settles_at_the_target() {
        let mut pace = Pace::new();
        for _ in 0..30 {
            let work = pace.budget();
            pace.observe(work, Duration::from_secs_f64(work as f64 / 1e9));
        }
        let seconds = pace.budget() as f64 / 1e9;
        assert!((seconds / TARGET.as_secs_f64() - 1.0).abs() < 0.01, "{seconds}");
    }

    #[test]
    fn small_submissions_change_the_budget_only_if_slow() {
        let mut pace = Pace::new();
        let before = pace.budget();
        pace.observe(1, Duration::from_nanos(1));
        pace.observe(100, Duration::from_millis(1));
        assert_eq!(pace.budget(), before);
        pace.observe(before, Duration::from_secs(1));
        assert_eq!(pace.budget(), before / 4);
    }
}
