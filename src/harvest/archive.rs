//! Where the bodies of answers are kept between the two phases: in the database for a harvest, in memory for a trial,
//! which writes nothing.

use std::collections::HashMap;
use std::io::{Read, Write};
use std::sync::atomic::{AtomicI64, Ordering};
use std::sync::{Mutex, PoisonError};

use bytes::Bytes;
use chrono::{DateTime, Utc};
use flate2::Compression;
use flate2::read::GzDecoder;
use flate2::write::GzEncoder;

use super::manifest::Answer;
use crate::db::{Db, DbError, answers};
use crate::domain::ids::RunId;

/// The archive of one run.
pub enum Archive {
    /// In the database, under the run.
    Kept {
        /// The database.
        db: Db,
        /// The run.
        run: RunId,
        /// Answers archived so far.
        position: AtomicI64,
    },
    /// In memory, packed, for as long as the trial lasts.
    Trial {
        /// Packed bodies by hash.
        bodies: Mutex<HashMap<String, Vec<u8>>>,
    },
}

/// An earlier answer of an address, to ask on condition.
#[derive(Debug, Clone)]
pub struct Earlier {
    /// Entity tag.
    pub etag: Option<String>,
    /// Last-Modified.
    pub last_modified: Option<String>,
    /// Media type.
    pub media_type: Option<String>,
    /// Hash of its body.
    pub hash: String,
}

impl Archive {
    /// The archive of a run.
    #[must_use]
    pub fn kept(db: Db, run: RunId) -> Self {
        Self::Kept { db, run, position: AtomicI64::new(0) }
    }

    /// The archive of a trial.
    #[must_use]
    pub fn trial() -> Self {
        Self::Trial { bodies: Mutex::new(HashMap::new()) }
    }

    /// The newest archived answer of the address; a trial asks for everything anew.
    ///
    /// # Errors
    /// Those of the database.
    pub async fn earlier(&self, address: &str) -> Result<Option<Earlier>, DbError> {
        let Self::Kept { db, .. } = self else { return Ok(None) };
        let address = address.to_owned();
        let newest = db.read(move |connection| answers::newest_of(connection, &address)).await?;
        Ok(newest.and_then(|answer| {
            let hash = answer.body_hash?;
            let (etag, last_modified) = (answer.entity_tag, answer.last_modified);
            Some(Earlier { etag, last_modified, media_type: answer.media_type, hash })
        }))
    }

    /// Keeps a body.
    ///
    /// # Errors
    /// Those of the database.
    pub async fn keep(&self, answer: &Answer, body: Bytes, now: DateTime<Utc>) -> Result<(), DbError> {
        match self {
            Self::Kept { db, run, position } => {
                let (run, answer) = (run.clone(), answer.clone());
                let position = position.fetch_add(1, Ordering::Relaxed);
                db.write(move |connection| {
                    let new = answers::NewAnswer {
                        address: &answer.address,
                        status: answer.status,
                        media_type: answer.media_type.as_deref(),
                        entity_tag: answer.etag.as_deref(),
                        last_modified: answer.last_modified.as_deref(),
                        body: Some(&body),
                    };
                    answers::archive(connection, &run, position, &new, now)
                })
                .await
            }
            Self::Trial { bodies } => {
                let mut encoder = GzEncoder::new(Vec::new(), Compression::fast());
                let packed = encoder.write_all(&body).and_then(|()| encoder.finish());
                let packed = packed.map_err(|error| DbError::corrupt("answer body", error))?;
                bodies.lock().unwrap_or_else(PoisonError::into_inner).insert(answer.hash.clone(), packed);
                Ok(())
            }
        }
    }

    /// A kept body. Blocks.
    ///
    /// # Errors
    /// Those of the database; not found when it was never kept.
    pub fn body_blocking(&self, hash: &str) -> Result<Vec<u8>, DbError> {
        match self {
            Self::Kept { db, .. } => db.read_blocking(|connection| answers::body(connection, hash)),
            Self::Trial { bodies } => {
                let bodies = bodies.lock().unwrap_or_else(PoisonError::into_inner);
                let packed = bodies.get(hash).ok_or_else(|| DbError::not_found("archived answer", hash))?;
                let mut unpacked = Vec::new();
                GzDecoder::new(packed.as_slice())
                    .read_to_end(&mut unpacked)
                    .map_err(|error| DbError::corrupt("answer body", error))?;
                Ok(unpacked)
            }
        }
    }
}
