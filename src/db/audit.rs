//! The audit log: what people and the machine did, in a chain that shows tampering. Policy: entries are never changed
//! or removed (triggers of both databases refuse it); each entry's digest is an HMAC-SHA-256 (RFC 2104, FIPS 180-4)
//! under the installation's own key over its values and the digest before it; who did it and the details are kept
//! beside the chain, which holds only their keyed digests, so that personal details can be erased and the chain still
//! proves the rest.

use chrono::{DateTime, SecondsFormat, Utc};
use diesel::connection::SimpleConnection;
use diesel::prelude::*;
use hmac::{Hmac, KeyInit, Mac};
use sha2::Sha256;
use uuid::Uuid;

use super::schema::{audit_detail, audit_entry};
use super::time::Stamp;
use super::{Connection, DbError, settings};

/// Setting that holds the installation's key, hexadecimal.
const KEY: &str = "audit.key";
/// Setting that holds the newest entry's number and digest, so that a cut-off end shows.
const HEAD: &str = "audit.head";
/// What stands before the first entry.
const GENESIS: &str = "genesis";
/// Key of the advisory lock that entries are appended under.
const APPEND_LOCK: i64 = 0x4154_4c41_5302;
/// Entries that are checked at a time.
const PAGE: i64 = 1_000;

/// Something that was done.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Deed<'a> {
    /// What: a verb and its noun, `source.approve`.
    pub action: &'a str,
    /// On what: an id or a public name; nothing personal.
    pub subject: &'a str,
    /// Who; erasable.
    pub actor: &'a str,
    /// Everything else worth keeping; erasable.
    pub detail: &'a str,
}

/// What a check of the chain found.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Verdict {
    /// Every entry is as it was written.
    Intact {
        /// Entries checked.
        entries: i64,
        /// Entries whose details were erased.
        erased: i64,
    },
    /// An entry is not as it was written, or is missing.
    Broken {
        /// Number of the first such entry.
        seq: i64,
        /// What is wrong with it, in plain words.
        reason: &'static str,
    },
}

#[derive(Queryable, Selectable)]
#[diesel(table_name = audit_entry)]
struct Entry {
    seq: i64,
    #[diesel(deserialize_as = Stamp)]
    at: DateTime<Utc>,
    action: String,
    subject: String,
    actor_digest: String,
    detail_digest: String,
    previous: String,
    digest: String,
}

/// Appends what was done; returns the entry's number, counted from 1.
pub fn append(connection: &mut Connection, deed: &Deed<'_>, now: DateTime<Utc>) -> Result<i64, DbError> {
    if let Connection::Postgres(postgres) = connection {
        postgres.batch_execute(&format!("SELECT pg_advisory_xact_lock({APPEND_LOCK})"))?;
    }
    let key = key(connection, now)?;
    let newest: Option<(i64, String)> = audit_entry::table
        .order(audit_entry::seq.desc())
        .select((audit_entry::seq, audit_entry::digest))
        .first(connection)
        .optional()?;
    let (last, previous) = newest.unwrap_or((0, GENESIS.to_owned()));
    let mut entry = Entry {
        seq: last + 1,
        at: now,
        action: deed.action.to_owned(),
        subject: deed.subject.to_owned(),
        actor_digest: keyed(&key, &["actor", deed.actor])?,
        detail_digest: keyed(&key, &["detail", deed.detail])?,
        previous,
        digest: String::new(),
    };
    entry.digest = digest_of(&key, &entry)?;
    insert(connection, &entry)?;
    diesel::insert_into(audit_detail::table)
        .values((
            audit_detail::seq.eq(entry.seq),
            audit_detail::actor.eq(deed.actor),
            audit_detail::detail.eq(deed.detail),
        ))
        .execute(connection)?;
    settings::put(connection, HEAD, &format!("{}:{}", entry.seq, entry.digest), now)?;
    Ok(entry.seq)
}

fn insert(connection: &mut Connection, entry: &Entry) -> Result<(), DbError> {
    diesel::insert_into(audit_entry::table)
        .values((
            audit_entry::seq.eq(entry.seq),
            audit_entry::at.eq(entry.at.naive_utc()),
            audit_entry::action.eq(&entry.action),
            audit_entry::subject.eq(&entry.subject),
            audit_entry::actor_digest.eq(&entry.actor_digest),
            audit_entry::detail_digest.eq(&entry.detail_digest),
            audit_entry::previous.eq(&entry.previous),
            audit_entry::digest.eq(&entry.digest),
        ))
        .execute(connection)?;
    Ok(())
}

