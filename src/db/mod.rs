//! The database: the only place that knows diesel. It is the truth; the indexes are projections of it.
//!
//! Policy: every read and write goes through [`Db`]. A write is one transaction, opened as BEGIN IMMEDIATE on SQLite
//! (a transaction that reads first and writes later would fail at once when another writes) and never holds a network
//! call. A read sees one state of the database and cannot write. Connections are taken inside the blocking thread, at
//! most as many at once as the pool has. Portable subset: ids and enumerations are TEXT, times are UTC TIMESTAMPs to
//! the microsecond, documents are JSON TEXT that no query looks into, numbers are BIGINT; no typed upsert, no
//! RETURNING; every list has an explicit order that ends with an id.
//!
//! One module per aggregate, with functions that take the [`Connection`] of the caller's transaction.

pub mod answers;
pub mod audit;
#[expect(missing_docs, reason = "diesel derives public items that it does not document")]
mod connection;
mod error;
pub mod jobs;
pub mod leases;
mod migrations;
pub mod organisations;
pub mod outbox;
pub mod records;
pub mod runs;
mod schema;
pub mod settings;
pub mod sources;
mod time;
pub mod vocabularies;

use std::num::NonZeroU32;
use std::sync::Arc;
use std::time::Duration;

use diesel::connection::{AnsiTransactionManager, TransactionManager};
use diesel::r2d2::Pool;
use tokio::sync::{OwnedSemaphorePermit, Semaphore};

pub use self::connection::{DbConnection as Connection, MultiBackend, Target};
pub use self::error::DbError;
pub use self::migrations::known_versions;

use self::connection::{Access, Manager};

/// Longest wait for a connection before the database counts as busy.
const ACQUIRE_TIMEOUT: Duration = Duration::from_secs(10);
/// Longest wait of SQLite for another process's write.
const BUSY_TIMEOUT: Duration = Duration::from_secs(10);
/// Connections for writing on PostgreSQL; SQLite has one writer by its nature.
const POSTGRES_WRITERS: u32 = 4;

/// Where the database is and how much of it to use.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DatabaseSettings {
    /// `sqlite:PATH`, a file path, or `postgres://…`.
    pub url: String,
    /// Connections for reading at the same time.
    pub readers: NonZeroU32,
}

impl DatabaseSettings {
    /// Settings for this address with as many readers as the machine has cores (at least 2).
    #[must_use]
    pub fn new(url: impl Into<String>) -> Self {
        let cores = std::thread::available_parallelism().map_or(2, |cores| u32::try_from(cores.get()).unwrap_or(2));
        let readers = NonZeroU32::new(cores.max(2)).unwrap_or(NonZeroU32::MIN);
        Self { url: url.into(), readers }
    }
}

/// The database facade; cheap to clone.
#[derive(Debug, Clone)]
pub struct Db {
    inner: Arc<Inner>,
}

#[derive(Debug)]
struct Inner {
    target: Target,
    readers: Pool<Manager>,
    writers: Pool<Manager>,
    reading: Arc<Semaphore>,
    writing: Arc<Semaphore>,
}

impl Db {
    /// Opens the database, making an SQLite file where there is none. The schema is not touched: see [`Db::migrate`].
    ///
    /// # Errors
    /// [`DbError::UnknownScheme`], [`DbError::NoFile`], or why it cannot be opened.
    pub fn connect(settings: &DatabaseSettings) -> Result<Self, DbError> {
        let target: Target = settings.url.parse()?;
        let writer_count = match target {
            Target::Sqlite(_) => 1,
            Target::Postgres(_) => POSTGRES_WRITERS,
        };
        let reader_count = settings.readers.get();
        // The writer first: on a fresh SQLite file it sets the journal mode before any reader looks.
        let writers = pool(&target, Access::Write, writer_count)?;
        let readers = pool(&target, Access::Read, reader_count)?;
        let permits = |count: u32| Arc::new(Semaphore::new(usize::try_from(count).unwrap_or(1)));
        let inner = Inner { target, readers, writers, reading: permits(reader_count), writing: permits(writer_count) };
        Ok(Self { inner: Arc::new(inner) })
    }

    /// Where the database is.
    #[must_use]
    pub fn target(&self) -> &Target {
        &self.inner.target
    }

    /// Brings the schema up to date; returns the versions that were run. Blocks.
    pub fn migrate(&self) -> Result<Vec<String>, DbError> {
        migrations::up(&mut *take(&self.inner.writers)?)
    }

    /// Brings a fresh database to this version of the schema and no further; for tests of upgrades. Blocks.
    ///
    /// # Errors
    /// [`DbError::Migration`] when there is no such version.
    pub fn migrate_up_to(&self, version: &str) -> Result<(), DbError> {
        migrations::up_to(&mut *take(&self.inner.writers)?, version)
    }

    /// Undoes the whole schema and loses everything stored; for tests and for leaving. Blocks.
    pub fn unmigrate(&self) -> Result<(), DbError> {
        migrations::down(&mut *take(&self.inner.writers)?)
    }

    /// How many migrations this program knows that the database has not had. Blocks.
    pub fn pending_migrations(&self) -> Result<usize, DbError> {
        migrations::pending(&mut *take(&self.inner.writers)?)
    }

    /// Runs the closure on one unchanging state of the database, on a thread for blocking work.
    ///
    /// # Errors
    /// What the closure answers; [`DbError::Busy`] when no connection came free in time.
    pub async fn read<T, E, F>(&self, work: F) -> Result<T, E>
    where
        T: Send + 'static,
        E: From<DbError> + Send + 'static,
        F: FnOnce(&mut Connection) -> Result<T, E> + Send + 'static,
    {
        let permit = permit(&self.inner.reading).await?;
        let db = self.clone();
        let task = tokio::task::spawn_blocking(move || {
            // Held to the end of the work, also when the caller has given up waiting for it.
            let _held = permit;
            db.read_blocking(work)
        });
        joined(task.await)
    }

