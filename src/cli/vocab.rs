//! `atlas vocab check`: whether the vocabularies hold together.

use std::process::ExitCode;

use clap::Subcommand;

use super::{CliError, Global, say};
use crate::domain::concept::Scheme;
use crate::vocab::{self, Vocabulary};

/// Subcommands of `atlas vocab`.
#[derive(Debug, Clone, Copy, Subcommand)]
pub(super) enum Action {
    /// Check the vocabularies in force; ends with 1 when something is wrong.
    Check,
}

pub(super) fn run(global: &Global, action: &Action) -> Result<ExitCode, CliError> {
    let Action::Check = action;
    let directory = global.load()?.config.data.vocabularies;
    let named = !directory.as_os_str().is_empty();
    let vocabulary = Vocabulary::load(named.then_some(directory.as_path()))?;
    let problems = vocab::check(&vocabulary);
    for problem in &problems {
        say(&problem.to_string());
    }
    let concepts: usize = Scheme::ALL.into_iter().map(|scheme| vocabulary.concepts(scheme).count()).sum();
    say(&format!("{concepts} concepts in {} schemes, {} problems.", Scheme::ALL.len(), problems.len()));
    Ok(if problems.is_empty() { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}
