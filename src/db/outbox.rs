//! The outbox: the order in which records changed. Every projection reads past its own cursor. Policy: rows are
//! appended in the transaction that changes the record; on PostgreSQL under an advisory lock held to the end of the
//! transaction, because sequence numbers would otherwise become visible out of order and a cursor would skip some.

use chrono::{DateTime, TimeDelta, Utc};
use diesel::connection::SimpleConnection;
use diesel::dsl::max;
use diesel::prelude::*;

use super::schema::outbox;
use super::{Connection, DbError, settings};
use crate::domain::ids::RecordId;

/// How long rows are kept; a cursor that is older means a rebuild.
pub const KEPT_DAYS: i64 = 7;

/// Key of the advisory lock that appends are made under.
const APPEND_LOCK: i64 = 0x4154_4c41_5301;

/// Setting that holds the highest number that was ever trimmed away.
const TRIMMED_TO: &str = "outbox.trimmed-to";

/// What a projection has to do with the record.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Operation {
    /// It is visible: take it in, in its present form.
    Put,
    /// It is not visible any more: leave nothing of it.
    Drop,
}

impl Operation {
    const fn as_str(self) -> &'static str {
        match self {
            Operation::Put => "put",
            Operation::Drop => "drop",
        }
    }
}

/// One row.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Event {
    /// Position; grows, may have gaps.
    pub seq: i64,
    /// The record that changed.
    pub record: RecordId,
    /// What to do.
    pub operation: Operation,
}

/// The span of positions that a cursor can be compared with.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Span {
    /// Everything up to here (inclusive) was trimmed away; 0: nothing.
    pub trimmed_to: i64,
    /// The newest position; equal to `trimmed_to` when nothing is kept.
    pub head: i64,
}

impl Span {
    /// Whether a projection at this cursor can go on; otherwise it must be rebuilt: its cursor is older than what is
    /// kept, or ahead of the database (which was restored from a backup).
    #[must_use]
    pub const fn can_resume(self, cursor: i64) -> bool {
        cursor >= self.trimmed_to && cursor <= self.head
    }
}

/// Takes the lock that orders appends; held to the end of the transaction. Nothing to do on SQLite, which has one
/// writer.
fn lock(connection: &mut Connection) -> Result<(), DbError> {
    if let Connection::Postgres(postgres) = connection {
        postgres.batch_execute(&format!("SELECT pg_advisory_xact_lock({APPEND_LOCK})"))?;
    }
    Ok(())
}

/// Appends the events in their order.
pub fn append(
    connection: &mut Connection,
    events: &[(RecordId, Operation)],
    now: DateTime<Utc>,
) -> Result<(), DbError> {
    if events.is_empty() {
        return Ok(());
    }
    lock(connection)?;
    for (record, operation) in events {
        diesel::insert_into(outbox::table)
            .values((
                outbox::record_id.eq(record.as_str()),
                outbox::operation.eq(operation.as_str()),
                outbox::at.eq(now.naive_utc()),
            ))
            .execute(connection)?;
    }
    Ok(())
}

/// The span of what is kept.
pub fn span(connection: &mut Connection) -> Result<Span, DbError> {
    let trimmed_to = match settings::get(connection, TRIMMED_TO)? {
        Some(text) => text.parse().map_err(|_| DbError::corrupt("outbox position", text))?,
        None => 0,
    };
    let newest: Option<i64> = outbox::table.select(max(outbox::seq)).first(connection)?;
    Ok(Span { trimmed_to, head: newest.unwrap_or(trimmed_to) })
}

/// Events after the cursor in order, at most `limit`.
pub fn after(connection: &mut Connection, cursor: i64, limit: i64) -> Result<Vec<Event>, DbError> {
    let rows: Vec<(i64, String, String)> = outbox::table
        .filter(outbox::seq.gt(cursor))
        .order(outbox::seq)
        .limit(limit)
        .select((outbox::seq, outbox::record_id, outbox::operation))
        .load(connection)?;
    let mut events = Vec::with_capacity(rows.len());
    for (seq, record, operation) in rows {
        let operation = match operation.as_str() {
            "put" => Operation::Put,
            "drop" => Operation::Drop,
            other => return Err(DbError::corrupt("outbox operation", other)),
        };
        let record = record.parse().map_err(|error| DbError::corrupt("record id", error))?;
        events.push(Event { seq, record, operation });
    }
    Ok(events)
}

/// Removes rows older than [`KEPT_DAYS`]; returns how many.
pub fn trim(connection: &mut Connection, now: DateTime<Utc>) -> Result<usize, DbError> {
    lock(connection)?;
    let Some(edge) = now.checked_sub_signed(TimeDelta::days(KEPT_DAYS)) else { return Ok(0) };
    // By position, not by time alone: clocks of several processes may differ, positions may not have holes behind.
    let oldest_kept: Option<i64> = outbox::table
        .filter(outbox::at.ge(edge.naive_utc()))
        .select(diesel::dsl::min(outbox::seq))
        .first(connection)?;
    let newest: Option<i64> = outbox::table.select(max(outbox::seq)).first(connection)?;
    let Some(last) = oldest_kept.map(|seq| seq - 1).or(newest) else { return Ok(0) };
    let removed = diesel::delete(outbox::table.filter(outbox::seq.le(last))).execute(connection)?;
    if removed > 0 {
        settings::put(connection, TRIMMED_TO, &last.to_string(), now)?;
    }
    Ok(removed)
}
