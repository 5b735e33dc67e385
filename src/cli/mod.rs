//! The command line: one file per subcommand; `serve` wires everything together.
//!
//! Policy: standard output is the command's answer, standard error is for people and logs; a refusal says what
//! happened, why, and what to do next, and ends with exit code 1 (2 for a command line that cannot be read). Commands
//! write to the database only; the serving process brings the indexes up to date.

mod audit;
mod check_config;
#[cfg(feature = "demo")]
pub mod demo;
mod error;
mod export;
mod harvest;
mod migrate;
mod reindex;
pub mod serve;
mod source;
mod sparql_worker;
mod validate;
mod vocab;
pub mod work;

use std::path::PathBuf;
use std::process::ExitCode;
use std::sync::Arc;

use clap::{Args, Parser, Subcommand};
use tokio::runtime::Runtime;

use crate::app::{App, AppParts};
use crate::config::{Config, ConfigError, Layers, Loaded, load};
use crate::domain::clock::SystemClock;
use crate::rdf::store::RdfStore;
use crate::telemetry::start_logs;

pub use error::CliError;

/// The Atlas of Cancer Imaging: catalogue, harvester and search in one program.
#[derive(Debug, Parser)]
#[command(name = "atlas", version, propagate_version = true)]
struct Command {
    #[command(flatten)]
    global: Global,
    #[command(subcommand)]
    action: Action,
}

/// Flags that every command takes.
#[derive(Debug, Clone, Args)]
pub(crate) struct Global {
    /// Configuration file (default: atlas.toml in the working directory, if there is one).
    #[arg(long, global = true, value_name = "FILE")]
    config: Option<PathBuf>,
    /// Data directory (data.directory).
    #[arg(long, global = true, value_name = "DIR")]
    dir: Option<PathBuf>,
}

impl Global {
    /// The layers of settings that this command line names.
    fn layers(&self) -> Layers {
        let layers = Layers::of_process(self.config.clone());
        match &self.dir {
            Some(dir) => layers.with_flag("--dir", "data.directory", dir.to_string_lossy()),
            None => layers,
        }
    }

    /// The settings in force.
    fn load(&self) -> Result<Loaded, ConfigError> {
        load(&self.layers())
    }

    /// The settings and an application that works beside a serving process.
    fn beside(&self) -> Result<(Runtime, Arc<App>), CliError> {
        self.beside_with(self.load()?.config)
    }

    fn beside_with(&self, config: Config) -> Result<(Runtime, Arc<App>), CliError> {
        let runtime = runtime(&config)?;
        let parts = AppParts {
            config,
            clock: Arc::new(SystemClock),
            runtime: runtime.handle().clone(),
            rdf: RdfStore::in_memory().map_err(|problem| CliError::Projection(problem.into()))?,
            lock: None,
        };
        let app = App::open(parts)?;
        Ok((runtime, app))
    }
}

#[derive(Debug, Subcommand)]
enum Action {
    /// Serve the catalogue: pages, API, harvesting, indexes.
    Serve,
    /// Serve a demonstration federation of simulated nodes over real facts.
    #[cfg(feature = "demo")]
    Demo(demo::Flags),
    /// Bring the database's schema up to date.
    Migrate,
    /// Enter, list, try, approve and suspend sources.
    #[command(subcommand)]
    Source(source::Action),
    /// Harvest a source, an address or a file. Ends with 0 when complete, 2 when salvaged, 1 when refused.
    Harvest(harvest::Flags),
    /// Hold a file or an address against the rules of its profile. Ends with 0 when it conforms, 2 when it conforms with
    /// warnings, 1 when it does not conform or cannot be read.
    Validate(validate::Flags),
    /// Build both indexes anew from the database.
    Reindex,
    /// Write all published records to standard output.
    Export(export::Flags),
    /// Check, import, list and remove controlled vocabularies.
    #[command(subcommand)]
    Vocab(vocab::Action),
    /// Check the audit log.
    #[command(subcommand)]
    Audit(audit::Action),
    /// Print the settings in force and where each came from.
    CheckConfig,
    /// Answer SPARQL queries for a serving Atlas, which starts this by itself.
    #[command(hide = true)]
    SparqlWorker(sparql_worker::Flags),
}

/// Runs the command line of this process.
#[must_use]
pub fn main() -> ExitCode {
    let command = Command::parse();
    let global = &command.global;
    let outcome = match &command.action {
        Action::Serve => serve::run(global),
        #[cfg(feature = "demo")]
        Action::Demo(flags) => demo::run(global, flags),
        Action::Migrate => migrate::run(global),
        Action::Source(action) => source::run(global, action),
        Action::Harvest(flags) => harvest::run(global, flags),
        Action::Validate(flags) => validate::run(global, flags),
        Action::Reindex => reindex::run(global),
        Action::Export(flags) => export::run(global, flags),
        Action::Vocab(action) => vocab::run(global, action),
        Action::Audit(action) => audit::run(global, action),
        Action::CheckConfig => check_config::run(global),
        Action::SparqlWorker(flags) => sparql_worker::run(flags),
    };
    outcome.unwrap_or_else(|problem| {
        #[expect(clippy::print_stderr, reason = "a refusal is for the person at the terminal")]
        {
            eprintln!("atlas: {problem}");
        }
        ExitCode::FAILURE
    })
}

/// Starts log lines and the main runtime.
fn runtime(config: &Config) -> Result<Runtime, CliError> {
    start_logs(&config.telemetry)?;
    tokio::runtime::Builder::new_multi_thread().enable_all().thread_name("atlas").build().map_err(CliError::Runtime)
}

/// Writes a line of the command's answer to standard output. A reader who has seen enough (`| head`) is no failure; where
/// the line cannot be kept (a full disk), the command says so and ends with 1.
fn say(line: &str) {
    use std::io::Write as _;
    match writeln!(std::io::stdout().lock(), "{line}") {
        Ok(()) => {}
        Err(problem) if problem.kind() == std::io::ErrorKind::BrokenPipe => {}
        Err(problem) => {
            // Where this cannot be said either, the exit code says it.
            let _ = writeln!(std::io::stderr().lock(), "atlas: the answer could not be written: {problem}");
            std::process::exit(1);
        }
    }
}

#[cfg(test)]
mod tests {
    use clap::CommandFactory as _;

    #[test]
    fn the_command_line_holds_together() {
        super::Command::command().debug_assert();
    }
}
