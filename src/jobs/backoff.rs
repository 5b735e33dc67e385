//! How long to wait before a failed job is tried again.

use chrono::{DateTime, TimeDelta, Utc};

/// Wait after the first failure, in seconds.
const FIRST_SECONDS: i64 = 10;
/// Longest wait, in seconds.
const LONGEST_SECONDS: i64 = 3_600;
/// Part of the wait that is spread by chance: one in this many.
const SPREAD: i64 = 5;
/// Doublings after which the longest wait is reached in any case.
const MOST_DOUBLINGS: u32 = 16;

/// The wait after `attempts` failures: doubling from 10 seconds up to an hour, and up to a fifth more, so that jobs
/// which failed together do not all come back together. The spread is taken from the microseconds of `now`.
#[must_use]
pub fn backoff(attempts: i64, now: DateTime<Utc>) -> TimeDelta {
    let doublings = u32::try_from(attempts.saturating_sub(1)).unwrap_or(0).min(MOST_DOUBLINGS);
    let whole = FIRST_SECONDS.saturating_mul(1 << doublings).min(LONGEST_SECONDS).saturating_mul(1_000);
    let chance = i64::from(now.timestamp_subsec_micros() % 1_000);
    TimeDelta::milliseconds(whole + whole / SPREAD * chance / 1_000)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn waits_grow_and_stay_bounded(attempts in -3i64..200, micros in 0u32..1_000_000) {
            let now = DateTime::from_timestamp(1_800_000_000, micros * 1_000).unwrap();
            let wait = backoff(attempts, now);
            prop_assert!(wait >= TimeDelta::seconds(10) && wait <= TimeDelta::seconds(4_320));
            prop_assert!(backoff(attempts + 1, now) >= wait);
        }
    }
}
