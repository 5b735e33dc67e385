//! Harvesting: from a provider's endpoint to stored records.
//!
//! Two phases. The first fetches under guard and archives what came ([`gather`]), by one harvester for each protocol
//! ([`fdp`], [`document`]). The second reads records from the archive alone ([`read`]), compares them with what is
//! stored ([`diff`]), and takes them over in one transaction ([`takeover`]). Nothing is removed before the source was
//! proven to have been read whole; nothing that readers see changes when it was not.

pub mod archive;
pub mod diff;
pub mod document;
pub mod engine;
pub mod fdp;
pub mod gather;
pub mod manifest;
pub mod paging;
pub mod protocol;
pub mod read;
mod record;
pub mod report;
pub mod reread;
pub mod scope;
mod takeover;
mod users;
pub mod validate;
pub mod vocabularies;

pub use engine::{Engine, Options, StoredReport};
pub use protocol::{Protocol, SourceOptions, Target};
pub use report::RunReport;
pub use validate::ValidationReport;

use crate::app::{App, vocabulary};
use crate::db::DbError;
use crate::domain::ids::SourceId;

/// Harvests a stored source once; everything about the source itself is in the report.
///
/// # Errors
/// [`HarvestError`] when the harvest could not be tried, or failed on our side.
pub async fn run(app: &App, source: &SourceId, options: &Options) -> Result<RunReport, HarvestError> {
    refresh_vocabulary(app).await?;
    Engine::of(app).run(source, options).await
}

/// Reads an address or a file that is no stored source, and answers what a harvest would bring; nothing is written.
///
/// # Errors
/// [`HarvestError`] of the database only.
pub async fn try_address(app: &App, protocol: Protocol, target: &Target) -> Result<RunReport, HarvestError> {
    refresh_vocabulary(app).await?;
    Engine::of(app).try_address(protocol, target).await
}

/// A harvest is read with the vocabulary that is stored, whatever else keeps this process busy.
async fn refresh_vocabulary(app: &App) -> Result<(), HarvestError> {
    let (db, shared) = (app.db.clone(), app.vocabulary.clone());
    let work = tokio::task::spawn_blocking(move || vocabulary::refresh(&db, &shared));
    work.await.map_err(|_| DbError::Task)??;
    Ok(())
}

/// Why a harvest could not even be tried, or failed on our side.
#[derive(Debug, thiserror::Error)]
pub enum HarvestError {
    /// The database.
    #[error(transparent)]
    Database(#[from] DbError),
    /// The source's protocol is not known.
    #[error(transparent)]
    Protocol(#[from] protocol::UnknownProtocol),
    /// The source's options cannot be read.
    #[error("the options of source {0} cannot be read: {1}")]
    Options(String, String),
    /// Another process harvests it.
    #[error("the source is being harvested already; try again when that run has ended")]
    Busy,
}
