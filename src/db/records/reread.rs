//! Records read again from the statements that are kept of them. Policy: only what was made of the statements changes,
//! never the statements, the version, the state or the times; a record that a harvest changed meanwhile is left alone,
//! because that harvest read it.

use chrono::{DateTime, Utc};
use diesel::prelude::*;

use super::super::outbox::{self, Operation};
use super::super::schema::{record, record_version};
use super::super::{Connection, DbError};
use crate::domain::dataset::Repair;
use crate::domain::ids::RecordId;
use crate::domain::lifecycle::{RecordKind, RecordState};

/// A record with the statements that it was read from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Stored {
    /// Row id.
    pub id: RecordId,
    /// What it describes.
    pub kind: RecordKind,
    /// What it is known by inside its source.
    pub identity: String,
    /// SHA-256 of its document.
    pub document_hash: String,
    /// RDFC-1.0 hash of the statements.
    pub graph_hash: String,
    /// The statements, canonical N-Quads.
    pub source_graph: String,
    /// What was mended when it was harvested.
    pub repairs: Vec<Repair>,
}

/// What became of a record's statements when they were read again.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewReading {
    /// The canonical document, JSON.
    pub document: String,
    /// Its SHA-256.
    pub document_hash: String,
    /// What was mended.
    pub repairs: Vec<Repair>,
    /// What could not be used, JSON.
    pub findings: String,
}

/// Records of every kind and state after `after` in order of id, at most `limit`.
pub fn stored_after(connection: &mut Connection, after: Option<&RecordId>, limit: i64) -> Result<Vec<Stored>, DbError> {
    type Row = (String, String, String, String, String, String, String);
    let rows: Vec<Row> = record::table
        .inner_join(
            record_version::table
                .on(record_version::record_id.eq(record::id).and(record_version::version.eq(record::version))),
        )
        .filter(record::id.gt(after.map_or("", RecordId::as_str)))
        .order(record::id)
        .limit(limit)
        .select((
            record::id,
            record::kind,
            record::identity,
            record::document_hash,
            record::graph_hash,
            record_version::source_graph,
            record::repairs,
        ))
        .load(connection)?;
    rows.into_iter()
        .map(|(id, kind, identity, document_hash, graph_hash, source_graph, repairs)| {
            Ok(Stored {
                id: id.parse().map_err(|error| DbError::corrupt("record id", error))?,
                kind: kind.parse().map_err(|error| DbError::corrupt("record kind", error))?,
                identity,
                document_hash,
                graph_hash,
                source_graph,
                repairs: serde_json::from_str(&repairs).map_err(|error| DbError::corrupt("repairs", error))?,
            })
        })
        .collect()
}

/// Takes the new reading over where the record still is what it was read from; answers whether it did.
pub fn put_reading(connection: &mut Connection, stored: &Stored, reading: &NewReading) -> Result<bool, DbError> {
    let repairs = serde_json::to_string(&reading.repairs).map_err(|error| DbError::corrupt("repairs", error))?;
    let updated = diesel::update(
        record::table
            .find(stored.id.as_str())
            .filter(record::graph_hash.eq(&stored.graph_hash))
            .filter(record::document_hash.eq(&stored.document_hash)),
    )
    .set((
        record::document.eq(&reading.document),
        record::document_hash.eq(&reading.document_hash),
        record::repairs.eq(repairs),
        record::findings.eq(&reading.findings),
    ))
    .execute(connection)?;
    Ok(updated > 0)
}

/// Announces the published ones among the records to the projections: what they show may depend on the vocabulary even
/// where the record itself does not.
pub fn announce_published(connection: &mut Connection, ids: &[RecordId], now: DateTime<Utc>) -> Result<(), DbError> {
    let names: Vec<&str> = ids.iter().map(RecordId::as_str).collect();
    let published: Vec<String> = record::table
        .filter(record::id.eq_any(names))
        .filter(record::state.eq(RecordState::Published.as_str()))
        .order(record::id)
        .select(record::id)
        .load(connection)?;
    let mut events = Vec::with_capacity(published.len());
    for id in published {
        events.push((id.parse().map_err(|error| DbError::corrupt("record id", error))?, Operation::Put));
    }
    outbox::append(connection, &events, now)
}

/// Whether there is any record.
pub fn any(connection: &mut Connection) -> Result<bool, DbError> {
    let first: Option<String> = record::table.select(record::id).first(connection).optional()?;
    Ok(first.is_some())
}
