//! Public names. Policy (DESIGN §4a): fixed at first sight, never reused: a row of the slug table is never deleted,
//! also when its owner is gone.

use chrono::{DateTime, Utc};
use diesel::prelude::*;

use super::super::schema::slug;
use super::super::{Connection, DbError, insert_unless_taken};
use crate::domain::ids::Slug;
use crate::domain::lifecycle::RecordKind;

/// Numbers tried behind a taken name before a part of the owner's id is used instead.
const MAX_NUMBERED: u32 = 50;

/// The room of addresses in which a name is unique.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SlugKind {
    /// `/datasets/{slug}`
    Dataset,
    /// `/series/{slug}`
    Series,
    /// `/providers/{slug}`
    Provider,
}

impl SlugKind {
    const fn as_str(self) -> &'static str {
        match self {
            SlugKind::Dataset => "dataset",
            SlugKind::Series => "series",
            SlugKind::Provider => "provider",
        }
    }
}

impl From<RecordKind> for SlugKind {
    fn from(kind: RecordKind) -> Self {
        match kind {
            RecordKind::Dataset => SlugKind::Dataset,
            RecordKind::Series => SlugKind::Series,
        }
    }
}

fn claim(
    connection: &mut Connection,
    kind: SlugKind,
    wish: &Slug,
    owner: &str,
    now: DateTime<Utc>,
) -> Result<bool, DbError> {
    let taken: i64 = slug::table.find((kind.as_str(), wish.as_str())).count().get_result(connection)?;
    if taken > 0 {
        return Ok(false);
    }
    let row = (
        slug::kind.eq(kind.as_str()),
        slug::name.eq(wish.as_str()),
        slug::owner_id.eq(owner),
        slug::created.eq(now.naive_utc()),
    );
    insert_unless_taken(connection, |inner| diesel::insert_into(slug::table).values(row).execute(inner))
}

/// Gives the owner the wished name, or the first free one made of it with a number.
pub(in crate::db) fn allocate(
    connection: &mut Connection,
    kind: SlugKind,
    wish: &Slug,
    owner: &str,
    now: DateTime<Utc>,
) -> Result<Slug, DbError> {
    if claim(connection, kind, wish, owner, now)? {
        return Ok(wish.clone());
    }
    for number in 2..=MAX_NUMBERED {
        let numbered = wish.numbered(number);
        if claim(connection, kind, &numbered, owner, now)? {
            return Ok(numbered);
        }
    }
    // The random end of a UUIDv7: all its time bits may be shared by records of one harvest.
    let random: String = owner.chars().rev().take(12).collect();
    let wish = Slug::from_name(&format!("{}-{random}", wish.as_str().get(..40).unwrap_or(wish.as_str())));
    match wish {
        Some(last) if claim(connection, kind, &last, owner, now)? => Ok(last),
        _ => Err(DbError::Refused(format!("no public name is free for {owner}"))),
    }
}

/// Who owns the name, also when the owner is gone; `None`: nobody ever did.
pub fn owner(connection: &mut Connection, kind: SlugKind, name: &str) -> Result<Option<String>, DbError> {
    Ok(slug::table.find((kind.as_str(), name)).select(slug::owner_id).first(connection).optional()?)
}