/// Erases who did it and the details of an entry; the chain stays provable.
pub fn erase_detail(connection: &mut Connection, seq: i64) -> Result<(), DbError> {
    diesel::delete(audit_detail::table.find(seq)).execute(connection)?;
    Ok(())
}

/// Checks the whole chain.
pub fn verify(connection: &mut Connection) -> Result<Verdict, DbError> {
    let Some(key) = settings::get(connection, KEY)? else {
        let entries: i64 = audit_entry::table.count().get_result(connection)?;
        return Ok(if entries == 0 {
            Verdict::Intact { entries: 0, erased: 0 }
        } else {
            Verdict::Broken { seq: 1, reason: "the installation's key is missing" }
        });
    };
    let mut previous = GENESIS.to_owned();
    let mut last = 0;
    let mut erased = 0;
    loop {
        let page: Vec<Entry> = audit_entry::table
            .filter(audit_entry::seq.gt(last))
            .order(audit_entry::seq)
            .limit(PAGE)
            .select(Entry::as_select())
            .load(connection)?;
        if page.is_empty() {
            break;
        }
        for entry in page {
            if let Some(reason) = fault(&key, &entry, last, &previous)? {
                return Ok(Verdict::Broken { seq: last + 1, reason });
            }
            match detail_fault(connection, &key, &entry)? {
                DetailState::Kept => {}
                DetailState::Erased => erased += 1,
                DetailState::Altered => {
                    return Ok(Verdict::Broken { seq: entry.seq, reason: "its details were altered" });
                }
            }
            last = entry.seq;
            previous = entry.digest;
        }
    }
    let head = settings::get(connection, HEAD)?;
    let expected = (last > 0).then(|| format!("{last}:{previous}"));
    if head != expected {
        return Ok(Verdict::Broken { seq: last + 1, reason: "the newest entries are missing" });
    }
    Ok(Verdict::Intact { entries: last, erased })
}

fn fault(key: &str, entry: &Entry, last: i64, previous: &str) -> Result<Option<&'static str>, DbError> {
    if entry.seq != last + 1 {
        return Ok(Some("the entry is missing"));
    }
    if entry.previous != previous {
        return Ok(Some("it does not follow the entry before it"));
    }
    Ok((digest_of(key, entry)? != entry.digest).then_some("its values were altered"))
}

enum DetailState {
    Kept,
    Erased,
    Altered,
}

fn detail_fault(connection: &mut Connection, key: &str, entry: &Entry) -> Result<DetailState, DbError> {
    let kept: Option<(String, String)> = audit_detail::table
        .find(entry.seq)
        .select((audit_detail::actor, audit_detail::detail))
        .first(connection)
        .optional()?;
    let Some((actor, detail)) = kept else { return Ok(DetailState::Erased) };
    let same = keyed(key, &["actor", &actor])? == entry.actor_digest
        && keyed(key, &["detail", &detail])? == entry.detail_digest;
    Ok(if same { DetailState::Kept } else { DetailState::Altered })
}

fn key(connection: &mut Connection, now: DateTime<Utc>) -> Result<String, DbError> {
    if let Some(kept) = settings::get(connection, KEY)? {
        return Ok(kept);
    }
    // Two version-4 UUIDs carry 244 random bits from the operating system's generator.
    let fresh = format!("{}{}", Uuid::new_v4().simple(), Uuid::new_v4().simple());
    settings::put(connection, KEY, &fresh, now)?;
    Ok(fresh)
}

fn digest_of(key: &str, entry: &Entry) -> Result<String, DbError> {
    let seq = entry.seq.to_string();
    let at = entry.at.to_rfc3339_opts(SecondsFormat::Micros, true);
    keyed(
        key,
        &[
            "entry",
            &seq,
            &at,
            &entry.action,
            &entry.subject,
            &entry.actor_digest,
            &entry.detail_digest,
            &entry.previous,
        ],
    )
}

/// HMAC over the parts, each with its length before it, so that no two lists of parts read alike.
fn keyed(key: &str, parts: &[&str]) -> Result<String, DbError> {
    use std::fmt::Write as _;
    let mut mac =
        Hmac::<Sha256>::new_from_slice(key.as_bytes()).map_err(|error| DbError::corrupt("audit key", error))?;
    for part in parts {
        mac.update(part.len().to_string().as_bytes());
        mac.update(b":");
        mac.update(part.as_bytes());
    }
    let mut text = String::with_capacity(64);
    for byte in mac.finalize().into_bytes() {
        // Writing to a String cannot fail.
        let _ = write!(text, "{byte:02x}");
    }
    Ok(text)
}
