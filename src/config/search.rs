//! `[search]`: the text index.

use serde::{Deserialize, Serialize};

/// Settings of the text index.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct SearchSettings {
    /// MiB that the index writer may use before it writes to disk.
    pub writer_mebibytes: usize,
    /// Results on one page.
    pub page_size: usize,
}

impl Default for SearchSettings {
    fn default() -> Self {
        Self { writer_mebibytes: 32, page_size: 20 }
    }
}
