//! Entering providers and sources.

use chrono::{DateTime, Utc};
use url::Url;

use super::ProviderError;
use crate::app::App;
use crate::db::audit::{self, Deed};
use crate::db::organisations::{self, NewOrganisation, Organisation};
use crate::db::sources::{self, Source};
use crate::db::{Connection, records};
use crate::domain::ids::Slug;
use crate::domain::lifecycle::SourceState;
use crate::harvest::{Protocol, SourceOptions};
use crate::net;

/// Longest name of a source or provider in characters.
const MAX_NAME: usize = 200;
/// Seconds of an hour.
const HOUR: i64 = 3_600;

/// The organisation that owns a source.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewProvider {
    /// Name as people write it; its public name is made from it.
    pub name: String,
    /// Country, ISO 3166-1 alpha-2 in lower case.
    pub country: Option<String>,
    /// Home page.
    pub homepage: Option<String>,
    /// Whether it exists only for demonstration.
    pub simulated: bool,
}

/// A source to enter.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewSource {
    /// Unique name.
    pub name: String,
    /// Its owner; entered when it is not known by its public name.
    pub provider: NewProvider,
    /// How it is read.
    pub protocol: Protocol,
    /// Address, or a file for [`Protocol::Document`].
    pub address: String,
    /// Options.
    pub options: SourceOptions,
    /// Hours between scheduled harvests; `None`: only when asked.
    pub interval_hours: Option<u32>,
    /// Whether it is approved at once, so that its sound records are published when they are harvested.
    pub approve: bool,
    /// Who enters it, for the audit log.
    pub actor: String,
}

/// An entered source.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Added {
    /// The source.
    pub source: Source,
    /// Its owner.
    pub provider: Organisation,
    /// Whether it was new; entering the same source again changes its address and options and nothing else.
    pub is_new: bool,
}

/// Enters a source and, where needed, its provider.
///
/// # Errors
/// [`ProviderError::Field`] names the field, the value and the way out; [`ProviderError::NameTaken`].
pub async fn add_source(app: &App, new: NewSource) -> Result<Added, ProviderError> {
    check(app, &new)?;
    let now = app.clock.now();
    app.db.write(move |connection| enter(connection, &new, now)).await
}

fn enter(connection: &mut Connection, new: &NewSource, now: DateTime<Utc>) -> Result<Added, ProviderError> {
    let provider = provider(connection, &new.provider, now)?;
    let options = options_text(&new.options)?;
    let interval = new.interval_hours.map(|hours| i64::from(hours) * HOUR);
    if let Some(known) = sources::by_name(connection, &new.name)? {
        if known.organisation_id != provider.id {
            return Err(ProviderError::NameTaken(new.name.clone()));
        }
        let same = known.address == new.address && known.options == options && known.interval_seconds == interval;
        if !same {
            sources::set_address(connection, &known.id, &new.address, &options, interval, now)?;
        }
        if new.approve && known.state == SourceState::Draft {
            sources::set_state(connection, &known.id, SourceState::Approved, now)?;
            records::publish_source(connection, &known.id, now)?;
        }
        return Ok(Added { source: sources::get(connection, &known.id)?, provider, is_new: false });
    }
    let state = if new.approve { SourceState::Approved } else { SourceState::Draft };
    let row = sources::NewSource {
        organisation_id: provider.id.clone(),
        name: new.name.clone(),
        protocol: new.protocol.to_string(),
        address: new.address.clone(),
        state,
        interval_seconds: interval,
        options,
    };
    let source = sources::insert(connection, &row, now)?;
    let detail = format!("{} {} ({state})", new.protocol, new.address);
    let deed = Deed { action: "source.add", subject: source.id.as_str(), actor: &new.actor, detail: &detail };
    audit::append(connection, &deed, now)?;
    Ok(Added { source, provider, is_new: true })
}

fn provider(connection: &mut Connection, new: &NewProvider, now: DateTime<Utc>) -> Result<Organisation, ProviderError> {
    let slug = Slug::from_name(&new.name).ok_or_else(|| unusable_name("provider", &new.name))?;
    if let Some(known) = organisations::by_slug(connection, slug.as_str())? {
        return Ok(known);
    }
    let row = NewOrganisation {
        slug,
        name: new.name.clone(),
        country: new.country.clone(),
        homepage: new.homepage.clone(),
        simulated: new.simulated,
    };
    Ok(organisations::insert(connection, &row, now)?)
}

fn options_text(options: &SourceOptions) -> Result<String, ProviderError> {
    serde_json::to_string(options).map_err(|error| ProviderError::Field {
        field: "options",
        found: error.to_string(),
        expected: "options that can be written as JSON".to_owned(),
    })
}

fn unusable_name(field: &'static str, found: &str) -> ProviderError {
    let expected = format!("a name of 1 to {MAX_NAME} characters with at least one letter or digit was expected");
    ProviderError::Field { field, found: found.to_owned(), expected }
}

fn check(app: &App, new: &NewSource) -> Result<(), ProviderError> {
    for (field, name) in [("name", &new.name), ("provider", &new.provider.name)] {
        let fits = !name.trim().is_empty() && name.chars().count() <= MAX_NAME && !name.chars().any(char::is_control);
        if !fits {
            return Err(unusable_name(field, name));
        }
    }
    if let Some(country) = &new.provider.country
        && !(country.len() == 2 && country.bytes().all(|byte| byte.is_ascii_lowercase()))
    {
        return Err(ProviderError::Field {
            field: "country",
            found: country.clone(),
            expected: "two lower-case letters (ISO 3166-1), such as nl, were expected".to_owned(),
        });
    }
    if new.protocol == Protocol::Document && !new.address.contains("://") {
        return Ok(());
    }
    check_address(&new.address, app.config.net.allow_private)
}

/// Refuses an address that would never be fetched, at once and with the reason.
fn check_address(address: &str, allow_private: bool) -> Result<(), ProviderError> {
    let refused = |expected: String| ProviderError::Field { field: "address", found: shown(address), expected };
    let url = Url::parse(address)
        .map_err(|error| refused(format!("a web address such as https://fdp.example.org was expected ({error})")))?;
    match net::refused_url(&url, allow_private) {
        Some(reason) => Err(refused(format!(
            "{reason}. Give a public address; only the operator opens private networks (net.allow_private)"
        ))),
        None => Ok(()),
    }
}

/// The address without a password in it.
fn shown(address: &str) -> String {
    match Url::parse(address) {
        Ok(url) if url.password().is_some() || !url.username().is_empty() => {
            format!("{}://…@{}", url.scheme(), url.host_str().unwrap_or_default())
        }
        _ => address.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_that_is_never_fetched_is_refused_at_once() {
        for address in
            ["http://127.0.0.1:9000/", "http://10.0.0.1/", "ftp://example.org/", "https://a:secret@example.org/", "x"]
        {
            let refusal = check_address(address, false).unwrap_err().to_string();
            assert!(!refusal.contains("secret"), "{refusal}");
        }
        check_address("https://fdp.example.org/", false).unwrap();
        check_address("http://127.0.0.1:9000/", true).unwrap();
    }
}
