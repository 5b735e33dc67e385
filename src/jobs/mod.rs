//! Durable queue with leases; knows no job.
//!
//! Policy: a job is a name and a JSON payload, enqueued in the transaction of whoever wants it, carried out outside any
//! transaction by a handler that was registered under the name. A worker holds a job by a lock that it prolongs while
//! it works; a lock that runs out (the process died) frees the job for the next worker, so every handler must bear
//! being run twice. A failure is tried again after a growing pause; what fails for good is kept as dead for somebody to
//! look at. A panic is a failure like any other. When the process stops, no job is begun, running ones get a grace, and
//! what is not done then is given back.

mod backoff;
mod registry;
mod worker;

pub use backoff::backoff;
pub use registry::{Job, JobError, Registry};
pub use worker::{Worker, WorkerOptions};

use chrono::{DateTime, Utc};
use serde::Serialize;

pub use crate::db::jobs::{NewJob, QueueDepth, Schedule};

use crate::db::{Connection, DbError, jobs};
use crate::domain::ids::JobId;

/// Attempts before a job counts as dead, where its maker says nothing else.
pub const DEFAULT_ATTEMPTS: i64 = 5;

/// Enqueues a job to run at once, in the caller's transaction; `None` when an unfinished one has the same key.
///
/// # Errors
/// [`DbError`]; also when the payload cannot be written as JSON.
pub fn enqueue(
    connection: &mut Connection,
    name: &str,
    payload: &impl Serialize,
    dedupe_key: Option<String>,
    now: DateTime<Utc>,
) -> Result<Option<JobId>, DbError> {
    let payload = serde_json::to_string(payload).map_err(|error| DbError::Refused(error.to_string()))?;
    let job = NewJob { name: name.to_owned(), payload, dedupe_key, due: now, max_attempts: DEFAULT_ATTEMPTS };
    jobs::enqueue(connection, &job, now)
}
