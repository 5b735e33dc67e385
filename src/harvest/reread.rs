//! Reading every stored record again after the vocabulary changed, from the statements that are kept of it.
//!
//! Policy: in batches, each one transaction with its own progress in it, so that a process killed anywhere leaves every
//! record either as it was or as it is read now, and the next one goes on behind the last batch. A vocabulary that
//! changes meanwhile starts the walk again. What a record's source says is not touched: only what is read in it. Every
//! published record goes to the indexes again, because what they hold (labels, what stands above a concept) depends on
//! the vocabulary too.

use std::sync::Arc;

use chrono::{DateTime, Utc};

use super::read::{ReadLimits, Reading};
use super::{record, users};
use crate::app::{App, vocabulary};
use crate::db::records::reread::{self as rows, NewReading, Stored};
use crate::db::runs::KnownHashes;
use crate::db::vocabularies::{self, Rereading};
use crate::db::{Connection, Db, DbError};
use crate::domain::clock::Clock;
use crate::jobs;
use crate::rdf::parse::ParseLimits;
use crate::rdf::shapes::{Library, Wish};
use crate::vocab::{SharedVocabulary, Vocabulary};

/// Name of the job.
pub const REREAD: &str = "reread";
/// Records of one batch: what is lost at most when the process is killed.
pub const BATCH: i64 = 200;

/// One batch.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Step {
    /// Records that were read again.
    pub read: usize,
    /// Those of them that are read otherwise now.
    pub changed: usize,
    /// Whether there is nothing left to do.
    pub done: bool,
}

/// Asks for every record to be read again, in the transaction that changes the vocabulary.
///
/// # Errors
/// The database's.
pub fn ask(connection: &mut Connection, now: DateTime<Utc>) -> Result<(), DbError> {
    let seen = vocabularies::rereading(connection)?;
    // Without a fingerprint: whoever takes the first step fills in that of the vocabulary it reads with.
    vocabularies::move_rereading(connection, seen.as_ref(), Some(&Rereading::default()), now)?;
    jobs::enqueue(connection, REREAD, &serde_json::json!({}), None, now)?;
    Ok(())
}

/// At the start of a serving process: goes on with a walk that was cut off, and begins one where the records were read
/// with another vocabulary than this program has (a new release, files of the operator).
///
/// # Errors
/// The database's.
pub fn resume(connection: &mut Connection, vocabulary: &Vocabulary, now: DateTime<Utc>) -> Result<(), DbError> {
    if vocabularies::rereading(connection)?.is_some() {
        jobs::enqueue(connection, REREAD, &serde_json::json!({}), None, now)?;
        return Ok(());
    }
    if vocabularies::read_with(connection)?.as_deref() == Some(vocabulary.fingerprint()) {
        return Ok(());
    }
    if rows::any(connection)? {
        ask(connection, now)
    } else {
        vocabularies::put_read_with(connection, vocabulary.fingerprint(), now)
    }
}

/// Walks to the end.
///
/// # Errors
/// The database's, or a stop of the process on the way; what was done stays, and the next one goes on behind it.
pub async fn run(app: &Arc<App>) -> Result<(), DbError> {
    let (mut total, mut done) = (Step::default(), false);
    while !app.shutdown.is_cancelled() {
        let inner = Arc::clone(app);
        let work = tokio::task::spawn_blocking(move || {
            step(&inner.db, &inner.vocabulary, &inner.shapes, inner.clock.as_ref(), BATCH)
        });
        let one = work.await.map_err(|_| DbError::Task)??;
        total.read += one.read;
        total.changed += one.changed;
        if one.done {
            done = true;
            break;
        }
    }
    if total.read > 0 {
        tracing::info!(
            read = total.read,
            changed = total.changed,
            "records were read again with the vocabulary in force"
        );
    }
    if done {
        Ok(())
    } else {
        Err(DbError::Refused("the process was stopped before every record was read again".to_owned()))
    }
}

/// Reads the next batch of at most `limit` records. Blocks.
///
/// # Errors
/// The database's; then nothing of the batch was done.
pub fn step(
    db: &Db,
    shared: &SharedVocabulary,
    shapes: &Library,
    clock: &dyn Clock,
    limit: i64,
) -> Result<Step, DbError> {
    let in_force = vocabulary::current(db, shared)?;
    let now = clock.now();
    let Some(seen) = db.read_blocking(vocabularies::rereading)? else {
        return Ok(Step { done: true, ..Step::default() });
    };
    if seen.fingerprint != in_force.fingerprint() {
        let first = Rereading { fingerprint: in_force.fingerprint().to_owned(), after: None };
        db.write_blocking(|connection| vocabularies::move_rereading(connection, Some(&seen), Some(&first), now))?;
        return Ok(Step::default());
    }
    let page = db.read_blocking(|connection| rows::stored_after(connection, seen.after.as_ref(), limit))?;
    let Some(last) = page.last().map(|stored| stored.id.clone()) else {
        let done = db.write_blocking(|connection| {
            let moved = vocabularies::move_rereading(connection, Some(&seen), None, now)?;
            if moved {
                vocabularies::put_read_with(connection, &seen.fingerprint, now)?;
            }
            Ok::<_, DbError>(moved)
        })?;
        return Ok(Step { done, ..Step::default() });
    };
    // What is stored was within the limits when it came.
    let limits = ReadLimits { record_bytes: u64::MAX, parse: ParseLimits::default() };
    let (wish, known) = (Wish::default(), KnownHashes::default());
    let reading =
        Reading { vocabulary: &in_force, limits: &limits, shapes, wish: &wish, known: &known, keep_graphs: false };
    let readings: Vec<(&Stored, NewReading)> =
        page.iter().filter_map(|stored| read_again(stored, &reading).map(|reading| (stored, reading))).collect();
    let next = Rereading { after: Some(last), ..seen.clone() };
    let ids: Vec<_> = page.iter().map(|stored| stored.id.clone()).collect();
    let changed = db.write_blocking(|connection| {
        if !vocabularies::move_rereading(connection, Some(&seen), Some(&next), now)? {
            return Ok(None);
        }
        let mut changed = 0;
        for (stored, reading) in &readings {
            changed += usize::from(rows::put_reading(connection, stored, reading)?);
        }
        rows::announce_published(connection, &ids, now)?;
        Ok::<_, DbError>(Some(changed))
    })?;
    Ok(match changed {
        Some(changed) => Step { read: page.len(), changed, done: false },
        None => Step::default(),
    })
}

/// The new reading, where it differs from the stored one. A record that cannot be read any more keeps what it has.
fn read_again(stored: &Stored, reading: &Reading<'_>) -> Option<NewReading> {
    let read = record::read_stored(stored.kind, &stored.identity, &stored.source_graph, &stored.graph_hash, reading);
    let Some(read) = read else {
        tracing::warn!(record.id = %stored.id, "a stored record could not be read again and stays as it is");
        return None;
    };
    // What was mended in the document as it came cannot be seen in the statements; it stays with the record.
    let of_document = stored.repairs.iter().filter(|repair| repair.property == users::DOCUMENT).cloned();
    (read.document_hash != stored.document_hash).then(|| NewReading {
        document: read.document,
        document_hash: read.document_hash,
        repairs: of_document.chain(read.repairs).collect(),
        findings: read.findings,
    })
}
