//! `atlas reindex`: both indexes anew from the database. Needs the data directory for itself.

use std::process::ExitCode;
use std::sync::Arc;

use super::serve::open_owned;
use super::{CliError, Global, runtime, say};
use crate::domain::clock::SystemClock;
use crate::projection::Projector;

pub(super) fn run(global: &Global) -> Result<ExitCode, CliError> {
    let config = global.load()?.config;
    let runtime = runtime(&config)?;
    let app = open_owned(config, Arc::new(SystemClock), runtime.handle())?;
    Projector::of(&app).rebuild()?;
    say(&format!("Both indexes were built anew; {} data sets can be searched.", app.search.count()));
    Ok(ExitCode::SUCCESS)
}
