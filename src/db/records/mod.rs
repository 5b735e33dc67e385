//! Records: what each source says about each data set and series, with every version of it, and its way to the public.
//! Policy: contents change only in [`apply_run`] and, where only the vocabulary changed, in [`reread`], states only in [`set_state`] and the functions that call it, and
//! whatever changes what the public sees appends to the outbox in the same transaction.

mod apply;
mod identity;
pub mod reread;
pub mod slugs;

use chrono::{DateTime, Utc};
use diesel::prelude::*;

pub use self::apply::{Applied, ApplyRun, apply_run};
pub use self::identity::{leading, leading_of};
use super::outbox::{self, Operation};
use super::schema::{record, record_version};
use super::time::{MaybeStamp, Stamp};
use super::{Connection, DbError, runs, sources};
use crate::domain::dataset::{Dataset, Profile, Repair, Series};
use crate::domain::ids::{DatasetId, RecordId, Slug, SourceId};
use crate::domain::lifecycle::{RecordEvent, RecordKind, RecordState, SourceState};

/// A record as stored, without the source's statements (see [`source_graph`]).
#[derive(Debug, Clone, PartialEq, Eq, Queryable, Selectable)]
#[diesel(table_name = record)]
pub struct Record {
    /// Row id.
    #[diesel(deserialize_as = String)]
    pub id: RecordId,
    /// The source that says so.
    #[diesel(deserialize_as = String)]
    pub source_id: SourceId,
    /// The data set or series itself, across sources.
    #[diesel(deserialize_as = String)]
    pub data_set_id: DatasetId,
    /// What it describes.
    #[diesel(deserialize_as = String)]
    pub kind: RecordKind,
    /// The provider's IRI.
    pub iri: Option<String>,
    /// What it is known by inside its source.
    pub identity: String,
    /// Public name.
    #[diesel(deserialize_as = String)]
    pub slug: Slug,
    /// Where it stands.
    #[diesel(deserialize_as = String)]
    pub state: RecordState,
    /// The canonical `Dataset` or `Series`, JSON.
    pub document: String,
    /// SHA-256 of the document, hexadecimal.
    pub document_hash: String,
    /// RDFC-1.0 hash of the source's statements, hexadecimal.
    pub graph_hash: String,
    profile: String,
    repairs: String,
    /// What validation found, JSON.
    pub findings: String,
    /// Whether nothing in it must be mended before it may be published.
    pub sound: bool,
    /// Number of its version, from 1.
    pub version: i64,
    /// When it was first harvested.
    #[diesel(deserialize_as = Stamp)]
    pub first_seen: DateTime<Utc>,
    /// When a harvest that changed anything at its source last had it; `runs::last_success` tells when it was last
    /// confirmed.
    #[diesel(deserialize_as = Stamp)]
    pub last_seen: DateTime<Utc>,
    /// When its contents last changed.
    #[diesel(deserialize_as = Stamp)]
    pub changed: DateTime<Utc>,
    /// When it was first published.
    #[diesel(deserialize_as = MaybeStamp)]
    pub published_at: Option<DateTime<Utc>>,
    /// Since when its source no longer has it.
    #[diesel(deserialize_as = MaybeStamp)]
    pub gone_at: Option<DateTime<Utc>>,
}

impl Record {
    /// The canonical data set.
    ///
    /// # Errors
    /// [`DbError::Corrupt`] when the document is not one.
    pub fn dataset(&self) -> Result<Dataset, DbError> {
        serde_json::from_str(&self.document).map_err(|error| DbError::corrupt("data set", error))
    }
    /// The canonical series.
    ///
    /// # Errors
    /// [`DbError::Corrupt`] when the document is not one.
    pub fn series(&self) -> Result<Series, DbError> {
        serde_json::from_str(&self.document).map_err(|error| DbError::corrupt("series", error))
    }
    /// The profile that it was written in.
    pub fn profile(&self) -> Result<Profile, DbError> {
        runs::profile_named(&self.profile)
    }
    /// What was mended while reading.
    pub fn repairs(&self) -> Result<Vec<Repair>, DbError> {
        serde_json::from_str(&self.repairs).map_err(|error| DbError::corrupt("repairs", error))
    }
}

/// A version of a record.
#[derive(Debug, Clone, PartialEq, Eq, Queryable, Selectable)]
#[diesel(table_name = record_version)]
pub struct Version {
    /// Number, from 1.
    pub version: i64,
    /// RDFC-1.0 hash of the source's statements, hexadecimal.
    pub graph_hash: String,
    /// When it was taken over.
    #[diesel(deserialize_as = Stamp)]
    pub created: DateTime<Utc>,
}

/// How many records of a source are in each state.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct SourceSummary {
    /// Waiting or to be mended.
    pub quarantined: i64,
    /// Agreed, not published.
    pub agreed: i64,
    /// Published.
    pub published: i64,
    /// Withdrawn.
    pub withdrawn: i64,
    /// No longer at the source.
    pub gone: i64,
}

