//! `[database]`: SQLite in the data directory, or another database by address.

use serde::{Deserialize, Serialize};

use super::ConfigError;

/// Settings of the database.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct DatabaseSettings {
    /// `sqlite://path` or `postgres://user:password@host/name`; empty: SQLite in the data directory.
    pub url: String,
    /// Connections for reading; 0: one per processor. On PostgreSQL the whole pool.
    pub connections: u32,
    /// Seconds to wait for a connection or a lock before giving up.
    pub wait_seconds: u64,
}

impl Default for DatabaseSettings {
    fn default() -> Self {
        Self { url: String::new(), connections: 0, wait_seconds: 10 }
    }
}

impl DatabaseSettings {
    pub(super) fn check(&self) -> Result<(), ConfigError> {
        let known = ["sqlite://", "postgres://", "postgresql://"];
        if self.url.is_empty() || known.iter().any(|scheme| self.url.starts_with(scheme)) {
            return Ok(());
        }
        Err(ConfigError::Unfit {
            key: "database.url",
            value: self.url.split(':').next().unwrap_or_default().to_owned() + ":…",
            problem: "it must start with sqlite:// or postgres://".to_owned(),
        })
    }
}
