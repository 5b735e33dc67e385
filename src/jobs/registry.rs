//! Which handler carries out which job.

use std::collections::BTreeMap;
use std::fmt;
use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;

use serde::de::DeserializeOwned;

use crate::domain::ids::JobId;

/// A job as its handler sees it.
#[derive(Debug, Clone)]
pub struct Job {
    /// Row id.
    pub id: JobId,
    /// Which attempt this is, from 1.
    pub attempt: i64,
    payload: String,
}

impl Job {
    pub(super) fn new(id: JobId, attempt: i64, payload: String) -> Self {
        Self { id, attempt, payload }
    }

    /// The payload.
    ///
    /// # Errors
    /// [`JobError::Permanent`] when it is not what the handler expects: trying again would not help.
    pub fn payload<T: DeserializeOwned>(&self) -> Result<T, JobError> {
        serde_json::from_str(&self.payload).map_err(|error| JobError::Permanent(format!("payload: {error}")))
    }
}

/// Why a job failed.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum JobError {
    /// It may succeed later.
    #[error("{0}")]
    Retry(String),
    /// It never will.
    #[error("{0}")]
    Permanent(String),
}

impl JobError {
    /// A failure that may pass.
    pub fn retry(error: impl fmt::Display) -> Self {
        JobError::Retry(error.to_string())
    }
}

type Carried = Pin<Box<dyn Future<Output = Result<(), JobError>> + Send>>;
type Handler<C> = Arc<dyn Fn(C, Job) -> Carried + Send + Sync>;

/// Handlers by name. `C`: what every handler is given beside its job, usually `Arc<App>`.
pub struct Registry<C> {
    handlers: BTreeMap<&'static str, Handler<C>>,
}

impl<C> fmt::Debug for Registry<C> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_list().entries(self.handlers.keys()).finish()
    }
}

impl<C> Default for Registry<C> {
    fn default() -> Self {
        Self { handlers: BTreeMap::new() }
    }
}

impl<C> Registry<C> {
    /// Registers the handler of a name; a later one replaces an earlier one.
    #[must_use]
    pub fn with<F, R>(mut self, name: &'static str, handler: F) -> Self
    where
        F: Fn(C, Job) -> R + Send + Sync + 'static,
        R: Future<Output = Result<(), JobError>> + Send + 'static,
    {
        self.handlers.insert(name, Arc::new(move |context, job| Box::pin(handler(context, job))));
        self
    }

    /// The names that have a handler.
    #[must_use]
    pub fn names(&self) -> Vec<&'static str> {
        self.handlers.keys().copied().collect()
    }

    pub(super) fn handler(&self, name: &str) -> Option<Handler<C>> {
        self.handlers.get(name).cloned()
    }
}
