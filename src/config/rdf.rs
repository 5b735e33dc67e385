//! `[rdf]`: the RDF store and the public query door.

use std::path::PathBuf;

use serde::{Deserialize, Serialize};

use super::ConfigError;

/// Settings of the RDF store.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct RdfSettings {
    /// Seconds that one query may take.
    pub query_seconds: u64,
    /// Rows of one answer at most.
    pub query_rows: usize,
    /// Bytes of one answer at most.
    pub query_bytes: usize,
    /// Characters of one query at most.
    pub query_characters: usize,
    /// Memory in MiB that the process of one query may use.
    pub query_memory_mebibytes: u64,
    /// Queries at the same time, each in a process of its own.
    pub parallel_queries: usize,
    /// Queries that may wait for their turn; more are asked to come back.
    pub waiting_queries: usize,
    /// Seconds that a query waits for its turn before it is asked to come back.
    pub waiting_seconds: u64,
    /// Seconds for which queries are answered from one state of the catalogue while it changes.
    pub checkpoint_seconds: u64,
    /// Program that is started to answer queries; empty: this one.
    pub sparql_worker: PathBuf,
}

/// The least memory with which a query process starts, in MiB.
const LEAST_MEMORY: u64 = 64;

impl Default for RdfSettings {
    fn default() -> Self {
        Self {
            query_seconds: 10,
            query_rows: 10_000,
            query_bytes: 16 * 1024 * 1024,
            query_characters: 20_000,
            query_memory_mebibytes: 512,
            parallel_queries: 2,
            waiting_queries: 8,
            waiting_seconds: 5,
            checkpoint_seconds: 30,
            sparql_worker: PathBuf::new(),
        }
    }
}

impl RdfSettings {
    pub(super) fn check(&self) -> Result<(), ConfigError> {
        let unfit = |key: &'static str, value: u64, problem: String| {
            Err(ConfigError::Unfit { key, value: value.to_string(), problem })
        };
        if self.query_memory_mebibytes < LEAST_MEMORY {
            let problem = format!("a query process needs {LEAST_MEMORY} MiB to start");
            return unfit("rdf.query_memory_mebibytes", self.query_memory_mebibytes, problem);
        }
        if self.query_seconds == 0 {
            return unfit("rdf.query_seconds", 0, "at least 1 second is needed for an answer".to_owned());
        }
        if self.parallel_queries == 0 {
            return unfit("rdf.parallel_queries", 0, "at least 1 query must be answered at a time".to_owned());
        }
        Ok(())
    }
}
