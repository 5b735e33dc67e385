//! `App`: engines, configuration, clock, network, queue; built once, passed explicitly; knows no flow.
//!
//! Policy: the serving process holds the data directory's lock and owns the indexes. A command beside it works on the
//! database only: it gets an RDF store in memory and the text index for reading, and the serving process projects.

mod lock;
pub mod vocabulary;

use std::num::NonZeroU32;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use tokio::runtime::Handle;
use tokio_util::sync::CancellationToken;

pub use lock::DataLock;

use crate::config::Config;
use crate::db::{DatabaseSettings, Db, DbError};
use crate::domain::clock::Clock;
use crate::net;
use crate::rdf::shapes::{Library, ShapesError};
use crate::rdf::sparql::{PoolSettings, SparqlLimits, SparqlPool};
use crate::rdf::store::RdfStore;
use crate::search::{SearchEngine, SearchError};
use crate::telemetry::{Metrics, TelemetryError};
use crate::vocab::{SharedVocabulary, VocabularyError};

/// Directory of the text index in the data directory.
const SEARCH_DIRECTORY: &str = "search";
/// Directory of the RDF store's copies for queries in the data directory: on the store's own file system.
const CHECKPOINT_DIRECTORY: &str = "rdf-checkpoints";

/// Why an [`App`] cannot be built. The text is for the person who starts the process.
#[derive(Debug, thiserror::Error)]
pub enum AppError {
    /// Another process has the data directory.
    #[error(
        "the data directory {} is in use by another Atlas{}: stop that one first, or give this one a directory of its own \
         with --dir",
        directory.display(),
        pid.map(|pid| format!(" (process {pid})")).unwrap_or_default()
    )]
    InUse {
        /// The directory.
        directory: PathBuf,
        /// Process number of the holder, when it could be read.
        pid: Option<u32>,
    },
    /// The data directory cannot be made or written.
    #[error("the data directory {} cannot be used: {problem}", directory.display())]
    Directory {
        /// The directory.
        directory: PathBuf,
        /// What the system said.
        problem: std::io::Error,
    },
    /// The vocabularies.
    #[error("the vocabularies cannot be read: {0}")]
    Vocabulary(#[from] VocabularyError),
    /// The rules of the profiles.
    #[error("the rules of the profiles cannot be read: {0}")]
    Shapes(#[from] ShapesError),
    /// The database.
    #[error("the database cannot be opened: {0}")]
    Database(#[from] DbError),
    /// The text index.
    #[error(transparent)]
    Search(#[from] SearchError),
    /// Metrics.
    #[error(transparent)]
    Telemetry(#[from] TelemetryError),
}

/// What an [`App`] is built from.
pub struct AppParts {
    /// Settings.
    pub config: Config,
    /// The one source of time.
    pub clock: Arc<dyn Clock>,
    /// The main runtime.
    pub runtime: Handle,
    /// The RDF store: on disk for the owner of the data directory, in memory beside it.
    pub rdf: RdfStore,
    /// Proof of owning the data directory; `None`: this process works beside the owner.
    pub lock: Option<DataLock>,
}

/// Everything that one process shares. Always behind an [`Arc`].
pub struct App {
    /// Settings.
    pub config: Config,
    /// The one source of time.
    pub clock: Arc<dyn Clock>,
    /// Controlled vocabularies.
    pub vocabulary: SharedVocabulary,
    /// The rules of the profiles.
    pub shapes: Arc<Library>,
    /// The database: the truth.
    pub db: Db,
    /// The text index: a projection.
    pub search: Arc<SearchEngine>,
    /// The RDF store: a projection.
    pub rdf: Arc<RdfStore>,
    /// What answers the queries of visitors on copies of the RDF store.
    pub sparql: Arc<SparqlPool>,
    /// The guarded client that everything outbound uses.
    pub net: net::Client,
    /// Metrics.
    pub metrics: Arc<Metrics>,
    /// Cancelled when the process is asked to stop.
    pub shutdown: CancellationToken,
    /// The main runtime: long tasks go here, never on a web worker's own thread.
    pub runtime: Handle,
    /// Held as long as the process owns the data directory.
    _lock: Option<DataLock>,
}

impl App {
    /// Opens everything in the order in which it depends on each other; migrations of SQLite are run. Blocks.
    ///
    /// # Errors
    /// [`AppError`] says which part did not open, why, and the way out.
    pub fn open(parts: AppParts) -> Result<Arc<Self>, AppError> {
        let AppParts { config, clock, runtime, rdf, lock } = parts;
        let directory = &config.data.directory;
        std::fs::create_dir_all(directory)
            .map_err(|problem| AppError::Directory { directory: directory.clone(), problem })?;
        let replacements = replacements(&config.data.vocabularies);
        let vocabulary = SharedVocabulary::open(replacements)?;
        let shapes = Arc::new(Library::load(replacements)?);
        let db = Db::connect(&database_settings(&config))?;
        db.migrate()?;
        vocabulary::refresh(&db, &vocabulary)?;
        let search = SearchEngine::open(&directory.join(SEARCH_DIRECTORY), vocabulary.clone())?;
        let (rdf, metrics) = (Arc::new(rdf), Arc::new(Metrics::new()?));
        let (store, counted, settings) = (Arc::clone(&rdf), Arc::clone(&metrics), pool_settings(&config));
        Ok(Arc::new(Self {
            sparql: SparqlPool::new(settings, store, Arc::clone(&clock), counted, runtime.clone()),
            net: net::Client::new(net_settings(&config)),
            config,
            clock,
            vocabulary,
            shapes,
            db,
            search: Arc::new(search),
            rdf,
            metrics,
            shutdown: CancellationToken::new(),
            runtime,
            _lock: lock,
        }))
    }
}

/// The operator's folder, where one is named.
fn replacements(folder: &Path) -> Option<&Path> {
    (!folder.as_os_str().is_empty()).then_some(folder)
}

/// The database settings of the configuration.
#[must_use]
pub fn database_settings(config: &Config) -> DatabaseSettings {
    let mut settings = DatabaseSettings::new(config.database_url());
    if let Some(readers) = NonZeroU32::new(config.database.connections) {
        settings.readers = readers;
    }
    settings
}

fn pool_settings(config: &Config) -> PoolSettings {
    let settings = &config.rdf;
    PoolSettings {
        limits: SparqlLimits {
            max_query_chars: settings.query_characters,
            max_rows: settings.query_rows,
            max_bytes: settings.query_bytes,
            ..SparqlLimits::default()
        },
        deadline: Duration::from_secs(settings.query_seconds),
        memory_mebibytes: settings.query_memory_mebibytes,
        at_once: settings.parallel_queries,
        waiting: settings.waiting_queries,
        patience: Duration::from_secs(settings.waiting_seconds),
        checkpoint_every: Duration::from_secs(settings.checkpoint_seconds),
        checkpoints: config.data.directory.join(CHECKPOINT_DIRECTORY),
        program: settings.sparql_worker.clone(),
    }
}

fn net_settings(config: &Config) -> net::NetSettings {
    net::NetSettings {
        allow_private: config.net.allow_private,
        pace: Duration::from_millis(config.harvest.pace_milliseconds),
        concurrency_per_host: config.harvest.parallel_requests,
        connect_timeout: Duration::from_secs(config.net.connect_seconds),
        user_agent: format!("{}/{}", config.net.user_agent, env!("CARGO_PKG_VERSION")),
        ..net::NetSettings::default()
    }
}
