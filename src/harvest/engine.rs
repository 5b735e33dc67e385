//! The engine of a harvest, the same for every protocol: lease, gather, notice what is unchanged, read, stage, compare,
//! take over in one transaction. Policy: nothing that readers see changes before the last step, and the last step is
//! all or nothing; a trial takes the same way and writes nothing.

use std::sync::Arc;
use std::time::Duration;

use chrono::{DateTime, TimeDelta, Utc};

use super::archive::Archive;
use super::diff::Diff;
use super::document::DocumentHarvester;
use super::fdp::FdpHarvester;
use super::gather::{GatherLimits, Gatherer};
use super::manifest::{Halt, Manifest};
use super::protocol::{Harvester, Protocol, SourceOptions, Target};
use super::read::ReadLimits;
use super::report::{RuleReport, RunReport, Stop, Tally};
use super::{HarvestError, takeover};
use crate::app::App;
use crate::config::HarvestSettings;
use crate::db::sources::Source;
use crate::db::{Db, DbError, leases, runs, sources};
use crate::domain::clock::Clock;
use crate::domain::ids::{RunId, SourceId};
use crate::domain::lifecycle::{FallLimits, RunOutcome};
use crate::net::{Client, FetchLimits};
use crate::rdf::parse::ParseLimits;
use crate::rdf::shapes::Library;
use crate::vocab::Vocabulary;

/// Redirects followed for one document.
const MAX_REDIRECTS: usize = 5;
/// Silence after which a source counts as gone quiet.
const IDLE: Duration = Duration::from_secs(30);
/// Statements of one document.
const MAX_TRIPLES: usize = 5_000_000;

/// Everything that a harvest works with.
#[derive(Clone)]
pub struct Engine {
    /// The database.
    pub db: Db,
    /// The guarded client.
    pub net: Client,
    /// Vocabularies.
    pub vocabulary: Arc<Vocabulary>,
    /// The rules of the profiles.
    pub shapes: Arc<Library>,
    /// Time.
    pub clock: Arc<dyn Clock>,
    /// Limits.
    pub settings: HarvestSettings,
    /// Time for one request.
    pub request_time: Duration,
}

/// How to run.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Options {
    /// Write nothing and answer with the whole difference.
    pub dry_run: bool,
    /// What set it off: `command`, `schedule`, `provider`, ….
    pub cause: String,
}

impl Engine {
    /// The engine of a process.
    #[must_use]
    pub fn of(app: &App) -> Self {
        Self {
            db: app.db.clone(),
            net: app.net.clone(),
            vocabulary: app.vocabulary.current(),
            shapes: Arc::clone(&app.shapes),
            clock: Arc::clone(&app.clock),
            settings: app.config.harvest.clone(),
            request_time: Duration::from_secs(app.config.net.request_seconds),
        }
    }

    /// Harvests a stored source.
    ///
    /// # Errors
    /// [`HarvestError`] when there is no such source, when it is being harvested already, or when the database fails;
    /// everything about the source itself is in the report.
    pub async fn run(&self, id: &SourceId, options: &Options) -> Result<RunReport, HarvestError> {
        let wanted = id.clone();
        let source = self.db.read(move |connection| sources::get(connection, &wanted)).await?;
        let target = target_of(&source)?;
        let protocol: Protocol = source.protocol.parse()?;
        if options.dry_run {
            return self.trial(Some(&source), protocol, &target, options).await;
        }
        let lease = Lease::take(self, id).await?;
        let outcome = self.run_leased(&source, protocol, &target, options).await;
        lease.release(self).await?;
        outcome
    }

    /// Tries an address or a file without a stored source; nothing is written.
    ///
    /// # Errors
    /// [`HarvestError`] of the database only.
    pub async fn try_address(&self, protocol: Protocol, target: &Target) -> Result<RunReport, HarvestError> {
        let options = Options { dry_run: true, cause: "command".to_owned() };
        self.trial(None, protocol, target, &options).await
    }

    async fn trial(
        &self,
        source: Option<&Source>,
        protocol: Protocol,
        target: &Target,
        options: &Options,
    ) -> Result<RunReport, HarvestError> {
        let archive = Arc::new(Archive::trial());
        let mut report = self.new_report(source, target, None, options);
        let known = self.known(source).await?;
        match self.gather(protocol, target, &archive).await {
            Err(halt) => stop(&mut report, halt),
            Ok(manifest) => {
                report.documents = count(manifest.answers().count());
                let diff = Diff::new(known, self.fall_limits());
                match takeover::read_all(self, &archive, manifest, diff, None).await? {
                    Err(halt) => stop(&mut report, halt),
                    Ok(read) => read.diff.into_report(&mut report),
                }
            }
        }
        report.finished = self.clock.now();
        Ok(report)
    }

