//! Imported vocabularies, and how far the stored records have been read again with the vocabulary in force.
//!
//! Policy: an import is one row that is replaced or removed as a whole. The stamp tells which imports are stored, so that
//! every process notices a change by reading one short value in the transaction in which it reads anything else that
//! must fit it. Changes of imports and steps of the re-reading take turns under one lock, so that neither overlooks the
//! other.

use std::io::{Read, Write};

use chrono::{DateTime, Utc};
use diesel::connection::SimpleConnection;
use diesel::prelude::*;
use flate2::Compression;
use flate2::read::GzDecoder;
use flate2::write::GzEncoder;
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use super::schema::vocabulary_import;
use super::time::Stamp;
use super::{Connection, DbError, settings};
use crate::domain::ids::RecordId;

/// Key of the advisory lock that imports and the re-reading take turns under.
const VOCABULARY_LOCK: i64 = 0x4154_4c41_5302;
/// Setting that tells which imports are stored.
const STAMP: &str = "vocabulary.stamp";
/// Setting that tells how far the stored records have been read again; absent: all of them.
const REREADING: &str = "vocabulary.rereading";
/// Setting with the fingerprint of the vocabulary that all stored records were read with.
const READ_WITH: &str = "vocabulary.read-with";
/// The most bytes that a stored scheme has when it is unpacked.
const LARGEST_SCHEME: u64 = 512 * 1024 * 1024;

/// An import as stored, without its concepts.
#[derive(Debug, Clone, PartialEq, Eq, Queryable, Selectable)]
#[diesel(table_name = vocabulary_import)]
pub struct Import {
    /// Its name.
    pub name: String,
    /// Its title.
    pub title: String,
    /// The file that it was read from.
    pub file_name: String,
    /// SHA-256 of the file, hexadecimal.
    pub file_hash: String,
    /// SHA-256 of what was taken from it, hexadecimal.
    pub content_hash: String,
    /// Classes in it.
    pub classes: i64,
    /// The report of the import, JSON.
    pub report: String,
    /// When.
    #[diesel(deserialize_as = Stamp)]
    pub imported: DateTime<Utc>,
}

/// An import to store.
#[derive(Debug, Clone, Copy)]
pub struct NewImport<'a> {
    /// Its name; an import of the same name is replaced.
    pub name: &'a str,
    /// Its title.
    pub title: &'a str,
    /// The file that it was read from.
    pub file_name: &'a str,
    /// SHA-256 of the file, hexadecimal.
    pub file_hash: &'a str,
    /// Classes in it.
    pub classes: usize,
    /// The report, JSON.
    pub report: &'a str,
    /// What was taken from the file, JSON.
    pub content: &'a str,
}

/// How far the stored records have been read again.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Rereading {
    /// Fingerprint of the vocabulary that they are read with.
    pub fingerprint: String,
    /// The last record that was read; `None`: none yet.
    pub after: Option<RecordId>,
}

/// Takes the lock of this module to the end of the transaction. SQLite has one writer.
fn lock(connection: &mut Connection) -> Result<(), DbError> {
    if let Connection::Postgres(postgres) = connection {
        postgres.batch_execute(&format!("SELECT pg_advisory_xact_lock({VOCABULARY_LOCK})"))?;
    }
    Ok(())
}

/// Which imports are stored; empty for none.
pub fn stamp(connection: &mut Connection) -> Result<String, DbError> {
    Ok(settings::get(connection, STAMP)?.unwrap_or_default())
}

/// The imports by name.
pub fn list(connection: &mut Connection) -> Result<Vec<Import>, DbError> {
    Ok(vocabulary_import::table.order(vocabulary_import::name).select(Import::as_select()).load(connection)?)
}

/// The name of an import, and its contents where they can be unpacked.
pub type NamedContent = (String, Result<String, DbError>);

/// The stored contents by name, JSON; one that cannot be unpacked is an error of its own row only.
pub fn contents(connection: &mut Connection) -> Result<Vec<NamedContent>, DbError> {
    let rows: Vec<(String, Vec<u8>)> = vocabulary_import::table
        .order(vocabulary_import::name)
        .select((vocabulary_import::name, vocabulary_import::packed))
        .load(connection)?;
    Ok(rows.into_iter().map(|(name, packed)| (name, unpacked(&packed))).collect())
}