/// The record with this id.
pub fn get(connection: &mut Connection, id: &RecordId) -> Result<Record, DbError> {
    record::table
        .find(id.as_str())
        .select(Record::as_select())
        .first(connection)
        .optional()?
        .ok_or_else(|| DbError::not_found("record", id))
}

/// The records with these ids, in the order of the ids.
///
/// # Errors
/// [`DbError::NotFound`] when one of them is not there.
pub fn many(connection: &mut Connection, ids: &[RecordId]) -> Result<Vec<Record>, DbError> {
    let wanted: Vec<&str> = ids.iter().map(RecordId::as_str).collect();
    let found: Vec<Record> = record::table
        .filter(record::id.eq_any(wanted))
        .order(record::id)
        .select(Record::as_select())
        .load(connection)?;
    if found.len() < ids.len() {
        let there: std::collections::HashSet<&RecordId> = found.iter().map(|record| &record.id).collect();
        if let Some(missing) = ids.iter().find(|id| !there.contains(id)) {
            return Err(DbError::not_found("record", missing));
        }
    }
    Ok(found)
}

/// The record of this kind with this public name in whatever state, or `None`. A door must check its state.
pub fn by_slug(connection: &mut Connection, kind: RecordKind, slug: &str) -> Result<Option<Record>, DbError> {
    Ok(record::table
        .filter(record::kind.eq(kind.as_str()))
        .filter(record::slug.eq(slug))
        .select(Record::as_select())
        .first(connection)
        .optional()?)
}

/// Published records of the kind in order of id, after `after`, at most `limit`.
pub fn published(
    connection: &mut Connection,
    kind: RecordKind,
    after: Option<&RecordId>,
    limit: i64,
) -> Result<Vec<Record>, DbError> {
    Ok(record::table
        .filter(record::state.eq(RecordState::Published.as_str()))
        .filter(record::kind.eq(kind.as_str()))
        .filter(record::id.gt(after.map_or("", RecordId::as_str)))
        .order(record::id)
        .limit(limit)
        .select(Record::as_select())
        .load(connection)?)
}

/// How many records of the kind are published.
pub fn count_published(connection: &mut Connection, kind: RecordKind) -> Result<i64, DbError> {
    Ok(record::table
        .filter(record::state.eq(RecordState::Published.as_str()))
        .filter(record::kind.eq(kind.as_str()))
        .count()
        .get_result(connection)?)
}

/// All records of the source in order of id.
pub fn of_source(connection: &mut Connection, source: &SourceId) -> Result<Vec<Record>, DbError> {
    Ok(record::table
        .filter(record::source_id.eq(source.as_str()))
        .order(record::id)
        .select(Record::as_select())
        .load(connection)?)
}

/// The published records of the data set, the leading one among them, in order of id.
pub fn published_of_data_set(connection: &mut Connection, id: &DatasetId) -> Result<Vec<Record>, DbError> {
    Ok(record::table
        .filter(record::data_set_id.eq(id.as_str()))
        .filter(record::state.eq(RecordState::Published.as_str()))
        .order(record::id)
        .select(Record::as_select())
        .load(connection)?)
}

/// The published record of the kind that has this IRI, the oldest first; `None` where none has.
pub fn published_by_iri(connection: &mut Connection, kind: RecordKind, iri: &str) -> Result<Option<Record>, DbError> {
    Ok(record::table
        .filter(record::iri.eq(iri))
        .filter(record::kind.eq(kind.as_str()))
        .filter(record::state.eq(RecordState::Published.as_str()))
        .order((record::first_seen, record::id))
        .select(Record::as_select())
        .first(connection)
        .optional()?)
}

/// How many records of the source are in each state.
pub fn summary_of_source(connection: &mut Connection, source: &SourceId) -> Result<SourceSummary, DbError> {
    let mut count = |state: RecordState| {
        record::table
            .filter(record::source_id.eq(source.as_str()))
            .filter(record::state.eq(state.as_str()))
            .count()
            .get_result(connection)
    };
    Ok(SourceSummary {
        quarantined: count(RecordState::Quarantined)?,
        agreed: count(RecordState::Agreed)?,
        published: count(RecordState::Published)?,
        withdrawn: count(RecordState::Withdrawn)?,
        gone: count(RecordState::Gone)?,
    })
}

/// The source's statements of the record's present version, canonical N-Quads.
pub fn source_graph(connection: &mut Connection, id: &RecordId) -> Result<String, DbError> {
    record_version::table
        .filter(record_version::record_id.eq(id.as_str()))
        .order(record_version::version.desc())
        .select(record_version::source_graph)
        .first(connection)
        .optional()?
        .ok_or_else(|| DbError::not_found("record", id))
}

