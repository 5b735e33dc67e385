//! The one swap that takes a harvest over. Policy: all of it in the caller's transaction, or nothing; a record whose
//! statements are as before keeps its version; what is no longer at the source becomes a tombstone and comes back
//! through the same gates as a new one; too large a fall is not taken over but answered as held.

use std::collections::{HashMap, HashSet};

use chrono::{DateTime, Utc};
use diesel::prelude::*;

use super::super::outbox::{self, Operation};
use super::super::runs::RunCounts;
use super::super::schema::{record, record_version, staged_record};
use super::super::{Connection, DbError, runs, sources};
use super::slugs::{self, SlugKind};
use super::{announce, identity};
use crate::domain::ids::{DatasetId, RecordId, RunId, Slug, SourceId};
use crate::domain::lifecycle::{
    FallLimits, RecordEvent, RecordKind, RecordState, RemovalVerdict, SourceState, entrance, judge_removal,
};

/// Staged records taken over at a time, so that a large harvest does not sit in memory as a whole.
const PAGE: i64 = 200;

/// A harvest to take over.
#[derive(Debug, Clone, Copy)]
pub struct ApplyRun<'a> {
    /// The source.
    pub source: &'a SourceId,
    /// The run that staged the records.
    pub run: &'a RunId,
    /// Whether the harvest was proven complete, so that what it did not find is gone.
    pub complete: bool,
    /// Records that the source has but that were refused this time; they stay as they are. (kind, identity)
    pub spared: &'a [(RecordKind, String)],
    /// Whether a person accepted that many records vanish.
    pub accept_removal: bool,
    /// The fall of records that waits for a person unless it was accepted.
    pub fall: FallLimits,
    /// The time.
    pub now: DateTime<Utc>,
}

/// What became of it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Applied {
    /// Taken over.
    Taken {
        /// Numbers; `refused` counts the spared records.
        counts: RunCounts,
        /// Newest outbox position, to wait for the projections; `None`: nothing that the public sees changed.
        seq: Option<i64>,
    },
    /// Not taken over: too many records would vanish. Nothing was changed.
    Held {
        /// Which rule holds it.
        verdict: RemovalVerdict,
        /// What taking over would have done.
        counts: RunCounts,
    },
}

#[derive(Queryable, Selectable)]
#[diesel(table_name = staged_record)]
struct Staged {
    identity: String,
    iri: Option<String>,
    slug: String,
    names: String,
    document: String,
    document_hash: String,
    source_graph: String,
    graph_hash: String,
    profile: String,
    repairs: String,
    findings: String,
    sound: bool,
}

#[derive(Debug, Clone)]
struct Known {
    id: RecordId,
    data_set: DatasetId,
    state: RecordState,
    version: i64,
    graph_hash: String,
    document_hash: String,
    sound: bool,
    published_before: bool,
    /// Its source no longer had it at the last harvest; a withdrawn record keeps its state and is marked so.
    missing: bool,
}

type Key = (RecordKind, String);

/// Takes the run's staged records over.
///
/// # Errors
/// Any [`DbError`]; the caller's transaction must then be undone, which it is when the error leaves `Db::write`.
pub fn apply_run(connection: &mut Connection, apply: &ApplyRun<'_>) -> Result<Applied, DbError> {
    let source_state = sources::get(connection, apply.source)?.state;
    let known = known_records(connection, apply.source)?;
    let found = staged_keys(connection, apply.run)?;
    let missing = missing_records(&known, &found, apply);
    let mut counts =
        RunCounts { found: count(found.len())?, refused: count(apply.spared.len())?, ..RunCounts::default() };

    let live = known.values().filter(|one| !one.missing).count();
    let still_there = found.len() + apply.spared.len();
    let verdict = judge_removal(size(live), size(missing.len()), size(still_there), apply.fall);
    if apply.complete && verdict != RemovalVerdict::Proceed && !apply.accept_removal {
        counts.removed = count(missing.len())?;
        return Ok(Applied::Held { verdict, counts });
    }

    let mut swap = Swap { connection, apply, source_state, known: &known, counts, events: Vec::new() };
    swap.take_staged()?;
    if apply.complete {
        swap.bury(&missing)?;
    }
    swap.touch()?;
    let Swap { counts, events, .. } = swap;
    outbox::append(connection, &events, apply.now)?;
    runs::discard_staged(connection, apply.run)?;
    let seq = if events.is_empty() { None } else { Some(outbox::span(connection)?.head) };
    Ok(Applied::Taken { counts, seq })
}

fn size(length: usize) -> u64 {
    u64::try_from(length).unwrap_or(u64::MAX)
}

fn count(length: usize) -> Result<i64, DbError> {
    i64::try_from(length).map_err(|error| DbError::corrupt("number of records", error))
}

