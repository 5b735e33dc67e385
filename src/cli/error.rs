//! Refusals of the command line, written for the person at the terminal.

use std::path::PathBuf;

use crate::app::AppError;
use crate::config::ConfigError;
use crate::db::DbError;
#[cfg(feature = "demo")]
use crate::demo::{FactsError, NodesError};
use crate::harvest::HarvestError;
use crate::harvest::vocabularies::ImportError;
use crate::projection::ProjectionError;
use crate::providers::ProviderError;
use crate::rdf::shapes::ShapesError;
use crate::telemetry::TelemetryError;
use crate::vocab::VocabularyError;

/// Why a command did not do what was asked.
#[derive(Debug, thiserror::Error)]
pub enum CliError {
    /// Settings.
    #[error(transparent)]
    Config(#[from] ConfigError),
    /// Logs or metrics.
    #[error(transparent)]
    Telemetry(#[from] TelemetryError),
    /// The application does not open.
    #[error(transparent)]
    App(#[from] AppError),
    /// The indexes.
    #[error(transparent)]
    Projection(#[from] ProjectionError),
    /// The database.
    #[error("the database did not do it: {0}")]
    Database(#[from] DbError),
    /// A source or provider.
    #[error(transparent)]
    Provider(#[from] ProviderError),
    /// A harvest could not be tried.
    #[error(transparent)]
    Harvest(#[from] HarvestError),
    /// Shapes of one's own.
    #[error(transparent)]
    Shapes(#[from] ShapesError),
    /// The vocabularies.
    #[error(transparent)]
    Vocabulary(#[from] VocabularyError),
    /// A vocabulary was not taken in.
    #[error(transparent)]
    Import(#[from] ImportError),
    /// A value on the command line.
    #[error("{0}")]
    Usage(String),
    /// The carried facts.
    #[cfg(feature = "demo")]
    #[error(transparent)]
    Facts(#[from] FactsError),
    /// The simulated nodes.
    #[cfg(feature = "demo")]
    #[error(transparent)]
    Nodes(#[from] NodesError),
    /// The demonstration did not come up.
    #[error("the demonstration is not complete: {0}")]
    Demonstration(String),
    /// The address cannot be listened on.
    #[error(
        "{address} cannot be listened on: {source}; is another program using the port? Choose another with server.bind \
         (atlas demo: --port)"
    )]
    Listen {
        /// The address.
        address: String,
        /// What the system said.
        source: std::io::Error,
    },
    /// The web server ended by itself.
    #[error("the web server ended by itself; the log lines above say why")]
    ServerEnded,
    /// No runtime.
    #[error("no threads could be started: {0}")]
    Runtime(std::io::Error),
    /// A file.
    #[error("the file {} cannot be used: {source}", path.display())]
    File {
        /// Its path.
        path: PathBuf,
        /// What the system said.
        source: std::io::Error,
    },
    /// A query process cannot confine itself or has lost its hub.
    #[error("queries cannot be answered: {0}")]
    Worker(std::io::Error),
    /// Standard output is closed or full.
    #[error("the answer cannot be written: {0}")]
    Output(std::io::Error),
}

impl CliError {
    pub(super) fn listen(address: &str, source: std::io::Error) -> Self {
        CliError::Listen { address: address.to_owned(), source }
    }
}
