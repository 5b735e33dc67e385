//! `atlas migrate`: the database's schema.

use std::process::ExitCode;

use super::{CliError, Global, say};
use crate::app::database_settings;
use crate::db::Db;

pub(super) fn run(global: &Global) -> Result<ExitCode, CliError> {
    let config = global.load()?.config;
    let directory = &config.data.directory;
    std::fs::create_dir_all(directory).map_err(|source| CliError::File { path: directory.clone(), source })?;
    let versions = Db::connect(&database_settings(&config))?.migrate()?;
    if versions.is_empty() {
        say("The schema is up to date.");
    }
    for version in versions {
        say(&format!("{version} done"));
    }
    Ok(ExitCode::SUCCESS)
}
