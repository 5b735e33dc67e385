//! Times as both databases keep them: UTC without a zone, to the microsecond.

use chrono::{DateTime, NaiveDateTime, Utc};
use diesel::backend::Backend;
use diesel::deserialize::{self, FromStaticSqlRow, Queryable};
use diesel::sql_types::{Nullable, Timestamp};

/// A TIMESTAMP column read as UTC.
pub struct Stamp(NaiveDateTime);

impl From<Stamp> for DateTime<Utc> {
    fn from(stamp: Stamp) -> Self {
        stamp.0.and_utc()
    }
}

impl<DB: Backend> Queryable<Timestamp, DB> for Stamp
where
    NaiveDateTime: FromStaticSqlRow<Timestamp, DB>,
{
    type Row = NaiveDateTime;
    fn build(row: NaiveDateTime) -> deserialize::Result<Self> {
        Ok(Self(row))
    }
}

/// A TIMESTAMP column that may be empty, read as UTC.
pub struct MaybeStamp(Option<NaiveDateTime>);

impl From<MaybeStamp> for Option<DateTime<Utc>> {
    fn from(stamp: MaybeStamp) -> Self {
        stamp.0.map(|time| time.and_utc())
    }
}

impl<DB: Backend> Queryable<Nullable<Timestamp>, DB> for MaybeStamp
where
    Option<NaiveDateTime>: FromStaticSqlRow<Nullable<Timestamp>, DB>,
{
    type Row = Option<NaiveDateTime>;
    fn build(row: Option<NaiveDateTime>) -> deserialize::Result<Self> {
        Ok(Self(row))
    }
}
