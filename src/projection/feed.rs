//! One batch of events, or everything, into one index.

use std::collections::{BTreeSet, HashMap, HashSet};

use super::entries::{self, EntryMaker};
use super::{ProjectionError, ProjectorParts};
use crate::app::vocabulary;
use crate::db::records::{self, Record};
use crate::db::{Connection, DbError, outbox, vocabularies};
use crate::domain::ids::{DatasetId, RecordId, SourceId};
use crate::domain::lifecycle::RecordKind;
use crate::rdf::store::GraphChange;
use crate::search::{Entry, SearchChange};
use crate::vocab::Vocabulary;

/// Records read at a time when an index is built anew.
const REBUILD_PAGE: i64 = 200;

/// Graphs written in one transaction of the RDF index: its work for each graph grows with what was written before.
const MOST_GRAPHS: i64 = 200;

/// Data sets asked about in one statement; a series with many members changes more at once.
const MOST_ASKED: usize = 1_000;

/// The cursor of an index that is being built: no outbox can go on from it, so that a build that was cut off is begun
/// again.
const UNFINISHED: i64 = -1;

/// What a batch of the outbox says.
enum Batch {
    /// The vocabulary in force is not the stored one any more.
    Stale,
    /// The cursor cannot go on from where it stands.
    Rebuild,
    /// Nothing new.
    Nothing,
    /// These records changed; afterwards the cursor is here.
    Changed { records: Vec<Record>, cursor: i64, more: bool },
}

fn batch(connection: &mut Connection, cursor: Option<i64>, limit: i64, in_force: &str) -> Result<Batch, DbError> {
    if vocabularies::stamp(connection)? != in_force {
        return Ok(Batch::Stale);
    }
    let span = outbox::span(connection)?;
    let Some(cursor) = cursor.filter(|cursor| span.can_resume(*cursor)) else { return Ok(Batch::Rebuild) };
    let events = outbox::after(connection, cursor, limit)?;
    let Some(last) = events.last().map(|event| event.seq) else { return Ok(Batch::Nothing) };
    let more = i64::try_from(events.len()).is_ok_and(|count| count >= limit);
    // Several events of one record are one: what counts is how the record is now.
    let ids: BTreeSet<RecordId> = events.into_iter().map(|event| event.record).collect();
    let ids: Vec<RecordId> = ids.into_iter().collect();
    Ok(Batch::Changed { records: records::many(connection, &ids)?, cursor: last, more })
}

/// What the full-text index has to do.
enum SearchStep {
    /// Take these changes in and stand at the cursor; there may be more.
    Take(Vec<SearchChange>, i64, bool),
    /// Look again with the vocabulary that is stored now.
    Again,
}

/// Brings the full-text index forward by at most `limit` events; answers whether there may be more.
pub(super) fn search(parts: &ProjectorParts, limit: i64) -> Result<bool, ProjectionError> {
    let at = parts.search.cursor()?;
    let in_force = parts.vocabulary.current();
    let step = parts.db.read_blocking(|connection| match batch(connection, at, limit, in_force.stamp())? {
        Batch::Stale => Ok(Some(SearchStep::Again)),
        Batch::Changed { records, cursor, more } => {
            search_changes(connection, records).map(|changes| Some(SearchStep::Take(changes, cursor, more)))
        }
        Batch::Nothing => Ok(Some(SearchStep::Take(Vec::new(), at.unwrap_or(0), false))),
        Batch::Rebuild => Ok::<_, DbError>(None),
    })?;
    let (changes, cursor, more) = match step {
        Some(SearchStep::Take(changes, cursor, more)) => (changes, cursor, more),
        Some(SearchStep::Again) => {
            vocabulary::refresh(&parts.db, &parts.vocabulary)?;
            return Ok(true);
        }
        None => {
            rebuild_search(parts)?;
            return Ok(true);
        }
    };
    if Some(cursor) != at {
        parts.search.apply(&changes, cursor)?;
    }
    Ok(more)
}

fn search_changes(connection: &mut Connection, mut changed: Vec<Record>) -> Result<Vec<SearchChange>, DbError> {
    add_members_of_series(connection, &mut changed)?;
    let mut maker = EntryMaker::default();
    let mut updates = Vec::with_capacity(changed.len());
    let leading = leading_of(connection, &changed)?;
    for record in changed.iter().filter(|record| record.kind == RecordKind::Dataset) {
        let leads = leading.get(&record.data_set_id) == Some(&record.id);
        let entry = if leads { readable(record, maker.entry(connection, record))? } else { None };
        updates.push(match entry {
            Some(entry) => SearchChange::Put(Box::new(entry)),
            None => SearchChange::Remove { slug: record.slug.to_string() },
        });
    }
    Ok(updates)
}

fn leading_of(connection: &mut Connection, records: &[Record]) -> Result<HashMap<DatasetId, RecordId>, DbError> {
    let ids: BTreeSet<&DatasetId> = records.iter().map(|record| &record.data_set_id).collect();
    let ids: Vec<DatasetId> = ids.into_iter().cloned().collect();
    let mut leading = HashMap::with_capacity(ids.len());
    for part in ids.chunks(MOST_ASKED) {
        leading.extend(records::leading_of(connection, part)?);
    }
    Ok(leading)
}

/// One record that cannot be read any more is left out and said so in the log; it must not keep all others out.
fn readable<T>(record: &Record, made: Result<T, DbError>) -> Result<Option<T>, DbError> {
    match made {
        Ok(value) => Ok(Some(value)),
        Err(DbError::Corrupt { what, detail }) => {
            tracing::error!(record.id = %record.id, what, detail, "a stored record cannot be read and is left out");
            Ok(None)
        }
        Err(error) => Err(error),
    }
}

