//! One connection type over both databases, and how it is opened. Policy: the scheme of the address decides, and an
//! unknown scheme is refused, so that a slip of the pen never creates an empty database file.

use std::path::{Path, PathBuf};
use std::str::FromStr;
use std::time::Duration;

use diesel::connection::SimpleConnection;
use diesel::r2d2::{ManageConnection, R2D2Connection};
use diesel::{Connection as _, PgConnection, SqliteConnection};

use super::DbError;

/// A connection to either database; queries are written once and run on both.
#[derive(diesel::MultiConnection)]
pub enum DbConnection {
    /// A file of this machine.
    Sqlite(SqliteConnection),
    /// A PostgreSQL server.
    Postgres(PgConnection),
}

impl std::fmt::Debug for DbConnection {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(match self {
            DbConnection::Sqlite(_) => "Connection::Sqlite",
            DbConnection::Postgres(_) => "Connection::Postgres",
        })
    }
}

/// Where the database is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Target {
    /// An SQLite file.
    Sqlite(PathBuf),
    /// A PostgreSQL address as libpq reads it (PostgreSQL manual §34.1.1.2).
    Postgres(String),
}

impl FromStr for Target {
    type Err = DbError;

    /// Reads `sqlite:PATH`, `postgres://…`, `postgresql://…` or the path of a file.
    fn from_str(address: &str) -> Result<Self, DbError> {
        let scheme = address.split_once(':').map(|(scheme, rest)| (scheme.to_ascii_lowercase(), rest));
        match scheme {
            Some((scheme, path)) if scheme == "sqlite" || scheme == "file" => {
                sqlite_path(path.strip_prefix("//").unwrap_or(path))
            }
            Some((scheme, _)) if scheme == "postgres" || scheme == "postgresql" => {
                Ok(Target::Postgres(address.to_owned()))
            }
            Some((scheme, _)) if is_scheme(&scheme) => Err(DbError::UnknownScheme(scheme)),
            _ => sqlite_path(address),
        }
    }
}

fn is_scheme(text: &str) -> bool {
    // One letter is a drive, and a path may hold a colon behind a slash or a dot.
    text.len() > 1 && text.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'+' || b == b'-')
}

fn sqlite_path(path: &str) -> Result<Target, DbError> {
    if path.is_empty() || path == ":memory:" {
        return Err(DbError::NoFile);
    }
    Ok(Target::Sqlite(PathBuf::from(path)))
}

/// What a connection of a pool may do.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Access {
    Read,
    Write,
}

/// Opens and checks connections for the pools.
#[derive(Debug)]
pub(super) struct Manager {
    pub(super) target: Target,
    pub(super) access: Access,
    pub(super) busy_timeout: Duration,
}

impl Manager {
    fn open(&self) -> Result<DbConnection, DbError> {
        match &self.target {
            Target::Sqlite(path) => open_sqlite(path, self.access, self.busy_timeout).map(DbConnection::Sqlite),
            Target::Postgres(address) => {
                let mut connection = PgConnection::establish(address).map_err(DbError::Open)?;
                connection.batch_execute("SET TIME ZONE 'UTC'")?;
                Ok(DbConnection::Postgres(connection))
            }
        }
    }
}

fn open_sqlite(path: &Path, access: Access, busy_timeout: Duration) -> Result<SqliteConnection, DbError> {
    if let Some(folder) = path.parent().filter(|folder| !folder.as_os_str().is_empty()) {
        std::fs::create_dir_all(folder).map_err(|source| DbError::Folder { path: folder.to_owned(), source })?;
    }
    let mut connection = SqliteConnection::establish(&path.to_string_lossy()).map_err(DbError::Open)?;
    // One statement each and in this order: the switch to WAL itself needs the waiting time to be set.
    connection.batch_execute(&format!("PRAGMA busy_timeout = {}", busy_timeout.as_millis()))?;
    connection.batch_execute("PRAGMA journal_mode = WAL")?;
    connection.batch_execute("PRAGMA synchronous = NORMAL")?;
    connection.batch_execute("PRAGMA foreign_keys = ON")?;
    if access == Access::Read {
        connection.batch_execute("PRAGMA query_only = ON")?;
    }
    Ok(connection)
}

impl ManageConnection for Manager {
    type Connection = DbConnection;
    type Error = DbError;

    fn connect(&self) -> Result<DbConnection, DbError> {
        self.open()
    }

    fn is_valid(&self, connection: &mut DbConnection) -> Result<(), DbError> {
        Ok(connection.ping()?)
    }

    fn has_broken(&self, connection: &mut DbConnection) -> bool {
        std::thread::panicking() || connection.is_broken()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_scheme_decides_and_unknown_ones_are_refused() {
        let file = |path: &str| Target::Sqlite(PathBuf::from(path));
        assert_eq!("sqlite:data/hub.db".parse::<Target>().unwrap(), file("data/hub.db"));
        assert_eq!("sqlite:///srv/hub.db".parse::<Target>().unwrap(), file("/srv/hub.db"));
        assert_eq!("./a:b.db".parse::<Target>().unwrap(), file("./a:b.db"));
        assert!(matches!("postgresql://h/d".parse::<Target>().unwrap(), Target::Postgres(_)));
        let refused = "postgers://h/d".parse::<Target>().unwrap_err();
        assert!(refused.to_string().contains("postgers"), "{refused}");
        assert!(":memory:".parse::<Target>().is_err() && "sqlite:".parse::<Target>().is_err());
    }
}
