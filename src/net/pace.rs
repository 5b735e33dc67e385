//! Courtesy towards hosts: each is asked at a steady pace, by few requests at a time, and left alone for as long as it
//! asks to be.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use tokio::sync::{OwnedSemaphorePermit, Semaphore};
use tokio::time::Instant;

/// Hosts remembered before those at rest are forgotten.
const REMEMBERED_HOSTS: usize = 1024;

struct Host {
    permits: Arc<Semaphore>,
    next_start: Instant,
}

/// The pace of every host that is asked.
pub(super) struct Pacer {
    pace: Duration,
    concurrency: usize,
    hosts: Mutex<HashMap<String, Host>>,
}

impl Pacer {
    pub(super) fn new(pace: Duration, concurrency: usize) -> Self {
        Self { pace, concurrency: concurrency.max(1), hosts: Mutex::new(HashMap::new()) }
    }

    /// Waits until the host may be asked again; the permit is held while its answer is read.
    pub(super) async fn turn(&self, host: &str) -> Option<OwnedSemaphorePermit> {
        let permits = self.with(host, |state| Arc::clone(&state.permits));
        let permit = permits.acquire_owned().await.ok()?;
        let pace = self.pace;
        let start = self.with(host, |state| {
            let start = state.next_start.max(Instant::now());
            state.next_start = start + pace;
            start
        });
        tokio::time::sleep_until(start).await;
        Some(permit)
    }

    /// Leaves the host alone for the given time.
    pub(super) fn rest(&self, host: &str, time: Duration) {
        self.with(host, |state| state.next_start = state.next_start.max(Instant::now() + time));
    }

    fn with<T>(&self, host: &str, use_state: impl FnOnce(&mut Host) -> T) -> T {
        let mut hosts = self.hosts.lock().unwrap_or_else(PoisonError::into_inner);
        if hosts.len() >= REMEMBERED_HOSTS {
            let now = Instant::now();
            hosts.retain(|_, state| state.next_start > now || Arc::strong_count(&state.permits) > 1);
        }
        let concurrency = self.concurrency;
        let state = hosts
            .entry(host.to_owned())
            .or_insert_with(|| Host { permits: Arc::new(Semaphore::new(concurrency)), next_start: Instant::now() });
        use_state(state)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test(flavor = "current_thread")]
    async fn one_host_is_asked_at_its_pace_and_another_at_once() {
        let pacer = Pacer::new(Duration::from_millis(60), 4);
        let start = Instant::now();
        for _ in 0..3 {
            drop(pacer.turn("slow.example").await);
        }
        assert!(start.elapsed() >= Duration::from_millis(120));
        let other = Instant::now();
        drop(pacer.turn("other.example").await);
        assert!(other.elapsed() < Duration::from_millis(50));
    }

    #[tokio::test(flavor = "current_thread")]
    async fn a_host_that_asks_for_rest_gets_it() {
        let pacer = Pacer::new(Duration::ZERO, 1);
        drop(pacer.turn("busy.example").await);
        pacer.rest("busy.example", Duration::from_millis(80));
        let start = Instant::now();
        drop(pacer.turn("busy.example").await);
        assert!(start.elapsed() >= Duration::from_millis(79));
    }
}