/// Stores the import in place of an earlier one of its name; `false` when the same contents are stored already.
pub fn put(connection: &mut Connection, import: &NewImport<'_>, now: DateTime<Utc>) -> Result<bool, DbError> {
    lock(connection)?;
    let content_hash = hash(import.content.as_bytes());
    let stored: Option<String> = vocabulary_import::table
        .find(import.name)
        .select(vocabulary_import::content_hash)
        .first(connection)
        .optional()?;
    let changed = stored.as_deref() != Some(content_hash.as_str());
    diesel::delete(vocabulary_import::table.find(import.name)).execute(connection)?;
    let classes = i64::try_from(import.classes).map_err(|error| DbError::corrupt("number of classes", error))?;
    diesel::insert_into(vocabulary_import::table)
        .values((
            vocabulary_import::name.eq(import.name),
            vocabulary_import::title.eq(import.title),
            vocabulary_import::file_name.eq(import.file_name),
            vocabulary_import::file_hash.eq(import.file_hash),
            vocabulary_import::content_hash.eq(&content_hash),
            vocabulary_import::classes.eq(classes),
            vocabulary_import::report.eq(import.report),
            vocabulary_import::packed.eq(packed(import.content)?),
            vocabulary_import::imported.eq(now.naive_utc()),
        ))
        .execute(connection)?;
    restamp(connection, now)?;
    Ok(changed)
}

/// Removes the import; `false` when there is none of this name.
pub fn remove(connection: &mut Connection, name: &str, now: DateTime<Utc>) -> Result<bool, DbError> {
    lock(connection)?;
    let removed = diesel::delete(vocabulary_import::table.find(name)).execute(connection)?;
    restamp(connection, now)?;
    Ok(removed > 0)
}

fn restamp(connection: &mut Connection, now: DateTime<Utc>) -> Result<(), DbError> {
    let rows: Vec<(String, String)> = vocabulary_import::table
        .order(vocabulary_import::name)
        .select((vocabulary_import::name, vocabulary_import::content_hash))
        .load(connection)?;
    let lines: String = rows.iter().map(|(name, content)| format!("{name} {content}\n")).collect();
    let stamp = if lines.is_empty() { String::new() } else { hash(lines.as_bytes()) };
    settings::put(connection, STAMP, &stamp, now)
}

/// The fingerprint of the vocabulary that all stored records were read with; `None`: nobody noted it.
pub fn read_with(connection: &mut Connection) -> Result<Option<String>, DbError> {
    settings::get(connection, READ_WITH)
}

/// Notes that all stored records were read with the vocabulary.
pub fn put_read_with(connection: &mut Connection, fingerprint: &str, now: DateTime<Utc>) -> Result<(), DbError> {
    settings::put(connection, READ_WITH, fingerprint, now)
}

/// The re-reading under way, or `None`.
pub fn rereading(connection: &mut Connection) -> Result<Option<Rereading>, DbError> {
    let Some(text) = settings::get(connection, REREADING)?.filter(|text| !text.is_empty()) else { return Ok(None) };
    serde_json::from_str(&text).map(Some).map_err(|error| DbError::corrupt("progress of the re-reading", error))
}

/// Sets the re-reading that is under way, or ends it, if it still is where the caller saw it; `false` when it is not: the
/// caller's step must then be undone.
pub fn move_rereading(
    connection: &mut Connection,
    seen: Option<&Rereading>,
    next: Option<&Rereading>,
    now: DateTime<Utc>,
) -> Result<bool, DbError> {
    lock(connection)?;
    if rereading(connection)?.as_ref() != seen {
        return Ok(false);
    }
    let text = match next {
        Some(next) => serde_json::to_string(next).map_err(|error| DbError::corrupt("progress", error))?,
        None => String::new(),
    };
    settings::put(connection, REREADING, &text, now)?;
    Ok(true)
}

fn hash(bytes: &[u8]) -> String {
    Sha256::digest(bytes).iter().fold(String::with_capacity(64), |text, byte| format!("{text}{byte:02x}"))
}

fn packed(text: &str) -> Result<Vec<u8>, DbError> {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::default());
    let packed = encoder.write_all(text.as_bytes()).and_then(|()| encoder.finish());
    packed.map_err(|error| DbError::corrupt("imported vocabulary", error))
}

fn unpacked(packed: &[u8]) -> Result<String, DbError> {
    let mut text = String::new();
    GzDecoder::new(packed)
        .take(LARGEST_SCHEME)
        .read_to_string(&mut text)
        .map_err(|error| DbError::corrupt("imported vocabulary", error))?;
    Ok(text)
}
