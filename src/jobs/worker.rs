//! Claims jobs and carries them out.

use std::sync::Arc;
use std::time::Duration;

use chrono::TimeDelta;
use tokio::sync::Notify;
use tokio::task::{AbortHandle, JoinSet};
use tokio_util::sync::CancellationToken;
use uuid::Uuid;

use super::registry::{Job, JobError, Registry};
use super::{DEFAULT_ATTEMPTS, backoff};
use crate::db::jobs::{self, ClaimedJob, Settled};
use crate::db::{Db, DbError};
use crate::domain::clock::Clock;
use crate::domain::ids::JobId;

/// Longest error text that is kept with a job, in characters.
const MAX_ERROR_LENGTH: usize = 2_000;

/// How a worker works.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct WorkerOptions {
    /// Jobs carried out at the same time.
    pub concurrency: usize,
    /// How often the queue is looked at when nobody calls.
    pub poll: Duration,
    /// How long a claim holds without being prolonged; it is prolonged every third of it.
    pub lock: Duration,
    /// How long running jobs may go on when the process stops.
    pub grace: Duration,
}

impl Default for WorkerOptions {
    fn default() -> Self {
        Self {
            concurrency: 2,
            poll: Duration::from_secs(1),
            lock: Duration::from_mins(1),
            grace: Duration::from_secs(10),
        }
    }
}

/// Carries out jobs of one process.
#[derive(Debug)]
pub struct Worker<C> {
    db: Db,
    clock: Arc<dyn Clock>,
    registry: Registry<C>,
    context: C,
    name: String,
    options: WorkerOptions,
    wake: Notify,
}

/// How a carried-out job ended: its claim and its result.
type Ended = (ClaimedJob, Result<(), JobError>);

