//! `atlas source`: enter, list, try, approve, suspend, and accept a held harvest.

use std::process::ExitCode;

use clap::{Args, Subcommand};

use super::{CliError, Global, say};
use crate::app::App;
use crate::db::{DbError, organisations, records, runs, sources};
use crate::harvest::{Protocol, SourceOptions};
use crate::providers::{self, NewProvider, NewSource};

/// Who did it, in the audit log.
const ACTOR: &str = "command line";

/// Subcommands of `atlas source`.
#[derive(Debug, Subcommand)]
pub(super) enum Action {
    /// Enter a source, or change the address and options of a known one.
    Add(Add),
    /// List all sources with their records and newest runs.
    List,
    /// Harvest a source on trial: everything is read and reported, nothing is written.
    Test(Name),
    /// Accept the harvest of a source that waits because many records vanished.
    Accept(Name),
    /// Approve a source: its records are published.
    Approve(Name),
    /// Suspend a source: its records leave every page and door.
    Suspend(Name),
}

/// The name of a source.
#[derive(Debug, Args)]
pub(super) struct Name {
    /// Name of the source.
    name: String,
}

/// Flags of `atlas source add`.
#[derive(Debug, Args)]
pub(super) struct Add {
    /// Name of the source, unique.
    name: String,
    /// Address, or a file for --protocol document.
    address: String,
    /// How it is read: fdp or document.
    #[arg(long, default_value_t = Protocol::Fdp)]
    protocol: Protocol,
    /// Name of the provider that owns it.
    #[arg(long, value_name = "NAME")]
    provider: String,
    /// Country of the provider, two letters.
    #[arg(long, value_name = "CODE")]
    country: Option<String>,
    /// Home page of the provider.
    #[arg(long, value_name = "URL")]
    homepage: Option<String>,
    /// Hours between harvests (default: harvest.interval_hours).
    #[arg(long, value_name = "HOURS", value_parser = clap::value_parser!(u32).range(1..=8760))]
    every: Option<u32>,
    /// What relative names refer to.
    #[arg(long, value_name = "IRI", default_value = "")]
    base: String,
    /// Media type, where the server's word is wrong.
    #[arg(long, value_name = "TYPE", default_value = "")]
    media_type: String,
    /// A further host that links may lead to; may be given several times.
    #[arg(long = "host", value_name = "HOST")]
    hosts: Vec<String>,
    /// Approve it at once: its sound records are published when they are harvested.
    #[arg(long)]
    approve: bool,
}

pub(super) fn run(global: &Global, action: &Action) -> Result<ExitCode, CliError> {
    let (runtime, app) = global.beside()?;
    runtime.block_on(async {
        match action {
            Action::Add(new) => add(&app, new).await,
            Action::List => list(&app).await,
            Action::Test(source) => {
                let report = providers::test_source(&app, &source.name).await?;
                say(report.to_string().trim_end());
                Ok(ExitCode::from(report.exit_code()))
            }
            Action::Accept(source) => {
                providers::accept_held(&app, &source.name, ACTOR).await?;
                say("Accepted: the next harvest of this source takes it over.");
                Ok(ExitCode::SUCCESS)
            }
            Action::Approve(source) => {
                let published = providers::approve(&app, &source.name, ACTOR).await?;
                say(&format!("Approved; {published} records were published."));
                Ok(ExitCode::SUCCESS)
            }
            Action::Suspend(source) => {
                let left = providers::suspend(&app, &source.name, ACTOR).await?;
                say(&format!("Suspended; {left} records left every page and door."));
                Ok(ExitCode::SUCCESS)
            }
        }
    })
}

async fn add(app: &App, new: &Add) -> Result<ExitCode, CliError> {
    let usual_hours = u32::try_from(app.config.harvest.interval_hours).unwrap_or(u32::MAX);
    let added = providers::add_source(
        app,
        NewSource {
            name: new.name.clone(),
            provider: NewProvider {
                name: new.provider.clone(),
                country: new.country.as_ref().map(|code| code.to_lowercase()),
                homepage: new.homepage.clone(),
                simulated: false,
            },
            protocol: new.protocol,
            address: new.address.clone(),
            options: SourceOptions {
                hosts: new.hosts.clone(),
                base: new.base.clone(),
                media_type: new.media_type.clone(),
            },
            interval_hours: Some(new.every.unwrap_or(usual_hours)),
            approve: new.approve,
            actor: ACTOR.to_owned(),
        },
    )
    .await?;
    let (name, state) = (&added.source.name, &added.source.state);
    let what = if added.is_new { "entered" } else { "known; its address and options are as given now" };
    say(&format!("Source {name} ({state}) of {}: {what}.", added.provider.name));
    if !new.approve {
        say(&format!(
            "Try it with `atlas source test {name}`, then `atlas harvest {name}` and `atlas source approve {name}`."
        ));
    }
    Ok(ExitCode::SUCCESS)
}

async fn list(app: &App) -> Result<ExitCode, CliError> {
    let lines = app
        .db
        .read(|connection| {
            let mut lines = Vec::new();
            for source in sources::list(connection)? {
                let provider = organisations::get(connection, &source.organisation_id)?.name;
                let summary = records::summary_of_source(connection, &source.id)?;
                let newest = runs::newest(connection, &source.id, 1)?.into_iter().next();
                let last = match newest {
                    None => "never harvested".to_owned(),
                    Some(run) => match run.outcome()? {
                        Some(outcome) => format!("{outcome} {}", run.started.format("%Y-%m-%d %H:%M UTC")),
                        None => "being harvested".to_owned(),
                    },
                };
                lines.push(format!(
                    "{}\t{}\t{}\t{}\t{provider}\t{} published, {} waiting\t{last}",
                    source.name,
                    source.state,
                    source.protocol,
                    source.address,
                    summary.published,
                    summary.quarantined + summary.agreed
                ));
            }
            Ok::<_, DbError>(lines)
        })
        .await?;
    if lines.is_empty() {
        say("There is no source; enter one with `atlas source add`.");
    }
    for line in lines {
        say(&line);
    }
    Ok(ExitCode::SUCCESS)
}