/// The versions of a record, oldest first.
pub fn versions(connection: &mut Connection, id: &RecordId) -> Result<Vec<Version>, DbError> {
    Ok(record_version::table
        .filter(record_version::record_id.eq(id.as_str()))
        .order(record_version::version)
        .select(Version::as_select())
        .load(connection)?)
}

/// Lets something happen to the record; returns the new state. A change of what the public sees goes to the outbox.
///
/// # Errors
/// [`DbError::Refused`] where the rules have no such move, and for publishing while the source is not approved.
pub fn set_state(
    connection: &mut Connection,
    id: &RecordId,
    event: RecordEvent,
    now: DateTime<Utc>,
) -> Result<RecordState, DbError> {
    let before = get(connection, id)?;
    let after = before.state.after(event)?;
    if after == before.state {
        return Ok(after);
    }
    if after.is_visible() && sources::get(connection, &before.source_id)?.state != SourceState::Approved {
        return Err(DbError::Refused("a record of a source that is not approved cannot be published".to_owned()));
    }
    let first_published = match before.published_at {
        None if after.is_visible() => Some(now),
        earlier => earlier,
    };
    diesel::update(record::table.find(id.as_str()))
        .set((record::state.eq(after.as_str()), record::published_at.eq(first_published.map(|time| time.naive_utc()))))
        .execute(connection)?;
    let mut events = Vec::new();
    announce(connection, id, &before.data_set_id, before.state, after, &mut events)?;
    outbox::append(connection, &events, now)?;
    Ok(after)
}

/// Adds what a change of state means for the projections: for the record, and for the other published records of its
/// data set, one of which may now lead or no longer lead.
fn announce(
    connection: &mut Connection,
    id: &RecordId,
    data_set: &DatasetId,
    before: RecordState,
    after: RecordState,
    events: &mut Vec<(RecordId, Operation)>,
) -> Result<(), DbError> {
    if before.is_visible() == after.is_visible() {
        return Ok(());
    }
    events.push((id.clone(), if after.is_visible() { Operation::Put } else { Operation::Drop }));
    announce_siblings(connection, id, data_set, events)
}

fn announce_siblings(
    connection: &mut Connection,
    id: &RecordId,
    data_set: &DatasetId,
    events: &mut Vec<(RecordId, Operation)>,
) -> Result<(), DbError> {
    let siblings: Vec<String> = record::table
        .filter(record::data_set_id.eq(data_set.as_str()))
        .filter(record::id.ne(id.as_str()))
        .filter(record::state.eq(RecordState::Published.as_str()))
        .order(record::id)
        .select(record::id)
        .load(connection)?;
    for sibling in siblings {
        let sibling = sibling.parse().map_err(|error| DbError::corrupt("record id", error))?;
        events.push((sibling, Operation::Put));
    }
    Ok(())
}

/// Makes the record the lead of its data set: the one that is searched and counted.
pub fn set_lead(connection: &mut Connection, id: &RecordId, now: DateTime<Utc>) -> Result<(), DbError> {
    let lead = get(connection, id)?;
    identity::set_lead(connection, &lead.data_set_id, id)?;
    let mut events = Vec::new();
    if lead.state.is_visible() {
        events.push((id.clone(), Operation::Put));
    }
    announce_siblings(connection, id, &lead.data_set_id, &mut events)?;
    outbox::append(connection, &events, now)
}

/// Agrees to and publishes every sound record of the source that waits; returns how many were published.
pub fn publish_source(connection: &mut Connection, source: &SourceId, now: DateTime<Utc>) -> Result<i64, DbError> {
    let waiting = in_states(connection, source, &[RecordState::Quarantined, RecordState::Agreed], true)?;
    let mut count = 0;
    for id in waiting {
        set_state(connection, &id, RecordEvent::Agree, now)?;
        set_state(connection, &id, RecordEvent::Publish, now)?;
        count += 1;
    }
    Ok(count)
}

/// Takes every published record of the source out of every door, to come back with its source; returns how many.
pub fn unpublish_source(connection: &mut Connection, source: &SourceId, now: DateTime<Utc>) -> Result<i64, DbError> {
    let visible = in_states(connection, source, &[RecordState::Published], false)?;
    let mut count = 0;
    for id in visible {
        set_state(connection, &id, RecordEvent::Unpublish, now)?;
        count += 1;
    }
    Ok(count)
}

fn in_states(
    connection: &mut Connection,
    source: &SourceId,
    states: &[RecordState],
    only_sound: bool,
) -> Result<Vec<RecordId>, DbError> {
    let names: Vec<&str> = states.iter().map(|state| state.as_str()).collect();
    let rows: Vec<(String, bool)> = record::table
        .filter(record::source_id.eq(source.as_str()))
        .filter(record::state.eq_any(names))
        .order(record::id)
        .select((record::id, record::sound))
        .load(connection)?;
    rows.into_iter()
        .filter(|(_, sound)| *sound || !only_sound)
        .map(|(id, _)| id.parse().map_err(|error| DbError::corrupt("record id", error)))
        .collect()
}
