//! `atlas demo`: a demonstration federation on this machine. It uses only what `serve` has: nodes are entered as
//! sources and harvested by jobs; nothing reaches the catalogue by another way.

use std::path::PathBuf;
use std::process::ExitCode;
use std::sync::Arc;
use std::time::{Duration, Instant};

use clap::Args;
use tokio::runtime::Handle;

use super::serve::Serving;
use super::{CliError, Global, say, work};
use crate::config::{Config, Layers, TelemetrySettings, load};
use crate::db::runs;
use crate::demo::{self, Facts, Federation, NODES, NOTICE, RunningNode};
use crate::domain::clock::SystemClock;
use crate::domain::ids::SourceId;
use crate::domain::lifecycle::RunOutcome;
use crate::harvest::{Protocol, SourceOptions};
use crate::providers::{NewProvider, NewSource, add_source};

/// Where a demonstration keeps its files unless told otherwise.
const USUAL_DIRECTORY: &str = "./data/demo";
/// Sources harvested at the same time.
const PARALLEL_NODES: usize = 4;
/// How often the progress is looked at.
const LOOK: Duration = Duration::from_millis(100);
/// How long the harvest of all nodes may take before the demonstration gives up.
const PATIENCE: Duration = Duration::from_mins(10);
/// What is logged unless another filter is set.
const QUIET_LOG: &str = "warn";
/// Who enters the sources, for the audit log.
const ACTOR: &str = "demonstration";

/// Flags of `atlas demo`.
#[derive(Debug, Clone, Args)]
pub(super) struct Flags {
    /// Port of the pages on this machine.
    #[arg(long, default_value_t = 8080)]
    port: u16,
    /// Simulated nodes, 1 to 30.
    #[arg(long, default_value_t = 30, value_parser = clap::value_parser!(u16).range(1..=30))]
    nodes: u16,
    /// File to write the address to when everything is on screen.
    #[arg(long, value_name = "FILE")]
    ready_file: Option<PathBuf>,
}

/// The settings of a demonstration: those of any Atlas, private addresses allowed because its nodes are on this machine,
/// no pause between requests to them, and a notice on every page.
///
/// # Errors
/// [`CliError::Config`] where a layer does not fit.
pub fn settings(layers: Layers, directory: Option<&PathBuf>, port: Option<u16>) -> Result<Config, CliError> {
    let directory = directory.map_or_else(|| USUAL_DIRECTORY.to_owned(), |dir| dir.to_string_lossy().into_owned());
    let mut layers = layers
        .with_flag("demo", "net.allow_private", "true")
        .with_flag("demo", "harvest.pace_milliseconds", "0")
        .with_flag("demo", "harvest.parallel_sources", PARALLEL_NODES.to_string())
        .with_flag("demo", "branding.notice", NOTICE)
        .with_flag("--dir", "data.directory", directory);
    if let Some(port) = port {
        layers = layers.with_flag("--port", "server.bind", format!("127.0.0.1:{port}"));
    }
    let mut config = load(&layers)?.config;
    // The progress has the terminal to itself unless somebody asked for more.
    if config.telemetry.log == TelemetrySettings::default().log {
        QUIET_LOG.clone_into(&mut config.telemetry.log);
    }
    Ok(config)
}

/// A running demonstration.
pub struct Demonstration {
    /// The serving hub.
    pub serving: Serving,
    /// The simulated nodes.
    pub federation: Federation,
}

/// How far the first harvest is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Progress {
    /// Nodes harvested.
    pub harvested: usize,
    /// Nodes in all.
    pub nodes: usize,
    /// Records found at them.
    pub records: i64,
}

impl Demonstration {
    /// Starts the hub and the nodes. Blocks; the nodes are not harvested yet.
    ///
    /// # Errors
    /// [`CliError`] names the part that did not start.
    pub fn start(config: Config, nodes: usize, runtime: &Handle) -> Result<Self, CliError> {
        let directory = config.data.directory.clone();
        let serving = Serving::start(config, Arc::new(SystemClock), runtime)?;
        let facts = Facts::carried()?;
        let spread = demo::allocate(&facts.collections, nodes.clamp(1, NODES));
        let (federation, server) = {
            let _inside = runtime.enter();
            Federation::start(spread, &serving.app.vocabulary.current(), &directory)?
        };
        runtime.spawn(async move {
            if let Err(problem) = server.await {
                tracing::error!(error = %problem, "the simulated nodes do not answer any more");
            }
        });
        Ok(Self { serving, federation })
    }

