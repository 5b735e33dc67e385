//! The gate between what was harvested and what is visible.

use super::ProviderError;
use crate::app::App;
use crate::db::audit::{self, Deed};
use crate::db::sources::{self, Source};
use crate::db::{Connection, records, runs};
use crate::domain::ids::{RecordId, RunId};
use crate::domain::lifecycle::{RecordEvent, RecordState, RunOutcome, SourceState};
use crate::harvest::{self, Options, RunReport};

/// The source with this name.
fn named(connection: &mut Connection, name: &str) -> Result<Source, ProviderError> {
    sources::by_name(connection, name)?.ok_or_else(|| ProviderError::UnknownSource(name.to_owned()))
}

/// Tries a source: the whole harvest with its report, and nothing written.
///
/// # Errors
/// [`ProviderError::UnknownSource`], or those of the harvest.
pub async fn test_source(app: &App, name: &str) -> Result<RunReport, ProviderError> {
    let wanted = name.to_owned();
    let source = app.db.read(move |connection| named(connection, &wanted)).await?;
    let options = Options { dry_run: true, cause: "test".to_owned() };
    Ok(harvest::run(app, &source.id, &options).await?)
}

/// Approves a source: its sound records are published now, and those of later harvests when they come. Returns how many
/// were published.
///
/// # Errors
/// [`ProviderError::UnknownSource`], or those of the database.
pub async fn approve(app: &App, name: &str, actor: &str) -> Result<i64, ProviderError> {
    let (name, actor, now) = (name.to_owned(), actor.to_owned(), app.clock.now());
    app.db
        .write(move |connection| {
            let source = named(connection, &name)?;
            sources::set_state(connection, &source.id, SourceState::Approved, now)?;
            let published = records::publish_source(connection, &source.id, now)?;
            let detail = format!("{published} records published");
            let deed = Deed { action: "source.approve", subject: source.id.as_str(), actor: &actor, detail: &detail };
            audit::append(connection, &deed, now)?;
            Ok(published)
        })
        .await
}

/// Suspends a source: its records leave every door and come back when it is approved again. Returns how many left.
///
/// # Errors
/// [`ProviderError::UnknownSource`], or those of the database.
pub async fn suspend(app: &App, name: &str, actor: &str) -> Result<i64, ProviderError> {
    let (name, actor, now) = (name.to_owned(), actor.to_owned(), app.clock.now());
    app.db
        .write(move |connection| {
            let source = named(connection, &name)?;
            sources::set_state(connection, &source.id, SourceState::Suspended, now)?;
            let left = records::unpublish_source(connection, &source.id, now)?;
            let detail = format!("{left} records left every door");
            let deed = Deed { action: "source.suspend", subject: source.id.as_str(), actor: &actor, detail: &detail };
            audit::append(connection, &deed, now)?;
            Ok(left)
        })
        .await
}

/// Accepts what the newest run of the source held: the next harvest may remove it. Returns the held run.
///
/// # Errors
/// [`ProviderError::NothingHeld`] when the newest run was not held.
pub async fn accept_held(app: &App, name: &str, actor: &str) -> Result<RunId, ProviderError> {
    let (name, actor, now) = (name.to_owned(), actor.to_owned(), app.clock.now());
    app.db
        .write(move |connection| {
            let source = named(connection, &name)?;
            let newest = runs::newest(connection, &source.id, 1)?.into_iter().next();
            let held = match newest {
                Some(run) if run.outcome()?.is_some_and(RunOutcome::is_held) => run,
                _ => return Err(ProviderError::NothingHeld(name)),
            };
            sources::accept_removal(connection, &source.id, Some(&held.id), now)?;
            let deed =
                Deed { action: "source.accept", subject: source.id.as_str(), actor: &actor, detail: held.id.as_str() };
            audit::append(connection, &deed, now)?;
            Ok(held.id)
        })
        .await
}

/// Takes a record back: it leaves every door and stays away however often it is harvested.
///
/// # Errors
/// Those of the database; refused where the record is gone already.
pub async fn withdraw(app: &App, record: &RecordId, actor: &str, why: &str) -> Result<RecordState, ProviderError> {
    decide(app, record, actor, why, "record.withdraw", RecordEvent::Withdraw).await
}

/// Undoes a withdrawal; the record must be published anew.
///
/// # Errors
/// Those of the database; refused where the record was not withdrawn.
pub async fn reinstate(app: &App, record: &RecordId, actor: &str, why: &str) -> Result<RecordState, ProviderError> {
    decide(app, record, actor, why, "record.reinstate", RecordEvent::Reinstate).await
}

async fn decide(
    app: &App,
    record: &RecordId,
    actor: &str,
    why: &str,
    action: &'static str,
    event: RecordEvent,
) -> Result<RecordState, ProviderError> {
    let (record, actor, why, now) = (record.clone(), actor.to_owned(), why.to_owned(), app.clock.now());
    app.db
        .write(move |connection| {
            let state = records::set_state(connection, &record, event, now)?;
            let deed = Deed { action, subject: record.as_str(), actor: &actor, detail: &why };
            audit::append(connection, &deed, now)?;
            Ok(state)
        })
        .await
}
