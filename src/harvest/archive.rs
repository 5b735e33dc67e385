//! Where the bodies of answers are kept between the two phases: in the database for a harvest, in memory for a trial,
//! which writes nothing.

use std::collections::HashMap;
use std::io::{Read, Write};
use std::sync::atomic::{AtomicI64, Ordering};
use std::sync::{Mutex, PoisonError};

use bytes::Bytes;
use chrono::{DateTime, TimeDelta, Utc};
use flate2::Compression;
use flate2::read::GzDecoder;
use flate2::write::GzEncoder;

use super::manifest::Answer;
use crate::db::{Db, DbError, answers};
use crate::domain::ids::RunId;
use crate::net::read_date;

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
    /// When it came.
    pub fetched: DateTime<Utc>,
}

/// How long an answer is believed to be current on the server's word alone. Servers have called changed documents
/// unchanged, for ever; after this time the document itself is asked for.
const TRUSTED_FOR: TimeDelta = TimeDelta::days(7);
/// How much older than its fetching a document must be for its date to tell it from its next edition (RFC 9110 §8.8.2.2).
const SETTLED_AFTER: TimeDelta = TimeDelta::seconds(60);

impl Earlier {
    /// Whether the server may answer "not modified".
    #[must_use]
    pub fn is_trusted(&self, now: DateTime<Utc>) -> bool {
        (TimeDelta::zero()..TRUSTED_FOR).contains(&(now - self.fetched))
    }

    /// The entity tag and the date to ask on condition with. The date is used only without a tag, and only where it was
    /// in the past when the answer came: with a date in the future every later edition would seem the older one.
    #[must_use]
    pub fn validators(&self) -> (Option<String>, Option<String>) {
        if self.etag.is_some() {
            return (self.etag.clone(), None);
        }
        let settled = |date: &String| read_date(date).is_some_and(|date| date + SETTLED_AFTER <= self.fetched);
        (None, self.last_modified.clone().filter(settled))
    }
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
            Some(Earlier { etag, last_modified, media_type: answer.media_type, hash, fetched: answer.fetched })
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

#[cfg(test)]
mod tests {
    use super::*;

    fn earlier(etag: Option<&str>, last_modified: Option<&str>) -> Earlier {
        Earlier {
            etag: etag.map(str::to_owned),
            last_modified: last_modified.map(str::to_owned),
            media_type: None,
            hash: String::new(),
            fetched: DateTime::parse_from_rfc3339("2026-01-01T12:00:00Z").unwrap().with_timezone(&Utc),
        }
    }

    #[test]
    fn a_date_in_the_future_is_no_condition() {
        let past = Some("Thu, 01 Jan 2026 11:00:00 GMT");
        assert_eq!(earlier(None, past).validators(), (None, past.map(str::to_owned)));
        assert_eq!(earlier(Some("\"1\""), past).validators(), (Some("\"1\"".to_owned()), None));
        for unusable in ["Fri, 02 Jan 2026 12:00:00 GMT", "Thu, 01 Jan 2026 11:59:30 GMT", "soon"] {
            assert_eq!(earlier(None, Some(unusable)).validators(), (None, None), "{unusable}");
        }
    }

    #[test]
    fn an_answer_is_believed_to_be_current_for_a_week_and_never_before_it_came() {
        let answer = earlier(None, None);
        assert!(answer.is_trusted(answer.fetched + TimeDelta::days(6)));
        assert!(!answer.is_trusted(answer.fetched + TimeDelta::days(7)));
        assert!(!answer.is_trusted(answer.fetched - TimeDelta::hours(1)), "our own clock was off");
    }
}
