//! Small facts that the installation keeps about itself, by name.

use chrono::{DateTime, Utc};
use diesel::prelude::*;

use super::schema::setting;
use super::{Connection, DbError};

/// The value kept under the name, or `None`.
pub fn get(connection: &mut Connection, name: &str) -> Result<Option<String>, DbError> {
    Ok(setting::table.find(name).select(setting::value).first(connection).optional()?)
}

/// Keeps the value under the name, replacing an earlier one.
pub fn put(connection: &mut Connection, name: &str, value: &str, now: DateTime<Utc>) -> Result<(), DbError> {
    let changed = now.naive_utc();
    let replaced = diesel::update(setting::table.find(name))
        .set((setting::value.eq(value), setting::changed.eq(changed)))
        .execute(connection)?;
    if replaced == 0 {
        diesel::insert_into(setting::table)
            .values((setting::name.eq(name), setting::value.eq(value), setting::changed.eq(changed)))
            .execute(connection)?;
    }
    Ok(())
}