fn known_records(connection: &mut Connection, source: &SourceId) -> Result<HashMap<Key, Known>, DbError> {
    type Time = Option<chrono::NaiveDateTime>;
    type Row = (String, String, String, String, String, i64, String, String, bool, Time, Time);
    let rows: Vec<Row> = record::table
        .filter(record::source_id.eq(source.as_str()))
        .order(record::id)
        .select((
            record::kind,
            record::identity,
            record::id,
            record::data_set_id,
            record::state,
            record::version,
            record::graph_hash,
            record::document_hash,
            record::sound,
            record::published_at,
            record::gone_at,
        ))
        .load(connection)?;
    let mut known = HashMap::with_capacity(rows.len());
    for (kind, identity, id, data_set, state, version, graph_hash, document_hash, sound, published_at, gone_at) in rows
    {
        let one = Known {
            id: id.parse().map_err(|error| DbError::corrupt("record id", error))?,
            data_set: data_set.parse().map_err(|error| DbError::corrupt("data set id", error))?,
            state: state.parse().map_err(|error| DbError::corrupt("record state", error))?,
            version,
            graph_hash,
            document_hash,
            sound,
            published_before: published_at.is_some(),
            missing: gone_at.is_some(),
        };
        known.insert((kind_named(&kind)?, identity), one);
    }
    Ok(known)
}

fn kind_named(name: &str) -> Result<RecordKind, DbError> {
    name.parse().map_err(|error| DbError::corrupt("record kind", error))
}

fn staged_keys(connection: &mut Connection, run: &RunId) -> Result<HashSet<Key>, DbError> {
    let rows: Vec<(String, String)> = staged_record::table
        .filter(staged_record::run_id.eq(run.as_str()))
        .select((staged_record::kind, staged_record::identity))
        .load(connection)?;
    rows.into_iter().map(|(kind, identity)| Ok((kind_named(&kind)?, identity))).collect()
}

fn missing_records(known: &HashMap<Key, Known>, found: &HashSet<Key>, apply: &ApplyRun<'_>) -> Vec<Known> {
    let spared: HashSet<&Key> = apply.spared.iter().collect();
    let mut missing: Vec<Known> = known
        .iter()
        .filter(|(key, one)| !one.missing && !found.contains(*key) && !spared.contains(key))
        .map(|(_, one)| one.clone())
        .collect();
    missing.sort_by(|a, b| a.id.cmp(&b.id));
    missing
}

/// The swap under way.
struct Swap<'a> {
    connection: &'a mut Connection,
    apply: &'a ApplyRun<'a>,
    source_state: SourceState,
    known: &'a HashMap<Key, Known>,
    counts: RunCounts,
    events: Vec<(RecordId, Operation)>,
}

