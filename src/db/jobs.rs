//! Rows of the job queue and of the schedule. Policy: a job is enqueued in the transaction of whoever wants it, claimed
//! by one conditional UPDATE, and carried out outside any transaction; one that is not finished when its lock runs out
//! is claimed again, so every job must bear being run twice.

use chrono::{DateTime, TimeDelta, Utc};
use diesel::prelude::*;

use super::schema::{job, schedule};
use super::time::Stamp;
use super::{Connection, DbError, insert_unless_taken};
use crate::domain::ids::JobId;

/// How many due jobs one claim looks at before it gives up against faster workers.
const CLAIM_CANDIDATES: i64 = 16;

/// A job to enqueue.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewJob {
    /// Name of its handler.
    pub name: String,
    /// What the handler is given, JSON.
    pub payload: String,
    /// At most one unfinished job has this key; `None`: no limit.
    pub dedupe_key: Option<String>,
    /// When it may run.
    pub due: DateTime<Utc>,
    /// Attempts before it counts as dead, at least 1.
    pub max_attempts: i64,
}

/// A job that was claimed.
#[derive(Debug, Clone, PartialEq, Eq, Queryable, Selectable)]
#[diesel(table_name = job)]
pub struct ClaimedJob {
    /// Row id.
    #[diesel(deserialize_as = String)]
    pub id: JobId,
    /// Name of its handler.
    pub name: String,
    /// What the handler is given, JSON.
    pub payload: String,
    /// Attempts, this one included.
    pub attempts: i64,
    /// Attempts before it counts as dead.
    pub max_attempts: i64,
}

/// How many jobs are in each state.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct QueueDepth {
    /// Waiting.
    pub queued: i64,
    /// Claimed.
    pub running: i64,
    /// Given up.
    pub dead: i64,
}

/// Enqueues the job; `None` when an unfinished one has the same key.
pub fn enqueue(connection: &mut Connection, new: &NewJob, now: DateTime<Utc>) -> Result<Option<JobId>, DbError> {
    if let Some(key) = &new.dedupe_key {
        let unfinished: i64 = job::table
            .filter(job::dedupe_key.eq(key))
            .filter(job::state.eq_any(["queued", "running"]))
            .count()
            .get_result(connection)?;
        if unfinished > 0 {
            return Ok(None);
        }
    }
    let id = JobId::fresh(now);
    let row = (
        job::id.eq(id.as_str()),
        job::name.eq(&new.name),
        job::payload.eq(&new.payload),
        job::dedupe_key.eq(new.dedupe_key.as_deref()),
        job::state.eq("queued"),
        job::attempts.eq(0_i64),
        job::max_attempts.eq(new.max_attempts.max(1)),
        job::due.eq(new.due.naive_utc()),
        job::created.eq(now.naive_utc()),
    );
    // Two processes may enqueue the same key at once: the second one loses quietly.
    let inserted = insert_unless_taken(connection, |inner| diesel::insert_into(job::table).values(row).execute(inner))?;
    Ok(inserted.then_some(id))
}

/// Claims the job that is due longest for `worker` until `now + lock`; also one whose lock has run out.
pub fn claim(
    connection: &mut Connection,
    worker: &str,
    names: &[&str],
    now: DateTime<Utc>,
    lock: TimeDelta,
) -> Result<Option<ClaimedJob>, DbError> {
    let at = now.naive_utc();
    let candidates: Vec<String> = job::table
        .filter(job::name.eq_any(names.iter().copied()))
        .filter(job::state.eq("queued").and(job::due.le(at)).or(job::state.eq("running").and(job::locked_until.le(at))))
        .order((job::due, job::id))
        .limit(CLAIM_CANDIDATES)
        .select(job::id)
        .load(connection)?;
    for id in candidates {
        let still_free = job::table.filter(job::id.eq(&id)).filter(
            job::state.eq("queued").and(job::due.le(at)).or(job::state.eq("running").and(job::locked_until.le(at))),
        );
        let claimed = diesel::update(still_free)
            .set((
                job::state.eq("running"),
                job::attempts.eq(job::attempts + 1),
                job::locked_by.eq(worker),
                job::locked_until.eq((now + lock).naive_utc()),
            ))
            .execute(connection)?;
        if claimed == 1 {
            return Ok(Some(job::table.find(&id).select(ClaimedJob::as_select()).first(connection)?));
        }
    }
    Ok(None)
}

