//! Providers and their sources: entering, trying, approving, suspending, accepting a held harvest, and the gate that
//! decides what becomes visible.
//!
//! Policy: nothing is published unless its source is approved (approval is the provider's agreement, recorded with who
//! gave it); suspension and withdrawal empty every door through the outbox; a mass removal waits for a person. Every
//! such deed is in the audit log.

mod entry;
mod gate;

pub use entry::{Added, NewProvider, NewSource, add_source};
pub use gate::{accept_held, approve, reinstate, suspend, test_source, withdraw};

use crate::db::DbError;
use crate::harvest::HarvestError;

/// Why a source could not be entered or moved. The text is for the person who asked.
#[derive(Debug, thiserror::Error)]
pub enum ProviderError {
    /// A field does not fit.
    #[error("{field}: {found:?} cannot be used: {expected}")]
    Field {
        /// The field.
        field: &'static str,
        /// What was given.
        found: String,
        /// What was expected, and the way out.
        expected: String,
    },
    /// The name belongs to a source of another provider.
    #[error("there is a source named {0:?} of another provider already: choose another name")]
    NameTaken(String),
    /// There is nothing to accept.
    #[error("source {0:?} has no harvest that waits for a decision: its newest run was not held")]
    NothingHeld(String),
    /// No such source.
    #[error("there is no source named {0:?}: `atlas source list` shows all")]
    UnknownSource(String),
    /// The database.
    #[error(transparent)]
    Database(#[from] DbError),
    /// The harvest.
    #[error(transparent)]
    Harvest(#[from] HarvestError),
}
