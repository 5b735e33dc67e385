//! Harvest runs and what they staged. Policy: a run reads everything into the staging table first; what is stored for
//! readers changes only in `records::apply_run`. A record that is stored already in the same form is staged as a bare
//! mark, so that an unchanged harvest writes next to nothing.

use std::collections::HashMap;

use chrono::{DateTime, Utc};
use diesel::prelude::*;

use super::schema::{harvest_run, record, staged_record};
use super::time::{MaybeStamp, Stamp};
use super::{Connection, DbError};
use crate::domain::dataset::{Profile, Repair};
use crate::domain::ids::{RunId, Slug, SourceId};
use crate::domain::lifecycle::{RecordKind, RunOutcome};

/// Numbers of a run, in records.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct RunCounts {
    /// Read at the source.
    pub found: i64,
    /// New here.
    pub added: i64,
    /// Other than before.
    pub changed: i64,
    /// As before.
    pub unchanged: i64,
    /// No longer at the source.
    pub removed: i64,
    /// Read but refused.
    pub refused: i64,
}

/// A run as stored.
#[derive(Debug, Clone, PartialEq, Eq, Queryable, Selectable)]
#[diesel(table_name = harvest_run)]
pub struct Run {
    /// Row id.
    #[diesel(deserialize_as = String)]
    pub id: RunId,
    /// The source.
    #[diesel(deserialize_as = String)]
    pub source_id: SourceId,
    /// Why it ran: `schedule`, `command`, `demo`, …
    pub cause: String,
    /// When it began.
    #[diesel(deserialize_as = Stamp)]
    pub started: DateTime<Utc>,
    /// When it ended; `None`: it is running, or its process died.
    #[diesel(deserialize_as = MaybeStamp)]
    pub finished: Option<DateTime<Utc>>,
    outcome: Option<String>,
    found: i64,
    added: i64,
    changed: i64,
    unchanged: i64,
    removed: i64,
    refused: i64,
    /// The report, JSON; `{}` while it runs.
    pub report: String,
}

impl Run {
    /// How it ended; `None` while it runs.
    pub fn outcome(&self) -> Result<Option<RunOutcome>, DbError> {
        let read = |name: &String| name.parse().map_err(|error| DbError::corrupt("run outcome", error));
        self.outcome.as_ref().map(read).transpose()
    }
    /// Its numbers.
    #[must_use]
    pub const fn counts(&self) -> RunCounts {
        RunCounts {
            found: self.found,
            added: self.added,
            changed: self.changed,
            unchanged: self.unchanged,
            removed: self.removed,
            refused: self.refused,
        }
    }
}

/// A record as a harvest has read it.
#[derive(Debug, Clone, PartialEq)]
pub struct StagedRecord {
    /// What it describes.
    pub kind: RecordKind,
    /// What it is known by inside its source: its IRI, or its identifier where it has none (DESIGN §4a).
    pub identity: String,
    /// Its IRI, where it has one.
    pub iri: Option<String>,
    /// Wished public name; numbered when it is taken, and of no effect when the record is known already.
    pub slug: Slug,
    /// Names under which it is known everywhere (IRIs, DOIs as `https://doi.org/…`).
    pub names: Vec<String>,
    /// The canonical `Dataset` or `Series`, JSON.
    pub document: String,
    /// SHA-256 of the document, hexadecimal.
    pub document_hash: String,
    /// The source's statements about it, canonical N-Quads.
    pub source_graph: String,
    /// RDFC-1.0 hash of the statements, hexadecimal.
    pub graph_hash: String,
    /// The profile it was written in.
    pub profile: Profile,
    /// What was mended while reading.
    pub repairs: Vec<Repair>,
    /// What validation found, JSON.
    pub findings: String,
    /// Whether nothing in it must be mended before it may be published.
    pub sound: bool,
}

