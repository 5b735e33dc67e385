//! The one source of time. Policy: nothing in the product asks the operating system for the time; it asks a [`Clock`],
//! so that a test can set the time and every rule that depends on time can be proven.

use std::fmt;
use std::sync::{Mutex, PoisonError};

use chrono::{DateTime, SubsecRound, TimeDelta, Utc};

/// Digits kept after the second: what both databases keep (microseconds), so that a time read back equals the one
/// that was written.
const FRACTION_DIGITS: u16 = 6;

/// Tells the time.
pub trait Clock: fmt::Debug + Send + Sync {
    /// The present moment in UTC, to the microsecond.
    fn now(&self) -> DateTime<Utc>;
}

/// The operating system's clock.
#[derive(Debug, Clone, Copy, Default)]
pub struct SystemClock;

impl Clock for SystemClock {
    fn now(&self) -> DateTime<Utc> {
        Utc::now().trunc_subsecs(FRACTION_DIGITS)
    }
}

/// A clock that stands still until it is moved; for tests and for replays.
#[derive(Debug)]
pub struct ManualClock {
    now: Mutex<DateTime<Utc>>,
}

impl ManualClock {
    /// A clock standing at `start` (kept to the microsecond).
    #[must_use]
    pub fn new(start: DateTime<Utc>) -> Self {
        Self { now: Mutex::new(start.trunc_subsecs(FRACTION_DIGITS)) }
    }

    /// Sets the clock, also backwards.
    pub fn set(&self, time: DateTime<Utc>) {
        *self.now.lock().unwrap_or_else(PoisonError::into_inner) = time.trunc_subsecs(FRACTION_DIGITS);
    }

    /// Moves the clock forward by `step`; a step beyond the calendar's end leaves it where it is.
    pub fn advance(&self, step: TimeDelta) {
        let mut now = self.now.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(later) = now.checked_add_signed(step) {
            *now = later;
        }
    }
}

impl Clock for ManualClock {
    fn now(&self) -> DateTime<Utc> {
        *self.now.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_manual_clock_moves_only_when_told() {
        let start = DateTime::from_timestamp(1_700_000_000, 123_456_789).unwrap();
        let clock = ManualClock::new(start);
        assert_eq!(clock.now().timestamp_subsec_nanos(), 123_456_000);
        assert_eq!(clock.now(), clock.now());
        clock.advance(TimeDelta::seconds(90));
        assert_eq!(clock.now().timestamp(), 1_700_000_090);
        clock.set(start);
        assert_eq!(clock.now().timestamp(), 1_700_000_000);
    }

    #[test]
    fn the_system_clock_keeps_microseconds() {
        assert_eq!(SystemClock.now().timestamp_subsec_nanos() % 1_000, 0);
    }
}
