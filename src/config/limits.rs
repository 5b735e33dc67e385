//! `[limits]`: what one visitor may ask for.

use serde::{Deserialize, Serialize};

/// Limits on requests.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct LimitSettings {
    /// Characters of a search text; a longer one keeps the form and says so.
    pub query_characters: usize,
    /// Bytes of a request's body.
    pub body_bytes: usize,
    /// Requests answered at the same time; more are asked to come back.
    pub parallel_requests: usize,
}

impl Default for LimitSettings {
    fn default() -> Self {
        Self { query_characters: 500, body_bytes: 256 * 1024, parallel_requests: 256 }
    }
}
