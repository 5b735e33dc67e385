//! Bringing a database to the present schema. Policy: both dialects have the same versions; PostgreSQL processes that
//! start together take turns under an advisory lock; every step can be undone (tested).

use diesel::connection::SimpleConnection;
use diesel::migration::Migration;
use diesel_migrations::{EmbeddedMigrations, MigrationHarness, embed_migrations};

use super::{Connection, DbError};

const SQLITE: EmbeddedMigrations = embed_migrations!("schema/sqlite");
const POSTGRES: EmbeddedMigrations = embed_migrations!("schema/postgres");

/// Key of the advisory lock that migrations are run under.
const MIGRATION_LOCK: i64 = 0x4154_4c41_5300;

fn failed(error: impl std::fmt::Display) -> DbError {
    DbError::Migration(error.to_string())
}

/// Runs what is missing; returns the versions that were run, in order.
pub(super) fn up(connection: &mut Connection) -> Result<Vec<String>, DbError> {
    match connection {
        Connection::Sqlite(sqlite) => {
            // Processes that start together take turns: the loser finds nothing left to do.
            diesel::connection::AnsiTransactionManager::begin_transaction_sql(sqlite, "BEGIN EXCLUSIVE")?;
            let run = sqlite.run_pending_migrations(SQLITE).map(|versions| named(&versions)).map_err(failed);
            finish(sqlite, run)
        }
        Connection::Postgres(postgres) => {
            postgres.batch_execute(&format!("SELECT pg_advisory_lock({MIGRATION_LOCK})"))?;
            let run = postgres.run_pending_migrations(POSTGRES).map(|versions| named(&versions)).map_err(failed);
            postgres.batch_execute(&format!("SELECT pg_advisory_unlock({MIGRATION_LOCK})"))?;
            run
        }
    }
}

/// Runs what is missing up to and with `version`, one step at a time.
pub(super) fn up_to(connection: &mut Connection, version: &str) -> Result<(), DbError> {
    loop {
        let ran = match connection {
            Connection::Sqlite(sqlite) => sqlite.run_next_migration(SQLITE).map(|ran| ran.to_string()),
            Connection::Postgres(postgres) => postgres.run_next_migration(POSTGRES).map(|ran| ran.to_string()),
        };
        if ran.map_err(failed)? == version {
            return Ok(());
        }
    }
}

/// Undoes every migration, newest first. Everything stored is lost.
pub(super) fn down(connection: &mut Connection) -> Result<(), DbError> {
    match connection {
        Connection::Sqlite(sqlite) => sqlite.revert_all_migrations(SQLITE).map(drop).map_err(failed),
        Connection::Postgres(postgres) => postgres.revert_all_migrations(POSTGRES).map(drop).map_err(failed),
    }
}

/// How many migrations have not been run.
pub(super) fn pending(connection: &mut Connection) -> Result<usize, DbError> {
    match connection {
        Connection::Sqlite(sqlite) => sqlite.pending_migrations(SQLITE).map(|list| list.len()).map_err(failed),
        Connection::Postgres(postgres) => postgres.pending_migrations(POSTGRES).map(|list| list.len()).map_err(failed),
    }
}

fn named(versions: &[diesel::migration::MigrationVersion<'_>]) -> Vec<String> {
    versions.iter().map(ToString::to_string).collect()
}

fn finish<T>(connection: &mut diesel::SqliteConnection, run: Result<T, DbError>) -> Result<T, DbError> {
    use diesel::connection::{AnsiTransactionManager, TransactionManager};
    match run {
        Ok(value) => {
            AnsiTransactionManager::commit_transaction(connection)?;
            Ok(value)
        }
        Err(error) => {
            AnsiTransactionManager::rollback_transaction(connection)?;
            Err(error)
        }
    }
}

/// The versions that this program knows, of both dialects (SQLite, PostgreSQL), each in order.
pub fn known_versions() -> Result<(Vec<String>, Vec<String>), DbError> {
    use diesel::migration::MigrationSource;
    let of = |list: Vec<String>| {
        let mut sorted = list;
        sorted.sort();
        sorted
    };
    let sqlite: Vec<Box<dyn Migration<diesel::sqlite::Sqlite>>> = SQLITE.migrations().map_err(failed)?;
    let postgres: Vec<Box<dyn Migration<diesel::pg::Pg>>> = POSTGRES.migrations().map_err(failed)?;
    Ok((
        of(sqlite.iter().map(|migration| migration.name().version().to_string()).collect()),
        of(postgres.iter().map(|migration| migration.name().version().to_string()).collect()),
    ))
}
