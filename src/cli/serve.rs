//! `atlas serve`: wires engines, projector, job worker, scheduler and web server, and stops them in order.
//!
//! Order of a stop: the shutdown token (readiness says so, no request is accepted any more), running requests, running
//! jobs within their grace, the projector's last commit, the engines.

use std::net::{SocketAddr, TcpListener};
use std::process::ExitCode;
use std::sync::Arc;
use std::time::Duration;

use tokio::runtime::Handle;
use tokio::task::JoinHandle;

use super::work;
use super::{CliError, Global, say};
use crate::app::{App, AppError, AppParts, DataLock};
use crate::config::Config;
use crate::domain::clock::{Clock, SystemClock};
use crate::harvest::reread;
use crate::jobs::{Worker, WorkerOptions};
use crate::projection::Projector;
use crate::rdf::store::RdfStore;
use crate::telemetry::serve_metrics;
use crate::web;

/// Directory of the RDF index in the data directory.
const RDF_DIRECTORY: &str = "rdf";

/// A process that serves: everything that runs, and how to end it.
pub struct Serving {
    /// The application.
    pub app: Arc<App>,
    /// Where it answers.
    pub address: SocketAddr,
    /// Feeds the indexes.
    pub projector: Arc<Projector>,
    /// Carries out jobs.
    pub worker: Arc<Worker<Arc<App>>>,
    tasks: Vec<JoinHandle<()>>,
    server: JoinHandle<std::io::Result<()>>,
}

impl Serving {
    /// Opens everything and starts to answer. Blocks while it opens; call it where blocking is allowed and inside the
    /// main runtime.
    ///
    /// # Errors
    /// [`CliError`] names the part that did not start, why, and the way out.
    pub fn start(mut config: Config, clock: Arc<dyn Clock>, runtime: &Handle) -> Result<Self, CliError> {
        let lock = DataLock::take(&config.data.directory)?;
        let listener = listen(&config)?;
        let address = listener.local_addr().map_err(|source| CliError::listen(&config.server.bind, source))?;
        config.server.bind = address.to_string();
        let app = open_locked(config, clock, runtime, lock)?;
        let projector = Arc::new(Projector::of(&app));
        let options = WorkerOptions {
            concurrency: app.config.harvest.parallel_sources,
            grace: Duration::from_secs(app.config.server.shutdown_seconds),
            ..WorkerOptions::default()
        };
        let (vocabulary, now) = (app.vocabulary.current(), app.clock.now());
        app.db.write_blocking(|connection| reread::resume(connection, &vocabulary, now)).map_err(AppError::from)?;
        let registry = work::registry();
        let worker = Arc::new(Worker::new(app.db.clone(), Arc::clone(&app.clock), registry, Arc::clone(&app), options));
        let _inside = runtime.enter();
        let server = runtime
            .spawn(web::server(Arc::clone(&app), listener).map_err(|e| CliError::listen(&address.to_string(), e))?);
        let mut tasks = vec![
            runtime.spawn(Arc::clone(&projector).run(app.shutdown.clone())),
            runtime.spawn(Arc::clone(&worker).run(app.shutdown.clone())),
            runtime.spawn(work::keep_schedule(Arc::clone(&app))),
        ];
        if let Some(address) = app.config.telemetry.socket_address()? {
            tasks.push(runtime.spawn(serve_metrics_until_stop(Arc::clone(&app), address)?));
        }
        tracing::info!(%address, "the atlas answers");
        Ok(Self { app, address, projector, worker, tasks, server })
    }

    /// The address to open in a browser.
    #[must_use]
    pub fn url(&self) -> String {
        self.app.config.public_url()
    }

    /// Waits for a signal to stop (Ctrl-C or SIGTERM), or for the server to fail.
    ///
    /// # Errors
    /// When the server failed by itself.
    pub async fn until_signal(&mut self) -> Result<(), CliError> {
        tokio::select! {
            () = signalled() => Ok(()),
            ended = &mut self.server => match ended {
                Ok(Err(problem)) => Err(CliError::listen(&self.address.to_string(), problem)),
                _ => Err(CliError::ServerEnded),
            },
        }
    }

    /// Stops in order. A second signal meanwhile ends the process at once.
    pub async fn stop(self) {
        self.app.shutdown.cancel();
        let in_order = async {
            if !self.server.is_finished() {
                log_end("web server", self.server.await.map(|_| ()));
            }
            for task in self.tasks {
                log_end("background task", task.await);
            }
        };
        tokio::select! {
            () = in_order => {}
            () = signalled() => tracing::warn!("stopped at once by a second signal; running work is taken up at the next start"),
        }
    }
}

/// The application as the owner of its data directory.
pub(super) fn open_owned(config: Config, clock: Arc<dyn Clock>, runtime: &Handle) -> Result<Arc<App>, CliError> {
    let lock = DataLock::take(&config.data.directory)?;
    open_locked(config, clock, runtime, lock)
}

fn open_locked(config: Config, clock: Arc<dyn Clock>, runtime: &Handle, lock: DataLock) -> Result<Arc<App>, CliError> {
    let rdf = RdfStore::open_current(&config.data.directory.join(RDF_DIRECTORY))
        .map_err(|e| CliError::Projection(e.into()))?;
    rdf.describe_hub(&format!("{}/", config.public_url()), &config.branding.name)
        .map_err(|e| CliError::Projection(e.into()))?;
    Ok(App::open(AppParts { config, clock, runtime: runtime.clone(), rdf, lock: Some(lock) })?)
}

fn log_end(what: &str, ended: Result<(), tokio::task::JoinError>) {
    if let Err(problem) = ended {
        tracing::error!(error = %problem, "the {what} did not end cleanly");
    }
}

fn listen(config: &Config) -> Result<TcpListener, CliError> {
    let address = config.server.socket_address()?;
    TcpListener::bind(address).map_err(|source| CliError::listen(&config.server.bind, source))
}

fn serve_metrics_until_stop(
    app: Arc<App>,
    address: SocketAddr,
) -> Result<impl Future<Output = ()> + Send + 'static, CliError> {
    let server = serve_metrics(address, Arc::clone(&app.metrics))?;
    let handle = server.handle();
    Ok(async move {
        tokio::select! {
            ended = server => if let Err(problem) = ended {
                tracing::error!(error = %problem, "metrics are not served any more");
            },
            () = app.shutdown.cancelled() => handle.stop(false).await,
        }
    })
}

/// Returns when the process is asked to stop.
pub(super) async fn signalled() {
    let terminate = async {
        match tokio::signal::unix::signal(tokio::signal::unix::SignalKind::terminate()) {
            Ok(mut signal) => {
                signal.recv().await;
            }
            Err(problem) => {
                tracing::warn!(error = %problem, "SIGTERM cannot be listened for");
                std::future::pending::<()>().await;
            }
        }
    };
    tokio::select! {
        interrupted = tokio::signal::ctrl_c() => if let Err(problem) = interrupted {
            tracing::warn!(error = %problem, "Ctrl-C cannot be listened for");
            std::future::pending::<()>().await;
        },
        () = terminate => {}
    }
}

pub(super) fn run(global: &Global) -> Result<ExitCode, CliError> {
    let loaded = global.load()?;
    let runtime = super::runtime(&loaded.config)?;
    let mut serving = Serving::start(loaded.config, Arc::new(SystemClock), runtime.handle())?;
    say(&format!("The Atlas answers at {}", serving.url()));
    runtime.block_on(async move {
        let ended = serving.until_signal().await;
        serving.stop().await;
        ended
    })?;
    Ok(ExitCode::SUCCESS)
}
