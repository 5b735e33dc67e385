//! Leases: who may do what only one process may do at a time. Policy: a lease is taken by one conditional UPDATE and
//! runs out by itself, so a process that died blocks nobody for longer than the lease.

use chrono::{DateTime, TimeDelta, Utc};
use diesel::prelude::*;

use super::schema::lease;
use super::{Connection, DbError, insert_unless_taken};

/// Takes or prolongs the lease for `holder` until `now + lasting`. `false`: another holds it.
pub fn acquire(
    connection: &mut Connection,
    name: &str,
    holder: &str,
    now: DateTime<Utc>,
    lasting: TimeDelta,
) -> Result<bool, DbError> {
    let until = (now + lasting).naive_utc();
    let free_or_ours = lease::holder.eq(holder).or(lease::until.le(now.naive_utc()));
    let taken = diesel::update(lease::table.filter(lease::name.eq(name)).filter(free_or_ours))
        .set((lease::holder.eq(holder), lease::until.eq(until)))
        .execute(connection)?;
    if taken > 0 {
        return Ok(true);
    }
    let row = (lease::name.eq(name), lease::holder.eq(holder), lease::until.eq(until));
    // Two processes may find no row at the same moment; the one that comes second has not got the lease.
    insert_unless_taken(connection, |inner| diesel::insert_into(lease::table).values(row).execute(inner))
}

/// Gives the lease back; nothing happens when another holds it by now.
pub fn release(connection: &mut Connection, name: &str, holder: &str) -> Result<(), DbError> {
    diesel::delete(lease::table.filter(lease::name.eq(name)).filter(lease::holder.eq(holder))).execute(connection)?;
    Ok(())
}

/// Who holds the lease at `now`, or `None`.
pub fn holder(connection: &mut Connection, name: &str, now: DateTime<Utc>) -> Result<Option<String>, DbError> {
    Ok(lease::table
        .filter(lease::name.eq(name))
        .filter(lease::until.gt(now.naive_utc()))
        .select(lease::holder)
        .first(connection)
        .optional()?)
}