/// A series shows its title in the entries of its members: where one changed, its source's data sets follow.
fn add_members_of_series(connection: &mut Connection, changed: &mut Vec<Record>) -> Result<(), DbError> {
    let series: HashSet<String> = changed
        .iter()
        .filter(|record| record.kind == RecordKind::Series)
        .filter_map(|record| record.iri.clone())
        .collect();
    let of_series = changed.iter().filter(|record| record.kind == RecordKind::Series);
    let source_ids: BTreeSet<SourceId> = of_series.map(|record| record.source_id.clone()).collect();
    let mut seen: HashSet<RecordId> = changed.iter().map(|record| record.id.clone()).collect();
    for source in source_ids {
        for record in records::of_source(connection, &source)? {
            if record.kind != RecordKind::Dataset || !record.state.is_visible() || seen.contains(&record.id) {
                continue;
            }
            let references = record.dataset()?.series;
            if references.iter().filter_map(|one| one.iri.as_ref()).any(|iri| series.contains(iri)) {
                seen.insert(record.id.clone());
                changed.push(record);
            }
        }
    }
    Ok(())
}

/// Brings the RDF index forward by at most `limit` events; answers whether there may be more.
pub(super) fn rdf(parts: &ProjectorParts, limit: i64) -> Result<bool, ProjectionError> {
    let at = parts.rdf.cursor()?;
    let limit = limit.min(MOST_GRAPHS);
    let in_force = parts.vocabulary.current();
    let step = parts.db.read_blocking(|connection| batch(connection, Some(at), limit, in_force.stamp()))?;
    match step {
        Batch::Stale => {
            vocabulary::refresh(&parts.db, &parts.vocabulary)?;
            Ok(true)
        }
        Batch::Rebuild => {
            rebuild_rdf(parts)?;
            Ok(true)
        }
        Batch::Nothing => Ok(false),
        Batch::Changed { records, cursor, more } => {
            let mut changes = Vec::with_capacity(records.len());
            for record in &records {
                changes.push(graph_change(parts, record, &in_force)?);
            }
            parts.rdf.apply(&changes, cursor)?;
            Ok(more)
        }
    }
}

fn graph_change(parts: &ProjectorParts, record: &Record, in_force: &Vocabulary) -> Result<GraphChange, DbError> {
    let graph = if record.state.is_visible() {
        readable(record, entries::graph(record, in_force, parts.public_url.as_deref()))?
    } else {
        None
    };
    Ok(GraphChange { record_id: record.id.to_string(), graph })
}

/// Builds the full-text index anew from all published data sets.
pub(super) fn rebuild_search(parts: &ProjectorParts) -> Result<(), ProjectionError> {
    // The position first: what changes while we read is read again afterwards.
    let cursor = parts.db.read_blocking(outbox::span)?.head;
    let mut pages = Pages::new(parts, RecordKind::Dataset);
    let pages = std::iter::from_fn(|| pages.next_entries().transpose());
    let entries = pages.flat_map(|page| match page {
        Ok(entries) => entries.into_iter().map(Ok).collect(),
        Err(error) => vec![Err(ProjectionError::from(error))],
    });
    parts.search.rebuild_from(entries, UNFINISHED)?;
    parts.search.apply(&[], cursor)?;
    Ok(())
}

/// Fills the RDF index anew with all published records, and takes out whatever else is in it.
pub(super) fn rebuild_rdf(parts: &ProjectorParts) -> Result<(), ProjectionError> {
    let cursor = parts.db.read_blocking(outbox::span)?.head;
    let in_force = parts.vocabulary.current();
    let mut stale: BTreeSet<String> = parts.rdf.record_ids()?.into_iter().collect();
    for kind in RecordKind::ALL {
        let mut pages = Pages::new(parts, *kind);
        while let Some(page) = pages.next_records()? {
            let mut changes = Vec::with_capacity(page.len());
            for record in &page {
                stale.remove(record.id.as_str());
                changes.push(graph_change(parts, record, &in_force)?);
            }
            parts.rdf.apply(&changes, UNFINISHED)?;
        }
    }
    let leftovers: Vec<GraphChange> =
        stale.into_iter().map(|record_id| GraphChange { record_id, graph: None }).collect();
    parts.rdf.apply(&leftovers, cursor)?;
    Ok(())
}

/// Published records of a kind, page by page.
struct Pages<'a> {
    parts: &'a ProjectorParts,
    kind: RecordKind,
    after: Option<RecordId>,
    maker: EntryMaker,
}

impl<'a> Pages<'a> {
    fn new(parts: &'a ProjectorParts, kind: RecordKind) -> Self {
        Self { parts, kind, after: None, maker: EntryMaker::default() }
    }

    fn next_records(&mut self) -> Result<Option<Vec<Record>>, DbError> {
        let (kind, after) = (self.kind, self.after.clone());
        let page = self
            .parts
            .db
            .read_blocking(|connection| records::published(connection, kind, after.as_ref(), REBUILD_PAGE))?;
        let Some(last) = page.last() else { return Ok(None) };
        self.after = Some(last.id.clone());
        Ok(Some(page))
    }

    fn next_entries(&mut self) -> Result<Option<Vec<Entry>>, DbError> {
        let Some(page) = self.next_records()? else { return Ok(None) };
        let maker = &mut self.maker;
        let made = self.parts.db.read_blocking(|connection| {
            let mut entries = Vec::with_capacity(page.len());
            let leading = leading_of(connection, &page)?;
            for record in &page {
                if leading.get(&record.data_set_id) == Some(&record.id) {
                    entries.extend(readable(record, maker.entry(connection, record))?);
                }
            }
            Ok::<_, DbError>(entries)
        })?;
        Ok(Some(made))
    }
}
