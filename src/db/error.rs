//! What can go wrong with the database.

use std::path::PathBuf;

use diesel::result::DatabaseErrorKind;

/// A failure of the database or of what is stored in it. Policy: an unknown stored value is an error, never a default.
#[derive(Debug, thiserror::Error)]
pub enum DbError {
    /// The address's scheme is neither SQLite's nor PostgreSQL's.
    #[error("database.url: unknown scheme {0:?}; use sqlite:PATH or postgres://…")]
    UnknownScheme(String),
    /// The address names no file.
    #[error("database.url: an SQLite database needs a file path, such as sqlite:data/atlas.db")]
    NoFile,
    /// The database's folder could not be made.
    #[error("cannot make the folder {path} for the database")]
    Folder {
        /// The folder.
        path: PathBuf,
        /// Why.
        source: std::io::Error,
    },
    /// The database could not be opened.
    #[error("cannot open the database: {0}")]
    Open(#[source] diesel::ConnectionError),
    /// All connections are in use and none came free in time; try again later.
    #[error("the database is busy")]
    Busy,
    /// A query failed.
    #[error("database query failed: {0}")]
    Query(#[from] diesel::result::Error),
    /// A migration failed.
    #[error("database migration failed: {0}")]
    Migration(String),
    /// What was asked for is not there.
    #[error("there is no {what} {name:?}")]
    NotFound {
        /// Kind of thing.
        what: &'static str,
        /// How it was named.
        name: String,
    },
    /// A rule refuses the change.
    #[error("{0}")]
    Refused(String),
    /// A stored value cannot be read.
    #[error("stored {what} cannot be read: {detail}")]
    Corrupt {
        /// Kind of value.
        what: &'static str,
        /// What is wrong.
        detail: String,
    },
    /// The task that used the connection panicked or was cancelled.
    #[error("the database task did not finish")]
    Task,
}

impl DbError {
    /// Nothing of that kind has that name.
    pub(crate) fn not_found(what: &'static str, name: &(impl ToString + ?Sized)) -> Self {
        DbError::NotFound { what, name: name.to_string() }
    }

    /// A stored value cannot be read.
    #[expect(clippy::needless_pass_by_value, reason = "map_err hands its error over by value")]
    pub(crate) fn corrupt(what: &'static str, detail: impl ToString) -> Self {
        DbError::Corrupt { what, detail: detail.to_string() }
    }

    /// Whether the thing is not there, as opposed to every other failure.
    #[must_use]
    pub fn is_not_found(&self) -> bool {
        matches!(self, DbError::NotFound { .. } | DbError::Query(diesel::result::Error::NotFound))
    }

    /// Whether a value that must be the only one was there already.
    #[must_use]
    pub fn is_duplicate(&self) -> bool {
        matches!(self, DbError::Query(diesel::result::Error::DatabaseError(DatabaseErrorKind::UniqueViolation, _)))
    }
}

impl From<crate::domain::lifecycle::NotAllowed> for DbError {
    fn from(error: crate::domain::lifecycle::NotAllowed) -> Self {
        DbError::Refused(error.to_string())
    }
}
