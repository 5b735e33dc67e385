//! The hub's side: a short queue, worker processes, their checkpoints.
//!
//! Policy: at most so many queries run, so many wait for so long, and everybody else is asked to come back. A worker
//! answers one query at a time and many in its life; one that was killed, has grown, is old or stands on an outdated
//! checkpoint is not asked again. Whoever lets go of the future that [`SparqlPool::answer`] returns (a client that left)
//! kills the worker. Complete answers that are being sent share a budget of memory ([`Answered::hold`]).

use std::path::PathBuf;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, PoisonError, Weak};
use std::time::Duration;

use chrono::{DateTime, Utc};
use tokio::runtime::Handle;
use tokio::sync::{OwnedSemaphorePermit, Semaphore};
use tokio::time::{Instant, timeout};

use super::checkpoints::{Checkpoint, Checkpoints};
use super::child::WorkerProcess;
use super::wire::Job;
use super::{SparqlAnswer, SparqlError, SparqlLimits, SparqlRequest, check};
use crate::domain::clock::Clock;
use crate::rdf::store::RdfStore;
use crate::telemetry::Metrics;

/// Queries after which a worker makes room for a new one.
const QUERIES_OF_A_LIFE: usize = 200;
/// How long a worker without work is kept.
const IDLE: Duration = Duration::from_mins(1);
/// Answers of the greatest size that may wait in memory to be sent, all together.
const UNSENT_ANSWERS: usize = 4;
/// Bytes in the unit in which that memory is counted.
const KIBIBYTE: usize = 1024;

/// Settings of the pool.
#[derive(Debug, Clone)]
pub struct PoolSettings {
    /// Limits that a worker keeps.
    pub limits: SparqlLimits,
    /// Time from the start of a query to the end of its answer.
    pub deadline: Duration,
    /// Memory of one worker in MiB.
    pub memory_mebibytes: u64,
    /// Queries at the same time.
    pub at_once: usize,
    /// Queries that may wait for their turn.
    pub waiting: usize,
    /// How long one waits.
    pub patience: Duration,
    /// How old a checkpoint is before a change of the store calls for a new one.
    pub checkpoint_every: Duration,
    /// Where checkpoints lie: on the file system of the store.
    pub checkpoints: PathBuf,
    /// The program to start as a worker; empty: this one.
    pub program: PathBuf,
}

/// A complete answer and what is known about it.
#[derive(Debug)]
pub struct Answered {
    /// The answer.
    pub answer: SparqlAnswer,
    /// The state of the catalogue that was asked.
    pub as_of: DateTime<Utc>,
    /// From the start of the query to its answer, without waiting for its turn.
    pub took: Duration,
    /// The answer's share of the memory for answers that are being sent; keep it until the body is gone.
    pub hold: OwnedSemaphorePermit,
}

/// Answers ad-hoc queries.
#[derive(Debug)]
pub struct SparqlPool {
    settings: PoolSettings,
    store: Arc<RdfStore>,
    clock: Arc<dyn Clock>,
    metrics: Arc<Metrics>,
    runtime: Handle,
    checkpoints: Checkpoints,
    places: Semaphore,
    waiting: AtomicUsize,
    unsent: Arc<Semaphore>,
    idle: Mutex<Vec<WorkerProcess>>,
    /// Whether somebody comes to end workers that have been idle for long.
    tidying: AtomicBool,
    this: Weak<SparqlPool>,
}

