//! `atlas audit verify`: whether the audit log is as it was written.

use std::process::ExitCode;

use clap::Subcommand;

use super::{CliError, Global, say};
use crate::db::audit::{self, Verdict};

/// Subcommands of `atlas audit`.
#[derive(Debug, Clone, Copy, Subcommand)]
pub(super) enum Action {
    /// Check the whole chain; ends with 1 when an entry was changed or is missing.
    Verify,
}

pub(super) fn run(global: &Global, action: &Action) -> Result<ExitCode, CliError> {
    let Action::Verify = action;
    let (runtime, app) = global.beside()?;
    match runtime.block_on(app.db.read(audit::verify))? {
        Verdict::Intact { entries, erased } => {
            say(&format!("The audit log is intact: {entries} entries, details of {erased} erased."));
            Ok(ExitCode::SUCCESS)
        }
        Verdict::Broken { seq, reason } => {
            say(&format!("The audit log is broken at entry {seq}: {reason}"));
            Ok(ExitCode::FAILURE)
        }
    }
}
