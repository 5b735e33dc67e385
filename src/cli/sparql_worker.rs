//! `atlas sparql-worker`: answers queries for a serving Atlas, which starts it. Reads no settings and no environment.

use std::path::PathBuf;
use std::process::ExitCode;

use clap::Args;

use super::CliError;
use crate::rdf::sparql::worker::{self, WorkerOptions};

/// Flags of `atlas sparql-worker`.
#[derive(Debug, Clone, Args)]
pub(super) struct Flags {
    /// Checkpoint of the RDF store.
    #[arg(long, value_name = "DIR")]
    checkpoint: PathBuf,
    /// Memory in MiB.
    #[arg(long, value_name = "MIB")]
    memory: u64,
    /// Seconds that one query may take.
    #[arg(long, value_name = "SECONDS")]
    seconds: u64,
}

pub(super) fn run(flags: &Flags) -> Result<ExitCode, CliError> {
    let options =
        WorkerOptions { checkpoint: flags.checkpoint.clone(), memory_mebibytes: flags.memory, seconds: flags.seconds };
    worker::run(&options).map_err(CliError::Worker)?;
    Ok(ExitCode::SUCCESS)
}