    async fn run_leased(
        &self,
        source: &Source,
        protocol: Protocol,
        target: &Target,
        options: &Options,
    ) -> Result<RunReport, HarvestError> {
        let (id, cause, now) = (source.id.clone(), options.cause.clone(), self.clock.now());
        let run = self
            .db
            .write(move |connection| {
                runs::abandon_unfinished(connection, &id, now)?;
                runs::begin(connection, &id, &cause, now)
            })
            .await?;
        let mut report = self.new_report(Some(source), target, Some(&run), options);
        let result = self.harvest(source, protocol, target, &run, &mut report).await;
        if let Err(error) = &result {
            tracing::error!(source = %source.name, run = %run, %error, "the harvest failed");
            let words = match error {
                HarvestError::Database(DbError::Refused(why)) => why.clone(),
                _ => "the harvest failed on our side".to_owned(),
            };
            stop(&mut report, Halt::internal(words));
            self.finish(&run, &mut report, None).await?;
        }
        log(&report);
        Ok(report)
    }

    async fn harvest(
        &self,
        source: &Source,
        protocol: Protocol,
        target: &Target,
        run: &RunId,
        report: &mut RunReport,
    ) -> Result<(), HarvestError> {
        let archive = Arc::new(Archive::kept(self.db.clone(), run.clone()));
        let manifest = match self.gather(protocol, target, &archive).await {
            Ok(manifest) => manifest,
            Err(halt) => {
                stop(report, halt);
                return self.finish(run, report, None).await;
            }
        };
        report.documents = count(manifest.answers().count());
        let digest = manifest.digest(&self.vocabulary);
        if !manifest.has_unknown() && self.is_unchanged(source, &digest, report).await? {
            return self.finish(run, report, Some(digest)).await;
        }
        let diff = Diff::new(self.known(Some(source)).await?, self.fall_limits());
        match takeover::read_all(self, &archive, manifest, diff, Some(run)).await? {
            Err(halt) => {
                stop(report, halt);
                self.finish(run, report, None).await
            }
            Ok(read) => takeover::apply(self, source, run, read, report, digest).await,
        }
    }

    pub(super) async fn gather(
        &self,
        protocol: Protocol,
        target: &Target,
        archive: &Arc<Archive>,
    ) -> Result<Manifest, Halt> {
        let limits = self.gather_limits();
        let max_bytes = limits.fetch.bytes;
        let mut gatherer = Gatherer::new(self.net.clone(), Arc::clone(archive), Arc::clone(&self.clock), limits);
        let harvester: Box<dyn Harvester> = match protocol {
            Protocol::Fdp => Box::new(FdpHarvester),
            Protocol::Document => Box::new(DocumentHarvester { max_bytes }),
        };
        harvester.gather(target, &mut gatherer).await
    }

    /// Whether the newest successful run saw the same documents. Then its numbers stand.
    async fn is_unchanged(&self, source: &Source, digest: &str, report: &mut RunReport) -> Result<bool, HarvestError> {
        let id = source.id.clone();
        let Some(last) = self.db.read(move |connection| runs::last_success(connection, &id)).await? else {
            return Ok(false);
        };
        let stored: StoredReport = serde_json::from_str(&last.report).unwrap_or_default();
        if stored.digest.as_deref() != Some(digest) || stored.changed_source != Some(source.changed) {
            return Ok(false);
        }
        let found = u64::try_from(last.counts().found).unwrap_or(0);
        let refused = u64::try_from(last.counts().refused).unwrap_or(0);
        report.tally = Tally { found, unchanged: found, refused, ..Tally::default() };
        if refused > 0 {
            report.note(format!("{refused} records are still refused, as run {} lists them", last.id));
        }
        report.outcome = RunOutcome::Unchanged;
        Ok(true)
    }

    async fn known(&self, source: Option<&Source>) -> Result<runs::KnownHashes, HarvestError> {
        let Some(source) = source else { return Ok(runs::KnownHashes::new()) };
        let id = source.id.clone();
        Ok(self.db.read(move |connection| runs::known_hashes(connection, &id)).await?)
    }

    /// Ends a run that took nothing over.
    async fn finish(&self, run: &RunId, report: &mut RunReport, digest: Option<String>) -> Result<(), HarvestError> {
        report.finished = self.clock.now();
        let (run, outcome, finished) = (run.clone(), report.outcome, report.finished);
        let counts = takeover::counts_of(&report.tally);
        let source = self.db.read({
            let run = run.clone();
            move |connection| {
                let row = runs::get(connection, &run)?;
                sources::get(connection, &row.source_id)
            }
        });
        let changed_source = Some(source.await?.changed);
        let text = StoredReport { digest, changed_source, report: Some(report.clone()) }.to_text();
        self.db
            .write(move |connection| runs::finish(connection, &run, outcome, &counts, &text, finished))
            .await
            .map_err(HarvestError::from)
    }

    fn new_report(
        &self,
        source: Option<&Source>,
        target: &Target,
        run: Option<&RunId>,
        options: &Options,
    ) -> RunReport {
        let now = self.clock.now();
        RunReport {
            source: source.map_or_else(|| target.address.clone(), |source| source.name.clone()),
            address: target.address.clone(),
            run: run.map(ToString::to_string),
            cause: options.cause.clone(),
            dry_run: options.dry_run,
            started: now,
            finished: now,
            outcome: RunOutcome::Failed,
            tally: Tally::default(),
            documents: 0,
            stop: None,
            notes: Vec::new(),
            records: Vec::new(),
            more_records: 0,
            rules: RuleReport::default(),
        }
    }

