//! `[rdf]`: the RDF store and the public query door.

use serde::{Deserialize, Serialize};

/// Settings of the RDF store.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct RdfSettings {
    /// Seconds that one query may take.
    pub query_seconds: u64,
    /// Rows of one answer at most.
    pub query_rows: usize,
    /// Queries at the same time; more are asked to come back.
    pub parallel_queries: usize,
}

impl Default for RdfSettings {
    fn default() -> Self {
        Self { query_seconds: 10, query_rows: 10_000, parallel_queries: 2 }
    }
}