impl Swap<'_> {
    fn take_staged(&mut self) -> Result<(), DbError> {
        for kind in RecordKind::ALL {
            let mut after = String::new();
            loop {
                let page: Vec<Staged> = staged_record::table
                    .filter(staged_record::run_id.eq(self.apply.run.as_str()))
                    .filter(staged_record::kind.eq(kind.as_str()))
                    .filter(staged_record::identity.gt(&after))
                    .order(staged_record::identity)
                    .limit(PAGE)
                    .select(Staged::as_select())
                    .load(self.connection)?;
                let Some(last) = page.last() else { break };
                after.clone_from(&last.identity);
                for staged in page {
                    self.take(*kind, &staged)?;
                }
            }
        }
        Ok(())
    }

    fn take(&mut self, kind: RecordKind, staged: &Staged) -> Result<(), DbError> {
        let key = (kind, staged.identity.clone());
        let Some(known) = self.known.get(&key).cloned() else { return self.add(kind, staged) };
        let same_graph = known.graph_hash == staged.graph_hash;
        let same = same_graph && known.document_hash == staged.document_hash && known.sound == staged.sound;
        if same && !known.missing {
            self.counts.unchanged += 1;
            return Ok(());
        }
        self.counts.changed += 1;
        self.change(&known, staged, same_graph)
    }

    fn add(&mut self, kind: RecordKind, staged: &Staged) -> Result<(), DbError> {
        let now = self.apply.now;
        let id = RecordId::fresh(now);
        let names: Vec<String> =
            serde_json::from_str(&staged.names).map_err(|error| DbError::corrupt("names", error))?;
        let wish: Slug = staged.slug.parse().map_err(|error| DbError::corrupt("slug", error))?;
        let slug = slugs::allocate(self.connection, SlugKind::from(kind), &wish, id.as_str(), now)?;
        let (data_set, is_new) = identity::resolve(self.connection, self.apply.source, &id, kind, &names, now)?;
        let state = entrance(self.source_state, staged.sound);
        let at = now.naive_utc();
        diesel::insert_into(record::table)
            .values((
                (
                    record::id.eq(id.as_str()),
                    record::source_id.eq(self.apply.source.as_str()),
                    record::data_set_id.eq(data_set.as_str()),
                    record::kind.eq(kind.as_str()),
                    record::iri.eq(staged.iri.as_deref()),
                    record::identity.eq(&staged.identity),
                    record::slug.eq(slug.as_str()),
                    record::state.eq(state.as_str()),
                ),
                contents(staged),
                (
                    record::version.eq(1_i64),
                    record::first_seen.eq(at),
                    record::last_seen.eq(at),
                    record::changed.eq(at),
                    record::published_at.eq(state.is_visible().then_some(at)),
                ),
            ))
            .execute(self.connection)?;
        self.add_version(&id, 1, staged)?;
        self.counts.added += 1;
        if is_new {
            // The first record of its data set: no other one can be concerned.
            self.events.extend(state.is_visible().then_some((id, Operation::Put)));
            return Ok(());
        }
        announce(self.connection, &id, &data_set, RecordState::Quarantined, state, &mut self.events)
    }

    fn change(&mut self, known: &Known, staged: &Staged, same_graph: bool) -> Result<(), DbError> {
        if staged.document.is_empty() {
            // Staged as a bare mark, but the stored record is not what it was when the harvest compared.
            return Err(DbError::Refused(format!(
                "record {} was changed while its source was harvested; harvest again",
                known.id
            )));
        }
        let at = self.apply.now.naive_utc();
        let version = if same_graph { known.version } else { known.version + 1 };
        let state = self.state_after(known, staged.sound)?;
        diesel::update(record::table.find(known.id.as_str()))
            .set((
                record::iri.eq(staged.iri.as_deref()),
                record::state.eq(state.as_str()),
                contents(staged),
                record::version.eq(version),
                record::changed.eq(at),
                record::last_seen.eq(at),
                record::gone_at.eq(None::<chrono::NaiveDateTime>),
            ))
            .execute(self.connection)?;
        if !same_graph {
            self.add_version(&known.id, version, staged)?;
        }
        if state.is_visible() && !known.published_before {
            diesel::update(record::table.find(known.id.as_str()))
                .set(record::published_at.eq(Some(at)))
                .execute(self.connection)?;
        }
        if known.state.is_visible() && state.is_visible() {
            self.events.push((known.id.clone(), Operation::Put));
        }
        announce(self.connection, &known.id, &known.data_set, known.state, state, &mut self.events)
    }

    /// The state of a known record after a harvest that has it: it may come back, be held back, or pass the gates that
    /// its source is entitled to; a withdrawal is never undone.
    fn state_after(&self, known: &Known, sound: bool) -> Result<RecordState, DbError> {
        let mut state = known.state;
        if state == RecordState::Gone {
            state = state.after(RecordEvent::Reappear)?;
        }
        if state == RecordState::Withdrawn {
            return Ok(state);
        }
        if !sound {
            return Ok(state.after(RecordEvent::Quarantine)?);
        }
        if entrance(self.source_state, sound).is_visible() && !state.is_visible() {
            state = state.after(RecordEvent::Agree)?.after(RecordEvent::Publish)?;
        }
        Ok(state)
    }

    fn add_version(&mut self, id: &RecordId, version: i64, staged: &Staged) -> Result<(), DbError> {
        diesel::insert_into(record_version::table)
            .values((
                record_version::record_id.eq(id.as_str()),
                record_version::version.eq(version),
                record_version::source_graph.eq(&staged.source_graph),
                record_version::graph_hash.eq(&staged.graph_hash),
                record_version::profile.eq(&staged.profile),
                record_version::run_id.eq(self.apply.run.as_str()),
                record_version::created.eq(self.apply.now.naive_utc()),
            ))
            .execute(self.connection)?;
        Ok(())
    }

    fn bury(&mut self, missing: &[Known]) -> Result<(), DbError> {
        let at = self.apply.now.naive_utc();
        for one in missing {
            let state = one.state.after(RecordEvent::Vanish)?;
            diesel::update(record::table.find(one.id.as_str()))
                .set((record::state.eq(state.as_str()), record::gone_at.eq(Some(at))))
                .execute(self.connection)?;
            announce(self.connection, &one.id, &one.data_set, one.state, state, &mut self.events)?;
            if state != one.state {
                self.counts.removed += 1;
            }
        }
        Ok(())
    }

    /// Marks what is still there as seen, unless nothing at all has changed: an unchanged harvest writes its run row
    /// and nothing else.
    fn touch(&mut self) -> Result<(), DbError> {
        let changes = self.counts.added + self.counts.changed + self.counts.removed;
        if changes == 0 || !self.apply.complete {
            return Ok(());
        }
        diesel::update(
            record::table.filter(record::source_id.eq(self.apply.source.as_str())).filter(record::gone_at.is_null()),
        )
        .set(record::last_seen.eq(self.apply.now.naive_utc()))
        .execute(self.connection)?;
        Ok(())
    }
}

type Set<C, V> = diesel::dsl::Eq<C, V>;
type Contents<'a> = (
    Set<record::document, &'a String>,
    Set<record::document_hash, &'a String>,
    Set<record::graph_hash, &'a String>,
    Set<record::profile, &'a String>,
    Set<record::repairs, &'a String>,
    Set<record::findings, &'a String>,
    Set<record::sound, bool>,
);

fn contents(staged: &Staged) -> Contents<'_> {
    (
        record::document.eq(&staged.document),
        record::document_hash.eq(&staged.document_hash),
        record::graph_hash.eq(&staged.graph_hash),
        record::profile.eq(&staged.profile),
        record::repairs.eq(&staged.repairs),
        record::findings.eq(&staged.findings),
        record::sound.eq(staged.sound),
    )
}
