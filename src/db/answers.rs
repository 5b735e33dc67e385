//! Raw answers of sources, archived by content: a body that comes again is stored once, packed with gzip.

use std::io::{Read, Write};

use chrono::{DateTime, Utc};
use diesel::prelude::*;
use flate2::Compression;
use flate2::read::GzDecoder;
use flate2::write::GzEncoder;
use sha2::{Digest, Sha256};

use super::schema::{raw_answer, raw_body};
use super::time::Stamp;
use super::{Connection, DbError, insert_unless_taken};
use crate::domain::ids::RunId;

/// An answer to keep.
#[derive(Debug, Clone, Copy)]
pub struct NewAnswer<'a> {
    /// The address that was asked.
    pub address: &'a str,
    /// HTTP status, or 200 for a file.
    pub status: u16,
    /// Media type as given.
    pub media_type: Option<&'a str>,
    /// `ETag` (RFC 9110 §8.8.3).
    pub entity_tag: Option<&'a str>,
    /// `Last-Modified` (RFC 9110 §8.8.2), as given.
    pub last_modified: Option<&'a str>,
    /// The body, unpacked; `None` for an answer without one (304).
    pub body: Option<&'a [u8]>,
}

/// An answer as stored, without its body.
#[derive(Debug, Clone, PartialEq, Eq, Queryable, Selectable)]
#[diesel(table_name = raw_answer)]
pub struct Answer {
    /// The address that was asked.
    pub address: String,
    /// HTTP status.
    pub status: i64,
    /// Media type as given.
    pub media_type: Option<String>,
    /// `ETag`.
    pub entity_tag: Option<String>,
    /// `Last-Modified`, as given.
    pub last_modified: Option<String>,
    /// SHA-256 of the body, hexadecimal.
    pub body_hash: Option<String>,
    /// When it came.
    #[diesel(deserialize_as = Stamp)]
    pub fetched: DateTime<Utc>,
}

/// SHA-256 of the bytes, hexadecimal: the name under which a body is archived.
#[must_use]
pub fn body_hash(body: &[u8]) -> String {
    use std::fmt::Write as _;
    let mut text = String::with_capacity(64);
    for byte in Sha256::digest(body) {
        // Writing to a String cannot fail.
        let _ = write!(text, "{byte:02x}");
    }
    text
}

/// Archives the answer as the run's `position`th.
pub fn archive(
    connection: &mut Connection,
    run: &RunId,
    position: i64,
    answer: &NewAnswer<'_>,
    now: DateTime<Utc>,
) -> Result<(), DbError> {
    let hash = match answer.body {
        Some(body) => Some(keep_body(connection, body)?),
        None => None,
    };
    diesel::insert_into(raw_answer::table)
        .values((
            raw_answer::run_id.eq(run.as_str()),
            raw_answer::position.eq(position),
            raw_answer::address.eq(answer.address),
            raw_answer::status.eq(i64::from(answer.status)),
            raw_answer::media_type.eq(answer.media_type),
            raw_answer::entity_tag.eq(answer.entity_tag),
            raw_answer::last_modified.eq(answer.last_modified),
            raw_answer::body_hash.eq(hash),
            raw_answer::fetched.eq(now.naive_utc()),
        ))
        .execute(connection)?;
    Ok(())
}

fn keep_body(connection: &mut Connection, body: &[u8]) -> Result<String, DbError> {
    let hash = body_hash(body);
    let there: i64 = raw_body::table.filter(raw_body::hash.eq(&hash)).count().get_result(connection)?;
    if there > 0 {
        return Ok(hash);
    }
    let mut encoder = GzEncoder::new(Vec::new(), Compression::fast());
    let compressed = encoder.write_all(body).and_then(|()| encoder.finish());
    let packed = compressed.map_err(|error| DbError::corrupt("answer body", error))?;
    let size = i64::try_from(body.len()).map_err(|error| DbError::corrupt("answer body", error))?;
    let row = (raw_body::hash.eq(&hash), raw_body::size.eq(size), raw_body::packed.eq(packed));
    // Another process may archive the same body at this moment: then it is there, which is all that is wanted.
    insert_unless_taken(connection, |inner| diesel::insert_into(raw_body::table).values(row).execute(inner))?;
    Ok(hash)
}

/// The newest archived answer of this address that had a body, or `None`.
pub fn newest_of(connection: &mut Connection, address: &str) -> Result<Option<Answer>, DbError> {
    Ok(raw_answer::table
        .filter(raw_answer::address.eq(address))
        .filter(raw_answer::body_hash.is_not_null())
        .order((raw_answer::fetched.desc(), raw_answer::run_id.desc(), raw_answer::position.desc()))
        .select(Answer::as_select())
        .first(connection)
        .optional()?)
}

/// The answers of a run in the order in which they came.
pub fn of_run(connection: &mut Connection, run: &RunId) -> Result<Vec<Answer>, DbError> {
    Ok(raw_answer::table
        .filter(raw_answer::run_id.eq(run.as_str()))
        .order(raw_answer::position)
        .select(Answer::as_select())
        .load(connection)?)
}

/// The archived body, unpacked.
///
/// # Errors
/// [`DbError::Corrupt`] when it does not have the size and hash it was archived with.
pub fn body(connection: &mut Connection, hash: &str) -> Result<Vec<u8>, DbError> {
    let row: Option<(i64, Vec<u8>)> =
        raw_body::table.find(hash).select((raw_body::size, raw_body::packed)).first(connection).optional()?;
    let (size, packed) = row.ok_or_else(|| DbError::not_found("archived answer", hash))?;
    let bound = u64::try_from(size).map_err(|error| DbError::corrupt("answer body", error))?;
    let mut unpacked = Vec::new();
    let read = GzDecoder::new(packed.as_slice()).take(bound.saturating_add(1)).read_to_end(&mut unpacked);
    read.map_err(|error| DbError::corrupt("answer body", error))?;
    if body_hash(&unpacked) == hash { Ok(unpacked) } else { Err(DbError::corrupt("answer body", hash)) }
}
