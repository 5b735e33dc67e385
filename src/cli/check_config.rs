//! `atlas check-config`: the settings in force, their origin, secrets masked.

use std::process::ExitCode;

use super::{CliError, Global, say};
use crate::config::report;

pub(super) fn run(global: &Global) -> Result<ExitCode, CliError> {
    say(report(&global.load()?).trim_end());
    Ok(ExitCode::SUCCESS)
}