    /// Runs the closure in one transaction that is kept when it answers `Ok` and undone otherwise, on a thread for
    /// blocking work.
    ///
    /// # Errors
    /// What the closure answers; [`DbError::Busy`] when no connection came free in time.
    pub async fn write<T, E, F>(&self, work: F) -> Result<T, E>
    where
        T: Send + 'static,
        E: From<DbError> + Send + 'static,
        F: FnOnce(&mut Connection) -> Result<T, E> + Send + 'static,
    {
        let permit = permit(&self.inner.writing).await?;
        let db = self.clone();
        let task = tokio::task::spawn_blocking(move || {
            // Held to the end of the work, also when the caller has given up waiting for it.
            let _held = permit;
            db.write_blocking(work)
        });
        joined(task.await)
    }

    /// [`Db::read`] on the calling thread.
    pub fn read_blocking<T, E, F>(&self, work: F) -> Result<T, E>
    where
        E: From<DbError>,
        F: FnOnce(&mut Connection) -> Result<T, E>,
    {
        let mut connection = take(&self.inner.readers)?;
        begin(&mut connection, Access::Read).map_err(DbError::from)?;
        settle(&mut connection, work)
    }

    /// [`Db::write`] on the calling thread.
    pub fn write_blocking<T, E, F>(&self, work: F) -> Result<T, E>
    where
        E: From<DbError>,
        F: FnOnce(&mut Connection) -> Result<T, E>,
    {
        let mut connection = take(&self.inner.writers)?;
        begin(&mut connection, Access::Write).map_err(DbError::from)?;
        settle(&mut connection, work)
    }
}

/// A turn at the connections; asynchronous, so that waiting takes no thread.
async fn permit(turns: &Arc<Semaphore>) -> Result<OwnedSemaphorePermit, DbError> {
    let turn = tokio::time::timeout(ACQUIRE_TIMEOUT, Arc::clone(turns).acquire_owned()).await;
    turn.map_err(|_| DbError::Busy)?.map_err(|_| DbError::Busy)
}

fn pool(target: &Target, access: Access, size: u32) -> Result<Pool<Manager>, DbError> {
    let manager = Manager { target: target.clone(), access, busy_timeout: BUSY_TIMEOUT };
    // One connection is opened here, so that a wrong address fails at once and with its reason; the rest on demand.
    drop(diesel::r2d2::ManageConnection::connect(&manager)?);
    Ok(Pool::builder()
        .max_size(size)
        .min_idle(Some(0))
        .test_on_check_out(matches!(target, Target::Postgres(_)))
        .connection_timeout(ACQUIRE_TIMEOUT)
        .build_unchecked(manager))
}

fn take(pool: &Pool<Manager>) -> Result<diesel::r2d2::PooledConnection<Manager>, DbError> {
    pool.get().map_err(|_| DbError::Busy)
}

fn begin(connection: &mut Connection, access: Access) -> diesel::QueryResult<()> {
    match (connection, access) {
        (Connection::Sqlite(sqlite), Access::Write) => {
            AnsiTransactionManager::begin_transaction_sql(sqlite, "BEGIN IMMEDIATE")
        }
        (Connection::Sqlite(sqlite), Access::Read) => AnsiTransactionManager::begin_transaction(sqlite),
        (Connection::Postgres(postgres), Access::Write) => AnsiTransactionManager::begin_transaction(postgres),
        (Connection::Postgres(postgres), Access::Read) => AnsiTransactionManager::begin_transaction_sql(
            postgres,
            "BEGIN TRANSACTION ISOLATION LEVEL REPEATABLE READ READ ONLY",
        ),
    }
}

type Manage = <Connection as diesel::Connection>::TransactionManager;

fn settle<T, E: From<DbError>>(
    connection: &mut Connection,
    work: impl FnOnce(&mut Connection) -> Result<T, E>,
) -> Result<T, E> {
    match work(connection) {
        Ok(value) => {
            Manage::commit_transaction(connection).map_err(DbError::from)?;
            Ok(value)
        }
        Err(error) => {
            if let Err(rollback) = Manage::rollback_transaction(connection) {
                tracing::error!(error = %rollback, "a database transaction could not be undone");
            }
            Err(error)
        }
    }
}

fn joined<T, E: From<DbError>>(finished: Result<Result<T, E>, tokio::task::JoinError>) -> Result<T, E> {
    match finished {
        Ok(result) => result,
        Err(failure) => {
            tracing::error!(error = %failure, "a database task did not finish");
            Err(DbError::Task.into())
        }
    }
}

/// Runs an insertion that another process may win: `false` when the value that must be the only one is there already.
/// The savepoint keeps the caller's transaction alive, which PostgreSQL would otherwise give up and SQLite would not.
fn insert_unless_taken(
    connection: &mut Connection,
    insertion: impl FnOnce(&mut Connection) -> diesel::QueryResult<usize>,
) -> Result<bool, DbError> {
    let inserted = match connection {
        Connection::Sqlite(_) => insertion(connection),
        Connection::Postgres(_) => diesel::Connection::transaction(connection, insertion),
    };
    match inserted.map_err(DbError::from) {
        Ok(_) => Ok(true),
        Err(error) if error.is_duplicate() => Ok(false),
        Err(error) => Err(error),
    }
}
