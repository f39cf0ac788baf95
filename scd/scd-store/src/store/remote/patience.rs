//! How long a shared cache may keep a run waiting, and that it is let be after the first failure.

use std::sync::OnceLock;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};

/// Below so many bytes in a second a service is of no use: making results is faster.
const BYTES_PER_SECOND: u64 = 1 << 20;

/// So long may all answers of a run take together, beyond the time that their bytes take.
const GRACE: Duration = Duration::from_secs(10);

/// The patience of one run.
#[derive(Debug)]
pub(super) struct Patience {
    answer_within: Duration,
    waited: AtomicU64,
    moved: AtomicU64,
    round_trips: AtomicU64,
    /// What was wrong, the first time.
    trouble: OnceLock<String>,
}

impl Patience {
    pub(super) fn new(answer_within: Duration) -> Patience {
        Patience {
            answer_within,
            waited: AtomicU64::new(0),
            moved: AtomicU64::new(0),
            round_trips: AtomicU64::new(0),
            trouble: OnceLock::new(),
        }
    }

    /// What was wrong; the service is not asked any more then.
    pub(super) fn trouble(&self) -> Option<&str> {
        self.trouble.get().map(String::as_str)
    }

    /// How often the service was asked.
    pub(super) fn round_trips(&self) -> u64 {
        self.round_trips.load(Ordering::Relaxed)
    }

    /// Asks the service for something of about `size` bytes. None where that has failed, or it has failed before.
    pub(super) fn ask<T>(
        &self,
        size: u64,
        question: impl FnOnce(Duration) -> Result<T, String>,
    ) -> Option<T> {
        if self.trouble.get().is_some() {
            return None;
        }
        let within = self.answer_within + time_for(size);
        let begun = Instant::now();
        self.round_trips.fetch_add(1, Ordering::Relaxed);
        let answer = question(within);
        let waited = u64::try_from(begun.elapsed().as_micros()).unwrap_or(u64::MAX);
        let waited = waited.saturating_add(self.waited.fetch_add(waited, Ordering::Relaxed));
        let moved = size.saturating_add(self.moved.fetch_add(size, Ordering::Relaxed));
        match answer {
            Ok(answer) => {
                if Duration::from_micros(waited) > GRACE + time_for(moved) {
                    self.give_up("it is too slow to be of use".to_owned());
                }
                Some(answer)
            }
            Err(reason) => {
                self.give_up(reason);
                None
            }
        }
    }

    /// Asks the service nothing any more, for this reason.
    pub(super) fn give_up(&self, reason: String) {
        // Only the first reason is told.
        let _ = self.trouble.set(reason);
    }
}

/// How long so many bytes may take.
pub(super) fn time_for(bytes: u64) -> Duration {
    Duration::from_millis(bytes.saturating_mul(1000) / BYTES_PER_SECOND)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn after_one_failure_nobody_is_asked_again() {
        let patience = Patience::new(Duration::from_secs(3));
        assert_eq!(patience.ask(1 << 21, Ok), Some(Duration::from_secs(5)));
        let failed: Option<()> = patience.ask(0, |_| Err("it is down".to_owned()));
        assert_eq!((failed, patience.trouble()), (None, Some("it is down")));
        assert_eq!(patience.ask(0, Ok), None);
        assert_eq!(patience.round_trips(), 2);
    }
}