impl SparqlPool {
    /// A pool over the store. Where the store is on disk this process owns it, and what an earlier one left behind is
    /// deleted. Workers are started when they are needed, looked after by `runtime`.
    #[must_use]
    pub fn new(
        settings: PoolSettings,
        store: Arc<RdfStore>,
        clock: Arc<dyn Clock>,
        metrics: Arc<Metrics>,
        runtime: Handle,
    ) -> Arc<Self> {
        let checkpoints = Checkpoints::new(settings.checkpoints.clone(), settings.checkpoint_every);
        if store.is_on_disk() {
            checkpoints.sweep();
        }
        let unsent = (settings.limits.max_bytes / KIBIBYTE).saturating_add(1).saturating_mul(UNSENT_ANSWERS);
        Arc::new_cyclic(|this| Self {
            places: Semaphore::new(settings.at_once.clamp(1, Semaphore::MAX_PERMITS)),
            unsent: Arc::new(Semaphore::new(unsent.min(Semaphore::MAX_PERMITS))),
            waiting: AtomicUsize::new(0),
            idle: Mutex::new(Vec::new()),
            tidying: AtomicBool::new(false),
            this: this.clone(),
            settings,
            store,
            clock,
            metrics,
            runtime,
            checkpoints,
        })
    }

    /// The limits in force.
    #[must_use]
    pub fn settings(&self) -> &PoolSettings {
        &self.settings
    }

    /// The state of the catalogue that a query of this moment would be asked of.
    ///
    /// # Errors
    /// [`SparqlError::Engine`] when no checkpoint can be made.
    pub async fn as_of(&self) -> Result<DateTime<Utc>, SparqlError> {
        self.checkpoint().await.map(|checkpoint| checkpoint.as_of())
    }

    /// Answers a request: complete, or an error.
    ///
    /// # Errors
    /// [`SparqlError`] names the limit or the fault.
    pub async fn answer(&self, request: SparqlRequest) -> Result<Answered, SparqlError> {
        let mut account = Account { metrics: &self.metrics, label: "left", started: Instant::now() };
        let outcome = self.attempt(request).await;
        account.label = outcome.as_ref().map_or_else(SparqlError::label, |_| "answered");
        outcome
    }

    async fn attempt(&self, request: SparqlRequest) -> Result<Answered, SparqlError> {
        check(&request, &self.settings.limits)?;
        let _place = self.place().await?;
        let _running = Gauge::up(&self.metrics.sparql_running);
        let checkpoint = self.checkpoint().await?;
        let as_of = checkpoint.as_of();
        let started = Instant::now();
        let mut worker = self.worker(checkpoint)?;
        let mut end = End { metrics: &self.metrics, reason: "left" };
        let job = Job { request, limits: self.settings.limits };
        let (outcome, can_go_on) = worker.ask(&job, &self.settings).await;
        let took = started.elapsed();
        end.reason = match &outcome {
            Err(
                error @ (SparqlError::Deadline { .. }
                | SparqlError::Memory { .. }
                | SparqlError::TooDeep
                | SparqlError::Ended(_)),
            ) => error.label(),
            _ => "",
        };
        if can_go_on && worker.answered < QUERIES_OF_A_LIFE {
            self.keep(worker);
        }
        let answer = outcome?;
        let share = u32::try_from((answer.body.len() / KIBIBYTE).saturating_add(1)).unwrap_or(u32::MAX);
        // Whoever does not fetch an answer holds its memory: others are sent away before all of it is held.
        let hold = Arc::clone(&self.unsent).try_acquire_many_owned(share).map_err(|_| SparqlError::Busy)?;
        Ok(Answered { answer, as_of, took, hold })
    }