/// Whether [`claim`] may find something; a look that does not write.
pub fn any_claimable(connection: &mut Connection, names: &[&str], now: DateTime<Utc>) -> Result<bool, DbError> {
    let at = now.naive_utc();
    let count: i64 = job::table
        .filter(job::name.eq_any(names.iter().copied()))
        .filter(job::state.eq("queued").and(job::due.le(at)).or(job::state.eq("running").and(job::locked_until.le(at))))
        .count()
        .get_result(connection)?;
    Ok(count > 0)
}

/// Prolongs the worker's lock until `now + lock`; `false`: the job is no longer this worker's.
pub fn prolong(
    connection: &mut Connection,
    id: &JobId,
    worker: &str,
    now: DateTime<Utc>,
    lock: TimeDelta,
) -> Result<bool, DbError> {
    let ours = job::table.filter(job::id.eq(id.as_str())).filter(job::locked_by.eq(worker));
    let prolonged = diesel::update(ours.filter(job::state.eq("running")))
        .set(job::locked_until.eq((now + lock).naive_utc()))
        .execute(connection)?;
    Ok(prolonged == 1)
}

/// What becomes of a claimed job.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Settled {
    /// It is done.
    Done,
    /// It failed and is tried again at this time.
    Retry {
        /// When.
        due: DateTime<Utc>,
        /// Why it failed.
        error: String,
    },
    /// It failed and is given up.
    Dead {
        /// Why it failed.
        error: String,
    },
    /// It was not carried out, for the worker stops; the attempt does not count.
    Released,
}

/// Settles a job that `worker` claimed; `false`: it is no longer this worker's, and nothing was changed.
pub fn settle(
    connection: &mut Connection,
    id: &JobId,
    worker: &str,
    settled: &Settled,
    now: DateTime<Utc>,
) -> Result<bool, DbError> {
    let ours =
        job::table.filter(job::id.eq(id.as_str())).filter(job::locked_by.eq(worker)).filter(job::state.eq("running"));
    let unlocked = (job::locked_by.eq(None::<String>), job::locked_until.eq(None::<chrono::NaiveDateTime>));
    let finished = Some(now.naive_utc());
    let update = diesel::update(ours);
    let changed = match settled {
        Settled::Done => update
            .set((job::state.eq("done"), unlocked, job::finished.eq(finished), job::last_error.eq(None::<String>)))
            .execute(connection)?,
        Settled::Retry { due, error } => update
            .set((job::state.eq("queued"), unlocked, job::due.eq(due.naive_utc()), job::last_error.eq(error)))
            .execute(connection)?,
        Settled::Dead { error } => update
            .set((job::state.eq("dead"), unlocked, job::finished.eq(finished), job::last_error.eq(error)))
            .execute(connection)?,
        Settled::Released => {
            update.set((job::state.eq("queued"), unlocked, job::attempts.eq(job::attempts - 1))).execute(connection)?
        }
    };
    Ok(changed == 1)
}

/// How many jobs are in each unfinished state, and dead.
pub fn depth(connection: &mut Connection) -> Result<QueueDepth, DbError> {
    let mut count = |state: &str| job::table.filter(job::state.eq(state)).count().get_result(connection);
    Ok(QueueDepth { queued: count("queued")?, running: count("running")?, dead: count("dead")? })
}

