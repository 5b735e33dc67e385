//! Sources: addresses that organisations' metadata is harvested from.

use chrono::{DateTime, Utc};
use diesel::prelude::*;

use super::schema::{source, source_remainder};
use super::time::Stamp;
use super::{Connection, DbError};
use crate::domain::ids::{OrganisationId, RunId, SourceId};
use crate::domain::lifecycle::SourceState;

/// A source as stored.
#[derive(Debug, Clone, PartialEq, Eq, Queryable, Selectable)]
#[diesel(table_name = source)]
pub struct Source {
    /// Row id.
    #[diesel(deserialize_as = String)]
    pub id: SourceId,
    /// The owner: the provider.
    #[diesel(deserialize_as = String)]
    pub organisation_id: OrganisationId,
    /// Name on the command line and in reports; unique.
    pub name: String,
    /// Protocol: the name of a harvester.
    pub protocol: String,
    /// Address or file that the harvest starts from.
    pub address: String,
    /// Where it stands.
    #[diesel(deserialize_as = String)]
    pub state: SourceState,
    /// Seconds between scheduled harvests; `None`: only when asked.
    pub interval_seconds: Option<i64>,
    /// The harvester's own options, JSON.
    pub options: String,
    /// The held run that a person accepted, to be let through by the next harvest.
    #[diesel(deserialize_as = Option<String>)]
    accepted_run_id: Option<String>,
    /// When it was entered.
    #[diesel(deserialize_as = Stamp)]
    pub created: DateTime<Utc>,
    /// When it was last changed.
    #[diesel(deserialize_as = Stamp)]
    pub changed: DateTime<Utc>,
}

impl Source {
    /// Whether a person accepted that the next harvest may remove many records.
    #[must_use]
    pub const fn removal_accepted(&self) -> bool {
        self.accepted_run_id.is_some()
    }
}

/// What is needed to enter a source.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewSource {
    /// The owner.
    pub organisation_id: OrganisationId,
    /// Unique name.
    pub name: String,
    /// Protocol: the name of a harvester.
    pub protocol: String,
    /// Address or file.
    pub address: String,
    /// First state.
    pub state: SourceState,
    /// Seconds between scheduled harvests.
    pub interval_seconds: Option<i64>,
    /// The harvester's own options, JSON.
    pub options: String,
}

/// Enters a source.
///
/// # Errors
/// [`DbError::is_duplicate`] when the name is taken.
pub fn insert(connection: &mut Connection, new: &NewSource, now: DateTime<Utc>) -> Result<Source, DbError> {
    let id = SourceId::fresh(now);
    diesel::insert_into(source::table)
        .values((
            source::id.eq(id.as_str()),
            source::organisation_id.eq(new.organisation_id.as_str()),
            source::name.eq(&new.name),
            source::protocol.eq(&new.protocol),
            source::address.eq(&new.address),
            source::state.eq(new.state.as_str()),
            source::interval_seconds.eq(new.interval_seconds),
            source::options.eq(&new.options),
            source::created.eq(now.naive_utc()),
            source::changed.eq(now.naive_utc()),
        ))
        .execute(connection)?;
    get(connection, &id)
}

/// The source with this id.
pub fn get(connection: &mut Connection, id: &SourceId) -> Result<Source, DbError> {
    source::table
        .find(id.as_str())
        .select(Source::as_select())
        .first(connection)
        .optional()?
        .ok_or_else(|| DbError::not_found("source", id))
}

/// The source with this name, or `None`.
pub fn by_name(connection: &mut Connection, name: &str) -> Result<Option<Source>, DbError> {
    Ok(source::table.filter(source::name.eq(name)).select(Source::as_select()).first(connection).optional()?)
}

/// All sources by name.
pub fn list(connection: &mut Connection) -> Result<Vec<Source>, DbError> {
    Ok(source::table.order((source::name, source::id)).select(Source::as_select()).load(connection)?)
}

/// The sources of an organisation by name.
pub fn of_organisation(connection: &mut Connection, owner: &OrganisationId) -> Result<Vec<Source>, DbError> {
    Ok(source::table
        .filter(source::organisation_id.eq(owner.as_str()))
        .order((source::name, source::id))
        .select(Source::as_select())
        .load(connection)?)
}

/// Sets the state. The records follow by `records::publish_source` and `records::unpublish_source`.
pub fn set_state(
    connection: &mut Connection,
    id: &SourceId,
    state: SourceState,
    now: DateTime<Utc>,
) -> Result<(), DbError> {
    let changed = diesel::update(source::table.find(id.as_str()))
        .set((source::state.eq(state.as_str()), source::changed.eq(now.naive_utc())))
        .execute(connection)?;
    if changed == 0 { Err(DbError::not_found("source", id)) } else { Ok(()) }
}

/// Sets the address, options and interval.
pub fn set_address(
    connection: &mut Connection,
    id: &SourceId,
    address: &str,
    options: &str,
    interval_seconds: Option<i64>,
    now: DateTime<Utc>,
) -> Result<(), DbError> {
    let changed = diesel::update(source::table.find(id.as_str()))
        .set((
            source::address.eq(address),
            source::options.eq(options),
            source::interval_seconds.eq(interval_seconds),
            source::changed.eq(now.naive_utc()),
        ))
        .execute(connection)?;
    if changed == 0 { Err(DbError::not_found("source", id)) } else { Ok(()) }
}

/// Remembers that a person accepted what the held run would remove; the next harvest may remove it. `None` forgets.
pub fn accept_removal(
    connection: &mut Connection,
    id: &SourceId,
    run: Option<&RunId>,
    now: DateTime<Utc>,
) -> Result<(), DbError> {
    let changed = diesel::update(source::table.find(id.as_str()))
        .set((source::accepted_run_id.eq(run.map(RunId::as_str)), source::changed.eq(now.naive_utc())))
        .execute(connection)?;
    if changed == 0 { Err(DbError::not_found("source", id)) } else { Ok(()) }
}

/// What the source says beside its records, as canonical N-Quads, or `None`.
pub fn remainder(connection: &mut Connection, id: &SourceId) -> Result<Option<String>, DbError> {
    let query = source_remainder::table.find(id.as_str()).select(source_remainder::graph);
    Ok(query.first(connection).optional()?)
}

/// Keeps what the source says beside its records; answers whether it is other than before.
pub fn put_remainder(
    connection: &mut Connection,
    id: &SourceId,
    graph: &str,
    graph_hash: &str,
    now: DateTime<Utc>,
) -> Result<bool, DbError> {
    let kept: Option<String> =
        source_remainder::table.find(id.as_str()).select(source_remainder::graph_hash).first(connection).optional()?;
    if kept.as_deref() == Some(graph_hash) {
        return Ok(false);
    }
    if kept.is_some() {
        diesel::delete(source_remainder::table.find(id.as_str())).execute(connection)?;
    }
    diesel::insert_into(source_remainder::table)
        .values((
            source_remainder::source_id.eq(id.as_str()),
            source_remainder::graph.eq(graph),
            source_remainder::graph_hash.eq(graph_hash),
            source_remainder::changed.eq(now.naive_utc()),
        ))
        .execute(connection)?;
    Ok(true)
}