/// Begins a run.
pub fn begin(
    connection: &mut Connection,
    source: &SourceId,
    cause: &str,
    now: DateTime<Utc>,
) -> Result<RunId, DbError> {
    let id = RunId::fresh(now);
    diesel::insert_into(harvest_run::table)
        .values((
            harvest_run::id.eq(id.as_str()),
            harvest_run::source_id.eq(source.as_str()),
            harvest_run::cause.eq(cause),
            harvest_run::started.eq(now.naive_utc()),
            harvest_run::found.eq(0_i64),
            harvest_run::added.eq(0_i64),
            harvest_run::changed.eq(0_i64),
            harvest_run::unchanged.eq(0_i64),
            harvest_run::removed.eq(0_i64),
            harvest_run::refused.eq(0_i64),
            harvest_run::report.eq("{}"),
        ))
        .execute(connection)?;
    Ok(id)
}

/// Ends a run and clears what it staged.
///
/// # Errors
/// [`DbError::NotFound`] when there is no such run or it has ended already.
pub fn finish(
    connection: &mut Connection,
    run: &RunId,
    outcome: RunOutcome,
    counts: &RunCounts,
    report: &str,
    now: DateTime<Utc>,
) -> Result<(), DbError> {
    let open = harvest_run::table.filter(harvest_run::id.eq(run.as_str())).filter(harvest_run::finished.is_null());
    let ended = diesel::update(open)
        .set((
            harvest_run::finished.eq(Some(now.naive_utc())),
            harvest_run::outcome.eq(Some(outcome.as_str())),
            harvest_run::found.eq(counts.found),
            harvest_run::added.eq(counts.added),
            harvest_run::changed.eq(counts.changed),
            harvest_run::unchanged.eq(counts.unchanged),
            harvest_run::removed.eq(counts.removed),
            harvest_run::refused.eq(counts.refused),
            harvest_run::report.eq(report),
        ))
        .execute(connection)?;
    if ended == 0 {
        return Err(DbError::not_found("running harvest", run));
    }
    discard_staged(connection, run)
}

/// Ends every unfinished run of the source as failed, for the process that ran them is gone; call it only under the
/// source's lease. Returns how many.
pub fn abandon_unfinished(
    connection: &mut Connection,
    source: &SourceId,
    now: DateTime<Utc>,
) -> Result<usize, DbError> {
    let unfinished: Vec<String> = harvest_run::table
        .filter(harvest_run::source_id.eq(source.as_str()))
        .filter(harvest_run::finished.is_null())
        .order(harvest_run::id)
        .select(harvest_run::id)
        .load(connection)?;
    for id in &unfinished {
        let run = id.parse().map_err(|error| DbError::corrupt("run id", error))?;
        let report = r#"{"message":"the harvest was cut off; nothing was changed"}"#;
        finish(connection, &run, RunOutcome::Failed, &RunCounts::default(), report, now)?;
    }
    Ok(unfinished.len())
}

/// The run with this id.
pub fn get(connection: &mut Connection, run: &RunId) -> Result<Run, DbError> {
    harvest_run::table
        .find(run.as_str())
        .select(Run::as_select())
        .first(connection)
        .optional()?
        .ok_or_else(|| DbError::not_found("harvest run", run))
}

/// The newest runs of a source, newest first.
pub fn newest(connection: &mut Connection, source: &SourceId, limit: i64) -> Result<Vec<Run>, DbError> {
    Ok(harvest_run::table
        .filter(harvest_run::source_id.eq(source.as_str()))
        .order((harvest_run::started.desc(), harvest_run::id.desc()))
        .limit(limit)
        .select(Run::as_select())
        .load(connection)?)
}

/// The newest run of the source that confirmed or changed what is stored, or `None`.
pub fn last_success(connection: &mut Connection, source: &SourceId) -> Result<Option<Run>, DbError> {
    let successes: Vec<&str> =
        RunOutcome::ALL.iter().filter(|outcome| outcome.is_success()).map(|outcome| outcome.as_str()).collect();
    Ok(harvest_run::table
        .filter(harvest_run::source_id.eq(source.as_str()))
        .filter(harvest_run::outcome.eq_any(successes))
        .order((harvest_run::started.desc(), harvest_run::id.desc()))
        .select(Run::as_select())
        .first(connection)
        .optional()?)
}

/// What a stored record looks like, to notice what is unchanged.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct KnownRecord {
    graph_hash: String,
    document_hash: String,
    sound: bool,
}