impl<C: Clone + Send + Sync + 'static> Worker<C> {
    /// A worker with a name that no other has.
    #[must_use]
    pub fn new(db: Db, clock: Arc<dyn Clock>, registry: Registry<C>, context: C, options: WorkerOptions) -> Self {
        let name = format!("worker-{}", Uuid::new_v4());
        Self { db, clock, registry, context, name, options, wake: Notify::new() }
    }

    /// Says that something was enqueued, so that the worker does not wait for its next look.
    pub fn notify(&self) {
        self.wake.notify_one();
    }

    /// Fires what is due on the schedule and carries out everything that is due now, one after the other; returns how
    /// many jobs were carried out. For tests and commands.
    ///
    /// # Errors
    /// The database's; a job's failure is kept with the job.
    pub async fn drain(&self) -> Result<usize, DbError> {
        let mut count = 0;
        self.fire_schedule().await?;
        while let Some(claimed) = self.claim().await? {
            let mut running = JoinSet::new();
            self.begin(&mut running, claimed);
            while let Some(ended) = running.join_next().await {
                self.conclude(ended).await?;
            }
            count += 1;
        }
        Ok(count)
    }

    /// Works until `shutdown`, then lets running jobs end within the grace and gives the others back. Run it on the
    /// main runtime.
    pub async fn run(self: Arc<Self>, shutdown: CancellationToken) {
        let mut running: JoinSet<Ended> = JoinSet::new();
        let mut held: Vec<(JobId, AbortHandle)> = Vec::new();
        while !shutdown.is_cancelled() {
            if let Err(error) = self.fill(&mut running, &mut held).await {
                tracing::error!(%error, "the job queue could not be read");
            }
            tokio::select! {
                () = shutdown.cancelled() => {}
                () = self.wake.notified() => {}
                () = tokio::time::sleep(self.options.poll) => {}
                Some(ended) = running.join_next(), if !running.is_empty() => self.conclude_logged(ended).await,
            }
            held.retain(|(_, task)| !task.is_finished());
        }
        self.stop(running, held).await;
    }

    async fn fill(&self, running: &mut JoinSet<Ended>, held: &mut Vec<(JobId, AbortHandle)>) -> Result<(), DbError> {
        self.fire_schedule().await?;
        while running.len() < self.options.concurrency.max(1) {
            let Some(claimed) = self.claim().await? else { break };
            let id = claimed.id.clone();
            held.push((id, self.begin(running, claimed)));
        }
        Ok(())
    }

    async fn stop(&self, mut running: JoinSet<Ended>, held: Vec<(JobId, AbortHandle)>) {
        let deadline = tokio::time::Instant::now() + self.options.grace;
        while let Ok(Some(ended)) = tokio::time::timeout_at(deadline, running.join_next()).await {
            self.conclude_logged(ended).await;
        }
        for (id, task) in held {
            if task.is_finished() {
                continue;
            }
            task.abort();
            tracing::warn!(job.id = %id, "a job was cut off and given back");
            if let Err(error) = self.settle(&id, Settled::Released).await {
                tracing::error!(job.id = %id, %error, "a job could not be given back; its lock will run out");
            }
        }
    }

    async fn fire_schedule(&self) -> Result<(), DbError> {
        let now = self.clock.now();
        // A look costs no write: most looks find nothing due.
        if self.db.read(move |connection| jobs::any_due(connection, now)).await? {
            self.db.write(move |connection| jobs::fire_due(connection, DEFAULT_ATTEMPTS, now)).await?;
        }
        Ok(())
    }

    async fn claim(&self) -> Result<Option<ClaimedJob>, DbError> {
        let (worker, names, now, lock) = (self.name.clone(), self.registry.names(), self.clock.now(), self.lock());
        let waiting = {
            let names = names.clone();
            self.db.read(move |connection| jobs::any_claimable(connection, &names, now)).await?
        };
        if !waiting {
            return Ok(None);
        }
        self.db.write(move |connection| jobs::claim(connection, &worker, &names, now, lock)).await
    }

    fn lock(&self) -> TimeDelta {
        TimeDelta::from_std(self.options.lock).unwrap_or(TimeDelta::MAX)
    }

    fn begin(&self, running: &mut JoinSet<Ended>, claimed: ClaimedJob) -> AbortHandle {
        let handler = self.registry.handler(&claimed.name);
        let context = self.context.clone();
        let job = Job::new(claimed.id.clone(), claimed.attempts, claimed.payload.clone());
        let keeper = Keeper {
            db: self.db.clone(),
            clock: Arc::clone(&self.clock),
            worker: self.name.clone(),
            lock: self.lock(),
            every: self.options.lock / 3,
        };
        running.spawn(async move {
            let Some(handler) = handler else {
                let error = JobError::Permanent(format!("no handler is named {:?}", claimed.name));
                return (claimed, Err(error));
            };
            // A task of its own, so that a panic ends the job and not the worker; dropped with this one.
            let mut carried = JoinSet::new();
            carried.spawn(handler(context, job));
            let result = tokio::select! {
                ended = carried.join_next() => read_end(ended),
                () = keeper.keep(&claimed.id) => Err(JobError::Retry("the job was taken over by another worker".into())),
            };
            (claimed, result)
        })
    }

    async fn conclude_logged(&self, ended: Result<Ended, tokio::task::JoinError>) {
        if let Err(error) = self.conclude(ended).await {
            tracing::error!(%error, "a job could not be settled; its lock will run out and it will be run again");
        }
    }

    async fn conclude(&self, ended: Result<Ended, tokio::task::JoinError>) -> Result<(), DbError> {
        let Ok((claimed, result)) = ended else { return Ok(()) };
        let now = self.clock.now();
        let settled = match result {
            Ok(()) => Settled::Done,
            Err(JobError::Retry(error)) if claimed.attempts < claimed.max_attempts => {
                let due = now + backoff(claimed.attempts, now);
                tracing::warn!(job.id = %claimed.id, job.name = %claimed.name, %error, %due, "a job failed and waits");
                Settled::Retry { due, error: shortened(&error) }
            }
            Err(JobError::Retry(error) | JobError::Permanent(error)) => {
                tracing::error!(job.id = %claimed.id, job.name = %claimed.name, %error, "a job was given up");
                Settled::Dead { error: shortened(&error) }
            }
        };
        self.settle(&claimed.id, settled).await
    }

    async fn settle(&self, id: &JobId, settled: Settled) -> Result<(), DbError> {
        let (id, worker, now) = (id.clone(), self.name.clone(), self.clock.now());
        self.db.write(move |connection| jobs::settle(connection, &id, &worker, &settled, now)).await?;
        Ok(())
    }
}

/// Prolongs the lock of a job that is being carried out.
struct Keeper {
    db: Db,
    clock: Arc<dyn Clock>,
    worker: String,
    lock: TimeDelta,
    every: Duration,
}

impl Keeper {
    /// Returns only when the job is no longer ours.
    async fn keep(&self, id: &JobId) {
        loop {
            tokio::time::sleep(self.every).await;
            let (id, worker, now, lock) = (id.clone(), self.worker.clone(), self.clock.now(), self.lock);
            let kept = self.db.write(move |connection| jobs::prolong(connection, &id, &worker, now, lock)).await;
            match kept {
                Ok::<bool, DbError>(true) => {}
                Ok(false) => return,
                Err(error) => tracing::warn!(%error, "a job's lock could not be prolonged"),
            }
        }
    }
}

fn read_end(ended: Option<Result<Result<(), JobError>, tokio::task::JoinError>>) -> Result<(), JobError> {
    match ended {
        Some(Ok(result)) => result,
        Some(Err(failure)) if failure.is_panic() => Err(JobError::Retry("the job panicked".to_owned())),
        Some(Err(_)) | None => Err(JobError::Retry("the job was cut off".to_owned())),
    }
}

fn shortened(error: &str) -> String {
    error.chars().take(MAX_ERROR_LENGTH).collect()
}