    /// A turn. Whoever comes when too many wait is sent away at once.
    async fn place(&self) -> Result<tokio::sync::SemaphorePermit<'_>, SparqlError> {
        if let Ok(place) = self.places.try_acquire() {
            return Ok(place);
        }
        let most = self.settings.waiting;
        let entered = self
            .waiting
            .fetch_update(Ordering::AcqRel, Ordering::Acquire, |now| (now < most).then(|| now.saturating_add(1)));
        entered.map_err(|_| SparqlError::Busy)?;
        let _seat = Seat { pool: self, _shown: Gauge::up(&self.metrics.sparql_waiting) };
        match timeout(self.settings.patience, self.places.acquire()).await {
            Ok(Ok(place)) => Ok(place),
            _ => Err(SparqlError::Busy),
        }
    }

    async fn checkpoint(&self) -> Result<Arc<Checkpoint>, SparqlError> {
        if let Some(known) = self.checkpoints.at_hand(&self.store) {
            return Ok(known);
        }
        let pool = self.this.upgrade().ok_or_else(|| SparqlError::Engine("the hub is stopping".to_owned()))?;
        let made =
            self.runtime.spawn_blocking(move || pool.checkpoints.current(&pool.store, pool.clock.as_ref())).await;
        match made {
            Ok(Ok(checkpoint)) => Ok(checkpoint),
            Ok(Err(error)) => Err(SparqlError::Engine(error.to_string())),
            Err(error) => Err(SparqlError::Engine(error.to_string())),
        }
    }

    /// A worker on the checkpoint: one that waits for work, or a new one.
    fn worker(&self, checkpoint: Arc<Checkpoint>) -> Result<WorkerProcess, SparqlError> {
        let mut idle = self.idle.lock().unwrap_or_else(PoisonError::into_inner);
        idle.retain_mut(|worker| Arc::ptr_eq(&worker.checkpoint, &checkpoint) && worker.is_alive());
        if let Some(worker) = idle.pop() {
            return Ok(worker);
        }
        drop(idle);
        let _inside = self.runtime.enter();
        WorkerProcess::start(&self.settings, checkpoint)
            .map_err(|error| SparqlError::Engine(format!("no worker could be started: {error}")))
    }

    /// Keeps a worker for the next query, for a while.
    fn keep(&self, mut worker: WorkerProcess) {
        worker.idle_since = Instant::now();
        self.idle.lock().unwrap_or_else(PoisonError::into_inner).push(worker);
        if self.tidying.swap(true, Ordering::AcqRel) {
            return;
        }
        let pool = Weak::clone(&self.this);
        self.runtime.spawn(async move {
            loop {
                tokio::time::sleep(IDLE).await;
                if pool.upgrade().is_none_or(|pool| pool.tidy()) {
                    break;
                }
            }
        });
    }

    /// Ends workers that have had no work for a while; answers whether none is left to look after.
    fn tidy(&self) -> bool {
        let mut idle = self.idle.lock().unwrap_or_else(PoisonError::into_inner);
        idle.retain(|worker| worker.idle_since.elapsed() < IDLE);
        let nobody_asks = idle.is_empty();
        if nobody_asks {
            // Before others can add to the list: whoever does then looks after it anew.
            self.tidying.store(false, Ordering::Release);
        }
        drop(idle);
        if nobody_asks {
            self.checkpoints.forget_outdated(&self.store);
        }
        nobody_asks
    }
}

/// A gauge that is one higher as long as this lives.
struct Gauge<'a>(&'a prometheus::IntGauge);

impl<'a> Gauge<'a> {
    fn up(gauge: &'a prometheus::IntGauge) -> Self {
        gauge.inc();
        Self(gauge)
    }
}

impl Drop for Gauge<'_> {
    fn drop(&mut self) {
        self.0.dec();
    }
}

/// A seat in the queue; given back when dropped.
struct Seat<'a> {
    pool: &'a SparqlPool,
    _shown: Gauge<'a>,
}

impl Drop for Seat<'_> {
    fn drop(&mut self) {
        self.pool.waiting.fetch_sub(1, Ordering::AcqRel);
    }
}

/// Counts a query when it is over, also one whose client left.
struct Account<'a> {
    metrics: &'a Metrics,
    label: &'static str,
    started: Instant,
}

impl Drop for Account<'_> {
    fn drop(&mut self) {
        self.metrics.sparql_queries.with_label_values(&[self.label]).inc();
        self.metrics.sparql_seconds.with_label_values(&[self.label]).observe(self.started.elapsed().as_secs_f64());
    }
}

/// Counts a worker that came to an early end, also one whose client left.
struct End<'a> {
    metrics: &'a Metrics,
    reason: &'static str,
}

impl Drop for End<'_> {
    fn drop(&mut self) {
        if !self.reason.is_empty() {
            self.metrics.sparql_workers_ended.with_label_values(&[self.reason]).inc();
        }
    }
}
