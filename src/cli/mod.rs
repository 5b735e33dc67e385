//! The command line: one file per subcommand; `serve` wires everything together.
//!
//! Policy: standard output is the command's answer, standard error is for people and logs; a refusal says what
//! happened, why, and what to do next, and ends with exit code 1 (2 for a command line that cannot be read).

mod check_config;

use std::path::PathBuf;
use std::process::ExitCode;

use clap::{Args, Parser, Subcommand};

use crate::config::{ConfigError, Layers, Loaded, load};

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
    pub(crate) fn layers(&self) -> Layers {
        let layers = Layers::of_process(self.config.clone());
        match &self.dir {
            Some(dir) => layers.with_flag("--dir", "data.directory", dir.to_string_lossy()),
            None => layers,
        }
    }

    /// The settings in force.
    pub(crate) fn load(&self) -> Result<Loaded, ConfigError> {
        load(&self.layers())
    }
}

#[derive(Debug, Subcommand)]
enum Action {
    /// Print the settings in force and where each came from.
    CheckConfig,
}

/// A refusal for the person at the terminal.
#[derive(Debug, thiserror::Error)]
pub(crate) enum CliError {
    /// Settings.
    #[error(transparent)]
    Config(#[from] ConfigError),
}

/// Runs the command line of this process.
#[must_use]
pub fn main() -> ExitCode {
    let command = Command::parse();
    let outcome = match command.action {
        Action::CheckConfig => check_config::run(&command.global),
    };
    outcome.unwrap_or_else(|problem| {
        #[expect(clippy::print_stderr, reason = "a refusal is for the person at the terminal")]
        {
            eprintln!("atlas: {problem}");
        }
        ExitCode::FAILURE
    })
}

/// Writes a line of the command's answer to standard output.
#[expect(clippy::print_stdout, reason = "the command's answer")]
pub(crate) fn say(line: &str) {
    println!("{line}");
}

#[cfg(test)]
mod tests {
    use clap::CommandFactory as _;

    #[test]
    fn the_command_line_holds_together() {
        super::Command::command().debug_assert();
    }
}
