//! Timing one kind of work many times, and what is said of the times.

use std::time::{Duration, Instant};

/// Times in milliseconds, shortest first.
#[derive(Debug, Clone, Default)]
pub struct Times(Vec<f64>);

/// How often and how long one kind of work is timed.
#[derive(Debug, Clone, Copy)]
pub struct Effort {
    /// Repetitions that are not counted.
    pub warm_up: usize,
    /// Repetitions that are.
    pub most: usize,
    /// No repetition begins after this time.
    pub time: Duration,
}

impl Times {
    /// Times the work; always at least once.
    pub fn of(effort: Effort, mut work: impl FnMut()) -> Self {
        for _ in 0..effort.warm_up {
            work();
        }
        let begun = Instant::now();
        let mut times = Vec::new();
        while times.is_empty() || (times.len() < effort.most && begun.elapsed() < effort.time) {
            let start = Instant::now();
            work();
            times.push(start.elapsed().as_secs_f64() * 1000.0);
        }
        Self::from(times)
    }

    /// How many there are.
    pub fn count(&self) -> usize {
        self.0.len()
    }

    /// Nearest rank: the shortest time that at least this many per cent of all do not exceed.
    pub fn percentile(&self, per_cent: f64) -> f64 {
        let rank = (per_cent / 100.0 * self.0.len() as f64).ceil() as usize;
        self.0.get(rank.clamp(1, self.0.len().max(1)) - 1).copied().unwrap_or(f64::NAN)
    }

    /// Repetitions a second, one after the other.
    pub fn rate(&self) -> f64 {
        self.0.len() as f64 / (self.0.iter().sum::<f64>() / 1000.0)
    }

    /// All of both.
    pub fn with(mut self, other: &Times) -> Self {
        self.0.extend(&other.0);
        Self::from(self.0)
    }
}

impl From<Vec<f64>> for Times {
    fn from(mut times: Vec<f64>) -> Self {
        times.sort_by(f64::total_cmp);
        Self(times)
    }
}