impl KnownRecord {
    /// Whether its statements have this hash.
    #[must_use]
    pub fn has_graph(&self, hash: &str) -> bool {
        self.graph_hash == hash
    }

    /// Whether the record that was read says the same and is read the same, so that nothing has to be written.
    #[must_use]
    pub fn is_same_as(&self, staged: &StagedRecord) -> bool {
        self.graph_hash == staged.graph_hash && self.document_hash == staged.document_hash && self.sound == staged.sound
    }
}

/// A source's live records by kind and identity. Records that are gone are not in it.
pub type KnownHashes = HashMap<(RecordKind, String), KnownRecord>;

/// The hashes of the source's live records.
pub fn known_hashes(connection: &mut Connection, source: &SourceId) -> Result<KnownHashes, DbError> {
    let rows: Vec<(String, String, String, String, bool)> = record::table
        .filter(record::source_id.eq(source.as_str()))
        .filter(record::gone_at.is_null())
        .order(record::id)
        .select((record::kind, record::identity, record::graph_hash, record::document_hash, record::sound))
        .load(connection)?;
    let mut known = HashMap::with_capacity(rows.len());
    for (kind, identity, graph_hash, document_hash, sound) in rows {
        let kind = kind.parse().map_err(|error| DbError::corrupt("record kind", error))?;
        known.insert((kind, identity), KnownRecord { graph_hash, document_hash, sound });
    }
    Ok(known)
}

/// Stages records. `known` is what [`known_hashes`] answered for the source; a record that is in it with the same
/// hashes is staged as a bare mark.
///
/// # Errors
/// [`DbError::is_duplicate`] when the run has staged a record of this kind and identity already.
pub fn stage(
    connection: &mut Connection,
    run: &RunId,
    staged: &[StagedRecord],
    known: &KnownHashes,
) -> Result<(), DbError> {
    for one in staged {
        let stored = known.get(&(one.kind, one.identity.clone()));
        let as_stored = stored.is_some_and(|known| known.is_same_as(one));
        let kept = |text: &str| if as_stored { String::new() } else { text.to_owned() };
        let names = serde_json::to_string(&one.names).map_err(|error| DbError::corrupt("names", error))?;
        let repairs = serde_json::to_string(&one.repairs).map_err(|error| DbError::corrupt("repairs", error))?;
        diesel::insert_into(staged_record::table)
            .values((
                staged_record::run_id.eq(run.as_str()),
                staged_record::kind.eq(one.kind.as_str()),
                staged_record::identity.eq(&one.identity),
                staged_record::iri.eq(one.iri.as_deref()),
                staged_record::slug.eq(one.slug.as_str()),
                staged_record::names.eq(kept(&names)),
                staged_record::document.eq(kept(&one.document)),
                staged_record::document_hash.eq(&one.document_hash),
                staged_record::source_graph.eq(kept(&one.source_graph)),
                staged_record::graph_hash.eq(&one.graph_hash),
                staged_record::profile.eq(profile_name(one.profile)?),
                staged_record::repairs.eq(kept(&repairs)),
                staged_record::findings.eq(kept(&one.findings)),
                staged_record::sound.eq(one.sound),
            ))
            .execute(connection)?;
    }
    Ok(())
}

/// Throws away what the run staged.
pub fn discard_staged(connection: &mut Connection, run: &RunId) -> Result<(), DbError> {
    diesel::delete(staged_record::table.filter(staged_record::run_id.eq(run.as_str()))).execute(connection)?;
    Ok(())
}

/// The profile's name in the database.
pub(super) fn profile_name(profile: Profile) -> Result<String, DbError> {
    match serde_json::to_value(profile) {
        Ok(serde_json::Value::String(name)) => Ok(name),
        Ok(other) => Err(DbError::corrupt("profile", other)),
        Err(error) => Err(DbError::corrupt("profile", error)),
    }
}

/// The profile of that name.
pub(super) fn profile_named(name: &str) -> Result<Profile, DbError> {
    serde_json::from_value(serde_json::Value::String(name.to_owned()))
        .map_err(|error| DbError::corrupt("profile", error))
}
