//! Reads the outbox and feeds the full-text and the RDF index.
//!
//! Policy: the database is the truth, both indexes are projections of it and can be thrown away. Each index keeps its
//! own cursor inside itself, in the same commit as what it took in, so a crash anywhere means: go on where it stands.
//! A cursor that the outbox no longer reaches, or that is ahead of the database, means: build anew. What enters is the
//! record as it is now, not as it was at the event, so replays and repeats do no harm. Only published records enter.
//! Imported vocabularies are looked for in the same state of the database as the events, so that nothing is taken in
//! with an older vocabulary than the one it was read with.

mod entries;
mod feed;

use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use tokio::sync::{Notify, watch};
use tokio_util::sync::CancellationToken;

use crate::app::{App, vocabulary};
use crate::db::{Db, DbError, outbox};
use crate::domain::clock::Clock;
use crate::rdf::store::{RdfStore, StoreError};
use crate::search::{SearchEngine, SearchError};
use crate::vocab::SharedVocabulary;

/// Events taken in at a time: one commit of each index.
const BATCH: i64 = 1_000;
/// How often the outbox is looked at when nobody calls; other processes write without calling.
const POLL: Duration = Duration::from_millis(500);
/// Wait after a failure before the next try.
const PAUSE_AFTER_FAILURE: Duration = Duration::from_secs(5);
/// How often old outbox rows are removed.
const TRIM_EVERY: Duration = Duration::from_hours(1);

/// Why a projection failed. The next try starts where the index stands.
#[derive(Debug, thiserror::Error)]
pub enum ProjectionError {
    /// The database.
    #[error(transparent)]
    Db(#[from] DbError),
    /// The full-text index.
    #[error("the search index failed: {0}")]
    Search(#[from] SearchError),
    /// The RDF index.
    #[error(transparent)]
    Rdf(#[from] StoreError),
    /// The task panicked or was cancelled.
    #[error("the projection task did not finish")]
    Task,
}

/// Where the projections stand.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Progress {
    /// Newest position of the outbox.
    pub head: i64,
    /// Position up to which the full-text index has taken events in; `None`: it must be built.
    pub search: Option<i64>,
    /// The same of the RDF index.
    pub rdf: i64,
}

impl Progress {
    /// Positions that the slower index is behind.
    #[must_use]
    pub fn lag(&self) -> i64 {
        self.head - self.search.unwrap_or(0).min(self.rdf)
    }
}

/// What a projector works with.
#[derive(Debug, Clone)]
pub struct ProjectorParts {
    /// The truth.
    pub db: Db,
    /// The full-text index.
    pub search: Arc<SearchEngine>,
    /// The RDF index.
    pub rdf: Arc<RdfStore>,
    /// The vocabulary that graphs are written with.
    pub vocabulary: SharedVocabulary,
    /// The time.
    pub clock: Arc<dyn Clock>,
    /// `server.public_url` without a slash at its end; graphs then name our page as their catalogue record.
    pub public_url: Option<String>,
}

/// Feeds both indexes of this process. One for each process.
#[derive(Debug)]
pub struct Projector {
    parts: ProjectorParts,
    wake: Notify,
    reached: watch::Sender<i64>,
    turn: Mutex<()>,
}

impl Projector {
    /// The projector of the app's engines.
    #[must_use]
    pub fn of(app: &App) -> Self {
        let public_url = app.config.server.public_url.trim_end_matches('/');
        Self::new(ProjectorParts {
            db: app.db.clone(),
            search: Arc::clone(&app.search),
            rdf: Arc::clone(&app.rdf),
            vocabulary: app.vocabulary.clone(),
            clock: Arc::clone(&app.clock),
            public_url: (!public_url.is_empty()).then(|| public_url.to_owned()),
        })
    }

    /// A projector of these parts. Nothing happens before [`Projector::run_once`] or [`Projector::run`].
    #[must_use]
    pub fn new(parts: ProjectorParts) -> Self {
        Self { parts, wake: Notify::new(), reached: watch::Sender::new(0), turn: Mutex::new(()) }
    }

    /// Says that something was written, so that the loop does not wait for its next look.
    pub fn notify(&self) {
        self.wake.notify_one();
    }

    /// Where the projections stand. Blocks.
    pub fn progress(&self) -> Result<Progress, ProjectionError> {
        let span = self.parts.db.read_blocking(outbox::span)?;
        Ok(Progress { head: span.head, search: self.parts.search.cursor()?, rdf: self.parts.rdf.cursor()? })
    }

    /// Brings both indexes up to what the database has now, the full-text index first: it is the faster one, and it is
    /// what readers wait for. Blocks, also while another call does the same: two at once would build one index twice.
    ///
    /// # Errors
    /// The first failure; what was committed before it stays.
    pub fn run_once(&self) -> Result<(), ProjectionError> {
        let _turn = self.turn.lock().unwrap_or_else(PoisonError::into_inner);
        self.catch_up()
    }

    fn catch_up(&self) -> Result<(), ProjectionError> {
        loop {
            vocabulary::refresh(&self.parts.db, &self.parts.vocabulary)?;
            while feed::search(&self.parts, BATCH)? {}
            if !feed::rdf(&self.parts, BATCH)? {
                break;
            }
        }
        let reached = self.parts.search.cursor()?.unwrap_or(0).min(self.parts.rdf.cursor()?);
        self.reached.send_replace(reached);
        Ok(())
    }

    /// Builds both indexes anew. Blocks.
    pub fn rebuild(&self) -> Result<(), ProjectionError> {
        let _turn = self.turn.lock().unwrap_or_else(PoisonError::into_inner);
        feed::rebuild_search(&self.parts)?;
        feed::rebuild_rdf(&self.parts)?;
        self.catch_up()
    }

    /// Waits until both indexes have taken in the position, at most `patience`; `false`: not in time, and it will
    /// come.
    pub async fn wait_for(&self, seq: i64, patience: Duration) -> bool {
        let mut reached = self.reached.subscribe();
        self.notify();
        let arrived = reached.wait_for(|position| *position >= seq);
        matches!(tokio::time::timeout(patience, arrived).await, Ok(Ok(_)))
    }

    /// Keeps both indexes up to date until `shutdown`. A failure is logged and tried again.
    pub async fn run(self: Arc<Self>, shutdown: CancellationToken) {
        let mut next_trim = tokio::time::Instant::now();
        while !shutdown.is_cancelled() {
            let pause = match self.step(tokio::time::Instant::now() >= next_trim).await {
                Ok(trimmed) => {
                    if trimmed {
                        next_trim = tokio::time::Instant::now() + TRIM_EVERY;
                    }
                    POLL
                }
                Err(error) => {
                    tracing::error!(%error, "the indexes could not be brought up to date");
                    PAUSE_AFTER_FAILURE
                }
            };
            tokio::select! {
                () = shutdown.cancelled() => {}
                () = self.wake.notified() => {}
                () = tokio::time::sleep(pause) => {}
            }
        }
    }

    async fn step(self: &Arc<Self>, trim: bool) -> Result<bool, ProjectionError> {
        let projector = Arc::clone(self);
        let work = tokio::task::spawn_blocking(move || {
            projector.run_once()?;
            if trim {
                let now = projector.parts.clock.now();
                projector.parts.db.write_blocking(|connection| outbox::trim(connection, now))?;
            }
            Ok(trim)
        });
        work.await.map_err(|_| ProjectionError::Task)?
    }
}