    fn gather_limits(&self) -> GatherLimits {
        let settings = &self.settings;
        GatherLimits {
            requests: settings.max_requests,
            total: Duration::from_secs(settings.max_seconds),
            fetch: FetchLimits {
                bytes: settings.max_answer_bytes,
                total: self.request_time,
                idle: IDLE,
                redirects: MAX_REDIRECTS,
            },
            parse: self.parse_limits(),
        }
    }

    /// Limits of the second phase.
    #[must_use]
    pub fn read_limits(&self) -> ReadLimits {
        ReadLimits { record_bytes: self.settings.max_record_bytes, parse: self.parse_limits() }
    }

    /// The fall of records that waits for a person.
    #[must_use]
    pub fn fall_limits(&self) -> FallLimits {
        let (percent, records) = (u64::from(self.settings.fall_percent), count(self.settings.fall_records));
        FallLimits { percent, records }
    }

    fn parse_limits(&self) -> ParseLimits {
        let max_bytes = usize::try_from(self.settings.max_answer_bytes).unwrap_or(usize::MAX);
        ParseLimits { max_bytes, max_triples: MAX_TRIPLES, ..ParseLimits::default() }
    }
}

/// A report as the run's row keeps it, with what the next run compares.
#[derive(Debug, Clone, Default, serde::Serialize, serde::Deserialize)]
#[serde(default)]
pub struct StoredReport {
    /// Digest of the documents that were taken over.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub digest: Option<String>,
    /// When the source's entry was last changed: other options may read the same documents differently.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub changed_source: Option<DateTime<Utc>>,
    /// The report.
    #[serde(flatten)]
    pub report: Option<RunReport>,
}

impl StoredReport {
    /// The JSON text of the row.
    #[must_use]
    pub fn to_text(&self) -> String {
        serde_json::to_string(self).unwrap_or_else(|_| "{}".to_owned())
    }
}

/// Notes that a run ended early.
fn stop(report: &mut RunReport, halt: Halt) {
    report.outcome = halt.outcome;
    report.stop = Some(Stop { ..halt.stop });
}

fn target_of(source: &Source) -> Result<Target, HarvestError> {
    let text = if source.options.trim().is_empty() { "{}" } else { &source.options };
    let options: SourceOptions =
        serde_json::from_str(text).map_err(|error| HarvestError::Options(source.name.clone(), error.to_string()))?;
    Ok(Target { address: source.address.clone(), options })
}

pub(super) fn count(length: usize) -> u64 {
    u64::try_from(length).unwrap_or(u64::MAX)
}

fn log(report: &RunReport) {
    let tally = &report.tally;
    tracing::debug!(
        source = %report.source,
        outcome = %report.outcome,
        found = tally.found,
        added = tally.added,
        changed = tally.changed,
        removed = tally.removed,
        refused = tally.refused,
        "harvest ended"
    );
}

/// The right to harvest a source, held by one process at a time. It is short and prolonged while the run lasts, so that
/// a process that was killed blocks its sources for less than a minute.
struct Lease {
    name: String,
    holder: String,
    heartbeat: tokio::task::JoinHandle<()>,
}

/// How long a lease lasts without being prolonged.
const LEASE: TimeDelta = TimeDelta::seconds(45);
/// Time between two prolongations.
const HEARTBEAT: Duration = Duration::from_secs(15);

impl Lease {
    async fn take(engine: &Engine, source: &SourceId) -> Result<Self, HarvestError> {
        let name = format!("harvest:{source}");
        let holder = uuid::Uuid::new_v4().to_string();
        if !prolong(engine, &name, &holder).await? {
            return Err(HarvestError::Busy);
        }
        let (beating, lease, who) = (engine.clone(), name.clone(), holder.clone());
        let heartbeat = tokio::spawn(async move {
            loop {
                tokio::time::sleep(HEARTBEAT).await;
                if let Err(error) = prolong(&beating, &lease, &who).await {
                    tracing::warn!(%error, "the lease of a harvest could not be prolonged");
                }
            }
        });
        Ok(Self { name, holder, heartbeat })
    }

    async fn release(self, engine: &Engine) -> Result<(), HarvestError> {
        self.heartbeat.abort();
        let (name, holder) = (self.name.clone(), self.holder.clone());
        Ok(engine.db.write(move |connection| leases::release(connection, &name, &holder)).await?)
    }
}

impl Drop for Lease {
    fn drop(&mut self) {
        self.heartbeat.abort();
    }
}

async fn prolong(engine: &Engine, name: &str, holder: &str) -> Result<bool, HarvestError> {
    let (name, holder, now) = (name.to_owned(), holder.to_owned(), engine.clock.now());
    Ok(engine.db.write(move |connection| leases::acquire(connection, &name, &holder, now, LEASE)).await?)
}
