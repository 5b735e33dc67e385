//! `[data]`: where files are kept. One process per directory.

use std::path::PathBuf;

use serde::{Deserialize, Serialize};

/// Settings of the data directory.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct DataSettings {
    /// Directory of the SQLite file, the indexes and the archive of raw answers.
    pub directory: PathBuf,
    /// Directory whose files replace the embedded vocabularies of the same name; empty: none.
    pub vocabularies: PathBuf,
}

impl Default for DataSettings {
    fn default() -> Self {
        Self { directory: PathBuf::from("./data"), vocabularies: PathBuf::new() }
    }
}