    /// Enters every node as a source, has each harvested once, and waits until all pages can show it.
    ///
    /// # Errors
    /// [`CliError::Demonstration`] names the nodes that could not be harvested.
    pub async fn harvest(&self, tell: impl Fn(Progress)) -> Result<(), CliError> {
        let app = &self.serving.app;
        let since = app.clock.now();
        let mut waiting = Vec::new();
        for running in &self.federation.nodes {
            let added = add_source(app, source_of(running)).await?;
            let (source, now) = (added.source.id.clone(), app.clock.now());
            app.db.write(move |connection| work::enqueue_harvest(connection, &source, "demonstration", now)).await?;
            waiting.push((running.node.name(), added.source.id));
        }
        self.serving.worker.notify();
        self.wait(waiting, since, tell).await?;
        let head = app.db.read(crate::db::outbox::span).await?.head;
        if self.serving.projector.wait_for(head, PATIENCE).await {
            Ok(())
        } else {
            Err(CliError::Demonstration("the indexes did not take in the harvested records in time".to_owned()))
        }
    }

    async fn wait(
        &self,
        mut waiting: Vec<(String, SourceId)>,
        since: chrono::DateTime<chrono::Utc>,
        tell: impl Fn(Progress),
    ) -> Result<(), CliError> {
        let nodes = waiting.len();
        let (mut records, started) = (0, Instant::now());
        let mut failed = Vec::new();
        while !waiting.is_empty() {
            if started.elapsed() > PATIENCE {
                let names: Vec<&str> = waiting.iter().map(|(name, _)| name.as_str()).collect();
                return Err(CliError::Demonstration(format!("not harvested in time: {}", names.join(", "))));
            }
            let mut still = Vec::new();
            for (name, source) in waiting {
                match self.outcome(&source, since).await? {
                    None => still.push((name, source)),
                    Some((RunOutcome::Complete | RunOutcome::Unchanged, found)) => records += found,
                    Some((outcome, _)) => failed.push(format!("{name} ({outcome})")),
                }
            }
            waiting = still;
            tell(Progress { harvested: nodes - waiting.len(), nodes, records });
            tokio::time::sleep(LOOK).await;
        }
        if failed.is_empty() {
            Ok(())
        } else {
            Err(CliError::Demonstration(format!("could not be harvested: {}", failed.join(", "))))
        }
    }

    /// How the newest run of the source ended, and how many records it found; `None`: not yet.
    async fn outcome(
        &self,
        source: &SourceId,
        since: chrono::DateTime<chrono::Utc>,
    ) -> Result<Option<(RunOutcome, i64)>, CliError> {
        let wanted = source.clone();
        let newest =
            self.serving.app.db.read(move |connection| runs::newest(connection, &wanted, 1)).await?.into_iter().next();
        let Some(run) = newest.filter(|run| run.started >= since) else { return Ok(None) };
        let Some(outcome) = run.outcome()? else { return Ok(None) };
        Ok(Some((outcome, run.counts().found)))
    }

    /// Stops hub and nodes.
    pub async fn stop(self) {
        self.serving.stop().await;
        self.federation.stop().await;
    }
}

fn source_of(running: &RunningNode) -> NewSource {
    NewSource {
        name: running.node.id(),
        provider: NewProvider {
            name: running.node.name(),
            country: Some(running.node.country.to_lowercase()),
            homepage: None,
            simulated: true,
        },
        protocol: Protocol::Fdp,
        address: running.address.clone(),
        options: SourceOptions::default(),
        interval_hours: None,
        approve: true,
        actor: ACTOR.to_owned(),
    }
}

pub(super) fn run(global: &Global, flags: &Flags) -> Result<ExitCode, CliError> {
    let config = settings(Layers::of_process(global.config.clone()), global.dir.as_ref(), Some(flags.port))?;
    let runtime = super::runtime(&config)?;
    say("Starting the demonstration federation…");
    let mut demonstration = Demonstration::start(config, usize::from(flags.nodes), runtime.handle())?;
    runtime.block_on(async move {
        let shown = std::cell::Cell::new(usize::MAX);
        let tell = |progress: Progress| {
            if shown.replace(progress.harvested) != progress.harvested {
                say(&format!(
                    "  {} of {} nodes harvested, {} records",
                    progress.harvested, progress.nodes, progress.records
                ));
            }
        };
        let url = demonstration.serving.url();
        let ready = async {
            demonstration.harvest(tell).await?;
            say(&format!("The Atlas answers at {url} (Ctrl-C ends it)"));
            match &flags.ready_file {
                Some(file) => std::fs::write(file, format!("{url}\n"))
                    .map_err(|source| CliError::File { path: file.clone(), source }),
                None => Ok(()),
            }
        };
        let stopped_early = tokio::select! {
            ready = ready => { ready?; false }
            () = super::serve::signalled() => true,
        };
        let ended = if stopped_early { Ok(()) } else { demonstration.serving.until_signal().await };
        say("Stopping…");
        demonstration.stop().await;
        ended
    })?;
    Ok(ExitCode::SUCCESS)
}
