//! The jobs of a serving process, and the schedule that sets them off.

use std::sync::Arc;
use std::time::Duration;

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

use crate::app::App;
use crate::db::sources::Source;
use crate::db::{Connection, DbError, jobs as rows, sources};
use crate::domain::ids::{JobId, SourceId};
use crate::domain::lifecycle::SourceState;
use crate::harvest::{self, HarvestError, Options, RunReport, reread};
use crate::jobs::{self, Job, JobError, Registry, Schedule};

/// Name of the job that harvests one source.
pub const HARVEST: &str = "harvest";
/// How often the schedule is brought in line with the sources.
const LOOK_AT_SOURCES: Duration = Duration::from_mins(1);

/// What the harvest job is given.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct HarvestJob {
    /// The source.
    pub source: SourceId,
    /// What set it off: `schedule`, `command`, …
    pub cause: String,
}

/// Every handler of this program.
#[must_use]
pub fn registry() -> Registry<Arc<App>> {
    let registry = Registry::default()
        .with(reread::REREAD, |app: Arc<App>, _: Job| async move { reread::run(&app).await.map_err(JobError::retry) });
    registry.with(HARVEST, |app: Arc<App>, job: Job| async move {
        let wanted: HarvestJob = job.payload()?;
        match harvest_and_count(&app, &wanted.source, &wanted.cause).await {
            Ok(_) => Ok(()),
            Err(problem @ (HarvestError::Protocol(_) | HarvestError::Options(..))) => {
                Err(JobError::Permanent(problem.to_string()))
            }
            Err(problem) => Err(JobError::retry(problem)),
        }
    })
}

/// Harvests the source and counts the run in the metrics and the log.
///
/// # Errors
/// [`HarvestError`]; what is wrong with the source itself is in the report.
pub async fn harvest_and_count(app: &App, source: &SourceId, cause: &str) -> Result<RunReport, HarvestError> {
    let report = harvest::run(app, source, &Options { dry_run: false, cause: cause.to_owned() }).await?;
    let outcome = report.outcome.to_string();
    app.metrics.harvest_runs.with_label_values(&[&outcome]).inc();
    for (what, count) in [
        ("added", report.tally.added),
        ("changed", report.tally.changed),
        ("unchanged", report.tally.unchanged),
        ("removed", report.tally.removed),
        ("refused", report.tally.refused),
    ] {
        app.metrics.harvest_records.with_label_values(&[what]).inc_by(count);
    }
    let tally = report.tally;
    tracing::info!(
        source = %report.source,
        %outcome,
        found = tally.found,
        added = tally.added,
        changed = tally.changed,
        removed = tally.removed,
        refused = tally.refused,
        "harvested"
    );
    Ok(report)
}

/// Enqueues a harvest; `None` when one of this source waits already.
///
/// # Errors
/// [`DbError`].
pub fn enqueue_harvest(
    connection: &mut Connection,
    source: &SourceId,
    cause: &str,
    now: DateTime<Utc>,
) -> Result<Option<JobId>, DbError> {
    let job = HarvestJob { source: source.clone(), cause: cause.to_owned() };
    jobs::enqueue(connection, HARVEST, &job, Some(schedule_name(source)), now)
}

fn schedule_name(source: &SourceId) -> String {
    format!("{HARVEST}:{source}")
}

/// Keeps one schedule row for each approved source with an interval, until the process stops.
pub async fn keep_schedule(app: Arc<App>) {
    while !app.shutdown.is_cancelled() {
        let now = app.clock.now();
        let kept = app.db.write(move |connection| align(connection, now)).await;
        if let Err(problem) = kept {
            tracing::error!(error = %problem, "the schedule could not be brought in line with the sources");
        }
        tokio::select! {
            () = app.shutdown.cancelled() => {}
            () = tokio::time::sleep(LOOK_AT_SOURCES) => {}
        }
    }
}

fn align(connection: &mut Connection, now: DateTime<Utc>) -> Result<(), DbError> {
    for source in sources::list(connection)? {
        let name = schedule_name(&source.id);
        match due_every(&source) {
            Some(interval_seconds) => {
                let job = HarvestJob { source: source.id.clone(), cause: "schedule".to_owned() };
                let payload = serde_json::to_string(&job).map_err(|problem| DbError::Refused(problem.to_string()))?;
                let schedule =
                    Schedule { name, job_name: HARVEST.to_owned(), payload, interval_seconds, next_due: now };
                rows::put_schedule(connection, &schedule)?;
            }
            None => rows::remove_schedule(connection, &name)?,
        }
    }
    Ok(())
}

fn due_every(source: &Source) -> Option<i64> {
    (source.state == SourceState::Approved).then_some(source.interval_seconds).flatten()
}
