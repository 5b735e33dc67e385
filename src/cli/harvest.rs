//! `atlas harvest SOURCE|URL|FILE`: a stored source is harvested; an address or a file is read on trial.

use std::path::Path;
use std::process::ExitCode;

use clap::Args;

use super::{CliError, Global, say, work};
use crate::app::App;
use crate::db::sources;
use crate::harvest::{self, Options, Protocol, RunReport, SourceOptions, Target};
use crate::providers::ProviderError;

/// What set the harvest off.
const CAUSE: &str = "command";

/// Flags of `atlas harvest`.
#[derive(Debug, Args)]
pub(super) struct Flags {
    /// Name of a source, an http address, or a file.
    what: String,
    /// Read and report everything, write nothing. An address or a file is always read this way.
    #[arg(long)]
    dry_run: bool,
    /// What relative names in a file or document refer to.
    #[arg(long, value_name = "IRI", default_value = "")]
    base: String,
    /// How an address is read: fdp or document (default: fdp for an address that does not end like a file).
    #[arg(long)]
    protocol: Option<Protocol>,
    /// Print the report as JSON.
    #[arg(long)]
    json: bool,
}

pub(super) fn run(global: &Global, flags: &Flags) -> Result<ExitCode, CliError> {
    let (runtime, app) = global.beside()?;
    let report = runtime.block_on(report(&app, flags))?;
    if flags.json {
        let text = serde_json::to_string_pretty(&report).map_err(|problem| CliError::Output(problem.into()))?;
        say(&text);
    } else {
        say(report.to_string().trim_end());
    }
    Ok(ExitCode::from(report.exit_code()))
}

async fn report(app: &App, flags: &Flags) -> Result<RunReport, CliError> {
    let name = flags.what.clone();
    let stored = app.db.read(move |connection| sources::by_name(connection, &name)).await?;
    if let Some(source) = stored {
        return if flags.dry_run {
            let options = Options { dry_run: true, cause: CAUSE.to_owned() };
            Ok(harvest::run(app, &source.id, &options).await?)
        } else {
            Ok(work::harvest_and_count(app, &source.id, CAUSE).await?)
        };
    }
    let is_address = flags.what.starts_with("http://") || flags.what.starts_with("https://");
    if !is_address && !Path::new(&flags.what).exists() {
        return Err(ProviderError::UnknownSource(flags.what.clone()).into());
    }
    let usual = if is_address && !ends_like_a_file(&flags.what) { Protocol::Fdp } else { Protocol::Document };
    let options = SourceOptions { base: flags.base.clone(), ..SourceOptions::default() };
    let target = Target { address: flags.what.clone(), options };
    Ok(harvest::try_address(app, flags.protocol.unwrap_or(usual), &target).await?)
}

/// Whether the last segment of the address has one of the endings of RDF files.
fn ends_like_a_file(address: &str) -> bool {
    let path = address.split(['?', '#']).next().unwrap_or_default();
    let path = path.strip_suffix(".gz").unwrap_or(path);
    let endings = [".ttl", ".n3", ".jsonld", ".json", ".rdf", ".owl", ".xml", ".nt", ".nq", ".trig"];
    endings.iter().any(|ending| path.ends_with(ending))
}
