//! Read-only copies of the store for the workers.
//!
//! A checkpoint is a directory of hard links to the store's immutable table files: it costs a flush and some dozen links,
//! and nothing in it changes. Policy: one is made when a query comes, the store has changed since the last and that one is
//! old enough; it is deleted when neither the pool nor a worker holds it any more. What a crash left behind is deleted at
//! the start by the process that owns the store.

use std::fs;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use chrono::{DateTime, Utc};

use crate::domain::clock::Clock;
use crate::rdf::store::{RdfStore, StoreError};

/// A checkpoint. Its directory is deleted with the last hold on it.
#[derive(Debug)]
pub(super) struct Checkpoint {
    path: PathBuf,
    /// How the store stood when it was begun.
    changes: u64,
    made: Instant,
    as_of: DateTime<Utc>,
}

impl Checkpoint {
    pub(super) fn path(&self) -> &Path {
        &self.path
    }

    /// When it was made: what was published then is in it, what came later is not.
    pub(super) fn as_of(&self) -> DateTime<Utc> {
        self.as_of
    }
}

impl Drop for Checkpoint {
    fn drop(&mut self) {
        // A worker that was killed a moment ago may still have files open: links can go all the same.
        if let Err(problem) = fs::remove_dir_all(&self.path) {
            tracing::warn!(error = %problem, "a checkpoint of the RDF store was left behind; the next start deletes it");
        }
    }
}

/// Makes checkpoints and keeps the newest.
#[derive(Debug)]
pub(super) struct Checkpoints {
    root: PathBuf,
    every: Duration,
    made: AtomicU64,
    newest: Mutex<Option<Arc<Checkpoint>>>,
}

impl Checkpoints {
    /// Checkpoints under the directory, at most one in `every`.
    pub(super) fn new(root: PathBuf, every: Duration) -> Self {
        Self { root, every, made: AtomicU64::new(0), newest: Mutex::new(None) }
    }

    /// Deletes what an earlier process left behind.
    pub(super) fn sweep(&self) {
        match fs::remove_dir_all(&self.root) {
            Err(problem) if problem.kind() != std::io::ErrorKind::NotFound => {
                tracing::warn!(error = %problem, "old checkpoints of the RDF store cannot be deleted");
            }
            _ => {}
        }
    }

    /// The checkpoint to ask: the newest where it is good enough, else a new one. Blocks while one is made; others who
    /// come meanwhile wait for the same one. When none can be made the newest is asked once more.
    ///
    /// # Errors
    /// [`StoreError`] when none can be made and there is none.
    pub(super) fn current(&self, store: &RdfStore, clock: &dyn Clock) -> Result<Arc<Checkpoint>, StoreError> {
        let mut newest = self.newest.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(known) = newest.as_ref().filter(|known| self.is_good_enough(known, store)) {
            return Ok(Arc::clone(known));
        }
        match (self.make(store, clock), newest.as_ref()) {
            (Ok(fresh), _) => {
                let fresh = Arc::new(fresh);
                *newest = Some(Arc::clone(&fresh));
                Ok(fresh)
            }
            (Err(problem), Some(known)) => {
                tracing::warn!(error = %problem, "no new checkpoint of the RDF store could be made: the last one answers");
                Ok(Arc::clone(known))
            }
            (Err(problem), None) => Err(problem),
        }
    }

    /// The newest without waiting, where it is good enough.
    pub(super) fn at_hand(&self, store: &RdfStore) -> Option<Arc<Checkpoint>> {
        let newest = self.newest.try_lock().ok()?;
        newest.as_ref().filter(|known| self.is_good_enough(known, store)).map(Arc::clone)
    }

    /// Lets go of the newest when the store has moved on: nobody asks, and its files take room.
    pub(super) fn forget_outdated(&self, store: &RdfStore) {
        if let Ok(mut newest) = self.newest.try_lock()
            && newest.as_ref().is_some_and(|known| known.changes != store.changes())
        {
            *newest = None;
        }
    }

    fn is_good_enough(&self, known: &Checkpoint, store: &RdfStore) -> bool {
        known.changes == store.changes() || known.made.elapsed() < self.every
    }

    fn make(&self, store: &RdfStore, clock: &dyn Clock) -> Result<Checkpoint, StoreError> {
        let unusable =
            |error: std::io::Error| StoreError::Directory { path: self.root.clone(), reason: error.to_string() };
        fs::create_dir_all(&self.root).map_err(unusable)?;
        let root = std::path::absolute(&self.root).map_err(unusable)?;
        let number = self.made.fetch_add(1, Ordering::Relaxed);
        // Before the copy is begun: a change that comes meanwhile makes the next one due.
        let (changes, made, as_of) = (store.changes(), Instant::now(), clock.now());
        let path = root.join(format!("{number}"));
        store.checkpoint(&path)?;
        Ok(Checkpoint { path, changes, made, as_of })
    }
}