/// State (`queued`, `running`, `done`, `dead`) and last error of a job.
pub fn state(connection: &mut Connection, id: &JobId) -> Result<(String, Option<String>), DbError> {
    job::table
        .find(id.as_str())
        .select((job::state, job::last_error))
        .first(connection)
        .optional()?
        .ok_or_else(|| DbError::not_found("job", id))
}

/// Removes finished jobs older than `edge`; returns how many. Dead ones stay until somebody looks.
pub fn trim(connection: &mut Connection, edge: DateTime<Utc>) -> Result<usize, DbError> {
    let old = job::table.filter(job::state.eq("done")).filter(job::finished.lt(edge.naive_utc()));
    Ok(diesel::delete(old).execute(connection)?)
}

/// A job that is enqueued again and again.
#[derive(Debug, Clone, PartialEq, Eq, Queryable, Selectable)]
#[diesel(table_name = schedule)]
pub struct Schedule {
    /// Its name, and the key under which its jobs are unique.
    pub name: String,
    /// Name of the handler.
    pub job_name: String,
    /// What the handler is given, JSON.
    pub payload: String,
    /// Seconds from one to the next.
    pub interval_seconds: i64,
    /// When the next is due.
    #[diesel(deserialize_as = Stamp)]
    pub next_due: DateTime<Utc>,
}

/// Enters or changes a schedule; the time of the next run is kept when the interval stays.
pub fn put_schedule(connection: &mut Connection, new: &Schedule) -> Result<(), DbError> {
    let kept: Option<Schedule> =
        schedule::table.find(&new.name).select(Schedule::as_select()).first(connection).optional()?;
    let next_due = match &kept {
        Some(old) if old.interval_seconds == new.interval_seconds => old.next_due,
        _ => new.next_due,
    };
    if kept.is_some() {
        diesel::delete(schedule::table.find(&new.name)).execute(connection)?;
    }
    diesel::insert_into(schedule::table)
        .values((
            schedule::name.eq(&new.name),
            schedule::job_name.eq(&new.job_name),
            schedule::payload.eq(&new.payload),
            schedule::interval_seconds.eq(new.interval_seconds.max(1)),
            schedule::next_due.eq(next_due.naive_utc()),
        ))
        .execute(connection)?;
    Ok(())
}

/// Removes a schedule; nothing happens when there is none.
pub fn remove_schedule(connection: &mut Connection, name: &str) -> Result<(), DbError> {
    diesel::delete(schedule::table.find(name)).execute(connection)?;
    Ok(())
}

/// Whether a schedule is due; a look that does not write.
pub fn any_due(connection: &mut Connection, now: DateTime<Utc>) -> Result<bool, DbError> {
    let count: i64 = schedule::table.filter(schedule::next_due.le(now.naive_utc())).count().get_result(connection)?;
    Ok(count > 0)
}

/// Enqueues a job for every schedule that is due and moves each to its next time; turns that were missed are not made
/// up for. Returns how many jobs were enqueued.
pub fn fire_due(connection: &mut Connection, max_attempts: i64, now: DateTime<Utc>) -> Result<usize, DbError> {
    let due: Vec<Schedule> = schedule::table
        .filter(schedule::next_due.le(now.naive_utc()))
        .order((schedule::next_due, schedule::name))
        .select(Schedule::as_select())
        .load(connection)?;
    let mut enqueued = 0;
    for one in due {
        let next = now + TimeDelta::seconds(one.interval_seconds);
        let unmoved = schedule::table
            .filter(schedule::name.eq(&one.name))
            .filter(schedule::next_due.eq(one.next_due.naive_utc()));
        if diesel::update(unmoved).set(schedule::next_due.eq(next.naive_utc())).execute(connection)? == 0 {
            continue;
        }
        let job = NewJob {
            name: one.job_name,
            payload: one.payload,
            dedupe_key: Some(format!("schedule:{}", one.name)),
            due: now,
            max_attempts,
        };
        if enqueue(connection, &job, now)?.is_some() {
            enqueued += 1;
        }
    }
    Ok(enqueued)
}
